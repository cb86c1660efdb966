//! TRX streamlines (tee-ar-ex.github.io, "TRX file format specification"): a ZIP archive, stored or deflated, with lists of numbers
//! whose names say what they are. Places are in the scanner's coordinates (x right, y anterior, z superior, in millimetres)
//! already: the matrix of the header is for those who want voxels.
//!
//! Names and types are taken as trx-python writes them: `bit` is a byte a value.

mod entry;
mod groups;

use super::columns::unique;
use super::format::{Format, Opened};
use super::numbers::{Endian, NumberType};
use super::zip::Archive;
use super::{LoadedLayer, Problem, Progress, is_plausible, kinds, npy};
use crate::{Aabb, Attribute, LayerData, Tracts, Values, text};
use entry::{Entry, Place};
use glam::{DVec3, Vec3};
use groups::Groups;
use serde::Deserialize;
use std::io::Read;
use std::sync::Arc;

pub(super) const FORMAT: Format = Format {
    name: "TRX",
    extensions: &["trx"],
    becomes: "streamlines, with all that the file says of them, of their points and of their groups",
    is_it: |head| {
        let name_bytes = head.bytes.get(26..28).map_or(0, |two| usize::from(u16::from_le_bytes([two[0], two[1]])));
        let first_name = head.bytes.get(30..30 + name_bytes).unwrap_or_default();
        let is_ours = |start: &&[u8]| first_name.starts_with(start);
        let starts: [&[u8]; 7] = [b"header.json", b"positions.3.", b"offsets.", b"dpv/", b"dps/", b"dpg/", b"groups/"];
        let is_zip = head.bytes.starts_with(b"PK\x03\x04") || head.bytes.starts_with(b"PK\x05\x06");
        is_zip && (head.extension == "trx" || starts.iter().any(is_ours))
    },
    begins_with: "PK",
    read,
};

/// No header of a sound file is longer.
const MOST_HEADER_BYTES: u64 = 1 << 20;
/// More numbers of one name than this are no data of points or streamlines.
const MOST_COLUMNS: u64 = 256;
/// For a moment there are two copies of a list: while it grows, and where some of it is left out.
const COPIES: u64 = 2;
/// So many bytes of rows are read at a time.
const BLOCK_BYTES: u64 = 1 << 18;

fn read(Opened { reader, name, progress, .. }: Opened<'_>) -> Result<Vec<LoadedLayer>, Problem> {
    let mut archive = Archive::open(reader, progress, FORMAT.name)?;
    let root = root(&archive)?;
    let header = Header::read(&mut archive, &root)?;
    let mut contents = Contents::new(&header);
    let entries = contents.entries(&archive, &root)?;
    progress.allow(memory(&entries, &header))?;
    for entry in &entries {
        contents.take(&mut archive, entry, progress).map_err(|problem| of(entry, problem))?;
    }
    let (tracts, notice) = contents.into_tracts(progress)?;
    Ok(vec![LoadedLayer::new(name, LayerData::Tracts(Arc::new(tracts)), notice)])
}

fn malformed(detail: String) -> Problem {
    Problem::Malformed { kind: FORMAT.name, detail }
}

/// The same problem, of this list.
fn of(entry: &Entry, problem: Problem) -> Problem {
    let path: String = entry.path.chars().take(60).collect();
    let told = |detail: String| format!("in its file “{}”: {detail}", path.escape_debug());
    match problem {
        Problem::Malformed { kind, detail } => Problem::Malformed { kind, detail: told(detail) },
        Problem::Truncated { detail } => Problem::Truncated { detail: told(detail) },
        // What is packed makes no sense to the decoder.
        Problem::Io(error) if error.kind() == std::io::ErrorKind::InvalidInput => {
            malformed(told("it is packed wrongly".into()))
        }
        other => other,
    }
}

/// The folder that all of it is in, with a stroke at its end: none, unless a folder was packed as a whole.
fn root(archive: &Archive<'_>) -> Result<String, Problem> {
    let headers = archive.files.iter().filter_map(|file| file.name.strip_suffix("header.json"));
    let root = headers.filter(|folder| folder.is_empty() || folder.ends_with('/')).min_by_key(|folder| folder.len());
    root.map(str::to_owned).ok_or_else(|| malformed("it has no header.json".into()))
}

