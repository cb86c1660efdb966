//! [`Pace`]: how much a frame may draw, learned from the frames before.

use std::time::Duration;

/// So few points are always drawn, however slow the adapter: fewer would not be a picture. And what is assumed of an adapter
/// that has not been measured.
const LEAST_AND_FIRST_POINTS: [f64; 2] = [262_144.0, 1_048_576.0];
/// The same of pixels that are marched through volumes.
const LEAST_AND_FIRST_PIXELS: [f64; 2] = [3_600.0, 14_400.0];
/// The same of links of a network: long ones cross the whole picture.
const LEAST_AND_FIRST_LINKS: [f64; 2] = [500.0, 10_000.0];
/// More than any scene has.
const MOST: f64 = 4e9;

/// How long the GPU took. It is asked only now and then, so all that is known is that it was still at work at `at_least`
/// and done by `at_most`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Took {
    pub(crate) at_least: Duration,
    pub(crate) at_most: Duration,
}

/// The number of points, of links, or of pixels that are marched through volumes, that fit a frame.
///
/// It grows only when a frame that used all of it was clearly faster than its time, and shrinks only when one was clearly
/// slower. Between the two it rests, so that the picture's density does not pump while the camera moves.
#[derive(Debug)]
pub(crate) struct Pace {
    amount: f64,
    least: f64,
}

impl Pace {
    pub(crate) fn of_points() -> Pace {
        let [least, amount] = LEAST_AND_FIRST_POINTS;
        Pace { amount, least }
    }

    pub(crate) fn of_links() -> Pace {
        let [least, amount] = LEAST_AND_FIRST_LINKS;
        Pace { amount, least }
    }

    pub(crate) fn of_pixels() -> Pace {
        let [least, amount] = LEAST_AND_FIRST_PIXELS;
        Pace { amount, least }
    }

    /// How much the next frame may draw.
    pub(crate) fn amount(&self) -> u64 {
        self.amount as u64
    }

    /// Learns from a frame that drew `amount` and should have taken `target`.
    pub(crate) fn learn(&mut self, amount: u64, took: Took, target: Duration) {
        let amount = amount as f64;
        let target = target.as_secs_f64();
        let (at_least, at_most) = (took.at_least.as_secs_f64(), took.at_most.as_secs_f64().max(1e-6));
        if at_least > target * 1.2 && amount > self.least {
            // One slow frame may be another process's fault: halve at most.
            self.amount = self.amount.min(amount * (target / at_least).max(0.5));
        } else if at_most < target * 0.75 && amount >= self.amount * 0.9 {
            self.amount *= (0.9 * target / at_most).clamp(1.0, 1.6);
        }
        self.amount = self.amount.clamp(self.least, MOST);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An adapter that takes `fixed_ms` for a frame and one more for each `points_per_ms`.
    fn run(pace: &mut Pace, frames: u32, fixed_ms: f64, points_per_ms: f64) -> Vec<f64> {
        (0..frames)
            .map(|_| {
                let points = pace.amount();
                let took = Duration::from_secs_f64((fixed_ms + points as f64 / points_per_ms) / 1000.0);
                pace.learn(points, Took { at_least: took, at_most: took }, Duration::from_millis(33));
                took.as_secs_f64() * 1000.0
            })
            .collect()
    }

    #[test]
    fn it_settles_near_the_target_on_fast_and_slow_adapters_and_then_rests() {
        for points_per_ms in [20_000.0, 100_000.0, 5_000_000.0] {
            let mut pace = Pace::of_points();
            run(&mut pace, 60, 5.0, points_per_ms);
            let settled = pace.amount();
            let times = run(&mut pace, 20, 5.0, points_per_ms);
            assert!(times.iter().all(|&ms| (20.0..42.0).contains(&ms)), "{points_per_ms} points/ms: {times:?}");
            assert_eq!(pace.amount(), settled, "{points_per_ms} points/ms");
        }
    }

    #[test]
    fn it_learns_nothing_from_a_frame_whose_end_nobody_saw() {
        let mut pace = Pace::of_points();
        let before = pace.amount();
        let unseen = Took { at_least: Duration::from_millis(2), at_most: Duration::from_secs(10) };
        pace.learn(before, unseen, Duration::from_millis(33));
        assert_eq!(pace.amount(), before);
    }

    #[test]
    fn it_never_falls_below_what_makes_a_picture() {
        let mut pace = Pace::of_points();
        run(&mut pace, 50, 500.0, 1000.0);
        assert_eq!(pace.amount(), LEAST_AND_FIRST_POINTS[0] as u64);
    }
}
