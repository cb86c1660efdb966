//! [`Backdrop`]: what lies behind everything, guessed from the picture: a gradient from top to bottom with a dither of
//! less than a step.
//!
//! The dither hides the bands that a gradient has in 8 bits, and is what a lossless picture would spend most on: for a
//! general codec it is noise. It is the interleaved gradient noise of Jimenez (2014), a function of the place alone, so
//! that both sides compute it. Where the guess is wrong, pixels are coded as all others are: it costs bytes, never a
//! wrong colour.

/// A colour's unit in the fixed-point numbers here.
const ONE: i32 = 1 << 16;
/// Every so many rows are looked at to make a guess.
const ROW_STEP: usize = 8;
/// Steps of a colour, at first and when refined.
const COARSE: usize = 16;
const FINE: usize = 512;
/// A guess that fits less of the picture than one part in so many is none.
const SHARE_MIN: usize = 50;

/// A red, green and blue pixel as the picture's buffers hold it: red lowest; [`BEHIND`] above the colours.
pub(crate) const COLORS: u32 = 0x00ff_ffff;
/// Marks a pixel that shows the backdrop.
pub(crate) const BEHIND: u32 = 1 << 24;

/// For red, green and blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Backdrop {
    /// At the picture's top, in 65,536ths of a step of 8 bits.
    pub(crate) top: [i32; 3],
    /// Added for each row, in 2⁻²⁴ of a step: over 2,000 rows an error in it stays below a hundredth of a step.
    pub(crate) per_row: [i32; 3],
}

/// The dither of a place, from 0 to below 65,536. Each step is rounded to 32 bits, so that every machine says the same.
pub(crate) fn dither(x: i32, y: i32) -> i32 {
    let dot = (x as f32 + 0.5) * 0.067_110_56 + (y as f32 + 0.5) * 0.005_837_15;
    let scaled = 52.982_918_f32 * (dot - dot.floor());
    ((scaled - scaled.floor()) * ONE as f32) as i32
}

impl Backdrop {
    /// The pixel at a place, marked as [`BEHIND`].
    pub(crate) fn at(&self, x: i32, y: i32) -> u32 {
        let dither = i64::from(dither(x, y));
        let channel = |index: usize| {
            let down = (i64::from(self.per_row[index]) * i64::from(y)) >> 8;
            ((i64::from(self.top[index]) + down + dither) >> 16).clamp(0, 255) as u32
        };
        channel(0) | channel(1) << 8 | channel(2) << 16 | BEHIND
    }

    /// The gradient that most of the picture's edge-to-edge rows agree with.
    pub(crate) fn guess(pixels: &[u32], width: usize) -> Option<Backdrop> {
        let rows: Vec<usize> = (0..pixels.len() / width).step_by(ROW_STEP).collect();
        let of_row = |y: &usize| {
            let y = *y as i32;
            (0..width as i32).map(move |x| f64::from(dither(x, y)) / f64::from(ONE))
        };
        let dithers: Vec<f64> = rows.iter().flat_map(of_row).collect();
        let (mut top, mut per_row) = ([0; 3], [0; 3]);
        for channel in 0..3 {
            let row = |index: usize| Row {
                pixels: &pixels[rows[index] * width..][..width],
                dithers: &dithers[index * width..][..width],
                y: rows[index],
                channel,
            };
            let votes: Vec<Vote> = (0..rows.len()).map(|index| row(index).vote(0.0, 256.0, COARSE)).collect();
            let (guess, support) = Line::through(&votes)?;
            if support * SHARE_MIN < rows.len() * width {
                return None;
            }
            let refined = |line: Line, steps: usize, reach: f64| {
                let near = |index: usize| {
                    let middle = line.at(rows[index] as f64);
                    row(index).vote(middle - reach, middle + reach, steps)
                };
                Line::fitted(&(0..rows.len()).map(near).collect::<Vec<Vote>>(), line)
            };
            let fitted = refined(refined(guess, FINE, 0.125), FINE * 8, 0.01);
            top[channel] = (fitted.at(0.0) * f64::from(ONE)).round() as i32;
            per_row[channel] = (fitted.per_row * f64::from(ONE) * 256.0).round() as i32;
        }
        Some(Backdrop { top, per_row })
    }
}

