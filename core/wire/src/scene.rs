//! What the app tells of its scene, to be drawn as text and controls by the window and by the page.

use crate::command::{LayerId, Value};
use crate::selection::SelectionStatus;
use serde::{Deserialize, Serialize};

/// Everything about the scene but its pixels.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SceneStatus {
    /// What the window's title says: the names of the files.
    pub title: String,
    /// The layers, topmost first in the panel.
    pub layers: Vec<LayerStatus>,
    /// The scene's own properties.
    pub properties: Vec<Property>,
    /// What is marked.
    pub picked: Option<Box<PickedStatus>>,
    /// What is being loaded.
    pub loading: Vec<LoadStatus>,
    /// The box about everything visible; none when there is nothing.
    pub bounds: Option<Bounds>,
    /// What is measured; none before the first end is set.
    pub measure: Option<Box<Measure>>,
    /// What is selected; none when nothing is.
    pub selection: Option<SelectionStatus>,
    /// What the coordinates of [`crate::Pose`] and of `bounds` are relative to, in those of the first layer's file.
    pub origin: [f64; 3],
    /// Words at places of the scene, to be drawn over the picture.
    pub labels: Vec<Label>,
    /// What undoing would take back.
    pub undo: Option<Box<Step>>,
    /// What would be done again.
    pub redo: Option<Box<Step>>,
}

/// What is marked: one thing of one layer, and all that its file says of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PickedStatus {
    /// What and where, in words, e.g. `autzen: point 1,234 at 636,100.2, 850,020.1, 421.0`.
    pub text: String,
    /// Where it is, in the coordinates of [`crate::Pose`].
    pub at: [f32; 3],
    /// Its attributes.
    pub fields: Vec<PickedField>,
}

/// An attribute of what is marked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PickedField {
    /// As the layer calls it, e.g. `intensity`.
    pub name: String,
    /// For people, with its unit, e.g. `12.5 s`, or `Ground`.
    pub value: String,
}

/// A word at a place of the scene.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Label {
    /// In the coordinates of [`crate::Pose`].
    pub at: [f32; 3],
    /// The word.
    pub text: String,
    /// What it is.
    pub kind: LabelKind,
}

/// What a [`Label`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum LabelKind {
    /// A number along an axis, in the coordinates of the first layer's file.
    Tick,
    /// An axis's name.
    Axis,
    /// The name of a thing, to stand above its place.
    Name,
}

/// A change of the scene that can be undone or done again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Step {
    /// What was changed, in words, e.g. `point size of autzen`.
    pub what: String,
    /// Who did it; none where it was the host.
    pub by: Option<String>,
}

/// A line between two things, drawn over the picture by each side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Measure {
    /// The end that was set first.
    pub from: MeasureEnd,
    /// The other end; none until it is set.
    pub to: Option<MeasureEnd>,
    /// How far the ends are apart, for people, in the unit of the file's coordinates, e.g. `12.3457`.
    pub distance: Option<String>,
}

/// One end of a [`Measure`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct MeasureEnd {
    /// Where it is drawn, in the coordinates of [`crate::Pose`].
    pub scene: [f32; 3],
    /// Where it is in the coordinates of the layer's file.
    pub world: [f64; 3],
}

/// A box along the axes, in the coordinates of [`crate::Pose`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Bounds {
    /// The least coordinates.
    pub min: [f32; 3],
    /// The greatest coordinates.
    pub max: [f32; 3],
}

/// One layer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LayerStatus {
    /// Its name for commands.
    pub id: LayerId,
    /// Its name for people.
    pub name: String,
    /// `points`, `mesh`, `tracts`, `network`.
    pub kind: String,
    /// How much there is, e.g. `110,000 points`.
    pub summary: String,
    /// Whether it is drawn.
    pub visible: bool,
    /// Its properties, `visible` excepted.
    pub properties: Vec<Property>,
    /// What its colours mean, as far as a legend can say it; a network's nodes and links each have one.
    pub legends: Vec<Legend>,
}

/// What the colours of a layer mean, drawn over the picture by each side, sharp on every line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Legend {
    /// The quantity, for people.
    pub title: String,
    /// Its unit.
    pub unit: Option<String>,
    /// Its colours.
    pub scale: LegendScale,
}

/// The colours of a [`Legend`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum LegendScale {
    /// A colour bar.
    Ramp {
        /// sRGB, at equal distances from the least to the greatest.
        colors: Vec<[u8; 3]>,
        /// The quantities at its ends.
        range: [f64; 2],
        /// Whether equal factors are equal steps.
        log: bool,
    },
    /// Kinds of things.
    Keys {
        /// Those that there are, the most frequent first.
        entries: Vec<LegendEntry>,
        /// How many more there are.
        more: u32,
    },
}

/// A kind of things in a [`Legend`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LegendEntry {
    /// For people.
    pub label: String,
    /// sRGB.
    pub color: [u8; 3],
}

/// A file on its way in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LoadStatus {
    /// The file's name without its folder.
    pub name: String,
    /// From 0 to 1.
    pub fraction: f32,
}

/// A control, described once and drawn by each side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Property {
    /// What [`crate::Command::Set`] names.
    pub id: String,
    /// For people, in sentence case.
    pub label: String,
    /// How to draw it and which values it takes.
    pub kind: PropertyKind,
    /// Of a number, e.g. `px`.
    pub unit: Option<String>,
    /// What it is now.
    pub value: Value,
    /// Whether that is not what it was at first.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(test, ts(as = "Option<bool>", optional))]
    pub changed: bool,
}

/// How a property is drawn and which values it takes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum PropertyKind {
    /// A slider.
    Range {
        /// The least value.
        min: f64,
        /// The greatest value.
        max: f64,
        /// The distance of neighbouring values.
        step: f64,
    },
    /// One of a few.
    Choice {
        /// In the order to show them.
        options: Vec<ChoiceOption>,
    },
    /// Some of a few.
    Several {
        /// In the order to show them.
        options: Vec<ChoiceOption>,
    },
    /// From a least to a greatest number: two handles of a slider.
    Interval {
        /// The least value.
        min: f64,
        /// The greatest value.
        max: f64,
        /// How many elements lie in each of equal parts from `min` to `max`; may be empty.
        histogram: Vec<u32>,
    },
    /// On or off.
    Toggle,
    /// An sRGB colour.
    Color,
}

/// One option of a choice, or of several.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ChoiceOption {
    /// What [`Value::Choice`] and [`Value::Several`] name.
    pub id: String,
    /// For people.
    pub label: String,
    /// sRGB, where it has a colour of its own.
    pub color: Option<[u8; 3]>,
}
