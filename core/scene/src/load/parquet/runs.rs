//! Numbers of few bits: packed ones, and runs of them (Apache Parquet, "Encodings", RLE/bit-packing hybrid).

use super::malformed;
use crate::load::Problem;

/// Some numbers, of which the encoding has two kinds.
enum Run<'a> {
    Repeated { number: u32, count: usize },
    Packed { bytes: &'a [u8], count: usize },
}

/// The next `count` numbers of runs.
pub(super) fn numbers(bytes: &[u8], width: u32, count: usize) -> Result<Vec<u32>, Problem> {
    let mut numbers = Vec::new();
    each_run(bytes, width, count, |run| match run {
        Run::Repeated { number, count } => numbers.resize(numbers.len() + count, number),
        Run::Packed { bytes, count } => unpack(bytes, width, count, |number| numbers.push(number as u32)),
    })?;
    Ok(numbers)
}

/// Which of `count` rows are said, by their levels: those that have the greatest; `None` when all are.
pub(super) fn said(bytes: &[u8], greatest: u32, count: usize) -> Result<Option<Vec<bool>>, Problem> {
    let width = width_of(greatest);
    let mut said = Vec::new();
    let mut beyond = None;
    let mut are_all = true;
    each_run(bytes, width, count, |run| {
        let mut look = |level: u32| {
            are_all &= level == greatest;
            beyond = beyond.or((level > greatest).then_some(level));
            level == greatest
        };
        match run {
            Run::Repeated { number, count } => said.resize(said.len() + count, look(number)),
            Run::Packed { bytes, count } => unpack(bytes, width, count, |number| said.push(look(number as u32))),
        }
    })?;
    match beyond {
        Some(level) => Err(malformed(format!("a definition level is {level}, and {greatest} is the greatest"))),
        None => Ok((!are_all).then_some(said)),
    }
}

/// How many bits the numbers up to this one have.
fn width_of(greatest: u32) -> u32 {
    u32::BITS - greatest.leading_zeros()
}

fn each_run<'a>(mut bytes: &'a [u8], width: u32, count: usize, mut take: impl FnMut(Run<'a>)) -> Result<(), Problem> {
    let few = |left: usize| malformed(format!("its runs hold {} numbers, and {count} were expected", count - left));
    if width > u32::BITS {
        return Err(malformed(format!("its numbers have {width} bits, and at most 32 were expected")));
    }
    let mut left = count;
    while left > 0 {
        let head = varint(&mut bytes).ok_or_else(|| few(left))?;
        let run = if head & 1 == 1 {
            let groups = usize::try_from(head >> 1).unwrap_or(usize::MAX);
            let count = groups.saturating_mul(8).min(left);
            // The last group may be shorter than what it is filled up to.
            let (packed, behind) = bytes.split_at(groups.saturating_mul(width as usize).min(bytes.len()));
            if packed.len() < (count * width as usize).div_ceil(8) {
                return Err(few(left));
            }
            bytes = behind;
            Run::Packed { bytes: packed, count }
        } else {
            let (number, behind) = bytes.split_at_checked(width.div_ceil(8) as usize).ok_or_else(|| few(left))?;
            let number = number.iter().rev().fold(0, |number, byte| number << 8 | u32::from(*byte));
            bytes = behind;
            Run::Repeated { number, count: usize::try_from(head >> 1).unwrap_or(usize::MAX).min(left) }
        };
        left -= match run {
            Run::Repeated { count, .. } | Run::Packed { count, .. } => count,
        };
        take(run);
    }
    Ok(())
}

/// Numbers of up to 64 bits, the lowest bit first, without anything between them; zeros where there are no more bytes.
pub(super) fn unpack(bytes: &[u8], width: u32, count: usize, mut take: impl FnMut(u64)) {
    let mask = if width >= 64 { u64::MAX } else { (1 << width) - 1 };
    for bit in (0..count).map(|index| index * width as usize) {
        let (at, shift) = (bit / 8, (bit % 8) as u32);
        let mut number = word(bytes, at) >> shift;
        if shift + width > 64 {
            number |= u64::from(bytes.get(at + 8).copied().unwrap_or(0)) << (64 - shift);
        }
        take(number & mask);
    }
}

fn word(bytes: &[u8], at: usize) -> u64 {
    let from = bytes.get(at..).unwrap_or_default();
    let word = from.first_chunk().copied().unwrap_or_else(|| {
        let mut word = [0; 8];
        word[..from.len()].copy_from_slice(from);
        word
    });
    u64::from_le_bytes(word)
}

/// A whole number by seven bits a byte, the lowest first (unsigned LEB128); `None` where it has more than 64 or does not end.
pub(super) fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (byte, behind) = bytes.split_first()?;
        *bytes = behind;
        number |= u64::from(byte & 0x7f) << shift;
        if *byte < 0x80 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_specification_is_unpacked() {
        let packed = [0b1000_1000, 0b1100_0110, 0b1111_1010];
        let mut found = Vec::new();
        unpack(&packed, 3, 8, |number| found.push(number));
        assert_eq!(found, [0, 1, 2, 3, 4, 5, 6, 7]);
    }

    #[test]
    fn numbers_of_any_width_are_unpacked() {
        for width in 1..=64u32 {
            let mask = u64::MAX >> (64 - width);
            let expected: Vec<u64> = (1..=40u64).map(|at| at.wrapping_mul(0x9e37_79b9_7f4a_7c15) & mask).collect();
            let mut packed = vec![0u8; (40 * width as usize).div_ceil(8)];
            for (bit, number) in expected.iter().enumerate().map(|(at, number)| (at * width as usize, number)) {
                (0..width as usize)
                    .for_each(|of| packed[(bit + of) / 8] |= ((number >> of & 1) as u8) << ((bit + of) % 8));
            }
            let mut found = Vec::new();
            unpack(&packed, width, 40, |number| found.push(number));
            assert_eq!(found, expected, "{width} bits");
        }
    }

    #[test]
    fn runs_are_held_against_what_is_there() {
        // Five of 4, then eight of three bits.
        let bytes = [5 << 1, 4, 1 << 1 | 1, 0b1000_1000, 0b1100_0110, 0b1111_1010];
        assert_eq!(numbers(&bytes, 3, 13).unwrap(), [4, 4, 4, 4, 4, 0, 1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(numbers(&bytes, 3, 7).unwrap().len(), 7);
        assert!(numbers(&bytes, 3, 14).is_err() && numbers(&bytes[..5], 3, 13).is_err());
        assert!(numbers(&[0xff; 20], 3, 1).is_err(), "a count without end");
        assert!(numbers(&bytes, 33, 1).is_err() && numbers(&[3], 32, 8).is_err());
        let said = said(&[2 << 1, 2, 1 << 1, 1], 2, 3).unwrap();
        assert_eq!(said, Some(vec![true, true, false]));
        assert!(super::said(&[2 << 1, 3], 2, 2).is_err() && super::said(&[2 << 1, 2], 2, 2).unwrap().is_none());
    }
}
