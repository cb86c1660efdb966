//! Layers out of files.
//!
//! | kind | recognised by | becomes | read by |
//! |---|---|---|---|
//! | LAS, LAZ | `LASF` | points | `laz`, behind checks of our own |
//! | PLY | `ply` and a line's end | a mesh; without faces, points | an own reader |
//! | TrackVis | `TRACK` | streamlines | an own reader |
//! | node-link JSON | `{` | a network | `serde_json`, as a stream |
//!
//! **A file is an adversary.** Nothing is allocated on the word of a header: counts are held against the bytes that
//! are there, and the memory that a file will take against [`Limits`]. Coordinates that are not finite, or beyond
//! [`MAX_COORDINATE`], are left out with a notice; a file with no others is refused.

mod error;
mod graph;
mod las;
mod ply;
mod progress;
mod source;
mod trk;

pub use error::{LoadError, Problem};
pub use progress::{Limits, Progress};
pub use source::Source;

use crate::colormap::{color_choices, recolor};
use crate::{LayerData, Style};
use source::FileReader;
use std::io::{Read, Seek};
use std::path::Path;

/// Coordinates farther from zero than this are taken for garbage: products of three would leave 32 bits.
pub const MAX_COORDINATE: f64 = 1e12;

/// The endings of the files that [`load`] opens, for file dialogs; a file's kind is read from its content.
pub const EXTENSIONS: [&str; 5] = ["las", "laz", "ply", "trk", "json"];

/// A layer on its way into a scene.
#[derive(Debug, Clone)]
pub struct LoadedLayer {
    /// For people: the file's name without its ending.
    pub name: String,
    /// What is drawn.
    pub data: LayerData,
    /// How it is drawn at first.
    pub style: Style,
    /// What the user should know, as a sentence, e.g. that points were left out.
    pub notice: Option<String>,
}

impl LoadedLayer {
    /// A layer in the style that suits its data, its colours filled accordingly.
    pub fn new(name: String, mut data: LayerData, notice: Option<String>) -> LoadedLayer {
        let color_by = color_choices(&data).first().copied().unwrap_or(Style::default().color_by);
        let style = Style { color_by, ..Style::default() };
        recolor(&mut data, &style);
        LoadedLayer { name, data, style, notice }
    }
}

/// Reads a file, on the calling thread; `progress` tells how far it is and takes the wish to stop.
///
/// # Errors
/// One sentence with the file's name, what is wrong and what was expected.
pub fn load(source: &Source, progress: &Progress) -> Result<Vec<LoadedLayer>, LoadError> {
    let name = source.file_name();
    let layers = read(source, &name, progress).map_err(|problem| match problem {
        Problem::Cancelled => LoadError::Cancelled,
        problem => LoadError::File { name: name.clone(), problem },
    })?;
    progress.finish();
    Ok(layers)
}

/// The kinds of files that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Las,
    Ply,
    Trk,
    Graph,
}

fn read(source: &Source, name: &str, progress: &Progress) -> Result<Vec<LoadedLayer>, Problem> {
    let mut reader = source.open()?;
    let kind = kind_of(&mut reader, name)?;
    let name = stem(name);
    let layer = match kind {
        Kind::Las => las::read(source, reader, name, progress)?,
        Kind::Ply => ply::read(reader, name, progress)?,
        Kind::Trk => trk::read(reader, name, progress)?,
        Kind::Graph => graph::read(reader, name, progress)?,
    };
    Ok(vec![layer])
}

/// Content first, then the ending; leaves the reader at the start.
fn kind_of(reader: &mut FileReader, name: &str) -> Result<Kind, Problem> {
    if reader.len() == 0 {
        return Err(Problem::Empty);
    }
    let mut head = Vec::new();
    reader.by_ref().take(4096).read_to_end(&mut head)?;
    reader.rewind()?;
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head).trim_ascii_start();
    let extension = Path::new(name).extension().and_then(|ending| ending.to_str()).unwrap_or("").to_ascii_lowercase();
    match (&head[..], text) {
        (head, _) if head.starts_with(b"LASF") => Ok(Kind::Las),
        (head, _) if head.starts_with(b"ply\n") || head.starts_with(b"ply\r") => Ok(Kind::Ply),
        (head, _) if head.starts_with(b"TRACK") => Ok(Kind::Trk),
        (_, text) if text.starts_with(b"{") => Ok(Kind::Graph),
        (head, text) => Err(unrecognised(head, text, &extension)),
    }
}

fn unrecognised(head: &[u8], text: &[u8], extension: &str) -> Problem {
    let (kind, begins_with) = match extension {
        "las" | "laz" => ("LAS or LAZ", "LASF"),
        "ply" => ("PLY", "ply"),
        "trk" => ("TrackVis", "TRACK"),
        "json" if text.starts_with(b"[") => {
            let detail = "it holds a list, and an object with “nodes” and “links” was expected".into();
            return Problem::Malformed { kind: "node-link JSON", detail };
        }
        "json" => ("node-link JSON", "{"),
        _ => return Problem::UnknownKind,
    };
    if begins_with.as_bytes().starts_with(head) {
        return Problem::Truncated { detail: format!("it ends after {} bytes", head.len()) };
    }
    Problem::Malformed { kind, detail: format!("it does not begin with “{begins_with}”") }
}

fn stem(name: &str) -> String {
    Path::new(name).file_stem().map_or_else(|| name.to_owned(), |stem| stem.to_string_lossy().into_owned())
}

/// Whether a coordinate can be drawn.
fn is_plausible(coordinate: f64) -> bool {
    // Written so that NaN fails.
    coordinate.abs() <= MAX_COORDINATE
}
