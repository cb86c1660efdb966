//! [`Ladder`]: how large a tier's pictures are, and how many there are of them. A state machine; the clock is an argument.
//!
//! Of what a line carries first the frame rate is given up, to 15 a second, then the size, to about 480×270, then the
//! frame rate again, to 6, and last the size: text and axes stay legible all the while, because they are drawn in the
//! page. A rung is left when its pictures come out too coarse, and a better one is taken when it is foreseen to be fine
//! enough for a while: what any rung costs is told by what was learned of the scene, so the fitting one is taken at once
//! and not step by step. Each change of size costs a keyframe.

use heliograph_codec::{COARSEST_QP, Complexity, Kind, MIN_SIDE};
use std::time::{Duration, Instant};

/// Larger frames are made to fit into this first, on either axis.
const LONG_SIDE_MAX: u32 = 1920;
const SHORT_SIDE_MAX: u32 = 1080;
/// As parts of the frame.
const SCALES: [(u32, u32); 5] = [(1, 1), (3, 4), (1, 2), (3, 8), (1, 4)];
/// Frames a second at the whole size, and then those at the least size that is worth more than frame rate.
const FAST_RATES: [u32; 4] = [60, 30, 20, 15];
const SLOW_RATES: [u32; 2] = [10, 6];
/// Pixels of about 480×270.
const SMALL_PIXELS: u32 = 120_000;
/// Coarser is worth giving up frame rate and size for.
const COARSE_QP: u8 = 40;
/// Where the size is small and the rate low already, only coarser than this is.
const COARSE_QP_SMALL: u8 = 49;
/// By how much finer a better rung's pictures must be foreseen than what it would be left for; less where only the frame
/// rate is another, which costs no keyframe.
const FINER_BY: u8 = 4;
const FINER_BY_SAME_SIZE: u8 = 2;
/// For so long they must be.
const CLIMB_AFTER: Duration = Duration::from_millis(1_500);
/// The same in a tier's first moments, when nothing is known and nothing to be lost.
const FIRST_CLIMB_AFTER: Duration = Duration::from_millis(250);
const FIRST_FOR: Duration = Duration::from_millis(3_000);
/// A rung is kept at least so long before a worse one is taken, unless it is hopeless.
const STAY_MIN: Duration = Duration::from_millis(400);

/// One size and the most frames a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rung {
    /// Even, in pixels.
    pub(crate) size: (u32, u32),
    pub(crate) frame_rate: u32,
    coarse_qp: u8,
}

/// What a rung is chosen by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Conditions {
    /// What may be spent, in bits a second.
    pub(crate) target_bps: u32,
    /// Frames a second that the app draws while something moves.
    pub(crate) source_rate: f32,
    /// What pictures of this scene cost.
    pub(crate) complexity: Complexity,
}

impl Conditions {
    /// What a moving picture may cost, of so many a second, in bits.
    ///
    /// A frame that takes two display intervals to arrive is late by as much, and so is the answer to every input. Of a slow line,
    /// whose every frame does, what is longer counts less: then it has pauses in which a new frame leaves at once.
    pub(crate) fn motion_bits(&self, frame_rate: u32) -> u32 {
        let interval = 1.0 / (frame_rate as f32).min(self.source_rate).max(1.0);
        let longer = (interval - PROMPT_SECONDS).max(0.0);
        let [slow, fast] = SLOW_TO_FAST_BPS;
        let share = ((self.target_bps as f32 - slow) / (fast - slow)).clamp(0.0, 1.0);
        let seconds = interval - longer * (1.0 - LONGER_SHARE) * (1.0 - share);
        (self.target_bps as f32 * seconds) as u32
    }
}

/// Two display intervals.
const PROMPT_SECONDS: f32 = 0.034;
const LONGER_SHARE: f32 = 0.6;
/// A line is slow up to the first, in bits a second, and not at all from the second on.
const SLOW_TO_FAST_BPS: [f32; 2] = [400e3, 1e6];

/// See the module.
#[derive(Debug)]
pub(crate) struct Ladder {
    frame: (u32, u32),
    rungs: Vec<Rung>,
    at: usize,
    began: Instant,
    changed: Instant,
    /// Since when a better rung is foreseen to do.
    fine_since: Option<Instant>,
}

impl Ladder {
    /// For frames of a size, at the rung that fits what is known.
    pub(crate) fn new(frame: (u32, u32), conditions: &Conditions, now: Instant) -> Ladder {
        let rungs = rungs(frame);
        let mut ladder = Ladder { frame, rungs, at: 0, began: now, changed: now, fine_since: None };
        ladder.at = ladder.best(conditions, |_| 0);
        ladder
    }

