//! The bytes of a list of numbers in VTK's XML files ("VTK XML file formats", docs.vtk.org): base64 or as they are, behind a
//! header that says how many they are, or how they were compressed in blocks.

use crate::load::numbers::Endian;
use crate::load::{Problem, Progress};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::bufread::ZlibDecoder;
use std::io::{self, BufRead, Cursor, Read, Take};

/// Letters that are decoded at a time; a multiple of four.
const BLOCK_LETTERS: usize = 1 << 14;
/// Deflate makes bytes at most so many times as many (zlib.net/zlib_tech.html), and a few.
const MOST_EXPANSION: u64 = 1032;

/// What stands in base64 (RFC 4648), also where several texts of it stand one after the other, each with its end: the header
/// is one of its own.
pub(super) struct Base64<R> {
    from: R,
    letters: Vec<u8>,
    plain: Vec<u8>,
    at: usize,
}

impl<R: BufRead> Base64<R> {
    pub(super) fn new(from: R) -> Base64<R> {
        Base64 { from, letters: Vec::new(), plain: Vec::new(), at: 0 }
    }

    fn refill(&mut self) -> io::Result<()> {
        self.letters.clear();
        let mut is_full = false;
        while !is_full {
            let there = self.from.fill_buf()?;
            if there.is_empty() {
                break;
            }
            let mut used = 0;
            for letter in there {
                used += 1;
                if !letter.is_ascii_whitespace() {
                    self.letters.push(*letter);
                    let is_end = *letter == b'=' && self.letters.len().is_multiple_of(4);
                    if is_end || self.letters.len() == BLOCK_LETTERS {
                        is_full = true;
                        break;
                    }
                }
            }
            self.from.consume(used);
        }
        self.at = 0;
        self.plain.clear();
        let whole = self.letters.len() / 4 * 4;
        let decoded = STANDARD.decode_vec(&self.letters[..whole], &mut self.plain);
        decoded.map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is no base64"))
    }
}

impl<R: BufRead> Read for Base64<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.at == self.plain.len() {
            self.refill()?;
        }
        let read = (&self.plain[self.at..]).read(into)?;
        self.at += read;
        Ok(read)
    }
}

/// How a file's lists of numbers are written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Packing {
    pub(super) endian: Endian,
    /// Whether the numbers of headers have 64 bits, not 32.
    pub(super) is_wide: bool,
    pub(super) is_compressed: bool,
}

impl Packing {
    fn word(self, from: &mut impl Read) -> io::Result<u64> {
        if self.is_wide {
            let mut bytes = [0; 8];
            from.read_exact(&mut bytes)?;
            return Ok(self.endian.u64(bytes));
        }
        let mut bytes = [0; 4];
        from.read_exact(&mut bytes)?;
        Ok(self.endian.u32(bytes).into())
    }

    /// The bytes behind the header that comes next, and how many; `room`: no more packed ones can be there.
    pub(super) fn open<R: Read>(self, mut from: R, room: u64, progress: &Progress) -> Result<(Plain<R>, u64), Problem> {
        let word_bytes = if self.is_wide { 8 } else { 4 };
        let first = self.word(&mut from)?;
        if !self.is_compressed {
            return if first <= room {
                Ok((Plain::AsTheyAre(from.take(first)), first))
            } else {
                Err(Problem::Truncated {
                    detail: format!("a list promises {first} bytes and at most {room} are there"),
                })
            };
        }
        let (size, last) = (self.word(&mut from)?, self.word(&mut from)?);
        if first.checked_mul(word_bytes).is_none_or(|bytes| bytes > room) {
            return Err(Problem::Truncated { detail: format!("a list promises {first} blocks in {room} bytes") });
        }
        progress.allow(first.saturating_mul(16))?;
        let mut packed = Vec::new();
        let mut all = 0u64;
        for _ in 0..first {
            let bytes = self.word(&mut from)?;
            all = all.saturating_add(bytes);
            packed.push(bytes);
        }
        if all > room {
            return Err(Problem::Truncated {
                detail: format!("a list promises {all} bytes and at most {room} are there"),
            });
        }
        let last = if last == 0 { size } else { last };
        let plain = first.saturating_sub(1).saturating_mul(size).saturating_add(if first > 0 { last } else { 0 });
        if last > size || plain > all.saturating_mul(MOST_EXPANSION) {
            let detail = format!("a list promises {plain} bytes out of {all} that are compressed");
            return Err(Problem::Malformed { kind: "VTK", detail });
        }
        progress.allow(plain.saturating_add(packed.iter().copied().max().unwrap_or(0)))?;
        let blocks = Blocks { from, packed: packed.into_iter(), size, last, block: None, left: 0 };
        Ok((Plain::Blocks(Box::new(blocks)), plain))
    }
}

pub(super) enum Plain<R> {
    AsTheyAre(Take<R>),
    Blocks(Box<Blocks<R>>),
}

/// Bytes that were compressed in blocks, each as zlib has it (RFC 1950).
pub(super) struct Blocks<R> {
    from: R,
    /// Of each block that was not begun, in bytes.
    packed: std::vec::IntoIter<u64>,
    /// Of each block but the last one, unpacked.
    size: u64,
    last: u64,
    block: Option<ZlibDecoder<Cursor<Vec<u8>>>>,
    left: u64,
}

impl<R: Read> Read for Blocks<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.left == 0 {
            let Some(bytes) = self.packed.next() else { return Ok(0) };
            let mut packed = Vec::new();
            self.from.by_ref().take(bytes).read_to_end(&mut packed)?;
            if (packed.len() as u64) < bytes {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.left = if self.packed.len() == 0 { self.last } else { self.size };
            self.block = Some(ZlibDecoder::new(Cursor::new(packed)));
        }
        let Some(block) = &mut self.block else { return Ok(0) };
        let room = into.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let invalid = |what: String| io::Error::new(io::ErrorKind::InvalidData, what);
        let read =
            block.read(&mut into[..room]).map_err(|error| invalid(format!("a block of it is no zlib: {error}")))?;
        if read == 0 && room > 0 {
            return Err(invalid(format!("a block of it ends {} bytes too early", self.left)));
        }
        self.left -= read as u64;
        Ok(read)
    }
}

impl<R: Read> Read for Plain<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Plain::AsTheyAre(bytes) => bytes.read(into),
            Plain::Blocks(blocks) => blocks.read(into),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(text: &str) -> io::Result<Vec<u8>> {
        let mut plain = Vec::new();
        Base64::new(text.as_bytes()).read_to_end(&mut plain).map(|_| plain)
    }

    #[test]
    fn base64_goes_on_after_an_end_and_over_lines() {
        assert_eq!(decoded(" TQ==\n TWE=TW\nFu ").unwrap(), b"MMaMan");
        assert!(decoded("TQ=a").is_err() && decoded("T!Fu").is_err());
        let long = STANDARD.encode(vec![7; 100_000]);
        assert_eq!(decoded(&long).unwrap(), vec![7; 100_000]);
    }
}
