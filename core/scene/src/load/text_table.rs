//! Points as lines of text: XYZ, CSV, TSV and their kin.
//!
//! The delimiter, whether there is a header, and what the columns are, is guessed from the first lines, as far as a
//! [`Reading`] does not say it.

use super::cloud::{ARRANGING, Cloud};
use super::dialect::{self, Dialect, has_two_numbers};
use super::format::{Format, Opened};
use super::kinds::{self, Kinds};
use super::lines::Lines;
use super::progress::Progress;
use super::source::FileReader;
use super::table::{Column, Roles, roles};
use super::{LoadedLayer, Problem};
use crate::reading::Guess;
use crate::{Attribute, FirstLine, Reading, Values};
use std::io::Seek;

pub(super) const FORMAT: Format = Format {
    name: "XYZ/CSV/TSV",
    extensions: &["xyz", "csv", "tsv", "txt", "asc", "pts"],
    becomes: "points; every other column colours them",
    is_it: |head| {
        let is_named = FORMAT.extensions.contains(&head.extension);
        // Whatever the letters' encoding.
        let is_text = !head.bytes.contains(&0);
        is_named && is_text && head.text.split(|byte| *byte == b'\n').any(has_two_numbers)
    },
    begins_with: "",
    read,
};

/// Lines from which everything is guessed.
const SAMPLE_LINES: usize = 100;
/// More columns than this are no table of points.
const COLUMNS_MAX: usize = 256;
/// So many rows are read, then the memory is looked after.
const BLOCK_ROWS: u64 = 4096;
/// Memory for a row, columns aside: its place, its number, its order.
const BYTES_PER_ROW: u64 = 40;
/// For a field of a row, as wide as it gets while it is read and narrowed.
const BYTES_PER_FIELD: u64 = 12;

fn is_comment(line: &[u8]) -> bool {
    line.is_empty() || line.starts_with(b"#") || line.starts_with(b"//") || line.starts_with(b"%")
}

fn read(Opened { mut reader, name, reading, progress, .. }: Opened<'_>) -> Result<Vec<LoadedLayer>, Problem> {
    let layout = Layout::of(&mut reader, reading, progress)?;
    reader.rewind()?;
    progress.leave(ARRANGING);
    let mut lines = Lines::new(reader, progress, "table");
    let mut table = Table::new(&layout);
    let mut line = Vec::new();
    while lines.next(&mut line)? {
        let said = said(&line, lines.number());
        if is_comment(said) || lines.number() <= layout.skip {
            continue;
        }
        table.take(&layout, said);
        if table.rows.is_multiple_of(BLOCK_ROWS) {
            progress.allow(table.bytes())?;
        }
    }
    let guess = layout.guess;
    Ok(vec![table.into_layer(layout, name, progress)?.of_text(reading, guess)])
}

/// A line without its end, and the first one without the mark of its byte order.
fn said(line: &[u8], number: u64) -> &[u8] {
    let line = if number == 1 { line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line) } else { line };
    line.trim_ascii_end()
}

/// What the first lines show.
struct Layout {
    dialect: Dialect,
    guess: Guess,
    columns: Vec<Column>,
    roles: Roles,
    has_names: bool,
    /// Lines before the first row.
    skip: u64,
}

impl Layout {
    fn of(reader: &mut FileReader, reading: Reading, progress: &Progress) -> Result<Layout, Problem> {
        let (lines, numbers) = sample(reader, progress)?;
        // .pts begins with the number of its points.
        let is_count = |line: &Vec<u8>, next: &Vec<u8>| dialect::is_number(line) && has_two_numbers(next);
        let first = usize::from(matches!(&lines[..], [line, next, ..] if is_count(line, next)));
        let (lines, at) = (lines.get(first..).unwrap_or_default(), numbers.get(first).copied().unwrap_or(1));
        let Some(head) = lines.first() else {
            return Err(Problem::Nothing { detail: "it has no lines but comments".into() });
        };
        let columns_end = dialect::guess(lines);
        let dialect = Dialect::of(reading.columns_end.unwrap_or(columns_end), lines);
        let count = dialect.fields(head).count();
        if count > COLUMNS_MAX {
            return Err(Problem::Unsupported {
                detail: format!("it has {count} columns, and at most {COLUMNS_MAX} are read"),
            });
        }
        let rows: Vec<Vec<&[u8]>> = lines.iter().map(|line| dialect.fields(line).take(count).collect()).collect();
        let first_line = guess_first_line(dialect, &rows);
        let has_names = reading.first_line.unwrap_or(first_line) == FirstLine::Names;
        let columns = columns(dialect, &rows, has_names);
        let Some(roles) = roles(&columns, has_names) else {
            return Err(Problem::Nothing { detail: "it has no two columns of numbers that could be places".into() });
        };
        let skip = if has_names { at } else { at.saturating_sub(1) };
        Ok(Layout { dialect, guess: Guess { columns_end, first_line }, columns, roles, has_names, skip })
    }
}

