//! NIfTI-1 and NIfTI-2 volumes, gzipped or not (Cox et al., "A (sort of) new image data format standard: NIfTI-1", 2004;
//! nifti.nimh.nih.gov/nifti-1, /nifti-2): scalars of any type, in space as the header's matrices say, of several moments.
//!
//! Of the header's two matrices the sform counts where its code is not 0, else the qform, else the voxels' sizes: as nibabel
//! has it.

use super::format::{Format, Opened};
use super::gzip::{self, Stream};
use super::numbers::{Endian, NumberType};
use super::{LoadedLayer, Problem, labels};
use crate::{Attribute, LayerData, Values, Volume};
use glam::{DMat3, DMat4, DQuat, DVec3, DVec4};
use std::io::Read;
use std::sync::Arc;

pub(super) const FORMAT: Format = Format {
    name: "NIfTI",
    extensions: &["nii", "gz"],
    becomes: "a volume, of several moments where it has them",
    is_it: |head| {
        let mut start = [0; 352];
        gzip::first_bytes(head.bytes, &mut start);
        Layout::of(&start).is_some()
    },
    begins_with: "",
    read,
};

/// `NIFTI_INTENT_LABEL`.
const LABELS: i32 = 1002;

/// Where a header has what.
struct Layout {
    endian: Endian,
    /// NIfTI-2: numbers of 64 bits.
    wide: bool,
}

impl Layout {
    fn of(start: &[u8]) -> Option<Layout> {
        let size: [u8; 4] = start.get(..4)?.try_into().ok()?;
        let (little, big) = (i32::from_le_bytes(size), i32::from_be_bytes(size));
        let magic = |at: usize| start.get(at..at + 3);
        let one = matches!(magic(344), Some(b"n+1" | b"ni1"));
        let two = matches!(magic(4), Some(b"n+2" | b"ni2"));
        match (little, big) {
            (348, _) if one => Some(Layout { endian: Endian::Little, wide: false }),
            (_, 348) if one => Some(Layout { endian: Endian::Big, wide: false }),
            (540, _) if two => Some(Layout { endian: Endian::Little, wide: true }),
            (_, 540) if two => Some(Layout { endian: Endian::Big, wide: true }),
            _ => None,
        }
    }
}

struct Header {
    endian: Endian,
    /// Voxels along i, j, k, then moments and what lies beyond.
    size: [u64; 7],
    kind: NumberType,
    slope: f64,
    intercept: f64,
    placed: DMat4,
    /// Where the numbers begin, from the start of the file.
    data_at: u64,
    time_step: Option<(f64, String)>,
    length_unit: Option<&'static str>,
    /// Whether it says that its numbers are labels.
    has_labels: bool,
}

fn read(Opened { reader, name, progress, .. }: Opened<'_>) -> Result<Vec<LoadedLayer>, Problem> {
    let mut stream = Stream::new(reader, progress)?;
    let header = Header::read(&mut stream)?;
    let [width, height, depth, moments, ..] = header.size;
    let beyond: u64 = header.size[4..].iter().product();
    if beyond != 1 {
        let detail = format!("its voxels hold {beyond} numbers each, and single numbers are read");
        return Err(Problem::Unsupported { detail });
    }
    let count = [width, height, depth, moments].iter().try_fold(1u64, |product, side| product.checked_mul(*side));
    let too_large = || malformed(format!("it says that it has {width} × {height} × {depth} × {moments} voxels"));
    let count = count.filter(|count| *count < 1 << 40).ok_or_else(too_large)?;
    let is_scaled = (header.slope, header.intercept) != (1.0, 0.0);
    stream.skip(header.data_at.saturating_sub(stream.at()))?;
    let mut values = header.kind.read(&mut stream, header.endian, count, progress)?;
    if is_scaled {
        progress.allow(count.saturating_mul(header.kind.bytes() + 4))?;
        let mut scaled = Vec::with_capacity(values.len());
        values.each(0..values.len(), |value| scaled.push((value * header.slope + header.intercept) as f32));
        values = Values::F32(scaled);
    }
    let side = |side: u64| u32::try_from(side).map_err(|_| too_large());
    let size = [side(width)?, side(height)?, side(depth)?];
    let volume = Volume::new(size, side(moments)?, Attribute::new("value", values), header.placed);
    let mut volume = volume.ok_or_else(|| malformed("its matrix makes it flat".into()))?;
    volume.time_step = header.time_step;
    volume.length_unit = header.length_unit.map(str::to_owned);
    if header.has_labels {
        labels::told_apart(&mut volume);
    }
    let name = name.strip_suffix(".nii").map(str::to_owned).unwrap_or(name);
    Ok(vec![LoadedLayer::new(name, LayerData::Volume(Arc::new(volume)), None)])
}

fn malformed(detail: String) -> Problem {
    Problem::Malformed { kind: "NIfTI", detail }
}

