//! [`Line`]: all that is known of one viewer's line, and the questions that are put to it.

use crate::estimator::Estimator;
use crate::flight::{Flight, REPORT_INTERVAL};
use crate::{PacketFate, Probe, TARGET_FIRST_BPS, TARGET_MAX_BPS, TARGET_MIN_BPS};
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// More than this on its way, beyond what the round trip explains and with the next frame, is a queue that the viewer
/// would see as lag.
const BACKLOG_MAX: Duration = Duration::from_millis(120);
/// What arrived is counted over this.
const ACKNOWLEDGED_WINDOW: Duration = Duration::from_millis(1_000);
/// The share of the target that may be spent on sending again, and what may be saved up.
const REPEAT_SHARE: f64 = 0.4;
const REPEAT_BURST: Duration = Duration::from_millis(250);
const REPEAT_BURST_BITS_MIN: f64 = 4.0 * 1_200.0 * 8.0;
/// A sign of life: a small packet whose report tells that the line is there.
const SIGN_BYTES: usize = 100;
/// They leave this far apart at least; after a long silence, this far.
const SIGN_INTERVAL: Duration = Duration::from_millis(200);
const SIGN_INTERVAL_MAX: Duration = Duration::from_secs(2);
/// What "long" means.
const SILENCE_LONG: Duration = Duration::from_secs(60);
/// How soon to look again whether a probe is due.
const PROBE_INTERVAL: Duration = Duration::from_millis(20);
/// Reports that fail to come for so long are an outage.
const OUTAGE_MIN: Duration = Duration::from_millis(700);

/// What a packet is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A picture that moves.
    Media,
    /// What was lost, again.
    Repeat,
    /// What may take its time, as a picture that is exact.
    Bulk,
    /// Nothing: a probe.
    Padding,
}

/// One viewer's line. See the crate.
#[derive(Debug)]
pub struct Line {
    estimator: Estimator,
    flight: Flight,
    sent_bytes: u64,
    padding_bytes: u64,
    /// What waits in the pacer.
    waiting_bytes: usize,
    /// What arrived lately: when reported, bytes.
    acknowledged: VecDeque<(Instant, usize)>,
    /// What was sent again lately: when, bytes.
    repeated: VecDeque<(Instant, usize)>,
    /// Bits that may be spent on sending again, as of a moment.
    repeat_bits: f64,
    repeat_at: Option<Instant>,
    last_sign: Option<Instant>,
    /// See [`Line::filled`].
    filled_until: Option<Instant>,
}

impl Default for Line {
    fn default() -> Line {
        Line::new(TARGET_FIRST_BPS)
    }
}

impl Line {
    /// A line that is trusted with `first_bps` at first.
    pub fn new(first_bps: u32) -> Line {
        Line {
            estimator: Estimator::new(first_bps),
            flight: Flight::default(),
            sent_bytes: 0,
            padding_bytes: 0,
            waiting_bytes: 0,
            acknowledged: VecDeque::new(),
            repeated: VecDeque::new(),
            repeat_bits: f64::from(first_bps) * REPEAT_BURST.as_secs_f64(),
            repeat_at: None,
            last_sign: None,
            filled_until: None,
        }
    }

    /// A line to a receiver that reports for sure: one that is silent from the beginning takes nothing.
    pub fn expecting_reports() -> Line {
        Line { flight: Flight::expecting_reports(), ..Line::default() }
    }

    // What the transport tells.

    /// A packet left.
    pub fn sent(&mut self, now: Instant, bytes: usize, kind: Kind) {
        self.sent_bytes += bytes as u64;
        if kind == Kind::Padding {
            self.padding_bytes += bytes as u64;
        }
        if kind == Kind::Repeat {
            self.repeated.push_back((now, bytes));
        }
        self.flight.sent(now, bytes);
        self.estimator.sent(now, bytes);
        self.expire(now);
    }

    /// So many bytes wait in the pacer.
    pub fn waiting(&mut self, bytes: usize) {
        self.waiting_bytes = bytes;
    }

