//! [`LineModel`]: what is known of one viewer's line: how much it takes, and how much is on its way. No clock, no socket.
//!
//! The estimate is that of Google's congestion control ("A Google Congestion Control Algorithm for Real-Time
//! Communication", draft-ietf-rmcat-gcc-02), which says nothing true while less is sent than the line would take: on a
//! still scene it climbs without end. So it counts only up to one and a half times what was acknowledged, plus a little
//! to begin with; and while little is sent, what was found before is held. Where a tenth is lost, the line is taken for
//! what it delivers, at once: webrtc-rs' estimate needs many seconds to come down.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// The least that a line is asked to carry, in bits a second.
pub(crate) const TARGET_MIN_BPS: u32 = 300_000;
/// The most, in bits a second.
pub(crate) const TARGET_MAX_BPS: u32 = 8_000_000;
/// What a line is trusted with at first, and again after a long rest, in bits a second.
pub(crate) const TARGET_FIRST_BPS: u32 = 3_000_000;
/// More than this on its way, beyond what the round trip explains and with the next frame, is a queue that the viewer
/// would see as lag.
const BACKLOG_MAX: Duration = Duration::from_millis(120);
/// Browsers report what arrived every 50 to 100 ms.
const REPORT_INTERVAL: Duration = Duration::from_millis(100);
/// What was not reported for so long is lost, or nobody reports: either way it does not lie in a queue any more.
const UNREPORTED_MAX: Duration = Duration::from_millis(1_500);
/// Over which arrived and lost bytes are counted.
const ACKNOWLEDGED_WINDOW: Duration = Duration::from_millis(1_000);
/// After so long without reports a line may have become another one.
const REST_MIN: Duration = Duration::from_secs(30);
/// The share of lost bytes that means a queue overflows; less is a bad line (as in draft-ietf-rmcat-gcc-02 section 6).
const LOSS_MAX: f64 = 0.1;
/// Fewer reported bytes say nothing about loss.
const LOSS_BYTES_MIN: usize = 20_000;
/// What a line that overflows is asked for, as a share of what it delivers.
const AFTER_LOSS: f64 = 0.85;
/// The least time between two such cuts: the first one must have had its effect.
const CUT_INTERVAL: Duration = Duration::from_millis(400);
/// The share of the target that may be spent on sending again, and what may be saved up.
const REPEAT_SHARE: f64 = 0.25;
const REPEAT_BURST_BITS: f64 = 400_000.0;
/// Round trips that count for the least one.
const ROUND_TRIP_WINDOW: Duration = Duration::from_secs(10);

/// What a viewer says of packets that were sent to it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Report {
    /// When the newest one that arrived had left.
    pub(crate) newest_departure: Option<Instant>,
    pub(crate) arrived_bytes: usize,
    pub(crate) lost_bytes: usize,
}

/// One viewer's line.
#[derive(Debug)]
pub(crate) struct LineModel {
    /// All that ever left, in bytes.
    sent_bytes: u64,
    /// What left and was not reported yet: when, bytes.
    on_its_way: VecDeque<(Instant, usize)>,
    /// What was reported lately: when, bytes that arrived, bytes that were lost.
    acknowledged: VecDeque<(Instant, usize, usize)>,
    /// Of the newest report.
    last_round_trip: Duration,
    /// Bits that may be spent on sending again, as of a moment.
    repeat_bits: f64,
    repeat_at: Option<Instant>,
    /// Least round trip (report included) now and in the window before.
    least_round_trip: Option<Duration>,
    former_round_trip: Option<Duration>,
    window_began: Option<Instant>,
    last_report: Option<Instant>,
    last_cut: Option<Instant>,
    /// The estimate that the line has proved, in bits a second.
    proved_bps: f64,
}

impl Default for LineModel {
    fn default() -> LineModel {
        LineModel {
            sent_bytes: 0,
            on_its_way: VecDeque::new(),
            acknowledged: VecDeque::new(),
            last_round_trip: Duration::ZERO,
            repeat_bits: REPEAT_BURST_BITS,
            repeat_at: None,
            least_round_trip: None,
            former_round_trip: None,
            window_began: None,
            last_report: None,
            last_cut: None,
            proved_bps: f64::from(TARGET_FIRST_BPS),
        }
    }
}

impl LineModel {
    /// A packet left.
    pub(crate) fn sent(&mut self, now: Instant, bytes: usize) {
        self.sent_bytes += bytes as u64;
        match self.on_its_way.back_mut() {
            // Packets of one burst share an entry, so a flood of small ones costs no memory.
            Some((at, sum)) if now.saturating_duration_since(*at) < Duration::from_millis(1) => *sum += bytes,
            _ => self.on_its_way.push_back((now, bytes)),
        }
        self.expire(now);
    }

