//! The header of a PLY file: which elements follow, of which properties.

use super::malformed;
use crate::load::Problem;
use crate::load::source::FileReader;
use std::io::{BufRead, Read, Seek};

/// Longer headers are no headers.
const MAX_HEADER_BYTES: u64 = 1 << 18;

#[derive(Debug)]
pub(super) struct Header {
    pub(super) format: Format,
    pub(super) elements: Vec<Element>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Ascii,
    LittleEndian,
    BigEndian,
}

#[derive(Debug)]
pub(super) struct Element {
    pub(super) name: String,
    /// As promised: to be held against what is there.
    pub(super) count: u64,
    pub(super) properties: Vec<Property>,
}

#[derive(Debug)]
pub(super) struct Property {
    pub(super) name: String,
    pub(super) kind: PropertyKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PropertyKind {
    Scalar(Scalar),
    List { count: Scalar, item: Scalar },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scalar {
    I8,
    U8,
    I16,
    U16,
    I32,
    U32,
    F32,
    F64,
}

impl Scalar {
    pub(super) fn bytes(self) -> usize {
        match self {
            Scalar::I8 | Scalar::U8 => 1,
            Scalar::I16 | Scalar::U16 => 2,
            Scalar::I32 | Scalar::U32 | Scalar::F32 => 4,
            Scalar::F64 => 8,
        }
    }

    fn parse(word: &str) -> Result<Scalar, Problem> {
        Ok(match word {
            "char" | "int8" => Scalar::I8,
            "uchar" | "uint8" => Scalar::U8,
            "short" | "int16" => Scalar::I16,
            "ushort" | "uint16" => Scalar::U16,
            "int" | "int32" => Scalar::I32,
            "uint" | "uint32" => Scalar::U32,
            "float" | "float32" => Scalar::F32,
            "double" | "float64" => Scalar::F64,
            other => return Err(malformed(format!("its header names a type “{}”", other.escape_debug()))),
        })
    }
}

impl Property {
    pub(super) fn is_list(&self) -> bool {
        matches!(self.kind, PropertyKind::List { .. })
    }

    /// The least bytes that it takes in a binary file.
    pub(super) fn least_bytes(&self) -> u64 {
        match self.kind {
            PropertyKind::Scalar(scalar) | PropertyKind::List { count: scalar, .. } => scalar.bytes() as u64,
        }
    }
}

impl Header {
    /// Reads the header; leaves the reader at the first byte after it.
    pub(super) fn read(reader: &mut FileReader) -> Result<Header, Problem> {
        let mut lines = Lines::new(reader)?;
        let mut format = None;
        let mut elements: Vec<Element> = Vec::new();
        loop {
            let line = lines.next()?;
            let words: Vec<&str> = line.split_ascii_whitespace().collect();
            match words[..] {
                ["end_header"] => break,
                ["format", name, _version] => format = Some(parse_format(name)?),
                ["element", name, count] => {
                    let count = count.parse().map_err(|_| wrong(&line))?;
                    elements.push(Element { name: name.to_owned(), count, properties: Vec::new() });
                }
                ["property", "list", count, item, name] => {
                    let kind = PropertyKind::List { count: Scalar::parse(count)?, item: Scalar::parse(item)? };
                    add(&mut elements, name, kind, &line)?;
                }
                ["property", scalar, name] => {
                    add(&mut elements, name, PropertyKind::Scalar(Scalar::parse(scalar)?), &line)?;
                }
                ["comment" | "obj_info", ..] | [] => {}
                _ => return Err(wrong(&line)),
            }
        }
        let format = format.ok_or_else(|| malformed("its header names no format".into()))?;
        Ok(Header { format, elements })
    }
}

fn parse_format(name: &str) -> Result<Format, Problem> {
    match name {
        "ascii" => Ok(Format::Ascii),
        "binary_little_endian" => Ok(Format::LittleEndian),
        "binary_big_endian" => Ok(Format::BigEndian),
        other => Err(malformed(format!("its header names a format “{}”", other.escape_debug()))),
    }
}

fn add(elements: &mut [Element], name: &str, kind: PropertyKind, line: &str) -> Result<(), Problem> {
    let element = elements.last_mut().ok_or_else(|| wrong(line))?;
    element.properties.push(Property { name: name.to_owned(), kind });
    Ok(())
}

fn wrong(line: &str) -> Problem {
    let short: String = line.chars().take(60).collect();
    malformed(format!("its header has the line “{}”", short.escape_debug()))
}

/// The lines of the header, which end as the first one does.
struct Lines<'a> {
    reader: &'a mut FileReader,
    end: u8,
    left: u64,
}

impl<'a> Lines<'a> {
    fn new(reader: &'a mut FileReader) -> Result<Lines<'a>, Problem> {
        // "ply" was seen already; what follows is how lines end. A lone carriage return is the old Macintosh's.
        let start: [u8; 5] = reader.array()?;
        let end = if start[3] == b'\r' && start[4] != b'\n' { b'\r' } else { b'\n' };
        reader.seek_relative(match &start[3..] {
            b"\r\n" => 0,
            _ => -1,
        })?;
        Ok(Lines { reader, end, left: MAX_HEADER_BYTES })
    }

    fn next(&mut self) -> Result<String, Problem> {
        let mut line = Vec::new();
        let read = self.reader.by_ref().take(self.left).read_until(self.end, &mut line)? as u64;
        self.left -= read;
        if line.pop() != Some(self.end) {
            return Err(match self.left {
                0 => malformed(format!("its header does not end within {MAX_HEADER_BYTES} bytes")),
                _ => Problem::Truncated { detail: "its header has no end".into() },
            });
        }
        Ok(String::from_utf8_lossy(&line).into_owned())
    }
}
