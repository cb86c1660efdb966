//! Surfaces and streamlines of other programs' formats give the numbers that other readers get from them.
//!
//! The files and the numbers were made with Python: trimesh 4 (`m = trimesh.load("tail.stl"); len(m.faces); m.bounds; m.area`)
//! and nibabel 5.4.2 (`nibabel.streamlines.load("tracts.tck")`, lengths by numpy).

#![allow(clippy::unwrap_used, clippy::panic)]

mod files;

use glam::{DVec3, dvec3};
use heliograph_scene::load::{LoadedLayer, Progress, Source, load};
use heliograph_scene::{ColorBy, LayerData, Mesh, Tracts};
use std::sync::Arc;

fn try_load(name: &str, bytes: impl Into<Vec<u8>>) -> Result<LoadedLayer, String> {
    let source = Source::Bytes { name: name.into(), bytes: bytes.into().leak() };
    load(&source, &Progress::new()).map(|mut layers| layers.remove(0)).map_err(|error| error.to_string())
}

fn one(name: &str, bytes: impl Into<Vec<u8>>) -> LoadedLayer {
    try_load(name, bytes).unwrap_or_else(|error| panic!("{error}"))
}

fn mesh(layer: LoadedLayer) -> Arc<Mesh> {
    let LayerData::Mesh(mesh) = layer.data else { panic!("{} is a {}", layer.name, layer.data.kind()) };
    mesh
}

fn tracts(layer: LoadedLayer) -> Arc<Tracts> {
    let LayerData::Tracts(tracts) = layer.data else { panic!("{} is a {}", layer.name, layer.data.kind()) };
    tracts
}

fn area(mesh: &Mesh) -> f64 {
    let of = |index| {
        let [a, b, c] = mesh.triangle(index).unwrap().map(|corner| corner.as_dvec3());
        (b - a).cross(c - a).length() * 0.5
    };
    (0..mesh.triangle_count()).map(of).sum()
}

fn assert_bounds(mesh: &Mesh, min: DVec3, max: DVec3) {
    let bounds = mesh.bounds.unwrap();
    for (found, expected) in [(bounds.min, min), (bounds.max, max)] {
        let found = mesh.origin + found.as_dvec3();
        assert!(found.distance(expected) < 1e-3, "{found} is not {expected}");
    }
}

#[test]
fn a_surface_is_the_same_in_every_format() {
    let (min, max) = (dvec3(1411.87, 592.815979, 31.994900), dvec3(1654.93005, 714.047974, 61.889599));
    for (name, vertices) in [("tail.stl", 3 * 178), ("tail.off", 113), ("tail.obj", 113)] {
        let mesh = mesh(one(name, files::fixture(name)));
        assert_eq!((mesh.positions.len(), mesh.triangle_count()), (vertices, 178), "{name}");
        assert!((area(&mesh) - 37115.1216).abs() < 0.05, "{name}: {}", area(&mesh));
        assert_bounds(&mesh, min, max);
        assert!(mesh.normals.iter().all(|normal| (normal.length() - 1.0).abs() < 1e-4), "{name}");
    }
    let ascii = mesh(one("tail-ascii.stl", files::fixture("tail-ascii.stl")));
    assert_eq!(ascii.triangle_count(), 40);
    assert!((area(&ascii) - 4712.7206).abs() < 0.01, "{}", area(&ascii));
    assert_bounds(&ascii, dvec3(1531.85, 623.893982, 48.426701), dvec3(1654.93005, 714.047974, 61.889599));
}

