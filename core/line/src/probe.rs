//! [`Prober`]: when to send more than there is to send, to learn whether the line would take it, and what it said.

use std::time::{Duration, Instant};

/// How long a probe lasts. What a line does not take of it waits: at twice the rate, as long again.
const SPAN: Duration = Duration::from_millis(60);
/// Its packets leave a little later than asked for.
const SPAN_SLACK: Duration = Duration::from_millis(60);
/// Without an answer for so long it was lost.
const ANSWER_MAX: Duration = Duration::from_millis(1_200);
/// Fewer packets measure nothing.
const PACKETS_MIN: usize = 4;
/// The least that makes so many packets.
const BYTES_MIN: usize = 1_200;
/// After the first probe that failed, the next comes after this, then ever later.
const RETRY: Duration = Duration::from_millis(900);
const RETRY_GROWTH: f64 = 1.5;
const RETRY_MAX: Duration = Duration::from_secs(12);
/// The way back after the line's rate fell is looked for often.
const RETURN_RETRY_MAX: Duration = Duration::from_millis(1_800);
/// A probe has passed when the line carried this share of what was sent.
const PASSED: f64 = 0.88;

/// Padding to be sent beside the media, or, over no time at all, a sign of life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Probe {
    /// How much in all.
    pub bytes: usize,
    /// Spread evenly over this.
    pub over: Duration,
}

impl Probe {
    /// How fast its packets are to leave, in bits a second.
    pub fn rate_bps(&self) -> f64 {
        self.bytes as f64 * 8.0 / self.over.as_secs_f64().max(1e-3)
    }
}

/// What the line said to a probe.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Outcome {
    /// It carried it all at this rate.
    Passed(f64),
    /// It carried this rate of it.
    Failed(Option<f64>),
}

#[derive(Debug)]
struct Running {
    began: Instant,
    /// Departure, arrival (seconds on the receiver's clock), bytes, waited.
    packets: Vec<(Instant, f64, usize, f64)>,
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Prober {
    running: Option<Running>,
    fails: i32,
    not_before: Option<Instant>,
}

impl Prober {
    /// Begins a probe of `rate_bps` beside media of `media_bps`, unless it is too early.
    pub(crate) fn begin(&mut self, now: Instant, rate_bps: f64, media_bps: f64) -> Option<Probe> {
        if self.running.is_some() || self.not_before.is_some_and(|at| now < at) {
            return None;
        }
        let bytes = ((rate_bps - media_bps.min(0.8 * rate_bps)) / 8.0 * SPAN.as_secs_f64()) as usize;
        let bytes = bytes.max(BYTES_MIN);
        self.running = Some(Running { began: now, packets: Vec::new() });
        // A slow line gets as little, over a longer time.
        Some(Probe { bytes, over: SPAN.max(Duration::from_secs_f64(bytes as f64 * 8.0 / rate_bps)) })
    }

    /// A packet arrived.
    pub(crate) fn arrived(&mut self, departure: Instant, arrival_s: f64, bytes: usize, wait_s: f64) {
        if let Some(running) = &mut self.running
            && departure >= running.began
            && departure <= running.began + SPAN + SPAN_SLACK
        {
            running.packets.push((departure, arrival_s, bytes, wait_s));
        }
    }

    /// What became of the probe, once that is known. `newest` is the newest departure that was reported.
    pub(crate) fn outcome(&mut self, now: Instant, newest: Option<Instant>, returning: bool) -> Option<Outcome> {
        let running = self.running.as_ref()?;
        let complete = newest.is_some_and(|newest| newest >= running.began + SPAN);
        let overdue = now.saturating_duration_since(running.began) > ANSWER_MAX;
        if !complete && !overdue {
            return None;
        }
        let outcome = running.judge();
        self.running = None;
        match outcome {
            Outcome::Passed(_) => (self.fails, self.not_before) = (0, None),
            Outcome::Failed(_) => self.failed(now, returning),
        }
        Some(outcome)
    }

    fn failed(&mut self, now: Instant, returning: bool) {
        let wait = RETRY.mul_f64(RETRY_GROWTH.powi(self.fails.min(20)));
        self.fails += 1;
        self.not_before = Some(now + wait.min(if returning { RETURN_RETRY_MAX } else { RETRY_MAX }));
    }

    /// The line is another now: what it refused before says nothing.
    pub(crate) fn reset(&mut self, not_before: Instant) {
        *self = Prober { running: None, fails: 0, not_before: Some(not_before) };
    }
}

impl Running {
    fn judge(&self) -> Outcome {
        let mut packets = self.packets.clone();
        packets.sort_by(|one, other| one.1.total_cmp(&other.1));
        let (Some(first), Some(last)) = (packets.first(), packets.last()) else { return Outcome::Failed(None) };
        if packets.len() < PACKETS_MIN {
            return Outcome::Failed(None);
        }
        let bits =
            |without: usize| packets.iter().map(|packet| packet.2).sum::<usize>().saturating_sub(without) as f64 * 8.0;
        let earliest = packets.iter().min_by_key(|packet| packet.0).unwrap_or(first);
        let latest = packets.iter().map(|packet| packet.0).max().unwrap_or(last.0);
        let sending_s = latest.saturating_duration_since(earliest.0).as_secs_f64().max(1e-3);
        let arriving_s = (last.1 - first.1).max(1e-3);
        // The last packet's own departure ends the span, so its bytes are not of it; the first one's arrival begins it.
        let sent_bps = bits(packets.last().map_or(0, |packet| packet.2)) / sending_s;
        let carried_bps = bits(first.2) / arriving_s;
        let third = packets.len().div_ceil(3);
        let least = |some: &[(Instant, f64, usize, f64)]| some.iter().map(|packet| packet.3).fold(f64::MAX, f64::min);
        let growth_s = least(&packets[packets.len() - third..]) - least(&packets[..third]);
        if carried_bps >= PASSED * sent_bps && growth_s < 0.012 {
            Outcome::Passed(sent_bps.min(carried_bps))
        } else {
            Outcome::Failed(Some(carried_bps.min(sent_bps)))
        }
    }
}