/// One channel of one row.
struct Row<'a> {
    pixels: &'a [u32],
    /// Of each pixel, from 0 to below 1.
    dithers: &'a [f64],
    y: usize,
    channel: usize,
}

/// What a row says of the gradient: its colour there, and how many pixels agree.
#[derive(Debug, Clone, Copy)]
struct Vote {
    y: f64,
    color: f64,
    pixels: usize,
}

impl Row<'_> {
    /// The colour between two bounds by which most pixels come out as they are.
    fn vote(&self, from: f64, to: f64, steps: usize) -> Vote {
        let bins = ((to - from) * steps as f64) as usize + 1;
        // Where a pixel begins to agree, and where it ends to: a sum over it counts who agrees.
        let mut turns = vec![0_i32; bins + 1];
        for (pixel, dither) in self.pixels.iter().zip(self.dithers) {
            let least = f64::from(pixel >> (8 * self.channel) & 255) - dither;
            let begin = ((least - from) * steps as f64).ceil().max(0.0) as usize;
            let end = ((least + 1.0 - from) * steps as f64).ceil();
            if end > 0.0 && begin < bins {
                turns[begin] += 1;
                turns[(end as usize).min(bins)] -= 1;
            }
        }
        let (mut agreeing, mut most, mut first, mut last) = (0, 0, 0, 0);
        for (bin, turn) in turns.iter().enumerate() {
            agreeing += turn;
            if agreeing > most {
                (most, first, last) = (agreeing, bin, bin);
            } else if agreeing == most && last + 1 == bin {
                last = bin;
            }
        }
        let color = from + (first + last) as f64 / 2.0 / steps as f64;
        Vote { y: self.y as f64, color, pixels: most as usize }
    }
}

/// A gradient of one channel.
#[derive(Debug, Clone, Copy)]
struct Line {
    top: f64,
    per_row: f64,
}

impl Line {
    fn at(self, y: f64) -> f64 {
        self.top + self.per_row * y
    }

    /// The line through two votes that most others agree with, and by how many pixels.
    fn through(votes: &[Vote]) -> Option<(Line, usize)> {
        let mut best: Option<(Line, usize)> = None;
        for (index, one) in votes.iter().enumerate() {
            for other in &votes[index + 1..] {
                if (other.y - one.y) * 4.0 < votes.len() as f64 {
                    continue;
                }
                let per_row = (other.color - one.color) / (other.y - one.y);
                let line = Line { top: one.color - per_row * one.y, per_row };
                let agrees = |vote: &&Vote| (vote.color - line.at(vote.y)).abs() < 1.5 / COARSE as f64;
                let support = votes.iter().filter(agrees).map(|vote| vote.pixels).sum();
                if best.is_none_or(|(_, most)| support > most) {
                    best = Some((line, support));
                }
            }
        }
        best
    }

    /// The line of least squares, weighted by who agrees; `otherwise` when that is nobody.
    fn fitted(votes: &[Vote], otherwise: Line) -> Line {
        let weight: f64 = votes.iter().map(|vote| vote.pixels as f64).sum();
        let mean = |of: fn(&Vote) -> f64| votes.iter().map(|vote| of(vote) * vote.pixels as f64).sum::<f64>() / weight;
        let (y, color) = (mean(|vote| vote.y), mean(|vote| vote.color));
        let (mut across, mut along) = (0.0, 0.0);
        for vote in votes {
            let weight = vote.pixels as f64;
            across += weight * (vote.y - y) * (vote.color - color);
            along += weight * (vote.y - y) * (vote.y - y);
        }
        if along == 0.0 || !along.is_finite() {
            return otherwise;
        }
        let per_row = across / along;
        Line { top: color - per_row * y, per_row }
    }
}
