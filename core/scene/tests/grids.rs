//! NRRD and MetaImage files of every make give the numbers, at the places, that other readers get from them.
//!
//! `moments.nrrd`, `parts.nhdr` and `parts.raw.gz` were written by pynrrd 1.1.3 and read by it again
//! (`data, header = nrrd.read("parts.nhdr"); data[2, 4, 3, 1]; header["space directions"]`). The types and skips that are built
//! here were read by it once as well; what it has no reading of follows the specification (commas, ends of axes, slices) and
//! teem's `nrrdUnquantize`. `turned.mha`, `vectors.mhd` and `vectors.raw` were written by SimpleITK 2.5.7 and read by it again
//! (`image = sitk.ReadImage("turned.mha"); image[3, 2, 1]; image.TransformIndexToPhysicalPoint((1, 2, 1))`, of whose places x
//! and y are turned here), as was what is built here of MetaImage.

#![allow(clippy::unwrap_used, clippy::panic)]

mod files;

use glam::{DVec3, Vec3, dvec3};
use heliograph_scene::load::{LoadedLayer, Progress, Source, load};
use heliograph_scene::{LayerData, Values, Volume};
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn try_load(source: &Source) -> Result<LoadedLayer, String> {
    load(source, &Progress::new()).map(|mut layers| layers.remove(0)).map_err(|error| error.to_string())
}

fn try_bytes(name: &str, parts: &[&[u8]]) -> Result<LoadedLayer, String> {
    try_load(&Source::Bytes { name: name.into(), bytes: parts.concat().leak() })
}

fn as_volume(layer: LoadedLayer) -> Arc<Volume> {
    let LayerData::Volume(volume) = layer.data else { panic!("{} is a {}", layer.name, layer.data.kind()) };
    volume
}

fn volume(name: &str, parts: &[&[u8]]) -> Arc<Volume> {
    as_volume(try_bytes(name, parts).unwrap_or_else(|error| panic!("{error}")))
}

