//! GraphML (Brandes et al., "GraphML progress report", 2002; graphml.graphdrawing.org): nodes and links with their data, nested
//! graphs as one. Hyperedges and ports are not read.

use super::format::{Format, Opened};
use super::nodes::{Nodes, Of};
use super::xml::{Item, Xml, attribute};
use super::{LoadedLayer, Problem};
use std::collections::HashMap;

pub(super) const FORMAT: Format = Format {
    name: "GraphML",
    extensions: &["graphml"],
    becomes: "a network; what is said of its nodes and links colours them",
    is_it: |head| head.text.starts_with(b"<") && head.text.windows(8).any(|window| window == b"<graphml"),
    begins_with: "<",
    read,
};

/// Links and nodes after which the memory is looked after.
const BLOCK: u32 = 4096;

fn read(Opened { reader, name, progress, .. }: Opened<'_>) -> Result<Vec<LoadedLayer>, Problem> {
    let mut xml = Xml::new(reader, progress, "GraphML");
    let mut nodes = Nodes::default();
    let mut keys: HashMap<String, String> = HashMap::new();
    // The innermost last.
    let mut open: Vec<Of> = Vec::new();
    let (mut key, mut value) = (None, String::new());
    let mut read = 0u32;
    while let Some(item) = xml.next()? {
        match item {
            Item::Begin(element, attributes) => match element.as_str() {
                "key" => {
                    let said = |name| attribute(&attributes, name);
                    if let (Some(id), true) = (said("id"), matches!(said("for"), None | Some("node" | "edge" | "all")))
                    {
                        keys.insert(id.to_owned(), said("attr.name").or(said("name")).unwrap_or(id).to_owned());
                    }
                }
                "node" => {
                    let id = attribute(&attributes, "id").unwrap_or_default();
                    open.push(Of::Node(nodes.node(id)));
                }
                "edge" => {
                    let ends = attribute(&attributes, "source").zip(attribute(&attributes, "target"));
                    open.push(ends.map_or(Of::Nothing, |(from, to)| Of::Link(nodes.link(from, to))));
                }
                "data" => {
                    key = attribute(&attributes, "key").and_then(|key| keys.get(key)).cloned();
                    value.clear();
                }
                _ => {}
            },
            Item::Text(text) if key.is_some() => value.push_str(&text),
            Item::Text(_) => {}
            Item::End(element) => match element.as_str() {
                "data" => {
                    if let (Some(key), Some(of)) = (key.take(), open.last()) {
                        say(&mut nodes, *of, &key, value.trim());
                    }
                }
                "node" | "edge" => drop(open.pop()),
                _ => {}
            },
        }
        read = read.wrapping_add(1);
        if read.is_multiple_of(BLOCK) || nodes.began_a_column() {
            progress.allow(nodes.bytes())?;
        }
    }
    Ok(vec![nodes.into_layer(name, "GraphML")?])
}

/// Of a node its label is what it is called.
fn say(nodes: &mut Nodes, of: Of, key: &str, value: &str) {
    match of {
        Of::Node(node) if matches!(key.to_ascii_lowercase().as_str(), "label" | "name") => nodes.call(node, value),
        _ if !value.is_empty() => nodes.say(of, key, value),
        _ => {}
    }
}
