//! One list of numbers (or texts) of a VTK file in XML: what its tag says, and its numbers out of any of the encodings.

use super::packed::{Base64, Packing};
use super::said::Array;
use crate::load::kinds::Kinds;
use crate::load::numbers::NumberType;
use crate::load::xml::attribute;
use crate::load::{Problem, Progress};
use crate::{Attribute, Values};
use std::io::{BufRead, ErrorKind, Read};

/// Words of a sound file are shorter.
const MOST_WORD_BYTES: usize = 100;
const BLOCK_NUMBERS: usize = 1 << 16;
/// Memory for what is made of a number of polydata, beside the number.
const BYTES_BESIDE: u64 = 24;

/// What a tag says of a list.
#[derive(Debug, Clone)]
pub(super) struct Described {
    pub(super) name: String,
    kind: NumberType,
    /// Whether its bytes are texts, each with a zero at its end.
    is_text: bool,
    pub(super) parts: u64,
    pub(super) stands: Stands,
}

/// Where numbers stand, and how they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stands {
    /// In the element, as words.
    AsWords,
    /// In the element, as base64.
    AsBytes,
    /// Behind all elements, so many bytes or letters from the start of what stands there.
    Appended(u64),
}

/// The ways in which bytes are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    Words,
    Base64,
    Raw,
}

/// What of the memory is taken by a file's lists together.
pub(super) struct Budget<'a> {
    pub(super) progress: &'a Progress,
    pub(super) taken: u64,
    /// For each number.
    pub(super) beside: u64,
}

impl<'a> Budget<'a> {
    pub(super) fn new(progress: &'a Progress) -> Budget<'a> {
        Budget { progress, taken: 0, beside: BYTES_BESIDE }
    }

    pub(super) fn take(&mut self, bytes: u64) -> Result<(), Problem> {
        self.taken = self.taken.saturating_add(bytes);
        self.progress.allow(self.taken)
    }
}

impl Described {
    /// `None` when it is of a type that nothing is drawn of.
    pub(super) fn of(attributes: &[(String, String)]) -> Result<Option<Described>, Problem> {
        let said = |name: &str| attribute(attributes, name).unwrap_or_default().trim();
        let (kind, is_text) = match said("type") {
            "Int8" => (NumberType::I8, false),
            "UInt8" => (NumberType::U8, false),
            "Int16" => (NumberType::I16, false),
            "UInt16" => (NumberType::U16, false),
            "Int32" => (NumberType::I32, false),
            "UInt32" => (NumberType::U32, false),
            "Int64" => (NumberType::I64, false),
            "UInt64" => (NumberType::U64, false),
            "Float32" => (NumberType::F32, false),
            "Float64" => (NumberType::F64, false),
            "String" => (NumberType::U8, true),
            _ => return Ok(None),
        };
        let name = said("Name").to_owned();
        let parts = match said("NumberOfComponents") {
            "" => 1,
            number => number.parse().ok().filter(|parts| (1..=1 << 16).contains(parts)).ok_or_else(|| {
                wrong(&name, &format!("it has “{number}” numbers each, and a number of numbers was expected"))
            })?,
        };
        let stands = match said("format") {
            "ascii" | "" => Stands::AsWords,
            "binary" => Stands::AsBytes,
            "appended" => {
                let offset = said("offset").parse();
                Stands::Appended(offset.map_err(|_| wrong(&name, "it does not say at which offset it stands"))?)
            }
            other => {
                let what = format!("its format is “{other}”, and ascii, binary or appended was expected");
                return Err(wrong(&name, &what));
            }
        };
        Ok(Some(Described { name, kind, is_text, parts, stands }))
    }

    /// Its numbers: so many, or all that are there. `room`: so many bytes of the file are left.
    pub(super) fn read(
        &self,
        from: impl BufRead,
        written: Written,
        packing: Packing,
        count: Option<u64>,
        room: u64,
        budget: &mut Budget<'_>,
    ) -> Result<Array, Problem> {
        let read = if self.is_text {
            self.texts(from, written, packing, count, room, budget)
        } else {
            self.numbers(from, written, packing, count, room, budget).map(|values| {
                let is_whole = !matches!(self.kind, NumberType::F32 | NumberType::F64);
                Array { is_whole, ..Array::new(self.name.clone(), values, self.parts) }
            })
        };
        read.map_err(|problem| match problem {
            Problem::Io(error) if matches!(error.kind(), ErrorKind::InvalidData | ErrorKind::InvalidInput) => {
                wrong(&self.name, &error.to_string())
            }
            Problem::Truncated { detail } => {
                Problem::Truncated { detail: format!("its list “{}”: {detail}", shown(&self.name)) }
            }
            problem => problem,
        })
    }

