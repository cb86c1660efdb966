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
    let all = parallel::each(parts, |part| {
        part.sort_unstable();
        go_on(0.5 + 0.5 * sorted.fetch_add(1, Ordering::Relaxed) as f32 / count as f32)
    });
    all.into_iter().all(|went_on| went_on).then(|| keys.into_iter().map(|key| key as u32).collect())
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
