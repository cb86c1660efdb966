//! [`Session`]: a scene as a file: which files it shows and how, never their data.
//!
//! JSON: `{"heliograph": 1, "files": ["a.laz", …], "layers": [{"file": 0, "part": 0}, …], "view": …}`, in which files are named
//! relative to the session's own folder, with `/`, and layers stand in the order of [`Session::view`]'s. A text table that is not to be
//! read as it is guessed also says so (`"reading": {"columns_end": "tab", "first_line": "data"}`); a file that is read in several ways is
//! there as often.

use crate::load::Source;
use crate::view::View;
use crate::{Layer, LayerId, Reading, Scene};
use serde::{Deserialize, Serialize};
use std::path::{Component, Path, PathBuf};

/// The ending of a session's file.
pub const EXTENSION: &str = "heliograph";
/// No session is longer.
const MOST_BYTES: u64 = 4 << 20;
const VERSION: u32 = 1;

/// A scene as a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// The version of the form.
    heliograph: u32,
    /// The files, relative to the session's folder, or absolute where they are on another drive.
    files: Vec<String>,
    /// Samples that come with the program, by their files' names; they follow the files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    samples: Vec<String>,
    layers: Vec<SessionLayer>,
    /// Camera, settings, and how layers are drawn: one for each layer, in order.
    pub view: View,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct SessionLayer {
    /// Which of the files, then of the samples.
    file: usize,
    /// The how manieth layer of that file.
    #[serde(default)]
    part: u32,
    /// How that file is to be read, if it is a text table.
    #[serde(default, skip_serializing_if = "Reading::is_guessed")]
    reading: Reading,
}

/// Why a file is no session. The text is one sentence for people, without a full stop.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// It cannot be read.
    #[error("{0} cannot be read: {1}")]
    Io(String, std::io::Error),
    /// It is none, or of a later version.
    #[error("{0} is not a session: {1}")]
    Malformed(String, String),
}

impl Session {
    /// Of a scene, for a file in this folder. Layers that came out of no file are left out.
    pub fn of(scene: &Scene, folder: &Path) -> Session {
        let mut files: Vec<(&Path, Reading)> = Vec::new();
        let mut samples: Vec<(&str, Reading)> = Vec::new();
        // In the order in which they came: the first gives the scene its coordinates.
        let mut came: Vec<&Layer> = scene.layers().iter().collect();
        came.sort_by_key(|layer| layer.id);
        for (layer, (source, _)) in came.into_iter().filter_map(|layer| Some((layer, layer.file.as_ref()?))) {
            let reading = layer.reading();
            match source {
                Source::Path(path) if !files.contains(&(path, reading)) => files.push((path, reading)),
                Source::Bytes { name, .. } if !samples.contains(&(name, reading)) => samples.push((name, reading)),
                _ => {}
            }
        }
        let place = |source: &Source, reading: Reading| match source {
            Source::Path(path) => files.iter().position(|one| *one == (path, reading)),
            Source::Bytes { name, .. } => {
                samples.iter().position(|one| *one == (name, reading)).map(|at| files.len() + at)
            }
        };
        let mut view = scene.view();
        let mut layers = Vec::new();
        let mut kept = Vec::new();
        for (layer, looks) in scene.layers().iter().zip(std::mem::take(&mut view.layers)) {
            let reading = layer.reading();
            let found = layer.file.as_ref().and_then(|(source, part)| Some((place(source, reading)?, *part)));
            if let Some((file, part)) = found {
                layers.push(SessionLayer { file, part, reading });
                kept.push(looks);
            }
        }
        view.layers = kept;
        Session {
            heliograph: VERSION,
            files: files.iter().map(|(path, _)| relative(path, folder)).collect(),
            samples: samples.into_iter().map(|(name, _)| name.to_owned()).collect(),
            layers,
            view,
        }
    }

