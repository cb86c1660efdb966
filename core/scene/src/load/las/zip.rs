//! LAZ: decompression by `laz`, behind checks of all that it would believe.

use super::chunks::{self, Work, damaged, is_layered, no_sense};
use super::header::Header;
use super::records::{Extent, Layout};
use super::{net, too_few};
use crate::load::Problem;
use crate::load::progress::Progress;
use crate::load::source::{FileReader, Source};
use laz::laszip::ChunkTable;
use laz::{DecompressionSelection, LasZipDecompressor, LazItem, LazItemRecordBuilder, LazItemType, LazVlr};
use std::io::{ErrorKind, Read, Seek, SeekFrom};

/// So many bytes of points at most are thought to be in one of the file: some ten times as many as scans have.
const MOST_OF_A_BYTE: u64 = 100;
/// Where that is not believed, room is made for so many points at a time.
const RUN: u64 = 4096;

/// Decompresses all points, on all processors where the file says where its chunks begin.
pub(super) fn decompress(
    source: &Source,
    mut reader: FileReader,
    header: &Header,
    progress: &Progress,
    layout: &Layout,
) -> Result<(Vec<u8>, Extent), Problem> {
    let vlr = find_vlr(&mut reader, header)?;
    check_items(&vlr, header)?;
    check_chunk_table(&mut reader, header)?;
    if let Some(chunks) = net::caught(|| chunks::of_table(&mut reader, &vlr, header, layout)).flatten()
        && is_plausible(&reader, header, layout)
    {
        let mut records = vec![0; header.point_count as usize * layout.kept_bytes];
        match Work::new(source, &vlr, header, layout, progress).decompress(chunks, &mut records) {
            Ok(extent) => return Ok((records, extent)),
            Err(Problem::Cancelled) => return Err(Problem::Cancelled),
            Err(_) => {}
        }
    }
    // The table is wrong or a chunk is damaged: one after the other they say where, or are right nevertheless.
    if is_layered(&vlr) {
        check_layers(&mut reader, &vlr, header, progress)?;
    }
    net::caught(|| one_by_one(reader, vlr, header, progress, layout)).unwrap_or_else(|| Err(no_sense()))
}

/// Whether the file may have as many points as its header promises. Points that say little are compressed to next to nothing,
/// so it may have more: then they are read as they come, and no room is made for them before.
fn is_plausible(reader: &FileReader, header: &Header, layout: &Layout) -> bool {
    header.point_count.saturating_mul(layout.kept_bytes as u64) <= reader.len().saturating_mul(MOST_OF_A_BYTE)
}

/// Decompresses all points without asking where chunks begin.
fn one_by_one(
    mut reader: FileReader,
    vlr: LazVlr,
    header: &Header,
    progress: &Progress,
    layout: &Layout,
) -> Result<(Vec<u8>, Extent), Problem> {
    reader.seek(SeekFrom::Start(header.points_at))?;
    let mut decompressor =
        LasZipDecompressor::selective(reader, vlr, wanted()).map_err(|error| damaged(&error.to_string()))?;
    let (mut records, mut extent, mut done) = (Vec::new(), Extent::of_none(layout), 0);
    while done < header.point_count {
        let start = records.len();
        records.resize(start + (header.point_count - done).min(RUN) as usize * layout.kept_bytes, 0);
        let taken = layout.take(&mut records[start..], |records| {
            for record in records.chunks_exact_mut(header.record_bytes) {
                decompressor.decompress_one(record).map_err(|error| match error.kind() {
                    ErrorKind::UnexpectedEof => too_few(header, done),
                    _ => damaged(&error.to_string()),
                })?;
                done += 1;
            }
            progress.advance(done, header.point_count)
        })?;
        extent = extent.joined(&taken);
    }
    Ok((records, extent))
}

/// All but what is not read: wave packets.
pub(super) fn wanted() -> DecompressionSelection {
    DecompressionSelection(
        DecompressionSelection::Z
            | DecompressionSelection::CLASSIFICATION
            | DecompressionSelection::INTENSITY
            | DecompressionSelection::SCAN_ANGLE
            | DecompressionSelection::USER_DATA
            | DecompressionSelection::POINT_SOURCE_ID
            | DecompressionSelection::GPS_TIME
            | DecompressionSelection::RGB
            | DecompressionSelection::NIR
            | DecompressionSelection::ALL_EXTRA_BYTES,
    )
}

