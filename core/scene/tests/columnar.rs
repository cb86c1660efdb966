//! Tables of columns give the numbers that were put into them.
//!
//! pyarrow 26.0.1 wrote the files, out of numpy's numbers; of row `i`: x = 500000.25 + i / 2, y = 4649776.125 − i / 4,
//! z = 1.5 (i mod 7), count = i or nothing where i mod 10 = 3, kind = ground, tree or nothing by i mod 3, weight = i / 8.

#![allow(clippy::unwrap_used, clippy::panic)]

mod files;

use files::points::{attribute, cloud, place, text, try_load, value};
use glam::dvec3;
use heliograph_scene::Points;

fn assert_places(points: &Points, rows: impl IntoIterator<Item = u32>) {
    for row in rows {
        let number = f64::from(row);
        let expected = dvec3(500_000.25 + number / 2.0, 4_649_776.125 - number / 4.0, f64::from(row % 7) * 1.5);
        let found = place(points, row);
        assert!(found.distance(expected) < 1e-5, "row {row}: {found} is not {expected}");
    }
}

#[test]
fn the_same_table_is_read_however_it_is_written() {
    for name in ["table.arrow", "table.arrows", "table.feather", "table.parquet", "table-2.parquet", "polars.parquet"] {
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

/// Without the list, and with the moments that Parquet had first.
#[test]
fn another_writer_of_parquet_is_read() {
    let (points, layer) = cloud("fastparquet.parquet");
    assert_eq!((points.len(), layer.notice), (40, None));
    assert_places(&points, 0..40);
    assert_eq!(value(&points, "count", 12), 12.0);
    assert!(value(&points, "count", 13).is_nan());
    assert_eq!([0, 1, 2].map(|row| text(&points, "kind", row)), ["ground", "tree", "nothing"]);
    assert_eq!([3, 4, 5].map(|row| text(&points, "class", row)), ["ground", "tree", "nothing"]);
    assert_eq!([4, 5, 16, 17].map(|row| value(&points, "is_edge", row)), [1.0, 0.0, 1.0, 0.0]);
    assert_eq!(value(&points, "when", 39), 1_700_000_000_039e6);
    assert_eq!(value(&points, "weight", 33), 4.125);
}

#[test]
fn vectors_and_structures_are_places() {
    let (points, layer) = cloud("vectors.arrow");
    assert_places(&points, (0..40).filter(|row| *row != 9));
    assert_eq!([6, 7].map(|row| text(&points, "note", row)), ["short", "a text longer than twelve 1"]);
    assert_eq!([19, 20].map(|row| text(&points, "long", row)), ["a", "b"]);
    let notice = "Left out 1 of 40 points: their coordinates are no finite numbers.";
    assert_eq!(layer.notice.as_deref(), Some(notice), "row 9 has no place");
    let (points, layer) = cloud("geometry.arrow");
    assert_places(&points, (0..40).filter(|row| *row != 5));
    assert_eq!(value(&points, "v", 39), 39.0);
    assert_eq!(layer.notice.as_deref(), Some(notice), "row 5 has none");
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

/// Batches of 3 and 2 rows: in the first, 0 is “oak” and 1 “elm”, in the second, 0 is “ash”.
#[test]
fn a_dictionary_that_is_replaced_counts_for_the_batches_before_it() {
    let (points, _) = cloud("replaced.arrows");
    assert_eq!([0, 1, 2, 3, 4].map(|row| text(&points, "kind", row)), ["oak", "elm", "oak", "ash", "nothing"]);
}

#[test]
fn an_entry_that_a_dictionary_has_not_is_told() {
    let mut bytes = files::fixture("replaced.arrows");
    // y, which is 9.5 throughout the last batch, stands behind its entries.
    let at = bytes.windows(8).position(|eight| eight == 9.5f64.to_le_bytes()).unwrap();
    assert_eq!(bytes[at - 8..at], [0; 8], "the batch's entries");
    bytes[at - 8] = 7;
    let error = try_load("a.arrows", bytes).unwrap_err();
    assert!(error.contains("“kind” asks for entry 7 of 1"), "{error}");
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
