//! [`JpegChoice`]: how large and how fine JPEG pictures are. A state machine without a clock.
//!
//! A JPEG tells nothing of the one before, so every picture may be of another size and quality: that is chosen anew for
//! each, by what the last ones cost.

use heliograph_codec::MIN_SIDE;

/// The best first. Below the last a half size shows more for the same bits.
const QUALITIES: [u8; 4] = [85, 70, 50, 35];
/// As parts of the frame.
const SCALES: [(u32, u32); 4] = [(1, 1), (3, 4), (1, 2), (1, 4)];
/// Larger frames are made to fit into this first, on either axis.
const SIDE_MAX: u32 = 1_920;
/// By which power of the pixels, and of the quantiser's coarseness, the bits grow; measured with pictures of point clouds.
const SIZE_POWER: f64 = 0.85;
const COARSENESS_POWER: f64 = -0.6;
/// What a picture of a point cloud costs before anything is known.
const COMPLEXITY_FIRST: f64 = 8.0;
/// How much of what a picture cost is believed at once.
const LEARN: f64 = 0.4;
/// A better choice must be foreseen to cost so much less than allowed.
const RESERVE: f64 = 0.85;

/// A size in pixels and a quality as in libjpeg.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) size: (u32, u32),
    pub(super) quality: u8,
}

/// See the module.
#[derive(Debug)]
pub(super) struct JpegChoice {
    complexity: f64,
    last: Option<Choice>,
}

impl Default for JpegChoice {
    fn default() -> JpegChoice {
        JpegChoice { complexity: COMPLEXITY_FIRST, last: None }
    }
}

impl JpegChoice {
    /// The best picture of a frame that is foreseen to cost at most `bits`.
    pub(super) fn choose(&mut self, frame: (u32, u32), bits: f64) -> Choice {
        let all = choices(frame);
        let position = |choice: &Choice| all.iter().position(|other| other == choice).unwrap_or(all.len());
        let last = self.last.map_or(all.len(), |last| position(&last));
        let fits = |(index, choice): (usize, &Choice)| {
            self.bits_for(*choice) <= if index < last { RESERVE * bits } else { bits }
        };
        let at = all.iter().enumerate().position(fits).unwrap_or(all.len() - 1);
        self.last = Some(all[at]);
        all[at]
    }

    /// A picture came out.
    pub(super) fn learn(&mut self, choice: Choice, bytes: usize) {
        let seen = bytes as f64 * 8.0 / weight(choice);
        self.complexity += LEARN * (seen - self.complexity);
    }

    fn bits_for(&self, choice: Choice) -> f64 {
        self.complexity * weight(choice)
    }
}

fn weight(Choice { size: (width, height), quality }: Choice) -> f64 {
    let pixels = f64::from(width) * f64::from(height);
    pixels.powf(SIZE_POWER) * coarseness(quality).powf(COARSENESS_POWER)
}

/// By how much libjpeg makes the steps of its tables larger for a quality (`jpeg_quality_scaling`).
fn coarseness(quality: u8) -> f64 {
    let quality = f64::from(quality.clamp(1, 99));
    if quality < 50.0 { 50.0 / quality } else { 2.0 - quality / 50.0 }
}

/// All that there are of a frame, the best first; never none.
fn choices((width, height): (u32, u32)) -> Vec<Choice> {
    let fit = (1024 * SIDE_MAX / width.max(height).max(1)).min(1024);
    let side = |side: u32, (numerator, denominator): (u32, u32)| {
        (side * fit / 1024 * numerator / denominator).clamp(MIN_SIDE.min(side).max(1), side.max(1))
    };
    let of_scale = |scale| {
        let size = (side(width, scale), side(height, scale));
        QUALITIES.map(|quality| Choice { size, quality })
    };
    SCALES.into_iter().flat_map(of_scale).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What pictures of a scene cost that is so many times as complex as is assumed.
    fn settle(choice: &mut JpegChoice, complexity: f64, bits: f64) -> Vec<Choice> {
        let mut taken = Vec::new();
        for _ in 0..40 {
            let chosen = choice.choose((1280, 720), bits);
            choice.learn(chosen, (complexity * COMPLEXITY_FIRST * weight(chosen) / 8.0) as usize);
            taken.push(chosen);
        }
        taken
    }

    #[test]
    fn pictures_cost_what_they_may_whatever_the_scene_and_do_not_waver() {
        for complexity in [0.1, 1.0, 4.0] {
            for bits in [30_000.0, 200_000.0, 1_000_000.0] {
                let taken = settle(&mut JpegChoice::default(), complexity, bits);
                assert!(taken[20..].iter().all(|choice| *choice == taken[20]), "{taken:?}");
                let cost = complexity * COMPLEXITY_FIRST * weight(taken[20]);
                let is_least = taken[20] == *choices((1280, 720)).last().unwrap();
                assert!(cost <= bits * 1.01 || is_least, "{complexity} {bits}: {:?}", taken[20]);
            }
        }
    }

    #[test]
    fn more_bits_buy_a_better_picture_and_none_the_least() {
        let mut choice = JpegChoice::default();
        let rich = choice.choose((1280, 720), 1e9);
        assert_eq!(rich, Choice { size: (1280, 720), quality: 85 });
        assert_eq!(choice.choose((1280, 720), 0.0), Choice { size: (320, 180), quality: 35 });
        assert_eq!(choice.choose((3840, 2160), 1e9).size, (1920, 1080));
        let small = choice.choose((3, 2), 0.0).size;
        assert!(small.0 >= 1 && small.1 >= 1 && small.0 <= 3, "{small:?}");
    }
}
