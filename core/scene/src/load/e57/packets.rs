//! [`Section`]: the packets that have a scan's points (ASTM E2807, clause 9): each has a piece of every field's bits, and the
//! pieces need not be of as many records.

use super::bits::Queue;
use super::header::Scan;
use super::malformed;
use super::pages::Pages;
use crate::load::{Problem, Progress};
use crate::text;

/// So many bits may wait for those of another field, in bytes: fields lie beside each other in sound files, and a packet
/// has at most 64 kB.
const MOST_WAITING: usize = 16 << 20;
/// So many records are unpacked at once.
const BLOCK: usize = 4096;

const DATA: u8 = 1;

/// A scan's packets, from the first on.
pub(super) struct Section<'a> {
    pages: &'a mut Pages,
    progress: &'a Progress,
    /// One of each field, with how many bits its numbers have.
    queues: Vec<(Queue, u32)>,
    /// How many bytes of each field are still to come; what is more is none of its numbers.
    missing: Vec<u64>,
    /// Records that are not unpacked yet.
    left: u64,
    count: u64,
    /// Logical.
    end: u64,
}

impl<'a> Section<'a> {
    pub(super) fn open(pages: &'a mut Pages, scan: &Scan, progress: &'a Progress) -> Result<Section<'a>, Problem> {
        pages.go_to(scan.points_at, "the points")?;
        let (start, physical) = (pages.at(), pages.physical());
        let header: [u8; 32] = pages.array()?;
        let u64_at = |at: usize| u64::from_le_bytes(std::array::from_fn(|byte| header[at + byte]));
        if header[0] != 1 {
            let detail = format!("byte {physical}: a section of kind {} begins, and 1 was expected", header[0]);
            return Err(malformed(detail));
        }
        pages.go_to(u64_at(16), "the packets of points")?;
        let queues: Vec<(Queue, u32)> = scan.fields.iter().map(|field| (Queue::default(), field.kind.bits())).collect();
        // A count is below 2^32 and a number has at most 64 bits.
        let missing = queues.iter().map(|(_, bits)| (scan.count * u64::from(*bits)).div_ceil(8)).collect();
        let end = start.saturating_add(u64_at(8));
        Ok(Section { pages, progress, queues, missing, left: scan.count, count: scan.count, end })
    }

    /// Reads on until some records are whole, and says how many; none only where none are left.
    pub(super) fn next(&mut self) -> Result<usize, Problem> {
        loop {
            let whole = self.queues.iter().filter(|(_, bits)| *bits > 0).map(|(queue, bits)| queue.numbers(*bits));
            let most = self.left.min(BLOCK as u64) as usize;
            let whole = whole.min().unwrap_or(0).min(most);
            if whole > 0 || self.left == 0 {
                self.left -= whole as u64;
                return Ok(whole);
            }
            self.queues.iter_mut().for_each(|(queue, _)| queue.shorten());
            self.read_packet()?;
        }
    }

    /// The bits of a field, and how many its numbers have.
    pub(super) fn field(&mut self, index: usize) -> Option<&mut (Queue, u32)> {
        self.queues.get_mut(index)
    }

    /// Whether every record was told.
    pub(super) fn is_done(&self) -> bool {
        self.left == 0
    }

    /// How many records were told.
    pub(super) fn done(&self) -> u64 {
        self.count - self.left
    }

    fn read_packet(&mut self) -> Result<(), Problem> {
        if self.progress.is_cancelled() {
            return Err(Problem::Cancelled);
        }
        let (start, physical) = (self.pages.at(), self.pages.physical());
        if start >= self.end {
            let (there, count) = (text::count(self.done()), text::count(self.count));
            return Err(Problem::Truncated { detail: format!("of {count} points {there} are there") });
        }
        let [kind, _, low, high] = self.pages.array()?;
        let length = u64::from(u16::from_le_bytes([low, high])) + 1;
        match kind {
            DATA => self.read_data(length, physical)?,
            // An index, and nothing.
            0 | 2 => {}
            kind => {
                let detail = format!("byte {physical}: a packet of kind {kind} begins, and 0, 1 or 2 was expected");
                return Err(malformed(detail));
            }
        }
        // Always further than before: no length is below what was read, or it is an error.
        let read = self.pages.at() - start;
        if read > length {
            return Err(malformed(format!("byte {physical}: the packet has {length} bytes and needs {read}")));
        }
        self.pages.skip(length - read);
        Ok(())
    }

    fn read_data(&mut self, length: u64, physical: u64) -> Result<(), Problem> {
        let count = u16::from_le_bytes(self.pages.array()?);
        if usize::from(count) != self.queues.len() {
            let fields = self.queues.len();
            let detail = format!("byte {physical}: the packet has {count} streams, and {fields} were expected");
            return Err(malformed(detail));
        }
        let mut lengths = Vec::with_capacity(count.into());
        for _ in 0..count {
            lengths.push(u64::from(u16::from_le_bytes(self.pages.array()?)));
        }
        let needed = 6 + 2 * u64::from(count) + lengths.iter().sum::<u64>();
        if needed > length {
            return Err(malformed(format!("byte {physical}: the packet has {length} bytes and needs {needed}")));
        }
        for (((queue, _), missing), bytes) in self.queues.iter_mut().zip(&mut self.missing).zip(lengths) {
            let taken = bytes.min(*missing);
            self.pages.append(taken, &mut queue.bytes)?;
            self.pages.skip(bytes - taken);
            *missing -= taken;
        }
        let waiting: usize = self.queues.iter().map(|(queue, _)| queue.waiting()).sum();
        if waiting > MOST_WAITING {
            let detail = format!("byte {physical}: the fields of a point lie more than {MOST_WAITING} bytes apart");
            return Err(Problem::Unsupported { detail });
        }
        Ok(())
    }
}
