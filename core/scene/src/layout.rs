//! [`ForceLayout`]: gives the nodes of a network their places, a step at a time; and the thread that runs it.
//!
//! Nodes repel each other and links pull them together, under a temperature that falls until all is still
//! (Verlet steps with velocity decay and falling temperature, as in d3-force; repulsion by octree after Barnes and Hut,
//! "A hierarchical O(N log N) force-calculation algorithm", 1986).

mod live;
mod octree;

pub(crate) use live::{LiveLayout, Motion};

use crate::random::Random;
use glam::Vec3;
use octree::Octree;

/// Up to here each node looks at each other one; above, at the cells of an octree.
const MAX_EXACT_NODES: usize = 1000;
/// The temperature begins low enough that the eye can follow, falls by this share a step, and below the least the
/// layout is still, after 250 steps.
const FIRST_TEMPERATURE: f32 = 0.3;
const COOLING: f32 = 0.022_8;
const LEAST_TEMPERATURE: f32 = 1e-3;
/// What is left of a velocity after a step.
const VELOCITY_KEPT: f32 = 0.6;
const REPULSION: f32 = 0.6;
const GRAVITY: f32 = 0.06;
/// No node moves farther in a step, in lengths of a link: nodes that begin on one spot do not explode.
const MAX_STEP: f32 = 2.0;
/// The share of the spread that a node moves in a step when it is taken for still: a fifth of a pixel.
const STILL: f32 = 1e-3;
/// The root mean square distance of nodes from the middle, in published units, that is never exceeded.
const MAX_SPREAD: f32 = 0.8;

/// A layout that settles, step by step. Internally a link wants to be of length 1.
#[derive(Debug, Clone)]
pub struct ForceLayout {
    positions: Vec<Vec3>,
    velocities: Vec<Vec3>,
    forces: Vec<Vec3>,
    edges: Vec<[u32; 2]>,
    /// 1 over the lesser degree of a link's ends: the hub of a star is not torn by its many links.
    strengths: Vec<f32>,
    /// The share of a link's pull that moves its second end.
    biases: Vec<f32>,
    temperature: f32,
    /// From internal to published lengths, unless the layout outgrows its box.
    scale: f32,
    /// The root mean square distance of nodes from the middle.
    spread: f32,
}

impl ForceLayout {
    /// A layout of nodes in a ball, by `seed`. Links from a node to itself and to nodes that are not there are left out.
    pub fn new(node_count: usize, edges: &[[u32; 2]], seed: u64) -> ForceLayout {
        let spread = (node_count.max(1) as f32).cbrt();
        let mut random = Random::new(seed);
        let positions = (0..node_count).map(|_| in_unit_ball(&mut random) * spread * 0.25).collect();
        ForceLayout::with_positions(positions, edges, 1.0 / (spread * 0.9), FIRST_TEMPERATURE)
    }

    /// A layout that goes on from places that were published before, and has almost settled.
    pub fn resume(published: &[Vec3], edges: &[[u32; 2]]) -> ForceLayout {
        let length = |[a, b]: &[u32; 2]| Some(published.get(*a as usize)?.distance(*published.get(*b as usize)?));
        let lengths: Vec<f32> = edges.iter().filter_map(length).filter(|length| *length > 0.0).collect();
        // A link is to be of length 1 again.
        let scale = if lengths.is_empty() {
            1.0 / ((published.len().max(1) as f32).cbrt() * 0.9)
        } else {
            lengths.iter().sum::<f32>() / lengths.len() as f32
        };
        let positions = published.iter().map(|place| *place / scale).collect();
        ForceLayout::with_positions(positions, edges, scale, LEAST_TEMPERATURE * 20.0)
    }

    /// The same as warm as at the start.
    pub(crate) fn warmed(self) -> ForceLayout {
        ForceLayout { temperature: FIRST_TEMPERATURE, ..self }
    }

