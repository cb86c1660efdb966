//! What app and sidecar say on the sidecar's stdin and stdout: one JSON object a line, for what is rare.
//! End of file means that the other side is gone.

use crate::control::Rung;
use crate::input::ViewerId;
use crate::origin::Origin;
use crate::room::{Answer, Arrival, Ask, Room};
use crate::scene::SceneStatus;
use serde::{Deserialize, Serialize};

/// What a link allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Sees.
    View,
    /// Sees and steers.
    Control,
}

/// The secrets of the two links; both are URL-safe text of at least 128 random bits.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tokens {
    /// Opens [`Role::View`].
    pub view: String,
    /// Opens [`Role::Control`].
    pub control: String,
}

/// Secrets stay out of logs.
impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tokens(…)")
    }
}

/// From the app.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToSidecar {
    /// The first line: what to serve, and where.
    Start {
        /// The address to listen on, e.g. `127.0.0.1`.
        bind: std::net::IpAddr,
        /// The port to begin with; when it is taken the next free one is used, unless `exact_port`.
        port: u16,
        /// Set on a restart, so that the links stay what they were.
        exact_port: bool,
        /// The secrets of the links.
        tokens: Tokens,
        /// The first viewer id to give out, so that a restarted sidecar repeats none.
        first_viewer: u32,
        /// Viewers at a time.
        max_viewers: u32,
        /// Pages that may show this one inside them; none of the others may.
        allow_embed: Vec<Origin>,
        /// The shared memory's file descriptors, inherited: pixels (read-only) and control.
        ring_fds: [i32; 2],
        /// How far the picture may go.
        #[serde(default)]
        network: Network,
    },
    /// The scene changed.
    Scene {
        /// As it is now.
        scene: SceneStatus,
    },
    /// Someone who has come is let in or not.
    Answer {
        /// [`Arrival::viewer`].
        viewer: ViewerId,
        /// What to do.
        answer: Answer,
    },
    /// Who is here changed.
    Room {
        /// As it is now.
        room: Room,
    },
    /// Tell a viewer something that concerns nobody else, e.g. why its command changed nothing.
    Tell {
        /// Whom.
        viewer: ViewerId,
        /// A sentence.
        text: String,
    },
    /// End a viewer's connection.
    Remove {
        /// Whose.
        viewer: ViewerId,
        /// Told to the viewer.
        reason: String,
    },
    /// From now on other secrets open the links.
    Links {
        /// These.
        tokens: Tokens,
    },
    /// The app lives; said every second.
    Beat,
    /// By which other names browsers reach this host from now on, e.g. that of a tunnel. Replaces the ones before.
    Reachable {
        /// All of them; none when there is no tunnel.
        origins: Vec<Origin>,
    },
    /// Say goodbye to the viewers and exit.
    Stop {
        /// Told to the viewers.
        reason: String,
    },
}

/// By whose help browsers are reached, and how much may be sent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Network {
    /// STUN servers (RFC 8489) that tell the sidecar its own public address. Addresses: the sidecar looks up no names.
    pub stun: Vec<std::net::SocketAddr>,
    /// What the browsers may use.
    pub ice_servers: Vec<IceServer>,
    /// The most that all viewers together may be sent, in bits a second; none: what the line is found to carry.
    pub upload_bps: Option<u32>,
}

/// A STUN or TURN server as browsers name it (RTCIceServer, W3C WebRTC section 4.2.4).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IceServer {
    /// E.g. `stun:stun.example:3478`, `turns:turn.example:443?transport=tcp` (RFC 7064, RFC 7065).
    pub url: String,
    /// For TURN.
    pub username: Option<String>,
    /// For TURN.
    pub credential: Option<String>,
}

/// Secrets stay out of logs.
impl std::fmt::Debug for IceServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IceServer").field("url", &self.url).finish_non_exhaustive()
    }
}

