//! What is said of faces, said of their corners: a mesh has numbers at its vertices.

use super::said::Array;
use crate::{Attribute, Values};

/// To be told wherever [`at_corners`] was used.
pub(super) const NOTICE: &str =
    "What is said of faces is shown at their corners: the mean of the faces there, of whole numbers the most frequent.";

/// Which cells each point is a corner of.
pub(super) struct Corners {
    /// Those of point `i` are `cells[starts[i]..starts[i + 1]]`, the first first.
    starts: Vec<usize>,
    cells: Vec<u32>,
}

impl Corners {
    /// What it takes to say so many lists of cells at their corners.
    pub(super) fn bytes(points: usize, corners: usize, lists: usize) -> u64 {
        let of_points = (points as u64).saturating_mul(20 + 8 * lists as u64);
        of_points.saturating_add((corners as u64).saturating_mul(4))
    }

    /// Of all points; cells may name some that are not there.
    pub(super) fn of<'c>(points: usize, cells: impl Iterator<Item = &'c [u32]> + Clone) -> Corners {
        // Each once, also where a cell names it twice.
        let each = |take: &mut dyn FnMut(usize, u32)| {
            let mut seen = vec![u32::MAX; points];
            for (cell, corners) in (0..u32::MAX).zip(cells.clone()) {
                for corner in corners {
                    if let Some(last) = seen.get_mut(*corner as usize).filter(|last| **last != cell) {
                        *last = cell;
                        take(*corner as usize, cell);
                    }
                }
            }
        };
        let mut starts = vec![0; points + 1];
        each(&mut |point, _| starts[point + 1] += 1);
        for point in 0..points {
            starts[point + 1] += starts[point];
        }
        let mut next = starts.clone();
        let mut list = vec![0; starts.last().copied().unwrap_or(0)];
        each(&mut |point, cell| {
            list[next[point]] = cell;
            next[point] += 1;
        });
        Corners { starts, cells: list }
    }

    /// What is said of cells, at the points: the mean, as vtkCellDataToPointData has it, or of whole numbers and kinds the most
    /// frequent, the least of several. A point of no cell, which is not drawn, has no number, or that of the first cell.
    pub(super) fn at_corners(&self, array: Array) -> Attribute {
        let is_whole = array.parts == 1 && (array.is_whole || array.categories.is_some());
        let of_cells = array.into_attribute();
        let mut values = match &of_cells.values {
            whole if is_whole => whole.picked_out(&[]).unwrap_or_default(),
            Values::F64(_) => Values::F64(Vec::new()),
            _ => Values::F32(Vec::new()),
        };
        let mut here = Vec::new();
        for ends in self.starts.windows(2) {
            here.clear();
            let cells = self.cells.get(ends[0]..ends[1]).unwrap_or_default();
            here.extend(cells.iter().map(|cell| of_cells.values.get(*cell as usize)).filter(|value| !value.is_nan()));
            let value = match here.len() {
                0 if is_whole => of_cells.values.get(0),
                0 => f64::NAN,
                _ if is_whole => most_frequent(&mut here),
                count => here.iter().sum::<f64>() / count as f64,
            };
            values.push_f64(value);
        }
        match of_cells.categories {
            Some(categories) => Attribute::of_categories(of_cells.name, values, categories),
            None => Attribute::new(of_cells.name, values),
        }
    }
}

/// The least of them, where several are.
fn most_frequent(list: &mut [f64]) -> f64 {
    list.sort_unstable_by(f64::total_cmp);
    let mut best = (0, f64::NAN);
    for run in list.chunk_by(|one, next| one == next) {
        if run.len() > best.0 {
            best = (run.len(), run[0]);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: Values) -> Values {
        // Two triangles at an edge and a third at one of its ends; the last point is of none.
        let cells: [&[u32]; 3] = [&[0, 1, 2], &[1, 2, 3, 1], &[2, 9, 4]];
        let corners = Corners::of(6, cells.iter().copied());
        corners.at_corners(Array::new("a".into(), values, 1)).values
    }

    #[test]
    fn real_numbers_are_averaged_and_whole_ones_are_not() {
        let Values::F32(list) = of(Values::F32(vec![1.0, 4.0, f32::NAN])) else { panic!("they are no longer real") };
        assert_eq!(list[..4], [1.0, 2.5, 2.5, 4.0]);
        assert!(list[4].is_nan() && list[5].is_nan());
        assert_eq!(of(Values::U8(vec![7, 3, 3])), Values::U8(vec![7, 3, 3, 3, 3, 7]));
        assert_eq!(of(Values::I16(vec![-7, 3, 4])), Values::I16(vec![-7, -7, -7, 3, 4, -7]));
    }
}
