//! [`Pages`]: the bytes of an E57 file without the checksums between them.

use super::crc::crc32c;
use super::malformed;
use crate::load::Problem;
use crate::load::source::FileReader;
use crate::text;
use std::io::{Read, Seek, SeekFrom};

/// A page, and how much of it is not its checksum.
const PAGE: usize = 1024;
const PAYLOAD: usize = PAGE - 4;

/// The bytes without the checksums, each of which is held against its page. Places are *logical*, which is without checksums, or
/// *physical*, which is where in the file.
pub(super) struct Pages {
    reader: FileReader,
    /// Whole ones.
    count: u64,
    /// Logical.
    at: u64,
    page: [u8; PAGE],
    /// Which page that is.
    held: Option<u64>,
    /// The page at which the reader stands: pages that follow each other are read without seeking.
    next: Option<u64>,
}

/// What a file begins with.
pub(super) struct FileHeader {
    /// Where the XML section begins, physical.
    pub(super) xml_at: u64,
    /// Its logical length.
    pub(super) xml_bytes: u64,
}

impl Pages {
    /// The pages of a file, and its header.
    pub(super) fn open(mut reader: FileReader) -> Result<(Pages, FileHeader), Problem> {
        let length = reader.len();
        if length < PAGE as u64 {
            let detail = format!("it has {length} bytes, and its first page alone should have {PAGE}");
            return Err(Problem::Truncated { detail });
        }
        reader.seek(SeekFrom::Start(0))?;
        // Its size of pages comes first: with another one, no checksum would fit.
        let start: [u8; 48] = reader.array()?;
        let u32_at = |at: usize| u32::from_le_bytes(std::array::from_fn(|byte| start[at + byte]));
        let u64_at = |at: usize| u64::from_le_bytes(std::array::from_fn(|byte| start[at + byte]));
        let (major, promised, page_bytes) = (u32_at(8), u64_at(16), u64_at(40));
        if major != 1 {
            let detail = format!("it is of version {major}, and version 1 is read");
            return Err(Problem::Unsupported { detail });
        }
        if page_bytes != PAGE as u64 {
            return Err(malformed(format!("byte 40: its pages have {page_bytes} bytes, and {PAGE} were expected")));
        }
        if promised > length {
            let (promised, length) = (text::count(promised), text::count(length));
            return Err(Problem::Truncated {
                detail: format!("its header promises {promised} bytes and {length} are there"),
            });
        }
        let count = length / PAGE as u64;
        let mut pages = Pages { reader, count, at: 0, page: [0; PAGE], held: None, next: None };
        pages.load(0)?;
        Ok((pages, FileHeader { xml_at: u64_at(24), xml_bytes: u64_at(32) }))
    }

    /// Goes to a physical place.
    pub(super) fn go_to(&mut self, physical: u64, what: &str) -> Result<(), Problem> {
        let (page, within) = (physical / PAGE as u64, physical % PAGE as u64);
        if page >= self.count {
            let detail = format!("{what} should begin at byte {physical}, and it ends at {}", self.count * PAGE as u64);
            return Err(Problem::Truncated { detail });
        }
        if within >= PAYLOAD as u64 {
            return Err(malformed(format!("{what} should begin at byte {physical}, which is within a checksum")));
        }
        self.at = page * PAYLOAD as u64 + within;
        Ok(())
    }

    /// Where it is, logical.
    pub(super) fn at(&self) -> u64 {
        self.at
    }

    /// Where it is in the file, for sentences.
    pub(super) fn physical(&self) -> u64 {
        self.at / PAYLOAD as u64 * PAGE as u64 + self.at % PAYLOAD as u64
    }

    /// How many bytes follow.
    pub(super) fn left(&self) -> u64 {
        (self.count * PAYLOAD as u64).saturating_sub(self.at)
    }

    /// Passes bytes over; what is beyond the end is told when it is read.
    pub(super) fn skip(&mut self, bytes: u64) {
        self.at = self.at.saturating_add(bytes);
    }

    /// The next bytes, as many as the array holds.
    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Problem> {
        let mut array = [0; N];
        let mut filled = 0;
        while filled < N {
            let part = self.part(N - filled)?;
            array[filled..filled + part.len()].copy_from_slice(part);
            filled += part.len();
        }
        Ok(array)
    }

    /// Adds the next bytes to a list, which grows no faster than they prove to be there.
    pub(super) fn append(&mut self, mut bytes: u64, list: &mut Vec<u8>) -> Result<(), Problem> {
        while bytes > 0 {
            let part = self.part(bytes.min(PAYLOAD as u64) as usize)?;
            list.extend_from_slice(part);
            bytes -= part.len() as u64;
        }
        Ok(())
    }

    /// Up to so many of the next bytes: those that the same page has.
    fn part(&mut self, most: usize) -> Result<&[u8], Problem> {
        self.load(self.at / PAYLOAD as u64)?;
        let within = (self.at % PAYLOAD as u64) as usize;
        let end = PAYLOAD.min(within + most);
        self.at += (end - within) as u64;
        Ok(&self.page[within..end])
    }

    fn load(&mut self, page: u64) -> Result<(), Problem> {
        if self.held == Some(page) {
            return Ok(());
        }
        let length = text::count(self.reader.len());
        if page >= self.count {
            return Err(Problem::Truncated { detail: format!("it ends after {length} bytes, and more were expected") });
        }
        // `page` is below the number of the file's pages, so this is below its length.
        let byte = page * PAGE as u64;
        if self.next != Some(page) {
            self.reader.seek(SeekFrom::Start(byte))?;
        }
        (self.held, self.next) = (None, None);
        self.reader.read_exact(&mut self.page)?;
        self.next = Some(page + 1);
        let (payload, sum) = self.page.split_at(PAYLOAD);
        let promised = u32::from_be_bytes(std::array::from_fn(|index| sum[index]));
        let found = crc32c(payload);
        if found != promised {
            let detail = "is damaged: its checksum is";
            return Err(malformed(format!("the page from byte {byte} {detail} {found:08x}, and not {promised:08x}")));
        }
        self.held = Some(page);
        Ok(())
    }
}
