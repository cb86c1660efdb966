//! Parquet tables give the numbers that were put into them, however they are encoded; what lies is refused.
//!
//! pyarrow 26.0.1 wrote the files out of numbers that follow from the row, and read them back the same.

#![allow(clippy::unwrap_used, clippy::panic)]

mod files;

use files::parquet::Thrift::{I64, List, Struct, Text};
use files::parquet::{Made, Thrift, deltas, ended, group, varint, whole};
use files::points::{attribute, cloud, place, text, try_load, value};
use glam::dvec3;
use heliograph_scene::Points;
use heliograph_scene::load::{Limits, LoadError, Progress, Source, load};

/// Of each row that has one the number, and of the others none.
fn assert_values(points: &Points, name: &str, rows: impl Iterator<Item = u32>, expected: impl Fn(u32) -> Option<f64>) {
    for row in rows {
        let found = value(points, name, row);
        match expected(row) {
            Some(number) => assert_eq!(found, number, "{name}, row {row}"),
            None => assert!(found.is_nan(), "{name} says nothing of row {row}, and found was {found}"),
        }
    }
}

#[test]
fn every_encoding_gives_the_same_numbers() {
    for name in ["encodings.parquet", "encodings-2.parquet"] {
        let (points, layer) = cloud(name);
        assert_eq!((points.len(), layer.notice), (200, None), "{name}");
        let check = |column: &str, is_optional: bool, number: &dyn Fn(f64, u64) -> f64| {
            assert_values(&points, column, 0..200, |row| {
                (!is_optional || row % 11 != 4).then(|| number(f64::from(row), u64::from(row)))
            });
        };
        assert!(place(&points, 199).distance(dvec3(49.75, -398.0, 0.0)) < 1e-5);
        let random_32 = |_: f64, row: u64| f64::from((row * 0x9e37_79b1) as i32);
        let random_64 = |_: f64, row: u64| row.wrapping_mul(0x9e37_79b9_7f4a_7c15) as i64 as f64;
        check("d32", false, &random_32);
        check("si32", false, &random_32);
        check("d64", true, &random_64);
        check("si64", true, &random_64);
        check("slow", false, &|_, row| (row / 10) as f64);
        check("turn", false, &|_, row| if row % 2 == 0 { 2_147_483_647.0 } else { -2_147_483_648.0 });
        check("s32", true, &|number, _| f64::from((number * 0.37) as f32));
        check("s64", false, &|number, _| number.sqrt());
        check("s16", true, &|number, _| number / 8.0 - 10.0);
        check("p16", true, &|number, _| number / 8.0 - 10.0);
        check("dba_fixed", false, &|number, _| (number * 1e12 - 3.0) / 1e4);
        check("rle", true, &|_, row| f64::from(row % 3 == 0));
        check("bit", false, &|_, row| f64::from(row % 3 == 0));
        for row in 0..200 {
            let expected = if row % 11 == 4 { "nothing".into() } else { format!("kind-{}-{}", row % 5, row % 3) };
            assert_eq!([text(&points, "dlba", row), text(&points, "dba", row)], [expected.clone(), expected]);
        }
    }
}

#[test]
fn every_compression_gives_the_same_numbers() {
    for name in ["codecs.parquet", "codecs-2.parquet"] {
        let (points, _) = cloud(name);
        assert!(place(&points, 59).distance(dvec3(14.75, -118.0, 0.0)) < 1e-5, "{name}");
        for (number, codec) in (0..).zip(["none", "snappy", "gzip", "zstd", "lz4"]) {
            assert_values(&points, codec, 0..60, |row| (row % 7 != number).then(|| f64::from(row / 5 * 10 + number)));
        }
    }
}

