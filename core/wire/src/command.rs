//! [`Command`]: the only way to change a scene.

use crate::selection::{How, Shape};
use serde::{Deserialize, Serialize};

/// Names a layer for as long as the app runs; never used again after the layer is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(transparent)]
pub struct LayerId(pub u32);

/// A change to the scene, whoever asks for it: the window's panels, a browser, the command line.
///
/// Places in the picture are fractions of it: `x` from 0 (left) to 1 (right), `y` from 0 (top) to 1 (bottom).
/// Movements are fractions of the picture's *height* on both axes, so that a drag feels the same at any aspect.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// Turns the camera about its target; one picture height is half a turn. Positive `dx` drags the scene right, positive `dy` down.
    Orbit {
        /// Movement to the right, in picture heights.
        dx: f32,
        /// Movement downwards, in picture heights.
        dy: f32,
    },
    /// Moves the camera and its target so that the scene follows the hand in the plane of the target.
    Pan {
        /// Movement to the right, in picture heights.
        dx: f32,
        /// Movement downwards, in picture heights.
        dy: f32,
    },
    /// Magnifies by `factor` about a place in the picture, which stays where it is.
    Zoom {
        /// Above 1 comes nearer, below 1 goes away.
        factor: f32,
        /// The fixed place, as a fraction of the picture's width.
        x: f32,
        /// The fixed place, as a fraction of the picture's height.
        y: f32,
    },
    /// Makes what is drawn at a place the camera's new target; does nothing over the background.
    Recenter {
        /// Fraction of the picture's width.
        x: f32,
        /// Fraction of the picture's height.
        y: f32,
    },
    /// Marks what is drawn at a place; over the background it clears the mark.
    Pick {
        /// Fraction of the picture's width.
        x: f32,
        /// Fraction of the picture's height.
        y: f32,
    },
    /// Sets an end of the line that is measured on what is drawn at a place: the first, then the second; a third begins anew.
    /// Does nothing over the background.
    Measure {
        /// Fraction of the picture's width.
        x: f32,
        /// Fraction of the picture's height.
        y: f32,
    },
    /// Forgets what was measured.
    ClearMeasure,
    /// Selects the elements of visible layers (points, vertices, streamlines, nodes) whose place is inside of a shape, however
    /// much stands before them; what is clipped or filtered out is not selected.
    Select {
        /// Where.
        shape: Shape,
        /// What becomes of what was selected.
        how: How,
    },
    /// Nothing is selected any more.
    ClearSelection,
    /// Moves the camera so that everything visible fills the picture, without turning it.
    Fit,
    /// Looks at everything visible from one side.
    Look {
        /// The side that the camera stands on.
        from: Side,
    },
    /// Sets a property, of a layer or (without one) of the scene.
    Set {
        /// The layer, or `None` for the scene's own properties.
        layer: Option<LayerId>,
        /// [`crate::Property::id`].
        property: String,
        /// Of the property's kind, within its range.
        value: Value,
    },
    /// Takes a layer out of the scene.
    RemoveLayer {
        /// The layer to remove.
        layer: LayerId,
    },
    /// Calls a layer something else.
    RenameLayer {
        /// The layer.
        layer: LayerId,
        /// Its new name for people; not empty.
        name: String,
    },
    /// Puts a layer to another place in the list, which is the order in which layers are drawn where they are transparent.
    MoveLayer {
        /// The layer.
        layer: LayerId,
        /// Its place when it has been moved, from 0; beyond the end is the end.
        to: u32,
    },
    /// Looks at the scene as a view's code says: camera, properties of the scene and of the layers of the same names.
    OpenView {
        /// As [`crate::SceneStatus`] and [`crate::Pose`] make it: see the page's `core/view.js` and `heliograph_scene::view`.
        code: String,
    },
    /// Undoes the last change that was not a movement of the camera.
    Undo,
    /// Does again what was undone last.
    Redo,
}

impl Command {
    /// Whether it moves the camera and nothing else.
    pub fn is_of_camera(&self) -> bool {
        match self {
            Command::Orbit { .. }
            | Command::Pan { .. }
            | Command::Zoom { .. }
            | Command::Recenter { .. }
            | Command::Fit
            | Command::Look { .. } => true,
            Command::Pick { .. }
            | Command::Measure { .. }
            | Command::ClearMeasure
            | Command::Select { .. }
            | Command::ClearSelection
            | Command::Set { .. }
            | Command::RemoveLayer { .. }
            | Command::RenameLayer { .. }
            | Command::MoveLayer { .. }
            | Command::OpenView { .. }
            | Command::Undo
            | Command::Redo => false,
        }
    }
}

/// A standard view: the side of the scene that the camera stands on. The z axis points up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// From −y, looking along +y.
    Front,
    /// From +y.
    Back,
    /// From −x.
    Left,
    /// From +x.
    Right,
    /// From +z, looking down, +y upwards in the picture.
    Top,
    /// From −z.
    Bottom,
}

impl Side {
    /// In the order of the keys 1 to 6.
    pub const ALL: [Side; 6] = [Side::Front, Side::Back, Side::Left, Side::Right, Side::Top, Side::Bottom];
}

/// The value of a property.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// For [`crate::PropertyKind::Range`].
    Number(f64),
    /// For [`crate::PropertyKind::Choice`]: the id of an option.
    Choice(String),
    /// For [`crate::PropertyKind::Several`]: the ids of options.
    Several(Vec<String>),
    /// For [`crate::PropertyKind::Interval`]: the least, then the greatest.
    Interval([f64; 2]),
    /// For [`crate::PropertyKind::Toggle`].
    Toggle(bool),
    /// For [`crate::PropertyKind::Color`]: sRGB.
    Color([u8; 3]),
}
