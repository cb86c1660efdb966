//! What the primary button does on the picture beside turning it: measuring, and selecting by box or lasso; what is measured and
//! selected, and what can be done with it.

use super::{Action, UiState, View, legend, theme};
use egui::{Color32, Key, Painter, Pos2, Rect, RichText, Shape as Drawn, Stroke, vec2};
use heliograph_scene::{on_picture, text};
use heliograph_wire::selection::{SelectedLayer, SelectedNumbers};
use heliograph_wire::{Command, How, Pose, Shape};

/// What the primary button does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tool {
    /// Turns, and says what is under the pointer.
    #[default]
    Look,
    /// Sets the ends of a line.
    Measure,
    /// Selects what lies in a box.
    Box,
    /// Selects what lies in a loop.
    Lasso,
}

/// Every tool with its name, its key, and what to do with it.
pub(super) const TOOLS: [(Tool, &str, Key, &str); 3] = [
    (Tool::Measure, "Measure", Key::M, "Click two places; a third click begins anew"),
    (Tool::Box, "Select in a box", Key::B, "Drag a box; with Shift it is added, with Ctrl taken away"),
    (Tool::Lasso, "Select in a loop", Key::G, "Draw around it; with Shift it is added, with Ctrl taken away"),
];

/// Corners nearer than this to the one before are left out, in points.
const CORNER_GAP: f32 = 3.0;
const MOST_CORNERS: usize = 250;

/// The primary button on the picture; true when a tool took it.
pub(super) fn handle(response: &egui::Response, rect: Rect, state: &mut UiState, actions: &mut Vec<Action>) -> bool {
    let tool = state.tool;
    if tool == Tool::Look {
        return false;
    }
    let place = |at: Pos2| [(at.x - rect.left()) / rect.width().max(1.0), (at.y - rect.top()) / rect.height().max(1.0)];
    let primary = egui::PointerButton::Primary;
    let Some(at) = response.interact_pointer_pos() else { return false };
    if tool == Tool::Measure {
        if response.clicked() {
            let [x, y] = place(at);
            actions.push(Command::Measure { x, y }.into());
        }
        return response.clicked() || response.dragged_by(primary) || response.drag_started_by(primary);
    }
    if response.drag_started_by(primary) {
        let origin = response.ctx.input(|input| input.pointer.press_origin()).unwrap_or(at);
        state.stroke = vec![origin, at];
        return true;
    }
    if response.drag_stopped_by(primary) {
        let stroke = std::mem::take(&mut state.stroke);
        let how = response.ctx.input(|input| match (input.modifiers.shift, input.modifiers.command) {
            (true, _) => How::Add,
            (_, true) => How::Remove,
            _ => How::Replace,
        });
        let shape = match (tool, stroke.as_slice()) {
            (Tool::Box, [from, .., to]) => Shape::Box { from: place(*from), to: place(*to) },
            (Tool::Lasso, corners) if corners.len() > 2 => {
                Shape::Lasso { corners: corners.iter().map(|corner| place(*corner)).collect() }
            }
            _ => return true,
        };
        actions.push(Command::Select { shape, how }.into());
        return true;
    }
    if response.dragged_by(primary) {
        match tool {
            Tool::Box => state.stroke.truncate(1),
            _ if state.stroke.len() >= MOST_CORNERS => return true,
            _ => {}
        }
        if state.stroke.last().is_none_or(|last| last.distance(at) > CORNER_GAP) || tool == Tool::Box {
            state.stroke.push(at);
        }
        return true;
    }
    if response.clicked() {
        let [x, y] = place(at);
        let add = response.ctx.input(|input| input.modifiers.shift);
        let how = if add { How::Add } else { How::Replace };
        actions.push(Command::Select { shape: Shape::Point { x, y }, how }.into());
    }
    response.clicked()
}

/// The shape that is being drawn.
pub(super) fn paint_stroke(painter: &Painter, state: &UiState) {
    let [first, .., last] = state.stroke.as_slice() else { return };
    let (line, fill) = (Stroke::new(1.5, theme::ACCENT), theme::ACCENT.gamma_multiply(0.15));
    if state.tool == Tool::Box {
        painter.rect(Rect::from_two_pos(*first, *last), 0.0, fill, line, egui::StrokeKind::Middle);
    } else {
        painter.add(Drawn::closed_line(state.stroke.clone(), line));
    }
}

