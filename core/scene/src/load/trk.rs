//! TrackVis streamlines (Wedeen and Wang, "TrackVis file format", trackvis.org/docs/?subsect=fileformat).
//!
//! Points are stored in millimetres from the *corner* of the first voxel. They are brought to the scanner's
//! coordinates (x right, y anterior, z superior) as nibabel does it (nibabel.streamlines.trk,
//! `get_affine_trackvis_to_rasmm`): divided by the voxel's size, moved by half a voxel, reordered where the header's
//! voxel order is not that of its matrix, then multiplied with the matrix. (Where axes are exchanged *and* turned
//! round, nibabel 5.4 applies the inverse of the reordering; here it is the reordering itself.)

use super::columns::{Column, unique};
use super::format::{Format, Opened};
use super::source::FileReader;
use super::{LoadedLayer, Problem, is_plausible};
use crate::{Aabb, LayerData, Tracts, Values, text};
use glam::{DMat4, DVec3, Vec3};
use std::io::Read;
use std::sync::Arc;

const HEADER_BYTES: usize = 1000;
/// Each point costs 12 bytes of position and 4 of each of its numbers, and for a moment 12 more.
const MEMORY_PER_FILE_BYTE: u64 = 3;

pub(super) const FORMAT: Format = Format {
    name: "TRK",
    extensions: &["trk"],
    becomes: "streamlines",
    is_it: |head| head.bytes.starts_with(b"TRACK"),
    begins_with: "TRACK",
    read,
};

fn read(Opened { mut reader, name, progress, .. }: Opened<'_>) -> Result<Vec<LoadedLayer>, Problem> {
    let header = Header::read(&mut reader)?;
    progress.allow(reader.left().saturating_mul(MEMORY_PER_FILE_BYTE))?;
    let column = |name: &String| Column::new(name.clone(), Values::F32(Vec::new()));
    let mut lines = Lines {
        starts: vec![0],
        scalars: header.scalars.iter().map(column).collect(),
        properties: header.properties.iter().map(column).collect(),
        ..Lines::default()
    };
    let total = reader.len();
    let mut index = 0;
    while header.streamline_count.map_or(reader.left() > 0, |count| index < count) {
        lines.read_one(&mut reader, &header, index)?;
        index += 1;
        if index.is_multiple_of(64) {
            progress.advance(total - reader.left(), total)?;
        }
    }
    let notice = lines.notice(index)?;
    let tracts = lines.into_tracts(&header.scanner_from_file)?;
    Ok(vec![LoadedLayer::new(name, LayerData::Tracts(Arc::new(tracts)), notice)])
}

struct Header {
    big_endian: bool,
    /// What the numbers are called that follow each point's coordinates.
    scalars: Vec<String>,
    /// What the numbers are called that follow each streamline.
    properties: Vec<String>,
    /// `None` when the header does not say.
    streamline_count: Option<u32>,
    scanner_from_file: DMat4,
}

#[derive(Default)]
struct Lines {
    /// As in the file.
    positions: Vec<Vec3>,
    starts: Vec<u32>,
    file_index: Vec<u32>,
    scalars: Vec<Column>,
    properties: Vec<Column>,
    empty: u32,
    not_finite: u32,
}

impl Lines {
    fn read_one(&mut self, reader: &mut FileReader, header: &Header, index: u32) -> Result<(), Problem> {
        let left = reader.left();
        if left < 4 {
            return Err(cut_short(header, index));
        }
        let count = header.i32(reader.array()?);
        let Ok(count) = u64::try_from(count) else {
            return Err(malformed(format!("streamline {index} has {count} points")));
        };
        let point_bytes = 4 * (3 + header.scalars.len() as u64);
        let needed = count.saturating_mul(point_bytes).saturating_add(4 * header.properties.len() as u64);
        if needed > left - 4 {
            return Err(cut_short(header, index));
        }
        if self.positions.len() as u64 + count > u64::from(u32::MAX) {
            return Err(malformed("it has more than 4,294,967,295 points".into()));
        }
        let start = self.positions.len();
        let mut values = vec![[0; 4]; if count > 0 { 3 + header.scalars.len() } else { 0 }];
        for _ in 0..count {
            reader.read_exact(values.as_flattened_mut())?;
            self.positions.push(Vec3::new(header.f32(values[0]), header.f32(values[1]), header.f32(values[2])));
            for (column, value) in self.scalars.iter_mut().zip(&values[3..]) {
                column.push(f64::from(header.f32(*value)));
            }
        }
        let mut properties = vec![[0; 4]; header.properties.len()];
        reader.read_exact(properties.as_flattened_mut())?;
        let sound = |place: &Vec3| place.to_array().into_iter().all(|number| is_plausible(f64::from(number)));
        if !self.positions[start..].iter().all(sound) {
            self.positions.truncate(start);
            self.scalars.iter_mut().for_each(|column| column.truncate(start));
            self.not_finite += 1;
        } else if count == 0 {
            self.empty += 1;
        } else {
            self.starts.push(self.positions.len() as u32);
            self.file_index.push(index);
            for (column, value) in self.properties.iter_mut().zip(properties) {
                column.push(f64::from(header.f32(value)));
            }
        }
        Ok(())
    }

