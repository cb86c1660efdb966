//! Numbers as files store them: of any width and either order of bytes, many at a time.

use super::{Problem, Progress};
use crate::Values;
use std::io::Read;

/// Which byte of a number comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Endian {
    Little,
    Big,
}

macro_rules! from_bytes {
    ($($name:ident: $bytes:literal),*) => {
        impl Endian {
            $(
                /// One number.
                pub(super) fn $name(self, bytes: [u8; $bytes]) -> $name {
                    match self {
                        Endian::Little => $name::from_le_bytes(bytes),
                        Endian::Big => $name::from_be_bytes(bytes),
                    }
                }
            )*
        }
    };
}

from_bytes!(u16: 2, i16: 2, u32: 4, i32: 4, u64: 8, i64: 8, f32: 4, f64: 8);

/// What a file's numbers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NumberType {
    U8,
    I8,
    U16,
    I16,
    U32,
    I32,
    U64,
    I64,
    /// Half of 32 bits (IEEE 754-2008, binary16).
    F16,
    F32,
    F64,
}

/// The number of a binary16.
pub(super) fn f32_from_f16(bits: u16) -> f32 {
    let sign = u32::from(bits >> 15) << 31;
    let (exponent, fraction) = (u32::from(bits >> 10 & 0x1f), u32::from(bits & 0x3ff));
    match exponent {
        // Below the least normal one: so many 2^-24.
        0 => f32::from_bits(sign | (fraction as f32 * 2f32.powi(-24)).to_bits()),
        31 => f32::from_bits(sign | 0x7f80_0000 | fraction << 13),
        _ => f32::from_bits(sign | (exponent + 112) << 23 | fraction << 13),
    }
}

/// So many numbers are read at a time, then progress is told.
const BLOCK: usize = 1 << 16;

impl NumberType {
    /// The datatype code of a NIfTI header; complex numbers, colours and 128 bits are not read.
    pub(super) fn of_nifti(code: i16) -> Option<NumberType> {
        Some(match code {
            2 => NumberType::U8,
            4 => NumberType::I16,
            8 => NumberType::I32,
            16 => NumberType::F32,
            64 => NumberType::F64,
            256 => NumberType::I8,
            512 => NumberType::U16,
            768 => NumberType::U32,
            1024 => NumberType::I64,
            1280 => NumberType::U64,
            _ => return None,
        })
    }

    /// Of one number, in bytes.
    pub(super) fn bytes(self) -> u64 {
        match self {
            NumberType::U8 | NumberType::I8 => 1,
            NumberType::U16 | NumberType::I16 | NumberType::F16 => 2,
            NumberType::U32 | NumberType::I32 | NumberType::F32 => 4,
            NumberType::U64 | NumberType::I64 | NumberType::F64 => 8,
        }
    }

    /// A list of these.
    pub(super) fn empty(self) -> Values {
        match self {
            NumberType::U8 => Values::U8(Vec::new()),
            NumberType::I8 => Values::I8(Vec::new()),
            NumberType::U16 => Values::U16(Vec::new()),
            NumberType::I16 => Values::I16(Vec::new()),
            NumberType::U32 => Values::U32(Vec::new()),
            NumberType::I32 => Values::I32(Vec::new()),
            NumberType::F16 | NumberType::F32 => Values::F32(Vec::new()),
            NumberType::U64 | NumberType::I64 | NumberType::F64 => Values::F64(Vec::new()),
        }
    }

    /// Adds a number of each row: rows are `width` bytes, the number begins at `at`. Rows that do not hold it add nothing.
    pub(super) fn push_rows(self, endian: Endian, rows: &[u8], width: usize, at: usize, list: &mut Values) {
        let numbers = rows.chunks_exact(width.max(1)).filter_map(|row| row.get(at..));
        macro_rules! numbers {
            ($kind:ident) => {
                numbers.filter_map(|number| number.first_chunk().map(|bytes| endian.$kind(*bytes)))
            };
        }
        match (self, list) {
            (NumberType::U8, Values::U8(list)) => list.extend(numbers.filter_map(<[u8]>::first)),
            (NumberType::I8, Values::I8(list)) => {
                list.extend(numbers.filter_map(|number| number.first().map(|byte| *byte as i8)));
            }
            (NumberType::U16, Values::U16(list)) => list.extend(numbers!(u16)),
            (NumberType::I16, Values::I16(list)) => list.extend(numbers!(i16)),
            (NumberType::U32, Values::U32(list)) => list.extend(numbers!(u32)),
            (NumberType::I32, Values::I32(list)) => list.extend(numbers!(i32)),
            (NumberType::F16, Values::F32(list)) => list.extend(numbers!(u16).map(f32_from_f16)),
            (NumberType::F32, Values::F32(list)) => list.extend(numbers!(f32)),
            (NumberType::F64, Values::F64(list)) => list.extend(numbers!(f64)),
            (NumberType::U64, Values::F64(list)) => list.extend(numbers!(u64).map(|whole| whole as f64)),
            (NumberType::I64, Values::F64(list)) => list.extend(numbers!(i64).map(|whole| whole as f64)),
            _ => {}
        }
    }

