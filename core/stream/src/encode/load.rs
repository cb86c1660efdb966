//! [`Load`]: how many encodes this machine has time for. A state machine; the clock is an argument.

use crate::stage::TierId;
use crate::tiers::TIERS_MAX;
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// How busy the encoder thread is, is measured over this.
const WINDOW: Duration = Duration::from_secs(1);
/// Above this share of its time the newest frame waits for the encoder more often than not.
const BUSY_MAX: f64 = 0.75;
/// An encode is given up only where that saves so much of the time: small pictures for a slow line cost next to nothing, and
/// without them all would get no more than that line takes.
const WORTH_GIVING_UP: f64 = 0.25;
/// Another encode is made again when the thread is foreseen to be no busier than this with it.
const BUSY_WITH_ONE_MORE: f64 = 0.6;
/// After one was given up, not before this has passed.
const HOLD: Duration = Duration::from_secs(10);

/// See the module.
#[derive(Debug)]
pub(super) struct Load {
    most: usize,
    /// What the processors allow at best.
    limit: usize,
    began: Instant,
    /// The time that each encode took.
    busy: HashMap<TierId, Duration>,
    held_until: Instant,
}

impl Load {
    pub(super) fn new(processors: usize, now: Instant) -> Load {
        // The app draws on one of them.
        let limit = if processors > 1 { TIERS_MAX } else { 1 };
        Load { most: limit, limit, began: now, busy: HashMap::new(), held_until: now }
    }

    /// The thread worked for an encode from one moment to another.
    pub(super) fn worked(&mut self, tier: TierId, from: Instant, to: Instant) {
        *self.busy.entry(tier).or_default() += to.saturating_duration_since(from);
    }

    /// How many encodes there may be.
    pub(super) fn tiers_max(&mut self, now: Instant) -> usize {
        let passed = now.saturating_duration_since(self.began);
        if passed >= WINDOW {
            let busy = std::mem::take(&mut self.busy);
            let total = busy.values().sum::<Duration>().as_secs_f64();
            let cheapest = busy.values().min().map_or(0.0, Duration::as_secs_f64);
            let share = total / passed.as_secs_f64();
            let with_one_more = share * (self.most + 1) as f64 / self.most as f64;
            if share > BUSY_MAX && busy.len() > 1 && cheapest >= WORTH_GIVING_UP * total {
                self.most = busy.len() - 1;
                self.held_until = now + HOLD;
            } else if with_one_more <= BUSY_WITH_ONE_MORE && now >= self.held_until {
                self.most = (self.most + 1).min(self.limit);
            }
            self.began = now;
        }
        self.most
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many seconds in which a share of the time is spent; how many encodes there may be after each.
    fn seconds(load: &mut Load, now: &mut Instant, count: u32, share: f64) -> Vec<usize> {
        let second = |_| {
            for tier in 0..load.most {
                let took = Duration::from_secs_f64(share / load.most as f64);
                load.worked(TierId(tier as u64), *now, *now + took);
            }
            *now += Duration::from_secs(1);
            load.tiers_max(*now)
        };
        (0..count).map(second).collect()
    }

    #[test]
    fn a_machine_that_does_not_keep_up_gives_up_an_encode_and_takes_it_again_when_it_can() {
        let mut now = Instant::now();
        let mut load = Load::new(4, now);
        assert_eq!(seconds(&mut load, &mut now, 3, 0.5), [3, 3, 3]);
        assert_eq!(seconds(&mut load, &mut now, 3, 0.9), [2, 1, 1], "one at a time, and never none");
        assert_eq!(seconds(&mut load, &mut now, 8, 0.1), [1; 8], "not at once again");
        assert_eq!(seconds(&mut load, &mut now, 4, 0.1), [2, 3, 3, 3]);
        assert_eq!(seconds(&mut load, &mut now, 1, 0.8), [2]);
        assert_eq!(seconds(&mut load, &mut now, 20, 0.45), [2; 20], "a third would be too much");
    }

    #[test]
    fn a_small_picture_is_not_given_up_for_little() {
        let mut now = Instant::now();
        let mut load = Load::new(2, now);
        for _ in 0..20 {
            load.worked(TierId(1), now, now + Duration::from_millis(800));
            load.worked(TierId(2), now, now + Duration::from_millis(120));
            now += Duration::from_secs(1);
            assert!(load.tiers_max(now) >= 2);
        }
    }

    #[test]
    fn one_processor_makes_one_encode() {
        let mut now = Instant::now();
        let mut load = Load::new(1, now);
        assert_eq!(seconds(&mut load, &mut now, 20, 0.01), [1; 20]);
    }
}
