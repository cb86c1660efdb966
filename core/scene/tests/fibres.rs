//! Tractograms of TRX are what trx-python put into them.
//!
//! The files were written, and the numbers read, with Python: trx-python 0.6 (`trx.load("apart.trx").streamlines[14][2]`,
//! `.data_per_vertex["fa"]._data[117]` and so on). Those that are not sound are made here.

#![allow(clippy::unwrap_used, clippy::panic)]

mod files;

use glam::{DVec3, dvec3};
use heliograph_scene::load::{Limits, LoadError, LoadedLayer, Progress, Source, load};
use heliograph_scene::{Attribute, LayerData, Tracts};
use std::sync::Arc;

fn try_load(name: &str, bytes: impl Into<Vec<u8>>, progress: &Progress) -> Result<LoadedLayer, LoadError> {
    let source = Source::Bytes { name: name.into(), bytes: bytes.into().leak() };
    load(&source, progress).map(|mut layers| layers.remove(0))
}

fn tracts(bytes: impl Into<Vec<u8>>) -> (Arc<Tracts>, Option<String>) {
    let layer = try_load("a.trx", bytes, &Progress::new()).unwrap_or_else(|error| panic!("{error}"));
    let LayerData::Tracts(tracts) = layer.data else { panic!("a {}", layer.data.kind()) };
    (tracts, layer.notice)
}

fn refusal(bytes: impl Into<Vec<u8>>) -> String {
    try_load("a.trx", bytes, &Progress::new()).map(|_| ()).unwrap_err().to_string()
}

fn place(tracts: &Tracts, point: usize) -> DVec3 {
    tracts.origin + tracts.positions[point].as_dvec3()
}

fn named<'a>(attributes: &'a [Attribute], name: &str) -> &'a Attribute {
    attributes.iter().find(|one| one.name == name).unwrap_or_else(|| panic!("no {name}"))
}

fn names(attributes: &[Attribute]) -> Vec<&str> {
    attributes.iter().map(|one| one.name.as_str()).collect()
}

/// Of streamline 14: its first point and its length in points, the place of its third, `fa` and `color` there, `weight`, `ends`
/// and its length in millimetres.
struct Expected {
    first: usize,
    points: usize,
    place: DVec3,
    fa: f64,
    color: [f64; 3],
    weight: f64,
    ends: [f64; 2],
    length: f64,
}

fn assert_is(tracts: &Tracts, expected: &Expected) {
    let point = expected.first + 2;
    assert_eq!((tracts.len(), tracts.range(14)), (40, expected.first..expected.first + expected.points));
    assert!(place(tracts, point).distance(expected.place) < 1e-5, "{} is not {}", place(tracts, point), expected.place);
    assert_eq!(names(&tracts.attributes), ["fa", "red", "green", "blue"]);
    let of_point = |name: &str| named(&tracts.attributes, name).values.get(point);
    assert_eq!((of_point("fa"), ["red", "green", "blue"].map(of_point)), (expected.fa, expected.color));
    let of_line = |name: &str| named(&tracts.line_attributes, name).values.get(14);
    assert_eq!((of_line("weight"), ["ends 1", "ends 2"].map(of_line)), (expected.weight, expected.ends));
    assert!((of_line("length") - expected.length).abs() < 1e-4, "{}", of_line("length"));
    assert_eq!(named(&tracts.line_attributes, "length").unit.as_deref(), Some("mm"));
    assert_eq!(tracts.file_index, (0..40).collect::<Vec<u32>>());
}

