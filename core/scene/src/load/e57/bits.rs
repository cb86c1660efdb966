//! [`Queue`]: the bits of one field that have come and are not used yet.

/// Bits of which the lowest of the first byte come first.
#[derive(Default)]
pub(super) struct Queue {
    pub(super) bytes: Vec<u8>,
    /// How many bits at the start are used already.
    used: usize,
}

impl Queue {
    /// How many numbers of so many bits are there.
    pub(super) fn numbers(&self, bits: u32) -> usize {
        (self.bytes.len() * 8).saturating_sub(self.used) / bits.max(1) as usize
    }

    /// The next number of up to 64 bits; ask [`Queue::numbers`] first: what is missing is zero.
    pub(super) fn take(&mut self, bits: u32) -> u64 {
        let (from, shift) = (self.used / 8, self.used % 8);
        self.used += bits as usize;
        let there = self.bytes.get(from..).unwrap_or_default();
        let low = match there.first_chunk::<8>() {
            Some(eight) => u64::from_le_bytes(*eight),
            None => u64::from_le_bytes(std::array::from_fn(|index| there.get(index).copied().unwrap_or(0))),
        };
        // A ninth byte has the last bits of a wide number that does not begin with a byte.
        let high = if shift == 0 { 0 } else { u64::from(there.get(8).copied().unwrap_or(0)) << (64 - shift) };
        let all = low >> shift | high;
        if bits < 64 { all & ((1 << bits) - 1) } else { all }
    }

    /// How many bytes are not used yet.
    pub(super) fn waiting(&self) -> usize {
        self.bytes.len().saturating_sub(self.used / 8)
    }

    /// Forgets the bytes that are used, once they are the half: the others have to be moved.
    pub(super) fn shorten(&mut self) {
        let whole = (self.used / 8).min(self.bytes.len());
        if whole >= self.waiting() {
            self.bytes.drain(..whole);
            self.used -= whole * 8;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_any_width_follow_each_other_without_gaps() {
        for bits in [1u32, 3, 8, 13, 31, 57, 63, 64] {
            let number = |index: u64| (index.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ index) >> (64 - bits);
            let mut packed = vec![0u8; (bits as usize * 50).div_ceil(8)];
            for at in 0..50 * bits as usize {
                let bit = number((at / bits as usize) as u64) >> (at % bits as usize) & 1;
                packed[at / 8] |= (bit as u8) << (at % 8);
            }
            let mut queue = Queue::default();
            let (mut read, mut left) = (0, packed.as_slice());
            while read < 50 {
                // They come in pieces that end within numbers.
                let (piece, rest) = left.split_at(left.len().min(5));
                queue.bytes.extend(piece);
                left = rest;
                for _ in 0..queue.numbers(bits).min(50 - read as usize) {
                    assert_eq!(queue.take(bits), number(read), "number {read} of {bits} bits");
                    read += 1;
                }
                queue.shorten();
            }
        }
    }
}
