//! [`Stage`]: where the encoder thread and the viewers meet.

use crate::counters::Counters;
use crate::line::{LineModel, common_target_bps};
use crate::packets::MediaFrame;
use heliograph_ring::FrameWaker;
use heliograph_wire::{Rung, ViewerId};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
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
pub(crate) type SharedLine = Arc<Mutex<LineModel>>;

/// See the module. Everything here is locked for moments only; nothing is sent or awaited under a lock.
#[derive(Debug)]
pub(crate) struct Stage {
    watchers: Mutex<Vec<Watcher>>,
    next_key: AtomicU64,
    rungs: Mutex<HashMap<ViewerId, Rung>>,
    keyframe_wanted: AtomicBool,
    ending: AtomicBool,
    /// Turns of the encoder's loop: grows at least every few seconds while that thread lives.
    turns: AtomicU64,
    waker: FrameWaker,
    alarm: watch::Sender<Option<Instant>>,
    /// A sentence for all viewers, e.g. why there is no picture.
    notice: watch::Sender<Option<Arc<str>>>,
    pub(crate) counters: Arc<Counters>,
}

/// What a transport carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Medium {
    /// H.264 access units.
    H264,
    /// JPEG files.
    Jpeg,
}

/// A viewer's place before the stage.
#[derive(Debug)]
pub(crate) struct Seat {
    pub(crate) key: u64,
    /// The queue is bounded; see [`WAITING_FRAMES_MAX`].
    pub(crate) frames: mpsc::Receiver<Arc<MediaFrame>>,
}

#[derive(Debug)]
struct Watcher {
    key: u64,
    viewer: ViewerId,
    frames: mpsc::Sender<Arc<MediaFrame>>,
    line: SharedLine,
    needs_keyframe: bool,
}

impl Stage {
    /// `waker` ends the encoder thread's wait.
    pub(crate) fn new(waker: FrameWaker, counters: Arc<Counters>) -> Stage {
        Stage {
            watchers: Mutex::default(),
            next_key: AtomicU64::new(0),
            rungs: Mutex::default(),
            keyframe_wanted: AtomicBool::new(false),
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
    pub(crate) fn join(&self, viewer: ViewerId, line: SharedLine, _medium: Medium) -> Seat {
        let (frames, receiver) = mpsc::channel(WAITING_FRAMES_MAX);
        let key = self.next_key.fetch_add(1, Ordering::Relaxed);
        lock(&self.watchers).push(Watcher { key, viewer, frames, line, needs_keyframe: true });
        self.want_keyframe(viewer);
        Seat { key, frames: receiver }
    }

    /// A seat is left.
    pub(crate) fn leave(&self, key: u64) {
        lock(&self.watchers).retain(|watcher| watcher.key != key);
        self.waker.wake();
    }

    /// A viewer is gone.
    pub(crate) fn forget(&self, viewer: ViewerId) {
        lock(&self.watchers).retain(|watcher| watcher.viewer != viewer);
        lock(&self.rungs).remove(&viewer);
        self.waker.wake();
    }

    /// A viewer's page shows what comes by this rung.
    pub(crate) fn on_rung(&self, viewer: ViewerId, rung: Rung) {
        lock(&self.rungs).insert(viewer, rung);
    }

    /// By which rung a viewer's page shows the picture.
    pub(crate) fn rung(&self, viewer: ViewerId) -> Option<Rung> {
        lock(&self.rungs).get(&viewer).copied()
    }

    /// A viewer cannot decode what it gets. However often this is said, keyframes come at most twice a second.
    pub(crate) fn want_keyframe(&self, _viewer: ViewerId) {
        // Release, Acquire in `take_keyframe_wish`: whoever joined before this is seen by the encoder with the wish.
        if !self.keyframe_wanted.swap(true, Ordering::Release) {
            self.waker.wake();
        }
    }

    /// Sentences for all viewers as they come up.
    pub(crate) fn notices(&self) -> watch::Receiver<Option<Arc<str>>> {
        self.notice.subscribe()
    }

    /// For each viewer: the round trip, once it is known, and all bytes that were sent.
    pub(crate) fn figures(&self) -> Vec<(ViewerId, Duration, u64)> {
        let figures = |watcher: &Watcher| {
            let line = lock(&watcher.line);
            (watcher.viewer, line.round_trip(), line.sent_bytes())
        };
        lock(&self.watchers).iter().map(figures).collect()
    }

    /// How many get media.
    pub(crate) fn watching(&self) -> usize {
        lock(&self.watchers).len()
    }

    // What the encoder thread calls.

    /// One turn of the loop.
    pub(crate) fn turn(&self) {
        // Relaxed: the number itself is the message.
        self.turns.fetch_add(1, Ordering::Relaxed);
    }

    /// Takes the wish for a keyframe.
    pub(crate) fn take_keyframe_wish(&self) -> bool {
        self.keyframe_wanted.swap(false, Ordering::Acquire)
    }

    /// What the encoder should spend, in bits a second, and whether no line takes a frame of `frame_bytes` at present.
    pub(crate) fn lines(&self, now: Instant, frame_bytes: usize) -> (u32, bool) {
        let watchers = lock(&self.watchers);
        let mut blocked = !watchers.is_empty();
        let target_bps = common_target_bps(watchers.iter().map(|watcher| {
            let mut line = lock(&watcher.line);
            blocked &= line.is_blocked(now, frame_bytes);
            line.target_bps()
        }));
        (target_bps, blocked)
    }

    /// Gives a frame to every viewer who can use it.
    pub(crate) fn deliver(&self, frame: &Arc<MediaFrame>, now: Instant) {
        let mut keyframe_wanted = false;
        for watcher in lock(&self.watchers).iter_mut() {
            let backlog = lock(&watcher.line).backlog(now);
            let left_out = if watcher.needs_keyframe { !frame.keyframe } else { backlog > LEFT_BEHIND };
            let sent = !left_out && watcher.frames.try_send(Arc::clone(frame)).is_ok();
            if !sent && !watcher.needs_keyframe {
                self.counters.frame_dropped();
            }
            watcher.needs_keyframe = !sent;
            keyframe_wanted |= !sent && backlog < LEFT_BEHIND;
        }
        if keyframe_wanted {
            self.keyframe_wanted.store(true, Ordering::Release);
        }
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
