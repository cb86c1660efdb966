//! What webrtc-rs calls back, turned into a viewer's events.
//!
//! **Nothing here may own a data channel or the connection**: the connection owns this handler, and a circle is never
//! freed.

use crate::transport::{Channel, Event, Label, Sent};
use bytes::BytesMut;
use heliograph_wire::MAX_MESSAGE_BYTES;
use std::sync::Arc;
use tokio::sync::{mpsc, watch};
use webrtc::data_channel::{DataChannel, DataChannelEvent};
use webrtc::error::Error;
use webrtc::peer_connection::{PeerConnectionEventHandler, RTCIceGatheringState, RTCPeerConnectionState};

pub(super) struct Handler {
    pub(super) events: mpsc::Sender<Event>,
    /// Becomes true when all addresses of ours are known.
    pub(super) gathered: watch::Sender<bool>,
}

#[async_trait::async_trait]
impl PeerConnectionEventHandler for Handler {
    async fn on_ice_gathering_state_change(&self, state: RTCIceGatheringState) {
        if state == RTCIceGatheringState::Complete {
            self.gathered.send_replace(true);
        }
    }

    async fn on_connection_state_change(&self, state: RTCPeerConnectionState) {
        let event = match state {
            RTCPeerConnectionState::Connected => Event::Connected,
            RTCPeerConnectionState::Disconnected | RTCPeerConnectionState::Failed => Event::CutOff,
            RTCPeerConnectionState::Closed => Event::Lost("closed the connection"),
            _ => return,
        };
        // The viewer's task is gone when this fails, and closes the connection.
        let _ = self.events.send(event).await;
    }

    async fn on_data_channel(&self, channel: Arc<dyn DataChannel>) {
        tokio::spawn(read(channel, self.events.clone()));
    }
}

/// Reads a channel until it closes, or the connection does.
async fn read(channel: Arc<dyn DataChannel>, events: mpsc::Sender<Event>) {
    let label = match channel.label().await.as_deref() {
        Ok("control") => Label::Control,
        Ok("pointer") => Label::Pointer,
        Ok("still") => Label::Still,
        _ => {
            let _ = channel.close().await;
            return;
        }
    };
    let ours: Arc<dyn Channel> = Arc::new(BrowserChannel(Arc::clone(&channel)));
    let mut event = Some(Event::Opened(label, ours));
    loop {
        if let Some(event) = event.take()
            && events.send(event).await.is_err()
        {
            return;
        }
        event = match channel.poll().await {
            Some(DataChannelEvent::OnMessage(message)) => Some(match (label, message.is_string) {
                _ if message.data.len() > MAX_MESSAGE_BYTES => Event::Malformed,
                (Label::Control, true) => {
                    String::from_utf8(message.data.to_vec()).map_or(Event::Malformed, Event::Text)
                }
                (Label::Pointer | Label::Still, false) => Event::Bytes(message.data.to_vec()),
                _ => Event::Malformed,
            }),
            Some(DataChannelEvent::OnClose) | None if label == Label::Still => return,
            Some(DataChannelEvent::OnClose) | None => {
                let _ = events.send(Event::Lost("closed the page")).await;
                return;
            }
            Some(_) => None,
        };
    }
}

struct BrowserChannel(Arc<dyn DataChannel>);

impl BrowserChannel {
    fn outcome(result: Result<(), Error>) -> Sent {
        match result {
            Ok(()) => Sent::Yes,
            Err(Error::ErrSendBufferFull) => Sent::Full,
            Err(_) => Sent::Gone,
        }
    }
}

#[async_trait::async_trait]
impl Channel for BrowserChannel {
    async fn text(&self, text: &str) -> Sent {
        BrowserChannel::outcome(self.0.try_send_text(text).await)
    }

    async fn bytes(&self, bytes: &[u8]) -> Sent {
        BrowserChannel::outcome(self.0.try_send(BytesMut::from(bytes)).await)
    }
}
