//! [`Points`]: a point cloud as it is drawn.

pub(crate) mod order;

use crate::aabb::Aabb;
use crate::attribute::Attribute;
use crate::curve::Curve;
use crate::parallel;
use glam::{DVec3, Vec3};
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A point cloud. All lists are of the same length and in the same, *shuffled* order: any prefix is a fair sample, to an
/// eighth of it, because within short stretches neighbours stand together: they are drawn faster so.
///
/// Positions are `origin` (64 bit) plus an offset (32 bit), so that coordinates of map projections,
/// millions of metres from their zero, keep their millimetres.
#[derive(Debug, Clone, Default)]
pub struct Points {
    /// What the positions are relative to, in the file's coordinates: the middle of the cloud.
    pub origin: DVec3,
    /// Offsets from `origin`; all finite.
    pub positions: Vec<Vec3>,
    /// Where in the file each point is, from 0.
    pub file_index: Vec<u32>,
    /// The file's, sRGB and 255.
    pub file_colors: Option<Vec<[u8; 4]>>,
    /// What else the file says of each point.
    pub attributes: Vec<Attribute>,
    /// The box about the positions, relative to `origin`.
    pub bounds: Option<Aabb>,
}

impl Points {
    /// A cloud of points that come in the order of the file; shuffles them by `seed`.
    ///
    /// Colours and attributes whose length is not that of `positions` are dropped.
    pub fn new(
        origin: DVec3,
        positions: Vec<Vec3>,
        file_colors: Option<Vec<[u8; 4]>>,
        attributes: Vec<Attribute>,
        seed: u64,
    ) -> Points {
        let file_index: Vec<u32> = (0..positions.len().min(u32::MAX as usize) as u32).collect();
        let points = Points { origin, positions, file_index, file_colors, attributes, bounds: None };
        points.arranged(seed, |_| true).unwrap_or_default()
    }

    /// Memory that they take.
    pub(crate) fn bytes(&self) -> usize {
        let colors = if self.file_colors.is_some() { size_of::<[u8; 4]>() } else { 0 };
        let others: usize = self.attributes.iter().map(|attribute| attribute.values.bytes_each()).sum();
        self.len() * (size_of::<Vec3>() + size_of::<u32>() + colors + others)
    }

    /// Puts points that come in the order of the file, of which some may be left out, into the order that is drawn. Many
    /// millions take seconds, on all processors: `go_on` is asked now and then with the part that is done, from 0 to 1; when it
    /// says no there is no cloud.
    pub fn arranged(self, seed: u64, go_on: impl Fn(f32) -> bool + Sync) -> Option<Points> {
        let Points { origin, positions, file_index, file_colors, attributes, .. } = self;
        let Some(bounds) = Aabb::of_points(&positions) else { return Some(Points { origin, ..Points::default() }) };
        let curve = Curve::through(bounds);
        let along = |run: Range<usize>, along: &mut [u32]| curve.each_along(&positions[run], along);
        let order = order::of(positions.len(), seed, along, |part| go_on(ORDERING * part))?;
        let lists = [List::Positions(positions), List::FileIndex(file_index)].into_iter();
        let lists = lists.chain(file_colors.map(List::FileColors)).chain(attributes.into_iter().map(List::Attribute));
        let lists: Vec<List> = lists.collect();
        let (done, count) = (AtomicUsize::new(0), lists.len());
        let arranged = parallel::each(lists, |list| {
            let part = done.fetch_add(1, Ordering::Relaxed) as f32 / count as f32;
            go_on(ORDERING + (1.0 - ORDERING) * part).then(|| list.arranged(&order))
        });
        let mut points = Points { origin, bounds: Some(bounds), ..Points::default() };
        for list in arranged {
            match list? {
                Some(List::Positions(list)) => points.positions = list,
                Some(List::FileIndex(list)) => points.file_index = list,
                Some(List::FileColors(list)) => points.file_colors = Some(list),
                Some(List::Attribute(list)) => points.attributes.push(list),
                None => {}
            }
        }
        Some(points)
    }

    /// How far neighbours are apart, roughly: as if the cloud were a sheet over the two longest sides of its box. Scans are
    /// surfaces; of a cloud that fills its box this says how dense it looks, which is what counts in a picture. 0 when that is
    /// not known.
    pub fn spacing(&self) -> f32 {
        let Some(bounds) = self.bounds else { return 0.0 };
        let mut sides = (bounds.max - bounds.min).to_array();
        sides.sort_by(f32::total_cmp);
        let spacing = (sides[1] / self.positions.len().max(1) as f32 * sides[2]).sqrt();
        if spacing.is_finite() { spacing } else { 0.0 }
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.positions.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.positions.is_empty()
    }
}

/// The part of the time that it takes to find the order; what follows is to put each list into it.
const ORDERING: f32 = 0.5;

/// One of the lists of a cloud.
enum List {
    Positions(Vec<Vec3>),
    FileIndex(Vec<u32>),
    FileColors(Vec<[u8; 4]>),
    Attribute(Attribute),
}

impl List {
    /// In another order; `None` when it does not say something of each point.
    fn arranged(self, order: &[u32]) -> Option<List> {
        fn of<T: Copy>(list: Vec<T>, order: &[u32]) -> Option<Vec<T>> {
            (list.len() == order.len()).then(|| order.iter().map(|&index| list[index as usize]).collect())
        }
        Some(match self {
            List::Positions(list) => List::Positions(of(list, order)?),
            List::FileIndex(list) => List::FileIndex(of(list, order)?),
            List::FileColors(list) => List::FileColors(of(list, order)?),
            List::Attribute(list) => List::Attribute(list.arranged(order)?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_a_fair_sample_and_neighbours_stand_together() {
        let positions: Vec<Vec3> =
            (0..90_000).map(|index| Vec3::new((index % 300) as f32, (index / 300) as f32, 0.0)).collect();
        let cloud = Points::new(DVec3::ZERO, positions, None, Vec::new(), 7);
        for length in [5_000, 20_001, 55_555] {
            let left = cloud.positions[..length].iter().filter(|place| place.x < 150.0).count() as f64;
            let share = left / length as f64;
            // A stretch that is cut in its middle may weigh on one side with an eighth.
            assert!((share - 0.5).abs() < 0.08, "of the first {length}, {share} are on the left");
        }
        let steps = cloud.positions[40_000..41_000].windows(2).map(|pair| pair[0].distance(pair[1]));
        let mean = steps.sum::<f32>() / 999.0;
        assert!(mean < 20.0, "neighbours are {mean} apart; at random it would be 150");
        let mut indices = cloud.file_index.clone();
        indices.sort_unstable();
        assert!(indices.into_iter().eq(0..90_000));
    }
}