#[test]
fn types_are_what_they_mean() {
    let (points, layer) = cloud("types.parquet");
    let rows = || (0..30).filter(|row| row % 5 != 2 && row % 7 != 3);
    for row in rows() {
        let place_of_it = dvec3(f64::from(row) / 2.0, f64::from(row) * 1.5, 0.0);
        assert!(place(&points, row).distance(place_of_it) < 1e-5, "row {row}");
    }
    assert_values(&points, "deep", rows(), |row| (row % 3 != 1).then(|| f64::from(row * 3)));
    let check = |name: &str, unit: Option<&str>, number: &dyn Fn(f64) -> f64| {
        assert_eq!(attribute(&points, name).unit.as_deref(), unit, "{name}");
        assert_values(&points, name, rows(), |row| Some(number(f64::from(row))));
    };
    check("u8", None, &|row| 255.0 - row);
    check("i8", None, &|row| -row);
    check("u16", None, &|row| 65_535.0 - row);
    check("i16", None, &|row| -1000.0 * row);
    check("u32", None, &|row| 4_294_967_295.0 - row);
    check("i32", None, &|row| -1e7 * row);
    check("u64", None, &|row| 9_223_372_036_854_775_808.0 + 4096.0 * row);
    check("i64", None, &|row| -1e12 * row);
    check("dec4", None, &|row| -11.0 * row / 100.0);
    check("dec8", None, &|row| (1e9 * row - 5.0) / 1000.0);
    check("day", Some("days"), &|row| row - 10.0);
    check("t_ms", Some("ms"), &|row| 1e3 * row);
    check("t_us", Some("µs"), &|row| 1e9 * row);
    check("t_ns", Some("ns"), &|row| 1e12 * row);
    check("ts_ms", Some("ms"), &|row| 1_700_000_000_000.0 + row);
    check("ts_us", Some("µs"), &|row| 1_700_000_000_000_000.0 + row);
    check("ts_ns", Some("ns"), &|row| (row - 15.0) * 1e17);
    check("half", None, &|row| row / 8.0);
    let sign = |row: u32| 1.0 - 2.0 * f64::from(row % 2);
    for row in rows() {
        let wide = [value(&points, "dec16", row), value(&points, "dec32", row)];
        let expected = [1e20, 1e20].map(|unit| sign(row) * unit * f64::from(row));
        assert!(wide.iter().zip(expected).all(|(found, number)| (found - number).abs() <= number.abs() * 1e-15));
        assert_eq!(text(&points, "word", row), format!("w{}", row % 4));
        assert_eq!(text(&points, "name", row), format!("name {row}"));
    }
    let notice = "Left out 9 of 30 points: their coordinates are no finite numbers. Left out what is no number, text or \
                  truth value: bytes, id, void, list, map, rows.";
    assert_eq!(layer.notice.as_deref(), Some(notice));
}

#[test]
fn moments_of_96_bits_are_nanoseconds() {
    let (points, _) = cloud("moments.parquet");
    assert_eq!(attribute(&points, "moment").unit.as_deref(), Some("ns"));
    assert_values(&points, "moment", 0..30, |row| {
        (row != 4).then(|| ((i64::from(row) - 15) * 100_000_000_000_000_000 + i64::from(row)) as f64)
    });
    assert_eq!(text(&points, "spread", 29), "29");
}

fn refusal(made: &Made) -> String {
    try_load("a.parquet", made.bytes()).unwrap_err()
}

fn assert_refused(made: Made, expected: &str) {
    let error = refusal(&made);
    assert!(error.starts_with("a.parquet ") && error.contains(expected), "{error}, and expected was: {expected}");
}

#[test]
fn a_file_made_by_hand_is_read() {
    let steps = [vec![0x80, 1, 1, 3], varint(10), varint(2), vec![0, 0]].concat();
    let made = [
        Made::default(),
        Made { encoding: 5, data: steps, ..Made::default() },
        Made { encoding: 5, data: deltas(&[5, 6, 7]), ..Made::default() },
        Made { encoding: 8, data: vec![2, 3, 0b10_01_00], dictionary: Some((3, whole(&[5, 6, 7]))), ..Made::default() },
        Made {
            codec: 1,
            data: [&[24, 23 << 2][..], &whole(&[5, 6, 7])].concat(),
            page_bytes: [Some(24), None],
            ..Made::default()
        },
    ];
    for made in made {
        let layers = try_load("a.parquet", made.bytes()).unwrap();
        let heliograph_scene::LayerData::Points(points) = &layers[0].data else { panic!("no points") };
        assert_eq!([0, 1, 2].map(|row| place(points, row).x), [5.0, 6.0, 7.0]);
    }
}

#[test]
fn counts_that_lie_are_refused_before_anything_is_made_for_them() {
    let most = i64::MAX;
    assert_refused(
        Made { rows: [most, 3, 3], ..Made::default() },
        "it promises 9223372036854775807 rows, and its row groups have 3",
    );
    assert_refused(Made { rows: [-1, 3, 3], ..Made::default() }, "-1, before byte");
    assert_refused(Made { rows: [most, most, 3], ..Made::default() }, "of memory");
    assert_refused(Made { rows: [4, 4, 3], ..Made::default() }, "row group 0 has 4 rows, and 3 values of “x”");
    let many = Made { rows: [i32::MAX.into(); 3], page_values: i32::MAX.into(), ..Made::default() };
    assert_refused(many, "of memory");
    let values = Made { page_values: i32::MAX.into(), ..Made::default() };
    assert_refused(values, "the page of “x” at byte 4: it promises 2147483647 values, and 3 were expected at most");
    assert_refused(Made { page_values: -3, ..Made::default() }, "it promises -3 bytes or values");
    let more = Made { rows: [4; 3], page_values: 4, ..Made::default() };
    assert_refused(more, "it has 24 bytes, and 32 were expected");
    assert_refused(Made { rows: [4; 3], ..Made::default() }, "a description ends at byte");
}

