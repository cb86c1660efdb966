//! A batch of rows: its buffers, unpacked one at a time, and what the columns get of them.

use super::columns::Column;
use super::malformed;
use super::schema::{Field, Holds, Texts, Wanted};
use super::tables::Table;
use crate::load::numbers::NumberType;
use crate::load::{Problem, Progress, columnar};
use std::borrow::Cow;
use std::rc::Rc;

/// A batch's buffers, in the order of the fields.
pub(super) struct Batch<'a> {
    body: &'a [u8],
    /// Place and length of each, 64 bits.
    buffers: std::slice::ChunksExact<'a, u8>,
    /// How many more buffers a column of views has, 64 bits.
    views: std::slice::ChunksExact<'a, u8>,
    codec: Codec,
    /// Memory that is taken already.
    held: u64,
    progress: &'a Progress,
    pub(super) rows: usize,
}

#[derive(Clone, Copy)]
enum Codec {
    None,
    Lz4,
    Zstandard,
}

/// Which rows are said: bits of a field, or of one that it is a part of.
#[derive(Clone)]
struct Mask {
    bits: Rc<[u8]>,
    /// So many rows share a bit.
    rows: usize,
}

impl<'a> Batch<'a> {
    pub(super) fn new(
        table: Table<'a>,
        body: &'a [u8],
        held: u64,
        progress: &'a Progress,
    ) -> Result<Batch<'a>, Problem> {
        let codec = match table.table(3).map(|compression| compression.u8(0, 0)) {
            None => Codec::None,
            Some(0) => Codec::Lz4,
            Some(1) => Codec::Zstandard,
            Some(_) => {
                let detail = "its compression is unknown; none, LZ4 and Zstandard are read".into();
                return Err(Problem::Unsupported { detail });
            }
        };
        let rows = table.i64(0, 0);
        let rows = u32::try_from(rows).map_err(|_| malformed(format!("a batch promises {rows} rows")))?;
        let buffers = table.list(2, 16).unwrap_or_default().chunks_exact(16);
        let views = table.list(4, 8).unwrap_or_default().chunks_exact(8);
        Ok(Batch { body, buffers, views, codec, held, progress, rows: rows as usize })
    }

    /// Gives the columns of a field, and of those within it, their rows.
    pub(super) fn read(&mut self, field: &Field, wanted: &[Wanted], columns: &mut [Column]) -> Result<(), Problem> {
        self.field(field, [self.rows, 1], &[], wanted, columns)
    }

    /// The texts of a dictionary, one after the other.
    pub(super) fn texts(&mut self, texts: Texts, mut take: impl FnMut(&[u8])) -> Result<(), Problem> {
        let validity = self.next()?;
        let masks = self.mask(validity)?;
        // Where they begin and what they are; of views there are as many of the latter as the batch says.
        let count = if texts == Texts::Views { 1 + self.more()? } else { 2 };
        let buffers: Vec<&[u8]> = (0..count).map(|_| self.next()).collect::<Result<_, _>>()?;
        let said = |row| masks.iter().all(|mask| mask.says(row));
        self.each_text(texts, &buffers, self.rows, |row, text| take(if said(row) { text } else { b"" }))
    }

    fn field(
        &mut self,
        field: &Field,
        [rows, parts]: [usize; 2],
        above: &[Mask],
        wanted: &[Wanted],
        columns: &mut [Column],
    ) -> Result<(), Problem> {
        let mut masks = above.to_vec();
        let validity = if field.has_validity { self.next()? } else { &[] };
        let more = if field.has_views { self.more()? } else { 0 };
        let count = field.buffers - usize::from(field.has_validity) + more;
        let buffers: Vec<&[u8]> = (0..count).map(|_| self.next()).collect::<Result<_, _>>()?;
        let is_kept = field.is_kept();
        if is_kept {
            masks.extend(self.mask(validity)?);
        }
        let said = |row: usize| masks.iter().all(|mask| mask.says(row));
        let said: Option<&dyn Fn(usize) -> bool> = if masks.is_empty() { None } else { Some(&said) };
        for (part, index) in field.columns.iter().enumerate() {
            let (Some(column), Some(wanted)) = (columns.get_mut(*index), wanted.get(*index)) else { continue };
            match wanted.holds {
                Holds::Numbers(kind) | Holds::Entries(kind, _) => {
                    let data = self.unpacked(buffers.first().copied().unwrap_or_default())?;
                    let width = kind.bytes() as usize;
                    let data = enough(&data, rows, width)?;
                    column.take_numbers(kind, data, [part, parts], said);
                }
                Holds::Truths => {
                    let data = self.unpacked(buffers.first().copied().unwrap_or_default())?;
                    let bits = enough(&data, rows.div_ceil(8), 1)?;
                    let bytes: Vec<u8> = (0..rows).map(|row| bits[row / 8] >> (row % 8) & 1).collect();
                    column.take_numbers(NumberType::U8, &bytes, [0, 1], said);
                }
                Holds::Texts(texts) => {
                    let is_said = |row| said.is_none_or(|said| said(row));
                    self.each_text(texts, &buffers, rows, |row, text| {
                        column.take_text(if is_said(row) { text } else { b"" });
                    })?;
                }
            }
        }
        for mask in &mut masks {
            mask.rows *= field.per_row.max(1);
        }
        let below = rows.saturating_mul(field.per_row);
        field.children.iter().try_for_each(|child| {
            self.field(child, [below, field.per_row.max(1)], if is_kept { &masks } else { &[] }, wanted, columns)
        })
    }

    /// The bits of a buffer that says which rows are said; none where all are.
    fn mask(&self, validity: &'a [u8]) -> Result<Option<Mask>, Problem> {
        let bits = self.unpacked(validity)?;
        Ok((!bits.is_empty()).then(|| Mask { bits: bits.into(), rows: 1 }))
    }

    fn each_text(
        &self,
        texts: Texts,
        buffers: &[&'a [u8]],
        rows: usize,
        mut take: impl FnMut(usize, &[u8]),
    ) -> Result<(), Problem> {
        let unpacked: Vec<Cow<'_, [u8]>> =
            buffers.iter().map(|buffer| self.unpacked(buffer)).collect::<Result<_, _>>()?;
        let [places, data @ ..] = unpacked.as_slice() else { return Err(malformed("a text has no buffers".into())) };
        let beyond = |row: usize| malformed(format!("the text of row {row} lies beyond its buffer"));
        let width = match texts {
            Texts::Short => 4,
            Texts::Long => 8,
            Texts::Views => 16,
        };
        let bounds = if rows == 0 || texts == Texts::Views { rows } else { rows + 1 };
        let places = enough(places, bounds, width)?;
        let number = |at: usize, width: usize| {
            let bytes = places.get(at..at + width).unwrap_or_default();
            bytes.iter().rev().fold(0u64, |number, byte| number << 8 | u64::from(*byte)) as usize
        };
        for row in 0..rows {
            let text = if texts == Texts::Views {
                let length = number(row * 16, 4);
                if length <= 12 {
                    places.get(row * 16 + 4..row * 16 + 4 + length)
                } else {
                    let start = number(row * 16 + 12, 4);
                    data.get(number(row * 16 + 8, 4)).and_then(|data| data.get(start..start.checked_add(length)?))
                }
            } else {
                let [start, end] = [row, row + 1].map(|row| number(row * width, width));
                data.first().and_then(|data| data.get(start..end))
            };
            take(row, text.ok_or_else(|| beyond(row))?);
        }
        Ok(())
    }

    fn next(&mut self) -> Result<&'a [u8], Problem> {
        let buffer =
            self.buffers.next().ok_or_else(|| malformed("a batch has fewer buffers than its fields".into()))?;
        let [place, length] =
            [&buffer[..8], &buffer[8..]].map(|bytes| bytes.first_chunk().copied().map(i64::from_le_bytes));
        let part = |place: i64, length: i64| {
            self.body.get(usize::try_from(place).ok()?..)?.get(..usize::try_from(length).ok()?)
        };
        let bytes = place.zip(length).and_then(|(place, length)| part(place, length));
        bytes.ok_or_else(|| malformed("a buffer lies beyond its batch".into()))
    }

    fn more(&mut self) -> Result<usize, Problem> {
        let count = self.views.next().and_then(|count| count.first_chunk().copied()).map(i64::from_le_bytes);
        let count = count.and_then(|count| usize::try_from(count).ok()).filter(|count| *count <= self.buffers.len());
        count.ok_or_else(|| malformed("a column of texts has fewer buffers than it says".into()))
    }

    /// A buffer's bytes; what they come to is held against the memory before they are made.
    fn unpacked(&self, buffer: &'a [u8]) -> Result<Cow<'a, [u8]>, Problem> {
        if matches!(self.codec, Codec::None) || buffer.is_empty() {
            return Ok(Cow::Borrowed(buffer));
        }
        let (length, packed) = buffer.split_first_chunk().ok_or_else(|| malformed("a buffer has no length".into()))?;
        let length = i64::from_le_bytes(*length);
        if length == -1 {
            return Ok(Cow::Borrowed(packed));
        }
        let length = u64::try_from(length).map_err(|_| malformed(format!("a buffer is {length} bytes long")))?;
        self.progress.allow(length.saturating_add(self.held))?;
        let damaged = |detail: String| malformed(format!("a buffer {detail}"));
        let mut bytes = Vec::new();
        match self.codec {
            Codec::Lz4 => columnar::unpacked(lz4_flex::frame::FrameDecoder::new(packed), length, &mut bytes),
            _ => {
                let decoder = ruzstd::decoding::StreamingDecoder::new(packed);
                let decoder = decoder.map_err(|error| damaged(format!("does not unpack: {error}")))?;
                columnar::unpacked(decoder, length, &mut bytes)
            }
        }
        .map_err(damaged)?;
        Ok(Cow::Owned(bytes))
    }
}

impl Mask {
    fn says(&self, row: usize) -> bool {
        let bit = row / self.rows;
        self.bits.get(bit / 8).is_some_and(|byte| byte >> (bit % 8) & 1 == 1)
    }
}

/// The bytes of so many things of this width.
fn enough(data: &[u8], count: usize, width: usize) -> Result<&[u8], Problem> {
    let needed = count.checked_mul(width).and_then(|needed| data.get(..needed));
    needed
        .ok_or_else(|| malformed(format!("a buffer has {} bytes, and {count} times {width} were expected", data.len())))
}
