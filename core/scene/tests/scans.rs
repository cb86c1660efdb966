//! LAZ is decompressed by several threads, by its table of chunks; where that is wrong the points are read all the same.

#![allow(clippy::unwrap_used, clippy::panic)]

mod files;

use files::{las_file, laz_file};
use heliograph_scene::load::{LoadError, Progress, Source, load};
use heliograph_scene::{LayerData, Points};
use laz::LazVlrBuilder;
use laz::laszip::{ChunkTable, ChunkTableEntry, compress_buffer};
use std::io::Cursor;

const COUNT: u32 = 1700;

fn read(bytes: &[u8]) -> Result<Points, LoadError> {
    let source = Source::Bytes { name: "a.laz".into(), bytes: bytes.to_vec().leak() };
    let layer = load(&source, &Progress::new())?.remove(0);
    let LayerData::Points(points) = layer.data else { panic!("a.laz is a {}", layer.data.kind()) };
    Ok(Points::clone(&points))
}

fn is_same(one: &Points, other: &Points) -> bool {
    let values = |points: &Points| points.attributes.iter().map(|one| one.values.clone()).collect::<Vec<_>>();
    one.origin == other.origin
        && one.positions == other.positions
        && one.file_index == other.file_index
        && one.file_colors == other.file_colors
        && values(one) == values(other)
}

#[test]
fn a_wrong_table_of_chunks_costs_no_point() {
    let intact = laz_file(3, Some(100), COUNT);
    let whole = read(&intact).unwrap();
    assert_eq!(whole.len(), COUNT as usize);
    let points_at = u32::from_le_bytes(intact[96..100].try_into().unwrap()) as usize;
    let table_at = i64::from_le_bytes(intact[points_at..points_at + 8].try_into().unwrap()) as usize;
    let table = ChunkTable::read(&mut Cursor::new(&intact[table_at..]), false).unwrap();
    let vlr = LazVlrBuilder::default().with_point_format(3, 0).unwrap().with_fixed_chunk_size(100).build();
    for shift in (-20i64..=20).filter(|shift| *shift != 0) {
        // The first chunk seems to be longer or shorter, so all that follow seem to lie elsewhere.
        let mut wrong = ChunkTable::with_capacity(table.len());
        for (at, chunk) in table.as_ref().iter().enumerate() {
            let byte_count = chunk.byte_count.strict_add_signed(if at == 0 { shift } else { 0 });
            wrong.push(ChunkTableEntry { byte_count, ..*chunk });
        }
        let mut file = intact[..table_at].to_vec();
        wrong.write_to(&mut file, &vlr).unwrap();
        // What follows can be taken for points.
        file.extend((0..60_000u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8));
        let points = read(&file).unwrap_or_else(|error| panic!("by {shift}: {error}"));
        assert!(is_same(&points, &whole), "a table that is wrong by {shift} gives other points");
    }
}

/// Where a chunk is damaged the others are not: the sentence says so all the same, and says which file it is.
#[test]
fn a_damaged_chunk_is_an_error_and_no_panic() {
    for format in [3, 7] {
        let intact = laz_file(format, Some(100), COUNT);
        let points_at = u32::from_le_bytes(intact[96..100].try_into().unwrap()) as usize;
        let table_at = i64::from_le_bytes(intact[points_at..points_at + 8].try_into().unwrap()) as usize;
        let mut damaged = intact.clone();
        // In the middle of the points, as long as a chunk or two.
        let middle = (points_at + table_at) / 2;
        damaged[middle..middle + 1500].fill(0xff);
        match read(&damaged) {
            Ok(points) => assert_eq!(points.len(), COUNT as usize, "of a pointwise chunk any bytes are points"),
            Err(error) => assert!(error.to_string().starts_with("a.laz "), "{error}"),
        }
    }
}

/// Extra bytes that no record describes are in the file between what is read, and left out.
#[test]
fn bytes_that_nothing_describes_do_not_move_what_stands_before_them() {
    let plain = read(&las_file(3, COUNT)).unwrap();
    for more in [1usize, 7, 5000] {
        let mut file = las_file(3, 0);
        let record_bytes = 34 + more;
        file[105..107].copy_from_slice(&(record_bytes as u16).to_le_bytes());
        file[107..111].copy_from_slice(&COUNT.to_le_bytes());
        let records = las_file(3, COUNT);
        for record in records[375..].chunks_exact(34) {
            file.extend(record);
            file.extend(vec![0xa5; more]);
        }
        assert!(is_same(&read(&file).unwrap(), &plain), "with {more} bytes more");
    }
}

/// Room is made for points that come, not for those that a header promises, however well they may be compressed.
#[test]
fn points_that_are_compressed_to_next_to_nothing_are_read_and_those_that_are_not_there_are_missed() {
    const MANY: u32 = 40_000;
    let vlr = || LazVlrBuilder::default().with_point_format(0, 0).unwrap().with_fixed_chunk_size(50_000).build();
    let template = laz_file(0, Some(50_000), 1);
    let points_at = u32::from_le_bytes(template[96..100].try_into().unwrap()) as usize;
    let file = |promised: u32| {
        let mut file = Cursor::new(template[..points_at].to_vec());
        file.set_position(points_at as u64);
        compress_buffer(&mut file, &vec![7; 20 * MANY as usize], vlr()).unwrap();
        let mut file = file.into_inner();
        file[107..111].copy_from_slice(&promised.to_le_bytes());
        file[247..255].copy_from_slice(&u64::from(promised).to_le_bytes());
        file
    };
    let small = file(MANY);
    assert!(small.len() * 100 < 20 * MANY as usize, "{} bytes", small.len());
    let points = read(&small).unwrap();
    assert_eq!(points.len(), MANY as usize);
    assert!(points.attributes.iter().any(|one| one.name == "user data" && one.values.get(MANY as usize - 1) == 7.0));
    let error = read(&file(50_000_000)).unwrap_err().to_string();
    assert!(error.starts_with("a.laz "), "{error}");
}
