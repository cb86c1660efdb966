//! The controls of what is clipped.

use super::{choice, toggle};
use crate::clip::{Clip, ClipAxis, ClipMode, Everything};
use heliograph_wire::{Property, PropertyKind, Value};

const SIDES: [(&str, &str); 3] = [("clip_x", "x from, to"), ("clip_y", "y from, to"), ("clip_z", "z from, to")];

pub(super) fn of(clip: &Clip, everything: Option<&Everything>) -> Vec<Property> {
    let mut list = vec![choice("clip", "Clip", ClipMode::ALL.map(|one| (one.id(), one.label())), clip.mode.id())];
    let Some(everything) = everything else { return list };
    match clip.mode {
        ClipMode::Off => {}
        ClipMode::Box => {
            for (axis, (id, label)) in SIDES.into_iter().enumerate() {
                let ([min, max], _) = everything.side(axis);
                let [least, most] = clip.ends[axis];
                list.push(Property {
                    id: id.into(),
                    label: label.into(),
                    kind: PropertyKind::Interval { min, max, histogram: Vec::new() },
                    unit: None,
                    value: Value::Interval([least.unwrap_or(min), most.unwrap_or(max)]),
                    changed: false,
                });
            }
        }
        ClipMode::Plane => {
            let axes = ClipAxis::ALL.map(|one| (one.id(), one.label()));
            list.push(choice("clip_axis", "Plane", axes, clip.axis.id()));
            let ([min, max], step) = everything.reach(clip.axis);
            let label = match clip.axis {
                ClipAxis::X => "At x",
                ClipAxis::Y => "At y",
                ClipAxis::Z => "At z",
                ClipAxis::View => "Before the middle",
            };
            list.push(Property {
                id: "clip_at".into(),
                label: label.into(),
                kind: PropertyKind::Range { min, max, step },
                unit: None,
                value: Value::Number(clip.at(everything)),
                changed: false,
            });
            list.push(toggle("clip_flipped", "Keep the other side", clip.flipped));
        }
    }
    list
}

/// Sets a checked value, if it is one of these.
pub(super) fn set(clip: &mut Clip, everything: Option<&Everything>, property: &str, value: &Value) {
    match (property, value) {
        ("clip", Value::Choice(id)) => super::pick(&ClipMode::ALL, id, ClipMode::id, &mut clip.mode),
        ("clip_axis", Value::Choice(id)) => super::pick(&ClipAxis::ALL, id, ClipAxis::id, &mut clip.axis),
        ("clip_at", Value::Number(number)) => clip.at[clip.axis as usize] = Some(*number),
        ("clip_flipped", Value::Toggle(on)) => clip.flipped = *on,
        (_, Value::Interval([least, most])) => {
            let Some(axis) = SIDES.iter().position(|(id, _)| *id == property) else { return };
            // An end where everything ends is none: it cuts nothing off, nor of what is opened later.
            let [min, max] = everything.map_or([f64::NEG_INFINITY, f64::INFINITY], |there| there.side(axis).0);
            clip.ends[axis] = [Some(*least).filter(|least| *least > min), Some(*most).filter(|most| *most < max)];
        }
        _ => {}
    }
}
