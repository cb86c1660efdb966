//! [`RingError`]: who is at fault, and what to do.

use crate::LAYOUT_VERSION;
use crate::backlog::BACKLOG_KEPT_MAX;
use crate::layout::{RECORD_BYTES_MAX, SIDE_MAX};

/// Why a ring cannot be made or joined, or does not take what it was given.
#[derive(Debug, thiserror::Error)]
pub enum RingError {
    /// The system refused: too little memory, too many open files, or no /proc.
    #[error("this machine refused shared memory for the mirror ({doing}: {source})")]
    System {
        /// What was tried.
        doing: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
    /// A ring of this size is not made.
    #[error(
        "a picture of {width}×{height} cannot be mirrored: each side must be between 1 and {max}",
        max = SIDE_MAX
    )]
    RingSize {
        /// Pixels in a row.
        width: u32,
        /// Rows.
        height: u32,
    },
    /// The frame is larger than the ring was made for, or has no pixel.
    #[error("a frame of {width}×{height} does not fit a ring made for 1×1 to {max_width}×{max_height}")]
    FrameSize {
        /// Pixels in a row.
        width: u32,
        /// Rows.
        height: u32,
        /// Most pixels in a row.
        max_width: u32,
        /// Most rows.
        max_height: u32,
    },
    /// The slice of pixels does not hold the frame that its stamp promises.
    #[error(
        "a frame needs rows of {row_bytes} bytes and {need_bytes} bytes in all, not {stride_bytes} and {got_bytes}"
    )]
    FrameBytes {
        /// Bytes from row to row, as given.
        stride_bytes: usize,
        /// Bytes of one row of pixels.
        row_bytes: usize,
        /// Bytes that the slice holds.
        got_bytes: usize,
        /// Bytes that it must hold at that stride.
        need_bytes: usize,
    },
    /// The handles are not a ring: not inherited, not sealed, of another size, or with another content.
    #[error("the handles given to the sidecar are not a ring ({0}): the app must start it with both handles inherited")]
    NotARing(&'static str),
    /// The other process is of another build.
    #[error("the app speaks ring layout {theirs}, this sidecar {}: both must be the same build", LAYOUT_VERSION)]
    LayoutVersion {
        /// What the header says.
        theirs: u32,
    },
    /// An input is longer than a record.
    #[error("an input of {bytes} bytes is refused: the ring takes at most {}", RECORD_BYTES_MAX)]
    InputTooLong {
        /// Its length.
        bytes: usize,
    },
    /// The app has not read for long, and this input may not be dropped: end the viewer who sends so much.
    #[error("the app is {} inputs behind and takes no more: close the viewer who sends them", BACKLOG_KEPT_MAX)]
    InputBacklog,
}

impl RingError {
    /// For `map_err` after a system call.
    pub(crate) fn system<E: Into<std::io::Error>>(doing: &'static str) -> impl FnOnce(E) -> RingError {
        move |source| RingError::System { doing, source: source.into() }
    }
}
