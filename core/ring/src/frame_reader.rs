//! [`FrameReader`]: the sidecar's end of the frame ring.

use crate::bell::Listener;
use crate::layout::PIXEL_BYTES;
use crate::shared::Shared;
use crate::slots::{ReaderSlots, Slot, Taken};
use crate::{FrameStamp, Waker};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

/// Takes frames: always the newest, always whole.
#[derive(Debug)]
pub struct FrameReader {
    shared: Arc<Shared>,
    listener: Listener,
    slots: ReaderSlots,
    /// The frame in our slot: its stamp as copied and checked when it was taken.
    held: Option<(Slot, FrameStamp)>,
    stats: ReaderStats,
}

/// What came of taking.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReaderStats {
    /// Frames taken.
    pub taken: u64,
    /// Times that the ring's word or a stamp held nonsense, and no frame was taken.
    pub corrupt: u64,
}

/// A frame in the ring; it stays as it is until the next [`FrameReader::take`].
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    /// What is known of it.
    pub stamp: FrameStamp,
    /// `stamp.height` rows of `stride_bytes`: R, G, B, A, one byte each, sRGB, top row first.
    pub rgba: &'a [u8],
    /// Bytes from row to row: four times the width.
    pub stride_bytes: usize,
}

impl FrameReader {
    pub(crate) fn new(shared: Arc<Shared>, listener: Listener) -> FrameReader {
        FrameReader { shared, listener, slots: ReaderSlots::new(), held: None, stats: ReaderStats::default() }
    }

    /// Sleeps until there is a frame to take (`true`), or until `seconds` have passed or a [`Waker`] called (`false`).
    /// May sleep up to one second longer; returns at once when a frame is there.
    pub fn wait(&self, seconds: u32) -> bool {
        self.listener.wait(seconds, || ReaderSlots::is_fresh(&self.shared.control().frames_word))
    }

    /// Takes the newest frame, or `None` when it was taken before. Gives the one held until now back to the app.
    pub fn take(&mut self) -> Option<Frame<'_>> {
        match self.slots.take(&self.shared.control().frames_word) {
            Taken::Nothing => return None,
            Taken::Newest(slot) => self.held = self.stamp_of(slot).map(|stamp| (slot, stamp)),
            Taken::Corrupt => self.held = None,
        }
        match self.held {
            Some(_) => self.stats.taken += 1,
            None => self.stats.corrupt += 1,
        }
        self.latest()
    }

    /// The frame that was taken last, again; `None` before the first.
    pub fn latest(&self) -> Option<Frame<'_>> {
        let (slot, stamp) = self.held?;
        let stride_bytes = stamp.width as usize * PIXEL_BYTES;
        let base = self.shared.slot_base(slot);
        // SAFETY: the size was checked to fit a slot when the stamp was copied (stamp_of), and the mapping cannot
        // shrink (segment.rs). The slot is ours until the next take, which needs `&mut self` and so ends this borrow:
        // the app writes only to the other two (slots.rs). That the app, which started this process and owns the
        // picture, keeps to this is the one thing that the sidecar trusts it in.
        let rgba = unsafe { std::slice::from_raw_parts(base.as_ptr(), stride_bytes * stamp.height as usize) };
        Some(Frame { stamp, rgba, stride_bytes })
    }

    /// Ends a wait from another thread.
    pub fn waker(&self) -> Waker {
        self.listener.waker()
    }

    /// What came of taking so far.
    pub fn stats(&self) -> ReaderStats {
        self.stats
    }

    /// Copies the stamp of our slot once, and checks the copy; `None` when it cannot be the app's.
    fn stamp_of(&self, slot: Slot) -> Option<FrameStamp> {
        let shared = &self.shared.control().stamps[slot.index()];
        // Relaxed: the swap that took the slot acquired these too.
        let stamp = FrameStamp {
            width: shared.width.load(Relaxed),
            height: shared.height.load(Relaxed),
            sequence: shared.sequence.load(Relaxed),
            drawn_us: shared.drawn_us.load(Relaxed),
            applied_ticket: shared.applied_ticket.load(Relaxed),
            pose: std::array::from_fn(|word| shared.pose[word].load(Relaxed)),
        };
        self.shared.fits(stamp.width, stamp.height).then_some(stamp)
    }
}
