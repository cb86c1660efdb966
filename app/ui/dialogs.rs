//! The dialogs: open, share, help.

use super::{Action, Dialog, UiState, View, keys, share, theme};
use egui::{Align, Frame, Id, Key, Layout, Modal, RichText, TextEdit};
use heliograph_scene::Viewport;

const WIDTH: f32 = 460.0;
/// Above and below a dialog, its frame included.
const MARGIN: f32 = 50.0;

pub(super) fn show(context: &egui::Context, view: &View<'_>, state: &mut UiState, actions: &mut Vec<Action>) {
    let Some(dialog) = state.dialog else { return };
    let frame = Frame::window(&context.global_style()).inner_margin(20);
    let response = Modal::new(Id::unique(("dialog", dialog as u8))).frame(frame).show(context, |ui| {
        ui.set_width(if dialog == Dialog::Share { share::WIDTH } else { WIDTH });
        // In a small window, or at twice the size, it is scrolled rather than cut.
        let longest = (context.content_rect().height() - 2.0 * MARGIN).max(MARGIN);
        egui::ScrollArea::vertical().max_height(longest).min_scrolled_height(longest).show(ui, |ui| match dialog {
            Dialog::Open => open(ui, state, actions),
            Dialog::Save => save(ui, state, actions),
            Dialog::SaveSelection => save_selection(ui, state, actions),
            Dialog::Export => export(ui, view, state, actions),
            Dialog::Share => share::show(ui, view, state, actions),
            Dialog::Help => help(ui, state),
        });
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
    let is_entered = path_field(ui, state, "/data/scan.laz");
    ui.add_space(8.0);
    ui.horizontal(|ui| {
        if ui.button("Browse…").clicked() {
            actions.push(Action::Browse);
            state.dialog = None;
        }
        if confirm(ui, state, "Open", is_entered) {
            actions.push(Action::OpenPath(std::mem::take(&mut state.path).trim().to_owned()));
            state.dialog = None;
        }
    });
}

fn save(ui: &mut egui::Ui, state: &mut UiState, actions: &mut Vec<Action>) {
    ui.heading("Save the session");
    let text =
        "Which files are open and how they are shown, not their data. Files are found again from the session's place.";
    ui.label(RichText::new(text).weak());
    ui.add_space(6.0);
    let is_entered = path_field(ui, state, "/data/talk.heliograph");
    ui.add_space(8.0);
    ui.horizontal(|ui| {
        if ui.button("Browse…").clicked() {
            actions.push(Action::BrowseSave);
            state.dialog = None;
        }
        if confirm(ui, state, "Save", is_entered) {
            actions.push(Action::SaveSession(std::mem::take(&mut state.path).trim().to_owned()));
            state.dialog = None;
        }
    });
}

fn save_selection(ui: &mut egui::Ui, state: &mut UiState, actions: &mut Vec<Action>) {
    ui.heading("Save what is selected");
    ui.label(RichText::new("A table: where each element is, and every number that its file gives it.").weak());
    ui.add_space(6.0);
    let is_entered = path_field(ui, state, "/data/selection.csv");
    ui.add_space(8.0);
    ui.horizontal(|ui| {
        if confirm(ui, state, "Save", is_entered) {
            actions.push(Action::SaveSelection(std::mem::take(&mut state.path).trim().to_owned()));
            state.dialog = None;
        }
    });
}

/// Pictures of these sizes are offered beside the one that is shown.
const SIZES: [(&str, Viewport); 3] = [
    ("1920 × 1080", Viewport { width: 1920, height: 1080 }),
    ("4K: 3840 × 2160", Viewport { width: 3840, height: 2160 }),
    ("8K: 7680 × 4320", Viewport { width: 7680, height: 4320 }),
];

fn export(ui: &mut egui::Ui, view: &View<'_>, state: &mut UiState, actions: &mut Vec<Action>) {
    ui.heading("Save the picture");
    if let Some(share) = view.export {
        ui.add(egui::ProgressBar::new(share).show_percentage());
        ui.add_space(8.0);
        if ui.button("Cancel").clicked() {
            actions.push(Action::CancelExport);
        }
        return;
    }
    ui.label(
        RichText::new("As PNG, without panels. Large pictures are drawn in parts; you can go on meanwhile.").weak(),
    );
    ui.add_space(6.0);
    let shown = state.picture_size.unwrap_or(SIZES[0].1);
    let mut size = state.export_size.unwrap_or(shown);
    ui.horizontal_wrapped(|ui| {
        let as_shown = (format!("As shown: {} × {}", shown.width, shown.height), shown);
        let offered = SIZES.map(|(label, size)| (label.to_owned(), size));
        for (label, one) in std::iter::once(as_shown).chain(offered) {
            if ui.selectable_label(size == one, label).clicked() {
                size = one;
            }
        }
    });
    ui.horizontal(|ui| {
        ui.label("Size");
        ui.add(egui::DragValue::new(&mut size.width).range(64..=MOST_SIDE).suffix(" px"));
        ui.label("×");
        ui.add(egui::DragValue::new(&mut size.height).range(64..=MOST_SIDE).suffix(" px"));
    });
    state.export_size = (size != shown).then_some(size);
    let mut is_lettered = !state.export_is_bare;
    ui.checkbox(&mut is_lettered, "With legends, labels, axes and scale bar");
    state.export_is_bare = !is_lettered;
    ui.add_space(6.0);
    let is_entered = path_field(ui, state, "/data/figure.png");
    ui.add_space(8.0);
    ui.horizontal(|ui| {
        if confirm(ui, state, "Save", is_entered) {
            let path = std::mem::take(&mut state.path).trim().to_owned();
            actions.push(Action::Export(size, is_lettered, path));
        }
    });
}

/// The longest side of a picture that is saved.
const MOST_SIDE: u32 = 8192;

/// True when Enter was pressed in it.
fn path_field(ui: &mut egui::Ui, state: &mut UiState, hint: &str) -> bool {
    let field = ui.add(TextEdit::singleline(&mut state.path).hint_text(hint).desired_width(f32::INFINITY));
    let is_entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    if !is_entered && ui.memory(|memory| memory.focused().is_none()) {
        field.request_focus();
    }
    is_entered
}

/// The buttons at the right end; true when it is to be done.
fn confirm(ui: &mut egui::Ui, state: &mut UiState, verb: &str, is_entered: bool) -> bool {
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        let has_path = !state.path.trim().is_empty();
        let is_clicked = ui.add_enabled(has_path, theme::primary_button(verb)).clicked();
        if ui.button("Cancel").clicked() {
            state.dialog = None;
        }
        has_path && (is_clicked || is_entered)
    })
    .inner
}

fn help(ui: &mut egui::Ui, state: &mut UiState) {
    ui.heading("Keys and gestures");
    ui.add_space(6.0);
    egui::Grid::new("help").num_columns(2).spacing([24.0, 5.0]).min_row_height(0.0).show(ui, |ui| {
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
