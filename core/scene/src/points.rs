//! [`Points`]: a point cloud as it is drawn.

use crate::aabb::Aabb;
use crate::random::Random;
use glam::{DVec3, Vec3};

/// A point cloud. All lists are of the same length and in the same, *shuffled* order: any prefix is a fair sample.
///
/// Positions are `origin` (64 bit) plus an offset (32 bit), so that coordinates of map projections,
/// millions of metres from their zero, keep their millimetres.
#[derive(Debug, Clone, Default)]
pub struct Points {
    /// What the positions are relative to, in the file's coordinates: the middle of the cloud.
    pub origin: DVec3,
    /// Offsets from `origin`; all finite.
    pub positions: Vec<Vec3>,
    /// What is drawn now: sRGB and 255. See [`crate::Style::color_by`].
    pub colors: Vec<[u8; 4]>,
    /// Where in the file each point is, from 0.
    pub file_index: Vec<u32>,
    /// What the file holds beside positions.
    pub attributes: PointAttributes,
    /// The box about the positions, relative to `origin`.
    pub bounds: Option<Aabb>,
}

/// What a file may say of each of its points.
#[derive(Debug, Clone, Default)]
pub struct PointAttributes {
    /// sRGB and 255.
    pub colors: Option<Vec<[u8; 4]>>,
    /// The strength of the echo, in units of the instrument.
    pub intensity: Option<Vec<u16>>,
    /// The classes of the LAS specification (ASPRS LAS 1.4 R15, table 17).
    pub classification: Option<Vec<u8>>,
}

impl Points {
    /// A cloud of points that come in the order of the file; shuffles them by `seed`.
    ///
    /// Attributes whose length is not that of `positions` are dropped.
    pub fn new(origin: DVec3, positions: Vec<Vec3>, attributes: PointAttributes, seed: u64) -> Points {
        let file_index: Vec<u32> = (0..positions.len().min(u32::MAX as usize) as u32).collect();
        Points::with_file_index(origin, positions, file_index, attributes, seed)
    }

    /// As [`Points::new`], for when points of the file were left out: `file_index` is where each comes from.
    pub fn with_file_index(
        origin: DVec3,
        positions: Vec<Vec3>,
        file_index: Vec<u32>,
        attributes: PointAttributes,
        seed: u64,
    ) -> Points {
        let order = Random::new(seed).permutation(file_index.len() as u32);
        let bounds = Aabb::of_points(&positions);
        let attributes = PointAttributes {
            colors: attributes.colors.and_then(|list| shuffled(list, &order)),
            intensity: attributes.intensity.and_then(|list| shuffled(list, &order)),
            classification: attributes.classification.and_then(|list| shuffled(list, &order)),
        };
        let positions = shuffled(positions, &order).unwrap_or_default();
        let file_index = shuffled(file_index, &order).unwrap_or_default();
        let colors = attributes.colors.clone().unwrap_or_else(|| vec![[255; 4]; positions.len()]);
        Points { origin, positions, colors, file_index, attributes, bounds }
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

fn shuffled<T: Copy>(list: Vec<T>, order: &[u32]) -> Option<Vec<T>> {
    (list.len() == order.len()).then(|| order.iter().map(|&index| list[index as usize]).collect())
}
