//! Waking the other process, and being woken: see "Waking" in the crate's documentation.

use crate::RingError;
use crate::layout::Control;
use crate::shared::Shared;
use raw_sync::Timeout;
use raw_sync::events::{Event, EventImpl, EventInit, EventState};
use rustix::thread::futex;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// The longest sleep without a look at the atomics. Whole seconds only: raw_sync adds nanoseconds without carry, so
/// any fraction may end the wait at once.
const SLEEP: Duration = Duration::from_secs(1);

/// One of the two directions.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Bell {
    /// App → sidecar.
    Frames,
    /// Sidecar → app.
    Inputs,
}

impl Bell {
    fn word(self, control: &Control) -> &AtomicU32 {
        match self {
            Bell::Frames => &control.frames_bell,
            Bell::Inputs => &control.inputs_bell,
        }
    }

    /// Tells the listener that there is something new. One system call that never waits, whatever the peer does.
    pub(crate) fn ring(self, control: &Control) {
        let word = self.word(control);
        // The Release pairs with the Acquire in `notify`: who hears the bell sees what it was rung for.
        word.fetch_add(1, Ordering::Release);
        // One, because one notifier listens; more sleepers could only be a broken peer's. A failure is a missed hint.
        let _ = futex::wake(word, futex::Flags::empty(), 1);
    }
}

/// The listening end: something to sleep on, and the notifier thread that ends the sleep when the bell rings.
#[derive(Debug)]
pub(crate) struct Listener {
    hint: Arc<Hint>,
    shared: Arc<Shared>,
    bell: Bell,
    notifier: Option<JoinHandle<()>>,
}

impl Listener {
    pub(crate) fn new(shared: Arc<Shared>, bell: Bell) -> Result<Listener, RingError> {
        let hint = Arc::new(Hint::new()?);
        let heard = bell.word(shared.control()).load(Ordering::Acquire);
        let (for_thread, hint_for_thread) = (Arc::clone(&shared), Arc::clone(&hint));
        // A fuzz target makes thousands of rings a second, and never sleeps on one.
        let notifier = if cfg!(fuzzing) {
            None
        } else {
            let builder = std::thread::Builder::new().name("ring notifier".into());
            let started = builder.spawn(move || notify(&for_thread, bell, &hint_for_thread, heard));
            Some(started.map_err(RingError::system("start its notifier thread"))?)
        };
        Ok(Listener { hint, shared, bell, notifier })
    }

    /// Sleeps until `ready`, until a [`Waker`] ends it, or for `seconds` (at most one more); returns what `ready` says.
    pub(crate) fn wait(&self, seconds: u32, ready: impl Fn() -> bool) -> bool {
        let end = Instant::now() + Duration::from_secs(seconds.into());
        loop {
            if ready() {
                return true;
            }
            if self.hint.woken.swap(false, Ordering::AcqRel) || Instant::now() >= end {
                return false;
            }
            // Timed out, set, or failed: in each case the next step is to look at the truth.
            let _ = self.hint.event.0.wait(Timeout::Val(SLEEP));
        }
    }

    pub(crate) fn waker(&self) -> Waker {
        Waker { hint: Arc::clone(&self.hint) }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.hint.stop.store(true, Ordering::Release);
        self.bell.ring(self.shared.control());
        if let Some(notifier) = self.notifier.take() {
            // Ends at once, and after SLEEP at the latest even if the peer plays with the bell: the thread waits for
            // nothing that another process could hold.
            let _ = notifier.join();
        }
    }
}

/// The notifier thread: turns the bell's ringing into the Event.
fn notify(shared: &Shared, bell: Bell, hint: &Hint, mut heard: u32) {
    let word = bell.word(shared.control());
    let timeout = futex::Timespec { tv_sec: SLEEP.as_secs() as i64, tv_nsec: 0 };
    while !hint.stop.load(Ordering::Acquire) {
        // Woken, rung before we slept, or timed out. The Event is set after a timeout too: its own runs on the wall
        // clock, which someone may set back, and this one does not.
        let _ = futex::wait(word, futex::Flags::empty(), heard, Some(&timeout));
        // The Acquire pairs with the Release in `Bell::ring`.
        heard = word.load(Ordering::Acquire);
        hint.set();
    }
}

/// Ends a wait from another thread of the same process. A wake that comes while nobody waits ends the next wait.
#[derive(Debug, Clone)]
pub struct Waker {
    hint: Arc<Hint>,
}

impl Waker {
    /// Ends the wait: it returns whether there is something to take.
    pub fn wake(&self) {
        self.hint.woken.store(true, Ordering::Release);
        self.hint.set();
    }
}

/// What the consumer sleeps on, in this process's private memory.
#[derive(Debug)]
struct Hint {
    event: PrivateEvent,
    /// A waker asked for the end of a wait. The Release in `Waker::wake` pairs with the Acquire in `Listener::wait`.
    woken: AtomicBool,
    /// The notifier is to end. The Release in `Listener::drop` pairs with the Acquire in `notify`.
    stop: AtomicBool,
}

impl Hint {
    fn new() -> Result<Hint, RingError> {
        Ok(Hint { event: PrivateEvent::new()?, woken: AtomicBool::new(false), stop: AtomicBool::new(false) })
    }

    fn set(&self) {
        // The mutex is private to this process, whose threads hold it for an instant; a failure is a missed hint.
        let _ = self.event.0.set(EventState::Signaled);
    }
}

/// Room for an Event: a pthread mutex, a condition variable and two flags are about 100 bytes with glibc.
type EventRoom = [u64; 32];

/// A raw_sync Event and the memory that it lies in; fields drop in this order.
struct PrivateEvent(Box<dyn EventImpl>, EventMemory);

impl PrivateEvent {
    fn new() -> Result<PrivateEvent, RingError> {
        let refused = |reason: &str| RingError::system("make its event")(std::io::Error::other(reason));
        let memory = EventMemory(Box::into_raw(Box::new(EventRoom::default())));
        let start = memory.0.cast::<u8>();
        if Event::size_of(Some(start)) > size_of::<EventRoom>() {
            return Err(refused("raw_sync needs more room than expected"));
        }
        // SAFETY: the room is large enough, aligned for u64 as pthread's objects need, and neither moves nor goes
        // before the Event does: PrivateEvent owns both.
        let (event, _used) = unsafe { Event::new(start, true) }.map_err(|error| refused(&error.to_string()))?;
        Ok(PrivateEvent(event, memory))
    }
}

/// An allocation that is reached through the Event alone, hence a raw pointer and no Box.
struct EventMemory(*mut EventRoom);

impl Drop for EventMemory {
    fn drop(&mut self) {
        // SAFETY: from Box::into_raw in PrivateEvent::new, and the Event that used it is dropped.
        drop(unsafe { Box::from_raw(self.0) });
    }
}

// SAFETY: an Event is a pthread mutex and a condition variable, made to be used by several threads at once; each access
// to its flags is made under the mutex. The memory is reached only through the Event.
unsafe impl Send for PrivateEvent {}
// SAFETY: as above.
unsafe impl Sync for PrivateEvent {}

impl std::fmt::Debug for PrivateEvent {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "PrivateEvent at {:p}", self.1.0)
    }
}
