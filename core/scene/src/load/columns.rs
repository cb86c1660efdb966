//! Lists of numbers that grow while a file is read, and become attributes.

use crate::{Attribute, Values};
use std::collections::HashSet;

/// One attribute while it is read.
pub(super) struct Column {
    pub(super) name: String,
    pub(super) unit: Option<String>,
    values: Values,
}

impl Column {
    /// An empty list of this type.
    pub(super) fn new(name: impl Into<String>, values: Values) -> Column {
        Column { name: name.into(), unit: None, values }
    }

    /// Numbers that the type does not hold become the nearest that it does, and no number 0 where it has no NaN.
    pub(super) fn push(&mut self, value: f64) {
        self.values.push_f64(value);
    }

    /// Forgets the last ones.
    pub(super) fn truncate(&mut self, len: usize) {
        crate::attribute::each_type!(&mut self.values, list => list.truncate(len));
    }

    pub(super) fn into_attribute(self) -> Attribute {
        let mut attribute = Attribute::new(self.name, self.values);
        attribute.unit = self.unit;
        attribute
    }
}

/// The names by which a layer is coloured without an attribute.
const TAKEN: [&str; 4] = ["file", "direction", "single", crate::field::HEIGHT];

/// The same, without those that say nothing, and no two of the same name.
pub(crate) fn unique(attributes: Vec<Attribute>) -> Vec<Attribute> {
    unique_beside(&TAKEN, attributes)
}

/// The same, and none of these names.
pub(crate) fn unique_beside(taken: &[&str], attributes: Vec<Attribute>) -> Vec<Attribute> {
    let mut taken: HashSet<String> = taken.iter().map(|name| (*name).to_owned()).collect();
    let says_something = |attribute: &Attribute| !attribute.values.is_empty() && !attribute.values.are_all_zero();
    let mut kept = Vec::with_capacity(attributes.len());
    for mut attribute in attributes.into_iter().filter(says_something) {
        // No longer than a message may name it, and without what would leave its line.
        let name: String = attribute.name.trim().chars().filter(|letter| !letter.is_control()).take(40).collect();
        let name = if name.is_empty() { "unnamed".to_owned() } else { name };
        let numbered = (2..).map(|number| format!("{name} {number}"));
        if let Some(free) = std::iter::once(name.clone()).chain(numbered).find(|name| !taken.contains(name)) {
            taken.insert(free.clone());
            attribute.name = free;
        }
        kept.push(attribute);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_lists_of_zeros_say_nothing() {
        let one = |name: &str, values: [u8; 2]| Attribute::new(name, Values::U8(values.into()));
        let list = vec![one("a", [1, 2]), one("b", [0, 0]), one("a", [3, 4]), one("height", [5, 6]), one(" ", [7, 8])];
        let names: Vec<String> = unique(list).into_iter().map(|attribute| attribute.name).collect();
        assert_eq!(names, ["a", "a 2", "height 2", "unnamed"]);
    }
}