fn beside_this(name: &str) -> Source {
    Source::Path(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/files").join(name))
}

/// A folder of this test's own with files in it, which goes with it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str, files: &[(&str, &[u8])]) -> Folder {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        files.iter().for_each(|(name, bytes)| std::fs::write(path.join(name), bytes).unwrap());
        Folder(path)
    }

    fn load(&self, name: impl AsRef<Path>) -> Result<LoadedLayer, String> {
        try_load(&Source::Path(self.0.join(name)))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn value(volume: &Volume, voxel: [u32; 3], frame: u32) -> f64 {
    volume.values.values.get(volume.index(voxel, frame).unwrap())
}

fn world(volume: &Volume, voxel: [u32; 3]) -> DVec3 {
    volume.origin + volume.placed.transform_point3(Vec3::from(voxel.map(|part| part as f32))).as_dvec3()
}

fn assert_near(found: DVec3, expected: DVec3) {
    assert!(found.distance(expected) < 1e-4, "{found} is not {expected}");
}

#[test]
fn parts_of_vectors_in_a_compressed_file_beside_the_header_become_moments() {
    let layer = try_load(&beside_this("parts.nhdr")).unwrap();
    assert_eq!(layer.name, "parts");
    let volume = as_volume(layer);
    assert_eq!((volume.size, volume.frames, &volume.time_step), ([5, 4, 2], 3, &None));
    assert_eq!((value(&volume, [0, 0, 0], 0), value(&volume, [4, 3, 1], 2)), (1000.25, 3431.25));
    assert_eq!((value(&volume, [2, 1, 0], 1), value(&volume, [0, 3, 1], 0)), (2210.25, 1031.25));
    assert!(matches!(volume.values.values, Values::F64(_)));
    assert_near(world(&volume, [0, 0, 0]), dvec3(-3.0, 4.0, 5.0));
    assert_near(world(&volume, [2, 3, 1]), dvec3(0.0, 1.5, 11.0));
}

#[test]
fn a_fourth_axis_of_time_has_its_step_and_its_unit() {
    let volume = volume("moments.nrrd", &[&files::fixture("moments.nrrd")]);
    assert_eq!((volume.size, volume.frames), ([4, 3, 2], 5));
    assert_eq!(volume.time_step, Some((1.25, "s".to_owned())));
    assert_eq!((value(&volume, [3, 2, 1], 4), value(&volume, [1, 0, 1], 3)), (3214.0, 1013.0));
    assert_near(world(&volume, [0, 0, 0]), dvec3(-10.0, -20.0, 30.0));
    assert_near(world(&volume, [3, 2, 1]), dvec3(-16.0, -26.0, 34.0));
}

#[test]
fn each_type_is_read_in_both_orders_of_bytes_and_as_text() {
    // The numbers 1, 2, 100, 101 as bytes of each width, the least first.
    let wholes: Vec<u64> = vec![1, 2, 100, 101];
    let bytes = |width: usize, big: bool| -> Vec<u8> {
        let each = |number: &u64| {
            let mut bytes = number.to_le_bytes()[..width].to_vec();
            if big {
                bytes.reverse();
            }
            bytes
        };
        wholes.iter().flat_map(each).collect()
    };
    let types = [
        ("signed char", 1),
        ("uint8_t", 1),
        ("short", 2),
        ("unsigned short int", 2),
        ("int", 4),
        ("uint32", 4),
        ("signed long long int", 8),
        ("ulonglong", 8),
    ];
    let head = |kind: &str, endian: &str, encoding: &str| {
        format!("NRRD0004\ntype: {kind}\ndimension: 3\nsizes: 2 1 2\nendian: {endian}\nencoding: {encoding}\n\n")
    };
    for (kind, width) in types {
        for (endian, big) in [("little", false), ("big", true)] {
            let read = volume("a.nrrd", &[head(kind, endian, "raw").as_bytes(), &bytes(width, big)]);
            let found: Vec<f64> = (0..4).map(|at| read.values.text(at).parse().unwrap()).collect();
            assert_eq!(found, [1.0, 2.0, 100.0, 101.0], "{kind} {endian}");
        }
        let read = volume("a.nrrd", &[head(kind, "little", "ascii").as_bytes(), b"1, 2,100\n101"]);
        assert_eq!(read.values.values.get(3), 101.0, "{kind}");
    }
    let read = volume("a.nrrd", &[head("double", "big", "raw").as_bytes(), &[0x40, 0x09].repeat(16)]);
    assert_eq!(read.values.values.get(3), f64::from_bits(0x4009_4009_4009_4009));
    let read = volume("a.nrrd", &[head("float", "little", "text").as_bytes(), b"1.5 nan\t-1e3,\n7"]);
    assert_eq!((read.values.values.get(2), read.values.values.get(1).is_nan()), (-1000.0, true));
}

#[test]
fn lines_and_bytes_before_the_numbers_are_left_out() {
    let numbers: Vec<u8> = (1..=8i16).flat_map(i16::to_be_bytes).collect();
    let data = [b"a line\nanother line\n?????".as_slice(), &numbers].concat();
    let head = |skips: &str| {
        format!(
            "NRRD0004\ntype: short\ndimension: 3\nsizes: 2 2 2\nendian: big\nencoding: raw\n{skips}data file: ./a.raw\n"
        )
    };
    let (skips, tail, long) = (head("line skip: 2\nbyte skip: 5\n"), head("byte skip: -1\n"), head("byteskip: 9000\n"));
    let text =
        head("lineskip: 1\nbyteskip: 6\n").replace("encoding: raw", "encoding: ascii").replace("./a.raw", "a.txt");
    let files: [(&str, &[u8]); 6] = [
        ("a.raw", &data),
        ("skips.nhdr", skips.as_bytes()),
        ("tail.nhdr", tail.as_bytes()),
        ("long.nhdr", long.as_bytes()),
        ("a.txt", b"a line\nwords 1 2 3 4 5 6 7 8"),
        ("text.nhdr", text.as_bytes()),
    ];
    let folder = Folder::new("skips", &files);
    for name in ["skips.nhdr", "tail.nhdr", "text.nhdr"] {
        let read = as_volume(folder.load(name).unwrap_or_else(|error| panic!("{error}")));
        let found: Vec<f64> = (0..8).map(|at| read.values.values.get(at)).collect();
        assert_eq!(found, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0], "{name}");
    }
    assert_eq!(folder.load("long.nhdr").unwrap_err(), "long.nhdr is cut short: it ends before its numbers");
    // Behind a header in the same file, too.
    let attached = tail.replace("data file: ./a.raw\n", "\n");
    assert_eq!(volume("a.nrrd", &[attached.as_bytes(), &data]).values.values.get(7), 8.0);
}

