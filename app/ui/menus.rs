//! The menus at the top: files, and what was done.

use super::tools::{TOOLS, Tool};
use super::{Action, Dialog, UiState, View, keys};
use crate::samples::SAMPLES;
use egui::{Button, KeyboardShortcut};
use heliograph_wire::{Command, Step};

/// An entry with its shortcut; true when it was chosen.
fn entry(ui: &mut egui::Ui, is_enabled: bool, label: &str, shortcut: Option<&KeyboardShortcut>) -> bool {
    let shortcut = shortcut.map(|shortcut| ui.ctx().format_shortcut(shortcut)).unwrap_or_default();
    let is_chosen = ui.add_enabled(is_enabled, Button::new(label).shortcut_text(shortcut)).clicked();
    if is_chosen {
        ui.close();
    }
    is_chosen
}

pub(super) fn file(ui: &mut egui::Ui, view: &View<'_>, state: &mut UiState, actions: &mut Vec<Action>) {
    let is_empty = view.status.layers.is_empty();
    if entry(ui, true, "Open…", Some(&keys::OPEN)) {
        state.dialog = Some(Dialog::Open);
    }
    ui.menu_button("Open recent", |ui| {
        if view.recent.is_empty() {
            ui.weak("Nothing yet");
        }
        for path in view.recent {
            let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
            let folder = path.parent().map(|folder| folder.to_string_lossy()).unwrap_or_default();
            if ui.add(Button::new(name).shortcut_text(folder)).clicked() {
                actions.push(Action::OpenPath(path.to_string_lossy().into_owned()));
                ui.close();
            }
        }
    });
    ui.menu_button("Open a sample", |ui| {
        for (index, sample) in SAMPLES.iter().enumerate() {
            if ui.add(Button::new(sample.title).shortcut_text(sample.about)).clicked() {
                actions.push(Action::OpenSample(index));
                ui.close();
            }
        }
    });
    ui.separator();
    if entry(ui, !is_empty, "Save session…", Some(&keys::SAVE)) {
        ask_where_to_save(view, state);
    }
    if entry(ui, !is_empty, "Save picture…", Some(&keys::EXPORT)) {
        state.dialog = Some(Dialog::Export);
        state.path.clear();
    }
}

pub(super) fn edit(ui: &mut egui::Ui, view: &View<'_>, actions: &mut Vec<Action>) {
    let named = |verb: &str, step: Option<&Step>| match step {
        None => verb.to_owned(),
        Some(Step { what, by: None }) => format!("{verb} {what}"),
        Some(Step { what, by: Some(name) }) => format!("{verb} {what} ({name})"),
    };
    if entry(ui, view.status.undo.is_some(), &named("Undo", view.status.undo.as_deref()), Some(&keys::UNDO)) {
        actions.push(Command::Undo.into());
    }
    if entry(ui, view.status.redo.is_some(), &named("Redo", view.status.redo.as_deref()), Some(&keys::REDO)) {
        actions.push(Command::Redo.into());
    }
    ui.separator();
    if entry(ui, !view.status.layers.is_empty(), "Copy view", Some(&keys::COPY_VIEW)) {
        actions.push(Action::CopyView);
    }
    ui.weak("Ctrl+V opens a view that was copied");
}

pub(super) fn tools(ui: &mut egui::Ui, view: &View<'_>, state: &mut UiState, actions: &mut Vec<Action>) {
    for (tool, name, key, hint) in TOOLS {
        let is_on = state.tool == tool;
        let button = Button::selectable(is_on, name).shortcut_text(key.name());
        if ui.add(button).on_hover_text(hint).clicked() {
            state.tool = if is_on { Tool::Look } else { tool };
            ui.close();
        }
    }
    ui.separator();
    if entry(ui, view.status.measure.is_some(), "Clear the measurement", None) {
        actions.push(Command::ClearMeasure.into());
    }
    if entry(ui, view.status.selection.is_some(), "Clear the selection", None) {
        actions.push(Command::ClearSelection.into());
    }
}

/// Beside where it was saved or opened last.
pub(super) fn ask_where_to_save(view: &View<'_>, state: &mut UiState) {
    state.path = view.session_path.map(|path| path.to_string_lossy().into_owned()).unwrap_or_default();
    state.dialog = Some(Dialog::Save);
}
