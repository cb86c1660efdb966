//! MetaImage volumes (ITK, "MetaIO: the MetaImage format"; itk.org/Wiki/MetaIO/Documentation), the numbers in the same file
//! (`.mha`) or in one beside it (`.mhd`): raw, compressed or as text.
//!
//! Places are x left, y posterior, z superior, as ITK has them, and are turned to x right, y anterior. Channels, and axes
//! beyond the third, become moments.

use super::format::{Format, Head, Opened};
use super::grid::{self, Axis, Encoding, Start, Stored};
use super::numbers::{Endian, NumberType};
use super::source::FileReader;
use super::{LoadedLayer, Problem};
use crate::{Attribute, LayerData, Volume};
use glam::{DMat4, DVec3};
use std::collections::HashMap;
use std::io::{BufRead, Read};
use std::sync::Arc;

pub(super) const FORMAT: Format = Format {
    name: "MetaImage",
    extensions: &["mha", "mhd"],
    becomes: "a volume, of several moments where it has them",
    is_it,
    begins_with: "ObjectType = Image",
    read,
};

/// Headers of sound files are shorter.
const MOST_BYTES: u64 = 1 << 20;
const MOST_AXES: usize = 10;

fn is_it(head: &Head<'_>) -> bool {
    let first = head.text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let mut words = first.split(|byte| *byte == b'=').map(<[u8]>::trim_ascii);
    let says_image = (words.next(), words.next()) == (Some(b"ObjectType"), Some(b"Image"));
    let has_dimensions = || head.bytes.windows(8).any(|bytes| bytes == b"DimSize ");
    says_image || matches!(head.extension, "mha" | "mhd") && has_dimensions()
}

fn read(Opened { source, mut reader, name, progress, .. }: Opened<'_>) -> Result<Vec<LoadedLayer>, Problem> {
    let header = Header::read(&mut reader)?;
    let axes = header.axes()?;
    let too_large = || malformed(format!("its DimSize is “{}”", header.text("DimSize")));
    let count = grid::count(&axes).ok_or_else(too_large)?;
    let (stored, placed) = (header.stored()?, header.placed()?);
    let file = header.text("ElementDataFile");
    let reader = match file {
        "LOCAL" | "Local" | "local" => reader,
        _ if file.starts_with("LIST") || file.contains('%') => {
            let detail = "its numbers are in several files; those in one are read".into();
            return Err(Problem::Unsupported { detail });
        }
        _ => grid::beside(source, file)?,
    };
    let values = stored.read(reader, count, progress)?;
    let grid = grid::arranged(values, &axes, progress)?.ok_or_else(too_large)?;
    let volume = Volume::new(grid.size, grid.frames, Attribute::new("value", grid.values), placed);
    let volume = volume.ok_or_else(|| malformed("its axes make it flat, or reach too far".into()))?;
    Ok(vec![LoadedLayer::new(name, LayerData::Volume(Arc::new(volume)), None)])
}

fn malformed(detail: String) -> Problem {
    Problem::Malformed { kind: "MetaImage", detail }
}

/// What it says, by key.
struct Header(HashMap<String, String>);

impl Header {
    /// Reads up to the line that says where the numbers are, which is the last.
    fn read(reader: &mut FileReader) -> Result<Header, Problem> {
        let mut said = HashMap::new();
        let (mut line, mut left) = (Vec::new(), MOST_BYTES);
        for number in 1u64.. {
            line.clear();
            let read = reader.by_ref().take(left).read_until(b'\n', &mut line)? as u64;
            left -= read;
            if left == 0 {
                break;
            }
            if read == 0 {
                return Err(Problem::Truncated { detail: "its header does not say where its numbers are".into() });
            }
            let text = String::from_utf8_lossy(&line);
            if text.trim().is_empty() {
                continue;
            }
            let (key, value) =
                text.split_once('=').ok_or_else(|| malformed(format!("line {number}: it is no “key = value”")))?;
            let key = key.trim();
            said.insert(key.to_owned(), value.trim().to_owned());
            if key == "ElementDataFile" {
                return Ok(Header(said));
            }
        }
        Err(malformed("its header has no end within 1 MB".into()))
    }

    fn text(&self, key: &str) -> &str {
        self.0.get(key).map_or("", String::as_str)
    }

    /// The numbers of the first of these keys that is there; empty when none is, or one is no finite number.
    fn numbers(&self, keys: &[&str]) -> Vec<f64> {
        let Some(text) = keys.iter().find_map(|key| self.0.get(*key)) else { return Vec::new() };
        let parsed =
            text.split_ascii_whitespace().map(|word| word.parse().ok().filter(|number: &f64| number.is_finite()));
        parsed.collect::<Option<Vec<f64>>>().unwrap_or_default()
    }

    fn is_true(&self, keys: &[&str]) -> Option<bool> {
        keys.iter()
            .find_map(|key| self.0.get(*key))
            .map(|said| matches!(said.as_bytes().first(), Some(b'T' | b't' | b'1')))
    }

