//! The order in which the points of a cloud are drawn.

use crate::aabb::Aabb;
use crate::curve::Curve;
use crate::parallel;
use crate::random::Random;
use glam::Vec3;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The shortest stretch of points that is sorted, and the longest.
const STRETCH: [u32; 2] = [512, 65_536];
/// Points between two questions whether to go on.
const BLOCK: usize = 1 << 20;

/// For each place the point that comes there: they are dealt out to stretches by lot, and within each sorted along a curve, so
/// that any prefix is a sample, and what is drawn one after the other lies side by side in memory.
///
/// Beyond the first thousands a stretch has about an eighth of the points before it, so a prefix that ends within one is still a
/// fair sample. No list is read or written all over the place but those of the stretches that are dealt to, each forwards: to
/// shuffle first would cost a miss of the cache for each point.
///
/// `go_on` is asked now and then with the part that is done, from 0 to 1; `None` when it says no.
pub(super) fn of(positions: &[Vec3], seed: u64, bounds: Aabb, go_on: impl Fn(f32) -> bool + Sync) -> Option<Vec<u32>> {
    let stretches = Stretches::of(positions.len() as u32);
    let mut ends = stretches.dealt(seed, positions.len());
    let curve = Curve::through(bounds);
    let along = |block: &[Vec3]| block.iter().map(|position| curve.along(*position)).collect::<Vec<u32>>();
    let along = parallel::each(positions.chunks(BLOCK).collect(), along);
    let mut random = Random::new(seed);
    // Where the next point of each stretch comes: at first its start, at last its end.
    let mut next = 0;
    for end in &mut ends {
        next += std::mem::replace(end, next);
    }
    let mut keys = vec![0u64; positions.len()];
    for (index, along) in along.into_iter().flatten().enumerate() {
        if index % BLOCK == 0 && !go_on(0.5 * index as f32 / positions.len() as f32) {
            return None;
        }
        let place = &mut ends[stretches.at(random.below(stretches.count))];
        keys[*place] = u64::from(along) << 32 | index as u64;
        *place += 1;
    }
    let mut rest = keys.as_mut_slice();
    let mut start = 0;
    let mut parts = Vec::with_capacity(ends.len());
    for end in ends {
        let (part, after) = std::mem::take(&mut rest).split_at_mut(end - start);
        parts.push(part);
        (rest, start) = (after, end);
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

    /// How many points fall into each.
    fn dealt(&self, seed: u64, count: usize) -> Vec<usize> {
        let mut random = Random::new(seed);
        let mut dealt = vec![0; self.at(self.count.saturating_sub(1)) + 1];
        for _ in 0..count {
            dealt[self.at(random.below(self.count))] += 1;
        }
        dealt
    }
}
