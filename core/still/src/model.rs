//! [`Model`]: one pixel after the other, coded by what is around it.
//!
//! A pixel shows the backdrop; or it is one of its neighbours again; or it differs from what they let expect. What is
//! expected is the median edge detector's guess of LOCO-I (Weinberger, Seroussi, Sapiro, 2000), green first, then red
//! and blue by how they differ from green's error.

use crate::backdrop::{BEHIND, COLORS};
use crate::range::{Chance, Coder};

/// Classes of how much the surroundings vary.
const ACTIVITIES: usize = 12;

/// What was learnt so far. It lasts from tile to tile.
#[derive(Debug)]
pub(crate) struct Model {
    has_backdrop: bool,
    behind: [Chance; 256],
    again: [[Chance; 256]; 4],
    errors: Vec<ErrorModel>,
    /// The last pixel in front of the backdrop.
    last: u32,
}

/// How an error of one channel is coded, in surroundings of one activity.
#[derive(Debug, Clone, Copy)]
struct ErrorModel {
    is_zero: [Chance; 3],
    is_negative: [Chance; 3],
    /// For each length in bits: whether the size is longer.
    is_longer: [Chance; 8],
    /// For each length: the bits below the highest, from the second highest on.
    below: [[Chance; 4]; 8],
}

const NEW_ERROR_MODEL: ErrorModel = ErrorModel {
    is_zero: [Chance::EVEN; 3],
    is_negative: [Chance::EVEN; 3],
    is_longer: [Chance::EVEN; 8],
    below: [[Chance::EVEN; 4]; 8],
};

impl Model {
    pub(crate) fn new(has_backdrop: bool) -> Model {
        Model {
            has_backdrop,
            behind: [Chance::EVEN; 256],
            again: [[Chance::EVEN; 256]; 4],
            errors: vec![NEW_ERROR_MODEL; 3 * ACTIVITIES],
            last: 0,
        }
    }

    /// Codes the pixel `at`, which until then holds the backdrop, and puts it there. All places up to two rows above
    /// and two pixels aside are within `known`.
    pub(crate) fn pixel(&mut self, coder: &mut impl Coder, known: &mut [u32], stride: usize, at: usize, pixel: u32) {
        let [w, ww, n, nn] = [known[at - 1], known[at - 2], known[at - stride], known[at - 2 * stride]];
        let [nw, ne] = [known[at - stride - 1], known[at - stride + 1]];
        let behind = known[at] & COLORS;
        if self.has_backdrop {
            let around = [w, n, nw, ne, ww, nn, known[at - stride + 2], known[at - stride - 2]];
            let context = around.iter().rev().fold(0, |bits, pixel| bits << 1 | (pixel >> 24 & 1) as usize);
            if coder.code(&mut self.behind[context], pixel == behind) {
                return;
            }
        }
        known[at] = self.in_front(coder, [w, n, nw, ne, ww, nn], pixel);
    }

    fn in_front(&mut self, coder: &mut impl Coder, around: [u32; 6], pixel: u32) -> u32 {
        let [w, n, nw, ne, ww, nn] = around;
        let bit = |is: bool, place: u32| usize::from(is) << place;
        let sameness = bit(w == n, 0) | bit(w == nw, 1) | bit(n == nw, 2) | bit(n == ne, 3) | bit(w == ww, 4) | bit(n == nn, 5);
        let candidates = [w, n, nw, ne];
        for (index, candidate) in candidates.into_iter().enumerate() {
            if candidate & BEHIND != 0 || candidates[..index].contains(&candidate) {
                continue;
            }
            let context = sameness | bit(w & BEHIND != 0, 6) | bit(n & BEHIND != 0, 7);
            if coder.code(&mut self.again[index][context], pixel == candidate) {
                self.last = candidate;
                return candidate;
            }
        }
        self.last = self.differing(coder, around, pixel);
        self.last
    }

