//! The triangle that a ray meets first.

use super::beam::{Beam, least_along};
use super::{Candidate, View, is_before_camera};
use crate::boxes::{Boxes, Seeker};
use crate::{Aabb, Mesh, Paint, Ray};
use glam::Vec3;
use std::ops::Range;

/// A ray meets triangles that it misses by so much, as a share of how far away they are, when it sees them nearly from their
/// edge; it is an eighth of a pixel.
const ROUNDING: f32 = 1e-4;

/// Where a ray, in the layer's coordinates, meets a mesh first.
pub(super) fn hit_by(ray: Ray, view: &View, paint: &Paint<'_>, mesh: &Mesh, boxes: &Boxes) -> Option<Candidate> {
    let mut shot = Shot::new(ray, view, paint, mesh, boxes);
    boxes.show(&mut shot);
    let (index, distance) = shot.nearest?;
    let position = ray.origin + ray.direction * distance;
    let clip = view.clip(position);
    is_before_camera(clip).then(|| Candidate { index, order: index, position, nearness: clip.z / clip.w, gap: 0.0 })
}

struct Shot<'a> {
    ray: Ray,
    view: &'a View,
    paint: &'a Paint<'a>,
    mesh: &'a Mesh,
    /// Which triangle it met, and how far along the ray.
    nearest: Option<(usize, f32)>,
    beam: Beam,
    /// So many of the beam's cuts do not depend on what was met.
    fixed: usize,
    /// A length that rounding may make of nothing.
    slack: f32,
}

impl<'a> Shot<'a> {
    fn new(ray: Ray, view: &'a View, paint: &'a Paint<'a>, mesh: &'a Mesh, boxes: &Boxes) -> Shot<'a> {
        let farthest = boxes.bounds().map_or(Vec3::ZERO, |bounds| bounds.min.abs().max(bounds.max.abs()));
        let slack = ROUNDING * (farthest + ray.origin.abs()).length();
        let mut beam = Beam::default();
        let (right, up) = ray.direction.any_orthonormal_pair();
        for across in [right, -right, up, -up, -ray.direction] {
            beam.cut(across.extend(-across.dot(ray.origin)), slack);
        }
        beam.clip(view.kept, slack);
        let fixed = beam.cuts();
        Shot { ray, view, paint, mesh, nearest: None, beam, fixed, slack }
    }

    fn try_triangle(&mut self, index: usize) {
        let Some(distance) = self.mesh.triangle(index).and_then(|corners| hit(self.ray, corners)) else { return };
        let place = self.ray.origin + self.ray.direction * distance;
        let is_nearer = self.nearest.is_none_or(|(other, so_far)| {
            // Of several at one distance the first one is meant, in whatever order they come.
            distance < so_far || (distance == so_far && index < other)
        });
        if is_nearer && self.view.kept.keeps(place) && is_shown(self.mesh, self.paint, index, place) {
            self.nearest = Some((index, distance));
            self.beam.truncate(self.fixed);
            let (origin, along) = (self.ray.origin, self.ray.direction);
            self.beam.cut(along.extend(-along.dot(origin) - distance), self.slack);
        }
    }
}

impl Seeker for Shot<'_> {
    fn distance(&self, bounds: &Aabb) -> Option<f32> {
        (!self.beam.misses(bounds)).then(|| least_along(self.ray.direction, bounds))
    }

    fn meet(&mut self, elements: Range<usize>) {
        elements.for_each(|index| self.try_triangle(index));
    }
}

/// Whether no filter hides a triangle at a place of it: as much as its nearest corner says.
pub(super) fn is_shown(mesh: &Mesh, paint: &Paint<'_>, triangle: usize, place: Vec3) -> bool {
    let corners = mesh.indices.iter().skip(triangle * 3).take(3).map(|corner| *corner as usize);
    let distance = |corner: &usize| mesh.positions.get(*corner).map_or(f32::INFINITY, |at| at.distance_squared(place));
    corners.min_by(|a, b| distance(a).total_cmp(&distance(b))).is_none_or(|corner| paint.shows(corner))
}

/// How far along the ray it meets the triangle, from either side
/// (Möller and Trumbore, "Fast, minimum storage ray-triangle intersection", 1997).
pub(super) fn hit(ray: Ray, [a, b, c]: [Vec3; 3]) -> Option<f32> {
    let (ab, ac) = (b - a, c - a);
    let p = ray.direction.cross(ac);
    let determinant = ab.dot(p);
    if determinant == 0.0 {
        return None;
    }
    let from_a = ray.origin - a;
    let u = from_a.dot(p) / determinant;
    let q = from_a.cross(ab);
    let v = ray.direction.dot(q) / determinant;
    let distance = ac.dot(q) / determinant;
    if !(u >= 0.0 && v >= 0.0 && u + v <= 1.0 && distance.is_finite()) {
        return None;
    }
    // Of a triangle that is seen nearly from its edge the quotient may be anything: it lies between the corners.
    let [a, b, c] = [a, b, c].map(|corner| (corner - ray.origin).dot(ray.direction));
    let distance = distance.max(a.min(b).min(c)).min(a.max(b).max(c));
    (distance > 0.0).then_some(distance)
}
