//! [`Input`]: what a viewer's hand does, on its way from the browser to the scene.

use crate::command::Command;
use crate::selection::{MAX_LASSO_CORNERS, Shape};
use serde::{Deserialize, Serialize};

/// Names a viewer for as long as the share lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(transparent)]
pub struct ViewerId(pub u32);

/// What holds the scene while it is dragged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Button {
    /// The main mouse button or one finger: orbits, pans with shift.
    Primary,
    /// The other mouse button: pans.
    Secondary,
    /// The wheel's button: pans.
    Middle,
    /// Two fingers: pan and pinch.
    Pinch,
}

/// One thing that a viewer did. Places are fractions of the picture, as in [`Command`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Input {
    /// A button went down, or fingers touched. Never lost.
    Down {
        /// Which.
        button: Button,
        /// Fraction of the picture's width.
        x: f32,
        /// Fraction of the picture's height.
        y: f32,
        /// Whether shift was held.
        shift: bool,
    },
    /// The pointer is now here. An absolute state: of many that wait, only the last matters.
    Move {
        /// Fraction of the picture's width; with two fingers, of the point between them.
        x: f32,
        /// Fraction of the picture's height.
        y: f32,
        /// With two fingers, their distance over that at the touch; otherwise 1.
        pinch: f32,
    },
    /// The button went up, here. Never lost.
    Up {
        /// Which.
        button: Button,
        /// Fraction of the picture's width.
        x: f32,
        /// Fraction of the picture's height.
        y: f32,
    },
    /// A command. Never lost.
    Command {
        /// What to do.
        command: Command,
    },
    /// The viewer has left: whatever it held is let go. Said by the sidecar, refused from a browser.
    Gone,
}

/// An input as it lies in the input ring.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ticketed {
    /// Counts every input that the sidecar ever wrote; a frame says the last one that it shows.
    pub ticket: u64,
    /// Who.
    pub viewer: ViewerId,
    /// What.
    pub input: Input,
}

/// Why an input from a peer is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InputError {
    /// NaN, infinite, or so far outside that no hand can mean it.
    #[error("the viewer sent the number of {field} outside of {least} to {most}")]
    OutOfRange {
        /// Which field.
        field: &'static str,
        /// The least that is accepted.
        least: i32,
        /// The most that is accepted.
        most: i32,
    },
    /// A text longer than any property's.
    #[error("the viewer sent a text of over {0} bytes")]
    TextTooLong(usize),
    /// A lasso that is none, or one that no hand draws.
    #[error("the viewer sent a lasso of {0} corners; it takes 3 to {MAX_LASSO_CORNERS}")]
    Corners(usize),
    /// Something that only the sidecar may say.
    #[error("the viewer sent what only the host may say")]
    NotForViewers,
}

/// The longest code of a view in bytes.
pub const MAX_VIEW_BYTES: usize = 8000;

/// The longest property name or choice in bytes.
const MAX_TEXT_BYTES: usize = 200;

fn within(field: &'static str, value: f32, least: i32, most: i32) -> Result<(), InputError> {
    // Written so that NaN fails.
    if value >= least as f32 && value <= most as f32 {
        Ok(())
    } else {
        Err(InputError::OutOfRange { field, least, most })
    }
}

/// A drag may leave the picture, but by no more than a wide desk of screens.
fn place(x: f32, y: f32) -> Result<(), InputError> {
    within("x", x, -16, 16)?;
    within("y", y, -16, 16)
}

fn corner([x, y]: &[f32; 2]) -> Result<(), InputError> {
    place(*x, *y)
}

impl Input {
    /// Whether it can move the camera: a hand, or a command that does nothing else.
    pub fn is_of_camera(&self) -> bool {
        match self {
            Input::Command { command } => command.is_of_camera(),
            _ => true,
        }
    }

    /// Checks what serde cannot: that every number is finite and plausible and every text short.
    ///
    /// # Errors
    /// The first field at fault.
    pub fn check(&self) -> Result<(), InputError> {
        match self {
            Input::Down { x, y, .. } | Input::Up { x, y, .. } => place(*x, *y),
            Input::Move { x, y, pinch } => {
                place(*x, *y)?;
                within("pinch", *pinch, 0, 1000)
            }
            Input::Command { command } => command.check(),
            Input::Gone => Ok(()),
        }
    }

    /// Whether a later one of the same viewer makes this one worthless.
    pub fn is_move(&self) -> bool {
        matches!(self, Input::Move { .. })
    }
}

