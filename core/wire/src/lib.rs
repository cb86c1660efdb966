//! The messages that cross a process or a network, as plain data.
//!
//! | module | from → to | carried by |
//! |---|---|---|
//! | [`command`] | anyone → scene | inside [`input::Input`], or straight from the app's own panels |
//! | [`input`] | browser → sidecar → app | data channel `control` (JSON), then the input ring (JSON) |
//! | [`pointer`] | browser ↔ sidecar | data channel `pointer` (binary, unordered, never repeated), or the WebSocket |
//! | [`control`] | browser ↔ sidecar | data channel `control` (JSON, ordered, reliable), or the WebSocket |
//! | [`media`] | sidecar → browser | WebSocket; still pictures over the data channel `still`, too |
//! | [`scene`] | app → sidecar → browser | link, then `control` |
//! | [`room`] | app → sidecar → browser, and wishes back | link, then `control` |
//! | [`link`] | app ↔ sidecar | one JSON object a line on the sidecar's stdin and stdout |
//! | [`origin`] | app → sidecar | inside [`link`] |
//!
//! **Nothing here does I/O.** What comes from a peer is checked with [`input::Input::check`] before it is used.
//! The browser's copy (`web-viewer/core/wire.gen.js` and `wire.gen.d.ts`) is generated from this crate
//! by its tests, committed, and a test fails when it differs (`UPDATE=1 cargo test -p heliograph-wire` renews it).

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic))]

pub mod command;
pub mod control;
pub mod input;
pub mod link;
pub mod media;
pub mod origin;
pub mod pointer;
mod pose;
pub mod room;
pub mod scene;
pub mod selection;

#[cfg(test)]
mod browser;

pub use command::{Command, LayerId, Side, Value};
pub use control::{FromViewer, Rung, ToViewer};
pub use input::{Button, Input, InputError, MAX_VIEW_BYTES, Ticketed, ViewerId};
pub use link::{FromSidecar, Role, ToSidecar};
pub use origin::Origin;
pub use pose::Pose;
pub use scene::{Bounds, LayerStatus, Measure, Property, PropertyKind, SceneStatus, Step};
pub use selection::{How, SelectionStatus, Shape};

/// Raised whenever a message changes its meaning. App and sidecar are one executable and must agree exactly;
/// a page of another protocol asks its user to reload.
pub const PROTOCOL: u32 = 3;

/// The largest JSON message that either side reads, in bytes: a lasso of most corners, with every digit of 32 bits.
pub const MAX_MESSAGE_BYTES: usize = 8192;
