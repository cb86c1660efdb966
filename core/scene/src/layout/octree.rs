//! [`Octree`]: sums up far nodes, so that a step costs n log n.

use super::repulsion;
use glam::Vec3;

/// A cell is taken for one node when its width over its distance is below this.
const OPENING: f32 = 0.9;
/// Cells of this depth hold as many nodes as there are: nodes on one spot would split cells for ever.
const MAX_DEPTH: u32 = 24;
const NONE: u32 = u32::MAX;

#[derive(Debug)]
pub(super) struct Octree {
    cells: Vec<Cell>,
    /// The next node in the same leaf.
    next_in_leaf: Vec<u32>,
    root_center: Vec3,
    root_half_width: f32,
}

#[derive(Debug, Clone, Copy)]
struct Cell {
    children: [u32; 8],
    /// The first node of a leaf; NONE for an inner cell.
    first_node: u32,
    is_leaf: bool,
    sum: Vec3,
    count: f32,
}

const EMPTY: Cell = Cell { children: [NONE; 8], first_node: NONE, is_leaf: true, sum: Vec3::ZERO, count: 0.0 };

impl Octree {
    pub(super) fn new(positions: &[Vec3]) -> Octree {
        let (min, max) =
            positions.iter().fold((Vec3::MAX, Vec3::MIN), |(min, max), place| (min.min(*place), max.max(*place)));
        let mut tree = Octree {
            cells: Vec::with_capacity(positions.len() * 2),
            next_in_leaf: vec![NONE; positions.len()],
            root_center: (min + max) * 0.5,
            root_half_width: ((max - min).max_element() * 0.5).max(1e-6),
        };
        tree.cells.push(EMPTY);
        for node in 0..positions.len() as u32 {
            tree.insert(node, positions);
        }
        tree
    }

    fn insert(&mut self, node: u32, positions: &[Vec3]) {
        let place = positions[node as usize];
        let (mut cell, mut center, mut half_width) = (0usize, self.root_center, self.root_half_width);
        for depth in 0.. {
            self.cells[cell].sum += place;
            self.cells[cell].count += 1.0;
            if self.cells[cell].is_leaf {
                let resident = self.cells[cell].first_node;
                if resident == NONE || depth == MAX_DEPTH {
                    self.next_in_leaf[node as usize] = resident;
                    self.cells[cell].first_node = node;
                    return;
                }
                // The resident moves one level down, then the newcomer goes on.
                self.cells[cell].is_leaf = false;
                self.cells[cell].first_node = NONE;
                let place = positions[resident as usize];
                let child = self.child(cell, octant(place, center));
                self.cells[child] = Cell { first_node: resident, sum: place, count: 1.0, ..EMPTY };
            }
            let toward = octant(place, center);
            cell = self.child(cell, toward);
            half_width *= 0.5;
            center += offset(toward) * half_width;
        }
    }

    fn child(&mut self, cell: usize, octant: usize) -> usize {
        if self.cells[cell].children[octant] == NONE {
            self.cells[cell].children[octant] = self.cells.len() as u32;
            self.cells.push(EMPTY);
        }
        self.cells[cell].children[octant] as usize
    }

    /// All nodes, those of a cell after each other.
    pub(super) fn nodes(&self) -> Vec<u32> {
        let mut nodes = Vec::with_capacity(self.next_in_leaf.len());
        let mut waiting = vec![0u32];
        while let Some(at) = waiting.pop() {
            let cell = &self.cells[at as usize];
            let mut node = cell.first_node;
            while node != NONE {
                nodes.push(node);
                node = self.next_in_leaf[node as usize];
            }
            waiting.extend(cell.children.into_iter().filter(|child| *child != NONE));
        }
        nodes
    }

    /// The sum of all other nodes' pushes on one.
    pub(super) fn repulsion(&self, node: u32, positions: &[Vec3]) -> Vec3 {
        let place = positions[node as usize];
        let mut force = Vec3::ZERO;
        // Each level leaves at most seven siblings behind.
        let mut waiting = [(0u32, 0.0f32); 7 * MAX_DEPTH as usize + 9];
        waiting[0] = (0, self.root_half_width * 2.0);
        let mut count = 1;
        while count > 0 {
            count -= 1;
            let (at, width) = waiting[count];
            let cell = &self.cells[at as usize];
            if cell.is_leaf {
                let mut other = cell.first_node;
                while other != NONE {
                    if other != node {
                        force += repulsion(place - positions[other as usize], node);
                    }
                    other = self.next_in_leaf[other as usize];
                }
                continue;
            }
            let apart = place - cell.sum / cell.count;
            if width * width < OPENING * OPENING * apart.length_squared() {
                force += repulsion(apart, node) * cell.count;
                continue;
            }
            for child in cell.children.into_iter().filter(|child| *child != NONE) {
                waiting[count] = (child, width * 0.5);
                count += 1;
            }
        }
        force
    }
}

fn octant(place: Vec3, center: Vec3) -> usize {
    usize::from(place.x >= center.x) | usize::from(place.y >= center.y) << 1 | usize::from(place.z >= center.z) << 2
}

fn offset(octant: usize) -> Vec3 {
    let sign = |bit: usize| if octant & bit == 0 { -1.0 } else { 1.0 };
    Vec3::new(sign(1), sign(2), sign(4))
}
