//! [`Tracts`]: streamlines as they are drawn.

use crate::aabb::Aabb;
use crate::attribute::{Attribute, Values};
use glam::{DVec3, Vec3};
use std::ops::Range;

/// Streamlines, e.g. of a brain's tractogram, in the order of the file.
#[derive(Debug, Clone, Default)]
pub struct Tracts {
    /// What the positions are relative to, in the file's coordinates.
    pub origin: DVec3,
    /// Offsets of all points from `origin`, streamline after streamline; all finite.
    pub positions: Vec<Vec3>,
    /// Streamline `i` is `positions[starts[i]..starts[i + 1]]`; one more than there are streamlines.
    pub starts: Vec<u32>,
    /// What the file says of each point.
    pub attributes: Vec<Attribute>,
    /// What is said of each streamline; its length always is.
    pub line_attributes: Vec<Attribute>,
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
    pub fn range(&self, index: usize) -> Range<usize> {
        match (self.starts.get(index), self.starts.get(index + 1)) {
            (Some(&start), Some(&end)) if start <= end && end as usize <= self.positions.len() => {
                start as usize..end as usize
            }
            _ => 0..0,
        }
    }

    /// Which streamline a point belongs to.
    pub fn line_of(&self, point: usize) -> usize {
        self.starts.partition_point(|start| *start as usize <= point).saturating_sub(1)
    }

    /// The segments that start at one of these points: each one's streamline, and the point.
    pub(crate) fn segments(&self, points: Range<usize>) -> impl Iterator<Item = (usize, usize)> + '_ {
        let mut line = self.line_of(points.start);
        points.filter_map(move |at| {
            while self.starts.get(line + 1).is_some_and(|end| *end as usize <= at) {
                line += 1;
            }
            let range = self.range(line);
            (range.contains(&at) && range.contains(&(at + 1))).then_some((line, at))
        })
    }

    /// Adds the colour of each of these points by the direction of its streamline there: x red, y green, z blue
    /// (Pajevic and Pierpaoli, "Color schemes to represent the orientation of anisotropic tissues", 1999).
    pub fn direction_colors(&self, points: Range<usize>, into: &mut Vec<[u8; 4]>) {
        let mut line = self.line_of(points.start);
        for at in points {
            while self.starts.get(line + 1).is_some_and(|end| *end as usize <= at) {
                line += 1;
            }
            let range = self.range(line);
            let place = |at: usize| self.positions.get(at).copied().unwrap_or_default();
            let before = place(at.saturating_sub(1).max(range.start));
            let after = place((at + 1).min(range.end.saturating_sub(1)));
            into.push(match (after - before).try_normalize() {
                Some(direction) => {
                    let [red, green, blue] = (direction.abs() * 255.0).round().to_array().map(|part| part as u8);
                    [red, green, blue, 255]
                }
                None => [128, 128, 128, 255],
            });
        }
    }

    /// How long each streamline is, as the attribute `length`; `unit` is the file's.
    pub fn lengths(&self, unit: Option<&str>) -> Attribute {
        let length = |index| {
            let line = &self.positions[self.range(index)];
            line.windows(2).map(|ends| ends[0].distance(ends[1])).sum()
        };
        let mut lengths = Attribute::new("length", Values::F32((0..self.len()).map(length).collect()));
        lengths.unit = unit.map(str::to_owned);
        lengths
    }
}
