//! Vertices and polygons as a file gives them, on their way to a mesh.

use super::{LoadedLayer, Problem, is_plausible};
use crate::{Aabb, LayerData, Mesh, mesh::normals_of, text};
use glam::{DVec3, Vec3};
use std::sync::Arc;

/// Memory for a vertex and for a corner of a polygon, while lists are built, in bytes.
pub(super) const BYTES_PER_VERTEX: u64 = 64;
pub(super) const BYTES_PER_CORNER: u64 = 20;

/// What a file says, vertex by vertex and polygon by polygon.
#[derive(Default)]
pub(super) struct Surface {
    /// Some may not be finite.
    pub(super) places: Vec<DVec3>,
    /// None, or one a vertex: sRGB and 255.
    pub(super) colors: Vec<[u8; 4]>,
    /// Corners of triangles; those that no vertex can have are `u32::MAX`.
    corners: Vec<u32>,
    /// Which polygon each triangle is a part of.
    face_index: Vec<u32>,
    faces: u32,
}

impl Surface {
    /// A polygon, cut into a fan.
    pub(super) fn polygon(&mut self, corners: &[u32]) {
        for pair in corners.get(1..).unwrap_or_default().windows(2) {
            self.corners.extend([corners[0], pair[0], pair[1]]);
            self.face_index.push(self.faces);
        }
        self.faces = self.faces.saturating_add(1);
    }

    /// Whether it has no polygon.
    pub(super) fn is_empty(&self) -> bool {
        self.faces == 0
    }

    /// What all of it takes.
    pub(super) fn bytes(&self) -> u64 {
        self.places.len() as u64 * BYTES_PER_VERTEX + self.corners.len() as u64 * BYTES_PER_CORNER
    }

    /// A mesh of the polygons whose corners are all there.
    pub(super) fn into_layer(mut self, name: String) -> Result<LoadedLayer, Problem> {
        let is_sound: Vec<bool> =
            self.places.iter().map(|place| place.to_array().into_iter().all(is_plausible)).collect();
        let is_there = |corner: &u32| is_sound.get(*corner as usize).copied().unwrap_or(false);
        let (mut indices, mut face_index) = (Vec::new(), Vec::new());
        let mut last_left_out = None;
        let mut left_out = 0;
        for (corners, face) in self.corners.as_chunks::<3>().0.iter().zip(&self.face_index) {
            if corners.iter().all(is_there) {
                indices.extend_from_slice(corners);
                face_index.push(*face);
            } else if last_left_out.replace(*face) != Some(*face) {
                left_out += 1;
            }
        }
        if indices.is_empty() {
            let faces = text::counted(self.faces as usize, "face", "faces");
            let detail = if self.faces == 0 {
                "it has no faces".into()
            } else {
                format!("of its {faces} none has all its corners")
            };
            return Err(Problem::Nothing { detail });
        }
        let notice = (left_out > 0).then(|| {
            let all = text::counted(self.faces as usize, "face", "faces");
            format!("Left out {} of {all}: their corners are not there or no finite numbers.", text::count(left_out))
        });
        let mut range: Option<(DVec3, DVec3)> = None;
        for (place, _) in self.places.iter().zip(&is_sound).filter(|(_, sound)| **sound) {
            let (min, max) = range.unwrap_or((*place, *place));
            range = Some((min.min(*place), max.max(*place)));
        }
        let origin = range.map_or(DVec3::ZERO, |(min, max)| (min + max) * 0.5);
        // A vertex that is nowhere is of no triangle: it may be anywhere.
        let place = |(place, sound): (&DVec3, &bool)| if *sound { (*place - origin).as_vec3() } else { Vec3::ZERO };
        let positions: Vec<Vec3> = self.places.iter().zip(&is_sound).map(place).collect();
        let normals = normals_of(&positions, &indices);
        let bounds = Aabb::of_points(&positions);
        self.colors.truncate(positions.len());
        let file_colors = (!positions.is_empty() && self.colors.len() == positions.len()).then_some(self.colors);
        let mesh =
            Mesh { origin, positions, normals, file_colors, attributes: Vec::new(), indices, face_index, bounds };
        Ok(LoadedLayer::exact(name, LayerData::Mesh(Arc::new(mesh)), notice))
    }
}
