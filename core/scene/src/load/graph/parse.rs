//! The parts of node-link JSON that matter, read as a stream: what does not matter is never kept.

use super::malformed;
use crate::load::Problem;
use crate::load::progress::Progress;
use crate::load::source::FileReader;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::cell::RefCell;
use std::fmt;
use std::io::Read;

#[derive(Debug, Default)]
pub(super) struct Graph {
    pub(super) nodes: Vec<Node>,
    pub(super) links: Vec<[Key; 2]>,
}

/// What names a node or a group.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Key {
    Number(i64),
    Text(Box<str>),
    /// Something that names nothing, e.g. a list.
    Other,
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Key::Text(text) => f.write_str(text),
            Key::Number(number) => number.fmt(f),
            Key::Other => Ok(()),
        }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Node {
    pub(super) id: Option<Key>,
    pub(super) name: Option<Key>,
    pub(super) label: Option<Key>,
    pub(super) group: Option<Key>,
}

impl Node {
    /// What people call the node that is number `at` in the list.
    pub(super) fn label(&self, at: usize) -> String {
        let names = [&self.name, &self.label, &self.id];
        let named = names.into_iter().flatten().find(|key| !matches!(key, Key::Other));
        named.map_or_else(|| format!("node {at}"), Key::to_string)
    }
}

#[derive(Debug, Deserialize)]
struct Link {
    source: Key,
    target: Key,
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
    let seed = GraphSeed { progress, stopped: &stopped, names_bytes: length };
    let graph = seed.deserialize(&mut parser).and_then(|graph| parser.end().map(|()| graph));
    if let Some(problem) = stopped.take() {
        return Err(problem);
    }
    graph.map_err(|error| match error.classify() {
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
    names_bytes: u64,
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
                "nodes" => nodes = Some(map.next_value_seed(ListSeed::<Node>::new(self, BYTES_PER_NODE))?),
                "links" | "edges" => {
                    links = Some(map.next_value_seed(ListSeed::<Link>::new(self, BYTES_PER_LINK))?);
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        let nodes = nodes.ok_or_else(|| A::Error::custom("it has no list “nodes”"))?;
        let links = links.ok_or_else(|| A::Error::custom("it has no list “links” or “edges”"))?;
        Ok(Graph { nodes, links: links.into_iter().map(|link| [link.source, link.target]).collect() })
    }
}

/// A list that asks for memory as it grows: an empty object in the file is a hundred times larger here.
struct ListSeed<'a, T> {
    graph: GraphSeed<'a>,
    item_bytes: u64,
    of: std::marker::PhantomData<T>,
}

impl<'a, T> ListSeed<'a, T> {
    fn new(graph: GraphSeed<'a>, item_bytes: u64) -> ListSeed<'a, T> {
        ListSeed { graph, item_bytes, of: std::marker::PhantomData }
    }
}

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for ListSeed<'_, T> {
    type Value = Vec<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<T>, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for ListSeed<'_, T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Vec<T>, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = sequence.next_element()? {
            list.push(item);
            let bytes = self.graph.names_bytes + list.len() as u64 * self.item_bytes;
            let allowed =
                if list.len() < u32::MAX as usize { self.graph.progress.allow(bytes) } else { Err(too_many()) };
            if let Err(problem) = allowed {
                self.graph.stopped.replace(Some(problem));
                return Err(A::Error::custom("stopped"));
            }
        }
        Ok(list)
    }
}

fn too_many() -> Problem {
    malformed("it has more than 4,294,967,295 nodes or links".into())
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Key, D::Error> {
        deserializer.deserialize_any(KeyVisitor)
    }
}

struct KeyVisitor;

impl<'de> Visitor<'de> for KeyVisitor {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number or a text")
    }

    fn visit_i64<E>(self, number: i64) -> Result<Key, E> {
        Ok(Key::Number(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Key, E> {
        Ok(i64::try_from(number).map_or(Key::Other, Key::Number))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Key, E> {
        let whole = number.fract() == 0.0 && number.abs() < 9e15;
        Ok(if whole { Key::Number(number as i64) } else { Key::Text(number.to_string().into()) })
    }

    fn visit_str<E>(self, text: &str) -> Result<Key, E> {
        Ok(Key::Text(text.into()))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Key, E> {
        Ok(Key::Other)
    }

    fn visit_unit<E>(self) -> Result<Key, E> {
        Ok(Key::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Key, A::Error> {
        while sequence.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Key::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Key, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Key::Other)
    }
}
