//! [`Beam`]: the part of a layer in which that can be what is seen at a place.

use crate::Aabb;
use crate::clip::ClipRegion;
use glam::{Vec3, Vec4};

/// What several half-spaces have in common: roughly a pyramid, or a column.
#[derive(Debug, Default)]
pub(super) struct Beam {
    sides: Vec<Side>,
}

/// A half-space: the places whose dot product with the normal is not above `-at`.
#[derive(Debug, Clone, Copy)]
struct Side {
    /// The positive parts of the normal: the least corner of a box counts with them.
    positive: Vec3,
    /// The negative parts: the greatest corner counts.
    negative: Vec3,
    at: f32,
}

impl Side {
    /// Whether a place is surely not in it.
    fn is_left_by(&self, place: Vec3) -> bool {
        (self.positive + self.negative).dot(place) + self.at > 0.0
    }
}

impl Beam {
    /// Takes away the places whose dot product with (`plane`, 1) is above `slack`, which is what sums with 32 bits may be wrong by.
    pub(super) fn cut(&mut self, plane: Vec4, slack: f32) {
        let normal = plane.truncate();
        self.sides.push(Side {
            positive: normal.max(Vec3::ZERO),
            negative: normal.min(Vec3::ZERO),
            at: plane.w - slack,
        });
    }

    /// Takes away what is clipped; `slack` is a length.
    pub(super) fn clip(&mut self, kept: ClipRegion, slack: f32) {
        if kept.is_everywhere() {
            return;
        }
        for axis in 0..3 {
            let along = Vec3::AXES[axis];
            self.cut((-along).extend(kept.least[axis]), slack);
            self.cut(along.extend(-kept.most[axis]), slack);
        }
        self.cut(-kept.plane, slack);
    }

    /// Begins anew, with what was cut first.
    pub(super) fn truncate(&mut self, cuts: usize) {
        self.sides.truncate(cuts);
    }

    /// How many cuts were made.
    pub(super) fn cuts(&self) -> usize {
        self.sides.len()
    }

    /// Whether surely no place of a box is in it. Written so that what is no number rules nothing out.
    pub(super) fn misses(&self, bounds: &Aabb) -> bool {
        let misses = |side: &Side| side.positive.dot(bounds.min) + side.negative.dot(bounds.max) + side.at > 0.0;
        // What was cut last is the narrowest.
        self.sides.iter().rev().any(misses)
    }

    /// The same of one place.
    pub(super) fn misses_place(&self, place: Vec3) -> bool {
        self.sides.iter().rev().any(|side| side.is_left_by(place))
    }

    /// The same of a straight line between two places: all of it is where both ends are.
    pub(super) fn misses_line(&self, ends: [Vec3; 2]) -> bool {
        self.sides.iter().rev().any(|side| side.is_left_by(ends[0]) && side.is_left_by(ends[1]))
    }

    /// A bit for each cut that a place surely lies beyond: a straight line between two that have one in common is missed.
    pub(super) fn beyond(&self, place: Vec3) -> u16 {
        self.sides.iter().fold(0, |bits, side| bits << 1 | u16::from(side.is_left_by(place)))
    }
}

/// The least that the dot product of a box's places with a vector can be.
pub(super) fn least_along(direction: Vec3, bounds: &Aabb) -> f32 {
    direction.max(Vec3::ZERO).dot(bounds.min) + direction.min(Vec3::ZERO).dot(bounds.max)
}