#[test]
fn streamlines_their_numbers_and_those_of_their_points_are_read_in_every_width() {
    let (single, notice) = tracts(files::fixture("apart.trx"));
    assert_is(
        &single,
        &Expected {
            first: 115,
            points: 4,
            place: dvec3(-6.588054656982422, -34.822200775146484, 14.624207496643066),
            fa: 0.367919921875,
            color: [253.0, 6.0, 184.0],
            weight: 0.07604980500583769,
            ends: [78.0, 20.0],
            length: 4.092613969935547,
        },
    );
    assert_eq!(notice, None);
    let bounds = single.bounds.unwrap();
    let least = single.origin + bounds.min.as_dvec3();
    assert!(least.distance(dvec3(-23.87071990966797, -43.73154830932617, 4.32393741607666)) < 1e-5, "{least}");
    assert_is(
        &tracts(files::fixture("overlapping.trx")).0,
        &Expected {
            first: 122,
            points: 12,
            place: dvec3(-7.015625, -34.84375, 11.8203125),
            fa: 0.494384765625,
            color: [159.0, 156.0, 130.0],
            weight: 0.5044976707905727,
            ends: [94.0, 75.0],
            length: 19.9457319397621,
        },
    );
    assert_is(
        &tracts(files::fixture("double.trx")).0,
        &Expected {
            first: 107,
            points: 5,
            place: dvec3(-3.7127559185028076, -36.73609924316406, 14.786840438842773),
            fa: 0.9716796875,
            color: [58.0, 111.0, 137.0],
            weight: 0.1489491350612533,
            ends: [29.0, 45.0],
            length: 5.930531049032688,
        },
    );
}

#[test]
fn groups_that_are_apart_are_kinds_of_streamlines_with_what_is_said_of_each() {
    let (tracts, _) = tracts(files::fixture("apart.trx"));
    let of_lines = ["length", "weight", "ends 1", "ends 2", "cluster", "group", "volume", "mean_fa"];
    assert_eq!(names(&tracts.line_attributes), of_lines);
    let group = named(&tracts.line_attributes, "group");
    assert_eq!([0, 12, 13, 39].map(|line| group.text(line)), ["CC", "AF_L", "no group", "AF_L"]);
    let said = |name: &str, line| named(&tracts.line_attributes, name).values.get(line);
    assert_eq!((said("mean_fa", 3), said("mean_fa", 14), said("volume", 16)), (0.625, 0.25, 1234.0));
    assert!(said("mean_fa", 13).is_nan() && said("volume", 3).is_nan());
}

#[test]
fn groups_that_overlap_are_told_of_each_streamline_one_by_one() {
    let (tracts, _) = tracts(files::fixture("overlapping.trx"));
    let of_lines = [
        "length",
        "weight",
        "ends 1",
        "ends 2",
        "cluster",
        "AF_L: volume",
        "AF_L: mean_fa",
        "AF_L",
        "CC: mean_fa",
        "CC",
    ];
    assert_eq!(names(&tracts.line_attributes), of_lines);
    let is_in = |group: &str, line| named(&tracts.line_attributes, group).text(line);
    assert_eq!(["AF_L", "CC"].map(|group| is_in(group, 3)), ["inside", "inside"]);
    assert_eq!(["AF_L", "CC"].map(|group| is_in(group, 4)), ["outside", "inside"]);
    assert_eq!(named(&tracts.line_attributes, "AF_L: volume").values.get(3), 1234.0);
}