/// The first lines that are no comments, and their numbers.
fn sample(reader: &mut FileReader, progress: &Progress) -> Result<(Vec<Vec<u8>>, Vec<u64>), Problem> {
    let (mut all, mut numbers) = (Vec::new(), Vec::new());
    let source = std::mem::replace(reader, FileReader::empty());
    let mut lines = Lines::new(source, progress, "table");
    let mut line = Vec::new();
    while all.len() < SAMPLE_LINES && lines.next(&mut line)? {
        let said = said(&line, lines.number());
        if !is_comment(said) {
            all.push(said.to_vec());
            numbers.push(lines.number());
        }
    }
    *reader = lines.into_reader();
    Ok((all, numbers))
}

/// Names are no numbers, and what stands below them is.
fn guess_first_line(dialect: Dialect, rows: &[Vec<&[u8]>]) -> FirstLine {
    let below = rows.get(1);
    let is_name = |(index, field): (usize, &&[u8])| {
        let field_below = below.and_then(|row| row.get(index));
        let stands_above = field_below.is_none_or(|below| dialect.number(below).is_some());
        !field.is_empty() && dialect.number(field).is_none() && stands_above
    };
    let has_names = rows.first().is_some_and(|head| head.iter().enumerate().any(is_name));
    if has_names { FirstLine::Names } else { FirstLine::Data }
}

/// As many as the first line has fields.
fn columns(dialect: Dialect, rows: &[Vec<&[u8]>], has_names: bool) -> Vec<Column> {
    let head = rows.first().map(Vec::as_slice).unwrap_or_default();
    let body = rows.get(usize::from(has_names)..).unwrap_or_default();
    let column = |(index, field): (usize, &&[u8])| {
        let name = if has_names && !field.is_empty() {
            String::from_utf8_lossy(field).into_owned()
        } else {
            format!("column {}", index + 1)
        };
        column(name, dialect, body.iter().filter_map(|row| row.get(index)).copied())
    };
    head.iter().enumerate().map(column).collect()
}

fn column<'f>(name: String, dialect: Dialect, fields: impl Iterator<Item = &'f [u8]>) -> Column {
    let mut column = Column { name, is_number: false, range: [f64::INFINITY, f64::NEG_INFINITY], is_whole: true };
    for field in fields.filter(|field| !field.is_empty()) {
        let Some(value) = dialect.number(field) else {
            return Column { is_number: false, ..column };
        };
        column.is_number = true;
        if value.is_finite() {
            column.range = [column.range[0].min(value), column.range[1].max(value)];
        }
        column.is_whole &= value.fract() == 0.0;
    }
    column
}

/// The rows that were read.
struct Table {
    /// One for each column.
    fields: Vec<Fields>,
    rows: u64,
}

/// The fields of a column.
enum Fields {
    Numbers(Vec<f64>),
    Texts(Kinds),
}

impl Table {
    fn new(layout: &Layout) -> Table {
        let fields = |column: &Column| match column.is_number {
            true => Fields::Numbers(Vec::new()),
            false => Fields::Texts(Kinds::default()),
        };
        Table { fields: layout.columns.iter().map(fields).collect(), rows: 0 }
    }

    fn take(&mut self, layout: &Layout, line: &[u8]) {
        self.rows += 1;
        let mut said = layout.dialect.fields(line);
        for fields in &mut self.fields {
            let field = said.next();
            match fields {
                Fields::Numbers(list) => {
                    list.push(field.and_then(|field| layout.dialect.number(field)).unwrap_or(f64::NAN));
                }
                Fields::Texts(kinds) => kinds.take(field.unwrap_or_default()),
            }
        }
    }

    fn bytes(&self) -> u64 {
        self.rows.saturating_mul(BYTES_PER_ROW + BYTES_PER_FIELD * self.fields.len() as u64)
    }

    fn into_layer(self, layout: Layout, name: String, progress: &Progress) -> Result<LoadedLayer, Problem> {
        let (mut columns, mut names) = (Vec::new(), Vec::new());
        for (index, (fields, column)) in self.fields.into_iter().zip(layout.columns).enumerate() {
            match fields {
                // Places far from zero keep their digits.
                Fields::Numbers(list) if layout.roles.place.contains(&Some(index)) => {
                    columns.push(Attribute::new(column.name, Values::F64(list)));
                }
                Fields::Numbers(list) => columns.push(Attribute::new(column.name, Values::narrowest(list))),
                Fields::Texts(kinds) => match kinds.into_attribute(&column.name) {
                    Some(attribute) => columns.push(attribute),
                    None => names.push(column.name),
                },
            }
        }
        let layer = Cloud { columns, has_names: layout.has_names, colors: None }.into_layer(name, progress)?;
        let notices: Vec<String> = layer.notice.iter().cloned().chain(kinds::left_out(&names)).collect();
        Ok(LoadedLayer { notice: (!notices.is_empty()).then(|| notices.join(" ")), ..layer })
    }
}
