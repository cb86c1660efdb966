//! An element of the list that a file's schema is: a column, or a group of them.

use super::malformed;
use super::thrift::{Compact, Field};
use crate::load::Problem;

/// A column, or a group of the elements behind it.
#[derive(Debug, Clone)]
pub(super) struct Element {
    pub(super) name: String,
    /// `None` for a group.
    pub(super) physical: Option<Physical>,
    pub(super) repetition: Repetition,
    /// So many of the elements behind it, with what is in those, are within it.
    pub(super) children: u64,
    pub(super) logical: Option<Logical>,
}

/// How a value is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Physical {
    Boolean,
    Int32,
    Int64,
    Int96,
    Float,
    Double,
    ByteArray,
    /// Of so many bytes.
    Fixed(usize),
}

/// How often a value is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repetition {
    Required,
    Optional,
    Repeated,
}

/// What a value means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Logical {
    Text,
    Decimal { scale: u32 },
    Days,
    Time(&'static str),
    Integer { bits: i8, is_signed: bool },
    Half,
    Nothing,
}

impl Physical {
    /// Of one value in bytes, where all are as long; truth values once they are unpacked.
    pub(super) fn width(self) -> usize {
        match self {
            Physical::Boolean => 1,
            Physical::Int32 | Physical::Float => 4,
            Physical::Int64 | Physical::Double => 8,
            Physical::Int96 => 12,
            Physical::Fixed(width) => width,
            Physical::ByteArray => 0,
        }
    }

    /// The number by which files tell it.
    pub(super) fn code(self) -> i64 {
        match self {
            Physical::Boolean => 0,
            Physical::Int32 => 1,
            Physical::Int64 => 2,
            Physical::Int96 => 3,
            Physical::Float => 4,
            Physical::Double => 5,
            Physical::ByteArray => 6,
            Physical::Fixed(_) => 7,
        }
    }

    fn of(code: i64, length: i64) -> Result<Physical, Problem> {
        Ok(match code {
            0 => Physical::Boolean,
            1 => Physical::Int32,
            2 => Physical::Int64,
            3 => Physical::Int96,
            4 => Physical::Float,
            5 => Physical::Double,
            6 => Physical::ByteArray,
            7 => Physical::Fixed(
                usize::try_from(length).map_err(|_| malformed(format!("values are {length} bytes long")))?,
            ),
            _ => return Err(malformed(format!("a column is of an unknown type, {code}"))),
        })
    }
}

impl Element {
    pub(super) fn read(thrift: &mut Compact<'_>, field: Field) -> Result<Element, Problem> {
        let (mut name, mut code, mut length) = (String::new(), None, 0);
        let (mut repetition, mut children) = (Repetition::Required, 0);
        let (mut converted, mut scale, mut logical) = (None, 0, None);
        thrift.structure(field, |thrift, field| {
            match field.id {
                1 => code = Some(thrift.whole(field)?),
                2 => length = thrift.whole(field)?,
                3 => repetition = Repetition::of(thrift.whole(field)?)?,
                4 => name = thrift.text(field)?,
                5 => children = thrift.number(field)?,
                6 => converted = Some(thrift.whole(field)?),
                7 => scale = thrift.whole(field)?,
                10 => logical = Logical::read(thrift, field)?,
                _ => thrift.skip(field)?,
            }
            Ok(())
        })?;
        let physical = code.filter(|_| children == 0).map(|code| Physical::of(code, length)).transpose()?;
        let logical = match logical {
            None => converted.map(|code| Logical::of_converted(code, scale)).transpose()?.flatten(),
            logical => logical,
        };
        Ok(Element { name, physical, repetition, children, logical })
    }
}

impl Repetition {
    fn of(code: i64) -> Result<Repetition, Problem> {
        match code {
            0 => Ok(Repetition::Required),
            1 => Ok(Repetition::Optional),
            2 => Ok(Repetition::Repeated),
            _ => Err(malformed(format!("a column is there in an unknown way, {code}"))),
        }
    }
}

/// More decimal places than the widest decimal of any program has digits.
const MOST_PLACES: u32 = 76;

impl Logical {
    /// A union: a structure of which one field is there. `None` for what its numbers or bytes say alone.
    fn read(thrift: &mut Compact<'_>, field: Field) -> Result<Option<Logical>, Problem> {
        let mut logical = None;
        thrift.structure(field, |thrift, field| {
            match field.id {
                5 => logical = Some(Logical::read_decimal(thrift, field)?),
                7 | 8 => logical = Logical::read_time(thrift, field)?,
                10 => logical = Some(Logical::read_integer(thrift, field)?),
                id => {
                    thrift.skip(field)?;
                    logical = match id {
                        1 | 4 | 12 => Some(Logical::Text),
                        6 => Some(Logical::Days),
                        11 => Some(Logical::Nothing),
                        15 => Some(Logical::Half),
                        _ => None,
                    };
                }
            }
            Ok(())
        })?;
        Ok(logical)
    }

    fn read_decimal(thrift: &mut Compact<'_>, field: Field) -> Result<Logical, Problem> {
        let mut scale = 0;
        thrift.structure(field, |thrift, field| {
            if field.id == 1 { thrift.whole(field).map(|read| scale = read) } else { thrift.skip(field) }
        })?;
        Logical::decimal(scale)
    }

    fn read_time(thrift: &mut Compact<'_>, field: Field) -> Result<Option<Logical>, Problem> {
        let mut unit = None;
        thrift.structure(field, |thrift, field| {
            if field.id != 2 {
                return thrift.skip(field);
            }
            thrift.structure(field, |thrift, field| {
                unit = ["ms", "µs", "ns"].get((field.id as usize).wrapping_sub(1)).copied();
                thrift.skip(field)
            })
        })?;
        Ok(unit.map(Logical::Time))
    }

    fn read_integer(thrift: &mut Compact<'_>, field: Field) -> Result<Logical, Problem> {
        let (mut bits, mut is_signed) = (0, true);
        thrift.structure(field, |thrift, field| {
            match field.id {
                1 => bits = thrift.number(field)?,
                2 => is_signed = thrift.truth(field)?,
                _ => thrift.skip(field)?,
            }
            Ok(())
        })?;
        Ok(Logical::Integer { bits, is_signed })
    }

    fn decimal(scale: i64) -> Result<Logical, Problem> {
        let scale = u32::try_from(scale).ok().filter(|scale| *scale <= MOST_PLACES);
        let scale = scale.ok_or_else(|| malformed(format!("a number has more than {MOST_PLACES} decimal places")))?;
        Ok(Logical::Decimal { scale })
    }

    /// The older way to say it, a number.
    fn of_converted(code: i64, scale: i64) -> Result<Option<Logical>, Problem> {
        let integer = |bits, is_signed| Logical::Integer { bits, is_signed };
        Ok(Some(match code {
            0 | 4 | 19 => Logical::Text,
            5 => Logical::decimal(scale)?,
            6 => Logical::Days,
            7 | 9 => Logical::Time("ms"),
            8 | 10 => Logical::Time("µs"),
            11..=14 => integer(8 << (code - 11), false),
            15..=18 => integer(8 << (code - 15), true),
            _ => return Ok(None),
        }))
    }
}
