//! [`LiveLayout`]: the thread that runs a layout and hands over the newest positions.

use super::ForceLayout;
use crate::Wake;
use glam::Vec3;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The pace at which a layout settles before the viewer's eyes: a step each thirtieth of a second, each published.
/// A network too large for that takes as long as it takes.
const STEP_TIME: Duration = Duration::from_micros(33_333);

/// From one picture of a layout that hurries to the next.
const HURRIED_TIME: Duration = Duration::from_millis(250);

/// Whether a layout moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Motion {
    /// It has settled, or was stopped.
    Still,
    /// At a pace that the eye can follow.
    Runs,
    /// As fast as it can.
    Hurries,
}

impl Motion {
    /// Every one.
    pub(crate) const ALL: [Motion; 3] = [Motion::Still, Motion::Runs, Motion::Hurries];

    /// For [`heliograph_wire::Value::Choice`].
    pub(crate) fn id(self) -> &'static str {
        match self {
            Motion::Still => "still",
            Motion::Runs => "run",
            Motion::Hurries => "settle",
        }
    }

    /// For people.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Motion::Still => "Stands still",
            Motion::Runs => "Runs",
            Motion::Hurries => "Settles quickly",
        }
    }
}

/// A layout on its own thread. Dropping it ends the thread within a step.
#[derive(Debug)]
pub(crate) struct LiveLayout {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    /// Ends the pause between two steps.
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    newest: Option<Vec<Vec3>>,
    stopped: bool,
    finished: bool,
    hurries: bool,
}

impl LiveLayout {
    /// Runs a layout from where it is.
    pub(crate) fn start(layout: ForceLayout, wake: Wake) -> LiveLayout {
        let shared = Arc::new(Shared::default());
        let for_thread = Arc::clone(&shared);
        let spawned = std::thread::Builder::new().name("layout".into()).spawn(move || run(layout, &for_thread, &wake));
        if let Err(error) = spawned {
            tracing::warn!(%error, "no thread for the layout: the network stays as it is");
            shared.lock().finished = true;
        }
        LiveLayout { shared }
    }

    /// Whether it is to settle as fast as it can.
    pub(crate) fn hurry(&self, hurries: bool) {
        self.shared.lock().hurries = hurries;
        self.shared.changed.notify_all();
    }

    /// The newest positions, unless they were taken before.
    pub(crate) fn take(&self) -> Option<Vec<Vec3>> {
        self.shared.lock().newest.take()
    }

    /// Whether the layout has settled and its last positions were taken.
    pub(crate) fn is_over(&self) -> bool {
        let state = self.shared.lock();
        state.finished && state.newest.is_none()
    }
}

impl Drop for LiveLayout {
    fn drop(&mut self) {
        self.shared.lock().stopped = true;
        self.shared.changed.notify_all();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // The state is whole at every moment, so a panic elsewhere does not spoil it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until `until`; true when the layout was stopped meanwhile.
    fn is_stopped_by(&self, until: Instant) -> bool {
        let mut state = self.lock();
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if state.stopped || state.hurries || left.is_zero() {
                return state.stopped;
            }
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

fn run(mut layout: ForceLayout, shared: &Shared, wake: &Wake) {
    let mut next_step = Instant::now();
    let mut next_picture = Instant::now();
    loop {
        next_step = (next_step + STEP_TIME).max(Instant::now());
        if shared.is_stopped_by(next_step) {
            return;
        }
        let moving = layout.step();
        if moving && shared.lock().hurries && Instant::now() < next_picture {
            continue;
        }
        next_picture = Instant::now() + HURRIED_TIME;
        let positions = layout.positions();
        {
            let mut state = shared.lock();
            if state.stopped {
                return;
            }
            state.newest = Some(positions);
            state.finished = !moving;
        }
        wake();
        if !moving {
            return;
        }
    }
}
