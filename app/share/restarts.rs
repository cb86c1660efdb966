//! When to start the next sidecar: at once after a crash, later and later when it keeps crashing.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Crashes within this time count as one series.
const SERIES: Duration = Duration::from_secs(10);
/// So many crashes of a series are answered at once.
const AT_ONCE: usize = 3;
const FIRST_DELAY: Duration = Duration::from_millis(500);
const LONGEST_DELAY: Duration = Duration::from_secs(5);

/// Remembers the crashes of the last seconds.
#[derive(Default)]
pub(super) struct Restarts {
    crashes: VecDeque<Instant>,
    total: u32,
}

impl Restarts {
    /// A sidecar was lost at `now`: how long to wait before the next.
    pub(super) fn lost(&mut self, now: Instant) -> Duration {
        self.total += 1;
        self.crashes.push_back(now);
        while self.crashes.front().is_some_and(|first| now.duration_since(*first) > SERIES) {
            self.crashes.pop_front();
        }
        let beyond = self.crashes.len().saturating_sub(AT_ONCE);
        if beyond == 0 {
            return Duration::ZERO;
        }
        let doublings = u32::try_from(beyond - 1).unwrap_or(u32::MAX).min(8);
        (FIRST_DELAY * 2_u32.pow(doublings)).min(LONGEST_DELAY)
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
        assert!(delays.is_sorted() || delays[4..].iter().all(|delay| *delay >= FIRST_DELAY), "{delays:?}");
        assert!(delays.iter().all(|delay| *delay <= LONGEST_DELAY));
    }
}
