//! [`StampClock`]: the moment that a frame says it was drawn.
//!
//! A fresh frame keeps its own moment. The same picture encoded again needs a new one, because receivers take packets of
//! one RTP timestamp for one frame; it must lie where a frame drawn for it would, or the receiver sees jitter; and never
//! after a fresh frame that is still on its way from the renderer, or that one would come out late.

/// How far the moment of a repeated picture lies behind the expected one, in microseconds.
const SLACK_US: u64 = 4_000;
/// The least distance of two moments in microseconds: nine ticks of the RTP clock.
pub(crate) const STEP_MIN_US: u64 = 100;

/// Gives out strictly growing moments in microseconds of the host's monotonic clock.
#[derive(Debug, Default)]
pub(crate) struct StampClock {
    last_us: u64,
    /// From drawing to encoding, of the last fresh frame.
    lag_us: u64,
}

impl StampClock {
    /// For a frame drawn at `drawn_us`: that, unless something later was said before.
    pub(crate) fn fresh(&mut self, drawn_us: u64, now_us: u64) -> u64 {
        self.lag_us = now_us.saturating_sub(drawn_us);
        self.advance(drawn_us)
    }

    /// For the picture of the last frame, encoded again.
    pub(crate) fn again(&mut self, now_us: u64) -> u64 {
        self.advance(now_us.saturating_sub(self.lag_us + SLACK_US))
    }

    /// The last that was given out.
    pub(crate) fn last_us(&self) -> u64 {
        self.last_us
    }

    fn advance(&mut self, wanted_us: u64) -> u64 {
        self.last_us = wanted_us.max(self.last_us.saturating_add(STEP_MIN_US));
        self.last_us
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fresh_frames_keep_their_moment_even_after_a_picture_was_repeated() {
        let mut clock = StampClock::default();
        assert_eq!(clock.fresh(1_000_000, 1_008_000), 1_000_000);
        let repeated = clock.again(1_068_000);
        assert_eq!(repeated, 1_068_000 - 8_000 - SLACK_US);
        // Drawn while the repetition was encoded, and there a millisecond after it.
        assert_eq!(clock.fresh(1_061_000, 1_069_000), 1_061_000);
        assert_eq!(clock.fresh(1_094_000, 1_102_000), 1_094_000);
    }

    #[test]
    fn moments_grow_whatever_the_app_says() {
        let mut clock = StampClock::default();
        let mut last = 0;
        for (drawn, now) in [(5, 10), (5, 11), (3, 12), (u64::MAX / 2, 13), (1, 14)] {
            let stamps = [clock.fresh(drawn, now), clock.again(now)];
            assert!(last < stamps[0] && stamps[0] < stamps[1]);
            last = stamps[1];
        }
    }
}
