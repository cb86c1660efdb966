//! The order in which the points of a cloud are drawn.

use crate::parallel;
use crate::random::Random;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The shortest stretch of points that is sorted, and the longest.
const STRETCH: [u32; 2] = [512, 65_536];
/// Points that are dealt out by one thread: at least so many, and such a part of all.
const BLOCK: usize = 1 << 17;
const BLOCKS: usize = 64;
/// So few keys are sorted by comparing them.
const LEAST_BY_BYTES: usize = 2048;
/// Points between two questions whether to go on.
const RUN: usize = 4096;

/// For each place the point that comes there: they are dealt out to stretches by lot, and within each sorted along a curve, so
/// that any prefix is a sample, and what is drawn one after the other lies side by side in memory. `along` tells of a run of
/// points how far along a [`crate::curve::Curve`] each is.
///
/// Beyond the first thousands a stretch has about an eighth of the points before it, so a prefix that ends within one is still a
/// fair sample. No list is read or written all over the place but those of the stretches that are dealt to, each forwards: to
/// shuffle first would cost a miss of the cache for each point.
///
/// `go_on` is asked now and then with the part that is done, from 0 to 1; `None` when it says no.
pub(crate) fn of(
    count: usize,
    seed: u64,
    along: impl Fn(Range<usize>, &mut [u32]) + Sync,
    go_on: impl Fn(f32) -> bool + Sync,
) -> Option<Vec<u32>> {
    let stretches = Stretches::of(count as u32);
    let block = BLOCK.max(count.div_ceil(BLOCKS));
    let blocks: Vec<Range<usize>> = (0..count).step_by(block).map(|at| at..count.min(at + block)).collect();
    let dealt = parallel::each(blocks.clone(), |block| stretches.dealt(seed, block));
    let mut keys = vec![0u64; count];
    // Of each block what it deals to each stretch: in a stretch the points stand as in the file.
    let mut shares: Vec<Vec<&mut [u64]>> = dealt.iter().map(|dealt| Vec::with_capacity(dealt.len())).collect();
    let mut rest = keys.as_mut_slice();
    for stretch in 0..stretches.len() {
        for (dealt, shares) in dealt.iter().zip(&mut shares) {
            let (share, after) = rest.split_at_mut(dealt[stretch]);
            shares.push(share);
            rest = after;
        }
    }
    let done = AtomicUsize::new(0);
    let deal = |(block, shares): (Range<usize>, Vec<&mut [u64]>)| {
        let mut places: Vec<_> = shares.into_iter().map(<[u64]>::iter_mut).collect();
        let mut random = Random::after(seed, block.start as u64);
        let mut far = [0; RUN];
        for start in block.clone().step_by(RUN) {
            let run = start..block.end.min(start + RUN);
            let far = &mut far[..run.len()];
            along(run.clone(), far);
            for (index, far) in run.zip(far) {
                if let Some(place) = places[stretches.at(random.below(stretches.count))].next() {
                    *place = u64::from(*far) << 32 | index as u64;
                }
            }
            if !go_on(0.5 * done.fetch_add(RUN, Ordering::Relaxed) as f32 / count as f32) {
                return false;
            }
        }
        true
    };
    let went_on = parallel::each(blocks.into_iter().zip(shares).collect(), deal).into_iter().all(|went_on| went_on);
    if !went_on {
        return None;
    }
    let mut rest = keys.as_mut_slice();
    let mut parts = Vec::with_capacity(stretches.len());
    for stretch in 0..stretches.len() {
        let (part, after) = rest.split_at_mut(dealt.iter().map(|dealt| dealt[stretch]).sum());
        parts.push(part);
        rest = after;
    }
    let sorted = AtomicUsize::new(0);
    let count = parts.len();
    let sort = |part: &mut [u64], (spare, stopped): &mut (Vec<u64>, bool)| {
        *stopped |= !go_on(0.5 + 0.5 * sorted.fetch_add(1, Ordering::Relaxed) as f32 / count as f32);
        if !*stopped {
            sort_dealt(part, spare);
        }
    };
    let ends = parallel::in_parallel(parts.into_iter(), <(Vec<u64>, bool)>::default, sort);
    let went_on = ends.into_iter().all(|(_, stopped)| !stopped);
    went_on.then(|| keys.into_iter().map(|key| key as u32).collect())
}

