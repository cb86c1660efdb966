//! [`InputWriter`]: the sidecar's end of the input ring.

use crate::RingError;
use crate::backlog::{Backlog, Coalesce, Queued};
use crate::bell::Bell;
use crate::input_ring::Producer;
use crate::layout::RECORD_BYTES_MAX;
use crate::shared::Shared;
use std::sync::Arc;

/// Passes on what viewers do. Never waits and never loses what may not be lost: when the app does not keep up, inputs
/// wait in a queue (see [`Coalesce`]), which [`InputWriter::flush`] empties into the ring.
#[derive(Debug)]
pub struct InputWriter {
    shared: Arc<Shared>,
    producer: Producer,
    backlog: Backlog,
    stats: InputWriterStats,
}

/// What became of the inputs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct InputWriterStats {
    /// Inputs written to the ring.
    pub written: u64,
    /// Inputs that wait for room in the ring.
    pub waiting: u64,
    /// Moves that a newer move of the same key replaced while they waited.
    pub replaced: u64,
    /// Inputs refused: too long, or too many waiting.
    pub refused: u64,
    /// Times that the app's count of what it had read was impossible.
    pub corrupt: u64,
}

impl InputWriter {
    pub(crate) fn new(shared: Arc<Shared>) -> InputWriter {
        InputWriter {
            shared,
            producer: Producer::default(),
            backlog: Backlog::default(),
            stats: InputWriterStats::default(),
        }
    }

    /// Passes an input on: into the ring if there is room, else into the queue.
    ///
    /// # Errors
    /// [`RingError::InputTooLong`] above [`RECORD_BYTES_MAX`] bytes: the viewer sent what no page of ours sends.
    /// [`RingError::InputBacklog`] when [`crate::BACKLOG_KEPT_MAX`] inputs wait already: close the viewer, for what
    /// it does next would be lost.
    pub fn push(&mut self, bytes: &[u8], coalesce: Coalesce) -> Result<(), RingError> {
        if bytes.len() > RECORD_BYTES_MAX {
            self.stats.refused += 1;
            return Err(RingError::InputTooLong { bytes: bytes.len() });
        }
        if self.flush() == 0 && self.producer.push(self.shared.control(), bytes) {
            Bell::Inputs.ring(self.shared.control());
            return Ok(());
        }
        match self.backlog.push(bytes, coalesce) {
            Queued::Appended => Ok(()),
            Queued::Replaced => {
                self.stats.replaced += 1;
                Ok(())
            }
            Queued::Refused => {
                self.stats.refused += 1;
                Err(RingError::InputBacklog)
            }
        }
    }

    /// Moves waiting inputs into the ring, as many as there is room for, and returns how many still wait. Each push does
    /// so too; call it every few milliseconds while it returns more than 0, because the app does not say when it reads.
    pub fn flush(&mut self) -> usize {
        if self.backlog.len() == 0 {
            return 0;
        }
        while let Some(bytes) = self.backlog.front() {
            if !self.producer.push(self.shared.control(), bytes) {
                break;
            }
            self.backlog.pop();
        }
        // Even if nothing was moved: should the count that the app told us have been overwritten, it tells it again.
        Bell::Inputs.ring(self.shared.control());
        self.backlog.len()
    }

    /// What became of the inputs so far.
    pub fn stats(&self) -> InputWriterStats {
        let (written, corrupt) = (self.producer.written(), self.producer.corrupt());
        InputWriterStats { written, corrupt, waiting: self.backlog.len() as u64, ..self.stats }
    }
}
