//! A public https address for one local HTTP port: through ngrok, or through any tunnel command.
//!
//! [`run`] opens the tunnel that a [`Plan`] asks for, keeps it open, tells [`News`], and returns when everything that it
//! started is closed.
//!
//! | what | where |
//! |---|---|
//! | which way to take, and a way's life: open, lost, close | `way.rs` |
//! | one attempt after the other, on a thread of its own | `drive.rs`; when to try again: `course.rs` |
//! | ngrok by its crate | `embedded.rs`, `dial.rs`, `carry.rs` |
//! | ngrok by an agent that already runs | `agent.rs`, `local_http.rs` |
//! | ngrok by its program | `binary.rs` |
//! | any other tunnel by a command | `command.rs`, `template.rs`; which printed address is the tunnel's: `address.rs` |
//! | child processes that do not outlive us | `process.rs`, `program.rs` |
//! | what went wrong, in one sentence | `trouble.rs`, `ngrok_trouble.rs` |
//!
//! **The token is seen by nobody**: it is in no argument list, no log, no `Debug` and no sentence. ngrok's transport logs
//! whole frames at trace level, the one with the token too; so the thread on which tunnels run has no log subscriber.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic))]

mod address;
mod agent;
mod binary;
mod carry;
mod command;
mod course;
mod dial;
mod drive;
mod embedded;
mod local_http;
mod ngrok_trouble;
mod plan;
mod process;
mod program;
mod secret;
mod template;
mod trouble;
mod way;

pub use drive::run;
pub use plan::{Edge, How, News, Ngrok, Plan};
pub use secret::Secret;
