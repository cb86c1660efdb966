//! The controls of what is shown of a layer's elements, and of a network's links.

use super::colors::sentence_case;
use super::{choice, interval};
use crate::style::Filter;
use crate::{Category, Field};
use heliograph_wire::scene::ChoiceOption;
use heliograph_wire::{Property, PropertyKind, Value};

/// What the controls are called: an id and a label each.
pub(super) struct Names {
    by: (&'static str, &'static str),
    range: (&'static str, &'static str),
    kinds: (&'static str, &'static str),
}

pub(super) const OF_ELEMENTS: Names =
    Names { by: ("filter_by", "Show"), range: ("filter_range", "From, to"), kinds: ("filter_kinds", "Kinds") };
pub(super) const OF_LINKS: Names = Names {
    by: ("link_filter_by", "Show links"),
    range: ("link_filter_range", "Links from, to"),
    kinds: ("link_filter_kinds", "Kinds of links"),
};

/// The choice that nothing is hidden.
const EVERYTHING: &str = "everything";
/// Of kinds of things; more would fit no panel and no message.
const MOST_OPTIONS: usize = 200;

pub(super) fn of(names: &Names, filter: Option<&Filter>, fields: &[Field<'_>]) -> Vec<Property> {
    if fields.is_empty() {
        return Vec::new();
    }
    let chosen = filter.and_then(|filter| fields.get(filter.field));
    let options = fields.iter().map(|field| (field.name, sentence_case(field.name)));
    let options = std::iter::once((EVERYTHING, "Everything".to_owned())).chain(options);
    let mut list = vec![choice(names.by.0, names.by.1, options, chosen.map_or(EVERYTHING, |field| field.name))];
    if let (Some(filter), Some(field)) = (filter, chosen) {
        list.push(match field.categories() {
            Some(categories) => kinds(names, filter, field, categories),
            None => interval(names.range.0, names.range.1, field, filter.range.unwrap_or(field.summary().range)),
        });
    }
    list
}

fn kinds(names: &Names, filter: &Filter, field: &Field<'_>, categories: &[Category]) -> Property {
    let is_shown = |index: usize| filter.categories.as_ref().is_none_or(|all| all.get(index).copied().unwrap_or(true));
    let there = field.summary();
    let present = (0..categories.len()).filter(|index| there.histogram.get(*index).is_some_and(|count| *count > 0));
    let options: Vec<ChoiceOption> = present
        .clone()
        .take(MOST_OPTIONS)
        .map(|index| {
            let Category { label, color } = categories[index].clone();
            ChoiceOption { id: index.to_string(), label, color: Some(color) }
        })
        .collect();
    let shown = present.take(MOST_OPTIONS).filter(|index| is_shown(*index)).map(|index| index.to_string()).collect();
    Property {
        id: names.kinds.0.into(),
        label: names.kinds.1.into(),
        kind: PropertyKind::Several { options },
        unit: None,
        value: Value::Several(shown),
        changed: false,
    }
}

/// Sets a checked value, if it is one of these; says so.
pub(super) fn set(
    names: &Names,
    filter: &mut Option<Filter>,
    fields: &[Field<'_>],
    (property, value): (&str, &Value),
) -> bool {
    match value {
        Value::Choice(id) if property == names.by.0 => {
            let field = fields.iter().position(|field| field.name == id);
            *filter = field.map(|field| Filter { field, range: None, categories: None });
        }
        Value::Interval(range) if property == names.range.0 => {
            if let Some(filter) = filter {
                filter.range = Some(*range);
            }
        }
        Value::Several(ids) if property == names.kinds.0 => {
            let is_named = |index: usize| ids.iter().any(|id| id.parse() == Ok(index));
            if let Some(filter) = filter
                && let Some(categories) = fields.get(filter.field).and_then(Field::categories)
            {
                filter.categories = Some((0..categories.len()).map(is_named).collect());
            }
        }
        _ => return false,
    }
    true
}
