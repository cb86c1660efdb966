//! [`Stage`]: where the encoder thread and the viewers meet.

use crate::budget::{Budget, Claim};
use crate::counters::Counters;
use crate::packets::{MediaFrame, Medium};
use heliograph_line::Line;
use heliograph_ring::FrameWaker;
use heliograph_wire::ViewerId;
use heliograph_wire::link::TierStats;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, watch};

/// Frames that wait for one viewer. They wait for its task to be scheduled, not for its line, so more means that the
/// task stands still: then everything up to the next keyframe is dropped.
const WAITING_FRAMES_MAX: usize = 8;
/// With such a backlog a viewer is left out while others are served, until its line is free and a keyframe comes.
const LEFT_BEHIND: Duration = Duration::from_millis(500);

/// Locks; a panic elsewhere does not make the data worse than it is.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A line that the viewer's transport keeps up to date.
pub(crate) type SharedLine = Arc<Mutex<Line>>;

/// One carrier of one viewer, from [`Stage::join`] to [`Stage::leave`]. A viewer has two for a moment when a better one is
/// taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct WatcherKey(pub(crate) u64);

/// One encode that is made for some of the watchers. Never given out twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct TierId(pub(crate) u64);

/// See the module. Everything here is locked for moments only; nothing is sent or awaited under a lock.
pub(crate) struct Stage {
    watchers: Mutex<Vec<Watcher>>,
    next_key: AtomicU64,
    budget: Mutex<Budget>,
    /// Who steers.
    active: Mutex<Option<ViewerId>>,
    /// As [`Budget`] says it; 0: unknown.
    upload_bps: AtomicU32,
    /// The encodes as they are, the best first, with their ids.
    tiers: Mutex<Vec<(TierId, TierStats)>>,
    ending: AtomicBool,
    /// Turns of the encoder's loop: grows at least every few seconds while that thread lives.
    turns: AtomicU64,
    waker: FrameWaker,
    alarm: watch::Sender<Option<Instant>>,
    /// A sentence for all viewers, e.g. why there is no picture.
    notice: watch::Sender<Option<Arc<str>>>,
    pub(crate) counters: Arc<Counters>,
}

#[derive(Debug)]
struct Watcher {
    key: WatcherKey,
    viewer: ViewerId,
    medium: Medium,
    frames: mpsc::Sender<Arc<MediaFrame>>,
    line: SharedLine,
    /// Its share of the upload, in bits a second, as it was last shared out.
    allotted_bps: u32,
    /// None of the tiers yet.
    tier: Option<TierId>,
    /// It can use nothing before one.
    needs_keyframe: bool,
    /// One was asked for and not yet ordered.
    wants_keyframe: bool,
}

/// What the encoder thread must know of a watcher.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Demand {
    pub(crate) key: WatcherKey,
    pub(crate) medium: Medium,
    pub(crate) tier: Option<TierId>,
    /// What may be sent to it, in bits a second: what its line takes, and the upload allows.
    pub(crate) target_bps: u32,
    /// It wants a keyframe. Said once.
    pub(crate) wants_keyframe: bool,
}

/// How a viewer is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Figures {
    pub(crate) viewer: ViewerId,
    /// Zero until it is known.
    pub(crate) round_trip: Duration,
    /// All that was ever sent to it.
    pub(crate) sent_bytes: u64,
    /// Which of [`Stage::tiers`] it gets.
    pub(crate) tier: Option<u32>,
}

impl Stage {
    /// `waker` ends the encoder thread's wait. `upload_bps`: what all viewers together may be sent, if the host said so.
    pub(crate) fn new(waker: FrameWaker, counters: Arc<Counters>, upload_bps: Option<u32>) -> Stage {
        Stage {
            watchers: Mutex::default(),
            next_key: AtomicU64::new(0),
            budget: Mutex::new(Budget::new(upload_bps)),
            active: Mutex::default(),
            upload_bps: AtomicU32::new(upload_bps.unwrap_or(0)),
            tiers: Mutex::default(),
            ending: AtomicBool::new(false),
            turns: AtomicU64::new(0),
            waker,
            alarm: watch::Sender::new(None),
            notice: watch::Sender::new(None),
            counters,
        }
    }

    // What viewers call.

    /// A viewer's media flow from here on, beginning with a keyframe. The queue is bounded; see [`WAITING_FRAMES_MAX`].
    pub(crate) fn join(
        &self,
        viewer: ViewerId,
        line: SharedLine,
        medium: Medium,
    ) -> (WatcherKey, mpsc::Receiver<Arc<MediaFrame>>) {
        let (frames, receiver) = mpsc::channel(WAITING_FRAMES_MAX);
        let key = WatcherKey(self.next_key.fetch_add(1, Ordering::Relaxed));
        let allotted_bps = lock(&line).target_bps();
        let (tier, needs_keyframe, wants_keyframe) = (None, true, true);
        lock(&self.watchers).push(Watcher {
            key,
            viewer,
            medium,
            frames,
            line,
            allotted_bps,
            tier,
            needs_keyframe,
            wants_keyframe,
        });
        self.waker.wake();
        (key, receiver)
    }

