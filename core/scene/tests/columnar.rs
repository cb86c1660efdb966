//! Tables of columns give the numbers that were put into them.
//!
//! pyarrow 26.0.1 wrote the files, out of numpy's numbers; of row `i`: x = 500000.25 + i / 2, y = 4649776.125 − i / 4,
//! z = 1.5 (i mod 7), count = i or nothing where i mod 10 = 3, kind = ground, tree or nothing by i mod 3, weight = i / 8.

#![allow(clippy::unwrap_used, clippy::panic)]

mod files;

use glam::{DVec3, dvec3};
use heliograph_scene::load::{Limits, LoadedLayer, Progress, Source, load};
use heliograph_scene::{Attribute, LayerData, Points};
use std::sync::Arc;

fn try_load(name: &str, bytes: impl Into<Vec<u8>>) -> Result<LoadedLayer, String> {
    let source = Source::Bytes { name: name.into(), bytes: bytes.into().leak() };
    // Less than a count of thousands of millions would take: it is not for the memory that it is refused.
    let progress = Progress::with_limits(Limits { max_bytes: 1_000_000_000 });
    load(&source, &progress).map(|mut layers| layers.remove(0)).map_err(|error| error.to_string())
}

fn cloud(name: &str) -> (Arc<Points>, LoadedLayer) {
    let layer = try_load(name, files::fixture(name)).unwrap_or_else(|error| panic!("{error}"));
    let LayerData::Points(points) = &layer.data else { panic!("{name} is a {}", layer.data.kind()) };
    (Arc::clone(points), layer)
}

fn at(points: &Points, row: u32) -> usize {
    points.file_index.iter().position(|index| *index == row).unwrap()
}

fn attribute<'a>(points: &'a Points, name: &str) -> &'a Attribute {
    points.attributes.iter().find(|one| one.name == name).unwrap_or_else(|| panic!("no {name}"))
}

fn value(points: &Points, name: &str, row: u32) -> f64 {
    attribute(points, name).values.get(at(points, row))
}

fn text(points: &Points, name: &str, row: u32) -> String {
    attribute(points, name).text(at(points, row))
}

fn assert_places(points: &Points, rows: impl IntoIterator<Item = u32>) {
    for row in rows {
        let number = f64::from(row);
        let expected = dvec3(500_000.25 + number / 2.0, 4_649_776.125 - number / 4.0, f64::from(row % 7) * 1.5);
        let found: DVec3 = points.origin + points.positions[at(points, row)].as_dvec3();
        assert!(found.distance(expected) < 1e-5, "row {row}: {found} is not {expected}");
    }
}

#[test]
fn the_same_table_is_read_however_it_is_written() {
    for name in ["table.arrow", "table.arrows", "table.feather"] {
        let (points, layer) = cloud(name);
        assert_eq!(points.len(), 40, "{name}");
        assert_places(&points, 0..40);
        assert_eq!(value(&points, "count", 12), 12.0);
        assert!(value(&points, "count", 13).is_nan(), "{name} says nothing of row 13");
        assert_eq!([0, 1, 2].map(|row| text(&points, "kind", row)), ["ground", "tree", "nothing"]);
        assert_eq!([3, 4, 5].map(|row| text(&points, "class", row)), ["ground", "tree", "nothing"]);
        assert_eq!([4, 5, 16, 17].map(|row| value(&points, "is_edge", row)), [1.0, 0.0, 1.0, 0.0]);
        assert_eq!(value(&points, "when", 39), 1_700_000_000_039.0);
        assert_eq!(attribute(&points, "when").unit.as_deref(), Some("ms"));
        assert_eq!(value(&points, "weight", 33), 4.125);
        assert_eq!(layer.notice.as_deref(), Some("Left out what is no number, text or truth value: tags."));
    }
}

#[test]
fn vectors_and_structures_are_places() {
    let (points, layer) = cloud("vectors.arrow");
    assert_places(&points, 0..40);
    assert_eq!([6, 7].map(|row| text(&points, "note", row)), ["short", "a text longer than twelve 1"]);
    assert_eq!([19, 20].map(|row| text(&points, "long", row)), ["a", "b"]);
    assert_eq!(layer.notice, None);
    let (points, layer) = cloud("geometry.arrow");
    assert_places(&points, (0..40).filter(|row| *row != 5));
    assert_eq!(value(&points, "v", 39), 39.0);
    assert_eq!(layer.notice.as_deref(), Some("Left out 1 of 40 points: their coordinates are no finite numbers."));
}

#[test]
fn what_is_promised_and_not_there_is_told() {
    let whole = files::fixture("table.feather");
    let error = try_load("cut.feather", &whole[..whole.len() / 2]).unwrap_err();
    assert!(error.starts_with("cut.feather is cut short: "), "{error}");
    let error = try_load("old.feather", b"FEA1 and more".to_vec()).unwrap_err();
    assert!(error.contains("Feather of version 1"), "{error}");
    // A description of two thousand million bytes.
    let error = try_load("huge.arrow", [&b"ARROW1\0\0\xff\xff\xff\xff"[..], &0x7fff_fff0u32.to_le_bytes()].concat());
    assert!(error.as_ref().unwrap_err().contains("promises 2147483632 bytes"), "{error:?}");
}

/// Buffers that say that they unpack to far more than they do.
#[test]
fn a_buffer_is_held_against_the_memory_before_it_is_unpacked() {
    let mut bytes = files::fixture("table.arrow");
    let frame = 0xfd2f_b528u32.to_le_bytes();
    let at = bytes.windows(4).position(|four| four == frame).unwrap();
    bytes[at - 8..at].copy_from_slice(&(1i64 << 60).to_le_bytes());
    let error = try_load("bomb.arrow", bytes).unwrap_err();
    assert!(error.contains("needs about 1,152,921,504,607 MB of memory"), "{error}");
}