#[test]
fn an_obj_brings_the_colours_of_its_vertices_and_counts_from_either_end() {
    let layer = one("tail.obj", files::fixture("tail.obj"));
    assert_eq!(layer.style.color_by, ColorBy::File);
    assert_eq!(mesh(layer).file_colors.as_ref().unwrap()[5], [5, 0, 255, 255]);
    let square = "v 0 0 0\nv 1 0 0 1\nv 1 1 0\nv 0 1 0\nvt 0 0\nvn 0 0 1\no a\nusemtl b\n";
    for face in ["f 1 2 3 4", "f 1/1 2/1 3/1 4/1", "f 1//1 2//1 3//1 4//1", "f -4/1/1 -3/1/1 -2/1/1 -1/1/1\r"] {
        let mesh = mesh(one("a.obj", format!("# made by hand\n{square}{face}\n")));
        assert_eq!(
            (mesh.indices.as_slice(), mesh.face_index.as_slice()),
            (&[0, 1, 2, 0, 2, 3][..], &[0, 0][..]),
            "{face}"
        );
    }
    let layer = one("a.obj", format!("{square}f 1 2 3\nf 2 3 9\nf 0 1 2\n"));
    assert_eq!(
        layer.notice.as_deref(),
        Some("Left out 2 of 3 faces: their corners are not there or no finite numbers.")
    );
}

#[test]
fn a_gifti_surface_is_the_same_in_every_encoding_and_brings_maps_and_labels() {
    for name in ["tail.gii", "tail-ascii.gii", "tail-base64.gii"] {
        let mesh = mesh(one(name, files::fixture(name)));
        assert_eq!((mesh.positions.len(), mesh.triangle_count()), (113, 178), "{name}");
        assert!((area(&mesh) - 37115.1216).abs() < 0.05, "{name}: {}", area(&mesh));
        // Where its matrix puts it.
        let place = mesh.origin + mesh.positions[40].as_dvec3();
        assert!(place.distance(dvec3(1631.8499756, 695.4559937, 45.906601)) < 1e-3, "{name}: {place}");
        let named = |name: &str| mesh.attributes.iter().find(|one| one.name == name).unwrap();
        assert!((named("curvature").values.get(40) - 5.09066).abs() < 1e-5, "{name}");
        assert_eq!(named("label").text(40), "back", "{name}");
        assert_eq!(named("label").categories.as_ref().unwrap()[1].color, [255, 0, 0], "{name}");
    }
    let refusal = |text: &str| try_load("a.gii", text).map(|_| ()).unwrap_err();
    let array = |said: &str, data: &str| {
        format!("<GIFTI><DataArray Intent=\"NIFTI_INTENT_POINTSET\" {said}><Data>{data}</Data></DataArray></GIFTI>")
    };
    let float = "DataType=\"NIFTI_TYPE_FLOAT32\" Dimensionality=\"2\" Dim1=\"3\"";
    for (text, expected) in [
        (refusal("<GIFTI></GIFTI>"), "a.gii holds nothing to draw: it has no points"),
        (refusal(&array(float, "")), "a.gii is not a valid GIFTI file: a list of numbers does not say how many it has"),
        (
            refusal(&array(&format!("{float} Dim0=\"9\" Encoding=\"ASCII\""), "1 2 3")),
            "a.gii is cut short: a list promises 27 numbers and has 3",
        ),
        (
            refusal(&array(&format!("{float} Dim0=\"9\" Encoding=\"GZipBase64Binary\""), "!!!")),
            "a.gii is not a valid GIFTI file: a list of numbers is no base64",
        ),
        (
            refusal(&array(&format!("{float} Dim0=\"9999999999999999\" Encoding=\"ASCII\""), "1")),
            "a.gii is not a valid GIFTI file: a list is longer than any",
        ),
    ] {
        assert!(text.starts_with(expected), "{text}\n{expected}");
    }
}

