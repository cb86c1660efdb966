//! [`Course`]: when to try again, and what to tell. A state machine; the clock and the dice are arguments.

use crate::plan::{How, News};
use crate::trouble::{Hope, Trouble};
use std::time::{Duration, Instant};

/// The wait after the first failure; it doubles with each.
const WAIT_MIN: Duration = Duration::from_secs(1);
/// The longest wait.
const WAIT_MAX: Duration = Duration::from_secs(30);
/// By how much a wait varies, so that many machines do not come back in the same moment.
const JITTER: f64 = 0.2;
/// A tunnel that lived for longer was sound: its end is not a failure that repeats.
const SOUND_AFTER: Duration = Duration::from_secs(60);

/// What to do after a failure.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Step {
    /// Tell it, and try again then.
    Retry(News, Instant),
    /// Tell it and end.
    GiveUp(News),
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Course {
    /// The address of the last time.
    url: Option<String>,
    /// Since when it is open.
    open_since: Option<Instant>,
    /// In a row.
    failures: u32,
}

impl Course {
    /// The tunnel is open.
    pub(crate) fn opened(&mut self, url: String, how: How, now: Instant) -> News {
        let changed = self.url.as_ref().is_some_and(|before| *before != url);
        self.url = Some(url.clone());
        self.open_since = Some(now);
        News::Open { url, how, changed }
    }

    /// The tunnel closed or did not open. `dice` is random, in 0..1.
    pub(crate) fn failed(&mut self, trouble: Trouble, now: Instant, dice: f64) -> Step {
        let open_since = self.open_since.take();
        let hopeless = match trouble.hope {
            Hope::None => true,
            Hope::Reopen => self.url.is_none(),
            Hope::Time => false,
        };
        if hopeless {
            return Step::GiveUp(News::Failed { sentence: trouble.sentence });
        }
        if open_since.is_some_and(|since| now.duration_since(since) > SOUND_AFTER) {
            self.failures = 0;
        }
        let retry_in = wait(self.failures).mul_f64(1.0 - JITTER + 2.0 * JITTER * dice);
        self.failures = self.failures.saturating_add(1);
        Step::Retry(News::Lost { sentence: trouble.sentence, retry_in }, now + retry_in)
    }
}

fn wait(failures: u32) -> Duration {
    2_u32
        .checked_pow(failures)
        .and_then(|times| WAIT_MIN.checked_mul(times))
        .map_or(WAIT_MAX, |wait| wait.min(WAIT_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVEN: f64 = 0.5;

    fn lost(course: &mut Course, now: Instant, dice: f64) -> Duration {
        match course.failed(Trouble::new(Hope::Time, "gone"), now, dice) {
            Step::Retry(News::Lost { sentence, retry_in }, at) => {
                assert_eq!((sentence.as_str(), at), ("gone", now + retry_in));
                retry_in
            }
            step => panic!("{step:?}"),
        }
    }

    fn open(course: &mut Course, url: &str, now: Instant) -> bool {
        match course.opened(url.to_owned(), How::Command, now) {
            News::Open { changed, .. } => changed,
            news => panic!("{news:?}"),
        }
    }

    #[test]
    fn waits_double_from_one_second_to_thirty() {
        let (mut course, now) = (Course::default(), Instant::now());
        let waits: Vec<f64> = (0..8).map(|_| lost(&mut course, now, EVEN).as_secs_f64()).collect();
        assert_eq!(waits, [1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]);
        let long_after = (0..100).map(|_| lost(&mut course, now, EVEN).as_secs_f64()).last();
        assert_eq!(long_after, Some(30.0));
    }

    #[test]
    fn a_wait_varies_by_a_fifth_at_most() {
        let now = Instant::now();
        for (dice, seconds) in [(0.0, 0.8), (EVEN, 1.0), (1.0, 1.2)] {
            let wait = lost(&mut Course::default(), now, dice).as_secs_f64();
            assert!((wait - seconds).abs() < 1e-6, "{wait} for {dice}");
        }
    }

    #[test]
    fn a_tunnel_that_lived_for_over_a_minute_is_tried_soon_and_one_that_keeps_falling_later() {
        let (mut course, mut now) = (Course::default(), Instant::now());
        for _ in 0..3 {
            lost(&mut course, now, EVEN);
        }
        open(&mut course, "https://a", now);
        now += SOUND_AFTER;
        assert_eq!(lost(&mut course, now, EVEN), Duration::from_secs(8), "a minute is not over a minute");
        open(&mut course, "https://a", now);
        now += SOUND_AFTER + Duration::from_millis(1);
        assert_eq!(lost(&mut course, now, EVEN), Duration::from_secs(1));
        assert_eq!(lost(&mut course, now, EVEN), Duration::from_secs(2));
    }

    #[test]
    fn only_another_address_than_before_is_a_changed_one() {
        let (mut course, now) = (Course::default(), Instant::now());
        assert!(!open(&mut course, "https://a", now), "nobody has an older link");
        lost(&mut course, now, EVEN);
        assert!(!open(&mut course, "https://a", now));
        lost(&mut course, now, EVEN);
        assert!(open(&mut course, "https://b", now));
    }

    #[test]
    fn what_only_the_user_can_mend_is_not_tried_again() {
        let (mut course, now) = (Course::default(), Instant::now());
        let gave_up = |step| matches!(step, Step::GiveUp(News::Failed { .. }));
        assert!(gave_up(course.failed(Trouble::new(Hope::None, "wrong token"), now, EVEN)));
        assert!(gave_up(course.failed(Trouble::new(Hope::Reopen, "exits at once"), now, EVEN)));
        open(&mut course, "https://a", now);
        assert!(!gave_up(course.failed(Trouble::new(Hope::Reopen, "exited"), now, EVEN)));
        assert!(gave_up(course.failed(Trouble::new(Hope::None, "wrong token"), now, EVEN)));
    }
}
