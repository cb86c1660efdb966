//! [`Measured`]: the line between two things that is measured.

use crate::pick::{self, Picked};
use crate::{Layer, text};
use heliograph_wire::Measure;
use heliograph_wire::scene::MeasureEnd;

/// A line between two things.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Measured {
    from: Picked,
    to: Option<Picked>,
}

impl Measured {
    /// What is measured when an end is set: the second where there is a first alone, otherwise the first of another line.
    pub(crate) fn with(before: Option<&Measured>, end: Picked) -> Measured {
        match before {
            Some(Measured { from, to: None }) => Measured { from: from.clone(), to: Some(end) },
            _ => Measured { from: end, to: None },
        }
    }

    /// Whether its ends are on some of these layers.
    pub(crate) fn is_on(&self, layers: &[Layer]) -> bool {
        let mut ends = std::iter::once(&self.from).chain(&self.to);
        ends.all(|end| layers.iter().any(|layer| layer.id == end.layer))
    }

    /// The same with its ends where they are now: a node may have moved.
    pub(crate) fn refreshed(self, layers: &[Layer]) -> Measured {
        let from = pick::refreshed(self.from, layers);
        Measured { from, to: self.to.map(|to| pick::refreshed(to, layers)) }
    }

    pub(crate) fn status(&self) -> Measure {
        let end = |end: &Picked| MeasureEnd { scene: end.position.to_array(), world: end.world.to_array() };
        let distance = self.to.as_ref().map(|to| {
            // Files whose coordinates lie far apart are shown about one middle: between them only the picture says a distance.
            let apart = if to.layer == self.from.layer {
                to.world.distance(self.from.world)
            } else {
                to.position.as_dvec3().distance(self.from.position.as_dvec3())
            };
            text::number(apart, false)
        });
        Measure { from: end(&self.from), to: self.to.as_ref().map(end), distance }
    }
}
