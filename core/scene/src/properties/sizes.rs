//! The controls of how thick points and lines are.

use super::{choice, px};
use crate::LayerData;
use crate::layer::two_digits;
use crate::style::Style;
use heliograph_wire::{Property, PropertyKind, Value};

/// From the least to the greatest diameter that can be set, each as a multiple of the fitting one.
const DIAMETERS: [f64; 2] = [0.1, 20.0];

pub(super) fn of(data: &LayerData, style: &Style) -> Vec<Property> {
    let in_data_units = style.in_data_units;
    let (ways, size) = match data {
        LayerData::Points(_) => (
            choice("sized_in", "Size in", [("px", "Pixels"), ("data", "Data units")], id(in_data_units)),
            px("point_size", "Point size", style.point_size, 1.0, 20.0),
        ),
        _ => (
            choice("sized_in", "Drawn as", [("px", "Lines"), ("data", "Tubes")], id(in_data_units)),
            px("line_width", "Line width", style.line_width, 1.0, 12.0),
        ),
    };
    if !in_data_units {
        return vec![ways, size];
    }
    let fitting = data.fitting_diameter();
    let [min, max] = DIAMETERS.map(|times| two_digits(times * fitting));
    let diameter = Property {
        id: "diameter".into(),
        label: "Diameter".into(),
        kind: PropertyKind::Range { min, max, step: min },
        unit: None,
        value: Value::Number(style.diameter.unwrap_or(fitting)),
        changed: false,
    };
    vec![ways, diameter]
}

fn id(in_data_units: bool) -> &'static str {
    if in_data_units { "data" } else { "px" }
}

/// Sets a checked value, if it is one of these; says so.
pub(super) fn set(style: &mut Style, property: &str, value: &Value) -> bool {
    match (property, value) {
        ("point_size", Value::Number(px)) => style.point_size = *px as f32,
        ("line_width", Value::Number(px)) => style.line_width = *px as f32,
        ("sized_in", Value::Choice(id)) => style.in_data_units = id == "data",
        ("diameter", Value::Number(length)) => style.diameter = Some(*length),
        _ => return false,
    }
    true
}
