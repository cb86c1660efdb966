//! Layers out of grids: each list of numbers becomes a volume, the parts of vectors its moments.

use super::layers::with;
use super::said::{Array, Grid};
use crate::load::{LoadedLayer, Problem, Progress, grid, kinds};
use crate::{Attribute, LayerData, Volume};
use glam::{DMat4, DVec3};
use std::sync::Arc;

/// More are not worth a layer each.
const MOST_LAYERS: usize = 64;

pub(super) fn layers(said: Grid, name: &str, progress: &Progress) -> Result<Vec<LoadedLayer>, Problem> {
    let Grid { size, placed, of_points, of_cells } = said;
    // A grid that is flat along an axis has one cell there, whose middle is that of its points.
    let cells = size.map(|side| side.saturating_sub(1).max(1));
    let half = DVec3::from(size.map(|side| if side > 1 { 0.5 } else { 0.0 }));
    let of_points = of_points.into_iter().map(|array| (array, size, placed));
    let of_cells = of_cells.into_iter().map(|array| (array, cells, placed * DMat4::from_translation(half)));
    let count = |size: [u64; 3]| size.iter().try_fold(1u64, |product, side| product.checked_mul(*side));
    let all: Vec<(Array, [u64; 3], DMat4)> = of_points.chain(of_cells).collect();
    let (fitting, others): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|(array, size, _)| count(*size).is_some_and(|count| count == array.len() as u64));
    if fitting.is_empty() {
        let [x, y, z] = size;
        return Err(match others.first() {
            Some((array, ..)) => malformed(format!(
                "its {x} × {y} × {z} points and the {} numbers of “{}” do not agree",
                array.values.len(),
                array.name
            )),
            None => Problem::Nothing { detail: "it has no numbers at its points or cells".into() },
        });
    }
    let is_one = fitting.len() == 1;
    let mut left_out: Vec<String> = others.into_iter().map(|(array, ..)| array.name).collect();
    let mut layers = Vec::new();
    for (array, size, placed) in fitting {
        if layers.len() == MOST_LAYERS {
            left_out.push(array.name);
            continue;
        }
        let title = if is_one { name.to_owned() } else { format!("{name}: {}", array.name) };
        layers.push(volume(array, size, placed, title, progress)?);
    }
    if let Some(first) = layers.first_mut().filter(|_| !left_out.is_empty()) {
        let sentence =
            format!("Left out lists of numbers that do not fit or are too many: {}.", kinds::list(&left_out));
        first.notice = with(first.notice.take(), sentence);
    }
    Ok(layers)
}

fn malformed(detail: String) -> Problem {
    Problem::Malformed { kind: "VTK", detail }
}

fn volume(
    array: Array,
    size: [u64; 3],
    placed: DMat4,
    title: String,
    progress: &Progress,
) -> Result<LoadedLayer, Problem> {
    let Array { name, values, parts, categories, .. } = array.narrowed();
    let axis = |size, is_spatial| grid::Axis { size, is_spatial };
    let [x, y, z] = size.map(|side| axis(side, true));
    let too_large = || malformed(format!("its points are {} × {} × {}", size[0], size[1], size[2]));
    let arranged = grid::arranged(values, &[axis(parts, false), x, y, z], progress)?.ok_or_else(too_large)?;
    let attribute = match categories {
        Some(categories) => Attribute::of_categories(name, arranged.values, categories),
        None => Attribute::new(name, arranged.values),
    };
    let volume = Volume::new(arranged.size, arranged.frames, attribute, placed);
    let volume = volume.ok_or_else(|| malformed("its axes make it flat, or reach too far".into()))?;
    Ok(LoadedLayer::new(title, LayerData::Volume(Arc::new(volume)), None))
}
