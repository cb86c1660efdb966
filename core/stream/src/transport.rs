//! What carries a viewer's media and messages: WebRTC (`peer/`) or a WebSocket (`socket.rs`). A viewer may have one of each.

use crate::packets::{MediaFrame, Medium};
use crate::peer::OfferError;
use crate::stage::SharedLine;
use std::sync::Arc;

/// Events that wait for a viewer's task. When it is full the transport stops reading, and the viewer's browser waits.
pub(crate) const WAITING_EVENTS_MAX: usize = 64;

/// The two ways to a browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// WebRTC.
    Peer,
    /// A WebSocket.
    Socket,
}

/// The way of the media.
#[async_trait::async_trait]
pub(crate) trait Transport: Send + Sync + 'static {
    /// Sends a frame whole, or not at all where too much waits already. `shown`: the newest input of this viewer that the
    /// frame is the first to show.
    async fn send(&mut self, frame: &MediaFrame, shown: Option<u32>) -> Sent;

    /// What it carries.
    fn medium(&self) -> Medium;

    /// What is known of the line.
    fn line(&self) -> SharedLine;

    /// Takes a fragment of an offer (RFC 8840): more addresses of the browser's, or with other credentials an ICE
    /// restart, which is answered by a fragment of ours.
    ///
    /// # Errors
    /// [`OfferError`] when it is none that this connection can take.
    async fn ice(&mut self, fragment: &str) -> Result<Option<String>, OfferError>;

    /// Ends everything that belongs to it; nothing comes after it.
    async fn close(&mut self);
}

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sent {
    /// It is on its way.
    Yes,
    /// Too much is on its way already; it was dropped.
    Full,
    /// The viewer is not there any more.
    Gone,
}

/// A way of messages to the viewer.
#[async_trait::async_trait]
pub(crate) trait Channel: Send + Sync + 'static {
    /// Sends text without waiting for room.
    async fn text(&self, text: &str) -> Sent;

    /// Sends bytes without waiting for room.
    async fn bytes(&self, bytes: &[u8]) -> Sent;
}

/// Which of the channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Label {
    /// Ordered and whole: [`heliograph_wire::control`].
    Control,
    /// Unordered, never repeated: [`heliograph_wire::pointer`].
    Pointer,
    /// Ordered and whole, one way: tiles of [`heliograph_wire::media`].
    Still,
}

/// What a transport tells its viewer's task.
#[derive(Clone)]
pub(crate) enum Event {
    /// Media can flow, perhaps again.
    Connected,
    /// Nothing gets through at present; it may come back.
    CutOff,
    /// A channel is open.
    Opened(Label, Arc<dyn Channel>),
    /// A text message came.
    Text(String),
    /// A binary message came.
    Bytes(Vec<u8>),
    /// Something that no channel carries, or too long.
    Malformed,
    /// This way is gone for good; in words, as in "the viewer … ".
    Lost(&'static str),
}
