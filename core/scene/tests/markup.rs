//! VTK's files in XML, and what legacy ones say of cells, give the numbers that VTK itself reads.
//!
//! The files were written by PyPI vtk 9.7.2, the numbers read by pyvista 0.49.1 (`m = pyvista.read("tail-raw.vtp"); m.area;
//! m.cell_data_to_point_data()["strain"][20]`; `i = pyvista.read("turned.vti"); i.points; i["flow"]; i.cell_centers().points`).

#![allow(clippy::unwrap_used, clippy::panic)]

mod files;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use glam::{DVec3, Vec3, dvec3};
use heliograph_scene::load::{Limits, LoadedLayer, Progress, Source, load};
use heliograph_scene::{Attribute, LayerData, Mesh, Points, Tracts, Volume};
use std::io::Write;
use std::sync::Arc;

fn try_all(name: &str, bytes: impl Into<Vec<u8>>) -> Result<Vec<LoadedLayer>, String> {
    let source = Source::Bytes { name: name.into(), bytes: bytes.into().leak() };
    load(&source, &Progress::new()).map_err(|error| error.to_string())
}

fn all(name: &str) -> Vec<LoadedLayer> {
    try_all(name, files::fixture(name)).unwrap_or_else(|error| panic!("{error}"))
}

fn mesh(layer: &LoadedLayer) -> Arc<Mesh> {
    let LayerData::Mesh(mesh) = &layer.data else { panic!("{} is a {}", layer.name, layer.data.kind()) };
    Arc::clone(mesh)
}

fn tracts(layer: &LoadedLayer) -> Arc<Tracts> {
    let LayerData::Tracts(tracts) = &layer.data else { panic!("{} is a {}", layer.name, layer.data.kind()) };
    Arc::clone(tracts)
}

fn points(layer: &LoadedLayer) -> Arc<Points> {
    let LayerData::Points(points) = &layer.data else { panic!("{} is a {}", layer.name, layer.data.kind()) };
    Arc::clone(points)
}

fn volume(layer: &LoadedLayer) -> Arc<Volume> {
    let LayerData::Volume(volume) = &layer.data else { panic!("{} is a {}", layer.name, layer.data.kind()) };
    Arc::clone(volume)
}

fn named<'a>(attributes: &'a [Attribute], name: &str) -> &'a Attribute {
    let names: Vec<&str> = attributes.iter().map(|one| one.name.as_str()).collect();
    attributes.iter().find(|one| one.name == name).unwrap_or_else(|| panic!("{name} is not among {names:?}"))
}

fn area(mesh: &Mesh) -> f64 {
    let of = |index| {
        let [a, b, c] = mesh.triangle(index).unwrap().map(|corner| corner.as_dvec3());
        (b - a).cross(c - a).length() * 0.5
    };
    (0..mesh.triangle_count()).map(of).sum()
}

fn sum(attribute: &Attribute) -> f64 {
    (0..attribute.values.len()).map(|index| attribute.values.get(index)).sum()
}

fn assert_near(found: DVec3, expected: DVec3) {
    assert!(found.distance(expected) < 1e-4, "{found} is not {expected}");
}

#[test]
fn a_surface_is_the_same_in_every_encoding() {
    for name in ["tail-ascii.vtp", "tail-inline.vtp", "tail-raw.vtp", "tail-appended.vtp"] {
        let layers = all(name);
        let [layer] = &layers[..] else { panic!("{name} has {} layers", layers.len()) };
        let mesh = mesh(layer);
        assert_eq!((mesh.positions.len(), mesh.triangle_count()), (50, 70), "{name}");
        assert!((area(&mesh) - 12773.00895).abs() < 0.01, "{name}: {}", area(&mesh));
        assert_near(mesh.origin + mesh.positions[20].as_dvec3(), dvec3(1651.8299561, 714.0479737, 56.4949989));
        // The one that the file would have it coloured by is the first.
        assert_eq!((mesh.attributes[0].name.as_str(), mesh.attributes[0].values.get(20)), ("age", 10.0), "{name}");
        assert!((named(&mesh.attributes, "flow").values.get(20) - 11.7046995).abs() < 1e-5, "{name}");
        // Of faces: the mean, and of whole numbers the most frequent (`numpy.unique` of the faces at each corner).
        let strain = named(&mesh.attributes, "strain");
        assert!((strain.values.get(20) - -0.436189).abs() < 1e-6 && (strain.values.get(0) - 0.4546487).abs() < 1e-6);
        assert!((sum(strain) - 0.3644647).abs() < 1e-5, "{name}: {}", sum(strain));
        let part = named(&mesh.attributes, "part");
        assert!(part.values.are_whole() && sum(part) == 14.0, "{name}: {}", sum(part));
        assert!(layer.notice.as_ref().unwrap().contains("the mean of the faces there"), "{name}");
    }
}