    /// The viewer reported what became of packets. Nothing is made of an empty report.
    pub fn reported(&mut self, now: Instant, fates: &[PacketFate]) {
        let Some(newest) = fates.iter().filter(|fate| fate.arrival.is_some()).map(|fate| fate.departure).max() else {
            return;
        };
        let silence = self.flight.reported(now, newest);
        if silence > OUTAGE_MIN.max(3 * self.flight.least_round_trip()) {
            self.estimator.returned(now, silence);
        }
        let arrived = fates.iter().filter(|fate| fate.arrival.is_some()).map(|fate| fate.bytes).sum();
        self.acknowledged.push_back((now, arrived));
        self.expire(now);
        if self.estimator.reported(now, fates, self.flight.round_trip()) {
            self.flight.rebase();
        }
    }

    /// Until then something else is in the line, of which nothing is told here: a probe would learn of that, and delay it.
    pub fn filled(&mut self, until: Instant) {
        self.filled_until = Some(until);
    }

    /// What would be sent if the line took it, in bits a second; more than the target makes the line look for it. `None`:
    /// as much as there is.
    pub fn want_bps(&mut self, want_bps: Option<u32>) {
        self.estimator.want(want_bps);
    }

    // What the transport asks.

    /// Padding to be sent beside the media: to find out what the line takes, or whether it is there at all. To be asked
    /// often, at least each 20 ms while anything is sent.
    pub fn probe(&mut self, now: Instant) -> Option<Probe> {
        if let Some(last_sent) = self.flight.unanswered() {
            let heard = self.flight.last_report().unwrap_or(last_sent);
            let is_long = now.saturating_duration_since(heard) > SILENCE_LONG;
            let usual = if is_long { SIGN_INTERVAL_MAX } else { SIGN_INTERVAL };
            let patience = usual.max(self.flight.least_round_trip().mul_f64(1.25) + REPORT_INTERVAL);
            // In an outage they come at the interval, however long the round trip was.
            let patience = if self.is_cut_off(now) { usual } else { patience };
            let since = self.last_sign.map_or(last_sent, |sign| sign.max(last_sent));
            if now.saturating_duration_since(since) >= patience {
                self.last_sign = Some(now);
                return Some(Probe { bytes: SIGN_BYTES, over: Duration::ZERO });
            }
        }
        let is_filled = self.filled_until.is_some_and(|until| now < until);
        if is_filled || self.is_cut_off(now) { None } else { self.estimator.probe(now) }
    }

    /// When to ask [`Line::probe`] again, at the latest; `None` until something leaves or is reported.
    pub fn next_probe_at(&self, now: Instant) -> Option<Instant> {
        let waits = self.flight.unanswered().is_some() || self.estimator.seeks(now);
        waits.then_some(now + PROBE_INTERVAL)
    }

    /// Whether a packet of about `bytes` may be sent again: what the viewer misses must not fill the line that lost it.
    pub fn may_repeat(&mut self, now: Instant, bytes: usize) -> bool {
        self.earn_repeats(now);
        let may = self.repeat_bits >= bytes as f64 * 8.0;
        if may {
            self.repeat_bits -= bytes as f64 * 8.0;
        }
        may
    }

    /// Whether less than half of what may be saved up for repeats is left.
    pub(crate) fn is_short_of_repeats(&mut self, now: Instant) -> bool {
        self.earn_repeats(now) < 0.5
    }

    /// Says which share of the most is there.
    fn earn_repeats(&mut self, now: Instant) -> f64 {
        let pace_bps = f64::from(self.pace_bps());
        let passed = self.repeat_at.replace(now).map_or(Duration::ZERO, |at| now.saturating_duration_since(at));
        let most = (REPEAT_BURST.as_secs_f64() * pace_bps).max(REPEAT_BURST_BITS_MIN);
        self.repeat_bits = (self.repeat_bits + passed.as_secs_f64() * REPEAT_SHARE * pace_bps).min(most);
        self.repeat_bits / most
    }

    // What the encoder asks.

