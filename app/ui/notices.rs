//! What the host should see whatever it looks at: who knocks, and sentences about what went wrong.

use super::{Action, Dialog, UiState, View, people, theme};
use egui::{Align, Align2, Area, Frame, Id, Layout, Stroke};

pub(super) fn show(context: &egui::Context, view: &View<'_>, state: &UiState, actions: &mut Vec<Action>) {
    // The dialog of the session shows them itself.
    let knocks = if state.dialog == Some(Dialog::Share) { &[] } else { &view.room.knocks[..] };
    if view.problems.is_empty() && knocks.is_empty() {
        return;
    }
    let area = Area::new(Id::unique("notices")).anchor(Align2::RIGHT_BOTTOM, egui::vec2(-16.0, -44.0));
    area.show(context, |ui| {
        if !knocks.is_empty() {
            Frame::window(ui.style()).stroke(Stroke::new(1.0, theme::ACCENT)).inner_margin(12).show(ui, |ui| {
                ui.set_width(400.0);
                people::knocks(ui, knocks, actions);
            });
        }
        for (index, problem) in view.problems.iter().enumerate() {
            Frame::window(ui.style()).stroke(Stroke::new(1.0, theme::ALERT)).inner_margin(12).show(ui, |ui| {
                ui.set_width(400.0);
                ui.horizontal_top(|ui| {
                    ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
                        if ui.button("×").on_hover_text("Dismiss").clicked() {
                            actions.push(Action::Dismiss(index));
                        }
                        ui.with_layout(Layout::top_down(Align::Min), |ui| {
                            ui.add(egui::Label::new(problem).wrap());
                        });
                    });
                });
            });
        }
    });
}
