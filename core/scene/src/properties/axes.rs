//! The controls of which columns of a table are the coordinates of its points.

use super::choice;
use crate::Layer;
use crate::axes::{self, Axes};
use crate::style::Style;
use heliograph_wire::{Property, Value};

/// For x, y and z.
const IDS: [&str; 3] = ["axis_x", "axis_y", "axis_z"];
const LABELS: [&str; 3] = ["X axis", "Y axis", "Z axis"];
/// The choice of no column; no name of a column has brackets about all of it.
const NONE: &str = "(none)";

/// Whether a property is one of these.
pub(crate) fn is_axis(property: &str) -> bool {
    IDS.contains(&property)
}

pub(super) fn of(layer: &Layer, style: &Style) -> Vec<Property> {
    let Some((axes, _)) = &layer.axes else { return Vec::new() };
    let columns = axes.candidates.iter().map(|one| (one.name.as_str(), one.name.as_str()));
    let none = [(NONE, "None: all at 0")];
    let property = |axis: usize| {
        let chosen = style.axes[axis].map_or(NONE, |column| axes.candidates[column].name.as_str());
        choice(IDS[axis], LABELS[axis], columns.clone().chain(none), chosen)
    };
    [0, 1, 2].map(property).into()
}

/// Sets a checked value, if it is one of these; says so.
pub(super) fn set(layer: &mut Layer, property: &str, value: &Value) -> bool {
    let (Some(axis), Some((known, _)), Value::Choice(id)) =
        (IDS.iter().position(|id| *id == property), &layer.axes, value)
    else {
        return false;
    };
    layer.style.axes = axes::with(layer.style.axes, axis, column(known, id));
    true
}

fn column(axes: &Axes, id: &str) -> Option<usize> {
    axes.candidates.iter().position(|one| one.name == id)
}
