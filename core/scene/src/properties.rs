//! The controls of a scene and of its layers: described once, checked here, set here.

mod axes;
mod clip;
mod colors;
mod filter;
mod links;
mod reading;
mod sizes;
mod volume;

pub(crate) use axes::is_axis;
pub(crate) use colors::legends;
pub(crate) use reading::{is_reading, with as with_reading};

use crate::clip::Everything;
use crate::layout::Motion;
use crate::paint::first_with_log;
use crate::style::{Background, Settings, Shading, Style};
use crate::{Camera, Colormap, CommandError, Field, Layer, LayerData, Placement, Projection};
use heliograph_wire::scene::ChoiceOption;
use heliograph_wire::{Property, PropertyKind, Value};

/// The property of every layer that is drawn beside its name and not among the others.
pub(crate) const VISIBLE: &str = "visible";

/// The property of a network that is laid out, which the scene itself sets.
pub(crate) const MOTION: &str = "layout";

/// The scene's own controls.
pub(crate) fn of_scene(settings: &Settings, camera: &Camera, everything: Option<&Everything>) -> Vec<Property> {
    let projections = [Projection::Perspective, Projection::Orthographic];
    let mut list = vec![
        choice(
            "background",
            "Background",
            Background::ALL.map(|one| (one.id(), one.label())),
            settings.background.id(),
        ),
        choice("projection", "Projection", projections.map(projection_option), projection_option(camera.projection).0),
        toggle("show_bounds", "Box and ticks", settings.show_bounds),
        toggle("show_axes", "Axes", settings.show_axes),
        toggle("show_scale", "Scale bar", settings.show_scale),
    ];
    list.extend(clip::of(&settings.clip, everything));
    list
}

/// The same, saying of each whether it is what it was at first.
pub(crate) fn of_scene_with_changes(
    settings: &Settings,
    camera: &Camera,
    everything: Option<&Everything>,
) -> Vec<Property> {
    // The projection is the camera's, which a view has anyway.
    let first = of_scene(&Settings::default(), camera, everything);
    compared(of_scene(settings, camera, everything), &first)
}

/// A layer's controls, `visible` excepted, saying of each whether it is what it was at first.
pub(crate) fn of_layer_with_changes(layer: &Layer) -> Vec<Property> {
    compared(of_layer(layer), &with_style(layer, &layer.first_style))
}

fn compared(mut list: Vec<Property>, first: &[Property]) -> Vec<Property> {
    for property in &mut list {
        property.changed = first.iter().all(|one| one.id != property.id || one.value != property.value);
    }
    list
}

/// A layer's controls, `visible` excepted.
pub(crate) fn of_layer(layer: &Layer) -> Vec<Property> {
    with_style(layer, &layer.style)
}

fn with_style(layer: &Layer, style: &Style) -> Vec<Property> {
    let motion = layer
        .motion
        .map(|motion| choice(MOTION, "Layout", Motion::ALL.map(|one| (one.id(), one.label())), motion.id()));
    let mut list = match &layer.data {
        LayerData::Points(_) | LayerData::Tracts(_) => sizes::of(&layer.data, style),
        LayerData::Mesh(_) => {
            vec![choice("shading", "Shown as", Shading::ALL.map(|one| (one.id(), one.label())), style.shading.id())]
        }
        LayerData::Volume(_) => vec![],
        LayerData::Network(_) => vec![
            px("node_size", "Node size", style.node_size, 2.0, 40.0),
            px("link_width", "Link width", style.link_width, 0.5, 8.0),
            range("label_count", "Names of the busiest", style.label_count, (0.0, 100.0, 1.0), None),
            range("link_opacity", "Link opacity", style.link_opacity, (0.0, 1.0, 0.05), None),
        ],
    };
    list.splice(0..0, motion);
    list.splice(0..0, placement(&layer.data, style));
    list.push(range("opacity", "Opacity", style.opacity, (0.0, 1.0, 0.05), None));
    let fields = layer.data.fields();
    if let (LayerData::Volume(data), Some(values)) = (&layer.data, fields.first()) {
        list.extend(volume::of(data, style, values));
    }
    list.extend(colors::of(layer, style, &fields));
    // Of a volume of quantities the range of its opacity, or its surface, says what is seen.
    if !matches!(layer.data, LayerData::Volume(_)) || layer.data.has_labels() {
        list.extend(filter::of(&filter::OF_ELEMENTS, style.filter.as_ref(), &fields));
    }
    list.extend(links::of(&style.links, &layer.data.link_fields()));
    list.extend(axes::of(layer, style));
    list.extend(reading::of(layer));
    list
}

/// Of a network whose nodes have latitudes and longitudes: where they lie.
fn placement(data: &LayerData, style: &Style) -> Option<Property> {
    let LayerData::Network(network) = data else { return None };
    let options = Placement::ALL.map(|one| (one.id(), one.label()));
    network.places.as_ref().map(|_| choice("placement", "Nodes lie", options, style.placement.id()))
}