#[test]
fn axes_without_directions_stand_by_their_spacings_or_their_ends() {
    let head = |fields: &str| format!("NRRD0004\ntype: uchar\nsizes: 2 2 2\nencoding: raw\n{fields}\n\n01234567");
    let read = |fields: &str| volume("a.nrrd", &[head(fields).as_bytes()]);
    assert_near(world(&read(""), [1, 1, 1]), dvec3(1.0, 1.0, 1.0));
    assert_near(world(&read("spacings: 1.5 2 -3"), [1, 1, 1]), dvec3(1.5, 2.0, -3.0));
    let cells = read("axis mins: 10 20 30\naxis maxs: 14 24 34");
    assert_near(world(&cells, [0, 0, 0]), dvec3(11.0, 21.0, 31.0));
    assert_near(world(&cells, [1, 1, 1]), dvec3(13.0, 23.0, 33.0));
    let nodes = read("axismins: 10 20 30\naxismaxs: 14 24 34\ncenters: node node node");
    assert_near(world(&nodes, [0, 0, 0]), dvec3(10.0, 20.0, 30.0));
    assert_near(world(&nodes, [1, 1, 1]), dvec3(14.0, 24.0, 34.0));
    let left = "space: LAS\nspace directions: (2,0,0) (0,2,0) (0,0,2)\nspace origin: (1,2,3)";
    assert_near(world(&read(left), [1, 1, 1]), dvec3(-3.0, 4.0, 5.0));
}

#[test]
fn fewer_than_three_axes_of_space_make_a_slice() {
    let slice = volume("a.nrrd", &[b"NRRD0001\ntype: uchar\nsizes: 3 2\nencoding: raw\n\n012345"]);
    assert_eq!((slice.size, slice.frames, value(&slice, [2, 1, 0], 0)), ([3, 2, 1], 1, f64::from(b'5')));
    let colors = volume(
        "a.nrrd",
        &[b"NRRD0004\ntype: uchar\nsizes: 3 2 2\nkinds: RGB-color domain domain\nencoding: raw\n\nabcdefghijkl"],
    );
    assert_eq!((colors.size, colors.frames, value(&colors, [1, 1, 0], 1)), ([2, 2, 1], 3, f64::from(b'k')));
}

#[test]
fn quantized_numbers_are_what_they_were() {
    let head =
        b"NRRD0004\ntype: uchar\nsizes: 2 2 1\nencoding: raw\nold min: -1\nold max: 1\nsample units: \"mm/s\"\n\n";
    let read = volume("a.nrrd", &[head, &[0, 127, 128, 255]]);
    let found: Vec<f64> = (0..4).map(|at| read.values.values.get(at)).collect();
    assert_eq!(found, [-0.99609375, -0.00390625, 0.00390625, 0.99609375]);
    assert_eq!(read.values.unit.as_deref(), Some("mm/s"));
}

