//! Thrift's compact protocol (Apache Thrift, "Thrift compact protocol encoding":
//! <https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md>), as far as Parquet's descriptions use it.
//!
//! Own code, because nothing is taken on a count's word: lists grow as their elements come, and every element takes a byte.

use super::malformed;
use crate::load::Problem;
use std::io::{ErrorKind, Read};

const TRUE: u8 = 1;
const FALSE: u8 = 2;
const I8: u8 = 3;
const I16: u8 = 4;
const I32: u8 = 5;
const I64: u8 = 6;
const DOUBLE: u8 = 7;
const BINARY: u8 = 8;
const LIST: u8 = 9;
const SET: u8 = 10;
const MAP: u8 = 11;
const STRUCT: u8 = 12;
const UUID: u8 = 13;

/// Structures within what is passed over, at most so deep.
const DEEPEST: usize = 32;

/// Values, one after the other.
pub(super) struct Compact<'r> {
    from: &'r mut dyn Read,
    at: u64,
}

/// A value that is to be read or passed over.
#[derive(Clone, Copy)]
pub(super) struct Field {
    /// Its number in its structure; 0 within a list.
    pub(super) id: i16,
    kind: u8,
}

impl<'r> Compact<'r> {
    /// `from` is at this byte of the file.
    pub(super) fn new(from: &'r mut dyn Read, at: u64) -> Compact<'r> {
        Compact { from, at }
    }

    /// Gives the fields of a structure that begins here to `take`, which reads each or passes over it.
    pub(super) fn fields(
        &mut self,
        mut take: impl FnMut(&mut Self, Field) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        let mut id = 0i16;
        while let Some(field) = self.field(id)? {
            id = field.id;
            take(self, field)?;
        }
        Ok(())
    }

    /// The same of a structure that is a field's value.
    pub(super) fn structure(
        &mut self,
        field: Field,
        take: impl FnMut(&mut Self, Field) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        self.expect(field, &[STRUCT], "a structure")?;
        self.fields(take)
    }

    /// Gives the elements of a list to `take`, as if each were a field.
    pub(super) fn list(
        &mut self,
        field: Field,
        mut take: impl FnMut(&mut Self, Field) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        self.expect(field, &[LIST, SET], "a list")?;
        let (kind, count) = self.list_head()?;
        (0..count).try_for_each(|_| take(self, Field { id: 0, kind }))
    }

    /// A whole number.
    pub(super) fn whole(&mut self, field: Field) -> Result<i64, Problem> {
        self.expect(field, &[I8, I16, I32, I64], "a whole number")?;
        if field.kind == I8 { Ok(i64::from(self.byte()? as i8)) } else { self.signed() }
    }

    /// A whole number that fits into a type.
    pub(super) fn number<T: TryFrom<i64>>(&mut self, field: Field) -> Result<T, Problem> {
        let (number, at) = (self.whole(field)?, self.at);
        T::try_from(number)
            .map_err(|_| malformed(format!("{number}, before byte {at}, is no number that can be there")))
    }

    /// A truth value, which within a structure is told by its type alone.
    pub(super) fn truth(&mut self, field: Field) -> Result<bool, Problem> {
        self.expect(field, &[TRUE, FALSE], "a truth value")?;
        Ok(field.kind == TRUE)
    }

    /// A text, in UTF-8 or what is near it.
    pub(super) fn text(&mut self, field: Field) -> Result<String, Problem> {
        self.expect(field, &[BINARY], "a text")?;
        let length = self.unsigned()?;
        let mut bytes = Vec::new();
        (&mut *self.from).take(length).read_to_end(&mut bytes)?;
        self.at += bytes.len() as u64;
        if bytes.len() as u64 != length {
            return Err(self.cut_short());
        }
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Passes over a value.
    pub(super) fn skip(&mut self, field: Field) -> Result<(), Problem> {
        self.skip_at(field, 0)
    }

    /// The byte of the file that comes next.
    pub(super) fn at(&self) -> u64 {
        self.at
    }

    fn skip_at(&mut self, field: Field, depth: usize) -> Result<(), Problem> {
        if depth > DEEPEST {
            return Err(malformed(format!("structures are within structures, {DEEPEST} deep, at byte {}", self.at)));
        }
        match field.kind {
            TRUE | FALSE => {}
            I8 => drop(self.byte()?),
            I16 | I32 | I64 => drop(self.unsigned()?),
            DOUBLE => self.skip_bytes(8)?,
            UUID => self.skip_bytes(16)?,
            BINARY => {
                let length = self.unsigned()?;
                self.skip_bytes(length)?;
            }
            LIST | SET => {
                let (kind, count) = self.list_head()?;
                (0..count).try_for_each(|_| self.skip_element(kind, depth))?;
            }
            MAP => {
                let count = self.unsigned()?;
                let kinds = if count > 0 { self.byte()? } else { 0 };
                (0..count).try_for_each(|_| {
                    self.skip_element(kinds >> 4, depth)?;
                    self.skip_element(kinds & 0x0f, depth)
                })?;
            }
            STRUCT => {
                let mut id = 0;
                while let Some(inner) = self.field(id)? {
                    id = inner.id;
                    self.skip_at(inner, depth + 1)?;
                }
            }
            kind => return Err(malformed(format!("a value before byte {} is of an unknown type, {kind}", self.at))),
        }
        Ok(())
    }

    /// Truth values are told by a byte where there is no field that tells them.
    fn skip_element(&mut self, kind: u8, depth: usize) -> Result<(), Problem> {
        match kind {
            TRUE | FALSE => self.byte().map(drop),
            kind => self.skip_at(Field { id: 0, kind }, depth + 1),
        }
    }

    fn skip_bytes(&mut self, length: u64) -> Result<(), Problem> {
        let skipped = std::io::copy(&mut (&mut *self.from).take(length), &mut std::io::sink())?;
        self.at += skipped;
        if skipped == length { Ok(()) } else { Err(self.cut_short()) }
    }

    /// The next field of a structure whose last was `id`; `None` at its end.
    fn field(&mut self, id: i16) -> Result<Option<Field>, Problem> {
        let head = self.byte()?;
        let kind = head & 0x0f;
        if kind == 0 {
            return Ok(None);
        }
        let id = match head >> 4 {
            0 => self.signed()? as i16,
            more => id.wrapping_add(i16::from(more)),
        };
        Ok(Some(Field { id, kind }))
    }

    fn list_head(&mut self) -> Result<(u8, u64), Problem> {
        let head = self.byte()?;
        let count = match head >> 4 {
            15 => self.unsigned()?,
            count => u64::from(count),
        };
        Ok((head & 0x0f, count))
    }

    fn expect(&self, field: Field, kinds: &[u8], what: &str) -> Result<(), Problem> {
        if kinds.contains(&field.kind) {
            return Ok(());
        }
        let Field { id, kind } = field;
        Err(malformed(format!("field {id}, before byte {}, is of type {kind}, and {what} was expected", self.at)))
    }

    fn signed(&mut self) -> Result<i64, Problem> {
        let bits = self.unsigned()?;
        Ok((bits >> 1) as i64 ^ -((bits & 1) as i64))
    }

    fn unsigned(&mut self) -> Result<u64, Problem> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(malformed(format!("a number before byte {} has more than 64 bits", self.at)))
    }

    fn byte(&mut self) -> Result<u8, Problem> {
        let mut byte = [0];
        self.from.read_exact(&mut byte).map_err(|error| match error.kind() {
            ErrorKind::UnexpectedEof => self.cut_short(),
            _ => error.into(),
        })?;
        self.at += 1;
        Ok(byte[0])
    }

    fn cut_short(&self) -> Problem {
        malformed(format!("a description ends at byte {}, and more was expected", self.at))
    }
}
