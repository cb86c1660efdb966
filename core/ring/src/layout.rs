//! How the *control* segment is laid out: nothing but atomics, so that a shared reference to it is sound whatever the
//! peer writes.
//!
//! Each field names its last writer. "app, once" fields are written before the sidecar exists; afterwards the app uses
//! its own copies and never reads them back.

use std::mem::{offset_of, size_of};
use std::sync::atomic::{AtomicU32, AtomicU64};

/// The layout's version; both processes must agree. Raised by every change of the control segment or of the pixels' order.
pub const LAYOUT_VERSION: u32 = 3;
/// Words that say whence a frame was drawn.
pub const POSE_WORDS: usize = 8;
/// The most bytes that one input may have: the longest message of a page, a lasso or a view’s code, and who sent it.
pub const RECORD_BYTES_MAX: usize = 8448;
/// The most pixels along either side of a picture: three slots of the largest are 3 GiB of address space.
pub const SIDE_MAX: u32 = 16_384;

/// "HELIORNG", read as little-endian.
pub(crate) const MAGIC: u64 = u64::from_le_bytes(*b"HELIORNG");
/// Bytes of a pixel: R, G, B, A, one byte each, sRGB, top row first.
pub(crate) const PIXEL_BYTES: usize = 4;
/// Slots of the frame ring.
pub(crate) const FRAME_SLOTS: usize = 3;
/// Slots of the input ring; a power of two.
pub(crate) const INPUT_SLOTS: u64 = 256;
/// Slots begin at multiples of this: a page on every machine that we build for.
pub(crate) const PAGE_BYTES: usize = 4096;

/// The control segment.
#[repr(C, align(64))]
pub(crate) struct Control {
    /// [`MAGIC`]. Last writer: app, once.
    pub(crate) magic: AtomicU64,
    /// [`LAYOUT_VERSION`]. Last writer: app, once.
    pub(crate) layout_version: AtomicU32,
    /// Most pixels in a row. Last writer: app, once.
    pub(crate) max_width: AtomicU32,
    /// Most rows. Last writer: app, once.
    pub(crate) max_height: AtomicU32,
    pub(crate) _unused_0: AtomicU32,
    /// Bytes from one pixel slot to the next. Last writer: app, once.
    pub(crate) slot_bytes: AtomicU64,
    pub(crate) _unused_1: [AtomicU64; 4],

    /// Which slot is ready, and whether it is fresh: see `slots.rs`. Last writer: both, by swap only.
    pub(crate) frames_word: AtomicU32,
    /// Counts published frames for the futex. Last writer: app (the sidecar too, once, when it stops listening).
    pub(crate) frames_bell: AtomicU32,
    pub(crate) _unused_2: [AtomicU64; 7],

    /// What is known of the frame in each slot. Last writer: app, and only in the slot that nobody reads.
    pub(crate) stamps: [Stamp; FRAME_SLOTS],

    /// How many records the app has read. Last writer: app (the sidecar crosses out what cannot be: `input_ring.rs`).
    pub(crate) inputs_head: AtomicU64,
    pub(crate) _unused_3: [AtomicU64; 7],

    /// How many records the sidecar has written. Last writer: sidecar.
    pub(crate) inputs_tail: AtomicU64,
    /// Counts the times that inputs were written, for the futex. Last writer: sidecar (the app too, once, when it stops
    /// listening).
    pub(crate) inputs_bell: AtomicU32,
    pub(crate) _unused_4: AtomicU32,
    /// Counts the sidecar's heartbeats. Last writer: sidecar.
    pub(crate) pulse: AtomicU64,
    pub(crate) _unused_5: [AtomicU64; 5],

    /// The records. Last writer: sidecar, and only those that the app has read.
    pub(crate) inputs: [InputSlot; INPUT_SLOTS as usize],
}

/// A [`crate::FrameStamp`] in shared memory. Last writer: app.
#[repr(C, align(64))]
pub(crate) struct Stamp {
    pub(crate) width: AtomicU32,
    pub(crate) height: AtomicU32,
    pub(crate) sequence: AtomicU64,
    /// CLOCK_MONOTONIC, microseconds.
    pub(crate) drawn_us: AtomicU64,
    pub(crate) applied_ticket: AtomicU64,
    pub(crate) pose: [AtomicU32; POSE_WORDS],
}

/// One record. Last writer: sidecar.
#[repr(C)]
pub(crate) struct InputSlot {
    /// The record's number, from 1; its Release publishes the rest of the slot.
    pub(crate) number: AtomicU64,
    /// Length in bytes, at most [`RECORD_BYTES_MAX`].
    pub(crate) bytes: AtomicU64,
    /// The bytes, eight to a word in the machine's order.
    pub(crate) words: [AtomicU64; RECORD_BYTES_MAX / 8],
}

const _: () = assert!(offset_of!(Control, magic) == 0);
const _: () = assert!(offset_of!(Control, layout_version) == 8);
const _: () = assert!(offset_of!(Control, max_width) == 12);
const _: () = assert!(offset_of!(Control, max_height) == 16);
const _: () = assert!(offset_of!(Control, slot_bytes) == 24);
const _: () = assert!(offset_of!(Control, frames_word) == 64);
const _: () = assert!(offset_of!(Control, frames_bell) == 68);
const _: () = assert!(offset_of!(Control, stamps) == 128);
const _: () = assert!(offset_of!(Stamp, pose) == 32);
const _: () = assert!(size_of::<Stamp>() == 64);
const _: () = assert!(offset_of!(Control, inputs_head) == 320);
const _: () = assert!(offset_of!(Control, inputs_tail) == 384);
const _: () = assert!(offset_of!(Control, inputs_bell) == 392);
const _: () = assert!(offset_of!(Control, pulse) == 400);
const _: () = assert!(offset_of!(Control, inputs) == 448);
const _: () = assert!(size_of::<InputSlot>() == 16 + RECORD_BYTES_MAX);
const _: () = assert!(size_of::<Control>() == 448 + INPUT_SLOTS as usize * size_of::<InputSlot>());
const _: () = assert!(INPUT_SLOTS.is_power_of_two() && RECORD_BYTES_MAX.is_multiple_of(8));

impl Control {
    /// The slot that holds the record after `read` others.
    pub(crate) fn input_slot(&self, read: u64) -> &InputSlot {
        &self.inputs[(read % INPUT_SLOTS) as usize]
    }
}

/// Bytes of one pixel slot of a ring for pictures of at most this size, or `None` when no ring of that size is made.
pub(crate) fn slot_bytes(max_width: u32, max_height: u32) -> Option<usize> {
    let sides = 1..=SIDE_MAX;
    if !sides.contains(&max_width) || !sides.contains(&max_height) {
        return None;
    }
    Some((max_width as usize * max_height as usize * PIXEL_BYTES).next_multiple_of(PAGE_BYTES))
}
