//! The app's end: [`create`].

use crate::bell::{Bell, Listener};
use crate::shared::Shared;
use crate::{FrameWriter, InputReader, RingError, segment};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Makes the shared memory for one start of a sidecar, for pictures of at most `max_width` × `max_height` pixels.
///
/// # Errors
/// [`RingError::RingSize`] when a side is 0 or above [`crate::SIDE_MAX`]; [`RingError::System`] when the machine gives
/// no memory, handle or thread.
pub fn create(max_width: u32, max_height: u32) -> Result<HostRing, RingError> {
    let (shared, [pixels, control]) = Shared::create(max_width, max_height)?;
    let shared = Arc::new(shared);
    let listener = Listener::new(Arc::clone(&shared), Bell::Inputs)?;
    Ok(HostRing {
        frames: FrameWriter::new(Arc::clone(&shared)),
        inputs: InputReader::new(Arc::clone(&shared), listener),
        pulse: PulseMonitor { shared },
        handles: RingHandles { pixels: Arc::new(pixels), control: Arc::new(control) },
    })
}

/// The app's parts of a ring. Each may go to a thread of its own; the memory stays mapped as long as one is left.
#[derive(Debug)]
pub struct HostRing {
    /// Publishes frames: for the render thread.
    pub frames: FrameWriter,
    /// Reads what viewers did.
    pub inputs: InputReader,
    /// Tells whether the sidecar lives.
    pub pulse: PulseMonitor,
    /// What the sidecar inherits. Drop it, and the [`Command`], once the sidecar is started.
    pub handles: RingHandles,
}

/// Sees the sidecar's heartbeats.
#[derive(Debug)]
pub struct PulseMonitor {
    shared: Arc<Shared>,
}

impl PulseMonitor {
    /// How often the sidecar's heart has beaten. Only a *change* means something: the sidecar owns the number.
    pub fn beats(&self) -> u64 {
        // Relaxed: nothing else is read because of it.
        self.shared.control().pulse.load(Ordering::Relaxed)
    }
}

/// The two handles to the memory, closed on exec except in the child that they are passed to.
#[derive(Debug)]
pub struct RingHandles {
    pub(crate) pixels: Arc<OwnedFd>,
    pub(crate) control: Arc<OwnedFd>,
}

impl RingHandles {
    /// Lets the child that `command` starts inherit both handles, and returns their numbers there: pixels (which it
    /// can only read), control. They go to [`crate::attach`]. Other children, even when started at the same moment,
    /// inherit nothing. `command` keeps the handles open until it is dropped.
    pub fn pass_to(&self, command: &mut Command) -> [i32; 2] {
        let (pixels, control) = (Arc::clone(&self.pixels), Arc::clone(&self.control));
        let numbers = [pixels.as_raw_fd(), control.as_raw_fd()];
        let inherit_both = move || {
            segment::inherit(pixels.as_fd())?;
            segment::inherit(control.as_fd())
        };
        // SAFETY: between fork and exec the closure makes two fcntl calls and nothing else: no allocation, no lock.
        unsafe { command.pre_exec(inherit_both) };
        numbers
    }
}
