//! Where a file's bytes come from.

use super::Problem;
use std::borrow::Cow;
use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, Read, Result, Seek, SeekFrom};
use std::path::PathBuf;

/// Where a file's bytes come from.
#[derive(Debug, Clone)]
pub enum Source {
    /// The file system.
    Path(PathBuf),
    /// The executable itself, e.g. the sample that comes with it.
    Bytes {
        /// As if it were a file's name.
        name: String,
        /// All of it.
        bytes: &'static [u8],
    },
}

impl Source {
    /// The file's name without its folder.
    pub fn file_name(&self) -> String {
        match self {
            Source::Path(path) => path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned(),
            Source::Bytes { name, .. } => name.clone(),
        }
    }

    /// The bytes, from the start.
    pub(super) fn open(&self) -> std::result::Result<FileReader, Problem> {
        match self {
            Source::Path(path) => {
                // Asked before it is opened: opening a pipe would wait for its other end.
                let metadata = std::fs::metadata(path)?;
                if metadata.is_dir() {
                    return Err(Problem::Folder);
                }
                if !metadata.is_file() {
                    return Err(Problem::NotAFile);
                }
                let file = File::open(path)?;
                let length = file.metadata()?.len();
                Ok(FileReader { bytes: Bytes::File(BufReader::with_capacity(1 << 16, file)), length, at: 0 })
            }
            Source::Bytes { bytes, .. } => {
                let (length, bytes) = (bytes.len() as u64, Bytes::Memory(Cursor::new(Cow::Borrowed(*bytes))));
                Ok(FileReader { bytes, length, at: 0 })
            }
        }
    }
}

/// A file's bytes, with their number.
#[derive(Debug)]
pub(super) struct FileReader {
    bytes: Bytes,
    length: u64,
    /// How many bytes are before the next one; counted here, because asking the system takes longer than most reads.
    at: u64,
}

#[derive(Debug)]
enum Bytes {
    File(BufReader<File>),
    Memory(Cursor<Cow<'static, [u8]>>),
}

impl FileReader {
    /// One that has nothing.
    pub(super) fn empty() -> FileReader {
        FileReader::of(Vec::new())
    }

    /// One of a part of a file that was read already.
    pub(super) fn of(bytes: Vec<u8>) -> FileReader {
        let length = bytes.len() as u64;
        FileReader { bytes: Bytes::Memory(Cursor::new(Cow::Owned(bytes))), length, at: 0 }
    }

    /// How many bytes there are.
    pub(super) fn len(&self) -> u64 {
        self.length
    }

    /// How many bytes are left.
    pub(super) fn left(&self) -> u64 {
        self.length.saturating_sub(self.at)
    }

    /// The next bytes, as many as the array holds.
    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut array = [0; N];
        self.read_exact(&mut array)?;
        Ok(array)
    }
}

impl Read for FileReader {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        let count = match &mut self.bytes {
            Bytes::File(file) => file.read(into),
            Bytes::Memory(memory) => memory.read(into),
        }?;
        self.at += count as u64;
        Ok(count)
    }

    // Decoders ask for one byte at a time.
    #[inline]
    fn read_exact(&mut self, into: &mut [u8]) -> Result<()> {
        let outcome = match &mut self.bytes {
            Bytes::File(file) => file.read_exact(into),
            Bytes::Memory(memory) => memory.read_exact(into),
        };
        // Where there was too little, all of it is consumed.
        self.at = if outcome.is_ok() { self.at + into.len() as u64 } else { self.length };
        outcome
    }
}

impl BufRead for FileReader {
    fn fill_buf(&mut self) -> Result<&[u8]> {
        match &mut self.bytes {
            Bytes::File(file) => file.fill_buf(),
            Bytes::Memory(memory) => memory.fill_buf(),
        }
    }

    fn consume(&mut self, amount: usize) {
        self.at += amount as u64;
        match &mut self.bytes {
            Bytes::File(file) => file.consume(amount),
            Bytes::Memory(memory) => memory.consume(amount),
        }
    }
}

impl Seek for FileReader {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        self.at = match &mut self.bytes {
            Bytes::File(file) => file.seek(to),
            Bytes::Memory(memory) => memory.seek(to),
        }?;
        Ok(self.at)
    }

    fn stream_position(&mut self) -> Result<u64> {
        Ok(self.at)
    }
}
