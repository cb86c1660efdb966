//! The scene's picture and the host's hand on it.

use super::{Action, Tool, UiState, View, card, labels, legend, tools, triad, welcome};
use egui::{PointerButton, Pos2, Rect, Sense};
use heliograph_scene::Viewport;
use heliograph_wire::{Button, Command, Input, Pose, SceneStatus, Value};

/// Scrolling so many points zooms by a factor of e.
const POINTS_PER_E: f32 = 240.0;
/// What the encoder takes.
const LEAST: f32 = 64.0;
const MOST: (f32, f32) = (3840.0, 2160.0);

const BUTTONS: [(PointerButton, Button); 3] = [
    (PointerButton::Primary, Button::Primary),
    (PointerButton::Secondary, Button::Secondary),
    (PointerButton::Middle, Button::Middle),
];

pub(super) fn show(ui: &mut egui::Ui, view: &View<'_>, state: &mut UiState, actions: &mut Vec<Action>) {
    egui::CentralPanel::no_frame().show(ui, |ui| {
        let rect = ui.max_rect();
        follow_size(ui, rect, state, actions);
        if view.status.layers.is_empty() && view.loading.is_empty() {
            welcome::show(ui, state, actions);
            return;
        }
        let response = ui.allocate_rect(rect, Sense::click_and_drag());
        if let Some(picture) = view.picture {
            let whole = Rect::from_min_max(Pos2::ZERO, Pos2::new(1.0, 1.0));
            ui.painter().image(picture, rect, whole, egui::Color32::WHITE);
        }
        if let Some(pose) = &view.pose {
            letter(ui.painter(), rect, view.status, pose, ui.visuals());
        }
        if let Some(pose) = &view.pose {
            tools::paint_measure(ui.painter(), rect, pose, view);
        }
        tools::paint_stroke(ui.painter(), state);
        if state.tool != Tool::Look {
            ui.ctx().set_cursor_icon(egui::CursorIcon::Crosshair);
        }
        if !tools::handle(&response, rect, state, actions) {
            drags(&response, rect, actions);
            clicks(&response, rect, actions);
        }
        zoom(&response, rect, actions);
    });
}

/// Draws what stands beside the data over its picture: labels, scale bar, axes, legends.
pub(super) fn letter(painter: &egui::Painter, rect: Rect, status: &SceneStatus, pose: &Pose, visuals: &egui::Visuals) {
    let is_dark = is_dark(status);
    labels::paint(painter, rect, pose, &status.labels, is_dark);
    if shows(status, "show_scale") {
        labels::scale_bar(painter, rect, pose, is_dark);
    }
    if shows(status, "show_axes") {
        triad::paint(painter, rect, pose);
    }
    legend::paint(painter, rect, status, visuals);
    if let Some(picked) = &status.picked {
        card::paint(painter, rect, pose, picked, visuals);
    }
}

/// What the scene's own property says.
fn shows(status: &SceneStatus, what: &str) -> bool {
    let found = status.properties.iter().find(|property| property.id == what);
    found.is_some_and(|property| property.value == Value::Toggle(true))
}

/// Whether it is dark behind the data.
pub(super) fn is_dark(status: &SceneStatus) -> bool {
    let background = status.properties.iter().find(|property| property.id == "background");
    !background.is_some_and(
        |property| matches!(&property.value, Value::Choice(choice) if choice == "light" || choice == "white"),
    )
}

/// The picture is as large as its place, in pixels, so that none is drawn in vain.
fn follow_size(ui: &egui::Ui, rect: Rect, state: &mut UiState, actions: &mut Vec<Action>) {
    let pixels = rect.size() * ui.ctx().pixels_per_point();
    // Even, because the encoder's chroma has half the size.
    let even = |length: f32, most: f32| (length.clamp(LEAST, most) / 2.0).round() as u32 * 2;
    let size = Viewport { width: even(pixels.x, MOST.0), height: even(pixels.y, MOST.1) };
    if state.picture_size != Some(size) {
        state.picture_size = Some(size);
        actions.push(Action::Resize(size));
    }
}

/// A place on the screen as a fraction of the picture.
fn fraction(rect: Rect, position: Pos2) -> (f32, f32) {
    ((position.x - rect.left()) / rect.width().max(1.0), (position.y - rect.top()) / rect.height().max(1.0))
}

fn drags(response: &egui::Response, rect: Rect, actions: &mut Vec<Action>) {
    let Some(position) = response.interact_pointer_pos() else { return };
    let (x, y) = fraction(rect, position);
    let (origin, shift) =
        response.ctx.input(|input| (input.pointer.press_origin().unwrap_or(position), input.modifiers.shift));
    for (pointer_button, button) in BUTTONS {
        if response.drag_started_by(pointer_button) {
            let (x, y) = fraction(rect, origin);
            actions.push(Action::Input(Input::Down { button, x, y, shift }));
        }
        if response.drag_stopped_by(pointer_button) {
            actions.push(Action::Input(Input::Up { button, x, y }));
        } else if response.dragged_by(pointer_button) && response.drag_motion() != egui::Vec2::ZERO {
            actions.push(Action::Input(Input::Move { x, y, pinch: 1.0 }));
        }
    }
}

fn clicks(response: &egui::Response, rect: Rect, actions: &mut Vec<Action>) {
    let Some((x, y)) = response.interact_pointer_pos().map(|position| fraction(rect, position)) else { return };
    if response.double_clicked() {
        actions.push(Command::Recenter { x, y }.into());
    } else if response.clicked() {
        actions.push(Command::Pick { x, y }.into());
    }
}

fn zoom(response: &egui::Response, rect: Rect, actions: &mut Vec<Action>) {
    let Some((x, y)) = response.hover_pos().map(|position| fraction(rect, position)) else { return };
    let (scrolled, pinched) = response.ctx.input(|input| (input.smooth_scroll_delta().y, input.zoom_delta()));
    let factor = (scrolled / POINTS_PER_E).exp() * pinched;
    if (factor - 1.0).abs() > 1e-4 {
        actions.push(Command::Zoom { factor, x, y }.into());
    }
}
