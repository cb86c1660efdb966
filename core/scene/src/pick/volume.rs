//! What of a volume is seen at a place: on its slices, on its surface, in its fog.

use super::{Candidate, View, is_before_camera};
use crate::volume::Drawn;
use crate::{Layer, Ray, Volume, VolumeMode, properties};
use glam::Vec3;

/// So much of the light is gone where one takes the fog for a thing.
const SEEN: f32 = 0.35;
/// Steps through a volume's longest diagonal are no more than this.
const MOST_STEPS: f32 = 4096.0;

/// The nearest voxel that is seen; `ray` in the layer's coordinates.
pub(super) fn seen(view: &View, layer: &Layer, volume: &Volume, ray: Ray) -> Option<Candidate> {
    let part = view.kept.along(ray)?;
    let into = volume.placed.inverse();
    let ray = Ray { origin: into.transform_point3(ray.origin), direction: into.transform_vector3(ray.direction) };
    let distance = match layer.style.volume.mode {
        VolumeMode::Slices => on_slice(layer, volume, ray, part),
        _ => inside(layer, volume, ray, part),
    }?;
    let place = ray.origin + ray.direction * distance;
    let voxel = (place + 0.5).floor().max(Vec3::ZERO).to_array().map(|part| part as u32);
    let index = volume.index(voxel, layer.style.volume.frame)?;
    let position = volume.placed.transform_point3(place);
    let clip = view.clip(position);
    is_before_camera(clip).then(|| Candidate { index, order: index, position, nearness: clip.z / clip.w, gap: 0.0 })
}

fn on_slice(layer: &Layer, volume: &Volume, ray: Ray, [first, last]: [f32; 2]) -> Option<f32> {
    let style = &layer.style.volume;
    let drawn = Drawn::of(layer);
    let across = |axis: usize| {
        let at = style.slice(axis, volume.size) as f32;
        let distance = (at - ray.origin[axis]) / ray.direction[axis];
        let is_seen = drawn.has(volume.at(ray.origin + ray.direction * distance, style.frame));
        (style.shown[axis] && distance > 0.0 && (first..=last).contains(&distance) && is_seen).then_some(distance)
    };
    (0..3).filter_map(across).min_by(f32::total_cmp)
}

fn inside(layer: &Layer, volume: &Volume, ray: Ray, [first, last]: [f32; 2]) -> Option<f32> {
    let style = &layer.style.volume;
    let (enters, leaves) = through(volume, ray)?;
    let (enters, leaves) = (enters.max(first), leaves.min(last));
    if enters >= leaves {
        return None;
    }
    // Half a voxel a step.
    let step = (0.5 / ray.direction.length()).max((leaves - enters) / MOST_STEPS);
    let steps = ((leaves - enters) / step) as usize;
    let drawn = Drawn::of(layer);
    let values = (0..=steps).map(|at| {
        let distance = enters + (at as f32 + 0.5) * step;
        (distance, drawn.unless_hidden(volume.at(ray.origin + ray.direction * distance, style.frame)))
    });
    match style.mode {
        VolumeMode::Maximum => values
            .filter(|(_, value)| value.is_finite())
            .max_by(|a, b| a.1.total_cmp(&b.1))
            .filter(|(_, value)| drawn.has(*value))
            .map(|(distance, _)| distance),
        VolumeMode::Surface => values.into_iter().find(|(_, value)| drawn.has(*value)).map(|(distance, _)| distance),
        _ => {
            let [least, most] = properties::opacity(layer)?;
            let mut light = 1.0;
            values.into_iter().find_map(|(distance, value)| {
                let share = ((value - least) / (most - least).max(f64::MIN_POSITIVE)).clamp(0.0, 1.0) as f32;
                light *= 1.0 - if share.is_nan() { 0.0 } else { share * style.density * 0.3 };
                (light < 1.0 - SEEN).then_some(distance)
            })
        }
    }
}

/// How far along the ray it comes into the grid's box and out of it.
fn through(volume: &Volume, ray: Ray) -> Option<(f32, f32)> {
    let last = Vec3::from(volume.size.map(|side| side as f32)) - 0.5;
    let (a, b) = ((Vec3::splat(-0.5) - ray.origin) / ray.direction, (last - ray.origin) / ray.direction);
    let (enters, leaves) = (a.min(b).max_element().max(0.0), a.max(b).min_element());
    (enters < leaves).then_some((enters, leaves))
}
