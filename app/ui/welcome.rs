//! The empty scene: says what to drop, and offers the bundled scenes.

use super::{Action, Dialog, UiState, theme};
use crate::samples::SAMPLES;
use egui::{RichText, vec2};

const WIDTH: f32 = 380.0;

pub(super) fn show(ui: &mut egui::Ui, state: &mut UiState, actions: &mut Vec<Action>) {
    ui.painter().rect_filled(ui.max_rect(), 0.0, ui.visuals().extreme_bg_color);
    ui.vertical_centered(|ui| {
        ui.add_space((ui.available_height() * 0.5 - 190.0).max(24.0));
        ui.label(RichText::new("Drop a file here").size(26.0));
        ui.add_space(2.0);
        ui.label(
            RichText::new("Points, surfaces, streamlines, networks and volumes: `heliograph formats` lists the kinds")
                .weak(),
        );
        ui.add_space(14.0);
        if ui.add(theme::primary_button("Open files…").min_size(vec2(150.0, 34.0))).clicked() {
            state.dialog = Some(Dialog::Open);
        }
        ui.add_space(26.0);
        ui.label(RichText::new("or begin with one of these").small().weak());
        ui.add_space(4.0);
        for (index, sample) in SAMPLES.iter().enumerate() {
            let button = egui::Button::new(sample.title).shortcut_text(sample.about).min_size(vec2(WIDTH, 32.0));
            if ui.add(button).clicked() {
                actions.push(Action::OpenSample(index));
            }
        }
    });
}
