//! [`Paint`]: the colours of a layer's elements, or of a network's links, made as they are needed: none is kept.

use crate::field::Field;
use crate::selection::Selected;
use crate::style::{ColorBy, Filter, LinkStyle, Ramp, Style};
use crate::{LayerData, Network, Tracts};
use std::ops::Range;

/// The colours of a layer's elements (points, vertices, points of streamlines, nodes), or of a network's links, as its style
/// wants them.
#[derive(Debug)]
pub struct Paint<'a> {
    colors: Colors<'a>,
    /// What is kept; all else is hidden.
    keep: Option<(Field<'a>, Kept<'a>)>,
    /// What is selected, where all else is dimmed.
    selected: Option<(&'a Selected, Units<'a>)>,
}

/// What is selected of what is painted.
#[derive(Debug)]
enum Units<'a> {
    /// Each for itself.
    Each,
    /// Streamlines, with their points.
    Lines(&'a Tracts),
    /// Nodes: a link is as both its ends are.
    Ends(&'a [[u32; 2]]),
}

#[derive(Debug)]
enum Colors<'a> {
    One([u8; 4]),
    List(&'a [[u8; 4]]),
    Direction(&'a Tracts),
    Quantity { field: Field<'a>, table: &'static [[u8; 4]; 256], scale: Scale },
    Categories { field: Field<'a>, table: Vec<[u8; 4]> },
}

#[derive(Debug)]
enum Kept<'a> {
    Within([f64; 2]),
    Categories(&'a [bool]),
}

/// Colours of numbers: that of a number is entry (place − start) × per_unit of the table, where its place is the number or its
/// logarithm to the base of 10.
#[derive(Debug, Clone, PartialEq)]
pub struct ColorTable {
    /// 256 colours, sRGB and 255.
    pub table: Vec<[u8; 4]>,
    /// The same of what is dimmed because other things are selected.
    pub dimmed: Vec<[u8; 4]>,
    /// The place of the first colour.
    pub start: f64,
    /// Colours per unit.
    pub per_unit: f64,
    /// Whether places are logarithms.
    pub log: bool,
}

/// A colour of alpha 0 says that its element is not drawn.
pub const HIDDEN: [u8; 4] = [0; 4];
/// The colour of a link that has those of its nodes.
pub const AS_NODES: [u8; 4] = [0, 0, 0, 1];
/// Of what has no number where a number gives the colour, e.g. NaN in the file.
const MISSING: [u8; 4] = [128, 128, 128, 255];

impl<'a> Paint<'a> {
    /// The colours that `style` gives `data`.
    pub fn new(data: &'a LayerData, style: &'a Style) -> Paint<'a> {
        let one = Colors::One(opaque(style.color));
        let colors = match style.color_by {
            ColorBy::Single => one,
            ColorBy::File => data.file_colors().map_or(one, Colors::List),
            ColorBy::Direction => match data {
                LayerData::Tracts(tracts) => Colors::Direction(tracts),
                _ => one,
            },
            ColorBy::Field(index) => match data.fields().into_iter().nth(index) {
                Some(field) => by_field(field, style.ramp()),
                None => one,
            },
        };
        let keep = style.filter.as_ref().and_then(|filter| kept(data.fields(), filter));
        Paint { colors, keep, selected: None }
    }

    /// The colours that `style` gives the links of a network: [`AS_NODES`] where it leaves them to the nodes.
    pub(crate) fn of_links(data: &'a LayerData, style: &'a LinkStyle) -> Paint<'a> {
        let field = style.color_by.and_then(|index| data.link_fields().into_iter().nth(index));
        let colors = field.map_or(Colors::One(AS_NODES), |field| by_field(field, style.ramp()));
        let keep = style.filter.as_ref().and_then(|filter| kept(data.link_fields(), filter));
        Paint { colors, keep, selected: None }
    }

    /// The same with links dimmed that have an end which is not selected.
    pub(crate) fn with_selected_ends(self, network: &'a Network, selected: Option<&'a Selected>) -> Paint<'a> {
        Paint { selected: selected.map(|selected| (selected, Units::Ends(&network.edges))), ..self }
    }

    /// The same with what is not selected dimmed.
    pub(crate) fn with_selection(self, data: &'a LayerData, selected: Option<&'a Selected>) -> Paint<'a> {
        let units = match data {
            LayerData::Tracts(tracts) => Units::Lines(tracts),
            _ => Units::Each,
        };
        Paint { selected: selected.map(|selected| (selected, units)), ..self }
    }

    /// Whether all elements have the style's one colour, and none is hidden or dimmed.
    pub fn is_plain(&self) -> bool {
        self.keep.is_none() && self.selected.is_none() && matches!(self.colors, Colors::One(_))
    }

    /// Adds the colours of these elements to a list: sRGB and 255, or [`HIDDEN`].
    pub fn fill(&self, range: Range<usize>, into: &mut Vec<[u8; 4]>) {
        let start = into.len();
        into.reserve(range.len());
        match &self.colors {
            Colors::One(color) => into.resize(start + range.len(), *color),
            Colors::List(list) => {
                into.extend_from_slice(list.get(range.clone()).unwrap_or_default());
                into.resize(start + range.len(), MISSING);
            }
            Colors::Direction(tracts) => tracts.direction_colors(range.clone(), into),
            Colors::Quantity { field, table, scale } => field.each(range.clone(), |value| {
                into.push(scale.at(value).map_or(MISSING, |at| table[at]));
            }),
            Colors::Categories { field, table } => field.each(range.clone(), |value| {
                // Negative numbers and NaN become 0 by the conversion, and are told apart before.
                let known = if value >= 0.0 { table.get(value as usize) } else { None };
                into.push(known.copied().unwrap_or(MISSING));
            }),
        }
        self.dim(range.clone(), &mut into[start..]);
        let mut at = start;
        self.each_kept(range, |kept| {
            if !kept {
                into[at] = HIDDEN;
            }
            at += 1;
        });
    }

    /// Dims those of these elements that are not selected.
    fn dim(&self, range: Range<usize>, colors: &mut [[u8; 4]]) {
        let Some((selected, units)) = &self.selected else { return };
        let mut line = if let Units::Lines(tracts) = units { tracts.line_of(range.start) } else { 0 };
        for (at, color) in range.zip(colors) {
            let is_selected = match units {
                Units::Each => selected.has(at),
                Units::Lines(tracts) => {
                    while tracts.starts.get(line + 1).is_some_and(|end| *end as usize <= at) {
                        line += 1;
                    }
                    selected.has(line)
                }
                Units::Ends(edges) => {
                    edges.get(at).is_some_and(|ends| ends.iter().all(|end| selected.has(*end as usize)))
                }
            };
            // Dimmed nodes are what a link has its colours of then.
            if !is_selected && *color != AS_NODES {
                *color = dimmed(*color);
            }
        }
    }

    /// Where there is a filter, calls `take` with whether it keeps each of these elements, in order.
    pub(crate) fn each_kept(&self, range: Range<usize>, mut take: impl FnMut(bool)) {
        let Some((field, kept)) = &self.keep else { return };
        field.each(range, |value| {
            take(match kept {
                Kept::Within([least, most]) => (*least..=*most).contains(&value),
                Kept::Categories(all) => value >= 0.0 && all.get(value as usize).copied().unwrap_or(true),
            });
        });
    }

    /// Whether no filter hides an element.
    pub(crate) fn shows(&self, element: usize) -> bool {
        let mut shows = true;
        self.each_kept(element..element + 1, |kept| shows = kept);
        shows
    }

    /// What gives a number its colour, for those who look it up themselves.
    pub fn table(&self) -> ColorTable {
        let (table, [start, per_unit], log) = match &self.colors {
            Colors::Quantity { table, scale, .. } => {
                let mut table = table.to_vec();
                if scale.reversed {
                    table.reverse();
                }
                (table, [scale.start, scale.per_unit], scale.log)
            }
            Colors::Categories { table, .. } => {
                let is_kept = |at: usize| match &self.keep {
                    Some((_, Kept::Categories(all))) => all.get(at).copied().unwrap_or(true),
                    _ => true,
                };
                let color = |at: usize| table.get(at).copied().unwrap_or(MISSING);
                let table = (0..256).map(|at| if is_kept(at) { color(at) } else { HIDDEN }).collect();
                // In the middle of each, so that no rounding makes it the one below.
                (table, [-0.5, 1.0], false)
            }
            Colors::One(color) => (vec![*color; 256], [0.0; 2], false),
            Colors::List(_) | Colors::Direction(_) => (vec![MISSING; 256], [0.0; 2], false),
        };
        let dimmed = table.iter().copied().map(dimmed).collect();
        ColorTable { table, dimmed, start, per_unit, log }
    }

    /// The colours of all elements.
    pub fn all(&self, count: usize) -> Vec<[u8; 4]> {
        let mut colors = Vec::new();
        self.fill(0..count, &mut colors);
        colors
    }
}