    fn differing(&mut self, coder: &mut impl Coder, around: [u32; 6], pixel: u32) -> u32 {
        let [w, n, nw, ne, ww, nn] = self.fronts(around);
        let channel = |pixel: u32, index: u32| (pixel >> (8 * index) & 255) as i32;
        let expected = [0, 1, 2].map(|index| median(channel(w, index), channel(n, index), channel(nw, index)));
        let activity: i32 = [0, 1, 2]
            .map(|index| {
                let of = |pixel| channel(pixel, index);
                (of(w) - of(nw)).abs() + (of(n) - of(nw)).abs() + (of(n) - of(ne)).abs() + (of(w) - of(ww)).abs() / 2 + (of(n) - of(nn)).abs() / 2
            })
            .iter()
            .sum();
        let activity = (activity / 3) as u32;
        let wanted = |index: u32, expected: i32| wrapped(channel(pixel, index) - expected);

        let green_error = self.error(coder, 0, activity, 0, wanted(1, expected[1]));
        let size = green_error.unsigned_abs();
        let red = (expected[0] + green_error).clamp(0, 255);
        let red_error = self.error(coder, 1, (activity + 3 * size) / 3, green_error, wanted(0, red));
        let blue = (expected[2] + green_error).clamp(0, 255);
        let both = (activity + 2 * size + 3 * red_error.unsigned_abs()) / 4;
        let blue_error = self.error(coder, 2, both, red_error, wanted(2, blue));

        let byte = |value: i32| (value & 255) as u32;
        byte(red + red_error) | byte(expected[1] + green_error) << 8 | byte(blue + blue_error) << 16
    }

    /// The surroundings with what shows the backdrop replaced by the nearest that does not.
    fn fronts(&self, around: [u32; 6]) -> [u32; 6] {
        let [w, n, nw, ne, ww, nn] = around;
        let or = |pixel: u32, other: u32| if pixel & BEHIND == 0 { pixel } else { other };
        let any = or(w, or(n, or(nw, or(ne, self.last))));
        let (w, n) = (or(w, or(n, any)), or(n, or(w, any)));
        [w, n, or(nw, or(n, w)), or(ne, n), or(ww, w), or(nn, n)]
    }

    fn error(&mut self, coder: &mut impl Coder, channel: usize, activity: u32, other: i32, error: i32) -> i32 {
        let class = class(activity).min(ACTIVITIES - 1);
        let model = &mut self.errors[channel * ACTIVITIES + class];
        let sign = (other.signum() + 1) as usize;
        if coder.code(&mut model.is_zero[sign], error == 0) {
            return 0;
        }
        let is_negative = coder.code(&mut model.is_negative[sign], error < 0);
        let size = error.unsigned_abs();
        let wanted = size.checked_ilog2().unwrap_or(0);
        let mut length = 0;
        while length < 7 && coder.code(&mut model.is_longer[length as usize], wanted > length) {
            length += 1;
        }
        let mut value = 1;
        for place in (0..length).rev() {
            let chance = &mut model.below[length as usize][(length - 1 - place).min(3) as usize];
            value = value << 1 | u32::from(coder.code(chance, size >> place & 1 == 1));
        }
        if is_negative { -(value as i32) } else { value as i32 }
    }
}

/// LOCO-I's guess: an edge's side where there is one, else the plane through three neighbours.
fn median(w: i32, n: i32, nw: i32) -> i32 {
    let (least, most) = (w.min(n), w.max(n));
    if nw >= most { least } else if nw <= least { most } else { w + n - nw }
}

/// An error modulo 256, from -128 to 127.
fn wrapped(error: i32) -> i32 {
    i32::from(error as i8)
}

fn class(activity: u32) -> usize {
    match activity {
        0..4 => activity as usize,
        _ => {
            let length = activity.ilog2();
            (2 * length + (activity >> (length - 1) & 1)) as usize
        }
    }
}
