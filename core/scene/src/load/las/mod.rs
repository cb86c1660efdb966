//! LAS and LAZ point clouds (ASPRS LAS 1.4 R15; LAZ: Isenburg, "LASzip: lossless compression of LiDAR data", 2013).
//!
//! The records are decompressed by `laz` and decoded here: they are of fixed layout, and reading the header
//! ourselves lets every count in it be held against the bytes that are there before `laz` believes it.

mod chunks;
mod extra;
mod header;
mod lists;
mod net;
mod records;
mod zip;

use super::format::{Format, Opened};
use super::progress::Progress;
use super::source::FileReader;
use super::{LoadedLayer, Problem};
use crate::LayerData;
use header::Header;
use records::{Extent, Layout};
use std::io::{Read, Seek, SeekFrom};
use std::sync::Arc;

/// The part of the time that it takes to put points into their order; half as much where they are unpacked, too.
const ARRANGING: f64 = 0.4;

pub(super) const FORMAT: Format = Format {
    name: "LAS/LAZ",
    extensions: &["las", "laz"],
    becomes: "points, with all that the file says of each",
    is_it: |head| head.bytes.starts_with(b"LASF"),
    begins_with: "LASF",
    read,
};

fn read(Opened { source, mut reader, name, progress, .. }: Opened<'_>) -> Result<Vec<LoadedLayer>, Problem> {
    let header = Header::read(&mut reader)?;
    if header.point_count == 0 {
        return Err(Problem::Nothing { detail: "it has no points".into() });
    }
    if header.point_count > u64::from(u32::MAX) {
        let count = crate::text::count(header.point_count);
        return Err(Problem::Unsupported { detail: format!("it has {count} points, and at most 4,294,967,295 are") });
    }
    let layout = Layout::new(&header, extra::fields(&mut reader, &header)?);
    progress.allow(header.point_count.saturating_mul(layout.bytes_needed() as u64))?;
    progress.leave(if header.compressed { ARRANGING / 2.0 } else { ARRANGING });
    let (records, extent) = if header.compressed {
        zip::decompress(source, reader, &header, progress, &layout)?
    } else {
        read_plain(reader, &header, progress, &layout)?
    };
    let points = lists::points(records, &layout, &extent, &header, progress)?;
    Ok(vec![LoadedLayer::new(name, LayerData::Points(Arc::new(points)), None)])
}

fn read_plain(
    mut reader: FileReader,
    header: &Header,
    progress: &Progress,
    layout: &Layout,
) -> Result<(Vec<u8>, Extent), Problem> {
    reader.seek(SeekFrom::Start(header.points_at))?;
    let there = reader.left() / header.record_bytes as u64;
    if there < header.point_count {
        return Err(too_few(header, there));
    }
    let mut records = vec![0; header.point_count as usize * layout.kept_bytes];
    let mut done = 0;
    let extent = layout.take(&mut records, |block| {
        reader.read_exact(block)?;
        done += (block.len() / header.record_bytes) as u64;
        progress.advance(done, header.point_count)
    })?;
    Ok((records, extent))
}

fn too_few(header: &Header, there: u64) -> Problem {
    let (promised, there) = (crate::text::count(header.point_count), crate::text::count(there));
    Problem::Truncated { detail: format!("its header promises {promised} points and {there} are there") }
}
