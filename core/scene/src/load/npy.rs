//! NumPy arrays (numpy.lib.format, NEP 1): N × 2 or more numbers, or N records with fields, are points; arrays of three or four
//! dimensions are volumes, whose axes are z, y, x as NumPy's users have it, after time.

use super::cloud::{ARRANGING, Cloud, numbered};
use super::format::{Format, Opened};
use super::gzip::Stream;
use super::numbers::{Endian, NumberType};
use super::{LoadedLayer, Problem, Progress};
use crate::{Attribute, LayerData, Values, Volume};
use glam::DMat4;
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

/// No header of a sound file is longer.
const MOST_HEADER_BYTES: u32 = 1 << 20;
/// More columns than this are no points.
const MOST_COLUMNS: u64 = 256;

/// What a header says.
#[derive(Debug, PartialEq)]
struct Header {
    kind: Kind,
    /// Whether the first index runs fastest.
    is_fortran: bool,
    shape: Vec<u64>,
}

#[derive(Debug, PartialEq)]
enum Kind {
    One(NumberType, Endian),
    Record(Vec<(String, NumberType, Endian)>),
}

fn read(Opened { reader, name, progress, .. }: Opened<'_>) -> Result<Vec<LoadedLayer>, Problem> {
    let mut stream = Stream::new(reader, progress)?;
    let header = Header::read(&mut stream)?;
    let shape = header.shape.as_slice();
    let count = shape.iter().try_fold(1u64, |product, side| product.checked_mul(*side));
    let count = count.filter(|count| *count < 1 << 40);
    let count = count.ok_or_else(|| malformed(format!("its shape is {shape:?}")))?;
    match (&header.kind, shape) {
        (Kind::Record(fields), [_]) => {
            progress.leave(ARRANGING);
            let columns = records(&mut stream, fields, count, progress)?;
            Ok(vec![Cloud { columns, has_names: true, colors: None }.into_layer(name, progress)?])
        }
        (&Kind::One(kind, endian), &[rows, columns]) if (2..=MOST_COLUMNS).contains(&columns) => {
            progress.leave(ARRANGING);
            let values = kind.read(&mut stream, endian, count, progress)?;
            progress.allow(count.saturating_mul(2 * kind.bytes()))?;
            let columns = (0..columns as usize).map(|column| {
                let (start, step) =
                    if header.is_fortran { (column * rows as usize, 1) } else { (column, columns as usize) };
                values.strided(start, step, rows as usize)
            });
            let columns = numbered(columns.collect());
            Ok(vec![Cloud { columns, has_names: false, colors: None }.into_layer(name, progress)?])
        }
        (&Kind::One(kind, endian), &[.., depth, height, width]) if shape.len() <= 4 && !header.is_fortran => {
            let values = kind.read(&mut stream, endian, count, progress)?;
            let too_large = || malformed(format!("its shape is {shape:?}"));
            let side = |side: u64| u32::try_from(side).map_err(|_| too_large());
            let frames = if shape.len() == 4 { side(shape[0])? } else { 1 };
            let size = [side(width)?, side(height)?, side(depth)?];
            let volume = Volume::new(size, frames, Attribute::new("value", values), DMat4::IDENTITY);
            let volume = volume.ok_or_else(|| Problem::Nothing { detail: "one of its sides is 0".into() })?;
            Ok(vec![LoadedLayer::new(name, LayerData::Volume(Arc::new(volume)), None)])
        }
        _ => {
            let expected = "N × 2 to N × 256 numbers, N records, or three or four dimensions in C order are read";
            Err(Problem::Unsupported { detail: format!("its shape is {shape:?}; {expected}") })
        }
    }
}

fn malformed(detail: String) -> Problem {
    Problem::Malformed { kind: "NPY", detail }
}

/// Record after record, each field to its own list.
fn records(
    stream: &mut Stream<'_>,
    fields: &[(String, NumberType, Endian)],
    count: u64,
    progress: &Progress,
) -> Result<Vec<Attribute>, Problem> {
    let width: u64 = fields.iter().map(|field| field.1.bytes()).sum();
    progress.allow(count.saturating_mul(width * 2))?;
    let mut lists: Vec<Values> = fields.iter().map(|field| field.1.empty()).collect();
    let mut record = vec![0; width as usize];
    for index in 0..count {
        stream.read_exact(&mut record).map_err(|error| match Problem::from(error) {
            Problem::Truncated { .. } => {
                let (count, index) = (crate::text::count(count), crate::text::count(index));
                Problem::Truncated { detail: format!("its header promises {count} records and {index} are there") }
            }
            other => other,
        })?;
        let mut at = 0;
        for ((_, kind, endian), list) in fields.iter().zip(&mut lists) {
            let end = at + kind.bytes() as usize;
            kind.push(*endian, &record[at..end], list);
            at = end;
        }
    }
    Ok(fields.iter().zip(lists).map(|(field, values)| Attribute::new(field.0.clone(), values)).collect())
}

