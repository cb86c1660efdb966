//! Nodes and links as a file names them, on their way to a network.

mod links;
mod said;

pub(super) use links::{Links, only_counts};
pub(super) use said::Columns;

use super::columns::unique;
use super::{LoadedLayer, Problem};
use crate::{Aabb, Attribute, LayerData, Network, Placement, Values};
use glam::{DVec3, Vec3};
use std::collections::HashMap;
use std::sync::Arc;

/// What files call the latitude and the longitude of a node, in whatever case.
pub(super) const LATITUDE: [&str; 2] = ["latitude", "lat"];
pub(super) const LONGITUDE: [&str; 4] = ["longitude", "lon", "lng", "long"];

/// Memory for a node and for a link, with what is built out of them, names aside.
const BYTES_PER_NODE: u64 = 200;
const BYTES_PER_LINK: u64 = 48;

/// What a file says, node by node and link by link, in any order.
#[derive(Default)]
pub(super) struct Nodes {
    ids: HashMap<Box<str>, u32>,
    labels: Vec<Option<Box<str>>>,
    columns: Columns,
    /// Ends by their names, because a link may come before its nodes.
    links: Vec<[Box<str>; 2]>,
    link_columns: Columns,
    names_bytes: u64,
    /// How many columns there were when that was asked last.
    known_columns: usize,
}

/// What something is said of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    Node(u32),
    Link(u32),
    /// Something that is not kept, e.g. a link without two ends.
    Nothing,
}

impl Nodes {
    /// The node of this name, made if there is none yet.
    pub(super) fn node(&mut self, id: &str) -> u32 {
        if let Some(known) = self.ids.get(id) {
            return *known;
        }
        let number = self.labels.len() as u32;
        self.ids.insert(id.into(), number);
        self.labels.push(None);
        self.names_bytes += id.len() as u64;
        number
    }

    /// What people call a node.
    pub(super) fn call(&mut self, node: u32, label: &str) {
        if let Some(place) = self.labels.get_mut(node as usize).filter(|_| !label.is_empty()) {
            *place = Some(label.chars().take(200).collect::<String>().into());
            self.names_bytes += label.len() as u64;
        }
    }

    /// Something about a node or a link, by the name of what it is.
    pub(super) fn say(&mut self, of: Of, name: &str, value: &str) {
        match of {
            Of::Node(node) => self.columns.say(node, name, value),
            Of::Link(link) => self.link_columns.say(link, name, value),
            Of::Nothing => {}
        }
    }

    /// The same of what is known to be a number, of a node.
    pub(super) fn say_number(&mut self, node: u32, name: &str, number: f64) {
        self.columns.say_number(node, name, number);
    }

    /// Takes a link; gives its number.
    pub(super) fn link(&mut self, from: &str, to: &str) -> u32 {
        self.names_bytes += (from.len() + to.len()) as u64;
        self.links.push([from.into(), to.into()]);
        (self.links.len() - 1) as u32
    }

    /// Whether a column was begun since this was asked last: each may be as long as all that was read, so that the memory is to
    /// be looked after.
    pub(super) fn began_a_column(&mut self) -> bool {
        let columns = self.columns.len() + self.link_columns.len();
        std::mem::replace(&mut self.known_columns, columns) != columns
    }

    /// Makes a node of every end that is none yet: for files that list links only.
    pub(super) fn make_ends(&mut self) {
        for link in std::mem::take(&mut self.links) {
            for end in &link {
                self.node(end);
            }
            self.links.push(link);
        }
    }

    /// What all of it takes.
    pub(super) fn bytes(&self) -> u64 {
        let nodes = self.labels.len() as u64 * BYTES_PER_NODE;
        let links = self.links.len() as u64 * BYTES_PER_LINK;
        let said = self.columns.bytes(self.labels.len()) + self.link_columns.bytes(self.links.len());
        nodes + links + said + 2 * self.names_bytes
    }

    /// # Errors
    /// When there is no node, or no link names two of them.
    pub(super) fn into_layer(self, name: String, kind: &'static str) -> Result<LoadedLayer, Problem> {
        let Nodes { ids, mut labels, columns, links, link_columns, .. } = self;
        if ids.is_empty() {
            return Err(Problem::Nothing { detail: "it has no nodes".into() });
        }
        let (links, notice) = Links::between(&links, link_columns, kind, |end| ids.get(end).copied())?;
        for (id, node) in ids {
            labels[node as usize].get_or_insert(id);
        }
        let count = labels.len();
        let labels = labels.into_iter().map(|label| label.unwrap_or_default().into()).collect();
        let attributes = columns.into_attributes(count);
        let network = network(labels, links, attributes);
        Ok(LoadedLayer::new(name, LayerData::Network(Arc::new(network)), notice))
    }
}

/// A network of nodes of these names: sized by their links, placed on the globe where they have latitudes and longitudes,
/// else to be laid out.
pub(super) fn network(labels: Vec<String>, links: Links, attributes: Vec<Attribute>) -> Network {
    let mut degrees = vec![0u32; labels.len()];
    let Links { edges, attributes: link_attributes } = links;
    for end in edges.iter().flatten() {
        degrees[*end as usize] += 1;
    }
    let busiest = degrees.iter().copied().max().unwrap_or(0).max(1) as f32;
    // From 0.6 to 2: the area grows with the degree.
    let sizes = degrees.iter().map(|degree| 0.6 + 1.4 * (*degree as f32 / busiest).sqrt()).collect();
    let places = places(&attributes, labels.len());
    let on_globe = places.as_deref().and_then(|places| Placement::Globe.positions(places));
    let positions = on_globe.unwrap_or_else(|| vec![Vec3::ZERO; labels.len()]);
    let links = Attribute::new("links", Values::U32(degrees.clone()));
    Network {
        origin: DVec3::ZERO,
        bounds: Aabb::of_points(&positions),
        positions,
        is_placed: places.is_some(),
        places: places.map(Arc::new),
        sizes: Arc::new(sizes),
        labels: Arc::new(labels),
        degrees: Arc::new(degrees),
        edges: Arc::new(edges),
        link_attributes: Arc::new(link_attributes),
        attributes: Arc::new(unique(attributes.into_iter().chain([links]).collect())),
    }
}

/// Whether an attribute of this name says where on Earth a node is.
pub(crate) fn is_geographic(name: &str) -> bool {
    LATITUDE.iter().chain(&LONGITUDE).any(|known| name.eq_ignore_ascii_case(known))
}

/// The latitude and longitude of each node in degrees; `None` unless every node has both.
fn places(attributes: &[Attribute], count: usize) -> Option<Vec<[f32; 2]>> {
    let named = |names: &[&str]| {
        attributes.iter().find(|one| {
            let is_named = names.iter().any(|name| one.name.eq_ignore_ascii_case(name));
            is_named && one.categories.is_none() && one.values.len() == count
        })
    };
    let (latitudes, longitudes) = (named(&LATITUDE)?, named(&LONGITUDE)?);
    let place = |node: usize| {
        let (latitude, longitude) = (latitudes.values.get(node), longitudes.values.get(node));
        let is_one = latitude.abs() <= 90.0 && longitude.abs() <= 360.0;
        is_one.then_some([latitude as f32, longitude as f32])
    };
    (0..count).map(place).collect()
}
