//! Archives of arrays, and arrays of records, give the numbers that numpy gives.
//!
//! The files were written, and the numbers read, by numpy 2.4 (`numpy.load("cloud.npz")["points"][11]`). wide.npz was written by
//! numpy, its directory then by hand with the sizes and places of 64 bits, and read back by numpy.

#![allow(clippy::unwrap_used, clippy::panic)]

mod files;

use glam::{DVec3, dvec3};
use heliograph_scene::load::{Limits, LoadedLayer, Progress, Source, load};
use heliograph_scene::{Attribute, ColorBy, LayerData, Points, Volume};
use std::sync::Arc;

fn try_load(name: &str, bytes: impl Into<Vec<u8>>) -> Result<Vec<LoadedLayer>, String> {
    let source = Source::Bytes { name: name.into(), bytes: bytes.into().leak() };
    load(&source, &Progress::new()).map_err(|error| error.to_string())
}

fn layers(name: &str) -> Vec<LoadedLayer> {
    try_load(name, files::fixture(name)).unwrap_or_else(|error| panic!("{error}"))
}

fn points(layer: &LoadedLayer) -> Arc<Points> {
    let LayerData::Points(points) = &layer.data else { panic!("{} is a {}", layer.name, layer.data.kind()) };
    Arc::clone(points)
}

fn volume(layer: &LoadedLayer) -> Arc<Volume> {
    let LayerData::Volume(volume) = &layer.data else { panic!("{} is a {}", layer.name, layer.data.kind()) };
    Arc::clone(volume)
}

fn at(points: &Points, row: u32) -> usize {
    points.file_index.iter().position(|index| *index == row).unwrap()
}

fn assert_place(points: &Points, row: u32, expected: DVec3) {
    let found = points.origin + points.positions[at(points, row)].as_dvec3();
    assert!(found.distance(expected) < 1e-5, "{found} is not {expected}");
}

fn attribute<'a>(points: &'a Points, name: &str) -> &'a Attribute {
    points.attributes.iter().find(|one| one.name == name).unwrap_or_else(|| panic!("no {name}"))
}

fn names(points: &Points) -> Vec<&str> {
    points.attributes.iter().map(|one| one.name.as_str()).collect()
}

#[test]
fn arrays_beside_places_are_their_colours_numbers_and_kinds() {
    let layers = layers("cloud.npz");
    assert_eq!((layers.len(), layers[0].name.as_str(), layers[0].style.color_by), (1, "cloud", ColorBy::File));
    let notice = "Left out 1 of 60 points: their coordinates are no finite numbers. \
                  Left out what belongs to no points and is no volume: note, other.";
    assert_eq!(layers[0].notice.as_deref(), Some(notice));
    let points = points(&layers[0]);
    assert_eq!((points.len(), names(&points)), (59, vec!["half", "label", "kind"]));
    assert_place(&points, 11, dvec3(635995.9558138029, 850005.3044931169, 399.1924653246681));
    let row = at(&points, 11);
    assert_eq!(points.file_colors.as_ref().unwrap()[row], [3, 62, 111, 255]);
    assert_eq!(attribute(&points, "half").values.get(row), 0.25927734375);
    assert_eq!(
        (attribute(&points, "label").values.get(row), attribute(&points, "label").values.are_whole()),
        (0.0, true)
    );
    assert_eq!(attribute(&points, "kind").text(row), "roof");
}

#[test]
fn arrays_of_different_lengths_and_volumes_are_layers_of_their_own() {
    let layers = layers("several.npz");
    let names: Vec<&str> = layers.iter().map(|layer| layer.name.as_str()).collect();
    assert_eq!(names, ["several: a", "several: b", "several: vol", "several: volf"]);
    assert_place(&points(&layers[0]), 19, dvec3(57.0, 58.0, 59.0));
    let rows = points(&layers[1]);
    assert_place(&rows, 7, dvec3(-164.0, -113.0, 24.0));
    assert_eq!(attribute(&rows, "column 5").values.get(at(&rows, 7)), -255.0);
    let plain = volume(&layers[2]);
    let value = |volume: &Volume, voxel| volume.values.values.get(volume.index(voxel, 0).unwrap());
    assert_eq!((plain.size, value(&plain, [3, 2, 1])), ([4, 3, 2], 23.0));
    // The same array in Fortran's order stands at the same place in space: its first axis is z.
    let turned = volume(&layers[3]);
    assert_eq!((turned.size, value(&turned, [1, 0, 2])), ([2, 3, 4], 14.0));
    let place = turned.origin + turned.placed.transform_point3(glam::vec3(1.0, 0.0, 2.0)).as_dvec3();
    assert_eq!((place, turned.origin), (dvec3(2.0, 0.0, 1.0), plain.origin));
}

#[test]
fn lists_called_x_y_and_z_are_a_table() {
    let layers = layers("columns.npz");
    let points = points(&layers[0]);
    assert_eq!((layers.len(), names(&points)), (1, vec!["t", "c real", "c imaginary"]));
    assert_place(&points, 9, dvec3(2.25, -2.25, 9.0));
    let (time, row) = (attribute(&points, "t"), at(&points, 8));
    assert_eq!((time.unit.as_deref(), time.values.get(row)), (Some("s since 1970"), 1577836800.0));
    assert_eq!(time.text(at(&points, 9)), "no value");
    assert_eq!(attribute(&points, "c imaginary").values.get(row), 16.0);
}

