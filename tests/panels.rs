//! The window's panels: how they look (snapshots) and what they ask for when they are used.
#![allow(clippy::unwrap_used, clippy::panic)]

use egui::{Theme, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use heliograph::host::ShareState;
use heliograph::share::Links;
use heliograph::ui::{self, Action, Dialog, UiState, View, theme};
use heliograph_scene::load::{Progress, load};
use heliograph_wire::link::StreamStats;
use heliograph_wire::{Button, Command, Input, SceneStatus, Side};
use std::cell::RefCell;
use std::rc::Rc;

/// What a test shows, and what was asked for.
struct Shown {
    status: SceneStatus,
    share: ShareState,
    viewers: usize,
    problems: Vec<String>,
    state: UiState,
    actions: Rc<RefCell<Vec<Action>>>,
}

impl Shown {
    fn empty() -> Shown {
        Shown {
            status: SceneStatus::default(),
            share: ShareState::Off,
            viewers: 0,
            problems: Vec::new(),
            state: UiState::default(),
            actions: Rc::default(),
        }
    }

    /// The real description of real scenes.
    fn scene() -> Shown {
        let mut scene = heliograph_scene::Scene::new(std::sync::Arc::new(|| {}));
        for index in [0, 3] {
            let layers = load(&heliograph::samples::SAMPLES[index].source(), &Progress::default()).unwrap();
            for layer in layers {
                scene.add(layer);
            }
        }
        Shown { status: scene.status(), ..Shown::empty() }
    }

    fn harness(self, theme: Theme) -> Harness<'static, Shown> {
        let harness = Harness::builder()
            .with_size(vec2(1100.0, 700.0))
            .with_theme(theme)
            .wgpu()
            .with_context_setup(theme::install);
        harness.build_ui_state(
            |ui, shown: &mut Shown| {
                let stats = StreamStats { sent_bps: 1_300_000, ..StreamStats::default() };
                let view = View {
                    status: &shown.status,
                    loading: &[],
                    picture: None,
                    adapter: "llvmpipe over Vulkan",
                    draw_ms: 4.0,
                    share: &shown.share,
                    viewers: shown.viewers,
                    stats: &stats,
                    problems: &shown.problems,
                };
                let actions = ui::show(ui, &view, &mut shown.state);
                shown.actions.borrow_mut().extend(actions);
            },
            self,
        )
    }
}

fn live() -> ShareState {
    ShareState::Live(Links {
        view: "http://127.0.0.1:8400/#0123456789abcdef0123456789abcdef".into(),
        control: "http://127.0.0.1:8400/#fedcba9876543210fedcba9876543210".into(),
    })
}

#[test]
fn every_state_looks_as_it_was_meant_to() {
    let with = |dialog| UiState { dialog: Some(dialog), ..UiState::default() };
    let states = [
        ("welcome", Shown::empty()),
        ("scene", Shown::scene()),
        ("share", Shown { share: live(), viewers: 2, state: with(Dialog::Share), ..Shown::scene() }),
        ("open", Shown { state: with(Dialog::Open), ..Shown::scene() }),
        ("help", Shown { state: with(Dialog::Help), ..Shown::scene() }),
        (
            "problem",
            Shown {
                problems: vec!["scan.laz is truncated: 110,000 points are announced, 70,212 are there. Copy it again from where it came.".into()],
                ..Shown::scene()
            },
        ),
    ];
    let mut results = egui_kittest::SnapshotResults::new();
    for (name, shown) in states {
        let mut harness = shown.harness(Theme::Dark);
        harness.run();
        results.add(harness.try_snapshot(format!("{name}_dark")));
    }
    let mut harness = Shown::scene().harness(Theme::Light);
    harness.run();
    results.add(harness.try_snapshot("scene_light"));
}

#[test]
fn one_click_shares() {
    let mut harness = Shown::scene().harness(Theme::Dark);
    harness.run();
    harness.get_by_label("Share").click();
    harness.run();
    assert_eq!(harness.state().actions.borrow().iter().filter(|action| **action == Action::StartSharing).count(), 1);
    assert_eq!(harness.state().state.dialog, Some(Dialog::Share));
}

#[test]
fn a_session_is_ended_where_its_links_are() {
    let shown =
        Shown { share: live(), state: UiState { dialog: Some(Dialog::Share), ..UiState::default() }, ..Shown::scene() };
    let mut harness = shown.harness(Theme::Dark);
    harness.run();
    harness.get_by_label("End session").click();
    harness.run();
    assert!(harness.state().actions.borrow().contains(&Action::EndSharing));
}

#[test]
fn a_typed_path_is_opened_with_enter() {
    let shown = Shown { state: UiState { dialog: Some(Dialog::Open), ..UiState::default() }, ..Shown::scene() };
    let mut harness = shown.harness(Theme::Dark);
    harness.run();
    harness.event(egui::Event::Text("/data/scan.laz".into()));
    harness.run();
    harness.key_press(egui::Key::Enter);
    harness.run();
    assert!(harness.state().actions.borrow().contains(&Action::OpenPath("/data/scan.laz".into())));
    assert_eq!(harness.state().state.dialog, None);
}

#[test]
fn keys_are_commands() {
    let mut harness = Shown::scene().harness(Theme::Dark);
    harness.run();
    for (key, command) in [(egui::Key::F, Command::Fit), (egui::Key::Num5, Command::Look { from: Side::Top })] {
        harness.key_press(key);
        harness.run();
        assert!(harness.state().actions.borrow().contains(&Action::from(command)), "{key:?}");
    }
}

#[test]
fn a_drag_on_the_picture_is_the_hosts_hand() {
    let mut harness = Shown::scene().harness(Theme::Dark);
    harness.run();
    harness.drag_at(egui::pos2(700.0, 300.0));
    harness.run();
    harness.hover_at(egui::pos2(760.0, 330.0));
    harness.run();
    harness.drop_at(egui::pos2(800.0, 330.0));
    harness.run();
    let actions = harness.state().actions.borrow();
    let inputs: Vec<&Input> = actions
        .iter()
        .filter_map(|action| if let Action::Input(input) = action { Some(input) } else { None })
        .collect();
    assert!(matches!(inputs.first(), Some(Input::Down { button: Button::Primary, .. })), "{inputs:?}");
    assert!(inputs.iter().any(|input| matches!(input, Input::Move { .. })), "{inputs:?}");
    assert!(matches!(inputs.last(), Some(Input::Up { button: Button::Primary, .. })), "{inputs:?}");
}

#[test]
fn a_layer_is_hidden_and_removed_from_its_row() {
    let mut harness = Shown::scene().harness(Theme::Dark);
    harness.run();
    let layer = harness.state().status.layers[0].id;
    harness.get_all_by_label("×").next().unwrap().click();
    harness.run();
    assert!(harness.state().actions.borrow().contains(&Action::from(Command::RemoveLayer { layer })));
}
