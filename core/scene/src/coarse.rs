//! [`coarser`]: a mesh in fewer triangles, for pictures that must be there soon.

use crate::Mesh;
use glam::Vec3;

/// No level of fewer triangles is made coarser: so many are drawn in a few milliseconds, even where the processor draws.
const FEW: usize = 30_000;
/// How much longer the cells of a level are than those of the level before; with their square there are fewer triangles.
const GROWTH: f32 = 1.5;
/// A level that does not leave out at least a third of the triangles is not worth its room.
const WORTH: f32 = 0.67;
/// Cells along an axis at most: three of their numbers fit 64 bits.
const MOST_CELLS: f32 = (1 << 20) as f32;
/// Cells stop growing after so many levels; a mesh of a billion triangles has twelve.
const MOST_LEVELS: i32 = 16;
/// So many vertices or triangles are dealt with from one look at the wish to stop to the next.
const BLOCK: usize = 1 << 16;
/// What no vertex is called.
const NONE: u32 = u32::MAX;

/// Levels of a mesh with fewer and fewer triangles, finest first; none of a mesh that is small enough as it is.
///
/// Each is a list of three vertices a triangle, **of the mesh's own vertices**, so that all that is said of those (colours,
/// what is hidden or selected) holds for the level. Vertices in a cell of a grid become the one of them that is nearest to their
/// middle (J. Rossignac and P. Borrel, "Multi-resolution 3D approximations for rendering complex scenes", 1993). What was
/// connected stays so, and there are no holes. Those that look in opposite directions stay apart, so that what is thin
/// keeps both of its sides and does not vanish.
///
/// `watch` is told how much is done, from 0 to 1, and whether to go on is its answer: `None` when it was no.
pub(crate) fn coarser(mesh: &Mesh, mut watch: impl FnMut(f32) -> bool) -> Option<Vec<Vec<u32>>> {
    let mut levels: Vec<Vec<u32>> = Vec::new();
    if mesh.triangle_count() <= FEW {
        return Some(levels);
    }
    // A level takes as long as the one before it has triangles.
    let whole = mesh.triangle_count() as f32 / (1.0 - 1.0 / (GROWTH * GROWTH));
    let mut done = 0.0;
    // A surface crosses about half as many cells again as it has squares of a cell's side, with two triangles in each.
    let first = (area(mesh) * 3.0 / (mesh.triangle_count() as f32 / (GROWTH * GROWTH))).sqrt();
    for step in 0..MOST_LEVELS {
        let finer = levels.last().unwrap_or(&mesh.indices);
        let count = finer.len() / 3;
        if count <= FEW {
            break;
        }
        let Some(grid) = Grid::over(mesh, first * GROWTH.powi(step)) else { break };
        let level = clustered(mesh, finer, &grid, |part| watch(((done + part * count as f32) / whole).min(1.0)))?;
        done += count as f32;
        if ((level.len() / 3) as f32) < count as f32 * WORTH {
            levels.push(level);
        }
    }
    watch(1.0).then_some(levels)
}

/// What [`coarser`] takes at most, with what it makes, in bytes.
pub(crate) fn bytes(mesh: &Mesh) -> u64 {
    if mesh.triangle_count() <= FEW {
        return 0;
    }
    // Each level has at most so much of the one before, and one that is being made no more than all of that.
    let triangles = mesh.triangle_count() as f64 * f64::from(WORTH / (1.0 - WORTH));
    let of_vertices = size_of::<u32>() + size_of::<(u64, u32)>();
    (triangles * 12.0) as u64 + mesh.positions.len() as u64 * of_vertices as u64
}

/// Twice the area would be the sum of the products.
fn area(mesh: &Mesh) -> f32 {
    let of = |[a, b, c]: [Vec3; 3]| f64::from((b - a).cross(c - a).length());
    ((0..mesh.triangle_count()).filter_map(|at| mesh.triangle(at)).map(of).sum::<f64>() / 2.0) as f32
}

/// Cubes of equal size.
struct Grid {
    min: Vec3,
    cells_per_unit: f32,
}

impl Grid {
    fn over(mesh: &Mesh, side: f32) -> Option<Grid> {
        let bounds = mesh.bounds?;
        let side = side.max((bounds.max - bounds.min).max_element() / MOST_CELLS);
        (side.is_normal()).then(|| Grid { min: bounds.min, cells_per_unit: side.recip() })
    }

