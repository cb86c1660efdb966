//! For the fuzz targets only: both ends of a ring in one process, and the words between them for anyone to overwrite.

use crate::layout::Control;
use crate::segment::{self, Access, Segment};
use crate::{HostRing, PeerRing, RingError, attach, create};
use std::mem::offset_of;
use std::os::fd::{IntoRawFd, OwnedFd};
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;

/// Two ends, and a mapping of *control* beside theirs, as a third process would have it.
#[derive(Debug)]
pub struct Between {
    /// The app's end.
    pub host: HostRing,
    /// The sidecar's end.
    pub peer: PeerRing,
    control: Segment,
}

/// Places in *control*, in words of four bytes: those of the header, of the stamps and of the counts come before it.
pub const INPUTS_AT: usize = offset_of!(Control, inputs) / 4;

impl Between {
    /// A fresh ring.
    ///
    /// # Errors
    /// As [`create`] and [`attach`].
    pub fn new(max_width: u32, max_height: u32) -> Result<Between, RingError> {
        let host = create(max_width, max_height)?;
        let control = segment::open(&host.handles.control, Access::ReadWrite)?;
        let peer = join(&host)?;
        Ok(Between { host, peer, control })
    }

    /// Another sidecar joins, whatever *control* says by now.
    ///
    /// # Errors
    /// As [`attach`].
    pub fn join(&self) -> Result<PeerRing, RingError> {
        join(&self.host)
    }

    /// Replaces a word by what `change` makes of it. A place behind the end counts on from the beginning.
    pub fn overwrite(&self, place: usize, change: impl FnOnce(u32) -> u32) {
        let word = &self.words()[place % self.words().len()];
        word.store(change(word.load(Relaxed)), Relaxed);
    }

    fn words(&self) -> &[AtomicU32] {
        let words = self.control.bytes() / size_of::<AtomicU32>();
        // SAFETY: the mapping is page aligned, has so many words, and lives as long as self; every bit pattern is an
        // AtomicU32, and whoever else maps this memory accesses it atomically too.
        unsafe { std::slice::from_raw_parts(self.control.base().cast::<AtomicU32>().as_ptr(), words) }
    }
}

fn join(host: &HostRing) -> Result<PeerRing, RingError> {
    let duplicate = |handle: &OwnedFd| handle.try_clone().map_err(RingError::system("duplicate a handle"));
    attach([duplicate(&host.handles.pixels)?.into_raw_fd(), duplicate(&host.handles.control)?.into_raw_fd()])
}
