//! [`Curve`]: an order of places in which those that stand together are mostly near each other.

use crate::Aabb;
use glam::Vec3;

/// A curve through all of a box (G. M. Morton, "A computer oriented geodetic data base", 1966), in 1024 cells along each axis.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Curve {
    min: Vec3,
    cells: Vec3,
}

impl Curve {
    pub(crate) fn through(bounds: Aabb) -> Curve {
        let sides = (bounds.max - bounds.min).max(Vec3::splat(f32::MIN_POSITIVE));
        Curve { min: bounds.min, cells: Vec3::splat(1023.0) / sides }
    }

    /// How far along the curve a place is.
    pub(crate) fn along(&self, place: Vec3) -> u32 {
        let cell = ((place - self.min) * self.cells).as_uvec3();
        spread(cell.x) | spread(cell.y) << 1 | spread(cell.z) << 2
    }
}

/// Two empty bits above each of the ten lowest.
fn spread(value: u32) -> u32 {
    let mut spread = value & 0x3ff;
    spread = (spread | spread << 16) & 0x0300_00ff;
    spread = (spread | spread << 8) & 0x0300_f00f;
    spread = (spread | spread << 4) & 0x030c_30c3;
    (spread | spread << 2) & 0x0924_9249
}
