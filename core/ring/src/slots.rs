//! The frame ring's state machine: three slots and one atomic word, without any memory mapping.
//!
//! At each moment one slot belongs to the writer (*back*), one to the reader (*front*), and one is *ready*: it lies in
//! the word, with [`FRESH`] while nobody has taken it. Either side trades its own slot for the ready one with a single
//! swap. So the writer never waits, the reader gets the newest whole frame, and nobody touches the other's slot.
//!
//! **What the writer believes.** It knows what it put into the word, so all that it needs to learn is one bit: has the
//! reader come since? If not, the slot that it gets back is the one it published last; if so, it is the one that the
//! reader held before. The number found in the word is only compared. Hence, whatever a broken reader writes
//! there, the writer's three slots stay three different slots, and the worst of it is torn pictures until that reader
//! has taken one good frame.
//!
//! `slots/tests.rs` runs both halves through every interleaving and every stale read that the memory model allows.

use std::sync::atomic::{AtomicU32, Ordering};

/// In the word: the ready slot has not been taken.
pub(crate) const FRESH: u32 = 4;
const SLOT_MASK: u32 = 3;

/// What the word holds at first: slot 1, not fresh; the writer has slot 0 and the reader slot 2.
pub(crate) const FIRST_WORD: u32 = 1;

/// The two operations that the machine needs of its word; a trait so that tests can stand a model in its place.
pub(crate) trait Word {
    fn load(&self, ordering: Ordering) -> u32;
    fn swap(&self, value: u32, ordering: Ordering) -> u32;
}

impl Word for AtomicU32 {
    fn load(&self, ordering: Ordering) -> u32 {
        self.load(ordering)
    }
    fn swap(&self, value: u32, ordering: Ordering) -> u32 {
        self.swap(value, ordering)
    }
}

/// A slot's number: 0, 1 or 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Slot(u8);

impl Slot {
    /// The slot named by a word, or `None` when it names none.
    fn of_word(word: u32) -> Option<Slot> {
        match word & !FRESH {
            number @ 0..=2 => Some(Slot((number & SLOT_MASK) as u8)),
            _ => None,
        }
    }

    /// 0, 1 or 2.
    pub(crate) fn index(self) -> usize {
        usize::from(self.0)
    }

    fn word(self) -> u32 {
        u32::from(self.0)
    }
}

/// The writer's half: three different slots at all times.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct WriterSlots {
    /// Ours to write.
    back: Slot,
    /// Published last.
    last: Slot,
    /// What the reader holds if it has not taken `last`.
    held: Slot,
}

/// What the writer learned by publishing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Published {
    /// The frame before was never taken: newest wins.
    pub(crate) replaced: bool,
    /// The word held what no honest reader writes.
    pub(crate) corrupt: bool,
}

impl WriterSlots {
    /// As if the reader had just taken slot 2 and left slot 1: agrees with [`FIRST_WORD`] and [`ReaderSlots::new`].
    pub(crate) fn new() -> WriterSlots {
        WriterSlots { back: Slot(0), last: Slot(2), held: Slot(1) }
    }

    /// The slot to write the next frame to; nobody reads it.
    pub(crate) fn back(&self) -> Slot {
        self.back
    }

    /// Offers the back slot to the reader and gets another one to write to.
    pub(crate) fn publish(&mut self, word: &impl Word) -> Published {
        // The Release publishes the back slot's bytes to the Acquire of ReaderSlots::take_fresh; the Acquire pairs with
        // its Release, so that the reader's last reads of the slot that we get back lie before our next writes.
        let found = word.swap(self.back.word() | FRESH, Ordering::AcqRel);
        let replaced = found & FRESH != 0;
        let (next, expected) =
            if replaced { (self.last, self.last.word() | FRESH) } else { (self.held, self.held.word()) };
        if !replaced {
            self.held = self.last;
        }
        self.last = self.back;
        self.back = next;
        Published { replaced, corrupt: found != expected }
    }
}

/// The reader's half.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct ReaderSlots {
    front: Slot,
}

/// What came of taking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taken {
    /// Nothing new: the front slot stays ours.
    Nothing,
    /// The newest frame: this slot is ours until the next take.
    Newest(Slot),
    /// The word held what no honest writer writes; nothing is ours until the next take succeeds.
    Corrupt,
}

impl ReaderSlots {
    /// Holds slot 2, in which there is no frame yet.
    pub(crate) fn new() -> ReaderSlots {
        ReaderSlots { front: Slot(2) }
    }

    /// Whether a frame waits to be taken.
    pub(crate) fn is_fresh(word: &impl Word) -> bool {
        // Relaxed: only a hint whether to swap; the swap is what synchronises.
        word.load(Ordering::Relaxed) & FRESH != 0
    }

    /// Takes the newest frame if there is one that was not taken.
    pub(crate) fn take(&mut self, word: &impl Word) -> Taken {
        if ReaderSlots::is_fresh(word) { self.take_fresh(word) } else { Taken::Nothing }
    }

    /// The second half of [`ReaderSlots::take`]: only after [`ReaderSlots::is_fresh`], because nobody but us clears it.
    fn take_fresh(&mut self, word: &impl Word) -> Taken {
        // The Acquire pairs with the Release of WriterSlots::publish: the frame is whole. The Release gives the front
        // slot back after our last read of it, to the Acquire of WriterSlots::publish.
        let found = word.swap(self.front.word(), Ordering::AcqRel);
        match Slot::of_word(found) {
            // It may be our own front slot, if the word was overwritten and the writer took us to hold another one; then
            // it is the writer's newest all the same, and both agree again.
            Some(slot) if found & FRESH != 0 => {
                self.front = slot;
                Taken::Newest(slot)
            }
            _ => Taken::Corrupt,
        }
    }
}

#[cfg(test)]
mod tests;