/// Sorts keys whose lower halves rise already: by a byte of the upper half after the other, the lowest first, which takes half
/// as long as to compare.
fn sort_dealt(keys: &mut [u64], spare: &mut Vec<u64>) {
    if keys.len() < LEAST_BY_BYTES {
        return keys.sort_unstable();
    }
    let byte = |key: u64, pass: usize| usize::from((key >> (32 + 8 * pass)) as u8);
    let mut counts = [[0usize; 256]; 4];
    for key in &*keys {
        (0..4).for_each(|pass| counts[pass][byte(*key, pass)] += 1);
    }
    spare.resize(keys.len(), 0);
    // An even number of passes: they end where they began.
    for (pass, counts) in counts.into_iter().enumerate() {
        let (from, to) = if pass % 2 == 0 { (&*keys, &mut spare[..]) } else { (&spare[..], &mut *keys) };
        let mut next = 0;
        let mut places = counts.map(|count| {
            next += count;
            next - count
        });
        for key in from {
            let place = &mut places[byte(*key, pass)];
            to[*place] = *key;
            *place += 1;
        }
    }
}

/// Where stretches would begin if lots were fair to the last.
struct Stretches {
    /// Of those that are shorter than the longest, then of the first of these.
    starts: Vec<u32>,
    /// Of points.
    count: u32,
}

impl Stretches {
    fn of(count: u32) -> Stretches {
        let mut starts = vec![0];
        while let Some(&last) = starts.last().filter(|last| **last / 8 < STRETCH[1] && **last < count) {
            starts.push(last + (last / 8).clamp(STRETCH[0], STRETCH[1]));
        }
        Stretches { starts, count }
    }

    /// Which stretch a lot, from 0 to below the count, falls into.
    fn at(&self, lot: u32) -> usize {
        let last = self.starts.len() - 1;
        match lot.checked_sub(self.starts[last]) {
            Some(beyond) => last + (beyond / STRETCH[1]) as usize,
            None => self.starts.partition_point(|start| *start <= lot) - 1,
        }
    }

    /// How many there are.
    fn len(&self) -> usize {
        self.at(self.count.saturating_sub(1)) + 1
    }

    /// How many of these points fall into each.
    fn dealt(&self, seed: u64, points: Range<usize>) -> Vec<usize> {
        let mut random = Random::after(seed, points.start as u64);
        let mut dealt = vec![0; self.len()];
        for _ in points {
            dealt[self.at(random.below(self.count))] += 1;
        }
        dealt
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_sorted_by_bytes_as_by_comparison() {
        let mut random = Random::new(3);
        let mut spare = Vec::new();
        for (count, bits) in [(100, 30), (LEAST_BY_BYTES, 30), (5000, 4), (70_000, 30), (3000, 32)] {
            let mut keys: Vec<u64> = (0..count as u64).map(|at| random.bits() >> (64 - bits) << 32 | at).collect();
            let mut expected = keys.clone();
            expected.sort_unstable();
            sort_dealt(&mut keys, &mut spare);
            assert_eq!(keys, expected, "{count} keys of {bits} bits");
        }
    }

    #[test]
    fn the_order_is_the_same_whoever_deals_and_has_each_point_once() {
        let count = 3 * BLOCK + 5;
        let along = |run: Range<usize>, along: &mut [u32]| {
            run.zip(along).for_each(|(index, along)| *along = (index as u32).wrapping_mul(2_654_435_761) >> 2);
        };
        let order = of(count, 7, along, |_| true).unwrap();
        // Dealt by one hand, and compared.
        let stretches = Stretches::of(count as u32);
        let (mut random, mut dealt) = (Random::new(7), vec![Vec::new(); stretches.len()]);
        for index in 0..count {
            let mut far = [0];
            along(index..index + 1, &mut far);
            dealt[stretches.at(random.below(stretches.count))].push((far[0], index as u32));
        }
        dealt.iter_mut().for_each(|stretch| stretch.sort_unstable());
        assert!(order.into_iter().eq(dealt.into_iter().flatten().map(|(_, index)| index)));
        assert!(of(count, 7, along, |part| part < 0.3).is_none() && of(count, 7, along, |part| part < 0.8).is_none());
    }
}