/// From the sidecar.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FromSidecar {
    /// The first line. All three must be the app's own.
    Hello {
        /// [`crate::PROTOCOL`].
        protocol: u32,
        /// The build's id.
        build: String,
        /// The version of the shared memory's layout.
        ring_layout: u32,
    },
    /// What the sidecar could not give up, because this kernel does not know how.
    Confined {
        /// E.g. `Landlock`; none is the rule.
        missing: Vec<String>,
    },
    /// Links work from here on.
    Listening {
        /// Where.
        address: std::net::SocketAddr,
    },
    /// Someone is about to watch: publish the picture, even if it is still.
    WantFrame,
    /// Someone has come with a valid link, and waits for [`ToSidecar::Answer`].
    Arrival {
        /// Who.
        arrival: Arrival,
    },
    /// A viewer's media flow.
    ViewerJoined {
        /// Who.
        viewer: ViewerId,
        /// Made of both ends' DTLS fingerprints, to be read aloud; none when an end named none.
        safety_code: Option<String>,
    },
    /// A viewer wants something of the room.
    Asked {
        /// Who.
        viewer: ViewerId,
        /// What.
        ask: Ask,
    },
    /// A viewer, or someone who waited to be let in, is gone.
    ViewerLeft {
        /// Who.
        viewer: ViewerId,
        /// In words, e.g. `closed the page`.
        reason: String,
    },
    /// Once a second while anyone watches.
    Stats {
        /// What the sidecar counted.
        stats: StreamStats,
        /// How each viewer is connected.
        guests: Vec<GuestFigures>,
    },
    /// The sidecar cannot go on; it exits after this line.
    Failed {
        /// A sentence that says what and what to do.
        message: String,
    },
}

/// What the sidecar counted, totals since its start unless a rate is named.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct StreamStats {
    /// Watching now.
    pub viewers: u32,
    /// Frames taken from the ring.
    pub frames_taken: u64,
    /// Access units that the encoder made.
    pub frames_encoded: u64,
    /// Of these, keyframes.
    pub keyframes: u64,
    /// Access units that were not sent to a viewer because its queue was full.
    pub frames_dropped: u64,
    /// Moves that a newer one replaced before the app took them.
    pub moves_coalesced: u64,
    /// Messages refused: malformed, too large or not allowed.
    pub messages_refused: u64,
    /// What the encoder is asked for, in bits a second.
    pub target_bps: u32,
    /// What was sent to all viewers in the last second, in bits.
    pub sent_bps: u64,
    /// What all viewers together may be sent, in bits a second: as it was told, or as it was found; 0 when neither.
    #[serde(default)]
    pub upload_bps: u32,
    /// The encodes that are made at present, the best first.
    #[serde(default)]
    pub tiers: Vec<TierStats>,
    /// HTTP requests that came through a tunnel.
    pub tunnel_requests: u64,
    /// What went through a tunnel in both directions, in bytes, without the tunnel's own wrapping.
    pub tunnel_bytes: u64,
}

/// One encode, made once for all viewers whose lines carry it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct TierStats {
    /// `h264` or `jpeg`.
    pub codec: String,
    /// Of the picture, in pixels.
    pub width: u32,
    /// Of the picture, in pixels.
    pub height: u32,
    /// The most pictures a second that it is made for.
    pub frame_rate: f32,
    /// What it is asked for, in bits a second.
    pub target_bps: u32,
    /// Who gets it.
    pub viewers: u32,
}

/// How a viewer is connected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuestFigures {
    /// Who.
    pub viewer: ViewerId,
    /// By what, once its page has said so.
    pub rung: Option<Rung>,
    /// To it and back, in milliseconds, once it is known.
    pub round_trip_ms: Option<u32>,
    /// What was sent to it in the last second, in bits.
    pub sent_bps: u64,
    /// Which of [`StreamStats::tiers`] it gets, from 0.
    #[serde(default)]
    pub tier: Option<u32>,
    /// Whether it sees the exact pixels of the host's picture.
    #[serde(default)]
    pub exact: bool,
}
