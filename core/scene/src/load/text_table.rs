//! Points as lines of text: XYZ, CSV, TSV and their kin (RFC 4180, and what programs write in its place).
//!
//! The delimiter, whether there is a header, and what the columns are, is guessed from the first lines. A quoted field may
//! hold the delimiter, not the end of a line.

use super::columns::unique;
use super::format::{Format, Opened};
use super::kinds::{self, Kinds};
use super::lines::Lines;
use super::progress::Progress;
use super::source::FileReader;
use super::table::{Column, Roles, roles};
use super::{LoadedLayer, Problem, is_plausible};
use crate::{Attribute, LayerData, Points, Values, text};
use glam::{DVec3, Vec3};
use std::io::Seek;
use std::sync::Arc;

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
const ARRANGING: f64 = 0.3;
const SEED: u64 = 0x7461_626c;
/// So many rows are read, then the memory is looked after.
const BLOCK_ROWS: u64 = 4096;

/// Whether a line could be a point's.
fn has_two_numbers(line: &[u8]) -> bool {
    let is_delimiter = |byte: &u8| matches!(byte, b',' | b';' | b'|') || byte.is_ascii_whitespace();
    line.split(is_delimiter).filter(|word| number(word.trim_ascii(), false).is_some()).count() >= 2
}

/// How lines are cut into fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Dialect {
    /// `None`: any number of blanks.
    delimiter: Option<u8>,
    /// Whether a comma stands for the point.
    decimal_comma: bool,
}

impl Dialect {
    /// The delimiter that cuts all lines into the same number of fields.
    fn guess(lines: &[Vec<u8>]) -> Dialect {
        let fields = |dialect: Dialect, line: &Vec<u8>| dialect.split(line).len();
        for delimiter in [Some(b'\t'), Some(b';'), Some(b','), Some(b'|')] {
            let dialect = Dialect { delimiter, decimal_comma: false };
            let first = lines.first().map_or(0, |line| fields(dialect, line));
            if first >= 2 && lines.iter().filter(|line| fields(dialect, line) != first).count() * 10 <= lines.len() {
                let has_commas = |line: &Vec<u8>| {
                    dialect
                        .split(line)
                        .iter()
                        .any(|field| number(field, false).is_none() && number(field, true).is_some())
                };
                let decimal_comma = delimiter != Some(b',') && lines.iter().any(has_commas);
                return Dialect { delimiter, decimal_comma };
            }
        }
        Dialect { delimiter: None, decimal_comma: false }
    }

    /// The fields of a line, without quotes around them.
    fn split(self, line: &[u8]) -> Vec<&[u8]> {
        let Some(delimiter) = self.delimiter else {
            return super::lines::words(line).collect();
        };
        let mut fields = Vec::new();
        let (mut start, mut is_quoted) = (0, false);
        for (at, byte) in line.iter().enumerate() {
            match byte {
                b'"' => is_quoted = !is_quoted,
                byte if *byte == delimiter && !is_quoted => {
                    fields.push(&line[start..at]);
                    start = at + 1;
                }
                _ => {}
            }
        }
        fields.push(&line[start..]);
        fields.into_iter().map(unquoted).collect()
    }

    fn number(self, field: &[u8]) -> Option<f64> {
        number(field, self.decimal_comma)
    }
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

fn is_comment(line: &[u8]) -> bool {
    line.is_empty() || line.starts_with(b"#") || line.starts_with(b"//") || line.starts_with(b"%")
}

fn read(Opened { mut reader, name, progress, .. }: Opened<'_>) -> Result<Vec<LoadedLayer>, Problem> {
    let layout = Layout::of(&mut reader, progress)?;
    reader.rewind()?;
    progress.leave(ARRANGING);
    let mut lines = Lines::new(reader, progress, "table");
    let mut table = Table::new(&layout);
    let (mut line, mut row) = (Vec::new(), 0u64);
    while lines.next(&mut line)? {
        let said = said(&line, lines.number());
        if is_comment(said) || lines.number() <= layout.skip {
            continue;
        }
        table.take(&layout, said);
        row += 1;
        if row.is_multiple_of(BLOCK_ROWS) {
            progress.allow(table.bytes())?;
        }
    }
    Ok(vec![table.into_layer(&layout, name, progress)?])
}

/// A line without its end, and the first one without the mark of its byte order.
fn said(line: &[u8], number: u64) -> &[u8] {
    let line = if number == 1 { line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line) } else { line };
    line.trim_ascii_end()
}

/// What the first lines show.
struct Layout {
    dialect: Dialect,
    columns: Vec<Column>,
    roles: Roles,
    /// Lines before the first row.
    skip: u64,
}

impl Layout {
    fn of(reader: &mut FileReader, progress: &Progress) -> Result<Layout, Problem> {
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
        // .pts begins with the number of its points.
        let counts = all.first().is_some_and(|first| number(first.trim_ascii(), false).is_some()) && all.len() > 1;
        let first = usize::from(counts && all.get(1).is_some_and(|line| has_two_numbers(line)));
        let dialect = Dialect::guess(&all[first..]);
        let rows: Vec<Vec<&[u8]>> = all[first..].iter().map(|line| dialect.split(line)).collect();
        let (Some(head), body) = (rows.first(), rows.get(1..).unwrap_or_default()) else {
            return Err(Problem::Nothing { detail: "it has no lines but comments".into() });
        };
        if head.len() > COLUMNS_MAX {
            return Err(Problem::Unsupported {
                detail: format!("it has {} columns, and at most {COLUMNS_MAX} are read", head.len()),
            });
        }
        let is_name = |index: usize| {
            let field = head[index];
            dialect.number(field).is_none()
                && !field.is_empty()
                && body.first().and_then(|row| row.get(index)).is_none_or(|below| dialect.number(below).is_some())
        };
        let has_header = (0..head.len()).any(is_name);
        let looked_at = if has_header { body } else { &rows[..] };
        let columns: Vec<Column> = (0..head.len())
            .map(|index| {
                let name = if has_header {
                    String::from_utf8_lossy(head[index]).into_owned()
                } else {
                    format!("column {}", index + 1)
                };
                column(name, dialect, looked_at.iter().filter_map(|row| row.get(index)).copied())
            })
            .collect();
        let Some(roles) = roles(&columns, has_header) else {
            return Err(Problem::Nothing { detail: "it has no two columns of numbers that could be places".into() });
        };
        let at = numbers.get(first).copied().unwrap_or(1);
        let skip = if has_header { at } else { at.saturating_sub(1) };
        Ok(Layout { dialect, columns, roles, skip })
    }
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
    places: Vec<DVec3>,
    file_index: Vec<u32>,
    color: Vec<[f64; 3]>,
    others: Vec<Other>,
    rows: u64,
}

