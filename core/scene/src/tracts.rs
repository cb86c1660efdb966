//! [`Tracts`]: streamlines as they are drawn.

use crate::aabb::Aabb;
use glam::{DVec3, Vec3};

/// Streamlines, e.g. of a brain's tractogram, in the order of the file.
#[derive(Debug, Clone, Default)]
pub struct Tracts {
    /// What the positions are relative to, in the file's coordinates.
    pub origin: DVec3,
    /// Offsets of all points from `origin`, streamline after streamline; all finite.
    pub positions: Vec<Vec3>,
    /// Streamline `i` is `positions[starts[i]..starts[i + 1]]`; one more than there are streamlines.
    pub starts: Vec<u32>,
    /// What is drawn now, one a point: sRGB and 255. See [`crate::Style::color_by`].
    pub colors: Vec<[u8; 4]>,
    /// Where in the file each streamline is, from 0.
    pub file_index: Vec<u32>,
    /// The box about the positions, relative to `origin`.
    pub bounds: Option<Aabb>,
}

impl Tracts {
    /// How many streamlines there are.
    pub fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The range of `positions` that is streamline `index`; empty when there is no such streamline.
    pub fn range(&self, index: usize) -> std::ops::Range<usize> {
        match (self.starts.get(index), self.starts.get(index + 1)) {
            (Some(&start), Some(&end)) if start <= end && end as usize <= self.positions.len() => {
                start as usize..end as usize
            }
            _ => 0..0,
        }
    }

    /// The colour of each point by the direction of its streamline there: x red, y green, z blue
    /// (Pajevic and Pierpaoli, "Color schemes to represent the orientation of anisotropic tissues", 1999).
    pub fn direction_colors(&self) -> Vec<[u8; 4]> {
        let mut colors = vec![[128, 128, 128, 255]; self.positions.len()];
        for index in 0..self.len() {
            let range = self.range(index);
            for at in range.clone() {
                let before = self.positions[at.saturating_sub(1).max(range.start)];
                let after = self.positions[(at + 1).min(range.end - 1)];
                if let Some(direction) = (after - before).try_normalize() {
                    let [red, green, blue] = (direction.abs() * 255.0).round().to_array().map(|part| part as u8);
                    colors[at] = [red, green, blue, 255];
                }
            }
        }
        colors
    }
}
