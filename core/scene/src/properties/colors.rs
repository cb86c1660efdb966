//! The controls of a layer's colours and of what of it is shown, and what the colours mean.

use super::{choice, interval, toggle};
use crate::style::{ColorBy, Style};
use crate::{Category, Colormap, Field, Layer};
use heliograph_wire::scene::{ChoiceOption, Legend, LegendEntry, LegendScale};
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

/// The choice that nothing is hidden.
const EVERYTHING: &str = "everything";

pub(super) fn filtering(style: &Style, fields: &[Field<'_>]) -> Vec<Property> {
    if fields.is_empty() {
        return Vec::new();
    }
    let filter = style.filter.as_ref();
    let chosen = filter.and_then(|filter| fields.get(filter.field));
    let options = fields.iter().map(|field| (field.name, sentence_case(field.name)));
    let options = std::iter::once((EVERYTHING, "Everything".to_owned())).chain(options);
    let mut list = vec![choice("filter_by", "Show", options, chosen.map_or(EVERYTHING, |field| field.name))];
    let (Some(filter), Some(field)) = (filter, chosen) else { return list };
    let Some(categories) = field.categories() else {
        list.push(interval("filter_range", "From, to", field, filter.range.unwrap_or(field.summary().range)));
        return list;
    };
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
    list.push(Property {
        id: "filter_kinds".into(),
        label: "Kinds".into(),
        kind: PropertyKind::Several { options },
        unit: None,
        value: Value::Several(shown),
        changed: false,
    });
    list
}

/// Of kinds of things; more would fit no panel and no message.
const MOST_OPTIONS: usize = 200;

/// What the colours of a layer mean.
pub(crate) fn legend(layer: &Layer) -> Option<Legend> {
    let style = &layer.style;
    let ColorBy::Field(index) = style.color_by else { return None };
    let field = layer.data.fields().into_iter().nth(index)?;
    let (title, unit) = (sentence_case(field.name), field.unit.map(str::to_owned));
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
            let table = style.colormap.table();
            let at = |part: usize| {
                let [red, green, blue, _] = table[part * 255 / RAMP_PARTS];
                [red, green, blue]
            };
            let mut colors: Vec<[u8; 3]> = (0..=RAMP_PARTS).map(at).collect();
            if style.reversed {
                colors.reverse();
            }
            let log = style.log && field.takes_log();
            LegendScale::Ramp { colors, range: style.range.unwrap_or(summary.middle), log }
        }
    };
    Some(Legend { title, unit, scale })
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

fn sentence_case(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
