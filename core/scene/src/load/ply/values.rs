//! The numbers after a PLY header, row by row.

use super::header::{Element, Format, PropertyKind, Scalar};
use super::{BLOCK_ROWS, malformed};
use crate::load::Problem;
use crate::load::progress::Progress;
use crate::load::source::FileReader;
use crate::text;
use std::io::{BufRead, Read};

/// No number is written longer than this.
const MAX_WORD_BYTES: usize = 400;

/// The numbers after the header, each as 64 bits.
pub(super) struct Values {
    reader: FileReader,
    format: Format,
    word: Vec<u8>,
}

impl Values {
    pub(super) fn new(reader: FileReader, format: Format) -> Values {
        Values { reader, format, word: Vec::new() }
    }

    /// Whether as many rows as promised can be in the bytes that are left.
    pub(super) fn check_promise(&mut self, element: &Element) -> Result<(), Problem> {
        let row_bytes: u64 = match self.format {
            // A digit and a space.
            Format::Ascii => 2 * element.properties.len() as u64,
            _ => element.properties.iter().map(|property| property.least_bytes()).sum(),
        };
        // The last row may do without its space.
        let left = self.reader.left() + 1;
        if element.count.saturating_mul(row_bytes) > left {
            return Err(promised(element, &format!("at most {} can be there", text::count(left / row_bytes.max(1)))));
        }
        Ok(())
    }

    /// Reads all rows of an element: its scalars (by property, lists as 0), and each list with its property.
    pub(super) fn rows(
        &mut self,
        element: &Element,
        progress: &Progress,
        mut scalars: impl FnMut(u64, &[f64]) -> Result<(), Problem>,
        mut list: impl FnMut(u64, usize, &[f64]) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        // Rows of nothing take no bytes, so any count of them could be promised.
        if element.properties.is_empty() {
            return Ok(());
        }
        let mut row = vec![0.0; element.properties.len()];
        let mut items = Vec::new();
        for index in 0..element.count {
            if index.is_multiple_of(BLOCK_ROWS) {
                let length = self.reader.len();
                progress.advance(length - self.reader.left(), length)?;
            }
            for (at, property) in element.properties.iter().enumerate() {
                let read = match property.kind {
                    PropertyKind::Scalar(scalar) => self.value(scalar).map(|value| row[at] = value),
                    PropertyKind::List { count, item } => self.list(count, item, &mut items),
                };
                read.map_err(|problem| match problem {
                    Problem::Truncated { .. } => promised(element, &format!("it ends after {}", text::count(index))),
                    other => other,
                })?;
                if property.is_list() {
                    list(index, at, &items)?;
                }
            }
            scalars(index, &row)?;
        }
        Ok(())
    }

    fn list(&mut self, count: Scalar, item: Scalar, items: &mut Vec<f64>) -> Result<(), Problem> {
        let count = self.value(count)?;
        if !(count >= 0.0 && count.fract() == 0.0) {
            return Err(malformed(format!("it has a list of {count} numbers")));
        }
        let least_bytes = if self.format == Format::Ascii { 2.0 } else { item.bytes() as f64 };
        if count * least_bytes > self.reader.left() as f64 + 1.0 {
            return Err(Problem::Truncated { detail: String::new() });
        }
        items.clear();
        if self.format != Format::Ascii {
            // Most lists are the three corners of a triangle, and lie in the buffer as a whole.
            let (size, is_big) = (item.bytes(), self.format == Format::BigEndian);
            let bytes = count as usize * size;
            if let Some(list) = self.reader.fill_buf()?.get(..bytes) {
                items.extend(list.chunks_exact(size).map(|number| decoded(number, item, is_big)));
                self.reader.consume(bytes);
                return Ok(());
            }
        }
        for _ in 0..count as u64 {
            items.push(self.value(item)?);
        }
        Ok(())
    }

    fn value(&mut self, scalar: Scalar) -> Result<f64, Problem> {
        match self.format {
            Format::Ascii => self.word(),
            Format::LittleEndian => self.binary(scalar, false),
            Format::BigEndian => self.binary(scalar, true),
        }
    }

    fn binary(&mut self, scalar: Scalar, is_big: bool) -> Result<f64, Problem> {
        let size = scalar.bytes();
        if let Some(number) = self.reader.fill_buf()?.get(..size) {
            let value = decoded(number, scalar, is_big);
            self.reader.consume(size);
            return Ok(value);
        }
        let mut bytes = [0; 8];
        self.reader.read_exact(&mut bytes[..size])?;
        Ok(decoded(&bytes[..size], scalar, is_big))
    }

    /// The next number of an ASCII file: whatever stands between white space.
    fn word(&mut self) -> Result<f64, Problem> {
        self.word.clear();
        loop {
            let buffer = self.reader.fill_buf()?;
            if buffer.is_empty() {
                break;
            }
            let blank = |byte: &u8| byte.is_ascii_whitespace();
            let start = if self.word.is_empty() { buffer.iter().take_while(|byte| blank(byte)).count() } else { 0 };
            let length = buffer[start..].iter().take_while(|byte| !blank(byte)).count();
            let whole = start + length < buffer.len();
            self.word.extend_from_slice(&buffer[start..start + length.min(MAX_WORD_BYTES)]);
            self.reader.consume(start + length);
            if self.word.len() > MAX_WORD_BYTES || whole {
                break;
            }
        }
        if self.word.is_empty() {
            return Err(Problem::Truncated { detail: String::new() });
        }
        let word = std::str::from_utf8(&self.word).ok().and_then(|word| word.parse().ok());
        word.ok_or_else(|| {
            let text: String = String::from_utf8_lossy(&self.word).chars().take(40).collect();
            malformed(format!("it has “{}” where a number was expected", text.escape_debug()))
        })
    }
}

/// A number of as many bytes as its type has.
#[inline]
fn decoded(number: &[u8], scalar: Scalar, is_big: bool) -> f64 {
    match (scalar, is_big) {
        (Scalar::I8, _) => f64::from(i8::from_le_bytes(exactly(number))),
        (Scalar::U8, _) => f64::from(u8::from_le_bytes(exactly(number))),
        (Scalar::I16, false) => f64::from(i16::from_le_bytes(exactly(number))),
        (Scalar::I16, true) => f64::from(i16::from_be_bytes(exactly(number))),
        (Scalar::U16, false) => f64::from(u16::from_le_bytes(exactly(number))),
        (Scalar::U16, true) => f64::from(u16::from_be_bytes(exactly(number))),
        (Scalar::I32, false) => f64::from(i32::from_le_bytes(exactly(number))),
        (Scalar::I32, true) => f64::from(i32::from_be_bytes(exactly(number))),
        (Scalar::U32, false) => f64::from(u32::from_le_bytes(exactly(number))),
        (Scalar::U32, true) => f64::from(u32::from_be_bytes(exactly(number))),
        (Scalar::F32, false) => f64::from(f32::from_le_bytes(exactly(number))),
        (Scalar::F32, true) => f64::from(f32::from_be_bytes(exactly(number))),
        (Scalar::F64, false) => f64::from_le_bytes(exactly(number)),
        (Scalar::F64, true) => f64::from_be_bytes(exactly(number)),
    }
}

/// Zeros where there are not so many, which callers see to.
#[inline]
fn exactly<const N: usize>(number: &[u8]) -> [u8; N] {
    number.try_into().unwrap_or([0; N])
}

fn promised(element: &Element, there: &str) -> Problem {
    let name: String = element.name.chars().take(40).collect();
    let detail = format!("its header promises {} of “{}” and {there}", text::count(element.count), name.escape_debug());
    Problem::Truncated { detail }
}
