//! [`LineModel`]: what is known of one viewer's line: how much it takes, and how much is on its way. No clock, no socket.
//!
//! The estimate is that of Google's congestion control ("A Google Congestion Control Algorithm for Real-Time
//! Communication", draft-ietf-rmcat-gcc-02), which says nothing true while less is sent than the line would take: on a
//! still scene it climbs without end. So it counts only up to one and a half times what was acknowledged, plus a little
//! to begin with; and while little is sent, what was found before is held.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// The least that a line is asked to carry, in bits a second.
pub(crate) const TARGET_MIN_BPS: u32 = 300_000;
/// The most, in bits a second.
pub(crate) const TARGET_MAX_BPS: u32 = 8_000_000;
/// What a line is trusted with at first, and again after a long rest, in bits a second.
pub(crate) const TARGET_FIRST_BPS: u32 = 3_000_000;
/// More than this on its way, beyond what the round trip explains, is a queue that the viewer would see as lag.
const BACKLOG_MAX: Duration = Duration::from_millis(120);
/// Browsers report what arrived every 50 to 100 ms.
const REPORT_INTERVAL: Duration = Duration::from_millis(100);
/// What was not reported for so long is lost, or nobody reports: either way it does not lie in a queue any more.
const UNREPORTED_MAX: Duration = Duration::from_millis(1_500);
/// Over which acknowledged bytes are counted.
const ACKNOWLEDGED_WINDOW: Duration = Duration::from_millis(1_000);
/// After so long without reports a line may have become another one.
const REST_MIN: Duration = Duration::from_secs(30);
/// Round trips that count for the least one.
const ROUND_TRIP_WINDOW: Duration = Duration::from_secs(10);

/// One viewer's line.
#[derive(Debug)]
pub(crate) struct LineModel {
    /// What left and was not reported yet: when, bytes.
    on_its_way: VecDeque<(Instant, usize)>,
    /// What arrived lately: when it was reported, bytes.
    acknowledged: VecDeque<(Instant, usize)>,
    /// Least round trip (report included) now and in the window before.
    least_round_trip: Option<Duration>,
    former_round_trip: Option<Duration>,
    window_began: Option<Instant>,
    last_report: Option<Instant>,
    /// The estimate that the line has proved, in bits a second.
    proved_bps: f64,
}

impl Default for LineModel {
    fn default() -> LineModel {
        LineModel {
            on_its_way: VecDeque::new(),
            acknowledged: VecDeque::new(),
            least_round_trip: None,
            former_round_trip: None,
            window_began: None,
            last_report: None,
            proved_bps: f64::from(TARGET_FIRST_BPS),
        }
    }
}

impl LineModel {
    /// A packet left.
    pub(crate) fn sent(&mut self, now: Instant, bytes: usize) {
        match self.on_its_way.back_mut() {
            // Packets of one burst share an entry, so a flood of small ones costs no memory.
            Some((at, sum)) if now.saturating_duration_since(*at) < Duration::from_millis(1) => *sum += bytes,
            _ => self.on_its_way.push_back((now, bytes)),
        }
        self.expire(now);
    }

    /// The viewer reported packets: the newest of them left at `newest_departure`, of all `arrived_bytes` arrived.
    /// `estimate_bps` is the congestion control's opinion.
    pub(crate) fn reported(
        &mut self,
        now: Instant,
        newest_departure: Option<Instant>,
        arrived_bytes: usize,
        estimate_bps: f64,
    ) {
        if self.last_report.is_some_and(|last| now.saturating_duration_since(last) > REST_MIN) {
            self.proved_bps = self.proved_bps.min(f64::from(TARGET_FIRST_BPS));
        }
        self.last_report = Some(now);
        if let Some(departure) = newest_departure {
            while self.on_its_way.pop_front_if(|(at, _)| *at <= departure).is_some() {}
            self.round_trip(now, now.saturating_duration_since(departure));
        }
        self.acknowledged.push_back((now, arrived_bytes));
        self.expire(now);
        let believable = 1.5 * self.acknowledged_bps() + f64::from(TARGET_MIN_BPS);
        self.proved_bps = estimate_bps.min(self.proved_bps.max(believable));
    }

    /// What to send, in bits a second.
    pub(crate) fn target_bps(&self) -> u32 {
        (self.proved_bps as u32).clamp(TARGET_MIN_BPS, TARGET_MAX_BPS)
    }

    /// What arrived in the last second.
    pub(crate) fn acknowledged_bps(&self) -> f64 {
        self.acknowledged.iter().map(|(_, bytes)| *bytes as f64 * 8.0).sum::<f64>() / ACKNOWLEDGED_WINDOW.as_secs_f64()
    }

    /// How long what is on its way takes to arrive, beyond what an empty line would need.
    pub(crate) fn backlog(&mut self, now: Instant) -> Duration {
        self.expire(now);
        let bits: usize = self.on_its_way.iter().map(|(_, bytes)| bytes * 8).sum();
        // A line that carries more than it was asked to is not held to what it was asked.
        let rate = self.acknowledged_bps().max(f64::from(self.target_bps()));
        let explained = self.round_trip_least() + REPORT_INTERVAL;
        Duration::from_secs_f64(bits as f64 / rate).saturating_sub(explained)
    }

    /// Whether the line takes no more at present.
    pub(crate) fn is_blocked(&mut self, now: Instant) -> bool {
        self.backlog(now) > BACKLOG_MAX
    }

    /// The least time from a packet's departure to its report, lately.
    pub(crate) fn round_trip_least(&self) -> Duration {
        self.least_round_trip.into_iter().chain(self.former_round_trip).min().unwrap_or_default()
    }

    fn round_trip(&mut self, now: Instant, round_trip: Duration) {
        let began = *self.window_began.get_or_insert(now);
        if now.saturating_duration_since(began) > ROUND_TRIP_WINDOW {
            self.window_began = Some(now);
            self.former_round_trip = self.least_round_trip.take();
        }
        self.least_round_trip = Some(self.least_round_trip.map_or(round_trip, |least| least.min(round_trip)));
    }

    fn expire(&mut self, now: Instant) {
        let older = |at: &Instant, age| now.saturating_duration_since(*at) > age;
        while self.on_its_way.pop_front_if(|(at, _)| older(at, UNREPORTED_MAX)).is_some() {}
        while self.acknowledged.pop_front_if(|(at, _)| older(at, ACKNOWLEDGED_WINDOW)).is_some() {}
    }
}

/// What the encoder is asked for when these lines must carry the same stream: what the weakest one takes, in bits a
/// second.
pub(crate) fn common_target_bps(targets_bps: impl IntoIterator<Item = u32>) -> u32 {
    targets_bps.into_iter().min().unwrap_or(TARGET_FIRST_BPS).clamp(TARGET_MIN_BPS, TARGET_MAX_BPS)
}

#[cfg(test)]
mod tests;
