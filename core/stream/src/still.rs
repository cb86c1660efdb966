//! The exact still picture: what a viewer sees once nothing moves is, pixel by pixel, what the host drew.
//!
//! The encoder thread hands a picture that rests to the [`StillShop`]; a thread of its own cuts and encodes it, once for
//! all viewers and only as far as the quickest of them has come. Each viewer's task has a [`StillSender`], which says what
//! is to be sent when. When the picture changes, everything of the old one is dropped at once.

mod sender;
mod shop;
#[cfg(test)]
mod tests;

pub(crate) use sender::{LineNow, StillSender};
pub(crate) use shop::{Rest, StillShop};
