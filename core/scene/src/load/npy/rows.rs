//! Rows of things side by side, each to a list of its own.

use super::header::{Field, Item};
use super::malformed;
use crate::load::kinds::Kinds;
use crate::load::numbers::NumberType;
use crate::load::{Problem, Progress};
use crate::{Attribute, Values};
use std::io::Read;

/// So many bytes are read at a time.
const BLOCK_BYTES: u64 = 1 << 18;
/// No row of a sound file is wider.
pub(super) const MOST_ROW_BYTES: u64 = 1 << 20;
/// No text of a kind is longer.
const MOST_TEXT_BYTES: usize = 4096;

/// A column of an array or of records, while it is read.
pub(in crate::load) struct Column {
    name: String,
    /// Where it begins in a row, in bytes.
    at: usize,
    item: Item,
    list: List,
}

enum List {
    Numbers(Values),
    Complex([Values; 2]),
    Texts(Kinds),
}

impl Column {
    /// `None` for what nothing is known of.
    fn new(name: String, at: u64, item: Item) -> Option<Column> {
        let list = match &item {
            Item::Number(kind, _) => List::Numbers(kind.empty()),
            Item::Complex(kind, _) => List::Complex([kind.empty(), kind.empty()]),
            Item::Time { .. } => List::Numbers(Values::F64(Vec::new())),
            Item::Bytes(_) | Item::Letters(..) => List::Texts(Kinds::default()),
            Item::Void(_) => return None,
        };
        Some(Column { name, at: usize::try_from(at).ok()?, item, list })
    }

    /// Of an array of rows of this many things; `names` are asked from 0 on.
    pub(in crate::load) fn of_array(item: &Item, count: u64, names: impl Fn(u64) -> String) -> Vec<Column> {
        let columns = (0..count).map(|index| Column::new(names(index), index * item.bytes(), item.clone()));
        columns.flatten().collect()
    }

    /// Of records, with the width of one.
    pub(in crate::load) fn of_record(fields: &[Field]) -> (Vec<Column>, u64) {
        let (mut columns, mut at) = (Vec::new(), 0u64);
        for field in fields {
            let names = if field.count <= super::MOST_COLUMNS { part_names(&field.name, field.count) } else { vec![] };
            let wanted = names.into_iter().filter(|_| !field.name.is_empty());
            columns.extend(
                (0..)
                    .zip(wanted)
                    .filter_map(|(index, name)| Column::new(name, at + index * field.item.bytes(), field.item.clone())),
            );
            at = at.saturating_add(field.bytes());
        }
        (columns, at)
    }

    /// Memory for a row of it.
    pub(in crate::load) fn bytes_each(&self) -> u64 {
        match &self.list {
            List::Numbers(values) => values.bytes_each() as u64,
            List::Complex([real, _]) => 2 * real.bytes_each() as u64,
            List::Texts(_) => 4,
        }
    }

    fn take(&mut self, rows: &[u8], width: usize) {
        let at = self.at;
        match (&self.item, &mut self.list) {
            (Item::Number(kind, endian), List::Numbers(values)) => kind.push_rows(*endian, rows, width, at, values),
            (Item::Time { endian, .. }, List::Numbers(values)) => {
                NumberType::I64.push_rows(*endian, rows, width, at, values);
            }
            (Item::Complex(kind, endian), List::Complex([real, imaginary])) => {
                kind.push_rows(*endian, rows, width, at, real);
                kind.push_rows(*endian, rows, width, at + kind.bytes() as usize, imaginary);
            }
            (item, List::Texts(kinds)) => {
                let bytes = item.bytes() as usize;
                let texts = rows.chunks_exact(width.max(1)).filter_map(|row| row.get(at..at + bytes));
                texts.for_each(|text| kinds.take(&letters(item, text)));
            }
            _ => {}
        }
    }

    /// What it has become: two of a complex one, none of texts that tell too much apart, whose name is added to `names`.
    fn finish(self, names: &mut Vec<String>, into: &mut Vec<Attribute>) {
        match (self.item, self.list) {
            (Item::Number(NumberType::I64 | NumberType::U64, _), List::Numbers(Values::F64(list))) => {
                into.push(Attribute::new(self.name, Values::narrowest(list)));
            }
            (Item::Time { unit, .. }, List::Numbers(Values::F64(mut list))) => {
                // What NumPy calls "not a time".
                list.iter_mut().filter(|time| **time <= i64::MIN as f64).for_each(|time| *time = f64::NAN);
                into.push(Attribute::new(self.name, Values::F64(list)).in_unit(unit));
            }
            (_, List::Numbers(values)) => into.push(Attribute::new(self.name, values)),
            (_, List::Complex([real, imaginary])) => {
                into.push(Attribute::new(format!("{} real", self.name), real));
                into.push(Attribute::new(format!("{} imaginary", self.name), imaginary));
            }
            (_, List::Texts(kinds)) => match kinds.into_attribute(self.name.clone()) {
                Some(attribute) => into.push(attribute),
                None => names.push(self.name),
            },
        }
    }
}

