//! ZIP archives (PKWARE, APPNOTE.TXT 6.3.10), as far as programs that write data use them: stored and deflated files, and the
//! sizes of 64 bits that NumPy writes.
//!
//! An own reader of the directory, because nothing in it may be believed before it is held against the file: places, sizes, and
//! files that lie over each other, by which a small archive unpacks to a large one.

use super::source::FileReader;
use super::{Problem, Progress};
use flate2::Crc;
use flate2::bufread::DeflateDecoder;
use std::io::{self, BufRead, Read, Seek, SeekFrom};

/// More files than this are no data of one kind.
const MOST_FILES: u64 = 4096;
/// No directory of so few is longer.
const MOST_DIRECTORY_BYTES: u64 = 1 << 22;
/// The end of the directory, and the longest remark after it.
const END_BYTES: u64 = 22;
const MOST_REMARK_BYTES: u64 = 0xffff;
const FILE_HEAD_BYTES: u64 = 30;
/// Progress is told after so many bytes.
const TELL_BYTES: u64 = 1 << 18;

/// An archive's files.
pub(super) struct Archive<'a> {
    reader: FileReader,
    progress: &'a Progress,
    kind: &'static str,
    pub(super) files: Vec<File>,
}

/// A file of an archive, as the directory describes it.
#[derive(Debug, Clone)]
pub(super) struct File {
    pub(super) name: String,
    method: u16,
    is_encrypted: bool,
    checksum: u32,
    packed_bytes: u64,
    /// As promised.
    pub(super) bytes: u64,
    at: u64,
}

impl<'a> Archive<'a> {
    /// `kind`: for sentences, e.g. `NPZ`.
    pub(super) fn open(
        mut reader: FileReader,
        progress: &'a Progress,
        kind: &'static str,
    ) -> Result<Archive<'a>, Problem> {
        let malformed = |detail: String| Problem::Malformed { kind, detail };
        let Some(directory) = Directory::find(&mut reader)? else {
            return Err(Problem::Truncated { detail: "it has no directory at its end".into() });
        };
        if directory.files > MOST_FILES || directory.bytes > MOST_DIRECTORY_BYTES {
            let files = crate::text::count(directory.files);
            return Err(Problem::Unsupported { detail: format!("it holds {files} files, and at most 4,096 are read") });
        }
        let mut bytes = Vec::new();
        reader.seek(SeekFrom::Start(directory.at))?;
        reader.by_ref().take(directory.bytes).read_to_end(&mut bytes)?;
        let mut rest = bytes.as_slice();
        let mut files = Vec::new();
        for number in 0..directory.files {
            let (file, after) = File::parse(rest)
                .ok_or_else(|| malformed(format!("file {} of its directory is damaged", number + 1)))?;
            rest = after;
            files.push(file);
        }
        check_places(&files, reader.len()).map_err(malformed)?;
        Ok(Archive { reader, progress, kind, files })
    }

    /// A file's bytes, unpacked.
    pub(super) fn unpacked(&mut self, index: usize) -> Result<Unpacked<'_>, Problem> {
        let kind = self.kind;
        let malformed = |detail: String| Problem::Malformed { kind, detail };
        let file = self.files.get(index).ok_or_else(|| malformed("it has fewer files".into()))?.clone();
        let name = shown(&file.name);
        if file.is_encrypted || !matches!(file.method, 0 | 8) {
            let how = if file.is_encrypted { "encrypted" } else { "packed by another method than Deflate" };
            return Err(Problem::Unsupported { detail: format!("its file “{name}” is {how}") });
        }
        self.reader.seek(SeekFrom::Start(file.at))?;
        let head: [u8; FILE_HEAD_BYTES as usize] = self.reader.array()?;
        if !head.starts_with(b"PK\x03\x04") {
            return Err(malformed(format!("its file “{name}” is not where its directory says")));
        }
        let skipped = [[head[26], head[27]], [head[28], head[29]]].map(u16::from_le_bytes).map(i64::from);
        self.reader.seek_relative(skipped[0] + skipped[1])?;
        let total = self.reader.len();
        let at = self.reader.stream_position()?;
        let section =
            Section { reader: &mut self.reader, left: file.packed_bytes, at, told: at, total, progress: self.progress };
        let bytes = if file.method == 0 {
            Bytes::Stored(section)
        } else {
            Bytes::Deflated(Box::new(DeflateDecoder::new(section)))
        };
        Ok(Unpacked { bytes, file, kind, checksum: Crc::new(), read: 0 })
    }
}

