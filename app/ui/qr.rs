//! A link as a QR code (ISO/IEC 18004), for the phone beside the screen.

use egui::{Color32, Rect, Sense, Ui, Vec2, pos2, vec2};
use qrcode::{Color, EcLevel, QrCode};

/// Modules of white around the code; four is what the standard asks for.
const QUIET: usize = 4;

/// Draws the code of a text, black on white in both themes, because not every camera reads it the other way.
pub(super) fn show(ui: &mut Ui, text: &str, side: f32) {
    let Ok(code) = QrCode::with_error_correction_level(text, EcLevel::L) else { return };
    let modules = code.width();
    let (area, response) = ui.allocate_exact_size(Vec2::splat(side), Sense::hover());
    response.on_hover_text(text);
    let painter = ui.painter_at(area);
    painter.rect_filled(area, 6.0, Color32::WHITE);
    // Whole pixels, or the modules show seams.
    let pixels = ui.ctx().pixels_per_point();
    let module = ((side * pixels / (modules + 2 * QUIET) as f32).floor() / pixels).max(1.0 / pixels);
    let corner = area.center() - Vec2::splat(module * modules as f32 / 2.0);
    let corner = pos2((corner.x * pixels).round() / pixels, (corner.y * pixels).round() / pixels);
    for (index, color) in code.to_colors().into_iter().enumerate() {
        if color == Color::Dark {
            let place = vec2((index % modules) as f32, (index / modules) as f32) * module;
            painter.rect_filled(Rect::from_min_size(corner + place, Vec2::splat(module)), 0.0, Color32::BLACK);
        }
    }
}
