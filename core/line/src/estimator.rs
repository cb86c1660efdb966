//! [`Estimator`]: what to send, in bits a second. A state machine over what the receiver reports.
//!
//! Three signals, each for what it is good at:
//! - **The standing queue** (as in SCReAM, RFC 8298, and Copa): how long a packet waits beyond the least delay seen.
//!   Above a threshold the target falls to a little less than the line carried meanwhile; below a lower one it rises.
//!   Whoever sends much has the lower thresholds, so that flows that share a line become equal.
//! - **What was carried** (as in BBR): how much arrived, and how fast it was served while packets waited for each other.
//!   It says how far to fall; and a target rises no further than what was carried bears out.
//! - **Loss**, only beyond what the line loses anyway ([`crate::loss`]).
//!
//! Little to send neither raises nor lowers the target; probes do, when more would be of use.

use crate::delay::Delays;
use crate::delivery::Delivery;
use crate::loss::Loss;
use crate::probe::{Outcome, Probe, Prober};
use crate::{PacketFate, TARGET_MAX_BPS, TARGET_MIN_BPS};
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// A flow of 1 Mbit/s falls at this standing queue, in seconds; others by the root of their rate, within limits.
const QUEUE_HIGH_S: f64 = 0.045;
const QUEUE_HIGH_LIMITS_S: (f64, f64) = (0.02, 0.065);
/// And so many times later, by what the queue differs from report to report, but no more than this.
const NOISE: f64 = 1.5;
const NOISE_MAX_S: f64 = 0.08;
const NOISE_BITS: f64 = 6_000.0;
/// What it differs is an average over about so many reports.
const NOISE_REPORTS: f64 = 16.0;
/// Below this share of it the target rises.
const QUEUE_LOW: f64 = 0.5;
/// What is asked for after a fall, as a share of what the line carried, with a short queue and with a long one.
const AFTER_QUEUE: (f64, f64) = (0.88, 0.7);
/// And after loss.
const AFTER_LOSS: f64 = 0.95;
/// Less loss than this may have been a burst, which says nothing of what the line carries.
const LOSS_TELLS: f64 = 0.3;
/// A fall shows in the reports after a round trip and this.
const SETTLE: Duration = Duration::from_millis(100);
/// A line that carries less than this share of the target is not given time.
const FAR_TOO_LITTLE: f64 = 0.65;
/// To fall to less than this share of the target at once is a collapse: what is under way is mostly lost.
const COLLAPSE: f64 = 0.6;
/// A queue that did not shrink within this is fallen for again.
const DRAIN_MAX: Duration = Duration::from_millis(600);
/// How fast the target rises, a second, as long as nothing is known of the line; and after that; and about the rate
/// at which it last was full, with a constant part that makes flows equal in the long run.
const CLIMB_FIRST: f64 = 1.0;
const CLIMB: f64 = 0.25;
const CLIMB_NEAR: f64 = 0.01;
const CLIMB_NEAR_BPS: f64 = 25_000.0;
/// After the line took no frame, the target rests.
const BLOCKED_REST: Duration = Duration::from_millis(700);
/// What "about" means.
const NEAR: (f64, f64) = (0.9, 1.15);
/// After so long the line may carry more than when it last was full.
const FOUND_MAX: Duration = Duration::from_secs(30);
/// A target is no more than this multiple of what was carried, and a little to begin with.
const BELIEVABLE: f64 = 1.5;
const BELIEVABLE_BPS: f64 = 60_000.0;
/// Who sends less than this share of the target proves nothing.
const LIMITED: f64 = 0.7;
/// What was sent is counted over this.
const SENT_WINDOW: Duration = Duration::from_millis(600);
/// Without much being sent for so long the line may have become another one.
const REST_MIN: Duration = Duration::from_secs(30);
/// The way back to what a line once carried is looked for during this.
const RETURN_MAX: Duration = Duration::from_secs(90);
/// A probe asks for this multiple of the target, a careful one for this.
const PROBE_FACTOR: (f64, f64) = (2.0, 1.5);
/// After a fall, the first probe comes so much later.
const PROBE_REST: Duration = Duration::from_millis(700);
/// Without a report for so long, nothing is probed.
const HEARD_MAX: Duration = Duration::from_secs(3);
/// A queue that stood for so long, whatever was done, is the way itself, or others'.
const REBASE_AFTER: Duration = Duration::from_millis(1_500);