    /// One of a viewer's carriers gets nothing more.
    pub(crate) fn leave(&self, key: WatcherKey) {
        lock(&self.watchers).retain(|watcher| watcher.key != key);
        self.waker.wake();
    }

    /// A viewer is gone.
    pub(crate) fn leave_all(&self, viewer: ViewerId) {
        lock(&self.watchers).retain(|watcher| watcher.viewer != viewer);
        self.waker.wake();
    }

    /// A viewer cannot decode what it gets. However often this is said, keyframes come at most twice a second.
    pub(crate) fn want_keyframe(&self, viewer: ViewerId) {
        let mut news = false;
        for watcher in lock(&self.watchers).iter_mut().filter(|watcher| watcher.viewer == viewer) {
            news |= !std::mem::replace(&mut watcher.wants_keyframe, true);
        }
        if news {
            self.waker.wake();
        }
    }

    /// One of a viewer's carriers' share of the host's upload at present, in bits a second; none while that is not known to be
    /// too small for all.
    pub(crate) fn allotted_bps(&self, key: WatcherKey) -> Option<u32> {
        // Without a budget everyone has what its own line is taken to carry, which is little where little was sent.
        if self.upload_bps.load(Ordering::Relaxed) == 0 {
            return None;
        }
        lock(&self.watchers).iter().find(|watcher| watcher.key == key).map(|watcher| watcher.allotted_bps)
    }

    /// Who steers comes first when the host's line does not suffice for all.
    pub(crate) fn set_active(&self, viewer: Option<ViewerId>) {
        *lock(&self.active) = viewer;
    }

    /// Sentences for all viewers as they come up.
    pub(crate) fn notices(&self) -> watch::Receiver<Option<Arc<str>>> {
        self.notice.subscribe()
    }

    /// For each viewer; of two carriers the newer one counts.
    pub(crate) fn figures(&self) -> Vec<Figures> {
        let tiers = lock(&self.tiers);
        let number = |id: TierId| tiers.iter().position(|(known, _)| *known == id).map(|index| index as u32);
        let mut all: Vec<Figures> = Vec::new();
        for watcher in lock(&self.watchers).iter() {
            let line = lock(&watcher.line);
            let (round_trip, sent_bytes) = (line.round_trip(), line.sent_bytes());
            let figures =
                Figures { viewer: watcher.viewer, round_trip, sent_bytes, tier: watcher.tier.and_then(number) };
            match all.iter_mut().find(|known| known.viewer == watcher.viewer) {
                Some(known) => *known = Figures { sent_bytes: known.sent_bytes + sent_bytes, ..figures },
                None => all.push(figures),
            }
        }
        all
    }

    /// How many viewers get media.
    pub(crate) fn watching(&self) -> usize {
        let mut viewers: Vec<ViewerId> = lock(&self.watchers).iter().map(|watcher| watcher.viewer).collect();
        viewers.sort_unstable_by_key(|viewer| viewer.0);
        viewers.dedup();
        viewers.len()
    }

    /// The encodes as they are, the best first.
    pub(crate) fn tiers(&self) -> Vec<TierStats> {
        lock(&self.tiers).iter().map(|(_, stats)| stats.clone()).collect()
    }

    /// What all viewers together may be sent, in bits a second; 0 while that is neither told nor found.
    pub(crate) fn upload_bps(&self) -> u32 {
        self.upload_bps.load(Ordering::Relaxed)
    }

    // What the encoder thread calls.

    /// One turn of the loop.
    pub(crate) fn turn(&self) {
        // Relaxed: the number itself is the message.
        self.turns.fetch_add(1, Ordering::Relaxed);
    }

    /// What every watcher can be sent, and wants. Shares out the upload.
    pub(crate) fn demands(&self, now: Instant) -> Vec<Demand> {
        let active = *lock(&self.active);
        let mut watchers = lock(&self.watchers);
        let mut claims = Vec::with_capacity(watchers.len());
        for watcher in watchers.iter() {
            let mut line = lock(&watcher.line);
            claims.push(Claim {
                key: watcher.key,
                target_bps: line.target_bps(),
                sent_bps: line.acknowledged_bps() as u32,
                congested: !line.backlog(now).is_zero(),
                active: Some(watcher.viewer) == active,
            });
        }
        let (allotted_bps, upload_bps) = {
            let mut budget = lock(&self.budget);
            (budget.share_out(&claims, now), budget.upload_bps())
        };
        self.upload_bps.store(upload_bps.unwrap_or(0), Ordering::Relaxed);
        let demand = |(watcher, target_bps): (&mut Watcher, u32)| {
            watcher.allotted_bps = target_bps;
            Demand {
                key: watcher.key,
                medium: watcher.medium,
                tier: watcher.tier,
                target_bps,
                wants_keyframe: std::mem::take(&mut watcher.wants_keyframe),
            }
        };
        watchers.iter_mut().zip(allotted_bps).map(demand).collect()
    }

