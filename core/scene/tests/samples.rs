//! The sample files give the numbers that other readers get from them.
//!
//! The numbers were made with Python, each file by its own format's reference package:
//!
//! ```text
//! laspy 2.7.0 (lazrs 0.8.2):  l = laspy.read("autzen.laz"); l.x[0], l.red[0], l.intensity.max() …
//! nibabel 5.4.2:              t = nibabel.streamlines.load("tracts.trk"); t.streamlines[0][0] …
//! numpy 2.4.6:                airplane.ply read as text: rows 10 to 1344 are vertices, 1345 to 3796 faces
//! json:                       m = json.load(open("miserables.json")); len(m["nodes"]) …
//! ```

#![allow(clippy::unwrap_used, clippy::panic)]

use glam::{DVec3, Vec3, dvec3};
use heliograph_scene::load::{LoadedLayer, Progress, Source, load};
use heliograph_scene::{Attribute, ColorBy, LayerData, Points};
use std::path::PathBuf;

fn sample(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../app/samples").join(name)
}

fn loaded(name: &str) -> LoadedLayer {
    let progress = Progress::new();
    let layers = load(&Source::Path(sample(name)), &progress).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(progress.fraction(), 1.0);
    let [layer] = <[LoadedLayer; 1]>::try_from(layers).unwrap();
    assert_eq!(layer.notice, None);
    layer
}

fn assert_near(found: DVec3, expected: DVec3, tolerance: f64) {
    assert!((found - expected).length() <= tolerance, "{found} is not {expected}");
}

fn attribute<'a>(points: &'a Points, name: &str) -> &'a Attribute {
    let found = points.attributes.iter().find(|attribute| attribute.name == name);
    found.unwrap_or_else(|| panic!("no {name}"))
}

/// Where in the shuffled lists a point of the file is.
fn place_of(points: &Points, file_index: u32) -> usize {
    points.file_index.iter().position(|index| *index == file_index).unwrap()
}

#[test]
fn a_lidar_tile_has_the_points_colours_and_classes_that_laspy_reads() {
    let layer = loaded("autzen.laz");
    assert_eq!((layer.name.as_str(), layer.style.color_by), ("autzen", ColorBy::File));
    let LayerData::Points(points) = layer.data else { panic!("no points") };
    assert_eq!(points.len(), 110_000);
    let bounds = points.bounds.unwrap();
    assert_near(points.origin + bounds.min.as_dvec3(), dvec3(636001.76, 848935.20, 406.26), 1e-3);
    assert_near(points.origin + bounds.max.as_dvec3(), dvec3(637179.22, 849497.90, 520.51), 1e-3);

    let expected = [
        (
            0,
            dvec3(637177.98, 849393.95, 411.19),
            [84, 102, 93, 255],
            [4.0, 1.0, 1.0, 245379.39843682514, -17.0, 7326.0, 128.0],
        ),
        (
            109_999,
            dvec3(636037.88, 849336.94, 423.20),
            [64, 74, 70, 255],
            [100.0, 1.0, 1.0, 245385.91112104454, -9.0, 7326.0, 124.0],
        ),
    ];
    let names = ["intensity", "classification", "return number", "GPS time", "scan angle", "point source", "user data"];
    for (index, place, color, values) in expected {
        let at = place_of(&points, index);
        // Millimetres, in a projection whose zero is 850 km away.
        assert_near(points.origin + points.positions[at].as_dvec3(), place, 1e-3);
        assert_eq!(points.file_colors.as_ref().unwrap()[at], color);
        for (name, value) in names.into_iter().zip(values) {
            assert_eq!(attribute(&points, name).values.get(at), value, "{name}");
        }
    }
    assert_eq!(attribute(&points, "classification").text(place_of(&points, 0)), "Unclassified");
    assert_eq!(attribute(&points, "intensity").summary().range[1], 254.0);
    let classes = &attribute(&points, "classification").summary().histogram;
    let present: Vec<usize> = (0..classes.len()).filter(|class| classes[*class] > 0).collect();
    assert_eq!(present, [1, 2]);
}

#[test]
fn any_part_of_a_cloud_from_its_start_is_a_fair_sample_of_it() {
    let LayerData::Points(points) = loaded("autzen.laz").data else { panic!("no points") };
    let mean = |part: &[Vec3]| part.iter().map(|place| place.as_dvec3()).sum::<DVec3>() / part.len() as f64;
    let (whole, part) = (mean(&points.positions), mean(&points.positions[..5_000]));
    // The file is in order of flight: its first 5,000 points lie in one corner, hundreds of feet from the middle.
    // A fair sample's mean is off by about 300 / √5000 = 4.
    assert!((whole - part).length() < 20.0, "{whole} {part}");
    let mut seen = points.file_index.clone();
    seen.sort_unstable();
    assert!(seen.iter().enumerate().all(|(at, index)| at as u32 == *index));
}

#[test]
fn a_tractogram_has_the_streamlines_that_nibabel_reads() {
    let LayerData::Tracts(tracts) = loaded("tracts.trk").data else { panic!("no tracts") };
    assert_eq!((tracts.len(), tracts.positions.len()), (300, 14_576));
    let world = |at: usize| tracts.origin + tracts.positions[at].as_dvec3();
    let first = tracts.range(0);
    assert_eq!(first.len(), 79);
    assert_near(world(first.start), dvec3(92.29693, 115.46075, 66.92552), 1e-4);
    assert_near(world(first.end - 1), dvec3(107.59184, 81.92259, 88.99986), 1e-4);
    assert_near(world(tracts.range(299).end - 1), dvec3(105.80027, 85.18084, 85.0565), 1e-4);
    let bounds = tracts.bounds.unwrap();
    assert_near(tracts.origin + bounds.min.as_dvec3(), dvec3(64.02451, 78.36036, 61.47268), 1e-4);
    assert_near(tracts.origin + bounds.max.as_dvec3(), dvec3(115.55523, 121.12667, 91.91046), 1e-4);
}