/// With Python: pyvista 0.49.1 (`m = pyvista.read("tail.vtk"); m.area; m.point_data["height"][40]`).
#[test]
fn polydata_of_vtk_are_a_surface_or_streamlines_with_what_is_said_of_their_points() {
    for name in ["tail.vtk", "tail-ascii.vtk"] {
        let mesh = mesh(one(name, files::fixture(name)));
        assert_eq!((mesh.positions.len(), mesh.triangle_count()), (113, 178), "{name}");
        assert!((area(&mesh) - 37115.1216).abs() < 0.05, "{name}: {}", area(&mesh));
        let named = |name: &str| mesh.attributes.iter().find(|one| one.name == name).unwrap();
        assert!((named("height 2").values.get(40) - 50.9066).abs() < 1e-3, "{name}");
        assert!((named("flow").values.get(40) - 16.83096809).abs() < 1e-5, "{name}");
    }
    let tracts = tracts(one("lines.vtk", files::fixture("lines.vtk")));
    assert_eq!((tracts.len(), tracts.positions.len()), (2, 30));
    let lengths = &tracts.line_attributes[0].values;
    assert!((lengths.get(0) - 14.038810210972276).abs() < 1e-5 && (lengths.get(1) - 33.162395901791804).abs() < 1e-5);
    let place = tracts.origin + tracts.positions[13].as_dvec3();
    assert!(place.distance(dvec3(-0.6476973168676134, -1.460742151282729, 1.4409295679043903)) < 1e-6, "{place}");
    assert_eq!((tracts.attributes[0].name.as_str(), tracts.attributes[0].values.get(13)), ("age", 13.0));
}

#[test]
fn structured_points_of_vtk_are_a_volume_and_what_is_not_sound_is_refused() {
    let layer = one("grid.vtk", files::fixture("grid.vtk"));
    let LayerData::Volume(volume) = &layer.data else { panic!("{} is a {}", layer.name, layer.data.kind()) };
    assert_eq!((volume.size, volume.values.values.get(5 + 2)), ([5, 4, 3], 7.0));
    let corner = volume.origin + volume.placed.transform_point3(glam::Vec3::ZERO).as_dvec3();
    assert!(corner.distance(dvec3(10.0, 20.0, 30.0)) < 1e-5, "{corner}");

    let refusal =
        |text: &str| try_load("a.vtk", format!("# vtk DataFile Version 3.0\nt\n{text}")).map(|_| ()).unwrap_err();
    for (text, expected) in [
        (refusal("TEXT\n"), "a.vtk is not a valid VTK file: byte 34: ASCII or BINARY"),
        (refusal("ASCII\nDATASET UNSTRUCTURED_GRID\n"), "a.vtk cannot be shown: it holds UNSTRUCTURED_GRID"),
        (
            refusal("ASCII\nDATASET POLYDATA\nPOINTS 2 float\n1 2 3"),
            "a.vtk is cut short: a list promises 6 numbers and has 3",
        ),
        (refusal("BINARY\nDATASET POLYDATA\nPOINTS 999999999 float\nabcd"), "a.vtk "),
        (refusal("ASCII\nDATASET POLYDATA\nPOINTS 1 float\n1 2 x"), "a.vtk is not a valid VTK file: byte "),
        (
            refusal("ASCII\nDATASET POLYDATA\nPOINTS 1 float\n1 2 3\nPOLYGONS 1 2\n5 0\n"),
            "a.vtk is not a valid VTK file: byte ",
        ),
        (
            refusal("ASCII\nDATASET POLYDATA\nPOINTS 1 float\n1 2 3\nPOLYGONS 1 4\n3 0 1 2\n"),
            "a.vtk holds nothing to draw: of its 1 face none",
        ),
        (refusal("ASCII\nDATASET POLYDATA\nPOINTS 99999999999999 float\n"), "a.vtk is not a valid VTK file: byte "),
    ] {
        assert!(text.starts_with(expected), "{text}\n{expected}");
    }
}

#[test]
fn a_binary_stl_may_begin_like_an_ascii_one() {
    let mut file = files::fixture("tail.stl");
    file[..80].fill(b' ');
    file[..22].copy_from_slice(b"solid facet as they do");
    assert_eq!(mesh(one("tail.stl", file.clone())).triangle_count(), 178);
    // And is known by its length, whatever it is called.
    assert_eq!(mesh(one("tail", file)).triangle_count(), 178);
}