    /// The channels, which run fastest, then the axes.
    fn axes(&self) -> Result<Vec<Axis>, Problem> {
        let said = self.text("DimSize");
        let sizes: Result<Vec<u64>, _> = said.split_ascii_whitespace().map(str::parse).collect();
        let sound = |list: &Vec<u64>| (1..=MOST_AXES).contains(&list.len()) && list.iter().all(|side| *side > 0);
        let sizes = sizes.ok().filter(sound).ok_or_else(|| malformed(format!("its DimSize is “{said}”")))?;
        let dimensions = self.text("NDims");
        if !dimensions.is_empty() && dimensions.parse() != Ok(sizes.len()) {
            return Err(malformed(format!("its NDims is “{dimensions}”, and it has {} sizes", sizes.len())));
        }
        let channels = self.text("ElementNumberOfChannels");
        let channels = if channels.is_empty() { Ok(1) } else { channels.parse::<u64>() };
        let channels = channels.ok().filter(|count| *count > 0);
        let channels = channels.ok_or_else(|| malformed("its ElementNumberOfChannels is no number above 0".into()))?;
        let channels = Axis { size: channels, is_spatial: false };
        let axes = sizes.into_iter().enumerate().map(|(at, size)| Axis { size, is_spatial: at < 3 });
        Ok(std::iter::once(channels).chain(axes).collect())
    }

    fn stored(&self) -> Result<Stored, Problem> {
        let code = self.text("ElementType");
        let kind = match code.strip_suffix("_ARRAY").unwrap_or(code) {
            "MET_CHAR" => NumberType::I8,
            "MET_UCHAR" => NumberType::U8,
            "MET_SHORT" => NumberType::I16,
            "MET_USHORT" => NumberType::U16,
            // MetaIO's own, which is 32 bits wide everywhere.
            "MET_INT" | "MET_LONG" => NumberType::I32,
            "MET_UINT" | "MET_ULONG" => NumberType::U32,
            "MET_LONG_LONG" => NumberType::I64,
            "MET_ULONG_LONG" => NumberType::U64,
            "MET_FLOAT" => NumberType::F32,
            "MET_DOUBLE" => NumberType::F64,
            _ => {
                let detail = format!("its ElementType is “{code}”; whole and real numbers of 8 to 64 bits are read");
                return Err(Problem::Unsupported { detail });
            }
        };
        let is_big = self.is_true(&["BinaryDataByteOrderMSB", "ElementByteOrderMSB"]).unwrap_or(false);
        let encoding = match (self.is_true(&["BinaryData"]), self.is_true(&["CompressedData"])) {
            (_, Some(true)) => Encoding::Compressed,
            (Some(false), _) => Encoding::Text,
            _ => Encoding::Raw,
        };
        let said = self.text("HeaderSize");
        let start = match (said.parse::<i64>(), encoding) {
            _ if said.is_empty() => Start::After { lines: 0, bytes: 0 },
            (Ok(-1), Encoding::Raw) => Start::AtTheEnd,
            (Ok(bytes @ 0..), _) => Start::At(bytes.unsigned_abs()),
            _ => return Err(malformed(format!("its HeaderSize is “{said}”"))),
        };
        let endian = if is_big { Endian::Big } else { Endian::Little };
        Ok(Stored { kind, endian, encoding, start, format: "MetaImage" })
    }

    fn placed(&self) -> Result<DMat4, Problem> {
        let dimensions = self.text("DimSize").split_ascii_whitespace().count();
        let spacing = self.numbers(&["ElementSpacing", "ElementSize"]);
        let turn = self.numbers(&["TransformMatrix", "Rotation", "Orientation"]);
        let offset = self.numbers(&["Offset", "Position", "Origin"]);
        if !turn.is_empty() && turn.len() != dimensions * dimensions {
            return Err(malformed(format!("its TransformMatrix has {} numbers", turn.len())));
        }
        let to_right_anterior = DVec3::new(-1.0, -1.0, 1.0);
        let unit = |axis: usize| [DVec3::X, DVec3::Y, DVec3::Z][axis];
        let column = |axis: usize| {
            let part = |at: usize| turn.get(axis * dimensions + at).copied().filter(|_| at < dimensions).unwrap_or(0.0);
            let is_turned = axis < dimensions && !turn.is_empty();
            let direction = if is_turned { DVec3::new(part(0), part(1), part(2)) } else { unit(axis) };
            let step = spacing.get(axis).copied().filter(|step| *step != 0.0 && axis < dimensions).unwrap_or(1.0);
            (direction * step * to_right_anterior).extend(0.0)
        };
        let part = |at: usize| offset.get(at).copied().filter(|_| at < dimensions).unwrap_or(0.0);
        let origin = DVec3::new(part(0), part(1), part(2)) * to_right_anterior;
        Ok(DMat4::from_cols(column(0), column(1), column(2), origin.extend(1.0)))
    }
}
