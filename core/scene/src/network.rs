//! [`Network`]: nodes and links as they are drawn.

use crate::aabb::Aabb;
use crate::attribute::Attribute;
use glam::{DVec3, Vec3};
use std::sync::Arc;

/// A network. Its positions are replaced as the layout settles; what does not change is shared.
#[derive(Debug, Clone, Default)]
pub struct Network {
    /// What the positions are relative to; a network that was laid out has no coordinates of its own, and this is zero.
    pub origin: DVec3,
    /// Where each node is, relative to `origin`; all finite.
    pub positions: Vec<Vec3>,
    /// Whether the positions are those of the file, as on a map; otherwise it is laid out.
    pub is_placed: bool,
    /// The latitude and longitude of each node in degrees, where the file says them of every one.
    pub places: Option<Arc<Vec<[f32; 2]>>>,
    /// The diameter of each node over [`crate::Style::node_size`]: grows with the square root of its degree.
    pub sizes: Arc<Vec<f32>>,
    /// The name of each node.
    pub labels: Arc<Vec<String>>,
    /// How many links each node has.
    pub degrees: Arc<Vec<u32>>,
    /// The two nodes of each link, each below `positions.len()`.
    pub edges: Arc<Vec<[u32; 2]>>,
    /// What is said of each link, in the order of `edges`.
    pub link_attributes: Arc<Vec<Attribute>>,
    /// What is said of each node; how many links it has always is, as `links`.
    pub attributes: Arc<Vec<Attribute>>,
    /// The box about the positions, relative to `origin`.
    pub bounds: Option<Aabb>,
}

impl Network {
    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.positions.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.positions.is_empty()
    }

    /// The same network with its nodes elsewhere. Positions that are missing or not finite become zero.
    pub fn at(&self, mut positions: Vec<Vec3>) -> Network {
        positions.resize(self.len(), Vec3::ZERO);
        for position in &mut positions {
            if !position.is_finite() {
                *position = Vec3::ZERO;
            }
        }
        let bounds = Aabb::of_points(&positions);
        Network { positions, bounds, ..self.clone() }
    }
}
