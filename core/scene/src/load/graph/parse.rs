//! The parts of node-link JSON that matter, read as a stream: what does not matter is never kept.

mod link;
mod node;
mod said;

pub(super) use node::{Key, Node};

use super::malformed;
use crate::load::Problem;
use crate::load::nodes::Columns;
use crate::load::progress::Progress;
use crate::load::source::FileReader;
use link::LinkSeed;
use node::NodeSeed;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::cell::{Cell, RefCell};
use std::fmt;
use std::io::Read;

#[derive(Debug, Default)]
pub(super) struct Graph {
    pub(super) nodes: Vec<Node>,
    pub(super) links: Vec<[Key; 2]>,
    /// What else is said of the nodes.
    pub(super) columns: Columns,
    /// What is said of the links.
    pub(super) link_columns: Columns,
}

/// Memory for a node, a link and each byte of a name, with what is built out of them.
const BYTES_PER_NODE: u64 = 300;
const BYTES_PER_LINK: u64 = 64;
/// So many bytes are read, then progress is told.
const BLOCK_BYTES: u64 = 1 << 16;

pub(super) fn parse(reader: FileReader, progress: &Progress) -> Result<Graph, Problem> {
    // Names are in the file: they cost about what they take there.
    progress.allow(reader.len())?;
    // What stops the parser from within, beside its own errors.
    let stopped = RefCell::new(None);
    let length = reader.len();
    let watched = Watched { reader, done: 0, told: 0, length, progress, stopped: &stopped };
    // The parser asks for single bytes.
    let mut parser = serde_json::Deserializer::from_reader(std::io::BufReader::with_capacity(1 << 16, watched));
    let (columns, link_columns, taken_bytes) = (RefCell::default(), RefCell::default(), Cell::new(length));
    let seed = GraphSeed {
        progress,
        stopped: &stopped,
        columns: &columns,
        link_columns: &link_columns,
        taken_bytes: &taken_bytes,
    };
    let graph = seed.deserialize(&mut parser).and_then(|graph| parser.end().map(|()| graph));
    if let Some(problem) = stopped.take() {
        return Err(problem);
    }
    let with_columns = |graph| Graph { columns: columns.take(), link_columns: link_columns.take(), ..graph };
    graph.map(with_columns).map_err(|error| match error.classify() {
        serde_json::error::Category::Eof => {
            Problem::Truncated { detail: format!("it ends in the middle of line {}", error.line()) }
        }
        _ => malformed(error.to_string()),
    })
}

/// Tells progress and takes the wish to stop.
struct Watched<'a> {
    reader: FileReader,
    done: u64,
    told: u64,
    length: u64,
    progress: &'a Progress,
    stopped: &'a RefCell<Option<Problem>>,
}

impl Read for Watched<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        // A byte order mark is no JSON.
        if self.done == 0 && self.reader.len() >= 3 {
            let start: [u8; 3] = self.reader.array()?;
            if start == *b"\xef\xbb\xbf" {
                self.done = 3;
            } else {
                std::io::Seek::rewind(&mut self.reader)?;
            }
        }
        let count = self.reader.read(into)?;
        self.done += count as u64;
        if self.done - self.told >= BLOCK_BYTES {
            self.told = self.done;
            if let Err(problem) = self.progress.advance(self.done, self.length) {
                self.stopped.replace(Some(problem));
                return Err(std::io::Error::other("stopped"));
            }
        }
        Ok(count)
    }
}

#[derive(Clone, Copy)]
struct GraphSeed<'a> {
    progress: &'a Progress,
    stopped: &'a RefCell<Option<Problem>>,
    columns: &'a RefCell<Columns>,
    link_columns: &'a RefCell<Columns>,
    /// Memory for names and for the lists that are read.
    taken_bytes: &'a Cell<u64>,
}

impl GraphSeed<'_> {
    /// Whether there may be so many nodes with what is said of them.
    fn allow_nodes(&self, count: usize) -> Result<(), &'static str> {
        self.allow(count, BYTES_PER_NODE, self.columns.borrow().bytes(count))
    }

    /// The same of links.
    fn allow_links(&self, count: usize) -> Result<(), &'static str> {
        self.allow(count, BYTES_PER_LINK, self.link_columns.borrow().bytes(count))
    }

    /// Notes what a list takes that is read. The last of its elements may have said nothing, and its columns are as long as it.
    fn take(&self, bytes: u64) -> Result<(), &'static str> {
        self.taken_bytes.set(self.taken_bytes.get() + bytes);
        self.allow(0, 0, 0)
    }

    fn allow(&self, count: usize, item_bytes: u64, more_bytes: u64) -> Result<(), &'static str> {
        let bytes = self.taken_bytes.get() + count as u64 * item_bytes + more_bytes;
        let allowed = if count < u32::MAX as usize { self.progress.allow(bytes) } else { Err(too_many()) };
        allowed.map_err(|problem| {
            self.stopped.replace(Some(problem));
            "stopped"
        })
    }
}

impl<'de> DeserializeSeed<'de> for GraphSeed<'_> {
    type Value = Graph;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Graph, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for GraphSeed<'_> {
    type Value = Graph;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with “nodes” and “links”")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Graph, A::Error> {
        let (mut nodes, mut links) = (None, None);
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "nodes" => {
                    // Of two lists the last counts.
                    self.columns.take();
                    let item = |at| NodeSeed { graph: self, at };
                    let list: Vec<Node> =
                        map.next_value_seed(ListSeed { graph: self, item_bytes: BYTES_PER_NODE, item })?;
                    let bytes = list.len() as u64 * BYTES_PER_NODE + self.columns.borrow().bytes(list.len());
                    self.take(bytes).map_err(A::Error::custom)?;
                    nodes = Some(list);
                }
                "links" | "edges" => {
                    self.link_columns.take();
                    let item = |at| LinkSeed { graph: self, at };
                    let list: Vec<[Key; 2]> =
                        map.next_value_seed(ListSeed { graph: self, item_bytes: BYTES_PER_LINK, item })?;
                    let bytes = list.len() as u64 * BYTES_PER_LINK + self.link_columns.borrow().bytes(list.len());
                    self.take(bytes).map_err(A::Error::custom)?;
                    links = Some(list);
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        let nodes = nodes.ok_or_else(|| A::Error::custom("it has no list “nodes”"))?;
        let links = links.ok_or_else(|| A::Error::custom("it has no list “links” or “edges”"))?;
        Ok(Graph { nodes, links, ..Graph::default() })
    }
}

/// A list that asks for memory as it grows: an empty object in the file is a hundred times larger here.
struct ListSeed<'a, Item> {
    graph: GraphSeed<'a>,
    item_bytes: u64,
    /// What reads the item of this number.
    item: Item,
}

impl<'de, Seed: DeserializeSeed<'de>, Item: Fn(usize) -> Seed> DeserializeSeed<'de> for ListSeed<'_, Item> {
    type Value = Vec<Seed::Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, Seed: DeserializeSeed<'de>, Item: Fn(usize) -> Seed> Visitor<'de> for ListSeed<'_, Item> {
    type Value = Vec<Seed::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Self::Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = sequence.next_element_seed((self.item)(list.len()))? {
            list.push(item);
            self.graph.allow(list.len(), self.item_bytes, 0).map_err(A::Error::custom)?;
        }
        Ok(list)
    }
}

fn too_many() -> Problem {
    malformed("it has more than 4,294,967,295 nodes or links".into())
}