    /// What to send, in bits a second: what the line takes, less what is sent again.
    pub fn target_bps(&self) -> u32 {
        let repeats_bps = bits(&self.repeated) / ACKNOWLEDGED_WINDOW.as_secs_f64();
        let all_bps = self.estimator.target_bps();
        // Where each packet has a copy, half.
        ((all_bps - repeats_bps).max(0.45 * all_bps) as u32).clamp(TARGET_MIN_BPS, TARGET_MAX_BPS)
    }

    /// What may leave in all, in bits a second: for the pacer.
    pub fn pace_bps(&self) -> u32 {
        (self.estimator.target_bps() as u32).clamp(TARGET_MIN_BPS, TARGET_MAX_BPS)
    }

    /// How long what is on its way, and waits to be sent, takes to arrive, beyond what an empty line would need.
    pub fn backlog(&mut self, now: Instant) -> Duration {
        self.expire(now);
        let bytes = self.flight.bytes() + self.waiting_bytes;
        let explained = self.flight.least_round_trip() + REPORT_INTERVAL;
        let queue = self.time_for(bytes).saturating_sub(explained).max(self.time_for(self.waiting_bytes));
        queue.max(self.flight.overdue(now))
    }

    /// Whether the line does not take another frame of `frame_bytes` at present. An empty line takes any.
    pub fn is_blocked(&mut self, now: Instant, frame_bytes: usize) -> bool {
        let backlog = self.backlog(now);
        let others = self.time_for(frame_bytes).min(BACKLOG_MAX / 2);
        let blocked = !backlog.is_zero() && (backlog + others > BACKLOG_MAX || self.is_cut_off(now));
        if blocked {
            self.estimator.blocked(now);
        }
        blocked
    }

    /// Whether nothing was heard for longer than the line explains, although something is under way.
    pub fn is_cut_off(&self, now: Instant) -> bool {
        self.flight.overdue(now) > self.flight.least_round_trip() + Duration::from_millis(50)
    }

    // Figures.

    /// What arrived in the last second, in bits a second.
    pub fn acknowledged_bps(&self) -> f64 {
        bits(&self.acknowledged) / ACKNOWLEDGED_WINDOW.as_secs_f64()
    }

    /// From a packet's departure to its report, as it is now.
    pub fn round_trip(&self) -> Duration {
        self.flight.round_trip()
    }

    /// The least of those, lately.
    pub fn least_round_trip(&self) -> Duration {
        self.flight.least_round_trip()
    }

    /// How long packets wait at the bottleneck, as of the last report.
    pub fn queue(&self) -> Duration {
        self.estimator.queue()
    }

    /// When the line last turned out to carry far less than was sent: what left before is mostly lost.
    pub fn collapsed(&self) -> Option<Instant> {
        self.estimator.collapsed()
    }

    /// The share of packets that is lost, over a few seconds.
    pub fn loss(&self) -> f64 {
        self.estimator.loss()
    }

    /// How many packets in a row are lost, on average.
    pub fn loss_run(&self) -> f64 {
        self.estimator.loss_run()
    }

    /// What ever left, in bytes.
    pub fn sent_bytes(&self) -> u64 {
        self.sent_bytes
    }

    /// Those of them that were padding.
    pub fn padding_bytes(&self) -> u64 {
        self.padding_bytes
    }

    fn time_for(&self, bytes: usize) -> Duration {
        // A line that carries more than it was asked to is not held to what it was asked.
        let rate = self.acknowledged_bps().max(f64::from(self.target_bps()));
        Duration::from_secs_f64(bytes as f64 * 8.0 / rate)
    }

    fn expire(&mut self, now: Instant) {
        self.flight.expire(now);
        let older = |at: &Instant| now.saturating_duration_since(*at) > ACKNOWLEDGED_WINDOW;
        while self.acknowledged.pop_front_if(|(at, _)| older(at)).is_some() {}
        while self.repeated.pop_front_if(|(at, _)| older(at)).is_some() {}
    }
}

fn bits(entries: &VecDeque<(Instant, usize)>) -> f64 {
    entries.iter().map(|(_, bytes)| *bytes as f64 * 8.0).sum()
}

#[cfg(test)]
mod tests;
