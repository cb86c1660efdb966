//! What the colours mean, over the picture: a colour bar with its ticks, or a list of kinds.

use egui::{Align2, Color32, FontId, Painter, Rect, pos2, vec2};
use heliograph_wire::SceneStatus;
use heliograph_wire::scene::{Legend, LegendScale};

const MARGIN: f32 = 16.0;
const PADDING: f32 = 10.0;
const BAR: egui::Vec2 = vec2(14.0, 150.0);
const LINE: f32 = 17.0;
const TEXT: f32 = 12.0;
const TICKS: usize = 5;

/// Draws the legends of all visible layers, one below the other, from the upper right corner of the picture down.
pub(super) fn paint(painter: &Painter, picture: Rect, status: &SceneStatus, visuals: &egui::Visuals) {
    let mut top = picture.top() + MARGIN;
    for legend in status.layers.iter().filter(|layer| layer.visible).flat_map(|layer| &layer.legends) {
        let size = size_of(painter, legend);
        let area = Rect::from_min_size(pos2(picture.right() - MARGIN - size.x, top), size);
        if area.bottom() > picture.bottom() - MARGIN {
            break;
        }
        painter.rect_filled(area, 6.0, visuals.window_fill.gamma_multiply(0.85));
        draw(painter, area.shrink(PADDING), legend, visuals);
        top = area.bottom() + 8.0;
    }
}

fn title(legend: &Legend) -> String {
    legend.unit.as_ref().map_or_else(|| legend.title.clone(), |unit| format!("{} ({unit})", legend.title))
}

/// What stands beside the colours, from above.
fn lines(legend: &Legend) -> Vec<String> {
    match &legend.scale {
        LegendScale::Ramp { range, log, .. } => {
            (0..TICKS).rev().map(|tick| number(at(*range, *log, tick as f64 / (TICKS - 1) as f64))).collect()
        }
        LegendScale::Keys { entries, more } => {
            let rest = (*more > 0).then(|| format!("and {more} more"));
            entries.iter().map(|entry| entry.label.clone()).chain(rest).collect()
        }
    }
}

/// The quantity at a place of the bar, from 0 to 1.
fn at([least, most]: [f64; 2], log: bool, share: f64) -> f64 {
    if !log {
        return least + (most - least) * share;
    }
    // As the colours are: four decades where the scale begins at zero.
    let least = if least > 0.0 { least } else { most * 1e-4 };
    least * (most / least).powf(share)
}

/// With four digits; very large and small ones with a power of ten.
pub(super) fn number(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(1e-3..1e7).contains(&size) {
        return format!("{value:.2e}");
    }
    let decimals = if size == 0.0 { 0 } else { (3.0 - size.log10().floor()).clamp(0.0, 6.0) as usize };
    let text = format!("{value:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

fn size_of(painter: &Painter, legend: &Legend) -> egui::Vec2 {
    let width = |text: String| painter.layout_no_wrap(text, FontId::proportional(TEXT), Color32::WHITE).size().x;
    let widest = lines(legend).into_iter().map(width).fold(0.0, f32::max);
    let body = match &legend.scale {
        LegendScale::Ramp { .. } => BAR.y,
        LegendScale::Keys { .. } => LINE * lines(legend).len() as f32,
    };
    vec2((BAR.x + 8.0 + widest).max(width(title(legend))), LINE + 6.0 + body) + 2.0 * vec2(PADDING, PADDING)
}

fn draw(painter: &Painter, area: Rect, legend: &Legend, visuals: &egui::Visuals) {
    let font = FontId::proportional(TEXT);
    painter.text(area.left_top(), Align2::LEFT_TOP, title(legend), font.clone(), visuals.strong_text_color());
    let top = area.top() + LINE + 6.0;
    let texts = lines(legend);
    match &legend.scale {
        LegendScale::Ramp { colors, .. } => {
            let bar = Rect::from_min_size(pos2(area.left(), top), BAR);
            ramp(painter, bar, colors);
            for (index, text) in texts.into_iter().enumerate() {
                let y = bar.top() + bar.height() * index as f32 / (TICKS - 1) as f32;
                let align = match index {
                    0 => Align2::LEFT_TOP,
                    _ if index == TICKS - 1 => Align2::LEFT_BOTTOM,
                    _ => Align2::LEFT_CENTER,
                };
                painter.text(pos2(bar.right() + 8.0, y), align, text, font.clone(), visuals.text_color());
            }
        }
        LegendScale::Keys { entries, .. } => {
            for (index, text) in texts.into_iter().enumerate() {
                let middle = pos2(area.left() + BAR.x * 0.5, top + LINE * (index as f32 + 0.5));
                if let Some(entry) = entries.get(index) {
                    let swatch = Rect::from_center_size(middle, vec2(11.0, 11.0));
                    painter.rect_filled(swatch, 2.0, color(entry.color));
                }
                let place = pos2(area.left() + BAR.x + 8.0, middle.y);
                painter.text(place, Align2::LEFT_CENTER, text, font.clone(), visuals.text_color());
            }
        }
    }
}

/// The greatest above, as a mesh whose colours blend between its rows.
fn ramp(painter: &Painter, bar: Rect, colors: &[[u8; 3]]) {
    let mut mesh = egui::Mesh::default();
    let last = colors.len().saturating_sub(1).max(1);
    for (index, rgb) in colors.iter().enumerate() {
        let y = bar.bottom() - bar.height() * index as f32 / last as f32;
        mesh.colored_vertex(pos2(bar.left(), y), color(*rgb));
        mesh.colored_vertex(pos2(bar.right(), y), color(*rgb));
        if index > 0 {
            let at = 2 * index as u32;
            mesh.add_triangle(at - 2, at - 1, at);
            mesh.add_triangle(at - 1, at, at + 1);
        }
    }
    painter.add(mesh);
}

fn color([red, green, blue]: [u8; 3]) -> Color32 {
    Color32::from_rgb(red, green, blue)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_stand_at_equal_steps_or_at_equal_factors() {
        let legend = |range, log| Legend {
            title: "Height".into(),
            unit: None,
            scale: LegendScale::Ramp { colors: vec![[0; 3], [255; 3]], range, log },
        };
        assert_eq!(lines(&legend([400.0, 500.0], false)), ["500", "475", "450", "425", "400"]);
        assert_eq!(lines(&legend([1.0, 10_000.0], true)), ["10000", "1000", "100", "10", "1"]);
        assert_eq!(lines(&legend([0.0, 1.0], true)).last().map(String::as_str), Some("1.00e-4"));
    }
}