#[test]
fn streamlines_bring_what_is_said_of_their_points_and_of_each_of_them() {
    let layers = all("lines.vtp");
    let tracts = tracts(&layers[0]);
    assert_eq!((layers.len(), tracts.len(), tracts.positions.len()), (1, 2, 30));
    assert!((tracts.line_attributes[0].values.get(1) - 33.162395901791804).abs() < 1e-5);
    let weight = named(&tracts.line_attributes, "weight");
    assert_eq!((weight.values.get(0), weight.values.get(1)), (0.25, -4.0));
    assert_eq!(named(&tracts.attributes, "age").values.get(13), 13.0);
    let side = named(&tracts.attributes, "side");
    assert_eq!([0, 1, 2, 3].map(|point| side.text(point)), ["left", "right", "top", "left"]);
}

#[test]
fn what_is_said_of_cells_goes_to_the_kind_that_it_is_said_of() {
    for name in ["mixed.vtp", "mixed.vtk", "mixed-ascii.vtk"] {
        let layers = all(name);
        let [of_faces, of_lines, of_vertices] = &layers[..] else { panic!("{name} has {} layers", layers.len()) };
        let mesh = mesh(of_faces);
        assert_eq!((mesh.triangle_count(), mesh.positions.len()), (3 * 2 + 4 + 1, 19), "{name}");
        assert!((area(&mesh) - 5.635822921).abs() < 1e-4, "{name}: {}", area(&mesh));
        assert_near(mesh.origin + mesh.positions[6].as_dvec3(), dvec3(1e6 + 2.0, 2e6 + 1.0, 0.4));
        let expected = [7.75, 8.5, 9.25, f64::NAN, 9.25, 9.25, 10.75, 12.25, 12.25, 10.75, 12.25, 12.25, 13.75, 13.75];
        for (corner, expected) in expected.into_iter().enumerate() {
            let found = named(&mesh.attributes, "real").values.get(corner);
            assert!((found - expected).abs() < 1e-6 || expected.is_nan() && found.is_nan(), "{name} {corner}: {found}");
        }
        // Of cells 5 and 6, and of 5, 6 and 7: each as frequent as the others.
        let number = named(&mesh.attributes, "number");
        assert_eq!((number.values.get(1), number.values.get(5)), (5.0, 5.0), "{name}");
        assert_eq!(mesh.file_colors.as_ref().unwrap()[7], [70, 7, 248, 255], "{name}");
        assert!(mesh.attributes.iter().all(|one| one.name != "Normals"), "{name}");

        let tracts = tracts(of_lines);
        assert_eq!((tracts.len(), tracts.positions.len()), (3, 8), "{name}");
        let real = named(&tracts.line_attributes, "real");
        assert_eq!([0, 1, 2].map(|line| real.values.get(line)), [3.25, 4.75, 6.25], "{name}");

        let points = points(of_vertices);
        assert_eq!(points.positions.len(), 3, "{name}");
        let place = |point: usize| points.origin + points.positions[point].as_dvec3();
        let highest =
            (0..3).max_by(|a, b| place(*a).z.total_cmp(&place(*b).z).then(place(*a).x.total_cmp(&place(*b).x)));
        assert_near(place(highest.unwrap()), dvec3(1e6 + 9.0, 2e6 + 9.0, 9.0));
        assert_eq!(named(&points.attributes, "real").values.get(highest.unwrap()), 0.25, "{name}");
    }
}

#[test]
fn pieces_are_one_whole() {
    let mesh = mesh(&all("pieces.vtp")[0]);
    assert_eq!((mesh.positions.len(), mesh.triangle_count()), (50, 64));
    assert!((area(&mesh) - 2.836185083).abs() < 1e-5, "{}", area(&mesh));
    assert_near(mesh.origin + mesh.positions[30].as_dvec3(), dvec3(4.6637506, 5.6637506, 6.8454914));
    assert_near(mesh.origin + mesh.positions[49].as_dvec3(), dvec3(5.293893, 6.0, 6.5954914));
}

fn world(volume: &Volume, voxel: [u32; 3]) -> DVec3 {
    volume.origin + volume.placed.transform_point3(Vec3::from(voxel.map(|part| part as f32))).as_dvec3()
}

fn value(volume: &Volume, voxel: [u32; 3], frame: u32) -> f64 {
    volume.values.values.get(volume.index(voxel, frame).unwrap())
}