impl Header {
    fn read(stream: &mut Stream<'_>) -> Result<Header, Problem> {
        let mut bytes = vec![0; 540];
        stream.read_exact(&mut bytes[..348])?;
        // The text by which it is known stands after the rest in NIfTI-1.
        let layout = Layout::of(&bytes).ok_or_else(|| malformed("its header names no kind of NIfTI".into()))?;
        let Layout { endian, wide } = layout;
        if wide {
            stream.read_exact(&mut bytes[348..])?;
        }
        let i16 = |at: usize| endian.i16([bytes[at], bytes[at + 1]]);
        let four = |at: usize| [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
        let eight = |at: usize| std::array::from_fn(|index| bytes[at + index]);
        // A number of the header: 32 bits in the one kind, 64 in the other.
        let real = |narrow: usize, wider: usize| {
            if wide { endian.f64(eight(wider)) } else { f64::from(endian.f32(four(narrow))) }
        };
        let sides = |index: usize| -> i64 {
            if wide { endian.i64(eight(16 + 8 * index)) } else { i64::from(i16(40 + 2 * index)) }
        };
        let dimensions = sides(0);
        if !(1..=7).contains(&dimensions) {
            return Err(malformed(format!("it has {dimensions} dimensions, and 1 to 7 were expected")));
        }
        let mut size = [1u64; 7];
        for (index, side) in size.iter_mut().enumerate().take(dimensions as usize) {
            let said = sides(index + 1);
            *side = u64::try_from(said)
                .ok()
                .filter(|side| *side > 0)
                .ok_or_else(|| malformed(format!("its dimension {} has a length of {said}", index + 1)))?;
        }
        let code = if wide { i16(12) } else { i16(70) };
        let kind = NumberType::of_nifti(code).ok_or_else(|| Problem::Unsupported {
            detail: format!("its numbers are of type {code}; whole and real numbers of 8 to 64 bits are read"),
        })?;
        let spacing = |index: usize| real(76 + 4 * index, 104 + 8 * index);
        let steps: [f64; 4] = std::array::from_fn(spacing);
        let (slope, intercept) = (real(112, 176), real(116, 184));
        // 0 says that nothing is scaled.
        let (slope, intercept) =
            if slope == 0.0 || !slope.is_finite() || !intercept.is_finite() { (1.0, 0.0) } else { (slope, intercept) };
        let [qform, sform, units] = if wide {
            [endian.i32(four(344)), endian.i32(four(348)), endian.i32(four(500))]
        } else {
            [i32::from(i16(252)), i32::from(i16(254)), i32::from(bytes[123])]
        };
        let row = |index: usize| -> DVec4 {
            DVec4::from_array(std::array::from_fn(|column| {
                real(280 + 16 * index + 4 * column, 400 + 32 * index + 8 * column)
            }))
        };
        let quaternion = |index: usize| real(256 + 4 * index, 352 + 8 * index);
        let placed = if sform > 0 {
            DMat4::from_cols(row(0), row(1), row(2), DVec4::W).transpose()
        } else if qform > 0 {
            from_quaternion(std::array::from_fn(quaternion), steps)
        } else {
            let [_, x, y, z] = steps.map(|step| if step > 0.0 && step.is_finite() { step } else { 1.0 });
            DMat4::from_scale(DVec3::new(x, y, z))
        };
        let placed = if placed.is_finite() { placed } else { DMat4::IDENTITY };
        let time = spacing(4);
        let length_unit = match units & 0x07 {
            1 => Some("m"),
            2 => Some("mm"),
            3 => Some("µm"),
            _ => None,
        };
        let time_unit = match units & 0x38 {
            8 => Some("s"),
            16 => Some("ms"),
            24 => Some("µs"),
            _ => None,
        };
        let time_step =
            time_unit.filter(|_| time > 0.0 && time.is_finite() && size[3] > 1).map(|unit| (time, unit.to_owned()));
        let data_at = if wide { endian.i64(eight(168)).max(0) as u64 } else { real(108, 0).max(0.0) as u64 };
        let data_at = data_at.max(if wide { 540 } else { 348 });
        let intent = if wide { endian.i32(four(504)) } else { i32::from(i16(68)) };
        let has_labels = intent == LABELS;
        Ok(Header { endian, size, kind, slope, intercept, placed, data_at, time_step, length_unit, has_labels })
    }
}

/// From b, c, d and the offsets x, y, z of the header (method 2 of its specification).
fn from_quaternion([b, c, d, x, y, z]: [f64; 6], [handedness, i, j, k]: [f64; 4]) -> DMat4 {
    let a = (1.0 - (b * b + c * c + d * d)).max(0.0).sqrt();
    let turned = DMat3::from_quat(DQuat::from_xyzw(b, c, d, a).normalize());
    let k = if handedness < 0.0 { -k } else { k };
    let scaled = DMat3::from_cols(turned.x_axis * i, turned.y_axis * j, turned.z_axis * k);
    DMat4::from_translation(DVec3::new(x, y, z)) * DMat4::from_mat3(scaled)
}
