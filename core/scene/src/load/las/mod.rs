//! LAS and LAZ point clouds (ASPRS LAS 1.4 R15; LAZ: Isenburg, "LASzip: lossless compression of LiDAR data", 2013).
//!
//! The records are decompressed by `laz` and decoded here: they are of fixed layout, and reading the header
//! ourselves lets every count in it be held against the bytes that are there before `laz` believes it.

mod extra;
mod header;
mod net;
mod zip;

use super::columns::unique;
use super::format::{Format, Opened};
use super::progress::Progress;
use super::source::FileReader;
use super::{LoadedLayer, MAX_COORDINATE, Problem};
use crate::{Attribute, LayerData, Points, Values, colormap};
use extra::Field;
use glam::DVec3;
use header::Header;
use std::io::{Read, Seek, SeekFrom};
use std::sync::Arc;

/// Memory that is taken for each point while the lists are shuffled, in bytes.
const BYTES_PER_POINT: u64 = 80;
/// The same for each further number.
const EXTRA_BYTES: u64 = 16;
/// So many bytes of records are decoded at once, then progress is told.
const BLOCK_BYTES: usize = 1 << 20;
/// The part of the time that it takes to put points into their order; half as much where they are unpacked, too.
const ARRANGING: f64 = 0.4;
/// The shuffle is the same each time.
const SEED: u64 = 0x6c61_7a21;

pub(super) const FORMAT: Format = Format {
    name: "LAS/LAZ",
    extensions: &["las", "laz"],
    becomes: "points, with all that the file says of each",
    is_it: |head| head.bytes.starts_with(b"LASF"),
    begins_with: "LASF",
    read,
};

fn read(Opened { source, mut reader, name, progress, .. }: Opened<'_>) -> Result<Vec<LoadedLayer>, Problem> {
    let header = Header::read(&mut reader)?;
    if header.point_count == 0 {
        return Err(Problem::Nothing { detail: "it has no points".into() });
    }
    if header.point_count > u64::from(u32::MAX) {
        let count = crate::text::count(header.point_count);
        return Err(Problem::Unsupported { detail: format!("it has {count} points, and at most 4,294,967,295 are") });
    }
    let extra = extra::fields(&mut reader, &header)?;
    progress.allow(header.point_count.saturating_mul(BYTES_PER_POINT + EXTRA_BYTES * extra.len() as u64))?;
    progress.leave(if header.compressed { ARRANGING / 2.0 } else { ARRANGING });
    let mut records = Records::new(&header, extra);
    if header.compressed {
        records = zip::decompress(source, reader, &header, progress, &records)?;
    } else {
        read_plain(&mut reader, &header, progress, |block| records.take(block))?;
    }
    let points = records.into_points(&header, progress)?;
    Ok(vec![LoadedLayer::new(name, LayerData::Points(Arc::new(points)), None)])
}

fn read_plain(
    reader: &mut FileReader,
    header: &Header,
    progress: &Progress,
    mut take: impl FnMut(&[u8]),
) -> Result<(), Problem> {
    reader.seek(SeekFrom::Start(header.points_at))?;
    let record_bytes = header.record_bytes as u64;
    let there = reader.left() / record_bytes;
    if there < header.point_count {
        return Err(too_few(header, there));
    }
    let mut block = vec![0; block_records(header) * header.record_bytes];
    let mut left = header.point_count * record_bytes;
    while left > 0 {
        let part =
            &mut block[..left.min(BLOCK_BYTES.max(header.record_bytes) as u64 / record_bytes * record_bytes) as usize];
        reader.read_exact(part)?;
        take(part);
        left -= part.len() as u64;
        progress.advance(header.point_count * record_bytes - left, header.point_count * record_bytes)?;
    }
    Ok(())
}

/// How many records make a block.
fn block_records(header: &Header) -> usize {
    (BLOCK_BYTES / header.record_bytes).max(1)
}

fn too_few(header: &Header, there: u64) -> Problem {
    let (promised, there) = (crate::text::count(header.point_count), crate::text::count(there));
    Problem::Truncated { detail: format!("its header promises {promised} points and {there} are there") }
}

/// What is decoded so far. Grows with what is there, not with what the header promises.
#[derive(Clone, Default)]
struct Records {
    record_bytes: usize,
    color_at: Option<usize>,
    time_at: Option<usize>,
    extended: bool,
    raw: Vec<[i32; 3]>,
    colors: Vec<[u16; 3]>,
    intensity: Vec<u16>,
    /// Which echo of its pulse each is, and how many the pulse has.
    returns: [Vec<u8>; 2],
    classification: Vec<u8>,
    angle: Vec<i16>,
    user_data: Vec<u8>,
    source: Vec<u16>,
    time: Vec<f64>,
    infrared_at: Option<usize>,
    infrared: Vec<u16>,
    extra: Vec<Field>,
}

impl Records {
    fn new(header: &Header, extra: Vec<Field>) -> Records {
        Records {
            infrared_at: header.infrared_at(),
            extra,
            record_bytes: header.record_bytes,
            color_at: header.color_at(),
            time_at: header.time_at(),
            extended: header.format >= 6,
            ..Records::default()
        }
    }