fn by_field(field: Field<'_>, ramp: Ramp) -> Colors<'_> {
    if let Some(categories) = field.categories() {
        let table = categories.iter().map(|category| opaque(category.color)).collect();
        return Colors::Categories { field, table };
    }
    let range = ramp.range.unwrap_or_else(|| field.summary().middle);
    let scale = Scale::new(range, ramp.log && field.takes_log(), ramp.reversed);
    Colors::Quantity { field, table: ramp.colormap.table(), scale }
}

fn kept<'a>(fields: Vec<Field<'a>>, filter: &'a Filter) -> Option<(Field<'a>, Kept<'a>)> {
    let field = fields.into_iter().nth(filter.field)?;
    let kept = match (&filter.categories, filter.range) {
        (Some(categories), _) if field.categories().is_some() => Kept::Categories(categories),
        (_, Some(range)) => Kept::Within(range),
        _ => return None,
    };
    Some((field, kept))
}

/// From a quantity to one of 256 colours.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scale {
    start: f64,
    per_unit: f64,
    log: bool,
    reversed: bool,
}

impl Scale {
    /// `range` from the first colour to the last; with `log`, equal factors are equal steps.
    pub(crate) fn new([least, most]: [f64; 2], log: bool, reversed: bool) -> Scale {
        let least = if log { first_with_log([least, most]) } else { least };
        let place = |value: f64| if log { value.max(f64::MIN_POSITIVE).log10() } else { value };
        let (start, end) = (place(least), place(most));
        let per_unit = 255.0 / (end - start);
        Scale { start, per_unit: if per_unit.is_finite() { per_unit } else { 0.0 }, log, reversed }
    }