/// See the module.
#[derive(Debug)]
pub(crate) struct Estimator {
    epoch: Option<Instant>,
    first_bps: f64,
    target_bps: f64,
    want_bps: Option<f64>,
    delays: Delays,
    delivery: Delivery,
    loss: Loss,
    prober: Prober,
    sent: VecDeque<(Instant, usize)>,
    /// The newest departure that was reported.
    newest: Option<Instant>,
    last_report: Option<Instant>,
    last_cut: Option<Cut>,
    /// What the line carried when it last was full, and when.
    found: Option<(f64, Instant)>,
    /// What was carried before it fell, to be found again, and when it fell.
    goal: Option<(f64, Instant)>,
    /// Since when the queue stands above the threshold.
    queued_since: Option<Instant>,
    /// When much was sent last.
    busy_at: Option<Instant>,
    /// When it last took no frame.
    blocked_at: Option<Instant>,
    /// How much the standing queue differs from one report to the next, in seconds: jitter that is nobody's queue.
    noise_s: f64,
    last_queue_s: f64,
    /// When the line last turned out to carry far less than was sent.
    collapsed: Option<Instant>,
    /// Reports of packets that left before are of an outage.
    deaf_until: Option<Instant>,
}

#[derive(Debug, Clone, Copy)]
struct Cut {
    at: Instant,
    queue_s: f64,
}

impl Estimator {
    pub(crate) fn new(first_bps: u32) -> Estimator {
        let first_bps = f64::from(first_bps.clamp(TARGET_MIN_BPS, TARGET_MAX_BPS));
        Estimator {
            epoch: None,
            first_bps,
            target_bps: first_bps,
            want_bps: None,
            delays: Delays::default(),
            delivery: Delivery::default(),
            loss: Loss::default(),
            prober: Prober::default(),
            sent: VecDeque::new(),
            newest: None,
            last_report: None,
            last_cut: None,
            found: None,
            goal: None,
            queued_since: None,
            busy_at: None,
            blocked_at: None,
            noise_s: 0.0,
            last_queue_s: 0.0,
            collapsed: None,
            deaf_until: None,
        }
    }

    pub(crate) fn target_bps(&self) -> f64 {
        self.target_bps
    }

    pub(crate) fn loss(&self) -> f64 {
        self.loss.measured()
    }

    pub(crate) fn loss_run(&self) -> f64 {
        self.loss.run()
    }

    /// When the line last turned out to carry far less than was sent.
    pub(crate) fn collapsed(&self) -> Option<Instant> {
        self.collapsed
    }

    /// How long packets wait at the bottleneck.
    pub(crate) fn queue(&self) -> Duration {
        Duration::from_secs_f64(self.delays.standing_s())
    }

    /// What the line is taken to carry at most, in bits a second.
    pub(crate) fn capacity_bps(&self) -> f64 {
        self.delivery.busy_bps().unwrap_or_default().max(self.target_bps)
    }

    pub(crate) fn want(&mut self, want_bps: Option<u32>) {
        self.want_bps = want_bps.map(f64::from);
    }

    /// The line took no frame.
    pub(crate) fn blocked(&mut self, now: Instant) {
        self.blocked_at = Some(now);
    }

    /// Bytes left, of whatever kind.
    pub(crate) fn sent(&mut self, now: Instant, bytes: usize) {
        self.sent.push_back((now, bytes));
        while self.sent.pop_front_if(|(at, _)| now.saturating_duration_since(*at) > SENT_WINDOW).is_some() {}
        let rested = self.busy_at.is_some_and(|at| now.saturating_duration_since(at) > REST_MIN);
        if rested {
            self.rested(now);
        }
        if self.busy_at.is_none() || rested || !self.is_limited() {
            self.busy_at = Some(now);
        }
    }

    /// The line may be another one: less of it is trusted, and what it carried is looked for again.
    fn rested(&mut self, now: Instant) {
        let before_bps = self.target_bps;
        self.target_bps = before_bps.min(self.first_bps.max(before_bps / 2.0));
        // However long the rest is, what was carried before it is remembered.
        self.goal = Some((self.goal.map_or(before_bps, |(goal_bps, _)| goal_bps.max(before_bps)), now));
        self.found = None;
        self.prober.reset(now);
    }

