//! Every interleaving of the two real halves, with every stale read and every missing edge that the C++ memory model
//! allows for one atomic word.
//!
//! The model runs the code of `slots.rs` one atomic operation at a time. The word keeps the history that a relaxed load
//! may still see, and a vector clock that a Release fills and an Acquire takes; each slot remembers who touched it when.
//! An access that no chain of Release and Acquire orders after the other side's is a data race, and fails.

use super::*;
use std::cell::RefCell;
use std::collections::HashSet;

const WRITER: usize = 0;
const READER: usize = 1;
const BOTH_HALVES: [usize; 2] = [0, 1];

type Clock = [u8; 2];

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct ModelWord {
    /// The newest last; the first is the oldest that the reader's next load may return.
    history: Vec<u32>,
    released: Clock,
    clocks: [Clock; 2],
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
struct ModelSlot {
    /// The sequence number in each half of the slot's memory.
    halves: [u8; 2],
    /// When each side touched it last, in its own time.
    touched: Clock,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct World {
    word: ModelWord,
    slots: [ModelSlot; 3],
    writer: WriterSlots,
    reader: ReaderSlots,
    writer_step: usize,
    reader_step: usize,
    published: u8,
    last_taken: u8,
    takes_left: u8,
    corruptions_left: u8,
    /// Nothing published up to here may be relied on: the word was overwritten.
    spoiled_up_to: Option<u8>,
}

/// What to explore.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    publishes: u8,
    takes: u8,
    corruptions: u8,
    /// Turns every ordering into this one, to see that the model notices.
    weaken: Option<Ordering>,
}

/// One side's view of the word during one step; `stale` chooses what a load returns.
struct View<'a> {
    word: RefCell<&'a mut ModelWord>,
    side: usize,
    stale: usize,
    weaken: Option<Ordering>,
}

impl Word for View<'_> {
    fn load(&self, ordering: Ordering) -> u32 {
        assert_eq!(ordering, Ordering::Relaxed, "the model knows relaxed loads only");
        let mut word = self.word.borrow_mut();
        word.history.drain(..self.stale);
        word.history[0]
    }

    fn swap(&self, value: u32, ordering: Ordering) -> u32 {
        let ordering = self.weaken.unwrap_or(ordering);
        let mut guard = self.word.borrow_mut();
        let word: &mut ModelWord = &mut guard;
        let found = *word.history.last().unwrap();
        if self.side == READER {
            word.history.clear(); // Coherence: it never sees anything older than its own swap.
        }
        word.history.push(value);
        if matches!(ordering, Ordering::Acquire | Ordering::AcqRel) {
            join(&mut word.clocks[self.side], word.released);
        }
        if matches!(ordering, Ordering::Release | Ordering::AcqRel) {
            let clock = word.clocks[self.side];
            join(&mut word.released, clock);
        }
        word.clocks[self.side][self.side] += 1;
        found
    }
}

fn join(clock: &mut Clock, other: Clock) {
    for (mine, theirs) in clock.iter_mut().zip(other) {
        *mine = (*mine).max(theirs);
    }
}

impl World {
    fn new(bounds: Bounds) -> World {
        World {
            word: ModelWord { history: vec![FIRST_WORD], released: [0; 2], clocks: [[1, 0], [0, 1]] },
            slots: Default::default(),
            writer: WriterSlots::new(),
            reader: ReaderSlots::new(),
            writer_step: 0,
            reader_step: 0,
            published: 0,
            last_taken: 0,
            takes_left: bounds.takes,
            corruptions_left: bounds.corruptions,
            spoiled_up_to: None,
        }
    }

    /// All worlds that one step of anyone can lead to.
    fn next(&self, bounds: Bounds) -> Result<Vec<World>, String> {
        let mut worlds = Vec::new();
        if self.published < bounds.publishes {
            worlds.push(self.clone().writer_steps(bounds)?);
        }
        if self.takes_left > 0 {
            let choices = if self.reader_step == 0 { self.word.history.len() } else { 1 };
            for stale in 0..choices {
                worlds.push(self.clone().reader_steps(stale, bounds)?);
            }
        }
        if self.corruptions_left > 0 {
            let words = [0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 1 << 31, u32::MAX];
            worlds.extend(words.map(|word| self.clone().corrupted(word)));
        }
        Ok(worlds)
    }

    /// Two writes to the back slot, then the swap.
    fn writer_steps(mut self, bounds: Bounds) -> Result<World, String> {
        let back = self.writer.back();
        if let Some(half) = BOTH_HALVES.get(self.writer_step) {
            let sequence = self.published + 1;
            self.touch(WRITER, back)?;
            self.slots[back.index()].halves[*half] = sequence;
            self.writer_step += 1;
            return Ok(self);
        }
        let word = View { word: RefCell::new(&mut self.word), side: WRITER, stale: 0, weaken: bounds.weaken };
        let published = self.writer.publish(&word);
        self.published += 1;
        self.writer_step = 0;
        let WriterSlots { back, last, held } = self.writer;
        if back == last || last == held || held == back {
            return Err(format!("the writer's slots are not three: {:?}", self.writer));
        }
        let spoiled = bounds.corruptions > self.corruptions_left;
        if published.corrupt && !spoiled {
            return Err("the writer sees corruption where there is none".into());
        }
        Ok(self)
    }

