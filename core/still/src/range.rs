//! A binary range coder (Martin, 1979, in the form of LZMA's) with probabilities that adapt.
//!
//! Encoder and decoder are two [`Coder`]s, so that what walks over the pixels is written once for both.

/// Bits of a probability that the coder multiplies by.
const PROBABILITY_BITS: u32 = 12;
/// The coder's interval is widened when it is narrower than this.
const RANGE_MIN: u32 = 1 << 24;
/// The slow average follows one part in 2⁷ at last, and faster while it knows little.
const SLOW_MAX: u8 = 7;
/// The fast average follows one part in 2⁴.
const FAST: u32 = 4;

/// How likely a bit is to be set, learnt from those before it: the mean of a fast and a slow average. Their bounds keep
/// it from 0 and 1.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Chance {
    fast: u16,
    slow: u16,
    /// Twice the shift by which the slow average follows.
    pace: u8,
}

impl Chance {
    pub(crate) const EVEN: Chance = Chance { fast: 1 << 15, slow: 1 << 15, pace: 4 };

    /// Of a set bit, in [`PROBABILITY_BITS`].
    fn of_one(self) -> u32 {
        (u32::from(self.fast) + u32::from(self.slow)) >> (17 - PROBABILITY_BITS)
    }

    fn learn(&mut self, bit: bool) {
        let towards = |average: u16, shift: u32| {
            let step = if bit { (65_536 - u32::from(average)) >> shift } else { u32::from(average) >> shift };
            if bit { average + step as u16 } else { average - step as u16 }
        };
        self.fast = towards(self.fast, FAST);
        self.slow = towards(self.slow, u32::from(self.pace >> 1));
        self.pace += u8::from(self.pace >> 1 < SLOW_MAX);
    }
}

/// Takes bits to bytes, or bytes to bits.
pub(crate) trait Coder {
    /// Encodes `bit` and returns it; a decoder looks not at it but returns what was encoded.
    fn code(&mut self, chance: &mut Chance, bit: bool) -> bool;
}

/// Bits to bytes.
#[derive(Debug)]
pub(crate) struct Writer {
    low: u64,
    range: u32,
    /// The last byte that is settled but for a carry, and how many bytes of 255 wait behind it.
    last: Option<u8>,
    full_bytes: usize,
    bytes: Vec<u8>,
}

impl Writer {
    pub(crate) fn new() -> Writer {
        Writer { low: 0, range: u32::MAX, last: None, full_bytes: 0, bytes: Vec::new() }
    }

    /// What was encoded. A reader takes what is missing at the end for zeros.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        // The shortest number within the interval: as many zeros at its end as fit.
        let high = self.low + u64::from(self.range) - 1;
        let keep = (0..32).rev().find(|zeros| (high >> zeros) << zeros >= self.low).unwrap_or(0);
        self.low = (high >> keep) << keep;
        for _ in 0..5 {
            self.shift();
        }
        while self.bytes.last() == Some(&0) {
            self.bytes.pop();
        }
        self.bytes
    }

    fn shift(&mut self) {
        let carry = (self.low >> 32) as u8;
        let byte = (self.low >> 24) as u8;
        if byte != 255 || carry > 0 {
            if let Some(last) = self.last {
                self.bytes.push(last.wrapping_add(carry));
            }
            let full = 255_u8.wrapping_add(carry);
            self.bytes.extend(std::iter::repeat_n(full, std::mem::take(&mut self.full_bytes)));
            self.last = Some(byte);
        } else {
            self.full_bytes += 1;
        }
        self.low = (self.low & 0x00ff_ffff) << 8;
    }
}

impl Coder for Writer {
    fn code(&mut self, chance: &mut Chance, bit: bool) -> bool {
        let bound = (self.range >> PROBABILITY_BITS) * chance.of_one();
        if bit {
            self.range = bound;
        } else {
            self.low += u64::from(bound);
            self.range -= bound;
        }
        while self.range < RANGE_MIN {
            self.range <<= 8;
            self.shift();
        }
        chance.learn(bit);
        bit
    }
}

/// Bytes to bits. Of bytes that no [`Writer`] made it makes some bits, for ever.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    /// Where in the interval the number lies.
    offset: u32,
    range: u32,
    bytes: std::slice::Iter<'a, u8>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Reader<'a> {
        let mut reader = Reader { offset: 0, range: u32::MAX, bytes: bytes.iter() };
        for _ in 0..4 {
            reader.shift();
        }
        reader
    }

    fn shift(&mut self) {
        self.offset = self.offset << 8 | u32::from(self.bytes.next().copied().unwrap_or(0));
    }
}

impl Coder for Reader<'_> {
    fn code(&mut self, chance: &mut Chance, _: bool) -> bool {
        let bound = (self.range >> PROBABILITY_BITS) * chance.of_one();
        let bit = self.offset < bound;
        if bit {
            self.range = bound;
        } else {
            self.offset -= bound;
            self.range -= bound;
        }
        while self.range < RANGE_MIN {
            self.range <<= 8;
            self.shift();
        }
        chance.learn(bit);
        bit
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Random;

    #[test]
    fn bits_come_out_as_they_went_in_however_likely_they_were() {
        let mut random = Random(7);
        for one_in in [1_u32, 2, 3, 100, 100_000] {
            for length in [0, 1, 2, 3, 31, 5_000] {
                let bits: Vec<bool> = (0..length).map(|_| random.below(one_in) == 0).collect();
                let (mut writer, mut chances) = (Writer::new(), [Chance::EVEN; 3]);
                for (at, bit) in bits.iter().enumerate() {
                    writer.code(&mut chances[at % 3], *bit);
                }
                let bytes = writer.finish();
                let (mut reader, mut chances) = (Reader::new(&bytes), [Chance::EVEN; 3]);
                for (at, bit) in bits.iter().enumerate() {
                    assert_eq!(reader.code(&mut chances[at % 3], false), *bit, "bit {at} of {length}, one in {one_in}");
                }
            }
        }
    }
}
