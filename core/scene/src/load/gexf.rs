//! GEXF (gexf.net, versions 1.1 to 1.3), as Gephi writes it: nodes with their attributes, links. Positions and colours of
//! `viz` are taken as attributes; dynamics are not read.

use super::format::{Format, Opened};
use super::nodes::Nodes;
use super::xml::{Item, Xml, attribute};
use super::{LoadedLayer, Problem};
use std::collections::HashMap;

pub(super) const FORMAT: Format = Format {
    name: "GEXF",
    extensions: &["gexf"],
    becomes: "a network; what is said of its nodes colours them",
    is_it: |head| head.text.starts_with(b"<") && head.text.windows(5).any(|window| window == b"<gexf"),
    begins_with: "<",
    read,
};

const BLOCK: u32 = 4096;

fn read(Opened { reader, name, progress, .. }: Opened<'_>) -> Result<Vec<LoadedLayer>, Problem> {
    let mut xml = Xml::new(reader, progress, "GEXF");
    let mut nodes = Nodes::default();
    let mut titles: HashMap<String, String> = HashMap::new();
    let mut open: Vec<u32> = Vec::new();
    let mut are_of_nodes = false;
    let mut read = 0u32;
    while let Some(item) = xml.next()? {
        match item {
            Item::Begin(element, attributes) => {
                let said = |name| attribute(&attributes, name);
                match (element.as_str(), open.last()) {
                    ("attributes", _) => are_of_nodes = matches!(said("class"), None | Some("node")),
                    ("attribute", _) if are_of_nodes => {
                        if let Some(id) = said("id") {
                            titles.insert(id.to_owned(), said("title").unwrap_or(id).to_owned());
                        }
                    }
                    ("node", _) => {
                        let node = nodes.node(said("id").unwrap_or_default());
                        nodes.call(node, said("label").unwrap_or_default());
                        open.push(node);
                    }
                    ("attvalue", Some(node)) => {
                        let title = said("for").or(said("id")).and_then(|id| titles.get(id));
                        if let (Some(title), Some(value)) = (title, said("value")) {
                            nodes.say(*node, title, value);
                        }
                    }
                    ("size", Some(node)) => said("value").into_iter().for_each(|value| nodes.say(*node, "size", value)),
                    ("edge", _) => {
                        if let (Some(from), Some(to)) = (said("source"), said("target")) {
                            nodes.link(from, to);
                        }
                    }
                    _ => {}
                }
            }
            Item::End(element) if element == "node" => drop(open.pop()),
            Item::End(_) | Item::Text(_) => {}
        }
        read = read.wrapping_add(1);
        if read.is_multiple_of(BLOCK) {
            progress.allow(nodes.bytes())?;
        }
    }
    Ok(vec![nodes.into_layer(name, "GEXF")?])
}
