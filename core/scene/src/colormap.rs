//! Colours out of numbers: [`Colormap`], the classes of lidar points, the groups of networks.

use crate::attribute::Category;
use crate::paint::opaque;
use colorgrad::Gradient;
use std::sync::{Arc, LazyLock};

/// Turns a number from 0 to 1 into a colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Colormap {
    /// Perceptually uniform, from dark violet to yellow (Smith and van der Walt, for Matplotlib, 2015).
    Viridis,
    /// The same for people who see no red or no green, too: from blue to yellow (Nuñez, Anderton and Renslow, 2018).
    Cividis,
    /// Perceptually uniform, from black by red to yellow (Smith and van der Walt, 2015).
    Inferno,
    /// Perceptually uniform, from black by violet to white (Smith and van der Walt, 2015).
    Magma,
    /// Perceptually uniform, from blue by red to yellow (Smith and van der Walt, 2015).
    Plasma,
    /// A rainbow without its false edges (Mikhailov, "Turbo, an improved rainbow colormap", 2019).
    Turbo,
    /// Diverging: from blue by white to red (Brewer, ColorBrewer RdBu, 2003).
    BlueRed,
    /// Diverging: from violet by white to orange (Brewer, ColorBrewer PuOr, 2003), for people who see no red or no green, too.
    PurpleOrange,
    /// From black to white.
    Gray,
}

impl Colormap {
    /// Every one: those of one direction first, then the diverging ones.
    pub const ALL: [Colormap; 9] = [
        Colormap::Viridis,
        Colormap::Cividis,
        Colormap::Inferno,
        Colormap::Magma,
        Colormap::Plasma,
        Colormap::Turbo,
        Colormap::Gray,
        Colormap::BlueRed,
        Colormap::PurpleOrange,
    ];

    /// The colour of a number from 0 to 1, sRGB; numbers outside have the colour of the nearer end.
    pub fn color(self, fraction: f32) -> [u8; 3] {
        // The conversion makes NaN 0.
        let [red, green, blue, _] = self.table()[(fraction.clamp(0.0, 1.0) * 255.0).round() as usize];
        [red, green, blue]
    }

    /// Its colours at 256 places, sRGB and 255.
    pub fn table(self) -> &'static [[u8; 4]; 256] {
        static TABLES: LazyLock<[[[u8; 4]; 256]; 9]> = LazyLock::new(|| Colormap::ALL.map(Colormap::compute));
        &TABLES[Colormap::ALL.iter().position(|one| *one == self).unwrap_or(0)]
    }

    fn compute(self) -> [[u8; 4]; 256] {
        use colorgrad::preset;
        let of = |gradient: &dyn Gradient| {
            std::array::from_fn(|at| {
                let [red, green, blue, _] = gradient.at(at as f32 / 255.0).to_rgba8();
                opaque([red, green, blue])
            })
        };
        let reversed = |mut table: [[u8; 4]; 256]| {
            table.reverse();
            table
        };
        match self {
            Colormap::Viridis => of(&preset::viridis()),
            Colormap::Cividis => of(&preset::cividis()),
            Colormap::Inferno => of(&preset::inferno()),
            Colormap::Magma => of(&preset::magma()),
            Colormap::Plasma => of(&preset::plasma()),
            Colormap::Turbo => of(&preset::turbo()),
            Colormap::BlueRed => reversed(of(&preset::rd_bu())),
            Colormap::PurpleOrange => reversed(of(&preset::pu_or())),
            Colormap::Gray => std::array::from_fn(|at| opaque([at as u8; 3])),
        }
    }

    /// For [`heliograph_wire::Value::Choice`].
    pub fn id(self) -> &'static str {
        match self {
            Colormap::Viridis => "viridis",
            Colormap::Cividis => "cividis",
            Colormap::Inferno => "inferno",
            Colormap::Magma => "magma",
            Colormap::Plasma => "plasma",
            Colormap::Turbo => "turbo",
            Colormap::BlueRed => "blue_red",
            Colormap::PurpleOrange => "purple_orange",
            Colormap::Gray => "gray",
        }
    }

    /// For people.
    pub fn label(self) -> &'static str {
        match self {
            Colormap::Viridis => "Viridis",
            Colormap::Cividis => "Cividis",
            Colormap::Inferno => "Inferno",
            Colormap::Magma => "Magma",
            Colormap::Plasma => "Plasma",
            Colormap::Turbo => "Turbo",
            Colormap::BlueRed => "Blue to red",
            Colormap::PurpleOrange => "Purple to orange",
            Colormap::Gray => "Grey",
        }
    }
}

