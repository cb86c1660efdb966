//! The pages of a chunk: their descriptions, and their bytes unpacked.

use super::codec::Codec;
use super::encodings::{Encoding, with_length};
use super::footer::Chunk;
use super::thrift::{Compact, Field};
use super::{Room, malformed};
use crate::load::Problem;
use crate::load::source::FileReader;
use std::io::{Read, Seek, SeekFrom, Take};

/// What is not kept of a page while it is read takes so much for each of its values.
const BYTES_PER_VALUE: u64 = 32;
/// What is made of a dictionary takes at most so much for each of its bytes.
const BYTES_PER_BYTE: u64 = 8;

/// Bytes that are used again for the next page.
#[derive(Default)]
pub(super) struct Buffers {
    packed: Vec<u8>,
    unpacked: Vec<u8>,
}

/// The pages of a chunk, in their order.
pub(super) struct Pages<'r> {
    from: Take<&'r mut FileReader>,
    end: u64,
    codec: Codec,
    buffers: &'r mut Buffers,
    room: Room<'r>,
}

/// A page, unpacked.
pub(super) enum Page<'a> {
    Dictionary {
        count: usize,
        data: &'a [u8],
    },
    Rows {
        count: usize,
        encoding: Encoding,
        /// Where any may be missing: how much of each row is said.
        levels: &'a [u8],
        data: &'a [u8],
    },
    /// Of no use to those who read all.
    Index,
}

/// What stands before a page.
#[derive(Default)]
struct Head {
    kind: i64,
    /// In bytes.
    unpacked: u32,
    packed: u32,
    values: u32,
    encoding: i64,
    level_encoding: i64,
    /// Bytes of levels that stand before what is compressed.
    definition: u32,
    repetition: u32,
    is_unpacked: bool,
}

impl<'r> Pages<'r> {
    pub(super) fn new(
        reader: &'r mut FileReader,
        chunk: &Chunk,
        buffers: &'r mut Buffers,
        room: Room<'r>,
    ) -> Result<Pages<'r>, Problem> {
        let codec = Codec::of(chunk.codec)?;
        reader.seek(SeekFrom::Start(chunk.start))?;
        Ok(Pages { from: reader.take(chunk.length), end: chunk.start + chunk.length, codec, buffers, room })
    }

    /// The byte of the file at which the next page begins.
    pub(super) fn at(&self) -> u64 {
        self.end - self.from.limit()
    }

    /// Of a chunk that has values left.
    pub(super) fn next(&mut self, left: u64, may_be_missing: bool) -> Result<Page<'_>, Problem> {
        let at = self.at();
        let head = Head::read(&mut Compact::new(&mut self.from, at))?;
        self.check(&head, left)?;
        self.buffers.packed.clear();
        (&mut self.from).take(head.packed.into()).read_to_end(&mut self.buffers.packed)?;
        if self.buffers.packed.len() < head.packed as usize {
            return Err(Problem::Truncated { detail: "it ends within a page".into() });
        }
        let Buffers { packed, unpacked } = &mut *self.buffers;
        head.page(self.codec, packed, unpacked, may_be_missing)
    }

    /// What a page promises is held against what is there before anything is made for it.
    fn check(&mut self, head: &Head, left: u64) -> Result<(), Problem> {
        let (values, unpacked) = (u64::from(head.values), u64::from(head.unpacked));
        if u64::from(head.packed) > self.from.limit() {
            let (promised, there) = (head.packed, self.from.limit());
            return Err(malformed(format!("it promises {promised} bytes, and its chunk has {there} left")));
        }
        let most = if head.is_of_rows() { left } else { unpacked };
        if values > most {
            return Err(malformed(format!("it promises {values} values, and {most} were expected at most")));
        }
        if head.kind == DICTIONARY {
            // It is kept until the chunk ends.
            self.room.held = self.room.held.saturating_add(unpacked * BYTES_PER_BYTE);
        }
        self.room.allow(values * BYTES_PER_VALUE + u64::from(head.packed) + unpacked)
    }
}

