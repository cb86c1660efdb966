//! A column while its pages come in.

use super::encodings::{self, Encoding, Texts};
use super::footer::Chunk;
use super::pages::{Buffers, Page, Pages};
use super::schema::{Holds, Wanted};
use super::{Room, malformed, runs};
use crate::load::kinds::Kinds;
use crate::load::numbers::NumberType;
use crate::load::source::FileReader;
use crate::load::{Problem, columnar};
use crate::{Attribute, Values};

/// A column that is kept, as far as it is read.
pub(super) struct Column<'w> {
    pub(super) wanted: &'w Wanted,
    rows: Rows,
}

enum Rows {
    Numbers(Values),
    Texts(Kinds),
}

/// What a chunk's pages may refer to.
enum Dictionary {
    Numbers(Values),
    /// With the numbers by which the column knows the texts, as far as they were asked for.
    Texts(Texts, Vec<Option<u32>>),
}

/// The rows of a page.
struct PageOfRows<'a> {
    count: usize,
    encoding: Encoding,
    /// Which rows are said; `None` when all are.
    said: Option<Vec<bool>>,
    data: &'a [u8],
}

impl<'w> Column<'w> {
    pub(super) fn new(wanted: &'w Wanted) -> Column<'w> {
        let rows = match wanted.holds {
            Holds::Texts => Rows::Texts(Kinds::default()),
            _ => Rows::Numbers(wanted.empty()),
        };
        Column { wanted, rows }
    }

    /// Whether nothing more of it is wanted.
    pub(super) fn is_given_up(&self) -> bool {
        matches!(&self.rows, Rows::Texts(kinds) if kinds.are_names())
    }

    /// Adds the rows of a chunk; `advance` is told at which byte of the file it is.
    pub(super) fn take(
        &mut self,
        chunk: &Chunk,
        reader: &mut FileReader,
        buffers: &mut Buffers,
        room: Room<'_>,
        mut advance: impl FnMut(u64) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        let may_be_missing = self.wanted.definition > 0;
        let mut pages = Pages::new(reader, chunk, buffers, room)?;
        let mut dictionary = None;
        let mut left = chunk.values;
        while left > 0 && !self.is_given_up() {
            let at = pages.at();
            advance(at)?;
            let located = |problem| located(problem, &self.wanted.name, at);
            match pages.next(left, may_be_missing).map_err(located)? {
                Page::Index => {}
                Page::Dictionary { count, data } => {
                    dictionary = Some(Dictionary::new(self.wanted, count, data, &room).map_err(located)?);
                }
                Page::Rows { count, encoding, levels, data } => {
                    let page = PageOfRows::new(self.wanted, count, encoding, levels, data);
                    let taken = page.and_then(|page| self.rows.take(self.wanted, &page, dictionary.as_mut(), &room));
                    taken.map_err(located)?;
                    left = left.saturating_sub(count as u64);
                }
            }
        }
        Ok(())
    }

    /// `None` where it tells too many things apart.
    pub(super) fn into_attribute(self) -> Option<Attribute> {
        let name = self.wanted.name.clone();
        let is_wide = matches!(self.wanted.holds, Holds::Numbers(NumberType::I64 | NumberType::U64));
        let mut attribute = match self.rows {
            Rows::Texts(kinds) => kinds.into_attribute(name)?,
            Rows::Numbers(values) => columnar::attribute(name, values, is_wide),
        };
        attribute.unit = self.wanted.unit.map(str::to_owned);
        Some(attribute)
    }
}

impl Dictionary {
    fn new(wanted: &Wanted, count: usize, data: &[u8], room: &Room<'_>) -> Result<Dictionary, Problem> {
        if wanted.holds == Holds::Texts {
            let texts = encodings::texts(Encoding::Plain, data, count, room)?;
            let numbers = vec![None; texts.len()];
            return Ok(Dictionary::Texts(texts, numbers));
        }
        let packed = encodings::fixed(Encoding::Plain, wanted.physical, data, count, room)?;
        Ok(Dictionary::Numbers(wanted.numbers(&packed)))
    }
}

impl<'a> PageOfRows<'a> {
    fn new(
        wanted: &Wanted,
        count: usize,
        encoding: Encoding,
        levels: &[u8],
        data: &'a [u8],
    ) -> Result<PageOfRows<'a>, Problem> {
        let greatest = wanted.definition;
        let said = if greatest > 0 { runs::said(levels, greatest, count)? } else { None };
        Ok(PageOfRows { count, encoding, said, data })
    }

