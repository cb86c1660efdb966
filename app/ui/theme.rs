//! Colours, type and spacing of the window: one accent, two themes.

use egui::{Color32, CornerRadius, FontFamily, FontId, Margin, Stroke, Style, TextStyle, Theme, Visuals};

/// The sun in the mirror: for the one thing that matters in a place.
pub const ACCENT: Color32 = Color32::from_rgb(242, 169, 59);
/// The accent as text: darker where the ground is light.
pub fn accent_text(visuals: &Visuals) -> Color32 {
    if visuals.dark_mode { ACCENT } else { Color32::from_rgb(158, 96, 4) }
}

/// Text on the accent.
pub const ON_ACCENT: Color32 = Color32::from_rgb(33, 22, 4);
/// For what went wrong.
pub const ALERT: Color32 = Color32::from_rgb(229, 100, 82);
/// For what works.
pub const GOOD: Color32 = Color32::from_rgb(86, 186, 120);

/// Sets both themes up; the system's choice is followed.
pub fn install(context: &egui::Context) {
    context.style_mut_of(Theme::Dark, |style| shape(style, dark()));
    context.style_mut_of(Theme::Light, |style| shape(style, light()));
}

fn shape(style: &mut Style, visuals: Visuals) {
    style.visuals = visuals;
    style.spacing.item_spacing = egui::vec2(8.0, 7.0);
    style.spacing.button_padding = egui::vec2(10.0, 5.0);
    style.spacing.interact_size.y = 26.0;
    style.spacing.slider_width = 120.0;
    style.spacing.window_margin = Margin::same(16);
    style.spacing.menu_margin = Margin::same(6);
    style.text_styles = [
        (TextStyle::Heading, FontId::new(18.0, FontFamily::Proportional)),
        (TextStyle::Body, FontId::new(14.0, FontFamily::Proportional)),
        (TextStyle::Button, FontId::new(14.0, FontFamily::Proportional)),
        (TextStyle::Small, FontId::new(12.0, FontFamily::Proportional)),
        (TextStyle::Monospace, FontId::new(13.0, FontFamily::Monospace)),
    ]
    .into();
}

fn dark() -> Visuals {
    let mut visuals = Visuals::dark();
    visuals.panel_fill = Color32::from_rgb(22, 25, 31);
    visuals.window_fill = Color32::from_rgb(28, 32, 39);
    visuals.extreme_bg_color = Color32::from_rgb(14, 16, 20);
    visuals.faint_bg_color = Color32::from_rgb(30, 34, 42);
    let line = Color32::from_rgb(44, 50, 60);
    let text = Color32::from_rgb(216, 222, 232);
    common(&mut visuals, line, text, Color32::from_rgb(38, 43, 52), Color32::from_rgb(50, 56, 68));
    visuals
}

fn light() -> Visuals {
    let mut visuals = Visuals::light();
    visuals.panel_fill = Color32::from_rgb(246, 246, 244);
    visuals.window_fill = Color32::from_rgb(255, 255, 254);
    visuals.extreme_bg_color = Color32::WHITE;
    visuals.faint_bg_color = Color32::from_rgb(238, 238, 235);
    let line = Color32::from_rgb(214, 214, 208);
    let text = Color32::from_rgb(38, 40, 46);
    common(&mut visuals, line, text, Color32::from_rgb(232, 232, 228), Color32::from_rgb(220, 220, 214));
    visuals
}

fn common(visuals: &mut Visuals, line: Color32, text: Color32, rest: Color32, hover: Color32) {
    let corner = CornerRadius::same(6);
    visuals.window_corner_radius = CornerRadius::same(10);
    visuals.menu_corner_radius = CornerRadius::same(8);
    visuals.window_stroke = Stroke::new(1.0, line);
    visuals.selection.bg_fill = ACCENT.gamma_multiply(0.45);
    visuals.selection.stroke = Stroke::new(1.0, ACCENT);
    visuals.hyperlink_color = ACCENT;
    let widgets = &mut visuals.widgets;
    widgets.noninteractive.bg_stroke = Stroke::new(1.0, line);
    widgets.noninteractive.fg_stroke = Stroke::new(1.0, text);
    for (widget, fill) in [
        (&mut widgets.inactive, rest),
        (&mut widgets.hovered, hover),
        (&mut widgets.active, hover),
        (&mut widgets.open, hover),
    ] {
        widget.bg_fill = fill;
        widget.weak_bg_fill = fill;
        widget.bg_stroke = Stroke::NONE;
        widget.fg_stroke = Stroke::new(1.0, text);
        widget.corner_radius = corner;
        widget.expansion = 0.0;
    }
    widgets.noninteractive.corner_radius = corner;
}

/// A button for the one thing to do next.
pub fn primary_button(text: &str) -> egui::Button<'static> {
    egui::Button::new(egui::RichText::new(text).color(ON_ACCENT).strong()).fill(ACCENT)
}