#[test]
fn an_image_is_a_volume_of_each_list_and_those_of_cells_stand_half_a_voxel_further() {
    for name in ["turned.vti", "turned-ascii.vti"] {
        let layers = all(name);
        let stem = name.trim_end_matches(".vti");
        let titles: Vec<&str> = layers.iter().map(|layer| layer.name.as_str()).collect();
        assert_eq!(titles, ["speed", "flow", "label"].map(|list| format!("{stem}: {list}")), "{name}");
        let [speed, flow, label] = [0, 1, 2].map(|index| volume(&layers[index]));
        assert_eq!((speed.size, speed.frames, value(&speed, [1, 2, 3], 0)), ([6, 5, 4], 1, 609.0), "{name}");
        assert_eq!((sum(&speed.values), sum(&flow.values)), (51820.0, 14280.0), "{name}");
        assert_eq!((flow.frames, [0, 1, 2].map(|part| value(&flow, [1, 2, 3], part))), (3, [103.0, 206.0, -103.0]));
        assert_near(world(&flow, [0, 0, 0]), dvec3(10.0, 20.0, 30.0));
        assert_near(world(&flow, [5, 4, 3]), dvec3(11.2062604, 24.56014647, 36.0));
        assert_near(world(&flow, [1, 2, 3]), dvec3(9.88662783, 22.05843308, 36.0));
        assert_eq!((label.size, value(&label, [1, 2, 1], 0), sum(&label.values)), ([5, 4, 3], 1.0, 120.0), "{name}");
        assert!(label.values.values.are_whole(), "{name}");
        assert_near(world(&label, [1, 2, 1]), dvec3(9.97770185, 22.60998138, 33.0));
    }
}

#[test]
fn an_image_in_pieces_is_put_together() {
    let layers = all("halves.vti");
    let [of_points, of_cells] = &layers[..] else { panic!("it has {} layers", layers.len()) };
    let (of_points, of_cells) = (volume(of_points), volume(of_cells));
    assert_eq!((of_points.size, of_cells.size), ([7, 5, 5], [6, 4, 4]));
    assert!((sum(&of_points.values) - 15768.307024).abs() < 1e-3 && (sum(&of_cells.values) - 9185.942349).abs() < 1e-3);
    for (voxel, expected, place) in [
        ([0, 0, 0], 148.49535, dvec3(-3.0, -1.0, 0.0)),
        ([6, 4, 4], 22.110287, dvec3(3.0, 3.0, 4.0)),
        ([3, 1, 2], 156.70573, dvec3(0.0, 0.0, 2.0)),
        ([4, 3, 1], 118.65526, dvec3(1.0, 2.0, 1.0)),
    ] {
        assert!((value(&of_points, voxel, 0) - expected).abs() < 1e-4, "{voxel:?}");
        assert_near(world(&of_points, voxel), place);
    }
    for (voxel, expected, place) in [
        ([0, 0, 0], 167.43172, dvec3(-2.5, -0.5, 0.5)),
        ([5, 3, 3], 16.83928, dvec3(2.5, 2.5, 3.5)),
        ([3, 1, 2], 104.41493, dvec3(0.5, 0.5, 2.5)),
        ([4, 2, 1], 106.22823, dvec3(1.5, 1.5, 1.5)),
    ] {
        assert!((value(&of_cells, voxel, 0) - expected).abs() < 1e-4, "{voxel:?}");
        assert_near(world(&of_cells, voxel), place);
    }
}

#[test]
fn pieces_that_overlap_do_not_hide_a_gap() {
    let piece = |first: u32| {
        format!(
            r#"<Piece Extent="{first} {} 0 0 0 0"><PointData><DataArray type="Int32" Name="n" format="ascii">1 2</DataArray></PointData></Piece>"#,
            first + 1
        )
    };
    let image = |firsts: [u32; 3]| {
        let pieces: String = firsts.into_iter().map(piece).collect();
        let text = format!(
            r#"<VTKFile type="ImageData" version="1.0" byte_order="LittleEndian"><ImageData>{pieces}</ImageData></VTKFile>"#
        );
        try_all("a.vti", text)
    };
    assert_eq!(image([0, 2, 3]).map(|layers| layers.len()), Ok(1));
    assert_eq!(
        image([0, 0, 3]).map(drop).unwrap_err(),
        "a.vti is not a valid VTK file: its pieces hold 4 of the 5 × 1 × 1 numbers that they reach over"
    );
}

