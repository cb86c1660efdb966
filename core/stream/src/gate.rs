//! [`Gate`]: what of a viewer's messages may reach the scene. A state machine per viewer; the clock is an argument.

use crate::bucket::{Allowance, Bucket};
use heliograph_wire::{Input, InputError, Role};
use std::time::Instant;

/// Messages that a viewer may send, all in all: 120 a second for long, and two seconds' worth at once, which is what
/// arrives together after a line has stalled. Our page paces itself to 100 a second (`web-viewer/core/outbox.js`); a
/// ping a second, presses and the last moves that it repeats find room in the rest.
const MESSAGES: Allowance = Allowance { per_second: 120.0, burst: 240.0 };
/// What moves leave of it for everything else: too many moves are thinned out, so they must never close a session by
/// using up what a press or a ping needs.
const NOT_FOR_MOVES: f64 = 120.0;
/// A viewer that sends so many messages that no page of ours sends is not a page of ours.
const REFUSED_MAX: u32 = 64;

/// What to do with a message.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Verdict {
    /// Pass it on.
    Pass,
    /// Drop it: a newer message makes it worthless, or there are too many moves.
    Drop,
    /// Refuse it and count.
    Refuse(Refusal),
    /// End the session.
    Close(Refusal),
}

/// Why a message is refused. The text is for the viewer and the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    /// The link is for viewing.
    #[error("this link is for viewing only")]
    ViewOnly,
    /// Not a message of the protocol.
    #[error("the page sent a message that is not understood")]
    Malformed,
    /// See [`InputError`].
    #[error(transparent)]
    Input(#[from] InputError),
    /// Faster than any hand.
    #[error("the page sent too many messages at once")]
    Flood,
}

/// One viewer's gate.
#[derive(Debug)]
pub(crate) struct Gate {
    role: Role,
    /// Of the newest move that passed.
    last_move_seq: Option<u32>,
    /// Of the newest input that came over `control`; those before it have come, too.
    taken_seq: Option<u32>,
    /// Presses and releases that came over `control`.
    grab: u16,
    messages: Bucket,
    refused: u32,
}

impl Gate {
    /// For a viewer who has just come.
    pub(crate) fn new(role: Role, now: Instant) -> Gate {
        Gate { role, last_move_seq: None, taken_seq: None, grab: 0, messages: Bucket::full(MESSAGES, now), refused: 0 }
    }

    /// The host has decided anew what the viewer may do.
    pub(crate) fn set_role(&mut self, role: Role) {
        self.role = role;
    }

    /// A move over `pointer`, which may be late, early or lost.
    pub(crate) fn pointer_move(&mut self, grab: u16, seq: u32, input: &Input, now: Instant) -> Verdict {
        if !self.messages.take(MESSAGES, NOT_FOR_MOVES, now) {
            return Verdict::Drop;
        }
        if !is_newer(seq, self.last_move_seq) || grab != self.grab {
            return Verdict::Drop;
        }
        let verdict = self.admit(input);
        if verdict == Verdict::Pass {
            self.last_move_seq = Some(seq);
        }
        verdict
    }

    /// An input over `control`, which is ordered and whole. What the page says again, because the way has changed, counts
    /// once.
    pub(crate) fn control_input(&mut self, seq: u32, input: &Input, now: Instant) -> Verdict {
        if !is_newer(seq, self.taken_seq) {
            return self.other_or(now, Verdict::Drop);
        }
        self.taken_seq = Some(seq);
        if matches!(input, Input::Down { .. } | Input::Up { .. }) {
            // The page counts what it sent, whatever becomes of it here.
            self.grab = self.grab.wrapping_add(1);
        }
        let reserve = if input.is_move() { NOT_FOR_MOVES } else { 0.0 };
        match (self.messages.take(MESSAGES, reserve, now), input.is_move()) {
            (false, true) => Verdict::Drop,
            (false, false) => Verdict::Close(Refusal::Flood),
            (true, _) => self.admit(input),
        }
    }

    /// The newest input that came over `control`; 0 before the first one.
    pub(crate) fn taken(&self) -> u32 {
        self.taken_seq.unwrap_or(0)
    }

    /// Anything else: a ping, a wish for a keyframe.
    pub(crate) fn other(&mut self, now: Instant) -> Verdict {
        self.other_or(now, Verdict::Pass)
    }

    fn other_or(&mut self, now: Instant, verdict: Verdict) -> Verdict {
        if self.messages.take(MESSAGES, 0.0, now) { verdict } else { Verdict::Close(Refusal::Flood) }
    }

    /// Bytes that are no message, or too many.
    pub(crate) fn malformed(&mut self) -> Verdict {
        self.refuse(Refusal::Malformed)
    }

    fn admit(&mut self, input: &Input) -> Verdict {
        if self.role != Role::Control {
            // Not held against the viewer: the page may have been built for both roles.
            return Verdict::Refuse(Refusal::ViewOnly);
        }
        match input {
            Input::Gone => self.refuse(Refusal::Input(InputError::NotForViewers)),
            _ => match input.check() {
                Ok(()) => Verdict::Pass,
                Err(error) => self.refuse(Refusal::Input(error)),
            },
        }
    }

    fn refuse(&mut self, refusal: Refusal) -> Verdict {
        self.refused += 1;
        if self.refused > REFUSED_MAX { Verdict::Close(refusal) } else { Verdict::Refuse(refusal) }
    }
}

/// Counters wrap.
fn is_newer(seq: u32, last: Option<u32>) -> bool {
    last.is_none_or(|last| (seq.wrapping_sub(last) as i32) > 0)
}

#[cfg(test)]
mod tests;
