//! How much a viewer's line takes, and when each packet leaves: congestion control as state machines over
//! `(feedback, now)`. No clock, no socket, no thread: whoever carries the packets tells what happened and asks what to do.
//!
//! - [`Line`] knows the line: a target in bits a second, what is on its way, whether another frame may be encoded.
//! - [`Pacer`] says when each packet of a frame leaves, and in which order.
//! - [`Repeats`] says which lost packets are sent again, and how often.
//! - [`simulator`] is a network in a few hundred lines, on which all of it is tried; nothing of the product uses it.
//!   `cargo run -p heliograph-line --example simulate` prints what comes of it.
//!
//! A transport does this:
//!
//! ```text
//! frame to send   → pacer.media(..) for each packet
//! pacer.next_at() → pacer.pop(now), send it, line.sent(now, bytes, kind)
//! report          → line.reported(now, fates); pacer.target(now, line.pace_bps())
//! NACK            → repeats.asked(..) for each number; pacer.repeat(..) for each copy
//! every 10 ms     → line.waiting(pacer.waiting_bytes()); line.probe(now), and pacer.pad(..) what it asks for
//! before encoding → line.is_blocked(now, frame_bytes)
//! ```
//!
//! The same serves a WebSocket, where nothing is lost and the page says when each message arrived, by its own clock.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic))]

mod delay;
mod delivery;
mod estimator;
mod flight;
mod line;
mod loss;
mod pacer;
mod probe;
mod repeats;
pub mod simulator;

pub use line::{Kind, Line};
pub use pacer::{Pacer, Refused};
pub use probe::Probe;
pub use repeats::{Answer, Repeats};

use std::time::{Duration, Instant};

/// The least that a line is asked to carry, in bits a second.
pub const TARGET_MIN_BPS: u32 = 60_000;
/// The most, in bits a second.
pub const TARGET_MAX_BPS: u32 = 20_000_000;
/// What a line is trusted with at first, in bits a second.
pub const TARGET_FIRST_BPS: u32 = 1_000_000;

/// What the receiver says of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PacketFate {
    /// When it left: the instant that [`Line::sent`] was told.
    pub departure: Instant,
    /// Its size on the wire.
    pub bytes: usize,
    /// When it arrived, on the receiver's clock, whose zero is anywhere; `None` if it was lost.
    pub arrival: Option<Duration>,
}
