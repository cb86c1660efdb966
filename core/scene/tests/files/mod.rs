//! Small files of every kind, made on the spot.

#![allow(dead_code)]

pub(crate) mod e57;
pub(crate) mod parquet;
pub(crate) mod points;

use laz::laszip::compress_buffer;
use laz::{LazVlr, LazVlrBuilder};
use std::io::{Cursor, Seek, SeekFrom, Write};
use std::path::PathBuf;

/// A bundled sample, whole.
pub(crate) fn sample(name: &str) -> Vec<u8> {
    std::fs::read(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../app/samples").join(name)).unwrap()
}

/// A file beside this one, whole.
pub(crate) fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/files").join(name)).unwrap()
}

/// SplitMix64, as in the crate, which does not show its own.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((bits ^ (bits >> 31)) % end.max(1) as u64) as usize
    }
}

const RECORD_BYTES: [usize; 8] = [20, 28, 26, 34, 57, 63, 30, 36];

/// A LAS 1.4 file of `count` points on a slope; point `i` has intensity `i`, class 2 and colour `[i, 2 i, 3 i]` mod 256.
pub(crate) fn las_file(format: u8, count: u32) -> Vec<u8> {
    let mut file = header(format, count, &[]);
    file.extend(records(format, count));
    file
}

/// The same points compressed, in chunks of one size or (without one) of their own.
pub(crate) fn laz_file(format: u8, chunk_size: Option<u32>, count: u32) -> Vec<u8> {
    let builder = LazVlrBuilder::default().with_point_format(format, 0).unwrap();
    let vlr = match chunk_size {
        Some(size) => builder.with_fixed_chunk_size(size).build(),
        None => builder.with_variable_chunk_size().build(),
    };
    let mut vlr_bytes = Vec::new();
    vlr.write_to(&mut vlr_bytes).unwrap();
    let mut file = Cursor::new(header(format | 0x80, count, &vlr_bytes));
    file.seek(SeekFrom::End(0)).unwrap();
    let points = records(format, count);
    if chunk_size.is_some() {
        compress_buffer(&mut file, &points, vlr).unwrap();
    } else {
        let mut compressor = laz::LasZipCompressor::new(&mut file, vlr).unwrap();
        let third = points.len() / 3 / RECORD_BYTES[format as usize] * RECORD_BYTES[format as usize];
        for chunk in points.chunks(third) {
            compressor.compress_many(chunk).unwrap();
            compressor.finish_current_chunk().unwrap();
        }
        compressor.done().unwrap();
    }
    file.into_inner()
}

fn header(format: u8, count: u32, laz_vlr: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0u8; 375];
    let vlr_bytes = if laz_vlr.is_empty() { 0 } else { 54 + laz_vlr.len() };
    let mut put = |at: usize, value: &[u8]| bytes[at..at + value.len()].copy_from_slice(value);
    put(0, b"LASF");
    put(24, &[1, 4]);
    put(94, &375u16.to_le_bytes());
    put(96, &(375 + vlr_bytes as u32).to_le_bytes());
    put(100, &u32::from(vlr_bytes > 0).to_le_bytes());
    put(104, &[format]);
    put(105, &(RECORD_BYTES[usize::from(format & 0x3f)] as u16).to_le_bytes());
    put(107, &count.to_le_bytes());
    for axis in 0..3 {
        put(131 + 8 * axis, &0.01f64.to_le_bytes());
        put(155 + 8 * axis, &(1000.0 * axis as f64).to_le_bytes());
    }
    put(247, &u64::from(count).to_le_bytes());
    if vlr_bytes > 0 {
        let mut head = [0u8; 54];
        head[2..2 + LazVlr::USER_ID.len()].copy_from_slice(LazVlr::USER_ID.as_bytes());
        head[18..20].copy_from_slice(&LazVlr::RECORD_ID.to_le_bytes());
        head[20..22].copy_from_slice(&(laz_vlr.len() as u16).to_le_bytes());
        bytes.write_all(&head).unwrap();
        bytes.write_all(laz_vlr).unwrap();
    }
    bytes
}

fn records(format: u8, count: u32) -> Vec<u8> {
    let length = RECORD_BYTES[format as usize];
    let mut bytes = Vec::with_capacity(length * count as usize);
    for index in 0..count {
        let mut record = vec![0u8; length];
        for (axis, value) in [index as i32 * 10, -(index as i32) * 5, index as i32].into_iter().enumerate() {
            record[4 * axis..4 * axis + 4].copy_from_slice(&value.to_le_bytes());
        }
        record[12..14].copy_from_slice(&(index as u16).to_le_bytes());
        record[14] = 0x11;
        record[if format >= 6 { 16 } else { 15 }] = 2;
        let color_at = match format {
            2 => Some(20),
            3 | 5 => Some(28),
            7 => Some(30),
            _ => None,
        };
        if let Some(at) = color_at {
            for part in 0..3 {
                let value = (index * (part + 1) % 256) as u16;
                record[at + 2 * part as usize..at + 2 * part as usize + 2].copy_from_slice(&value.to_le_bytes());
            }
        }
        bytes.extend(record);
    }
    bytes
}

/// A binary PLY of coloured squares in a row, with normals and a list that nobody needs.
pub(crate) fn ply_file() -> Vec<u8> {
    ply("binary_little_endian", |number| number.to_le_bytes(), |number| number.to_le_bytes())
}

/// The same for a machine of the other kind.
pub(crate) fn big_endian_ply() -> Vec<u8> {
    ply("binary_big_endian", |number| number.to_be_bytes(), |number| number.to_be_bytes())
}

/// How many squares the PLY has: each of four vertices and one face.
pub(crate) const SQUARES: u32 = 120;

fn ply(format: &str, f32_bytes: fn(f32) -> [u8; 4], u32_bytes: fn(u32) -> [u8; 4]) -> Vec<u8> {
    let vertices = 4 * SQUARES;
    let mut file = format!(
        "ply\nformat {format} 1.0\ncomment squares in a row\nelement vertex {vertices}\n\
         property float x\nproperty float y\nproperty float z\nproperty float nx\nproperty float ny\nproperty float nz\n\
         property uchar red\nproperty uchar green\nproperty uchar blue\n\
         element face {SQUARES}\nproperty list uchar float texcoord\nproperty list uchar uint vertex_index\n\
         element edge 1\nproperty uint vertex1\nend_header\n"
    )
    .into_bytes();
    for vertex in 0..vertices {
        let (square, corner) = (vertex / 4, vertex % 4);
        let x = 2.0 * square as f32 + if corner == 1 || corner == 2 { 1.0 } else { 0.0 };
        let y = if corner >= 2 { 1.0 } else { 0.0 };
        for number in [x, y, 0.0, 0.0, 0.0, 2.0] {
            file.extend(f32_bytes(number));
        }
        file.extend([square as u8, corner as u8, 255]);
    }
    for square in 0..SQUARES {
        file.push(2);
        file.extend(f32_bytes(0.5));
        file.extend(f32_bytes(0.25));
        file.push(4);
        for corner in 0..4 {
            file.extend(u32_bytes(4 * square + corner));
        }
    }
    file.extend(u32_bytes(1));
    file
}
