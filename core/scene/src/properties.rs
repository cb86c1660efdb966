//! The controls of a scene and of its layers: described once, checked here, set here.

use crate::colormap::{Colormap, color_choices, recolor};
use crate::style::{Background, ColorBy, Settings};
use crate::{Camera, CommandError, Layer, LayerData, Projection};
use heliograph_wire::scene::ChoiceOption;
use heliograph_wire::{Property, PropertyKind, Value};

/// The property of every layer that is drawn beside its name and not among the others.
pub(crate) const VISIBLE: &str = "visible";

/// The scene's own controls.
pub(crate) fn of_scene(settings: &Settings, camera: &Camera) -> Vec<Property> {
    let projections = [Projection::Perspective, Projection::Orthographic];
    vec![
        choice(
            "background",
            "Background",
            Background::ALL.map(|one| (one.id(), one.label())),
            settings.background.id(),
        ),
        choice("projection", "Projection", projections.map(projection_option), projection_option(camera.projection).0),
        toggle("show_bounds", "Bounding box", settings.show_bounds),
        toggle("show_axes", "Axes", settings.show_axes),
    ]
}

/// A layer's controls, `visible` excepted.
pub(crate) fn of_layer(layer: &Layer) -> Vec<Property> {
    let style = &layer.style;
    let mut list = match &layer.data {
        LayerData::Points(_) => vec![px("point_size", "Point size", style.point_size, 1.0, 20.0)],
        LayerData::Mesh(_) => vec![],
        LayerData::Tracts(_) => vec![px("line_width", "Line width", style.line_width, 1.0, 12.0)],
        LayerData::Network(_) => vec![
            px("node_size", "Node size", style.node_size, 2.0, 40.0),
            px("link_width", "Link width", style.link_width, 0.5, 8.0),
            range("link_opacity", "Link opacity", style.link_opacity, (0.0, 1.0, 0.05), None),
        ],
    };
    let choices = color_choices(&layer.data);
    if choices.len() > 1 {
        list.push(choice(
            "color_by",
            "Colour by",
            choices.iter().map(|one| (one.id(), one.label())),
            style.color_by.id(),
        ));
    }
    if matches!(layer.data, LayerData::Points(_)) {
        let maps = Colormap::ALL.map(|one| (one.id(), one.label()));
        list.push(choice("colormap", "Colour map", maps, style.colormap.id()));
    }
    list.push(Property {
        id: "color".into(),
        label: "Colour".into(),
        kind: PropertyKind::Color,
        unit: None,
        value: Value::Color(style.color),
    });
    list
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
            let known = options.iter().map(|option| option.id.as_str()).collect::<Vec<_>>().join(", ");
            Err(CommandError::UnknownChoice { name, choice: id.clone(), known })
        }
        (PropertyKind::Toggle, Value::Toggle(_)) | (PropertyKind::Color, Value::Color(_)) => Ok(()),
        (kind, _) => Err(CommandError::WrongKind { name, expected: expectation(kind) }),
    }
}

/// Sets a checked value of the scene.
pub(crate) fn set_of_scene(settings: &mut Settings, camera: &mut Camera, property: &str, value: &Value) {
    match (property, value) {
        ("background", Value::Choice(id)) => pick(&Background::ALL, id, Background::id, &mut settings.background),
        ("projection", Value::Choice(id)) => {
            let all = [Projection::Perspective, Projection::Orthographic];
            pick(&all, id, |one| projection_option(one).0, &mut camera.projection);
        }
        ("show_bounds", Value::Toggle(on)) => settings.show_bounds = *on,
        ("show_axes", Value::Toggle(on)) => settings.show_axes = *on,
        _ => {}
    }
}

/// Sets a checked value of a layer; true when its colours were filled anew.
pub(crate) fn set_of_layer(layer: &mut Layer, property: &str, value: &Value) -> bool {
    let style = &mut layer.style;
    match (property, value) {
        (VISIBLE, Value::Toggle(on)) => layer.visible = *on,
        ("point_size", Value::Number(px)) => style.point_size = *px as f32,
        ("line_width", Value::Number(px)) => style.line_width = *px as f32,
        ("node_size", Value::Number(px)) => style.node_size = *px as f32,
        ("link_width", Value::Number(px)) => style.link_width = *px as f32,
        ("link_opacity", Value::Number(share)) => style.link_opacity = *share as f32,
        ("color_by", Value::Choice(id)) => {
            pick(&ColorBy::ALL, id, ColorBy::id, &mut style.color_by);
            return recolor(&mut layer.data, &layer.style);
        }
        ("colormap", Value::Choice(id)) => {
            pick(&Colormap::ALL, id, Colormap::id, &mut style.colormap);
            let mapped = matches!(style.color_by, ColorBy::Height | ColorBy::Intensity);
            return mapped && recolor(&mut layer.data, &layer.style);
        }
        ("color", Value::Color(color)) => {
            style.color = *color;
            return style.color_by == ColorBy::Single && recolor(&mut layer.data, &layer.style);
        }
        _ => {}
    }
    false
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
    }
}

fn toggle(id: &str, label: &str, on: bool) -> Property {
    Property { id: id.into(), label: label.into(), kind: PropertyKind::Toggle, unit: None, value: Value::Toggle(on) }
}

fn choice(
    id: &str,
    label: &str,
    options: impl IntoIterator<Item = (&'static str, &'static str)>,
    chosen: &str,
) -> Property {
    let option = |(id, label): (&str, &str)| ChoiceOption { id: id.into(), label: label.into() };
    Property {
        id: id.into(),
        label: label.into(),
        kind: PropertyKind::Choice { options: options.into_iter().map(option).collect() },
        unit: None,
        value: Value::Choice(chosen.into()),
    }
}
