//! The bar at the top: open, look, share.

use super::{Action, Dialog, UiState, View, keys, menus, theme};
use crate::host::ShareState;
use egui::{Align, Button, Layout, RichText};
use heliograph_wire::{Command, Side};

pub(super) fn show(ui: &mut egui::Ui, view: &View<'_>, state: &mut UiState, actions: &mut Vec<Action>) {
    let frame = egui::Frame::side_top_panel(ui.style()).inner_margin(egui::Margin::symmetric(12, 7));
    egui::Panel::top("toolbar").frame(frame).show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.label(RichText::new("Heliograph").strong().color(theme::accent_text(ui.visuals())));
            ui.add_space(6.0);
            ui.menu_button("File", |ui| menus::file(ui, view, state, actions));
            ui.menu_button("Edit", |ui| menus::edit(ui, view, actions));
            ui.menu_button("View", |ui| view_menu(ui, view, actions));
            ui.menu_button("Tools", |ui| menus::tools(ui, view, state, actions));
            if ui.button("Fit").on_hover_text("Fit everything into the picture (F)").clicked() {
                actions.push(Command::Fit.into());
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                share_button(ui, view, state, actions);
                if ui.button("?").on_hover_text("Keys and gestures (?)").clicked() {
                    state.dialog = Some(Dialog::Help);
                }
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    ui.add_space(8.0);
                    ui.add(egui::Label::new(RichText::new(&view.status.title).weak()).truncate());
                });
            });
        });
    });
}

fn view_menu(ui: &mut egui::Ui, view: &View<'_>, actions: &mut Vec<Action>) {
    let mut entry = |ui: &mut egui::Ui, label: &str, key: &str, command: Command| {
        if ui.add(Button::new(label).shortcut_text(key)).clicked() {
            actions.push(command.into());
            ui.close();
        }
    };
    entry(ui, "Fit everything", "F", Command::Fit);
    ui.separator();
    for (index, from) in Side::ALL.into_iter().enumerate() {
        let label = match from {
            Side::Front => "From the front",
            Side::Back => "From the back",
            Side::Left => "From the left",
            Side::Right => "From the right",
            Side::Top => "From the top",
            Side::Bottom => "From below",
        };
        entry(ui, label, &(index + 1).to_string(), Command::Look { from });
    }
    ui.separator();
    if let Some(command) = keys::other_projection(view) {
        entry(ui, "Switch perspective and parallel", "O", command);
    }
}

fn share_button(ui: &mut egui::Ui, view: &View<'_>, state: &mut UiState, actions: &mut Vec<Action>) {
    let hint = format!("Mirror this view to a browser ({})", ui.ctx().format_shortcut(&keys::SHARE));
    let button = match view.share {
        ShareState::Off => theme::primary_button("Share"),
        ShareState::Starting | ShareState::Restarting(_) => Button::new("Sharing…"),
        ShareState::Live(_) => {
            let watching = match view.room.guests.len() {
                0 => "Sharing".to_owned(),
                1 => "Sharing · 1 viewer".to_owned(),
                many => format!("Sharing · {many} viewers"),
            };
            Button::new(RichText::new(watching).color(theme::accent_text(ui.visuals())))
        }
    };
    if ui.add(button).on_hover_text(hint).clicked() {
        press_share(view, state, actions);
    }
}

/// One click shares; while sharing, it shows the links.
pub(super) fn press_share(view: &View<'_>, state: &mut UiState, actions: &mut Vec<Action>) {
    if *view.share == ShareState::Off {
        actions.push(Action::StartSharing);
    }
    state.copied = None;
    state.dialog = Some(Dialog::Share);
}
