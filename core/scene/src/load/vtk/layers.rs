//! Layers out of polydata: polygons and strips become a mesh, lines streamlines, vertices points.

use super::corners::{self, Corners};
use super::said::{Array, Cells, Said, append};
use crate::load::cloud::Cloud;
use crate::load::columns::unique;
use crate::load::surface::{BYTES_PER_CORNER, BYTES_PER_VERTEX, Surface};
use crate::load::{LoadedLayer, Problem, Progress, is_plausible, kinds};
use crate::{Aabb, Attribute, LayerData, Tracts, Values};
use glam::{DVec3, Vec3};
use std::sync::Arc;

/// Memory for a place along a line: in the file's numbers, as it is drawn, and which point it is.
const BYTES_PER_PLACE: u64 = 40;

pub(super) fn layers(mut said: Said, name: String, progress: &Progress) -> Result<Vec<LoadedLayer>, Problem> {
    let count = said.points.len();
    let mut left_out = Vec::new();
    keep_whole(&mut said.of_points, count, &mut left_out);
    for cells in [&mut said.vertices, &mut said.lines, &mut said.polygons, &mut said.strips] {
        keep_whole(&mut cells.arrays, cells.ends.len(), &mut left_out);
    }
    left_out.dedup();
    let mut layers = Vec::new();
    if !said.polygons.is_empty() || !said.strips.is_empty() {
        layers.push(mesh(&mut said, name.clone(), progress)?);
    }
    if !said.lines.is_empty() {
        layers.push(tracts(&mut said, name.clone(), progress)?);
    }
    if layers.is_empty() || !said.vertices.is_empty() {
        layers.push(points(said, name, progress)?);
    }
    if let Some(first) = layers.first_mut().filter(|_| !left_out.is_empty()) {
        let sentence = format!("Left out what is not said of every point or cell: {}.", kinds::list(&left_out));
        first.notice = with(first.notice.take(), sentence);
    }
    Ok(layers)
}

/// A notice with one more sentence.
pub(super) fn with(notice: Option<String>, sentence: String) -> Option<String> {
    Some(notice.map_or(sentence.clone(), |notice| format!("{notice} {sentence}")))
}

fn keep_whole(arrays: &mut Vec<Array>, count: usize, left_out: &mut Vec<String>) {
    arrays.retain(|array| {
        let is_whole = array.len() == count;
        if !is_whole {
            left_out.push(array.name.clone());
        }
        is_whole
    });
}

/// Colours of the first list that is colours, and all others as attributes.
fn with_colors(arrays: &[Array]) -> (Option<Vec<[u8; 4]>>, Vec<Attribute>) {
    let of_colors = arrays.iter().position(Array::has_colors);
    let others = arrays.iter().enumerate().filter(|(index, _)| Some(*index) != of_colors);
    let attributes = others.map(|(_, array)| array.clone().into_attribute()).collect();
    (of_colors.and_then(|index| arrays[index].colors()), attributes)
}

fn mesh(said: &mut Said, name: String, progress: &Progress) -> Result<LoadedLayer, Problem> {
    let (colors, mut attributes) = with_colors(&said.of_points);
    let mut surface = Surface::default();
    surface.colors = colors.unwrap_or_default();
    let faces = said.polygons.iter().chain(said.strips.iter());
    let triangles: u64 = faces.map(|face| face.len().saturating_sub(2) as u64).sum();
    let of_points = (said.points.len() as u64).saturating_mul(BYTES_PER_VERTEX);
    progress.allow(of_points.saturating_add(triangles.saturating_mul(3 * BYTES_PER_CORNER)))?;
    surface.places.clone_from(&said.points);
    said.polygons.iter().for_each(|polygon| surface.polygon(polygon));
    for strip in said.strips.iter() {
        for (at, corners) in strip.windows(3).enumerate() {
            // Every other triangle of a strip is turned round.
            let [a, b, c] = [corners[0], corners[1], corners[2]];
            let corners = if at % 2 == 0 { [a, b, c] } else { [b, a, c] };
            surface.polygon(&corners);
        }
    }
    let layer = surface.into_layer(name)?;
    let LayerData::Mesh(mesh) = layer.data else { return Ok(layer) };
    let mut mesh = Arc::unwrap_or_clone(mesh);
    let of_faces = of_faces(&mut said.polygons, &mut said.strips);
    let mut notice = layer.notice;
    if !of_faces.is_empty() {
        let corners = said.polygons.points.len() + said.strips.points.len();
        progress.allow(Corners::bytes(said.points.len(), corners, of_faces.len()))?;
        let corners = Corners::of(said.points.len(), said.polygons.iter().chain(said.strips.iter()));
        attributes.extend(of_faces.into_iter().map(|array| corners.at_corners(array)));
        notice = with(notice, corners::NOTICE.into());
    }
    mesh.attributes = unique(attributes);
    Ok(LoadedLayer::exact(layer.name, LayerData::Mesh(Arc::new(mesh)), notice))
}

