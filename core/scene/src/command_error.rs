//! [`CommandError`]: why a command was refused.

use heliograph_wire::{InputError, LayerId};

/// Why a command was refused. Nothing was changed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CommandError {
    /// Numbers that no hand can mean.
    #[error(transparent)]
    Malformed(#[from] InputError),
    /// The layer was removed, or never was.
    #[error("there is no layer {}", .0.0)]
    UnknownLayer(LayerId),
    /// Nothing of the layer or the scene has this name.
    #[error("{owner} has no property “{property}”")]
    UnknownProperty {
        /// The layer's name, or `the scene`.
        owner: String,
        /// What was asked for.
        property: String,
    },
    /// For instance a colour for a number.
    #[error("{name} takes {expected}")]
    WrongKind {
        /// The property's label.
        name: String,
        /// What it takes.
        expected: &'static str,
    },
    /// A number that the property does not take.
    #[error("{name} goes from {min} to {max}, so {number} cannot be set")]
    OutOfRange {
        /// The property's label.
        name: String,
        /// What was asked for.
        number: f64,
        /// The least that is taken.
        min: f64,
        /// The greatest that is taken.
        max: f64,
    },
    /// An interval whose end comes before its start.
    #[error("{name} cannot go from {least} to {most}")]
    UpsideDown {
        /// The property's label.
        name: String,
        /// What was asked for.
        least: f64,
        /// What was asked for.
        most: f64,
    },
    /// An option that the property does not have.
    #[error("{name} can be {known}, not “{choice}”")]
    UnknownChoice {
        /// The property's label.
        name: String,
        /// What was asked for.
        choice: String,
        /// What could be.
        known: String,
    },
    /// A layer without a name could not be spoken of.
    #[error("a layer's name cannot be empty")]
    NoName,
    /// What was pasted is no view's code, or not all of it.
    #[error("this is not the code of a view: {0}")]
    NoView(&'static str),
    /// Every change is undone already.
    #[error("there is nothing to undo")]
    NothingToUndo,
    /// Nothing was undone since the last change.
    #[error("there is nothing to do again")]
    NothingToRedo,
}

impl CommandError {
    /// As a sentence that stands by itself.
    pub fn sentence(&self) -> String {
        let text = self.to_string();
        let mut letters = text.chars();
        let first = letters.next().into_iter().flat_map(char::to_uppercase);
        format!("{}{}.", first.collect::<String>(), letters.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_begins_large_and_ends_with_a_stop() {
        assert_eq!(CommandError::UnknownLayer(LayerId(3)).sentence(), "There is no layer 3.");
        let choice =
            CommandError::UnknownChoice { name: "Éclat".into(), choice: "none".into(), known: "“some”".into() };
        assert_eq!(choice.sentence(), "Éclat can be “some”, not “none”.");
    }
}