#[test]
fn sizes_that_lie_are_refused() {
    let said = |unpacked: i64, packed: i64| Made { page_bytes: [Some(unpacked), Some(packed)], ..Made::default() };
    assert_refused(said(24, 25), "it promises 25 bytes, and its chunk has 24 left");
    assert_refused(said(25, 24), "it unpacks to 24 bytes, and promises 25");
    assert_refused(said(-1, 24), "it promises -1 bytes or values");
    assert_refused(Made { codec: 7, ..said(200_000_000, 24) }, "which 24 bytes cannot");
    let snappy = [varint(200_000_000), vec![0; 19]].concat();
    assert_refused(Made { codec: 1, data: snappy, ..said(200_000_000, 23) }, "which 23 bytes cannot");
    for codec in [1, 2, 6, 7] {
        assert_refused(Made { codec, ..Made::default() }, "the page of “x” at byte 4: it ");
    }
    let long = Made { chunk_bytes: Some(i64::MAX), ..Made::default() };
    assert_refused(long, "row group 0 has 9223372036854775807 bytes from byte 4 on, and its footer begins at byte");
}

#[test]
fn encodings_that_lie_are_refused() {
    let dictionary = Some((2, whole(&[5, 6])));
    let entry = Made { encoding: 8, data: vec![4, 3 << 1, 9], dictionary, ..Made::default() };
    assert_refused(entry.clone(), "it asks for entry 9 of 2");
    assert_refused(Made { dictionary: None, ..entry.clone() }, "its chunk has no dictionary before it");
    assert_refused(
        Made { dictionary: Some((17, whole(&[5, 6]))), ..entry.clone() },
        "it promises 17 values, and 16 were",
    );
    assert_refused(Made { data: vec![33, 6, 1], ..entry.clone() }, "its numbers have 33 bits");
    assert_refused(Made { data: vec![4, 4, 1], ..entry }, "its runs hold 2 numbers, and 3 were expected");
    let blocks = |head: &[u64]| Made {
        encoding: 5,
        data: head.iter().flat_map(|number| varint(*number)).collect(),
        ..Made::default()
    };
    assert_refused(blocks(&[128, 4, u64::MAX, 0]), "it holds 18446744073709551615 differences, and 3 were expected");
    assert_refused(blocks(&[128, 0, 3, 0]), "blocks of 0 times 0 differences");
    assert_refused(blocks(&[u64::MAX - 7, 1, 3, 0, 0, 64]), "its differences end after 1 numbers");
    assert_refused(blocks(&[128, u64::MAX, 3, 0, 0, 1]), "blocks of 18446744073709551615 times 0 differences");
    assert_refused(blocks(&[128, 1, 3, 0, 0, 65]), "its differences end after 1 numbers");
    assert_refused(Made { encoding: 9, data: vec![0; 23], ..Made::default() }, "it has 23 bytes, and 24 were expected");
    assert_refused(Made { encoding: 6, ..Made::default() }, "its encoding, DeltaLengths, is none for its type");
    let level = |level: u8| [vec![2, 0, 0, 0, 3 << 1, level], whole(&[5, 6, 7])].concat();
    let optional = Made { is_optional: true, data: level(2), ..Made::default() };
    assert_refused(optional.clone(), "a definition level is 2, and 1 is the greatest");
    assert!(try_load("a.parquet", Made { data: level(1), ..optional.clone() }.bytes()).is_ok());
    assert_refused(Made { data: level(0), ..optional }, "none has finite coordinates");
}

#[test]
fn texts_that_lie_are_refused() {
    let texts =
        |encoding: i64, parts: &[&[u8]]| Made { is_text: true, encoding, data: parts.concat(), ..Made::default() };
    assert_refused(texts(0, &[&[1, 0, 0, 0, b'a', 9, 0, 0, 0, b'b']]), "text 1 of 3 is cut short");
    assert_refused(texts(6, &[&deltas(&[1, 1, 9]), b"abc"]), "text 2 has 9 bytes, and 1 are there");
    assert_refused(texts(6, &[&deltas(&[1, -1, 1]), b"abc"]), "text 1 has -1 bytes, and 2 are there");
    let lengths = deltas(&[1, 1, 1]);
    assert_refused(texts(7, &[&deltas(&[0, 2, 0]), &lengths, b"abc"]), "text 1 shares 2 bytes with one that has 1");
    assert_refused(texts(7, &[&deltas(&[0, -1, 0]), &lengths, b"abc"]), "text 1 shares -1 bytes with one that has 1");
    assert_refused(texts(5, &[&lengths]), "its encoding, Deltas, is none for its type");
    let dictionary = Some((2, vec![1, 0, 0, 0, b'a', 1, 0, 0, 0, b'b']));
    assert_refused(Made { dictionary, ..texts(8, &[&[2, 3, 0b11_01_00]]) }, "it asks for entry 3 of 2");
}

