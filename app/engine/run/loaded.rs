//! What loaders bring: layers, tables that were read once more, sessions.

use super::Drawing;
use crate::engine::loading::{Kind, ToLoad};
use crate::engine::sessions::Opening;
use crate::engine::{FromEngine, LoadId};
use crate::samples;
use heliograph_scene::LayerId;
use heliograph_scene::load::{LoadError, LoadedLayer};
use heliograph_scene::session::{Session, SessionError};
use heliograph_wire::Command;
use std::path::PathBuf;

impl Drawing {
    pub(super) fn loaded(&mut self, id: LoadId, outcome: Result<Vec<LoadedLayer>, LoadError>) {
        self.loads.finished(id);
        if self.rereading.has(id) {
            if let Some((sentence, by)) = self.rereading.finish(id, outcome, &mut self.scene) {
                if let Some(name) = by {
                    (self.tell)(FromEngine::GuestProblem(name, sentence.clone()));
                }
                (self.tell)(FromEngine::Problem(sentence));
            }
            return self.tell_when_all_is_loaded();
        }
        match outcome {
            Ok(layers) => {
                for layer in layers {
                    let layer = self.scene.add(layer);
                    if let Some(opening) = &mut self.opening
                        && let Some(file) = opening.file_of(id)
                    {
                        opening.came(layer, file);
                    }
                    // The loader's, or the scene's own about where the layer lies.
                    if let Some(notice) = self.scene.layers().last().and_then(|layer| layer.notice.clone()) {
                        (self.tell)(FromEngine::Problem(notice));
                    }
                }
            }
            Err(LoadError::Cancelled) => {}
            Err(error) => (self.tell)(FromEngine::Problem(error.to_string())),
        }
        if let Some(opening) = &mut self.opening
            && opening.is_over_with(id)
        {
            opening.finish(&mut self.scene);
            self.opening = None;
        }
        self.tell_when_all_is_loaded();
    }

    fn tell_when_all_is_loaded(&self) {
        if self.loads.is_empty() && self.scene.rereads().is_empty() {
            (self.tell)(FromEngine::Loaded { layers: self.scene.layers().len() });
        }
    }

    /// What was open makes room for the session; it can be brought back by undoing.
    pub(super) fn open_session(&mut self, id: LoadId, outcome: Result<(Session, PathBuf), SessionError>) {
        self.loads.finished(id);
        let (session, folder) = match outcome {
            Ok(opened) => opened,
            Err(error) => {
                (self.tell)(FromEngine::Problem(format!("{error}.")));
                return self.tell_when_all_is_loaded();
            }
        };
        let layers: Vec<LayerId> = self.scene.layers().iter().map(|layer| layer.id).collect();
        for layer in layers {
            self.apply_all(&[Command::RemoveLayer { layer }], None);
        }
        let sources = session.sources(&folder, samples::source_of);
        let there = sources.into_iter().enumerate().filter_map(|(file, source)| {
            let (source, reading) = source?;
            Some((file, (source, Kind::Data(reading))))
        });
        let (files, sources): (Vec<usize>, Vec<ToLoad>) = there.unzip();
        let ids = self.loads.start(sources, &self.engine);
        if ids.is_empty() {
            return self.tell_when_all_is_loaded();
        }
        self.opening = Some(Opening::new(session, ids.into_iter().zip(files).collect()));
    }
}
