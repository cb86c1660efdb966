//! Which voxels of a volume are seen within a part of the picture.

use super::inside::Sight;
use crate::volume::Drawn;
use crate::{Layer, Volume, VolumeMode, VolumeStyle};
use std::ops::Range;

/// A volume as it is shown now.
pub(super) struct Voxels<'a> {
    volume: &'a Volume,
    style: &'a VolumeStyle,
    drawn: Drawn<'a>,
    /// Where the numbers of the moment begin.
    start: usize,
}

impl<'a> Voxels<'a> {
    pub(super) fn new(layer: &'a Layer, volume: &'a Volume) -> Voxels<'a> {
        let style = &layer.style.volume;
        Voxels { volume, style, drawn: Drawn::of(layer), start: volume.start(style.frame) }
    }

    /// Sets the bits of those voxels that are seen; the first bit is that of voxel `first`.
    pub(super) fn mark(&self, sight: &Sight<'_>, first: usize, words: &mut [u64]) {
        let width = self.volume.size[0].max(1) as usize;
        let end = (first + words.len() * 64).min(self.volume.voxels());
        let mut at = first;
        while at < end {
            let row_end = ((at / width + 1) * width).min(end);
            let mut element = at;
            self.row(sight, at..row_end, |is_seen| {
                if let Some(word) = words.get_mut((element - first) / 64) {
                    *word |= u64::from(is_seen) << ((element - first) % 64);
                }
                element += 1;
            });
            at = row_end;
        }
    }

    /// Calls `take` with whether each of these voxels of one row is seen.
    fn row(&self, sight: &Sight<'_>, elements: Range<usize>, mut take: impl FnMut(bool)) {
        let mut voxel = self.volume.voxel(elements.start);
        let is_whole = self.is_row_shown(voxel);
        let across = (self.style.shown[0]).then(|| self.style.slice(0, self.volume.size));
        if !is_whole && across.is_none() {
            return;
        }
        self.volume.values.values.each(self.start + elements.start..self.start + elements.end, |value| {
            let is_shown = is_whole || across == Some(voxel[0]);
            take(is_shown && self.drawn.has(value) && self.sees(sight, voxel));
            voxel[0] += 1;
        });
    }

    /// Whether a voxel's row lies in what is shown as a whole.
    fn is_row_shown(&self, voxel: [u32; 3]) -> bool {
        let lies_in = |axis: usize| self.style.shown[axis] && self.style.slice(axis, self.volume.size) == voxel[axis];
        self.style.mode != VolumeMode::Slices || lies_in(1) || lies_in(2)
    }

    fn sees(&self, sight: &Sight<'_>, voxel: [u32; 3]) -> bool {
        sight.sees(self.volume.middle(voxel))
            && (self.style.mode != VolumeMode::Surface || self.is_border(sight, voxel))
    }

    /// Whether something that is not behind the surface lies beside a voxel that is, were it only across a corner: the surface
    /// goes between the two. What is clipped opens a body, as the end of the grid does.
    fn is_border(&self, sight: &Sight<'_>, [i, j, k]: [u32; 3]) -> bool {
        // What is before number 0 has a number that is beyond the last.
        let around = |at: u32| [at, at.wrapping_sub(1), at.wrapping_add(1)];
        around(k)
            .into_iter()
            .any(|k| around(j).into_iter().any(|j| around(i).into_iter().any(|i| self.is_open(sight, [i, j, k]))))
    }

    fn is_open(&self, sight: &Sight<'_>, voxel: [u32; 3]) -> bool {
        let Some(index) = self.volume.index(voxel, 0) else { return true };
        let value = self.volume.values.values.get(self.start + index);
        !self.drawn.has(value) || !sight.keeps(self.volume.middle(voxel))
    }
}

#[cfg(test)]
mod tests;
