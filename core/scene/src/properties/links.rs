//! The controls of the colours of a network's links, and of which of them are shown.

use super::colors::sentence_case;
use super::{choice, filter, interval, pick, toggle};
use crate::style::{LinkStyle, OF_NODES};
use crate::{Colormap, Field};
use heliograph_wire::{Property, Value};

pub(super) fn of(style: &LinkStyle, fields: &[Field<'_>]) -> Vec<Property> {
    if fields.is_empty() {
        return Vec::new();
    }
    let chosen = style.color_by.and_then(|index| fields.get(index));
    let options = fields.iter().map(|field| (field.name, sentence_case(field.name)));
    let options = std::iter::once((OF_NODES, "Their nodes".to_owned())).chain(options);
    let mut list = vec![choice("link_color_by", "Links by", options, chosen.map_or(OF_NODES, |field| field.name))];
    if let Some(field) = chosen.filter(|field| field.categories().is_none()) {
        let maps = Colormap::ALL.map(|one| (one.id(), one.label()));
        let range = style.range.unwrap_or(field.summary().middle);
        list.push(choice("link_colormap", "Colour map of links", maps, style.colormap.id()));
        list.push(interval("link_color_range", "Range of links", field, range));
        if field.takes_log() {
            list.push(toggle("link_color_log", "Links logarithmic", style.log));
        }
        list.push(toggle("link_color_reversed", "Links reversed", style.reversed));
    }
    list.extend(filter::of(&filter::OF_LINKS, style.filter.as_ref(), fields));
    list
}

/// Sets a checked value, if it is one of these; says so.
pub(super) fn set(style: &mut LinkStyle, fields: &[Field<'_>], (property, value): (&str, &Value)) -> bool {
    match (property, value) {
        ("link_color_by", Value::Choice(id)) => {
            style.color_by = fields.iter().position(|field| field.name == id);
            style.range = None;
        }
        ("link_colormap", Value::Choice(id)) => pick(&Colormap::ALL, id, Colormap::id, &mut style.colormap),
        ("link_color_range", Value::Interval(range)) => style.range = Some(*range),
        ("link_color_log", Value::Toggle(on)) => style.log = *on,
        ("link_color_reversed", Value::Toggle(on)) => style.reversed = *on,
        _ => return filter::set(&filter::OF_LINKS, &mut style.filter, fields, (property, value)),
    }
    true
}
