//! Heliograph: draws scientific data in a window and mirrors the view to browsers.
//!
//! This crate is what needs a window or a process; everything else is in `core/`. See `ARCHITECTURE.md`.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic))]

pub mod cli;
pub mod doctor;
pub mod engine;
pub mod events;
pub mod formats;
pub mod headless;
pub mod host;
pub mod recent;
pub mod requests;
pub mod room;
pub mod samples;
pub mod share;
pub mod shell;
pub mod ui;
