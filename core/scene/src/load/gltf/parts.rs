//! What primitives are put together to: triangles a mesh, lines streamlines, points a cloud.

use super::malformed;
use crate::load::cloud::Cloud;
use crate::load::columns::unique;
use crate::load::surface::{BYTES_PER_CORNER, BYTES_PER_VERTEX, Surface};
use crate::load::{LoadedLayer, Problem, Progress, is_plausible};
use crate::{Aabb, Attribute, ColorBy, LayerData, Tracts, Values, text};
use glam::{DVec3, Vec3};
use std::sync::Arc;

/// Memory for a point while its lists are built, and while they are put in order.
const BYTES_PER_POINT: u64 = 128;
/// Memory for a place along a line, with its colour, and for the line that may end there.
const BYTES_PER_PLACE: u64 = 80;

/// What a primitive says.
pub(super) struct Primitive {
    pub(super) mode: u32,
    /// Where its vertices are.
    pub(super) places: Vec<DVec3>,
    /// Of each vertex, sRGB and 255; `None` when all are white.
    pub(super) colors: Option<Vec<[u8; 4]>>,
    /// Vertices in the order in which they are used; those that are not there are `u32::MAX`.
    pub(super) corners: Vec<u32>,
}

/// What was put together so far.
#[derive(Default)]
pub(super) struct Parts {
    surface: Surface,
    has_colored_faces: bool,
    points: Dots,
    lines: Dots,
    /// Line `i` is the places of `lines` from `starts[i]` up to the next one's.
    starts: Vec<u32>,
    /// The how manieth each line is, and how many there were.
    file_index: Vec<u32>,
    line_count: u32,
}

/// Places and their colours.
#[derive(Default)]
struct Dots {
    places: Vec<DVec3>,
    colors: Vec<[u8; 4]>,
    has_colors: bool,
}

impl Dots {
    fn add(&mut self, primitive: &Primitive, corner: u32) {
        let Some(place) = primitive.places.get(corner as usize) else { return };
        self.places.push(*place);
        self.colors.push(primitive.color(corner));
    }
}

impl Primitive {
    fn color(&self, corner: u32) -> [u8; 4] {
        self.colors.as_ref().and_then(|list| list.get(corner as usize)).copied().unwrap_or([255; 4])
    }

    fn is_there(&self, corner: u32) -> bool {
        self.places.get(corner as usize).is_some_and(|place| place.to_array().into_iter().all(is_plausible))
    }
}

impl Parts {
    pub(super) fn add(&mut self, primitive: &Primitive, progress: &Progress) -> Result<(), Problem> {
        let corners = &primitive.corners;
        // A pair has two places, and of a strip each vertex is one.
        let more = corners.len() as u64 + 1;
        progress.allow(self.bytes().saturating_add(match primitive.mode {
            0 => more * BYTES_PER_POINT,
            1..=3 => more * BYTES_PER_PLACE,
            mode => {
                // In strips and fans each vertex is the corner of three.
                let each = if mode == 4 { BYTES_PER_CORNER } else { 3 * BYTES_PER_CORNER };
                primitive.places.len() as u64 * BYTES_PER_VERTEX + more * each
            }
        }))?;
        match primitive.mode {
            0 => {
                self.points.has_colors |= primitive.colors.is_some();
                corners.iter().for_each(|corner| self.points.add(primitive, *corner));
            }
            1 => corners.as_chunks::<2>().0.iter().try_for_each(|pair| self.line(primitive, pair.iter()))?,
            2 => self.line(primitive, corners.iter())?,
            3 => self.line(primitive, corners.iter().chain(corners.first()))?,
            _ => self.faces(primitive)?,
        }
        Ok(())
    }

    /// What all of it takes.
    fn bytes(&self) -> u64 {
        let of_points = self.points.places.len() as u64 * BYTES_PER_POINT;
        self.surface.bytes() + of_points + self.lines.places.len() as u64 * BYTES_PER_PLACE
    }

