//! The dialog of a session: how far its links reach, the links, who is here, and its end.

use super::{Action, UiState, View, people, qr, theme};
use crate::host::ShareState;
use crate::room::Decision;
use crate::share::reach::Reach;
use crate::share::usage::{FREE_BYTES, FREE_REQUESTS};
use crate::share::{Links, TunnelState};
use egui::{Align, ComboBox, Layout, RichText, ScrollArea, TextEdit, Ui};
use heliograph_wire::room::ControlMode;

pub(super) const WIDTH: f32 = 620.0;
const QR_SIDE: f32 = 132.0;
/// Of the list of people, before it scrolls.
const PEOPLE_HEIGHT: f32 = 150.0;

pub(super) fn show(ui: &mut Ui, view: &View<'_>, state: &mut UiState, actions: &mut Vec<Action>) {
    ui.heading("Share this view");
    ui.label(
        RichText::new(
            "Only pixels travel; the data stays here. Whoever has a link gets in, until you end the session.",
        )
        .weak(),
    );
    ui.add_space(2.0);
    reach(ui, view, state, actions);
    match view.share {
        ShareState::Off => {
            ui.add_space(8.0);
            if ui.add(theme::primary_button("Share")).clicked() {
                actions.push(Action::StartSharing);
            }
        }
        ShareState::Starting => {
            ui.horizontal(|ui| {
                ui.spinner();
                ui.label("Making the links…");
            });
        }
        ShareState::Live(links) | ShareState::Restarting(links) => session(ui, links, view, state, actions),
    }
}

fn session(ui: &mut Ui, links: &Links, view: &View<'_>, state: &mut UiState, actions: &mut Vec<Action>) {
    tunnel(ui, view);
    ui.columns(2, |columns| {
        link(&mut columns[0], "To look and steer", &links.control, state);
        link(&mut columns[1], "Only to look", &links.view, state);
    });
    if matches!(view.share, ShareState::Restarting(_)) {
        let text = "The streaming process is being replaced; viewers come back by themselves.";
        ui.label(RichText::new(text).color(theme::ALERT));
    }
    ui.separator();
    rules(ui, view, actions);
    ScrollArea::vertical().max_height(PEOPLE_HEIGHT).auto_shrink([false, true]).show(ui, |ui| {
        people::knocks(ui, &view.room.knocks, actions);
        people::guests(ui, view, actions);
    });
    if view.reach.is_tunnel() {
        meter(ui, view);
    }
    ui.add_space(4.0);
    ui.horizontal(|ui| {
        if ui.button("End session").on_hover_text("The links are dead at once").clicked() {
            actions.push(Action::EndSharing);
            state.dialog = None;
        }
        let hint = "The old links are dead at once, and who came by them has to leave";
        if ui.button("New links").on_hover_text(hint).clicked() {
            actions.push(Action::NewLinks);
            state.copied = None;
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if ui.button("Close").clicked() {
                state.dialog = None;
            }
        });
    });
}

/// Who can open the links. Another choice makes another session.
fn reach(ui: &mut Ui, view: &View<'_>, state: &mut UiState, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        ui.label("For");
        let choices = [
            (Reach::Local, "this machine"),
            (Reach::Lan, "my network"),
            (Reach::Ngrok, "everyone, by ngrok"),
            (Reach::Command(state.tunnel_command.clone()), "everyone, by a command"),
        ];
        for (reach, label) in choices {
            let is_chosen = reach.name() == view.reach.name();
            if ui.selectable_label(is_chosen, label).clicked() && !is_chosen {
                actions.push(Action::SetReach(reach));
            }
        }
    });
    match view.reach {
        // An agent or a program that is set up here needs none.
        Reach::Ngrok if !view.has_token && !matches!(view.tunnel, TunnelState::Open { .. }) => {
            token(ui, state, actions)
        }
        Reach::Command(template) => command(ui, template, state, actions),
        _ => {}
    }
}

fn token(ui: &mut Ui, state: &mut UiState, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        let name = ui.label("ngrok token").id;
        ui.add(TextEdit::singleline(&mut state.token).password(true).desired_width(260.0)).labelled_by(name);
        let is_typed = !state.token.trim().is_empty();
        if ui.add_enabled(is_typed, theme::primary_button("Keep")).clicked() {
            actions.push(Action::KeepToken(std::mem::take(&mut state.token)));
        }
    });
    let text =
        "It is free at dashboard.ngrok.com/get-started/your-authtoken, and kept on this machine for your eyes only.";
    ui.label(RichText::new(text).weak().small());
}

