//! E57 files give the points that another reader sees.
//!
//! The numbers are those of pye57 0.4.19, which is libE57Format: scans.e57 and spherical.e57 were written by it, and its
//! `read_scan(i)` says where points are once the pose is applied. uneven.e57 was written after ASTM E2807 by Python's `struct`,
//! with pieces of streams that do not end together, an index and an empty packet between them and numbers of 2 to 64 bits;
//! libE57Format's own `CompressedVectorReader` reads the numbers below.

#![allow(clippy::unwrap_used, clippy::panic)]

mod files;

use files::e57::{e57_file, opened, sealed, with_xml};
use files::points::{at, attribute, clouds, place, try_load, value};
use glam::{DVec3, dvec3};
use heliograph_scene::load::{Limits, Progress, Source, load};
use heliograph_scene::{ColorBy, Points, Values};

fn color(points: &Points, record: u32) -> [u8; 4] {
    points.file_colors.as_ref().unwrap()[at(points, record)]
}

fn assert_near(found: DVec3, expected: DVec3) {
    assert!(found.distance(expected) < 2e-5, "{found} is not {expected}");
}

#[test]
fn each_scan_is_a_layer_that_stands_where_its_scanner_stood() {
    let clouds = clouds("scans.e57");
    let names: Vec<&str> = clouds.iter().map(|(_, layer)| layer.name.as_str()).collect();
    assert_eq!(names, ["scans: north", "scans: south"]);
    let [(north, layer), (south, _)] = &clouds[..] else { panic!("{}", clouds.len()) };
    assert_eq!((north.len(), south.len(), layer.style.color_by), (294, 200, ColorBy::File));
    assert_near(place(north, 0), dvec3(634999.0890815783, 849999.714100858, 403.83265748023985));
    // Of those with a place the 42nd: record 7 has none.
    assert_near(place(north, 43), dvec3(634998.3818117523, 849994.0521981907, 399.3057357788086));
    assert_near(place(south, 42), dvec3(-4.434004783630371, 1.0674387216567993, -1.3116506338119507));
    let least = (0..294).map(|index| north.positions[index].as_dvec3()).reduce(DVec3::min).unwrap() + north.origin;
    assert_near(least, dvec3(634991.023555069, 849990.3994343567, 392.22293215990067));
    assert_eq!(color(north, 43), [245, 182, 161, 255]);
    assert_eq!(color(south, 42), [11, 93, 224, 255]);
    assert!((value(north, "intensity", 43) - 2691.755615234375).abs() < 1e-9);
    assert_eq!((value(north, "row", 43), value(north, "column", 43)), (2.0, 3.0));
    let notice = "Left out 6 of 300 points: the file says that their places are not valid.";
    assert_eq!(layer.notice.as_deref(), Some(notice));
}

#[test]
fn distances_and_angles_are_places_and_all_else_is_an_attribute() {
    let clouds = clouds("spherical.e57");
    let [(points, layer)] = &clouds[..] else { panic!("{}", clouds.len()) };
    assert_eq!((layer.name.as_str(), points.len()), ("spherical", 495));
    assert_near(place(points, 0), dvec3(-33.40333900370152, 7.008303981241092, 67.45448982948028));
    assert_near(place(points, 43), dvec3(-98.21776210006443, 59.22261724314593, 142.9444899240324));
    assert_near(place(points, 106), dvec3(88.40445178554594, 115.53020266134243, 19.658957364779035));
    assert_eq!((value(points, "intensity", 0), value(points, "intensity", 43)), (3297.0, 940.0));
    assert!(value(points, "intensity", 4).is_nan(), "it is marked as invalid");
    assert_eq!((value(points, "time", 43), value(points, "return", 43)), (1000010.75, 3.0));
    assert_eq!(attribute(points, "time").unit.as_deref(), Some("s"));
    assert_eq!(value(points, "number of returns", 43), 3.0);
    assert!((value(points, "normalX", 106) - 0.929040253162384).abs() < 1e-7);
}

#[test]
fn streams_need_not_end_together() {
    let clouds = clouds("uneven.e57");
    let [(points, layer)] = &clouds[..] else { panic!("{}", clouds.len()) };
    assert_eq!((layer.name.as_str(), points.len()), ("uneven", 390));
    assert_near(place(points, 0), dvec3(500017.079, 5000046.371, 3.2120605482886435));
    assert_near(place(points, 50), dvec3(499962.224, 4999979.849, 0.8974635429135566));
    assert_near(place(points, 399), dvec3(499982.384, 4999968.975, -6.170309566971729));
    let three = |name| [10, 50, 399].map(|record| value(points, name, record));
    assert_eq!(three("intensity"), [4609.0, 8183.0, 6124.0]);
    assert_eq!(three("depth"), [-66.5, -74.5, -58.5]);
    assert_eq!(three("time"), [1695492156169716183.0, -2118474499269356109.0, -7047899994102205197.0]);
    assert!(matches!(attribute(points, "depth").values, Values::F32(_)));
    // Red is white from 1023 on, green from 4095, and blue is black up to 1000 and white from 3000 on.
    assert_eq!(color(points, 10), [255, 1, 224, 255]);
    assert_eq!(color(points, 399), [12, 250, 0, 255]);
}

