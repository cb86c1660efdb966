//! Arrow tables: IPC files and streams, also called Feather 2 (Apache Arrow, "Columnar Format", 1.5:
//! <https://arrow.apache.org/docs/format/Columnar.html#serialization-and-interprocess-communication-ipc>).
//!
//! A file holds a stream and, behind it, a list of its batches for those that want some of them; all are wanted here, so both are
//! read from the start to the end. Own code, because nothing is allocated on a header's word.

mod batch;
mod columns;
mod schema;
mod tables;

use super::cloud::ARRANGING;
use super::columnar::{self, bytes_of_rows};
use super::format::{Format, Opened};
use super::source::FileReader;
use super::{LoadedLayer, Problem, Progress};
use batch::Batch;
use columns::{Column, Dictionaries, Dictionary};
use schema::{Holds, Schema};
use std::io::{Read, Seek};
use tables::Table;

const MAGIC: &[u8; 6] = b"ARROW1";
/// What stands before a message.
const MARK: u32 = u32::MAX;

pub(super) const FORMAT: Format = Format {
    name: "Arrow",
    extensions: &["arrow", "feather", "ipc", "arrows"],
    becomes: "points; every other column colours them",
    is_it: |head| {
        let is_stream = head.bytes.starts_with(&MARK.to_le_bytes()) && FORMAT.extensions.contains(&head.extension);
        head.bytes.starts_with(MAGIC) || head.bytes.starts_with(FEATHER_1) || is_stream
    },
    begins_with: "ARROW1",
    read,
};

const FEATHER_1: &[u8; 4] = b"FEA1";
/// No description of a sound file is longer.
const MOST_HEADER_BYTES: u32 = 1 << 26;
/// Memory for an entry of a dictionary, its letters aside.
const BYTES_PER_ENTRY: u64 = 16;

fn read(Opened { mut reader, name, progress, .. }: Opened<'_>) -> Result<Vec<LoadedLayer>, Problem> {
    progress.leave(ARRANGING);
    let head: [u8; 8] = reader.array()?;
    if head.starts_with(FEATHER_1) {
        let detail = "it is Feather of version 1; version 2, which is Arrow's own, is read: write it anew".into();
        return Err(Problem::Unsupported { detail });
    }
    let is_file = head.starts_with(MAGIC);
    if !is_file {
        reader.rewind()?;
    }
    let mut table: Option<TableSoFar> = None;
    while let Some(header) = next_header(&mut reader, is_file)? {
        let message = Table::root(&header).ok_or_else(|| malformed("a message is damaged".into()))?;
        let kind = message.u8(1, 0);
        let content = message.table(2).ok_or_else(|| malformed("a message is empty".into()))?;
        let held = table.as_ref().map_or(0, TableSoFar::bytes);
        let at = reader.stream_position()?;
        let body = body(&mut reader, message.i64(3, 0), held, progress)?;
        match (kind, &mut table) {
            (1, None) => table = Some(TableSoFar::new(Schema::read(content)?)?),
            (1, Some(_)) => return Err(malformed("it has two schemas".into())),
            (2, Some(table)) => table.take_dictionary(content, &body, progress)?,
            (3, Some(table)) => table.take_batch(content, &body, [at, reader.len()], progress)?,
            (2 | 3, None) => return Err(malformed("it begins without a schema".into())),
            _ => return Err(Problem::Unsupported { detail: "it holds tensors; tables are read".into() }),
        }
    }
    let table = table.ok_or_else(|| malformed("it has no schema".into()))?;
    Ok(vec![table.into_layer(name, progress)?])
}

/// A message's description; `None` at the end.
fn next_header(reader: &mut FileReader, is_file: bool) -> Result<Option<Vec<u8>>, Problem> {
    // A stream may just end; behind a file's there is more.
    if reader.left() == 0 && !is_file {
        return Ok(None);
    }
    let mut length = u32::from_le_bytes(reader.array()?);
    // Files from before 2019 have no mark.
    if length == MARK {
        length = u32::from_le_bytes(reader.array()?);
    }
    if length == 0 {
        return Ok(None);
    }
    if length > MOST_HEADER_BYTES {
        return Err(malformed(format!("a message's description promises {length} bytes")));
    }
    let mut header = Vec::new();
    reader.take(u64::from(length)).read_to_end(&mut header)?;
    if header.len() < length as usize {
        return Err(Problem::Truncated { detail: "it ends within a message's description".into() });
    }
    Ok(Some(header))
}

