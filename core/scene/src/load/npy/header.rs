//! The header of a NumPy array: its type, its order, its shape.

use super::literal::Literal;
use super::malformed;
use crate::load::Problem;
use crate::load::numbers::{Endian, NumberType};
use std::io::Read;

/// No header of a sound file is longer.
const MOST_HEADER_BYTES: u32 = 1 << 20;
/// Records within records go no deeper.
const DEEPEST: usize = 8;
/// Fields of a record, and numbers of a field; more are no points.
const MOST_FIELDS: usize = 4096;

/// What a header says.
#[derive(Debug, PartialEq)]
pub(in crate::load) struct Header {
    pub(in crate::load) kind: Kind,
    /// Whether the first index runs fastest.
    pub(in crate::load) is_fortran: bool,
    pub(in crate::load) shape: Vec<u64>,
}

#[derive(Debug, PartialEq)]
pub(in crate::load) enum Kind {
    One(Item),
    Record(Vec<Field>),
}

/// A field of a record, in the order in which they lie one after the other.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::load) struct Field {
    /// Of a record within a record: `outer.inner`. Empty for what only fills up.
    pub(in crate::load) name: String,
    pub(in crate::load) item: Item,
    /// How many of them follow each other, for one name.
    pub(in crate::load) count: u64,
}

/// The type of one thing in an array.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::load) enum Item {
    Number(NumberType, Endian),
    /// A real and an imaginary part of this type.
    Complex(NumberType, Endian),
    /// So many of the unit that is named, since 1970 or as a span; the least number is none.
    Time {
        unit: String,
        endian: Endian,
    },
    /// Bytes up to a zero.
    Bytes(u64),
    /// So many letters of 32 bits each, up to a zero.
    Letters(u64, Endian),
    /// What nothing is known of.
    Void(u64),
}

impl Item {
    pub(in crate::load) fn bytes(&self) -> u64 {
        match self {
            Item::Number(kind, _) => kind.bytes(),
            Item::Complex(kind, _) => 2 * kind.bytes(),
            Item::Time { .. } => 8,
            Item::Bytes(count) | Item::Void(count) => *count,
            Item::Letters(count, _) => count.saturating_mul(4),
        }
    }

    pub(in crate::load) fn is_number(&self) -> bool {
        matches!(self, Item::Number(..) | Item::Complex(..) | Item::Time { .. })
    }

    pub(in crate::load) fn is_text(&self) -> bool {
        matches!(self, Item::Bytes(_) | Item::Letters(..))
    }
}

impl Field {
    pub(in crate::load) fn bytes(&self) -> u64 {
        self.item.bytes().saturating_mul(self.count)
    }
}

impl Header {
    /// Reads a header; what follows are the numbers.
    pub(in crate::load) fn read(stream: &mut impl Read) -> Result<Header, Problem> {
        let mut start = [0; 8];
        stream.read_exact(&mut start)?;
        if !start.starts_with(super::MAGIC) {
            return Err(malformed("it does not begin like one".into()));
        }
        let length = match start[6] {
            1 => {
                let mut length = [0; 2];
                stream.read_exact(&mut length)?;
                u32::from(u16::from_le_bytes(length))
            }
            2 | 3 => {
                let mut length = [0; 4];
                stream.read_exact(&mut length)?;
                u32::from_le_bytes(length)
            }
            version => {
                return Err(Problem::Unsupported { detail: format!("it is of version {version}; 1 to 3 are read") });
            }
        };
        if length > MOST_HEADER_BYTES {
            return Err(malformed(format!("its header says that it is {length} bytes long")));
        }
        let mut text = Vec::new();
        stream.by_ref().take(u64::from(length)).read_to_end(&mut text)?;
        if text.len() < length as usize {
            return Err(Problem::Truncated { detail: "its header has no end".into() });
        }
        Header::parse(&String::from_utf8_lossy(&text))
    }

    /// A Python literal: `{'descr': '<f8', 'fortran_order': False, 'shape': (3, 2), }`.
    pub(super) fn parse(text: &str) -> Result<Header, Problem> {
        let header = Literal::parse(text).ok_or_else(|| malformed("its header is no Python dictionary".into()))?;
        let entry = |key| header.entry(key).ok_or_else(|| malformed(format!("its header has no “{key}”")));
        let shape = entry("shape")?.wholes().ok_or_else(|| malformed("its shape is no list of numbers".into()))?;
        let is_fortran = entry("fortran_order")? == &Literal::Truth(true);
        let kind = match entry("descr")? {
            Literal::Text(code) => Kind::One(item(code)?),
            list => {
                let mut fields = Vec::new();
                add_fields(list, "", &mut fields, 0)?;
                let bytes = fields.iter().fold(0u64, |sum, field| sum.saturating_add(field.bytes()));
                if bytes == 0 || bytes > super::rows::MOST_ROW_BYTES {
                    return Err(malformed(format!("its records are {bytes} bytes wide")));
                }
                Kind::Record(fields)
            }
        };
        Ok(Header { kind, is_fortran, shape })
    }

    /// How many things it promises.
    pub(in crate::load) fn count(&self) -> Result<u64, Problem> {
        let count = self.shape.iter().try_fold(1u64, |product, side| product.checked_mul(*side));
        count.filter(|count| *count < 1 << 40).ok_or_else(|| malformed(format!("its shape is {:?}", self.shape)))
    }
}

