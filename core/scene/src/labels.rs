//! Words that stand at places of the scene: the numbers along the box about the data, the names of a network's busiest nodes.
//! They travel as data, and window and page draw them over the picture.

use crate::scene::Scene;
use crate::{Aabb, LayerData, text};
use glam::{DVec3, Vec3};
use heliograph_wire::scene::{Label, LabelKind};

/// An edge of the box has about so many numbers.
const TICKS: f64 = 5.0;
/// Of a name no more is told.
const MOST_LETTERS: usize = 40;

/// All that stand in the scene now.
pub(crate) fn of(scene: &Scene) -> Vec<Label> {
    let mut labels = Vec::new();
    if let Some(bounds) = scene.bounds().filter(|_| scene.settings().show_bounds) {
        ticks(bounds, scene.origin(), &mut labels);
    }
    // Names that run after a layout would be a message to every viewer with each step.
    if !scene.is_live() {
        names(scene, &mut labels);
    }
    labels
}

/// Along the three edges that meet where all coordinates are least.
fn ticks(bounds: Aabb, origin: DVec3, into: &mut Vec<Label>) {
    let (min, max) = (bounds.min, bounds.max);
    for (axis, name) in ["x", "y", "z"].into_iter().enumerate() {
        let (from, to) = (f64::from(min[axis]) + origin[axis], f64::from(max[axis]) + origin[axis]);
        let step = round_step((to - from) / TICKS);
        let mut place = min;
        if step > 0.0 && step.is_finite() && to - from < step * 100.0 {
            let decimals = (-step.log10().floor()).clamp(0.0, 9.0) as usize;
            let first = (from / step).ceil();
            for number in 0..=((to / step).floor() - first).max(-1.0) as i64 {
                let value = (first + number as f64) * step;
                place[axis] = (value - origin[axis]) as f32;
                let text = text::coordinate(value, decimals);
                into.push(Label { at: place.to_array(), text, kind: LabelKind::Tick });
            }
        }
        place[axis] = min[axis] + (max[axis] - min[axis]) * 1.06;
        into.push(Label { at: place.to_array(), text: name.into(), kind: LabelKind::Axis });
    }
}

/// 1, 2 or 5 times a power of ten: the least that is not below `step`; 0 where there is none.
pub(crate) fn round_step(step: f64) -> f64 {
    if !(step > 0.0 && step.is_finite()) {
        return 0.0;
    }
    let power = 10f64.powf(step.log10().floor());
    let factor = [1.0, 2.0, 5.0].into_iter().find(|factor| factor * power >= step * (1.0 - 1e-9));
    factor.unwrap_or(10.0) * power
}

fn names(scene: &Scene, into: &mut Vec<Label>) {
    for layer in scene.layers().iter().filter(|layer| layer.visible) {
        let LayerData::Network(network) = &layer.data else { continue };
        let count = layer.style.label_count.clamp(0.0, 100.0) as usize;
        let mut busiest: Vec<usize> = (0..network.len()).collect();
        let links = |node: &usize| network.degrees.get(*node).copied().unwrap_or(0);
        busiest.sort_by_key(|node| (std::cmp::Reverse(links(node)), *node));
        for node in busiest.into_iter().take(count) {
            let (Some(name), Some(place)) = (network.labels.get(node), network.positions.get(node)) else { continue };
            let text: String = name.chars().take(MOST_LETTERS).collect();
            let at: Vec3 = *place + layer.offset;
            into.push(Label { at: at.to_array(), text, kind: LabelKind::Name });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round() {
        for (step, expected) in
            [(0.3, 0.5), (1.0, 1.0), (1.2, 2.0), (4.0, 5.0), (6.0, 10.0), (123.0, 200.0), (0.0, 0.0)]
        {
            assert!((round_step(step) - expected).abs() < 1e-9, "{step}");
        }
        assert_eq!(round_step(f64::NAN), 0.0);
    }

    #[test]
    fn numbers_along_the_edges_are_those_of_the_file() {
        let bounds = Aabb { min: Vec3::new(-5.0, -1.0, 0.0), max: Vec3::new(5.0, 1.0, 0.0) };
        let mut labels = Vec::new();
        ticks(bounds, DVec3::new(636_000.0, 0.0, 7.0), &mut labels);
        let along_x: Vec<(&str, f32)> = labels
            .iter()
            .take_while(|label| label.kind == LabelKind::Tick)
            .map(|label| (label.text.as_str(), label.at[0]))
            .collect();
        assert_eq!(
            along_x,
            [("635,996", -4.0), ("635,998", -2.0), ("636,000", 0.0), ("636,002", 2.0), ("636,004", 4.0)]
        );
        let axes: Vec<&str> =
            labels.iter().filter(|label| label.kind == LabelKind::Axis).map(|label| label.text.as_str()).collect();
        assert_eq!(axes, ["x", "y", "z"], "also of an edge without a length");
        assert!(labels.iter().any(|label| label.text == "−0.5" && label.at == [-5.0, -0.5, 0.0]));
    }
}
