//! Pictures without loss, tile by tile: what makes a still picture exact.
#![forbid(unsafe_code)]

mod backdrop;
mod model;
mod picture;
mod range;
#[cfg(test)]
mod testing;
mod tiles;

pub use picture::{Decoder, Encoder, HEAD_BYTES};
pub use tiles::Tile;
