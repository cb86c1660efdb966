//! How long frames take: from the first look at the scene to the picture's hand-over, told to scripts that ask.

use serde::Serialize;
use std::time::Duration;

/// Frames remembered between two questions; later ones replace none.
const MOST: usize = 100_000;

/// What was measured since the last question.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figures {
    /// Pictures drawn.
    pub frames: usize,
    /// Half of the frames took at most so many milliseconds.
    pub frame_ms_median: f64,
    /// 99 of 100 frames took at most so many milliseconds.
    pub frame_ms_p99: f64,
    /// The slowest frame in milliseconds.
    pub frame_ms_most: f64,
    /// Pictures that were not mirrored because all staging buffers were in flight, since the start.
    pub readbacks_dropped: u64,
}

#[derive(Default)]
pub(super) struct FrameTimes {
    times: Vec<Duration>,
}

impl FrameTimes {
    pub(super) fn add(&mut self, time: Duration) {
        if self.times.len() < MOST {
            self.times.push(time);
        }
    }

    /// The figures of all frames since the last call.
    pub(super) fn take(&mut self, readbacks_dropped: u64) -> Figures {
        let mut times = std::mem::take(&mut self.times);
        times.sort_unstable();
        let at = |share: f64| {
            let index = (times.len().saturating_sub(1)) as f64 * share;
            times.get(index.round() as usize).map_or(0.0, |time| time.as_secs_f64() * 1e3)
        };
        Figures {
            frames: times.len(),
            frame_ms_median: at(0.5),
            frame_ms_p99: at(0.99),
            frame_ms_most: at(1.0),
            readbacks_dropped,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_of_the_frames_since_the_last_question() {
        let mut times = FrameTimes::default();
        for millisecond in 1..=100 {
            times.add(Duration::from_millis(millisecond));
        }
        let figures = times.take(0);
        assert_eq!((figures.frames, figures.frame_ms_p99, figures.frame_ms_most), (100, 99.0, 100.0));
        assert_eq!(times.take(0).frames, 0);
    }
}