/// The variable length record that says how the points are compressed.
fn find_vlr(reader: &mut FileReader, header: &Header) -> Result<LazVlr, Problem> {
    reader.seek(SeekFrom::Start(header.header_bytes))?;
    for _ in 0..header.record_count {
        if reader.stream_position()? + 54 > header.points_at {
            break;
        }
        let head: [u8; 54] = reader.array()?;
        let record_id = u16::from_le_bytes([head[18], head[19]]);
        let length = u64::from(u16::from_le_bytes([head[20], head[21]]));
        let user_id = head[2..18].split(|byte| *byte == 0).next().unwrap_or_default();
        if user_id != LazVlr::USER_ID.as_bytes() || record_id != LazVlr::RECORD_ID {
            reader.seek_relative(length as i64)?;
            continue;
        }
        let mut data = Vec::new();
        reader.by_ref().take(length).read_to_end(&mut data)?;
        return LazVlr::from_buffer(&data).map_err(|error| damaged(&error.to_string()));
    }
    Err(damaged("it does not say how its points are compressed"))
}

/// The fields must be those of the point format, in their order and size: `laz` slices each point by them.
fn check_items(vlr: &LazVlr, header: &Header) -> Result<(), Problem> {
    let expected = LazItemRecordBuilder::default_for_point_format_id(header.format, header.extra_bytes())
        .map_err(|error| damaged(&error.to_string()))?;
    let shape = |items: &[LazItem]| {
        let shape = items.iter().map(|item| (item.item_type(), item.size())).filter(|(_, size)| *size > 0);
        shape.collect::<Vec<(LazItemType, u16)>>()
    };
    let layered = header.format >= 6;
    let versions = if layered { 3..=4 } else { 1..=2 };
    let versions_fit = vlr.items().iter().all(|item| versions.contains(&item.version()));
    // A field of no bytes would still be asked for.
    let none_empty = vlr.items().iter().all(|item| item.size() > 0);
    if shape(vlr.items()) == shape(&expected) && versions_fit && none_empty && !vlr.items().is_empty() {
        Ok(())
    } else {
        Err(damaged(&format!("its compressed fields are not those of point format {}", header.format)))
    }
}

/// `laz` makes room for as many chunks as the table promises, and takes a table that it cannot read for none, from a
/// wrong place: so the table must be there, and each of its chunks have at least one whole point.
fn check_chunk_table(reader: &mut FileReader, header: &Header) -> Result<(), Problem> {
    let length = reader.len();
    if header.points_at + 16 > length {
        return Err(too_few(header, 0));
    }
    reader.seek(SeekFrom::Start(header.points_at))?;
    let mut table_at = i64::from_le_bytes(reader.array()?);
    if table_at <= header.points_at as i64 {
        // Writers that cannot seek back put the place at the end.
        reader.seek(SeekFrom::Start(length - 8))?;
        table_at = i64::from_le_bytes(reader.array()?);
    }
    let first_chunk_at = header.points_at + 8;
    let missing = |detail: &str| Problem::Truncated { detail: format!("its table of chunks {detail}") };
    let Some(table_at) = u64::try_from(table_at).ok().filter(|at| *at >= first_chunk_at) else {
        return Err(missing("is missing"));
    };
    if table_at.saturating_add(8) > length {
        return Err(missing("would begin beyond its end"));
    }
    reader.seek(SeekFrom::Start(table_at + 4))?;
    let chunks = u64::from(u32::from_le_bytes(reader.array()?));
    // The first point of each chunk is not compressed.
    let most = (table_at - first_chunk_at) / header.record_bytes as u64;
    if chunks > most || chunks > header.point_count {
        return Err(damaged(&format!("its table promises {chunks} chunks, and {most} could be there")));
    }
    Ok(())
}

/// Each layer that a chunk promises must be there. Where chunks have sizes of their own, `laz` also takes the table for complete.
fn check_layers(reader: &mut FileReader, vlr: &LazVlr, header: &Header, progress: &Progress) -> Result<(), Problem> {
    let mut at = header.points_at + 8;
    let mut points = 0u64;
    while points < header.point_count {
        reader.seek(SeekFrom::Start(at))?;
        let left = reader.len().saturating_sub(at);
        let promised = chunks::promised(reader, left, vlr, header)?.ok_or_else(|| too_few(header, points))?;
        // Each chunk has at least one point: the loop ends.
        points += promised[0].max(1);
        at += promised[1];
        progress.advance(0, 1)?;
    }
    if vlr.uses_variable_size_chunks() {
        reader.seek(SeekFrom::Start(header.points_at))?;
        let table = ChunkTable::read_from(reader, vlr).map_err(|error| damaged(&error.to_string()))?;
        let promised = table.as_ref().iter().fold(0u64, |sum, chunk| sum.saturating_add(chunk.point_count));
        if promised < header.point_count {
            return Err(too_few(header, promised));
        }
    }
    Ok(())
}
