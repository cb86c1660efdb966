//! Extra bytes: numbers that a file keeps of each point beyond those of its format (ASPRS LAS 1.4 R15, table 24).

use super::header::Header;
use crate::load::Problem;
use crate::load::source::FileReader;
use crate::{Attribute, Values};
use std::io::{Read, Seek, SeekFrom};

/// Of a variable length record.
const HEAD_BYTES: u64 = 54;
/// Of the description of a field.
const FIELD_BYTES: usize = 192;
/// More fields are not taken.
const MOST_FIELDS: usize = 256;

/// One number of each point.
#[derive(Debug, Clone)]
pub(super) struct Field {
    name: String,
    /// Where in a record it is.
    at: usize,
    kind: Kind,
    /// What stands for no number, as it is stored.
    none: Option<f64>,
    /// To be multiplied and added; none where the number is what it says.
    scale: Option<[f64; 2]>,
    values: Values,
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
        let values = if scale.is_none() && none.is_none() { kind.list() } else { Values::F64(Vec::new()) };
        fields.push(Field { name, at: place, kind, none, scale, values });
    }
    at + parts * kind.size()
}

impl Field {
    /// Takes the number of the next point.
    pub(super) fn take(&mut self, record: &[u8]) {
        let stored = self.kind.decoded(&record[self.at..]);
        let value = match self.scale {
            _ if self.none == Some(stored) => f64::NAN,
            Some([scale, offset]) => stored * scale + offset,
            None => stored,
        };
        self.values.push_f64(value);
    }

    /// Takes those of the same field that come after these.
    pub(super) fn append(&mut self, after: Field) {
        self.values.append(after.values);
    }

    pub(super) fn into_attribute(self) -> Attribute {
        Attribute::new(self.name, self.values)
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

    /// Numbers as they are stored; those of 64 bits lose what is beyond 2^53.
    fn list(self) -> Values {
        match self {
            Kind::U8 => Values::U8(Vec::new()),
            Kind::I8 => Values::I8(Vec::new()),
            Kind::U16 => Values::U16(Vec::new()),
            Kind::I16 => Values::I16(Vec::new()),
            Kind::U32 => Values::U32(Vec::new()),
            Kind::I32 => Values::I32(Vec::new()),
            Kind::F32 => Values::F32(Vec::new()),
            Kind::U64 | Kind::I64 | Kind::F64 => Values::F64(Vec::new()),
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
