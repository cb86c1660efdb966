//! The point, the node or the streamline near a place in the picture.

use super::beam::{Beam, least_along};
use super::{Candidate, DIRECT, POINT_REACH, View, is_before_camera, keep_better};
use crate::boxes::{Boxes, Seeker};
use crate::{Aabb, Diameter, Paint, Tracts};
use glam::{Vec3, Vec4};
use std::ops::Range;

/// What sums of 32 bits may be wrong by, as a share of what is summed up.
pub(super) const ROUNDING: f32 = 4e-6;
/// The ends of a segment may be far outside of the picture, and with them its rounding; in px.
pub(super) const SEGMENT_SLACK: f32 = 0.5;

/// How far from the place things are found that have this radius.
#[derive(Clone, Copy)]
pub(super) struct Reach<'a> {
    view: &'a View,
    px: f32,
    radius: Diameter,
}

impl<'a> Reach<'a> {
    pub(super) fn new(view: &'a View, px: f32, radius: Diameter) -> Reach<'a> {
        Reach { view, px, radius }
    }
}

/// The nearest of points.
pub(super) fn point(reach: Reach<'_>, paint: &Paint<'_>, positions: &[Vec3], boxes: &Boxes) -> Option<Candidate> {
    let look = |elements: Range<usize>, hunt: &mut Hunt<'_>| {
        for (index, &position) in elements.clone().zip(positions.get(elements).unwrap_or_default()) {
            // Most are ruled out by this, which takes less time.
            if hunt.beam.misses_place(position) {
                continue;
            }
            let found = near_point(reach.view, index, position, reach.radius);
            if let Some(candidate) = found.filter(|_| paint.shows(index)) {
                hunt.take(candidate);
            }
        }
    };
    search(Hunt::new(reach, 0.0, boxes.bounds()), look, boxes)
}

/// The nearest of nodes that have these radii, in px.
pub(super) fn node(view: &View, paint: &Paint<'_>, nodes: impl Iterator<Item = (Vec3, f32)>) -> Option<Candidate> {
    let mut best = None;
    for (index, (position, radius)) in nodes.enumerate() {
        let found = near_point(view, index, position, Diameter::Pixels(radius));
        if let Some(candidate) = found.filter(|_| paint.shows(index)) {
            keep_better(&mut best, candidate);
        }
    }
    best
}

/// Where lines between some of these places may be within reach, which all lie in these bounds.
pub(super) fn beam(reach: Reach<'_>, bounds: Option<Aabb>) -> Beam {
    Hunt::new(reach, SEGMENT_SLACK, bounds).beam
}

/// The nearest of streamlines.
pub(super) fn line(reach: Reach<'_>, paint: &Paint<'_>, tracts: &Tracts, boxes: &Boxes) -> Option<Candidate> {
    let view = reach.view;
    let look = |elements: Range<usize>, hunt: &mut Hunt<'_>| {
        for (line, at) in tracts.segments(elements) {
            let ends = [tracts.positions[at], tracts.positions[at + 1]];
            // Most are ruled out by this, which takes less time.
            if hunt.beam.misses_line(ends) {
                continue;
            }
            let Some(part) = view.kept.between(ends[0], ends[1]) else { continue };
            let ends = part.map(|share| ends[0].lerp(ends[1], share));
            let found = near_segment(reach, ends).filter(|_| paint.shows(at) && paint.shows(at + 1));
            if let Some(candidate) = found {
                hunt.take(Candidate { index: line, order: at, ..candidate });
            }
        }
    };
    search(Hunt::new(reach, SEGMENT_SLACK, boxes.bounds()), look, boxes)
}

/// The best that `look` finds among elements that it is shown.
fn search(hunt: Hunt<'_>, look: impl FnMut(Range<usize>, &mut Hunt<'_>), boxes: &Boxes) -> Option<Candidate> {
    let mut search = Search { hunt, look };
    boxes.show(&mut search);
    search.hunt.best
}

struct Search<'a, F> {
    hunt: Hunt<'a>,
    look: F,
}

