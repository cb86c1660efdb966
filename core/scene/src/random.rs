//! Seeded random numbers: the same file always gives the same picture.

/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
#[derive(Debug, Clone)]
pub(crate) struct Random {
    state: u64,
}

impl Random {
    /// A generator whose numbers depend on `seed` alone.
    pub(crate) fn new(seed: u64) -> Random {
        Random { state: seed }
    }

    /// The next 64 random bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
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

    /// The numbers from 0 to below `count` in random order (Fisher and Yates). `go_on` is asked now and then with the part
    /// that is done, from 0 to 1; `None` when it says no.
    pub(crate) fn permutation(&mut self, count: u32, mut go_on: impl FnMut(f32) -> bool) -> Option<Vec<u32>> {
        let mut order: Vec<u32> = (0..count).collect();
        for last in (1..count).rev() {
            if last % (1 << 20) == 0 && !go_on(1.0 - last as f32 / count as f32) {
                return None;
            }
            order.swap(last as usize, self.below(last + 1) as usize);
        }
        Some(order)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_permutation_holds_every_number_once_and_depends_on_the_seed_alone() {
        let order = Random::new(7).permutation(1000, |_| true).unwrap();
        assert_eq!(order, Random::new(7).permutation(1000, |_| true).unwrap());
        assert_ne!(order, Random::new(8).permutation(1000, |_| true).unwrap());
        assert_eq!(Random::new(7).permutation(3 << 20, |_| false), None);
        let mut sorted = order.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..1000).collect::<Vec<u32>>());
        assert_ne!(order, sorted);
    }
}
