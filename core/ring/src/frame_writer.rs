//! [`FrameWriter`]: the app's end of the frame ring.

use crate::bell::Bell;
use crate::layout::PIXEL_BYTES;
use crate::shared::Shared;
use crate::slots::WriterSlots;
use crate::{FrameStamp, RingError};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

/// Publishes frames. Never waits, whatever the sidecar does: one copy, one swap, one wake-up call.
#[derive(Debug)]
pub struct FrameWriter {
    shared: Arc<Shared>,
    slots: WriterSlots,
    stats: WriterStats,
}

/// What became of the frames.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WriterStats {
    /// Frames published.
    pub published: u64,
    /// Of these, frames that a newer one replaced before the sidecar took them.
    pub replaced: u64,
    /// Times that the sidecar had written nonsense into the ring's word.
    pub corrupt: u64,
}

impl FrameWriter {
    pub(crate) fn new(shared: Arc<Shared>) -> FrameWriter {
        FrameWriter { shared, slots: WriterSlots::new(), stats: WriterStats::default() }
    }

    /// Offers a frame to the sidecar; of several that it has not taken, only the newest is kept.
    ///
    /// `rgba` has `stamp.height` rows of `stamp.width` pixels (R, G, B, A, one byte each, sRGB), top row first,
    /// `stride_bytes` from row to row; the last row need not be padded.
    ///
    /// # Errors
    /// [`RingError::FrameSize`] or [`RingError::FrameBytes`]: the caller's fault; nothing was published.
    pub fn publish(&mut self, stamp: &FrameStamp, rgba: &[u8], stride_bytes: usize) -> Result<(), RingError> {
        let rows = self.check(stamp, rgba, stride_bytes)?;
        self.copy_to_back(rows, rgba);
        self.stamp_back(stamp);
        let published = self.slots.publish(&self.shared.control().frames_word);
        Bell::Frames.ring(self.shared.control());
        self.stats.published += 1;
        self.stats.replaced += u64::from(published.replaced);
        self.stats.corrupt += u64::from(published.corrupt);
        Ok(())
    }

    /// What became of the frames so far.
    pub fn stats(&self) -> WriterStats {
        self.stats
    }

    fn check(&self, stamp: &FrameStamp, rgba: &[u8], stride_bytes: usize) -> Result<Rows, RingError> {
        let &FrameStamp { width, height, .. } = stamp;
        let Shared { max_width, max_height, .. } = *self.shared;
        if !self.shared.fits(width, height) {
            return Err(RingError::FrameSize { width, height, max_width, max_height });
        }
        let (count, row_bytes) = (height as usize, width as usize * PIXEL_BYTES);
        let need_bytes = stride_bytes.saturating_mul(count - 1).saturating_add(row_bytes);
        if stride_bytes < row_bytes || rgba.len() < need_bytes {
            return Err(RingError::FrameBytes { stride_bytes, row_bytes, got_bytes: rgba.len(), need_bytes });
        }
        Ok(Rows { count, row_bytes, stride_bytes })
    }

    /// Copies the rows, packed, into the slot that nobody reads.
    fn copy_to_back(&mut self, rows: Rows, rgba: &[u8]) {
        let slot = self.shared.slot_base(self.slots.back());
        let Rows { count, row_bytes, stride_bytes } = rows;
        let (pieces, piece_bytes, stride_bytes) =
            if stride_bytes == row_bytes { (1, row_bytes * count, 0) } else { (count, row_bytes, stride_bytes) };
        for piece in 0..pieces {
            let from = &rgba[piece * stride_bytes..][..piece_bytes];
            // SAFETY: `pieces * piece_bytes` is width × height × 4 of a size that fits the slot (check), so the target
            // lies within it; the source is a slice of our own memory and cannot overlap it. No reference to the slot
            // is formed. No honest reader reads it now (slots.rs), and a broken one harms only itself: its mapping
            // cannot write.
            unsafe {
                let to = slot.add(piece * piece_bytes);
                std::ptr::copy_nonoverlapping(from.as_ptr(), to.as_ptr(), piece_bytes);
            }
        }
    }

    fn stamp_back(&self, stamp: &FrameStamp) {
        let shared = &self.shared.control().stamps[self.slots.back().index()];
        // Relaxed: the swap that publishes the slot releases these too.
        shared.width.store(stamp.width, Relaxed);
        shared.height.store(stamp.height, Relaxed);
        shared.sequence.store(stamp.sequence, Relaxed);
        shared.drawn_us.store(stamp.drawn_us, Relaxed);
        shared.applied_ticket.store(stamp.applied_ticket, Relaxed);
        for (shared, word) in shared.pose.iter().zip(stamp.pose) {
            shared.store(word, Relaxed);
        }
    }
}

/// A picture's rows, checked against both the slice and the slot.
#[derive(Debug, Clone, Copy)]
struct Rows {
    count: usize,
    row_bytes: usize,
    stride_bytes: usize,
}