impl<F: FnMut(Range<usize>, &mut Hunt<'_>)> Seeker for Search<'_, F> {
    fn distance(&self, bounds: &Aabb) -> Option<f32> {
        (!self.hunt.beam.misses(bounds)).then(|| least_along(self.hunt.away, bounds))
    }

    fn meet(&mut self, elements: Range<usize>) {
        (self.look)(elements, &mut self.hunt);
    }
}

fn near_point(view: &View, index: usize, position: Vec3, radius: Diameter) -> Option<Candidate> {
    let clip = view.clip(position);
    if !is_before_camera(clip) || !view.kept.keeps(position) {
        return None;
    }
    let gap = (view.pixels(clip).distance(view.place) - radius.px(view.px_per_unit(clip))).max(0.0);
    (gap <= POINT_REACH).then(|| Candidate { index, order: index, position, nearness: clip.z / clip.w, gap })
}

/// A segment's candidate, whose indices are left to the caller.
pub(super) fn near_segment(reach: Reach<'_>, [start, end]: [Vec3; 2]) -> Option<Candidate> {
    let view = reach.view;
    let (start_clip, end_clip) = (view.clip(start), view.clip(end));
    // The part before the near plane, where z ≤ w.
    let (start_room, end_room) = (start_clip.w - start_clip.z, end_clip.w - end_clip.z);
    let crossing = start_room / (start_room - end_room);
    let (first, last) = match (start_room > 0.0, end_room > 0.0) {
        (true, true) => (0.0, 1.0),
        (true, false) => (0.0, crossing * 0.999),
        (false, true) => (crossing + (1.0 - crossing) * 1e-3, 1.0),
        (false, false) => return None,
    };
    let (a, b) = (start_clip.lerp(end_clip, first), start_clip.lerp(end_clip, last));
    if a.w <= 0.0 || b.w <= 0.0 {
        return None;
    }
    let (a_px, b_px) = (view.pixels(a), view.pixels(b));
    let along = b_px - a_px;
    let share_px = ((view.place - a_px).dot(along) / along.length_squared().max(1e-12)).clamp(0.0, 1.0);
    // Equal steps in the picture are not equal steps along the line: what is far is foreshortened.
    let share = (share_px / b.w) / ((1.0 - share_px) / a.w + share_px / b.w);
    let clip = a.lerp(b, share);
    let half_width = reach.radius.px(view.px_per_unit(clip));
    let gap = ((a_px + along * share_px).distance(view.place) - half_width).max(0.0);
    if gap.is_nan() || gap > reach.px {
        return None;
    }
    let position = start.lerp(end, first + (last - first) * share);
    Some(Candidate { index: 0, order: 0, position, nearness: clip.z / clip.w, gap })
}

/// A search, and the best that it has found.
struct Hunt<'a> {
    reach: Reach<'a>,
    /// So much farther from the place boxes are not ruled out, in px.
    slack_px: f32,
    /// From the near plane away: what grows where nearness does not.
    away: Vec3,
    best: Option<Candidate>,
    beam: Beam,
    /// So many of the beam's cuts do not depend on what was found.
    fixed: usize,
    /// The farthest from the layer's origin that anything is, along each axis.
    farthest: Vec3,
}

impl<'a> Hunt<'a> {
    fn new(reach: Reach<'a>, slack_px: f32, bounds: Option<Aabb>) -> Hunt<'a> {
        let farthest = bounds.map_or(Vec3::ZERO, |bounds| bounds.min.abs().max(bounds.max.abs()));
        let view = reach.view;
        let away = (view.row(3) - view.row(2)).truncate();
        let mut hunt = Hunt { reach, slack_px, away, best: None, beam: Beam::default(), fixed: 0, farthest };
        hunt.cut(view.row(2) - view.row(3), view.row(2).abs() + view.row(3).abs());
        let plane = view.kept.plane;
        let magnitude = farthest.element_sum() + if view.kept.is_everywhere() { 0.0 } else { plane.w.abs() };
        hunt.beam.clip(view.kept, ROUNDING * magnitude);
        hunt.fixed = hunt.beam.cuts();
        hunt.narrow();
        hunt
    }

    fn take(&mut self, candidate: Candidate) {
        if keep_better(&mut self.best, candidate) {
            self.narrow();
        }
    }

    /// Cuts away what cannot be better than the best so far.
    fn narrow(&mut self) {
        self.beam.truncate(self.fixed);
        let view = self.reach.view;
        let (px, nearest) = match self.best {
            None => (self.reach.px, None),
            Some(best) if best.gap > DIRECT => (best.gap, None),
            Some(best) => (DIRECT, Some(best.nearness)),
        };
        let px = px + self.slack_px;
        if let Some(nearness) = nearest {
            self.cut(view.row(3) * nearness - view.row(2), view.row(3).abs() * nearness + view.row(2).abs());
        }
        let (fixed_px, growing_px) = match self.reach.radius {
            Diameter::Pixels(radius) => (px + radius, 0.0),
            Diameter::Scene(radius) => (px, radius * view.unit()),
        };
        // A place is right of the beam where (x / w + 1) × half the width > the place's x + the reach, and so on; times w.
        let sides = [(view.row(0), view.half_size.x, view.place.x), (-view.row(1), view.half_size.y, view.place.y)];
        for (row, half, at) in sides {
            let magnitude = row.abs() * half + view.row(3).abs() * (half + at.abs() + fixed_px);
            let grown = Vec4::new(0.0, 0.0, 0.0, growing_px);
            self.cut(row * half + view.row(3) * (half - at - fixed_px) - grown, magnitude + grown);
            self.cut(-row * half - view.row(3) * (half - at + fixed_px) - grown, magnitude + grown);
        }
    }

    /// Cuts by a plane that is the sum of such magnitudes.
    fn cut(&mut self, plane: Vec4, magnitude: Vec4) {
        self.beam.cut(plane, ROUNDING * magnitude.dot(self.farthest.extend(1.0)));
    }
}