    fn take(&mut self, block: &[u8]) {
        for record in block.chunks_exact(self.record_bytes) {
            let i32_at = |at: usize| i32::from_le_bytes([record[at], record[at + 1], record[at + 2], record[at + 3]]);
            let u16_at = |at: usize| u16::from_le_bytes([record[at], record[at + 1]]);
            self.raw.push([i32_at(0), i32_at(4), i32_at(8)]);
            self.intensity.push(u16_at(12));
            if self.extended {
                self.returns[0].push(record[14] & 0xf);
                self.returns[1].push(record[14] >> 4);
                self.classification.push(record[16]);
                self.user_data.push(record[17]);
                self.angle.push(u16_at(18) as i16);
                self.source.push(u16_at(20));
            } else {
                self.returns[0].push(record[14] & 7);
                self.returns[1].push(record[14] >> 3 & 7);
                // The upper three bits are flags.
                self.classification.push(record[15] & 0x1f);
                self.angle.push(i16::from(record[16] as i8));
                self.user_data.push(record[17]);
                self.source.push(u16_at(18));
            }
            if let Some(at) = self.time_at {
                self.time.push(f64::from_le_bytes(std::array::from_fn(|byte| record[at + byte])));
            }
            if let Some(at) = self.color_at {
                self.colors.push([u16_at(at), u16_at(at + 2), u16_at(at + 4)]);
            }
            if let Some(at) = self.infrared_at {
                self.infrared.push(u16_at(at));
            }
            self.extra.iter_mut().for_each(|field| field.take(record));
        }
    }

    /// These, and those that come after them in the file.
    fn joined(mut self, mut after: Records) -> Records {
        fn join<T>(list: &mut Vec<T>, after: &mut Vec<T>) {
            list.reserve_exact(after.len());
            list.append(after);
            *after = Vec::new();
        }
        join(&mut self.raw, &mut after.raw);
        join(&mut self.colors, &mut after.colors);
        join(&mut self.intensity, &mut after.intensity);
        self.returns.iter_mut().zip(&mut after.returns).for_each(|(list, after)| join(list, after));
        join(&mut self.classification, &mut after.classification);
        join(&mut self.angle, &mut after.angle);
        join(&mut self.user_data, &mut after.user_data);
        join(&mut self.source, &mut after.source);
        join(&mut self.time, &mut after.time);
        join(&mut self.infrared, &mut after.infrared);
        self.extra.iter_mut().zip(after.extra).for_each(|(field, after)| field.append(after));
        self
    }

    fn into_points(self, header: &Header, progress: &Progress) -> Result<Points, Problem> {
        let first = self.raw.first().copied().unwrap_or_default();
        let (min, max) = self.raw.iter().fold((first, first), |(min, max), raw| {
            (std::array::from_fn(|axis| min[axis].min(raw[axis])), std::array::from_fn(|axis| max[axis].max(raw[axis])))
        });
        let middle: [f64; 3] = std::array::from_fn(|axis| (f64::from(min[axis]) + f64::from(max[axis])) * 0.5);
        let scale = DVec3::from_array(header.scale);
        let at = |raw: [f64; 3]| DVec3::from_array(raw) * scale + DVec3::from_array(header.offset);
        for corner in [min, max] {
            let place = at(corner.map(f64::from));
            if !place.to_array().into_iter().all(super::is_plausible) {
                let detail = format!("its coordinates reach {place}, and up to {MAX_COORDINATE:e} are taken");
                return Err(Problem::Malformed { kind: "LAS", detail });
            }
        }
        // Whole numbers minus whole numbers: nothing is lost before the last step.
        let position = |raw: &[i32; 3]| {
            let from_middle: [f64; 3] = std::array::from_fn(|axis| f64::from(raw[axis]) - middle[axis]);
            (DVec3::from_array(from_middle) * scale).as_vec3()
        };
        let positions = self.raw.iter().map(position).collect();
        let file_colors = bytes_of(&self.colors);
        let file_index = (0..self.raw.len() as u32).collect();
        let attributes = self.into_attributes();
        let points = Points { origin: at(middle), positions, file_index, file_colors, attributes, bounds: None };
        points.arranged(SEED, |part| progress.after_reading(part)).ok_or(Problem::Cancelled)
    }

    fn into_attributes(self) -> Vec<Attribute> {
        let [number, count] = self.returns;
        // In units of 0.006° where there are 16 bits, else of 1°.
        let degrees_each = if self.extended { 0.006 } else { 1.0 };
        let angle = self.angle.iter().map(|angle| f32::from(*angle) * degrees_each).collect();
        let own = vec![
            Attribute::new("intensity", Values::U16(self.intensity)),
            Attribute::of_categories("classification", Values::U8(self.classification), colormap::lidar_classes()),
            Attribute::new("return number", Values::U8(number)),
            Attribute::new("number of returns", Values::U8(count)),
            Attribute::new("scan angle", Values::F32(angle)).in_unit("°"),
            Attribute::new("user data", Values::U8(self.user_data)),
            Attribute::new("point source", Values::U16(self.source)),
            Attribute::new("GPS time", Values::F64(self.time)).in_unit("s"),
            Attribute::new("near infrared", Values::U16(self.infrared)),
        ];
        unique(own.into_iter().chain(self.extra.into_iter().map(Field::into_attribute)).collect())
    }
}

/// Colours as bytes: the specification wants 16 bits, and many files hold 8. All black is none.
fn bytes_of(colors: &[[u16; 3]]) -> Option<Vec<[u8; 4]>> {
    let greatest = colors.iter().flatten().copied().max().filter(|greatest| *greatest > 0)?;
    let shift = if greatest > 255 { 8 } else { 0 };
    Some(colors.iter().map(|color| crate::paint::opaque(color.map(|part| (part >> shift) as u8))).collect())
}
