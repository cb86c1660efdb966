//! The controls of a layer's colours, and what the colours mean.

use super::{choice, interval, toggle};
use crate::style::{ColorBy, Ramp, Style};
use crate::{Category, Colormap, Field, Layer};
use heliograph_wire::scene::{Legend, LegendEntry, LegendScale};
use heliograph_wire::{Property, PropertyKind, Value};

pub(super) fn of(layer: &Layer, style: &Style, fields: &[Field<'_>]) -> Vec<Property> {
    let choices = layer.data.color_choices();
    let mut list = Vec::new();
    if choices.len() > 1 {
        let options = choices.iter().map(|one| (id(*one, fields), label_of(*one, fields)));
        list.push(choice("color_by", "Colour by", options, id(style.color_by, fields)));
    }
    match style.color_by {
        ColorBy::Field(index) => {
            let Some(field) = fields.get(index).filter(|field| field.categories().is_none()) else { return list };
            let maps = Colormap::ALL.map(|one| (one.id(), one.label()));
            list.push(choice("colormap", "Colour map", maps, style.colormap.id()));
            list.push(interval("color_range", "Range", field, style.range.unwrap_or(field.summary().middle)));
            if field.takes_log() {
                list.push(toggle("color_log", "Logarithmic", style.log));
            }
            list.push(toggle("color_reversed", "Reversed", style.reversed));
        }
        ColorBy::Single => list.push(Property {
            id: "color".into(),
            label: "Colour".into(),
            kind: PropertyKind::Color,
            unit: None,
            value: Value::Color(style.color),
            changed: false,
        }),
        ColorBy::File | ColorBy::Direction => {}
    }
    list
}

/// What the colours of a layer mean, then what those of its links do.
pub(crate) fn legends(layer: &Layer) -> Vec<Legend> {
    let style = &layer.style;
    let (fields, link_fields) = (layer.data.fields(), layer.data.link_fields());
    let of_all = match style.color_by {
        ColorBy::Field(index) => fields.get(index),
        _ => None,
    };
    let of_all = of_all.map(|field| legend_of(field, sentence_case(field.name), style.ramp()));
    let of_links = style.links.color_by.and_then(|index| link_fields.get(index));
    let of_links = of_links.map(|field| legend_of(field, format!("Links: {}", field.name), style.links.ramp()));
    of_all.into_iter().chain(of_links).collect()
}

fn legend_of(field: &Field<'_>, title: String, ramp: Ramp) -> Legend {
    let summary = field.summary();
    let scale = match field.categories() {
        Some(categories) => {
            let mut counts: Vec<(u32, usize)> =
                summary.histogram.iter().copied().zip(0..categories.len()).filter(|(count, _)| *count > 0).collect();
            counts.sort_by_key(|(count, index)| (std::cmp::Reverse(*count), *index));
            let more = counts.len().saturating_sub(MOST_KEYS) as u32;
            let entry = |&(_, index): &(u32, usize)| {
                let Category { label, color } = categories[index].clone();
                LegendEntry { label, color }
            };
            LegendScale::Keys { entries: counts.iter().take(MOST_KEYS).map(entry).collect(), more }
        }
        None => {
            let table = ramp.colormap.table();
            let at = |part: usize| {
                let [red, green, blue, _] = table[part * 255 / RAMP_PARTS];
                [red, green, blue]
            };
            let mut colors: Vec<[u8; 3]> = (0..=RAMP_PARTS).map(at).collect();
            if ramp.reversed {
                colors.reverse();
            }
            let log = ramp.log && field.takes_log();
            LegendScale::Ramp { colors, range: ramp.range.unwrap_or(summary.middle), log }
        }
    };
    Legend { title, unit: field.unit.map(str::to_owned), scale }
}

const MOST_KEYS: usize = 12;
const RAMP_PARTS: usize = 16;

pub(super) fn id<'a>(color_by: ColorBy, fields: &[Field<'a>]) -> &'a str {
    match color_by {
        ColorBy::File => "file",
        ColorBy::Direction => "direction",
        ColorBy::Field(index) => fields.get(index).map_or("", |field| field.name),
        ColorBy::Single => "single",
    }
}

fn label_of(color_by: ColorBy, fields: &[Field<'_>]) -> String {
    match color_by {
        ColorBy::File => "From file".into(),
        ColorBy::Direction => "Direction".into(),
        ColorBy::Field(index) => fields.get(index).map_or_else(String::new, |field| sentence_case(field.name)),
        ColorBy::Single => "Single colour".into(),
    }
}

pub(super) fn sentence_case(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
