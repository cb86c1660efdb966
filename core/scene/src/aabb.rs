//! [`Aabb`]: the box along the axes that holds something.

use glam::Vec3;

/// A box along the axes. Both corners are finite and `min` is nowhere above `max`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Aabb {
    /// The corner with the least coordinates.
    pub min: Vec3,
    /// The corner with the greatest coordinates.
    pub max: Vec3,
}

impl Aabb {
    /// The smallest box that holds all finite `points`; `None` when there is none.
    pub fn of_points(points: &[Vec3]) -> Option<Aabb> {
        let mut finite = points.iter().copied().filter(|point| point.is_finite());
        let first = finite.next()?;
        let (min, max) = finite.fold((first, first), |(min, max), point| (min.min(point), max.max(point)));
        Some(Aabb { min, max })
    }

    /// The smallest box that holds both.
    pub fn union(self, other: Aabb) -> Aabb {
        Aabb { min: self.min.min(other.min), max: self.max.max(other.max) }
    }

    /// The box moved by `offset`.
    pub fn translated(self, offset: Vec3) -> Aabb {
        Aabb { min: self.min + offset, max: self.max + offset }
    }

    /// The middle.
    pub fn center(self) -> Vec3 {
        // Halved before the sum, so that it cannot overflow.
        self.min * 0.5 + self.max * 0.5
    }

    /// Half of the longest diagonal: the radius of the sphere about the box.
    pub fn radius(self) -> f32 {
        (self.max * 0.5 - self.min * 0.5).length()
    }

    /// The eight corners.
    pub fn corners(self) -> [Vec3; 8] {
        std::array::from_fn(|corner| {
            Vec3::new(
                if corner & 1 == 0 { self.min.x } else { self.max.x },
                if corner & 2 == 0 { self.min.y } else { self.max.y },
                if corner & 4 == 0 { self.min.z } else { self.max.z },
            )
        })
    }
}