    /// Those rows that are not said have no value.
    fn values(&self) -> usize {
        self.said.as_ref().map_or(self.count, |said| said.iter().filter(|is_said| **is_said).count())
    }

    /// Gives the place among the values to each row that is said.
    fn each_row(&self, mut take: impl FnMut(Option<usize>)) {
        let mut next = 0;
        for row in 0..self.count {
            let is_said = self.said.as_ref().is_none_or(|said| said[row]);
            take(is_said.then_some(next));
            next += usize::from(is_said);
        }
    }

    /// A number for each row, NaN where it is not said.
    fn with_gaps(&self, values: Values) -> Values {
        if self.said.is_none() {
            return values;
        }
        if let Values::F32(list) = values {
            let mut rows = Vec::new();
            self.each_row(|value| rows.push(value.and_then(|value| list.get(value)).copied().unwrap_or(f32::NAN)));
            return Values::F32(rows);
        }
        let mut rows = Vec::new();
        self.each_row(|value| rows.push(value.map_or(f64::NAN, |value| values.get(value))));
        Values::F64(rows)
    }
}

impl Rows {
    fn take(
        &mut self,
        wanted: &Wanted,
        page: &PageOfRows<'_>,
        dictionary: Option<&mut Dictionary>,
        room: &Room<'_>,
    ) -> Result<(), Problem> {
        let count = page.values();
        match (self, page.encoding, dictionary) {
            (Rows::Numbers(list), Encoding::Dictionary, Some(Dictionary::Numbers(numbers))) => {
                let entries = encodings::entries(page.data, count)?;
                let picked = numbers.picked_out(&entries);
                let picked = picked.ok_or_else(|| no_such_entry(&entries, numbers.len()))?;
                list.append(page.with_gaps(picked));
            }
            (Rows::Texts(kinds), Encoding::Dictionary, Some(Dictionary::Texts(texts, numbers))) => {
                let entries = encodings::entries(page.data, count)?;
                if entries.iter().any(|entry| *entry as usize >= texts.len()) {
                    return Err(no_such_entry(&entries, texts.len()));
                }
                page.each_row(|value| match value.and_then(|value| entries.get(value)) {
                    None => kinds.take(b""),
                    Some(entry) => kinds.take_known(&mut numbers[*entry as usize], || texts.get(*entry as usize)),
                });
            }
            (_, Encoding::Dictionary, _) => return Err(malformed("its chunk has no dictionary before it".into())),
            (Rows::Numbers(list), encoding, _) => {
                let packed = encodings::fixed(encoding, wanted.physical, page.data, count, room)?;
                list.append(page.with_gaps(wanted.numbers(&packed)));
            }
            (Rows::Texts(kinds), encoding, _) => {
                let texts = encodings::texts(encoding, page.data, count, room)?;
                page.each_row(|value| kinds.take(value.and_then(|value| texts.get(value)).unwrap_or_default()));
            }
        }
        Ok(())
    }
}

fn no_such_entry(entries: &[u32], count: usize) -> Problem {
    let entry = entries.iter().max().copied().unwrap_or(0);
    malformed(format!("it asks for entry {entry} of {count}"))
}

/// The same, said of a page.
fn located(problem: Problem, name: &str, at: u64) -> Problem {
    let place = |detail: String| format!("the page of “{name}” at byte {at}: {detail}");
    match problem {
        Problem::Malformed { kind, detail } => Problem::Malformed { kind, detail: place(detail) },
        Problem::Unsupported { detail } => Problem::Unsupported { detail: place(detail) },
        Problem::Truncated { detail } => Problem::Truncated { detail: place(detail) },
        other => other,
    }
}