/// Of a list of (name, type) or (name, type, shape), where a name may be (title, name).
fn add_fields(list: &Literal, outer: &str, fields: &mut Vec<Field>, depth: usize) -> Result<(), Problem> {
    let wrong = || malformed("its fields are no pairs of names and types".into());
    if depth > DEEPEST {
        return Err(wrong());
    }
    for field in list.list().ok_or_else(wrong)? {
        let (name, kind, shape) = match field.list().ok_or_else(wrong)? {
            [name, kind] => (name, kind, None),
            [name, kind, shape] => (name, kind, Some(shape.wholes().ok_or_else(wrong)?)),
            _ => return Err(wrong()),
        };
        let name = name.text().or_else(|| name.list()?.last()?.text()).ok_or_else(wrong)?;
        let name = if outer.is_empty() || name.is_empty() { name.to_owned() } else { format!("{outer}.{name}") };
        let count = shape.iter().flatten().try_fold(1u64, |product, side| product.checked_mul(*side));
        let count = count.ok_or_else(wrong)?;
        match kind {
            Literal::Text(code) => fields.push(Field { name, item: item(code)?, count }),
            nested if count == 1 => add_fields(nested, &name, fields, depth + 1)?,
            _ => return Err(Problem::Unsupported { detail: format!("its field “{name}” is an array of records") }),
        }
        if fields.len() > MOST_FIELDS {
            return Err(malformed(format!("its records have more than {MOST_FIELDS} fields")));
        }
    }
    Ok(())
}

/// NumPy's code, e.g. `<f8` or `|S12`.
fn item(code: &str) -> Result<Item, Problem> {
    let endian = if code.starts_with('>') { Endian::Big } else { Endian::Little };
    let plain = code.trim_start_matches(['<', '>', '|', '=']);
    let number = match plain {
        "u1" | "b1" | "?" => NumberType::U8,
        "i1" => NumberType::I8,
        "u2" => NumberType::U16,
        "i2" => NumberType::I16,
        "u4" => NumberType::U32,
        "i4" => NumberType::I32,
        "u8" => NumberType::U64,
        "i8" => NumberType::I64,
        "f2" => NumberType::F16,
        "f4" => NumberType::F32,
        "f8" => NumberType::F64,
        "c8" => return Ok(Item::Complex(NumberType::F32, endian)),
        "c16" => return Ok(Item::Complex(NumberType::F64, endian)),
        other => return other_item(code, other, endian),
    };
    Ok(Item::Number(number, endian))
}

fn other_item(code: &str, plain: &str, endian: Endian) -> Result<Item, Problem> {
    let width = |letter| plain.strip_prefix(letter).and_then(|width| width.parse::<u64>().ok());
    if let Some(width) = width('S').or_else(|| width('a')) {
        return Ok(Item::Bytes(width));
    }
    if let Some(letters) = width('U') {
        return Ok(Item::Letters(letters, endian));
    }
    if let Some(width) = width('V') {
        return Ok(Item::Void(width));
    }
    let unit = |prefix| plain.strip_prefix(prefix).and_then(|rest: &str| rest.strip_suffix(']'));
    if let Some(unit) = unit("m8[") {
        return Ok(Item::Time { unit: unit.chars().take(12).collect(), endian });
    }
    if let Some(unit) = unit("M8[") {
        let unit = format!("{} since 1970", unit.chars().take(12).collect::<String>());
        return Ok(Item::Time { unit, endian });
    }
    let code: String = code.chars().take(20).collect();
    let read = "numbers of 8 to 64 bits, complex ones, times and texts are read";
    Err(Problem::Unsupported { detail: format!("its things are of type “{}”; {read}", code.escape_debug()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(kind: NumberType, endian: Endian) -> Item {
        Item::Number(kind, endian)
    }

    #[test]
    fn headers_are_read_as_numpy_writes_them() {
        let one = Header::parse("{'descr': '<f8', 'fortran_order': False, 'shape': (3, 2), }   \n").unwrap();
        assert_eq!(one.kind, Kind::One(number(NumberType::F64, Endian::Little)));
        assert_eq!((one.is_fortran, one.shape), (false, vec![3, 2]));
        let text = "{'descr': [('shape', '<f4'), ('', '|V4'), ('p', [('n', '>u2'), ('t', '<U3', (2,))])], 'fortran_order': True, 'shape': (7,), }";
        let record = Header::parse(text).unwrap();
        let field = |name: &str, item, count| Field { name: name.into(), item, count };
        let fields = vec![
            field("shape", number(NumberType::F32, Endian::Little), 1),
            field("", Item::Void(4), 1),
            field("p.n", number(NumberType::U16, Endian::Big), 1),
            field("p.t", Item::Letters(3, Endian::Little), 2),
        ];
        assert_eq!((record.kind, record.shape), (Kind::Record(fields), vec![7]));
    }

    #[test]
    fn what_is_no_header_is_refused() {
        for bad in [
            "",
            "{}",
            "{'descr': '|O', 'fortran_order': False, 'shape': (3, 2)}",
            "{'descr': '<f8', 'fortran_order': False, 'shape': (3, -2)}",
            "{'descr': [], 'fortran_order': False, 'shape': (1099511627775,)}",
            "{'descr': [('a', '|V99999999999')], 'fortran_order': False, 'shape': (3,)}",
            "{'descr': [('a', '<f4', (4294967296, 4294967296, 2))], 'fortran_order': False, 'shape': (3,)}",
        ] {
            assert!(Header::parse(bad).is_err(), "{bad} passed");
        }
    }
}
