//! Frames that tell by each word which frame they are, and random numbers that tell their seed.

use heliograph_ring::{Frame, FrameStamp, monotonic_us};

/// Largest size of the patterned frames.
pub(crate) const MAX_SIZE: (u32, u32) = (1280, 720);
const SIZES: [(u32, u32); 7] = [(1280, 720), (64, 36), (641, 359), (1, 1), (1280, 1), (320, 720), (17, 333)];

/// The stamp of a frame in the pattern.
pub(crate) fn stamp(sequence: u64) -> FrameStamp {
    let (width, height) = SIZES[(sequence % SIZES.len() as u64) as usize];
    let pose = std::array::from_fn(|index| word(sequence, index as u32));
    FrameStamp { width, height, sequence, drawn_us: monotonic_us(), applied_ticket: sequence * 3, pose }
}

/// Fills `rgba` with the frame's pixels, packed.
pub(crate) fn fill(stamp: &FrameStamp, rgba: &mut Vec<u8>) {
    rgba.clear();
    let words = stamp.width * stamp.height;
    rgba.extend((0..words).flat_map(|index| word(stamp.sequence, index).to_le_bytes()));
}

/// Whether each word of the frame, and its stamp, is of one and the same frame.
pub(crate) fn is_whole(frame: &Frame<'_>) -> bool {
    let sequence = frame.stamp.sequence;
    let expected = FrameStamp { drawn_us: frame.stamp.drawn_us, ..stamp(sequence) };
    frame.stamp == expected
        && frame.rgba.len() == (expected.width * expected.height * 4) as usize
        && frame.rgba.chunks_exact(4).zip(0..).all(|(bytes, index)| bytes == word(sequence, index).to_le_bytes())
}

fn word(sequence: u64, index: u32) -> u32 {
    (sequence as u32).wrapping_mul(0x9E37_79B1) ^ index.wrapping_mul(0x85EB_CA6B)
}

/// xorshift64*: small, seeded, the same on every machine.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }
}
