//! Texts that tell a few things apart: numbers with labels.

use crate::colormap::category_color;
use crate::{Attribute, Category, Values};
use std::collections::HashMap;

/// More distinct texts than this are names, not kinds.
pub(super) const MOST_KINDS: usize = 256;
/// Letters of a label.
pub(super) const MOST_LETTERS: usize = 60;

/// A column of texts while it is read. Forgets them once there are more than [`MOST_KINDS`].
#[derive(Default)]
pub(super) struct Kinds {
    numbers: HashMap<Vec<u8>, u32>,
    labels: Vec<String>,
    values: Vec<u32>,
    are_names: bool,
}

impl Kinds {
    /// The next text, in UTF-8 or what is near it.
    pub(super) fn take(&mut self, text: &[u8]) {
        self.take_known(&mut None, || Some(text));
    }

    /// The same with a place where its number is kept, so that a text which comes often is looked up once.
    pub(super) fn take_known<'t>(&mut self, known: &mut Option<u32>, text: impl FnOnce() -> Option<&'t [u8]>) {
        if self.are_names {
            return;
        }
        match known.or_else(|| self.number_of(text().unwrap_or_default())) {
            Some(number) => {
                *known = Some(number);
                self.values.push(number);
            }
            None => *self = Kinds { are_names: true, ..Kinds::default() },
        }
    }

    /// Whether there were too many, so that nothing more need be taken.
    pub(super) fn are_names(&self) -> bool {
        self.are_names
    }

    /// `None` when there are too many.
    fn number_of(&mut self, text: &[u8]) -> Option<u32> {
        if let Some(number) = self.numbers.get(text) {
            return Some(*number);
        }
        if self.labels.len() >= MOST_KINDS {
            return None;
        }
        let number = self.labels.len() as u32;
        let label: String = String::from_utf8_lossy(text).chars().take(MOST_LETTERS).collect();
        self.labels.push(if label.is_empty() { "nothing".into() } else { label });
        self.numbers.insert(text.to_vec(), number);
        Some(number)
    }

    /// `None` when there are too many.
    pub(super) fn into_attribute(self, name: impl Into<String>) -> Option<Attribute> {
        if self.are_names {
            return None;
        }
        let category = |(index, label): (usize, String)| Category { label, color: category_color(index) };
        let categories: Vec<Category> = self.labels.into_iter().enumerate().map(category).collect();
        // At most 256 of them.
        let values = Values::U8(self.values.into_iter().map(|number| number as u8).collect());
        Some(Attribute::of_categories(name, values, categories.into()))
    }
}

/// A sentence on columns that were left out because they tell too many things apart; `None` when there are none.
pub(super) fn left_out(names: &[String]) -> Option<String> {
    (!names.is_empty()).then(|| format!("Left out what tells more than {MOST_KINDS} things apart: {}.", list(names)))
}

/// Names in a sentence, not all of many.
pub(super) fn list(names: &[String]) -> String {
    const MOST: usize = 12;
    let short = |name: &String| name.chars().filter(|letter| !letter.is_control()).take(40).collect::<String>();
    let shown: Vec<String> = names.iter().take(MOST).map(short).collect();
    let more = names.len() - shown.len();
    if more == 0 { shown.join(", ") } else { format!("{} and {more} more", shown.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_texts_are_kinds_and_many_are_names() {
        let mut kinds = Kinds::default();
        [&b"a"[..], b"b", b"a", b""].into_iter().for_each(|text| kinds.take(text));
        let attribute = kinds.into_attribute("k").unwrap();
        assert_eq!([0, 1, 2, 3].map(|row| attribute.text(row)), ["a", "b", "a", "nothing"]);
        let mut names = Kinds::default();
        (0..300).for_each(|number| names.take(number.to_string().as_bytes()));
        assert!(names.into_attribute("n").is_none());
    }
}
