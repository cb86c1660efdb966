//! Points out of text tables.
//!
//! The numbers of airports.csv are those of pandas 2: `d = pandas.read_csv("airports.csv"); d.latitude.min(); d.iloc[7] …`.

#![allow(clippy::unwrap_used, clippy::panic)]

mod files;

use glam::{DVec3, dvec3};
use heliograph_scene::load::{LoadedLayer, Progress, Source, load};
use heliograph_scene::{Attribute, LayerData, Points, Values};

fn try_load(name: &str, bytes: impl Into<Vec<u8>>) -> Result<LoadedLayer, String> {
    let source = Source::Bytes { name: name.into(), bytes: bytes.into().leak() };
    load(&source, &Progress::new()).map(|mut layers| layers.remove(0)).map_err(|error| error.to_string())
}

fn layer(name: &str, bytes: impl Into<Vec<u8>>) -> (Points, Option<String>) {
    let layer = try_load(name, bytes).unwrap_or_else(|error| panic!("{error}"));
    let LayerData::Points(points) = &layer.data else { panic!("{name} is a {}", layer.data.kind()) };
    (Points::clone(points), layer.notice)
}

fn at(points: &Points, row: u32) -> usize {
    points.file_index.iter().position(|index| *index == row).unwrap()
}

fn place(points: &Points, row: u32) -> DVec3 {
    points.origin + points.positions[at(points, row)].as_dvec3()
}

fn attribute<'a>(points: &'a Points, name: &str) -> &'a Attribute {
    points.attributes.iter().find(|one| one.name == name).unwrap_or_else(|| panic!("no {name}"))
}

#[test]
fn airports_lie_by_longitude_and_latitude_and_have_states() {
    let (points, notice) = layer("airports.csv", files::fixture("airports.csv"));
    assert_eq!(points.len(), 400);
    let bounds = points.bounds.unwrap();
    assert!((points.origin + bounds.min.as_dvec3()).distance(dvec3(-163.5299278, 26.44201083, 0.0)) < 1e-4);
    assert!((points.origin + bounds.max.as_dvec3()).distance(dvec3(-69.2328225, 64.36263194, 0.0)) < 1e-4);
    assert!(place(&points, 7).distance(dvec3(-88.17786917, 43.08751, 0.0)) < 1e-5, "{}", place(&points, 7));
    assert_eq!(attribute(&points, "state").text(at(&points, 7)), "WI");
    assert_eq!(attribute(&points, "state").categories.as_ref().unwrap().len(), 48);
    assert_eq!(notice.unwrap(), "Left out what tells more than 256 things apart: iata, name, city.");
}

#[test]
fn delimiters_headers_and_decimal_commas_are_guessed() {
    let expected = [dvec3(1.5, 2.0, 3.0), dvec3(4.0, 5.25, 6.0)];
    let files = [
        "1.5 2 3\n4 5.25 6\n",
        "# a comment\n1.5\t2\t3\n4\t5.25\t6",
        "x,y,z\r\n1.5,2,3\r\n4,5.25,6\r\n",
        "\u{feff}\"Z\";\"Y\";\"X\"\n3;2;1,5\n6;5,25;4\n",
        "2\n1.5 2 3\n4 5.25 6\n",
        "name,x,y,z\n\"a, b\",1.5,2,3\nc,4,5.25,6\n",
        "   1.5    2.0   3.0\n   4.0   5.25   6.0\n",
    ];
    for file in files {
        let name = if file.starts_with("2\n") { "a.pts" } else { "a.csv" };
        let (points, notice) = layer(name, file);
        assert_eq!((points.len(), notice), (2, None), "{file}");
        for (row, expected) in (0..).zip(expected) {
            assert!(place(&points, row).distance(expected) < 1e-6, "{file}: {}", place(&points, row));
        }
    }
}

#[test]
fn colours_and_numbers_keep_their_types() {
    let (points, _) = layer("a.xyz", "0 0 0 -12 255 0 10\n1 1 1 300 0 128 20\n");
    let color = |points: &Points, row| points.file_colors.as_ref().unwrap()[at(points, row)];
    assert_eq!([color(&points, 0), color(&points, 1)], [[255, 0, 10, 255], [0, 128, 20, 255]]);
    assert!(matches!(attribute(&points, "column 4").values, Values::I32(_)));
    let text = "x,y,z,red,green,blue,time,ok\n0,0,0,1,0.5,0,245379.39843682514,yes\n1,0,0,0,0,0,,no\n";
    let (points, _) = layer("a.csv", text);
    assert_eq!(color(&points, 0), [255, 128, 0, 255]);
    let time = attribute(&points, "time");
    assert_eq!((time.values.get(at(&points, 0)), time.text(at(&points, 1)).as_str()), (245379.39843682514, "no value"));
    assert_eq!(attribute(&points, "ok").text(at(&points, 1)), "no");
}

#[test]
fn places_far_from_zero_keep_millimetres_and_bad_rows_are_left_out_with_a_word() {
    let rows = "easting northing elevation\n500000.001 4000000.002 1\n500000.002 nan 2\n500000.003 4000000.002\n500001.004 4000000.009 3\n";
    let (points, notice) = layer("a.txt", rows);
    assert_eq!(notice.as_deref(), Some("Left out 2 of 4 points: their coordinates are no finite numbers."));
    assert!(place(&points, 3).distance(dvec3(500001.004, 4000000.009, 3.0)) < 1e-4);
}

#[test]
fn what_is_no_table_of_points_is_refused_in_a_sentence() {
    let refusal = |name: &str, bytes: &str| try_load(name, bytes).map(|_| ()).unwrap_err();
    let nothing = "a.csv holds nothing to draw: it has no two columns of numbers that could be places";
    assert_eq!(refusal("a.csv", "a,b\nx,1\ny,2\nz 3 4\n"), nothing);
    assert_eq!(
        refusal("a.csv", "a,b\nc,d\n"),
        "a.csv is not a valid XYZ/CSV/TSV file: it has no line with two numbers"
    );
    assert_eq!(
        refusal("a.xyz", "nan nan nan\nnan nan nan\n"),
        "a.xyz holds nothing to draw: of its 2 points none has finite coordinates"
    );
    let wide = format!("{}\n", "1,".repeat(300));
    assert_eq!(refusal("a.csv", &wide), "a.csv cannot be shown: it has 301 columns, and at most 256 are read");
}
