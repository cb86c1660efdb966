//! [`Cadence`]: when to encode what. A state machine; the clock is an argument.
//!
//! - A new picture is encoded at once, but at most so many times a second as told; of several, the newest.
//! - After the last change the same picture is encoded again a few times, each time finer. Then a still scene costs next
//!   to nothing: an all but empty picture every [`KEEP_INTERVAL`], because a browser that gets none for three seconds
//!   takes it for loss and asks for a keyframe, again and again.
//! - A keyframe is made for who needs one, at most one every [`KEYFRAME_INTERVAL`], whoever asks and however often.
//! - While no viewer's line takes more, nothing is encoded: what waits is the newest picture, not a queue.

use std::time::{Duration, Instant};

/// Frames a second: faster than most screens show.
const FRAME_RATE_MAX: u32 = 60;
/// The least time between two keyframes.
pub(crate) const KEYFRAME_INTERVAL: Duration = Duration::from_millis(500);
/// Of the interval between frames so much must have passed, so that jitter leaves none out.
const INTERVAL_SHARE: f64 = 0.9;
/// When a picture is refined, after its last change.
const REFINE_AFTER_MS: [u64; 6] = [60, 120, 180, 240, 320, 400];
/// The least time from one refinement to the next when they are late.
const REFINE_INTERVAL_MIN: Duration = Duration::from_millis(40);
/// How often a still picture is sent again; libwebrtc asks for a keyframe after 3 s (`kMaxWaitForFrame`).
const KEEP_INTERVAL: Duration = Duration::from_millis(2_500);
/// How soon to look again whether a line is free.
const BLOCKED_RETRY: Duration = Duration::from_millis(5);

/// What to do now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// Encode a picture, then report it with [`Cadence::encoded`].
    Encode(Order),
    /// Nothing until then, or until something happens.
    Wait(Option<Instant>),
}

/// What to encode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Order {
    /// The newest frame; otherwise the same picture again.
    pub(crate) fresh: bool,
    /// As a keyframe.
    pub(crate) keyframe: bool,
    pub(crate) effort: Effort,
}

/// How much to spend on a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effort {
    /// Its share of the bitrate.
    Normal,
    /// More: nothing else is to be sent soon.
    Refine,
    /// As little as possible: it only says that nothing has changed.
    Keep,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Cadence {
    /// From one frame to the next at least.
    interval: Duration,
    /// There is a picture at all.
    has_picture: bool,
    /// The newest frame was not encoded yet.
    fresh: bool,
    keyframe_wanted: bool,
    last_encode: Option<Instant>,
    last_keyframe: Option<Instant>,
    /// The last change, and how many refinements it has had.
    refining: Option<(Instant, usize)>,
}

impl Default for Cadence {
    fn default() -> Cadence {
        Cadence {
            interval: interval(FRAME_RATE_MAX),
            has_picture: false,
            fresh: false,
            keyframe_wanted: false,
            last_encode: None,
            last_keyframe: None,
            refining: None,
        }
    }
}

fn interval(frame_rate: u32) -> Duration {
    Duration::from_secs_f64(INTERVAL_SHARE / f64::from(frame_rate.clamp(1, FRAME_RATE_MAX)))
}

impl Cadence {
    /// So many frames a second.
    pub(crate) fn at_most(&mut self, frame_rate: u32) {
        self.interval = interval(frame_rate);
    }

    /// A new frame came.
    pub(crate) fn frame(&mut self) {
        self.has_picture = true;
        self.fresh = true;
    }

    /// Someone cannot decode without a keyframe.
    pub(crate) fn want_keyframe(&mut self) {
        self.keyframe_wanted = true;
    }

    /// What to do; `is_blocked` says whether no viewer's line takes more at present. It is asked only when something is due.
    pub(crate) fn next(&self, now: Instant, is_blocked: impl FnOnce() -> bool) -> Step {
        let keyframe_at = self.last_keyframe.map_or(now, |last| last + KEYFRAME_INTERVAL);
        let keyframe = self.keyframe_wanted && keyframe_at <= now;
        let frame_at = self.last_encode.map_or(now, |last| last + self.interval);
        let fresh_at = self.fresh.then_some(frame_at);
        let keyframe_due = (self.keyframe_wanted && self.has_picture).then_some(keyframe_at.max(frame_at));
        let (repeat_at, effort) = self.repeat();
        // What is replaced in a moment is not made finer.
        let repeat_at = repeat_at.filter(|_| !self.fresh);
        let Some(at) = [fresh_at, keyframe_due, repeat_at].into_iter().flatten().min() else {
            return Step::Wait(None);
        };
        if at > now {
            return Step::Wait(Some(at));
        }
        if is_blocked() {
            return Step::Wait(Some(now + BLOCKED_RETRY));
        }
        let fresh = fresh_at.is_some_and(|at| at <= now);
        Step::Encode(Order { fresh, keyframe, effort: if fresh || keyframe { Effort::Normal } else { effort } })
    }

    /// The step was done; `keyframe` when a keyframe came out, asked for or not.
    pub(crate) fn encoded(&mut self, now: Instant, fresh: bool, keyframe: bool) {
        self.last_encode = Some(now);
        if keyframe {
            self.keyframe_wanted = false;
            self.last_keyframe = Some(now);
        }
        if fresh {
            self.fresh = false;
        }
        if fresh || keyframe {
            // A keyframe is coarse: the picture must sharpen after it too.
            self.refining = Some((now, 0));
        } else if let Some((_, done)) = &mut self.refining {
            *done += 1;
        }
    }

    /// When to send the same picture again, and how.
    fn repeat(&self) -> (Option<Instant>, Effort) {
        let refine = self.refining.and_then(|(since, done)| {
            let due = since + Duration::from_millis(*REFINE_AFTER_MS.get(done)?);
            Some(self.last_encode.map_or(due, |last| due.max(last + REFINE_INTERVAL_MIN)))
        });
        match refine {
            Some(at) => (Some(at), Effort::Refine),
            None => (self.last_encode.map(|last| last + KEEP_INTERVAL), Effort::Keep),
        }
    }
}

/// How many frames a second come while something moves.
#[derive(Debug)]
pub(crate) struct FrameRate {
    last: Option<Instant>,
    mean: f32,
}

/// What is assumed of a scene that begins to move, frames a second.
const FRAME_RATE_FIRST: f32 = 30.0;
/// Slower is not told from jitter.
const FRAME_RATE_MIN: f32 = 4.0;
/// A longer pause is rest, not a frame rate.
const PAUSE_MIN: Duration = Duration::from_millis(300);
/// Over so many frames.
const FRAMES_OF_MEAN: f32 = 12.0;

impl Default for FrameRate {
    fn default() -> FrameRate {
        FrameRate { last: None, mean: FRAME_RATE_FIRST }
    }
}

impl FrameRate {
    /// A frame came that shows something else.
    pub(crate) fn frame(&mut self, now: Instant) {
        let interval = self.last.replace(now).map(|last| now.saturating_duration_since(last));
        if let Some(interval) = interval.filter(|interval| *interval < PAUSE_MIN) {
            let rate = (1.0 / interval.as_secs_f32().max(1e-3)).clamp(FRAME_RATE_MIN, FRAME_RATE_MAX as f32);
            self.mean += (rate - self.mean) / FRAMES_OF_MEAN;
        }
    }

    pub(crate) fn mean(&self) -> f32 {
        self.mean
    }
}

#[cfg(test)]
mod tests;
