//! What a VTK file says before its layers are made, in whichever form it is written.

use crate::{Attribute, Category, Values};
use glam::{DMat4, DVec3};
use std::ops::Range;
use std::sync::Arc;

/// Polydata.
#[derive(Default)]
pub(super) struct Said {
    pub(super) points: Vec<DVec3>,
    pub(super) of_points: Vec<Array>,
    pub(super) vertices: Cells,
    pub(super) lines: Cells,
    pub(super) polygons: Cells,
    pub(super) strips: Cells,
}

/// Structured points, or an image.
pub(super) struct Grid {
    /// Points along each axis.
    pub(super) size: [u64; 3],
    /// From the numbers of a point to its place.
    pub(super) placed: DMat4,
    pub(super) of_points: Vec<Array>,
    pub(super) of_cells: Vec<Array>,
}

/// A list of what is said of each point or cell: `parts` numbers each.
#[derive(Clone)]
pub(super) struct Array {
    pub(super) name: String,
    pub(super) values: Values,
    pub(super) parts: u64,
    /// Whether the file has whole numbers, whatever they are in memory.
    pub(super) is_whole: bool,
    /// Whether its parts are red, green, blue and perhaps opacity.
    pub(super) is_color: bool,
    /// Where it was texts.
    pub(super) categories: Option<Arc<[Category]>>,
}

/// Lists of points, one after the other, and what is said of each list.
#[derive(Default)]
pub(super) struct Cells {
    pub(super) points: Vec<u32>,
    /// Cell `i` is `points[ends[i - 1]..ends[i]]`.
    pub(super) ends: Vec<usize>,
    pub(super) arrays: Vec<Array>,
}

impl Said {
    /// Adds a piece, whose cells name its own points.
    pub(super) fn append(&mut self, piece: Said) {
        let before = u32::try_from(self.points.len()).unwrap_or(u32::MAX);
        self.points.extend(piece.points);
        append(&mut self.of_points, piece.of_points);
        self.vertices.append(piece.vertices, before);
        self.lines.append(piece.lines, before);
        self.polygons.append(piece.polygons, before);
        self.strips.append(piece.strips, before);
    }

    /// Gives what is said of all cells to the kinds of cells: VTK counts vertices first, then lines, polygons and strips.
    pub(super) fn divide(&mut self, of_cells: &[Array]) {
        let mut first = 0;
        for cells in [&mut self.vertices, &mut self.lines, &mut self.polygons, &mut self.strips] {
            let these = first..first + cells.ends.len();
            first = these.end;
            if !these.is_empty() {
                cells.arrays = of_cells.iter().filter_map(|array| array.rows(these.clone())).collect();
            }
        }
    }
}

impl Cells {
    pub(super) fn iter(&self) -> impl Iterator<Item = &[u32]> + Clone {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| self.points.get(start..*end).unwrap_or_default())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Out of lists of numbers: where each cell ends, and the points of all. What no point can be is `u32::MAX`; `None` when
    /// the ends do not grow, or reach too far.
    pub(super) fn of(ends: &Values, skipped: usize, points: &Values) -> Option<Cells> {
        let mut cells = Cells::default();
        points.each(0..points.len(), |value| cells.points.push(index(value)));
        let (mut is_sound, mut last) = (true, 0);
        ends.each(skipped.min(ends.len())..ends.len(), |end| {
            is_sound &= end >= last as f64 && end <= cells.points.len() as f64;
            last = end as usize;
            cells.ends.push(last);
        });
        is_sound.then_some(cells)
    }

    fn append(&mut self, more: Cells, before: u32) {
        let start = self.points.len();
        self.points.extend(more.points.iter().map(|point| point.saturating_add(before)));
        self.ends.extend(more.ends.iter().map(|end| start + end));
        append(&mut self.arrays, more.arrays);
    }
}

/// A number as that of a point.
pub(super) fn index(value: f64) -> u32 {
    if (0.0..f64::from(u32::MAX)).contains(&value) { value as u32 } else { u32::MAX }
}

impl Array {
    pub(super) fn new(name: String, values: Values, parts: u64) -> Array {
        let is_whole = values.are_whole();
        Array { name, values, parts: parts.max(1), is_whole, is_color: false, categories: None }
    }

    /// How many points or cells it speaks of.
    pub(super) fn len(&self) -> usize {
        self.values.len() / self.parts as usize
    }

    /// What is said of some; `None` when it does not reach so far.
    fn rows(&self, rows: Range<usize>) -> Option<Array> {
        let parts = self.parts as usize;
        let (start, end) = (rows.start.checked_mul(parts)?, rows.end.checked_mul(parts)?);
        if start == 0 && end == self.values.len() {
            return Some(self.clone());
        }
        let places: Vec<u32> = (u32::try_from(start).ok()?..u32::try_from(end).ok()?).collect();
        Some(Array { values: self.values.picked_out(&places)?, ..self.clone_without_values() })
    }

    fn clone_without_values(&self) -> Array {
        Array { name: self.name.clone(), categories: self.categories.clone(), values: Values::default(), ..*self }
    }

    /// One number each as it is; of several, the length of the vector.
    pub(super) fn into_attribute(self) -> Attribute {
        if self.parts > 1 {
            let parts = self.parts as usize;
            let length = |row: usize| {
                let mut sum = 0.0;
                self.values.each(row * parts..(row + 1) * parts, |part| sum += part * part);
                sum.sqrt() as f32
            };
            return Attribute::new(self.name, Values::F32((0..self.values.len() / parts).map(length).collect()));
        }
        let narrowed = self.narrowed();
        match narrowed.categories {
            Some(categories) => Attribute::of_categories(narrowed.name, narrowed.values, categories),
            None => Attribute::new(narrowed.name, narrowed.values),
        }
    }

    /// Whole numbers of 64 bits, which are real in memory, as whole ones again where narrower ones hold them.
    pub(super) fn narrowed(mut self) -> Array {
        self.values = match self.values {
            Values::F64(list) if self.is_whole => Values::narrowest(list),
            values => values,
        };
        self
    }

    /// Whether the other is more of the same.
    pub(super) fn is_like(&self, other: &Array) -> bool {
        let is_same_type = std::mem::discriminant(&self.values) == std::mem::discriminant(&other.values);
        self.name == other.name && self.parts == other.parts && is_same_type && self.categories == other.categories
    }
}

/// Adds what a further piece says. What not every piece says ends up too short, and is left out when layers are made.
pub(super) fn append(into: &mut Vec<Array>, more: Vec<Array>) {
    if into.is_empty() {
        *into = more;
        return;
    }
    let mut is_used = vec![false; into.len()];
    for array in more {
        let same = into.iter().zip(&is_used).position(|(one, used)| !used && one.is_like(&array));
        match same {
            Some(at) => {
                is_used[at] = true;
                let values = &mut into[at].values;
                array.values.each(0..array.values.len(), |value| values.push_f64(value));
            }
            None => {
                is_used.push(true);
                into.push(array);
            }
        }
    }
}

/// Colours, where a list is some.
impl Array {
    pub(super) fn has_colors(&self) -> bool {
        self.is_color && matches!(self.values, Values::U8(_)) && matches!(self.parts, 3 | 4)
    }

    pub(super) fn colors(&self) -> Option<Vec<[u8; 4]>> {
        let Values::U8(bytes) = &self.values else { return None };
        let parts = self.parts as usize;
        self.has_colors().then(|| bytes.chunks_exact(parts).map(|color| [color[0], color[1], color[2], 255]).collect())
    }
}
