//! The public header block of a LAS file (ASPRS LAS 1.4 R15, table 3).

use crate::load::source::FileReader;
use crate::load::{Problem, is_plausible};
use std::io::Read;

/// What is needed of a header; every number checked.
#[derive(Debug)]
pub(super) struct Header {
    /// The point data record format, 0 to 10.
    pub(super) format: u8,
    /// Whether the points are compressed as LAZ.
    pub(super) compressed: bool,
    /// Bytes of a point: at least as many as the format needs.
    pub(super) record_bytes: usize,
    /// As promised: to be held against what is there.
    pub(super) point_count: u64,
    /// Where the points begin: within the file.
    pub(super) points_at: u64,
    /// Bytes of the header itself: the variable length records begin here.
    pub(super) header_bytes: u64,
    /// How many variable length records are promised.
    pub(super) record_count: u32,
    /// From whole numbers to coordinates.
    pub(super) scale: [f64; 3],
    /// Added after scaling.
    pub(super) offset: [f64; 3],
}

/// Bytes of a point of each format.
const RECORD_BYTES: [usize; 11] = [20, 28, 26, 34, 57, 63, 30, 36, 38, 59, 67];
/// The last of these, where a format has them.
const WAVE_PACKET_BYTES: usize = 29;
/// The header of the oldest versions; those of 1.3 and 1.4 are longer.
const OLD_HEADER_BYTES: usize = 227;
const NEW_HEADER_BYTES: u64 = 375;
/// The upper two bits of the format say that the points are compressed.
const COMPRESSED_BITS: u8 = 0xc0;

impl Header {
    /// Reads and checks a header; the reader is at the start of the file.
    pub(super) fn read(reader: &mut FileReader) -> Result<Header, Problem> {
        let length = reader.len();
        if length < OLD_HEADER_BYTES as u64 {
            let detail = format!("it has {length} bytes, and a LAS header has {OLD_HEADER_BYTES}");
            return Err(Problem::Truncated { detail });
        }
        let bytes: [u8; OLD_HEADER_BYTES] = reader.array()?;
        let u16_at = |at: usize| u16::from_le_bytes([bytes[at], bytes[at + 1]]);
        let u32_at = |at: usize| u32::from_le_bytes(std::array::from_fn(|byte| bytes[at + byte]));
        let f64_at = |at: usize| f64::from_le_bytes(std::array::from_fn(|byte| bytes[at + byte]));
        let f64s_at = |at: usize| [f64_at(at), f64_at(at + 8), f64_at(at + 16)];

        let (major, minor) = (bytes[24], bytes[25]);
        let header_bytes = u64::from(u16_at(94));
        let mut point_count = u64::from(u32_at(107));
        if (major, minor) >= (1, 4) && header_bytes >= NEW_HEADER_BYTES && length >= NEW_HEADER_BYTES {
            let mut rest = [0; NEW_HEADER_BYTES as usize - OLD_HEADER_BYTES];
            reader.read_exact(&mut rest)?;
            // The older field stays zero when the count is greater than it can hold, or the format is a new one.
            let at = 247 - OLD_HEADER_BYTES;
            let newer = u64::from_le_bytes(std::array::from_fn(|byte| rest[at + byte]));
            point_count = if point_count == 0 { newer } else { point_count };
        }
        let header = Header {
            format: bytes[104] & !COMPRESSED_BITS,
            compressed: bytes[104] & COMPRESSED_BITS != 0,
            record_bytes: usize::from(u16_at(105)),
            point_count,
            points_at: u64::from(u32_at(96)),
            header_bytes,
            record_count: u32_at(100),
            scale: f64s_at(131),
            offset: f64s_at(155),
        };
        header.check(major, minor, length)?;
        Ok(header)
    }

    /// Where in a point its colour is: three numbers of 16 bits.
    pub(super) fn color_at(&self) -> Option<usize> {
        match self.format {
            2 => Some(20),
            3 | 5 => Some(28),
            7 | 8 | 10 => Some(30),
            _ => None,
        }
    }

    /// Where in a point its near infrared is: a number of 16 bits.
    pub(super) fn infrared_at(&self) -> Option<usize> {
        matches!(self.format, 8 | 10).then_some(36)
    }

    /// Where in a point its time is: a number of 64 bits.
    pub(super) fn time_at(&self) -> Option<usize> {
        match self.format {
            1 | 3..=5 => Some(20),
            6..=10 => Some(22),
            _ => None,
        }
    }

    /// Bytes of a point before those that are not read: wave packets, and then those beyond what its format needs.
    pub(super) fn own_bytes(&self) -> usize {
        let packet = if matches!(self.format, 4 | 5 | 9 | 10) { WAVE_PACKET_BYTES } else { 0 };
        RECORD_BYTES[usize::from(self.format)] - packet
    }

    /// Bytes of a point beyond those that its format needs.
    pub(super) fn extra_bytes(&self) -> u16 {
        (self.record_bytes - RECORD_BYTES[usize::from(self.format)]) as u16
    }

    fn check(&self, major: u8, minor: u8, length: u64) -> Result<(), Problem> {
        let malformed = |detail: String| Err(Problem::Malformed { kind: "LAS", detail });
        if major != 1 || minor > 4 {
            return malformed(format!("it is of version {major}.{minor}, and 1.0 to 1.4 are known"));
        }
        let Some(&least) = RECORD_BYTES.get(usize::from(self.format)) else {
            return malformed(format!("its points are of format {}, and 0 to 10 are known", self.format));
        };
        if self.record_bytes < least {
            let (format, bytes) = (self.format, self.record_bytes);
            return malformed(format!("its points have {bytes} bytes, and format {format} needs {least}"));
        }
        if self.header_bytes < OLD_HEADER_BYTES as u64 || self.points_at < self.header_bytes {
            return malformed(format!("its points would begin at byte {}, within the header", self.points_at));
        }
        if self.points_at > length {
            let detail = format!("its points would begin at byte {}, and it has {length}", self.points_at);
            return Err(Problem::Truncated { detail });
        }
        for (axis, (scale, offset)) in ["x", "y", "z"].into_iter().zip(self.scale.into_iter().zip(self.offset)) {
            if !is_plausible(scale) || scale == 0.0 {
                return malformed(format!("its scale factor for {axis} is {scale}"));
            }
            if !is_plausible(offset) {
                return malformed(format!("its offset for {axis} is {offset}"));
            }
        }
        Ok(())
    }
}