    /// As the text of a file.
    pub fn to_json(&self) -> String {
        // Numbers, texts and lists become JSON without fail.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// Reads a session's file; `None` when the file is none by its beginning, whatever it is called.
    ///
    /// # Errors
    /// When it cannot be read, or is a session that is not sound.
    pub fn read(path: &Path) -> Option<Result<Session, SessionError>> {
        let name = || path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        let is_named_so = path.extension().is_some_and(|ending| ending == EXTENSION);
        let metadata = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?;
        if metadata.len() > MOST_BYTES {
            let reason = || "it is longer than any".to_owned();
            return is_named_so.then(|| Err(SessionError::Malformed(name(), reason())));
        }
        if !is_named_so && path.extension().is_none_or(|ending| ending != "json") {
            return None;
        }
        let text = match std::fs::read(path) {
            Ok(text) => text,
            Err(error) => return Some(Err(SessionError::Io(name(), error))),
        };
        let start = text.trim_ascii_start();
        let is_one =
            start.strip_prefix(b"{").is_some_and(|rest| rest.trim_ascii_start().starts_with(b"\"heliograph\""));
        if !is_one && !is_named_so {
            return None;
        }
        let malformed = |reason: String| SessionError::Malformed(name(), reason);
        Some(serde_json::from_slice(&text).map_err(|error| malformed(error.to_string())).and_then(
            |session: Session| {
                if session.heliograph == VERSION {
                    Ok(session)
                } else {
                    let version = session.heliograph;
                    Err(malformed(format!("it is of version {version}, and this program reads version {VERSION}")))
                }
            },
        ))
    }

    /// What is to be loaded, in order, and how; `folder` is the session's own. Samples that the program has not are `None`.
    pub fn sources(&self, folder: &Path, sample: impl Fn(&str) -> Option<Source>) -> Vec<Option<(Source, Reading)>> {
        let files = self.files.iter().map(|file| Some(Source::Path(folder.join(file))));
        let sources = files.chain(self.samples.iter().map(|name| sample(name)));
        sources.enumerate().map(|(file, source)| Some((source?, self.reading_of(file)))).collect()
    }

    fn reading_of(&self, file: usize) -> Reading {
        self.layers.iter().find(|layer| layer.file == file).map_or_else(Reading::default, |layer| layer.reading)
    }
}

impl Scene {
    /// Brings layers that were loaded for a session into its order, under its names, and looks at them as it says: to be
    /// called when all of them are there. `loaded` says which of the session's files each came from.
    pub fn open_session(&mut self, session: &Session, loaded: &[(LayerId, usize)]) {
        let (mut wanted, mut layers) = (Vec::new(), Vec::new());
        for (layer, looks) in session.layers.iter().zip(&session.view.layers) {
            let is_it = |(id, file): &&(LayerId, usize)| {
                let part = self.layers().iter().find(|one| one.id == *id).and_then(|one| one.file.as_ref());
                *file == layer.file && part.is_some_and(|(_, part)| *part == layer.part)
            };
            if let Some((id, _)) = loaded.iter().find(is_it) {
                wanted.push((*id, looks.name.clone()));
                layers.push(looks.clone());
            }
        }
        self.arrange(&wanted, loaded.iter().map(|(id, _)| *id));
        let view = View { layers, ..session.view.clone() };
        // What does not fit is passed over.
        let _ = self.open_view(&view);
    }
}

/// From a folder to a file, with `/`; the file's own path where none leads there.
fn relative(file: &Path, folder: &Path) -> String {
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let (file, folder) = (absolute(file), absolute(folder));
    let shared = file.components().zip(folder.components()).take_while(|(a, b)| a == b).count();
    if shared == 0 || matches!(file.components().nth(shared), Some(Component::Prefix(_) | Component::RootDir)) {
        return file.to_string_lossy().into_owned();
    }
    let ups = folder.components().skip(shared).map(|_| Component::ParentDir);
    let path: PathBuf = ups.chain(file.components().skip(shared)).collect();
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_from_the_session_s_folder() {
        for (file, folder, expected) in [
            ("/data/a.laz", "/data", "a.laz"),
            ("/data/scans/a.laz", "/data", "scans/a.laz"),
            ("/data/a.laz", "/data/sessions/old", "../../a.laz"),
            ("/a.laz", "/home/ada", "../../a.laz"),
        ] {
            assert_eq!(relative(Path::new(file), Path::new(folder)), expected);
        }
    }
}
