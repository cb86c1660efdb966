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
    F32,
    F64,
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
            NumberType::U16 | NumberType::I16 => 2,
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
            NumberType::F32 => Values::F32(Vec::new()),
            NumberType::U64 | NumberType::I64 | NumberType::F64 => Values::F64(Vec::new()),
        }
    }

    /// Adds the number of these bytes to a list of [`NumberType::empty`]; nothing when their number is not the type's.
    pub(super) fn push(self, endian: Endian, bytes: &[u8], list: &mut Values) {
        macro_rules! number {
            ($kind:ident) => {
                bytes.try_into().map(|bytes| endian.$kind(bytes))
            };
        }
        match (self, list) {
            (NumberType::U8, Values::U8(list)) => list.extend(bytes.first()),
            (NumberType::I8, Values::I8(list)) => list.extend(bytes.first().map(|byte| *byte as i8)),
            (NumberType::U16, Values::U16(list)) => list.extend(number!(u16)),
            (NumberType::I16, Values::I16(list)) => list.extend(number!(i16)),
            (NumberType::U32, Values::U32(list)) => list.extend(number!(u32)),
            (NumberType::I32, Values::I32(list)) => list.extend(number!(i32)),
            (NumberType::F32, Values::F32(list)) => list.extend(number!(f32)),
            (NumberType::F64, Values::F64(list)) => list.extend(number!(f64)),
            (NumberType::U64, Values::F64(list)) => list.extend(number!(u64).map(|whole| whole as f64)),
            (NumberType::I64, Values::F64(list)) => list.extend(number!(i64).map(|whole| whole as f64)),
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
                Values::$kind(list(from, count, &mut block, |bytes: &[u8]| {
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
    number: impl Fn(&[u8]) -> T,
) -> Result<Vec<T>, Problem> {
    let mut list = Vec::new();
    let width = size_of::<T>().max(1);
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

fn cut_short(there: u64, count: u64) -> Problem {
    let (count, there) = (crate::text::count(count), crate::text::count(there));
    Problem::Truncated { detail: format!("its header promises {count} numbers and {there} are there") }
}
