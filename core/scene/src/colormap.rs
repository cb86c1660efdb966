//! Colours out of numbers: [`Colormap`], the classes of lidar points, the groups of networks.

use crate::style::{ColorBy, Style};
use crate::{Aabb, LayerData, Points};
use std::sync::Arc;

/// Turns a number from 0 to 1 into a colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Colormap {
    /// Perceptually uniform, from dark violet to yellow (Smith and van der Walt, for Matplotlib, 2015).
    Viridis,
    /// A rainbow without its false edges (Mikhailov, "Turbo, an improved rainbow colormap", 2019).
    Turbo,
    /// From black to white.
    Gray,
}

/// Matplotlib's tables at 17 places; between them a straight line is within 3/255 of the original.
const VIRIDIS: [[u8; 3]; 17] = [
    [68, 1, 84],
    [72, 24, 106],
    [71, 45, 123],
    [66, 64, 134],
    [59, 82, 139],
    [51, 99, 141],
    [44, 114, 142],
    [38, 130, 142],
    [33, 145, 140],
    [31, 160, 136],
    [40, 174, 128],
    [63, 188, 115],
    [94, 201, 98],
    [132, 212, 75],
    [173, 220, 48],
    [216, 226, 25],
    [253, 231, 37],
];
const TURBO: [[u8; 3]; 17] = [
    [48, 18, 59],
    [64, 64, 162],
    [70, 107, 227],
    [66, 148, 255],
    [40, 188, 235],
    [24, 221, 194],
    [50, 242, 152],
    [109, 254, 98],
    [164, 252, 60],
    [205, 236, 52],
    [238, 207, 58],
    [253, 172, 52],
    [251, 126, 33],
    [235, 80, 14],
    [208, 47, 5],
    [169, 22, 1],
    [122, 4, 3],
];
const GRAY: [[u8; 3]; 2] = [[0, 0, 0], [255, 255, 255]];

impl Colormap {
    /// Every one.
    pub const ALL: [Colormap; 3] = [Colormap::Viridis, Colormap::Turbo, Colormap::Gray];

    /// The colour of a number from 0 to 1, sRGB; numbers outside have the colour of the nearer end.
    pub fn color(self, fraction: f32) -> [u8; 3] {
        let table: &[[u8; 3]] = match self {
            Colormap::Viridis => &VIRIDIS,
            Colormap::Turbo => &TURBO,
            Colormap::Gray => &GRAY,
        };
        let fraction = if fraction.is_nan() { 0.0 } else { fraction.clamp(0.0, 1.0) };
        let at = fraction * (table.len() - 1) as f32;
        let below = (at as usize).min(table.len() - 2);
        let share = at - below as f32;
        std::array::from_fn(|channel| {
            let (from, to) = (f32::from(table[below][channel]), f32::from(table[below + 1][channel]));
            (from + (to - from) * share).round() as u8
        })
    }

    /// For [`heliograph_wire::Value::Choice`].
    pub fn id(self) -> &'static str {
        match self {
            Colormap::Viridis => "viridis",
            Colormap::Turbo => "turbo",
            Colormap::Gray => "gray",
        }
    }

    /// For people.
    pub fn label(self) -> &'static str {
        match self {
            Colormap::Viridis => "Viridis",
            Colormap::Turbo => "Turbo",
            Colormap::Gray => "Grey",
        }
    }

    /// The colours of 256 numbers from 0 to 1.
    fn table(self) -> [[u8; 4]; 256] {
        std::array::from_fn(|at| opaque(self.color(at as f32 / 255.0)))
    }
}

/// The colour of a class of the LAS specification (ASPRS LAS 1.4 R15, table 17), as most viewers have it.
pub(crate) fn class_color(class: u8) -> [u8; 3] {
    match class {
        0 | 1 => [170, 170, 170],
        2 => [161, 112, 56],
        3 => [140, 200, 90],
        4 => [80, 170, 60],
        5 => [20, 120, 40],
        6 => [220, 70, 60],
        7 => [230, 60, 200],
        8 => [240, 220, 90],
        9 => [60, 120, 230],
        10 => [130, 90, 160],
        11 => [100, 100, 110],
        13 | 14 => [250, 190, 60],
        15 => [240, 150, 110],
        17 => [190, 190, 210],
        18 => [255, 40, 120],
        other => category_color(usize::from(other)),
    }
}

/// One of ten colours that are told apart easily (Tableau 10, 2016).
pub(crate) fn category_color(category: usize) -> [u8; 3] {
    const COLORS: [[u8; 3]; 10] = [
        [78, 121, 167],
        [242, 142, 43],
        [225, 87, 89],
        [118, 183, 178],
        [89, 161, 79],
        [237, 201, 72],
        [176, 122, 161],
        [255, 157, 167],
        [156, 117, 95],
        [186, 176, 172],
    ];
    COLORS[category % COLORS.len()]
}

