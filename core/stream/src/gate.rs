//! [`Gate`]: what of a viewer's messages may reach the scene. A state machine per viewer; the clock is an argument.

use heliograph_wire::{Input, InputError, Role};
use std::time::{Duration, Instant};

/// Messages a second that a viewer may send for long, moves and others counted apart. A page sends at most one move a
/// displayed frame.
const MESSAGES_PER_SECOND: f64 = 240.0;
/// Messages that a viewer may send at once.
const MESSAGES_BURST: f64 = 480.0;
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
    /// Presses and releases that came over `control`.
    grab: u16,
    moves: Bucket,
    others: Bucket,
    refused: u32,
}

impl Gate {
    /// For a viewer who has just come.
    pub(crate) fn new(role: Role, now: Instant) -> Gate {
        Gate { role, last_move_seq: None, grab: 0, moves: Bucket::full(now), others: Bucket::full(now), refused: 0 }
    }

    /// A move over `pointer`, which may be late, early or lost.
    pub(crate) fn pointer_move(&mut self, grab: u16, seq: u32, input: &Input, now: Instant) -> Verdict {
        if !self.moves.take(now) {
            return Verdict::Drop;
        }
        // Both counters wrap.
        let newer = self.last_move_seq.is_none_or(|last| (seq.wrapping_sub(last) as i32) > 0);
        if !newer || grab != self.grab {
            return Verdict::Drop;
        }
        let verdict = self.admit(input);
        if verdict == Verdict::Pass {
            self.last_move_seq = Some(seq);
        }
        verdict
    }

    /// An input over `control`, which is ordered and whole.
    pub(crate) fn control_input(&mut self, input: &Input, now: Instant) -> Verdict {
        if matches!(input, Input::Down { .. } | Input::Up { .. }) {
            // The page counts what it sent, whatever becomes of it here.
            self.grab = self.grab.wrapping_add(1);
        }
        let bucket = if input.is_move() { &mut self.moves } else { &mut self.others };
        match (bucket.take(now), input.is_move()) {
            (false, true) => Verdict::Drop,
            (false, false) => Verdict::Close(Refusal::Flood),
            (true, _) => self.admit(input),
        }
    }

    /// Anything else: a ping, a wish for a keyframe.
    pub(crate) fn other(&mut self, now: Instant) -> Verdict {
        if self.others.take(now) { Verdict::Pass } else { Verdict::Close(Refusal::Flood) }
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

/// A token bucket.
#[derive(Debug)]
struct Bucket {
    tokens: f64,
    at: Instant,
}

impl Bucket {
    fn full(now: Instant) -> Bucket {
        Bucket { tokens: MESSAGES_BURST, at: now }
    }

    fn take(&mut self, now: Instant) -> bool {
        let passed: Duration = now.saturating_duration_since(self.at);
        self.at = now;
        self.tokens = (self.tokens + passed.as_secs_f64() * MESSAGES_PER_SECOND).min(MESSAGES_BURST);
        let enough = self.tokens >= 1.0;
        if enough {
            self.tokens -= 1.0;
        }
        enough
    }
}

#[cfg(test)]
mod tests;
