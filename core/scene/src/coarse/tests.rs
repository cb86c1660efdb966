use super::*;
use crate::{Aabb, normals_of, synthetic};
use std::collections::HashMap;

fn coarser(mesh: &Mesh) -> Vec<Vec<u32>> {
    super::coarser(mesh, |_| true).unwrap()
}

fn mesh_of(positions: Vec<Vec3>, indices: Vec<u32>) -> Mesh {
    Mesh {
        normals: normals_of(&positions, &indices),
        bounds: Aabb::of_points(&positions),
        positions,
        indices,
        ..Mesh::default()
    }
}

/// How many triangles have each edge, if not two.
fn open_edges(indices: &[u32]) -> usize {
    let mut sides: HashMap<[u32; 2], i32> = HashMap::new();
    for [a, b, c] in indices.as_chunks::<3>().0 {
        for [from, to] in [[*a, *b], [*b, *c], [*c, *a]] {
            *sides.entry([from.min(to), from.max(to)]).or_default() += if from < to { 1 } else { -1 };
        }
    }
    sides.values().filter(|sum| **sum != 0).count()
}

#[test]
fn levels_of_a_ring_are_closed_as_it_is_lie_on_it_and_halve_it_each_time() {
    let ring = synthetic::ring_mesh(300, 200);
    assert_eq!(open_edges(&ring.indices), 0);
    let levels = coarser(&ring);
    let mut before = ring.triangle_count();
    for level in &levels {
        let count = level.len() / 3;
        assert!(count * 4 < before * 3 && count * 5 > before, "{count} triangles after {before}");
        assert_eq!(open_edges(level), 0, "{count} triangles have holes");
        before = count;
    }
    assert!(before <= FEW, "{before} triangles are left");
}

#[test]
fn a_small_mesh_and_one_without_extent_have_no_levels() {
    assert!(coarser(&synthetic::ring_mesh(100, 100)).is_empty());
    let dot = mesh_of(vec![Vec3::ONE; 3], [0, 1, 2].repeat(FEW + 1));
    assert!(coarser(&dot).is_empty());
    assert!(coarser(&Mesh { indices: vec![7; 3 * FEW + 3], ..Mesh::default() }).is_empty());
}

#[test]
fn a_sheet_whose_sides_are_nearer_than_a_cell_keeps_both() {
    let side = 200u32;
    let sheet = |z: f32| (0..side * side).map(move |at| Vec3::new((at % side) as f32, (at / side) as f32, z));
    let squares = (0..side - 1).flat_map(|y| (0..side - 1).map(move |x| y * side + x));
    let above: Vec<u32> = squares.flat_map(|at| [at, at + 1, at + side + 1, at, at + side + 1, at + side]).collect();
    let below = above.as_chunks::<3>().0.iter().flat_map(|[a, b, c]| [a, c, b].map(|at| at + side * side));
    let mesh = mesh_of(sheet(0.1).chain(sheet(0.0)).collect(), above.iter().copied().chain(below).collect());
    for level in coarser(&mesh) {
        let is_above = |corner: &u32| *corner < side * side;
        let mixed = level.as_chunks::<3>().0.iter().filter(|corners| !corners.iter().all(is_above)).count();
        assert!(mixed * 2 == level.len() / 3, "{mixed} of {} triangles are below", level.len() / 3);
        assert!(
            level.as_chunks::<3>().0.iter().all(|[a, b, c]| is_above(a) == is_above(b) && is_above(b) == is_above(c))
        );
    }
}

#[test]
fn vertices_that_share_a_place_do_not_part() {
    // Each triangle has its own three vertices, and its own normal.
    let ring = synthetic::ring_mesh(200, 200);
    let positions: Vec<Vec3> = ring.indices.iter().map(|corner| ring.positions[*corner as usize]).collect();
    let count = positions.len() as u32;
    let soup = mesh_of(positions, (0..count).collect());
    let levels = coarser(&soup);
    assert!(!levels.is_empty());
    for level in levels {
        assert_eq!(open_edges(&level), 0, "{} triangles have holes", level.len() / 3);
    }
}

#[test]
fn the_making_of_levels_is_told_and_stops_when_it_shall_and_they_take_what_was_said() {
    let ring = synthetic::ring_mesh(300, 200);
    let mut told = Vec::new();
    let levels = super::coarser(&ring, |part| {
        told.push(part);
        true
    });
    assert!(told.is_sorted() && told[0] > 0.0 && told[told.len() - 1] > 0.9 && told.len() > 6, "{told:?}");
    let taken: usize = levels.unwrap().iter().map(|level| level.capacity() * 4).sum();
    assert!(taken > 0 && taken as u64 <= bytes(&ring), "{taken}");
    for stop in 0..told.len() {
        let mut calls = 0;
        let stopped = super::coarser(&ring, |_| {
            calls += 1;
            calls <= stop
        });
        assert!(stopped.is_none() && calls == stop + 1, "{stop}: {calls}");
    }
    assert_eq!(bytes(&synthetic::ring_mesh(100, 100)), 0);
}
