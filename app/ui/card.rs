//! What a file says of what is marked, on a card beside the mark.

use egui::{Align2, FontId, Painter, Pos2, Rect, vec2};
use heliograph_scene::on_picture;
use heliograph_wire::Pose;
use heliograph_wire::scene::{PickedField, PickedStatus};

/// From the mark to the card's nearest corner.
const ASIDE: f32 = 16.0;
const PADDING: f32 = 10.0;
const LINE: f32 = 17.0;
const TEXT: f32 = 12.0;
const GAP: f32 = 14.0;
/// The panel has all of them.
const MOST_ROWS: usize = 12;
/// Longer texts are cut.
const WIDEST: f32 = 180.0;

/// Draws the card over a picture that fills `picture` and was drawn from `pose`.
pub(super) fn paint(painter: &Painter, picture: Rect, pose: &Pose, picked: &PickedStatus, visuals: &egui::Visuals) {
    let Some([x, y]) = on_picture(pose, picked.at.into(), picture.width(), picture.height()) else { return };
    let mark = picture.min + vec2(x, y);
    if picked.fields.is_empty() || !picture.contains(mark) {
        return;
    }
    let painter = painter.with_clip_rect(picture);
    let font = FontId::proportional(TEXT);
    let [weak, strong] = [visuals.weak_text_color(), visuals.strong_text_color()];
    let laid_out = |text: &str, color| {
        let mut job = egui::text::LayoutJob::simple_singleline(text.to_owned(), font.clone(), color);
        job.wrap = egui::text::TextWrapping::truncate_at_width(WIDEST);
        painter.layout_job(job)
    };
    let row = |field: &PickedField| [laid_out(&field.name, weak), laid_out(&field.value, strong)];
    let mut rows: Vec<_> = picked.fields.iter().take(MOST_ROWS).map(row).collect();
    let more = picked.fields.len().saturating_sub(MOST_ROWS);
    if more > 0 {
        rows.push([laid_out(&format!("and {more} more"), weak), laid_out("", strong)]);
    }
    let widest = |side: usize| rows.iter().map(|row| row[side].size().x).fold(0.0, f32::max);
    let (names, values) = (widest(0), widest(1));
    let size = vec2(names + GAP + values, LINE * rows.len() as f32) + vec2(PADDING, PADDING) * 2.0;
    let area = beside(mark, size, picture);
    painter.rect_filled(area, 6.0, visuals.window_fill.gamma_multiply(0.92));
    let mut at = area.min + vec2(PADDING, PADDING);
    for [name, value] in rows {
        painter.galley(at, name, weak);
        let right = Align2::RIGHT_TOP.anchor_size(Pos2::new(area.right() - PADDING, at.y), value.size());
        painter.galley(right.min, value, strong);
        at.y += LINE;
    }
}

/// To the right of and below the mark, where there is room; else on its other side.
fn beside(mark: Pos2, size: egui::Vec2, picture: Rect) -> Rect {
    let along = |mark: f32, size: f32, [start, end]: [f32; 2]| {
        let after = mark + ASIDE;
        let place = if after + size <= end { after } else { mark - ASIDE - size };
        place.clamp(start, (end - size).max(start))
    };
    let left = along(mark.x, size.x, [picture.left(), picture.right()]);
    let top = along(mark.y, size.y, [picture.top(), picture.bottom()]);
    Rect::from_min_size(Pos2::new(left, top), size)
}
