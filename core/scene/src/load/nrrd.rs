//! NRRD volumes (teem.sourceforge.net/nrrd/format.html) with the header and the numbers in one file: raw, gzip or ascii.
//!
//! Places are brought to x right, y anterior, z superior, as NIfTI has them, where the header's space says what they are.

use super::format::{Format, Opened};
use super::gzip::Stream;
use super::lines;
use super::numbers::{Endian, NumberType};
use super::source::FileReader;
use super::{LoadedLayer, Problem, Progress};
use crate::{Attribute, LayerData, Values, Volume};
use glam::{DMat4, DVec3};
use std::collections::HashMap;
use std::io::{BufRead, Read};
use std::sync::Arc;

pub(super) const FORMAT: Format = Format {
    name: "NRRD",
    extensions: &["nrrd"],
    becomes: "a volume, of several moments where it has them",
    is_it: |head| head.bytes.starts_with(b"NRRD000"),
    begins_with: "NRRD000",
    read,
};

/// Lines and bytes of a sound header are fewer.
const MOST_LINES: usize = 1000;
const MOST_LINE_BYTES: u64 = 1 << 16;

struct Header {
    fields: HashMap<String, String>,
}

fn read(Opened { mut reader, name, progress, .. }: Opened<'_>) -> Result<Vec<LoadedLayer>, Problem> {
    let header = Header::read(&mut reader)?;
    if header.fields.contains_key("data file") || header.fields.contains_key("datafile") {
        let detail = "its numbers are in another file; NRRD files with header and numbers in one are read".into();
        return Err(Problem::Unsupported { detail });
    }
    let sizes = header.sizes()?;
    // One axis of the grid may be of what is no place: moments, if it is the last; numbers of a voxel, if it is the first.
    let spatial = header.spatial(sizes.len())?;
    let (size, frames) = match (sizes.as_slice(), spatial.as_slice()) {
        ([x, y, z], [true, true, true]) => ([*x, *y, *z], 1),
        ([x, y, z, moments], [true, true, true, false]) => ([*x, *y, *z], *moments),
        ([x, y], [true, true]) => ([*x, *y, 1], 1),
        _ => {
            let detail = format!("its axes are {sizes:?}; three of space, and moments after them, are read");
            return Err(Problem::Unsupported { detail });
        }
    };
    let count = sizes.iter().try_fold(1u64, |product, side| product.checked_mul(*side));
    let count = count.filter(|count| *count < 1 << 40).ok_or_else(|| malformed(format!("its sizes are {sizes:?}")))?;
    let values = header.numbers(reader, count, progress)?;
    let side = |side: u64| u32::try_from(side).map_err(|_| malformed(format!("its sizes are {sizes:?}")));
    let size = [side(size[0])?, side(size[1])?, side(size[2])?];
    let placed = header.placed(&spatial)?;
    let volume = Volume::new(size, side(frames)?, Attribute::new("value", values), placed);
    let volume = volume.ok_or_else(|| malformed("its axes make it flat".into()))?;
    Ok(vec![LoadedLayer::new(name, LayerData::Volume(Arc::new(volume)), None)])
}

fn malformed(detail: String) -> Problem {
    Problem::Malformed { kind: "NRRD", detail }
}

impl Header {
    fn read(reader: &mut FileReader) -> Result<Header, Problem> {
        let mut fields = HashMap::new();
        let mut line = Vec::new();
        for number in 0..MOST_LINES {
            line.clear();
            if reader.by_ref().take(MOST_LINE_BYTES).read_until(b'\n', &mut line)? == 0 {
                return Err(Problem::Truncated { detail: "its header has no end".into() });
            }
            let text = String::from_utf8_lossy(&line);
            let text = text.trim();
            if text.is_empty() {
                return Ok(Header { fields });
            }
            // Comments, and keys of the writer's own.
            if number == 0 || text.starts_with('#') || text.contains(":=") {
                continue;
            }
            let (key, value) =
                text.split_once(':').ok_or_else(|| malformed(format!("line {}: it is no field", number + 1)))?;
            fields.insert(key.trim().to_ascii_lowercase(), value.trim().to_owned());
        }
        Err(malformed("its header has no end".into()))
    }

