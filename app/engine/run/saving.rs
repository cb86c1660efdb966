//! What is written to files: pictures, selections, sessions. Each by a thread of its own, of the scene as it is at the moment.

use super::Drawing;
use crate::engine::export::{self, Export};
use crate::engine::{FromEngine, sessions};
use heliograph_scene::session::Session;
use std::path::{Path, PathBuf};

/// For a picture that was drawn and cannot be kept.
pub(crate) fn cannot_write(path: &Path, error: &std::io::Error) -> String {
    format!("The picture could not be written to {}: {error}.", path.display())
}

impl Drawing {
    /// One at a time: a new wish gives up the one before.
    pub(super) fn export(&mut self, wanted: export::Wanted) {
        self.export = None;
        let gpu = self.renderer.gpu().clone();
        match Export::start(gpu, self.scene.still(), wanted, self.tell.clone()) {
            Ok(export) => self.export = Some(export),
            Err(error) => (self.tell)(FromEngine::Problem(format!("The picture could not be drawn: {error}."))),
        }
    }

    /// Writing millions of rows takes its time: it is done beside, of what is selected now.
    pub(super) fn save_selection(&self, path: PathBuf) {
        let (scene, tell) = (self.scene.still(), self.tell.clone());
        let write = move || {
            let written = std::fs::File::create(&path).and_then(|file| {
                let mut file = std::io::BufWriter::new(file);
                scene.selection_csv(&mut file)?;
                std::io::Write::flush(&mut file)
            });
            match written {
                Ok(()) => tell(FromEngine::Saved(path)),
                Err(error) => tell(FromEngine::Problem(format!(
                    "The selection could not be written to {}: {error}.",
                    path.display()
                ))),
            }
        };
        if let Err(error) = std::thread::Builder::new().name("selection".into()).spawn(write) {
            (self.tell)(FromEngine::Problem(format!("The selection could not be saved: {error}.")));
        }
    }

    pub(super) fn save_session(&mut self, path: PathBuf) {
        let folder = path.parent().map(Path::to_owned).unwrap_or_default();
        let session = Session::of(&self.scene, &folder);
        let tell = self.tell.clone();
        let write = move || match sessions::write(&session, &path) {
            Ok(()) => tell(FromEngine::Saved(path)),
            Err(error) => {
                tell(FromEngine::Problem(format!("The session could not be written to {}: {error}.", path.display())))
            }
        };
        if let Err(error) = std::thread::Builder::new().name("session".into()).spawn(write) {
            (self.tell)(FromEngine::Problem(format!("The session could not be saved: {error}.")));
        }
    }

    /// The pixels are read here; encoding and writing them are not this thread's work.
    pub(super) fn capture(&mut self, path: PathBuf) {
        let image = self.renderer.capture(&self.scene);
        // Drawn with nothing left out, so the next picture starts afresh.
        self.drawn_revision = None;
        let tell = self.tell.clone();
        let write = move || match image.map(|image| image.save_png(&path)) {
            Ok(Ok(())) => tell(FromEngine::Captured(path)),
            Ok(Err(error)) => tell(FromEngine::Problem(cannot_write(&path, &error))),
            Err(error) => tell(FromEngine::Problem(error.to_string())),
        };
        if let Err(error) = std::thread::Builder::new().name("screenshot".into()).spawn(write) {
            (self.tell)(FromEngine::Problem(format!("The picture could not be saved: {error}.")));
        }
    }
}
