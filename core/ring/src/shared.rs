//! [`Shared`]: both segments together, kept mapped as long as any part of a ring lives.

use crate::RingError;
use crate::layout::{Control, FRAME_SLOTS, LAYOUT_VERSION, MAGIC, slot_bytes};
use crate::segment::{self, Access, Segment};
use crate::slots::{FIRST_WORD, Slot};
use std::os::fd::OwnedFd;
use std::ptr::NonNull;
use std::sync::atomic::Ordering::Relaxed;

/// The mappings and the private, checked copies of what describes them.
#[derive(Debug)]
pub(crate) struct Shared {
    /// At least `size_of::<Control>()` bytes.
    control: Segment,
    /// At least three times `slot_bytes`.
    pixels: Segment,
    pub(crate) max_width: u32,
    pub(crate) max_height: u32,
    slot_bytes: usize,
}

impl Shared {
    /// New segments, and the handles for the peer: pixels (read-only), control.
    pub(crate) fn create(max_width: u32, max_height: u32) -> Result<(Shared, [OwnedFd; 2]), RingError> {
        let size_error = RingError::RingSize { width: max_width, height: max_height };
        let slot_bytes = slot_bytes(max_width, max_height).ok_or(size_error)?;
        let (pixels, pixels_handle) = segment::create_pixels(slot_bytes * FRAME_SLOTS)?;
        let (control, control_handle) = segment::create_control(size_of::<Control>())?;
        let shared = Shared { control, pixels, max_width, max_height, slot_bytes };
        let header = shared.control();
        header.layout_version.store(LAYOUT_VERSION, Relaxed);
        header.max_width.store(max_width, Relaxed);
        header.max_height.store(max_height, Relaxed);
        header.slot_bytes.store(slot_bytes as u64, Relaxed);
        header.frames_word.store(FIRST_WORD, Relaxed);
        // Relaxed is enough: the peer is started later, and starting a process orders everything before it.
        header.magic.store(MAGIC, Relaxed);
        Ok((shared, [pixels_handle, control_handle]))
    }

    /// Maps what the app made, and checks each word of the header against the memory that is really there.
    pub(crate) fn open(pixels: OwnedFd, control: OwnedFd) -> Result<Shared, RingError> {
        let control = segment::open(&control, Access::ReadWrite)?;
        let pixels = segment::open(&pixels, Access::Read)?;
        if control.bytes() != size_of::<Control>() {
            return Err(RingError::NotARing("the control segment has another size"));
        }
        let mut shared = Shared { control, pixels, max_width: 0, max_height: 0, slot_bytes: 0 };
        let header = shared.control();
        if header.magic.load(Relaxed) != MAGIC {
            return Err(RingError::NotARing("the header's magic number is wrong"));
        }
        let theirs = header.layout_version.load(Relaxed);
        if theirs != LAYOUT_VERSION {
            return Err(RingError::LayoutVersion { theirs });
        }
        let (max_width, max_height) = (header.max_width.load(Relaxed), header.max_height.load(Relaxed));
        let slot_bytes =
            slot_bytes(max_width, max_height).ok_or(RingError::NotARing("the header's size is out of range"))?;
        if header.slot_bytes.load(Relaxed) != slot_bytes as u64 || shared.pixels.bytes() != slot_bytes * FRAME_SLOTS {
            return Err(RingError::NotARing("the pixels do not have the header's size"));
        }
        (shared.max_width, shared.max_height, shared.slot_bytes) = (max_width, max_height, slot_bytes);
        Ok(shared)
    }

    /// The control segment.
    pub(crate) fn control(&self) -> &Control {
        // SAFETY: the mapping is page aligned and has at least size_of::<Control>() bytes (create, open); Control is
        // nothing but atomics, for which every bit pattern is valid and which the peer may change at any time.
        unsafe { self.control.base().cast::<Control>().as_ref() }
    }

    /// The first byte of a slot of pixels; `slot_bytes` follow.
    pub(crate) fn slot_base(&self, slot: Slot) -> NonNull<u8> {
        // SAFETY: a slot's index is below FRAME_SLOTS, and the mapping has FRAME_SLOTS times slot_bytes (create, open).
        unsafe { self.pixels.base().add(slot.index() * self.slot_bytes) }
    }

    /// Whether a picture of this size lies within a slot.
    pub(crate) fn fits(&self, width: u32, height: u32) -> bool {
        (1..=self.max_width).contains(&width) && (1..=self.max_height).contains(&height)
    }
}
