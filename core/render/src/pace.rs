//! [`Pace`]: how much a frame may draw, learned from the frames before.

use std::time::Duration;

/// What a frame is for, and so how long it may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// The camera moves.
    Moving,
    /// The picture is being completed. A movement that begins meanwhile waits for it; but each frame that completes it has to light
    /// and compose all that is there, so shorter ones do that more often.
    Resting,
}

impl Moment {
    /// What the frame may take.
    pub(crate) fn target(self) -> Duration {
        match self {
            Moment::Moving => Duration::from_millis(33),
            Moment::Resting => Duration::from_millis(60),
        }
    }

    /// Of what takes a moving frame's time, what fits this one's.
    pub(crate) fn share(self, amount: u64) -> u64 {
        (amount as f64 * self.target().as_secs_f64() / Moment::Moving.target().as_secs_f64()) as u64
    }
}

/// So few points are always drawn, however slow the adapter: fewer would not be a picture. And what is assumed of an adapter
/// that has not been measured.
const LEAST_AND_FIRST_POINTS: [f64; 2] = [262_144.0, 1_048_576.0];
/// The same of pixels that are marched through volumes.
const LEAST_AND_FIRST_PIXELS: [f64; 2] = [3_600.0, 14_400.0];
/// The same of links of a network: long ones cross the whole picture.
const LEAST_AND_FIRST_LINKS: [f64; 2] = [500.0, 10_000.0];
/// The same of triangles of meshes. No mesh is coarser than the least, or little.
const LEAST_AND_FIRST_TRIANGLES: [f64; 2] = [30_000.0, 1_000_000.0];
/// More than any scene has.
const MOST: f64 = 4e9;

/// How long the GPU took. It is asked only now and then, so all that is known is that it was still at work at `at_least`
/// and done by `at_most`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Took {
    pub(crate) at_least: Duration,
    pub(crate) at_most: Duration,
}

/// The number of points, of links, of triangles, or of pixels that are marched through volumes, that fit a frame.
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

    pub(crate) fn of_triangles() -> Pace {
        let [least, amount] = LEAST_AND_FIRST_TRIANGLES;
        Pace { amount, least }
    }

    /// How much the next frame may draw.
    pub(crate) fn amount(&self) -> u64 {
        self.amount as u64
    }

    /// Learns from a frame that drew `amount` and should have taken `target`.
    pub(crate) fn learn(&mut self, amount: u64, took: Took, target: Duration) {
        self.shrink(amount, took, target);
        let (target, at_most) = (target.as_secs_f64(), took.at_most.as_secs_f64().max(1e-6));
        if at_most < target * 0.75 && amount as f64 >= self.amount * 0.9 {
            self.amount *= (0.9 * target / at_most).clamp(1.0, 1.6);
        }
        self.amount = self.amount.clamp(self.least, MOST);
    }

    /// The same of what comes in steps, such as the levels of a mesh: a frame draws the step below what it may, and the next
    /// step is tried when it would fit even if nothing but these took the frame's time.
    pub(crate) fn learn_of_steps(&mut self, amount: u64, took: Took, target: Duration) {
        self.shrink(amount, took, target);
        let (target, at_most) = (target.as_secs_f64(), took.at_most.as_secs_f64().max(1e-6));
        if at_most < target * 0.75 {
            self.amount = self.amount.max(amount as f64 * (0.9 * target / at_most).min(8.0));
        }
        self.amount = self.amount.clamp(self.least, MOST);
    }

    fn shrink(&mut self, amount: u64, took: Took, target: Duration) {
        let (amount, target, at_least) = (amount as f64, target.as_secs_f64(), took.at_least.as_secs_f64());
        if at_least > target * 1.2 && amount > self.least {
            // One slow frame may be another process's fault: halve at most.
            self.amount = self.amount.min(amount * (target / at_least).max(0.5));
        }
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
    fn of_steps_it_settles_on_the_finest_that_fits_and_then_rests() {
        let steps = [1_000_000u64, 400_000, 160_000, 64_000, 30_000];
        for (triangles_per_ms, expected) in [(3_000.0, 64_000), (6_000.0, 160_000), (200_000.0, 1_000_000)] {
            let mut pace = Pace::of_triangles();
            let drawn: Vec<u64> = (0..40)
                .map(|_| {
                    let drawn = steps.into_iter().find(|step| *step <= pace.amount()).unwrap();
                    let took = Duration::from_secs_f64((3.0 + drawn as f64 / triangles_per_ms) / 1000.0);
                    pace.learn_of_steps(drawn, Took { at_least: took, at_most: took }, Duration::from_millis(33));
                    drawn
                })
                .collect();
            assert!(drawn[10..].iter().all(|step| *step == expected), "{triangles_per_ms} triangles/ms: {drawn:?}");
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