    /// What the user should know; an error when nothing is left.
    fn notice(&self, count: u32) -> Result<Option<String>, Problem> {
        let all = text::counted(count as usize, "streamline", "streamlines");
        if self.file_index.is_empty() {
            let detail = match (count, self.not_finite) {
                (0, _) => "it has no streamlines".into(),
                (_, 0) => format!("its {all} have no points"),
                _ => format!("of its {all} none has only finite coordinates"),
            };
            return Err(Problem::Nothing { detail });
        }
        let left_out = text::count(u64::from(self.not_finite));
        Ok((self.not_finite > 0)
            .then(|| format!("Left out {left_out} of {all}: their coordinates are not finite numbers.")))
    }

    fn into_tracts(mut self, scanner_from_file: &DMat4) -> Result<Tracts, Problem> {
        let place = |position: &Vec3| scanner_from_file.transform_point3(position.as_dvec3());
        let first = self.positions.first().map_or(DVec3::ZERO, place);
        let (min, max) =
            self.positions.iter().map(place).fold((first, first), |(min, max), p| (min.min(p), max.max(p)));
        if !(min.to_array().into_iter().chain(max.to_array())).all(is_plausible) {
            return Err(malformed("its matrix leads beyond all measure".into()));
        }
        let origin = (min + max) * 0.5;
        for position in &mut self.positions {
            *position = (scanner_from_file.transform_point3(position.as_dvec3()) - origin).as_vec3();
        }
        self.starts.shrink_to_fit();
        let bounds = Aabb::of_points(&self.positions);
        let Lines { positions, starts, file_index, scalars, properties, .. } = self;
        let attributes = unique(scalars.into_iter().map(Column::into_attribute).collect());
        let mut tracts = Tracts { origin, positions, starts, attributes, file_index, bounds, ..Tracts::default() };
        let length = tracts.lengths(Some("mm"));
        let properties = properties.into_iter().map(Column::into_attribute);
        tracts.line_attributes = unique(std::iter::once(length).chain(properties).collect());
        Ok(tracts)
    }
}

fn malformed(detail: String) -> Problem {
    Problem::Malformed { kind: "TrackVis", detail }
}

fn cut_short(header: &Header, index: u32) -> Problem {
    let there = text::counted(index as usize, "whole streamline is", "whole streamlines are");
    let detail = match header.streamline_count {
        Some(promised) => format!("its header promises {} streamlines and {there} there", text::count(promised.into())),
        None => format!("it ends within a streamline, and {there} there"),
    };
    Problem::Truncated { detail }
}