#[test]
fn an_off_file_may_have_colours_and_comments() {
    let text = "COFF # with colours\n# none yet\n4 1 0\n0 0 0 255 0 0 255\n1 0 0 0 255 0 255\n1 1 0 0 0 255 255\n0 1 0 1 1 1 255\n4 0 1 2 3 0.5 0.5 0.5\n";
    let mesh = mesh(one("a.off", text));
    assert_eq!((mesh.triangle_count(), mesh.file_colors.as_ref().unwrap()[1]), (2, [0, 255, 0, 255]));
}

#[test]
fn streamlines_of_mrtrix_lie_where_nibabel_puts_them() {
    let tracts = tracts(one("tracts.tck", files::fixture("tracts.tck")));
    assert_eq!((tracts.len(), tracts.positions.len()), (12, 570));
    let world = |at: usize| tracts.origin + tracts.positions[at].as_dvec3();
    assert!(world(0).distance(dvec3(92.29693, 115.46075, 66.92552)) < 1e-4, "{}", world(0));
    assert!(world(569).distance(dvec3(83.44336, 95.22161, 88.93413)) < 1e-4, "{}", world(569));
    let length = &tracts.line_attributes[0];
    assert_eq!((length.name.as_str(), length.unit.as_deref()), ("length", Some("mm")));
    for (index, expected) in [66.462189, 26.435427, 26.413179].into_iter().enumerate() {
        assert!((length.values.get(index) - expected).abs() < 1e-3, "{}", length.values.get(index));
    }
}

#[test]
fn what_is_not_sound_is_refused_in_a_sentence() {
    let refusal = |name: &str, bytes: &[u8]| try_load(name, bytes).map(|_| ()).unwrap_err();
    let stl = files::fixture("tail.stl");
    let tck = files::fixture("tracts.tck");
    let header = |text: &str| [text.as_bytes(), &[0; 40]].concat();
    let cases = [
        (refusal("a.stl", &stl[..5000]), "a.stl is cut short: its header promises 178 triangles and 98 are there"),
        (
            refusal("a.stl", b"solid a\nfacet normal 0 0 1\nouter loop\nvertex 0 0\n"),
            "a.stl is not a valid STL file: line 4: a vertex is not three numbers",
        ),
        (
            refusal("a.stl", b"solid a\nfacet normal 0 0 1\nouter loop\nvertex 0 0 1\nendloop\n"),
            "a.stl is not a valid STL file: line 5: a facet has not three vertices",
        ),
        (refusal("a.stl", b"solid a\nfacet normal 0 0 1\n"), "a.stl is cut short: it ends after line 2 without"),
        (refusal("a.stl", b"solid a\nfacet\nendsolid a\n"), "a.stl holds nothing to draw: it has no faces"),
        (refusal("a.obj", b"v 0 0 x\n"), "a.obj is not a valid OBJ file: line 1: a vertex is not three numbers"),
        (refusal("a.obj", b"v 0 0 0\nf 1 1\n"), "a.obj is not a valid OBJ file: line 2: a face has fewer"),
        (
            refusal("a.obj", b"v nan 0 0\nf 1 1 1\n"),
            "a.obj holds nothing to draw: of its 1 face none has all its corners",
        ),
        (refusal("a.off", b"OFF\n9999999999 1 0\n"), "a.off is cut short: its header promises 9,999,999,999 vertices"),
        (refusal("a.off", b"OFF BINARY\n1 1 0\n"), "a.off is not a valid OFF file: line 1: it is binary"),
        (
            refusal("a.off", b"OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n"),
            "a.off is cut short: it ends after line 5, among its faces",
        ),
        (refusal("a.tck", &tck[..3000]), "a.tck is cut short: it has no end, and "),
        (refusal("a.tck", b"mrtrix tracks\ncount: 5\n"), "a.tck is cut short: its header has no END"),
        (
            refusal("a.tck", &header("mrtrix tracks\ndatatype: Float16\nfile: . 60\nEND\n")),
            "a.tck is not a valid TCK file: its numbers are of type “Float16”",
        ),
        (
            refusal("a.tck", &header("mrtrix tracks\ndatatype: Float32LE\nfile: . 999999\nEND\n")),
            "a.tck is cut short: its streamlines would begin at byte 999999",
        ),
        (
            refusal("a.tck", &header("mrtrix tracks\ndatatype: Float32LE\nfile: other.dat 0\nEND\n")),
            "a.tck cannot be shown: its streamlines are in another file, “other.dat 0”",
        ),
    ];
    for (text, expected) in cases {
        assert!(text.starts_with(expected), "{text}\n{expected}");
    }
}

