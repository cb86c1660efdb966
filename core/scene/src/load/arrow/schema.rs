//! What a file's columns are, and how each lies in the file.

use super::malformed;
use super::tables::Table;
use crate::load::columnar::MOST_COLUMNS;
use crate::load::numbers::{Endian, NumberType};
use crate::load::{Problem, npy};

/// Fields within fields, at most so deep.
const DEEPEST: usize = 16;
/// More fields than this are no table; fields may share what is below them, so a small file can have very many.
const MOST_FIELDS: usize = 4096;

/// A column that is kept.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub(super) name: String,
    pub(super) unit: Option<&'static str>,
    pub(super) holds: Holds,
}

/// What a kept column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    Numbers(NumberType),
    /// One bit each.
    Truths,
    Texts(Texts),
    /// Numbers of entries in the dictionary of this id.
    Entries(NumberType, i64),
}

/// Where texts lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Texts {
    /// One after the other, with 32 bits to say where each begins.
    Short,
    /// The same with 64 bits.
    Long,
    /// Sixteen bytes each, that are the text or say where it is.
    Views,
}

/// A field, in the order of a batch's nodes and buffers.
#[derive(Debug, Clone)]
pub(super) struct Field {
    /// Without those of `children`.
    pub(super) buffers: usize,
    pub(super) has_validity: bool,
    /// Whether it has a number of buffers that the batch says.
    pub(super) has_views: bool,
    /// So many of the child's to one of its own.
    pub(super) per_row: usize,
    pub(super) children: Vec<Field>,
    /// Which columns are made of it: one, or one for each part.
    pub(super) columns: Vec<usize>,
}

impl Field {
    /// Whether a column is made of it, or of what is within it.
    pub(super) fn is_kept(&self) -> bool {
        !self.columns.is_empty() || self.children.iter().any(Field::is_kept)
    }
}

/// All of a file's fields.
#[derive(Default)]
pub(super) struct Schema {
    pub(super) fields: Vec<Field>,
    pub(super) wanted: Vec<Wanted>,
    pub(super) left_out: Vec<String>,
    /// How the texts of each dictionary lie.
    pub(super) dictionaries: Vec<(i64, Texts)>,
    count: usize,
}

/// Where a field stands among the others.
struct Place<'p> {
    parent: &'p str,
    parts: usize,
    depth: usize,
    /// Of lists only the places are in rows of their own.
    is_kept: bool,
}

impl Schema {
    pub(super) fn read(table: Table<'_>) -> Result<Schema, Problem> {
        if table.i16(0, 0) != 0 {
            return Err(Problem::Unsupported { detail: "its numbers are big-endian; little-endian is read".into() });
        }
        let mut schema = Schema::default();
        for field in table.tables(1) {
            let field = schema.field(field, &Place { parent: "", parts: 1, depth: 0, is_kept: true })?;
            schema.fields.push(field);
        }
        Ok(schema)
    }