/// What all lists take once they are read.
fn memory(entries: &[Entry], header: &Header) -> u64 {
    let lists = entries.iter().map(|entry| match entry.place {
        // Of each streamline whether it is in the group.
        Place::Group => 4 * entry.count + header.streamlines,
        Place::OfGroup => 8 * header.streamlines,
        // And the offsets from the origin.
        Place::Positions => entry.memory_bytes() + 12 * header.points,
        _ => entry.memory_bytes().saturating_mul(COPIES),
    });
    lists.fold(0, u64::saturating_add)
}

/// The header, as far as it counts.
#[derive(Debug, Deserialize)]
struct Header {
    #[serde(rename = "NB_VERTICES")]
    points: u64,
    #[serde(rename = "NB_STREAMLINES")]
    streamlines: u64,
}

impl Header {
    fn read(archive: &mut Archive<'_>, root: &str) -> Result<Header, Problem> {
        let path = format!("{root}header.json");
        let index = archive.files.iter().position(|file| file.name == path);
        let index = index.ok_or_else(|| malformed("it has no header.json".into()))?;
        let mut bytes = Vec::new();
        archive.unpacked(index)?.take(MOST_HEADER_BYTES).read_to_end(&mut bytes)?;
        let header: Header =
            serde_json::from_slice(&bytes).map_err(|error| malformed(format!("its header.json: {error}")))?;
        let Header { points, streamlines } = header;
        if points > u64::from(u32::MAX) || streamlines > u64::from(u32::MAX) {
            let counts = format!("{} points and {} streamlines", text::count(points), text::count(streamlines));
            let detail = format!("it has {counts}, and at most 4,294,967,295 of each are read");
            return Err(Problem::Unsupported { detail });
        }
        if points == 0 || streamlines == 0 {
            return Err(Problem::Nothing { detail: "it has no streamlines".into() });
        }
        Ok(header)
    }
}

/// What is read so far, all of it in the order of the file.
struct Contents {
    points: u64,
    streamlines: u64,
    positions: Option<Values>,
    offsets: Option<Vec<u32>>,
    of_points: Vec<Attribute>,
    of_streamlines: Vec<Attribute>,
    groups: Groups,
    /// What is in the archive and says nothing that is understood.
    left_out: Vec<String>,
}

impl Contents {
    fn new(header: &Header) -> Contents {
        Contents {
            points: header.points,
            streamlines: header.streamlines,
            positions: None,
            offsets: None,
            of_points: Vec::new(),
            of_streamlines: Vec::new(),
            groups: Groups::default(),
            left_out: Vec::new(),
        }
    }

    /// The archive's lists, each as long as it should be.
    fn entries(&mut self, archive: &Archive<'_>, root: &str) -> Result<Vec<Entry>, Problem> {
        let mut entries: Vec<Entry> = Vec::new();
        for (index, file) in archive.files.iter().enumerate() {
            let Some(path) = file.name.strip_prefix(root).filter(|path| !path.is_empty() && !path.ends_with('/'))
            else {
                continue;
            };
            if path == "header.json" {
                continue;
            }
            let Some(entry) = Entry::parse(path, index, file.bytes).filter(|entry| entry.columns <= MOST_COLUMNS)
            else {
                self.left_out.push(path.to_owned());
                continue;
            };
            self.check(&entry).map_err(|problem| of(&entry, problem))?;
            entries.push(entry);
        }
        for (place, name) in [(Place::Positions, "positions"), (Place::Offsets, "offsets")] {
            match entries.iter().filter(|entry| entry.place == place).count() {
                0 => return Err(malformed(format!("it has no {name}"))),
                1 => {}
                _ => return Err(malformed(format!("it has {name} twice"))),
            }
        }
        Ok(entries)
    }

    fn check(&self, entry: &Entry) -> Result<(), Problem> {
        let (rows, what) = match entry.place {
            Place::Positions | Place::OfPoints => (self.points, "points"),
            Place::OfStreamlines => (self.streamlines, "streamlines"),
            // Older writers leave the last one out.
            Place::Offsets if entry.count == self.streamlines => return Ok(()),
            Place::Offsets => (self.streamlines + 1, "ends of streamlines"),
            Place::Group => return Ok(()),
            Place::OfGroup => (1, "group"),
        };
        // Both are below 2^41.
        let expected = rows * entry.columns;
        if entry.count == expected {
            return Ok(());
        }
        let (there, expected, rows) = (text::count(entry.count), text::count(expected), text::count(rows));
        Err(malformed(format!("it has {there} numbers, and {rows} {what} need {expected}")))
    }