/// An archive of stored files.
fn archive(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let (mut archive, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in files {
        let mut checksum = flate2::Crc::new();
        checksum.update(bytes);
        let size = (bytes.len() as u32).to_le_bytes();
        let name_length = (name.len() as u16).to_le_bytes();
        let common =
            [&[20, 0, 0, 0, 0, 0, 0, 0, 0, 0][..], &checksum.sum().to_le_bytes(), &size, &size, &name_length, &[0; 2]]
                .concat();
        let at = (archive.len() as u32).to_le_bytes();
        archive.extend([b"PK\x03\x04".as_slice(), &common, name.as_bytes(), bytes].concat());
        directory.extend([b"PK\x01\x02\x14\x00".as_slice(), &common, &[0; 10], &at, name.as_bytes()].concat());
    }
    let (at, count) = (archive.len() as u32, files.len() as u16);
    let length = (directory.len() as u32).to_le_bytes();
    archive.extend(directory);
    let count = count.to_le_bytes();
    archive.extend([b"PK\x05\x06\0\0\0\0".as_slice(), &count, &count, &length, &at.to_le_bytes(), &[0; 2]].concat());
    archive
}

fn floats(numbers: &[f32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

fn wholes(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

fn header(points: u64, streamlines: u64) -> Vec<u8> {
    let matrix = "[[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]";
    format!(
        "{{\"DIMENSIONS\": [1, 1, 1], \"VOXEL_TO_RASMM\": {matrix}, \"NB_VERTICES\": {points}, \
         \"NB_STREAMLINES\": {streamlines}}}"
    )
    .into_bytes()
}

/// Three streamlines of two points, the third coordinate of point 2 as given.
fn three(third: f32) -> Vec<(&'static str, Vec<u8>)> {
    let mut places: Vec<f32> = (0..18).map(|number| number as f32).collect();
    places[8] = third;
    vec![
        ("header.json", header(6, 3)),
        ("positions.3.float32", floats(&places)),
        ("offsets.uint32", wholes(&[0, 2, 4, 6])),
        ("dpv/a.float32", floats(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0])),
        ("dps/b.uint32", wholes(&[7, 8, 9])),
    ]
}

fn changed(files: &[(&'static str, Vec<u8>)], name: &str, new: (&'static str, Vec<u8>)) -> Vec<u8> {
    let file = |file: &(&'static str, Vec<u8>)| if file.0 == name { new.clone() } else { file.clone() };
    archive(&files.iter().map(file).collect::<Vec<_>>())
}

#[test]
fn a_streamline_that_is_nowhere_is_left_out_with_all_that_is_said_of_it() {
    let (tracts, notice) = tracts(archive(&three(f32::NAN)));
    assert_eq!(notice.as_deref(), Some("Left out 1 of 3 streamlines: their coordinates are not finite numbers."));
    assert_eq!((tracts.starts.as_slice(), tracts.file_index.as_slice()), (&[0, 2, 4][..], &[0, 2][..]));
    assert_eq!(place(&tracts, 2), dvec3(12.0, 13.0, 14.0));
    assert_eq!(named(&tracts.attributes, "a").values.get(2), 5.0);
    assert_eq!(named(&tracts.line_attributes, "b").values.get(1), 9.0);
}

#[test]
fn older_files_folders_and_what_is_not_of_trx_are_taken_as_they_are_meant() {
    let files = three(8.0);
    let (older, _) = tracts(changed(&files, "offsets.uint32", ("offsets.uint32", wholes(&[0, 2, 4]))));
    assert_eq!(older.starts, [0, 2, 4, 6]);
    let (empty, notice) = tracts(changed(&files, "offsets.uint32", ("offsets.uint32", wholes(&[0, 2, 2, 6]))));
    assert_eq!((empty.starts.as_slice(), empty.file_index.as_slice(), notice), (&[0, 2, 6][..], &[0, 2][..], None));
    let mut more = files.clone();
    more.push(("groups/g.uint32", wholes(&[1, 3, u32::MAX])));
    more.push(("dpg/nobody/n.uint32", wholes(&[1])));
    more.push(("notes.md", b"hello".to_vec()));
    let in_a_folder: Vec<(String, Vec<u8>)> =
        more.iter().map(|(name, bytes)| (format!("bundle/{name}"), bytes.clone())).collect();
    let in_a_folder: Vec<(&str, Vec<u8>)> =
        in_a_folder.iter().map(|(name, bytes)| (name.as_str(), bytes.clone())).collect();
    let (tracts, notice) = tracts(archive(&in_a_folder));
    assert_eq!(tracts.len(), 3);
    assert_eq!(
        notice.as_deref(),
        Some(
            "Left out 2 members of groups: they are no streamlines of the file. Left out what is said of 1 group: they \
             have no streamlines. Left out what is not of TRX: notes.md."
        )
    );
}

#[test]
fn what_is_not_sound_is_refused_in_a_sentence() {
    let files = three(8.0);
    let with = |name: &str, new: &'static str, bytes: Vec<u8>| refusal(changed(&files, name, (new, bytes)));
    let of_header = |points, streamlines| with("header.json", "header.json", header(points, streamlines));
    let of_offsets = |offsets: &[u32]| with("offsets.uint32", "offsets.uint32", wholes(offsets));
    let whole = archive(&files);
    let mut damaged = whole.clone();
    let at = (0..whole.len()).find(|at| whole[*at..].starts_with(&floats(&[5.0, 6.0]))).unwrap();
    damaged[at] ^= 1;
    let cases = [
        (refusal(&whole[..whole.len() - 9]), "a.trx is cut short: it has no directory at its end"),
        (
            refusal(damaged),
            "a.trx is not a valid TRX file: in its file “positions.3.float32”: it does not have the checksum",
        ),
        (with("header.json", "head.json", vec![]), "a.trx is not a valid TRX file: it has no header.json"),
        (with("header.json", "header.json", b"{}".to_vec()), "a.trx is not a valid TRX file: its header.json: missing"),
        (of_header(1 << 63, 3), "a.trx cannot be shown: it has 9,223,372,036,854,775,808 points and 3 streamlines"),
        (of_header(6, 1 << 63), "a.trx cannot be shown: it has 6 points and 9,223"),
        (of_header(0, 0), "a.trx holds nothing to draw: it has no streamlines"),
        (
            of_header(4_000_000_000, 3),
            "a.trx is not a valid TRX file: in its file “positions.3.float32”: it has 18 numbers, and 4,000,000,000 \
             points need 12,000,000,000",
        ),
        (of_header(6, 5), "a.trx is not a valid TRX file: in its file “offsets.uint32”: it has 4 numbers, and 6 ends"),
        (
            with("positions.3.float32", "positions.2.float32", vec![]),
            "a.trx is not a valid TRX file: it has no positions",
        ),
        (with("dpv/a.float32", "offsets.uint8", vec![0, 1, 2]), "a.trx is not a valid TRX file: it has offsets twice"),
        (
            of_offsets(&[0, 4, 2, 6]),
            "a.trx is not a valid TRX file: in its file “offsets.uint32”: streamline 2 begins at 2",
        ),
        (
            of_offsets(&[1, 2, 4, 6]),
            "a.trx is not a valid TRX file: in its file “offsets.uint32”: streamline 0 begins at 1",
        ),
        (of_offsets(&[0, 2, 4, 5]), "a.trx is not a valid TRX file: in its file “offsets.uint32”: its streamlines end"),
        (
            with("offsets.uint32", "offsets.float32", floats(&[0.0, f32::NAN, 4.0, 6.0])),
            "a.trx is not a valid TRX file: in its file “offsets.float32”: streamline 1 begins at NaN",
        ),
        (
            with("positions.3.float32", "positions.3.float32", floats(&[f32::INFINITY; 18])),
            "a.trx holds nothing to draw: of its 3 streamlines none has finite points",
        ),
    ];
    for (text, expected) in cases {
        assert!(text.starts_with(expected), "{text}\n{expected}");
    }
}

#[test]
fn more_memory_than_there_is_is_not_taken_and_a_wish_to_stop_is_heard() {
    let progress = Progress::with_limits(Limits { max_bytes: 4_000 });
    let error = try_load("a.trx", files::fixture("double.trx"), &progress).unwrap_err();
    assert!(error.to_string().starts_with("a.trx needs about 1 MB of memory"), "{error}");
    let progress = Progress::new();
    progress.cancel();
    let outcome = try_load("a.trx", files::fixture("double.trx"), &progress);
    assert!(matches!(outcome, Err(LoadError::Cancelled)), "{outcome:?}");
}
