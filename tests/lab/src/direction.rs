//! [`Direction`]: one way of a link.

use crate::profile::Profile;
use crate::random::Random;
use serde::Serialize;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Packets carried and waits kept in one bin of a [`Report`].
const BIN: Duration = Duration::from_millis(100);
/// Bins and waits kept for a report that nobody asks for; of more, the oldest go.
const BINS_MAX: usize = 6000;
const WAITS_MAX: usize = 400_000;

/// What a direction did since it was asked last.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Report {
    /// Packets delivered.
    pub packets: u64,
    /// Their length, IP headers included.
    pub bytes: u64,
    /// Lost on the way, or while the link was down.
    pub lost: u64,
    /// Dropped at a full queue.
    pub queue_dropped: u64,
    /// Vanished because they were too long.
    pub too_long: u64,
    /// From a packet's arrival at the queue to its last bit on the link, in milliseconds: half of them waited less.
    pub queue_ms_median: f64,
    /// 95 % waited less.
    pub queue_ms_p95: f64,
    /// The longest.
    pub queue_ms_max: f64,
    /// What was delivered over time.
    pub bins: Vec<Bin>,
}

/// A tenth of a second.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Bin {
    /// Its start, in milliseconds since the link's start.
    pub at_ms: u64,
    /// Delivered in it.
    pub bytes: u64,
}

/// Packets in, packets out later, or never. **Times must not go backwards.**
#[derive(Debug)]
pub struct Direction {
    profile: Profile,
    random: Random,
    began: Instant,
    /// Before the link, with the time of arrival.
    queue: VecDeque<(Instant, Vec<u8>)>,
    queued_bytes: usize,
    /// The link is busy with an earlier packet until then.
    busy_until: Instant,
    /// On the way, with the time of delivery, in order.
    flying: VecDeque<(Instant, Vec<u8>)>,
    /// In a run of losses.
    is_losing: bool,
    report: Report,
    waits_ms: VecDeque<f64>,
}

impl Direction {
    /// An idle link.
    pub fn new(seed: u64, now: Instant) -> Direction {
        Direction {
            profile: Profile::default(),
            random: Random::new(seed),
            began: now,
            queue: VecDeque::new(),
            queued_bytes: 0,
            busy_until: now,
            flying: VecDeque::new(),
            is_losing: false,
            report: Report::default(),
            waits_ms: VecDeque::new(),
        }
    }

    /// What the link is like from now on. What is on the way already is not touched.
    pub fn profile_mut(&mut self) -> &mut Profile {
        &mut self.profile
    }

    /// A packet arrives at the queue.
    pub fn push(&mut self, packet: Vec<u8>, now: Instant) {
        self.send(now);
        if self.profile.is_down || self.is_lost() {
            self.report.lost += 1;
        } else if self.profile.longest > 0 && packet.len() > self.profile.longest {
            self.report.too_long += 1;
        } else if self.queued_bytes + packet.len() > self.profile.queue_bytes() {
            self.report.queue_dropped += 1;
        } else {
            self.queued_bytes += packet.len();
            self.queue.push_back((now, packet));
            self.send(now);
        }
    }

    /// The next packet that has arrived by now.
    pub fn pop(&mut self, now: Instant) -> Option<Vec<u8>> {
        self.send(now);
        let (at, _) = self.flying.front()?;
        if *at > now {
            return None;
        }
        let (at, packet) = self.flying.pop_front()?;
        self.count(at, packet.len());
        Some(packet)
    }

    /// When [`Direction::pop`] is worth a call again.
    pub fn next_at(&self) -> Option<Instant> {
        let queued = self.queue.front().map(|_| self.busy_until);
        let flying = self.flying.front().map(|(at, _)| *at);
        queued.into_iter().chain(flying).min()
    }

    /// What was done since the last report.
    pub fn report(&mut self) -> Report {
        let mut waits: Vec<f64> = self.waits_ms.drain(..).collect();
        waits.sort_by(f64::total_cmp);
        let at = |part: f64| waits.get(((waits.len() as f64 * part) as usize).min(waits.len().saturating_sub(1)));
        let rounded = |value: Option<&f64>| (value.copied().unwrap_or(0.0) * 10.0).round() / 10.0;
        Report {
            queue_ms_median: rounded(at(0.5)),
            queue_ms_p95: rounded(at(0.95)),
            queue_ms_max: rounded(waits.last()),
            ..std::mem::take(&mut self.report)
        }
    }

    /// Gilbert's two states (Bell System Technical Journal 39, 1960): all is lost in the bad one, nothing in the good one.
    fn is_lost(&mut self) -> bool {
        let loss = self.profile.loss_percent / 100.0;
        if loss <= 0.0 {
            self.is_losing = false;
            return false;
        }
        if self.profile.burst <= 1.0 {
            return self.random.fraction() < loss;
        }
        let leave = 1.0 / self.profile.burst;
        let enter = if loss < 1.0 { (loss * leave / (1.0 - loss)).min(1.0) } else { 1.0 };
        let change = if self.is_losing { leave } else { enter };
        if self.random.fraction() < change {
            self.is_losing = !self.is_losing;
        }
        self.is_losing
    }

