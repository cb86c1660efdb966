//! Chunks of compressed points, which are decompressed by themselves: each from its bytes in memory, on all processors.

use super::header::Header;
use super::net;
use super::records::{Extent, Layout};
use crate::load::Problem;
use crate::load::progress::Progress;
use crate::load::source::{FileReader, Source};
use crate::parallel;
use laz::laszip::ChunkTable;
use laz::record::{LayeredPointRecordDecompressor, RecordDecompressor, SequentialPointRecordDecompressor};
use laz::{LazItem, LazItemType, LazVlr};
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// What is decompressed, and what the threads that do it share.
pub(super) struct Work<'a> {
    source: &'a Source,
    vlr: &'a LazVlr,
    header: &'a Header,
    layout: &'a Layout,
    progress: &'a Progress,
    /// Points, of all chunks.
    done: AtomicU64,
    /// One chunk failed: the others need not go on.
    is_over: AtomicBool,
}

/// As the table says.
#[derive(Debug, Clone)]
pub(super) struct Chunk {
    /// Where it begins.
    at: u64,
    bytes: u64,
    /// As many as are wanted of it.
    points: u64,
}

/// What a thread has.
struct State {
    /// Opened when the first chunk comes.
    reader: Option<FileReader>,
    /// Of the chunk that it is at.
    compressed: Vec<u8>,
    extent: Extent,
    problem: Option<Problem>,
}

/// The chunks of all points that are promised; `None` where the table says less, or chunks are so large that their bytes would
/// take more memory than what becomes of them.
pub(super) fn of_table(reader: &mut FileReader, vlr: &LazVlr, header: &Header, layout: &Layout) -> Option<Vec<Chunk>> {
    reader.seek(SeekFrom::Start(header.points_at)).ok()?;
    let table = ChunkTable::read_from(&mut *reader, vlr).ok()?;
    let (mut left, mut at) = (header.point_count, header.points_at + 8);
    let mut chunks = Vec::new();
    for entry in table.as_ref() {
        let end = at.checked_add(entry.byte_count).filter(|end| *end <= reader.len())?;
        let points = entry.point_count.min(left);
        // All of a chunk but the last is wanted.
        left -= points;
        chunks.push(Chunk { at, bytes: entry.byte_count, points });
        at = end;
        if left == 0 {
            break;
        }
    }
    let threads = parallel::threads().min(chunks.len()) as u64;
    let largest = chunks.iter().map(|chunk| chunk.bytes).max()?;
    let has_room = largest.saturating_mul(threads) <= header.point_count.saturating_mul(layout.final_bytes() as u64);
    (left == 0 && has_room).then_some(chunks)
}

impl<'a> Work<'a> {
    pub(super) fn new(
        source: &'a Source,
        vlr: &'a LazVlr,
        header: &'a Header,
        layout: &'a Layout,
        progress: &'a Progress,
    ) -> Work<'a> {
        let (done, is_over) = (AtomicU64::new(0), AtomicBool::new(false));
        Work { source, vlr, header, layout, progress, done, is_over }
    }

    /// Decompresses chunks that follow one another. Fails where one does, or does not end where the next begins: then the table
    /// is wrong, and the points may be right nevertheless.
    pub(super) fn decompress(&self, chunks: Vec<Chunk>, into: &mut [u8]) -> Result<Extent, Problem> {
        let mut rest = into;
        let tasks = chunks.into_iter().map(|chunk| {
            let bytes = chunk.points as usize * self.layout.kept_bytes;
            let (records, after) = std::mem::take(&mut rest).split_at_mut(bytes);
            rest = after;
            (chunk, records)
        });
        let gather =
            || State { reader: None, compressed: Vec::new(), extent: Extent::of_none(self.layout), problem: None };
        let states = parallel::in_parallel(tasks, gather, |(chunk, records), state| {
            if self.is_over.load(Ordering::Relaxed) {
                return;
            }
            let outcome = net::caught(|| self.one(&chunk, records, state)).unwrap_or_else(|| Err(no_sense()));
            self.is_over.fetch_or(outcome.is_err(), Ordering::Relaxed);
            match outcome {
                Ok(extent) => state.extent = state.extent.clone().joined(&extent),
                Err(problem) => state.problem = Some(problem),
            }
        });
        let mut extent = Extent::of_none(self.layout);
        for state in states {
            match state.problem {
                Some(problem) => return Err(problem),
                None => extent = extent.joined(&state.extent),
            }
        }
        Ok(extent)
    }

    fn one(&self, chunk: &Chunk, into: &mut [u8], state: &mut State) -> Result<Extent, Problem> {
        let reader = match &mut state.reader {
            Some(reader) => reader,
            None => state.reader.insert(self.source.open()?),
        };
        reader.seek(SeekFrom::Start(chunk.at))?;
        state.compressed.resize(chunk.bytes as usize, 0);
        reader.read_exact(&mut state.compressed)?;
        let bytes = Cursor::new(state.compressed.as_slice());
        if is_layered(self.vlr) {
            promised(&mut bytes.clone(), chunk.bytes, self.vlr, self.header)?.ok_or_else(no_sense)?;
            let mut decompressor = LayeredPointRecordDecompressor::new(bytes);
            self.with(&mut decompressor, into)
        } else {
            let mut decompressor = SequentialPointRecordDecompressor::new(bytes);
            self.with(&mut decompressor, into)
        }
    }

    fn with<'b>(
        &self,
        decompressor: &mut impl RecordDecompressor<Cursor<&'b [u8]>>,
        into: &mut [u8],
    ) -> Result<Extent, Problem> {
        decompressor.set_fields_from(self.vlr.items()).map_err(|error| damaged(&error.to_string()))?;
        decompressor.set_selection(super::zip::wanted());
        let extent = self.layout.take(into, |records| {
            decompressor.decompress_many(records).map_err(|error| damaged(&error.to_string()))?;
            let count = (records.len() / self.layout.record_bytes) as u64;
            let done = self.done.fetch_add(count, Ordering::Relaxed) + count;
            self.progress.advance(done, self.header.point_count)
        })?;
        let bytes = decompressor.get();
        if bytes.position() == bytes.get_ref().len() as u64 { Ok(extent) } else { Err(no_sense()) }
    }
}

pub(super) fn damaged(detail: &str) -> Problem {
    Problem::Malformed { kind: "LAZ", detail: detail.to_owned() }
}

/// What is said when `laz` panics.
pub(super) fn no_sense() -> Problem {
    damaged("its compressed points make no sense")
}

pub(super) fn is_layered(vlr: &LazVlr) -> bool {
    vlr.items().first().is_some_and(|item| item.version() >= 3)
}

/// How many points and how many bytes a layered chunk has by its own account; `None` when more than those that are left from
/// where the reader is, at its start. `laz` makes room for each layer by the size that the chunk promises: each must be there.
pub(super) fn promised(
    reader: &mut (impl Read + Seek),
    left: u64,
    vlr: &LazVlr,
    header: &Header,
) -> Result<Option<[u64; 2]>, Problem> {
    let layers: u64 = vlr.items().iter().map(layers_of).sum();
    let mut bytes = header.record_bytes as u64 + 4 + 4 * layers;
    if bytes > left {
        return Ok(None);
    }
    // The first point is not compressed.
    reader.seek_relative(header.record_bytes as i64)?;
    let mut next = || {
        let mut number = [0; 4];
        reader.read_exact(&mut number).map(|()| u64::from(u32::from_le_bytes(number)))
    };
    let points = next()?;
    for _ in 0..layers {
        bytes += next()?;
    }
    Ok((bytes <= left).then_some([points, bytes]))
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
