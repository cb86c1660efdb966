//! Layers out of files: [`FORMATS`] lists the kinds that are read.
//!
//! **A file is an adversary.** Nothing is allocated on the word of a header: counts are held against the bytes that
//! are there, and the memory that a file will take against [`Limits`]. Coordinates that are not finite, or beyond
//! [`MAX_COORDINATE`], are left out with a notice; a file with no others is refused.

mod arrow;
mod cloud;
mod columnar;
mod columns;
mod dialect;
mod e57;
mod edge_list;
mod error;
mod format;
mod gexf;
mod gifti;
mod gltf;
mod gml;
mod graph;
mod graphml;
mod grid;
mod gzip;
mod kinds;
mod labels;
mod las;
mod levels;
mod lines;
mod meta_image;
mod nifti;
mod nodes;
mod npy;
mod npz;
mod nrrd;
mod numbers;
mod obj;
mod off;
mod parquet;
mod pcd;
mod ply;
mod progress;
mod source;
mod stl;
mod surface;
mod table;
mod tck;
mod text_table;
mod trk;
mod trx;
mod vtk;
mod watched;
mod xml;
mod zip;

pub use error::{LoadError, Problem};
pub use format::{FORMATS, Format, extensions};
pub use progress::{Limits, Progress};
pub use source::Source;

pub(crate) use columns::unique;
pub(crate) use nodes::is_geographic;

use crate::axes::Axes;
use crate::boxes::Boxes;
use crate::coarse::coarser;
use crate::reading::{Guess, TextTable};
use crate::{Colormap, LayerData, Reading, Style, parallel};
use format::{Head, Opened};
use source::FileReader;
use std::io::{Read, Seek};
use std::path::Path;
use std::sync::Arc;

/// Coordinates farther from zero than this are taken for garbage: products of three would leave 32 bits.
pub const MAX_COORDINATE: f64 = 1e12;

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
    /// Which file it came out of, and the how manieth of that file's layers it is, from 0.
    pub file: Option<(Source, u32)>,
    /// About its elements, for those who look for few of them.
    pub(crate) boxes: Arc<Boxes>,
    /// Of a mesh: see [`crate::Layer::coarser`].
    pub(crate) coarser: Arc<Vec<Vec<u32>>>,
    /// Of a table of points that has more columns: which can be coordinates.
    pub(crate) axes: Option<Arc<Axes>>,
    /// Of a text table: how it was read.
    pub(crate) table: Option<TextTable>,
}

impl LoadedLayer {
    /// A layer in the style that suits its data.
    pub fn new(name: String, data: LayerData, notice: Option<String>) -> LoadedLayer {
        let mut layer = LoadedLayer::exact(name, data, notice);
        if let LayerData::Mesh(mesh) = &layer.data {
            layer.coarser = Arc::new(coarser(mesh, |_| true).unwrap_or_default());
        }
        layer
    }

    /// The same, of a mesh without coarser levels: those of files are made when the file is read, by [`load`].
    pub(crate) fn exact(name: String, mut data: LayerData, notice: Option<String>) -> LoadedLayer {
        if let LayerData::Volume(volume) = &mut data
            && labels::is_named_so(&name)
        {
            labels::told_apart(Arc::make_mut(volume));
        }
        // Computed here, on the thread that reads: the one that draws must not wait for it.
        parallel::each(data.fields().into_iter().chain(data.link_fields()).collect(), |field| drop(field.summary()));
        let boxes = Arc::new(Boxes::of(&data));
        let color_by = data.first_colors();
        // Radiologists' convention for volumes.
        let is_volume = matches!(data, LayerData::Volume(_));
        let colormap = if is_volume { Colormap::Gray } else { Style::default().colormap };
        let mut style = Style { color_by, colormap, ..Style::default() };
        // Between two labels is no third.
        style.volume.smooth = !data.has_labels();
        if let LayerData::Network(network) = &data {
            style.thin_out(network.len(), network.edges.len());
        }
        LoadedLayer { name, data, style, notice, file: None, boxes, coarser: Arc::default(), axes: None, table: None }
    }