/// What a layer can be coloured by, the first being the one to begin with.
pub(crate) fn color_choices(data: &LayerData) -> Vec<ColorBy> {
    match data {
        LayerData::Points(points) => {
            let from_file = [
                (ColorBy::File, points.attributes.colors.is_some()),
                (ColorBy::Height, true),
                (ColorBy::Intensity, points.attributes.intensity.is_some()),
                (ColorBy::Classification, points.attributes.classification.is_some()),
                (ColorBy::Single, true),
            ];
            from_file.into_iter().filter_map(|(choice, there)| there.then_some(choice)).collect()
        }
        LayerData::Mesh(mesh) if mesh.colors.is_some() => vec![ColorBy::File, ColorBy::Single],
        LayerData::Mesh(_) => vec![ColorBy::Single],
        LayerData::Tracts(_) => vec![ColorBy::Direction, ColorBy::Single],
        LayerData::Network(_) => vec![ColorBy::Group, ColorBy::Single],
    }
}

/// Fills the list of colours that is drawn as the style wants it; false when the style asks nothing of the list.
pub(crate) fn recolor(data: &mut LayerData, style: &Style) -> bool {
    let one = opaque(style.color);
    match data {
        LayerData::Points(points) => recolor_points(Arc::make_mut(points), style),
        LayerData::Tracts(tracts) => {
            let tracts = Arc::make_mut(tracts);
            tracts.colors = match style.color_by {
                ColorBy::Single => vec![one; tracts.positions.len()],
                _ => tracts.direction_colors(),
            };
        }
        LayerData::Network(network) => {
            let network = Arc::make_mut(network);
            network.colors = match style.color_by {
                ColorBy::Single => Arc::new(vec![one; network.len()]),
                _ => Arc::clone(&network.group_colors),
            };
        }
        LayerData::Mesh(_) => return false,
    }
    true
}

fn recolor_points(points: &mut Points, style: &Style) {
    let Points { positions, colors, attributes, bounds, .. } = points;
    let mapped = || style.colormap.table();
    match (style.color_by, attributes) {
        (ColorBy::File, crate::PointAttributes { colors: Some(from_file), .. }) => colors.clone_from(from_file),
        (ColorBy::Height, _) => {
            let table = mapped();
            let Aabb { min, max } = bounds.unwrap_or(Aabb { min: glam::Vec3::ZERO, max: glam::Vec3::ONE });
            let per_unit = 255.0 / (max.z - min.z).max(f32::MIN_POSITIVE);
            fill(colors, positions.iter().map(|position| table[((position.z - min.z) * per_unit) as u8 as usize]));
        }
        (ColorBy::Intensity, crate::PointAttributes { intensity: Some(intensity), .. }) => {
            let table = mapped();
            let (low, high) = middle_range(intensity);
            let per_unit = 255.0 / f32::from((high - low).max(1));
            let color = |&strength: &u16| table[(f32::from(strength.saturating_sub(low)) * per_unit) as u8 as usize];
            fill(colors, intensity.iter().map(color));
        }
        (ColorBy::Classification, crate::PointAttributes { classification: Some(classes), .. }) => {
            let table: [[u8; 4]; 256] = std::array::from_fn(|class| opaque(class_color(class as u8)));
            fill(colors, classes.iter().map(|&class| table[usize::from(class)]));
        }
        _ => fill(colors, positions.iter().map(|_| opaque(style.color))),
    }
}

fn fill(colors: &mut Vec<[u8; 4]>, new: impl Iterator<Item = [u8; 4]>) {
    colors.clear();
    colors.extend(new);
}

/// From the 2nd to the 98th percentile: a few mirrors on roofs must not make everything else black.
fn middle_range(values: &[u16]) -> (u16, u16) {
    let mut histogram = vec![0usize; 1 << 16];
    for &value in values {
        histogram[usize::from(value)] += 1;
    }
    let at = |share: f64| {
        let mut left = (values.len() as f64 * share) as usize;
        let value = histogram.iter().position(|&count| {
            let found = left < count;
            left = left.saturating_sub(count);
            found
        });
        value.unwrap_or(0) as u16
    };
    let (low, high) = (at(0.02), at(0.98));
    (low, high.max(low))
}

pub(crate) fn opaque([red, green, blue]: [u8; 3]) -> [u8; 4] {
    [red, green, blue, 255]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colormap_begins_and_ends_with_its_table_and_takes_any_number() {
        assert_eq!(Colormap::Viridis.color(0.0), [68, 1, 84]);
        assert_eq!(Colormap::Viridis.color(1.0), [253, 231, 37]);
        assert_eq!(Colormap::Gray.color(0.5), [128, 128, 128]);
        for odd in [f32::NAN, f32::NEG_INFINITY, -1.0] {
            assert_eq!(Colormap::Turbo.color(odd), [48, 18, 59]);
        }
        assert_eq!(Colormap::Turbo.color(f32::INFINITY), [122, 4, 3]);
    }

    #[test]
    fn a_few_bright_points_do_not_make_all_others_black() {
        let mut values: Vec<u16> = (0..1000).collect();
        values.push(65_535);
        assert_eq!(middle_range(&values), (20, 980));
        assert_eq!(middle_range(&[]), (0, 0));
        assert_eq!(middle_range(&[7]), (7, 7));
    }
}
