//! How a page's values are encoded (Apache Parquet, "Encodings").

use super::element::Physical;
use super::{Room, delta, malformed, runs};
use crate::load::Problem;
use std::borrow::Cow;

/// An encoding that is read, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Plain,
    /// Numbers of entries of a dictionary.
    Dictionary,
    Runs,
    Deltas,
    DeltaLengths,
    DeltaTexts,
    Split,
}

impl Encoding {
    /// The one of this number.
    pub(super) fn of(code: i64) -> Result<Encoding, Problem> {
        Ok(match code {
            0 => Encoding::Plain,
            2 | 8 => Encoding::Dictionary,
            3 => Encoding::Runs,
            5 => Encoding::Deltas,
            6 => Encoding::DeltaLengths,
            7 => Encoding::DeltaTexts,
            9 => Encoding::Split,
            4 => {
                return Err(Problem::Unsupported {
                    detail: "it uses the encoding BIT_PACKED, which is out of date: write it anew".into(),
                });
            }
            _ => return Err(Problem::Unsupported { detail: format!("it uses an encoding that is unknown, {code}") }),
        })
    }
}

/// Texts, one after the other.
#[derive(Default)]
pub(super) struct Texts {
    bytes: Vec<u8>,
    /// Where each ends.
    ends: Vec<usize>,
}

impl Texts {
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn get(&self, index: usize) -> Option<&[u8]> {
        let end = *self.ends.get(index)?;
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.bytes.get(start..end)
    }

    fn push(&mut self, text: &[u8]) {
        self.bytes.extend_from_slice(text);
        self.ends.push(self.bytes.len());
    }
}

/// Values that are all of the same length, without anything between them; truth values become a byte each.
pub(super) fn fixed<'a>(
    encoding: Encoding,
    physical: Physical,
    data: &'a [u8],
    count: usize,
    room: &Room<'_>,
) -> Result<Cow<'a, [u8]>, Problem> {
    let width = physical.width();
    match (encoding, physical) {
        (_, Physical::ByteArray) => Err(not_for_it(encoding)),
        (Encoding::Plain, Physical::Boolean) => {
            let bits = enough(data, count.div_ceil(8))?;
            let mut bytes = Vec::new();
            runs::unpack(bits, 1, count, |bit| bytes.push(bit as u8));
            Ok(bytes.into())
        }
        (Encoding::Runs, Physical::Boolean) => {
            let (runs, _) = with_length(data)?;
            Ok(runs::numbers(runs, 1, count)?.into_iter().map(|bit| bit as u8).collect())
        }
        (Encoding::Plain, _) => Ok(enough(data, count.saturating_mul(width))?.into()),
        (Encoding::Deltas, Physical::Int32 | Physical::Int64) => {
            let (numbers, _) = delta::numbers(data, count)?;
            Ok(numbers.iter().flat_map(|number| number.to_le_bytes().into_iter().take(width)).collect())
        }
        (Encoding::DeltaTexts, Physical::Fixed(_)) => {
            let texts = delta_texts(data, count, room)?;
            let is_one_of_it = (0..count).all(|index| texts.get(index).is_some_and(|text| text.len() == width));
            if is_one_of_it { Ok(texts.bytes.into()) } else { Err(malformed(format!("a value has not {width} bytes"))) }
        }
        (Encoding::Split, _) if physical != Physical::Boolean && physical != Physical::Int96 => {
            Ok(joined(enough(data, count.saturating_mul(width))?, width).into())
        }
        _ => Err(not_for_it(encoding)),
    }
}

/// Values that are each as long as they are.
pub(super) fn texts(encoding: Encoding, data: &[u8], count: usize, room: &Room<'_>) -> Result<Texts, Problem> {
    match encoding {
        Encoding::Plain => plain_texts(data, count),
        Encoding::DeltaLengths => {
            let (lengths, data) = delta::numbers(data, count)?;
            texts_of_lengths(&lengths, data)
        }
        Encoding::DeltaTexts => delta_texts(data, count, room),
        _ => Err(not_for_it(encoding)),
    }
}

/// The numbers of entries of a dictionary.
pub(super) fn entries(data: &[u8], count: usize) -> Result<Vec<u32>, Problem> {
    match data.split_first() {
        Some((width, runs)) => runs::numbers(runs, u32::from(*width), count),
        None if count == 0 => Ok(Vec::new()),
        None => Err(malformed(format!("it has no bytes, and {count} entries were expected"))),
    }
}

/// What has its length before it, and what is behind it.
pub(super) fn with_length(data: &[u8]) -> Result<(&[u8], &[u8]), Problem> {
    let parts = data
        .split_first_chunk()
        .and_then(|(length, behind)| behind.split_at_checked(u32::from_le_bytes(*length) as usize));
    parts.ok_or_else(|| malformed(format!("it has {} bytes, and its first part more than that", data.len())))
}

fn plain_texts(mut data: &[u8], count: usize) -> Result<Texts, Problem> {
    let mut texts = Texts::default();
    for index in 0..count {
        let (text, behind) =
            with_length(data).map_err(|_| malformed(format!("text {index} of {count} is cut short")))?;
        texts.push(text);
        data = behind;
    }
    Ok(texts)
}

fn texts_of_lengths(lengths: &[i64], data: &[u8]) -> Result<Texts, Problem> {
    let mut end = 0usize;
    let mut ends = Vec::new();
    for (index, length) in lengths.iter().enumerate() {
        let behind = usize::try_from(*length).ok().and_then(|length| end.checked_add(length));
        end = behind
            .filter(|end| *end <= data.len())
            .ok_or_else(|| malformed(format!("text {index} has {length} bytes, and {} are there", data.len() - end)))?;
        ends.push(end);
    }
    Ok(Texts { bytes: data[..end].to_vec(), ends })
}

/// Each begins like the one before it. A few bytes can stand for very many, so that these are held against the memory.
fn delta_texts(data: &[u8], count: usize, room: &Room<'_>) -> Result<Texts, Problem> {
    let (shared, data) = delta::numbers(data, count)?;
    let (lengths, data) = delta::numbers(data, count)?;
    let ends = texts_of_lengths(&lengths, data)?;
    let mut texts = Texts::default();
    let mut last = 0..0;
    for (index, shared) in shared.iter().enumerate() {
        let start = texts.bytes.len();
        let kept = usize::try_from(*shared)
            .ok()
            .filter(|shared| *shared <= last.len())
            .ok_or_else(|| malformed(format!("text {index} shares {shared} bytes with one that has {}", last.len())))?;
        let own = ends.get(index).unwrap_or_default();
        // A list that grows takes up to twice what it holds.
        room.allow((start as u64).saturating_add(kept as u64).saturating_mul(2))?;
        texts.bytes.extend_from_within(last.start..last.start + kept);
        texts.push(own);
        last = start..texts.bytes.len();
    }
    Ok(texts)
}

/// Of values whose first bytes stand together, then the second ones.
fn joined(data: &[u8], width: usize) -> Vec<u8> {
    let count = data.len() / width.max(1);
    let mut bytes = vec![0; count * width];
    for (place, stream) in data.chunks_exact(count.max(1)).enumerate() {
        for (value, byte) in bytes.chunks_exact_mut(width.max(1)).zip(stream) {
            value[place] = *byte;
        }
    }
    bytes
}

fn enough(data: &[u8], length: usize) -> Result<&[u8], Problem> {
    data.get(..length).ok_or_else(|| malformed(format!("it has {} bytes, and {length} were expected", data.len())))
}

fn not_for_it(encoding: Encoding) -> Problem {
    malformed(format!("its encoding, {encoding:?}, is none for its type"))
}
