//! Volumes give the numbers, at the places, that other readers get from them.
//!
//! The files and the numbers were made with Python: nibabel 5.4.2 (`i = nibabel.load("tilted.nii.gz"); i.get_fdata()[11, 9, 7]; i.affine`)
//! and pynrrd 1.1 (`d, h = nrrd.read("lps.nrrd"); d[5, 4, 3]`).

#![allow(clippy::unwrap_used, clippy::panic)]

mod files;

use glam::{DVec3, Vec3, dvec3};
use heliograph_scene::load::{LoadedLayer, Progress, Source, load};
use heliograph_scene::{LayerData, Volume};
use std::sync::Arc;

fn try_load(name: &str, bytes: impl Into<Vec<u8>>) -> Result<LoadedLayer, String> {
    let source = Source::Bytes { name: name.into(), bytes: bytes.into().leak() };
    load(&source, &Progress::new()).map(|mut layers| layers.remove(0)).map_err(|error| error.to_string())
}

fn volume(name: &str, bytes: impl Into<Vec<u8>>) -> Arc<Volume> {
    let layer = try_load(name, bytes).unwrap_or_else(|error| panic!("{error}"));
    let LayerData::Volume(volume) = layer.data else { panic!("{name} is a {}", layer.data.kind()) };
    volume
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
fn a_brain_has_the_voxels_that_nibabel_reads() {
    let volume = volume("brain.nii.gz", files::sample("brain.nii.gz"));
    assert_eq!((volume.size, volume.frames), ([98, 116, 94], 1));
    assert_eq!(value(&volume, [49, 58, 47], 0), 200.0);
    assert_near(world(&volume, [0, 0, 0]), dvec3(-97.5, -133.5, -71.5));
    let mean = (0..volume.voxels()).map(|index| volume.values.values.get(index)).sum::<f64>() / volume.voxels() as f64;
    assert!((mean - 39.007983402458564).abs() < 1e-9, "{mean}");
}

#[test]
fn numbers_are_scaled_and_askew_grids_stand_askew() {
    let volume = volume("tilted.nii.gz", files::fixture("tilted.nii.gz"));
    assert_eq!((volume.size, volume.values.summary().range), ([12, 10, 8], [-27.5, 36.0]));
    assert_eq!((value(&volume, [11, 9, 7], 0), value(&volume, [1, 0, 0], 0)), (11.5, -1.5));
    assert_near(world(&volume, [0, 0, 0]), dvec3(-10.0, 20.5, -7.25));
    assert_near(world(&volume, [1, 0, 0]), dvec3(-8.089327, 21.091042, -7.25));
    assert_near(world(&volume, [0, 1, 2]), dvec3(-10.59104, 22.810673, -1.25));
}

#[test]
fn several_moments_are_read_with_their_distance_and_a_quaternion_turns() {
    let volume = volume("moments.nii", files::fixture("moments.nii"));
    assert_eq!((volume.size, volume.frames), ([5, 4, 3], 6));
    let (step, unit) = volume.time_step.clone().unwrap();
    assert!((step - 0.8).abs() < 1e-6 && unit == "s", "{step} {unit}");
    assert!((value(&volume, [4, 3, 2], 5) - -0.08396970480680466).abs() < 1e-9);
    assert!((value(&volume, [0, 1, 0], 0) - -1.9012227058410645).abs() < 1e-9);
    assert_near(world(&volume, [0, 0, 0]), dvec3(4.0, -5.0, 6.0));
    assert_near(world(&volume, [1, 2, 1]), dvec3(1.0, -3.0, 8.5));
}

#[test]
fn the_second_kind_of_nifti_is_read_too() {
    let volume = volume("two.nii", files::fixture("two.nii"));
    assert_eq!((volume.size, value(&volume, [3, 2, 1], 0), value(&volume, [0, 1, 0], 0)), ([4, 3, 2], 23000.0, 2000.0));
    assert_near(world(&volume, [1, 1, 1]), dvec3(1.0, -2.0, 3.0));
}

#[test]
fn labels_are_kinds_where_the_header_or_the_name_says_so() {
    let two = files::fixture("two.nii");
    assert!(volume("two.nii", two.clone()).values.categories.is_none());
    let mut said = two.clone();
    // NIFTI_INTENT_LABEL in the field intent_code.
    said[504..508].copy_from_slice(&1002i32.to_le_bytes());
    for (name, bytes) in [("two.nii", said), ("two_dseg.nii", two)] {
        let volume = volume(name, bytes);
        let text = |voxel| volume.values.text(volume.index(voxel, 0).unwrap());
        assert_eq!([[0, 0, 0], [3, 2, 1], [0, 1, 0]].map(text), ["0", "23000", "2000"], "{name}");
        assert_eq!(volume.values.categories.as_ref().unwrap().len(), 24);
    }
}

#[test]
fn a_nrrd_file_is_read_in_every_encoding_and_brought_to_right_anterior_superior() {
    let lps = volume("lps.nrrd", files::fixture("lps.nrrd"));
    assert_eq!((lps.size, value(&lps, [5, 4, 3], 0), value(&lps, [1, 2, 0], 0)), ([6, 5, 4], 357.0, 84.0));
    assert_near(world(&lps, [0, 0, 0]), dvec3(-10.0, -20.0, 30.0));
    assert_near(world(&lps, [1, 1, 2]), dvec3(-12.0, -24.0, 38.0));
    let plain = volume("plain.nrrd", files::fixture("plain.nrrd"));
    assert_eq!((plain.size, value(&plain, [5, 4, 3], 0)), ([6, 5, 4], 357.0));
    assert_near(world(&plain, [1, 1, 1]), dvec3(1.0, 2.0, 3.0));
    let text = volume("text.nrrd", files::fixture("text.nrrd"));
    assert_eq!((text.size, text.frames), ([6, 5, 4], 2));
    assert_eq!((value(&text, [5, 4, 3], 1), value(&text, [1, 2, 0], 0)), (358.0, 84.0));
}

#[test]
fn coordinates_have_the_unit_that_the_file_names() {
    let unit = |name: &str, bytes: Vec<u8>| volume(name, bytes).length_unit.clone();
    assert_eq!(unit("tilted.nii.gz", files::fixture("tilted.nii.gz")).as_deref(), Some("mm"));
    let mut two = files::fixture("two.nii");
    assert_eq!(unit("two.nii", two.clone()), None);
    // Micrometres and seconds in the field xyzt_units.
    two[500..504].copy_from_slice(&11i32.to_le_bytes());
    assert_eq!(unit("two.nii", two).as_deref(), Some("µm"));
    let nrrd = |sizes: &str, more: &str| {
        let text = format!("NRRD0004\ntype: uchar\nsizes: {sizes}\nencoding: ascii\n{more}\n\n1 2 3 4 5 6 7 8");
        unit("a.nrrd", text.into_bytes())
    };
    let directions = "space: right-anterior-superior\nspace directions: (1,0,0) (0,1,0) (0,0,1)";
    assert_eq!(nrrd("2 2 2", "units: \"mm\" \"mm\" \"mm\"").as_deref(), Some("mm"));
    assert_eq!(nrrd("2 2 2", &format!("{directions}\nspace units: \"um\" \"um\" \"um\"")).as_deref(), Some("um"));
    for (sizes, more) in
        [("2 2 2", ""), ("2 2 2", directions), ("2 2 2", "units: \"mm\" \"mm\" \"m\""), ("4 2", "units: \"mm\" \"mm\"")]
    {
        assert_eq!(nrrd(sizes, more), None, "{sizes} {more}");
    }
}

#[test]
fn what_is_not_sound_is_refused_in_a_sentence() {
    let refusal = |name: &str, bytes: &[u8]| try_load(name, bytes).map(|_| ()).unwrap_err();
    let two = files::fixture("two.nii");
    let with = |at: usize, bytes: &[u8]| {
        let mut file = files::fixture("moments.nii");
        file[at..at + bytes.len()].copy_from_slice(bytes);
        file
    };
    let cases = [
        (refusal("a.nii", &two[..560]), "a.nii is cut short: its header promises 24 numbers and 8 are there"),
        (refusal("a.nii", &two[..400]), "a.nii is cut short: it ends too early"),
        (refusal("a.nii", b"no volume at all"), "a.nii is not a valid NIfTI file: it does not begin like one"),
        (refusal("a.nii", &with(42, &[0, 0])), "a.nii is not a valid NIfTI file: its dimension 1 has a length of 0"),
        (refusal("a.nii", &with(40, &[0, 9])), "a.nii is not a valid NIfTI file: it has 9 dimensions"),
        (refusal("a.nii", &with(70, &[0, 128])), "a.nii cannot be shown: its numbers are of type 128"),
        (refusal("a.nii", &with(42, &[127; 8])), "a.nii is not a valid NIfTI file: it says that it has 32639 ×"),
        (refusal("a.nii", &with(42, &[127; 4])), "a.nii needs about "),
        (refusal("a.nrrd", b"NRRD0004\ntype: float\n"), "a.nrrd is cut short: its header has no end"),
        (refusal("a.nrrd", b"NRRD0004\ntype: float\nsizes: 2 -2 2\n\n"), "a.nrrd is not a valid NRRD file: its sizes"),
        (
            refusal("a.nrrd", b"NRRD0004\ntype: block\nsizes: 2 2 2\nencoding: raw\n\n"),
            "a.nrrd cannot be shown: its numbers are of type “block”",
        ),
        (
            refusal("a.nrrd", b"NRRD0004\ntype: float\nsizes: 2 2 2\nencoding: raw\n\nabcdefgh"),
            "a.nrrd is cut short: its header promises 8 numbers and 2 are there",
        ),
    ];
    for (text, expected) in cases {
        assert!(text.starts_with(expected), "{text}\n{expected}");
    }
}
