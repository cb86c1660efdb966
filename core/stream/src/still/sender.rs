//! [`StillSender`]: what of a still picture to send to one viewer now. No clock, no socket.
//!
//! A still picture must never be in the way: a new frame finds at most [`QUEUE_MAX`] of it before itself, because tiles
//! leave at the pace of the line's estimate and no more is on its way, beyond what the round trip explains, than the
//! line takes in that time. Nothing is sent while video or anything else waits in the line.

use super::shop::Still;
use heliograph_wire::media::Header;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What a still picture may queue in a line. A slow line takes longer for one tile.
const QUEUE_MAX: Duration = Duration::from_millis(50);
/// Times the line's estimate, which is low where little was sent: what is on its way is bounded, so a line that carries no more
/// answers later, and nothing queues for it.
const PACE: f64 = 2.0;
/// Times the viewer's share of the host's upload, at most: others wait for what goes beyond it.
const SHARE_PACE: f64 = 1.15;
/// What has come is counted over so long, and says what the line carries once it spans so much.
const CAME_WINDOW: Duration = Duration::from_millis(250);
const CAME_SPAN: Duration = Duration::from_millis(50);
/// Tiles that may be on their way to however slow a viewer.
const TILES_MIN: usize = 2;
/// How soon to look again whether a busy line is free.
const BUSY_RETRY: Duration = Duration::from_millis(10);
/// What lower layers add to a message: SCTP, DTLS, UDP and IP, or TLS and TCP.
const OVERHEAD_BYTES: usize = 80;

/// What is known of a viewer's line at a moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LineNow {
    /// What to send, in bits a second.
    pub(crate) target_bps: u32,
    /// What may be sent at most: the viewer's share of the host's upload.
    pub(crate) most_bps: u32,
    /// The least, lately: one that has grown by a queue would let the queue grow.
    pub(crate) round_trip: Duration,
    /// How long the line needs for what is on its way in it, beyond what the round trip explains, still pictures aside.
    pub(crate) backlog: Duration,
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct StillSender {
    /// Counts the viewer's still pictures.
    number: u32,
    still: Option<Arc<Still>>,
    /// How many tiles the picture has, once its beginning was sent.
    begun: Option<u16>,
    /// The end of the picture before, to be said.
    over: Option<(u32, u32)>,
    sent_tiles: u16,
    taken_tiles: u16,
    /// When each tile left that is on its way, and its bytes.
    on_its_way: VecDeque<(Instant, usize)>,
    /// The least time from a tile's departure to the viewer's word that it has come.
    least_answer: Option<Duration>,
    /// What the viewer said to have, and when it did.
    came: VecDeque<(Instant, usize)>,
    /// Before this, the pace allows nothing.
    paced_until: Option<Instant>,
    /// When to look again; `None` when something else will wake the viewer's task.
    deadline: Option<Instant>,
}

impl StillSender {
    /// What rests may have changed; told the same again, nothing happens. `moved_rtp_timestamp` is that of
    /// [`super::Rest`].
    pub(crate) fn changed(&mut self, still: Option<Arc<Still>>, moved_rtp_timestamp: u32) {
        let is_same = match (&self.still, &still) {
            (Some(old), Some(new)) => Arc::ptr_eq(old, new),
            (None, None) => true,
            _ => false,
        };
        if is_same {
            return;
        }
        if self.begun.take().is_some() {
            self.over = Some((self.number, moved_rtp_timestamp));
        }
        if still.is_some() {
            self.number = self.number.wrapping_add(1);
        }
        self.still = still;
        (self.sent_tiles, self.taken_tiles) = (0, 0);
        self.on_its_way.clear();
        self.came.clear();
    }

    /// The carrier is another one: what was on its way may be lost, so the picture begins anew.
    pub(crate) fn restart(&mut self) {
        self.least_answer = None;
        let still = self.still.take();
        self.begun = None;
        self.changed(still, 0);
    }

