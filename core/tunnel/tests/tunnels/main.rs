//! Whole tunnels: real sockets and real processes, with the stand-ins of `examples/` in place of what is on the internet.
#![allow(clippy::unwrap_used, clippy::panic)]

mod agent;
mod binary;
mod command;
mod embedded;
mod refusals;
mod stage;
mod token;
