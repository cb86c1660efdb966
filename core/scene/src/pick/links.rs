//! The link of a network near a place in the picture.

use super::near::{ROUNDING, Reach, SEGMENT_SLACK, beam, near_segment};
use super::{Candidate, LINE_REACH, View, keep_better};
use crate::parallel::in_parallel;
use crate::{Diameter, Network, Paint};
use glam::{Mat4, Vec3, Vec4};

/// Links of a task, and nodes.
const CHUNK: usize = 1 << 16;

/// The nearest of links that are so thick, and where on it: the share of the way from its first node. A link is there where both
/// its nodes are; `paints` are those of nodes and of links.
///
/// Nodes move while a layout settles, so there are no boxes to ask: what can be said of each node is said once, and a look at
/// what is said of its two rules out nearly every link.
pub(super) fn near(
    (view, radius_px): (&View, f32),
    paints: (&Paint<'_>, &Paint<'_>),
    network: &Network,
) -> Option<(f32, Candidate)> {
    let reach = Reach::new(view, LINE_REACH, Diameter::Pixels(radius_px));
    let sieve = Sieve::new((view, reach), LINE_REACH + radius_px + SEGMENT_SLACK, network);
    let look = |(task, links): (usize, &[[u32; 2]]), best: &mut Option<Candidate>| {
        for (number, link) in (task * CHUNK..).zip(links) {
            if sieve.misses(link.map(|end| end as usize)) {
                continue;
            }
            if let Some(candidate) = candidate((view, reach), paints, network, number) {
                keep_better(best, candidate);
            }
        }
    };
    let mut best = None;
    for found in in_parallel(network.edges.chunks(CHUNK).enumerate(), || None, look).into_iter().flatten() {
        keep_better(&mut best, found);
    }
    let best = best?;
    Some((along(ends(network, best.index)?, best.position), best))
}

/// Where the two nodes of a link are.
pub(super) fn ends(network: &Network, link: usize) -> Option<[Vec3; 2]> {
    let [from, to] = network.edges.get(link)?.map(|end| network.positions.get(end as usize).copied());
    Some([from?, to?])
}

/// What rules out most links.
struct Sieve {
    /// Of each node the cuts of the beam that it lies beyond: so little that all of them are at hand.
    beyond: Vec<u16>,
    /// Each node as it is seen from the place: how far to the right and how far down in px, both times w, and w. Homogeneous,
    /// these are sound behind the camera, too.
    seen: Vec<Vec3>,
    reach_px: f32,
    /// What `seen` may be wrong by.
    rounding: f32,
}

impl Sieve {
    fn new((view, reach): (&View, Reach<'_>), reach_px: f32, network: &Network) -> Sieve {
        let beam = beam(reach, network.bounds);
        let right = view.row(0) * view.half_size.x + view.row(3) * (view.half_size.x - view.place.x);
        let down = -view.row(1) * view.half_size.y + view.row(3) * (view.half_size.y - view.place.y);
        let from_layer = Mat4::from_cols(right, down, view.row(3), Vec4::W).transpose();
        let count = network.len();
        let (mut beyond, mut seen) = (vec![0; count], vec![Vec3::ZERO; count]);
        let parts = beyond.chunks_mut(CHUNK).zip(seen.chunks_mut(CHUNK));
        let look = |(positions, (beyond, seen)): (&[Vec3], (&mut [u16], &mut [Vec3])), ()| {
            for ((position, beyond), seen) in positions.iter().zip(beyond).zip(seen) {
                *beyond = beam.beyond(*position);
                *seen = (from_layer * position.extend(1.0)).truncate();
            }
        };
        in_parallel(network.positions.chunks(CHUNK).zip(parts), || (), |part, ()| look(part, ()));
        let farthest = network.bounds.map_or(Vec3::ZERO, |bounds| bounds.min.abs().max(bounds.max.abs()));
        let magnitude = |row: Vec4, half: f32, at: f32| row.abs() * half + view.row(3).abs() * (half + at.abs());
        let right = magnitude(view.row(0), view.half_size.x, view.place.x);
        let down = magnitude(view.row(1), view.half_size.y, view.place.y);
        Sieve { beyond, seen, reach_px, rounding: ROUNDING * right.max(down).dot(farthest.extend(1.0)) }
    }

    /// Whether the line between two nodes surely is out of reach; never where a node is missing.
    fn misses(&self, ends: [usize; 2]) -> bool {
        let [from, to] = ends.map(|end| self.beyond.get(end).copied().unwrap_or_default());
        if from & to != 0 {
            return true;
        }
        let [from, to] = ends.map(|end| self.seen.get(end).copied().unwrap_or(Vec3::NAN));
        // The straight line through both is where right × x + down × y + z is 0; all of it must be out of reach.
        let line = from.cross(to);
        let slack = self.rounding * (from.abs() + to.abs()).dot(Vec3::new(2.0, 2.0, self.reach_px));
        line.z.abs() > self.reach_px * line.truncate().length() + slack
    }
}

/// What is found of one link.
fn candidate(
    (view, reach): (&View, Reach<'_>),
    (nodes, links): (&Paint<'_>, &Paint<'_>),
    network: &Network,
    number: usize,
) -> Option<Candidate> {
    let ends = ends(network, number)?;
    let part = view.kept.between(ends[0], ends[1])?;
    let found = near_segment(reach, part.map(|share| ends[0].lerp(ends[1], share)))?;
    let [from, to] = network.edges.get(number)?.map(|end| end as usize);
    // A link from a node to itself has no length, and is not seen.
    let is_there = from != to && nodes.shows(from) && nodes.shows(to) && links.shows(number);
    is_there.then_some(Candidate { index: number, order: number, ..found })
}

/// Which share of the way from one place to another a place on it is.
fn along([from, to]: [Vec3; 2], position: Vec3) -> f32 {
    let way = to - from;
    let share = (position - from).dot(way) / way.length_squared();
    if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 }
}

#[cfg(test)]
mod tests;
