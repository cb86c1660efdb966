//! The input ring's state machine: a queue of records between one writer and one reader, over [`Control`] but without
//! any mapping.
//!
//! Each side keeps its own count privately and only tells the other. A record is there when its slot carries its number;
//! the writer's count says merely that it is worth looking further. So an overwritten word costs the records that it
//! touched, and the next intact one is found again.

use crate::layout::{Control, INPUT_SLOTS, InputSlot, RECORD_BYTES_MAX};
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

/// The sidecar's half.
#[derive(Debug, Default)]
pub(crate) struct Producer {
    written: u64,
    /// A count of the reader's that cannot be, until we know whether the reader really means it.
    doubted: Option<u64>,
    corrupt: u64,
}

/// Stands in place of a reader's count that the writer doubts, until the reader tells its count again.
const DOUBT: u64 = u64::MAX;

impl Producer {
    /// Appends a record of at most [`RECORD_BYTES_MAX`] bytes; `false` when the ring is full.
    pub(crate) fn push(&mut self, control: &Control, bytes: &[u8]) -> bool {
        debug_assert!(bytes.len() <= RECORD_BYTES_MAX);
        if !self.has_room(control) {
            self.tell(control);
            return false;
        }
        let slot = control.input_slot(self.written);
        for (word, piece) in slot.words.iter().zip(bytes.chunks(8)) {
            let mut eight = [0; 8];
            eight[..piece.len()].copy_from_slice(piece);
            word.store(u64::from_ne_bytes(eight), Relaxed);
        }
        slot.bytes.store(bytes.len() as u64, Relaxed);
        // A count that it was led to by an overwritten word may be any.
        self.written = self.written.wrapping_add(1);
        // The Release publishes the record to the Acquire in Consumer::is_written.
        slot.number.store(self.written, Release);
        self.tell(control);
        true
    }

    /// Records written (or skipped after a corruption).
    pub(crate) fn written(&self) -> u64 {
        self.written
    }

    /// Times that the reader's count was impossible.
    pub(crate) fn corrupt(&self) -> u64 {
        self.corrupt
    }

    /// Whether the slot for the next record has been read.
    ///
    /// A count that cannot be was either overwritten, or the reader was led astray by overwritten records. So the writer
    /// crosses it out: if the reader tells another one, that is right; if it tells the same, the writer goes there.
    fn has_room(&mut self, control: &Control) -> bool {
        // The Acquire pairs with the Release in Consumer::tell: the reader is done with the slots that it counts.
        let read = control.inputs_head.load(Acquire);
        let waiting = self.written.wrapping_sub(read);
        if waiting <= INPUT_SLOTS {
            self.doubted = None;
            return waiting < INPUT_SLOTS;
        }
        if read == DOUBT {
            return false;
        }
        self.corrupt += 1;
        if self.doubted.take() == Some(read) {
            self.written = read;
            return true;
        }
        self.doubted = Some(read);
        // Relaxed: tells the reader nothing.
        control.inputs_head.store(DOUBT, Relaxed);
        false
    }

    fn tell(&self, control: &Control) {
        // Relaxed: a hint; each slot's number is what synchronises.
        control.inputs_tail.store(self.written, Relaxed);
    }
}

/// The app's half.
#[derive(Debug)]
pub(crate) struct Consumer {
    /// Records passed, lost ones included; the next has this number plus one.
    passed: u64,
    lost: u64,
    record: [u8; RECORD_BYTES_MAX],
}

impl Consumer {
    pub(crate) fn new() -> Consumer {
        Consumer { passed: 0, lost: 0, record: [0; RECORD_BYTES_MAX] }
    }

    /// Whether a record is there. Also tells the writer our count again, in case someone overwrote it.
    pub(crate) fn is_ready(&self, control: &Control) -> bool {
        self.tell(control);
        self.next_written(control).is_some()
    }

    /// Copies the next record out of the ring and returns the copy.
    pub(crate) fn pop(&mut self, control: &Control) -> Option<&[u8]> {
        // Each turn passes at least one record, so even a peer that goes on writing nonsense cannot keep us here.
        for _ in 0..INPUT_SLOTS {
            let Some(next) = self.next_written(control) else {
                self.tell(control);
                return None;
            };
            self.lost += next - self.passed;
            let length = copy_out(control.input_slot(next), &mut self.record);
            self.passed = next + 1;
            self.tell(control);
            match length {
                Some(length) => return Some(&self.record[..length]),
                None => self.lost += 1,
            }
        }
        None
    }

    /// Records delivered or lost so far.
    pub(crate) fn passed(&self) -> u64 {
        self.passed
    }

    /// Records that were overwritten before they could be read.
    pub(crate) fn lost(&self) -> u64 {
        self.lost
    }

    /// How many records lie before the first one that is whole: `passed` unless some were overwritten.
    fn next_written(&self, control: &Control) -> Option<u64> {
        if is_written(control, self.passed) {
            return Some(self.passed);
        }
        if control.inputs_tail.load(Relaxed) == self.passed {
            return None;
        }
        // The writer says that it is ahead. Either it wrote just now, or the next record's number was overwritten;
        // then a later record is intact. Once that one is seen (Acquire), all before it that are honest are seen too.
        let ahead = self.passed..self.passed.saturating_add(INPUT_SLOTS);
        let intact = ahead.clone().find(|&record| is_written(control, record))?;
        ahead.take_while(|&record| record < intact).find(|&record| is_written(control, record)).or(Some(intact))
    }

    fn tell(&self, control: &Control) {
        // The Release gives the slots that we have copied back, to the Acquire in Producer::push.
        control.inputs_head.store(self.passed, Release);
    }
}

/// Whether the record after `before` others lies in its slot.
fn is_written(control: &Control, before: u64) -> bool {
    // The Acquire pairs with the Release in Producer::push: the record is whole.
    control.input_slot(before).number.load(Acquire) == before.wrapping_add(1)
}

/// Copies a record and returns its length, or `None` when the length is impossible.
fn copy_out(slot: &InputSlot, record: &mut [u8; RECORD_BYTES_MAX]) -> Option<usize> {
    // Relaxed: `is_written` acquired the record. The length is copied once and checked as a copy.
    let length = usize::try_from(slot.bytes.load(Relaxed)).ok().filter(|&length| length <= RECORD_BYTES_MAX)?;
    for (word, piece) in slot.words.iter().zip(record[..length].chunks_mut(8)) {
        piece.copy_from_slice(&word.load(Relaxed).to_ne_bytes()[..piece.len()]);
    }
    Some(length)
}

#[cfg(test)]
mod tests;
