//! A node of node-link JSON, and what else it says.

use super::GraphSeed;
use super::said::Said;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// What names a node or a group.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::load::graph) enum Key {
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

#[derive(Debug, Default)]
pub(in crate::load::graph) struct Node {
    pub(in crate::load::graph) id: Option<Key>,
    pub(in crate::load::graph) name: Option<Key>,
    pub(in crate::load::graph) label: Option<Key>,
    pub(in crate::load::graph) group: Option<Key>,
}

impl Node {
    /// What people call the node that is number `at` in the list.
    pub(in crate::load::graph) fn label(&self, at: usize) -> String {
        let names = [&self.name, &self.label, &self.id];
        let named = names.into_iter().flatten().find(|key| !matches!(key, Key::Other));
        named.map_or_else(|| format!("node {at}"), Key::to_string)
    }
}

/// Reads the node that is number `at` in the list.
pub(super) struct NodeSeed<'a> {
    pub(super) graph: GraphSeed<'a>,
    pub(super) at: usize,
}

impl<'de> DeserializeSeed<'de> for NodeSeed<'_> {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for NodeSeed<'_> {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a node")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut node = Node::default();
        while let Some(name) = map.next_key::<String>()? {
            let columns = self.graph.columns;
            match name.as_str() {
                "id" => node.id = map.next_value()?,
                "name" => node.name = map.next_value()?,
                "label" => node.label = map.next_value()?,
                "group" => node.group = map.next_value()?,
                name => map.next_value_seed(Said { element: self.at as u32, name, columns })?,
            }
            // At each member: a single node may begin a hundred columns, each as long as the list.
            self.graph.allow_nodes(self.at + 1).map_err(A::Error::custom)?;
        }
        Ok(node)
    }
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
