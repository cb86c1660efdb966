//! When to start the next sidecar: at once after a crash, later and later when it keeps crashing.

use std::time::{Duration, Instant};

/// A crash so soon after the last one belongs to the same series.
const SERIES: Duration = Duration::from_secs(10);
/// So many crashes of a series are answered at once.
const AT_ONCE: u32 = 3;
const FIRST_DELAY: Duration = Duration::from_millis(500);
const LONGEST_DELAY: Duration = Duration::from_secs(5);

/// Remembers the crashes of a series.
#[derive(Default)]
pub(super) struct Restarts {
    last: Option<Instant>,
    in_series: u32,
    total: u32,
}

impl Restarts {
    /// A sidecar was lost at `now`: how long to wait before the next.
    pub(super) fn lost(&mut self, now: Instant) -> Duration {
        let goes_on = self.last.is_some_and(|last| now.duration_since(last) < SERIES);
        self.in_series = if goes_on { self.in_series + 1 } else { 1 };
        self.last = Some(now);
        self.total += 1;
        match self.in_series.saturating_sub(AT_ONCE) {
            0 => Duration::ZERO,
            beyond => (FIRST_DELAY * 2_u32.pow((beyond - 1).min(8))).min(LONGEST_DELAY),
        }
    }

    /// How many were lost in all.
    pub(super) fn total(&self) -> u32 {
        self.total
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crash_now_and_then_is_answered_at_once() {
        let mut restarts = Restarts::default();
        let start = Instant::now();
        for minute in 0..20 {
            assert_eq!(restarts.lost(start + Duration::from_secs(60 * minute)), Duration::ZERO);
        }
        assert_eq!(restarts.total(), 20);
    }

    #[test]
    fn a_sidecar_that_cannot_live_does_not_burn_the_machine() {
        let mut restarts = Restarts::default();
        let mut now = Instant::now();
        let mut delays = Vec::new();
        for _ in 0..12 {
            let delay = restarts.lost(now);
            now += delay + Duration::from_millis(10);
            delays.push(delay);
        }
        assert_eq!(delays[..3], [Duration::ZERO; 3]);
        assert_eq!(delays[3], FIRST_DELAY);
        assert!(delays.is_sorted(), "{delays:?}");
        assert_eq!(delays[11], LONGEST_DELAY);
    }
}
