//! Numbers of a grid as a header describes them (NRRD, MetaImage): in which file, from which byte on, how written, and along
//! which axes.

use super::gzip::Stream;
use super::lines::{self, Lines};
use super::numbers::{Endian, NumberType, cut_short};
use super::source::{FileReader, Source};
use super::{Problem, Progress};
use crate::Values;
use std::io::{BufRead, Seek, SeekFrom};

/// How numbers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    /// One after the other, as the machine has them.
    Raw,
    /// The same, compressed as gzip or zlib has it.
    Compressed,
    /// As words, between white space or commas.
    Text,
}

/// Where in its file the first number stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    /// After so many lines, then so many bytes; the bytes are counted decompressed.
    After { lines: u64, bytes: u64 },
    /// At so many bytes from the start of the file, also of a compressed one.
    At(u64),
    /// Where as many bytes are left as the numbers take.
    AtTheEnd,
}

/// How the numbers of a grid are stored.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stored {
    pub(super) kind: NumberType,
    pub(super) endian: Endian,
    pub(super) encoding: Encoding,
    pub(super) start: Start,
    /// For sentences, e.g. `NRRD`.
    pub(super) format: &'static str,
}

impl Stored {
    /// The numbers out of a file, whose reader stands where its header ends.
    pub(super) fn read(&self, mut reader: FileReader, count: u64, progress: &Progress) -> Result<Values, Problem> {
        let there = reader.left();
        let bytes = match self.start {
            Start::After { lines, bytes } => {
                skip_lines(&mut reader, lines, progress)?;
                bytes
            }
            Start::At(bytes) if bytes <= reader.len() => {
                reader.seek(SeekFrom::Start(bytes))?;
                0
            }
            Start::At(_) => return Err(ends_before()),
            Start::AtTheEnd => {
                let wanted = count.saturating_mul(self.kind.bytes());
                there.checked_sub(wanted).ok_or_else(|| cut_short(there / self.kind.bytes(), count))?
            }
        };
        let mut stream = match self.encoding {
            Encoding::Raw => Stream::plain(reader, progress),
            Encoding::Compressed => Stream::compressed(reader, progress)?,
            Encoding::Text => {
                skip_bytes(&mut reader, bytes, progress)?;
                return self.words(reader, count, progress);
            }
        };
        stream.skip(bytes)?;
        self.kind.read(&mut stream, self.endian, count, progress)
    }

    fn words(&self, reader: FileReader, count: u64, progress: &Progress) -> Result<Values, Problem> {
        let mut lines = Lines::new(reader, progress, self.format);
        let (mut values, mut line) = (self.kind.empty(), Vec::new());
        while (values.len() as u64) < count && lines.next(&mut line)? {
            for byte in &mut line {
                *byte = if *byte == b',' { b' ' } else { *byte };
            }
            let room = (count - values.len() as u64).min(usize::MAX as u64) as usize;
            for word in lines::words(&line).take(room) {
                values.push_f64(lines::number(word).ok_or_else(|| lines.wrong("it holds what is no number"))?);
            }
            progress.allow(values.len() as u64 * self.kind.bytes())?;
        }
        let there = values.len() as u64;
        if there == count { Ok(values) } else { Err(cut_short(there, count)) }
    }
}

fn ends_before() -> Problem {
    Problem::Truncated { detail: "it ends before its numbers".into() }
}

/// Leaves out lines, however long they are.
fn skip_lines(reader: &mut FileReader, lines: u64, progress: &Progress) -> Result<(), Problem> {
    let total = reader.len();
    let (mut left, mut done) = (lines, 0);
    while left > 0 {
        let there = reader.fill_buf()?;
        if there.is_empty() {
            return Err(ends_before());
        }
        let end = there.iter().position(|byte| *byte == b'\n');
        let used = end.map_or(there.len(), |at| at + 1);
        left -= u64::from(end.is_some());
        reader.consume(used);
        done += used as u64;
        progress.advance(done, total)?;
    }
    Ok(())
}

fn skip_bytes(reader: &mut FileReader, bytes: u64, progress: &Progress) -> Result<(), Problem> {
    let total = reader.len();
    let mut left = bytes;
    while left > 0 {
        let there = reader.fill_buf()?.len().min(left.min(usize::MAX as u64) as usize);
        if there == 0 {
            return Err(ends_before());
        }
        reader.consume(there);
        left -= there as u64;
        progress.advance(bytes - left, total)?;
    }
    Ok(())
}

/// The file of this name beside the one that names it. None elsewhere: a header must not reach for what its user did not mean
/// to open.
pub(super) fn beside(source: &Source, name: &str) -> Result<FileReader, Problem> {
    let shown: String = name.chars().take(80).collect();
    let refused = |why: &str| Problem::Unsupported { detail: format!("its numbers are in “{shown}”, {why}") };
    let plain = name.strip_prefix("./").unwrap_or(name);
    if plain.is_empty() || plain == "." || plain == ".." || plain.contains(['/', '\\', ':', '\0']) {
        return Err(refused("and of other files only one beside it is opened"));
    }
    let Source::Path(path) = source else { return Err(refused("which did not come with it")) };
    let file = Source::Path(path.with_file_name(plain));
    file.open().map_err(|problem| match problem {
        Problem::Missing => refused("which is not beside it"),
        other => refused(&format!("which {other}")),
    })
}

