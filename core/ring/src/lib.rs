//! Shared memory between the app and the sidecar: pictures one way, inputs the other, and neither ever waits for the
//! other.
//!
//! **Who trusts whom.** The app owns the data and may not be harmed; the sidecar speaks with strangers. So:
//! - pictures lie in a segment of their own, *pixels*, which the sidecar can only read (its handle is read-only, and
//!   the memory is sealed against any later writable mapping);
//! - everything that both write lies in *control*, and the app believes nothing there: a sidecar that scribbles over
//!   it can spoil its own picture and lose its own inputs, but never make the app panic, wait, loop or touch memory
//!   outside the mapping;
//! - both segments are sealed against shrinking, so that no access can raise SIGBUS;
//! - each start of a sidecar gets a fresh pair, so nothing is ever reset, and nothing has a name that could be left
//!   behind: when the last mapping goes, so does the memory.
//!
//! **Frame ring.** Three slots and one atomic word (`slots.rs`). The writer always has a slot that nobody reads, the
//! reader always gets the newest whole frame; frames that nobody took are replaced and counted.
//!
//! **Input ring.** 256 records of up to [`RECORD_BYTES_MAX`] bytes, written by the sidecar ([`InputWriter`]), read by
//! the app ([`InputReader`]). When it is full the writer queues; presses, releases and commands are never lost.
//!
//! **Waking.** The truth is always in the atomics. Each direction has a *bell*, a futex word in *control*: ringing it
//! is one system call that cannot block. On the listening side a small notifier thread hears the bell and sets a
//! `raw_sync` Event, on which the consumer sleeps, and which a [`Waker`] sets too. The Event lives in the listener's
//! *private* memory, because it is built of a pthread mutex: one in memory that a peer may write stays locked for ever
//! when its owner is killed, and ends the process by a failed assertion in glibc (`mutex->__data.__owner == 0`)
//! when one word of it is overwritten. A hint that is missed costs at most one second.
//!
//! ```no_run
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // The app:
//! let mut ring = heliograph_ring::create(1280, 720)?;
//! let mut command = std::process::Command::new("sidecar");
//! let [pixels, control] = ring.handles.pass_to(&mut command);
//! command.args([pixels.to_string(), control.to_string()]).spawn()?;
//! let stamp = heliograph_ring::FrameStamp { width: 2, height: 1, ..Default::default() };
//! ring.frames.publish(&stamp, &[255; 8], 8)?;
//! // The sidecar:
//! let mut ring = heliograph_ring::attach([pixels, control])?;
//! while ring.frames.wait(1) {
//!     if let Some(frame) = ring.frames.take() {
//!         println!("frame {} of {} bytes", frame.stamp.sequence, frame.rgba.len());
//!     }
//! }
//! # Ok(()) }
//! ```
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic))]

#[cfg(not(target_os = "linux"))]
compile_error!(
    "heliograph-ring is built for Linux only so far: segment.rs (memfd) and bell.rs (futex) need a sibling for this \
     system before the mirror can run here"
);

mod backlog;
mod bell;
mod error;
mod frame_reader;
mod frame_writer;
#[cfg(fuzzing)]
pub mod fuzzing;
mod host;
mod inherited;
mod input_reader;
mod input_ring;
mod input_writer;
mod layout;
mod peer;
mod segment;
mod shared;
mod slots;

pub use backlog::{BACKLOG_KEPT_MAX, Coalesce};
pub use bell::Waker;
pub use error::RingError;
pub use frame_reader::{Frame, FrameReader, ReaderStats};
pub use frame_writer::{FrameWriter, WriterStats};
pub use host::{HostRing, PulseMonitor, RingHandles, create};
pub use inherited::Inherited;
pub use input_reader::{InputReader, InputReaderStats};
pub use input_writer::{InputWriter, InputWriterStats};
pub use layout::{LAYOUT_VERSION, POSE_WORDS, RECORD_BYTES_MAX, SIDE_MAX};
pub use peer::{PeerRing, Pulse, attach};

/// Ends a wait for frames from another thread of the sidecar.
pub type FrameWaker = Waker;
/// Ends a wait for inputs from another thread of the app.
pub type InputWaker = Waker;

/// What is known of a frame besides its pixels.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FrameStamp {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Counts the frames that the app published; gaps are frames that were replaced before anyone took them.
    pub sequence: u64,
    /// When the frame was drawn, in microseconds of [`monotonic_us`].
    pub drawn_us: u64,
    /// The ticket of the newest input that the frame shows.
    pub applied_ticket: u64,
    /// Whence the frame was drawn, as the app's and the sidecar's own words for it.
    pub pose: [u32; POSE_WORDS],
}

/// Microseconds of CLOCK_MONOTONIC: the same clock in both processes.
pub fn monotonic_us() -> u64 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    // CLOCK_MONOTONIC counts up from the machine's start, so neither part is negative.
    now.tv_sec as u64 * 1_000_000 + now.tv_nsec as u64 / 1_000
}

#[cfg(test)]
mod tests;