impl Header {
    fn read(stream: &mut Stream<'_>) -> Result<Header, Problem> {
        let mut start = [0; 8];
        stream.read_exact(&mut start)?;
        let length = match start[6] {
            1 => {
                let mut length = [0; 2];
                stream.read_exact(&mut length)?;
                u32::from(u16::from_le_bytes(length))
            }
            2 | 3 => {
                let mut length = [0; 4];
                stream.read_exact(&mut length)?;
                u32::from_le_bytes(length)
            }
            version => {
                return Err(Problem::Unsupported { detail: format!("it is of version {version}; 1 to 3 are read") });
            }
        };
        if length > MOST_HEADER_BYTES {
            return Err(malformed(format!("its header says that it is {length} bytes long")));
        }
        let mut text = Vec::new();
        stream.by_ref().take(u64::from(length)).read_to_end(&mut text)?;
        if text.len() < length as usize {
            return Err(Problem::Truncated { detail: "its header has no end".into() });
        }
        Header::parse(&String::from_utf8_lossy(&text))
    }

    /// A Python literal: `{'descr': '<f8', 'fortran_order': False, 'shape': (3, 2), }`.
    fn parse(text: &str) -> Result<Header, Problem> {
        let after = |key: &str| -> Result<&str, Problem> {
            let at = text.find(key).ok_or_else(|| malformed(format!("its header has no “{key}”")))?;
            let rest = &text[at + key.len()..];
            Ok(rest.trim_start_matches(['\'', '"']).trim_start().strip_prefix(':').unwrap_or(rest).trim_start())
        };
        let shape = after("shape")?;
        let inside = shape.strip_prefix('(').and_then(|rest| rest.split_once(')'));
        let sides = inside.ok_or_else(|| malformed("its shape is no list".into()))?.0;
        let sides = sides.split(',').map(str::trim).filter(|side| !side.is_empty());
        let shape: Result<Vec<u64>, _> = sides.map(|side| side.trim_end_matches('L').parse()).collect();
        let shape = shape.map_err(|_| malformed("its shape is no list of numbers".into()))?;
        let is_fortran = after("fortran_order")?.starts_with("True");
        let descr = after("descr")?;
        let kind = if descr.starts_with('[') {
            let mut fields = Vec::new();
            let list = descr.split_once(']').map_or(descr, |(list, _)| list);
            for field in list.split('(').skip(1) {
                let mut words = field.split(['\'', '"']);
                let (Some(name), Some(code)) = (words.nth(1), words.nth(1)) else {
                    return Err(malformed("its fields are no pairs of names and types".into()));
                };
                let (kind, endian) = number_type(code)?;
                fields.push((name.to_owned(), kind, endian));
            }
            Kind::Record(fields)
        } else {
            let code = descr.split(['\'', '"']).nth(1).unwrap_or_default();
            let (kind, endian) = number_type(code)?;
            Kind::One(kind, endian)
        };
        Ok(Header { kind, is_fortran, shape })
    }
}

/// NumPy's code, e.g. `<f8`.
fn number_type(code: &str) -> Result<(NumberType, Endian), Problem> {
    let endian = if code.starts_with('>') { Endian::Big } else { Endian::Little };
    let kind = match code.trim_start_matches(['<', '>', '|', '=']) {
        "u1" | "b1" => NumberType::U8,
        "i1" => NumberType::I8,
        "u2" => NumberType::U16,
        "i2" => NumberType::I16,
        "u4" => NumberType::U32,
        "i4" => NumberType::I32,
        "u8" => NumberType::U64,
        "i8" => NumberType::I64,
        "f4" => NumberType::F32,
        "f8" => NumberType::F64,
        _ => {
            let detail = format!("its numbers are of type “{code}”; whole and real numbers of 8 to 64 bits are read");
            return Err(Problem::Unsupported { detail });
        }
    };
    Ok((kind, endian))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_read_as_numpy_writes_them() {
        let one = Header::parse("{'descr': '<f8', 'fortran_order': False, 'shape': (3, 2), }   \n").unwrap();
        assert_eq!(one.kind, Kind::One(NumberType::F64, Endian::Little));
        assert_eq!((one.is_fortran, one.shape), (false, vec![3, 2]));
        let text = "{'descr': [('x', '<f4'), ('n', '>u2')], 'fortran_order': True, 'shape': (7,), }";
        let record = Header::parse(text).unwrap();
        let fields =
            vec![("x".to_owned(), NumberType::F32, Endian::Little), ("n".to_owned(), NumberType::U16, Endian::Big)];
        assert_eq!((record.kind, record.shape), (Kind::Record(fields), vec![7]));
        for bad in [
            "",
            "{}",
            "{'descr': '<c8', 'fortran_order': False, 'shape': (3, 2)}",
            "{'descr': '<f8', 'fortran_order': False, 'shape': (3, -2)}",
        ] {
            assert!(Header::parse(bad).is_err(), "{bad} passed");
        }
    }
}