    /// The size of frames that this one is for.
    pub(crate) fn frame(&self) -> (u32, u32) {
        self.frame
    }

    /// Where it stands.
    pub(crate) fn rung(&self) -> Rung {
        // `rungs` never returns none, and `at` is one of them.
        self.rungs.get(self.at).copied().unwrap_or(Rung { size: self.frame, frame_rate: 15, coarse_qp: COARSE_QP })
    }

    /// The best that there is.
    pub(crate) fn top(&self) -> Rung {
        self.rungs.first().copied().unwrap_or(self.rung())
    }

    /// Looks again. While nothing moves a rung is never left for a worse one: nothing is to be sent.
    pub(crate) fn step(&mut self, conditions: &Conditions, moving: bool, now: Instant) -> Rung {
        let stayed = now.saturating_duration_since(self.changed);
        let qp = self.qp(self.at, conditions);
        if moving && qp >= self.rung().coarse_qp && (stayed >= STAY_MIN || qp >= COARSEST_QP) {
            let down = self.best(conditions, |_| 1).max(self.at + 1).min(self.rungs.len() - 1);
            self.go(down, now);
            return self.rung();
        }
        let size = self.rung().size;
        let up = self.best(conditions, |rung| if rung.size == size { FINER_BY_SAME_SIZE } else { FINER_BY });
        if up >= self.at {
            self.fine_since = None;
            return self.rung();
        }
        let since = *self.fine_since.get_or_insert(now);
        if now.saturating_duration_since(since) >= self.climb_after(now) {
            self.go(up, now);
        }
        self.rung()
    }

    /// When a better rung may be taken, if nothing changes until then.
    pub(crate) fn due(&self, now: Instant) -> Option<Instant> {
        self.fine_since.map(|since| since + self.climb_after(now))
    }

    fn climb_after(&self, now: Instant) -> Duration {
        let first = now.saturating_duration_since(self.began) < FIRST_FOR;
        if first { FIRST_CLIMB_AFTER } else { CLIMB_AFTER }
    }

    fn go(&mut self, to: usize, now: Instant) {
        if to != self.at {
            (self.at, self.changed) = (to, now);
        }
        self.fine_since = None;
    }

    /// The best rung whose pictures are foreseen to be so much finer than it is left for.
    fn best(&self, conditions: &Conditions, finer_by: impl Fn(&Rung) -> u8) -> usize {
        let fits = |(index, rung): (usize, &Rung)| self.qp(index, conditions) + finer_by(rung) < rung.coarse_qp;
        self.rungs.iter().enumerate().position(fits).unwrap_or(self.rungs.len() - 1)
    }

    /// What a rung's moving pictures are foreseen to be quantised by.
    fn qp(&self, index: usize, conditions: &Conditions) -> u8 {
        let Rung { size: (width, height), frame_rate, .. } = self.rungs[index];
        conditions.complexity.qp_for(Kind::Motion, width * height, conditions.motion_bits(frame_rate))
    }
}

/// All of a frame's rungs, the best first; never none.
fn rungs((width, height): (u32, u32)) -> Vec<Rung> {
    let (long, short) = (width.max(height), width.min(height));
    // Both axes by the same factor, in 1/1024, rounded down.
    let fit = (1024 * LONG_SIDE_MAX / long.max(1)).min(1024 * SHORT_SIDE_MAX / short.max(1)).min(1024);
    let side = |side: u32, (numerator, denominator): (u32, u32)| {
        (side * fit / 1024 * numerator / denominator).max(MIN_SIDE) & !1
    };
    let mut sizes: Vec<(u32, u32)> = SCALES.iter().map(|scale| (side(width, *scale), side(height, *scale))).collect();
    sizes.dedup();
    let large = sizes.iter().filter(|(width, height)| width * height >= SMALL_PIXELS).count().max(1);
    let (slowest, slowest_rate) = (SLOW_RATES[SLOW_RATES.len() - 1], FAST_RATES[FAST_RATES.len() - 1]);
    let rung = |size, frame_rate| Rung { size, frame_rate, coarse_qp: COARSE_QP };
    let mut all: Vec<Rung> = FAST_RATES.iter().map(|rate| rung(sizes[0], *rate)).collect();
    all.extend(sizes[1..large].iter().map(|size| rung(*size, slowest_rate)));
    all.extend(SLOW_RATES.iter().map(|rate| rung(sizes[large - 1], *rate)));
    all.extend(sizes[large..].iter().map(|size| rung(*size, slowest)));
    let slow = FAST_RATES.len() + large - 1;
    // From the last rung of 15 a second on.
    for rung in &mut all[slow - 1..] {
        rung.coarse_qp = COARSE_QP_SMALL;
    }
    all
}

#[cfg(test)]
mod tests;