    fn take(&mut self, archive: &mut Archive<'_>, entry: &Entry, progress: &Progress) -> Result<(), Problem> {
        let mut bytes = archive.unpacked(entry.index)?;
        let mut list = |entry: &Entry| entry.kind.read(&mut bytes, Endian::Little, entry.count, progress);
        match entry.place {
            Place::Positions => self.positions = Some(list(entry)?),
            Place::Offsets => self.offsets = Some(starts(&list(entry)?, self.points, self.streamlines)?),
            Place::OfPoints => self.of_points.extend(columns(entry, &mut bytes, self.points)?),
            Place::OfStreamlines => self.of_streamlines.extend(columns(entry, &mut bytes, self.streamlines)?),
            Place::Group => self.groups.take(&entry.name, &list(entry)?, self.streamlines),
            Place::OfGroup => self.groups.take_data(entry.group(), &entry.name, list(entry)?),
        }
        bytes.finish()
    }

    fn into_tracts(self, progress: &Progress) -> Result<(Tracts, Option<String>), Problem> {
        let (Some(positions), Some(starts)) = (self.positions, self.offsets) else {
            return Err(malformed("it has no positions".into()));
        };
        let place = |point: usize| [3 * point, 3 * point + 1, 3 * point + 2].map(|at| positions.get(at));
        let kept = Kept::of(&starts, |point| place(point).into_iter().all(is_plausible));
        let mut notices: Vec<String> = kept.notice(self.streamlines)?.into_iter().collect();
        progress.advance(0, 1)?;
        let all_points = || kept.points.as_deref();
        let (origin, positions) = relative(&positions, all_points(), self.points as usize);
        progress.advance(0, 1)?;
        let of_points = picked(self.of_points, all_points());
        let (grouped, notice) = self.groups.into_attributes(self.streamlines as usize);
        notices.extend(notice);
        let of_streamlines = picked(self.of_streamlines.into_iter().chain(grouped).collect(), kept.lines.as_deref());
        let file_index = kept.lines.unwrap_or_else(|| (0..self.streamlines as u32).collect());
        let bounds = Aabb::of_points(&positions);
        let attributes = unique(of_points);
        let mut tracts =
            Tracts { origin, positions, starts: kept.starts, attributes, file_index, bounds, ..Tracts::default() };
        let length = tracts.lengths(Some("mm"));
        tracts.line_attributes = unique(std::iter::once(length).chain(of_streamlines).collect());
        if !self.left_out.is_empty() {
            notices.push(format!("Left out what is not of TRX: {}.", kinds::list(&self.left_out)));
        }
        Ok((tracts, (!notices.is_empty()).then(|| notices.join(" "))))
    }
}

/// Where streamlines begin, and where the last one ends.
fn starts(offsets: &Values, points: u64, streamlines: u64) -> Result<Vec<u32>, Problem> {
    let mut starts = Vec::with_capacity(offsets.len() + 1);
    let mut last = 0.0;
    for index in 0..offsets.len() {
        let offset = offsets.get(index);
        if !(last..=points as f64).contains(&offset) || offset.fract() != 0.0 || (index == 0 && offset != 0.0) {
            let (index, points) = (text::count(index as u64), text::count(points));
            return Err(malformed(format!("streamline {index} begins at {offset}, after {last} of {points} points")));
        }
        starts.push(offset as u32);
        last = offset;
    }
    if starts.len() as u64 == streamlines {
        starts.push(points as u32);
    }
    if starts.last().is_some_and(|end| u64::from(*end) == points) {
        return Ok(starts);
    }
    Err(malformed(format!("its streamlines end after {last} of {} points", text::count(points))))
}

