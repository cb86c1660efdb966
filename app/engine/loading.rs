//! Files on their way in: each is read on a thread of its own, so that neither the window nor the picture waits.

use super::{EngineHandle, Loading, ToEngine};
use heliograph_scene::load::{LoadError, Progress, Source, load};

/// Names a file on its way in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LoadId(u64);

/// The files on their way in.
pub(super) struct Loads {
    next: u64,
    running: Vec<Running>,
}

struct Running {
    id: LoadId,
    name: String,
    progress: Progress,
}

impl Loads {
    pub(super) fn new() -> Loads {
        Loads { next: 1, running: Vec::new() }
    }

    /// Starts to read `sources`, one after the other in the order given, so that layers keep that order.
    pub(super) fn start(&mut self, sources: Vec<Source>, engine: &EngineHandle) {
        let mut jobs = Vec::with_capacity(sources.len());
        for source in sources {
            let id = LoadId(self.next);
            self.next += 1;
            let progress = Progress::default();
            self.running.push(Running { id, name: source.file_name(), progress: progress.clone() });
            jobs.push((id, source, progress));
        }
        let reader = engine.clone();
        let ids: Vec<LoadId> = jobs.iter().map(|job| job.0).collect();
        let spawned = std::thread::Builder::new().name("loader".into()).spawn(move || {
            for (id, source, progress) in jobs {
                let outcome = load(&source, &progress);
                reader.send(ToEngine::Loaded { id, outcome });
            }
        });
        if spawned.is_err() {
            for id in ids {
                engine.send(ToEngine::Loaded { id, outcome: Err(LoadError::Cancelled) });
            }
        }
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

/// A window that closes does not wait for a file.
impl Drop for Loads {
    fn drop(&mut self) {
        for running in &self.running {
            running.progress.cancel();
        }
    }
}
