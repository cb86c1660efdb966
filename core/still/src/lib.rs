//! Pictures without loss, tile by tile: what makes a still picture exact.
//!
//! Each tile needs those before it: they travel in order, and what was learnt from one helps with the next. The page's
//! decoder is `web-viewer/core/tiles.js`; `golden.json` holds it to the same bytes.
//!
//! Why a codec of our own: bytes of the renderer's pictures at 1280×720, which `--example sizes` prints.
//!
//! | picture | PNG, as screenshots are written | WebP, lossless, best of its settings | this crate |
//! |---|---|---|---|
//! | point cloud, 110,000 points | 328,820 | 212,232 | 125,162 |
//! | mesh | 111,799 | 48,642 | 19,727 |
//! | tracts | 167,594 | 98,754 | 58,643 |
//! | network | 186,714 | 101,554 | 55,703 |
//! | milliseconds of one core | 30 to 60 | 340 (3,000 to 4,000 at its best) | 50 to 80 |
//!
//! Most of the gain is the dithered background, which is noise to all others; the rest is a model of lit surfaces.
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