/// The classes of lidar points (ASPRS LAS 1.4 R15, table 17), all 256.
pub(crate) fn lidar_classes() -> Arc<[Category]> {
    let label = |class: u8| match class {
        0 => "Never classified".into(),
        1 => "Unclassified".into(),
        2 => "Ground".into(),
        3 => "Low vegetation".into(),
        4 => "Medium vegetation".into(),
        5 => "High vegetation".into(),
        6 => "Building".into(),
        7 => "Low noise".into(),
        9 => "Water".into(),
        10 => "Rail".into(),
        11 => "Road".into(),
        13 => "Wire guard".into(),
        14 => "Wire conductor".into(),
        15 => "Transmission tower".into(),
        16 => "Wire connector".into(),
        17 => "Bridge deck".into(),
        18 => "High noise".into(),
        19 => "Overhead structure".into(),
        20 => "Ignored ground".into(),
        21 => "Snow".into(),
        22 => "Temporal exclusion".into(),
        other => format!("Class {other}"),
    };
    (0..=255).map(|class| Category { label: label(class), color: class_color(class) }).collect()
}

/// The colour of a class of lidar points, as most viewers have it.
fn class_color(class: u8) -> [u8; 3] {
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

/// One of thirty colours: ten that are told apart easily (Tableau 10, 2016), then the same darker, then lighter, by as much as
/// makes the two nearest of all differ most.
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
    /// What the colour is mixed with, and its own part.
    const ROUNDS: [(f32, f32); 3] = [(0.0, 1.0), (0.0, 0.68), (255.0, 0.7)];
    let (other, part) = ROUNDS[category / COLORS.len() % ROUNDS.len()];
    COLORS[category % COLORS.len()].map(|channel| (f32::from(channel) * part + other * (1.0 - part)).round() as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colormap_begins_and_ends_as_its_authors_wanted_and_takes_any_number() {
        assert_eq!(Colormap::Gray.color(0.5), [128, 128, 128]);
        let near = |a: [u8; 3], b: [u8; 3]| a.iter().zip(b).all(|(a, b)| a.abs_diff(b) < 8);
        assert!(near(Colormap::Viridis.color(0.0), [68, 1, 84]), "{:?}", Colormap::Viridis.color(0.0));
        assert!(near(Colormap::Viridis.color(1.0), [253, 231, 37]), "{:?}", Colormap::Viridis.color(1.0));
        for odd in [f32::NAN, f32::NEG_INFINITY, -1.0] {
            assert_eq!(Colormap::Turbo.color(odd), Colormap::Turbo.color(0.0));
        }
        assert_eq!(Colormap::Turbo.color(f32::INFINITY), Colormap::Turbo.color(1.0));
        let [red, _, blue] = Colormap::BlueRed.color(0.1);
        assert!(blue > red, "blue stands for little");
    }

    #[test]
    fn thirty_kinds_are_told_apart_by_their_colours() {
        let distance = |a: [u8; 3], b: [u8; 3]| a.iter().zip(b).map(|(a, b)| u32::from(a.abs_diff(b))).sum::<u32>();
        for a in 0..30 {
            for b in 0..a {
                let [a_is, b_is] = [a, b].map(category_color);
                assert!(distance(a_is, b_is) >= 40, "{a} {a_is:?} and {b} {b_is:?}");
            }
        }
        assert_eq!(category_color(30), category_color(0));
    }
}
