//! [`Curve`]: an order of places in which those that stand together are near each other.

use crate::Aabb;
use glam::Vec3;
use std::array::from_fn;

/// A curve through all of a box (D. Hilbert, "Über die stetige Abbildung einer Linie auf ein Flächenstück", 1891), in 1024 cells
/// along each axis. Unlike Morton's it never jumps: what is short along it is small.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Curve {
    min: Vec3,
    cells: Vec3,
}

/// The highest bit of a cell's number along an axis.
const HIGHEST: u32 = 1 << 9;
/// Places that go through the steps side by side.
const LANES: usize = 8;

impl Curve {
    pub(crate) fn through(bounds: Aabb) -> Curve {
        let sides = (bounds.max - bounds.min).max(Vec3::splat(f32::MIN_POSITIVE));
        Curve { min: bounds.min, cells: Vec3::splat(1023.0) / sides }
    }

    /// How far along the curve a place is.
    pub(crate) fn along(&self, place: Vec3) -> u32 {
        let mut along = [0];
        self.each_along(&[place], &mut along);
        along[0]
    }

    /// The same of many places: many times as fast, because a few of them go through the same steps side by side.
    pub(crate) fn each_along(&self, places: &[Vec3], along: &mut [u32]) {
        for (places, along) in places.chunks(LANES).zip(along.chunks_mut(LANES)) {
            let mut lanes = [[0; LANES]; 3];
            for (lane, place) in places.iter().enumerate() {
                let cell = ((place - self.min) * self.cells).as_uvec3().to_array();
                (0..3).for_each(|axis| lanes[axis][lane] = cell[axis].min(1023));
            }
            let lanes = turned(lanes);
            let all: [u32; LANES] = from_fn(|lane| {
                let [x, y, z] = lanes.map(|lanes| spread(lanes[lane]));
                z | y << 1 | x << 2
            });
            along.copy_from_slice(&all[..along.len()]);
        }
    }
}

/// From cells to the bits of their places along the curve, every third of them in each number (J. Skilling, "Programming the
/// Hilbert curve", 2004).
fn turned([mut xs, mut ys, mut zs]: [[u32; LANES]; 3]) -> [[u32; LANES]; 3] {
    // Without branches, since there is no telling which way they would go: this is done for each point of a file.
    let mut bit = HIGHEST;
    while bit > 1 {
        let below = bit - 1;
        let all_if = |part: u32| u32::from(part & bit != 0).wrapping_neg();
        for lane in 0..LANES {
            let (mut x, mut y, mut z) = (xs[lane], ys[lane], zs[lane]);
            x ^= below & all_if(x);
            let is_set = all_if(y);
            let exchanged = (x ^ y) & below & !is_set;
            (x, y) = (x ^ exchanged ^ (below & is_set), y ^ exchanged);
            let is_set = all_if(z);
            let exchanged = (x ^ z) & below & !is_set;
            (x, z) = (x ^ exchanged ^ (below & is_set), z ^ exchanged);
            (xs[lane], ys[lane], zs[lane]) = (x, y, z);
        }
        bit >>= 1;
    }
    for lane in 0..LANES {
        let y = ys[lane] ^ xs[lane];
        let z = zs[lane] ^ y;
        // A bit is flipped where an odd number of z's are set above it.
        let mut flips = z >> 1;
        flips ^= flips >> 1;
        flips ^= flips >> 2;
        flips ^= flips >> 4;
        flips ^= flips >> 8;
        (xs[lane], ys[lane], zs[lane]) = (xs[lane] ^ flips, y ^ flips, z ^ flips);
    }
    [xs, ys, zs]
}

/// Two empty bits above each of the ten lowest.
fn spread(value: u32) -> u32 {
    let mut spread = value & 0x3ff;
    spread = (spread | spread << 16) & 0x0300_00ff;
    spread = (spread | spread << 8) & 0x0300_f00f;
    spread = (spread | spread << 4) & 0x030c_30c3;
    (spread | spread << 2) & 0x0924_9249
}

#[cfg(test)]
mod tests {
    use super::*;
    use glam::vec3;

    #[test]
    fn each_cell_has_a_place_of_its_own_and_the_next_one_is_beside_it() {
        let curve = Curve::through(Aabb { min: Vec3::ZERO, max: Vec3::splat(1023.0) });
        let all = (0..16 * 16 * 16).map(|at| vec3((at % 16) as f32, (at / 16 % 16) as f32, (at / 256) as f32) + 0.5);
        let mut cells: Vec<(u32, Vec3)> = all.map(|cell| (curve.along(cell), cell)).collect();
        cells.sort_by_key(|cell| cell.0);
        for pair in cells.windows(2) {
            assert_eq!(pair[1].0, pair[0].0 + 1);
            assert_eq!((pair[1].1 - pair[0].1).abs().element_sum(), 1.0, "{pair:?}");
        }
        let places: Vec<Vec3> = cells.iter().take(4 * LANES + 3).map(|cell| cell.1).collect();
        let mut along = vec![0; places.len()];
        curve.each_along(&places, &mut along);
        assert!(along.into_iter().eq(0..4 * LANES as u32 + 3), "many at once go the same way");
    }
}
