//! Sessions on their way in: their files are loaded as any others, and when the last is there the scene is made as it was.

use super::LoadId;
use heliograph_scene::session::Session;
use heliograph_scene::{LayerId, Scene};
use std::path::Path;

/// A session whose files are being read.
pub(super) struct Opening {
    session: Session,
    /// What is still to come, and which of the session's files it is.
    pending: Vec<(LoadId, usize)>,
    loaded: Vec<(LayerId, usize)>,
}

impl Opening {
    pub(super) fn new(session: Session, pending: Vec<(LoadId, usize)>) -> Opening {
        Opening { session, pending, loaded: Vec::new() }
    }

    /// Which of its files a load is; `None` when it is none of them.
    pub(super) fn file_of(&self, id: LoadId) -> Option<usize> {
        self.pending.iter().find(|(one, _)| *one == id).map(|(_, file)| *file)
    }

    pub(super) fn came(&mut self, layer: LayerId, file: usize) {
        self.loaded.push((layer, file));
    }

    /// A load is over, whatever came of it; true when it was the last.
    pub(super) fn is_over_with(&mut self, id: LoadId) -> bool {
        self.pending.retain(|(one, _)| *one != id);
        self.pending.is_empty()
    }

    pub(super) fn finish(&self, scene: &mut Scene) {
        scene.open_session(&self.session, &self.loaded);
    }
}

/// Writes a session so that the file is never half of one: beside it first, then in its place.
pub(super) fn write(session: &Session, path: &Path) -> std::io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{}", std::process::id()));
    let write = std::fs::write(&beside, session.to_json()).and_then(|()| std::fs::rename(&beside, path));
    if write.is_err() {
        let _ = std::fs::remove_file(&beside);
    }
    write
}