#[test]
fn records_may_be_padded_nested_and_hold_arrays_and_texts() {
    let layers = layers("aligned.npy");
    let points = points(&layers[0]);
    assert_eq!((points.len(), names(&points)), (25, vec!["id", "p.n", "p.flag", "name", "w"]));
    assert_place(&points, 5, dvec3(0.3833125924326753, -0.6536444065928503, -0.25946005830143554));
    let row = at(&points, 5);
    assert_eq!(
        ["id", "p.n", "p.flag", "w"].map(|name| attribute(&points, name).values.get(row)),
        [5.0, 500.0, 1.0, 0.625]
    );
    assert_eq!(
        (attribute(&points, "name").text(row), attribute(&points, "name").text(at(&points, 4))),
        ("nothing".into(), "abcd".into())
    );
}

#[test]
fn directories_of_64_bits_are_read() {
    assert_place(&points(&layers("wide.npz")[0]), 19, dvec3(57.0, 58.0, 59.0));
}

/// Where the directory's entries begin.
fn entries(archive: &[u8]) -> Vec<usize> {
    (0..archive.len()).filter(|at| archive[*at..].starts_with(b"PK\x01\x02")).collect()
}

#[test]
fn what_is_not_sound_is_refused_in_a_sentence() {
    let refusal = |bytes: &[u8]| try_load("a.npz", bytes).map(|_| ()).unwrap_err();
    let whole = files::fixture("cloud.npz");
    let several = files::fixture("several.npz");
    let changed = |bytes: &[u8], at: usize, new: &[u8]| {
        let mut bytes = bytes.to_vec();
        bytes[at..at + new.len()].copy_from_slice(new);
        bytes
    };
    let places = entries(&several);
    let cases = [
        (refusal(&whole[..whole.len() - 30]), "a.npz is cut short: it has no directory at its end"),
        (refusal(b"PK\x05\x06"), "a.npz is cut short: it has no directory at its end"),
        (
            refusal(&[b"PK\x05\x06".as_slice(), &[0; 18]].concat()),
            "a.npz holds nothing to draw: none of its arrays is points",
        ),
        (refusal(&[b"PK\x05\x06".as_slice(), &[0xfe; 18]].concat()), "a.npz is cut short"),
        // All files at the place of the first.
        (
            refusal(&changed(&several, places[1] + 42, &[0; 4])),
            "a.npz is not a valid NPZ file: its files “a.npy” and “b.npy” lie over each other",
        ),
        (
            refusal(&changed(&several, places[0] + 20, &[0xff, 0xff, 0xff, 0x7f])),
            "a.npz is not a valid NPZ file: its file “a.npy” would end beyond its end",
        ),
        (
            refusal(&changed(&several, places[0] + 16, &[1])),
            "a.npz is not a valid NPZ file: in the array “a”: it does not have the checksum",
        ),
        (
            refusal(&changed(&several, places[0] + 10, &[93])),
            "a.npz cannot be shown: its file “a.npy” is packed by another method",
        ),
        (refusal(&changed(&several, places[0] + 8, &[1])), "a.npz cannot be shown: its file “a.npy” is encrypted"),
        (refusal(&changed(&whole, 150, &[0xff; 40])), "a.npz is not a valid NPZ file: in the array “points”: "),
    ];
    for (text, expected) in cases {
        assert!(text.starts_with(expected), "{text}\n{expected}");
    }
}

#[test]
fn an_archive_that_swells_is_held_against_the_memory_there_is() {
    // 64 MB of zeros in some 300 kB, of an array that promises a gigabyte.
    let text = "{'descr': '<f8', 'fortran_order': False, 'shape': (44739242, 3), }\n";
    let mut packed = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
    let head = [b"\x93NUMPY\x01\x00", &(text.len() as u16).to_le_bytes()[..], text.as_bytes()].concat();
    std::io::Write::write_all(&mut packed, &head).unwrap();
    for _ in 0..64 {
        std::io::Write::write_all(&mut packed, &[0; 1 << 20]).unwrap();
    }
    let packed = packed.finish().unwrap();
    let sizes = [packed.len() as u32, (64 << 20) + head.len() as u32].map(u32::to_le_bytes).concat();
    let common = [&[20, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0][..], &sizes, &[5, 0, 0, 0]].concat();
    let mut file = [b"PK\x03\x04".as_slice(), &common, b"a.npy", &packed].concat();
    let at = file.len() as u32;
    file.extend([b"PK\x01\x02\x14\x00".as_slice(), &common, &[0; 14], b"a.npy"].concat());
    let length = file.len() as u32 - at;
    file.extend(
        [b"PK\x05\x06\0\0\0\0\x01\x00\x01\x00".as_slice(), &length.to_le_bytes(), &at.to_le_bytes(), &[0; 2]].concat(),
    );
    let source = Source::Bytes { name: "a.npz".into(), bytes: file.leak() };
    let told = |max_bytes| load(&source, &Progress::with_limits(Limits { max_bytes })).unwrap_err().to_string();
    assert!(told(1 << 30).starts_with("a.npz needs about 2,148 MB of memory"), "{}", told(1 << 30));
    assert!(
        told(1 << 40)
            .starts_with("a.npz is cut short: in the array “a”: its header promises 44,739,242 rows and 2,796,20"),
        "{}",
        told(1 << 40)
    );
}
