//! [`Source`]: the newest frame, converted and scaled once for all tiers that want it so.

use crate::cadence::FrameRate;
use crate::stamp::StampClock;
use heliograph_codec::{CodecError, Picture, Scaler};
use heliograph_ring::Frame;
use heliograph_wire::Pose;
use std::time::Instant;

/// Sizes that are kept: as many as there are tiers, and the whole.
const SIZES_MAX: usize = 4;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Source {
    /// Counts the frames; 0 before the first.
    number: u64,
    /// In pixels, as the app drew it.
    size: (u32, u32),
    /// When it was drawn, as all tiers say it.
    stamp_us: u64,
    unchanged: bool,
    pose: Option<Pose>,
    stamps: StampClock,
    frame_rate: FrameRate,
    /// The most recently used last.
    pictures: Vec<Converted>,
    pub(super) scaler: Scaler,
}

/// A frame in one size.
#[derive(Debug)]
struct Converted {
    number: u64,
    picture: Picture,
}

impl Source {
    /// A new frame; `unchanged` when it shows the same as the one before.
    pub(super) fn take(&mut self, frame: &Frame<'_>, unchanged: bool, now: Instant, now_us: u64) {
        self.number += 1;
        self.size = (frame.stamp.width, frame.stamp.height);
        self.stamp_us = self.stamps.fresh(frame.stamp.drawn_us, now_us);
        self.unchanged = unchanged;
        self.pose = Pose::from_words(frame.stamp.pose);
        if !unchanged {
            self.frame_rate.frame(now);
        }
    }

    pub(super) fn has_picture(&self) -> bool {
        self.number > 0
    }

    /// Of the frame, in pixels.
    pub(super) fn size(&self) -> (u32, u32) {
        self.size
    }

    /// The moment of the frame, in microseconds.
    pub(super) fn stamp_us(&self) -> u64 {
        self.stamp_us
    }

    /// The moment of the frame's picture when it is sent again.
    pub(super) fn stamp_again_us(&mut self, now_us: u64) -> u64 {
        self.stamps.again(now_us)
    }

    /// The last moment that was given to anything.
    pub(super) fn last_stamp_us(&self) -> u64 {
        self.stamps.last_us()
    }

    /// Whether the frame shows the same as the one before.
    pub(super) fn is_unchanged(&self) -> bool {
        self.unchanged
    }

    /// Whence the frame was drawn.
    pub(super) fn pose(&self) -> Option<Pose> {
        self.pose
    }

    /// Frames a second while something moves.
    pub(super) fn frame_rate(&self) -> f32 {
        self.frame_rate.mean()
    }

    /// The frame in a size (even), converted at the first call.
    ///
    /// # Errors
    /// [`CodecError`] when it is of a size that is not encoded.
    pub(super) fn picture(&mut self, frame: &Frame<'_>, size: (u32, u32)) -> Result<&Picture, CodecError> {
        let whole_size = (self.size.0 & !1, self.size.1 & !1);
        if self.at(size)?.number != self.number {
            let mut whole = self.take_out(whole_size)?;
            if whole.number != self.number {
                whole.picture.fill_from_rgba(frame.rgba, frame.stride_bytes)?;
                whole.number = self.number;
            }
            if size != whole_size {
                let mut scaled = self.take_out(size)?;
                self.scaler.scale(&whole.picture, &mut scaled.picture);
                scaled.number = self.number;
                self.pictures.push(scaled);
            }
            self.pictures.push(whole);
            self.pictures.drain(..self.pictures.len().saturating_sub(SIZES_MAX));
        }
        Ok(&self.at(size)?.picture)
    }

    /// Of a size, whatever it shows.
    fn at(&mut self, size: (u32, u32)) -> Result<&Converted, CodecError> {
        let found = self.take_out(size)?;
        self.pictures.push(found);
        Ok(&self.pictures[self.pictures.len() - 1])
    }

    fn take_out(&mut self, (width, height): (u32, u32)) -> Result<Converted, CodecError> {
        let is_it = |converted: &Converted| (converted.picture.width(), converted.picture.height()) == (width, height);
        match self.pictures.iter().position(is_it) {
            Some(at) => Ok(self.pictures.remove(at)),
            None => Ok(Converted { number: 0, picture: Picture::new(width, height)? }),
        }
    }
}
