//! What a cloud of points has of a row of its file.

use glam::DVec3;
use heliograph_scene::load::{Limits, LoadedLayer, Progress, Source, load};
use heliograph_scene::{Attribute, LayerData, Points};
use std::sync::Arc;

/// The layers of a file of these bytes.
pub(crate) fn try_load(name: &str, bytes: impl Into<Vec<u8>>) -> Result<Vec<LoadedLayer>, String> {
    let source = Source::Bytes { name: name.into(), bytes: bytes.into().leak() };
    // Less than a count of thousands of millions would take: it is not for the memory that it is refused.
    let progress = Progress::with_limits(Limits { max_bytes: 1_000_000_000 });
    load(&source, &progress).map_err(|error| error.to_string())
}

/// The clouds of a file beside this one.
pub(crate) fn clouds(name: &str) -> Vec<(Arc<Points>, LoadedLayer)> {
    let layers = try_load(name, super::fixture(name)).unwrap_or_else(|error| panic!("{error}"));
    let cloud = |layer: LoadedLayer| {
        let LayerData::Points(points) = &layer.data else { panic!("{name} is a {}", layer.data.kind()) };
        (Arc::clone(points), layer)
    };
    layers.into_iter().map(cloud).collect()
}

/// The first of them.
pub(crate) fn cloud(name: &str) -> (Arc<Points>, LoadedLayer) {
    clouds(name).remove(0)
}

/// Where a row of the file stands in the lists.
pub(crate) fn at(points: &Points, row: u32) -> usize {
    points.file_index.iter().position(|index| *index == row).unwrap()
}

pub(crate) fn place(points: &Points, row: u32) -> DVec3 {
    points.origin + points.positions[at(points, row)].as_dvec3()
}

pub(crate) fn attribute<'a>(points: &'a Points, name: &str) -> &'a Attribute {
    points.attributes.iter().find(|one| one.name == name).unwrap_or_else(|| panic!("no {name}"))
}

pub(crate) fn value(points: &Points, name: &str, row: u32) -> f64 {
    attribute(points, name).values.get(at(points, row))
}

pub(crate) fn text(points: &Points, name: &str, row: u32) -> String {
    attribute(points, name).text(at(points, row))
}