/// Whether a property takes this value.
pub(crate) fn check(property: &Property, value: &Value) -> Result<(), CommandError> {
    let name = property.label.clone();
    match (&property.kind, value) {
        (PropertyKind::Range { min, max, .. }, Value::Number(number)) if (*min..=*max).contains(number) => Ok(()),
        (PropertyKind::Range { min, max, .. }, Value::Number(number)) => {
            Err(CommandError::OutOfRange { name, number: *number, min: *min, max: *max })
        }
        (PropertyKind::Choice { options }, Value::Choice(id)) => {
            if options.iter().any(|option| option.id == *id) {
                return Ok(());
            }
            Err(CommandError::UnknownChoice { name, choice: id.clone(), known: names(options) })
        }
        (PropertyKind::Interval { .. }, Value::Interval([least, most])) if least <= most => Ok(()),
        (PropertyKind::Interval { .. }, Value::Interval([least, most])) => {
            Err(CommandError::UpsideDown { name, least: *least, most: *most })
        }
        (PropertyKind::Several { options }, Value::Several(ids)) => {
            match ids.iter().find(|id| options.iter().all(|option| option.id != **id)) {
                None => Ok(()),
                Some(choice) => {
                    Err(CommandError::UnknownChoice { name, choice: choice.clone(), known: names(options) })
                }
            }
        }
        (PropertyKind::Toggle, Value::Toggle(_)) | (PropertyKind::Color, Value::Color(_)) => Ok(()),
        (kind, _) => Err(CommandError::WrongKind { name, expected: expectation(kind) }),
    }
}

fn names(options: &[ChoiceOption]) -> String {
    options.iter().map(|option| option.id.as_str()).collect::<Vec<_>>().join(", ")
}

/// Sets a checked value of the scene.
pub(crate) fn set_of_scene(
    (settings, camera): (&mut Settings, &mut Camera),
    everything: Option<&Everything>,
    property: &str,
    value: &Value,
) {
    match (property, value) {
        ("background", Value::Choice(id)) => pick(&Background::ALL, id, Background::id, &mut settings.background),
        ("projection", Value::Choice(id)) => {
            let all = [Projection::Perspective, Projection::Orthographic];
            pick(&all, id, |one| projection_option(one).0, &mut camera.projection);
        }
        ("show_bounds", Value::Toggle(on)) => settings.show_bounds = *on,
        ("show_axes", Value::Toggle(on)) => settings.show_axes = *on,
        ("show_scale", Value::Toggle(on)) => settings.show_scale = *on,
        _ => clip::set(&mut settings.clip, everything, property, value),
    }
}

/// Sets a checked value of a layer; true when its elements have other colours then.
pub(crate) fn set_of_layer(layer: &mut Layer, property: &str, value: &Value) -> bool {
    let before = layer.style.clone();
    match (property, value) {
        (VISIBLE, Value::Toggle(on)) => layer.visible = *on,
        ("opacity", Value::Number(share)) => layer.style.opacity = *share as f32,
        ("shading", Value::Choice(id)) => pick(&Shading::ALL, id, Shading::id, &mut layer.style.shading),
        ("placement", Value::Choice(id)) => pick(&Placement::ALL, id, Placement::id, &mut layer.style.placement),
        ("node_size", Value::Number(px)) => layer.style.node_size = *px as f32,
        ("label_count", Value::Number(count)) => layer.style.label_count = *count as f32,
        ("link_width", Value::Number(px)) => layer.style.link_width = *px as f32,
        ("link_opacity", Value::Number(share)) => layer.style.link_opacity = *share as f32,
        ("color_by", Value::Choice(id)) => {
            let fields = layer.data.fields();
            let chosen = layer.data.color_choices().into_iter().find(|one| colors::id(*one, &fields) == id);
            if let Some(chosen) = chosen {
                layer.style.color_by = chosen;
                layer.style.range = None;
            }
        }
        ("colormap", Value::Choice(id)) => pick(&Colormap::ALL, id, Colormap::id, &mut layer.style.colormap),
        ("color_range", Value::Interval(range)) => layer.style.range = Some(*range),
        ("color_log", Value::Toggle(on)) => layer.style.log = *on,
        ("color_reversed", Value::Toggle(on)) => layer.style.reversed = *on,
        ("color", Value::Color(color)) => layer.style.color = *color,
        _ if sizes::set(&mut layer.style, property, value) || axes::set(layer, property, value) => {}
        _ if set_filter(layer, (property, value)) => {}
        _ if links::set(&mut layer.style.links, &layer.data.link_fields(), (property, value)) => {}
        _ => volume::set(&mut layer.style, property, value),
    }
    let looks = |style: &Style| {
        let Style { color_by, color, colormap, range, log, reversed, filter, links, .. } = style.clone();
        (color_by, color, colormap, range, log, reversed, filter, links)
    };
    looks(&layer.style) != looks(&before)
}