    /// A load, the swap, two reads of the front slot.
    fn reader_steps(mut self, stale: usize, bounds: Bounds) -> Result<World, String> {
        let step = self.reader_step;
        let word = View { word: RefCell::new(&mut self.word), side: READER, stale, weaken: bounds.weaken };
        match step {
            0 if ReaderSlots::is_fresh(&word) => self.reader_step = 1,
            0 => self.takes_left -= 1,
            1 => match self.reader.take_fresh(&word) {
                Taken::Newest(slot) => {
                    self.reader_step = 2;
                    self.check_newest(slot)?;
                }
                taken if self.spoiled_up_to.is_none_or(|spoiled| self.published > spoiled) => {
                    return Err(format!("a fresh word gave {taken:?}"));
                }
                _ => (self.reader_step, self.takes_left) = (0, self.takes_left - 1),
            },
            _ => {
                let front = self.reader.front;
                let halves = self.slots[front.index()].halves;
                if self.spoiled_up_to.is_none() {
                    self.touch(READER, front)?;
                    if halves[0] != self.last_taken || halves[1] != self.last_taken {
                        return Err(format!("torn: {halves:?} instead of {}", self.last_taken));
                    }
                }
                self.reader_step = if step == 2 { 3 } else { 0 };
                self.takes_left -= u8::from(step == 3);
            }
        }
        Ok(self)
    }

    /// At the swap: what was taken is the newest, and newer than what was taken before.
    fn check_newest(&mut self, slot: Slot) -> Result<(), String> {
        if let Some(spoiled) = self.spoiled_up_to {
            // The ring must heal with the first frame published after the last corruption.
            if self.published > spoiled {
                self.spoiled_up_to = None;
                self.last_taken = spoiled;
                // What was read before the swap of this take may be overwritten now: nobody relies on it any more.
                self.slots.iter_mut().for_each(|slot| slot.touched[READER] = 0);
            } else {
                return Ok(());
            }
        }
        let sequence = self.slots[slot.index()].halves[0];
        if sequence != self.published || sequence <= self.last_taken {
            return Err(format!("took {sequence} after {}, newest is {}", self.last_taken, self.published));
        }
        self.last_taken = sequence;
        Ok(())
    }

    fn corrupted(mut self, word: u32) -> World {
        *self.word.history.last_mut().unwrap() = word;
        self.corruptions_left -= 1;
        self.spoiled_up_to = Some(self.published);
        self
    }

    /// Fails unless everything that the other side did to the slot is ordered before this access.
    fn touch(&mut self, side: usize, slot: Slot) -> Result<(), String> {
        let other = 1 - side;
        let slot_model = &mut self.slots[slot.index()];
        let clock = self.word.clocks[side];
        if clock[other] < slot_model.touched[other] && self.spoiled_up_to.is_none() {
            return Err(format!("a data race in slot {}: side {side} knows {clock:?} of {slot_model:?}", slot.index()));
        }
        slot_model.touched[side] = clock[side];
        Ok(())
    }
}

/// Visits every world; returns how many there are, or how the first bad one is bad.
fn explore(bounds: Bounds) -> Result<usize, String> {
    let mut open = vec![World::new(bounds)];
    let mut seen: HashSet<World> = open.iter().cloned().collect();
    let (mut most_taken, mut healed) = (0, bounds.corruptions == 0);
    while let Some(world) = open.pop() {
        for next in world.next(bounds)? {
            most_taken = most_taken.max(next.last_taken);
            healed |= next.corruptions_left == 0 && next.spoiled_up_to.is_none();
            if seen.insert(next.clone()) {
                open.push(next);
            }
        }
    }
    assert_eq!(most_taken, bounds.publishes, "the model never got to the last frame");
    assert!(healed, "the model never saw the ring heal");
    Ok(seen.len())
}

const HONEST: Bounds = Bounds { publishes: 5, takes: 5, corruptions: 0, weaken: None };

#[test]
fn in_every_interleaving_the_reader_gets_the_newest_whole_frame_and_the_writer_a_slot_that_nobody_reads() {
    let worlds = explore(HONEST).unwrap();
    assert!(worlds > 1_000, "only {worlds} worlds: the model does not interleave");
}

#[test]
fn the_model_notices_when_a_release_or_an_acquire_is_missing() {
    for ordering in [Ordering::Relaxed, Ordering::Acquire, Ordering::Release] {
        let found = explore(Bounds { weaken: Some(ordering), ..HONEST });
        assert!(found.as_ref().is_err_and(|why| why.contains("data race")), "{ordering:?}: {found:?}");
    }
}

#[test]
fn whatever_is_written_into_the_word_the_ring_is_whole_again_with_the_next_frame() {
    let worlds = explore(Bounds { publishes: 4, takes: 4, corruptions: 2, weaken: None }).unwrap();
    assert!(worlds > 100_000, "only {worlds} worlds: the model does not interleave");
}

#[test]
fn the_writer_counts_replaced_frames_and_words_that_no_reader_writes() {
    let word = AtomicU32::new(FIRST_WORD);
    let (mut writer, mut reader) = (WriterSlots::new(), ReaderSlots::new());
    assert_eq!(reader.take(&word), Taken::Nothing);
    assert_eq!(writer.publish(&word), Published { replaced: false, corrupt: false });
    assert_eq!(writer.publish(&word), Published { replaced: true, corrupt: false });
    assert!(matches!(reader.take(&word), Taken::Newest(_)));
    assert_eq!(reader.take(&word), Taken::Nothing);
    assert_eq!(writer.publish(&word), Published { replaced: false, corrupt: false });
    word.store(0xDEAD_BEE8, Ordering::Relaxed); // without FRESH
    assert_eq!(writer.publish(&word), Published { replaced: false, corrupt: true });
    word.store(u32::MAX, Ordering::Relaxed);
    assert_eq!(reader.take(&word), Taken::Corrupt);
    writer.publish(&word);
    assert!(matches!(reader.take(&word), Taken::Newest(_)));
}
