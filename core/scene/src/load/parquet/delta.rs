//! Numbers by their differences (Apache Parquet, "Encodings", DELTA_BINARY_PACKED).

use super::malformed;
use super::runs::{unpack, varint};
use crate::load::Problem;

/// The next `count` numbers, and the bytes behind them. Of numbers of 32 bits the lower half counts.
pub(super) fn numbers(bytes: &[u8], count: usize) -> Result<(Vec<i64>, &[u8]), Problem> {
    let mut blocks = Blocks::new(bytes).ok_or_else(|| malformed("its differences have no head".into()))?;
    let (parts, per_part) = (blocks.parts, blocks.per_part);
    if blocks.count != count as u64 {
        return Err(malformed(format!("it holds {} differences, and {count} were expected", blocks.count)));
    }
    if parts == 0 || per_part == 0 || per_part % 8 != 0 {
        return Err(malformed(format!("blocks of {parts} times {per_part} differences")));
    }
    let mut numbers = Vec::new();
    numbers.extend((count > 0).then_some(blocks.first));
    while numbers.len() < count {
        blocks.next(count, &mut numbers).ok_or_else(|| {
            malformed(format!("its differences end after {} numbers, and {count} were expected", numbers.len()))
        })?;
    }
    Ok((numbers, blocks.bytes))
}

/// Blocks have parts, each of as many differences of a width of its own.
struct Blocks<'a> {
    bytes: &'a [u8],
    parts: usize,
    per_part: usize,
    count: u64,
    first: i64,
}

impl<'a> Blocks<'a> {
    fn new(mut bytes: &'a [u8]) -> Option<Blocks<'a>> {
        let per_block = usize::try_from(varint(&mut bytes)?).ok()?;
        let parts = usize::try_from(varint(&mut bytes)?).ok()?;
        let count = varint(&mut bytes)?;
        let first = zigzag(varint(&mut bytes)?);
        Some(Blocks { bytes, parts, per_part: per_block.checked_div(parts).unwrap_or(0), count, first })
    }

    /// Adds the numbers of a block.
    fn next(&mut self, count: usize, numbers: &mut Vec<i64>) -> Option<()> {
        let least = zigzag(varint(&mut self.bytes)?);
        let (widths, behind) = self.bytes.split_at_checked(self.parts)?;
        self.bytes = behind;
        let mut last = numbers.last().copied()?;
        for width in widths.iter().map(|width| u32::from(*width)) {
            let wanted = self.per_part.min(count - numbers.len());
            // Of parts behind the last number there is nothing but the width.
            if wanted == 0 {
                break;
            }
            let whole = (self.per_part / 8).checked_mul(width as usize)?;
            let (part, behind) = self.bytes.split_at(whole.min(self.bytes.len()));
            if width > 64 || part.len() < wanted.checked_mul(width as usize)?.div_ceil(8) {
                return None;
            }
            self.bytes = behind;
            unpack(part, width, wanted, |more| {
                last = last.wrapping_add(least).wrapping_add(more as i64);
                numbers.push(last);
            });
        }
        Some(())
    }
}

fn zigzag(bits: u64) -> i64 {
    (bits >> 1) as i64 ^ -((bits & 1) as i64)
}
