//! NRRD volumes (teem.sourceforge.net/nrrd/format.html), the numbers in the same file or in one beside it: raw, gzip or ascii.
//!
//! Places are brought to x right, y anterior, z superior, as NIfTI has them, where the header's space says what they are
//! (the LPS, LAS and RAS families); of other spaces they are as they stand. An axis that is none of space, of moments or of
//! the parts of a vector, becomes moments.

mod header;
mod place;

use super::format::{Format, Opened};
use super::grid::{self, Encoding, Start, Stored};
use super::numbers::{Endian, NumberType};
use super::{LoadedLayer, Problem, Progress};
use crate::{Attribute, LayerData, Values, Volume};
use header::Header;
use place::Axis;
use std::sync::Arc;

pub(super) const FORMAT: Format = Format {
    name: "NRRD",
    extensions: &["nrrd", "nhdr"],
    becomes: "a volume, of several moments where it has them",
    is_it: |head| head.bytes.starts_with(b"NRRD000"),
    begins_with: "NRRD000",
    read,
};

fn read(Opened { source, mut reader, name, progress, .. }: Opened<'_>) -> Result<Vec<LoadedLayer>, Problem> {
    let header = Header::read(&mut reader)?;
    let axes = place::axes(&header)?;
    let of_grid: Vec<grid::Axis> =
        axes.iter().map(|axis| grid::Axis { size: axis.size, is_spatial: axis.is_spatial() }).collect();
    let too_large = || malformed(format!("its sizes are “{}”", header.field(&["sizes"]).unwrap_or_default()));
    let count = grid::count(&of_grid).ok_or_else(too_large)?;
    let placed = place::matrix(&header, &axes)?;
    let stored = stored(&header)?;
    let data_file = header.field(&["data file", "datafile"]);
    let reader = match data_file {
        Some(file) if header::are_several(file) => {
            let detail = "its numbers are in several files; those in one are read".into();
            return Err(Problem::Unsupported { detail });
        }
        Some(file) => grid::beside(source, file)?,
        None => reader,
    };
    let values = unquantized(&header, stored.kind, stored.read(reader, count, progress)?, progress)?;
    let grid = grid::arranged(values, &of_grid, progress)?.ok_or_else(too_large)?;
    let mut values = Attribute::new("value", grid.values);
    values.unit = header.quoted("sample units").into_iter().flatten().next();
    let volume = Volume::new(grid.size, grid.frames, values, placed);
    let mut volume = volume.ok_or_else(|| malformed("its axes make it flat, or reach too far".into()))?;
    volume.time_step = time_step(&axes);
    volume.length_unit = place::length_unit(&header, &axes);
    Ok(vec![LoadedLayer::new(name, LayerData::Volume(Arc::new(volume)), None)])
}

fn malformed(detail: String) -> Problem {
    Problem::Malformed { kind: "NRRD", detail }
}

fn stored(header: &Header) -> Result<Stored, Problem> {
    let code = header.word(&["type"]);
    let kind = number_type(&code).ok_or_else(|| Problem::Unsupported {
        detail: format!("its numbers are of type “{code}”; whole and real numbers of 8 to 64 bits are read"),
    })?;
    let endian = match header.word(&["endian"]).as_str() {
        "big" => Endian::Big,
        "little" | "" => Endian::Little,
        other => return Err(malformed(format!("its bytes are “{other}” endian, and little or big was expected"))),
    };
    let encoding = match header.word(&["encoding"]).as_str() {
        "raw" => Encoding::Raw,
        "gzip" | "gz" => Encoding::Compressed,
        "ascii" | "text" | "txt" => Encoding::Text,
        other => {
            let detail = format!("its encoding is “{other}”; raw, gzip and ascii are read");
            return Err(Problem::Unsupported { detail });
        }
    };
    let skip = |names: &[&str]| match header.field(names) {
        Some(said) => {
            said.parse::<i64>().map_err(|_| malformed(format!("it skips “{said}”, and a number was expected")))
        }
        None => Ok(0),
    };
    let (lines, bytes) = (skip(&["line skip", "lineskip"])?, skip(&["byte skip", "byteskip"])?);
    let start = match (u64::try_from(lines), u64::try_from(bytes)) {
        (Ok(lines), Ok(bytes)) => Start::After { lines, bytes },
        // Of what is compressed nobody knows where it ends.
        (Ok(_), Err(_)) if bytes == -1 && encoding == Encoding::Raw => Start::AtTheEnd,
        _ => return Err(malformed(format!("it skips {lines} lines and {bytes} bytes"))),
    };
    Ok(Stored { kind, endian, encoding, start, format: "NRRD" })
}

fn number_type(code: &str) -> Option<NumberType> {
    Some(match code {
        "signed char" | "int8" | "int8_t" => NumberType::I8,
        "uchar" | "unsigned char" | "uint8" | "uint8_t" => NumberType::U8,
        "short" | "short int" | "signed short" | "signed short int" | "int16" | "int16_t" => NumberType::I16,
        "ushort" | "unsigned short" | "unsigned short int" | "uint16" | "uint16_t" => NumberType::U16,
        "int" | "signed int" | "int32" | "int32_t" => NumberType::I32,
        "uint" | "unsigned int" | "uint32" | "uint32_t" => NumberType::U32,
        "longlong"
        | "long long"
        | "long long int"
        | "signed long long"
        | "signed long long int"
        | "int64"
        | "int64_t" => NumberType::I64,
        "ulonglong" | "unsigned long long" | "unsigned long long int" | "uint64" | "uint64_t" => NumberType::U64,
        "float" => NumberType::F32,
        "double" => NumberType::F64,
        _ => return None,
    })
}

/// Numbers that were real before they were quantized are what they were, as near as it goes: `old min` and `old max` are the
/// ends of the first and of the last of 2^bits equal parts, and a number stands for the middle of its part (`nrrdUnquantize`
/// of teem).
fn unquantized(header: &Header, kind: NumberType, values: Values, progress: &Progress) -> Result<Values, Problem> {
    let end = |names: &[&str]| header.field(names).and_then(|said| said.parse::<f64>().ok());
    let ends = end(&["old min", "oldmin"]).zip(end(&["old max", "oldmax"]));
    let Some((least, most)) = ends.filter(|(least, most)| least.is_finite() && most.is_finite() && least != most)
    else {
        return Ok(values);
    };
    if !matches!(kind, NumberType::U8 | NumberType::U16 | NumberType::U32) {
        return Ok(values);
    }
    progress.allow((values.len() as u64).saturating_mul(kind.bytes() + 4))?;
    let per_part = (most - least) / 2f64.powi(8 * kind.bytes() as i32);
    let mut list = Vec::with_capacity(values.len());
    values.each(0..values.len(), |value| list.push((least + (value + 0.5) * per_part) as f32));
    Ok(Values::F32(list))
}

/// Of the one axis of time, where the file says both the step and its unit.
fn time_step(axes: &[Axis]) -> Option<(f64, String)> {
    let mut others = axes.iter().filter(|axis| !axis.is_spatial() && axis.size > 1);
    let axis = others.next().filter(|axis| axis.is_time)?;
    let step = axis.spacing.filter(|step| *step > 0.0 && step.is_finite());
    others.next().is_none().then_some(())?;
    step.zip(axis.unit.clone())
}