    /// The receiver reported; `round_trip` is from departure to report. Says whether the way is a longer one now.
    pub(crate) fn reported(&mut self, now: Instant, fates: &[PacketFate], round_trip: Duration) -> bool {
        let passed = self.last_report.replace(now).map_or(Duration::ZERO, |last| now.saturating_duration_since(last));
        self.take(now, fates);
        self.hear_probe(now);
        let queue_s = self.delays.standing_s();
        self.noise_s += ((queue_s - self.last_queue_s).abs() - self.noise_s) / NOISE_REPORTS;
        self.last_queue_s = queue_s;
        if self.watch_standing_queue(now, queue_s) {
            return true;
        }
        if self.must_fall(now, queue_s, round_trip) {
            self.fall(now, queue_s);
        } else if self.loss.is_congestion(queue_s > 0.5 * self.queue_high_s()) && self.has_settled(now, round_trip) {
            self.fall_for_loss(now);
        } else {
            self.rise(now, queue_s, passed.min(Duration::from_millis(250)));
        }
        false
    }

    /// After an outage: what was under way then says nothing of the line as it is now.
    pub(crate) fn returned(&mut self, now: Instant, silence: Duration) {
        let before_bps = self.target_bps;
        let trust = if silence > Duration::from_secs(3) { 0.5 } else { 0.75 };
        self.target_bps = before_bps.min((before_bps * trust).max(self.first_bps));
        self.aim_for(before_bps, now);
        self.deaf_until = Some(now);
        self.delays.forget_queue();
        self.delivery.forget();
        self.loss.forget();
        self.queued_since = None;
        self.prober.reset(now + Duration::from_millis(200));
    }

    /// Padding to be sent now.
    pub(crate) fn probe(&mut self, now: Instant) -> Option<Probe> {
        let heard = self.last_report.is_some_and(|at| now.saturating_duration_since(at) < HEARD_MAX);
        let settled = self.last_cut.is_none_or(|cut| now.saturating_duration_since(cut.at) > PROBE_REST);
        if !heard || !settled || self.delays.standing_s() > 0.012_f64.max(QUEUE_LOW * 0.6 * self.queue_high_s()) {
            return None;
        }
        let (least_bps, most_bps) = self.sought(now)?;
        let factor = if self.near_found() { PROBE_FACTOR.1 } else { PROBE_FACTOR.0 };
        let rate_bps = (factor * self.target_bps).min(most_bps).max(least_bps);
        let media_bps = self.sent_bps(now);
        self.prober.begin(now, rate_bps, media_bps)
    }

    /// Whether a probe may become of use without anything else happening.
    pub(crate) fn seeks(&self, now: Instant) -> bool {
        let heard = self.last_report.is_some_and(|at| now.saturating_duration_since(at) < HEARD_MAX);
        heard && self.sought(now).is_some()
    }

    /// What a probe may look for, if any is of use: the least and the most rate.
    fn sought(&self, now: Instant) -> Option<(f64, f64)> {
        let most_bps = self.want_bps.unwrap_or(TARGET_MAX_BPS.into()).min(TARGET_MAX_BPS.into());
        let least_bps = 1.2 * self.target_bps;
        let start =
            self.found.is_none() && self.last_cut.is_none() && self.want_bps.is_none_or(|want| want > self.target_bps);
        // Who has little to send has no use for what was before.
        let idle = self.is_limited() && self.want_bps.is_none_or(|want| want <= self.target_bps);
        let returning = !idle && self.goal(now).is_some_and(|goal_bps| self.target_bps < 0.85 * goal_bps);
        let has_room = self.blocked_at.is_none_or(|at| now.saturating_duration_since(at) > Duration::from_secs(1));
        let more_is_useful = has_room && self.is_limited() && self.want_bps.is_some_and(|want| want > self.target_bps);
        let seeks = start && self.target_bps < 0.9 * most_bps || returning || more_is_useful;
        seeks.then_some((least_bps, (1.25 * most_bps).max(self.goal(now).unwrap_or_default()).max(least_bps)))
    }

    fn goal(&self, now: Instant) -> Option<f64> {
        self.goal.filter(|(_, at)| now.saturating_duration_since(*at) < RETURN_MAX).map(|(bps, _)| bps)
    }

    fn aim_for(&mut self, bps: f64, now: Instant) {
        // The first fall of several in a row tells what was carried.
        if self.goal(now).is_none_or(|goal_bps| goal_bps < bps) {
            self.goal = Some((bps, now));
        }
    }

