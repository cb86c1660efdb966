//! Which voxels of a volume are seen within a part of the picture.

use super::CHUNK;
use super::inside::Sight;
use crate::volume::Drawn;
use crate::{Layer, Volume, VolumeMode, VolumeStyle, parallel};
use std::ops::Range;

/// A volume as it is shown now.
pub(super) struct Voxels<'a> {
    volume: &'a Volume,
    style: &'a VolumeStyle,
    drawn: Drawn<'a>,
    /// Where the numbers of the moment begin.
    start: usize,
    /// Of a surface: a bit for each voxel that lies behind it.
    behind: Vec<u64>,
}

impl<'a> Voxels<'a> {
    pub(super) fn new(layer: &'a Layer, volume: &'a Volume, sight: &Sight<'_>) -> Voxels<'a> {
        let style = &layer.style.volume;
        let start = volume.start(style.frame);
        let mut voxels = Voxels { volume, style, drawn: Drawn::of(layer), start, behind: Vec::new() };
        if style.mode == VolumeMode::Surface {
            let mut behind = vec![0u64; volume.voxels().div_ceil(64)];
            let chunks = behind.chunks_mut(CHUNK / 64).enumerate();
            parallel::in_parallel(chunks, || (), |(chunk, words), ()| voxels.mark_behind(sight, chunk * CHUNK, words));
            voxels.behind = behind;
        }
        voxels
    }

    /// Sets the bits of those voxels that lie behind the surface; the first bit is that of voxel `first`. What is clipped opens a
    /// body, as the end of the grid does.
    fn mark_behind(&self, sight: &Sight<'_>, first: usize, words: &mut [u64]) {
        let end = (first + words.len() * 64).min(self.volume.voxels());
        let mut at = 0;
        self.volume.values.values.each(self.start + first..self.start + end, |value| {
            let is_kept = || !sight.is_clipping() || sight.keeps(self.volume.middle(self.volume.voxel(first + at)));
            if let Some(word) = words.get_mut(at / 64) {
                *word |= u64::from(self.drawn.has(value) && is_kept()) << (at % 64);
            }
            at += 1;
        });
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
        let mut element = elements.start;
        self.volume.values.values.each(self.start + elements.start..self.start + elements.end, |value| {
            let is_shown = is_whole || across == Some(voxel[0]);
            let is_drawn = is_shown && self.drawn.has(value) && self.is_outermost(voxel, element);
            take(is_drawn && sight.sees(self.volume.middle(voxel)));
            voxel[0] += 1;
            element += 1;
        });
    }

    /// Whether a voxel's row lies in what is shown as a whole.
    fn is_row_shown(&self, voxel: [u32; 3]) -> bool {
        let lies_in = |axis: usize| self.style.shown[axis] && self.style.slice(axis, self.volume.size) == voxel[axis];
        self.style.mode != VolumeMode::Slices || lies_in(1) || lies_in(2)
    }

    /// Of a surface: whether something that does not lie behind it is beside a voxel that does, were it only across a corner. The
    /// surface goes between the two.
    fn is_outermost(&self, voxel: [u32; 3], element: usize) -> bool {
        let is_at_the_end = || voxel.iter().zip(self.volume.size).any(|(at, side)| *at == 0 || at + 1 == side);
        self.style.mode != VolumeMode::Surface || is_at_the_end() || !self.is_enclosed(element)
    }

    /// Whether all voxels beside one that is not at the grid's end lie behind the surface: in each of nine rows three.
    fn is_enclosed(&self, element: usize) -> bool {
        let [row, slice] = [self.volume.size[0] as usize, self.volume.size[0] as usize * self.volume.size[1] as usize];
        let least = element.saturating_sub(slice + row + 1);
        (0..9).all(|at| bits(&self.behind, least + at / 3 * slice + at % 3 * row) & 0b111 == 0b111)
    }
}

/// 64 bits from one on.
fn bits(words: &[u64], from: usize) -> u64 {
    let word = |at: usize| words.get(at).copied().unwrap_or_default();
    let (at, by) = (from / 64, from % 64);
    // In two steps, because none can be by all 64.
    word(at) >> by | word(at + 1) << 1 << (63 - by)
}

#[cfg(test)]
mod tests;
