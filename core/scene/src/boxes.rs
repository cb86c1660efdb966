//! [`Boxes`]: roughly where the elements of a layer are, for those who look for few of many.

use crate::curve::Curve;
use crate::{Aabb, LayerData, Mesh, Points, Tracts};
use std::ops::Range;

/// A tree of boxes about short runs of a layer's elements: points, triangles, or the points at which segments of streamlines
/// start.
///
/// What is neighbouring in the list is mostly near each other: points are arranged so, and triangles and streamlines come so
/// out of their files. So a run is a box, and only the boxes are sorted. **Every element lies in the box of its run, and that in
/// the box above it.** It takes a byte a point, and two a triangle or a point of a streamline; six a
/// triangle where triangles must be sorted.
#[derive(Debug, Default)]
pub(crate) struct Boxes {
    /// How many elements there are.
    count: usize,
    /// Elements of a run; the last one may be shorter.
    run: usize,
    order: Order,
    /// The boxes of the runs along a curve, then those about [`FAN`] of the level before each, up to at most so many.
    levels: Vec<Vec<Aabb>>,
}

/// What is in the boxes of the lowest level.
#[derive(Debug)]
enum Order {
    /// In box `i` the run `list[i]` of consecutive elements.
    Runs(Vec<u32>),
    /// In box `i` the elements of the `i`th run of this list.
    Elements(Vec<u32>),
}

impl Default for Order {
    fn default() -> Order {
        Order::Runs(Vec::new())
    }
}

/// One who looks for something in [`Boxes`].
pub(crate) trait Seeker {
    /// How far away a box is, by any measure; `None` when nothing in it can be what is looked for.
    fn distance(&self, bounds: &Aabb) -> Option<f32>;
    /// Looks at these elements.
    fn meet(&mut self, elements: Range<usize>);
}

/// Boxes in a box.
const FAN: usize = 8;
/// Points of a run: fewer take more memory, more take longer to look through.
const POINTS: usize = 32;
/// The same of triangles, and of segments, which are longer than they are apart.
const TRIANGLES: usize = 16;
const SEGMENTS: usize = 16;
/// Of a mesh in which a straight line is expected to meet the boxes of more triangles than this, the triangles are sorted.
const MANY_TRIANGLES: f32 = 20_000.0;

impl Boxes {
    /// About the elements that a layer is made of; none about those that move, or that need none.
    pub(crate) fn of(data: &LayerData) -> Boxes {
        match data {
            LayerData::Points(points) => Boxes::of_points(points),
            LayerData::Mesh(mesh) => Boxes::of_mesh(mesh),
            LayerData::Tracts(tracts) => Boxes::of_tracts(tracts),
            LayerData::Network(_) | LayerData::Volume(_) => Boxes::default(),
        }
    }

    fn of_points(points: &Points) -> Boxes {
        Boxes::about_runs(points.positions.len(), POINTS, |run| Aabb::of_points(&points.positions[run]))
    }

    fn of_tracts(tracts: &Tracts) -> Boxes {
        let ends = |(_, at): (usize, usize)| Aabb::of_points(&tracts.positions[at..at + 2]);
        Boxes::about_runs(tracts.positions.len(), SEGMENTS, |run| {
            tracts.segments(run).filter_map(ends).reduce(Aabb::union)
        })
    }

    fn of_mesh(mesh: &Mesh) -> Boxes {
        let bounds = |triangle| mesh.triangle(triangle).and_then(|corners| Aabb::of_points(&corners));
        let count = mesh.triangle_count();
        let boxes = Boxes::about_runs(count, TRIANGLES, |run| run.filter_map(bounds).reduce(Aabb::union));
        if boxes.expected() <= MANY_TRIANGLES { boxes } else { Boxes::about_sorted(count, TRIANGLES, bounds) }
    }

    /// About runs of elements as they come; `bounds` gives the box about a range of them.
    fn about_runs(count: usize, run: usize, bounds: impl Fn(Range<usize>) -> Option<Aabb>) -> Boxes {
        let of_run = |at: usize| bounds(at * run..(at * run + run).min(count));
        let found = (0..count.div_ceil(run)).filter_map(|at| Some((at as u32, of_run(at)?)));
        let (runs, mut boxes): (Vec<u32>, Vec<Aabb>) = found.unzip();
        let sorted = along_curve(&boxes);
        boxes = sorted.iter().map(|at| boxes[*at as usize]).collect();
        let runs = sorted.iter().map(|at| runs[*at as usize]).collect();
        Boxes { count, run, order: Order::Runs(runs), levels: levels(boxes) }
    }