/// The next `count` rows of `width` bytes, and the names of columns that tell too much apart. Room is made as they come, so that
/// a header's word alone takes none. `held`: memory that is taken already.
pub(in crate::load) fn read(
    from: &mut impl Read,
    mut columns: Vec<Column>,
    width: u64,
    count: u64,
    held: u64,
    progress: &Progress,
) -> Result<(Vec<Attribute>, Vec<String>), Problem> {
    if width == 0 || width > MOST_ROW_BYTES || columns.is_empty() {
        return Err(malformed(format!("its rows are {width} bytes wide")));
    }
    let row_bytes: u64 = columns.iter().map(Column::bytes_each).sum();
    progress.allow(count.saturating_mul(row_bytes + 24).saturating_add(held))?;
    let mut block = Vec::new();
    let mut left = count;
    while left > 0 {
        let wanted = left.min((BLOCK_BYTES / width).max(1));
        block.clear();
        let read = from.by_ref().take(wanted * width).read_to_end(&mut block)? as u64;
        columns.iter_mut().for_each(|column| column.take(&block, width as usize));
        if read < wanted * width {
            let (count, there) = (crate::text::count(count), crate::text::count(count - left + read / width));
            return Err(Problem::Truncated {
                detail: format!("its header promises {count} rows and {there} are there"),
            });
        }
        left -= wanted;
    }
    Ok(finished(columns))
}

/// The next columns of `count` things each, one after the other: what NumPy calls Fortran's order.
pub(in crate::load) fn read_columns(
    from: &mut impl Read,
    columns: Vec<Column>,
    count: u64,
    held: u64,
    progress: &Progress,
) -> Result<(Vec<Attribute>, Vec<String>), Problem> {
    let (mut attributes, mut names) = (Vec::new(), Vec::new());
    let row_bytes: u64 = columns.iter().map(Column::bytes_each).sum();
    progress.allow(count.saturating_mul(row_bytes + 24).saturating_add(held))?;
    for column in columns {
        let width = column.item.bytes();
        let (read, left_out) = read(from, vec![Column { at: 0, ..column }], width, count, 0, progress)?;
        attributes.extend(read);
        names.extend(left_out);
    }
    Ok((attributes, names))
}

fn finished(columns: Vec<Column>) -> (Vec<Attribute>, Vec<String>) {
    let (mut attributes, mut names) = (Vec::new(), Vec::new());
    columns.into_iter().for_each(|column| column.finish(&mut names, &mut attributes));
    (attributes, names)
}

/// A text in UTF-8, without what fills it up.
fn letters(item: &Item, bytes: &[u8]) -> Vec<u8> {
    let text = match item {
        Item::Letters(_, endian) => {
            let letter = |four: &[u8]| four.first_chunk().and_then(|four| char::from_u32(endian.u32(*four)));
            let text = bytes.chunks_exact(4).take(MOST_TEXT_BYTES).map(|four| letter(four).unwrap_or('\u{fffd}'));
            text.collect::<String>().into_bytes()
        }
        _ => bytes.iter().copied().take(MOST_TEXT_BYTES).collect(),
    };
    let end = text.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    text[..end].to_vec()
}

const PLACES: [&str; 14] = [
    "points",
    "point",
    "xyz",
    "pos",
    "position",
    "positions",
    "coords",
    "coord",
    "coordinates",
    "vertices",
    "verts",
    "pts",
    "cloud",
    "locations",
];
const COLORS: [&str; 6] = ["color", "colors", "colour", "colours", "rgb", "rgba"];

/// Whether a list of this name holds places.
pub(in crate::load) fn is_place(name: &str) -> bool {
    PLACES.iter().any(|place| name.eq_ignore_ascii_case(place))
}

/// Whether a list of this name holds colours.
pub(in crate::load) fn is_color(name: &str) -> bool {
    COLORS.iter().any(|color| name.eq_ignore_ascii_case(color))
}

/// Names of `count` numbers that have one in common.
pub(in crate::load) fn part_names(name: &str, count: u64) -> Vec<String> {
    let known: &[&str] = match count {
        2 | 3 if is_place(name) => &["x", "y", "z"],
        3 | 4 if is_color(name) => &["red", "green", "blue", "alpha"],
        _ => &[],
    };
    match count {
        1 => vec![name.to_owned()],
        _ if !known.is_empty() => known.iter().take(count as usize).map(|part| (*part).to_owned()).collect(),
        _ => (1..=count).map(|number| format!("{name} {number}")).collect(),
    }
}
