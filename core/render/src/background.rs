//! What is behind the data, and what stands out from it.

use glam::{Vec3, Vec4};
use heliograph_scene::Background;

/// sRGB at the upper and at the lower end of the picture.
pub(crate) fn gradient(background: Background) -> [Vec4; 2] {
    let color = Vec3::from(background.color().map(f32::from)) / 255.0;
    let [top, bottom] = match background {
        // A dusk sky: lighter and bluer above, so that data stand before something.
        Background::Dark => [color * 1.45 + Vec3::new(0.0, 0.01, 0.03), color * 0.60],
        Background::Light => [color.lerp(Vec3::ONE, 0.65), color * 0.93],
        Background::Black | Background::White => [color, color],
    };
    [top.extend(1.0), bottom.extend(1.0)]
}

/// The colour (sRGB and alpha) of thin lines that are not data.
pub(crate) fn line_tint(background: Background) -> Vec4 {
    match background {
        Background::Dark | Background::Black => Vec4::new(0.80, 0.84, 0.92, 0.45),
        Background::Light | Background::White => Vec4::new(0.16, 0.19, 0.25, 0.55),
    }
}