/// A column that is neither of a place nor of a colour.
struct Other {
    index: usize,
    values: OtherValues,
}

enum OtherValues {
    Numbers(Vec<f64>),
    Texts(Kinds),
}

impl Table {
    fn new(layout: &Layout) -> Table {
        let taken: Vec<usize> =
            layout.roles.place.iter().flatten().chain(layout.roles.color.iter().flatten()).copied().collect();
        let other = |index: usize| {
            let values = if layout.columns[index].is_number {
                OtherValues::Numbers(Vec::new())
            } else {
                OtherValues::Texts(Kinds::default())
            };
            Other { index, values }
        };
        let others = (0..layout.columns.len()).filter(|index| !taken.contains(index)).map(other).collect();
        Table { places: Vec::new(), file_index: Vec::new(), color: Vec::new(), others, rows: 0 }
    }

    fn take(&mut self, layout: &Layout, line: &[u8]) {
        let row = self.rows;
        self.rows += 1;
        let fields = layout.dialect.split(line);
        let at = |index: usize| fields.get(index).and_then(|field| layout.dialect.number(field));
        let [x, y, z] = layout.roles.place.map(|column| match column {
            Some(index) => at(index).filter(|number| is_plausible(*number)),
            None => Some(0.0),
        });
        let (Some(x), Some(y), Some(z), Ok(row)) = (x, y, z, u32::try_from(row)) else { return };
        self.places.push(DVec3::new(x, y, z));
        self.file_index.push(row);
        if let Some(columns) = layout.roles.color {
            self.color.push(columns.map(|index| at(index).unwrap_or(0.0)));
        }
        for other in &mut self.others {
            other.take(fields.get(other.index).copied().unwrap_or_default(), layout.dialect);
        }
    }

    fn bytes(&self) -> u64 {
        self.places.len() as u64 * (80 + 12 * self.others.len() as u64)
    }

    fn into_layer(self, layout: &Layout, name: String, progress: &Progress) -> Result<LoadedLayer, Problem> {
        let rows = text::counted(self.rows as usize, "row", "rows");
        if self.places.is_empty() {
            return Err(Problem::Nothing { detail: format!("of its {rows} none has finite coordinates") });
        }
        let mut notices = Vec::new();
        let left_out = self.rows - self.places.len() as u64;
        if left_out > 0 {
            notices.push(format!(
                "Left out {} of {rows}: their coordinates are no finite numbers.",
                text::count(left_out)
            ));
        }
        let first = self.places.first().copied().unwrap_or_default();
        let (min, max) =
            self.places.iter().fold((first, first), |(min, max), place| (min.min(*place), max.max(*place)));
        let origin = (min + max) * 0.5;
        let positions: Vec<Vec3> = self.places.iter().map(|place| (*place - origin).as_vec3()).collect();
        let file_colors = (!self.color.is_empty()).then(|| colors(&self.color));
        let (mut attributes, mut names) = (Vec::new(), Vec::new());
        for other in self.others {
            let name = &layout.columns[other.index].name;
            match other.values {
                OtherValues::Numbers(list) => attributes.push(Attribute::new(name, Values::narrowest(list))),
                OtherValues::Texts(kinds) => match kinds.into_attribute(name) {
                    Some(attribute) => attributes.push(attribute),
                    None => names.push(name.clone()),
                },
            }
        }
        notices.extend(kinds::left_out(&names));
        let attributes = unique(attributes);
        let points = Points { origin, positions, file_index: self.file_index, file_colors, attributes, bounds: None };
        let points = points.arranged(SEED, |part| progress.after_reading(part)).ok_or(Problem::Cancelled)?;
        let notice = (!notices.is_empty()).then(|| notices.join(" "));
        let axes = layout.roles.place.map(|column| column.map(|column| layout.columns[column].name.as_str()));
        Ok(LoadedLayer::new(name, LayerData::Points(Arc::new(points)), notice).of_table(axes))
    }
}

/// From 0 to 1, of 8 bits or of 16.
fn colors(parts: &[[f64; 3]]) -> Vec<[u8; 4]> {
    let greatest = parts.iter().flatten().copied().fold(0.0, f64::max);
    let scale = match greatest {
        greatest if greatest <= 1.0 => 255.0,
        greatest if greatest <= 255.0 => 1.0,
        _ => 1.0 / 257.0,
    };
    parts.iter().map(|color| crate::paint::opaque(color.map(|part| (part * scale).round() as u8))).collect()
}

impl Other {
    fn take(&mut self, field: &[u8], dialect: Dialect) {
        match &mut self.values {
            OtherValues::Numbers(list) => list.push(dialect.number(field).unwrap_or(f64::NAN)),
            OtherValues::Texts(kinds) => kinds.take(field),
        }
    }
}