#[test]
fn what_is_not_sound_is_refused_in_a_sentence() {
    let refusal = |fields: &str| {
        let head = format!("NRRD0004\ntype: float\nsizes: 2 2 2\nencoding: raw\n{fields}\n\n");
        try_bytes("a.nrrd", &[head.as_bytes(), &[0; 32]]).map(|_| ()).unwrap_err()
    };
    let cases = [
        ("encoding: bzip2", "a.nrrd cannot be shown: its encoding is “bzip2”; raw, gzip and ascii are read"),
        ("encoding: hex", "a.nrrd cannot be shown: its encoding is “hex”"),
        ("type: block", "a.nrrd cannot be shown: its numbers are of type “block”"),
        ("endian: middle", "a.nrrd is not a valid NRRD file: its bytes are “middle” endian"),
        ("dimension: 4", "a.nrrd is not a valid NRRD file: its dimension is “4”, and it has 3 sizes"),
        ("sizes: 9223372036854775808 9223372036854775808 2", "a.nrrd is not a valid NRRD file: its sizes are"),
        ("sizes: 1000000 1000000 2", "a.nrrd is not a valid NRRD file: its sizes are"),
        ("sizes: 2 2 0", "a.nrrd is not a valid NRRD file: its sizes are “2 2 0”"),
        ("spacings: 1 1", "a.nrrd is not a valid NRRD file: it does not say something of each axis"),
        ("space directions: (1,0,0) (0,1,0) (1,1,0)", "a.nrrd is not a valid NRRD file: its axes make it flat"),
        ("space directions: none none none", "a.nrrd is not a valid NRRD file: none of its axes is one of space"),
        ("space origin: (1e300,0,0)", "a.nrrd is not a valid NRRD file: its axes make it flat, or reach too far"),
        ("no field", "a.nrrd is not a valid NRRD file: line 5: it is no field"),
        ("byte skip: -2", "a.nrrd is not a valid NRRD file: it skips 0 lines and -2 bytes"),
        ("encoding: gzip\nbyte skip: -1", "a.nrrd is not a valid NRRD file: it skips 0 lines and -1 bytes"),
        ("byte skip: 18446744073709551615", "a.nrrd is not a valid NRRD file: it skips “18446744073709551615”"),
        ("line skip: 9223372036854775807", "a.nrrd is cut short: it ends before its numbers"),
        ("data file: /etc/passwd", "a.nrrd cannot be shown: its numbers are in “/etc/passwd”, and of other files only"),
        ("data file: a.raw", "a.nrrd cannot be shown: its numbers are in “a.raw”, which did not come with it"),
        ("data file: LIST", "a.nrrd cannot be shown: its numbers are in several files"),
        ("data file: a%03d.raw 1 9 1", "a.nrrd cannot be shown: its numbers are in several files"),
        ("sizes: 2 2 3", "a.nrrd is cut short: its header promises 12 numbers and 8 are there"),
        ("sizes: 2 2 3\nbyte skip: -1", "a.nrrd is cut short: its header promises 12 numbers and 8 are there"),
        ("sizes: 2 2 3\nencoding: ascii", "a.nrrd is not a valid NRRD file: line 1: it holds what is no number"),
        ("encoding: gzip", "a.nrrd cannot be read: corrupt deflate stream"),
    ];
    for (fields, expected) in cases {
        let text = refusal(fields);
        assert!(text.starts_with(expected), "{text}\n{expected}");
    }
    let long = format!("NRRD0004\n{}", "a".repeat(5 << 20));
    let text = try_bytes("a.nrrd", &[long.as_bytes()]).map(|_| ()).unwrap_err();
    assert!(text.starts_with("a.nrrd is not a valid NRRD file: its header has no end within 4 MB"), "{text}");
}

#[test]
fn a_header_reaches_for_no_file_elsewhere() {
    let head = |file: &str| format!("NRRD0004\ntype: uchar\nsizes: 2 2 2\nencoding: raw\ndata file: {file}\n");
    let files = [("up.nhdr", head("../up.raw")), ("none.nhdr", head("none.raw")), ("folder.nhdr", head("."))];
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    let folder = Folder::new("elsewhere", &files);
    let refusal = |name: &str| folder.load(name).map(|_| ()).unwrap_err();
    assert!(refusal("up.nhdr").ends_with("and of other files only one beside it is opened"));
    assert!(refusal("folder.nhdr").ends_with("and of other files only one beside it is opened"));
    assert!(refusal("none.nhdr").ends_with("its numbers are in “none.raw”, which is not beside it"));
}

#[test]
fn a_compressed_meta_image_stands_as_it_is_turned() {
    let volume = volume("turned.mha", &[&files::fixture("turned.mha")]);
    assert_eq!((volume.size, volume.frames), ([6, 5, 4], 1));
    assert_eq!((value(&volume, [3, 2, 1], 0), value(&volume, [2, 1, 1], 0)), (271.0, 161.0));
    assert_near(world(&volume, [0, 0, 0]), dvec3(-10.0, 20.0, 30.0));
    assert_near(world(&volume, [1, 2, 1]), dvec3(-10.250923907043052, 15.735373733505568, 32.5));
}

#[test]
fn channels_of_a_meta_image_beside_its_header_become_moments() {
    let volume = as_volume(try_load(&beside_this("vectors.mhd")).unwrap());
    assert_eq!((volume.size, volume.frames), ([4, 3, 2], 3));
    let channels: Vec<f64> = (0..3).map(|frame| value(&volume, [3, 2, 1], frame)).collect();
    assert_eq!(channels, [321.5, 322.0, 322.5]);
    assert_near(world(&volume, [1, 2, 1]), dvec3(-1.0, -4.0, 3.0));
}

/// The header of a MetaImage of 2 × 2 × 2 numbers, with more lines, of which a later one counts.
fn meta_header(lines: &str) -> String {
    format!(
        "ObjectType = Image\nNDims = 3\nDimSize = 2 2 2\nElementType = MET_SHORT\n{lines}\nElementDataFile = LOCAL\n"
    )
}

