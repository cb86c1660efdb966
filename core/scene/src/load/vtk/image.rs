//! Images of VTK's XML files: where their points stand, and their numbers out of the pieces that hold them.

use super::arrays::Budget;
use super::said::{Array, Grid};
use crate::Values;
use crate::load::Problem;
use crate::load::xml::attribute;
use glam::{DMat3, DMat4, DVec3};

/// The first and the last point along each axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Extent([[i64; 2]; 3]);

/// What is said of the image as a whole.
#[derive(Debug, Clone, Copy)]
pub(super) struct Whole {
    pub(super) extent: Option<Extent>,
    /// From the numbers of a point, as extents count, to its place.
    placed: DMat4,
}

/// A part of an image, with its numbers.
pub(super) struct Part {
    pub(super) extent: Extent,
    pub(super) of_points: Vec<Array>,
    pub(super) of_cells: Vec<Array>,
}

fn malformed(detail: String) -> Problem {
    Problem::Malformed { kind: "VTK", detail }
}

impl Extent {
    pub(super) fn of(text: &str) -> Result<Extent, Problem> {
        let wrong = || malformed(format!("an extent is “{text}”, and six whole numbers were expected"));
        let numbers: Result<Vec<i64>, _> = text.split_ascii_whitespace().map(str::parse).collect();
        let array: [i64; 6] = numbers.ok().and_then(|list| list.try_into().ok()).ok_or_else(wrong)?;
        let is_sound = array.iter().all(|number| number.unsigned_abs() < 1 << 31);
        let [x, y, z] = [0, 2, 4].map(|at| [array[at], array[at + 1]]);
        is_sound.then_some(Extent([x, y, z])).ok_or_else(wrong)
    }

    /// How many points there are along each axis; zeros where it is empty.
    fn points(self) -> [u64; 3] {
        self.0.map(|[first, last]| u64::try_from(last - first + 1).unwrap_or(0))
    }

    /// A grid that is flat along an axis has one cell there.
    fn cells(self) -> [u64; 3] {
        self.points().map(|side| if side == 0 { 0 } else { (side - 1).max(1) })
    }

    /// How many points, and how many cells; `None` when no memory holds as many.
    pub(super) fn counts(self) -> Option<[u64; 2]> {
        Some([count(self.points())?, count(self.cells())?])
    }
}

fn count(sides: [u64; 3]) -> Option<u64> {
    let count = sides.iter().try_fold(1u64, |product, side| product.checked_mul(*side));
    count.filter(|count| *count < 1 << 40)
}

impl Whole {
    pub(super) fn of(attributes: &[(String, String)]) -> Result<Whole, Problem> {
        let numbers = |name: &str, usual: &[f64]| -> Result<Vec<f64>, Problem> {
            let Some(text) = attribute(attributes, name) else { return Ok(usual.to_vec()) };
            let finite = |word: &str| word.parse().ok().filter(|number: &f64| number.is_finite());
            let list: Option<Vec<f64>> = text.split_ascii_whitespace().map(finite).collect();
            list.filter(|list| list.len() == usual.len())
                .ok_or_else(|| malformed(format!("its {name} is “{text}”, and {} numbers were expected", usual.len())))
        };
        let origin = numbers("Origin", &[0.0; 3])?;
        let spacing = numbers("Spacing", &[1.0; 3])?;
        let direction = numbers("Direction", &[1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0])?;
        let vector = |list: &[f64]| DVec3::new(list[0], list[1], list[2]);
        // It is written row after row.
        let turned = DMat3::from_cols(vector(&direction), vector(&direction[3..]), vector(&direction[6..])).transpose();
        let placed =
            DMat4::from_translation(vector(&origin)) * DMat4::from_mat3(turned) * DMat4::from_scale(vector(&spacing));
        let extent = attribute(attributes, "WholeExtent").map(Extent::of).transpose()?;
        Ok(Whole { extent, placed })
    }

    /// The image of all parts: as large as they are together.
    pub(super) fn grid(self, mut parts: Vec<Part>, budget: &mut Budget<'_>) -> Result<Grid, Problem> {
        parts.retain(|part| count(part.extent.points()) != Some(0));
        let Some(first) = parts.first() else { return Err(Problem::Nothing { detail: "it has no points".into() }) };
        let extent = parts.iter().skip(1).fold(first.extent, |all, part| {
            let [x, y, z] = [0, 1, 2].map(|axis| {
                let ([first, last], [also_first, also_last]) = (all.0[axis], part.extent.0[axis]);
                [first.min(also_first), last.max(also_last)]
            });
            Extent([x, y, z])
        });
        let start = DVec3::from(extent.0.map(|[first, _]| first as f64));
        let placed = self.placed * DMat4::from_translation(start);
        let size = extent.points();
        if parts.len() == 1
            && let Some(Part { of_points, of_cells, .. }) = parts.pop()
        {
            return Ok(Grid { size, placed, of_points, of_cells });
        }
        let of_points = joined(&parts, |part| &part.of_points, extent, Extent::points, budget)?;
        let of_cells = joined(&parts, |part| &part.of_cells, extent, Extent::cells, budget)?;
        Ok(Grid { size, placed, of_points, of_cells })
    }
}