/// Each of a hundred thousand texts is the same as the first, which is long: a few kB stand for 400 MB.
#[test]
fn texts_that_share_their_beginning_are_held_against_the_memory() {
    let count = 100_000;
    let mut shared = vec![4000; count];
    shared[0] = 0;
    let mut own = vec![0; count];
    own[0] = 4000;
    let data = [deltas(&shared), deltas(&own), vec![b'a'; 4000]].concat();
    let rows = count as i64;
    let made = Made { is_text: true, encoding: 7, rows: [rows; 3], page_values: rows, data, ..Made::default() };
    let source = Source::Bytes { name: "a.parquet".into(), bytes: made.bytes().leak() };
    let error = load(&source, &Progress::with_limits(Limits { max_bytes: 50_000_000 })).unwrap_err().to_string();
    assert!(error.contains("of memory"), "{error}");
}

#[test]
fn schemas_without_end_are_refused() {
    let schema = |schema: Vec<Thrift>| Made { schema: Some(schema), ..Made::default() };
    assert_refused(schema((0..100).map(|_| group("g", 1)).collect()), "groups 16 deep");
    assert_refused(schema(vec![group("g", i64::from(i32::MAX)), group("h", 1)]), "fewer elements than it says");
    assert_refused(schema(vec![group("g", -1)]), "-1, before byte");
    assert_refused(schema(vec![group("g", 1), group("h", 0)]), "“h” is neither a column nor a group");
    assert_refused(schema((0..5000).map(|_| group("g", 1)).collect()), "more than 4096 columns");
    assert_refused(schema(Vec::new()), "it has no schema");
    // Structures within a field that nobody knows.
    let error = try_load("a.parquet", ended(b"PAR1".to_vec(), &[0xec; 10_000])).unwrap_err();
    assert!(error.contains("structures are within structures, 32 deep"), "{error}");
    let lists = try_load("a.parquet", ended(b"PAR1".to_vec(), &[&[0xe9][..], &[0x19; 10_000]].concat())).unwrap_err();
    assert!(lists.contains("structures are within structures, 32 deep"), "{lists}");
    // A list of structures as long as can be.
    let list = [&[0x19, 0xfc][..], &varint(u64::MAX)].concat();
    let error = try_load("a.parquet", ended(b"PAR1".to_vec(), &list)).unwrap_err();
    assert!(error.contains("a description ends at byte 16"), "{error}");
}

#[test]
fn what_is_not_read_is_told_with_what_to_do() {
    for (codec, name) in [(3, "LZO"), (4, "Brotli"), (5, "LZ4 in the frames of Hadoop")] {
        let expected = format!("it is compressed with {name}, which is not read: save it with snappy or zstd");
        assert_refused(Made { codec, ..Made::default() }, &expected);
    }
    assert_refused(Made { codec: 99, ..Made::default() }, "its compression is unknown (99): save it with");
    assert_refused(
        Made { encoding: 4, ..Made::default() },
        "it uses the encoding BIT_PACKED, which is out of date: write it anew",
    );
    let of_chunk = vec![(8, Struct(vec![(1, Struct(Vec::new()))]))];
    assert_refused(Made { of_chunk, ..Made::default() }, "it is encrypted: save it without");
    let error = try_load("a.parquet", [&b"PARE"[..], &[0; 40], b"PARE"].concat()).unwrap_err();
    assert_eq!(error, "a.parquet cannot be shown: it is encrypted: save it without");
    let nothing = Made {
        of_file: vec![(5, List(vec![Struct(vec![(1, Text("a")), (2, Text("b"))])]))],
        rows: [0; 3],
        ..Made::default()
    };
    assert!(refusal(&nothing).contains("it has no points"));
    let whole = Made::default().bytes();
    let error = try_load("a.parquet", &whole[..whole.len() - 9]).unwrap_err();
    assert!(error.starts_with("a.parquet is cut short: it does not end with “PAR1”, at byte "), "{error}");
    let long = [&whole[..whole.len() - 8], &u32::MAX.to_le_bytes(), b"PAR1"].concat();
    assert!(try_load("a.parquet", long).unwrap_err().contains("its footer promises 4294967295 bytes, and "));
    let elsewhere = Made { of_chunk: vec![(99, I64(0))], ..Made::default() };
    assert!(try_load("a.parquet", elsewhere.bytes()).is_ok(), "what is unknown is passed over");
}

#[test]
fn reading_ends_when_it_shall() {
    let source = Source::Bytes { name: "a.parquet".into(), bytes: Made::default().bytes().leak() };
    let progress = Progress::with_limits(Limits { max_bytes: 1_000_000 });
    progress.cancel();
    assert!(matches!(load(&source, &progress), Err(LoadError::Cancelled)));
}
