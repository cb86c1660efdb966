//! Files that may be gzipped (RFC 1952), read as if they were not.

use super::source::FileReader;
use super::{Problem, Progress};
use flate2::bufread::{MultiGzDecoder, ZlibDecoder};
use std::io::{self, BufRead, BufReader, Read};

const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// A file's bytes, decompressed where they are compressed. Progress is that of the file itself; a cancelled reading ends with
/// an error.
pub(super) struct Stream<'a> {
    bytes: Bytes<'a>,
    at: u64,
}

enum Bytes<'a> {
    Plain(Counted<'a>),
    Gzip(Box<MultiGzDecoder<Counted<'a>>>),
    Zlib(Box<ZlibDecoder<Counted<'a>>>),
}

impl<'a> Stream<'a> {
    /// The rest of a file as it is, whatever it begins with.
    pub(super) fn plain(reader: FileReader, progress: &'a Progress) -> Stream<'a> {
        let total = reader.len();
        Stream { bytes: Bytes::Plain(Counted { reader, progress, done: 0, total, told: 0 }), at: 0 }
    }

    /// `reader` at the start of the file, or of the compressed part of it.
    pub(super) fn new(mut reader: FileReader, progress: &'a Progress) -> Result<Stream<'a>, Problem> {
        let is_gzip = reader.fill_buf()?.starts_with(&MAGIC);
        let total = reader.len();
        let counted = Counted { reader, progress, done: 0, total, told: 0 };
        let bytes = if is_gzip { Bytes::Gzip(Box::new(MultiGzDecoder::new(counted))) } else { Bytes::Plain(counted) };
        Ok(Stream { bytes, at: 0 })
    }

    /// The rest of a file, compressed as gzip or as zlib (RFC 1950).
    pub(super) fn compressed(mut reader: FileReader, progress: &'a Progress) -> Result<Stream<'a>, Problem> {
        if reader.fill_buf()?.starts_with(&MAGIC) {
            return Stream::new(reader, progress);
        }
        let total = reader.len();
        let counted = Counted { reader, progress, done: 0, total, told: 0 };
        Ok(Stream { bytes: Bytes::Zlib(Box::new(ZlibDecoder::new(counted))), at: 0 })
    }

    /// How many bytes were read.
    pub(super) fn at(&self) -> u64 {
        self.at
    }

    /// Leaves out the next bytes.
    pub(super) fn skip(&mut self, count: u64) -> Result<(), Problem> {
        let skipped = io::copy(&mut self.by_ref().take(count), &mut io::sink())?;
        if skipped == count { Ok(()) } else { Err(Problem::Truncated { detail: "it ends before its numbers".into() }) }
    }
}

impl Read for Stream<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = match &mut self.bytes {
            Bytes::Plain(plain) => plain.read(into),
            Bytes::Gzip(gzip) => gzip.read(into),
            Bytes::Zlib(zlib) => zlib.read(into),
        }?;
        self.at += read as u64;
        Ok(read)
    }
}

/// The first bytes of a file whose first bytes are these, decompressed if need be; zeros where there are no more.
pub(super) fn first_bytes(head: &[u8], into: &mut [u8]) {
    let filled = if head.starts_with(&MAGIC) {
        // The head ends in the middle of the stream: what came before the error is there.
        let mut decoder = BufReader::with_capacity(into.len(), flate2::read::GzDecoder::new(head));
        let start = decoder.fill_buf().unwrap_or_default();
        let length = start.len().min(into.len());
        into[..length].copy_from_slice(&start[..length]);
        length
    } else {
        let length = head.len().min(into.len());
        into[..length].copy_from_slice(&head[..length]);
        length
    };
    into[filled..].fill(0);
}

/// Tells how much of the file was read.
struct Counted<'a> {
    reader: FileReader,
    progress: &'a Progress,
    done: u64,
    total: u64,
    told: u64,
}

/// Progress is told after so many bytes.
const TELL_BYTES: u64 = 1 << 18;

impl Counted<'_> {
    fn tell(&mut self) -> io::Result<()> {
        if self.done - self.told >= TELL_BYTES {
            self.told = self.done;
            self.progress.advance(self.done, self.total).map_err(|_| io::Error::other("cancelled"))?;
        }
        Ok(())
    }
}

impl Read for Counted<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(into)?;
        self.done += read as u64;
        self.tell()?;
        Ok(read)
    }
}

impl BufRead for Counted<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.tell()?;
        self.reader.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.reader.consume(amount);
        self.done += amount as u64;
    }
}
