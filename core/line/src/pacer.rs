//! [`Pacer`]: when each packet leaves, and in which order.
//!
//! It moves items it knows nothing of, so that the same code serves RTP packets and the messages of a WebSocket. A frame
//! leaves a fast line's sender within about 5 ms, because what waits here is seen as lag; to a slow line it is given no
//! faster than a little over the target beyond the first 40 ms of it, so that no burst overflows a short queue.

use crate::line::Kind;
use crate::probe::Probe;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// So much of the target may leave as one burst, and in which time.
const BURST: Duration = Duration::from_millis(40);
const BURST_SPREAD: Duration = Duration::from_millis(5);
/// Two packets may always leave together.
const BURST_BITS_MIN: f64 = 2.0 * 1_250.0 * 8.0;
/// What is more than a burst leaves at this multiple of the target.
const PACE: f64 = 1.3;
/// Frames are refused while more than this waits, in frames and at the target.
const FRAMES_MAX: usize = 2;
const QUEUE_MAX: Duration = Duration::from_millis(250);
/// No more bulk is taken than leaves in this time.
const BULK_QUEUE_MAX: Duration = Duration::from_millis(500);
/// Nothing is looked at more often.
const TICK: Duration = Duration::from_micros(250);
/// Whoever drives it may come this late.
const LATE: Duration = Duration::from_millis(2);

/// The queue is full; here is the item.
#[derive(Debug, PartialEq, Eq)]
pub struct Refused<T>(pub T);

#[derive(Debug)]
struct Item<T> {
    bytes: usize,
    due: Option<Instant>,
    ends_frame: bool,
    item: T,
}

/// See the module. Every queue is bounded: media as said, bulk by half a second at the target, repeats by the share of
/// the target that [`crate::Repeats`] keeps to, padding by the size of a probe.
#[derive(Debug)]
pub struct Pacer<T> {
    repeats: VecDeque<Item<T>>,
    media: VecDeque<Item<T>>,
    bulk: VecDeque<Item<T>>,
    padding: VecDeque<Item<T>>,
    target_bps: f64,
    padding_bps: f64,
    as_of: Option<Instant>,
    /// Bits that may leave: of a burst, of its spread, of bulk, of padding. Negative is a debt.
    burst_bits: f64,
    spread_bits: f64,
    bulk_bits: f64,
    padding_bits: f64,
    /// The frame that is being pushed is refused.
    refusing: bool,
    in_frame: bool,
    refused_frames: u64,
}

impl<T> Pacer<T> {
    /// An empty one.
    pub fn new(target_bps: u32) -> Pacer<T> {
        let target_bps = f64::from(target_bps);
        Pacer {
            repeats: VecDeque::new(),
            media: VecDeque::new(),
            bulk: VecDeque::new(),
            padding: VecDeque::new(),
            target_bps,
            padding_bps: target_bps,
            as_of: None,
            burst_bits: burst_bits(target_bps),
            spread_bits: BURST_BITS_MIN,
            bulk_bits: 0.0,
            padding_bits: 0.0,
            refusing: false,
            in_frame: false,
            refused_frames: 0,
        }
    }

    /// What the line takes now.
    pub fn target(&mut self, now: Instant, target_bps: u32) {
        self.earn(now);
        self.target_bps = f64::from(target_bps.max(1));
    }

    /// A packet of a frame. A frame is taken whole or refused whole, when it begins.
    pub fn media(&mut self, bytes: usize, ends_frame: bool, item: T) -> Result<(), Refused<T>> {
        if !std::mem::replace(&mut self.in_frame, !ends_frame) {
            let frames = self.media.iter().filter(|item| item.ends_frame).count();
            self.refusing = frames >= FRAMES_MAX && self.time_for(sum(&self.media)) > QUEUE_MAX;
            self.refused_frames += u64::from(self.refusing);
        }
        if self.refusing {
            return Err(Refused(item));
        }
        self.media.push_back(Item { bytes, due: None, ends_frame, item });
        Ok(())
    }

    /// A packet again, at `due` or later.
    pub fn repeat(&mut self, bytes: usize, due: Instant, item: T) {
        self.repeats.push_back(Item { bytes, due: Some(due), ends_frame: false, item });
    }

    /// What may take its time.
    pub fn bulk(&mut self, bytes: usize, item: T) -> Result<(), Refused<T>> {
        if !self.bulk.is_empty() && self.time_for(sum(&self.bulk) + bytes) > BULK_QUEUE_MAX {
            return Err(Refused(item));
        }
        self.bulk.push_back(Item { bytes, due: None, ends_frame: false, item });
        Ok(())
    }

    /// The packets of a probe, each with its bytes. Those of a former one that did not leave are dropped.
    pub fn pad(&mut self, now: Instant, probe: &Probe, items: impl IntoIterator<Item = (usize, T)>) {
        self.earn(now);
        self.padding.clear();
        self.padding_bps = probe.rate_bps();
        self.padding_bits = 0.0;
        self.padding.extend(items.into_iter().map(|(bytes, item)| Item { bytes, due: None, ends_frame: false, item }));
    }