/// The numbers are trimesh 5.2.0's, of the scene dumped into one mesh; the colours follow from the specification: vertex colours and
/// factors are linear.
#[test]
fn gltf_nodes_stand_where_their_parents_put_them_in_one_file_or_two() {
    let folder = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/files"));
    for name in ["two.glb", "two.gltf"] {
        let layers = load(&Source::Path(folder.join(name)), &Progress::new()).unwrap();
        assert_eq!(layers.len(), 1);
        let mesh = mesh(layers.into_iter().next().unwrap());
        assert_eq!((mesh.positions.len(), mesh.triangle_count()), (50, 92), "{name}");
        assert_bounds(&mesh, dvec3(-1.0, -6.433_818, -1.0), dvec3(11.583_166, 1.0, 4.190_519));
        assert!((area(&mesh) - 31.665_93).abs() < 1e-3, "{}", area(&mesh));
        assert!(mesh.file_colors.is_some());
    }
}

#[test]
fn gltf_strips_fans_sparse_and_quantized_numbers_are_read_and_points_stand_beside() {
    let source = Source::Bytes { name: "strip.gltf".into(), bytes: files::fixture("strip.gltf").leak() };
    let mut layers = load(&source, &Progress::new()).unwrap();
    let LayerData::Points(points) = layers.pop().unwrap().data else { panic!("its points are none") };
    assert_eq!((points.positions.len(), layers.len(), &layers[0].notice), (4, 1, &None));
    let mesh = mesh(layers.remove(0));
    assert_eq!((mesh.positions.len(), mesh.triangle_count()), (8, 4));
    // A tenth of the numbers, moved by a tenth of 10; of the fan the last corner is replaced.
    let at = |index: usize| mesh.origin + mesh.positions[index].as_dvec3();
    assert!(at(3).distance(dvec3(11.0, 10.0, 0.0)) < 1e-5, "{}", at(3));
    assert!(at(7).distance(dvec3(6.0, 6.0, 7.0)) < 1e-5, "{}", at(7));
    assert_eq!(mesh.indices, [0, 1, 2, 2, 1, 3, 4, 5, 6, 4, 6, 7]);
    let colors = mesh.file_colors.as_ref().unwrap();
    assert_eq!((colors[0], colors[7]), ([255, 128, 0, 255], [255, 255, 255, 255]));
}

#[test]
fn a_gltf_file_that_goes_in_circles_needs_more_or_reaches_out_is_refused_in_words() {
    let text = String::from_utf8(files::fixture("strip.gltf")).unwrap();
    for (from, to, sentence) in [
        (
            "\"mesh\": 0",
            "\"mesh\": 0, \"children\": [1]",
            "strip.gltf is not a valid glTF file: node 1 has two parents",
        ),
        ("\"count\": 4", "\"count\": 9223372036854775807", "strip.gltf needs about"),
        ("\"2.0\"", "\"1.0\"", "strip.gltf cannot be shown: it is glTF 1.0, and 2 is read"),
        (
            "[\"KHR_mesh_quantization\"], \"nodes\"",
            "[\"KHR_draco_mesh_compression\"], \"nodes\"",
            "strip.gltf cannot be shown: it needs the extension “KHR_draco_mesh_compression”",
        ),
        (
            "\"uri\": \"data:",
            "\"uri\": \"../secret\", \"x\": \"",
            "strip.gltf cannot be shown: its numbers are in “../secret”, and of other files only one beside it is opened",
        ),
    ] {
        let changed = text.replace(from, to);
        assert_ne!(changed, text, "{from}");
        let error = try_load("strip.gltf", changed).unwrap_err();
        assert!(error.starts_with(sentence), "{error}");
    }
}
