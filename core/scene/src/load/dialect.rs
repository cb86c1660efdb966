//! How the lines of a text table are cut into fields, and which fields are numbers (RFC 4180, and what programs write in its place).
//!
//! A quoted field may hold the delimiter, not the end of a line.

use crate::Delimiter;

/// How lines are cut into fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dialect {
    delimiter: Delimiter,
    /// Whether a comma stands for the point.
    decimal_comma: bool,
}

/// In the order in which they are looked for; a table that has none of them has [`Delimiter::Spaces`].
const GUESSES: [Delimiter; 4] = [Delimiter::Tab, Delimiter::Semicolon, Delimiter::Comma, Delimiter::Bar];

/// The delimiter that cuts all lines into the same number of fields, or nearly all.
pub(super) fn guess(lines: &[Vec<u8>]) -> Delimiter {
    let is_it = |delimiter: &Delimiter| {
        let dialect = Dialect { delimiter: *delimiter, decimal_comma: false };
        let count = |line: &Vec<u8>| dialect.fields(line).count();
        let first = lines.first().map_or(0, count);
        first >= 2 && lines.iter().filter(|line| count(line) != first).count() * 10 <= lines.len()
    };
    GUESSES.into_iter().find(is_it).unwrap_or(Delimiter::Spaces)
}

impl Dialect {
    /// Of lines that are cut so.
    pub(super) fn of(delimiter: Delimiter, lines: &[Vec<u8>]) -> Dialect {
        let points = Dialect { delimiter, decimal_comma: false };
        let is_with_comma = |field: &[u8]| number(field, false).is_none() && number(field, true).is_some();
        let decimal_comma =
            delimiter != Delimiter::Comma && lines.iter().any(|line| points.fields(line).any(is_with_comma));
        Dialect { decimal_comma, ..points }
    }

    /// The fields of a line, without quotes around them.
    pub(super) fn fields(self, line: &[u8]) -> impl Iterator<Item = &[u8]> {
        let is_spaces = self.delimiter == Delimiter::Spaces;
        let mut is_quoted = false;
        let ends = move |byte: &u8| {
            is_quoted ^= *byte == b'"' && !is_spaces;
            !is_quoted && self.is_delimiter(*byte)
        };
        line.split(ends).filter(move |field| !is_spaces || !field.is_empty()).map(unquoted)
    }

    pub(super) fn number(self, field: &[u8]) -> Option<f64> {
        number(field, self.decimal_comma)
    }

    fn is_delimiter(self, byte: u8) -> bool {
        match self.delimiter {
            Delimiter::Comma => byte == b',',
            Delimiter::Semicolon => byte == b';',
            Delimiter::Tab => byte == b'\t',
            Delimiter::Bar => byte == b'|',
            Delimiter::Spaces => byte.is_ascii_whitespace(),
        }
    }
}

/// Whether a line could be a point's.
pub(super) fn has_two_numbers(line: &[u8]) -> bool {
    let is_delimiter = |byte: &u8| matches!(byte, b',' | b';' | b'|') || byte.is_ascii_whitespace();
    line.split(is_delimiter).filter(|word| number(word.trim_ascii(), false).is_some()).count() >= 2
}

/// Whether a line is a number and nothing else, as files of kind `.pts` begin: with how many points follow.
pub(super) fn is_number(line: &[u8]) -> bool {
    number(line.trim_ascii(), false).is_some()
}

fn unquoted(field: &[u8]) -> &[u8] {
    let field = field.trim_ascii();
    field.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")).unwrap_or(field)
}

fn number(field: &[u8], decimal_comma: bool) -> Option<f64> {
    if decimal_comma && field.contains(&b',') {
        let text = std::str::from_utf8(field).ok()?.replace(',', ".");
        return text.parse().ok();
    }
    // "inf", "nan" and "infinity" are words as often as numbers: they are numbers where all others are.
    std::str::from_utf8(field).ok()?.parse().ok()
}
