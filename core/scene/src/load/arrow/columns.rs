//! Columns while their batches come in.

use super::malformed;
use super::schema::{ENDIAN, Holds, Wanted};
use crate::load::kinds::Kinds;
use crate::load::numbers::NumberType;
use crate::load::{Problem, columnar};
use crate::{Attribute, Values};
use std::collections::HashMap;

/// The texts of a dictionary, with the memory that they take.
#[derive(Default)]
pub(super) struct Dictionary {
    pub(super) texts: Vec<Box<[u8]>>,
    pub(super) bytes: u64,
}

/// By their ids.
pub(super) type Dictionaries = HashMap<i64, Dictionary>;

/// A column that is kept, as far as it is read.
pub(super) enum Column {
    Numbers(Values),
    Texts(Kinds),
    /// Entries of a dictionary, and those whose texts are not looked up yet: a file may have its dictionaries behind its batches,
    /// and a stream may replace one between them.
    Entries {
        waiting: Values,
        kinds: Kinds,
    },
}

impl Column {
    pub(super) fn new(wanted: &Wanted) -> Column {
        match wanted.holds {
            Holds::Numbers(kind) => Column::Numbers(kind.empty()),
            Holds::Entries(kind, _) => Column::Entries { waiting: kind.empty(), kinds: Kinds::default() },
            Holds::Truths => Column::Numbers(Values::U8(Vec::new())),
            Holds::Texts(_) => Column::Texts(Kinds::default()),
        }
    }

    /// One part of the numbers in `data`, of which each row has `parts`; those that are not said become NaN.
    pub(super) fn take_numbers(
        &mut self,
        kind: NumberType,
        data: &[u8],
        [part, parts]: [usize; 2],
        said: Option<&dyn Fn(usize) -> bool>,
    ) {
        let (Column::Numbers(list) | Column::Entries { waiting: list, .. }) = self else { return };
        let width = kind.bytes() as usize;
        let mut batch = kind.empty();
        kind.push_rows(ENDIAN, data, width * parts, width * part, &mut batch);
        let unsaid = |said: &dyn Fn(usize) -> bool| {
            (0..batch.len()).filter(|row| !said(row * parts + part)).collect::<Vec<usize>>()
        };
        let unsaid = said.map(unsaid).unwrap_or_default();
        if !unsaid.is_empty() {
            batch = batch.widened();
            if let Values::F64(list) = &mut batch {
                unsaid.into_iter().for_each(|row| list[row] = f64::NAN);
            }
        }
        list.append(batch);
    }

    pub(super) fn take_text(&mut self, text: &[u8]) {
        if let Column::Texts(kinds) = self {
            kinds.take(text);
        }
    }

    /// Looks up what waits for these texts.
    ///
    /// # Errors
    /// When there is no such entry.
    pub(super) fn look_up(&mut self, wanted: &Wanted, texts: &[Box<[u8]>]) -> Result<(), Problem> {
        let (Column::Entries { waiting, kinds }, Holds::Entries(kind, _)) = (self, wanted.holds) else { return Ok(()) };
        let entries = std::mem::replace(waiting, kind.empty());
        for entry in (0..entries.len()).map(|row| entries.get(row)) {
            if entry.is_nan() {
                kinds.take(b"");
                continue;
            }
            let text = if entry < 0.0 { None } else { texts.get(entry as usize) };
            let (name, count) = (&wanted.name, texts.len());
            kinds.take(text.ok_or_else(|| malformed(format!("“{name}” asks for entry {entry} of {count}")))?);
        }
        Ok(())
    }

    /// `None` where it tells too many things apart.
    pub(super) fn into_attribute(self, wanted: &Wanted) -> Option<Attribute> {
        let name = wanted.name.clone();
        let is_wide = matches!(wanted.holds, Holds::Numbers(NumberType::I64 | NumberType::U64));
        let mut attribute = match self {
            Column::Texts(kinds) | Column::Entries { kinds, .. } => kinds.into_attribute(name)?,
            Column::Numbers(values) => columnar::attribute(name, values, is_wide),
        };
        attribute.unit = wanted.unit.map(str::to_owned);
        Some(attribute)
    }
}