    fn field(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.fields.get(*name)).map(String::as_str)
    }

    fn sizes(&self) -> Result<Vec<u64>, Problem> {
        let sizes = self.field(&["sizes"]).ok_or_else(|| malformed("its header has no sizes".into()))?;
        let parsed: Result<Vec<u64>, _> = sizes.split_ascii_whitespace().map(str::parse).collect();
        let parsed =
            parsed.ok().filter(|list| !list.is_empty() && list.len() <= 16 && list.iter().all(|side| *side > 0));
        parsed.ok_or_else(|| malformed(format!("its sizes are “{}”", sizes.chars().take(60).collect::<String>())))
    }

    /// Of each axis, whether it is one of space.
    fn spatial(&self, axes: usize) -> Result<Vec<bool>, Problem> {
        let by_direction = self
            .field(&["space directions"])
            .map(|text| vectors(text).iter().map(Option::is_some).collect::<Vec<bool>>());
        let by_kind = self.field(&["kinds"]).map(|text| {
            text.split_ascii_whitespace().map(|kind| matches!(kind, "domain" | "space" | "???" | "none")).collect()
        });
        let spatial = by_direction.or(by_kind).unwrap_or_else(|| (0..axes).map(|axis| axis < 3).collect());
        if spatial.len() == axes {
            Ok(spatial)
        } else {
            Err(malformed("it does not say something of each axis".into()))
        }
    }

    fn numbers(&self, reader: FileReader, count: u64, progress: &Progress) -> Result<Values, Problem> {
        let code = self.field(&["type"]).unwrap_or_default().to_ascii_lowercase();
        let kind = match code.as_str() {
            "signed char" | "int8" | "int8_t" => NumberType::I8,
            "uchar" | "unsigned char" | "uint8" | "uint8_t" => NumberType::U8,
            "short" | "short int" | "signed short" | "signed short int" | "int16" | "int16_t" => NumberType::I16,
            "ushort" | "unsigned short" | "unsigned short int" | "uint16" | "uint16_t" => NumberType::U16,
            "int" | "signed int" | "int32" | "int32_t" => NumberType::I32,
            "uint" | "unsigned int" | "uint32" | "uint32_t" => NumberType::U32,
            "longlong" | "long long" | "long long int" | "signed long long" | "int64" | "int64_t" => NumberType::I64,
            "ulonglong" | "unsigned long long" | "unsigned long long int" | "uint64" | "uint64_t" => NumberType::U64,
            "float" => NumberType::F32,
            "double" => NumberType::F64,
            _ => {
                let code: String = code.chars().take(40).collect();
                let detail =
                    format!("its numbers are of type “{code}”; whole and real numbers of 8 to 64 bits are read");
                return Err(Problem::Unsupported { detail });
            }
        };
        let endian = match self.field(&["endian"]) {
            Some("big") => Endian::Big,
            _ => Endian::Little,
        };
        if self.field(&["line skip", "lineskip", "byte skip", "byteskip"]).is_some_and(|skip| skip != "0") {
            return Err(Problem::Unsupported { detail: "it skips a part of its numbers".into() });
        }
        match self.field(&["encoding"]).unwrap_or_default().to_ascii_lowercase().as_str() {
            "raw" => kind.read(&mut Stream::plain(reader, progress), endian, count, progress),
            "gzip" | "gz" => kind.read(&mut Stream::new(reader, progress)?, endian, count, progress),
            "ascii" | "text" | "txt" => ascii(kind, reader, count, progress),
            other => {
                let other: String = other.chars().take(20).collect();
                Err(Problem::Unsupported {
                    detail: format!("its encoding is “{other}”; raw, gzip and ascii are read")
                })
            }
        }
    }

    fn placed(&self, spatial: &[bool]) -> Result<DMat4, Problem> {
        let space = self.field(&["space"]).unwrap_or_default().to_ascii_lowercase();
        // From the header's directions to right, anterior, superior.
        let sign = match space.as_str() {
            "left-posterior-superior" | "lps" | "left-posterior-superior-time" | "lpst" => DVec3::new(-1.0, -1.0, 1.0),
            "left-anterior-superior" | "las" => DVec3::new(-1.0, 1.0, 1.0),
            _ => DVec3::ONE,
        };
        let mut axes = match self.field(&["space directions"]) {
            Some(text) => vectors(text).into_iter().flatten().collect(),
            None => {
                let spacings = self.field(&["spacings"]).unwrap_or_default();
                let step = |word: &str| word.parse::<f64>().ok().filter(|step| step.is_finite() && *step > 0.0);
                let steps: Vec<f64> = spacings
                    .split_ascii_whitespace()
                    .zip(spatial)
                    .filter(|(_, is_spatial)| **is_spatial)
                    .map(|(word, _)| step(word).unwrap_or(1.0))
                    .collect();
                let step = |axis: usize| steps.get(axis).copied().unwrap_or(1.0);
                vec![DVec3::X * step(0), DVec3::Y * step(1), DVec3::Z * step(2)]
            }
        };
        // A slice has a thickness.
        while axes.len() < 3 {
            let normal = if axes.len() == 2 { axes[0].cross(axes[1]).normalize_or(DVec3::Z) } else { DVec3::Z };
            axes.push(normal);
        }
        let origin = self.field(&["space origin"]).and_then(|text| vectors(text).into_iter().flatten().next());
        let [x, y, z] = [axes[0] * sign, axes[1] * sign, axes[2] * sign];
        let origin = origin.unwrap_or_default() * sign;
        Ok(DMat4::from_cols(x.extend(0.0), y.extend(0.0), z.extend(0.0), origin.extend(1.0)))
    }
}

