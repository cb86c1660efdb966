//! The bytes of a part of a file, with progress told as they are read.

use super::Progress;
use std::io::{BufRead, Error, Read, Result};

/// Progress is told after so many bytes.
const TELL_BYTES: u64 = 1 << 18;

/// Ends where its reader does, or before a byte that it is to stop at. A cancelled reading ends with an error.
pub(super) struct Watched<'a, R> {
    inner: R,
    progress: &'a Progress,
    stop: Option<u8>,
    /// So many bytes are there before that byte, as far as the reader was looked through.
    clear: usize,
    done: u64,
    total: u64,
    told: u64,
}

impl<'a, R: BufRead> Watched<'a, R> {
    /// From byte `at` of `total` on.
    pub(super) fn new(inner: R, progress: &'a Progress, stop: Option<u8>, at: u64, total: u64) -> Watched<'a, R> {
        Watched { inner, progress, stop, clear: 0, done: at, total, told: at }
    }

    /// How many bytes the file has left.
    pub(super) fn left(&self) -> u64 {
        self.total.saturating_sub(self.done)
    }

    /// Leaves out what is left.
    pub(super) fn skip(&mut self) -> Result<()> {
        loop {
            let there = self.fill_buf()?.len();
            if there == 0 {
                return Ok(());
            }
            self.consume(there);
        }
    }
}

impl<R: BufRead> BufRead for Watched<'_, R> {
    fn fill_buf(&mut self) -> Result<&[u8]> {
        if self.done - self.told >= TELL_BYTES {
            self.told = self.done;
            self.progress.advance(self.done, self.total).map_err(|_| Error::other("cancelled"))?;
        }
        let there = self.inner.fill_buf()?;
        if self.clear == 0 {
            let stops = |byte: &u8| Some(*byte) == self.stop;
            self.clear = there.iter().position(stops).unwrap_or(there.len());
        }
        Ok(&there[..self.clear.min(there.len())])
    }

    fn consume(&mut self, amount: usize) {
        self.inner.consume(amount);
        self.clear = self.clear.saturating_sub(amount);
        self.done += amount as u64;
    }
}

impl<R: BufRead> Read for Watched<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        let read = self.fill_buf()?.read(into)?;
        self.consume(read);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::BufReader;

    #[test]
    fn it_ends_before_the_byte_that_stops_it_however_little_is_there_at_a_time() {
        for at_a_time in [1, 3, 100] {
            let bytes = b"some text<tag>";
            let mut reader = BufReader::with_capacity(at_a_time, bytes.as_slice());
            let progress = Progress::new();
            let mut text = String::new();
            Watched::new(&mut reader, &progress, Some(b'<'), 0, 14).read_to_string(&mut text).unwrap();
            let mut rest = String::new();
            reader.read_to_string(&mut rest).unwrap();
            assert_eq!((text.as_str(), rest.as_str()), ("some text", "<tag>"));
        }
    }
}
