//! Which elements of a layer lie inside of a part of the picture.

use super::voxels::Voxels;
use super::{Area, CHUNK, Selected, elements};
use crate::clip::ClipRegion;
use crate::{Layer, LayerData, Paint, parallel};
use glam::{Mat4, Vec2, Vec3};
use std::ops::Range;

/// The elements of a layer that are seen within an area: not clipped, not hidden by a filter. A streamline is one when one of
/// its points is, a voxel when it is drawn and its middle is.
///
/// 10 M points take some tens of milliseconds, by all of a few threads.
pub(crate) fn inside(layer: &Layer, area: &Area, clip_from_scene: Mat4, clip: ClipRegion) -> Selected {
    let sight = Sight {
        area,
        clip_from_layer: clip_from_scene * Mat4::from_translation(layer.offset),
        kept: clip.seen_from(layer.offset),
        is_clipping: !clip.is_everywhere(),
        paint: layer.paint(),
    };
    let voxels = match &layer.data {
        LayerData::Volume(volume) if elements(&layer.data) > 0 => Some(Voxels::new(layer, volume, &sight)),
        _ => None,
    };
    let mut words = vec![0u64; elements(&layer.data).div_ceil(64)];
    let chunks = words.chunks_mut(CHUNK / 64).enumerate();
    let each = |(chunk, words): (usize, &mut [u64])| match &layer.data {
        LayerData::Points(points) => sight.places(&points.positions, chunk * CHUNK, words),
        LayerData::Mesh(mesh) => sight.places(&mesh.positions, chunk * CHUNK, words),
        LayerData::Network(network) => sight.places(&network.positions, chunk * CHUNK, words),
        LayerData::Tracts(tracts) => {
            for (at, word) in words.iter_mut().enumerate() {
                for bit in 0..64 {
                    let points = tracts.range(chunk * CHUNK + at * 64 + bit);
                    *word |= u64::from(sight.sees_any(&tracts.positions, points)) << bit;
                }
            }
        }
        LayerData::Volume(_) => voxels.iter().for_each(|voxels| voxels.mark(&sight, chunk * CHUNK, words)),
    };
    parallel::in_parallel(chunks, || (), |task, ()| each(task));
    Selected::new(words)
}

/// From a layer's places to the picture.
pub(super) struct Sight<'a> {
    area: &'a Area,
    clip_from_layer: Mat4,
    /// In the layer's coordinates.
    kept: ClipRegion,
    is_clipping: bool,
    paint: Paint<'a>,
}

impl Sight<'_> {
    /// Whether a place is in the area, before the camera, and not clipped.
    pub(super) fn sees(&self, place: Vec3) -> bool {
        let clip = self.clip_from_layer * place.extend(1.0);
        let is_before_camera = clip.w > 0.0 && clip.z <= clip.w;
        let on_picture = Vec2::new(clip.x, -clip.y) / clip.w * 0.5 + 0.5;
        is_before_camera && self.area.holds(on_picture) && self.keeps(place)
    }

    pub(super) fn is_clipping(&self) -> bool {
        self.is_clipping
    }

    /// Whether a place is not clipped.
    pub(super) fn keeps(&self, place: Vec3) -> bool {
        !self.is_clipping || self.kept.keeps(place)
    }

    /// Sets the bits of those of these places that are seen.
    fn places(&self, places: &[Vec3], first: usize, words: &mut [u64]) {
        let end = (first + words.len() * 64).min(places.len());
        let places = &places[first.min(end)..end];
        for (word, places) in words.iter_mut().zip(places.chunks(64)) {
            for (bit, place) in places.iter().enumerate() {
                *word |= u64::from(self.sees(*place)) << bit;
            }
        }
        let mut at = 0;
        self.paint.each_kept(first..end, |kept| {
            if !kept {
                words[at / 64] &= !(1 << (at % 64));
            }
            at += 1;
        });
    }

    fn sees_any(&self, places: &[Vec3], range: Range<usize>) -> bool {
        range.into_iter().any(|at| places.get(at).is_some_and(|place| self.sees(*place)) && self.paint.shows(at))
    }
}
