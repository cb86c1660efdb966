//! GEXF (gexf.net, versions 1.1 to 1.3), as Gephi writes it: nodes and links with their attributes. Positions and colours of
//! `viz` are taken as attributes; dynamics are not read.

use super::format::{Format, Opened};
use super::nodes::{Nodes, Of};
use super::xml::{Item, Xml, attribute};
use super::{LoadedLayer, Problem};
use std::collections::HashMap;

pub(super) const FORMAT: Format = Format {
    name: "GEXF",
    extensions: &["gexf"],
    becomes: "a network; what is said of its nodes and links colours them",
    is_it: |head| head.text.starts_with(b"<") && head.text.windows(5).any(|window| window == b"<gexf"),
    begins_with: "<",
    read,
};

const BLOCK: u32 = 4096;

fn read(Opened { reader, name, progress, .. }: Opened<'_>) -> Result<Vec<LoadedLayer>, Problem> {
    let mut xml = Xml::new(reader, progress, "GEXF");
    let mut nodes = Nodes::default();
    // Of nodes, and of links: both may count theirs from 0.
    let mut titles: [HashMap<String, String>; 2] = Default::default();
    let mut open: Vec<Of> = Vec::new();
    // Of which of the two a list is.
    let mut class = None;
    let mut read = 0u32;
    while let Some(item) = xml.next()? {
        match item {
            Item::Begin(element, attributes) => {
                let said = |name| attribute(&attributes, name);
                match (element.as_str(), open.last()) {
                    ("attributes", _) => {
                        class = match said("class") {
                            None | Some("node") => Some(0),
                            Some("edge") => Some(1),
                            Some(_) => None,
                        };
                    }
                    ("attribute", _) => {
                        if let (Some(id), Some(titles)) =
                            (said("id"), class.and_then(|class: usize| titles.get_mut(class)))
                        {
                            titles.insert(id.to_owned(), said("title").unwrap_or(id).to_owned());
                        }
                    }
                    ("node", _) => {
                        let node = nodes.node(said("id").unwrap_or_default());
                        nodes.call(node, said("label").unwrap_or_default());
                        open.push(Of::Node(node));
                    }
                    ("edge", _) => {
                        let ends = said("source").zip(said("target"));
                        let link = ends.map_or(Of::Nothing, |(from, to)| Of::Link(nodes.link(from, to)));
                        for name in ["weight", "kind", "label"] {
                            let value = said(name).filter(|value| !value.is_empty());
                            value.into_iter().for_each(|value| nodes.say(link, name, value));
                        }
                        open.push(link);
                    }
                    ("attvalue", Some(of)) => {
                        let [of_nodes, of_links] = &titles;
                        let titles = if matches!(of, Of::Node(_)) { of_nodes } else { of_links };
                        let title = said("for").or(said("id")).and_then(|id| titles.get(id));
                        if let (Some(title), Some(value)) = (title, said("value")) {
                            nodes.say(*of, title, value);
                        }
                    }
                    ("size" | "thickness", Some(of)) => {
                        said("value").into_iter().for_each(|value| nodes.say(*of, &element, value));
                    }
                    _ => {}
                }
            }
            Item::End(element) if matches!(element.as_str(), "node" | "edge") => drop(open.pop()),
            Item::End(_) | Item::Text(_) => {}
        }
        read = read.wrapping_add(1);
        if read.is_multiple_of(BLOCK) || nodes.began_a_column() {
            progress.allow(nodes.bytes())?;
        }
    }
    Ok(vec![nodes.into_layer(name, "GEXF")?])
}