impl Command {
    /// Checks what serde cannot: that every number is finite and plausible and every text short.
    ///
    /// # Errors
    /// The first field at fault.
    pub fn check(&self) -> Result<(), InputError> {
        match self {
            Command::Orbit { dx, dy } | Command::Pan { dx, dy } => {
                within("dx", *dx, -32, 32)?;
                within("dy", *dy, -32, 32)
            }
            Command::Zoom { factor, x, y } => {
                place(*x, *y)?;
                // A factor of exactly 0 would put the camera infinitely far away.
                within("factor", *factor, 0, 1000)?;
                within("1/factor", 1.0 / *factor, 0, 1000)
            }
            Command::Recenter { x, y } | Command::Pick { x, y } | Command::Measure { x, y } => place(*x, *y),
            Command::Select { shape: Shape::Point { x, y }, .. } => place(*x, *y),
            Command::Select { shape: Shape::Box { from, to }, .. } => [from, to].into_iter().try_for_each(corner),
            Command::Select { shape: Shape::Lasso { corners }, .. } => {
                if !(3..=MAX_LASSO_CORNERS).contains(&corners.len()) {
                    return Err(InputError::Corners(corners.len()));
                }
                corners.iter().try_for_each(corner)
            }
            Command::Set { property, value, .. } => {
                short(property)?;
                match value {
                    crate::Value::Number(number) => finite(*number),
                    crate::Value::Interval([least, most]) => finite(*least).and(finite(*most)),
                    crate::Value::Choice(choice) => short(choice),
                    crate::Value::Several(choices) => choices.iter().try_for_each(|choice| short(choice)),
                    _ => Ok(()),
                }
            }
            Command::RenameLayer { name, .. } => short(name),
            Command::OpenView { code } => {
                let is_short = code.len() <= MAX_VIEW_BYTES;
                if is_short { Ok(()) } else { Err(InputError::TextTooLong(MAX_VIEW_BYTES)) }
            }
            Command::ClearMeasure
            | Command::ClearSelection
            | Command::Fit
            | Command::Look { .. }
            | Command::RemoveLayer { .. }
            | Command::MoveLayer { .. }
            | Command::Undo
            | Command::Redo => Ok(()),
        }
    }
}

fn finite(number: f64) -> Result<(), InputError> {
    let out_of_range = InputError::OutOfRange { field: "value", least: i32::MIN, most: i32::MAX };
    if number.is_finite() { Ok(()) } else { Err(out_of_range) }
}

fn short(text: &str) -> Result<(), InputError> {
    if text.len() <= MAX_TEXT_BYTES { Ok(()) } else { Err(InputError::TextTooLong(MAX_TEXT_BYTES)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{How, MAX_MESSAGE_BYTES, Value};

    #[test]
    fn no_number_that_is_not_a_number_passes() {
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e7, -1e7] {
            let inputs = [
                Input::Move { x: bad, y: 0.5, pinch: 1.0 },
                Input::Move { x: 0.5, y: bad, pinch: 1.0 },
                Input::Move { x: 0.5, y: 0.5, pinch: bad },
                Input::Down { button: Button::Primary, x: bad, y: 0.0, shift: false },
                Input::Up { button: Button::Primary, x: 0.0, y: bad },
                Input::Command { command: Command::Orbit { dx: bad, dy: 0.0 } },
                Input::Command { command: Command::Pan { dx: 0.0, dy: bad } },
                Input::Command { command: Command::Zoom { factor: bad, x: 0.5, y: 0.5 } },
                Input::Command { command: Command::Recenter { x: bad, y: 0.5 } },
                Input::Command { command: Command::Measure { x: 0.5, y: bad } },
                select(Shape::Point { x: bad, y: 0.5 }),
                select(Shape::Box { from: [0.0, 0.0], to: [1.0, bad] }),
                select(Shape::Box { from: [bad, 0.0], to: [1.0, 1.0] }),
                select(Shape::Lasso { corners: vec![[0.0, 0.0], [1.0, bad], [1.0, 1.0]] }),
            ];
            for input in inputs {
                assert!(input.check().is_err(), "{input:?} passed");
            }
        }
        let zero = Input::Command { command: Command::Zoom { factor: 0.0, x: 0.5, y: 0.5 } };
        assert!(zero.check().is_err());
        let nan = Command::Set { layer: None, property: "size".into(), value: Value::Number(f64::NAN) };
        assert!(nan.check().is_err());
    }

    fn select(shape: Shape) -> Input {
        Input::Command { command: Command::Select { shape, how: How::Add } }
    }

    #[test]
    fn a_lasso_has_corners_but_not_without_end_and_its_message_is_never_too_long() {
        let of = |count: usize| select(Shape::Lasso { corners: vec![[-1.234_567_9e-15, -15.999_999]; count] });
        for count in [0, 2, MAX_LASSO_CORNERS + 1] {
            assert_eq!(of(count).check(), Err(InputError::Corners(count)));
        }
        for count in [3, MAX_LASSO_CORNERS] {
            assert_eq!(of(count).check(), Ok(()));
            let message = crate::FromViewer::Input { seq: u32::MAX, input: of(count) };
            assert!(serde_json::to_string(&message).unwrap().len() <= MAX_MESSAGE_BYTES);
        }
    }

    #[test]
    fn a_number_too_large_for_f32_does_not_slip_in_as_infinity() {
        let json = r#"{"type":"move","x":1e39,"y":0.5,"pinch":1}"#;
        let passed = serde_json::from_str::<Input>(json).is_ok_and(|input| input.check().is_ok());
        assert!(!passed);
    }

    #[test]
    fn what_a_hand_does_passes() {
        assert_eq!(Input::Move { x: -0.3, y: 1.4, pinch: 0.2 }.check(), Ok(()));
        assert_eq!(Command::Zoom { factor: 1.1, x: 0.2, y: 0.9 }.check(), Ok(()));
    }
}