/// One axis of a grid of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Axis {
    pub(super) size: u64,
    /// Whether it is one of space; there are 1 to 3 of these.
    pub(super) is_spatial: bool,
}

/// Numbers in the order that volumes have: places first, then moments.
pub(super) struct Grid {
    pub(super) values: Values,
    pub(super) size: [u32; 3],
    pub(super) frames: u32,
}

/// How many numbers there are along these axes, the first running fastest; `None` when no memory holds as many.
pub(super) fn count(axes: &[Axis]) -> Option<u64> {
    let count = axes.iter().try_fold(1u64, |product, axis| product.checked_mul(axis.size));
    count.filter(|count| *count < 1 << 40)
}

/// What is no axis of space becomes moments, wherever it stands among the axes: also the parts of vectors.
pub(super) fn arranged(values: Values, axes: &[Axis], progress: &Progress) -> Result<Option<Grid>, Problem> {
    let sides = |is_spatial| axes.iter().filter(move |axis| axis.is_spatial == is_spatial).map(|axis| axis.size);
    let mut size = [1; 3];
    for (into, side) in size.iter_mut().zip(sides(true)) {
        let Ok(side) = u32::try_from(side) else { return Ok(None) };
        *into = side;
    }
    let Ok(frames) = u32::try_from(sides(false).product::<u64>()) else { return Ok(None) };
    let first_other = axes.iter().position(|axis| !axis.is_spatial && axis.size > 1).unwrap_or(axes.len());
    if axes.iter().skip(first_other).all(|axis| !axis.is_spatial || axis.size == 1) {
        return Ok(Some(Grid { values, size, frames }));
    }
    progress.allow((2 * values.len() as u64).saturating_mul(values.bytes_each() as u64))?;
    // Size and stride of each axis, in the order in which the new list runs.
    let mut stride = 1;
    let with_strides: Vec<(bool, usize, usize)> = axes
        .iter()
        .map(|axis| {
            let own = stride;
            stride *= axis.size as usize;
            (axis.is_spatial, axis.size as usize, own)
        })
        .collect();
    let of = |is_spatial| with_strides.iter().filter(move |axis| axis.0 == is_spatial).map(|axis| (axis.1, axis.2));
    let order: Vec<(usize, usize)> = of(true).chain(of(false)).collect();
    macro_rules! each {
        ($($kind:ident),*) => {
            match values {
                $(Values::$kind(list) => Values::$kind(gathered(&list, &order, progress)?),)*
            }
        };
    }
    let values = each!(U8, I8, U16, I16, U32, I32, F32, F64);
    Ok(Some(Grid { values, size, frames }))
}

/// A list in another order of its axes; `order`: size and stride of each, the one that is to run fastest first.
fn gathered<T: Copy>(list: &[T], order: &[(usize, usize)], progress: &Progress) -> Result<Vec<T>, Problem> {
    let Some((&(width, step), outer)) = order.split_first() else { return Ok(list.to_vec()) };
    let mut into = Vec::with_capacity(list.len());
    let mut at = vec![0; outer.len()];
    let mut told = 0;
    while into.len() < list.len() {
        let start: usize = at.iter().zip(outer).map(|(at, (_, stride))| at * stride).sum();
        into.extend(list.iter().skip(start).step_by(step).take(width));
        for (at, (size, _)) in at.iter_mut().zip(outer) {
            *at += 1;
            if *at < *size {
                break;
            }
            *at = 0;
        }
        if into.len() - told > 1 << 20 {
            told = into.len();
            progress.advance(1, 1)?;
        }
    }
    Ok(into)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(size: u64, is_spatial: bool) -> Axis {
        Axis { size, is_spatial }
    }

    #[test]
    fn parts_of_vectors_become_moments_after_all_places() {
        // Two parts a voxel, 3 × 2 × 1 voxels, the part in the tens.
        let values = Values::U8(vec![0, 10, 1, 11, 2, 12, 3, 13, 4, 14, 5, 15]);
        let axes = [axis(2, false), axis(3, true), axis(2, true), axis(1, true)];
        let grid = arranged(values, &axes, &Progress::new()).unwrap().unwrap();
        assert_eq!((grid.size, grid.frames), ([3, 2, 1], 2));
        assert_eq!(grid.values, Values::U8(vec![0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15]));
    }

    #[test]
    fn an_axis_between_two_of_space_moves_behind_them() {
        // i, moment, j.
        let values = Values::I16(vec![0, 1, 100, 101, 10, 11, 110, 111]);
        let axes = [axis(2, true), axis(2, false), axis(2, true)];
        let grid = arranged(values, &axes, &Progress::new()).unwrap().unwrap();
        assert_eq!((grid.size, grid.frames), ([2, 2, 1], 2));
        assert_eq!(grid.values, Values::I16(vec![0, 1, 10, 11, 100, 101, 110, 111]));
    }

    #[test]
    fn only_plain_names_lie_beside() {
        let source = Source::Path("/somewhere/a.nhdr".into());
        for name in ["/etc/passwd", "../a.raw", "sub/a.raw", "..", "", "C:\\a.raw", "c:a.raw", ".\\a.raw"] {
            let text = beside(&source, name).unwrap_err().to_string();
            assert!(text.ends_with("and of other files only one beside it is opened"), "{name}: {text}");
        }
        let text = beside(&source, "./a.raw").unwrap_err().to_string();
        assert_eq!(text, "cannot be shown: its numbers are in “./a.raw”, which is not beside it");
    }
}
