//! What the host sees of the room, what it decides, and what follows from that for the sidecar.

use heliograph_wire::link::GuestFigures;
use heliograph_wire::room::{Answer, Arrival, ControlMode, Guest};
use heliograph_wire::{Role, ViewerId};
use serde::Deserialize;

/// What the host decides. Guests are named by their present connection.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Whose hands count.
    Mode(ControlMode),
    /// Whether newcomers must knock.
    AskFirst(bool),
    /// Let in someone who knocks.
    Accept(ViewerId),
    /// Refuse someone who knocks.
    Refuse {
        /// Who.
        viewer: ViewerId,
        /// For the rest of the session.
        ban: bool,
    },
    /// What a guest may do.
    SetRole(ViewerId, Role),
    /// Do not listen to a guest's hands.
    Mute(ViewerId, bool),
    /// Let a guest steer, where one does at a time.
    Grant(ViewerId),
    /// Take the scene back from whoever steers.
    TakeBack,
    /// Send a guest away.
    Remove {
        /// Who.
        viewer: ViewerId,
        /// For the rest of the session.
        ban: bool,
    },
}

/// What the sidecar is to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// Answer someone who waits.
    Answer(ViewerId, Answer),
    /// End a guest's connection; why, as a sentence.
    Remove(ViewerId, String),
}

/// A guest as the host sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct GuestView {
    /// What everyone sees of it.
    pub guest: Guest,
    /// Its browser, in a few words.
    pub browser: String,
    /// How it is connected, once that is known.
    pub figures: Option<GuestFigures>,
    /// To be compared aloud with what its page shows.
    pub safety_code: Option<String>,
}

/// The room as the host sees it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RoomView {
    /// Whose hands count.
    pub mode: ControlMode,
    /// Whether newcomers must knock.
    pub asks_first: bool,
    /// Who steers, where one does at a time.
    pub steers: Option<ViewerId>,
    /// Who is here.
    pub guests: Vec<GuestView>,
    /// Who waits at the door.
    pub knocks: Vec<Arrival>,
}