/// Each packed file must be there, and on its own: files that share bytes are how an archive swells.
fn check_places(files: &[File], length: u64) -> Result<(), String> {
    let mut places: Vec<(u64, u64, &str)> = files
        .iter()
        .map(|file| (file.at, file.at.saturating_add(FILE_HEAD_BYTES).saturating_add(file.packed_bytes), &*file.name))
        .collect();
    places.sort_unstable();
    if let Some((_, _, name)) = places.iter().find(|(_, end, _)| *end > length) {
        return Err(format!("its file “{}” would end beyond its end", shown(name)));
    }
    match places.windows(2).find(|pair| pair[0].1 > pair[1].0) {
        Some(pair) => Err(format!("its files “{}” and “{}” lie over each other", shown(pair[0].2), shown(pair[1].2))),
        None => Ok(()),
    }
}

fn shown(name: &str) -> String {
    name.chars().take(40).collect::<String>().escape_debug().to_string()
}

/// Where the directory is.
struct Directory {
    files: u64,
    bytes: u64,
    at: u64,
}

impl Directory {
    /// `None` when there is none.
    fn find(reader: &mut FileReader) -> Result<Option<Directory>, Problem> {
        let length = reader.len();
        let tail_at = length.saturating_sub(END_BYTES + MOST_REMARK_BYTES);
        reader.seek(SeekFrom::Start(tail_at))?;
        let mut tail = Vec::new();
        reader.by_ref().take(END_BYTES + MOST_REMARK_BYTES).read_to_end(&mut tail)?;
        let Some(end) = (0..tail.len().saturating_sub(END_BYTES as usize - 1))
            .rev()
            .find(|at| tail[*at..].starts_with(b"PK\x05\x06"))
        else {
            return Ok(None);
        };
        let mut fields = Fields(&tail[end + 10..]);
        let (files, bytes, at) = (fields.u16(), fields.u32(), fields.u32());
        let directory = Directory { files: files.into(), bytes: bytes.into(), at: at.into() };
        let is_small = files < u16::MAX && bytes < u32::MAX && at < u32::MAX;
        let locator = end.checked_sub(20).and_then(|at| tail.get(at..end));
        let directory = match locator.filter(|locator| !is_small && locator.starts_with(b"PK\x06\x07")) {
            Some(locator) => Directory::of_64_bits(reader, Fields(&locator[8..]).u64())?,
            None => Some(directory),
        };
        Ok(directory.filter(|directory| directory.at.checked_add(directory.bytes).is_some_and(|end| end <= length)))
    }

    fn of_64_bits(reader: &mut FileReader, at: u64) -> Result<Option<Directory>, Problem> {
        if at.saturating_add(56) > reader.len() {
            return Ok(None);
        }
        reader.seek(SeekFrom::Start(at))?;
        let record: [u8; 56] = reader.array()?;
        let mut fields = Fields(&record[32..]);
        let directory = Directory { files: fields.u64(), bytes: fields.u64(), at: fields.u64() };
        Ok(record.starts_with(b"PK\x06\x06").then_some(directory))
    }
}

/// Numbers one after the other; 0 where there are none.
struct Fields<'b>(&'b [u8]);

impl Fields<'_> {
    fn array<const N: usize>(&mut self) -> [u8; N] {
        let Some((first, rest)) = self.0.split_first_chunk() else { return [0; N] };
        self.0 = rest;
        *first
    }

    fn u16(&mut self) -> u16 {
        u16::from_le_bytes(self.array())
    }

    fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.array())
    }

    fn u64(&mut self) -> u64 {
        u64::from_le_bytes(self.array())
    }
}

