//! [`Flight`]: what has left and is not reported yet.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Packets of one burst share an entry, so that a flood of small ones costs no memory.
const BURST: Duration = Duration::from_millis(1);
/// What was not reported for so long is lost, or nobody reports: either way it does not lie in a queue any more.
const UNREPORTED_MAX: Duration = Duration::from_millis(1_500);
/// Browsers report what arrived every 50 to 100 ms.
pub(crate) const REPORT_INTERVAL: Duration = Duration::from_millis(100);
/// Round trips that count for the least one.
const ROUND_TRIP_WINDOW: Duration = Duration::from_secs(10);

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Flight {
    /// When, bytes.
    packets: VecDeque<(Instant, usize)>,
    /// Of the newest report: from departure to report.
    last_round_trip: Duration,
    least_round_trip: Option<Duration>,
    former_round_trip: Option<Duration>,
    window_began: Option<Instant>,
    last_report: Option<Instant>,
    last_sent: Option<Instant>,
    /// The receiver reports for sure, so that silence is one from the beginning on.
    expects_reports: bool,
    /// The oldest departure of those that were forgotten unreported since the last report.
    silent_since: Option<Instant>,
}

/// The first report may take so long to come.
const FIRST_REPORT_MAX: Duration = Duration::from_secs(1);

impl Flight {
    /// To a receiver that reports for sure.
    pub(crate) fn expecting_reports() -> Flight {
        Flight { expects_reports: true, ..Flight::default() }
    }

    pub(crate) fn sent(&mut self, now: Instant, bytes: usize) {
        self.last_sent = Some(now);
        match self.packets.back_mut() {
            Some((at, sum)) if now.saturating_duration_since(*at) < BURST => *sum += bytes,
            _ => self.packets.push_back((now, bytes)),
        }
        self.expire(now);
    }

    /// What left up to `newest` is reported. Says for how long there was no report although something was under way.
    pub(crate) fn reported(&mut self, now: Instant, newest: Instant) -> Duration {
        let silence = self.waiting_since().map_or(Duration::ZERO, |since| {
            let heard = self.last_report.map_or(since, |last| last.max(since));
            now.saturating_duration_since(heard)
        });
        while self.packets.pop_front_if(|(at, _)| *at <= newest).is_some() {}
        self.silent_since = None;
        self.last_report = Some(now);
        self.measured(now, now.saturating_duration_since(newest));
        silence
    }

    pub(crate) fn bytes(&self) -> usize {
        self.packets.iter().map(|(_, bytes)| bytes).sum()
    }

    /// How much later than it should the oldest packet is reported; no more than what left after it.
    pub(crate) fn overdue(&self, now: Instant) -> Duration {
        let patience = match (self.last_report, self.expects_reports) {
            (Some(_), _) => self.least_round_trip() + REPORT_INTERVAL,
            (None, true) => FIRST_REPORT_MAX,
            (None, false) => return Duration::ZERO,
        };
        let (Some(oldest), Some(newest)) = (self.waiting_since(), self.last_sent) else { return Duration::ZERO };
        let late = now.saturating_duration_since(oldest).saturating_sub(patience);
        late.min(newest.saturating_duration_since(oldest))
    }

    /// When something left last, if a report is still to come and there were reports at all.
    pub(crate) fn unanswered(&self) -> Option<Instant> {
        self.last_report.and(self.waiting_since()).and(self.last_sent)
    }

    /// When the last report came.
    pub(crate) fn last_report(&self) -> Option<Instant> {
        self.last_report
    }

    /// From a packet's departure to its report, as it is now.
    pub(crate) fn round_trip(&self) -> Duration {
        self.last_round_trip.max(self.least_round_trip())
    }

    /// The least of those, lately.
    pub(crate) fn least_round_trip(&self) -> Duration {
        self.least_round_trip.into_iter().chain(self.former_round_trip).min().unwrap_or_default()
    }

    pub(crate) fn expire(&mut self, now: Instant) {
        let older = |at: &Instant| now.saturating_duration_since(*at) > UNREPORTED_MAX;
        while let Some((at, _)) = self.packets.pop_front_if(|(at, _)| older(at)) {
            self.silent_since.get_or_insert(at);
        }
    }

    /// The way is a longer one now: what round trips were before says nothing.
    pub(crate) fn rebase(&mut self) {
        (self.least_round_trip, self.former_round_trip) = (Some(self.last_round_trip), None);
    }

    fn waiting_since(&self) -> Option<Instant> {
        self.silent_since.or(self.packets.front().map(|(at, _)| *at))
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
}