    fn take(&mut self, now: Instant, fates: &[PacketFate]) {
        let epoch = *self.epoch.get_or_insert_with(|| fates.first().map_or(now, |fate| fate.departure));
        let (mut arrived, mut lost, mut in_a_row) = (0, 0, 0);
        let mut arrivals: Vec<(f64, PacketFate)> = Vec::new();
        for fate in fates.iter().filter(|fate| self.deaf_until.is_none_or(|until| fate.departure >= until)) {
            match fate.arrival {
                Some(arrival) => {
                    arrived += 1;
                    if in_a_row > 0 {
                        self.loss.lost_in_a_row(std::mem::take(&mut in_a_row));
                    }
                    arrivals.push((arrival.as_secs_f64(), *fate));
                }
                None => (lost, in_a_row) = (lost + 1, in_a_row + 1),
            }
        }
        arrivals.sort_by(|one, other| one.0.total_cmp(&other.0));
        let rate_bps = self.capacity_bps();
        for (arrival_s, fate) in arrivals {
            let departure_s = seconds_since(epoch, fate.departure);
            let wait_s = self.delays.arrived(fate.departure, arrival_s, arrival_s - departure_s, fate.bytes, rate_bps);
            let base_s = self.delays.base_s().unwrap_or_default();
            self.delivery.arrived(arrival_s, departure_s + base_s, fate.bytes);
            self.prober.arrived(fate.departure, arrival_s, fate.bytes, wait_s);
            self.newest = self.newest.max(Some(fate.departure));
        }
        self.loss.reported(now, arrived, lost);
    }

    fn hear_probe(&mut self, now: Instant) {
        let returning = self.goal(now).is_some();
        match self.prober.outcome(now, self.newest, returning) {
            Some(Outcome::Passed(bps)) => {
                let most_bps = f64::from(TARGET_MAX_BPS);
                self.target_bps = self.target_bps.max(0.92 * bps).min(most_bps);
                self.busy_at = Some(now);
                if self.found.is_some_and(|(found, _)| self.target_bps > NEAR.1 * found) {
                    self.found = None;
                }
            }
            Some(Outcome::Failed(Some(carried_bps))) if carried_bps > 1.6 * self.target_bps => {
                // Others may share the line, and a probe takes more than its share of it.
                self.target_bps += 0.5 * (0.85 * carried_bps - self.target_bps).max(0.0);
                self.found = Some((carried_bps, now));
            }
            Some(Outcome::Failed(carried)) if self.found.is_none() => {
                self.found = carried.map(|bps| (bps.max(self.target_bps), now));
            }
            Some(Outcome::Failed(_)) | None => {}
        }
        if self.goal.is_some_and(|(goal, _)| self.target_bps >= 0.85 * goal) {
            self.goal = None;
        }
    }

    /// A queue that stands although less is sent is a longer way, or that of others, which fill it whatever we do.
    fn watch_standing_queue(&mut self, now: Instant, queue_s: f64) -> bool {
        if queue_s < QUEUE_LOW * self.queue_high_s() {
            self.queued_since = None;
            return false;
        }
        let since = *self.queued_since.get_or_insert(now);
        let stands = now.saturating_duration_since(since) > REBASE_AFTER;
        if stands {
            self.delays.rebase(now);
            self.queued_since = None;
        }
        stands
    }

    fn must_fall(&self, now: Instant, queue_s: f64, round_trip: Duration) -> bool {
        let still_as_long = self.last_cut.is_none_or(|cut| {
            queue_s > 0.8 * cut.queue_s || now.saturating_duration_since(cut.at) > DRAIN_MAX + round_trip
        });
        let far_too_much = self.delivery.busy_bps().is_some_and(|busy_bps| busy_bps < FAR_TOO_LITTLE * self.target_bps);
        queue_s > self.queue_high_s() && (far_too_much || still_as_long && self.has_settled(now, round_trip))
    }

    /// Whether the last fall shows in the reports.
    fn has_settled(&self, now: Instant, round_trip: Duration) -> bool {
        let seen = |at: Instant| self.newest.is_some_and(|newest| newest > at + SETTLE);
        self.last_cut
            .is_none_or(|cut| seen(cut.at) || now.saturating_duration_since(cut.at) > 2 * round_trip + 2 * SETTLE)
    }

