//! The axes in the corner of the scene's picture, as vectors over it.

use egui::{Align2, Color32, FontId, Painter, Pos2, Rect, Stroke};
use heliograph_scene::{HUB_COLOR, LETTER_COLOR, Triad};
use heliograph_wire::Pose;

/// Draws the axes over a picture that fills `rect` and was drawn from `pose`.
pub(super) fn paint(painter: &Painter, rect: Rect, pose: &Pose) {
    let triad = Triad::new(pose, rect.width(), rect.height());
    let place = |[x, y]: [f32; 2]| Pos2::new(rect.left() + x, rect.top() + y);
    let hub = |painter: &Painter| painter.circle_filled(place(triad.middle), triad.hub_radius, color(HUB_COLOR));
    let mut is_hub_drawn = false;
    for axis in triad.axes {
        if axis.towards_viewer >= 0.0 && !std::mem::replace(&mut is_hub_drawn, true) {
            hub(painter);
        }
        let end = place(axis.end);
        painter.line_segment([place(triad.middle), end], Stroke::new(triad.rod_width, color(axis.color)));
        painter.circle_filled(end, triad.ball_radius, color(axis.color));
        let font = FontId::proportional(triad.letter_height);
        painter.text(end, Align2::CENTER_CENTER, axis.name, font, color(LETTER_COLOR));
    }
    if !is_hub_drawn {
        hub(painter);
    }
}

fn color([red, green, blue]: [u8; 3]) -> Color32 {
    Color32::from_rgb(red, green, blue)
}
