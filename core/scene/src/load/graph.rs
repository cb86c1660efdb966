//! Node-link JSON: `{"nodes": […], "links": […]}` as D3 and NetworkX write it; `edges` for `links` is taken too.
//!
//! Links name their ends by the nodes' `id`, else by `name` or `label`, else by their number in the list.
//! A node is called by its `name`, `label` or `id`, and coloured by its `group`. Its other members that are numbers, texts,
//! true or false are said of it, as are those of a link; lists and objects are not.

mod parse;

use super::format::{Format, Opened};
use super::nodes::{self, Links, only_counts};
use super::{LoadedLayer, Problem};
use crate::colormap::category_color;
use crate::{Attribute, Category, LayerData, Values};
use parse::{Graph, Key, Node};
use std::collections::HashMap;
use std::sync::Arc;

pub(super) const FORMAT: Format = Format {
    name: "node-link JSON",
    extensions: &["json"],
    becomes: "a network, laid out in space while you watch",
    is_it: |head| head.text.starts_with(b"{"),
    begins_with: "{",
    read,
};

fn read(Opened { reader, name, progress, .. }: Opened<'_>) -> Result<Vec<LoadedLayer>, Problem> {
    let Graph { nodes, links, columns, link_columns } = parse::parse(reader, progress)?;
    if nodes.is_empty() {
        return Err(Problem::Nothing { detail: "its list of nodes is empty".into() });
    }
    let names = Names::new(&nodes);
    let (links, notice) = Links::between(&links, link_columns, FORMAT.name, |key| names.find(key))?;
    let labels = nodes.iter().enumerate().map(|(at, node)| node.label(at)).collect();
    let said = columns.into_attributes(nodes.len()).into_iter().filter(|one| !only_counts(one));
    let attributes = groups_of(&nodes).into_iter().chain(said).collect();
    let network = nodes::network(labels, links, attributes);
    Ok(vec![LoadedLayer::new(name, LayerData::Network(Arc::new(network)), notice)])
}

fn malformed(detail: String) -> Problem {
    Problem::Malformed { kind: FORMAT.name, detail }
}

/// The groups of the nodes; `None` where they name none.
fn groups_of(nodes: &[Node]) -> Option<Attribute> {
    let mut numbers: HashMap<Option<&Key>, u32> = HashMap::new();
    let mut categories = Vec::new();
    let mut values = Vec::with_capacity(nodes.len());
    for node in nodes {
        let key = node.group.as_ref().filter(|key| !matches!(key, Key::Other));
        let number = *numbers.entry(key).or_insert_with(|| {
            let number = categories.len();
            let label = key.map_or_else(|| "no group".into(), Key::to_string);
            categories.push(Category { label, color: category_color(number) });
            number as u32
        });
        values.push(number);
    }
    let is_named = numbers.keys().any(Option::is_some);
    is_named.then(|| Attribute::of_categories("group", Values::U32(values), categories.into()))
}

/// What links may call a node.
struct Names<'a> {
    by_key: HashMap<&'a Key, u32>,
    /// Whether the nodes have ids of their own: then a number is an id and not a place in the list.
    have_ids: bool,
    count: u32,
}

impl<'a> Names<'a> {
    fn new(nodes: &'a [Node]) -> Names<'a> {
        let have_ids = nodes.iter().all(|node| node.id.is_some());
        let mut by_key = HashMap::with_capacity(nodes.len());
        for (at, node) in nodes.iter().enumerate() {
            // The first of several wins, and an id over any other name.
            for key in [&node.id, &node.name, &node.label].into_iter().flatten() {
                by_key.entry(key).or_insert(at as u32);
            }
        }
        Names { by_key, have_ids, count: nodes.len() as u32 }
    }

    fn find(&self, key: &Key) -> Option<u32> {
        match key {
            Key::Number(number) if !self.have_ids => u32::try_from(*number).ok().filter(|number| *number < self.count),
            key => self.by_key.get(key).copied(),
        }
    }
}
