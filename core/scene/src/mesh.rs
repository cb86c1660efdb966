//! [`Mesh`]: a triangle mesh as it is drawn.

use crate::aabb::Aabb;
use crate::attribute::Attribute;
use glam::{DVec3, Vec3};

/// A triangle mesh. Vertex lists are of one length and in the order of the file.
#[derive(Debug, Clone, Default)]
pub struct Mesh {
    /// What the positions are relative to, in the file's coordinates.
    pub origin: DVec3,
    /// Offsets of the vertices from `origin`; all finite.
    pub positions: Vec<Vec3>,
    /// A unit normal a vertex: the file's, or the mean of its triangles' normals weighted by area.
    pub normals: Vec<Vec3>,
    /// The file's, sRGB and 255.
    pub file_colors: Option<Vec<[u8; 4]>>,
    /// What else the file says of each vertex.
    pub attributes: Vec<Attribute>,
    /// Three vertices a triangle, each below `positions.len()`.
    pub indices: Vec<u32>,
    /// Which face of the file each triangle is a part of.
    pub face_index: Vec<u32>,
    /// The box about the positions, relative to `origin`.
    pub bounds: Option<Aabb>,
}

impl Mesh {
    /// How many triangles there are.
    pub fn triangle_count(&self) -> usize {
        self.indices.len() / 3
    }

    /// The memory that its lists take.
    pub(crate) fn bytes(&self) -> u64 {
        let of_vertex = size_of::<Vec3>() * 2 + if self.file_colors.is_some() { 4 } else { 0 };
        let said: usize = self.attributes.iter().map(|one| one.values.len() * one.values.bytes_each()).sum();
        let of_triangles = (self.indices.len() + self.face_index.len()) * size_of::<u32>();
        (self.positions.len() * of_vertex + said + of_triangles) as u64
    }

    /// The corners of a triangle, relative to `origin`; `None` when there is no such triangle.
    pub fn triangle(&self, index: usize) -> Option<[Vec3; 3]> {
        let corners = self.indices.get(index * 3..index * 3 + 3)?;
        let at = |corner: u32| self.positions.get(corner as usize).copied();
        Some([at(corners[0])?, at(corners[1])?, at(corners[2])?])
    }
}

/// A unit normal a vertex: the mean of its triangles' normals, weighted by their area. Vertices of no triangle look up.
/// `indices` that name no vertex are skipped.
pub fn normals_of(positions: &[Vec3], indices: &[u32]) -> Vec<Vec3> {
    let mut sums = vec![Vec3::ZERO; positions.len()];
    for corners in indices.as_chunks::<3>().0 {
        let [a, b, c] = corners.map(|corner| corner as usize);
        let (Some(&at_a), Some(&at_b), Some(&at_c)) = (positions.get(a), positions.get(b), positions.get(c)) else {
            continue;
        };
        let weighted_normal = (at_b - at_a).cross(at_c - at_a);
        for corner in [a, b, c] {
            sums[corner] += weighted_normal;
        }
    }
    sums.into_iter().map(|sum| sum.normalize_or(Vec3::Z)).collect()
}
