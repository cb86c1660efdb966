//! MRtrix streamlines (MRtrix3, "Image and other file formats: tracks file format (.tck)"): a text header, then triplets of
//! numbers; three NaN end a streamline, three infinities the file.

use super::columns::unique;
use super::format::{Format, Opened};
use super::progress::Progress;
use super::source::FileReader;
use super::{LoadedLayer, Problem, is_plausible};
use crate::{Aabb, LayerData, Tracts, text};
use glam::{DVec3, Vec3};
use std::io::{BufRead, Read, Seek, SeekFrom};
use std::sync::Arc;

pub(super) const FORMAT: Format = Format {
    name: "TCK",
    extensions: &["tck"],
    becomes: "streamlines",
    is_it: |head| head.bytes.starts_with(b"mrtrix tracks"),
    begins_with: "mrtrix tracks",
    read,
};

/// The header is no longer than this.
const HEADER_BYTES_MAX: u64 = 1 << 20;
/// Memory for each byte of the file.
const MEMORY_PER_FILE_BYTE: u64 = 3;
/// So many triplets are read, then progress is told.
const BLOCK: usize = 1 << 14;

fn read(Opened { mut reader, name, progress, .. }: Opened<'_>) -> Result<Vec<LoadedLayer>, Problem> {
    let header = Header::read(&mut reader)?;
    progress.allow(reader.len().saturating_sub(header.offset).saturating_mul(MEMORY_PER_FILE_BYTE))?;
    reader.seek(SeekFrom::Start(header.offset))?;
    let mut lines = Lines { starts: vec![0], ..Lines::default() };
    lines.read(&mut reader, &header, progress)?;
    let notice = lines.notice()?;
    Ok(vec![LoadedLayer::new(name, LayerData::Tracts(Arc::new(lines.into_tracts())), notice)])
}

fn malformed(detail: String) -> Problem {
    Problem::Malformed { kind: "TCK", detail }
}

struct Header {
    offset: u64,
    big_endian: bool,
    is_double: bool,
}

impl Header {
    fn read(reader: &mut FileReader) -> Result<Header, Problem> {
        let length = reader.len();
        let mut head = reader.by_ref().take(HEADER_BYTES_MAX);
        let (mut offset, mut datatype) = (None, None);
        let mut line = Vec::new();
        loop {
            line.clear();
            if head.read_until(b'\n', &mut line)? == 0 {
                return Err(Problem::Truncated { detail: "its header has no END".into() });
            }
            let text = String::from_utf8_lossy(&line);
            let text = text.trim();
            if text == "END" {
                break;
            }
            match text.split_once(':').map(|(key, value)| (key.trim(), value.trim())) {
                Some(("file", place)) => {
                    let found = place.strip_prefix('.').and_then(|rest| rest.trim().parse::<u64>().ok());
                    let Some(found) = found else {
                        return Err(Problem::Unsupported {
                            detail: format!("its streamlines are in another file, “{place}”"),
                        });
                    };
                    offset = Some(found);
                }
                Some(("datatype", name)) => datatype = Some(name.to_owned()),
                _ => {}
            }
        }
        let offset = offset.ok_or_else(|| malformed("its header does not say where its streamlines begin".into()))?;
        if offset > length {
            return Err(Problem::Truncated {
                detail: format!("its streamlines would begin at byte {offset}, and it has {length}"),
            });
        }
        let (is_double, big_endian) = match datatype.as_deref() {
            Some("Float32LE" | "Float32") => (false, false),
            Some("Float32BE") => (false, true),
            Some("Float64LE" | "Float64") => (true, false),
            Some("Float64BE") => (true, true),
            Some(other) => {
                return Err(malformed(format!("its numbers are of type “{other}”, and Float32 and Float64 are known")));
            }
            None => return Err(malformed("its header does not say of which type its numbers are".into())),
        };
        Ok(Header { offset, big_endian, is_double })
    }

    fn triplet_bytes(&self) -> usize {
        if self.is_double { 24 } else { 12 }
    }

