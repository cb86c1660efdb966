//! What carries a viewer's media and messages, so that another transport can stand in for WebRTC.

use crate::packets::MediaFrame;
use crate::stage::SharedLine;
use std::sync::Arc;

/// Events that wait for a viewer's task. When it is full the transport stops reading, and the viewer's browser waits.
pub(crate) const WAITING_EVENTS_MAX: usize = 64;

/// The viewer is not there any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Gone;

/// The way of the media.
#[async_trait::async_trait]
pub(crate) trait Transport: Send + Sync + 'static {
    /// Sends a frame whole. Waits for this viewer at most, never for another.
    async fn send(&mut self, frame: &MediaFrame) -> Result<(), Gone>;

    /// What is known of the line.
    fn line(&self) -> SharedLine;

    /// Ends everything that belongs to the viewer; nothing comes after it.
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

/// Which of the two channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Label {
    /// Ordered and whole: [`heliograph_wire::control`].
    Control,
    /// Unordered, never repeated: [`heliograph_wire::pointer`].
    Pointer,
}

/// What a transport tells its viewer's task.
#[derive(Clone)]
pub(crate) enum Event {
    /// Media can flow.
    Connected,
    /// A channel is open.
    Opened(Label, Arc<dyn Channel>),
    /// A text message came over `control`.
    Text(String),
    /// A binary message came over `pointer`.
    Bytes(Vec<u8>),
    /// Something that neither channel carries, or too long.
    Malformed,
    /// The viewer is gone; in words, as in "the viewer … ".
    Lost(&'static str),
}