    /// Puts on the link what it has had time for.
    fn send(&mut self, now: Instant) {
        while self.busy_until <= now {
            let Some((arrived, packet)) = self.queue.pop_front() else { return };
            self.queued_bytes -= packet.len();
            self.busy_until = self.busy_until.max(arrived) + self.profile.serialisation(packet.len());
            self.wait(self.busy_until - arrived);
            let jitter_ms = (self.random.fraction() * 2.0 - 1.0) * self.profile.jitter_ms;
            let delay_ms = (self.profile.delay_ms + jitter_ms).max(0.0);
            let due = self.busy_until + Duration::from_secs_f64(delay_ms / 1000.0);
            let last = self.flying.back().map_or(due, |(at, _)| *at);
            self.flying.push_back((due.max(last), packet));
        }
    }

    fn wait(&mut self, waited: Duration) {
        if self.waits_ms.len() == WAITS_MAX {
            self.waits_ms.pop_front();
        }
        self.waits_ms.push_back(waited.as_secs_f64() * 1000.0);
    }

    fn count(&mut self, at: Instant, bytes: usize) {
        self.report.packets += 1;
        self.report.bytes += bytes as u64;
        let number = (at - self.began).as_millis() / BIN.as_millis();
        let at_ms = u64::try_from(number * BIN.as_millis()).unwrap_or(u64::MAX);
        let bins = &mut self.report.bins;
        if bins.last().is_none_or(|bin| bin.at_ms != at_ms) {
            if bins.len() == BINS_MAX {
                bins.remove(0);
            }
            bins.push(Bin { at_ms, bytes: 0 });
        }
        if let Some(bin) = bins.last_mut() {
            bin.bytes += bytes as u64;
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const PACKET: usize = 1250;

    /// Sends packets at equal intervals and tells when each arrived, in milliseconds after the start.
    fn carry(profile: &str, count: u32, every_ms: u64) -> (Vec<(usize, u64)>, Report) {
        let began = Instant::now();
        let mut link = Direction::new(7, began);
        link.profile_mut().change(profile).unwrap();
        let mut arrived = Vec::new();
        let last_ms = u64::from(count) * every_ms + 10_000;
        for at_ms in 0..last_ms {
            let now = began + Duration::from_millis(at_ms);
            if at_ms % every_ms == 0 && at_ms / every_ms < u64::from(count) {
                let number = u8::try_from(at_ms / every_ms % 251).unwrap();
                link.push(vec![number; PACKET], now);
            }
            while let Some(packet) = link.pop(now) {
                arrived.push((usize::from(packet[0]), at_ms));
            }
        }
        (arrived, link.report())
    }

    #[test]
    fn a_packet_takes_its_time_onto_the_link_and_along_it() {
        // 10,000 bits at 1 Mbit/s are 10 ms.
        let (arrived, report) = carry("rate=1000,delay=30", 3, 1);
        assert_eq!(arrived, [(0, 40), (1, 50), (2, 60)]);
        assert_eq!((report.packets, report.bytes), (3, 3 * PACKET as u64));
        assert_eq!(report.queue_ms_max, 28.0);
    }

    #[test]
    fn a_full_queue_drops_the_newest() {
        let (arrived, report) = carry("rate=1000,queue=40", 100, 1);
        // One on the link, and 5,000 bytes wait: the eldest leaves every 10 ms.
        assert_eq!(arrived.len() as u64 + report.queue_dropped, 100);
        assert!(arrived.windows(2).all(|pair| pair[1].1 - pair[0].1 == 10), "{arrived:?}");
        assert!(report.queue_ms_max <= 50.0, "{report:?}");
    }

    #[test]
    fn losses_come_as_often_and_in_such_runs_as_asked() {
        for (profile, burst) in [("loss=5", 1.0), ("loss=5,burst=4", 4.0)] {
            let (arrived, report) = carry(profile, 20_000, 1);
            let share = report.lost as f64 / 20_000.0;
            assert!((0.04..0.06).contains(&share), "{profile}: {share}");
            let runs = arrived.windows(2).filter(|pair| (pair[0].0 + 1) % 251 != pair[1].0).count();
            let mean = report.lost as f64 / runs as f64;
            assert!((mean - burst).abs() < burst * 0.2, "{profile}: runs of {mean}");
        }
    }

    #[test]
    fn jitter_keeps_the_order() {
        let (arrived, _) = carry("delay=50,jitter=40", 200, 3);
        assert!(arrived.windows(2).all(|pair| pair[0].0 < pair[1].0), "{arrived:?}");
        let delays: Vec<u64> = arrived.iter().map(|(number, at)| at - *number as u64 * 3).collect();
        assert!(delays.iter().max().unwrap() - delays.iter().min().unwrap() > 30, "{delays:?}");
    }

    #[test]
    fn nothing_passes_a_link_that_is_down_and_nothing_long_a_narrow_one() {
        let (arrived, report) = carry("down=1", 10, 1);
        assert_eq!((arrived.len(), report.lost), (0, 10));
        let (arrived, report) = carry("longest=1249", 10, 1);
        assert_eq!((arrived.len(), report.too_long), (0, 10));
        let (arrived, _) = carry("longest=1250", 10, 1);
        assert_eq!(arrived.len(), 10);
    }

    #[test]
    fn the_same_seed_loses_the_same_packets() {
        assert_eq!(carry("loss=10,jitter=5", 500, 1), carry("loss=10,jitter=5", 500, 1));
    }
}
