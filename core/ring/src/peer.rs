//! The sidecar's end: [`attach`].

use crate::bell::{Bell, Listener};
use crate::shared::Shared;
use crate::{FrameReader, InputWriter, RingError, segment};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Joins the ring whose handles the app passed to this process (`[pixels, control]`, as
/// [`crate::RingHandles::pass_to`] returned them). Takes the two handles over and closes them, whatever the outcome:
/// nothing else in this process may use these numbers, and it is called once.
///
/// # Errors
/// [`RingError::NotARing`] and [`RingError::LayoutVersion`] when the handles are not what the app of this build makes;
/// [`RingError::System`] when the machine gives no address space or thread.
pub fn attach(handles: [i32; 2]) -> Result<PeerRing, RingError> {
    let [pixels, control] = handles;
    if pixels == control {
        return Err(RingError::NotARing("both handles are the same"));
    }
    let (pixels, control) = (segment::adopt(pixels), segment::adopt(control));
    let shared = Arc::new(Shared::open(pixels?, control?)?);
    let listener = Listener::new(Arc::clone(&shared), Bell::Frames)?;
    Ok(PeerRing {
        frames: FrameReader::new(Arc::clone(&shared), listener),
        inputs: InputWriter::new(Arc::clone(&shared)),
        pulse: Pulse { shared },
    })
}

/// The sidecar's parts of a ring. Each may go to a thread of its own; the memory stays mapped as long as one is left.
#[derive(Debug)]
pub struct PeerRing {
    /// Takes frames: for the encoder thread.
    pub frames: FrameReader,
    /// Passes on what viewers do.
    pub inputs: InputWriter,
    /// Shows the app that this process lives.
    pub pulse: Pulse,
}

/// The sidecar's heart.
#[derive(Debug)]
pub struct Pulse {
    shared: Arc<Shared>,
}

impl Pulse {
    /// One heartbeat: call it from the loop whose standstill means that the sidecar hangs.
    pub fn beat(&self) {
        // Relaxed: the number itself is the message.
        self.shared.control().pulse.fetch_add(1, Ordering::Relaxed);
    }
}
