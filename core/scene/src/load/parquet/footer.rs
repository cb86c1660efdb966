//! What stands at a file's end: its schema, and where the chunks of its columns are.

use super::element::Element;
use super::malformed;
use super::thrift::{Compact, Field};
use crate::load::source::FileReader;
use crate::load::{Problem, Progress};
use std::io::{Read, Seek, SeekFrom};

pub(super) const MAGIC: &[u8; 4] = b"PAR1";
pub(super) const ENCRYPTED: &[u8; 4] = b"PARE";
/// Its length and the magic number.
const TAIL_BYTES: u64 = 8;
/// What is made of it takes at most so much for each of its bytes.
const BYTES_PER_BYTE: u64 = 32;
/// More columns and groups of them than this are no table.
const MOST_ELEMENTS: usize = 4096;

/// What a file says of itself.
#[derive(Default)]
pub(super) struct Footer {
    /// Groups stand before what is in them; the first is the group of all.
    pub(super) elements: Vec<Element>,
    pub(super) rows: u64,
    pub(super) groups: Vec<RowGroup>,
}

/// Some of the rows.
#[derive(Default)]
pub(super) struct RowGroup {
    pub(super) rows: u64,
    /// One for each column.
    pub(super) chunks: Vec<Chunk>,
}

/// The rows of one column in a row group.
#[derive(Default)]
pub(super) struct Chunk {
    /// As [`super::element::Physical::code`] gives it.
    pub(super) physical: i64,
    pub(super) codec: i64,
    pub(super) values: u64,
    /// Its first byte.
    pub(super) start: u64,
    /// In bytes.
    pub(super) length: u64,
    pub(super) is_encrypted: bool,
    pub(super) is_elsewhere: bool,
}

impl Footer {
    /// Of a file that begins with the magic number.
    pub(super) fn read(reader: &mut FileReader, progress: &Progress) -> Result<Footer, Problem> {
        let Some(end) = reader.len().checked_sub(TAIL_BYTES).filter(|end| *end >= MAGIC.len() as u64) else {
            return Err(Problem::Truncated { detail: format!("it has {} bytes, and no footer", reader.len()) });
        };
        reader.seek(SeekFrom::Start(end))?;
        let length = u64::from(u32::from_le_bytes(reader.array()?));
        let magic: [u8; 4] = reader.array()?;
        if magic == *ENCRYPTED {
            return Err(encrypted());
        }
        if magic != *MAGIC {
            let detail = format!("it does not end with “PAR1”, at byte {}, so that its footer is missing", end + 4);
            return Err(Problem::Truncated { detail });
        }
        let Some(start) = end.checked_sub(length).filter(|start| *start >= MAGIC.len() as u64) else {
            return Err(malformed(format!("its footer promises {length} bytes, and {} are there", end - 4)));
        };
        progress.allow(length * BYTES_PER_BYTE)?;
        reader.seek(SeekFrom::Start(start))?;
        let mut bytes = Vec::new();
        reader.by_ref().take(length).read_to_end(&mut bytes)?;
        let footer = Footer::of(&bytes, start)?;
        footer.check(start)?;
        Ok(footer)
    }

    fn of(mut bytes: &[u8], start: u64) -> Result<Footer, Problem> {
        let mut footer = Footer::default();
        Compact::new(&mut bytes, start).fields(|thrift, field| match field.id {
            2 => thrift.list(field, |thrift, field| {
                if footer.elements.len() >= MOST_ELEMENTS {
                    return Err(malformed(format!("it has more than {MOST_ELEMENTS} columns")));
                }
                footer.elements.push(Element::read(thrift, field)?);
                Ok(())
            }),
            3 => thrift.number(field).map(|rows| footer.rows = rows),
            4 => thrift.list(field, |thrift, field| {
                footer.groups.push(RowGroup::read(thrift, field)?);
                Ok(())
            }),
            _ => thrift.skip(field),
        })?;
        Ok(footer)
    }

    /// Counts that contradict each other are refused before anything is made for them.
    fn check(&self, end: u64) -> Result<(), Problem> {
        let sum = self.groups.iter().fold(0u64, |sum, group| sum.saturating_add(group.rows));
        if sum != self.rows {
            return Err(malformed(format!("it promises {} rows, and its row groups have {sum}", self.rows)));
        }
        for (number, group) in self.groups.iter().enumerate() {
            for chunk in &group.chunks {
                let Chunk { start, length, .. } = *chunk;
                let is_inside = start.checked_add(length).is_some_and(|behind| behind <= end);
                if !chunk.is_elsewhere && !chunk.is_encrypted && !is_inside {
                    let what = format!("row group {number} has {length} bytes from byte {start} on");
                    return Err(malformed(format!("{what}, and its footer begins at byte {end}")));
                }
            }
        }
        Ok(())
    }
}

impl RowGroup {
    fn read(thrift: &mut Compact<'_>, field: Field) -> Result<RowGroup, Problem> {
        let mut group = RowGroup::default();
        thrift.structure(field, |thrift, field| match field.id {
            1 => thrift.list(field, |thrift, field| {
                group.chunks.push(Chunk::read(thrift, field)?);
                Ok(())
            }),
            3 => thrift.number(field).map(|rows| group.rows = rows),
            _ => thrift.skip(field),
        })?;
        Ok(group)
    }
}

impl Chunk {
    fn read(thrift: &mut Compact<'_>, field: Field) -> Result<Chunk, Problem> {
        let mut chunk = Chunk::default();
        let mut is_described = false;
        thrift.structure(field, |thrift, field| match field.id {
            1 => thrift.text(field).map(|path| chunk.is_elsewhere = !path.is_empty()),
            3 => {
                is_described = true;
                chunk.describe(thrift, field)
            }
            8 => {
                chunk.is_encrypted = true;
                thrift.skip(field)
            }
            _ => thrift.skip(field),
        })?;
        if !is_described && !chunk.is_encrypted {
            return Err(malformed(format!("a chunk is not described, before byte {}", thrift.at())));
        }
        Ok(chunk)
    }

    fn describe(&mut self, thrift: &mut Compact<'_>, field: Field) -> Result<(), Problem> {
        let (mut data, mut dictionary) = (0, 0);
        thrift.structure(field, |thrift, field| match field.id {
            1 => thrift.whole(field).map(|code| self.physical = code),
            4 => thrift.whole(field).map(|code| self.codec = code),
            5 => thrift.number(field).map(|values| self.values = values),
            7 => thrift.number(field).map(|length| self.length = length),
            9 => thrift.number(field).map(|at| data = at),
            11 => thrift.number(field).map(|at| dictionary = at),
            _ => thrift.skip(field),
        })?;
        // Some programs write 0 where there is no dictionary.
        self.start = if (1..data).contains(&dictionary) { dictionary } else { data };
        Ok(())
    }
}

/// A file, or a column of it, whose key only its writer has.
pub(super) fn encrypted() -> Problem {
    Problem::Unsupported { detail: "it is encrypted: save it without".into() }
}
