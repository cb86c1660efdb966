//! The sidecar: encodes the mirrored frames once and streams them to browsers.
//!
//! [`run`] is the whole process: it reads [`heliograph_wire::ToSidecar`] lines on its standard input, writes
//! [`heliograph_wire::FromSidecar`] lines on its standard output, and logs to standard error through `tracing`.
//!
//! | what | where |
//! |---|---|
//! | start, stop, pulse, statistics | `serve.rs`, `link.rs` |
//! | frame ring → picture → packets, one thread | `encode.rs`; when to do it: `cadence.rs` |
//! | the exact still picture, tile by tile | `still.rs` |
//! | one viewer | `viewer.rs`, `viewer/`; what of its messages counts: `gate.rs`; by WebRTC: `peer/`, by WebSocket: `socket.rs` |
//! | what pages ask of their sessions | `sessions.rs` |
//! | inputs → input ring, and back as "shown" | `inputs.rs`, `tickets.rs` |
//! | page, WHEP, tokens, strangers | `http/`, `access.rs` |
//! | what the process gives up | `confine.rs` |
//!
//! **Nobody waits for anybody**: the encoder thread drops a frame for a viewer whose queue is full, a viewer's task waits
//! for its own transport only, and the app is never waited for. Every queue is bounded and says in its documentation
//! what it drops. Logic takes time as an argument; only `encode.rs`, `viewer.rs`,
//! `serve.rs` and the sockets' side of `http/` read a clock.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic))]

mod access;
mod arrivals;
mod bucket;
mod budget;
mod cadence;
pub mod confine;
mod counters;
mod encode;
#[cfg(fuzzing)]
pub mod fuzzing;
mod gate;
mod http;
mod inputs;
mod ladder;
mod link;
mod packets;
mod peer;
mod poses;
mod safety;
mod serve;
mod sessions;
mod share;
mod socket;
mod stage;
mod stamp;
mod still;
mod tickets;
mod tiers;
mod transport;
mod viewer;

#[cfg(test)]
mod client;
#[cfg(test)]
mod room_tests;
#[cfg(test)]
mod session_tests;
#[cfg(test)]
mod socket_tests;
#[cfg(test)]
mod testing;

use std::process::ExitCode;

/// Whether the encoder was built with its assembly; without it encoding costs more than twice as much.
pub use heliograph_codec::has_assembly as encoder_has_assembly;

/// The version and the page's hash: app and sidecar are one executable and must agree.
pub const BUILD_ID: &str = concat!(env!("CARGO_PKG_VERSION"), "-", env!("HELIOGRAPH_PAGE"));

/// Threads for everything but encoding.
const WORKERS: usize = 2;

/// Runs the sidecar until its standard input ends or says stop. Failures were told to the app as
/// [`heliograph_wire::FromSidecar::Failed`].
pub fn run() -> ExitCode {
    // Before the first thread: some of it holds for the calling thread and those that it starts.
    let confinement = confine::confine();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(WORKERS).enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            tracing::error!("this machine gives no threads: {error}");
            return ExitCode::FAILURE;
        }
    };
    let outcome = runtime.block_on(serve::serve(tokio::io::stdin(), tokio::io::stdout(), Some(confinement)));
    // A thread may still wait for a line on standard input; the process ends all the same.
    runtime.shutdown_background();
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            tracing::error!("{failure}");
            ExitCode::FAILURE
        }
    }
}
