//! [`Coding`]: the texels of a volume's numbers.

use glam::Vec2;
use heliograph_scene::{Values, Volume};

/// The greatest texel of 16 bits; 0 stands for what has no number.
const MOST: f64 = 65_535.0;

/// How numbers become texels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Coding {
    /// Bytes of a texel.
    pub(super) bytes: usize,
    pub(super) least: f64,
    pub(super) span: f64,
}

impl Coding {
    pub(super) fn of(volume: &Volume) -> Coding {
        match volume.values.values {
            Values::U8(_) => Coding { bytes: 1, least: 0.0, span: 255.0 },
            Values::I8(_) => Coding { bytes: 1, least: -128.0, span: 255.0 },
            _ => {
                let [least, most] = volume.values.summary().range;
                let span = most - least;
                Coding { bytes: 2, least, span: if span > 0.0 && span.is_finite() { span } else { 1.0 } }
            }
        }
    }

    /// From 0 to 1; NaN of what has no number.
    pub(super) fn n(self, value: f64) -> f64 {
        (value - self.least) / self.span
    }

    /// Adds a texel.
    pub(super) fn push(self, n: f64, into: &mut Vec<u8>) {
        if self.bytes == 1 {
            into.push((n * 255.0).round() as u8);
        } else {
            let code = if n.is_nan() { 0 } else { 1 + (n.clamp(0.0, 1.0) * (MOST - 1.0)).round() as u16 };
            into.extend(code.to_be_bytes());
        }
    }

    /// `parts` and `missing` of the uniform.
    pub(super) fn decoding(self) -> (Vec2, f32) {
        if self.bytes == 1 {
            return (Vec2::X, 0.0);
        }
        let steps = MOST - 1.0;
        (Vec2::new((256.0 * 255.0 / steps) as f32, (255.0 / steps) as f32), (1.0 / steps) as f32)
    }
}
