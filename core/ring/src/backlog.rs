//! [`Backlog`]: inputs that wait because the ring is full.
//!
//! Overflow: of the moves of one key, only the newest after its last kept item waits; kept items are never dropped, and
//! when too many wait, the next one is refused.

use std::collections::{HashMap, VecDeque};

/// The most inputs of the kind [`Coalesce::Keep`] that wait; as many moves may wait beside them. With records of 1 KiB
/// that is 32 MiB at the very worst.
pub const BACKLOG_KEPT_MAX: usize = 16_384;

/// What may happen to an input that has to wait. The key names whose it is (a viewer): order is kept within a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coalesce {
    /// A press, a release, a command: never lost, never overtaken by another input of its key.
    Keep(u32),
    /// A move: replaces the last waiting input of its key, if that is a move too.
    Replace(u32),
}

/// A bounded queue.
#[derive(Debug, Default)]
pub(crate) struct Backlog {
    items: VecDeque<Item>,
    /// Items that left the front so far: an item's number is its index plus this.
    left: u64,
    /// By key: the number of the last item that waits, if it is a move.
    last_move: HashMap<u32, u64>,
    kept: usize,
}

#[derive(Debug)]
struct Item {
    bytes: Vec<u8>,
    kind: Coalesce,
}

/// What became of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Queued {
    Appended,
    Replaced,
    Refused,
}

impl Backlog {
    /// Appends an input, or puts it in the place of the move that it makes obsolete.
    pub(crate) fn push(&mut self, bytes: &[u8], kind: Coalesce) -> Queued {
        match kind {
            Coalesce::Replace(key) => {
                if let Some(item) = self.last_move(key) {
                    item.bytes.clear();
                    item.bytes.extend_from_slice(bytes);
                    return Queued::Replaced;
                }
                if self.items.len() - self.kept >= BACKLOG_KEPT_MAX {
                    return Queued::Refused;
                }
                self.last_move.insert(key, self.left + self.items.len() as u64);
            }
            Coalesce::Keep(key) => {
                if self.kept >= BACKLOG_KEPT_MAX {
                    return Queued::Refused;
                }
                self.last_move.remove(&key);
                self.kept += 1;
            }
        }
        self.items.push_back(Item { bytes: bytes.to_vec(), kind });
        Queued::Appended
    }

    /// The oldest input.
    pub(crate) fn front(&self) -> Option<&[u8]> {
        self.items.front().map(|item| item.bytes.as_slice())
    }

    /// Removes the oldest input.
    pub(crate) fn pop(&mut self) {
        let Some(item) = self.items.pop_front() else { return };
        match item.kind {
            Coalesce::Keep(_) => self.kept -= 1,
            Coalesce::Replace(key) if self.last_move.get(&key) == Some(&self.left) => {
                self.last_move.remove(&key);
            }
            Coalesce::Replace(_) => {}
        }
        self.left += 1;
    }

    /// Inputs that wait.
    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }

    fn last_move(&mut self, key: u32) -> Option<&mut Item> {
        let index = self.last_move.get(&key)?.checked_sub(self.left)?;
        self.items.get_mut(usize::try_from(index).ok()?)
    }
}

#[cfg(test)]
mod tests;
