//! [`Repeats`]: which packets are sent again, and how many times.
//!
//! A repeat that is lost too costs a second round trip, which is a freeze that everyone sees. So a line that loses much
//! gets copies, a few milliseconds apart; and where a round trip is long, each packet is followed by a copy that nobody
//! asked for, because what asks for it may be lost as well. What is too old, or more than the line bears, is not repeated: a
//! keyframe is shorter.

use crate::line::Line;
use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

/// A packet is sent again at most once in the round trip, but no more often than this, and after this at the latest.
const HOLD_MIN: Duration = Duration::from_millis(20);
const HOLD_MAX: Duration = Duration::from_millis(500);
/// Loss from which there are two copies, and three: of two, one in 400 is lost twice on a line that loses 5 %, which is a
/// freeze every eight seconds of fast motion.
const TWO_COPIES: f64 = 0.012;
const THREE_COPIES: f64 = 0.03;
/// With so long a queue it is the queue that loses.
const QUEUE_FULL: Duration = Duration::from_millis(80);
/// From one copy to the next: a burst of loss that takes one shall not take the other. The second, where packets are
/// lost in longer rows than this.
const APART: Duration = Duration::from_millis(5);
const APART_IN_BURSTS: Duration = Duration::from_millis(18);
const BURSTS: f64 = 2.2;
/// Loss from which each packet is guarded by a copy, where the round trip is as long as that, and the line so fast that a
/// frame of half its rate is still worth seeing.
const GUARD_LOSS: f64 = 0.025;
const GUARD_ROUND_TRIP: Duration = Duration::from_millis(60);
const GUARD_BPS_MIN: u32 = 600_000;
/// Rows so long are not of packets: reports of them were lost.
const REPORTS_LOST: f64 = 7.0;
/// How long after its packet; more where packets are lost in rows.
const GUARD_AFTER: Duration = Duration::from_millis(10);
/// A packet that left so long ago, and two and a half round trips, is worth nothing.
const DEADLINE: Duration = Duration::from_millis(300);
/// Numbers that are remembered; older ones go first.
const REMEMBERED_MAX: usize = 2_048;
/// A keyframe that was asked for in vain is asked for again.
const KEYFRAME_RETRY: Duration = Duration::from_millis(500);

/// What to do for a packet that the receiver misses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Send it so many times, so far apart.
    Copies(u32, Duration),
    /// Nothing: it is on its way, or of no use any more.
    Nothing,
    /// It cannot be mended; a keyframe is needed.
    Keyframe,
}

/// See the module.
#[derive(Debug, Default)]
pub struct Repeats {
    at: HashMap<u16, Instant>,
    order: VecDeque<u16>,
    /// What left before needs no repeat: a keyframe followed.
    restarted: Option<Instant>,
    keyframe_asked: Option<Instant>,
}

impl Repeats {
    /// The receiver misses packet `number`, which left at `departure`; `None`: it is not kept any more.
    pub fn asked(
        &mut self,
        now: Instant,
        number: u16,
        departure: Option<Instant>,
        bytes: usize,
        line: &mut Line,
    ) -> Answer {
        if departure.is_some_and(|at| self.restarted.is_some_and(|restart| at < restart)) {
            return Answer::Nothing;
        }
        if let Some(asked) = self.keyframe_asked {
            return if now.saturating_duration_since(asked) < KEYFRAME_RETRY {
                Answer::Nothing
            } else {
                self.keyframe(now)
            };
        }
        let hold = line.round_trip().saturating_sub(crate::flight::REPORT_INTERVAL / 2).clamp(HOLD_MIN, HOLD_MAX);
        if self.at.get(&number).is_some_and(|at| now.saturating_duration_since(*at) < hold) {
            return Answer::Nothing;
        }
        let deadline = DEADLINE + line.round_trip().mul_f64(2.5);
        if departure.is_none_or(|at| now.saturating_duration_since(at) > deadline) {
            return self.keyframe(now);
        }
        if departure.is_some_and(|at| line.collapsed().is_some_and(|collapsed| at < collapsed)) {
            return self.keyframe(now);
        }
        // What a full queue drops is not saved by filling it.
        let one_must_do = line.queue() > QUEUE_FULL || line.is_short_of_repeats(now);
        let wanted = if one_must_do { 1 } else { copies_at(line.loss()) };
        let copies = (0..wanted).take_while(|_| line.may_repeat(now, bytes)).count() as u32;
        if copies == 0 {
            return self.keyframe(now);
        }
        self.answered(number, now);
        Answer::Copies(copies, if line.loss_run() > BURSTS { APART_IN_BURSTS } else { APART })
    }

    /// How long after each packet that leaves now a copy of it is to follow, asked for or not; `None`: none is.
    pub fn guard(line: &Line) -> Option<Duration> {
        let is_worth_it = line.loss() >= GUARD_LOSS
            && line.least_round_trip() >= GUARD_ROUND_TRIP
            && line.pace_bps() >= GUARD_BPS_MIN
            && line.queue() < QUEUE_FULL
            && line.loss_run() < REPORTS_LOST;
        let after = if line.loss_run() > BURSTS { 2 * APART_IN_BURSTS } else { GUARD_AFTER };
        is_worth_it.then_some(after)
    }

    /// A keyframe begins to leave: what left before is of no use any more.
    pub fn restarted(&mut self, now: Instant) {
        self.restarted = Some(now);
        self.keyframe_asked = None;
    }

    fn keyframe(&mut self, now: Instant) -> Answer {
        self.keyframe_asked = Some(now);
        Answer::Keyframe
    }

    fn answered(&mut self, number: u16, now: Instant) {
        if self.at.insert(number, now).is_none() {
            self.order.push_back(number);
        }
        while self.order.len() > REMEMBERED_MAX {
            if let Some(oldest) = self.order.pop_front() {
                self.at.remove(&oldest);
            }
        }
    }
}

fn copies_at(loss: f64) -> u32 {
    match loss {
        loss if loss >= THREE_COPIES => 3,
        loss if loss >= TWO_COPIES => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests;
