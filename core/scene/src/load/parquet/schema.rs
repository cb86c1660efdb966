//! Which of a file's columns are kept, and what their values become.

use super::element::{Element, Logical, Physical, Repetition};
use super::malformed;
use crate::Values;
use crate::load::Problem;
use crate::load::columnar::MOST_COLUMNS;
use crate::load::numbers::{Endian, NumberType};

/// Groups within groups, at most so deep.
const DEEPEST: usize = 16;

/// A column that is kept.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub(super) name: String,
    pub(super) unit: Option<&'static str>,
    pub(super) holds: Holds,
    pub(super) physical: Physical,
    /// Which of a row group's chunks it is.
    pub(super) chunk: usize,
    /// So many of it and of the groups that it is in may be missing: a row is said that has as many.
    pub(super) definition: u32,
}

/// What the values of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    /// As many of each value's first bytes as the type has.
    Numbers(NumberType),
    Truths,
    /// Whole numbers with so many of their digits behind the point.
    Decimals(u32),
    /// Eight bytes of nanoseconds of a day, and four that number the day.
    Moments,
    Texts,
}

/// All of a file's columns.
#[derive(Default)]
pub(super) struct Schema {
    pub(super) wanted: Vec<Wanted>,
    pub(super) left_out: Vec<String>,
    /// How many columns there are, kept or not.
    pub(super) chunks: usize,
}

/// Where an element stands among the others.
#[derive(Clone, Copy)]
struct Place {
    depth: usize,
    definition: u32,
    is_repeated: bool,
}

impl Schema {
    /// The first element is the group of all others.
    pub(super) fn new(elements: &[Element]) -> Result<Schema, Problem> {
        let mut schema = Schema::default();
        let mut elements = elements.iter();
        let root = elements.next().ok_or_else(|| malformed("it has no schema".into()))?;
        for _ in 0..root.children {
            schema.element(&mut elements, Place { depth: 0, definition: 0, is_repeated: false })?;
        }
        if elements.len() > 0 {
            return Err(malformed(format!("{} elements of its schema are in no group", elements.len())));
        }
        Ok(schema)
    }

    fn element(&mut self, elements: &mut std::slice::Iter<'_, Element>, place: Place) -> Result<(), Problem> {
        let element = elements.next().ok_or_else(|| malformed("its schema has fewer elements than it says".into()))?;
        if place.depth > DEEPEST {
            return Err(malformed(format!("its schema has groups {DEEPEST} deep")));
        }
        let is_optional = element.repetition == Repetition::Optional;
        let below = Place {
            depth: place.depth + 1,
            definition: place.definition + u32::from(is_optional),
            is_repeated: place.is_repeated || element.repetition == Repetition::Repeated,
        };
        let known = self.wanted.len();
        if let Some(physical) = element.physical {
            self.column(element, physical, below);
        } else if element.children == 0 {
            return Err(malformed(format!("“{}” is neither a column nor a group", element.name)));
        }
        for _ in 0..element.children {
            self.element(elements, below)?;
        }
        // Of what is in a group nothing is told where something of it is shown.
        if place.depth == 0 && self.wanted.len() == known {
            self.left_out.push(element.name.clone());
        }
        Ok(())
    }

    fn column(&mut self, element: &Element, physical: Physical, place: Place) {
        let chunk = self.chunks;
        self.chunks += 1;
        let kept = holds(physical, element.logical).filter(|_| !place.is_repeated && self.wanted.len() < MOST_COLUMNS);
        if let Some((holds, unit)) = kept {
            let (name, definition) = (element.name.clone(), place.definition);
            self.wanted.push(Wanted { name, unit, holds, physical, chunk, definition });
        }
    }
}