    /// Which colour; `None` for NaN.
    fn at(self, value: f64) -> Option<usize> {
        if value.is_nan() {
            return None;
        }
        let place = if self.log { value.max(f64::MIN_POSITIVE).log10() } else { value };
        let at = ((place - self.start) * self.per_unit).clamp(0.0, 255.0) as usize;
        Some(if self.reversed { 255 - at } else { at })
    }
}

/// Zero has no logarithm: four decades are shown then.
pub(crate) fn first_with_log([least, most]: [f64; 2]) -> f64 {
    if least <= 0.0 { most * 1e-4 } else { least }
}

/// Half of the colour, half a dark grey of a fifth of its brightness: what is selected stands out by light and by hue.
fn dimmed([red, green, blue, alpha]: [u8; 4]) -> [u8; 4] {
    let [r, g, b] = [red, green, blue].map(u32::from);
    let gray = (2 * r + 5 * g + b) / 40;
    let [red, green, blue] = [r, g, b].map(|part| ((part + gray) / 2) as u8);
    [red, green, blue, alpha]
}

pub(crate) fn opaque([red, green, blue]: [u8; 3]) -> [u8; 4] {
    [red, green, blue, 255]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Attribute, Category, Colormap, Points, Values};
    use glam::{DVec3, Vec3};
    use std::sync::Arc;

    /// Ten points; as they are shuffled, `a` is twice the height.
    fn cloud() -> LayerData {
        let positions = (0..10).map(|z| Vec3::new(0.0, 0.0, z as f32)).collect();
        let a = Attribute::new("a", Values::U16((0..10).map(|value| 2 * value).collect()));
        let kinds = ["x", "y"].map(|label| Category { label: label.into(), color: [label.as_bytes()[0]; 3] });
        let kind = Attribute::of_categories("kind", Values::U8((0..10).map(|i| i % 3).collect()), Arc::new(kinds));
        LayerData::Points(Arc::new(Points::new(DVec3::new(0.0, 0.0, 100.0), positions, None, vec![a, kind], 1)))
    }

    fn colors(style: &Style) -> Vec<[u8; 4]> {
        let data = cloud();
        let LayerData::Points(points) = &data else { unreachable!() };
        let (mut parts, paint) = (Vec::new(), Paint::new(&data, style));
        paint.fill(0..4, &mut parts);
        paint.fill(4..10, &mut parts);
        assert_eq!(parts, paint.all(10));
        let mut in_file = vec![HIDDEN; 10];
        for (color, index) in parts.into_iter().zip(&points.file_index) {
            in_file[*index as usize] = color;
        }
        in_file
    }

    #[test]
    fn a_quantity_goes_through_its_colormap_within_its_range() {
        let range = Some([4.0, 14.0]);
        let style = Style { color_by: ColorBy::Field(1), range, colormap: Colormap::Gray, ..Style::default() };
        let found: Vec<u8> = colors(&style).iter().map(|color| color[0]).collect();
        assert_eq!(found, [0, 0, 0, 51, 102, 153, 204, 255, 255, 255]);
        let log = Style { range: Some([1.0, 100.0]), log: true, reversed: true, ..style };
        let found = colors(&log);
        assert_eq!((found[0][0], found[5][0]), (255, 128));
    }

    #[test]
    fn heights_are_those_of_the_file() {
        let range = Some([100.0, 109.0]);
        let style = Style { color_by: ColorBy::Field(0), range, colormap: Colormap::Gray, ..Style::default() };
        let found = colors(&style);
        assert_eq!((found[0][0], found[9][0]), (0, 255));
    }

    #[test]
    fn categories_have_their_own_colours_and_unknown_ones_grey() {
        let style = Style { color_by: ColorBy::Field(2), ..Style::default() };
        let found = colors(&style);
        assert_eq!((found[0], found[1], found[2]), ([b'x', b'x', b'x', 255], [b'y', b'y', b'y', 255], MISSING));
    }

    #[test]
    fn a_filter_hides_what_it_does_not_keep() {
        let filter = Some(Filter { field: 1, range: Some([4.0, 10.0]), categories: None });
        let style = Style { filter, ..Style::default() };
        let hidden: Vec<bool> = colors(&style).iter().map(|color| *color == HIDDEN).collect();
        assert_eq!(hidden, [true, true, false, false, false, false, true, true, true, true]);
        let filter = Some(Filter { field: 2, range: None, categories: Some(vec![false, true]) });
        let hidden = colors(&Style { filter, ..Style::default() });
        assert_eq!(hidden.iter().filter(|color| **color == HIDDEN).count(), 4);
    }

    #[test]
    fn links_have_the_colours_of_their_nodes_or_of_what_is_said_of_them() {
        let kinds = ["x", "y"].map(|label| Category { label: label.into(), color: [label.as_bytes()[0]; 3] });
        let network = Network {
            edges: Arc::new(vec![[0, 1], [1, 2], [2, 0]]),
            link_attributes: Arc::new(vec![
                Attribute::new("weight", Values::F32(vec![1.0, f32::NAN, 3.0])),
                Attribute::of_categories("kind", Values::U8(vec![0, 1, 1]), Arc::new(kinds)),
            ]),
            ..Network::default()
        };
        let data = LayerData::Network(Arc::new(network.clone()));
        let colors = |style: &LinkStyle| Paint::of_links(&data, style).all(3);
        assert_eq!(colors(&LinkStyle::default()), [AS_NODES; 3]);
        let by = |index| LinkStyle { color_by: Some(index), colormap: Colormap::Gray, ..LinkStyle::default() };
        let ramp = LinkStyle { range: Some([1.0, 3.0]), reversed: true, ..by(0) };
        assert_eq!(colors(&ramp), [[255; 4], MISSING, [0, 0, 0, 255]]);
        let filter = Some(Filter { field: 0, range: Some([0.0, 2.0]), categories: None });
        assert_eq!(colors(&LinkStyle { filter: filter.clone(), ..by(1) }), [[b'x', b'x', b'x', 255], HIDDEN, HIDDEN]);
        assert_eq!(colors(&LinkStyle { filter, ..LinkStyle::default() }), [AS_NODES, HIDDEN, HIDDEN]);
        // Of nodes 1 and 2 only the link between them is selected, too.
        let selected = Selected::of(&[1, 2], 3);
        let dimmed_by =
            |style: &LinkStyle| Paint::of_links(&data, style).with_selected_ends(&network, Some(&selected)).all(3);
        let y = [b'y', b'y', b'y', 255];
        assert_eq!(dimmed_by(&by(1)), [dimmed([b'x', b'x', b'x', 255]), y, dimmed(y)]);
        assert_eq!(dimmed_by(&LinkStyle::default()), [AS_NODES; 3]);
    }
}