    /// A watcher gets its frames from this tier from now on, beginning with a keyframe.
    pub(crate) fn place(&self, key: WatcherKey, tier: TierId) {
        if let Some(watcher) = lock(&self.watchers).iter_mut().find(|watcher| watcher.key == key)
            && watcher.tier != Some(tier)
        {
            watcher.tier = Some(tier);
            watcher.needs_keyframe = true;
        }
    }

    /// What more would make a tier's pictures better, in bits a second; `None`: as much as there is.
    pub(crate) fn want(&self, tier: TierId, want_bps: Option<u32>) {
        for watcher in lock(&self.watchers).iter().filter(|watcher| watcher.tier == Some(tier)) {
            lock(&watcher.line).want_bps(want_bps);
        }
    }

    /// Whether none of a tier's lines takes a frame of `frame_bytes` at present.
    pub(crate) fn is_blocked(&self, tier: TierId, now: Instant, frame_bytes: usize) -> bool {
        let watchers = lock(&self.watchers);
        let mut lines = watchers.iter().filter(|watcher| watcher.tier == Some(tier)).map(|watcher| &watcher.line);
        lines.all(|line| lock(line).is_blocked(now, frame_bytes))
    }

    /// Gives a frame to every watcher of its tier who can use it. Who cannot go on without a keyframe wants one.
    pub(crate) fn deliver(&self, tier: TierId, frame: &Arc<MediaFrame>, now: Instant) {
        for watcher in lock(&self.watchers).iter_mut().filter(|watcher| watcher.tier == Some(tier)) {
            let (backlog, is_blocked) = {
                let mut line = lock(&watcher.line);
                (line.backlog(now), frame.medium == Medium::Jpeg && line.is_blocked(now, frame.file.len()))
            };
            // Of pictures that need no other, any can be left out.
            let left_out = is_blocked || if watcher.needs_keyframe { !frame.keyframe } else { backlog > LEFT_BEHIND };
            let sent = !left_out && watcher.frames.try_send(Arc::clone(frame)).is_ok();
            if !sent && !watcher.needs_keyframe {
                self.counters.frame_dropped();
            }
            watcher.needs_keyframe = !sent && frame.medium == Medium::H264;
            watcher.wants_keyframe |= watcher.needs_keyframe && backlog < LEFT_BEHIND;
        }
    }

    /// What the encodes are now, the best first.
    pub(crate) fn show_tiers(&self, tiers: Vec<(TierId, TierStats)>) {
        *lock(&self.tiers) = tiers;
    }

    /// Wakes the encoder thread at a moment, unless it says otherwise before.
    pub(crate) fn wake_at(&self, at: Option<Instant>) {
        self.alarm.send_if_modified(|current| std::mem::replace(current, at) != at);
    }

    /// Tells all viewers something; `None` when it is over.
    pub(crate) fn tell(&self, notice: Option<&str>) {
        self.notice.send_if_modified(|current| {
            let changed = current.as_deref() != notice;
            *current = notice.map(Arc::from);
            changed
        });
    }

    /// Whether to stop.
    pub(crate) fn is_ending(&self) -> bool {
        self.ending.load(Ordering::Relaxed)
    }

    // What the driver calls.

    /// Ends the encoder thread.
    pub(crate) fn end(&self) {
        self.ending.store(true, Ordering::Relaxed);
        self.waker.wake();
    }

    /// Turns of the encoder's loop so far.
    pub(crate) fn turns(&self) -> u64 {
        self.turns.load(Ordering::Relaxed)
    }

    /// Runs [`Stage::wake_at`]; the encoder thread's own waits are whole seconds.
    pub(crate) async fn run_alarm(&self) {
        let mut alarm = self.alarm.subscribe();
        loop {
            let at = *alarm.borrow_and_update();
            tokio::select! {
                changed = alarm.changed() => if changed.is_err() { return },
                () = sleep_until(at) => {
                    self.alarm.send_if_modified(|current| *current == at && current.take().is_some());
                    self.waker.wake();
                }
            }
        }
    }
}

async fn sleep_until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_viewer_has_a_share_once_there_is_a_budget() {
        for (upload_bps, share) in [(None, None), (Some(700_000), Some(700_000))] {
            let (_host, numbers) = crate::testing::ring(64, 64);
            let ring = heliograph_ring::attach(numbers).unwrap();
            let stage = Stage::new(ring.frames.waker(), Arc::default(), upload_bps);
            let line = Arc::new(Mutex::new(Line::new(900_000)));
            let (key, _frames) = stage.join(ViewerId(1), line, Medium::H264);
            assert_eq!(stage.demands(Instant::now())[0].target_bps, share.unwrap_or(900_000));
            assert_eq!(stage.allotted_bps(key), share);
        }
    }
}