    /// The next `count` numbers. Room is made as they come, so that a header's word alone takes none; what is 64 bits wide and
    /// whole becomes real, which is exact up to 2^53.
    pub(super) fn read(
        self,
        from: &mut impl Read,
        endian: Endian,
        count: u64,
        progress: &Progress,
    ) -> Result<Values, Problem> {
        progress.allow(count.saturating_mul(self.bytes()))?;
        let mut block = Vec::new();
        macro_rules! list {
            ($kind:ident, $number:ident, $as:ident) => {
                Values::$kind(list(from, count, &mut block, size_of::<$number>(), |bytes: &[u8]| {
                    let mut array = [0; size_of::<$number>()];
                    array.copy_from_slice(bytes);
                    endian.$number(array) as $as
                })?)
            };
        }
        Ok(match self {
            NumberType::U8 => Values::U8(bytes(from, count)?),
            NumberType::I8 => Values::I8(bytes(from, count)?.into_iter().map(|byte| byte as i8).collect()),
            NumberType::U16 => list!(U16, u16, u16),
            NumberType::I16 => list!(I16, i16, i16),
            NumberType::U32 => list!(U32, u32, u32),
            NumberType::I32 => list!(I32, i32, i32),
            NumberType::U64 => list!(F64, u64, f64),
            NumberType::I64 => list!(F64, i64, f64),
            NumberType::F16 => Values::F32(list(from, count, &mut block, 2, |bytes: &[u8]| {
                let mut array = [0; 2];
                array.copy_from_slice(bytes);
                f32_from_f16(endian.u16(array))
            })?),
            NumberType::F32 => list!(F32, f32, f32),
            NumberType::F64 => list!(F64, f64, f64),
        })
    }
}

fn bytes(from: &mut impl Read, count: u64) -> Result<Vec<u8>, Problem> {
    let mut list = Vec::new();
    let read = from.take(count).read_to_end(&mut list)?;
    if read as u64 == count { Ok(list) } else { Err(cut_short(read as u64, count)) }
}

fn list<T>(
    from: &mut impl Read,
    count: u64,
    block: &mut Vec<u8>,
    width: usize,
    number: impl Fn(&[u8]) -> T,
) -> Result<Vec<T>, Problem> {
    let mut list = Vec::new();
    while (list.len() as u64) < count {
        let wanted = BLOCK.min((count - list.len() as u64) as usize) * width;
        block.clear();
        let read = from.take(wanted as u64).read_to_end(block)?;
        list.extend(block.chunks_exact(width).map(&number));
        if read < wanted {
            return Err(cut_short(list.len() as u64, count));
        }
    }
    list.shrink_to_fit();
    Ok(list)
}

/// There are fewer numbers than were promised.
pub(super) fn cut_short(there: u64, count: u64) -> Problem {
    let (count, there) = (crate::text::count(count), crate::text::count(there));
    Problem::Truncated { detail: format!("its header promises {count} numbers and {there} are there") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_the_numbers_that_numpy_reads() {
        // numpy.array([...], dtype="<u2").view("<f2")
        let cases = [(0x3c00, 1.0), (0xc000, -2.0), (0x0001, 5.9604645e-8), (0x7bff, 65504.0), (0x8000, 0.0)];
        for (bits, number) in cases {
            assert_eq!(f32_from_f16(bits), number);
        }
        assert!(f32_from_f16(0x7e00).is_nan() && f32_from_f16(0xfc00) == f32::NEG_INFINITY);
    }
}
