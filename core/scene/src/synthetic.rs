//! Data out of nothing, for benches and tests.

use crate::load::LoadedLayer;
use crate::random::Random;
use crate::{Aabb, LayerData, Mesh, Points, normals_of};
use glam::{DVec3, Vec3};
use std::f32::consts::TAU;
use std::sync::Arc;

/// A cloud of coloured points on a knotted tube, about two units wide; the same `seed` gives the same cloud.
pub fn points(count: u32, seed: u64) -> LoadedLayer {
    let mut random = Random::new(seed);
    let (positions, colors) = (0..count).map(|_| point(&mut random)).unzip();
    let points = Points::new(DVec3::ZERO, positions, Some(colors), Vec::new(), seed);
    LoadedLayer::new(format!("synthetic {count}"), LayerData::Points(Arc::new(points)), None)
}

fn point(random: &mut Random) -> (Vec3, [u8; 4]) {
    let (along, around) = (random.unit() * 2.0 * TAU, random.unit() * TAU);
    let (sin, cos) = along.sin_cos();
    let reach = 2.0 + (1.5 * along).cos();
    let middle = Vec3::new(reach * cos, reach * sin, (1.5 * along).sin()) * 0.3;
    let outwards = Vec3::new(cos, sin, 0.0);
    let radius = 0.12 + 0.02 * random.unit();
    let position = middle + (outwards * around.cos() + Vec3::Z * around.sin()) * radius;
    let [red, green, blue] = ((position * 0.45 + 0.5) * 255.0).to_array().map(|part| part.clamp(0.0, 255.0) as u8);
    (position, [red, green, blue, 255])
}

/// A ring with waves, about one unit wide, of `2 * around * across` triangles in rows; closed, and lit from outside.
pub fn ring_mesh(around: u32, across: u32) -> Mesh {
    let place = |index: u32| {
        let (u, v) = ((index / across) as f32 / around as f32 * TAU, (index % across) as f32 / across as f32 * TAU);
        let reach = 0.35 + 0.13 * v.cos() + 0.005 * (40.0 * u).sin();
        Vec3::new(reach * u.cos(), reach * u.sin(), 0.13 * v.sin())
    };
    let positions: Vec<Vec3> = (0..around * across).map(place).collect();
    let corner = |u: u32, v: u32| (u % around) * across + v % across;
    let quad = |index: u32| {
        let (u, v) = (index / across, index % across);
        let [a, b, c, d] = [corner(u, v), corner(u + 1, v), corner(u + 1, v + 1), corner(u, v + 1)];
        [a, b, c, a, c, d]
    };
    let indices: Vec<u32> = (0..around * across).flat_map(quad).collect();
    Mesh {
        normals: normals_of(&positions, &indices),
        bounds: Aabb::of_points(&positions),
        face_index: (0..indices.len() as u32 / 3).collect(),
        positions,
        indices,
        ..Mesh::default()
    }
}