impl File {
    /// The next entry of the directory, and what comes after it.
    fn parse(bytes: &[u8]) -> Option<(File, &[u8])> {
        let (head, rest) = bytes.split_at_checked(46)?;
        let mut fields = Fields(head.strip_prefix(b"PK\x01\x02")?.get(4..)?);
        let (flags, method) = (fields.u16(), fields.u16());
        fields.u32();
        let checksum = fields.u32();
        let (packed, plain) = (fields.u32(), fields.u32());
        let [name, extra, remark] = [fields.u16(), fields.u16(), fields.u16()].map(usize::from);
        let mut fields = Fields(head.get(42..)?);
        let at = fields.u32();
        let (name, rest) = rest.split_at_checked(name)?;
        let (extra, rest) = rest.split_at_checked(extra)?;
        let (_, rest) = rest.split_at_checked(remark)?;
        let mut wide = Fields(extra_field(extra, 1).unwrap_or_default());
        // Those that do not fit, in this order.
        let mut widened = |narrow: u32| if narrow == u32::MAX { wide.u64() } else { narrow.into() };
        let (bytes, packed_bytes, at) = (widened(plain), widened(packed), widened(at));
        let name = String::from_utf8_lossy(name).into_owned();
        Some((File { name, method, is_encrypted: flags & 1 != 0, checksum, packed_bytes, bytes, at }, rest))
    }
}

/// The extra field of this number.
fn extra_field(mut extra: &[u8], wanted: u16) -> Option<&[u8]> {
    while extra.len() >= 4 {
        let mut head = Fields(extra);
        let (number, length) = (head.u16(), usize::from(head.u16()));
        let (field, rest) = extra.get(4..)?.split_at_checked(length)?;
        if number == wanted {
            return Some(field);
        }
        extra = rest;
    }
    None
}

/// A file's bytes while they are unpacked.
pub(super) struct Unpacked<'f> {
    bytes: Bytes<'f>,
    file: File,
    kind: &'static str,
    checksum: Crc,
    read: u64,
}

enum Bytes<'f> {
    Stored(Section<'f>),
    Deflated(Box<DeflateDecoder<Section<'f>>>),
}

impl Unpacked<'_> {
    /// Reads what is left, and holds all of it against the checksum.
    ///
    /// # Errors
    /// When it is not what was packed.
    pub(super) fn finish(mut self) -> Result<(), Problem> {
        let left = self.file.bytes.saturating_sub(self.read);
        io::copy(&mut self.by_ref().take(left), &mut io::sink())?;
        if self.read == self.file.bytes && self.checksum.sum() == self.file.checksum {
            return Ok(());
        }
        Err(Problem::Malformed { kind: self.kind, detail: "it does not have the checksum that it should".into() })
    }
}

impl Read for Unpacked<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = match &mut self.bytes {
            Bytes::Stored(section) => section.read(into),
            Bytes::Deflated(decoder) => decoder.read(into),
        }?;
        self.checksum.update(&into[..read]);
        self.read += read as u64;
        Ok(read)
    }
}

/// A stretch of a file. Progress is that of the whole file; a cancelled reading ends with an error.
struct Section<'f> {
    reader: &'f mut FileReader,
    left: u64,
    at: u64,
    told: u64,
    total: u64,
    progress: &'f Progress,
}

impl Section<'_> {
    fn tell(&mut self) -> io::Result<()> {
        if self.at - self.told >= TELL_BYTES {
            self.told = self.at;
            self.progress.advance(self.at, self.total).map_err(|_| io::Error::other("cancelled"))?;
        }
        Ok(())
    }
}

impl Read for Section<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.tell()?;
        let most = into.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let read = self.reader.read(&mut into[..most])?;
        self.left -= read as u64;
        self.at += read as u64;
        Ok(read)
    }
}

impl BufRead for Section<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.tell()?;
        let buffer = self.reader.fill_buf()?;
        let most = buffer.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        Ok(&buffer[..most])
    }

    fn consume(&mut self, amount: usize) {
        self.reader.consume(amount);
        self.left = self.left.saturating_sub(amount as u64);
        self.at += amount as u64;
    }
}