/// Those lists that every part has, whole.
fn joined(
    parts: &[Part],
    of: impl Fn(&Part) -> &Vec<Array>,
    whole: Extent,
    sides: impl Fn(Extent) -> [u64; 3],
    budget: &mut Budget<'_>,
) -> Result<Vec<Array>, Problem> {
    if parts.iter().any(|part| of(part).is_empty()) {
        return Ok(Vec::new());
    }
    let size = sides(whole);
    let [x, y, z] = size;
    let gap = |there| malformed(format!("its pieces hold {there} of the {x} × {y} × {z} numbers that they reach over"));
    let there = parts.iter().map(|part| count(sides(part.extent)).unwrap_or(0)).fold(0, u64::saturating_add);
    let expected = count(size).filter(|expected| *expected <= there).ok_or_else(|| gap(there))?;
    let mut arrays = Vec::new();
    let mut is_whole = false;
    for first in parts.first().map(&of).into_iter().flatten() {
        let same: Vec<Option<&Array>> =
            parts.iter().map(|part| of(part).iter().find(|one| one.is_like(first))).collect();
        let Some(same) = same.into_iter().collect::<Option<Vec<&Array>>>() else { continue };
        // Neighbours share the points between them, so there may be enough of them beside a gap.
        if !is_whole {
            let there = covered(parts, whole, &sides);
            is_whole = there == expected;
            if !is_whole {
                return Err(gap(there));
            }
        }
        budget.take(expected.saturating_mul(first.parts).saturating_mul(first.values.bytes_each() as u64))?;
        let mut into = first.clone();
        crate::attribute::each_type!(&mut into.values, list => {
            list.clear();
            list.resize((expected * first.parts) as usize, Default::default());
        });
        for (part, array) in parts.iter().zip(same) {
            let at = [0, 1, 2].map(|axis| (part.extent.0[axis][0] - whole.0[axis][0]).unsigned_abs());
            scatter(&array.values, sides(part.extent), &mut into.values, size, at, first.parts);
            budget.progress.advance(1, 1)?;
        }
        arrays.push(into);
    }
    Ok(arrays)
}

/// How many places of the whole at least one part has. Looks at a layer at a time, which the parts that hold numbers for all of
/// it have outgrown by far.
fn covered(parts: &[Part], whole: Extent, sides: impl Fn(Extent) -> [u64; 3]) -> u64 {
    let [width, height, depth] = sides(whole);
    // From and to below, in each direction.
    let spans = parts.iter().map(|part| {
        let size = sides(part.extent);
        [0, 1, 2].map(|axis| {
            let from = (part.extent.0[axis][0] - whole.0[axis][0]).unsigned_abs();
            (from as usize, (from + size[axis]) as usize)
        })
    });
    let spans: Vec<[(usize, usize); 3]> = spans.collect();
    let mut layer = vec![false; (width * height) as usize];
    let mut there = 0;
    for z in 0..depth as usize {
        layer.fill(false);
        for [(left, right), (top, bottom), _] in spans.iter().filter(|[.., (near, far)]| (*near..*far).contains(&z)) {
            for row in layer.chunks_mut(width as usize).take(*bottom).skip(*top) {
                row.iter_mut().take(*right).skip(*left).for_each(|place| *place = true);
            }
        }
        there += layer.iter().filter(|place| **place).count() as u64;
    }
    there
}

/// Puts the numbers of a part, row after row, where they belong in the whole.
fn scatter(from: &Values, part: [u64; 3], into: &mut Values, whole: [u64; 3], at: [u64; 3], parts: u64) {
    let width = (part[0] * parts) as usize;
    macro_rules! rows {
        ($($kind:ident),*) => {
            match (from, into) {
                $((Values::$kind(from), Values::$kind(into)) => {
                    for row in 0..part[1] * part[2] {
                        let (y, z) = (row % part[1], row / part[1]);
                        let start = (((at[2] + z) * whole[1] + at[1] + y) * whole[0] + at[0]) * parts;
                        let source = from.get(row as usize * width..(row as usize + 1) * width);
                        let target = into.get_mut(start as usize..start as usize + width);
                        if let (Some(target), Some(source)) = (target, source) {
                            target.copy_from_slice(source);
                        }
                    }
                })*
                _ => {}
            }
        };
    }
    rows!(U8, I8, U16, I16, U32, I32, F32, F64);
}
