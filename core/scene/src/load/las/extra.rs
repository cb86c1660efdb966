//! Extra bytes: numbers that a file keeps of each point beyond those of its format (ASPRS LAS 1.4 R15, table 24).

use super::header::Header;
use crate::load::Problem;
use crate::load::source::FileReader;
use crate::{Attribute, Values};
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;

/// Of a variable length record.
const HEAD_BYTES: u64 = 54;
/// Of the description of a field.
const FIELD_BYTES: usize = 192;
/// More fields are not taken.
const MOST_FIELDS: usize = 256;

/// One number of each point.
#[derive(Debug)]
pub(super) struct Field {
    name: String,
    /// Where in a record it is.
    at: usize,
    kind: Kind,
    /// What stands for no number, as it is stored.
    none: Option<f64>,
    /// To be multiplied and added; none where the number is what it says.
    scale: Option<[f64; 2]>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    U8,
    I8,
    U16,
    I16,
    U32,
    I32,
    U64,
    I64,
    F32,
    F64,
}

const KINDS: [Kind; 10] =
    [Kind::U8, Kind::I8, Kind::U16, Kind::I16, Kind::U32, Kind::I32, Kind::U64, Kind::I64, Kind::F32, Kind::F64];

/// The fields that the file describes, as far as a record holds them. The reader is left somewhere.
pub(super) fn fields(reader: &mut FileReader, header: &Header) -> Result<Vec<Field>, Problem> {
    let mut fields = Vec::new();
    let mut at = header.record_bytes - usize::from(header.extra_bytes());
    let mut start = header.header_bytes;
    for _ in 0..header.record_count {
        if start + HEAD_BYTES > header.points_at {
            break;
        }
        reader.seek(SeekFrom::Start(start))?;
        let head: [u8; HEAD_BYTES as usize] = reader.array()?;
        let length = u64::from(u16::from_le_bytes([head[20], head[21]]));
        start += HEAD_BYTES + length;
        if !head[2..18].starts_with(b"LASF_Spec\0") || u16::from_le_bytes([head[18], head[19]]) != 4 {
            continue;
        }
        let mut described = Vec::new();
        reader.by_ref().take(length).read_to_end(&mut described)?;
        for field in described.as_chunks::<FIELD_BYTES>().0 {
            at = add(field, at, header.record_bytes, &mut fields);
        }
    }
    Ok(fields)
}

/// Adds what a description says, where the record has it; gives where the next one is.
fn add(described: &[u8; FIELD_BYTES], at: usize, record_bytes: usize, fields: &mut Vec<Field>) -> usize {
    let [data_type, options] = [described[2], described[3]];
    let Some(index) = usize::from(data_type).checked_sub(1) else {
        // Undocumented: so many bytes.
        return at + usize::from(options);
    };
    // Above ten they are two, above twenty three numbers, which newer files do without.
    let (kind, parts) = (KINDS[index % 10], index / 10 + 1);
    if parts > 3 {
        return record_bytes;
    }
    let f64_at = |place: usize| f64::from_le_bytes(std::array::from_fn(|byte| described[place + byte]));
    let name = &described[4..36];
    let name = &name[..name.iter().position(|byte| *byte == 0).unwrap_or(name.len())];
    let name = String::from_utf8_lossy(name).trim().to_owned();
    let name = if name.is_empty() { "extra".to_owned() } else { name };
    for part in 0..parts {
        let place = at + part * kind.size();
        if place + kind.size() > record_bytes || fields.len() == MOST_FIELDS {
            return record_bytes;
        }
        let has = |bit: u8| options & 1 << bit != 0;
        let scale = if has(3) { f64_at(112 + 8 * part) } else { 1.0 };
        let offset = if has(4) { f64_at(136 + 8 * part) } else { 0.0 };
        let scale = ((scale, offset) != (1.0, 0.0)).then_some([scale, offset]);
        let none = has(0).then(|| kind.widened(&described[40 + 8 * part..48 + 8 * part]));
        let name = if parts == 1 { name.clone() } else { format!("{name} {}", part + 1) };
        fields.push(Field { name, at: place, kind, none, scale });
    }
    at + parts * kind.size()
}

impl Field {
    /// Where in a record it is.
    pub(super) fn place(&self) -> Range<usize> {
        self.at..self.at + self.kind.size()
    }

    /// It is elsewhere in the records that are kept.
    pub(super) fn move_to(&mut self, at: usize) {
        self.at = at;
    }

    /// Whether zeros, as they are stored, are zeros.
    pub(super) fn is_as_stored(&self) -> bool {
        self.scale.is_none() && self.none.is_none()
    }

    /// A list for as many numbers as they are stored; those of 64 bits lose what is beyond 2^53.
    pub(super) fn zeros(&self, count: usize) -> Values {
        match self.kind {
            _ if !self.is_as_stored() => Values::F64(vec![0.0; count]),
            Kind::U8 => Values::U8(vec![0; count]),
            Kind::I8 => Values::I8(vec![0; count]),
            Kind::U16 => Values::U16(vec![0; count]),
            Kind::I16 => Values::I16(vec![0; count]),
            Kind::U32 => Values::U32(vec![0; count]),
            Kind::I32 => Values::I32(vec![0; count]),
            Kind::F32 => Values::F32(vec![0.0; count]),
            Kind::U64 | Kind::I64 | Kind::F64 => Values::F64(vec![0.0; count]),
        }
    }

