//! [`Link`]: one direction of a bottleneck: a rate by schedule, a queue that drops what does not fit, delay, jitter, loss.

use super::random::Random;
use std::collections::VecDeque;

/// How packets are lost beside what a full queue drops.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Losses {
    /// None.
    None,
    /// Each with this probability.
    Random(f64),
    /// In bursts (Gilbert): the share in all, and the mean length of a burst in packets.
    Bursts(f64, f64),
}

/// What a link is like.
#[derive(Debug, Clone)]
pub struct Profile {
    /// From which second on it carries how many bits a second; 0 is an outage, in which packets are lost.
    pub rates: Vec<(f64, f64)>,
    /// The longest queue, in milliseconds at the rate.
    pub queue_ms: f64,
    /// From which second on how long the way is, in milliseconds.
    pub delays_ms: Vec<(f64, f64)>,
    /// The mean of the exponential delay that comes on top.
    pub jitter_ms: f64,
    /// Whether jitter may change the order.
    pub reorders: bool,
    /// Loss.
    pub losses: Losses,
}

impl Profile {
    /// A link of one rate and one delay without jitter or loss.
    pub fn steady(bps: f64, delay_ms: f64, queue_ms: f64) -> Profile {
        Profile {
            rates: vec![(0.0, bps)],
            queue_ms,
            delays_ms: vec![(0.0, delay_ms)],
            jitter_ms: 0.0,
            reorders: false,
            losses: Losses::None,
        }
    }

    /// With another schedule of rates.
    pub fn rates(self, rates: &[(f64, f64)]) -> Profile {
        Profile { rates: rates.to_vec(), ..self }
    }

    /// With loss.
    pub fn losses(self, losses: Losses) -> Profile {
        Profile { losses, ..self }
    }
}

/// The value that holds at a second.
pub(crate) fn at(schedule: &[(f64, f64)], second: f64) -> f64 {
    schedule.iter().take_while(|(from, _)| *from <= second).last().or(schedule.first()).map_or(0.0, |(_, value)| *value)
}

/// A packet always finds room for so much.
const QUEUE_BYTES_MIN: f64 = 4_500.0;

#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) profile: Profile,
    random: Random,
    /// When each waiting packet has left the queue, and its size.
    waiting: VecDeque<(f64, usize)>,
    last_arrival_s: f64,
    in_burst: bool,
    pub(crate) dropped: u64,
}

impl Link {
    pub(crate) fn new(profile: Profile, seed: u64) -> Link {
        let random = Random::new(seed);
        Link { profile, random, waiting: VecDeque::new(), last_arrival_s: 0.0, in_burst: false, dropped: 0 }
    }

    /// When a packet arrives at the other end, if it does, and how long it waited for others.
    pub(crate) fn carry(&mut self, now_s: f64, bytes: usize, extra_delay_s: f64) -> Option<(f64, f64)> {
        while self.waiting.pop_front_if(|(finished, _)| *finished <= now_s).is_some() {}
        let rate_bps = at(&self.profile.rates, now_s);
        let waiting: usize = self.waiting.iter().map(|(_, bytes)| bytes).sum();
        let room = (self.profile.queue_ms / 1e3 * rate_bps / 8.0).max(QUEUE_BYTES_MIN);
        if rate_bps <= 0.0 || waiting as f64 + bytes as f64 > room {
            self.dropped += 1;
            return None;
        }
        let begins_s = self.waiting.back().map_or(now_s, |(finished, _)| finished.max(now_s));
        let finished_s = self.served(begins_s, bytes as f64 * 8.0);
        self.waiting.push_back((finished_s, bytes));
        if self.is_lost() {
            return None;
        }
        let delay_s = at(&self.profile.delays_ms, now_s) / 1e3 + extra_delay_s;
        let jitter_s =
            if self.profile.jitter_ms > 0.0 { self.random.exponential(self.profile.jitter_ms / 1e3) } else { 0.0 };
        let mut arrival_s = finished_s + delay_s + jitter_s;
        if !self.profile.reorders && extra_delay_s == 0.0 {
            arrival_s = arrival_s.max(self.last_arrival_s);
            self.last_arrival_s = arrival_s;
        }
        Some((arrival_s, begins_s - now_s))
    }

    /// When so many bits are through that begin at a moment; the rate may change meanwhile.
    fn served(&self, begins_s: f64, bits: f64) -> f64 {
        let (mut now_s, mut left) = (begins_s, bits);
        loop {
            let rate_bps = at(&self.profile.rates, now_s);
            let until_s = self.profile.rates.iter().map(|(from, _)| *from).find(|from| *from > now_s);
            match until_s {
                Some(until_s) if rate_bps * (until_s - now_s) < left => {
                    left -= rate_bps * (until_s - now_s);
                    now_s = until_s;
                }
                _ => return now_s + left / rate_bps.max(1.0),
            }
        }
    }

    fn is_lost(&mut self) -> bool {
        match self.profile.losses {
            Losses::None => false,
            Losses::Random(share) => self.random.chance(share),
            Losses::Bursts(share, length) => {
                let leaves = 1.0 / length;
                let enters = leaves * share / (1.0 - share);
                self.in_burst = if self.in_burst { !self.random.chance(leaves) } else { self.random.chance(enters) };
                self.in_burst
            }
        }
    }
}

/// The value of any kind that holds at a second.
pub(crate) fn schedule<T: Copy>(schedule: &[(f64, T)], second: f64) -> Option<T> {
    schedule.iter().take_while(|(from, _)| *from <= second).last().map(|(_, value)| *value)
}
