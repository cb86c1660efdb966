//! Words at places of the scene and the scale bar, as vectors over the picture.

use egui::{Align2, Color32, FontId, Painter, Pos2, Rect, Stroke, vec2};
use heliograph_scene::{ScaleBar, placed_labels};
use heliograph_wire::Pose;
use heliograph_wire::scene::Label;

const MARGIN: f32 = 16.0;

/// Draws the labels of a picture that fills `rect` and was drawn from `pose`; `is_dark`: behind the data.
pub(super) fn paint(painter: &Painter, rect: Rect, pose: &Pose, labels: &[Label], is_dark: bool) {
    let painter = painter.with_clip_rect(rect);
    for placed in placed_labels(pose, labels, rect.width(), rect.height()) {
        let place = rect.min + egui::Vec2::from(placed.at);
        outlined(&painter, place, Align2::CENTER_CENTER, &placed.label.text, placed.size, is_dark);
    }
}

/// Draws the bar in the lower right corner.
pub(super) fn scale_bar(painter: &Painter, rect: Rect, pose: &Pose, is_dark: bool) {
    let Some(bar) = ScaleBar::new(pose) else { return };
    let right = rect.right() - MARGIN;
    let (left, y) = (right - bar.share * rect.height(), rect.bottom() - MARGIN);
    let color = ink(is_dark);
    for width in [(3.5, paper(is_dark)), (1.5, color)] {
        let stroke = Stroke::new(width.0, width.1);
        painter.line_segment([Pos2::new(left, y), Pos2::new(right, y)], stroke);
        painter.line_segment([Pos2::new(left, y - 5.0), Pos2::new(left, y)], stroke);
        painter.line_segment([Pos2::new(right, y - 5.0), Pos2::new(right, y)], stroke);
    }
    let middle = Pos2::new((left + right) * 0.5, y - 11.0);
    outlined(painter, middle, Align2::CENTER_CENTER, &bar.text, 12.0, is_dark);
}

/// Legible on whatever is behind.
fn outlined(painter: &Painter, place: Pos2, align: Align2, text: &str, size: f32, is_dark: bool) {
    let font = FontId::proportional(size);
    for aside in [vec2(-1.0, 0.0), vec2(1.0, 0.0), vec2(0.0, -1.0), vec2(0.0, 1.0)] {
        painter.text(place + aside, align, text, font.clone(), paper(is_dark));
    }
    painter.text(place, align, text, font, ink(is_dark));
}

fn ink(is_dark: bool) -> Color32 {
    if is_dark { Color32::from_rgb(226, 230, 238) } else { Color32::from_rgb(28, 32, 40) }
}

fn paper(is_dark: bool) -> Color32 {
    if is_dark { Color32::from_black_alpha(170) } else { Color32::from_white_alpha(190) }
}
