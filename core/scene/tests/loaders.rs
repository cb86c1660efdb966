//! Every kind of file, sound and unsound, and what is said of it.

#![allow(clippy::unwrap_used, clippy::panic)]

mod files;

use files::{SQUARES, big_endian_ply, las_file, laz_file, ply_file, sample};
use glam::{DVec3, Vec3, dvec3};
use heliograph_scene::load::{Limits, LoadError, LoadedLayer, Progress, Source, load};
use heliograph_scene::{ColorBy, LayerData, Mesh, Network, Points, Values};
use std::sync::Arc;

fn source(name: &str, bytes: impl Into<Vec<u8>>) -> Source {
    Source::Bytes { name: name.into(), bytes: bytes.into().leak() }
}

fn one(name: &str, bytes: impl Into<Vec<u8>>) -> LoadedLayer {
    let mut layers = load(&source(name, bytes), &Progress::new()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(layers.len(), 1);
    layers.remove(0)
}

fn points(layer: LoadedLayer) -> Arc<Points> {
    let LayerData::Points(points) = layer.data else { panic!("{} is a {}", layer.name, layer.data.kind()) };
    points
}

fn mesh(layer: LoadedLayer) -> Arc<Mesh> {
    let LayerData::Mesh(mesh) = layer.data else { panic!("{} is a {}", layer.name, layer.data.kind()) };
    mesh
}

fn network(layer: LoadedLayer) -> Arc<Network> {
    let LayerData::Network(network) = layer.data else { panic!("{} is a {}", layer.name, layer.data.kind()) };
    network
}

fn refusal(name: &str, bytes: impl Into<Vec<u8>>) -> String {
    match load(&source(name, bytes), &Progress::new()) {
        Ok(_) => panic!("{name} was loaded"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn las_and_laz_of_old_and_new_formats_give_the_same_points() {
    for format in [0, 1, 2, 3, 6, 7] {
        let plain = points(one("a.las", las_file(format, 1700)));
        assert_eq!(plain.len(), 1700);
        assert_eq!(plain.file_colors.is_some(), [2, 3, 7].contains(&format));
        let at = plain.file_index.iter().position(|index| *index == 300).unwrap();
        let place = plain.origin + plain.positions[at].as_dvec3();
        assert!(place.distance(dvec3(30.0, 985.0, 2003.0)) < 1e-3, "{place}");
        let value = |name: &str| {
            let found = plain.attributes.iter().find(|attribute| attribute.name == name);
            found.unwrap_or_else(|| panic!("format {format} has no {name}")).values.get(at)
        };
        assert_eq!((value("intensity"), value("classification")), (300.0, 2.0));
        for chunk_size in [Some(500), Some(5000), None] {
            let zipped = points(one("a.laz", laz_file(format, chunk_size, 1700)));
            assert_eq!(zipped.positions, plain.positions, "format {format}, {chunk_size:?}");
            assert_eq!(zipped.file_colors, plain.file_colors, "format {format}, {chunk_size:?}");
            let values = |points: &Points| -> Vec<(String, Values)> {
                points.attributes.iter().map(|one| (one.name.clone(), one.values.clone())).collect()
            };
            assert_eq!(values(&zipped), values(&plain), "format {format}, {chunk_size:?}");
        }
    }
}

/// Sums as laspy 2.7.0 gives them: `laspy.read("extra.laz")[name].sum()`, but for numbers that stand for none, which laspy keeps.
#[test]
fn extra_bytes_and_near_infrared_are_fields_under_their_names() {
    for name in ["extra.las", "extra.laz"] {
        let points = points(one(name, files::fixture(name)));
        assert_eq!(points.len(), 200);
        let field = |name: &str| {
            let found = points.attributes.iter().find(|one| one.name == name);
            found.unwrap_or_else(|| {
                panic!("no {name}: {:?}", points.attributes.iter().map(|one| &one.name).collect::<Vec<_>>())
            })
        };
        let sum = |name: &str| {
            let values = &field(name).values;
            (0..values.len()).map(|at| values.get(at)).filter(|value| !value.is_nan()).sum::<f64>()
        };
        for (field, expected) in [
            ("amplitude", 19_900.0),
            ("deviation", 999.0),
            ("temperature", 13_950.0),
            ("echo width", 200_000_002_487.5),
            ("normal 1", 1990.0),
            ("normal 2", -3980.0),
            ("normal 3", 200.0),
            ("sparse", 54_000.0),
            ("near infrared", 5_970_000.0),
        ] {
            let found = sum(field);
            assert!((found - expected).abs() <= 1e-3_f64.max(expected.abs() * 1e-6), "{name}, {field}: {found}");
        }
        let sparse = &field("sparse").values;
        assert_eq!((0..200).filter(|at| sparse.get(*at).is_nan()).count(), 20, "{name}");
        assert_eq!(field("amplitude").values.bytes_each(), 1);
    }
}

/// A cloud-optimised file is a LAZ file whose first record says where its parts are (copc.io, version 1.0).
#[test]
fn a_cloud_optimised_file_is_read_as_the_laz_file_that_it_is() {
    let plain = laz_file(7, Some(500), 1700);
    let mut info = vec![0u8; 2];
    info.extend(b"copc\0\0\0\0\0\0\0\0\0\0\0\0");
    info.extend([1, 0, 160, 0]);
    info.resize(54 + 160, 0);
    let more = info.len() as u64;
    let mut copc = plain.clone();
    copc.splice(375..375, info);
    let u32_at = |bytes: &[u8], at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
    let points_at = u32_at(&plain, 96) + more as u32;
    copc[96..100].copy_from_slice(&points_at.to_le_bytes());
    let records = u32_at(&plain, 100) + 1;
    copc[100..104].copy_from_slice(&records.to_le_bytes());
    // The chunks' table has moved, too.
    let at = points_at as usize;
    let table = u64::from_le_bytes(copc[at..at + 8].try_into().unwrap()) + more;
    copc[at..at + 8].copy_from_slice(&table.to_le_bytes());
    let (plain, copc) = (points(one("a.laz", plain)), points(one("a.copc.laz", copc)));
    assert_eq!(copc.positions, plain.positions);
    assert_eq!(copc.attributes.len(), plain.attributes.len());
}

#[test]
fn colours_of_eight_and_of_sixteen_bits_are_told_apart() {
    let mut file = las_file(2, 10);
    let colors = |file: &[u8]| {
        let points = points(one("a.las", file));
        let at = points.file_index.iter().position(|index| *index == 9).unwrap();
        points.file_colors.as_ref().unwrap()[at]
    };
    assert_eq!(colors(&file), [9, 18, 27, 255]);
    // Sixteen bits: the last point's red is full.
    let red_at = file.len() - 6;
    file[red_at..red_at + 6].copy_from_slice(&[0xff, 0xff, 0x00, 0x80, 0x00, 0x00]);
    assert_eq!(colors(&file), [255, 128, 0, 255]);
    // All black says nothing: the height is shown instead.
    for record in file[375..].chunks_exact_mut(26) {
        record[20..26].fill(0);
    }
    assert_eq!(one("a.las", file).style.color_by, ColorBy::Field(0), "the height");
}

#[test]
fn a_las_file_that_is_not_sound_is_refused_in_a_sentence() {
    let patched = |at: usize, bytes: &[u8]| {
        let mut file = las_file(3, 100);
        file[at..at + bytes.len()].copy_from_slice(bytes);
        refusal("a.las", file)
    };
    let cases = [
        (refusal("a.las", &las_file(3, 100)[..200]), "a.las is cut short: it has 200 bytes, and a LAS header has 227"),
        (
            refusal("a.las", &las_file(3, 100)[..375 + 34 * 40]),
            "a.las is cut short: its header promises 100 points and 40 are there",
        ),
        (refusal("a.las", las_file(3, 0)), "a.las holds nothing to draw: it has no points"),
        (patched(0, b"FSAL"), "a.las is not a valid LAS/LAZ file: it does not begin with “LASF”"),
        (patched(24, &[3, 1]), "a.las is not a valid LAS file: it is of version 3.1, and 1.0 to 1.4 are known"),
        (patched(104, &[11]), "a.las is not a valid LAS file: its points are of format 11, and 0 to 10 are known"),
        (patched(105, &[5, 0]), "a.las is not a valid LAS file: its points have 5 bytes, and format 3 needs 34"),
        (patched(131, &f64::NAN.to_le_bytes()), "a.las is not a valid LAS file: its scale factor for x is NaN"),
        (patched(139, &1e300f64.to_le_bytes()), "a.las is not a valid LAS file: its scale factor for y is 1"),
        (
            patched(107, &u32::MAX.to_le_bytes()),
            "a.las is cut short: its header promises 4,294,967,295 points and 100 are there",
        ),
    ];
    for (text, expected) in cases {
        // On a small machine the absurd count is refused for its size before it is found out.
        assert!(text.starts_with(expected) || text.contains("of memory"), "{text}");
    }
    let cut = laz_file(7, Some(500), 1700);
    let text = refusal("a.laz", &cut[..cut.len() / 2]);
    assert!(text.starts_with("a.laz is cut short: its table of chunks"), "{text}");
}

#[test]
fn ply_of_every_byte_order_gives_the_same_mesh() {
    let little = mesh(one("a.ply", ply_file()));
    let big = mesh(one("a.ply", big_endian_ply()));
    assert_eq!((little.positions.len(), little.triangle_count()), (4 * SQUARES as usize, 2 * SQUARES as usize));
    // A square is a fan of two triangles.
    assert_eq!(little.indices[..6], [0, 1, 2, 0, 2, 3]);
    assert_eq!(little.face_index[..4], [0, 0, 1, 1]);
    assert_eq!((little.normals[7], little.file_colors.as_ref().unwrap()[6]), (Vec3::Z, [1, 2, 255, 255]));
    assert_eq!(
        (&little.positions, &little.indices, &little.file_colors),
        (&big.positions, &big.indices, &big.file_colors)
    );
    assert_eq!(one("a.ply", ply_file()).style.color_by, ColorBy::File);
}

const SQUARE: &str = "element vertex 4\nproperty double x\nproperty double y\nproperty double z\n\
    element face 1\nproperty list uchar int vertex_indices\nend_header\n0 0 0\n2 0 0\n2 2 0\n0 2 0\n";

#[test]
fn ascii_ply_may_end_its_lines_as_it_likes() {
    for end in ["\n", "\r\n", "\r"] {
        let text = format!("ply\nformat ascii 1.0\ncomment a b c\n{SQUARE}4 0 1 2 3\n").replace('\n', end);
        let mesh = mesh(one("a.ply", text));
        assert_eq!((mesh.indices.as_slice(), mesh.origin), (&[0, 1, 2, 0, 2, 3][..], dvec3(1.0, 1.0, 0.0)));
        // Without normals of its own: across its faces.
        assert_eq!(mesh.normals, [Vec3::Z; 4]);
    }
}

#[test]
fn ply_without_faces_is_points_and_keeps_millimetres_far_from_zero() {
    let header = "ply\nformat ascii 1.0\nelement vertex 3\nproperty double x\nproperty double y\nproperty double z\n\
        property float red\nproperty float green\nproperty float blue\nend_header\n";
    let rows = "500000.001 4000000.002 1 1 0 0\n500000.002 4000000.002 2 0 0.5 0\n500900.003 4000000.002 3 0 0 1";
    let points = points(one("a.ply", format!("{header}{rows}")));
    let at = points.file_index.iter().position(|index| *index == 1).unwrap();
    let place = points.origin + points.positions[at].as_dvec3();
    assert!(place.distance(dvec3(500000.002, 4000000.002, 2.0)) < 1e-4, "{place}");
    assert_eq!(points.file_colors.as_ref().unwrap()[at], [0, 128, 0, 255]);
}

#[test]
fn what_is_not_a_number_is_left_out_with_a_word() {
    let text = format!("ply\nformat ascii 1.0\n{SQUARE}4 0 1 2 3\n").replace("2 2 0\n", "2 nan 0\n");
    let layer = one("a.ply", text);
    let notice = layer.notice.clone().unwrap();
    assert_eq!(
        notice,
        "Left out 1 of 4 vertices: their coordinates are not finite numbers. \
         Left out 1 of 1 face: they name vertices that are not there."
    );
    assert_eq!(points(layer).file_index.len(), 3);

    let mut tracts = sample("tracts.trk");
    tracts[1004..1008].copy_from_slice(&f32::INFINITY.to_le_bytes());
    let layer = one("tracts.trk", tracts);
    let expected = "Left out 1 of 300 streamlines: their coordinates are not finite numbers.";
    assert_eq!(layer.notice.as_deref(), Some(expected));
    let LayerData::Tracts(tracts) = layer.data else { panic!() };
    assert_eq!((tracts.len(), tracts.file_index[0]), (299, 1));
}

#[test]
fn a_ply_file_that_is_not_sound_is_refused_in_a_sentence() {
    let ascii = |body: &str| refusal("a.ply", format!("ply\nformat ascii 1.0\n{body}"));
    let promise =
        "element vertex 99999999999\nproperty float x\nproperty float y\nproperty float z\nend_header\n1 2 3\n";
    let cases = [
        (ascii(""), "a.ply is cut short: its header has no end"),
        (ascii("end_header\n"), "a.ply is not a valid PLY file: it has no vertices"),
        (
            ascii("element vertex 0\nproperty float x\nend_header\n"),
            "a.ply is not a valid PLY file: its vertices have no x",
        ),
        (ascii(&promise.replace("99999999999", "0")), "a.ply holds nothing to draw: it has no vertices"),
        (
            ascii(promise),
            "a.ply is cut short: its header promises 99,999,999,999 of “vertex” and at most 1 can be there",
        ),
        (ascii(SQUARE), "a.ply is cut short: its header promises 1 of “face” and"),
        (
            ascii(&SQUARE.replace("0 2 0\n", "0 two 0\n1 0")),
            "a.ply is not a valid PLY file: it has “two” where a number was expected",
        ),
        (ascii("element vertex -1\n"), "a.ply is not a valid PLY file: its header has the line “element vertex -1”"),
        (
            ascii("element vertex 1\nproperty complex x\n"),
            "a.ply is not a valid PLY file: its header names a type “complex”",
        ),
        (
            refusal("a.ply", "ply\nformat cuneiform 1.0\n"),
            "a.ply is not a valid PLY file: its header names a format “cuneiform”",
        ),
        (refusal("a.ply", &ply_file()[..2000]), "a.ply is cut short: its header promises 480 of “vertex” and at most"),
        (
            ascii("element vertex 1\nproperty float x\nproperty float y\nproperty float z\nend_header\nnan 0 0\n"),
            "a.ply holds nothing to draw: of its 1 vertex none has finite coordinates",
        ),
    ];
    for (text, expected) in cases {
        assert!(text.starts_with(expected), "{text}");
    }
}

#[test]
fn links_may_name_nodes_by_number_id_or_name() {
    let edges = |json: &str| network(one("a.json", json)).edges.to_vec();
    assert_eq!(edges(r#"{"nodes":[{},{},{}],"links":[{"source":0,"target":2}]}"#), [[0, 2]]);
    assert_eq!(edges(r#"{"nodes":[{"id":7},{"id":3}],"links":[{"source":3,"target":7}]}"#), [[1, 0]]);
    assert_eq!(edges(r#"{"nodes":[{"id":"a"},{"id":"b"}],"edges":[{"source":"b","target":"a"}]}"#), [[1, 0]]);
    assert_eq!(edges(r#"{"links":[{"source":"y","target":"x"}],"nodes":[{"name":"x"},{"label":"y"}]}"#), [[1, 0]]);
    // NetworkX writes more, and a byte order mark or blanks may come first.
    let text = "\u{feff} {\"directed\":false,\"graph\":{\"a\":[1,{}]},\"nodes\":[{\"id\":1.0},{\"id\":2}],\"links\":[{\"source\":1,\"target\":2,\"weight\":3}]}";
    assert_eq!(edges(text), [[0, 1]]);
    let labels = network(one("a.json", r#"{"nodes":[{"id":7},{"label":"b"},{"name":"c","id":1},{}],"links":[]}"#));
    assert_eq!(*labels.labels, ["7", "b", "c", "node 3"]);
}

#[test]
fn a_network_that_is_not_sound_is_refused_in_a_sentence() {
    let layer = one("a.json", r#"{"nodes":[{},{}],"links":[{"source":0,"target":1},{"source":0,"target":5}]}"#);
    assert_eq!(layer.notice.as_deref(), Some("Left out 1 of 2 links: they name nodes that are not there."));
    let cases = [
        ("{}", "a.json is not a valid node-link JSON file: it has no list “nodes”"),
        (r#"{"nodes":[{}]}"#, "a.json is not a valid node-link JSON file: it has no list “links” or “edges”"),
        (r#"{"nodes":[],"links":[]}"#, "a.json holds nothing to draw: its list of nodes is empty"),
        (
            r#"{"nodes":[{}],"links":[{"source":0,"target":1}]}"#,
            "a.json is not a valid node-link JSON file: none of its links",
        ),
        (r#"{"nodes":[{},{"#, "a.json is cut short: it ends in the middle of line 1"),
        (
            r#"{"nodes":5}"#,
            "a.json is not a valid node-link JSON file: invalid type: integer `5`, expected a list of objects",
        ),
        (r#"[1,2]"#, "a.json is not a valid node-link JSON file: it holds a list"),
        ("hello", "a.json is not a valid node-link JSON file: it does not begin with “{”"),
    ];
    for (json, expected) in cases {
        let text = refusal("a.json", json);
        assert!(text.starts_with(expected), "{json}: {text}");
    }
    let deep = format!("{{\"graph\":{}", "[".repeat(1_000_000));
    assert!(refusal("a.json", deep).starts_with("a.json is cut short"));
}

#[test]
fn a_tractogram_may_leave_the_number_of_its_streamlines_open() {
    let mut file = sample("tracts.trk");
    file[988..992].fill(0);
    let count = |file: Vec<u8>| match one("a.trk", file).data {
        LayerData::Tracts(tracts) => tracts.len(),
        other => panic!("{other:?}"),
    };
    assert_eq!(count(file.clone()), 300);
    file[988..992].copy_from_slice(&20u32.to_le_bytes());
    assert_eq!(count(file.clone()), 20);
    let patched = |at: usize, bytes: &[u8]| {
        let mut file = sample("tracts.trk");
        file[at..at + bytes.len()].copy_from_slice(bytes);
        refusal("a.trk", file)
    };
    let cases = [
        (refusal("a.trk", &file[..500]), "a.trk is cut short: it has 500 bytes, and a TrackVis header has 1000"),
        (
            refusal("a.trk", &sample("tracts.trk")[..100_000]),
            "a.trk is cut short: its header promises 300 streamlines and 165 whole streamlines are there",
        ),
        (patched(988, &301u32.to_le_bytes()), "a.trk is cut short: its header promises 301 streamlines and 300 whole"),
        (patched(1000, &(-5i32).to_le_bytes()), "a.trk is not a valid TrackVis file: streamline 0 has -5 points"),
        (patched(996, &[9, 9, 9, 9]), "a.trk is not a valid TrackVis file: its header says that it has"),
        (patched(992, &[7, 0, 0, 0]), "a.trk is not a valid TrackVis file: it is of version 7, and 1 and 2 are known"),
        (patched(12, &0f32.to_le_bytes()), "a.trk is not a valid TrackVis file: its voxels measure [0.0, 1.0, 1.0] mm"),
        (patched(948, b"XYZ"), "a.trk is not a valid TrackVis file: its voxel order is “XYZ”"),
        (patched(440, &[0; 16]), "a.trk is not a valid TrackVis file: its matrix names no directions"),
    ];
    for (text, expected) in cases {
        assert!(text.starts_with(expected), "{text}");
    }
}

#[test]
fn what_is_no_file_of_ours_is_said_to_be_none() {
    let folder = std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let of_path = |path: std::path::PathBuf| load(&Source::Path(path), &Progress::new()).unwrap_err().to_string();
    assert_eq!(of_path(folder.join("missing.laz")), "missing.laz does not exist");
    let name = folder.file_name().unwrap().to_string_lossy().into_owned();
    assert_eq!(of_path(folder), format!("{name} is a folder: open the files in it"));
    #[cfg(target_os = "linux")]
    assert_eq!(of_path("/dev/zero".into()), "zero is not a regular file");
    let opens = "is not a file Heliograph can open: it opens LAS/LAZ, PLY, ";
    let text = refusal("notes.md", "Dear diary");
    assert!(text.starts_with(&format!("notes.md {opens}")) && text.ends_with(" and XYZ/CSV/TSV"), "{text}");
    let expected = "notes.txt is not a valid XYZ/CSV/TSV file: it has no line with two numbers";
    assert_eq!(refusal("notes.txt", "Dear diary"), expected);
    assert!(refusal("notes", [0u8; 5000]).starts_with(&format!("notes {opens}")));
    assert_eq!(refusal("a.laz", []), "a.laz is empty");
    assert_eq!(refusal("a.laz", "LA"), "a.laz is cut short: it ends after 2 bytes");
    // What a file is, is in it and not in its name.
    assert_eq!(one("misnamed.txt", ply_file()).name, "misnamed");
}

#[test]
fn a_file_that_needs_more_memory_than_it_may_have_is_refused_before_it_takes_it() {
    let progress = Progress::with_limits(Limits { max_bytes: 5_000_000 });
    let error = load(&source("a.laz", laz_file(3, Some(500), 100_000)), &progress).unwrap_err();
    let expected = "a.laz needs about 9 MB of memory, and of what this machine has free Heliograph takes at most 5 MB";
    assert_eq!(error.to_string(), expected);
    let many = format!("{{\"nodes\":[{}{{}}],\"links\":[]}}", "{},".repeat(100_000));
    let error = load(&source("a.json", many), &progress).unwrap_err();
    assert!(error.to_string().starts_with("a.json needs about 6 MB of memory"), "{error}");
}

#[test]
fn a_cancelled_load_stops_at_once_whatever_the_kind() {
    let files = [
        ("a.laz", sample("autzen.laz")),
        ("a.las", las_file(3, 5000)),
        ("a.ply", ply_file()),
        ("a.trk", sample("tracts.trk")),
        ("a.json", format!("{{\"nodes\":[{}{{}}],\"links\":[]}}", "{},".repeat(100_000)).into_bytes()),
    ];
    for (name, bytes) in files {
        let progress = Progress::new();
        progress.cancel();
        let outcome = load(&source(name, bytes), &progress);
        assert!(matches!(outcome, Err(LoadError::Cancelled)), "{name}: {outcome:?}");
        assert!(progress.fraction() < 1.0);
    }
}

#[test]
fn a_point_is_where_the_file_says() {
    let points = points(one("a.las", las_file(0, 3)));
    let mut places: Vec<DVec3> = points.positions.iter().map(|place| points.origin + place.as_dvec3()).collect();
    places.sort_by(|a, b| a.x.total_cmp(&b.x));
    let expected = [dvec3(0.0, 1000.0, 2000.0), dvec3(0.1, 999.95, 2000.01), dvec3(0.2, 999.9, 2000.02)];
    assert!(places.iter().zip(expected).all(|(found, expected)| found.distance(expected) < 1e-6), "{places:?}");
}
