//! [`Reading`]: how a text table is cut into columns and rows, where one does not want what is guessed.

use serde::{Deserialize, Serialize};

/// How a text table is cut into columns and rows; what is `None` is guessed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// What stands between the fields of a line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns_end: Option<Delimiter>,
    /// What the first line says that is neither a comment nor the number of the points.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_line: Option<FirstLine>,
}

/// What stands between the fields of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delimiter {
    /// `,`
    Comma,
    /// `;`
    Semicolon,
    /// One of them.
    Tab,
    /// Any number of blanks and tabs.
    Spaces,
    /// `|`
    Bar,
}

/// What a table's first line says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FirstLine {
    /// What the columns are called.
    Names,
    /// The same as every other line.
    Data,
}

impl Delimiter {
    /// All of them.
    pub const ALL: [Delimiter; 5] =
        [Delimiter::Comma, Delimiter::Semicolon, Delimiter::Tab, Delimiter::Spaces, Delimiter::Bar];

    /// For values of properties.
    pub fn id(self) -> &'static str {
        match self {
            Delimiter::Comma => "comma",
            Delimiter::Semicolon => "semicolon",
            Delimiter::Tab => "tab",
            Delimiter::Spaces => "spaces",
            Delimiter::Bar => "bar",
        }
    }

    /// For people.
    pub fn label(self) -> &'static str {
        match self {
            Delimiter::Comma => "Comma",
            Delimiter::Semicolon => "Semicolon",
            Delimiter::Tab => "Tab",
            Delimiter::Spaces => "Spaces",
            Delimiter::Bar => "Vertical bar",
        }
    }
}

impl FirstLine {
    /// Both of them.
    pub const ALL: [FirstLine; 2] = [FirstLine::Names, FirstLine::Data];

    /// For values of properties.
    pub fn id(self) -> &'static str {
        match self {
            FirstLine::Names => "names",
            FirstLine::Data => "data",
        }
    }

    /// For people.
    pub fn label(self) -> &'static str {
        match self {
            FirstLine::Names => "Names of columns",
            FirstLine::Data => "Data",
        }
    }
}

/// What was guessed of a table: of its first line, when its columns end as they were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Guess {
    pub(crate) columns_end: Delimiter,
    pub(crate) first_line: FirstLine,
}

/// How a layer's text table was read, and how it is to be.
#[derive(Debug, Clone)]
pub(crate) struct TextTable {
    pub(crate) reading: Reading,
    pub(crate) guess: Guess,
    /// Where it is another, the file is being read once more.
    pub(crate) wanted: Reading,
    /// The guest who wants it so; `None` for the host.
    pub(crate) by: Option<String>,
}

impl Reading {
    /// Whether all of it is guessed.
    pub(crate) fn is_guessed(&self) -> bool {
        *self == Reading::default()
    }
}

impl TextTable {
    pub(crate) fn new(reading: Reading, guess: Guess) -> TextTable {
        TextTable { reading, guess, wanted: reading, by: None }
    }

    /// It stays as it was read; true when it was to be otherwise.
    pub(crate) fn give_up(&mut self) -> bool {
        std::mem::replace(&mut self.wanted, self.reading) != self.reading
    }
}
