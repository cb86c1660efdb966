//! A slider with two handles over the histogram of what there is, and both ends to type.

use egui::{CursorIcon, DragValue, Rect, Sense, Ui, pos2, vec2};
use std::ops::RangeInclusive;

const HEIGHT: f32 = 34.0;
const HANDLE_WIDTH: f32 = 5.0;
/// Where the slider ends and where it begins to count as the other handle.
const WIDTH: f32 = 168.0;

/// Draws it; returns both ends when the user changed one.
pub(super) fn show(
    ui: &mut Ui,
    range: RangeInclusive<f64>,
    histogram: &[u32],
    ends: [f64; 2],
    unit: Option<&str>,
    label: egui::Id,
) -> Option<[f64; 2]> {
    let mut now = ends;
    ui.vertical(|ui| {
        slider(ui, &range, histogram, &mut now);
        ui.horizontal(|ui| {
            let speed = (range.end() - range.start()).abs().max(f64::MIN_POSITIVE) / 200.0;
            let suffix = unit.map_or(String::new(), |unit| format!(" {unit}"));
            let field = |value| DragValue::new(value).speed(speed).max_decimals(4).suffix(suffix.clone());
            let [least, most] = &mut now;
            let (lower, upper) = (*least, *most);
            ui.add(field(least).range(f64::MIN..=upper)).labelled_by(label);
            ui.add(field(most).range(lower..=f64::MAX)).labelled_by(label);
        });
    });
    (now != ends).then_some(now)
}

fn slider(ui: &mut Ui, range: &RangeInclusive<f64>, histogram: &[u32], ends: &mut [f64; 2]) {
    let (area, response) = ui.allocate_exact_size(vec2(WIDTH, HEIGHT), Sense::click_and_drag());
    let (start, width) = (*range.start(), range.end() - range.start());
    let share = |value: f64| if width > 0.0 { ((value - start) / width).clamp(0.0, 1.0) as f32 } else { 0.0 };
    let inner = area.shrink2(vec2(HANDLE_WIDTH, 0.0));
    let x_of = |value: f64| inner.left() + share(value) * inner.width();

    // The handle that was nearer when the drag began.
    let held = response.id.with("held");
    if let Some(pointer) = response.interact_pointer_pos().filter(|_| width > 0.0) {
        if response.drag_started() || response.clicked() {
            let press = ui.input(|input| input.pointer.press_origin()).unwrap_or(pointer);
            let is_upper = (press.x - x_of(ends[1])).abs() <= (press.x - x_of(ends[0])).abs();
            ui.data_mut(|data| data.insert_temp(held, is_upper));
        }
        let is_upper = ui.data(|data| data.get_temp(held)).unwrap_or(false);
        let value = start + f64::from(((pointer.x - inner.left()) / inner.width()).clamp(0.0, 1.0)) * width;
        if is_upper {
            ends[1] = value.max(ends[0]);
        } else {
            ends[0] = value.min(ends[1]);
        }
    }

    let visuals = ui.visuals();
    let (inside, outside) = (visuals.selection.bg_fill, visuals.widgets.inactive.bg_fill);
    let tallest = histogram.iter().copied().max().unwrap_or(0).max(1) as f32;
    let [from, to] = [x_of(ends[0]), x_of(ends[1])];
    let painter = ui.painter();
    if histogram.is_empty() {
        let bar = Rect::from_center_size(inner.center(), vec2(inner.width(), 4.0));
        painter.rect_filled(bar, 2.0, outside);
        painter.rect_filled(Rect::from_x_y_ranges(from..=to, bar.y_range()), 2.0, inside);
    }
    let bar_width = inner.width() / histogram.len().max(1) as f32;
    for (index, &count) in histogram.iter().enumerate() {
        let left = inner.left() + bar_width * index as f32;
        // The square root shows what is rare beside what is frequent.
        let top = area.bottom() - (count as f32 / tallest).sqrt() * area.height();
        let bar = Rect::from_min_max(pos2(left, top), pos2(left + bar_width, area.bottom()));
        let is_inside = left + bar_width * 0.5 >= from && left + bar_width * 0.5 <= to;
        painter.rect_filled(bar, 0.0, if is_inside { inside } else { outside });
    }
    let color =
        if response.hovered() || response.dragged() { visuals.strong_text_color() } else { visuals.text_color() };
    for x in [from, to] {
        let handle = Rect::from_center_size(pos2(x, area.center().y), vec2(HANDLE_WIDTH, area.height()));
        painter.rect_filled(handle, 2.0, color);
    }
    response.on_hover_cursor(CursorIcon::ResizeHorizontal);
}
