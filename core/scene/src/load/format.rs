//! [`FORMATS`]: the kinds of files that are read, and how each is recognised.

use super::source::{FileReader, Source};
use super::{
    LoadedLayer, Problem, Progress, arrow, e57, edge_list, gexf, gifti, gltf, gml, graph, graphml, las, meta_image,
    nifti, npy, npz, nrrd, obj, off, parquet, pcd, ply, stl, tck, text_table, trk, trx, vtk,
};
use crate::Reading;

/// A kind of files.
pub struct Format {
    /// For people, e.g. `LAS/LAZ`.
    pub name: &'static str,
    /// In small letters, without the dot.
    pub extensions: &'static [&'static str],
    /// What is shown of it, for people.
    pub becomes: &'static str,
    /// Whether a file is of this kind.
    pub(super) is_it: fn(&Head<'_>) -> bool,
    /// What a file that is named like one begins with, to say so of one that does not; empty where that is no text.
    pub(super) begins_with: &'static str,
    pub(super) read: fn(Opened<'_>) -> Result<Vec<LoadedLayer>, Problem>,
}

/// The beginning of a file, and its ending.
pub(super) struct Head<'a> {
    /// Up to 4 kB.
    pub(super) bytes: &'a [u8],
    /// The same without a byte order mark and white space at the start.
    pub(super) text: &'a [u8],
    /// In small letters.
    pub(super) extension: &'a str,
    /// Of the file, in bytes.
    pub(super) length: u64,
}

/// A file that is about to be read, its reader at the start.
pub(super) struct Opened<'a> {
    pub(super) source: &'a Source,
    pub(super) reader: FileReader,
    /// Without its ending.
    pub(super) name: String,
    /// Of a text table; nothing to all others.
    pub(super) reading: Reading,
    pub(super) progress: &'a Progress,
}

/// Every kind, in the order in which a file is held against them: those that are sure first.
pub const FORMATS: &[Format] = &[
    las::FORMAT,
    ply::FORMAT,
    e57::FORMAT,
    trk::FORMAT,
    tck::FORMAT,
    trx::FORMAT,
    vtk::legacy::FORMAT,
    vtk::markup::FORMAT,
    off::FORMAT,
    nifti::FORMAT,
    npy::FORMAT,
    arrow::FORMAT,
    parquet::FORMAT,
    nrrd::FORMAT,
    meta_image::FORMAT,
    gltf::FORMAT,
    gifti::FORMAT,
    npz::FORMAT,
    pcd::FORMAT,
    graphml::FORMAT,
    gexf::FORMAT,
    graph::FORMAT,
    gml::FORMAT,
    stl::FORMAT,
    obj::FORMAT,
    edge_list::FORMAT,
    text_table::FORMAT,
];

/// The endings of all kinds, for file dialogs; a file's kind is read from its content.
pub fn extensions() -> impl Iterator<Item = &'static str> {
    FORMATS.iter().flat_map(|format| format.extensions.iter().copied())
}

/// All kinds in a sentence: `LAS/LAZ, PLY and TRK`.
pub(super) fn names() -> String {
    let names: Vec<&str> = FORMATS.iter().map(|format| format.name).collect();
    match names.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} and {last}", others.join(", ")),
        _ => names.concat(),
    }
}
