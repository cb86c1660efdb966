//! A link of node-link JSON, and what else it says.

use super::said::Said;
use super::{GraphSeed, Key};
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, Visitor};
use std::fmt;

/// Reads the ends of the link that is number `at` in the list.
pub(super) struct LinkSeed<'a> {
    pub(super) graph: GraphSeed<'a>,
    pub(super) at: usize,
}

impl<'de> DeserializeSeed<'de> for LinkSeed<'_> {
    type Value = [Key; 2];

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<[Key; 2], D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for LinkSeed<'_> {
    type Value = [Key; 2];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a link")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<[Key; 2], A::Error> {
        let (mut source, mut target) = (None, None);
        while let Some(name) = map.next_key::<String>()? {
            let columns = self.graph.link_columns;
            match name.as_str() {
                "source" => source = Some(map.next_value()?),
                "target" => target = Some(map.next_value()?),
                name => {
                    map.next_value_seed(Said { element: self.at as u32, name, columns })?;
                    // At each member: a single link may begin a hundred columns, each as long as the list.
                    self.graph.allow_links(self.at + 1).map_err(A::Error::custom)?;
                }
            }
        }
        let source = source.ok_or_else(|| A::Error::missing_field("source"))?;
        let target = target.ok_or_else(|| A::Error::missing_field("target"))?;
        Ok([source, target])
    }
}
