//! Pictures without loss, tile by tile: what makes a still picture exact.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic))]

mod backdrop;
mod model;
mod picture;
mod range;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod tiles;

pub use picture::{Decoder, Encoder, HEAD_BYTES, PIXELS_MAX};
pub use tiles::Tile;
