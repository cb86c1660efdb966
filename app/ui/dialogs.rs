//! The dialogs: open, share, help.

use super::{Action, Dialog, UiState, View, keys, share, theme};
use egui::{Align, Frame, Id, Key, Layout, Modal, RichText, TextEdit};

const WIDTH: f32 = 460.0;

pub(super) fn show(context: &egui::Context, view: &View<'_>, state: &mut UiState, actions: &mut Vec<Action>) {
    let Some(dialog) = state.dialog else { return };
    let frame = Frame::window(&context.global_style()).inner_margin(20);
    let response = Modal::new(Id::unique(("dialog", dialog as u8))).frame(frame).show(context, |ui| {
        ui.set_width(if dialog == Dialog::Share { share::WIDTH } else { WIDTH });
        match dialog {
            Dialog::Open => open(ui, state, actions),
            Dialog::Share => share::show(ui, view, state, actions),
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