const ROWS: i64 = 0;
const INDEX: i64 = 1;
const DICTIONARY: i64 = 2;
const ROWS_2: i64 = 3;

impl Head {
    fn read(thrift: &mut Compact<'_>) -> Result<Head, Problem> {
        let mut head = Head { kind: -1, ..Head::default() };
        thrift.fields(|thrift, field| match field.id {
            1 => thrift.whole(field).map(|kind| head.kind = kind),
            2 => size(thrift, field).map(|bytes| head.unpacked = bytes),
            3 => size(thrift, field).map(|bytes| head.packed = bytes),
            5 | 7 => thrift.structure(field, |thrift, field| head.take(thrift, field)),
            8 => thrift.structure(field, |thrift, field| head.take_2(thrift, field)),
            _ => thrift.skip(field),
        })?;
        Ok(head)
    }

    /// Of a page of rows in the first version, or of a dictionary.
    fn take(&mut self, thrift: &mut Compact<'_>, field: Field) -> Result<(), Problem> {
        match field.id {
            1 => size(thrift, field).map(|values| self.values = values),
            2 => thrift.whole(field).map(|code| self.encoding = code),
            3 if self.kind == ROWS => thrift.whole(field).map(|code| self.level_encoding = code),
            _ => thrift.skip(field),
        }
    }

    /// Of a page of rows in the second version.
    fn take_2(&mut self, thrift: &mut Compact<'_>, field: Field) -> Result<(), Problem> {
        match field.id {
            1 => size(thrift, field).map(|values| self.values = values),
            4 => thrift.whole(field).map(|code| self.encoding = code),
            5 => size(thrift, field).map(|bytes| self.definition = bytes),
            6 => size(thrift, field).map(|bytes| self.repetition = bytes),
            7 => thrift.truth(field).map(|is_packed| self.is_unpacked = !is_packed),
            _ => thrift.skip(field),
        }
    }

    fn is_of_rows(&self) -> bool {
        matches!(self.kind, ROWS | ROWS_2)
    }

    fn page<'a>(
        &self,
        codec: Codec,
        packed: &'a [u8],
        unpacked: &'a mut Vec<u8>,
        may_be_missing: bool,
    ) -> Result<Page<'a>, Problem> {
        let (count, length) = (self.values as usize, self.unpacked as usize);
        match self.kind {
            ROWS => {
                let data = codec.unpack(packed, length, unpacked)?;
                let runs = Encoding::Runs;
                if may_be_missing && Encoding::of(self.level_encoding)? != runs {
                    return Err(malformed(format!(
                        "its levels are encoded in a way that is none, {}",
                        self.level_encoding
                    )));
                }
                let (levels, data) = if may_be_missing { with_length(data)? } else { (&[][..], data) };
                Ok(Page::Rows { count, encoding: Encoding::of(self.encoding)?, levels, data })
            }
            INDEX => Ok(Page::Index),
            DICTIONARY => Ok(Page::Dictionary { count, data: codec.unpack(packed, length, unpacked)? }),
            ROWS_2 => {
                let parts = (self.repetition as usize, self.definition as usize);
                let split = packed.split_at_checked(parts.0).and_then(|(_, rest)| rest.split_at_checked(parts.1));
                let length = length.checked_sub(parts.0 + parts.1);
                let Some(((levels, data), length)) = split.zip(length) else {
                    return Err(malformed(format!(
                        "its levels have {} and {} bytes, more than it has",
                        parts.0, parts.1
                    )));
                };
                let codec = if self.is_unpacked { Codec::None } else { codec };
                let data = codec.unpack(data, length, unpacked)?;
                Ok(Page::Rows { count, encoding: Encoding::of(self.encoding)?, levels, data })
            }
            kind => Err(malformed(format!("it is of an unknown kind, {kind}"))),
        }
    }
}

/// A count, or a length in bytes, of 32 bits of which the first says nothing.
fn size(thrift: &mut Compact<'_>, field: Field) -> Result<u32, Problem> {
    thrift
        .number::<i32>(field)
        .and_then(|size| u32::try_from(size).map_err(|_| malformed(format!("it promises {size} bytes or values"))))
}
