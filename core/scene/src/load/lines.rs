//! The lines of a text file, one at a time, however long it says they are.

use super::Problem;
use super::progress::Progress;
use super::source::FileReader;
use std::io::{BufRead, Read};

/// No line of a sound file is longer.
const MAX_LINE_BYTES: u64 = 1 << 20;
/// So many lines are read, then progress is told.
const BLOCK_LINES: u64 = 4096;

pub(super) struct Lines<'a> {
    reader: FileReader,
    progress: &'a Progress,
    kind: &'static str,
    total: u64,
    done: u64,
    number: u64,
}

impl<'a> Lines<'a> {
    /// `kind`: for sentences, e.g. `OBJ`.
    pub(super) fn new(reader: FileReader, progress: &'a Progress, kind: &'static str) -> Lines<'a> {
        let total = reader.len();
        Lines { reader, progress, kind, total, done: 0, number: 0 }
    }

    /// Reads the next line into `line`, in the place of what is there; false at the end of the file.
    pub(super) fn next(&mut self, line: &mut Vec<u8>) -> Result<bool, Problem> {
        line.clear();
        let read = self.reader.by_ref().take(MAX_LINE_BYTES).read_until(b'\n', line)?;
        if read == 0 {
            return Ok(false);
        }
        self.number += 1;
        self.done += read as u64;
        if read as u64 == MAX_LINE_BYTES {
            return Err(self.wrong("it is longer than 1 MB"));
        }
        if self.number.is_multiple_of(BLOCK_LINES) {
            self.progress.advance(self.done, self.total)?;
        }
        Ok(true)
    }

    /// The line that was read last is at fault.
    pub(super) fn wrong(&self, what: &str) -> Problem {
        Problem::Malformed { kind: self.kind, detail: format!("line {}: {what}", crate::text::count(self.number)) }
    }

    /// What may be taken.
    pub(super) fn progress(&self) -> &'a Progress {
        self.progress
    }

    /// The reader, somewhere behind the last line.
    pub(super) fn into_reader(self) -> FileReader {
        self.reader
    }

    /// The number of the line that was read last, from 1.
    pub(super) fn number(&self) -> u64 {
        self.number
    }
}

/// The words of a line.
pub(super) fn words(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty())
}

/// A line without what ends it.
pub(super) fn without_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// A word as a number; `None` when it is none.
pub(super) fn number(word: &[u8]) -> Option<f64> {
    std::str::from_utf8(word).ok()?.parse().ok()
}

/// The first three words as a place.
pub(super) fn place<'w>(words: &mut impl Iterator<Item = &'w [u8]>) -> Option<glam::DVec3> {
    let mut next = || number(words.next()?);
    Some(glam::DVec3::new(next()?, next()?, next()?))
}
