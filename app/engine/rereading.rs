//! Text tables that are read once more because someone wants them read otherwise: at most one reading of each layer at a time,
//! however often that changes.

use super::loading::{Kind, Loads};
use super::{EngineHandle, LoadId};
use heliograph_scene::load::{LoadError, LoadedLayer};
use heliograph_scene::{Reread, Scene};

/// The tables that are being read once more.
#[derive(Default)]
pub(super) struct Rereading {
    running: Vec<Running>,
}

struct Running {
    id: LoadId,
    reread: Reread,
    /// What comes of it is not wanted any more.
    is_given_up: bool,
}

impl Rereading {
    /// Starts what the scene wants, and cancels what it does not want any more; what is to follow a cancelled one waits for its end.
    pub(super) fn keep_up(&mut self, scene: &Scene, loads: &mut Loads, engine: &EngineHandle) {
        let wanted = scene.rereads();
        for running in self.running.iter_mut().filter(|running| !running.is_given_up) {
            let is_it = |one: &Reread| one.layer == running.reread.layer && one.reading == running.reread.reading;
            if !wanted.iter().any(is_it) {
                running.is_given_up = true;
                loads.cancel(running.id);
            }
        }
        for reread in wanted {
            if self.running.iter().all(|running| running.reread.layer != reread.layer) {
                let started = loads.start(vec![(reread.source.clone(), Kind::Data(reread.reading))], engine);
                let running = |id| Running { id, reread: reread.clone(), is_given_up: false };
                self.running.extend(started.into_iter().map(running));
            }
        }
    }

    /// Whether a load is one of these.
    pub(super) fn has(&self, id: LoadId) -> bool {
        self.running.iter().any(|running| running.id == id)
    }

    /// One of these is over. Returns what the host should know, and the guest of the name that comes with it.
    pub(super) fn finish(
        &mut self,
        id: LoadId,
        outcome: Result<Vec<LoadedLayer>, LoadError>,
        scene: &mut Scene,
    ) -> Option<(String, Option<String>)> {
        let at = self.running.iter().position(|running| running.id == id)?;
        let Running { reread, is_given_up, .. } = self.running.swap_remove(at);
        if is_given_up {
            return None;
        }
        let sentence = scene.reread(&reread, outcome).unwrap_or_else(|error| Some(error.to_string()))?;
        Some((sentence, reread.by))
    }
}