#[test]
fn a_meta_image_has_its_numbers_at_its_end_or_as_text_too() {
    let bytes: Vec<u8> = (1..=8i16).flat_map(i16::to_be_bytes).collect();
    let at_the_end = meta_header("BinaryDataByteOrderMSB = True\nHeaderSize = -1");
    let after = meta_header("ElementByteOrderMSB = True\nHeaderSize = 200\nElementSize = 2 2 2");
    let text = meta_header("BinaryData = False");
    let read = [
        volume("a.mha", &[at_the_end.as_bytes(), b"what is not needed", &bytes]),
        volume("a.mha", &[format!("{after:?<200}").as_bytes(), &bytes]),
        volume("a.mha", &[text.as_bytes(), b"1 2 3 4\n5 6 7 8\n"]),
    ];
    for volume in &read {
        assert_eq!((value(volume, [0, 0, 0], 0), value(volume, [1, 0, 1], 0)), (1.0, 6.0));
    }
    assert_near(world(&read[1], [1, 1, 1]), dvec3(-2.0, -2.0, 2.0));
    let four = meta_header("").replace("NDims = 3", "NDims = 4").replace("2 2 2", "2 2 1 2");
    let moments = volume("a.mha", &[four.as_bytes(), &bytes]);
    assert_eq!((moments.size, moments.frames, value(&moments, [1, 0, 0], 1)), ([2, 2, 1], 2, 1536.0));
}

#[test]
fn a_meta_image_that_is_not_sound_is_refused_in_a_sentence() {
    let refusal = |lines: &str| try_bytes("a.mha", &[meta_header(lines).as_bytes(), &[0; 16]]).map(|_| ()).unwrap_err();
    let cases = [
        ("NDims = 4", "a.mha is not a valid MetaImage file: its NDims is “4”, and it has 3 sizes"),
        ("DimSize = 2 2 -2", "a.mha is not a valid MetaImage file: its DimSize is “2 2 -2”"),
        ("DimSize = 4294967296 4294967296 4294967296", "a.mha is not a valid MetaImage file: its DimSize is"),
        ("DimSize = 3 2 2", "a.mha is cut short: its header promises 12 numbers and 8 are there"),
        ("ElementType = MET_STRING", "a.mha cannot be shown: its ElementType is “MET_STRING”"),
        ("ElementNumberOfChannels = 0", "a.mha is not a valid MetaImage file: its ElementNumberOfChannels"),
        ("ElementNumberOfChannels = 9223372036854775808", "a.mha is not a valid MetaImage file: its DimSize is"),
        ("HeaderSize = -7", "a.mha is not a valid MetaImage file: its HeaderSize is “-7”"),
        ("HeaderSize = 9223372036854775807", "a.mha is cut short: it ends before its numbers"),
        ("TransformMatrix = 1 0 0 1", "a.mha is not a valid MetaImage file: its TransformMatrix has 4 numbers"),
        ("TransformMatrix = 0 0 0 0 0 0 0 0 0", "a.mha is not a valid MetaImage file: its axes make it flat"),
        ("CompressedData = True", "a.mha cannot be read: corrupt deflate stream"),
        ("what is this", "a.mha is not a valid MetaImage file: line 5: it is no “key = value”"),
        ("ElementDataFile = ../a.raw", "a.mha cannot be shown: its numbers are in “../a.raw”, and of other files only"),
        ("ElementDataFile = LIST", "a.mha cannot be shown: its numbers are in several files"),
        ("ElementDataFile = a%03d.raw 1 9 1", "a.mha cannot be shown: its numbers are in several files"),
    ];
    for (lines, expected) in cases {
        let text = refusal(lines);
        assert!(text.starts_with(expected), "{text}\n{expected}");
    }
    let text = try_bytes("a.mha", &[b"ObjectType = Image\nNDims = 3\n"]).map(|_| ()).unwrap_err();
    assert_eq!(text, "a.mha is cut short: its header does not say where its numbers are");
    let text = try_bytes("a.mha", &[b"ObjectType = Tube\nNDims = 3\n"]).map(|_| ()).unwrap_err();
    assert_eq!(text, "a.mha is not a valid MetaImage file: it does not begin with “ObjectType = Image”");
}
