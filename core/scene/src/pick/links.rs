//! The link of a network near a place in the picture.

use super::near::{Reach, SEGMENT_SLACK, near_segment};
use super::{Candidate, LINE_REACH, View, is_before_camera, keep_better};
use crate::parallel::in_parallel;
use crate::{Diameter, Network, Paint};
use glam::{Vec2, Vec3};

/// Links of a task.
const CHUNK: usize = 1 << 16;

/// The nearest of links that are so thick, and where on it: the share of the way from its first node. A link is there where both
/// its nodes are; `paints` are those of nodes and of links.
///
/// Nodes move while a layout settles, so there are no boxes to ask: each place is brought into the picture once, and a look at
/// every link's two ends there rules most of them out.
pub(super) fn near(
    (view, radius_px): (&View, f32),
    paints: (&Paint<'_>, &Paint<'_>),
    network: &Network,
) -> Option<(f32, Candidate)> {
    let places: Vec<Vec2> = network.positions.iter().map(|position| seen(view, *position) - view.place).collect();
    let reach = Reach::new(view, LINE_REACH, Diameter::Pixels(radius_px));
    let reach_px = LINE_REACH + radius_px + SEGMENT_SLACK;
    let look = |(task, links): (usize, &[[u32; 2]]), best: &mut Option<Candidate>| {
        for (number, link) in (task * CHUNK..).zip(links) {
            let ends = link.map(|end| places.get(end as usize).copied().unwrap_or(Vec2::NAN));
            if misses(ends, reach_px) {
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

/// A place in px; NaN before the near plane, where none is sound.
fn seen(view: &View, position: Vec3) -> Vec2 {
    let clip = view.clip(position);
    if is_before_camera(clip) { view.pixels(clip) } else { Vec2::NAN }
}

/// Whether the line between two places is farther than this from zero; never where one of them is NaN.
fn misses([from, to]: [Vec2; 2], reach_px: f32) -> bool {
    let reach = Vec2::splat(reach_px);
    let is_aside = (from.cmpgt(reach) & to.cmpgt(reach)) | (from.cmplt(-reach) & to.cmplt(-reach));
    let along = to - from;
    let across = from.perp_dot(along);
    is_aside.any() || across * across > reach_px * reach_px * along.length_squared()
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
