//! What is said of nodes or of links, name by name: numbers, or kinds of things.

use crate::colormap::category_color;
use crate::load::kinds::{MOST_KINDS, MOST_LETTERS};
use crate::{Attribute, Category, Values};
use std::collections::HashMap;

/// More columns than this are left out.
const COLUMNS_MAX: usize = 128;
/// Memory for what is said of one node or link in one column.
const BYTES_PER_VALUE: u64 = 8;

/// What a file says of nodes, or of links, in any order.
#[derive(Debug, Default)]
pub(in crate::load) struct Columns {
    columns: Vec<Column>,
    by_name: HashMap<Box<str>, usize>,
}

impl Columns {
    /// Something about an element, by the name of what it is.
    pub(in crate::load) fn say(&mut self, element: u32, name: &str, value: &str) {
        if let Some(column) = self.column(name) {
            column.say(element as usize, value.trim());
        }
    }

    /// The same of what is known to be a number.
    pub(in crate::load) fn say_number(&mut self, element: u32, name: &str, number: f64) {
        if let Some(column) = self.column(name) {
            column.say_number(element as usize, number);
        }
    }

    /// How many columns there are.
    pub(in crate::load) fn len(&self) -> usize {
        self.columns.len()
    }

    /// Memory for all of it, where there are so many elements; names aside.
    pub(in crate::load) fn bytes(&self, element_count: usize) -> u64 {
        element_count as u64 * BYTES_PER_VALUE * self.columns.len() as u64
    }

    /// One value an element; columns of names are left out.
    pub(in crate::load) fn into_attributes(self, element_count: usize) -> Vec<Attribute> {
        self.columns.into_iter().filter_map(|column| column.into_attribute(element_count)).collect()
    }

    fn column(&mut self, name: &str) -> Option<&mut Column> {
        let index = match self.by_name.get(name) {
            Some(index) => *index,
            None if self.columns.len() < COLUMNS_MAX => {
                self.columns.push(Column { name: name.to_owned(), values: Said::Numbers(Vec::new()) });
                self.by_name.insert(name.into(), self.columns.len() - 1);
                self.columns.len() - 1
            }
            None => return None,
        };
        self.columns.get_mut(index)
    }
}

#[derive(Debug)]
struct Column {
    name: String,
    /// One an element, as far as they are said.
    values: Said,
}

#[derive(Debug)]
enum Said {
    Numbers(Vec<f64>),
    /// Numbers of kinds, from 1; 0 where nothing is said.
    Texts(Vec<u32>, HashMap<Box<str>, u32>),
    /// Too many distinct texts.
    Names,
}

impl Column {
    fn say(&mut self, element: usize, value: &str) {
        if let Said::Numbers(list) = &mut self.values {
            if let Ok(number) = value.parse::<f64>() {
                return self.say_number(element, number);
            }
            // The first text: what was numbers before are texts, too.
            let numbers = std::mem::take(list);
            self.values = Said::Texts(Vec::new(), HashMap::new());
            for (element, number) in numbers.into_iter().enumerate().filter(|(_, number)| !number.is_nan()) {
                self.say_text(element, &number.to_string());
            }
        }
        self.say_text(element, value);
    }

    fn say_number(&mut self, element: usize, number: f64) {
        let Said::Numbers(list) = &mut self.values else { return self.say_text(element, &number.to_string()) };
        list.resize(list.len().max(element + 1), f64::NAN);
        list[element] = number;
    }

    fn say_text(&mut self, element: usize, value: &str) {
        let Said::Texts(list, kinds) = &mut self.values else { return };
        let next = kinds.len() as u32 + 1;
        let number = *kinds.entry(value.chars().take(MOST_LETTERS).collect::<String>().into()).or_insert(next);
        list.resize(list.len().max(element + 1), 0);
        list[element] = number;
        if kinds.len() > MOST_KINDS {
            self.values = Said::Names;
        }
    }

    fn into_attribute(self, count: usize) -> Option<Attribute> {
        match self.values {
            Said::Numbers(mut list) => {
                list.resize(count, f64::NAN);
                Some(Attribute::new(self.name, Values::narrowest(list)))
            }
            Said::Texts(mut list, kinds) => {
                list.resize(count, 0);
                let mut labels = vec!["nothing".to_owned(); kinds.len() + 1];
                for (label, number) in kinds {
                    labels[number as usize] = if label.is_empty() { "nothing".into() } else { label.into() };
                }
                let category = |(at, label)| Category { label, color: category_color(at) };
                let categories: Vec<Category> = labels.into_iter().enumerate().map(category).collect();
                Some(Attribute::of_categories(self.name, Values::U32(list), categories.into()))
            }
            Said::Names => None,
        }
    }
}
