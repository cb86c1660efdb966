//! The dialogs: open, share, help.

use super::{Action, Dialog, UiState, View, keys, theme};
use crate::host::ShareState;
use egui::{Align, Frame, Id, Key, Layout, Modal, RichText, TextEdit};

const WIDTH: f32 = 460.0;

pub(super) fn show(context: &egui::Context, view: &View<'_>, state: &mut UiState, actions: &mut Vec<Action>) {
    let Some(dialog) = state.dialog else { return };
    let frame = Frame::window(&context.global_style()).inner_margin(20);
    let response = Modal::new(Id::unique(("dialog", dialog as u8))).frame(frame).show(context, |ui| {
        ui.set_width(WIDTH);
        match dialog {
            Dialog::Open => open(ui, state, actions),
            Dialog::Share => share(ui, view, state, actions),
            Dialog::Help => help(ui, state),
        }
    });
    if response.should_close() {
        state.dialog = None;
    }
}

fn open(ui: &mut egui::Ui, state: &mut UiState, actions: &mut Vec<Action>) {
    ui.heading("Open files");
    ui.label(
        RichText::new(
            "Type or paste a path, or choose files in the system's dialog. Dropping files into the window works, too.",
        )
        .weak(),
    );
    ui.add_space(6.0);
    let field = TextEdit::singleline(&mut state.path).hint_text("/data/scan.laz").desired_width(f32::INFINITY);
    let field = ui.add(field);
    let is_entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    if !is_entered {
        field.request_focus();
    }
    ui.add_space(8.0);
    ui.horizontal(|ui| {
        if ui.button("Browse…").clicked() {
            actions.push(Action::Browse);
            state.dialog = None;
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let has_path = !state.path.trim().is_empty();
            let is_clicked = ui.add_enabled(has_path, theme::primary_button("Open")).clicked();
            if has_path && (is_clicked || is_entered) {
                actions.push(Action::OpenPath(state.path.trim().to_owned()));
                state.path.clear();
                state.dialog = None;
            }
            if ui.button("Cancel").clicked() {
                state.dialog = None;
            }
        });
    });
}

fn share(ui: &mut egui::Ui, view: &View<'_>, state: &mut UiState, actions: &mut Vec<Action>) {
    ui.heading("Share this view");
    match view.share {
        ShareState::Off => {
            ui.label("Nobody can see the scene but you.");
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
        ShareState::Live(links) | ShareState::Restarting(links) => {
            ui.label(
                RichText::new(
                    "Only pixels travel; the data stays here. Whoever has a link gets in, until you end the session.",
                )
                .weak(),
            );
            ui.add_space(6.0);
            link(ui, "To look and steer", &links.control, state);
            link(ui, "Only to look", &links.view, state);
            ui.add_space(4.0);
            let watching = match view.viewers {
                0 => "Nobody is watching yet.".to_owned(),
                1 => "One viewer is watching.".to_owned(),
                many => format!("{many} viewers are watching."),
            };
            ui.label(watching);
            if matches!(view.share, ShareState::Restarting(_)) {
                let text = "The streaming process is being replaced; viewers come back by themselves.";
                ui.label(RichText::new(text).color(theme::ALERT));
            }
            ui.add_space(8.0);
            ui.horizontal(|ui| {
                if ui.button("End session").clicked() {
                    actions.push(Action::EndSharing);
                    state.dialog = None;
                }
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    if ui.button("Close").clicked() {
                        state.dialog = None;
                    }
                });
            });
        }
    }
}

fn link(ui: &mut egui::Ui, label: &str, link: &str, state: &mut UiState) {
    ui.label(RichText::new(label).small().strong());
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let is_copied = state.copied.as_deref() == Some(link);
            if ui.button(if is_copied { "Copied" } else { "Copy" }).clicked() {
                ui.ctx().copy_text(link.to_owned());
                state.copied = Some(link.to_owned());
            }
            let mut text = link;
            ui.add(TextEdit::singleline(&mut text).font(egui::TextStyle::Monospace).desired_width(f32::INFINITY));
        });
    });
}

fn help(ui: &mut egui::Ui, state: &mut UiState) {
    ui.heading("Keys and gestures");
    ui.add_space(6.0);
    egui::Grid::new("help").num_columns(2).spacing([24.0, 6.0]).show(ui, |ui| {
        for (key, meaning) in keys::HELP {
            ui.label(RichText::new(key).strong());
            ui.label(meaning);
            ui.end_row();
        }
    });
    ui.add_space(8.0);
    if ui.button("Close").clicked() {
        state.dialog = None;
    }
}
