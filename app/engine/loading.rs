//! Files on their way in: each is read on a thread of its own, so that neither the window nor the picture waits.

use super::{EngineHandle, Loading, ToEngine};
use heliograph_scene::Reading;
use heliograph_scene::load::{Limits, LoadError, Progress, Source, load_as};
use heliograph_scene::session::Session;
use std::path::Path;

/// Names a file on its way in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LoadId(u64);

/// A file that is to be read, and what it may be.
pub(super) type ToLoad = (Source, Kind);

/// What a file may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Whatever can be opened: data, or a session.
    Any,
    /// Data, read so if it is a text table. A session that names sessions, or itself, would never be open.
    Data(Reading),
}

/// The files on their way in.
pub(super) struct Loads {
    next: u64,
    running: Vec<Running>,
    /// What a file may take; without, what [`Limits`] says at its time.
    limits: Option<Limits>,
}

struct Running {
    id: LoadId,
    name: String,
    progress: Progress,
}

impl Loads {
    pub(super) fn new(limits: Option<Limits>) -> Loads {
        Loads { next: 1, running: Vec::new(), limits }
    }

    /// Starts to read `sources`, one after the other in the order given, so that layers keep that order.
    pub(super) fn start(&mut self, sources: Vec<ToLoad>, engine: &EngineHandle) -> Vec<LoadId> {
        let mut jobs = Vec::with_capacity(sources.len());
        for (source, kind) in sources {
            let id = LoadId(self.next);
            self.next += 1;
            let progress = self.limits.map_or_else(Progress::default, Progress::with_limits);
            self.running.push(Running { id, name: source.file_name(), progress: progress.clone() });
            jobs.push((id, source, kind, progress));
        }
        let reader = engine.clone();
        let ids: Vec<LoadId> = jobs.iter().map(|job| job.0).collect();
        let started = ids.clone();
        let spawned = std::thread::Builder::new().name("loader".into()).spawn(move || {
            for (id, source, kind, progress) in jobs {
                reader.send(read(id, &source, kind, &progress));
            }
        });
        if spawned.is_err() {
            for id in ids {
                engine.send(ToEngine::Loaded { id, outcome: Err(LoadError::Cancelled) });
            }
        }
        started
    }

    pub(super) fn cancel(&self, id: LoadId) {
        if let Some(running) = self.running.iter().find(|running| running.id == id) {
            running.progress.cancel();
        }
    }

    pub(super) fn finished(&mut self, id: LoadId) {
        self.running.retain(|running| running.id != id);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.running.is_empty()
    }

    /// What the window shows.
    pub(super) fn view(&self) -> Vec<Loading> {
        let view = |running: &Running| Loading {
            id: running.id,
            name: running.name.clone(),
            fraction: running.progress.fraction(),
        };
        self.running.iter().map(view).collect()
    }
}

fn read(id: LoadId, source: &Source, kind: Kind, progress: &Progress) -> ToEngine {
    let reading = match kind {
        Kind::Any => Reading::default(),
        Kind::Data(reading) => reading,
    };
    if kind == Kind::Any
        && let Source::Path(path) = source
        && let Some(outcome) = Session::read(path)
    {
        let folder = path.parent().map(Path::to_owned).unwrap_or_default();
        return ToEngine::Session { id, outcome: outcome.map(|session| (session, folder)) };
    }
    ToEngine::Loaded { id, outcome: load_as(source, reading, progress) }
}

/// A window that closes does not wait for a file.
impl Drop for Loads {
    fn drop(&mut self) {
        for running in &self.running {
            running.progress.cancel();
        }
    }
}
