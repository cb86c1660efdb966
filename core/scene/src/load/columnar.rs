//! Columns of tables whose types are known (Arrow, Parquet) while their rows come in, and the cloud of points that they become.

use super::cloud::Cloud;
use super::{LoadedLayer, Problem, Progress, kinds};
use crate::{Attribute, Values};
use std::io::Read;

/// More columns than this are left out.
pub(super) const MOST_COLUMNS: usize = 256;
/// Memory for a row, columns aside: its place, its number, its order.
const BYTES_PER_ROW: u64 = 40;
/// For a number of a row, as wide as it gets.
const BYTES_PER_NUMBER: u64 = 8;

/// Memory that so many rows take.
pub(super) fn bytes_of_rows(rows: u64, columns: usize) -> u64 {
    rows.saturating_mul(BYTES_PER_NUMBER * columns as u64 + BYTES_PER_ROW)
}

/// A column of numbers; of `is_wide` ones each was a whole number of 64 bits, which programs write where 8 would do.
pub(super) fn attribute(name: String, values: Values, is_wide: bool) -> Attribute {
    match values {
        Values::F64(list) if is_wide => Attribute::new(name, Values::narrowest(list)),
        values => Attribute::new(name, values),
    }
}

/// What a buffer unpacks to, which has to be as many bytes as it promises. Room is made as they come.
///
/// # Errors
/// What is wrong, as the end of a sentence that begins with the buffer.
pub(super) fn unpacked(from: impl Read, promised: u64, into: &mut Vec<u8>) -> Result<(), String> {
    into.clear();
    let read = from.take(promised.saturating_add(1)).read_to_end(into);
    match read {
        Err(error) => Err(format!("does not unpack: {error}")),
        Ok(read) if read as u64 != promised => {
            Err(format!("unpacks to other than the {promised} bytes that it promises"))
        }
        Ok(_) => Ok(()),
    }
}

/// The columns by name, `None` for what tells too many things apart, and the names of those that are not shown.
///
/// # Errors
/// When they give no points.
pub(super) fn into_layer(
    columns: impl Iterator<Item = (String, Option<Attribute>)>,
    left_out: &[String],
    name: String,
    progress: &Progress,
) -> Result<LoadedLayer, Problem> {
    let mut names = Vec::new();
    let mut attributes = Vec::new();
    for (name, column) in columns {
        match column {
            Some(attribute) => attributes.push(attribute),
            None => names.push(name),
        }
    }
    let layer = Cloud { columns: attributes, has_names: true, colors: None }.into_layer(name, progress)?;
    let others = (!left_out.is_empty())
        .then(|| format!("Left out what is no number, text or truth value: {}.", kinds::list(left_out)));
    let notices: Vec<String> = layer.notice.iter().cloned().chain(kinds::left_out(&names)).chain(others).collect();
    Ok(LoadedLayer { notice: (!notices.is_empty()).then(|| notices.join(" ")), ..layer })
}