#[test]
fn a_damaged_page_is_told_by_its_place() {
    let mut bytes = files::fixture("uneven.e57");
    bytes[3 * 1024 + 500] ^= 4;
    let error = try_load("a.e57", bytes).unwrap_err();
    assert!(error.starts_with("a.e57 is not a valid E57 file: the page from byte 3072 is damaged: "), "{error}");
    let mut bytes = files::fixture("uneven.e57");
    bytes.truncate(12 * 1024);
    let error = try_load("a.e57", bytes).unwrap_err();
    assert_eq!(error, "a.e57 is cut short: its header promises 14,336 bytes and 12,288 are there");
}

#[test]
fn what_would_be_a_lie_is_refused() {
    let file = files::fixture("uneven.e57");
    let edited = |from: &str, to: &str| {
        let bytes = with_xml(&file, |xml| {
            assert!(xml.contains(from), "{from}");
            xml.replace(from, to)
        });
        try_load("a.e57", bytes).map(|layers| layers.len())
    };
    assert_eq!(edited("uneven", "even"), Ok(1));
    let refused = |from: &str, to: &str, why: &str| {
        let error = edited(from, to).unwrap_err();
        assert!(error.contains(why), "{to}: {error}");
    };
    refused("recordCount=\"400\"", "recordCount=\"4000000000\"", "its 4,000,000,000 points take");
    refused("recordCount=\"400\"", "recordCount=\"401\"", "of 401 points 400 are there");
    refused("recordCount=\"400\"", "recordCount=\"-1\"", "recordCount is “-1”");
    refused("fileOffset=\"48\"", "fileOffset=\"1022\"", "within a checksum");
    refused("fileOffset=\"48\"", "fileOffset=\"99999999\"", "should begin at byte 99999999");
    refused("fileOffset=\"48\"", "fileOffset=\"52\"", "a section of kind 0 begins");
    refused("maximum=\"8191\"", "maximum=\"-8\"", "“intensity” reaches from 0 to -8");
    refused("maximum=\"8191\"", "maximum=\"many\"", "is “many”");
    refused("cartesianX", "somethingX", "none of its fields are coordinates");
    refused("<cartesianInvalidState type=\"Integer\"", "<cartesianInvalidState type=\"String\"", "of type “String”");
    refused("</points>", "</point>", "in its XML section, byte ");
    refused("e57Root", "e58Root", "no element “e57Root”");
    let codec = "<vectorChild type=\"Structure\"><inputs/><zipCodec/></vectorChild></codecs>";
    refused("allowHeterogeneousChildren=\"1\"/></points>", &format!(">{codec}</points>"), "packed by “zipCodec”");
    let constant =
        ["X", "Y", "Z"].map(|axis| format!("<cartesian{axis} type=\"Integer\" minimum=\"1\" maximum=\"1\"/>"));
    let bytes = with_xml(&file, |xml| {
        let (before, rest) = xml.split_once("<prototype type=\"Structure\">").unwrap();
        let (_, after) = rest.split_once("</prototype>").unwrap();
        let before = before.replace("recordCount=\"400\"", "recordCount=\"4000000000\"");
        format!("{before}<prototype type=\"Structure\">{}</prototype>{after}", constant.concat())
    });
    let error = try_load("a.e57", bytes).unwrap_err();
    assert!(error.contains("its 4,000,000,000 points have no bits"), "{error}");
}

#[test]
fn an_xml_section_is_not_believed_to_be_longer_than_the_file() {
    for (length, why) in
        [(49_000_000u64, "49,000,000 bytes and 2,764 are there"), (u64::MAX, "at most 50,000,000 were expected")]
    {
        let mut bytes = opened(&files::fixture("uneven.e57"));
        bytes[32..40].copy_from_slice(&length.to_le_bytes());
        let error = try_load("a.e57", sealed(bytes)).unwrap_err();
        assert!(error.contains(why), "{error}");
    }
}

#[test]
fn a_field_that_never_comes_does_not_fill_the_memory_with_the_others() {
    let fields = [("X", "type=\"Float\""), ("Y", "type=\"Integer\" minimum=\"0\" maximum=\"1\"")];
    let fields = [fields[0], fields[1], ("Z", fields[1].1)].map(|(axis, kind)| format!("<cartesian{axis} {kind}/>"));
    let file = e57_file(&fields.concat(), 2_150_000, 300, &[60_000, 0, 0]);
    let error = try_load("a.e57", file).unwrap_err();
    assert!(error.contains("the fields of a point lie more than 16777216 bytes apart"), "{error}");
}

#[test]
fn more_memory_than_there_may_be_is_refused_before_it_is_taken() {
    let source = Source::Bytes { name: "a.e57".into(), bytes: files::fixture("uneven.e57").leak() };
    let error = load(&source, &Progress::with_limits(Limits { max_bytes: 20_000 })).unwrap_err().to_string();
    assert!(error.contains("of memory"), "{error}");
}

#[test]
fn a_scan_without_points_does_not_hide_the_others() {
    let bytes = with_xml(&files::fixture("scans.e57"), |xml| xml.replace("recordCount=\"300\"", "recordCount=\"0\""));
    let layers = try_load("a.e57", bytes).unwrap();
    assert_eq!((layers.len(), layers[0].name.as_str()), (1, "a: south"));
    assert_eq!(layers[0].notice.as_deref(), Some("Left out scans without points: a: north."));
    let bytes = with_xml(&files::fixture("uneven.e57"), |xml| xml.replace("data3D", "nothing"));
    assert_eq!(try_load("a.e57", bytes).unwrap_err(), "a.e57 holds nothing to draw: it has no scans");
}
