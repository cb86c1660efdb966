//! What is selected: the shapes that select, and what is said of the selection.

use crate::command::LayerId;
use serde::{Deserialize, Serialize};

/// A shape on the picture. Places are fractions of it, as in [`crate::Command`]: `[x, y]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Shape {
    /// What is drawn at a place, as [`crate::Command::Pick`] finds it.
    Point {
        /// Fraction of the picture's width.
        x: f32,
        /// Fraction of the picture's height.
        y: f32,
    },
    /// A rectangle.
    Box {
        /// One corner.
        from: [f32; 2],
        /// The corner across from it.
        to: [f32; 2],
    },
    /// A polygon, closed from its last corner to its first; where it crosses itself, what is enclosed an even number of times is
    /// outside.
    Lasso {
        /// From 3 to [`MAX_LASSO_CORNERS`]; four decimals each are fine enough for any screen and keep the message small.
        corners: Vec<[f32; 2]>,
    },
}

/// The most corners of a lasso.
pub const MAX_LASSO_CORNERS: usize = 256;

/// What a shape does to the selection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// What is inside is the selection.
    Replace,
    /// What is inside is selected, too.
    Add,
    /// What is inside is selected no more.
    Remove,
}

/// What is selected.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SelectionStatus {
    /// The layers of which something is selected, in their order.
    pub layers: Vec<SelectedLayer>,
}

/// What is selected of a layer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SelectedLayer {
    /// Which.
    pub id: LayerId,
    /// Its name for people.
    pub name: String,
    /// How many of its points, vertices, streamlines, nodes or voxels.
    pub count: u32,
    /// The same for people, e.g. `1,234 of 110,000 points`.
    pub summary: String,
    /// What the file says of them; at most 12. Of many elements they are empty until they are counted.
    pub fields: Vec<SelectedField>,
    /// The elements as a short text for codes of views; none when they are too many for one.
    pub code: Option<String>,
}

/// What a field says of the selected elements.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SelectedField {
    /// The quantity, for people.
    pub name: String,
    /// Its unit.
    pub unit: Option<String>,
    /// Of how many elements there is a number; of a field of streamlines' points, how many points.
    pub count: u32,
    /// What these numbers are; none where there is no number.
    pub numbers: Option<SelectedNumbers>,
}

/// The numbers of a [`SelectedField`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum SelectedNumbers {
    /// A quantity; all are finite.
    Quantity {
        /// The least.
        least: f64,
        /// The mean.
        mean: f64,
        /// The greatest.
        greatest: f64,
        /// The standard deviation of the selected elements, as of a whole population.
        deviation: f64,
    },
    /// Kinds of things.
    Kinds {
        /// The most frequent three, the most frequent first.
        most: Vec<SelectedKind>,
        /// How many other kinds there are.
        more: u32,
    },
}

/// A kind of things among the selected.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SelectedKind {
    /// For people.
    pub label: String,
    /// sRGB.
    pub color: [u8; 3],
    /// How many.
    pub count: u32,
}