fn replaced(name: &str, from: &str, to: &str) -> Result<Vec<LoadedLayer>, String> {
    let text = String::from_utf8(files::fixture(name)).unwrap();
    assert!(text.contains(from), "{name} has no {from}");
    try_all("a.vtp", text.replace(from, to))
}

#[test]
fn other_compressors_are_refused_where_something_is_compressed() {
    let refusal = replaced("tail-inline.vtp", "vtkZLibDataCompressor", "vtkLZ4DataCompressor").map(drop).unwrap_err();
    assert_eq!(
        refusal,
        "a.vtp cannot be shown: its numbers are compressed by “vtkLZ4DataCompressor”; those compressed by \
         vtkZLibDataCompressor, or not at all, are read"
    );
    assert!(replaced("tail-ascii.vtp", "vtkZLibDataCompressor", "vtkLZMADataCompressor").is_ok());
}

/// A file with one list of points, in base64 with headers of 32 bits.
fn polydata(said: &str, points: u64, list: &str) -> String {
    format!(
        "<VTKFile type=\"PolyData\" {said}><PolyData><Piece NumberOfPoints=\"{points}\"><Points><DataArray \
         type=\"Float32\" Name=\"p\" NumberOfComponents=\"3\" {list}</DataArray></Points></Piece></PolyData></VTKFile>"
    )
}

fn in_base64(words: &[u32], bytes: &[u8]) -> String {
    let header: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    format!("format=\"binary\">{}{}", STANDARD.encode(header), STANDARD.encode(bytes))
}

#[test]
fn header_and_numbers_may_be_one_base64_or_two() {
    let numbers: Vec<u8> = [1.0f32, 2.0, 3.0, 5.0, 6.0, 7.0].iter().flat_map(|number| number.to_le_bytes()).collect();
    let together = [&24u32.to_le_bytes()[..], &numbers].concat();
    for list in [in_base64(&[24], &numbers), format!("format=\"binary\">\n{}\n", STANDARD.encode(together))] {
        let layers = try_all("a.vtp", polydata("", 2, &list)).unwrap();
        assert_near(points(&layers[0]).origin, dvec3(3.0, 4.0, 5.0));
    }
}

#[test]
fn what_is_not_sound_is_refused() {
    let zlib = "compressor=\"vtkZLibDataCompressor\"";
    let refusal = |text: String| try_all("a.vtp", text).map(drop).unwrap_err();
    let image = |extent: &str| {
        format!(
            "<VTKFile type=\"ImageData\"><ImageData WholeExtent=\"{extent}\"><Piece><PointData><DataArray type=\"Int8\" \
                 Name=\"a\" format=\"ascii\">1 2</DataArray></PointData></Piece></ImageData></VTKFile>"
        )
    };
    let appended = |offset: u64, rest: &str| {
        let text = polydata("", 2, &format!("format=\"appended\" offset=\"{offset}\">"));
        text.replace("</PolyData>", &format!("</PolyData><AppendedData encoding=\"raw\">{rest}"))
    };
    let deflated = {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(&[0; 24]).unwrap();
        encoder.finish().unwrap()
    };
    let length = deflated.len() as u32;
    let truncated = "a.vtp is cut short: its list “p”: ";
    let malformed = "a.vtp is not a valid VTK file: ";
    for (text, expected) in [
        (
            "<VTKFile type=\"UnstructuredGrid\"></VTKFile>".into(),
            "a.vtp cannot be shown: it holds UnstructuredGrid; PolyData and ImageData are read".to_owned(),
        ),
        (polydata("", 2, "format=\"ascii\">1 2 3"), format!("{truncated}6 numbers were expected and 3 are there")),
        (polydata("", 2, "format=\"ascii\">1 2 x"), format!("{malformed}its list “p”: “x” is no number")),
        (polydata("", 2, "format=\"binary\">!!!!"), format!("{malformed}its list “p”: it is no base64")),
        (polydata("", 2, &in_base64(&[24], &[0; 9])), truncated.into()),
        (
            polydata("", 2, &in_base64(&[u32::MAX], &[0; 24])),
            "a.vtp is cut short: its list “p”: a list promises".into(),
        ),
        (polydata("", 2, &in_base64(&[12], &[0; 12])), format!("{truncated}6 numbers were expected and 3 are there")),
        (
            polydata(zlib, 2, &in_base64(&[u32::MAX, 24, 0], &deflated)),
            format!("{truncated}a list promises 4294967295 blocks"),
        ),
        (
            polydata(zlib, 2, &in_base64(&[1, 1 << 30, 0, length], &deflated)),
            format!("{malformed}a list promises 1073741824 bytes out of {length} that are compressed"),
        ),
        (
            polydata(zlib, 2, &in_base64(&[1, 24, 0, 1 << 30], &deflated)),
            format!("{truncated}a list promises 1073741824 bytes"),
        ),
        (
            polydata(zlib, 3, &in_base64(&[1, 36, 0, length], &deflated)),
            format!("{malformed}its list “p”: a block of it ends 12 bytes too early"),
        ),
        (
            polydata(zlib, 2, &in_base64(&[1, 24, 0, 5], &[1; 5])),
            format!("{malformed}its list “p”: a block of it is no zlib"),
        ),
        (appended(1 << 40, "_"), "a.vtp is cut short: its list “p” stands at byte 1099511627776".into()),
        (appended(0, "_"), "a.vtp is cut short: its list “p”: ".into()),
        (appended(0, "abc"), format!("{malformed}what is appended does not begin with an underscore")),
        (
            polydata("", 2, "format=\"appended\" offset=\"0\">"),
            "a.vtp is cut short: its list “p” is appended, and nothing is".into(),
        ),
        (image("0 1 0 0"), format!("{malformed}an extent is “0 1 0 0”")),
        (image("0 2000000000 0 2000000000 0 1"), format!("{malformed}an extent is larger than any")),
        (image("0 1 0 0 0 1"), "a.vtp is cut short: its list “a”: 4 numbers were expected and 2 are there".into()),
        (image("0 -1 0 0 0 1"), "a.vtp holds nothing to draw: it has no points".into()),
        (
            polydata("", 9, "format=\"ascii\">")
                .replace("<Points>", &format!("<Points a=\"{}\">", "b".repeat(1 << 20))),
            format!("{malformed}byte "),
        ),
    ] {
        let text = refusal(text);
        assert!(text.starts_with(&expected), "{text}\n{expected}");
    }
}