/// `(1,0,0) none (0,1,0)`; `None` for `none`.
fn vectors(text: &str) -> Vec<Option<DVec3>> {
    let mut list = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() && list.len() < 16 {
        if let Some(after) = rest.strip_prefix('(') {
            let (inside, after) = after.split_once(')').unwrap_or((after, ""));
            let numbers: Vec<f64> = inside.split(',').filter_map(|word| word.trim().parse().ok()).collect();
            list.push(match numbers[..] {
                [x, y, z] => Some(DVec3::new(x, y, z)),
                [x, y] => Some(DVec3::new(x, y, 0.0)),
                _ => None,
            });
            rest = after.trim_start();
        } else {
            let (_, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
            list.push(None);
            rest = after.trim_start();
        }
    }
    list
}

fn ascii(kind: NumberType, reader: FileReader, count: u64, progress: &Progress) -> Result<Values, Problem> {
    let mut lines = lines::Lines::new(reader, progress, "NRRD");
    let (mut values, mut line) = (kind.empty(), Vec::new());
    while (values.len() as u64) < count && lines.next(&mut line)? {
        for word in lines::words(&line) {
            let number = lines::number(word).ok_or_else(|| lines.wrong("it holds what is no number"))?;
            if (values.len() as u64) < count {
                values.push_f64(number);
            }
        }
        progress.allow(values.len() as u64 * kind.bytes())?;
    }
    let there = values.len() as u64;
    if there == count {
        return Ok(values);
    }
    let (count, there) = (crate::text::count(count), crate::text::count(there));
    Err(Problem::Truncated { detail: format!("its header promises {count} numbers and {there} are there") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_are_read_and_what_is_none_is_none() {
        let list = vectors("none (1,0,0.5) ( 0 , 2 , 0 ) (0,0,3)");
        assert_eq!(list, [None, Some(DVec3::new(1.0, 0.0, 0.5)), Some(DVec3::Y * 2.0), Some(DVec3::Z * 3.0)]);
        assert_eq!(vectors("(1,2"), [Some(DVec3::new(1.0, 2.0, 0.0))]);
    }
}
