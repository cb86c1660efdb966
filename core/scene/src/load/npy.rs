//! NumPy arrays (numpy.lib.format, NEP 1): N × 2 or more numbers, or N records with fields, are points; arrays of three or four
//! dimensions are volumes, whose axes are z, y, x as NumPy's users have it, after time.

mod header;
mod literal;
mod rows;

pub(super) use header::{Header, Item, Kind};
pub(super) use rows::{is_color, is_place, part_names};

use super::cloud::{ARRANGING, Cloud};
use super::format::{Format, Opened};
use super::gzip::Stream;
use super::{LoadedLayer, Problem, Progress, kinds};
use crate::{Attribute, LayerData, Volume};
use glam::{DMat4, DVec4};
use rows::Column;
use std::io::Read;
use std::sync::Arc;

const MAGIC: &[u8; 6] = b"\x93NUMPY";

pub(super) const FORMAT: Format = Format {
    name: "NPY",
    extensions: &["npy"],
    becomes: "points, or of three and four dimensions a volume",
    is_it: |head| head.bytes.starts_with(MAGIC),
    begins_with: "",
    read,
};

/// More columns than this are no points.
pub(super) const MOST_COLUMNS: u64 = 256;

/// What an array can become.
pub(super) enum Shape<'h> {
    /// Rows of records.
    Records,
    /// Rows of this many numbers.
    Rows {
        item: &'h Item,
        columns: u64,
    },
    /// One number or text each.
    List {
        item: &'h Item,
    },
    Volume {
        item: &'h Item,
    },
    Other,
}

impl Header {
    /// What the array can become.
    pub(super) fn becomes(&self) -> Shape<'_> {
        match (&self.kind, self.shape.as_slice()) {
            (Kind::Record(_), [_] | [_, 1]) => Shape::Records,
            // Points of the plane.
            (Kind::One(item @ Item::Complex(..)), [_]) => Shape::Rows { item, columns: 1 },
            (Kind::One(item), [_] | [_, 1]) if item.is_number() || item.is_text() => Shape::List { item },
            (Kind::One(item), [_, columns @ 2..=MOST_COLUMNS]) if item.is_number() => {
                Shape::Rows { item, columns: *columns }
            }
            (Kind::One(item @ Item::Number(..)), [_, _, _]) => Shape::Volume { item },
            (Kind::One(item @ Item::Number(..)), [_, _, _, _]) if !self.is_fortran => Shape::Volume { item },
            _ => Shape::Other,
        }
    }

    /// The length of its lists.
    pub(super) fn rows(&self) -> u64 {
        self.shape.first().copied().unwrap_or(0)
    }

    /// The columns of an array that becomes points, with the names of those that tell too much apart. `held`: memory that is
    /// taken already.
    pub(super) fn columns(
        &self,
        from: &mut impl Read,
        name_of: impl Fn(u64) -> String,
        held: u64,
        progress: &Progress,
    ) -> Result<(Vec<Attribute>, Vec<String>), Problem> {
        self.count()?;
        match (self.becomes(), &self.kind) {
            (Shape::Records, Kind::Record(fields)) => {
                let (columns, width) = Column::of_record(fields);
                rows::read(from, columns, width, self.rows(), held, progress)
            }
            (Shape::Rows { item, columns }, _) => {
                let list = Column::of_array(item, columns, name_of);
                if self.is_fortran {
                    rows::read_columns(from, list, self.rows(), held, progress)
                } else {
                    rows::read(from, list, columns * item.bytes(), self.rows(), held, progress)
                }
            }
            (Shape::List { item }, _) => {
                rows::read(from, Column::of_array(item, 1, name_of), item.bytes(), self.rows(), held, progress)
            }
            _ => Err(unsupported(&self.shape)),
        }
    }

    /// The volume of an array of three or four dimensions.
    pub(super) fn volume(&self, from: &mut impl Read, held: u64, progress: &Progress) -> Result<Volume, Problem> {
        let (Shape::Volume { item: Item::Number(kind, endian) }, [.., depth, height, width]) =
            (self.becomes(), self.shape.as_slice())
        else {
            return Err(unsupported(&self.shape));
        };
        let count = self.count()?;
        progress.allow(count.saturating_mul(kind.bytes()).saturating_add(held))?;
        let values = kind.read(from, *endian, count, progress)?;
        let side = |side: u64| u32::try_from(side).map_err(|_| malformed(format!("its shape is {:?}", self.shape)));
        let frames = if let [frames, _, _, _] = self.shape.as_slice() { side(*frames)? } else { 1 };
        let (size, placed) = if self.is_fortran {
            // z runs fastest: the grid's first axis is z.
            let [z, y, x] = [DVec4::Z, DVec4::Y, DVec4::X];
            ([*depth, *height, *width], DMat4::from_cols(z, y, x, DVec4::W))
        } else {
            ([*width, *height, *depth], DMat4::IDENTITY)
        };
        let size = [side(size[0])?, side(size[1])?, side(size[2])?];
        let volume = Volume::new(size, frames, Attribute::new("value", values), placed);
        volume.ok_or_else(|| Problem::Nothing { detail: "one of its sides is 0".into() })
    }
}

fn read(Opened { reader, name, progress, .. }: Opened<'_>) -> Result<Vec<LoadedLayer>, Problem> {
    let mut stream = Stream::new(reader, progress)?;
    let header = Header::read(&mut stream)?;
    let has_names = match header.becomes() {
        Shape::Volume { .. } => {
            let volume = header.volume(&mut stream, 0, progress)?;
            return Ok(vec![LoadedLayer::new(name, LayerData::Volume(Arc::new(volume)), None)]);
        }
        Shape::Records => true,
        Shape::Rows { .. } => false,
        Shape::List { .. } | Shape::Other => {
            header.count()?;
            return Err(unsupported(&header.shape));
        }
    };
    progress.leave(ARRANGING);
    let (columns, names) = header.columns(&mut stream, numbered, 0, progress)?;
    let layer = Cloud { columns, has_names, colors: None }.into_layer(name, progress)?;
    let notices: Vec<String> = layer.notice.iter().cloned().chain(kinds::left_out(&names)).collect();
    Ok(vec![LoadedLayer { notice: (!notices.is_empty()).then(|| notices.join(" ")), ..layer }])
}

/// The name of a column that has none, from 0 on.
pub(super) fn numbered(column: u64) -> String {
    format!("column {}", column + 1)
}

fn malformed(detail: String) -> Problem {
    Problem::Malformed { kind: "NPY", detail }
}

fn unsupported(shape: &[u64]) -> Problem {
    let shape = &shape[..shape.len().min(8)];
    let expected = "N × 2 to N × 256 numbers, N records, or three or four dimensions in C order are read";
    Problem::Unsupported { detail: format!("its shape is {shape:?}; {expected}") }
}
