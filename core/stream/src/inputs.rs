//! [`Inputs`]: what viewers do, on its way into the input ring, and back as "this frame shows it".

use crate::stage::lock;
use crate::tickets::TicketBook;
use heliograph_ring::{Coalesce, InputWriter, InputWriterStats, RingError};
use heliograph_wire::{Input, Ticketed, ViewerId};
use std::sync::Mutex;
use std::time::Duration;
use tokio::sync::Notify;

/// How often a full ring is tried again; the app does not say when it has read.
const FLUSH_INTERVAL: Duration = Duration::from_millis(4);

/// See the module. Never waits: the ring's writer queues what the ring does not hold.
#[derive(Debug)]
pub(crate) struct Inputs {
    state: Mutex<(InputWriter, TicketBook)>,
    waiting: Notify,
}

impl Inputs {
    pub(crate) fn new(writer: InputWriter) -> Inputs {
        Inputs { state: Mutex::new((writer, TicketBook::default())), waiting: Notify::new() }
    }

    /// Passes on an input that the viewer counted as `seq`.
    ///
    /// # Errors
    /// [`RingError`] when it was too long, or when the app has not read for so long that the viewer must be closed.
    pub(crate) fn push(&self, viewer: ViewerId, seq: u32, input: Input) -> Result<(), RingError> {
        let mut state = lock(&self.state);
        let (writer, book) = &mut *state;
        let ticket = book.issue(viewer, seq);
        self.write(writer, Ticketed { ticket, viewer, input })
    }

    /// Whatever the viewer holds is let go.
    pub(crate) fn gone(&self, viewer: ViewerId) {
        let mut state = lock(&self.state);
        let (writer, book) = &mut *state;
        book.forget(viewer);
        let ticket = book.issue_untold();
        if let Err(error) = self.write(writer, Ticketed { ticket, viewer, input: Input::Gone }) {
            // The app hears of it by its own line on the link too.
            tracing::warn!("viewer {} could not be let go: {error}", viewer.0);
        }
    }

    fn write(&self, writer: &mut InputWriter, ticketed: Ticketed) -> Result<(), RingError> {
        let key = ticketed.viewer.0;
        let coalesce = if ticketed.input.is_move() { Coalesce::Replace(key) } else { Coalesce::Keep(key) };
        let bytes = serde_json::to_vec(&ticketed).unwrap_or_default();
        writer.push(&bytes, coalesce)?;
        if writer.stats().waiting > 0 {
            self.waiting.notify_one();
        }
        Ok(())
    }

    /// For each viewer, the newest of its inputs that a frame is the first to show.
    pub(crate) fn shown(&self, applied_ticket: u64) -> Vec<(ViewerId, u32)> {
        lock(&self.state).1.shown(applied_ticket)
    }

    /// What became of the inputs.
    pub(crate) fn stats(&self) -> InputWriterStats {
        lock(&self.state).0.stats()
    }

    /// Empties the queue into the ring whenever there is one.
    pub(crate) async fn run_flush(&self) {
        loop {
            self.waiting.notified().await;
            while lock(&self.state).0.flush() > 0 {
                tokio::time::sleep(FLUSH_INTERVAL).await;
            }
        }
    }
}