fn command(ui: &mut Ui, template: &str, state: &mut UiState, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        let name = ui.label("Command").id;
        let hint = "cloudflared tunnel --url {url}";
        let field = TextEdit::singleline(&mut state.tunnel_command).hint_text(hint).desired_width(400.0);
        ui.add(field).labelled_by(name);
        let is_new = !state.tunnel_command.trim().is_empty() && state.tunnel_command.trim() != template;
        if ui.add_enabled(is_new, theme::primary_button("Use")).clicked() {
            actions.push(Action::SetReach(Reach::Command(state.tunnel_command.trim().to_owned())));
        }
    });
    let text =
        "{url}, {addr} and {port} stand for this session's place. It runs without a shell, until the session ends.";
    ui.label(RichText::new(text).weak().small());
}

fn tunnel(ui: &mut Ui, view: &View<'_>) {
    let (text, color, is_busy) = match view.tunnel {
        TunnelState::Off if view.reach.is_tunnel() && *view.reach != Reach::Command(String::new()) => {
            ("Opening the tunnel…".to_owned(), None, true)
        }
        TunnelState::Off => return,
        TunnelState::Opening { by } => {
            (format!("Opening a tunnel by {by}… Until then the links reach this machine only."), None, true)
        }
        TunnelState::Open { by, changed: false, .. } => {
            (format!("Open to everyone by {by}."), Some(theme::GOOD), false)
        }
        TunnelState::Open { by, .. } => (
            format!("Open to everyone by {by}, at another address than before: send the new links."),
            Some(theme::ALERT),
            false,
        ),
        TunnelState::Lost { sentence, retry_in_ms } => {
            (format!("{sentence} Tried again in {} s.", retry_in_ms.div_ceil(1_000)), Some(theme::ALERT), false)
        }
        TunnelState::Failed { sentence } => (
            format!("{sentence} The session goes on, and its links reach this machine only."),
            Some(theme::ALERT),
            false,
        ),
    };
    ui.horizontal_wrapped(|ui| {
        if is_busy {
            ui.spinner();
        }
        let text = RichText::new(text);
        ui.label(color.map_or(text.clone(), |color| text.color(color)));
    });
}

fn link(ui: &mut Ui, label: &str, link: &str, state: &mut UiState) {
    let name = ui.label(RichText::new(label).small().strong()).id;
    ui.horizontal(|ui| {
        qr::show(ui, link, QR_SIDE);
        ui.vertical(|ui| {
            let mut text = link;
            let field = TextEdit::multiline(&mut text).font(egui::TextStyle::Monospace).desired_rows(4);
            ui.add(field.desired_width(f32::INFINITY)).labelled_by(name);
            let is_copied = state.copied.as_deref() == Some(link);
            if ui.button(if is_copied { "Copied" } else { "Copy" }).clicked() {
                ui.ctx().copy_text(link.to_owned());
                state.copied = Some(link.to_owned());
            }
        });
    });
}

fn rules(ui: &mut Ui, view: &View<'_>, actions: &mut Vec<Action>) {
    let (mut asks_first, mode) = view.rules;
    ui.horizontal(|ui| {
        if ui.checkbox(&mut asks_first, "Ask before anyone joins").changed() {
            actions.push(Action::Decide(Decision::AskFirst(asks_first)));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let label = |mode| match mode {
                ControlMode::HostOnly => "only you",
                ControlMode::OneAtATime => "one guest at a time",
                ControlMode::Everyone => "everyone who may",
            };
            let mut chosen = mode;
            let choice = ComboBox::from_id_salt("who steers").selected_text(label(mode)).show_ui(ui, |ui| {
                for mode in ControlMode::ALL {
                    ui.selectable_value(&mut chosen, mode, label(mode));
                }
            });
            if chosen != mode {
                actions.push(Action::Decide(Decision::Mode(chosen)));
            }
            let name = ui.label("Steering:");
            choice.response.labelled_by(name.id);
        });
    });
}

fn meter(ui: &mut Ui, view: &View<'_>) {
    let usage = view.usage;
    let used =
        format!("Through the tunnel this month: {:.1} MB in {} requests.", usage.bytes as f64 / 1e6, usage.requests);
    let left = match view.reach {
        Reach::Ngrok => format!(
            " ngrok's free tier leaves {:.0} MB and {} requests.",
            FREE_BYTES.saturating_sub(usage.bytes) as f64 / 1e6,
            FREE_REQUESTS.saturating_sub(usage.requests)
        ),
        _ => String::new(),
    };
    ui.label(RichText::new(used + &left).weak().small());
}