    /// The same, of a table; `names` are those of the columns that became coordinates.
    pub(crate) fn of_table(mut self, names: [Option<&str>; 3]) -> LoadedLayer {
        if let LayerData::Points(points) = &self.data
            && let Some(axes) = Axes::of(points, names)
        {
            self.style.axes = axes.guess;
            self.axes = Some(Arc::new(axes));
        }
        self
    }

    /// The same, of a text table that was read so.
    pub(crate) fn of_text(self, reading: Reading, guess: Guess) -> LoadedLayer {
        LoadedLayer { table: Some(TextTable::new(reading, guess)), ..self }
    }
}

/// Reads a file, on the calling thread; `progress` tells how far it is and takes the wish to stop.
///
/// # Errors
/// One sentence with the file's name, what is wrong and what was expected.
pub fn load(source: &Source, progress: &Progress) -> Result<Vec<LoadedLayer>, LoadError> {
    load_as(source, Reading::default(), progress)
}

/// The same; if the file is a text table it is read so.
///
/// # Errors
/// As for [`load`].
pub fn load_as(source: &Source, reading: Reading, progress: &Progress) -> Result<Vec<LoadedLayer>, LoadError> {
    let name = source.file_name();
    let mut layers = read(source, &name, reading, progress).map_err(|problem| match problem {
        // Where bytes are decompressed, the wish to stop comes as an error of reading.
        _ if progress.is_cancelled() => LoadError::Cancelled,
        Problem::Cancelled => LoadError::Cancelled,
        problem => LoadError::File { name: name.clone(), problem: problem.tidied() },
    })?;
    for (part, layer) in (0..).zip(&mut layers) {
        layer.file = Some((source.clone(), part));
    }
    progress.finish();
    Ok(layers)
}

fn read(source: &Source, name: &str, reading: Reading, progress: &Progress) -> Result<Vec<LoadedLayer>, Problem> {
    let mut reader = source.open()?;
    let format = format_of(&mut reader, name)?;
    let layers = (format.read)(Opened { source, reader, name: stem(name), reading, progress })?;
    // What reading took beside the layers is gone by now.
    layers.into_iter().map(|layer| layer.coarsened(progress)).collect()
}

/// Content first, then the ending; leaves the reader at the start.
fn format_of(reader: &mut FileReader, name: &str) -> Result<&'static Format, Problem> {
    if reader.len() == 0 {
        return Err(Problem::Empty);
    }
    let mut bytes = Vec::new();
    reader.by_ref().take(4096).read_to_end(&mut bytes)?;
    reader.rewind()?;
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes).trim_ascii_start();
    let extension = Path::new(name).extension().and_then(|ending| ending.to_str()).unwrap_or("").to_ascii_lowercase();
    let head = Head { bytes: &bytes, text, extension: &extension, length: reader.len() };
    FORMATS.iter().find(|format| (format.is_it)(&head)).ok_or_else(|| unrecognised(&head))
}

fn unrecognised(head: &Head<'_>) -> Problem {
    let Some(format) = FORMATS.iter().find(|format| format.extensions.contains(&head.extension)) else {
        return Problem::UnknownKind { known: format::names() };
    };
    if format.begins_with.is_empty() {
        let is_table = format.name == text_table::FORMAT.name;
        let detail = if is_table { "it has no line with two numbers" } else { "it does not begin like one" };
        return Problem::Malformed { kind: format.name, detail: detail.into() };
    }
    if format.begins_with.as_bytes().starts_with(head.bytes) {
        return Problem::Truncated { detail: format!("it ends after {} bytes", head.bytes.len()) };
    }
    let detail = match head.text {
        [b'[', ..] if head.extension == "json" => {
            "it holds a list, and an object with “nodes” and “links” was expected".into()
        }
        _ => format!("it does not begin with “{}”", format.begins_with),
    };
    Problem::Malformed { kind: format.name, detail }
}

fn stem(name: &str) -> String {
    Path::new(name).file_stem().map_or_else(|| name.to_owned(), |stem| stem.to_string_lossy().into_owned())
}

/// Whether a coordinate can be drawn.
pub(crate) fn is_plausible(coordinate: f64) -> bool {
    // Written so that NaN fails.
    coordinate.abs() <= MAX_COORDINATE
}
