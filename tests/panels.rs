//! The window's panels: how they look (snapshots) and what they ask for when they are used.
#![allow(clippy::unwrap_used, clippy::panic)]

use egui::{Theme, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use heliograph::host::ShareState;
use heliograph::room::{Decision, GuestView, RoomView};
use heliograph::share::reach::Reach;
use heliograph::share::usage::Usage;
use heliograph::share::{Links, TunnelState};
use heliograph::ui::{self, Action, Dialog, UiState, View, theme};
use heliograph_scene::load::{Progress, load};
use heliograph_wire::link::GuestFigures;
use heliograph_wire::link::StreamStats;
use heliograph_wire::room::{Arrival, ControlMode, Guest};
use heliograph_wire::{Button, Command, Input, Role, Rung, SceneStatus, Side, Value, ViewerId};
use std::cell::RefCell;
use std::rc::Rc;

/// What a test shows, and what was asked for.
struct Shown {
    status: SceneStatus,
    share: ShareState,
    room: RoomView,
    reach: Reach,
    tunnel: TunnelState,
    problems: Vec<String>,
    recent: Vec<std::path::PathBuf>,
    export: Option<f32>,
    state: UiState,
    actions: Rc<RefCell<Vec<Action>>>,
}

impl Shown {
    fn empty() -> Shown {
        Shown {
            status: SceneStatus::default(),
            share: ShareState::Off,
            room: RoomView::default(),
            reach: Reach::Local,
            tunnel: TunnelState::Off,
            problems: Vec::new(),
            recent: Vec::new(),
            export: None,
            state: UiState::default(),
            actions: Rc::default(),
        }
    }

    /// The same, coloured by the strength of the echo and filtered by the class.
    fn colors() -> Shown {
        Shown::scene_with(&[("color_by", "intensity"), ("filter_by", "classification")])
    }

    /// The real description of real scenes.
    fn scene() -> Shown {
        Shown::scene_with(&[])
    }

    /// The same with choices made for its first layer.
    fn scene_with(choices: &[(&str, &str)]) -> Shown {
        Shown::of_samples(&[0, 4], choices)
    }

    /// These samples, and choices of the first.
    fn of_samples(samples: &[usize], choices: &[(&str, &str)]) -> Shown {
        let mut scene = heliograph_scene::Scene::new(std::sync::Arc::new(|| {}));
        for index in samples {
            let layers = load(&heliograph::samples::SAMPLES[*index].source(), &Progress::default()).unwrap();
            for layer in layers {
                scene.add(layer);
            }
        }
        let layer = scene.layers().first().map(|layer| layer.id);
        for (property, choice) in choices {
            let value = Value::Choice((*choice).into());
            let viewport = heliograph_scene::Viewport { width: 800, height: 600 };
            scene.apply(&Command::Set { layer, property: (*property).into(), value }, viewport).unwrap();
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
                    pose: Some(heliograph_scene::Camera::default().pose()),
                    adapter: "llvmpipe over Vulkan",
                    draw_ms: 4.0,
                    share: &shown.share,
                    reach: &shown.reach,
                    rules: (shown.room.asks_first, shown.room.mode),
                    room: &shown.room,
                    tunnel: &shown.tunnel,
                    usage: Usage { month: 682, bytes: 12_345_678, requests: 321 },
                    has_token: false,
                    stats: &stats,
                    problems: &shown.problems,
                    recent: &shown.recent,
                    session_path: None,
                    export: shown.export,
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

/// Two guests, one of whom asks to steer, and someone at the door.
fn company() -> RoomView {
    let guest = |viewer, name: &str, role, asks| GuestView {
        guest: Guest { viewer: ViewerId(viewer), name: name.into(), color: [86, 180, 233], role, muted: false, asks },
        browser: "Firefox on Linux".into(),
        figures: Some(GuestFigures {
            viewer: ViewerId(viewer),
            rung: Some(Rung::Udp),
            round_trip_ms: Some(23),
            sent_bps: 2_100_000,
            tier: Some(0),
            exact: false,
        }),
        safety_code: Some("20C1-33F8-T015-9QJV".into()),
    };
    let knock = Arrival {
        viewer: ViewerId(9),
        role: Role::Control,
        name: "Grace Hopper".into(),
        browser: "Chrome on Android".into(),
        address: "203.0.113.7".into(),
        round_trip_ms: Some(140),
        pass: None,
        waits: true,
    };
    RoomView {
        mode: ControlMode::OneAtATime,
        asks_first: true,
        steers: Some(ViewerId(7)),
        guests: vec![guest(7, "Ada Lovelace", Role::Control, false), guest(8, "Zoë Müller", Role::Control, true)],
        knocks: vec![knock],
    }
}

#[test]
fn every_state_looks_as_it_was_meant_to() {
    let with = |dialog| UiState { dialog: Some(dialog), ..UiState::default() };
    let states = [
        ("welcome", Shown::empty()),
        ("scene", Shown::scene()),
        ("colors", Shown::colors()),
        ("share", Shown { share: live(), state: with(Dialog::Share), ..Shown::scene() }),
        (
            "share_company",
            Shown {
                share: live(),
                room: company(),
                reach: Reach::Ngrok,
                tunnel: TunnelState::Open { url: "https://a.example".into(), by: "ngrok".into(), changed: false },
                state: with(Dialog::Share),
                ..Shown::scene()
            },
        ),
        ("knock", Shown { share: live(), room: company(), ..Shown::scene() }),
        ("open", Shown { state: with(Dialog::Open), ..Shown::scene() }),
        ("save", Shown { state: with(Dialog::Save), ..Shown::scene() }),
        ("export", Shown { state: with(Dialog::Export), ..Shown::scene() }),
        ("exporting", Shown { state: with(Dialog::Export), export: Some(0.4), ..Shown::scene() }),
        ("volume", Shown::of_samples(&[2], &[])),
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
    harness.get_all_by_label("…").next().unwrap().click();
    harness.run();
    harness.get_by_label("Remove").click();
    harness.run();
    assert!(harness.state().actions.borrow().contains(&Action::from(Command::RemoveLayer { layer })));
}

#[test]
fn a_layer_is_moved_and_renamed_from_its_row() {
    let mut harness = Shown::scene().harness(Theme::Dark);
    harness.run();
    let layer = harness.state().status.layers[0].id;
    for entry in ["Move down", "Rename…"] {
        harness.get_all_by_label("…").next().unwrap().click();
        harness.run();
        harness.get_by_label(entry).click();
        harness.run();
    }
    harness.event(egui::Event::Text(" park".into()));
    harness.run();
    harness.key_press(egui::Key::Enter);
    harness.run();
    let actions = harness.state().actions.borrow();
    assert!(actions.contains(&Action::from(Command::MoveLayer { layer, to: 1 })), "{actions:?}");
    let is_rename = |action: &Action| matches!(action, Action::Input(Input::Command { command: Command::RenameLayer { name, .. } }) if name.contains(" park"));
    assert!(actions.iter().any(is_rename), "{actions:?}");
}

#[test]
fn a_view_is_copied_and_opened_and_a_session_saved_by_keys() {
    let mut harness = Shown::scene().harness(Theme::Dark);
    harness.run();
    let shift = egui::Modifiers { shift: true, ..egui::Modifiers::COMMAND };
    harness.key_press_modifiers(shift, egui::Key::C);
    harness.run();
    harness.event(egui::Event::Paste("hv1.abc".into()));
    harness.run();
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::S);
    harness.run();
    harness.event(egui::Event::Text("/data/talk".into()));
    harness.run();
    harness.key_press(egui::Key::Enter);
    harness.run();
    let actions = harness.state().actions.borrow();
    assert!(actions.contains(&Action::CopyView), "{actions:?}");
    assert!(actions.contains(&Action::from(Command::OpenView { code: "hv1.abc".into() })), "{actions:?}");
    assert!(actions.contains(&Action::SaveSession("/data/talk".into())), "{actions:?}");
    assert_eq!(harness.state().state.dialog, None);
}

#[test]
fn someone_at_the_door_is_let_in_and_someone_who_asks_may_steer() {
    let mut harness = Shown { share: live(), room: company(), ..Shown::scene() }.harness(Theme::Dark);
    harness.run();
    harness.get_by_label("Let in").click();
    harness.run();
    assert!(harness.state().actions.borrow().contains(&Action::Decide(Decision::Accept(ViewerId(9)))));

    let state = UiState { dialog: Some(Dialog::Share), ..UiState::default() };
    let mut harness = Shown { share: live(), room: company(), state, ..Shown::scene() }.harness(Theme::Dark);
    harness.run();
    harness.get_by_label("Let steer").click();
    harness.run();
    harness.get_by_label("New links").click();
    harness.run();
    let actions = harness.state().actions.borrow();
    assert!(actions.contains(&Action::Decide(Decision::Grant(ViewerId(8)))) && actions.contains(&Action::NewLinks));
}
