//! The controls of a volume.

use super::{choice, interval, range, toggle};
use crate::style::Style;
use crate::{Field, Volume, VolumeMode};
use heliograph_wire::{Property, Value};

const AXES: [&str; 3] = ["x", "y", "z"];
const SLICES: [&str; 3] = ["slice_i", "slice_j", "slice_k"];
const SHOWN: [&str; 3] = ["show_slice_i", "show_slice_j", "show_slice_k"];

pub(super) fn of(volume: &Volume, style: &Style, field: &Field<'_>) -> Vec<Property> {
    let set = &style.volume;
    let has_labels = field.categories().is_some();
    // The greatest of labels says nothing.
    let modes = VolumeMode::ALL.into_iter().filter(|mode| !has_labels || *mode != VolumeMode::Maximum);
    let mut list = vec![choice("volume_mode", "Shown as", modes.map(|one| (one.id(), one.label())), set.mode.id())];
    if volume.frames > 1 {
        let (step, unit) = volume.time_step.as_ref().map_or((1.0, None), |(step, unit)| (*step, Some(unit.as_str())));
        let label = if step == 1.0 { "Moment".to_owned() } else { format!("Moment (× {step})") };
        let last = f64::from(volume.frames - 1);
        list.push(range("moment", &label, set.frame.min(volume.frames - 1) as f32, (0.0, last, 1.0), unit));
    }
    let colors = style.range.unwrap_or(field.summary().middle);
    match set.mode {
        VolumeMode::Slices => {
            for (axis, along) in volume.axes().into_iter().enumerate() {
                let name = AXES[along];
                list.push(toggle(SHOWN[axis], &format!("Slice across {name}"), set.shown[axis]));
                if set.shown[axis] {
                    let last = f64::from(volume.size[axis] - 1);
                    let at = set.slice(axis, volume.size) as f32;
                    list.push(range(SLICES[axis], &format!("Voxel along {name}"), at, (0.0, last, 1.0), None));
                }
            }
            let label = if has_labels { "Clear without a label" } else { "Clear below the range" };
            list.push(toggle("clear_low", label, set.clear_low));
        }
        VolumeMode::Fog => {
            if !has_labels {
                list.push(interval("opacity_range", "Opacity from, to", field, set.opacity_range.unwrap_or(colors)));
            }
            list.push(range("density", "Density", set.density, (0.0, 1.0, 0.01), None));
        }
        VolumeMode::Surface if has_labels => {}
        VolumeMode::Maximum => {}
        VolumeMode::Surface => {
            let [least, most] = field.summary().range;
            let step = if field.is_whole() { 1.0 } else { ((most - least) / 500.0).max(f64::MIN_POSITIVE) };
            let mut level = range("level", "Level", 0.0, (least, most, step), field.unit);
            level.value = Value::Number(level_of(style, colors, field));
            list.push(level);
        }
    }
    if !has_labels {
        list.push(toggle("smooth", "Smooth between voxels", set.smooth));
    }
    list
}

/// The number at which the surface lies.
pub(super) fn level_of(style: &Style, colors: [f64; 2], field: &Field<'_>) -> f64 {
    let [least, most] = field.summary().range;
    let middle = (colors[0] + colors[1]) * 0.5;
    let middle = if field.is_whole() { middle.round() } else { middle };
    style.volume.level.unwrap_or(middle).clamp(least, most)
}

/// Sets a checked value, if it is one of these.
pub(super) fn set(style: &mut Style, property: &str, value: &Value) {
    let set = &mut style.volume;
    let axis_of = |names: [&str; 3]| names.iter().position(|name| *name == property);
    match (property, value) {
        ("volume_mode", Value::Choice(id)) => super::pick(&VolumeMode::ALL, id, VolumeMode::id, &mut set.mode),
        ("moment", Value::Number(number)) => set.frame = *number as u32,
        ("opacity_range", Value::Interval(range)) => set.opacity_range = Some(*range),
        ("density", Value::Number(share)) => set.density = *share as f32,
        ("level", Value::Number(number)) => set.level = Some(*number),
        ("clear_low", Value::Toggle(on)) => set.clear_low = *on,
        ("smooth", Value::Toggle(on)) => set.smooth = *on,
        (_, Value::Number(number)) => {
            if let Some(axis) = axis_of(SLICES) {
                set.slices[axis] = Some(*number as u32);
            }
        }
        (_, Value::Toggle(on)) => {
            if let Some(axis) = axis_of(SHOWN) {
                set.shown[axis] = *on;
            }
        }
        _ => {}
    }
}