    /// What a number takes in that list.
    pub(super) fn final_bytes(&self) -> usize {
        self.zeros(0).bytes_each()
    }

    /// Fills a part of that list, from as many records.
    pub(super) fn fill(&self, list: &mut Slice<'_>, records: &[u8], record_bytes: usize) {
        fn write<T>(list: &mut [T], numbers: impl Iterator<Item = f64>, stored: impl Fn(f64) -> T) {
            list.iter_mut().zip(numbers).for_each(|(place, number)| *place = stored(number));
        }
        let numbers = records.chunks_exact(record_bytes).map(|record| self.number(record));
        match list {
            Slice::U8(list) => write(list, numbers, |number| number as u8),
            Slice::I8(list) => write(list, numbers, |number| number as i8),
            Slice::U16(list) => write(list, numbers, |number| number as u16),
            Slice::I16(list) => write(list, numbers, |number| number as i16),
            Slice::U32(list) => write(list, numbers, |number| number as u32),
            Slice::I32(list) => write(list, numbers, |number| number as i32),
            Slice::F32(list) => write(list, numbers, |number| number as f32),
            Slice::F64(list) => write(list, numbers, |number| number),
        }
    }

    fn number(&self, record: &[u8]) -> f64 {
        let stored = self.kind.decoded(&record[self.at..]);
        match self.scale {
            _ if self.none == Some(stored) => f64::NAN,
            Some([scale, offset]) => stored * scale + offset,
            None => stored,
        }
    }

    pub(super) fn attribute(&self, values: Values) -> Attribute {
        Attribute::new(&self.name, values)
    }
}

/// A part of [`Values`], to be written.
pub(super) enum Slice<'a> {
    U8(&'a mut [u8]),
    I8(&'a mut [i8]),
    U16(&'a mut [u16]),
    I16(&'a mut [i16]),
    U32(&'a mut [u32]),
    I32(&'a mut [i32]),
    F32(&'a mut [f32]),
    F64(&'a mut [f64]),
}

impl Default for Slice<'_> {
    fn default() -> Self {
        Slice::U8(&mut [])
    }
}

impl<'a> Slice<'a> {
    /// All parts, of so many numbers.
    pub(super) fn each_of(values: &'a mut Values, size: usize) -> Box<dyn Iterator<Item = Slice<'a>> + Send + 'a> {
        match values {
            Values::U8(list) => Box::new(list.chunks_mut(size).map(Slice::U8)),
            Values::I8(list) => Box::new(list.chunks_mut(size).map(Slice::I8)),
            Values::U16(list) => Box::new(list.chunks_mut(size).map(Slice::U16)),
            Values::I16(list) => Box::new(list.chunks_mut(size).map(Slice::I16)),
            Values::U32(list) => Box::new(list.chunks_mut(size).map(Slice::U32)),
            Values::I32(list) => Box::new(list.chunks_mut(size).map(Slice::I32)),
            Values::F32(list) => Box::new(list.chunks_mut(size).map(Slice::F32)),
            Values::F64(list) => Box::new(list.chunks_mut(size).map(Slice::F64)),
        }
    }
}

impl Kind {
    fn size(self) -> usize {
        match self {
            Kind::U8 | Kind::I8 => 1,
            Kind::U16 | Kind::I16 => 2,
            Kind::U32 | Kind::I32 | Kind::F32 => 4,
            Kind::U64 | Kind::I64 | Kind::F64 => 8,
        }
    }

    fn decoded(self, bytes: &[u8]) -> f64 {
        fn first<const N: usize>(bytes: &[u8]) -> [u8; N] {
            std::array::from_fn(|at| bytes.get(at).copied().unwrap_or_default())
        }
        match self {
            Kind::U8 => f64::from(u8::from_le_bytes(first(bytes))),
            Kind::I8 => f64::from(i8::from_le_bytes(first(bytes))),
            Kind::U16 => f64::from(u16::from_le_bytes(first(bytes))),
            Kind::I16 => f64::from(i16::from_le_bytes(first(bytes))),
            Kind::U32 => f64::from(u32::from_le_bytes(first(bytes))),
            Kind::I32 => f64::from(i32::from_le_bytes(first(bytes))),
            Kind::U64 => u64::from_le_bytes(first(bytes)) as f64,
            Kind::I64 => i64::from_le_bytes(first(bytes)) as f64,
            Kind::F32 => f64::from(f32::from_le_bytes(first(bytes))),
            Kind::F64 => f64::from_le_bytes(first(bytes)),
        }
    }

    /// A number of the description, where it has 64 bits: signed, unsigned, or with a fraction, as its field.
    fn widened(self, bytes: &[u8]) -> f64 {
        match self {
            Kind::U8 | Kind::U16 | Kind::U32 | Kind::U64 => Kind::U64.decoded(bytes),
            Kind::I8 | Kind::I16 | Kind::I32 | Kind::I64 => Kind::I64.decoded(bytes),
            Kind::F32 | Kind::F64 => Kind::F64.decoded(bytes),
        }
    }
}
