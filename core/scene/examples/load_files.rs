//! Writes large files for `load_bench` into a folder: `cargo run --release -p heliograph-scene --example load_files -- FOLDER`
//!
//! A scan of 5 M points (the sample, tile beside tile) and a ball of 1.3 M triangles in three formats.

use glam::Vec3;
use laz::las::file::SimpleReader;
use laz::laszip::{LazVlr, compress_buffer};
use std::error::Error;
use std::f32::consts::{PI, TAU};
use std::fmt::Write;
use std::io::{Cursor, Seek, SeekFrom};
use std::path::Path;

const SCAN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../app/samples/autzen.laz");
const TILES: usize = 45;
/// From a tile to the next, in the scan's own whole numbers.
const TILE: i32 = 30_000;
/// Vertices around the ball, and from pole to pole.
const BALL: [u32; 2] = [1144, 573];

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("which folder?")?;
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder)?;
    std::fs::write(folder.join("tiles.laz"), tiles()?)?;
    let (positions, triangles) = ball();
    std::fs::write(folder.join("ball.ply"), ply(&positions, &triangles))?;
    std::fs::write(folder.join("ball.stl"), stl(&positions, &triangles))?;
    std::fs::write(folder.join("ball.obj"), obj(&positions, &triangles)?)?;
    Ok(())
}

/// The scan many times, each beside the others.
fn tiles() -> Result<Vec<u8>, Box<dyn Error>> {
    let file = std::fs::read(SCAN)?;
    let mut reader = SimpleReader::new(Cursor::new(&file))?;
    let header = &reader.header;
    let (start, record_bytes) = (header.offset_to_points as usize, usize::from(header.point_size));
    let [count, extra_bytes, format] =
        [header.num_points as usize, usize::from(header.num_extra_bytes()), usize::from(header.point_format_id)];
    let mut scan = Vec::with_capacity(count * record_bytes);
    while let Some(record) = reader.read_next() {
        scan.extend_from_slice(record?);
    }
    let mut points = Vec::with_capacity(scan.len() * TILES);
    for tile in 0..TILES as i32 {
        for record in scan.chunks_exact(record_bytes) {
            let part = |at: usize| i32::from_le_bytes([record[at], record[at + 1], record[at + 2], record[at + 3]]);
            points.extend((part(0) + tile % 7 * TILE).to_le_bytes());
            points.extend((part(4) + tile / 7 * TILE).to_le_bytes());
            points.extend(&record[8..]);
        }
    }
    let items = laz::LazItemRecordBuilder::default_for_point_format_id(format as u8, extra_bytes as u16)?;
    let mut out = file[..start].to_vec();
    out[107..111].copy_from_slice(&((count * TILES) as u32).to_le_bytes());
    let mut out = Cursor::new(out);
    out.seek(SeekFrom::End(0))?;
    compress_buffer(&mut out, &points, LazVlr::from_laz_items(items))?;
    Ok(out.into_inner())
}

fn ball() -> (Vec<Vec3>, Vec<[u32; 3]>) {
    let [around, down] = BALL;
    let place = |index: u32| {
        let (turn, tilt) =
            ((index % around) as f32 / around as f32 * TAU, (index / around) as f32 / (down - 1) as f32 * PI);
        Vec3::new(tilt.sin() * turn.cos(), tilt.sin() * turn.sin(), tilt.cos())
    };
    let quad = |index: u32| {
        let (column, row) = (index % around, index / around * around);
        let [a, b] = [row + column, row + (column + 1) % around];
        [[a, a + around, b], [b, a + around, b + around]]
    };
    ((0..around * down).map(place).collect(), (0..around * (down - 1)).flat_map(quad).collect())
}

fn ply(positions: &[Vec3], triangles: &[[u32; 3]]) -> Vec<u8> {
    let mut out = format!(
        "ply\nformat binary_little_endian 1.0\nelement vertex {}\nproperty float x\nproperty float y\nproperty float z\n\
         element face {}\nproperty list uchar int vertex_indices\nend_header\n",
        positions.len(),
        triangles.len()
    )
    .into_bytes();
    positions.iter().for_each(|place| place.to_array().iter().for_each(|part| out.extend(part.to_le_bytes())));
    for corners in triangles {
        out.push(3);
        corners.iter().for_each(|corner| out.extend(corner.to_le_bytes()));
    }
    out
}

fn stl(positions: &[Vec3], triangles: &[[u32; 3]]) -> Vec<u8> {
    let mut out = vec![0; 80];
    out.extend((triangles.len() as u32).to_le_bytes());
    for corners in triangles {
        let [a, b, c] = corners.map(|corner| positions[corner as usize]);
        for place in [(b - a).cross(c - a).normalize_or_zero(), a, b, c] {
            place.to_array().iter().for_each(|part| out.extend(part.to_le_bytes()));
        }
        out.extend([0; 2]);
    }
    out
}

fn obj(positions: &[Vec3], triangles: &[[u32; 3]]) -> Result<String, Box<dyn Error>> {
    let mut out = String::new();
    for place in positions {
        writeln!(out, "v {} {} {}", place.x, place.y, place.z)?;
    }
    for [a, b, c] in triangles {
        writeln!(out, "f {} {} {}", a + 1, b + 1, c + 1)?;
    }
    Ok(out)
}