    fn field(&mut self, table: Table<'_>, place: &Place<'_>) -> Result<Field, Problem> {
        self.count += 1;
        if place.depth > DEEPEST || self.count > MOST_FIELDS {
            return Err(malformed(format!("it has more than {MOST_FIELDS} fields, or fields {DEEPEST} deep")));
        }
        let name = table.text(0).unwrap_or_default();
        let kind = table.table(3);
        let code = table.u8(2, 0);
        let (buffers, has_validity) = match code {
            // Nothing, runs.
            1 | 22 => (0, false),
            // Bytes and texts; lists by places and lengths.
            4 | 5 | 19 | 20 | 25 | 26 => (3, true),
            13 | 16 => (1, true),
            // Unions: which one, and where in it.
            14 => (1 + usize::from(kind.is_some_and(|kind| kind.i16(0, 0) == 1)), false),
            2..=26 => (2, true),
            _ => return Err(malformed(format!("“{name}” is of an unknown type, {code}"))),
        };
        let has_views = matches!(code, 23 | 24);
        let per_row = match (code, kind) {
            (16, Some(kind)) => usize::try_from(kind.i32(0, 0)).unwrap_or(0),
            _ => 1,
        };
        let mut field = Field { buffers, has_validity, has_views, per_row, children: Vec::new(), columns: Vec::new() };
        if let Some(dictionary) = table.table(4) {
            let id = dictionary.i64(0, 0);
            let index = dictionary.table(1).map_or(Some(NumberType::I32), int);
            let entries = texts(code).zip(index);
            if let Some((texts, _)) = entries {
                self.dictionaries.push((id, texts));
            }
            self.keep(&mut field, entries.map(|(_, index)| (Holds::Entries(index, id), None)), name, place);
            return Ok(Field { buffers: 2, has_validity: true, has_views: false, ..field });
        }
        let is_vector = code == 16 && place.parts == 1 && (1..=MOST_COLUMNS).contains(&per_row);
        let below = Place {
            parent: name,
            parts: if is_vector { per_row } else { 1 },
            depth: place.depth + 1,
            is_kept: place.is_kept && (is_vector || (code == 13 && place.parts == 1)),
        };
        let known = self.wanted.len();
        for child in table.tables(5) {
            let child = self.field(child, &below)?;
            field.children.push(child);
        }
        match holds(code, kind) {
            _ if below.is_kept && self.wanted.len() > known => {}
            kept => self.keep(&mut field, kept, name, place),
        }
        Ok(field)
    }

    fn keep(&mut self, field: &mut Field, holds: Option<(Holds, Option<&'static str>)>, name: &str, place: &Place<'_>) {
        let is_vector = place.parts > 1;
        let holds = holds.filter(|(holds, _)| place.is_kept && (!is_vector || matches!(holds, Holds::Numbers(_))));
        let Some((holds, unit)) = holds else {
            if place.depth == 0 {
                self.left_out.push(name.to_owned());
            }
            return;
        };
        let names = match place.parent {
            parent if is_vector => npy::part_names(parent, place.parts as u64),
            _ => vec![name.to_owned()],
        };
        for name in names {
            if self.wanted.len() >= MOST_COLUMNS {
                self.left_out.push(name);
                continue;
            }
            field.columns.push(self.wanted.len());
            self.wanted.push(Wanted { name, unit, holds });
        }
    }
}

fn texts(code: u8) -> Option<Texts> {
    match code {
        5 => Some(Texts::Short),
        20 => Some(Texts::Long),
        24 => Some(Texts::Views),
        _ => None,
    }
}

fn int(table: Table<'_>) -> Option<NumberType> {
    Some(match (table.i32(0, 0), table.u8(1, 0) != 0) {
        (8, false) => NumberType::U8,
        (8, true) => NumberType::I8,
        (16, false) => NumberType::U16,
        (16, true) => NumberType::I16,
        (32, false) => NumberType::U32,
        (32, true) => NumberType::I32,
        (64, false) => NumberType::U64,
        (64, true) => NumberType::I64,
        _ => return None,
    })
}

/// `None` for what is not shown.
fn holds(code: u8, kind: Option<Table<'_>>) -> Option<(Holds, Option<&'static str>)> {
    let unit = |code: i16| ["s", "ms", "µs", "ns"].get(usize::try_from(code).ok()?).copied();
    if let Some(texts) = texts(code) {
        return Some((Holds::Texts(texts), None));
    }
    let kind = kind?;
    let (number, unit) = match code {
        2 => (int(kind)?, None),
        3 => ([NumberType::F16, NumberType::F32, NumberType::F64].get(kind.i16(0, 0) as usize).copied()?, None),
        6 => return Some((Holds::Truths, None)),
        8 if kind.i16(0, 1) == 0 => (NumberType::I32, Some("days")),
        8 => (NumberType::I64, Some("ms")),
        9 if kind.i32(1, 32) == 32 => (NumberType::I32, unit(kind.i16(0, 1))),
        9 => (NumberType::I64, unit(kind.i16(0, 1))),
        10 => (NumberType::I64, unit(kind.i16(0, 0))),
        18 => (NumberType::I64, unit(kind.i16(0, 1))),
        _ => return None,
    };
    Some((Holds::Numbers(number), unit))
}

/// Arrow's other byte order is refused.
pub(super) const ENDIAN: Endian = Endian::Little;
