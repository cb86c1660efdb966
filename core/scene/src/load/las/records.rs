//! The records of points as a file has them, less what is not read, until it is known in which order they are drawn.
//!
//! They are kept whole so that a point is fetched from wherever it lies once, and not once for each of its numbers.

use super::extra::Field;
use super::header::Header;
use crate::load::Problem;
use std::ops::Range;

/// So many bytes of records are read at once, then progress is told: few enough to be near when they are looked at again.
const BLOCK_BYTES: usize = 1 << 18;

/// What a record has, and where.
#[derive(Debug)]
pub(super) struct Layout {
    /// In the file.
    pub(super) record_bytes: usize,
    /// What is kept of a record.
    kept: Vec<Range<usize>>,
    /// As much is that; all places below are places in it.
    pub(super) kept_bytes: usize,
    pub(super) extended: bool,
    pub(super) color_at: Option<usize>,
    pub(super) time_at: Option<usize>,
    pub(super) infrared_at: Option<usize>,
    pub(super) extra: Vec<Field>,
}

impl Layout {
    /// Of extra bytes only those are kept that a field is of.
    pub(super) fn new(header: &Header, mut extra: Vec<Field>) -> Layout {
        let mut kept_bytes = header.own_bytes();
        let mut kept: Vec<Range<usize>> = std::iter::once(0..kept_bytes).collect();
        for field in &mut extra {
            let place = field.place();
            match kept.last_mut() {
                Some(last) if last.end == place.start => last.end = place.end,
                _ => kept.push(place.clone()),
            }
            field.move_to(kept_bytes);
            kept_bytes += place.len();
        }
        Layout {
            record_bytes: header.record_bytes,
            kept,
            kept_bytes,
            extended: header.format >= 6,
            color_at: header.color_at(),
            time_at: header.time_at(),
            infrared_at: header.infrared_at(),
            extra,
        }
    }

    /// What a point takes in the end.
    pub(super) fn final_bytes(&self) -> usize {
        let if_there = |at: Option<usize>, bytes| if at.is_some() { bytes } else { 0 };
        let optional = if_there(self.color_at, 4) + if_there(self.time_at, 8) + if_there(self.infrared_at, 2);
        // Place and index; then intensity, echoes, class, angle, user data, source.
        12 + 4 + 2 + 2 + 1 + 4 + 1 + 2 + optional + self.extra.iter().map(Field::final_bytes).sum::<usize>()
    }

    /// What a point takes for a while, at most.
    pub(super) fn bytes_needed(&self) -> usize {
        // A key while it is put into its order.
        self.kept_bytes + size_of::<u64>() + self.final_bytes()
    }

    /// Fills `into`, which is of whole kept records, with what `read` reads into a block of whole records of the file.
    pub(super) fn take(
        &self,
        into: &mut [u8],
        mut read: impl FnMut(&mut [u8]) -> Result<(), Problem>,
    ) -> Result<Extent, Problem> {
        let block_records = (BLOCK_BYTES / self.record_bytes).max(1);
        let all_is_kept = self.kept_bytes == self.record_bytes;
        let mut records = if all_is_kept { Vec::new() } else { vec![0; block_records * self.record_bytes] };
        let mut extent = Extent::of_none(self);
        for block in into.chunks_mut(block_records * self.kept_bytes) {
            if all_is_kept {
                read(block)?;
            } else {
                let records = &mut records[..block.len() / self.kept_bytes * self.record_bytes];
                read(records)?;
                self.keep(records, block);
            }
            extent.include(block, self);
        }
        Ok(extent)
    }

    fn keep(&self, records: &[u8], into: &mut [u8]) {
        for (record, mut into) in records.chunks_exact(self.record_bytes).zip(into.chunks_exact_mut(self.kept_bytes)) {
            for part in &self.kept {
                let (here, after) = into.split_at_mut(part.len());
                here.copy_from_slice(&record[part.clone()]);
                into = after;
            }
        }
    }
}

/// What is to be known of all records before they are put into their order.
#[derive(Debug, Clone)]
pub(super) struct Extent {
    pub(super) min: [i32; 3],
    pub(super) max: [i32; 3],
    /// All kept records, one bit over the other: where there is none set each of them has zeros.
    any: Vec<u8>,
}

impl Extent {
    pub(super) fn of_none(layout: &Layout) -> Extent {
        Extent { min: [i32::MAX; 3], max: [i32::MIN; 3], any: vec![0; layout.kept_bytes] }
    }

    fn include(&mut self, records: &[u8], layout: &Layout) {
        for record in records.chunks_exact(layout.kept_bytes) {
            let place = place_in(record);
            self.min = std::array::from_fn(|axis| self.min[axis].min(place[axis]));
            self.max = std::array::from_fn(|axis| self.max[axis].max(place[axis]));
            self.any.iter_mut().zip(record).for_each(|(any, byte)| *any |= byte);
        }
    }

    /// Of these and of others.
    pub(super) fn joined(mut self, other: &Extent) -> Extent {
        self.min = std::array::from_fn(|axis| self.min[axis].min(other.min[axis]));
        self.max = std::array::from_fn(|axis| self.max[axis].max(other.max[axis]));
        self.any.iter_mut().zip(&other.any).for_each(|(any, byte)| *any |= byte);
        self
    }

    /// Whether a record has anything but zeros there.
    pub(super) fn says_something(&self, at: usize, bytes: usize) -> bool {
        self.any[at..at + bytes].iter().any(|byte| *byte != 0)
    }
}

#[inline]
pub(super) fn i32_in(record: &[u8], at: usize) -> i32 {
    i32::from_le_bytes([record[at], record[at + 1], record[at + 2], record[at + 3]])
}

#[inline]
pub(super) fn u16_in(record: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([record[at], record[at + 1]])
}

/// Where the point is, in the file's whole numbers.
#[inline]
pub(super) fn place_in(record: &[u8]) -> [i32; 3] {
    [i32_in(record, 0), i32_in(record, 4), i32_in(record, 8)]
}

#[inline]
pub(super) fn color_in(record: &[u8], at: usize) -> [u16; 3] {
    [u16_in(record, at), u16_in(record, at + 2), u16_in(record, at + 4)]
}