    /// Bulk that waits is not wanted any more: something moves.
    pub fn cancel_bulk(&mut self) {
        self.bulk.clear();
    }

    /// Nothing of the media that waits is wanted any more: a keyframe comes.
    pub fn cancel_media(&mut self) {
        self.media.clear();
        self.refusing = false;
    }

    /// The next item that leaves now, if any.
    pub fn pop(&mut self, now: Instant) -> Option<(Kind, usize, T)> {
        self.earn(now);
        let debt_max = burst_bits(self.target_bps);
        if self.burst_bits > -debt_max
            && let Some(index) = self.repeats.iter().position(|item| item.due.is_none_or(|due| due <= now))
            && let Some(item) = self.repeats.remove(index)
        {
            return Some(self.leave(Kind::Repeat, item));
        }
        let may_leave = self.burst_bits > 0.0 && self.spread_bits > 0.0;
        if may_leave && let Some(item) = self.media.pop_front() {
            return Some(self.leave(Kind::Media, item));
        }
        if may_leave
            && self.media.is_empty()
            && self.bulk_bits > 0.0
            && let Some(item) = self.bulk.pop_front()
        {
            return Some(self.leave(Kind::Bulk, item));
        }
        if self.media.is_empty()
            && self.padding_bits >= 0.0
            && let Some(item) = self.padding.pop_front()
        {
            return Some(self.leave(Kind::Padding, item));
        }
        None
    }

    /// When to ask [`Pacer::pop`] again, once it had nothing at `now`; later than `now`.
    pub fn next_at(&self, now: Instant) -> Option<Instant> {
        let pace_bps = PACE * self.target_bps;
        let after = |debt_bits: f64, bps: f64| now + Duration::from_secs_f64((debt_bits.max(0.0) / bps).min(10.0));
        let debt_max = burst_bits(self.target_bps);
        let repeat = self.repeats.iter().filter_map(|item| item.due).min();
        let repeat = repeat.map(|due| due.max(after(-debt_max - self.burst_bits, pace_bps)));
        let burst = after(-self.burst_bits, pace_bps).max(after(-self.spread_bits, self.spread_bps()));
        let media = (!self.media.is_empty()).then_some(burst);
        let bulk = (!self.bulk.is_empty()).then(|| burst.max(after(-self.bulk_bits, self.target_bps)));
        let padding = (!self.padding.is_empty()).then(|| after(-self.padding_bits, self.padding_bps));
        let soonest = [repeat, media, bulk, padding].into_iter().flatten().min()?;
        Some(soonest.max(now + TICK))
    }

    /// Bytes of media and repeats that wait.
    pub fn waiting_bytes(&self) -> usize {
        sum(&self.media) + sum(&self.repeats)
    }

    /// How long they take at the target.
    pub fn queue(&self) -> Duration {
        self.time_for(self.waiting_bytes())
    }

    /// Frames that were refused so far.
    pub fn refused_frames(&self) -> u64 {
        self.refused_frames
    }

    fn leave(&mut self, kind: Kind, item: Item<T>) -> (Kind, usize, T) {
        let bits = item.bytes as f64 * 8.0;
        if kind == Kind::Padding {
            self.padding_bits -= bits;
        } else {
            self.burst_bits -= bits;
            self.spread_bits -= bits;
            // What media takes is not there for bulk; but a debt of long ago is forgotten.
            self.bulk_bits = (self.bulk_bits - bits).max(-self.target_bps * QUEUE_MAX.as_secs_f64());
        }
        (kind, item.bytes, item.item)
    }

    fn earn(&mut self, now: Instant) {
        let passed = self.as_of.replace(now).map_or(Duration::ZERO, |at| now.saturating_duration_since(at));
        let seconds = passed.as_secs_f64();
        self.burst_bits = (self.burst_bits + PACE * self.target_bps * seconds).min(burst_bits(self.target_bps));
        let spread_most = (self.spread_bps() * LATE.as_secs_f64()).max(BURST_BITS_MIN);
        self.spread_bits = (self.spread_bits + self.spread_bps() * seconds).min(spread_most);
        self.bulk_bits = (self.bulk_bits + self.target_bps * seconds).min(BURST_BITS_MIN);
        self.padding_bits = (self.padding_bits + self.padding_bps * seconds).min(self.padding_bps * LATE.as_secs_f64());
    }

    fn spread_bps(&self) -> f64 {
        burst_bits(self.target_bps) / BURST_SPREAD.as_secs_f64()
    }

    fn time_for(&self, bytes: usize) -> Duration {
        Duration::from_secs_f64(bytes as f64 * 8.0 / self.target_bps)
    }
}

fn burst_bits(target_bps: f64) -> f64 {
    (target_bps * BURST.as_secs_f64()).max(BURST_BITS_MIN)
}

fn sum<T>(items: &VecDeque<Item<T>>) -> usize {
    items.iter().map(|item| item.bytes).sum()
}

#[cfg(test)]
mod tests;