impl Header {
    fn read(reader: &mut FileReader) -> Result<Header, Problem> {
        if reader.len() < HEADER_BYTES as u64 {
            let detail = format!("it has {} bytes, and a TrackVis header has {HEADER_BYTES}", reader.len());
            return Err(Problem::Truncated { detail });
        }
        let bytes: [u8; HEADER_BYTES] = reader.array()?;
        let four = |at: usize| [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
        let big_endian = match (i32::from_le_bytes(four(996)), i32::from_be_bytes(four(996))) {
            (1000, _) => false,
            (_, 1000) => true,
            (other, _) => return Err(malformed(format!("its header says that it has {other} bytes, not 1000"))),
        };
        let mut header = Header {
            big_endian,
            scalars: Vec::new(),
            properties: Vec::new(),
            streamline_count: None,
            scanner_from_file: DMat4::IDENTITY,
        };
        let version = header.i32(four(992));
        if !(1..=2).contains(&version) {
            return Err(malformed(format!("it is of version {version}, and 1 and 2 are known")));
        }
        let i16_at = |at: usize| header.i16([bytes[at], bytes[at + 1]]);
        let f32_at = |at: usize| f64::from(header.f32(four(at)));
        let count_at = |at: usize, what: &str| {
            usize::try_from(i16_at(at)).map_err(|_| malformed(format!("it has {} {what}", i16_at(at))))
        };
        // Ten names of 20 bytes; numbers beyond them have none.
        let names = |count: usize, at: usize, what: &str| {
            let name = |index: usize| {
                let name = bytes.get(at + 20 * index..at + 20 * index + 20).filter(|_| index < 10).unwrap_or_default();
                let name = name.split(|byte| *byte == 0).next().unwrap_or_default();
                let name = String::from_utf8_lossy(name).trim().to_owned();
                if name.is_empty() { format!("{what} {}", index + 1) } else { name }
            };
            (0..count).map(name).collect::<Vec<_>>()
        };
        let scalars = names(count_at(36, "scalars a point")?, 38, "scalar");
        let properties = names(count_at(238, "properties a streamline")?, 240, "property");
        let streamlines = header.i32(four(988));
        let Ok(streamlines) = u32::try_from(streamlines) else {
            return Err(malformed(format!("its header promises {streamlines} streamlines")));
        };
        let mut matrix = [[0.0; 4]; 4];
        for (at, value) in matrix.as_flattened_mut().iter_mut().enumerate() {
            *value = f32_at(440 + 4 * at);
        }
        // Version 1 has no matrix, and a zero in its corner says that it was not recorded.
        let recorded = version >= 2 && matrix[3][3] != 0.0;
        let geometry = Geometry {
            dimensions: [6, 8, 10].map(|at| f64::from(i16_at(at))),
            voxel_size: [12, 16, 20].map(f32_at),
            scanner_from_voxel: if recorded { DMat4::from_cols_array_2d(&matrix).transpose() } else { DMat4::IDENTITY },
            voxel_order: [bytes[948], bytes[949], bytes[950]],
        };
        let scanner_from_file = geometry.scanner_from_file()?;
        (header.scalars, header.properties, header.scanner_from_file) = (scalars, properties, scanner_from_file);
        header.streamline_count = (streamlines > 0).then_some(streamlines);
        Ok(header)
    }

    fn i16(&self, bytes: [u8; 2]) -> i16 {
        if self.big_endian { i16::from_be_bytes(bytes) } else { i16::from_le_bytes(bytes) }
    }

    fn i32(&self, bytes: [u8; 4]) -> i32 {
        if self.big_endian { i32::from_be_bytes(bytes) } else { i32::from_le_bytes(bytes) }
    }

    fn f32(&self, bytes: [u8; 4]) -> f32 {
        if self.big_endian { f32::from_be_bytes(bytes) } else { f32::from_le_bytes(bytes) }
    }
}

struct Geometry {
    dimensions: [f64; 3],
    voxel_size: [f64; 3],
    scanner_from_voxel: DMat4,
    voxel_order: [u8; 3],
}

/// A direction of the scanner's coordinates: the axis, and whether it is the positive end.
type Direction = (usize, bool);

impl Geometry {
    fn scanner_from_file(&self) -> Result<DMat4, Problem> {
        if !self.voxel_size.into_iter().all(|size| is_plausible(size) && size != 0.0) {
            return Err(malformed(format!("its voxels measure {:?} mm", self.voxel_size)));
        }
        let matrix_order = self.matrix_order().ok_or_else(|| malformed("its matrix names no directions".into()))?;
        let voxel_from_file =
            DMat4::from_translation(DVec3::splat(-0.5)) * DMat4::from_scale(DVec3::from_array(self.voxel_size).recip());
        let reordered = self.reorder(matrix_order).ok_or_else(|| {
            malformed(format!("its voxel order is “{}”", String::from_utf8_lossy(&self.voxel_order).escape_debug()))
        })?;
        Ok(self.scanner_from_voxel * reordered * voxel_from_file)
    }

    /// Which direction each voxel axis mainly has in the scanner: the strongest axis chooses first.
    fn matrix_order(&self) -> Option<[Direction; 3]> {
        let columns = [0, 1, 2].map(|axis| self.scanner_from_voxel.col(axis).truncate().normalize_or_zero().to_array());
        if columns.as_flattened().iter().any(|part| !part.is_finite()) {
            return None;
        }
        let strength = |axis: usize| columns[axis].iter().fold(0.0f64, |most, part| most.max(part.abs()));
        let mut axes = [0, 1, 2];
        axes.sort_by(|a, b| strength(*b).total_cmp(&strength(*a)));
        let mut taken = [false; 3];
        let mut order = [(0, true); 3];
        for axis in axes {
            let free = (0..3).filter(|toward| !taken[*toward]);
            let toward = free.max_by(|a, b| columns[axis][*a].abs().total_cmp(&columns[axis][*b].abs()))?;
            if columns[axis][toward].abs() < 1e-8 {
                return None;
            }
            taken[toward] = true;
            order[axis] = (toward, columns[axis][toward] > 0.0);
        }
        Some(order)
    }

    /// From the voxels of the header's order to those of the matrix; `None` when the header's order is no order.
    fn reorder(&self, matrix_order: [Direction; 3]) -> Option<DMat4> {
        // TrackVis's own default.
        let named = if self.voxel_order[0] == 0 { *b"LPS" } else { self.voxel_order };
        let header_order = [direction(named[0])?, direction(named[1])?, direction(named[2])?];
        let mut columns = [DVec3::ZERO; 3];
        let mut moved = DVec3::ZERO;
        for (to, (toward, positive)) in matrix_order.into_iter().enumerate() {
            let from = header_order.iter().position(|(other, _)| *other == toward)?;
            let flipped = header_order[from].1 != positive;
            columns[from][to] = if flipped { -1.0 } else { 1.0 };
            moved[to] = if flipped { self.dimensions[from] - 1.0 } else { 0.0 };
        }
        Some(DMat4::from_cols(
            columns[0].extend(0.0),
            columns[1].extend(0.0),
            columns[2].extend(0.0),
            moved.extend(1.0),
        ))
    }
}

fn direction(letter: u8) -> Option<Direction> {
    match letter.to_ascii_uppercase() {
        b'L' => Some((0, false)),
        b'R' => Some((0, true)),
        b'P' => Some((1, false)),
        b'A' => Some((1, true)),
        b'I' => Some((2, false)),
        b'S' => Some((2, true)),
        _ => None,
    }
}