/// The line that is measured, over a picture that fills `rect` and was drawn from `pose`.
pub(super) fn paint_measure(painter: &Painter, rect: Rect, pose: &Pose, view: &View<'_>) {
    let Some(measure) = &view.status.measure else { return };
    let spot = |scene: [f32; 3]| {
        on_picture(pose, scene.into(), rect.width(), rect.height()).map(|[x, y]| rect.min + vec2(x, y))
    };
    let (from, to) = (spot(measure.from.scene), measure.to.and_then(|end| spot(end.scene)));
    if let (Some(from), Some(to)) = (from, to) {
        painter.line_segment([from, to], Stroke::new(4.0, Color32::from_black_alpha(140)));
        painter.line_segment([from, to], Stroke::new(2.0, theme::ACCENT));
        if let Some(distance) = &measure.distance {
            let font = egui::FontId::proportional(14.0);
            let text = painter.layout_no_wrap(distance.clone(), font, Color32::WHITE);
            let middle = from + (to - from) * 0.5;
            let area = Rect::from_center_size(middle, text.size() + vec2(14.0, 8.0));
            painter.rect_filled(area, 6.0, Color32::from_black_alpha(190));
            painter.galley(area.center() - text.size() * 0.5, text, Color32::WHITE);
        }
    }
    for end in [from, to].into_iter().flatten() {
        painter.circle(end, 4.5, theme::ACCENT, Stroke::new(1.5, Color32::from_black_alpha(160)));
    }
}

/// What is marked, with all that its file says of it.
pub(super) fn marked(ui: &mut egui::Ui, view: &View<'_>) {
    let Some(picked) = view.status.picked.as_ref().filter(|picked| !picked.fields.is_empty()) else { return };
    ui.add_space(10.0);
    ui.label(RichText::new("Marked").small().strong().weak());
    egui::Grid::new("marked").num_columns(2).show(ui, |ui| {
        for field in &picked.fields {
            ui.label(RichText::new(&field.name).weak());
            ui.add(egui::Label::new(&field.value).wrap());
            ui.end_row();
        }
    });
}

/// What is selected, and what can be done with it.
pub(super) fn selection(ui: &mut egui::Ui, view: &View<'_>, state: &mut UiState, actions: &mut Vec<Action>) {
    let Some(selection) = &view.status.selection else { return };
    ui.add_space(10.0);
    ui.label(RichText::new("Selection").small().strong().weak());
    for layer in &selection.layers {
        layer_of_selection(ui, layer);
    }
    ui.horizontal(|ui| {
        if ui.button("Clear").clicked() {
            actions.push(Command::ClearSelection.into());
        }
        if ui.button("Save as CSV…").clicked() {
            state.path.clear();
            state.dialog = Some(super::Dialog::SaveSelection);
        }
    });
}

fn layer_of_selection(ui: &mut egui::Ui, layer: &SelectedLayer) {
    ui.label(format!("{}: {}", layer.name, layer.summary));
    egui::Grid::new(("selected", layer.id.0)).num_columns(2).show(ui, |ui| {
        for field in &layer.fields {
            let unit = field.unit.as_ref().map_or(String::new(), |unit| format!(" ({unit})"));
            ui.label(RichText::new(format!("{}{unit}", field.name)).weak());
            let text = match &field.numbers {
                None => "no value".to_owned(),
                Some(SelectedNumbers::Quantity { least, mean, greatest, deviation }) => {
                    let [mean, deviation, least, greatest] = [*mean, *deviation, *least, *greatest].map(legend::number);
                    format!("{mean} ± {deviation}, from {least} to {greatest}")
                }
                Some(SelectedNumbers::Kinds { most, more }) => {
                    let named: Vec<String> =
                        most.iter().map(|kind| format!("{} {}", text::count(kind.count.into()), kind.label)).collect();
                    let rest = if *more > 0 { format!(" and {more} more") } else { String::new() };
                    format!("{}{rest}", named.join(", "))
                }
            };
            ui.add(egui::Label::new(text).wrap());
            ui.end_row();
        }
    });
}
