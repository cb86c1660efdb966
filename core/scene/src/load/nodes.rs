//! Nodes and links as a file names them, on their way to a network.

use super::columns::unique;
use super::{LoadedLayer, Problem};
use crate::colormap::category_color;
use crate::{Aabb, Attribute, Category, LayerData, Network, Values, text};
use glam::{DVec3, Vec3};
use std::collections::HashMap;
use std::sync::Arc;

/// More distinct texts than this are names, not kinds.
const KINDS_MAX: usize = 256;
/// More columns than this are left out.
const COLUMNS_MAX: usize = 128;
/// Memory for a node and for a link, with what is built out of them, names aside.
const BYTES_PER_NODE: u64 = 200;
const BYTES_PER_LINK: u64 = 48;

/// What a file says, node by node and link by link, in any order.
#[derive(Default)]
pub(super) struct Nodes {
    ids: HashMap<Box<str>, u32>,
    labels: Vec<Option<Box<str>>>,
    columns: Vec<Column>,
    column_by_name: HashMap<Box<str>, usize>,
    /// Ends by their names, because a link may come before its nodes.
    links: Vec<[Box<str>; 2]>,
    names_bytes: u64,
}

struct Column {
    name: String,
    /// One a node, as far as they are said.
    values: Said,
}

enum Said {
    Numbers(Vec<f64>),
    /// Numbers of [`Kinds`], from 1; 0 where nothing is said.
    Texts(Vec<u32>, HashMap<Box<str>, u32>),
    /// Too many distinct texts.
    Names,
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

    /// Something about a node, by the name of what it is.
    pub(super) fn say(&mut self, node: u32, name: &str, value: &str) {
        let index = match self.column_by_name.get(name) {
            Some(index) => *index,
            None if self.columns.len() < COLUMNS_MAX => {
                self.columns.push(Column { name: name.to_owned(), values: Said::Numbers(Vec::new()) });
                self.column_by_name.insert(name.into(), self.columns.len() - 1);
                self.columns.len() - 1
            }
            None => return,
        };
        self.columns[index].say(node as usize, value);
    }

    pub(super) fn link(&mut self, from: &str, to: &str) {
        self.names_bytes += (from.len() + to.len()) as u64;
        self.links.push([from.into(), to.into()]);
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
        let nodes = self.labels.len() as u64 * (BYTES_PER_NODE + 8 * self.columns.len() as u64);
        nodes + self.links.len() as u64 * BYTES_PER_LINK + 2 * self.names_bytes
    }

    /// # Errors
    /// When there is no node, or no link names two of them.
    pub(super) fn into_layer(self, name: String, kind: &'static str) -> Result<LoadedLayer, Problem> {
        let Nodes { ids, mut labels, columns, links, .. } = self;
        if ids.is_empty() {
            return Err(Problem::Nothing { detail: "it has no nodes".into() });
        }
        let edges: Vec<[u32; 2]> =
            links.iter().filter_map(|[from, to]| Some([*ids.get(from)?, *ids.get(to)?])).collect();
        if edges.is_empty() && !links.is_empty() {
            let detail = "none of its links names two of its nodes".into();
            return Err(Problem::Malformed { kind, detail });
        }
        let left_out = links.len() - edges.len();
        let notice = (left_out > 0).then(|| {
            let all = text::counted(links.len(), "link", "links");
            format!("Left out {} of {all}: they name nodes that are not there.", text::count(left_out as u64))
        });
        for (id, node) in ids {
            labels[node as usize].get_or_insert(id);
        }
        let count = labels.len();
        let labels = labels.into_iter().map(|label| label.unwrap_or_default().into()).collect();
        let attributes: Vec<Attribute> =
            columns.into_iter().filter_map(|column| column.into_attribute(count)).collect();
        let network = network(labels, edges, attributes);
        Ok(LoadedLayer::new(name, LayerData::Network(Arc::new(network)), notice))
    }
}

