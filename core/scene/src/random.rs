//! Seeded random numbers: the same file always gives the same picture.

/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
#[derive(Debug, Clone)]
pub(crate) struct Random {
    state: u64,
}

/// From a state to the next.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

impl Random {
    /// A generator whose numbers depend on `seed` alone.
    pub(crate) fn new(seed: u64) -> Random {
        Random { state: seed }
    }

    /// The same after so many numbers.
    pub(crate) fn after(seed: u64, numbers: u64) -> Random {
        Random { state: seed.wrapping_add(STEP.wrapping_mul(numbers)) }
    }

    /// The next 64 random bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(STEP);
        let mut bits = self.state;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A number from 0 to below `end`; 0 when `end` is 0.
    pub(crate) fn below(&mut self, end: u32) -> u32 {
        // Lemire's multiplication: the bias is below 2⁻³², which no eye and no test can see.
        (((self.bits() >> 32) * u64::from(end)) >> 32) as u32
    }

    /// A number from 0 to below 1.
    pub(crate) fn unit(&mut self) -> f32 {
        (self.bits() >> 40) as f32 / (1u32 << 24) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_depend_on_the_seed_alone_and_stay_below_their_end() {
        let ten = |seed| {
            let mut random = Random::new(seed);
            std::array::from_fn::<u32, 10, _>(|_| random.below(1000))
        };
        assert_eq!(ten(7), ten(7));
        assert_ne!(ten(7), ten(8));
        assert!(ten(7).into_iter().all(|number| number < 1000));
        let mut later = Random::after(7, 6);
        assert_eq!(ten(7)[6..], [0; 4].map(|_| later.below(1000)));
    }
}