    fn with_positions(positions: Vec<Vec3>, edges: &[[u32; 2]], scale: f32, temperature: f32) -> ForceLayout {
        let count = positions.len();
        let inside = |[a, b]: &[u32; 2]| a != b && (*a as usize) < count && (*b as usize) < count;
        let edges: Vec<[u32; 2]> = edges.iter().copied().filter(inside).collect();
        let mut degrees = vec![0u32; count];
        for end in edges.iter().flatten() {
            degrees[*end as usize] += 1;
        }
        let degree = |node: u32| degrees[node as usize] as f32;
        let strengths = edges.iter().map(|[a, b]| 1.0 / degree(*a).min(degree(*b))).collect();
        let biases = edges.iter().map(|[a, b]| degree(*a) / (degree(*a) + degree(*b))).collect();
        let still = vec![Vec3::ZERO; count];
        ForceLayout {
            positions,
            velocities: still.clone(),
            forces: still,
            edges,
            strengths,
            biases,
            temperature,
            scale,
            spread: 0.0,
        }
    }

    /// Moves every node once; false when the layout has settled and nothing was done.
    pub fn step(&mut self) -> bool {
        if self.is_settled() {
            return false;
        }
        self.temperature *= 1.0 - COOLING;
        self.pull_links();
        self.repel();
        let mut farthest = 0.0f32;
        for ((position, velocity), force) in self.positions.iter_mut().zip(&mut self.velocities).zip(&self.forces) {
            let gravity = -*position * GRAVITY;
            *velocity = (*velocity + (*force + gravity) * self.temperature) * VELOCITY_KEPT;
            *velocity = velocity.clamp_length_max(MAX_STEP);
            *position += *velocity;
            farthest = farthest.max(velocity.length_squared());
        }
        self.center();
        // What nobody can see move has settled, however warm it still is.
        if farthest.sqrt() < STILL * self.spread {
            self.temperature = 0.0;
        }
        true
    }

    /// Whether it has come to rest.
    pub fn is_settled(&self) -> bool {
        self.temperature < LEAST_TEMPERATURE || self.positions.len() < 2
    }

    /// Where the nodes are now: about the origin, within a box of a few units.
    pub fn positions(&self) -> Vec<Vec3> {
        // What outgrows the box is shown smaller, not pressed into it: a long chain may unfold.
        let scale = if self.spread * self.scale > MAX_SPREAD { MAX_SPREAD / self.spread } else { self.scale };
        self.positions.iter().map(|position| *position * scale).collect()
    }

    fn pull_links(&mut self) {
        for (at, [a, b]) in self.edges.iter().enumerate() {
            let (a, b) = (*a as usize, *b as usize);
            let apart = (self.positions[b] + self.velocities[b]) - (self.positions[a] + self.velocities[a]);
            let length = apart.length().max(1e-6);
            let pull = apart * ((length - 1.0) / length * self.temperature * self.strengths[at]);
            self.velocities[b] -= pull * self.biases[at];
            self.velocities[a] += pull * (1.0 - self.biases[at]);
        }
    }

    fn repel(&mut self) {
        if self.positions.len() > MAX_EXACT_NODES {
            let tree = Octree::new(&self.positions);
            // Neighbours after each other: they look at the same cells.
            for node in tree.nodes() {
                self.forces[node as usize] = tree.repulsion(node, &self.positions) * REPULSION;
            }
            return;
        }
        self.forces.fill(Vec3::ZERO);
        for a in 0..self.positions.len() {
            for b in a + 1..self.positions.len() {
                let force = repulsion(self.positions[a] - self.positions[b], a as u32) * REPULSION;
                self.forces[a] += force;
                self.forces[b] -= force;
            }
        }
    }

    /// Takes back the drift of the whole, and notes how far it spreads.
    fn center(&mut self) {
        let count = self.positions.len() as f32;
        let middle = self.positions.iter().sum::<Vec3>() / count;
        for position in &mut self.positions {
            *position -= middle;
        }
        self.spread = (self.positions.iter().map(|place| place.length_squared()).sum::<f32>() / count).sqrt();
    }
}

/// The push on a node from a unit node `apart` away; falls with the distance. Nodes on one spot are parted by their number.
fn repulsion(apart: Vec3, node: u32) -> Vec3 {
    let squared = apart.length_squared();
    if squared < 1e-6 {
        return in_unit_ball(&mut Random::new(u64::from(node)));
    }
    // Softened within a tenth of a link, so that close pairs do not fly apart.
    apart / squared.max(0.01)
}

fn in_unit_ball(random: &mut Random) -> Vec3 {
    loop {
        let place = Vec3::from_array(std::array::from_fn(|_| random.unit() * 2.0 - 1.0));
        if place.length_squared() <= 1.0 {
            return place;
        }
    }
}

#[cfg(test)]
mod tests;