/// A network of nodes of these names: sized by their links, placed on the globe where they have latitudes and longitudes,
/// else to be laid out.
pub(super) fn network(labels: Vec<String>, edges: Vec<[u32; 2]>, attributes: Vec<Attribute>) -> Network {
    let mut degrees = vec![0u32; labels.len()];
    for end in edges.iter().flatten() {
        degrees[*end as usize] += 1;
    }
    let busiest = degrees.iter().copied().max().unwrap_or(0).max(1) as f32;
    // From 0.6 to 2: the area grows with the degree.
    let sizes = degrees.iter().map(|degree| 0.6 + 1.4 * (*degree as f32 / busiest).sqrt()).collect();
    let on_globe = on_globe(&attributes, labels.len());
    let is_placed = on_globe.is_some();
    let positions = on_globe.unwrap_or_else(|| vec![Vec3::ZERO; labels.len()]);
    let links = Attribute::new("links", Values::U32(degrees.clone()));
    Network {
        origin: DVec3::ZERO,
        bounds: Aabb::of_points(&positions),
        positions,
        is_placed,
        sizes: Arc::new(sizes),
        labels: Arc::new(labels),
        degrees: Arc::new(degrees),
        edges: Arc::new(edges),
        attributes: Arc::new(unique(attributes.into_iter().chain([links]).collect())),
    }
}

/// Where each node is on a globe of radius 1: x towards latitude and longitude 0, z towards the north pole. `None` unless
/// every node has both.
fn on_globe(attributes: &[Attribute], count: usize) -> Option<Vec<Vec3>> {
    let named = |names: &[&str]| {
        attributes.iter().find(|one| {
            let is_named = names.iter().any(|name| one.name.eq_ignore_ascii_case(name));
            is_named && one.categories.is_none() && one.values.len() == count
        })
    };
    let latitudes = named(&["latitude", "lat"])?;
    let longitudes = named(&["longitude", "lon", "lng", "long"])?;
    let place = |node: usize| {
        let (latitude, longitude) = (latitudes.values.get(node), longitudes.values.get(node));
        let is_one = latitude.abs() <= 90.0 && longitude.abs() <= 360.0;
        let (latitude, longitude) = (latitude.to_radians(), longitude.to_radians());
        let place = DVec3::new(latitude.cos() * longitude.cos(), latitude.cos() * longitude.sin(), latitude.sin());
        is_one.then(|| place.as_vec3())
    };
    (0..count).map(place).collect()
}

impl Column {
    fn say(&mut self, node: usize, value: &str) {
        let value = value.trim();
        if let Said::Numbers(list) = &mut self.values {
            if let Ok(number) = value.parse::<f64>() {
                list.resize(list.len().max(node + 1), f64::NAN);
                list[node] = number;
                return;
            }
            // The first text: what was numbers before are texts, too.
            let numbers = std::mem::take(list);
            self.values = Said::Texts(Vec::new(), HashMap::new());
            for (node, number) in numbers.into_iter().enumerate().filter(|(_, number)| !number.is_nan()) {
                self.say_text(node, &number.to_string());
            }
        }
        self.say_text(node, value);
    }

    fn say_text(&mut self, node: usize, value: &str) {
        let Said::Texts(list, kinds) = &mut self.values else { return };
        let next = kinds.len() as u32 + 1;
        let number = *kinds.entry(value.chars().take(60).collect::<String>().into()).or_insert(next);
        list.resize(list.len().max(node + 1), 0);
        list[node] = number;
        if kinds.len() > KINDS_MAX {
            self.values = Said::Names;
        }
    }

    fn into_attribute(self, count: usize) -> Option<Attribute> {
        match self.values {
            Said::Numbers(mut list) => {
                list.resize(count, f64::NAN);
                Some(Attribute::new(self.name, Values::narrowest(list)))
            }
            Said::Texts(mut list, kinds) => {
                list.resize(count, 0);
                let mut labels = vec!["nothing".to_owned(); kinds.len() + 1];
                for (label, number) in kinds {
                    labels[number as usize] = if label.is_empty() { "nothing".into() } else { label.into() };
                }
                let category = |(at, label)| Category { label, color: category_color(at) };
                let categories: Vec<Category> = labels.into_iter().enumerate().map(category).collect();
                Some(Attribute::of_categories(self.name, Values::U32(list), categories.into()))
            }
            Said::Names => None,
        }
    }
}