fn set_filter(layer: &mut Layer, set: (&str, &Value)) -> bool {
    filter::set(&filter::OF_ELEMENTS, &mut layer.style.filter, &layer.data.fields(), set)
}

/// Colours and filters no longer by what the layer has not.
pub(crate) fn forget_missing(layer: &mut Layer) {
    if !layer.data.color_choices().contains(&layer.style.color_by) {
        layer.style.color_by = layer.data.first_colors();
        layer.style.range = None;
    }
    let count = layer.data.fields().len();
    layer.style.filter = layer.style.filter.take().filter(|filter| filter.field < count);
}

/// The numbers of a volume at the two ends of its colours.
pub(crate) fn color_range(layer: &Layer) -> Option<[f64; 2]> {
    let field = layer.data.fields().into_iter().next()?;
    if let Some(categories) = field.categories() {
        return Some([0.0, categories.len() as f64]);
    }
    Some(layer.style.range.unwrap_or_else(|| field.summary().middle))
}

/// The number of a volume that has the first of its colours, as those below it do.
pub(crate) fn first_colored(layer: &Layer) -> Option<f64> {
    let [least, most] = color_range(layer)?;
    let field = layer.data.fields().into_iter().next()?;
    Some(if layer.style.log && field.takes_log() { first_with_log([least, most]) } else { least })
}

/// Between what has no label, which is number 0, and the first that is one.
const LABELLED: [f64; 2] = [0.5, 1.0];

/// From which number on something of a volume is seen, and from which on it is as dense as it gets.
pub(crate) fn opacity(layer: &Layer) -> Option<[f64; 2]> {
    if layer.data.has_labels() {
        return Some(LABELLED);
    }
    Some(layer.style.volume.opacity_range.unwrap_or(color_range(layer)?))
}

/// The number at which a volume's surface lies.
pub(crate) fn level(layer: &Layer) -> Option<f64> {
    if layer.data.has_labels() {
        return Some(LABELLED[0]);
    }
    let field = layer.data.fields().into_iter().next()?;
    Some(volume::level_of(&layer.style, color_range(layer)?, &field))
}

/// The property that every layer has and [`of_layer`] leaves out.
pub(crate) fn visible(layer: &Layer) -> Property {
    toggle(VISIBLE, "Visible", layer.visible)
}

fn pick<T: Copy>(all: &[T], id: &str, id_of: impl Fn(T) -> &'static str, into: &mut T) {
    if let Some(found) = all.iter().copied().find(|one| id_of(*one) == id) {
        *into = found;
    }
}

fn projection_option(projection: Projection) -> (&'static str, &'static str) {
    match projection {
        Projection::Perspective => ("perspective", "Perspective"),
        Projection::Orthographic => ("orthographic", "Orthographic"),
    }
}

fn expectation(kind: &PropertyKind) -> &'static str {
    match kind {
        PropertyKind::Range { .. } => "a number",
        PropertyKind::Choice { .. } => "one of its options",
        PropertyKind::Several { .. } => "a list of its options",
        PropertyKind::Interval { .. } => "two numbers",
        PropertyKind::Toggle => "on or off",
        PropertyKind::Color => "a colour",
    }
}

fn px(id: &str, label: &str, value: f32, min: f64, max: f64) -> Property {
    range(id, label, value, (min, max, 0.5), Some("px"))
}

fn range(id: &str, label: &str, value: f32, (min, max, step): (f64, f64, f64), unit: Option<&str>) -> Property {
    // 0.4 as 32 bits is 0.4000000059 as 64: rounded back, so that what is shown is what was set.
    let value = (f64::from(value) * 1e4).round() / 1e4;
    Property {
        id: id.into(),
        label: label.into(),
        kind: PropertyKind::Range { min, max, step },
        unit: unit.map(str::to_owned),
        value: Value::Number(value),
        changed: false,
    }
}

fn toggle(id: &str, label: &str, on: bool) -> Property {
    let value = Value::Toggle(on);
    Property { id: id.into(), label: label.into(), kind: PropertyKind::Toggle, unit: None, value, changed: false }
}

fn interval(id: &str, label: &str, field: &Field<'_>, value: [f64; 2]) -> Property {
    let summary = field.summary();
    let [min, max] = summary.range;
    Property {
        id: id.into(),
        label: label.into(),
        kind: PropertyKind::Interval { min, max, histogram: summary.histogram.clone() },
        unit: field.unit.map(str::to_owned),
        value: Value::Interval(value),
        changed: false,
    }
}

fn choice<L: Into<String>>(
    id: &str,
    label: &str,
    options: impl IntoIterator<Item = (impl Into<String>, L)>,
    chosen: &str,
) -> Property {
    let option = |(id, label): (_, L)| ChoiceOption { id: Into::into(id), label: label.into(), color: None };
    Property {
        id: id.into(),
        label: label.into(),
        kind: PropertyKind::Choice { options: options.into_iter().map(option).collect() },
        unit: None,
        value: Value::Choice(chosen.into()),
        changed: false,
    }
}
