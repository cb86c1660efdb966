//! The words and numbers of a legacy VTK file: words are text in both forms, numbers text or big-endian bytes.

use crate::Values;
use crate::load::numbers::{Endian, NumberType};
use crate::load::source::FileReader;
use crate::load::{Problem, Progress};
use glam::DVec3;
use std::io::{BufRead, Read};

/// Words of a sound file are shorter.
const MOST_WORD_BYTES: usize = 200;
const BLOCK_NUMBERS: u64 = 1 << 16;

pub(super) struct Input<'a> {
    reader: FileReader,
    progress: &'a Progress,
    is_binary: bool,
    /// A word that was looked at and not taken.
    next: Option<String>,
    /// Whether the last word ended its line.
    ends_line: bool,
}

impl<'a> Input<'a> {
    /// Reads the head: the version, a title, the form.
    pub(super) fn new(mut reader: FileReader, progress: &'a Progress) -> Result<Input<'a>, Problem> {
        let mut line = Vec::new();
        for _ in 0..2 {
            line.clear();
            reader.by_ref().take(512).read_until(b'\n', &mut line)?;
        }
        let mut input = Input { reader, progress, is_binary: false, next: None, ends_line: false };
        let form = input.word()?.to_ascii_uppercase();
        input.is_binary = match form.as_str() {
            "ASCII" => false,
            "BINARY" => true,
            _ => return Err(input.wrong("ASCII or BINARY was expected in the third line")),
        };
        Ok(input)
    }

    /// At fault is what stands about here.
    pub(super) fn wrong(&mut self, what: &str) -> Problem {
        let at = self.reader.len().saturating_sub(self.reader.left());
        Problem::Malformed { kind: "VTK", detail: format!("byte {at}: {what}") }
    }

    fn look(&mut self) -> Result<Option<String>, Problem> {
        let mut word = Vec::new();
        self.ends_line = false;
        loop {
            let bytes = self.reader.fill_buf()?;
            let Some(&byte) = bytes.first() else { break };
            self.reader.consume(1);
            if byte.is_ascii_whitespace() {
                if !word.is_empty() {
                    self.ends_line = byte == b'\n';
                    break;
                }
            } else if word.len() >= MOST_WORD_BYTES {
                return Err(self.wrong("a word is longer than any"));
            } else {
                word.push(byte);
            }
        }
        Ok((!word.is_empty()).then(|| String::from_utf8_lossy(&word).into_owned()))
    }

    /// The next word in capitals; `None` at the end of the file.
    pub(super) fn keyword(&mut self) -> Result<Option<String>, Problem> {
        let word = match self.next.take() {
            Some(word) => Some(word),
            None => self.look()?,
        };
        Ok(word.map(|word| word.to_ascii_uppercase()))
    }

    /// The next word as it is.
    pub(super) fn word(&mut self) -> Result<String, Problem> {
        let word = match self.next.take() {
            Some(word) => Some(word),
            None => self.look()?,
        };
        word.ok_or_else(|| Problem::Truncated { detail: "it ends where a word was expected".into() })
    }

    /// Takes the next word if it is this one.
    pub(super) fn is_next(&mut self, expected: &str) -> Result<bool, Problem> {
        if let Some(word) = self.next.take() {
            let is_it = word.eq_ignore_ascii_case(expected);
            self.next = (!is_it).then_some(word);
            return Ok(is_it);
        }
        // Bytes of numbers may follow: they are not looked at.
        let mut ahead = self.reader.fill_buf()?;
        while let [byte, rest @ ..] = ahead
            && byte.is_ascii_whitespace()
        {
            ahead = rest;
        }
        let is_it = ahead.get(..expected.len()).is_some_and(|word| word.eq_ignore_ascii_case(expected.as_bytes()));
        if is_it {
            self.look()?;
        }
        Ok(is_it)
    }

    /// A number on the line that the last word stands on, if there is one more.
    pub(super) fn number_on_line(&mut self) -> Result<Option<u64>, Problem> {
        if self.ends_line {
            return Ok(None);
        }
        let word = self.word()?;
        match word.parse() {
            Ok(number) => Ok(Some(number)),
            Err(_) => {
                self.next = Some(word);
                Ok(None)
            }
        }
    }

    /// A number of things.
    pub(super) fn count(&mut self) -> Result<u64, Problem> {
        let word = self.word()?;
        let number: Result<u64, _> = word.parse();
        number
            .ok()
            .filter(|count| *count < 1 << 40)
            .ok_or_else(|| self.wrong(&format!("“{word}” is no number of things")))
    }

    /// Three real numbers, which are text in both forms.
    pub(super) fn place(&mut self) -> Result<DVec3, Problem> {
        let mut part = || -> Result<f64, Problem> {
            let word = self.word()?;
            let number = word.parse::<f64>().ok().filter(|number| number.is_finite());
            number.ok_or_else(|| self.wrong(&format!("“{word}” is no number")))
        };
        Ok(DVec3::new(part()?, part()?, part()?))
    }

    /// Their type, then so many numbers.
    pub(super) fn values(&mut self, count: Option<u64>) -> Result<Values, Problem> {
        let kind = self.word()?;
        self.numbers(&kind, count)
    }

    /// So many numbers of a type that was read.
    pub(super) fn numbers(&mut self, kind: &str, count: Option<u64>) -> Result<Values, Problem> {
        let kind = match kind.to_ascii_lowercase().as_str() {
            "unsigned_char" => NumberType::U8,
            "char" | "signed_char" => NumberType::I8,
            "unsigned_short" => NumberType::U16,
            "short" => NumberType::I16,
            "unsigned_int" => NumberType::U32,
            "int" => NumberType::I32,
            "unsigned_long" | "vtktypeuint64" => NumberType::U64,
            "long" | "vtktypeint64" | "vtkidtype" => NumberType::I64,
            "float" => NumberType::F32,
            "double" => NumberType::F64,
            other => return Err(self.wrong(&format!("numbers of type “{other}” are not read"))),
        };
        let count = count.filter(|count| *count < 1 << 40).ok_or_else(|| self.wrong("a list is longer than any"))?;
        self.progress.allow(count.saturating_mul(kind.bytes() + 24))?;
        let (total, left) = (self.reader.len(), self.reader.left());
        self.progress.advance(total.saturating_sub(left), total)?;
        if self.is_binary {
            if !self.ends_line {
                // The rest of the line, e.g. blanks behind the type.
                self.reader.by_ref().take(512).read_until(b'\n', &mut Vec::new())?;
            }
            let values = kind.read(&mut self.reader, Endian::Big, count, self.progress)?;
            self.ends_line = false;
            return Ok(values);
        }
        let mut values = kind.empty();
        for number in 0..count {
            let Some(word) = self.look()? else {
                let (count, number) = (crate::text::count(count), crate::text::count(number));
                return Err(Problem::Truncated { detail: format!("a list promises {count} numbers and has {number}") });
            };
            let parsed = word.parse::<f64>().map_err(|_| self.wrong(&format!("“{word}” is no number")))?;
            values.push_f64(parsed);
            if number.is_multiple_of(BLOCK_NUMBERS) {
                let left = self.reader.left();
                self.progress.advance(total.saturating_sub(left), total)?;
            }
        }
        Ok(values)
    }

    /// So many parts of colours, from 0 to 255: bytes, or as text from 0 to 1.
    pub(super) fn colors(&mut self, count: Option<u64>) -> Result<Values, Problem> {
        if self.is_binary {
            return self.numbers("unsigned_char", count);
        }
        let parts = self.numbers("float", count)?;
        let mut bytes = Vec::with_capacity(parts.len());
        parts.each(0..parts.len(), |part| bytes.push((part * 255.0).round() as u8));
        Ok(Values::U8(bytes))
    }

    /// Leaves out everything up to an empty line, as metadata end.
    pub(super) fn skip_to_blank_line(&mut self) -> Result<(), Problem> {
        let mut line = Vec::new();
        let mut is_first = !self.ends_line;
        loop {
            line.clear();
            let read = self.reader.by_ref().take(1 << 16).read_until(b'\n', &mut line)?;
            if read == 0 || (line.trim_ascii().is_empty() && !is_first) {
                return Ok(());
            }
            is_first = false;
        }
    }
}