/// Row after row, each number of one to a list of its own.
fn columns(entry: &Entry, bytes: &mut impl Read, rows: u64) -> Result<Vec<Attribute>, Problem> {
    let width = entry.columns * entry.kind.bytes();
    let mut lists = vec![entry.kind.empty(); entry.columns as usize];
    let mut block = Vec::new();
    let mut left = rows;
    while left > 0 {
        let wanted = left.min((BLOCK_BYTES / width).max(1));
        block.clear();
        bytes.by_ref().take(wanted * width).read_to_end(&mut block)?;
        if (block.len() as u64) < wanted * width {
            let there = text::count(rows - left + block.len() as u64 / width);
            return Err(Problem::Truncated {
                detail: format!("{} rows are promised and {there} are there", text::count(rows)),
            });
        }
        for (column, list) in lists.iter_mut().enumerate() {
            let at = column * entry.kind.bytes() as usize;
            entry.kind.push_rows(Endian::Little, &block, width as usize, at, list);
        }
        left -= wanted;
    }
    let narrowest = |values: Values| match (entry.kind, values) {
        (NumberType::I64 | NumberType::U64, Values::F64(list)) => Values::narrowest(list),
        (_, values) => values,
    };
    let names = npy::part_names(&entry.name, entry.columns);
    Ok(names.into_iter().zip(lists).map(|(name, values)| Attribute::new(name, narrowest(values))).collect())
}

/// The streamlines that can be drawn.
struct Kept {
    starts: Vec<u32>,
    /// Where all points, or all streamlines, are kept: `None`.
    points: Option<Vec<u32>>,
    lines: Option<Vec<u32>>,
    /// Streamlines with a place that is none.
    not_finite: u64,
}

impl Kept {
    fn of(all: &[u32], is_sound: impl Fn(usize) -> bool) -> Kept {
        let ranges = || all.windows(2).map(|ends| ends[0]..ends[1]);
        let is_whole = |range: &std::ops::Range<u32>| range.clone().all(|point| is_sound(point as usize));
        if ranges().all(|range| !range.is_empty() && is_whole(&range)) {
            return Kept { starts: all.to_vec(), points: None, lines: None, not_finite: 0 };
        }
        let (mut starts, mut points, mut lines, mut not_finite) = (vec![0], Vec::new(), Vec::new(), 0);
        for (line, range) in (0..).zip(ranges()) {
            if !is_whole(&range) {
                not_finite += 1;
            } else if !range.is_empty() {
                points.extend(range);
                starts.push(points.len() as u32);
                lines.push(line);
            }
        }
        Kept { starts, points: Some(points), lines: Some(lines), not_finite }
    }

    /// What the user should know; an error when nothing is left.
    fn notice(&self, streamlines: u64) -> Result<Option<String>, Problem> {
        let all = text::counted(streamlines as usize, "streamline", "streamlines");
        if self.starts.len() < 2 {
            return Err(Problem::Nothing { detail: format!("of its {all} none has finite points") });
        }
        let some = text::count(self.not_finite);
        let notice = || format!("Left out {some} of {all}: their coordinates are not finite numbers.");
        Ok((self.not_finite > 0).then(notice))
    }
}

/// Of these elements only.
fn picked(attributes: Vec<Attribute>, kept: Option<&[u32]>) -> Vec<Attribute> {
    match kept {
        Some(kept) => attributes.into_iter().filter_map(|attribute| attribute.picked_out(kept)).collect(),
        None => attributes,
    }
}

/// The middle of these places, and all of them relative to it.
fn relative(values: &Values, kept: Option<&[u32]>, count: usize) -> (DVec3, Vec<Vec3>) {
    fn of<T: Copy + Into<f64>>(list: &[T], kept: Option<&[u32]>) -> (DVec3, Vec<Vec3>) {
        let places = list.as_chunks::<3>().0;
        let place = |three: &[T; 3]| DVec3::new(three[0].into(), three[1].into(), three[2].into());
        let each = |take: &mut dyn FnMut(DVec3)| match kept {
            Some(kept) => kept.iter().filter_map(|at| places.get(*at as usize)).for_each(|three| take(place(three))),
            None => places.iter().for_each(|three| take(place(three))),
        };
        let (mut min, mut max) = (DVec3::INFINITY, DVec3::NEG_INFINITY);
        each(&mut |place| (min, max) = (min.min(place), max.max(place)));
        let origin = (min + max) * 0.5;
        let mut offsets = Vec::with_capacity(kept.map_or(places.len(), <[u32]>::len));
        each(&mut |place| offsets.push((place - origin).as_vec3()));
        (origin, offsets)
    }
    match values {
        Values::F32(list) => of(list, kept),
        Values::F64(list) => of(list, kept),
        // Whole numbers as places: nobody writes them, and nothing forbids them.
        others => of(&(0..3 * count).map(|at| others.get(at)).collect::<Vec<f64>>(), kept),
    }
}
