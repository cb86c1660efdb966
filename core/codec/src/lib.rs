//! RGBA frames to H.264 access units: the wrapper over the raw API of openh264.
//!
//! [`Picture`] turns RGBA into I420, [`Scaler`] makes pictures smaller, [`Encoder`] turns them into access units that cost
//! what they may; [`jpeg()`] is for browsers that decode nothing else. openh264's own safe wrapper is not used because it
//! cannot change anything at run time, panics on odd sizes and copies slowly.
//!
//! **This crate does the arithmetic and nothing else**: when to send a keyframe, how often, and what a picture may cost is
//! its caller's business. It holds no clock and no thread.
//!
//! ```
//! use heliograph_codec::{Complexity, Encoder, Kind, Order, Picture};
//!
//! let mut picture = Picture::new(64, 48)?;
//! picture.fill_from_rgba(&[0x80; 64 * 48 * 4], 64 * 4)?;
//! let mut encoder = Encoder::new(64, 48, Complexity::default())?;
//! let order = Order { kind: Kind::Keyframe, bits: 50_000 };
//! let unit = encoder.encode(&picture, 0, order)?.expect("the first picture is never skipped");
//! assert!(unit.keyframe && unit.annex_b.starts_with(&[0, 0, 0, 1]));
//! # Ok::<(), heliograph_codec::CodecError>(())
//! ```

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic))]

mod complexity;
mod encoder;
mod jpeg;
mod picture;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use complexity::Complexity;
pub use encoder::{AccessUnit, COARSEST_QP, Encoder, FINEST_QP, Kind, Order, has_assembly};
pub use jpeg::jpeg;
pub use picture::{MAX_LONG_SIDE, MAX_SHORT_SIDE, MIN_SIDE, Picture, Scaler};

/// What can go wrong between a frame and its access unit. Sizes are pixels.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    /// The frame is of a size that the encoder does not take.
    #[error(
        "a picture of {width}×{height} cannot be encoded: both sides must have at least {MIN_SIDE} pixels, \
         the longer at most {MAX_LONG_SIDE} and the shorter at most {MAX_SHORT_SIDE}"
    )]
    Size {
        /// Of the frame.
        width: u32,
        /// Of the frame.
        height: u32,
    },
    /// The caller's pixels do not cover the picture.
    #[error("{len} bytes of RGBA with {stride_bytes} a row do not cover a picture of {width}×{height}")]
    Pixels {
        /// Bytes given.
        len: usize,
        /// Bytes from one row to the next.
        stride_bytes: usize,
        /// Of the picture.
        width: u32,
        /// Of the picture.
        height: u32,
    },
    /// The picture is of another size than the encoder or the target picture was made for; make a new one.
    #[error("a picture of {width}×{height} was given where one of {expected_width}×{expected_height} belongs")]
    Mismatch {
        /// Of the picture.
        width: u32,
        /// Of the picture.
        height: u32,
        /// Of the encoder or target.
        expected_width: u32,
        /// Of the encoder or target.
        expected_height: u32,
    },
    /// openh264 refused a call that this crate takes for valid: out of memory, or a bug here.
    #[error("openh264 refused {call} with code {code}")]
    Refused {
        /// The function's name in its API.
        call: &'static str,
        /// Its return value.
        code: i32,
    },
}
