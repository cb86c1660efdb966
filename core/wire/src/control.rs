//! What browser and sidecar say on the data channel `control`, or as text over the WebSocket (JSON, ordered, reliable).

use crate::input::{Input, ViewerId};
use crate::link::Role;
use crate::room::{Ask, Room};
use crate::scene::SceneStatus;
use serde::{Deserialize, Serialize};

/// From the browser.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum FromViewer {
    /// Something the viewer's hand did.
    Input {
        /// Counts this viewer's inputs over both channels, from 1; see [`crate::pointer`].
        seq: u32,
        /// What.
        input: Input,
    },
    /// The decoder lost its way: the next frame should be a keyframe. RTCP PLI says the same; this is for the page's own check.
    NeedKeyframe,
    /// A wish about the room: to steer, to hand over, to be called otherwise.
    Ask {
        /// Which.
        ask: Ask,
    },
    /// The picture is shown by this rung, so no other way needs to carry it.
    On {
        /// Which.
        rung: Rung,
    },
}

/// A rung of the ladder: by which way pictures reach a browser, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum Rung {
    /// WebRTC, straight from end to end over UDP.
    Udp,
    /// WebRTC, straight over TCP.
    Tcp,
    /// WebRTC through a TURN relay.
    Turn,
    /// H.264 over the WebSocket, decoded by WebCodecs.
    WebCodecs,
    /// JPEG over the WebSocket.
    Jpeg,
}

/// The first message over the WebSocket, from the browser. (A browser cannot give a WebSocket request a header.)
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Hello {
    /// Of the link.
    pub token: String,
    /// What the header `Heliograph-Guest` says elsewhere, in the same form.
    pub guest: String,
    /// The name of the session that this WebSocket is to carry, as `Location` said it after `POST /whep`; none to begin one.
    pub session: Option<String>,
    /// How pictures are to come: [`Rung::WebCodecs`] or [`Rung::Jpeg`].
    pub rung: Rung,
}

/// Secrets stay out of logs.
impl std::fmt::Debug for Hello {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hello").field("rung", &self.rung).finish_non_exhaustive()
    }
}

/// To the browser.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToViewer {
    /// The first message on the channel.
    Welcome {
        /// [`crate::PROTOCOL`].
        protocol: u32,
        /// Who the sidecar takes the browser for.
        viewer: ViewerId,
        /// What its link allows.
        role: Role,
        /// Changes with every start of the sidecar, as `/healthz` says it.
        epoch: String,
        /// Shown when it comes back, it is the same guest.
        pass: String,
    },
    /// Who is here and who may steer; sent at the start and on change.
    Room {
        /// All of it.
        room: Room,
    },
    /// What is in the scene; sent at the start and on change.
    Scene {
        /// All of it.
        scene: SceneStatus,
    },
    /// A sentence to show.
    Notice {
        /// Plain text.
        text: String,
    },
    /// The host's program answers no more, or does so again. Until then the picture stands still.
    Host {
        /// Whether it answers.
        answers: bool,
    },
    /// The WebSocket is not let in; what `POST /whep` would have answered.
    Refused {
        /// The status that an HTTP request would have got.
        status: u16,
        /// The host lets people in one by one: `POST /knock` asks it.
        knock: bool,
        /// The host does not want this guest.
        refused: bool,
        /// Why, as a sentence.
        error: String,
    },
    /// It is over; coming back by itself is pointless.
    Ended {
        /// For whom.
        cause: EndCause,
        /// Why, as a sentence.
        reason: String,
    },
}

/// For whom it is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum EndCause {
    /// For everyone: the share has ended.
    Over,
    /// For this viewer: it was removed, or its link is not valid any more.
    Removed,
}