fn body(reader: &mut FileReader, length: i64, held: u64, progress: &Progress) -> Result<Vec<u8>, Problem> {
    let length = u64::try_from(length).map_err(|_| malformed(format!("a message promises {length} bytes")))?;
    if length > reader.left() {
        let (there, promised) = (crate::text::count(reader.left()), crate::text::count(length));
        let detail = format!("a message promises {promised} bytes and {there} are there");
        return Err(Problem::Truncated { detail });
    }
    progress.allow(length.saturating_add(held))?;
    let mut body = Vec::new();
    reader.take(length).read_to_end(&mut body)?;
    Ok(body)
}

/// What is read of the table.
struct TableSoFar {
    schema: Schema,
    columns: Vec<Column>,
    dictionaries: Dictionaries,
    rows: u64,
}

impl TableSoFar {
    fn new(schema: Schema) -> Result<TableSoFar, Problem> {
        if schema.wanted.is_empty() {
            return Err(Problem::Nothing { detail: "none of its columns holds numbers or texts".into() });
        }
        let columns = schema.wanted.iter().map(Column::new).collect();
        Ok(TableSoFar { schema, columns, dictionaries: Dictionaries::new(), rows: 0 })
    }

    /// Memory that is taken.
    fn bytes(&self) -> u64 {
        let rows = bytes_of_rows(self.rows, self.columns.len());
        self.dictionaries.values().fold(rows, |sum, dictionary| sum.saturating_add(dictionary.bytes))
    }

    fn take_dictionary(&mut self, content: Table<'_>, body: &[u8], progress: &Progress) -> Result<(), Problem> {
        let (id, is_more) = (content.i64(0, 0), content.u8(2, 0) != 0);
        let known = self.schema.dictionaries.iter().find(|(known, _)| *known == id);
        let (Some(&(_, texts)), Some(batch)) = (known, content.table(1)) else { return Ok(()) };
        let length = body.len() as u64;
        let mut batch = Batch::new(batch, body, self.bytes() + length, progress)?;
        let bytes = (batch.rows as u64).saturating_mul(BYTES_PER_ENTRY);
        progress.allow(bytes.saturating_add(self.bytes()).saturating_add(length))?;
        if !is_more && let Some(replaced) = self.dictionaries.remove(&id) {
            self.look_up(id, &replaced)?;
        }
        let dictionary = self.dictionaries.entry(id).or_default();
        dictionary.bytes += bytes;
        batch.texts(texts, |text| {
            dictionary.bytes += text.len() as u64;
            dictionary.texts.push(text.into());
        })?;
        progress.allow(self.bytes())
    }

    /// Looks up what waits for the texts of this dictionary.
    fn look_up(&mut self, id: i64, dictionary: &Dictionary) -> Result<(), Problem> {
        let columns = self.columns.iter_mut().zip(&self.schema.wanted);
        let mut of_it = columns.filter(|(_, wanted)| matches!(wanted.holds, Holds::Entries(_, of) if of == id));
        of_it.try_for_each(|(column, wanted)| column.look_up(wanted, &dictionary.texts))
    }

    fn take_batch(
        &mut self,
        content: Table<'_>,
        body: &[u8],
        [at, total]: [u64; 2],
        progress: &Progress,
    ) -> Result<(), Problem> {
        let length = body.len() as u64;
        let mut batch = Batch::new(content, body, self.bytes() + length, progress)?;
        self.rows += batch.rows as u64;
        progress.allow(self.bytes().saturating_add(length))?;
        let fields = &self.schema.fields;
        for (field, done) in fields.iter().zip(0u64..) {
            progress.advance(at + (length as f64 * done as f64 / fields.len() as f64) as u64, total)?;
            batch.read(field, &self.schema.wanted, &mut self.columns)?;
        }
        Ok(())
    }

    fn into_layer(mut self, name: String, progress: &Progress) -> Result<LoadedLayer, Problem> {
        let mut dictionaries = std::mem::take(&mut self.dictionaries);
        for (id, _) in self.schema.dictionaries.clone() {
            self.look_up(id, &dictionaries.remove(&id).unwrap_or_default())?;
        }
        let columns = self.columns.into_iter().zip(&self.schema.wanted);
        let columns = columns.map(|(column, wanted)| (wanted.name.clone(), column.into_attribute(wanted)));
        columnar::into_layer(columns, &self.schema.left_out, name, progress)
    }
}

fn malformed(detail: String) -> Problem {
    Problem::Malformed { kind: "Arrow", detail }
}