    /// The viewer reported packets. `estimate_bps` is the congestion control's opinion.
    pub(crate) fn reported(&mut self, now: Instant, report: Report, estimate_bps: f64) {
        if self.last_report.is_some_and(|last| now.saturating_duration_since(last) > REST_MIN) {
            self.proved_bps = self.proved_bps.min(f64::from(TARGET_FIRST_BPS));
        }
        self.last_report = Some(now);
        if let Some(departure) = report.newest_departure {
            while self.on_its_way.pop_front_if(|(at, _)| *at <= departure).is_some() {}
            self.measured(now, now.saturating_duration_since(departure));
        }
        self.acknowledged.push_back((now, report.arrived_bytes, report.lost_bytes));
        self.expire(now);
        if self.overflows() {
            let rested = self.last_cut.is_none_or(|cut| now.saturating_duration_since(cut) >= CUT_INTERVAL);
            if rested {
                // At most half at a time: what was delivered lately may be little because little was sent.
                let delivered = (AFTER_LOSS * self.acknowledged_bps()).max(0.5 * self.proved_bps);
                self.proved_bps = self.proved_bps.min(delivered).min(estimate_bps).max(TARGET_MIN_BPS.into());
                self.last_cut = Some(now);
            }
        } else {
            let believable = 1.5 * self.acknowledged_bps() + f64::from(TARGET_MIN_BPS);
            self.proved_bps = estimate_bps.min(self.proved_bps.max(believable));
        }
    }

    fn overflows(&self) -> bool {
        let (arrived, lost) = self.acknowledged.iter().fold((0, 0), |sum, entry| (sum.0 + entry.1, sum.1 + entry.2));
        arrived + lost >= LOSS_BYTES_MIN && lost as f64 > LOSS_MAX * (arrived + lost) as f64
    }

    /// Whether a packet of about `bytes` may be sent again: what the viewer misses must not fill the line that lost it.
    pub(crate) fn may_repeat(&mut self, now: Instant, bytes: usize) -> bool {
        let passed = self.repeat_at.replace(now).map_or(Duration::ZERO, |at| now.saturating_duration_since(at));
        let earned = passed.as_secs_f64() * REPEAT_SHARE * f64::from(self.target_bps());
        self.repeat_bits = (self.repeat_bits + earned).min(REPEAT_BURST_BITS);
        let may = self.repeat_bits >= bytes as f64 * 8.0;
        if may {
            self.repeat_bits -= bytes as f64 * 8.0;
        }
        may
    }

    /// What to send, in bits a second.
    pub(crate) fn target_bps(&self) -> u32 {
        (self.proved_bps as u32).clamp(TARGET_MIN_BPS, TARGET_MAX_BPS)
    }

    /// What arrived in the last second.
    pub(crate) fn acknowledged_bps(&self) -> f64 {
        self.acknowledged.iter().map(|(_, arrived, _)| *arrived as f64 * 8.0).sum::<f64>()
            / ACKNOWLEDGED_WINDOW.as_secs_f64()
    }

    /// How long what is on its way takes to arrive, beyond what an empty line would need.
    pub(crate) fn backlog(&mut self, now: Instant) -> Duration {
        self.expire(now);
        let bytes = self.on_its_way.iter().map(|(_, bytes)| bytes).sum();
        self.time_for(bytes).saturating_sub(self.round_trip_least() + REPORT_INTERVAL)
    }

    /// Whether the line does not take another frame of `frame_bytes` at present. An empty line takes any.
    pub(crate) fn is_blocked(&mut self, now: Instant, frame_bytes: usize) -> bool {
        let backlog = self.backlog(now);
        !backlog.is_zero() && backlog + self.time_for(frame_bytes) > BACKLOG_MAX
    }

    /// From a packet's departure to its report, as it is now.
    pub(crate) fn round_trip(&self) -> Duration {
        self.last_round_trip.max(self.round_trip_least())
    }

    /// What ever left, in bytes.
    pub(crate) fn sent_bytes(&self) -> u64 {
        self.sent_bytes
    }

    /// The least of those, lately.
    fn round_trip_least(&self) -> Duration {
        self.least_round_trip.into_iter().chain(self.former_round_trip).min().unwrap_or_default()
    }

    fn time_for(&self, bytes: usize) -> Duration {
        // A line that carries more than it was asked to is not held to what it was asked.
        let rate = self.acknowledged_bps().max(f64::from(self.target_bps()));
        Duration::from_secs_f64(bytes as f64 * 8.0 / rate)
    }

    fn measured(&mut self, now: Instant, round_trip: Duration) {
        self.last_round_trip = round_trip;
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
        while self.acknowledged.pop_front_if(|(at, ..)| older(at, ACKNOWLEDGED_WINDOW)).is_some() {}
    }
}

#[cfg(test)]
mod tests;
