//! [`Drawn`]: which numbers of a volume are drawn.

use crate::{Layer, VolumeMode, properties};
use std::ops::{Bound, RangeBounds};

/// Which numbers of a volume are drawn as it is shown now.
pub(crate) struct Drawn<'a> {
    least: Bound<f64>,
    /// Of labels: whether a filter keeps each.
    kept: Option<&'a [bool]>,
}

impl Drawn<'_> {
    /// Those that are not clear: on slices and along lines of sight those above the first colour, in the fog those that have any
    /// opacity, of a surface those that lie behind it.
    pub(crate) fn of(layer: &Layer) -> Drawn<'_> {
        let style = &layer.style.volume;
        let number = |found: Option<f64>| found.unwrap_or(f64::INFINITY);
        let least = match style.mode {
            VolumeMode::Slices if !style.clear_low => Bound::Included(f64::NEG_INFINITY),
            VolumeMode::Slices | VolumeMode::Maximum => Bound::Excluded(number(properties::first_colored(layer))),
            VolumeMode::Fog if style.density <= 0.0 => Bound::Excluded(f64::INFINITY),
            VolumeMode::Fog => Bound::Excluded(number(properties::opacity(layer).map(|[least, _]| least))),
            VolumeMode::Surface => Bound::Included(number(properties::level(layer))),
        };
        let kept = layer.style.filter.as_ref().and_then(|filter| filter.categories.as_deref());
        Drawn { least, kept }
    }

    /// Whether a number is drawn; NaN is not.
    pub(crate) fn has(&self, value: f64) -> bool {
        (self.least, Bound::Unbounded).contains(&self.unless_hidden(value))
    }

    /// The number; NaN where a filter hides the label.
    pub(crate) fn unless_hidden(&self, value: f64) -> f64 {
        let is_kept = self.kept.is_none_or(|kept| kept.get(value as usize).copied().unwrap_or(true));
        if is_kept { value } else { f64::NAN }
    }
}
