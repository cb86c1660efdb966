//! The controls of how a text table is cut into columns and rows.

use super::choice;
use crate::reading::{Delimiter, FirstLine, Reading};
use crate::{Layer, text};
use heliograph_wire::{Property, Value};

const COLUMNS_END: &str = "columns_end";
const FIRST_LINE: &str = "first_line";
/// The choice of what was guessed.
const GUESS: &str = "guess";

/// Whether a property is one of these, which the scene itself sets.
pub(crate) fn is_reading(property: &str) -> bool {
    [COLUMNS_END, FIRST_LINE].contains(&property)
}

/// As the file is read now, or, while it is being read otherwise, as it is to be.
pub(super) fn of(layer: &Layer) -> Vec<Property> {
    let (Some(table), Some(_)) = (&layer.table, &layer.file) else { return Vec::new() };
    let (Reading { columns_end, first_line }, guess) = (table.wanted, table.guess);
    let ends = Delimiter::ALL.map(|one| (one.id(), one.label()));
    let firsts = FirstLine::ALL.map(|one| (one.id(), one.label()));
    vec![
        property((COLUMNS_END, "Columns end with"), &ends, guess.columns_end.label(), columns_end.map(Delimiter::id)),
        property((FIRST_LINE, "First line"), &firsts, guess.first_line.label(), first_line.map(FirstLine::id)),
    ]
}

fn property(
    (id, label): (&str, &str),
    options: &[(&'static str, &'static str)],
    guess: &str,
    chosen: Option<&str>,
) -> Property {
    let guessed = (GUESS, format!("As guessed ({})", text::lower_case(guess)));
    let options = options.iter().map(|(id, label)| (*id, (*label).to_owned()));
    choice(id, label, std::iter::once(guessed).chain(options), chosen.unwrap_or(GUESS))
}

/// A reading in which one of these has a checked value.
pub(crate) fn with(reading: Reading, property: &str, value: &Value) -> Reading {
    let Value::Choice(id) = value else { return reading };
    match property {
        COLUMNS_END => Reading { columns_end: Delimiter::ALL.into_iter().find(|one| one.id() == id), ..reading },
        FIRST_LINE => Reading { first_line: FirstLine::ALL.into_iter().find(|one| one.id() == id), ..reading },
        _ => reading,
    }
}
