//! LAZ: decompression by `laz`, behind checks of all that it would believe.

use super::header::Header;
use super::{Records, block_records, net, too_few};
use crate::load::Problem;
use crate::load::progress::Progress;
use crate::load::source::{FileReader, Source};
use crate::parallel;
use laz::laszip::ChunkTable;
use laz::{DecompressionSelection, LasZipDecompressor, LazItem, LazItemRecordBuilder, LazItemType, LazVlr};
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Decompresses all points, on all processors where the file says where its chunks begin.
pub(super) fn decompress(
    source: &Source,
    mut reader: FileReader,
    header: &Header,
    progress: &Progress,
    records: &Records,
) -> Result<Records, Problem> {
    let vlr = find_vlr(&mut reader, header)?;
    check_items(&vlr, header)?;
    check_chunk_table(&mut reader, header)?;
    if is_layered(&vlr) {
        check_layers(&mut reader, &vlr, header, progress)?;
    }
    let work =
        Work { source, vlr, header, progress, records, done: AtomicU64::new(0), is_over: AtomicBool::new(false) };
    let caught = |part| {
        let outcome =
            net::caught(|| work.decode(part)).unwrap_or_else(|| Err(damaged("its compressed points make no sense")));
        work.is_over.fetch_or(outcome.is_err(), Ordering::Relaxed);
        outcome
    };
    let parts = net::caught(|| work.parts(&mut reader)).unwrap_or_default();
    if parts.len() > 1 {
        let decoded: Result<Vec<Decoded>, Problem> = parallel::each(parts.clone(), caught).into_iter().collect();
        // Each part must end where the next begins: else the table is wrong, and the points may be right nevertheless.
        match decoded {
            Ok(decoded) if decoded.iter().zip(&parts[1..]).all(|(part, next)| part.end_at == next.start_at) => {
                return Ok(decoded.into_iter().map(|part| part.records).reduce(Records::joined).unwrap_or_default());
            }
            Err(Problem::Cancelled) => return Err(Problem::Cancelled),
            _ => {}
        }
        work.done.store(0, Ordering::Relaxed);
        work.is_over.store(false, Ordering::Relaxed);
    }
    let whole = Part { points: 0..header.point_count, start_at: header.points_at + 8 };
    Ok(caught(whole)?.records)
}

/// What is decompressed, by as many threads as there are parts.
struct Work<'a> {
    source: &'a Source,
    vlr: LazVlr,
    header: &'a Header,
    progress: &'a Progress,
    /// Those of no points, to begin with.
    records: &'a Records,
    /// Points, of all parts.
    done: AtomicU64,
    /// One part failed: the others need not go on.
    is_over: AtomicBool,
}

/// Chunks that one thread decompresses.
#[derive(Debug, Clone)]
struct Part {
    points: Range<u64>,
    /// Where its first chunk begins.
    start_at: u64,
}

/// What became of a [`Part`].
struct Decoded {
    records: Records,
    /// Where its last chunk ends.
    end_at: u64,
}

impl Work<'_> {
    /// Parts of about the same number of points, by the table of chunks; none where it says too little.
    fn parts(&self, reader: &mut FileReader) -> Vec<Part> {
        let count = self.header.point_count;
        if reader.seek(SeekFrom::Start(self.header.points_at)).is_err() {
            return Vec::new();
        }
        let Ok(table) = ChunkTable::read_from(reader, &self.vlr) else { return Vec::new() };
        let each = count.div_ceil(parallel::threads() as u64);
        let mut parts: Vec<Part> = Vec::new();
        let (mut points, mut at) = (0u64, self.header.points_at + 8);
        for chunk in table.as_ref() {
            if points >= count {
                break;
            }
            match parts.last_mut().filter(|part| points - part.points.start < each) {
                Some(_) => {}
                None => parts.push(Part { points: points..count, start_at: at }),
            }
            points = points.saturating_add(chunk.point_count);
            at = at.saturating_add(chunk.byte_count);
        }
        let starts: Vec<u64> = parts.iter().skip(1).map(|part| part.points.start).collect();
        parts.iter_mut().zip(starts).for_each(|(part, next)| part.points.end = next);
        parts
    }

    fn decode(&self, part: Part) -> Result<Decoded, Problem> {
        let header = self.header;
        let mut points = self.source.open()?;
        points.seek(SeekFrom::Start(header.points_at))?;
        let mut decompressor = LasZipDecompressor::selective(points, self.vlr.clone(), wanted())
            .map_err(|error| damaged(&error.to_string()))?;
        if part.points.start > 0 {
            decompressor.seek(part.points.start).map_err(|error| damaged(&error.to_string()))?;
        }
        let mut records = self.records.clone();
        let mut block = vec![0; block_records(header) * header.record_bytes];
        let mut at = part.points.start;
        while at < part.points.end {
            let count = (part.points.end - at).min(block_records(header) as u64);
            let block = &mut block[..count as usize * header.record_bytes];
            for (index, record) in block.chunks_exact_mut(header.record_bytes).enumerate() {
                decompressor.decompress_one(record).map_err(|error| match error.kind() {
                    std::io::ErrorKind::UnexpectedEof => too_few(header, at + index as u64),
                    _ => damaged(&error.to_string()),
                })?;
            }
            records.take(block);
            at += count;
            let done = self.done.fetch_add(count, Ordering::Relaxed) + count;
            self.progress.advance(done, header.point_count)?;
            if self.is_over.load(Ordering::Relaxed) {
                break;
            }
        }
        let end_at = decompressor.get_mut().stream_position()?;
        Ok(Decoded { records, end_at })
    }
}

/// All but what is not read: wave packets.
fn wanted() -> DecompressionSelection {
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

fn damaged(detail: &str) -> Problem {
    Problem::Malformed { kind: "LAZ", detail: detail.to_owned() }
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

fn is_layered(vlr: &LazVlr) -> bool {
    vlr.items().first().is_some_and(|item| item.version() >= 3)
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

/// `laz` makes room for each layer of a chunk by the size that the chunk promises: each must be there.
/// Where chunks have sizes of their own, it also takes the table for complete.
fn check_layers(reader: &mut FileReader, vlr: &LazVlr, header: &Header, progress: &Progress) -> Result<(), Problem> {
    let layers: u64 = vlr.items().iter().map(layers_of).sum();
    let mut at = header.points_at + 8;
    let mut points = 0u64;
    while points < header.point_count {
        let head_bytes = header.record_bytes as u64 + 4 + 4 * layers;
        if at.saturating_add(head_bytes) > reader.len() {
            return Err(too_few(header, points));
        }
        reader.seek(SeekFrom::Start(at + header.record_bytes as u64))?;
        // Each chunk has at least one point: the loop ends.
        points += u64::from(u32::from_le_bytes(reader.array()?)).max(1);
        at += head_bytes;
        for _ in 0..layers {
            at += u64::from(u32::from_le_bytes(reader.array()?));
        }
        if at > reader.len() {
            return Err(too_few(header, points));
        }
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

/// How many layers a field has, each with a size of its own in the head of the chunk.
fn layers_of(item: &LazItem) -> u64 {
    match item.item_type() {
        LazItemType::Point14 => 9,
        LazItemType::RGBNIR14 => 2,
        LazItemType::Byte14(count) => u64::from(count),
        _ => 1,
    }
}