    /// About elements that come in any order.
    fn about_sorted(count: usize, run: usize, bounds: impl Fn(usize) -> Option<Aabb>) -> Boxes {
        let found = (0..count).filter_map(|at| Some((at as u32, bounds(at)?)));
        let (elements, boxes): (Vec<u32>, Vec<Aabb>) = found.unzip();
        let sorted = along_curve(&boxes);
        let about = |run: &[u32]| run.iter().map(|at| boxes[*at as usize]).reduce(Aabb::union);
        let lowest = sorted.chunks(run).filter_map(about).collect();
        let elements = sorted.iter().map(|at| elements[*at as usize]).collect();
        Boxes { count, run, order: Order::Elements(elements), levels: levels(lowest) }
    }

    /// The box about everything; `None` when there is nothing.
    pub(crate) fn bounds(&self) -> Option<Aabb> {
        self.levels.last()?.iter().copied().reduce(Aabb::union)
    }

    /// Elements in the boxes that a straight line through all of it meets on average: a line meets a box within another as
    /// often as their surfaces compare (L. A. Santaló, "Integral geometry and geometric probability", 1976).
    fn expected(&self) -> f32 {
        let (Some(lowest), Some(whole)) = (self.levels.first(), self.bounds()) else { return 0.0 };
        let met: f64 = lowest.iter().map(|bounds| surface(*bounds)).sum();
        (met / surface(whole).max(f64::MIN_POSITIVE)) as f32 * self.run as f32
    }

    /// Shows a seeker the elements in all boxes that it does not rule out, the nearest boxes first.
    pub(crate) fn show(&self, seeker: &mut impl Seeker) {
        if let Some((top, boxes)) = self.levels.iter().enumerate().next_back() {
            self.descend(top, 0..boxes.len(), seeker);
        }
    }

    fn descend(&self, level: usize, range: Range<usize>, seeker: &mut impl Seeker) {
        let boxes = &self.levels[level];
        let mut wanted = [(0.0f32, 0usize); FAN];
        let mut count = 0;
        for at in range.take(FAN) {
            if let Some(distance) = seeker.distance(&boxes[at]) {
                wanted[count] = (distance, at);
                count += 1;
            }
        }
        let wanted = &mut wanted[..count];
        wanted.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        for (rank, (_, at)) in wanted.iter().enumerate() {
            // What was found in the boxes before may rule this one out.
            if rank > 0 && seeker.distance(&boxes[*at]).is_none() {
                continue;
            }
            match level.checked_sub(1) {
                None => self.open(*at, seeker),
                Some(below) => self.descend(below, at * FAN..(at * FAN + FAN).min(self.levels[below].len()), seeker),
            }
        }
    }

    /// Shows the elements of a box of the lowest level.
    fn open(&self, at: usize, seeker: &mut impl Seeker) {
        match &self.order {
            Order::Runs(runs) => {
                let start = runs[at] as usize * self.run;
                seeker.meet(start..(start + self.run).min(self.count));
            }
            Order::Elements(elements) => {
                for element in elements.chunks(self.run).nth(at).unwrap_or_default() {
                    seeker.meet(*element as usize..*element as usize + 1);
                }
            }
        }
    }
}

/// The order of boxes along a curve through all of them.
fn along_curve(boxes: &[Aabb]) -> Vec<u32> {
    let Some(whole) = boxes.iter().copied().reduce(Aabb::union) else { return Vec::new() };
    let curve = Curve::through(whole);
    let key = |(at, bounds): (u64, &Aabb)| u64::from(curve.along(bounds.center())) << 32 | at;
    let mut keys: Vec<u64> = (0..).zip(boxes).map(key).collect();
    keys.sort_unstable();
    keys.into_iter().map(|key| key as u32).collect()
}

/// Boxes, and all that are above them.
fn levels(lowest: Vec<Aabb>) -> Vec<Vec<Aabb>> {
    let mut levels = vec![lowest];
    while let Some(last) = levels.last().filter(|last| last.len() > FAN) {
        let above = last.chunks(FAN).filter_map(|boxes| boxes.iter().copied().reduce(Aabb::union)).collect();
        levels.push(above);
    }
    levels
}

/// Half of it, which is all that is needed to compare two.
fn surface(bounds: Aabb) -> f64 {
    let [x, y, z] = (bounds.max - bounds.min).as_dvec3().to_array();
    x * y + y * z + z * x
}