/// `None` for what is not shown.
fn holds(physical: Physical, logical: Option<Logical>) -> Option<(Holds, Option<&'static str>)> {
    let (holds, unit) = match (physical, logical) {
        (_, Some(Logical::Nothing)) => return None,
        (Physical::Boolean, _) => (Holds::Truths, None),
        (Physical::Int32 | Physical::Int64, Some(Logical::Decimal { scale })) => (Holds::Decimals(scale), None),
        (Physical::Int32, Some(Logical::Days)) => (Holds::Numbers(NumberType::I32), Some("days")),
        (Physical::Int32, Some(Logical::Time(unit))) => (Holds::Numbers(NumberType::I32), Some(unit)),
        (Physical::Int32, logical) => (Holds::Numbers(of_32_bits(logical)), None),
        (Physical::Int64, Some(Logical::Time(unit))) => (Holds::Numbers(NumberType::I64), Some(unit)),
        (Physical::Int64, Some(Logical::Integer { is_signed: false, .. })) => (Holds::Numbers(NumberType::U64), None),
        (Physical::Int64, _) => (Holds::Numbers(NumberType::I64), None),
        (Physical::Int96, _) => (Holds::Moments, Some("ns")),
        (Physical::Float, _) => (Holds::Numbers(NumberType::F32), None),
        (Physical::Double, _) => (Holds::Numbers(NumberType::F64), None),
        (Physical::ByteArray, Some(Logical::Text)) => (Holds::Texts, None),
        (Physical::Fixed(1..=32), Some(Logical::Decimal { scale })) => (Holds::Decimals(scale), None),
        (Physical::Fixed(2), Some(Logical::Half)) => (Holds::Numbers(NumberType::F16), None),
        _ => return None,
    };
    Some((holds, unit))
}

fn of_32_bits(logical: Option<Logical>) -> NumberType {
    match logical {
        Some(Logical::Integer { bits: 8, is_signed: false }) => NumberType::U8,
        Some(Logical::Integer { bits: 8, is_signed: true }) => NumberType::I8,
        Some(Logical::Integer { bits: 16, is_signed: false }) => NumberType::U16,
        Some(Logical::Integer { bits: 16, is_signed: true }) => NumberType::I16,
        Some(Logical::Integer { bits: 32, is_signed: false }) => NumberType::U32,
        _ => NumberType::I32,
    }
}

impl Wanted {
    /// A list for its numbers; of texts there is another.
    pub(super) fn empty(&self) -> Values {
        match self.holds {
            Holds::Numbers(kind) => kind.empty(),
            Holds::Truths => Values::U8(Vec::new()),
            Holds::Decimals(_) | Holds::Moments | Holds::Texts => Values::F64(Vec::new()),
        }
    }

    /// The numbers of values that lie one after the other.
    pub(super) fn numbers(&self, packed: &[u8]) -> Values {
        let width = self.physical.width();
        let mut numbers = self.empty();
        match (self.holds, &mut numbers) {
            (Holds::Numbers(kind), numbers) => kind.push_rows(Endian::Little, packed, width, 0, numbers),
            (Holds::Truths, Values::U8(list)) => list.extend_from_slice(packed),
            (Holds::Decimals(places), Values::F64(list)) => {
                let unit = 10f64.powi(places as i32);
                let whole = whole(self.physical);
                list.extend(packed.chunks_exact(width.max(1)).map(|bytes| whole(bytes) / unit));
            }
            (Holds::Moments, Values::F64(list)) => list.extend(packed.chunks_exact(12).map(nanoseconds)),
            _ => {}
        }
        numbers
    }
}

/// How whole numbers are read that decimals are made of.
fn whole(physical: Physical) -> fn(&[u8]) -> f64 {
    match physical {
        Physical::Int32 => |bytes| bytes.first_chunk().map_or(f64::NAN, |bytes| f64::from(i32::from_le_bytes(*bytes))),
        Physical::Int64 => |bytes| bytes.first_chunk().map_or(f64::NAN, |bytes| i64::from_le_bytes(*bytes) as f64),
        // Two's complement, the greatest byte first.
        _ => |bytes| {
            let (sign, others) =
                bytes.split_first().map_or((0.0, bytes), |(sign, others)| ((*sign as i8).into(), others));
            others.iter().fold(sign, |number, byte| number * 256.0 + f64::from(*byte))
        },
    }
}

/// Since 1970, of a moment by nanoseconds of a day and the Julian day.
fn nanoseconds(bytes: &[u8]) -> f64 {
    const DAY_OF_1970: i64 = 2_440_588;
    const NANOSECONDS_PER_DAY: i128 = 86_400_000_000_000;
    let Some((of_day, day)) = bytes.split_first_chunk() else { return f64::NAN };
    let day = day.first_chunk().map_or(0, |day| i64::from(u32::from_le_bytes(*day)));
    (i128::from(day - DAY_OF_1970) * NANOSECONDS_PER_DAY + i128::from(i64::from_le_bytes(*of_day))) as f64
}
