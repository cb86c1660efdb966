//! Lists of numbers by name, one number a point, on their way to a cloud of points.

use super::columns::unique;
use super::table::{Column, roles};
use super::{LoadedLayer, Problem, Progress, is_plausible};
use crate::{Attribute, LayerData, Points, text};
use glam::{DVec3, Vec3};
use std::sync::Arc;

/// The part of the time that putting points into their order takes.
pub(super) const ARRANGING: f64 = 0.3;
const SEED: u64 = 0x636c_6f75;

/// What a file says of its points.
pub(super) struct Cloud {
    /// All of the same length; which of them are places follows from their names, or, without `has_names`, from their order.
    pub(super) columns: Vec<Attribute>,
    pub(super) has_names: bool,
    /// Packed colours, sRGB and 255: one a point, or none.
    pub(super) colors: Option<Vec<[u8; 4]>>,
}

impl Cloud {
    /// # Errors
    /// When there are no two lists of numbers, or no point with finite coordinates.
    pub(super) fn into_layer(self, name: String, progress: &Progress) -> Result<LoadedLayer, Problem> {
        let Cloud { columns, has_names, colors } = self;
        let count = columns.first().map_or(0, |column| column.values.len());
        if count == 0 {
            return Err(Problem::Nothing { detail: "it has no points".into() });
        }
        let looked_at: Vec<Column> = columns
            .iter()
            .map(|column| Column {
                name: column.name.clone(),
                is_number: column.categories.is_none(),
                range: column.summary().range,
                is_whole: column.values.are_whole(),
            })
            .collect();
        let roles = roles(&looked_at, has_names)
            .ok_or_else(|| Problem::Nothing { detail: "it has no two columns of coordinates".into() })?;
        let coordinate = |axis: usize, row: usize| match roles.place[axis] {
            Some(column) => columns[column].values.get(row),
            None => 0.0,
        };
        let place = |row: usize| DVec3::new(coordinate(0, row), coordinate(1, row), coordinate(2, row));
        let is_sound = |row: &usize| place(*row).to_array().into_iter().all(is_plausible);
        let kept: Vec<u32> = (0..count.min(u32::MAX as usize)).filter(is_sound).map(|row| row as u32).collect();
        let all = text::counted(count, "point", "points");
        let Some(first) = kept.first() else {
            return Err(Problem::Nothing { detail: format!("of its {all} none has finite coordinates") });
        };
        let (mut min, mut max) = (place(*first as usize), place(*first as usize));
        for row in &kept {
            let here = place(*row as usize);
            (min, max) = (min.min(here), max.max(here));
        }
        let origin = (min + max) * 0.5;
        let positions: Vec<Vec3> = kept.iter().map(|row| (place(*row as usize) - origin).as_vec3()).collect();
        let separate = roles.color.map(|parts| {
            let part = |row: u32, index: usize| columns[parts[index]].values.get(row as usize);
            let greatest = parts.iter().map(|index| looked_at[*index].range[1]).fold(0.0, f64::max);
            let scale = match greatest {
                greatest if greatest <= 1.0 => 255.0,
                greatest if greatest <= 255.0 => 1.0,
                _ => 1.0 / 257.0,
            };
            let byte = |value: f64| (value * scale).round() as u8;
            kept.iter().map(|row| crate::paint::opaque([0, 1, 2].map(|index| byte(part(*row, index))))).collect()
        });
        let packed = colors.filter(|list| list.len() == count);
        let packed = packed.map(|list| kept.iter().map(|row| list[*row as usize]).collect());
        let axes = roles.place.map(|column| column.map(|column| looked_at[column].name.as_str()));
        let taken: Vec<usize> = roles.place.into_iter().flatten().chain(roles.color.into_iter().flatten()).collect();
        let others = columns.into_iter().enumerate().filter(|(index, _)| !taken.contains(index));
        let is_whole = kept.len() == count;
        let of_kept = |attribute: Attribute| {
            if is_whole { Some(attribute) } else { attribute.picked_out(&kept) }
        };
        let attributes = unique(others.filter_map(|(_, column)| of_kept(column)).collect());
        let left_out = count - kept.len();
        let notice = (left_out > 0).then(|| {
            format!("Left out {} of {all}: their coordinates are no finite numbers.", text::count(left_out as u64))
        });
        let points =
            Points { origin, positions, file_index: kept, file_colors: packed.or(separate), attributes, bounds: None };
        let points = points.arranged(SEED, |part| progress.after_reading(part)).ok_or(Problem::Cancelled)?;
        Ok(LoadedLayer::new(name, LayerData::Points(Arc::new(points)), notice).of_table(axes))
    }
}