/// What is said of polygons and strips alike.
fn of_faces(polygons: &mut Cells, strips: &mut Cells) -> Vec<Array> {
    let count = polygons.ends.len() + strips.ends.len();
    let mut arrays = std::mem::take(&mut polygons.arrays);
    append(&mut arrays, std::mem::take(&mut strips.arrays));
    arrays.retain(|array| array.len() == count);
    arrays
}

fn tracts(said: &mut Said, name: String, progress: &Progress) -> Result<LoadedLayer, Problem> {
    // Lines may name a point many times, and each time all that is said of it is repeated.
    let each: u64 = said.of_points.iter().map(|array| array.values.bytes_each() as u64).sum();
    progress.allow((said.lines.points.len() as u64).saturating_mul(each + BYTES_PER_PLACE))?;
    let mut tracts = Tracts { starts: vec![0], ..Tracts::default() };
    let mut order = Vec::new();
    let is_sound = |point: &u32| {
        said.points.get(*point as usize).is_some_and(|place| place.to_array().into_iter().all(is_plausible))
    };
    let mut places = Vec::new();
    let mut left_out = 0;
    for (index, line) in (0..).zip(said.lines.iter()) {
        if line.len() < 2 || order.len() + line.len() > u32::MAX as usize || !line.iter().all(is_sound) {
            left_out += 1;
            continue;
        }
        places.extend(line.iter().map(|point| said.points[*point as usize]));
        order.extend_from_slice(line);
        tracts.starts.push(order.len() as u32);
        tracts.file_index.push(index);
    }
    let Some(first) = places.first().copied() else {
        return Err(Problem::Nothing { detail: "none of its lines has two points that are there".into() });
    };
    let (min, max) = places.iter().fold((first, first), |(min, max), place| (min.min(*place), max.max(*place)));
    tracts.origin = (min + max) * 0.5;
    tracts.positions = places.iter().map(|place| (*place - tracts.origin).as_vec3()).collect::<Vec<Vec3>>();
    tracts.bounds = Aabb::of_points(&tracts.positions);
    let of_points = said.of_points.iter().map(|array| array.clone().into_attribute());
    tracts.attributes = unique(of_points.filter_map(|attribute| attribute.picked_out(&order)).collect());
    let of_lines = std::mem::take(&mut said.lines.arrays).into_iter().map(Array::into_attribute);
    let of_lines = of_lines.filter_map(|attribute| attribute.picked_out(&tracts.file_index));
    tracts.line_attributes = unique(std::iter::once(tracts.lengths(None)).chain(of_lines).collect());
    let notice = (left_out > 0).then(|| format!("Left out {left_out} lines: they have not two points that are there."));
    Ok(LoadedLayer::new(name, LayerData::Tracts(Arc::new(tracts)), notice))
}

/// Those that the vertices name; all where there are no vertices.
fn points(said: Said, name: String, progress: &Progress) -> Result<LoadedLayer, Problem> {
    let (colors, attributes) = with_colors(&said.of_points);
    let part = |axis: usize| Values::F64(said.points.iter().map(|place: &DVec3| place[axis]).collect());
    let mut columns: Vec<Attribute> =
        ["x", "y", "z"].into_iter().enumerate().map(|(axis, name)| Attribute::new(name, part(axis))).collect();
    columns.extend(attributes);
    if said.vertices.is_empty() {
        return Cloud { columns, has_names: true, colors }.into_layer(name, progress);
    }
    let (named, lists) = (said.vertices.points.len(), said.vertices.arrays.len());
    progress.allow(Corners::bytes(said.points.len(), named, lists))?;
    let corners = Corners::of(said.points.len(), said.vertices.iter());
    columns.extend(said.vertices.arrays.iter().map(|array| corners.at_corners(array.clone())));
    let mut named: Vec<u32> = said.vertices.points.clone();
    named.retain(|point| (*point as usize) < said.points.len());
    named.sort_unstable();
    named.dedup();
    let columns = columns.into_iter().filter_map(|column| column.picked_out(&named)).collect();
    let colors = colors.map(|list| named.iter().map(|point| list[*point as usize]).collect());
    Cloud { columns, has_names: true, colors }.into_layer(name, progress)
}
