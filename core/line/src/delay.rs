//! [`Delays`]: how long packets wait in the line's queue, told from the two ends' clocks, which need not agree.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// The least delay counts for two to three of these; then clocks may have drifted, or the way may be another.
const BASE_WINDOW: Duration = Duration::from_secs(10);
const BASE_WINDOWS: usize = 3;
/// The standing queue is the least one over this: the first packet of a frame sees it, later ones see the frame's own.
const STANDING_WINDOW_S: f64 = 0.12;
/// Where packets are rare, it is the least of so many.
const STANDING_PACKETS: usize = 4;
const STANDING_WINDOW_MAX_S: f64 = 0.4;
/// Packets that are remembered at most.
const REMEMBERED_MAX: usize = 512;

/// A packet's delay over the two clocks' difference.
#[derive(Debug, Clone, Copy)]
struct Base {
    delay_s: f64,
    bytes: usize,
    since: Instant,
}

/// See the module. Delays are seconds.
#[derive(Debug, Default)]
pub(crate) struct Delays {
    /// Oldest first.
    bases: VecDeque<Base>,
    /// When a packet arrived, on the receiver's clock, and how long it had waited.
    waits: VecDeque<(f64, f64)>,
}

impl Delays {
    /// A packet arrived; `delay_s` is the receiver's clock at its arrival less ours at its departure, `rate_bps` what
    /// the line is taken to carry. Says how long it waited in a queue.
    pub(crate) fn arrived(
        &mut self,
        departure: Instant,
        arrival_s: f64,
        delay_s: f64,
        bytes: usize,
        rate_bps: f64,
    ) -> f64 {
        self.enter(Base { delay_s, bytes, since: departure });
        let base = self.base().unwrap_or(Base { delay_s, bytes, since: departure });
        // A large packet takes longer than a small one on an empty line too.
        let longer_s = bytes.saturating_sub(base.bytes) as f64 * 8.0 / rate_bps;
        let wait_s = (delay_s - base.delay_s - longer_s).max(0.0);
        self.waits.push_back((arrival_s, wait_s));
        while self.waits.len() > REMEMBERED_MAX
            || self.waits.front().is_some_and(|(at, _)| arrival_s - at > STANDING_WINDOW_MAX_S)
        {
            self.waits.pop_front();
        }
        wait_s
    }

    /// How long a packet waits that is not behind others of its own frame.
    pub(crate) fn standing_s(&self) -> f64 {
        let Some((newest_s, _)) = self.waits.back() else { return 0.0 };
        let recent =
            |(index, (at, _)): &(usize, &(f64, f64))| *index < STANDING_PACKETS || newest_s - at <= STANDING_WINDOW_S;
        let least =
            self.waits.iter().rev().enumerate().take_while(recent).map(|(_, (_, wait_s))| *wait_s).reduce(f64::min);
        least.unwrap_or_default()
    }

    /// The receiver's clock, less ours, at the arrival of a packet that waits nowhere.
    pub(crate) fn base_s(&self) -> Option<f64> {
        self.base().map(|base| base.delay_s)
    }

    /// What stands now is no queue but the way itself.
    pub(crate) fn rebase(&mut self, now: Instant) {
        let standing_s = self.standing_s();
        if let Some(base) = self.base() {
            self.bases = [Base { delay_s: base.delay_s + standing_s, since: now, ..base }].into();
        }
        for (_, wait_s) in &mut self.waits {
            *wait_s = (*wait_s - standing_s).max(0.0);
        }
    }

    /// Forgets queues, not the way.
    pub(crate) fn forget_queue(&mut self) {
        self.waits.clear();
    }

    fn base(&self) -> Option<Base> {
        self.bases.iter().copied().reduce(|least, base| if base.delay_s < least.delay_s { base } else { least })
    }

    fn enter(&mut self, new: Base) {
        match self.bases.back_mut() {
            Some(newest) if new.since.saturating_duration_since(newest.since) < BASE_WINDOW => {
                if new.delay_s < newest.delay_s {
                    (newest.delay_s, newest.bytes) = (new.delay_s, new.bytes);
                }
            }
            _ => self.bases.push_back(new),
        }
        while self.bases.len() > BASE_WINDOWS {
            self.bases.pop_front();
        }
    }
}