    /// The number of a place's cell.
    fn cell(&self, place: Vec3) -> u64 {
        let [x, y, z] = ((place - self.min) * self.cells_per_unit).as_uvec3().to_array();
        u64::from(x) << 42 | u64::from(y) << 21 | u64::from(z)
    }
}

/// These triangles with one vertex in place of all in a cell; those that become lines or dots are left out.
fn clustered(mesh: &Mesh, triangles: &[u32], grid: &Grid, mut watch: impl FnMut(f32) -> bool) -> Option<Vec<u32>> {
    let mut standing_for = vec![NONE; mesh.positions.len()];
    for &corner in triangles {
        if let Some(stand_in) = standing_for.get_mut(corner as usize) {
            *stand_in = corner;
        }
    }
    let place = |vertex: u32| mesh.positions[vertex as usize];
    let used = standing_for.iter().copied().filter(|vertex| *vertex != NONE);
    let mut cells: Vec<(u64, u32)> = used.map(|vertex| (grid.cell(place(vertex)), vertex)).collect();
    watch(0.2).then_some(())?;
    cells.sort_unstable();
    let (count, mut seen, mut told) = (cells.len(), 0, 0);
    for of_cell in cells.chunk_by_mut(|one, other| one.0 == other.0) {
        if seen >= told {
            watch(0.4 + 0.4 * seen as f32 / count as f32).then_some(())?;
            told = seen + BLOCK;
        }
        seen += of_cell.len();
        stand_in(mesh, of_cell, &mut standing_for);
    }
    let of = |corner: &u32| standing_for.get(*corner as usize).copied().unwrap_or(NONE);
    let mut coarse = Vec::with_capacity(triangles.len() / 2);
    let all = triangles.as_chunks::<3>().0;
    for (at, block) in all.chunks(BLOCK).enumerate() {
        watch(0.8 + 0.2 * (at * BLOCK) as f32 / all.len() as f32).then_some(())?;
        for corners in block {
            let [a, b, c] = corners.each_ref().map(of);
            if a != b && b != c && c != a && a.max(b).max(c) != NONE {
                coarse.extend([a, b, c]);
            }
        }
    }
    coarse.shrink_to_fit();
    Some(coarse)
}

/// Of the vertices of a cell that look the same way, the one nearest to their middle stands for all.
///
/// Where a mesh has several vertices in a place, as along sharp edges, these look together: else they would part there.
fn stand_in(mesh: &Mesh, of_cell: &mut [(u64, u32)], standing_for: &mut [u32]) {
    let place = |vertex: u32| mesh.positions[vertex as usize];
    if let [(_, only)] = of_cell {
        standing_for[*only as usize] = *only;
        return;
    }
    let bits = |vertex: u32| place(vertex).to_array().map(f32::to_bits);
    of_cell.sort_unstable_by_key(|(_, vertex)| (bits(*vertex), *vertex));
    let mut sums = [(Vec3::ZERO, 0.0f32); WAYS];
    let origin = place(of_cell[0].1);
    for in_place in of_cell.chunk_by_mut(|one, other| bits(one.1) == bits(other.1)) {
        let way = way(in_place.iter().filter_map(|(_, vertex)| mesh.normals.get(*vertex as usize)).sum());
        sums[way].0 += place(in_place[0].1) - origin;
        sums[way].1 += 1.0;
        // The cell is known by now; from here on its number says the way.
        in_place.iter_mut().for_each(|(number, _)| *number = way as u64);
    }
    let mut nearest = [(f32::INFINITY, NONE); WAYS];
    for &(way, vertex) in of_cell.iter() {
        let (sum, count) = sums[way as usize];
        let away = (place(vertex) - origin).distance_squared(sum / count);
        let best = &mut nearest[way as usize];
        if away < best.0 || best.1 == NONE {
            *best = (away, vertex);
        }
    }
    for &(way, vertex) in of_cell.iter() {
        standing_for[vertex as usize] = nearest[way as usize].1;
    }
}

/// How many ways a normal can look.
const WAYS: usize = 6;

/// Which of the six directions along the axes a normal is nearest to.
fn way(normal: Vec3) -> usize {
    let axis = normal.abs().max_position();
    2 * axis + usize::from(normal[axis] < 0.0)
}

#[cfg(test)]
mod tests;