#[test]
fn streamlines_of_any_byte_order_voxel_order_and_matrix_lie_where_nibabel_puts_them() {
    // The sample with another header. Made with nibabel 5.4.2 by patching the same bytes and loading the result:
    // dimensions 50 60 70, voxels of 2 × 2.5 × 3 mm, the voxel order below, and the matrix of rows
    // (−2 0 0 90), (0 2.5 0 −126), (0 0 3 −72), (0 0 0 1).
    let expected = [
        (*b"LAS", dvec3(-1.7969, -11.2893, -6.0745)),
        (*b"RAS", dvec3(83.7969, -11.2893, -6.0745)),
        (*b"LPI", dvec3(-1.7969, -93.2107, 69.0745)),
        ([0; 3], dvec3(-1.7969, -93.2107, -6.0745)),
    ];
    for (order, place) in expected {
        let mut bytes = std::fs::read(sample("tracts.trk")).unwrap();
        for (at, size) in [50i16, 60, 70].into_iter().enumerate() {
            bytes[6 + 2 * at..8 + 2 * at].copy_from_slice(&size.to_le_bytes());
        }
        for (at, size) in [2.0f32, 2.5, 3.0].into_iter().enumerate() {
            bytes[12 + 4 * at..16 + 4 * at].copy_from_slice(&size.to_le_bytes());
        }
        let rows = [[-2.0f32, 0.0, 0.0, 90.0], [0.0, 2.5, 0.0, -126.0], [0.0, 0.0, 3.0, -72.0], [0.0, 0.0, 0.0, 1.0]];
        for (at, value) in rows.as_flattened().iter().enumerate() {
            bytes[440 + 4 * at..444 + 4 * at].copy_from_slice(&value.to_le_bytes());
        }
        bytes[948..951].copy_from_slice(&order);
        for big_endian in [false, true] {
            let bytes = if big_endian { with_big_endian_numbers(&bytes) } else { bytes.clone() };
            let source = Source::Bytes { name: "tracts.trk".into(), bytes: bytes.leak() };
            let layer = load(&source, &Progress::new()).unwrap().remove(0);
            let LayerData::Tracts(tracts) = layer.data else { panic!("no tracts") };
            assert_eq!(tracts.len(), 300);
            assert_near(tracts.origin + tracts.positions[0].as_dvec3(), place, 1e-3);
        }
    }
}

/// The same TrackVis file for a machine of the other kind.
fn with_big_endian_numbers(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let shorts = [6, 8, 10, 36, 238];
    let longs = (12..36).step_by(4).chain((440..504).step_by(4)).chain((956..980).step_by(4)).chain([988, 992, 996]);
    shorts.into_iter().for_each(|at| bytes[at..at + 2].reverse());
    longs.for_each(|at| bytes[at..at + 4].reverse());
    bytes[1000..].chunks_exact_mut(4).for_each(|number| number.reverse());
    bytes
}

#[test]
fn a_network_has_its_nodes_links_names_and_degrees() {
    let LayerData::Network(network) = loaded("miserables.json").data else { panic!("no network") };
    assert_eq!((network.len(), network.edges.len()), (77, 254));
    assert_eq!(network.edges[0], [1, 0]);
    // Valjean is number 11 and has most links.
    assert_eq!((network.labels[11].as_str(), network.degrees[11]), ("Valjean", 36));
    assert_eq!(network.degrees.iter().max(), Some(&36));
    assert_eq!(network.degrees.iter().sum::<u32>(), 2 * 254);
    let group = &network.attributes[0];
    assert_eq!((group.name.as_str(), network.attributes[1].name.as_str()), ("group", "links"));
    assert_eq!((group.text(0), group.text(1), group.text(11)), ("1".into(), "1".into(), "2".into()));
    assert_eq!(network.attributes[1].text(11), "36");
}

#[test]
fn a_mesh_has_its_vertices_and_triangles() {
    let layer = loaded("airplane.ply");
    assert_eq!(layer.style.color_by, ColorBy::Single);
    let LayerData::Mesh(mesh) = layer.data else { panic!("no mesh") };
    assert_eq!((mesh.positions.len(), mesh.triangle_count(), mesh.normals.len()), (1335, 2452, 1335));
    assert_near(mesh.origin + mesh.positions[0].as_dvec3(), dvec3(896.994, 48.7601, 82.2656), 1e-3);
    assert_eq!(&mesh.indices[..3], [0, 1, 2]);
    let bounds = mesh.bounds.unwrap();
    assert_near(mesh.origin + bounds.min.as_dvec3(), dvec3(139.061, 32.0943, -17.7412), 1e-3);
    assert_near(mesh.origin + bounds.max.as_dvec3(), dvec3(1654.93, 1319.95, 282.13), 1e-3);
    assert!(mesh.normals.iter().all(|normal| (normal.length() - 1.0).abs() < 1e-4));
    assert!(mesh.indices.iter().all(|corner| (*corner as usize) < mesh.positions.len()));
}
