//! [`InputReader`]: the app's end of the input ring.

use crate::Waker;
use crate::bell::Listener;
use crate::input_ring::Consumer;
use crate::shared::Shared;
use std::sync::Arc;

/// Reads what viewers did, in the order in which the sidecar wrote it. The bytes are the sidecar's: check them.
#[derive(Debug)]
pub struct InputReader {
    shared: Arc<Shared>,
    listener: Listener,
    consumer: Consumer,
}

/// What came of reading.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct InputReaderStats {
    /// Records returned.
    pub read: u64,
    /// Records lost because the sidecar overwrote its own ring with nonsense; 0 with an honest one.
    pub lost: u64,
}

impl InputReader {
    pub(crate) fn new(shared: Arc<Shared>, listener: Listener) -> InputReader {
        InputReader { shared, listener, consumer: Consumer::new() }
    }

    /// Sleeps until there is an input (`true`), or until `seconds` have passed or a [`Waker`] called (`false`).
    /// May sleep up to one second longer; returns at once when an input is there. Even after `true` the next
    /// [`InputReader::next`] may return `None`, if the sidecar has overwritten the record meanwhile.
    pub fn wait(&self, seconds: u32) -> bool {
        self.listener.wait(seconds, || self.consumer.is_ready(self.shared.control()))
    }

    /// The next input's bytes, copied out of the ring, or `None` when there is none.
    #[expect(clippy::should_implement_trait, reason = "lends its buffer, which an Iterator cannot")]
    pub fn next(&mut self) -> Option<&[u8]> {
        self.consumer.pop(self.shared.control())
    }

    /// Ends a wait from another thread.
    pub fn waker(&self) -> Waker {
        self.listener.waker()
    }

    /// What came of reading so far.
    pub fn stats(&self) -> InputReaderStats {
        let lost = self.consumer.lost();
        InputReaderStats { read: self.consumer.passed() - lost, lost }
    }
}