    fn triplet(&self, bytes: &[u8]) -> DVec3 {
        let number = |axis: usize| match (self.is_double, self.big_endian) {
            (false, big) => {
                let four = std::array::from_fn(|byte| bytes[4 * axis + byte]);
                f64::from(if big { f32::from_be_bytes(four) } else { f32::from_le_bytes(four) })
            }
            (true, big) => {
                let eight = std::array::from_fn(|byte| bytes[8 * axis + byte]);
                if big { f64::from_be_bytes(eight) } else { f64::from_le_bytes(eight) }
            }
        };
        DVec3::new(number(0), number(1), number(2))
    }
}

#[derive(Default)]
struct Lines {
    places: Vec<DVec3>,
    starts: Vec<u32>,
    file_index: Vec<u32>,
    /// How many streamlines the file has.
    count: u32,
    /// Those that had a place that is none.
    left_out: u32,
    is_spoilt: bool,
}

impl Lines {
    fn read(&mut self, reader: &mut FileReader, header: &Header, progress: &Progress) -> Result<(), Problem> {
        let size = header.triplet_bytes();
        let total = reader.left();
        let mut left = total / size as u64;
        let mut block = vec![0; BLOCK * size];
        while left > 0 {
            let part = &mut block[..left.min(BLOCK as u64) as usize * size];
            reader.read_exact(part)?;
            for bytes in part.chunks_exact(size) {
                let place = header.triplet(bytes);
                if place.is_nan_mask().all() {
                    self.end();
                } else if place.to_array().into_iter().all(f64::is_infinite) {
                    return Ok(());
                } else {
                    self.is_spoilt |= !place.to_array().into_iter().all(is_plausible);
                    self.places.push(place);
                }
            }
            if self.places.len() > u32::MAX as usize {
                return Err(malformed("it has more than 4,294,967,295 points".into()));
            }
            left -= (part.len() / size) as u64;
            progress.advance(total - left * size as u64, total)?;
        }
        let there = text::counted(self.count as usize, "whole streamline is", "whole streamlines are");
        Err(Problem::Truncated { detail: format!("it has no end, and {there} there") })
    }

    fn end(&mut self) {
        let start = self.starts.last().copied().unwrap_or(0);
        if std::mem::take(&mut self.is_spoilt) {
            self.places.truncate(start as usize);
            self.left_out += 1;
        } else if self.places.len() as u32 > start {
            self.starts.push(self.places.len() as u32);
            self.file_index.push(self.count);
        }
        self.count = self.count.saturating_add(1);
    }

    fn notice(&self) -> Result<Option<String>, Problem> {
        let all = text::counted(self.count as usize, "streamline", "streamlines");
        if self.file_index.is_empty() {
            let detail = if self.count == 0 {
                "it has no streamlines".into()
            } else {
                format!("of its {all} none has finite points")
            };
            return Err(Problem::Nothing { detail });
        }
        let some = text::count(u64::from(self.left_out));
        Ok((self.left_out > 0).then(|| format!("Left out {some} of {all}: their coordinates are not finite numbers.")))
    }

    fn into_tracts(mut self) -> Tracts {
        // A streamline that nothing ended is none.
        self.places.truncate(self.starts.last().copied().unwrap_or(0) as usize);
        let first = self.places.first().copied().unwrap_or_default();
        let (min, max) =
            self.places.iter().fold((first, first), |(min, max), place| (min.min(*place), max.max(*place)));
        let origin = (min + max) * 0.5;
        let positions: Vec<Vec3> = self.places.iter().map(|place| (*place - origin).as_vec3()).collect();
        let bounds = Aabb::of_points(&positions);
        let Lines { starts, file_index, .. } = self;
        let mut tracts = Tracts { origin, positions, starts, file_index, bounds, ..Tracts::default() };
        tracts.line_attributes = unique(vec![tracts.lengths(Some("mm"))]);
        tracts
    }
}
