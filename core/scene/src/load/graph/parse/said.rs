//! What node-link JSON says of a node or a link beside its name.

use crate::load::nodes::Columns;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::cell::RefCell;
use std::fmt;

/// Notes a member of a node or a link under its name; what is no number, text, true or false says nothing.
pub(super) struct Said<'a> {
    /// Which node or link, by its place in the list.
    pub(super) element: u32,
    pub(super) name: &'a str,
    pub(super) columns: &'a RefCell<Columns>,
}

impl Said<'_> {
    fn number<E>(self, number: f64) -> Result<(), E> {
        self.columns.borrow_mut().say_number(self.element, self.name, number);
        Ok(())
    }

    fn text<E>(self, text: &str) -> Result<(), E> {
        self.columns.borrow_mut().say(self.element, self.name, text);
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Said<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Said<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_i64<E>(self, number: i64) -> Result<(), E> {
        self.number(number as f64)
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        self.number(number as f64)
    }

    fn visit_f64<E>(self, number: f64) -> Result<(), E> {
        self.number(number)
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.text(text)
    }

    fn visit_bool<E>(self, is_so: bool) -> Result<(), E> {
        self.text(if is_so { "true" } else { "false" })
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<(), A::Error> {
        while sequence.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(())
    }
}
