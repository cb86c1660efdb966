//! [`Field`]: a number of each element by which a layer can be coloured and filtered: the file's attributes, and a few that
//! follow from its places.

use crate::attribute::{Attribute, Category, Summary, Values};
use crate::{Aabb, LayerData, Tracts};
use glam::Vec3;
use std::borrow::Cow;
use std::ops::Range;

/// A number of each element of a layer.
#[derive(Debug, Clone)]
pub struct Field<'a> {
    /// For people; no two of a layer have the same.
    pub name: &'a str,
    /// Where the file names one.
    pub unit: Option<&'a str>,
    source: Source<'a>,
}

#[derive(Debug, Clone)]
enum Source<'a> {
    /// z, in the file's coordinates.
    Height { positions: &'a [Vec3], origin: f64, bounds: Option<Aabb> },
    /// One an element.
    Each(&'a Attribute),
    /// One a streamline, of which each of its points has it.
    Lines(&'a Attribute, &'a Tracts),
}

/// What the field of z coordinates is called.
pub(crate) const HEIGHT: &str = "height";

impl LayerData {
    /// What its elements can be coloured and filtered by; the order stays the same.
    pub fn fields(&self) -> Vec<Field<'_>> {
        let height = |positions, origin: glam::DVec3, bounds| Field {
            name: HEIGHT,
            unit: None,
            source: Source::Height { positions, origin: origin.z, bounds },
        };
        let each = |attribute| Field::new(attribute, Source::Each(attribute));
        match self {
            LayerData::Points(points) => {
                let height = height(points.positions.as_slice(), points.origin, points.bounds);
                std::iter::once(height).chain(points.attributes.iter().map(each)).collect()
            }
            LayerData::Mesh(mesh) => {
                let height = height(mesh.positions.as_slice(), mesh.origin, mesh.bounds);
                std::iter::once(height).chain(mesh.attributes.iter().map(each)).collect()
            }
            LayerData::Tracts(tracts) => {
                let of_line = |attribute| Field::new(attribute, Source::Lines(attribute, tracts));
                tracts.attributes.iter().map(each).chain(tracts.line_attributes.iter().map(of_line)).collect()
            }
            LayerData::Network(network) => network.attributes.iter().map(each).collect(),
            LayerData::Volume(volume) => vec![each(&volume.values)],
        }
    }
}

impl LayerData {
    /// What the links of a network can be coloured and filtered by; the order stays the same.
    pub fn link_fields(&self) -> Vec<Field<'_>> {
        let LayerData::Network(network) = self else { return Vec::new() };
        network.link_attributes.iter().map(|attribute| Field::new(attribute, Source::Each(attribute))).collect()
    }
}

impl<'a> Field<'a> {
    fn new(attribute: &'a Attribute, source: Source<'a>) -> Field<'a> {
        Field { name: &attribute.name, unit: attribute.unit.as_deref(), source }
    }

    /// Where its numbers stand for kinds of things.
    pub fn categories(&self) -> Option<&'a [Category]> {
        match &self.source {
            Source::Height { .. } => None,
            Source::Each(attribute) | Source::Lines(attribute, _) => attribute.categories.as_deref(),
        }
    }

    /// What is said of all its values.
    pub fn summary(&self) -> Cow<'a, Summary> {
        match &self.source {
            // The box knows it; a histogram would ask every point.
            Source::Height { origin, bounds, .. } => {
                let range = bounds.map_or([0.0; 2], |bounds| {
                    // No digits beyond those that 32 bits keep: 0 is 0 and no 5.49e-6.
                    let step = f64::from((bounds.max.z - bounds.min.z).max(f32::MIN_POSITIVE)) * 1e-6;
                    let rounded = |z: f64| if step > z.abs() * 1e-14 { (z / step).round() * step } else { z };
                    [bounds.min.z, bounds.max.z].map(|z| rounded(origin + f64::from(z)))
                });
                Cow::Owned(Summary { range, middle: range, histogram: Vec::new() })
            }
            Source::Each(attribute) | Source::Lines(attribute, _) => Cow::Borrowed(attribute.summary()),
        }
    }

    /// Whether logarithms of its values can be shown: where some are above zero and none below.
    pub fn takes_log(&self) -> bool {
        let [least, most] = self.summary().range;
        self.categories().is_none() && least >= 0.0 && most > 0.0
    }

    /// Whether its values are whole numbers.
    pub fn is_whole(&self) -> bool {
        matches!(&self.source, Source::Each(one) | Source::Lines(one, _) if one.values.are_whole())
    }

    /// Calls `take` with the value of each of these elements, in order; NaN for those that have none.
    pub fn each(&self, range: Range<usize>, mut take: impl FnMut(f64)) {
        match &self.source {
            Source::Height { positions, origin, .. } => {
                let there = positions.get(range).unwrap_or_default();
                there.iter().for_each(|position| take(origin + f64::from(position.z)));
            }
            Source::Each(attribute) => attribute.values.each(range, take),
            Source::Lines(attribute, tracts) => {
                let mut line = tracts.starts.partition_point(|start| *start as usize <= range.start).saturating_sub(1);
                for at in range {
                    while tracts.starts.get(line + 1).is_some_and(|end| *end as usize <= at) {
                        line += 1;
                    }
                    take(attribute.values.get(line));
                }
            }
        }
    }

    /// The value of an element, for people, with its unit.
    pub fn text(&self, index: usize) -> String {
        match &self.source {
            Source::Height { positions, origin, .. } => {
                let z = positions.get(index).map_or(f64::NAN, |position| origin + f64::from(position.z));
                crate::text::number(z, false)
            }
            Source::Each(attribute) => attribute.text(index),
            Source::Lines(attribute, tracts) => {
                attribute.text(tracts.starts.partition_point(|start| *start as usize <= index).saturating_sub(1))
            }
        }
    }
}

impl Values {
    /// Calls `take` with each of these, in order; NaN for those that are not there.
    #[expect(clippy::unnecessary_cast, reason = "it is one for all types")]
    pub fn each(&self, range: Range<usize>, mut take: impl FnMut(f64)) {
        let there = range.start.min(self.len())..range.end.min(self.len());
        let missing = range.len() - there.len();
        crate::attribute::each_type!(self, list => list[there].iter().for_each(|value| take(*value as f64)));
        (0..missing).for_each(|_| take(f64::NAN));
    }
}
