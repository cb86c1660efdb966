//! Arrays and point clouds of other programs give the numbers that were put into them.
//!
//! The arrays were made and read with Python: numpy 2.4 (`numpy.load("points.npy")[3]`). The PCD files were written after the
//! format's specification, by Python's `struct`, from numpy's numbers; the packed one by hand, of literal runs and of references
//! back. pypcd4 1.5 reads the same numbers (`PointCloud.from_path("cloud.pcd").numpy()[9]`); features.pcd was written by it.

#![allow(clippy::unwrap_used, clippy::panic)]

mod files;

use files::points::{at, cloud, place, try_load, value};
use glam::{DVec3, dvec3};
use heliograph_scene::{ColorBy, LayerData};

fn assert_near(found: DVec3, expected: DVec3) {
    assert!(found.distance(expected) < 1e-5, "{found} is not {expected}");
}

#[test]
fn an_array_of_numbers_is_points_and_what_is_not_finite_is_left_out() {
    let (points, layer) = cloud("points.npy");
    assert_eq!(layer.notice.as_deref(), Some("Left out 1 of 60 points: their coordinates are no finite numbers."));
    assert_eq!(points.len(), 59);
    assert_near(place(&points, 3), dvec3(635982.6786515756, 849998.3260761437, 396.51032207966574));
    assert!((value(&points, "column 4", 3) - -0.6292880940615545).abs() < 1e-6);
    assert!((value(&points, "column 5", 3) - -48.800582327685746).abs() < 1e-4);
    let (points, _) = cloud("fortran.npy");
    assert_near(place(&points, 4), dvec3(3.0, 1.0, 0.0));
}

#[test]
fn records_are_points_with_named_numbers_in_either_order_of_bytes() {
    let (points, _) = cloud("records.npy");
    assert_eq!(points.len(), 40);
    assert_near(place(&points, 5), dvec3(0.46186617, -0.38033557, -0.37715203));
    assert_eq!(value(&points, "hits", 5), 5.0);
}

#[test]
fn an_array_of_four_dimensions_is_a_volume_of_several_moments() {
    let layer = try_load("grid.npy", files::fixture("grid.npy")).unwrap().remove(0);
    let LayerData::Volume(volume) = layer.data else { panic!("a {}", layer.data.kind()) };
    assert_eq!((volume.size, volume.frames), ([5, 2, 3], 4));
    let value = |voxel, frame| volume.values.values.get(volume.index(voxel, frame).unwrap());
    assert_eq!((value([4, 1, 2], 3), value([2, 1, 0], 1)), (119.0, 37.0));
}

#[test]
fn a_pcd_file_is_the_same_in_all_its_forms() {
    for name in ["cloud.pcd", "cloud-ascii.pcd", "cloud-packed.pcd"] {
        let (points, layer) = cloud(name);
        assert_eq!((points.len(), layer.style.color_by), (50, ColorBy::File), "{name}");
        assert_near(place(&points, 9), dvec3(-0.5435930490493774, 0.33796426653862, -0.9007946252822876));
        assert_eq!(points.file_colors.as_ref().unwrap()[at(&points, 9)], [133, 104, 199, 255], "{name}");
        assert_eq!(value(&points, "intensity", 9), 473.0, "{name}");
        let least = points.origin + points.bounds.unwrap().min.as_dvec3();
        assert_near(least, dvec3(-3.2835605144500732, -2.4974496364593506, -2.9447855949401855));
    }
}

/// The same points, compressed as PCL does it: field after field, of each all numbers of a point side by side.
fn compressed(binary: &[u8], sizes: &[usize], count: usize) -> Vec<u8> {
    let start = binary.windows(12).position(|window| window == b"DATA binary\n").unwrap();
    let (head, points) = (&binary[..start], &binary[start + 12..]);
    let point: usize = sizes.iter().sum();
    let (mut plain, mut at) = (Vec::new(), 0);
    for size in sizes {
        (0..count).for_each(|row| plain.extend(&points[row * point + at..row * point + at + size]));
        at += size;
    }
    // Literal runs only.
    let packed: Vec<u8> = plain.chunks(32).flat_map(|run| [&[run.len() as u8 - 1], run].concat()).collect();
    let sizes = [packed.len() as u32, plain.len() as u32].map(u32::to_le_bytes).concat();
    [head, b"DATA binary_compressed\n", &sizes, &packed].concat()
}

#[test]
fn every_number_of_a_pcd_field_is_a_list_of_its_own() {
    let binary = files::fixture("features.pcd");
    let packed = compressed(&binary, &[8, 8, 8, 12, 8, 1], 40);
    for bytes in [binary, packed] {
        let layer = try_load("features.pcd", bytes).unwrap().remove(0);
        assert_eq!(layer.notice.as_deref(), Some("Left out 1 of 40 points: their coordinates are no finite numbers."));
        let LayerData::Points(points) = &layer.data else { panic!("no points") };
        assert_near(place(points, 7), dvec3(-23.193, 74.741, -80.02));
        let found = ["fpfh 1", "fpfh 2", "fpfh 3", "time", "ring"].map(|name| value(points, name, 7));
        let expected = [15.542, 85.686, 65.268, 1000000000000007.0, 0.0];
        assert!(found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-5), "{found:?}");
    }
}

#[test]
fn what_is_not_sound_is_refused_in_a_sentence() {
    let refusal = |name: &str, bytes: &[u8]| try_load(name, bytes).map(|_| ()).unwrap_err();
    let npy = files::fixture("points.npy");
    let shaped = |shape: &str| {
        let text = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}\n");
        [b"\x93NUMPY\x01\x00", &(text.len() as u16).to_le_bytes()[..], text.as_bytes()].concat()
    };
    let pcd = files::fixture("cloud.pcd");
    let head = "# .PCD v0.7\nFIELDS x y\nSIZE 4 4\nTYPE F F\nPOINTS 9999999999999\nDATA ";
    let cases = [
        (refusal("a.npy", &npy[..900]), "a.npy is cut short: its header promises 60 rows and 19 are there"),
        (refusal("a.npy", &npy[..20]), "a.npy is cut short: its header has no end"),
        (refusal("a.npy", &shaped("(9223372036854775807, 3)")), "a.npy is not a valid NPY file: its shape is"),
        (refusal("a.npy", &shaped("(1000000, 3)")), "a.npy is cut short"),
        (refusal("a.npy", &shaped("(7,)")), "a.npy cannot be shown: its shape is [7]; N × 2"),
        (refusal("a.npy", &shaped("(0, 3)")), "a.npy holds nothing to draw: it has no points"),
        (refusal("a.pcd", &pcd[..900]), "a.pcd is cut short: its header promises 50 points and "),
        (refusal("a.pcd", format!("{head}binary\nabc").as_bytes()), "a.pcd "),
        (refusal("a.pcd", format!("{head}zip\nabc").as_bytes()), "a.pcd "),
        (
            refusal("a.pcd", b"# .PCD v0.7\nFIELDS x y\nSIZE 4 4\nTYPE F Q\nPOINTS 1\nDATA ascii\n"),
            "a.pcd is not a valid PCD file: the field y is of type Q and 4 bytes",
        ),
        (
            refusal("a.pcd", b"# .PCD v0.7\nFIELDS x y\nSIZE 4 4\nTYPE F F\nPOINTS 1\nDATA ascii\n1 b\n"),
            "a.pcd is not a valid PCD file: line 1: a field is no number",
        ),
    ];
    for (text, expected) in cases {
        assert!(text.starts_with(expected), "{text}\n{expected}");
    }
}
