//! Parquet tables (Apache Parquet, "File format", 2.11: <https://parquet.apache.org/docs/file-format/>).
//!
//! Rows stand in groups, of each group the columns one after the other in chunks, of each chunk the values in pages. What stands
//! where is told at the end of the file. Own code, because nothing is allocated on the word of a description.

mod codec;
mod column;
mod delta;
mod element;
mod encodings;
mod footer;
mod pages;
mod runs;
mod schema;
mod thrift;

use super::cloud::ARRANGING;
use super::columnar::{self, bytes_of_rows};
use super::format::{Format, Opened};
use super::source::FileReader;
use super::{LoadedLayer, Problem, Progress};
use column::Column;
use footer::{Chunk, ENCRYPTED, Footer, MAGIC, RowGroup};
use pages::Buffers;
use schema::{Schema, Wanted};

pub(super) const FORMAT: Format = Format {
    name: "Parquet",
    extensions: &["parquet", "pq"],
    becomes: "points; every other column colours them",
    is_it: |head| head.bytes.starts_with(MAGIC) || head.bytes.starts_with(ENCRYPTED),
    begins_with: "PAR1",
    read,
};

/// What may still be taken of the memory.
#[derive(Clone, Copy)]
struct Room<'p> {
    progress: &'p Progress,
    /// In bytes: what is taken.
    held: u64,
}

impl Room<'_> {
    /// Whether so many bytes more may be taken; asked before they are.
    fn allow(&self, bytes: u64) -> Result<(), Problem> {
        self.progress.allow(self.held.saturating_add(bytes))
    }
}

fn read(Opened { mut reader, name, progress, .. }: Opened<'_>) -> Result<Vec<LoadedLayer>, Problem> {
    progress.leave(ARRANGING);
    if reader.array()? == *ENCRYPTED {
        return Err(footer::encrypted());
    }
    let footer = Footer::read(&mut reader, progress)?;
    let schema = Schema::new(&footer.elements)?;
    if schema.wanted.is_empty() {
        return Err(Problem::Nothing { detail: "none of its columns holds numbers or texts".into() });
    }
    let columns = read_columns(&mut reader, &footer, &schema, progress)?;
    let columns = columns.into_iter().map(|column| (column.wanted.name.clone(), column.into_attribute()));
    Ok(vec![columnar::into_layer(columns, &schema.left_out, name, progress)?])
}

fn read_columns<'s>(
    reader: &mut FileReader,
    footer: &Footer,
    schema: &'s Schema,
    progress: &Progress,
) -> Result<Vec<Column<'s>>, Problem> {
    let mut columns: Vec<Column<'_>> = schema.wanted.iter().map(Column::new).collect();
    let room = Room { progress, held: bytes_of_rows(footer.rows, columns.len()) };
    room.allow(0)?;
    let mut total = 0u64;
    for (number, group) in footer.groups.iter().enumerate() {
        for wanted in &schema.wanted {
            total = total.saturating_add(chunk_of(number, group, schema, wanted)?.length);
        }
    }
    let mut buffers = Buffers::default();
    let mut done = 0u64;
    for (number, group) in footer.groups.iter().enumerate() {
        for column in &mut columns {
            let chunk = chunk_of(number, group, schema, column.wanted)?;
            let advance = |at: u64| progress.advance(done.saturating_add(at - chunk.start), total);
            column.take(chunk, reader, &mut buffers, room, advance)?;
            done = done.saturating_add(chunk.length);
        }
    }
    Ok(columns)
}

/// A column's part of a row group, when it is what the schema says of it.
fn chunk_of<'f>(number: usize, group: &'f RowGroup, schema: &Schema, wanted: &Wanted) -> Result<&'f Chunk, Problem> {
    let Wanted { name, physical, .. } = wanted;
    let chunk = group.chunks.get(wanted.chunk).filter(|_| group.chunks.len() == schema.chunks).ok_or_else(|| {
        let (there, expected) = (group.chunks.len(), schema.chunks);
        malformed(format!("row group {number} has {there} columns, and {expected} were expected"))
    })?;
    if chunk.is_encrypted {
        return Err(footer::encrypted());
    }
    if chunk.is_elsewhere {
        let detail = format!("“{name}” is in another file; tables in one file are read: write it anew");
        return Err(Problem::Unsupported { detail });
    }
    if chunk.physical != physical.code() {
        let (found, expected) = (chunk.physical, physical.code());
        return Err(malformed(format!(
            "“{name}” is of type {found} in row group {number}, and of {expected} elsewhere"
        )));
    }
    if chunk.values != group.rows {
        let (values, rows) = (chunk.values, group.rows);
        return Err(malformed(format!("row group {number} has {rows} rows, and {values} values of “{name}”")));
    }
    Ok(chunk)
}

fn malformed(detail: String) -> Problem {
    Problem::Malformed { kind: "Parquet", detail }
}