    /// Adds a line, unless one of its places is not there.
    fn line<'c>(
        &mut self,
        primitive: &Primitive,
        corners: impl Iterator<Item = &'c u32> + Clone,
    ) -> Result<(), Problem> {
        let start = self.lines.places.len();
        let index = self.line_count;
        self.line_count = self.line_count.saturating_add(1);
        let is_line = corners.clone().count() > 1 && corners.clone().all(|corner| primitive.is_there(*corner));
        if is_line {
            corners.for_each(|corner| self.lines.add(primitive, *corner));
            self.lines.has_colors |= primitive.colors.is_some();
            let is_countable = u32::try_from(self.lines.places.len()).is_ok();
            let start = u32::try_from(start).ok().filter(|_| is_countable);
            self.starts.push(start.ok_or_else(|| malformed("it has more than 4,294,967,295 places of lines".into()))?);
            self.file_index.push(index);
        }
        Ok(())
    }

    fn faces(&mut self, primitive: &Primitive) -> Result<(), Problem> {
        let first = u32::try_from(self.surface.places.len()).unwrap_or(u32::MAX);
        // A number that is no vertex of this list must be none of another list either.
        let corners: Vec<u32> = primitive.corners.iter().map(|corner| corner.saturating_add(first)).collect();
        match primitive.mode {
            4 => corners.as_chunks::<3>().0.iter().for_each(|triangle| self.surface.polygon(triangle)),
            5 => {
                for (at, triangle) in corners.windows(3).enumerate() {
                    let [a, b, c] = [triangle[0], triangle[1], triangle[2]];
                    self.surface.polygon(&if at % 2 == 0 { [a, b, c] } else { [b, a, c] });
                }
            }
            6 => corners.get(1..).unwrap_or_default().windows(2).for_each(|pair| {
                self.surface.polygon(&[corners[0], pair[0], pair[1]]);
            }),
            other => return Err(malformed(format!("it has a primitive of the unknown mode {other}"))),
        }
        self.surface.places.extend_from_slice(&primitive.places);
        self.surface.colors.extend((0..primitive.places.len() as u32).map(|vertex| primitive.color(vertex)));
        self.has_colored_faces |= primitive.colors.is_some();
        Ok(())
    }

    /// A layer for each kind that is there.
    pub(super) fn into_layers(mut self, name: String, progress: &Progress) -> Result<Vec<LoadedLayer>, Problem> {
        let mut layers = Vec::new();
        let has_others = self.line_count > 0 || !self.points.places.is_empty();
        if !self.surface.is_empty() || !has_others {
            if !self.has_colored_faces {
                self.surface.colors.clear();
            }
            layers.push(std::mem::take(&mut self.surface).into_layer(name.clone())?);
        }
        if self.line_count > 0 {
            layers.push(self.tracts(name.clone())?);
        }
        if !self.points.places.is_empty() {
            layers.push(self.points.into_layer(name, progress)?);
        }
        Ok(layers)
    }

    fn tracts(&mut self, name: String) -> Result<LoadedLayer, Problem> {
        let Dots { places, colors, has_colors } = std::mem::take(&mut self.lines);
        let Some(first) = places.first().copied() else {
            return Err(Problem::Nothing { detail: "none of its lines has two points that are there".into() });
        };
        let (min, max) = places.iter().fold((first, first), |(min, max), place| (min.min(*place), max.max(*place)));
        let origin = (min + max) * 0.5;
        let positions: Vec<Vec3> = places.iter().map(|place| (*place - origin).as_vec3()).collect();
        let (mut starts, file_index) = (std::mem::take(&mut self.starts), std::mem::take(&mut self.file_index));
        starts.push(positions.len() as u32);
        let left_out = self.line_count as usize - file_index.len();
        let bounds = Aabb::of_points(&positions);
        let mut tracts = Tracts { origin, positions, starts, file_index, bounds, ..Tracts::default() };
        tracts.line_attributes = unique(vec![tracts.lengths(None)]);
        let only = colors.first().copied().filter(|first| colors.iter().all(|color| color == first));
        if has_colors && only.is_none() {
            // Streamlines have no colours of their own: these are numbers of their points like any other.
            let part = |axis: usize| Values::U8(colors.iter().map(|color| color[axis]).collect());
            let parts = ["red", "green", "blue"].into_iter().enumerate();
            tracts.attributes = unique(parts.map(|(axis, name)| Attribute::new(name, part(axis))).collect());
        }
        let notice = (left_out > 0).then(|| {
            let some = text::counted(left_out, "line", "lines");
            format!("Left out {some} without two points that are there.")
        });
        let mut layer = LoadedLayer::new(name, LayerData::Tracts(Arc::new(tracts)), notice);
        if let Some([red, green, blue, _]) = only.filter(|_| has_colors) {
            (layer.style.color_by, layer.style.color) = (ColorBy::Single, [red, green, blue]);
        }
        Ok(layer)
    }
}

impl Dots {
    fn into_layer(self, name: String, progress: &Progress) -> Result<LoadedLayer, Problem> {
        let part = |axis: usize| Values::F64(self.places.iter().map(|place| place[axis]).collect());
        let names = ["x", "y", "z"].into_iter().enumerate();
        let columns = names.map(|(axis, name)| Attribute::new(name, part(axis))).collect();
        let colors = self.has_colors.then_some(self.colors);
        Cloud { columns, has_names: true, colors }.into_layer(name, progress)
    }
}