    fn fall(&mut self, now: Instant, queue_s: f64) {
        let carried_bps =
            self.delivery.busy_bps().unwrap_or_else(|| self.delivery.rate_bps().max(0.3 * self.target_bps));
        let excess = ((queue_s - self.queue_high_s()) / 0.2).clamp(0.0, 1.0);
        let share = AFTER_QUEUE.0 + (AFTER_QUEUE.1 - AFTER_QUEUE.0) * excess;
        let base_bps = carried_bps.min(self.target_bps);
        self.cut(now, queue_s, share * base_bps);
        self.found = Some((base_bps, now));
    }

    fn fall_for_loss(&mut self, now: Instant) {
        // What arrived may be little because little was sent; then what was lost of it says more.
        let passed = 1.0 - self.loss.share().unwrap_or_default();
        let carried_bps = self.delivery.rate_bps().max(0.8 * passed * self.target_bps);
        if passed < 1.0 - LOSS_TELLS {
            self.found = Some((carried_bps, now));
        }
        self.cut(now, self.delays.standing_s(), AFTER_LOSS * carried_bps.min(self.target_bps));
        self.loss.forget();
    }

    fn cut(&mut self, now: Instant, queue_s: f64, bps: f64) {
        let bps = bps.max(TARGET_MIN_BPS.into());
        if bps < COLLAPSE * self.target_bps {
            self.collapsed = Some(now);
            self.aim_for(self.target_bps, now);
        }
        self.target_bps = self.target_bps.min(bps);
        self.last_cut = Some(Cut { at: now, queue_s });
        self.prober.reset(now + PROBE_REST);
    }

    fn rise(&mut self, now: Instant, queue_s: f64, passed: Duration) {
        // A line that took no frame lately is full, however short the queue is by now.
        let full = self.blocked_at.is_some_and(|at| now.saturating_duration_since(at) < BLOCKED_REST);
        if full || queue_s > QUEUE_LOW * self.queue_high_s() || self.is_limited() {
            return;
        }
        let seconds = passed.as_secs_f64();
        if self
            .found
            .is_some_and(|(bps, at)| self.target_bps > NEAR.1 * bps || now.saturating_duration_since(at) > FOUND_MAX)
        {
            self.found = None;
        }
        let raised_bps = match self.found {
            Some((found_bps, _)) if self.target_bps > NEAR.0 * found_bps => {
                let constant_bps = CLIMB_NEAR_BPS * (self.target_bps / 1e6).sqrt().min(1.0);
                self.target_bps * (1.0 + CLIMB_NEAR * seconds) + constant_bps * seconds
            }
            _ if self.last_cut.is_none() => self.target_bps * (1.0 + CLIMB_FIRST * seconds),
            _ => self.target_bps * (1.0 + CLIMB * seconds),
        };
        let believable_bps = BELIEVABLE * self.delivery.rate_bps() + BELIEVABLE_BPS;
        self.target_bps = raised_bps.min(believable_bps).max(self.target_bps).min(TARGET_MAX_BPS.into());
    }

    fn near_found(&self) -> bool {
        self.found.is_some_and(|(bps, _)| self.target_bps > 0.6 * bps && self.target_bps < NEAR.1 * bps)
    }

    fn queue_high_s(&self) -> f64 {
        let (least, most) = QUEUE_HIGH_LIMITS_S;
        // On a slow line a single packet makes as much of a difference.
        let noise_s = (self.noise_s - NOISE_BITS / self.target_bps).max(0.0);
        (QUEUE_HIGH_S * (1e6 / self.target_bps).sqrt()).clamp(least, most) + (NOISE * noise_s).min(NOISE_MAX_S)
    }

    fn is_limited(&self) -> bool {
        let sent: usize = self.sent.iter().map(|(_, bytes)| bytes).sum();
        (sent as f64 * 8.0) < LIMITED * self.target_bps * SENT_WINDOW.as_secs_f64()
    }

    fn sent_bps(&self, now: Instant) -> f64 {
        let recent = self.sent.iter().filter(|(at, _)| now.saturating_duration_since(*at) <= SENT_WINDOW);
        recent.map(|(_, bytes)| *bytes as f64 * 8.0).sum::<f64>() / SENT_WINDOW.as_secs_f64()
    }
}

fn seconds_since(epoch: Instant, at: Instant) -> f64 {
    match at.checked_duration_since(epoch) {
        Some(after) => after.as_secs_f64(),
        None => -epoch.saturating_duration_since(at).as_secs_f64(),
    }
}