    /// The next message to send now, if any; then ask again. Call it after everything that was told here, and at the
    /// [`StillSender::deadline`].
    pub(crate) fn poll(&mut self, now: Instant, line: &LineNow) -> Option<Vec<u8>> {
        self.deadline = None;
        if let Some((still, rtp_timestamp)) = self.over.take() {
            return Some(Header::StillOver { still, rtp_timestamp }.encode(&[]));
        }
        let still = Arc::clone(self.still.as_ref()?);
        if self.begun.is_some_and(|tiles| self.sent_tiles >= tiles) || !self.has_room(line) {
            return None;
        }
        if line.backlog > QUEUE_MAX / 2 {
            self.deadline = Some(now + BUSY_RETRY);
            return None;
        }
        if let Some(until) = self.paced_until.filter(|until| *until > now) {
            self.deadline = Some(until);
            return None;
        }
        let message = match self.begun {
            None => self.begin(&still)?,
            Some(_) => self.next_tile(now, &still)?,
        };
        let bits = 8.0 * (message.len() + OVERHEAD_BYTES) as f64;
        let pace_bps = (PACE * self.rate_bps(line)).min(SHARE_PACE * f64::from(line.most_bps)).max(1.0);
        let takes = Duration::from_secs_f64(bits / pace_bps);
        // A little may be caught up on: timers are late by a millisecond or two.
        let began = self.paced_until.map_or(now, |until| until.max(now.checked_sub(BUSY_RETRY / 2).unwrap_or(now)));
        self.paced_until = Some(began + takes);
        Some(message)
    }

    /// When to call [`StillSender::poll`] again, if nothing is told before.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// The viewer has so many tiles of one of its still pictures.
    pub(crate) fn taken(&mut self, now: Instant, number: u32, tiles: u32) {
        if number != self.number || self.begun.is_none() {
            return;
        }
        let tiles = u16::try_from(tiles).unwrap_or(u16::MAX).min(self.sent_tiles);
        let mut bytes = 0;
        while self.taken_tiles < tiles {
            self.taken_tiles += 1;
            let Some((left, its)) = self.on_its_way.pop_front() else { break };
            bytes += its;
            let answer = now.saturating_duration_since(left);
            self.least_answer = Some(self.least_answer.map_or(answer, |least| least.min(answer)));
        }
        self.came.push_back((now, bytes));
        while self.came.front().is_some_and(|(at, _)| now.saturating_duration_since(*at) > CAME_WINDOW) {
            self.came.pop_front();
        }
    }

    /// Whether the viewer has every pixel of what rests.
    pub(crate) fn is_exact(&self) -> bool {
        self.begun.is_some_and(|tiles| self.taken_tiles == tiles)
    }

    /// What the line carries: the estimate of what moved, which knows little of a line that little was sent over, or what has
    /// come of the picture, if that is more.
    fn rate_bps(&self, line: &LineNow) -> f64 {
        let (target_bps, most_bps) = (f64::from(line.target_bps), f64::from(line.most_bps));
        let (Some((first, _)), Some((last, _))) = (self.came.front(), self.came.back()) else { return target_bps };
        let span = last.saturating_duration_since(*first);
        if span < CAME_SPAN {
            return target_bps;
        }
        // The first came over the time before it.
        let bytes: usize = self.came.iter().skip(1).map(|(_, bytes)| bytes).sum();
        target_bps.max((8.0 * bytes as f64 / span.as_secs_f64()).min(most_bps))
    }

    fn has_room(&self, line: &LineNow) -> bool {
        let bytes: usize = self.on_its_way.iter().map(|(_, bytes)| bytes).sum();
        // Pages do not answer at once, which is no queue of the line's.
        let round_trip = self.least_answer.map_or(line.round_trip, |least| least.max(line.round_trip));
        let window = (round_trip + QUEUE_MAX).as_secs_f64() * self.rate_bps(line) / 8.0;
        self.on_its_way.len() < TILES_MIN || (bytes as f64) < window
    }

    fn begin(&mut self, still: &Still) -> Option<Vec<u8>> {
        let (head, tiles) = still.head()?;
        self.begun = Some(tiles);
        let Still { width, height, rtp_timestamp, .. } = *still;
        Some(Header::StillBegin { tiles, still: self.number, rtp_timestamp, width, height }.encode(&head))
    }

    fn next_tile(&mut self, now: Instant, still: &Still) -> Option<Vec<u8>> {
        let index = self.sent_tiles;
        let encoded = still.tile(index)?;
        let (tile, bytes) = &*encoded;
        let (x, y, width, height) = (tile.x, tile.y, tile.width, tile.height);
        let message = Header::StillTile { index, still: self.number, x, y, width, height }.encode(bytes);
        self.sent_tiles += 1;
        self.on_its_way.push_back((now, message.len() + OVERHEAD_BYTES));
        Some(message)
    }
}
