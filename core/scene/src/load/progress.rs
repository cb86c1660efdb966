//! How far a file is read, and the wish to stop.

use super::Problem;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

/// How far a file is read, shared by the thread that reads and those that show it. Clones are the same.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    shared: Arc<Shared>,
    limits: Limits,
}

#[derive(Debug, Default)]
struct Shared {
    /// Of [`WHOLE`]. Relaxed throughout: nothing else is published by these.
    done: AtomicU32,
    /// Of [`WHOLE`]: what is left for after the reading.
    left: AtomicU32,
    cancelled: AtomicBool,
}

const WHOLE: u32 = 10_000;

/// What a file may ask of this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How much memory a loaded file may take.
    pub max_bytes: u64,
}

impl Default for Limits {
    /// 60 % of what the operating system calls available; 4 GB where it does not say.
    fn default() -> Limits {
        Limits { max_bytes: available_bytes().map_or(4_000_000_000, |bytes| bytes / 5 * 3) }
    }
}

impl Progress {
    /// At the start, with [`Limits::default`].
    pub fn new() -> Progress {
        Progress::default()
    }

    /// At the start, with other limits.
    pub fn with_limits(limits: Limits) -> Progress {
        Progress { shared: Arc::default(), limits }
    }

    /// From 0 to 1.
    pub fn fraction(&self) -> f32 {
        self.shared.done.load(Ordering::Relaxed) as f32 / WHOLE as f32
    }

    /// Asks the thread that reads to stop; it returns [`super::LoadError::Cancelled`] soon.
    pub fn cancel(&self) {
        self.shared.cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether it was asked to stop.
    pub fn is_cancelled(&self) -> bool {
        self.shared.cancelled.load(Ordering::Relaxed)
    }

    /// What may be taken.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Says how far it is; fails when it shall stop. The last hundredth is left to [`Progress::finish`].
    pub(super) fn advance(&self, done: u64, total: u64) -> Result<(), Problem> {
        if self.is_cancelled() {
            return Err(Problem::Cancelled);
        }
        let left = f64::from(self.shared.left.load(Ordering::Relaxed)) / f64::from(WHOLE);
        self.set((done as f64 / total.max(1) as f64).min(1.0) * (1.0 - left));
        Ok(())
    }

    /// What comes after the reading takes about so much of the time, from 0 to 1.
    pub(super) fn leave(&self, share: f64) {
        self.shared.left.store((share * f64::from(WHOLE)) as u32, Ordering::Relaxed);
    }

    /// Says how much of what comes after the reading is done, from 0 to 1; false when it shall stop.
    pub(super) fn after_reading(&self, part: f32) -> bool {
        let left = f64::from(self.shared.left.load(Ordering::Relaxed)) / f64::from(WHOLE);
        self.set(1.0 - left + f64::from(part.clamp(0.0, 1.0)) * left);
        !self.is_cancelled()
    }

    /// Says how much of all that is left is done, from 0 to 1, where `from` was reached before; false when it shall stop.
    pub(super) fn towards_end(&self, from: f32, part: f32) -> bool {
        self.set(f64::from(from + part.clamp(0.0, 1.0) * (1.0 - from)));
        !self.is_cancelled()
    }

    fn set(&self, fraction: f64) {
        self.shared.done.store((fraction.clamp(0.0, 0.99) * f64::from(WHOLE)) as u32, Ordering::Relaxed);
    }

    pub(super) fn finish(&self) {
        self.shared.done.store(WHOLE, Ordering::Relaxed);
    }

    /// Whether a file may take this much memory; asked before it is taken.
    pub(super) fn allow(&self, needed_bytes: u64) -> Result<(), Problem> {
        let allowed_bytes = self.limits.max_bytes;
        if needed_bytes > allowed_bytes { Err(Problem::TooLarge { needed_bytes, allowed_bytes }) } else { Ok(()) }
    }
}

/// `MemAvailable` of Linux, see proc(5).
fn available_bytes() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}