    fn numbers(
        &self,
        from: impl BufRead,
        written: Written,
        packing: Packing,
        count: Option<u64>,
        room: u64,
        budget: &mut Budget<'_>,
    ) -> Result<Values, Problem> {
        let each = self.kind.bytes() + budget.beside;
        if let Some(count) = count {
            budget.take(count.saturating_mul(each))?;
            if count == 0 {
                return Ok(self.kind.empty());
            }
        }
        match written {
            Written::Words => self.words(from, count, budget),
            Written::Base64 => self.bytes(Base64::new(from), packing, count, room / 4 * 3 + 3, budget),
            Written::Raw => self.bytes(from, packing, count, room, budget),
        }
    }

    fn bytes(
        &self,
        from: impl Read,
        packing: Packing,
        count: Option<u64>,
        room: u64,
        budget: &mut Budget<'_>,
    ) -> Result<Values, Problem> {
        let (mut plain, bytes) = packing.open(from, room, budget.progress)?;
        let there = bytes / self.kind.bytes();
        let count = match count {
            Some(count) if count > there => {
                let detail = format!("{count} numbers were expected and {there} are there");
                return Err(Problem::Truncated { detail });
            }
            Some(count) => count,
            None => {
                budget.take(there.saturating_mul(self.kind.bytes() + budget.beside))?;
                there
            }
        };
        self.kind.read(&mut plain, packing.endian, count, budget.progress)
    }

    fn words(&self, mut from: impl BufRead, count: Option<u64>, budget: &mut Budget<'_>) -> Result<Values, Problem> {
        let most = count.unwrap_or(u64::MAX);
        let (mut values, mut word, mut paid) = (self.kind.empty(), Vec::new(), 0);
        let mut ends = false;
        while !ends && (values.len() as u64) < most {
            let there = from.fill_buf()?;
            ends = there.is_empty();
            let mut used = 0;
            // The end is one more blank.
            for byte in if ends { &b" "[..] } else { there } {
                used += usize::from(!ends);
                if !byte.is_ascii_whitespace() {
                    word.push(*byte);
                    if word.len() > MOST_WORD_BYTES {
                        return Err(wrong(&self.name, "a word is longer than any number"));
                    }
                } else if !word.is_empty() {
                    let number = std::str::from_utf8(&word).ok().and_then(|word| word.parse().ok());
                    let shown = || format!("“{}” is no number", String::from_utf8_lossy(&word));
                    values.push_f64(number.ok_or_else(|| wrong(&self.name, &shown()))?);
                    word.clear();
                    if values.len() as u64 == most {
                        break;
                    }
                }
            }
            from.consume(used);
            if count.is_none() && values.len() - paid >= BLOCK_NUMBERS {
                budget.take((values.len() - paid) as u64 * (self.kind.bytes() + budget.beside))?;
                paid = values.len();
            }
        }
        match count {
            Some(count) if (values.len() as u64) < count => {
                let detail = format!("{count} numbers were expected and {} are there", values.len());
                Err(Problem::Truncated { detail })
            }
            _ => Ok(values),
        }
    }

    /// Texts, of which a few kinds are told apart.
    fn texts(
        &self,
        from: impl BufRead,
        written: Written,
        packing: Packing,
        count: Option<u64>,
        room: u64,
        budget: &mut Budget<'_>,
    ) -> Result<Array, Problem> {
        let mut array = Array::new(self.name.clone(), Values::U8(Vec::new()), 1);
        if count == Some(0) {
            return Ok(array);
        }
        let bytes = match self.numbers(from, written, packing, None, room, budget)? {
            Values::U8(bytes) => bytes,
            _ => Vec::new(),
        };
        let mut kinds = Kinds::default();
        let texts = bytes.split(|byte| *byte == 0);
        let most = count.and_then(|count| usize::try_from(count).ok()).unwrap_or(usize::MAX);
        // Behind the last zero is no text.
        let ends = bytes.iter().filter(|byte| **byte == 0).count();
        texts.take(most.min(ends)).for_each(|text| kinds.take(text));
        // Of too many kinds nothing is said: the list is empty, and is told to be left out.
        if let Some(Attribute { values, categories, .. }) = kinds.into_attribute("") {
            (array.values, array.categories) = (values, categories);
        }
        Ok(array)
    }
}

fn shown(name: &str) -> String {
    name.chars().take(40).collect()
}

fn wrong(name: &str, what: &str) -> Problem {
    Problem::Malformed { kind: "VTK", detail: format!("its list “{}”: {what}", shown(name)) }
}
