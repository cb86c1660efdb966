//! [`Delivery`]: what arrived, how fast, and what the line carried while packets waited for it.

use std::collections::VecDeque;

/// What arrived is counted over this, on the receiver's clock.
const WINDOW_S: f64 = 0.5;
/// What the line carried while packets waited is measured over the last of these packets: no less of them, and no
/// shorter time, says something; and nothing says much that is older.
const BUSY_PACKETS_MIN: usize = 5;
const BUSY_MIN_S: f64 = 0.06;
const BUSY_WINDOW_S: f64 = 0.4;
const REMEMBERED_MAX: usize = 2_048;

#[derive(Debug, Clone, Copy)]
struct Arrival {
    at_s: f64,
    bytes: usize,
    /// The line's time for this packet alone, if it had waited behind the one before.
    service_s: Option<f64>,
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Delivery {
    arrivals: VecDeque<Arrival>,
    first_s: Option<f64>,
}

impl Delivery {
    /// A packet arrived that an empty line would have brought at `unqueued_s`; both on the receiver's clock.
    pub(crate) fn arrived(&mut self, at_s: f64, unqueued_s: f64, bytes: usize) {
        let before = self.arrivals.back().map(|last| last.at_s);
        let service_s = before.filter(|before| unqueued_s < *before && at_s >= *before).map(|before| at_s - before);
        self.first_s.get_or_insert(at_s);
        self.arrivals.push_back(Arrival { at_s, bytes, service_s });
        while self.arrivals.len() > REMEMBERED_MAX
            || self.arrivals.front().is_some_and(|first| at_s - first.at_s > WINDOW_S)
        {
            self.arrivals.pop_front();
        }
    }

    /// What arrived lately, in bits a second.
    pub(crate) fn rate_bps(&self) -> f64 {
        let (Some(last), Some(first_s)) = (self.arrivals.back(), self.first_s) else { return 0.0 };
        let bytes: usize = self.arrivals.iter().map(|arrival| arrival.bytes).sum();
        bytes as f64 * 8.0 / WINDOW_S.min(last.at_s - first_s).max(0.2)
    }

    /// What the line carried while packets waited for it, in bits a second.
    pub(crate) fn busy_bps(&self) -> Option<f64> {
        let newest_s = self.arrivals.back()?.at_s;
        let (mut packets, mut bytes, mut seconds) = (0, 0, 0.0);
        for arrival in self.arrivals.iter().rev().take_while(|arrival| newest_s - arrival.at_s <= BUSY_WINDOW_S) {
            if let Some(service_s) = arrival.service_s {
                packets += 1;
                bytes += arrival.bytes;
                seconds += service_s;
            }
            if packets >= BUSY_PACKETS_MIN && seconds >= BUSY_MIN_S {
                return Some(bytes as f64 * 8.0 / seconds);
            }
        }
        None
    }

    pub(crate) fn forget(&mut self) {
        *self = Delivery::default();
    }
}
