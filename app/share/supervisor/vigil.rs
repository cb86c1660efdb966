//! [`Vigil`]: whether a sidecar lives, by its heartbeats.

use std::time::Duration;

/// How often the pulse is felt.
pub(super) const CHECK_EVERY: Duration = Duration::from_millis(250);
/// What checks in a row without a beat may cost together before the sidecar is given up. Checks are counted rather than
/// seconds, so that an app that was itself stopped for a minute does not blame the sidecar.
const PATIENCE: u32 = 40;
/// One that hangs is given up after a second.
const COST: u32 = 10;
/// One that has work and gets no processor for it, after five: on a machine that is full of others' work another would
/// wait as long, and the guests would have lost this one.
const COST_WHILE_STARVED: u32 = 2;
/// One that has not beaten yet, after ten: a busy machine may take a while to start a process.
const COST_AT_START: u32 = 1;

/// See the module.
#[derive(Default)]
pub(super) struct Vigil {
    /// At the last check.
    beats: u64,
    /// What the checks since then have cost.
    missed: u32,
}

impl Vigil {
    /// One check, of how often its heart has beaten: whether to wait no longer.
    pub(super) fn gives_up(&mut self, beats: u64, is_starved: impl FnOnce() -> bool) -> bool {
        if beats != self.beats {
            *self = Vigil { beats, missed: 0 };
            return false;
        }
        self.missed += match beats {
            0 => COST_AT_START,
            _ if is_starved() => COST_WHILE_STARVED,
            _ => COST,
        };
        self.missed >= PATIENCE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How long it takes until one is given up that beats no more after so many beats.
    fn patience(beats: u64, is_starved: impl Fn(u32) -> bool) -> Duration {
        let mut vigil = Vigil::default();
        if beats > 0 {
            assert!(!vigil.gives_up(beats, || panic!("it beats")));
        }
        let checks = (1..).find(|check| vigil.gives_up(beats, || is_starved(*check))).unwrap();
        CHECK_EVERY * checks
    }

    #[test]
    fn who_hangs_is_given_up_after_a_second_and_who_starves_after_five() {
        assert_eq!(patience(7, |_| false), Duration::from_secs(1));
        assert_eq!(patience(7, |_| true), Duration::from_secs(5));
        assert_eq!(patience(0, |_| false), Duration::from_secs(10));
        // Caught once between two turns, it still starves.
        let caught = patience(7, |check| check != 6);
        assert!((Duration::from_secs(3)..Duration::from_secs(5)).contains(&caught), "{caught:?}");
    }

    #[test]
    fn a_beat_is_a_new_beginning() {
        let mut vigil = Vigil::default();
        for beats in 1..100 {
            assert!(!vigil.gives_up(beats, || false));
            assert!((0..3).all(|_| !vigil.gives_up(beats, || false)));
        }
    }
}
