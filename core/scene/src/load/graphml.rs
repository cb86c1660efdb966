//! GraphML (Brandes et al., "GraphML progress report", 2002; graphml.graphdrawing.org): nodes with their data, links, nested
//! graphs as one. Hyperedges and ports are not read.

use super::format::{Format, Opened};
use super::nodes::Nodes;
use super::xml::{Item, Xml, attribute};
use super::{LoadedLayer, Problem};
use std::collections::HashMap;

pub(super) const FORMAT: Format = Format {
    name: "GraphML",
    extensions: &["graphml"],
    becomes: "a network; what is said of its nodes colours them",
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
    let mut open: Vec<u32> = Vec::new();
    let (mut key, mut value) = (None, String::new());
    let mut read = 0u32;
    while let Some(item) = xml.next()? {
        match item {
            Item::Begin(element, attributes) => match element.as_str() {
                "key" => {
                    let said = |name| attribute(&attributes, name);
                    if let (Some(id), true) = (said("id"), matches!(said("for"), None | Some("node" | "all"))) {
                        keys.insert(id.to_owned(), said("attr.name").or(said("name")).unwrap_or(id).to_owned());
                    }
                }
                "node" => {
                    let id = attribute(&attributes, "id").unwrap_or_default();
                    open.push(nodes.node(id));
                }
                "edge" => {
                    if let (Some(from), Some(to)) = (attribute(&attributes, "source"), attribute(&attributes, "target"))
                    {
                        nodes.link(from, to);
                    }
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
                    if let (Some(key), Some(node)) = (key.take(), open.last()) {
                        let is_label = matches!(key.to_ascii_lowercase().as_str(), "label" | "name");
                        if is_label {
                            nodes.call(*node, value.trim());
                        } else if !value.trim().is_empty() {
                            nodes.say(*node, &key, &value);
                        }
                    }
                }
                "node" => drop(open.pop()),
                _ => {}
            },
        }
        read = read.wrapping_add(1);
        if read.is_multiple_of(BLOCK) {
            progress.allow(nodes.bytes())?;
        }
    }
    Ok(vec![nodes.into_layer(name, "GraphML")?])
}
