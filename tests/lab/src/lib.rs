//! A link that is slow, long, lossy, narrow or down, as a state machine over packets and time.
//!
//! [`Direction`] is one way of it. It reads no clock and no device: `examples/shaper.rs` carries packets between two TUN
//! devices through two of them, and `lab.mjs` puts those devices into network namespaces.

mod direction;
mod profile;
mod random;

pub use direction::{Bin, Direction, Report};
pub use profile::{BadProfile, Profile};
