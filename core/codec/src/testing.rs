//! For tests and examples: a scene that moves.

/// A turning cloud of coloured points before a gradient: fine detail in motion, as the host draws it.
pub(crate) fn scene(width: u32, height: u32, time: f32) -> Vec<u8> {
    let (w, h) = (width as usize, height as usize);
    let mut rgba: Vec<u8> =
        (0..h).flat_map(|row| std::iter::repeat_n([12, 14, (24 + row * 16 / h) as u8, 255], w)).flatten().collect();
    let mut seed = 0x9e37_79b9_u32;
    let mut random = || {
        seed ^= seed << 13;
        seed ^= seed >> 17;
        seed ^= seed << 5;
        seed as f32 / u32::MAX as f32
    };
    let dot = (height / 240).max(1) as usize;
    for index in 0..6000 {
        let (angle, radius, level) = (random() * std::f32::consts::TAU + time, random().sqrt(), random());
        let x = (0.5 + 0.45 * radius * angle.cos() * height as f32 / width as f32) * width as f32;
        let y = (0.1 + 0.8 * (level + 0.1 * radius * angle.sin())) * height as f32;
        let color = [(80 + index % 176) as u8, (60 + index / 31 % 196) as u8, (90 + index / 7 % 166) as u8, 255];
        for row in y as usize..(y as usize + dot).min(h) {
            for column in x as usize..(x as usize + dot).min(w) {
                rgba[(row * w + column) * 4..][..4].copy_from_slice(&color);
            }
        }
    }
    rgba
}