#[test]
fn memory_is_refused_before_it_is_taken() {
    let deflated = {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(&vec![0; 12 << 20]).unwrap();
        encoder.finish().unwrap()
    };
    let header = [1, 12 << 20, 0, deflated.len() as u32];
    let file = polydata("compressor=\"vtkZLibDataCompressor\"", 1 << 20, &in_base64(&header, &deflated));
    let source = Source::Bytes { name: "a.vtp".into(), bytes: file.into_bytes().leak() };
    let progress = Progress::with_limits(Limits { max_bytes: 20_000_000 });
    let refusal = load(&source, &progress).map(drop).unwrap_err().to_string();
    assert!(refusal.starts_with("a.vtp needs about "), "{refusal}");
}

#[test]
fn of_several_moments_the_first_is_shown_and_says_so() {
    let list = "format=\"ascii\" TimeStep=\"0\">1 2 3 5 6 7</DataArray><DataArray type=\"Float32\" Name=\"p\" \
                NumberOfComponents=\"3\" format=\"ascii\" TimeStep=\"1\">9 9 9 9 9 9";
    let layers = try_all("a.vtp", polydata("", 2, list)).unwrap();
    assert_near(points(&layers[0]).origin, dvec3(3.0, 4.0, 5.0));
    assert_eq!(layers[0].notice.as_deref(), Some("Shows the first of its moments."));
}

#[test]
fn legacy_grids_have_numbers_of_points_and_cells_and_say_what_they_have_of_the_whole() {
    let text = "# vtk DataFile Version 3.0\nt\nASCII\nDATASET STRUCTURED_POINTS\nFIELD FieldData 1\nTIME 1 1 double\n0.5\n\
                DIMENSIONS 3 2 1\nORIGIN 1 2 3\nSPACING 2 4 8\nCELL_DATA 2\nSCALARS c int 1\nLOOKUP_TABLE default\n7 8\n\
                POINT_DATA 6\nVECTORS v float\n0 0 1 1 0 1 2 0 1 3 0 1 4 0 1 5 0 1\n";
    let layers = try_all("a.vtk", text).unwrap();
    assert_eq!((layers[0].name.as_str(), layers[1].name.as_str()), ("a: v", "a: c"));
    let (vectors, cells) = (volume(&layers[0]), volume(&layers[1]));
    assert_eq!((vectors.size, vectors.frames, value(&vectors, [2, 1, 0], 0)), ([3, 2, 1], 3, 5.0));
    assert_eq!((cells.size, value(&cells, [1, 0, 0], 0)), ([2, 1, 1], 8.0));
    // Across the axis along which it is flat, cells stand where the points do.
    assert_near(world(&vectors, [0, 0, 0]), dvec3(1.0, 2.0, 3.0));
    assert_near(world(&cells, [0, 0, 0]), dvec3(2.0, 4.0, 3.0));
}
