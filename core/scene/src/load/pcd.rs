//! PCD point clouds of the Point Cloud Library (pointclouds.org/documentation/tutorials/pcd_file_format.html, version 0.7):
//! ASCII, binary, and binary_compressed by LZF (Lehmann, liblzf). A field of several numbers becomes as many lists.

use super::cloud::{ARRANGING, Cloud};
use super::format::{Format, Opened};
use super::lines;
use super::npy::part_names;
use super::numbers::{Endian, NumberType};
use super::source::FileReader;
use super::{LoadedLayer, Problem, Progress};
use crate::{Attribute, Values};
use std::io::{BufRead, Read};

pub(super) const FORMAT: Format = Format {
    name: "PCD",
    extensions: &["pcd"],
    becomes: "points; every other field colours them",
    is_it: |head| {
        let start = &head.text[..head.text.len().min(400)];
        let has = |word: &[u8]| start.windows(word.len()).any(|window| window == word);
        head.extension == "pcd" || (has(b"# .PCD") && has(b"FIELDS"))
    },
    begins_with: "# .PCD",
    read,
};

/// Lines and bytes of a sound header are fewer.
const MOST_LINES: usize = 200;
const MOST_LINE_BYTES: u64 = 1 << 16;
const MOST_FIELDS: usize = 4096;
/// So many bytes are read at a time, then progress is told.
const BLOCK_BYTES: u64 = 1 << 18;

#[derive(Debug, Default)]
struct Header {
    fields: Vec<Field>,
    points: u64,
    data: String,
}

#[derive(Debug)]
struct Field {
    name: String,
    kind: NumberType,
    /// Numbers of a point: one, or as many as are left out.
    count: u64,
    /// Where the numbers of this name begin in a point, and how long they are together, in bytes.
    group_at: u64,
    group_bytes: u64,
    /// Where among them this one begins.
    within: u64,
}

/// More numbers of one name are left out.
const MOST_NUMBERS: u64 = 256;

impl Field {
    fn bytes(&self) -> u64 {
        self.kind.bytes().saturating_mul(self.count)
    }

    /// Takes the numbers of points that lie one after the other, `width` bytes each.
    fn take(&self, points: &[u8], width: usize, at: u64, list: &mut Values, colors: &mut Vec<[u8; 4]>) {
        let Ok(at) = usize::try_from(at) else { return };
        if self.is_packed_color() {
            let bytes = points.chunks_exact(width.max(1)).filter_map(|point| point.get(at..)?.first_chunk());
            colors.extend(bytes.map(|bytes| unpacked(*bytes)));
        } else if self.count == 1 {
            self.kind.push_rows(Endian::Little, points, width, at, list);
        }
    }

    /// Whether it is a colour of four bytes in one number.
    fn is_packed_color(&self) -> bool {
        self.count == 1 && self.kind.bytes() == 4 && matches!(self.name.as_str(), "rgb" | "rgba")
    }
}

fn read(Opened { mut reader, name, progress, .. }: Opened<'_>) -> Result<Vec<LoadedLayer>, Problem> {
    let header = Header::read(&mut reader)?;
    progress.leave(ARRANGING);
    // Values, packed colours and positions.
    let point_bytes = header.point_bytes();
    progress.allow(header.points.saturating_mul(point_bytes.saturating_mul(2).saturating_add(32)))?;
    let mut lists: Vec<Values> = header.fields.iter().map(|field| field.kind.empty()).collect();
    let mut colors = Vec::new();
    match header.data.as_str() {
        "ascii" => ascii(reader, &header, &mut lists, &mut colors, progress)?,
        "binary" => binary(reader, &header, &mut lists, &mut colors, progress)?,
        "binary_compressed" => compressed(reader, &header, &mut lists, &mut colors, progress)?,
        other => {
            let detail = format!("its data are “{}”; ascii, binary and binary_compressed are read", shown(other));
            return Err(Problem::Unsupported { detail });
        }
    }
    let is_kept = |field: &Field| field.count == 1 && !field.is_packed_color() && field.name != "_";
    let columns = header.fields.iter().zip(lists).filter(|(field, _)| is_kept(field));
    let columns = columns.map(|(field, values)| Attribute::new(field.name.clone(), values)).collect();
    let colors = (!colors.is_empty()).then_some(colors);
    Ok(vec![Cloud { columns, has_names: true, colors }.into_layer(name, progress)?])
}

fn malformed(detail: impl Into<String>) -> Problem {
    Problem::Malformed { kind: "PCD", detail: detail.into() }
}

impl Header {
    fn read(reader: &mut FileReader) -> Result<Header, Problem> {
        let mut header = Header::default();
        let [mut names, mut sizes, mut types, mut counts]: [Vec<String>; 4] = Default::default();
        let (mut width, mut height, mut points) = (None, None, None);
        let mut line = Vec::new();
        for _ in 0..MOST_LINES {
            line.clear();
            if reader.by_ref().take(MOST_LINE_BYTES).read_until(b'\n', &mut line)? == 0 {
                return Err(Problem::Truncated { detail: "its header has no line DATA".into() });
            }
            let text = String::from_utf8_lossy(&line).into_owned();
            let mut words = text.split_ascii_whitespace();
            let key = words.next().unwrap_or_default().to_ascii_uppercase();
            let rest: Vec<String> = words.map(str::to_owned).collect();
            let number = || rest.first().and_then(|word| word.parse::<u64>().ok());
            match key.as_str() {
                "FIELDS" | "COLUMNS" => names = rest,
                "SIZE" => sizes = rest,
                "TYPE" => types = rest,
                "COUNT" => counts = rest,
                "WIDTH" => width = number(),
                "HEIGHT" => height = number(),
                "POINTS" => points = number(),
                "DATA" => {
                    header.data = rest.first().cloned().unwrap_or_default();
                    let of_grid = || width?.checked_mul(height.unwrap_or(1));
                    header.points = points
                        .or_else(of_grid)
                        .ok_or_else(|| malformed("its header does not say how many points it has"))?;
                    header.fields = fields(&names, &sizes, &types, &counts)?;
                    return Ok(header);
                }
                _ => {}
            }
        }
        Err(malformed("its header has no line DATA"))
    }

    fn point_bytes(&self) -> u64 {
        self.fields.iter().fold(0u64, |sum, field| sum.saturating_add(field.bytes()))
    }
}

fn fields(names: &[String], sizes: &[String], types: &[String], counts: &[String]) -> Result<Vec<Field>, Problem> {
    if names.is_empty() || sizes.len() != names.len() || types.len() != names.len() {
        return Err(malformed("its header does not give each field a name, a size and a type"));
    }
    let mut fields = Vec::new();
    let mut at = 0u64;
    for (index, name) in names.iter().enumerate() {
        let kind = match (types[index].as_str(), sizes[index].as_str()) {
            ("F", "4") => NumberType::F32,
            ("F", "8") => NumberType::F64,
            ("U", "1") => NumberType::U8,
            ("U", "2") => NumberType::U16,
            ("U", "4") => NumberType::U32,
            ("U", "8") => NumberType::U64,
            ("I", "1") => NumberType::I8,
            ("I", "2") => NumberType::I16,
            ("I", "4") => NumberType::I32,
            ("I", "8") => NumberType::I64,
            (kind, size) => {
                return Err(malformed(format!(
                    "the field {} is of type {} and {} bytes",
                    shown(name),
                    shown(kind),
                    shown(size)
                )));
            }
        };
        let count = match counts.get(index) {
            None => 1,
            Some(count) => count
                .parse()
                .map_err(|_| malformed(format!("the field {} has {} numbers", shown(name), shown(count))))?,
        };
        let group_bytes = kind.bytes().saturating_mul(count);
        let part = |name, count, within| Field { name, kind, count, group_at: at, group_bytes, within };
        if (1..=MOST_NUMBERS).contains(&count) && name != "_" {
            let names = part_names(name, count);
            fields.extend((0..).zip(names).map(|(index, name)| part(name, 1, index * kind.bytes())));
        } else {
            fields.push(part("_".to_owned(), count, 0));
        }
        if fields.len() > MOST_FIELDS {
            return Err(malformed(format!("its points have more than {MOST_FIELDS} numbers")));
        }
        at = at.saturating_add(group_bytes);
    }
    Ok(fields)
}

/// A word of the header for a sentence.
fn shown(word: &str) -> String {
    word.chars().take(20).collect::<String>().escape_debug().to_string()
}

/// Blue, green, red: as PCL packs them into a number, whatever its type says.
fn unpacked([blue, green, red, _]: [u8; 4]) -> [u8; 4] {
    crate::paint::opaque([red, green, blue])
}

fn ascii(
    reader: FileReader,
    header: &Header,
    lists: &mut [Values],
    colors: &mut Vec<[u8; 4]>,
    progress: &Progress,
) -> Result<(), Problem> {
    let mut lines = lines::Lines::new(reader, progress, "PCD");
    let mut line = Vec::new();
    let mut points = 0;
    while points < header.points && lines.next(&mut line)? {
        let mut words = lines::words(&line);
        let Some(first) = words.next() else { continue };
        let mut words = std::iter::once(first).chain(words);
        for (field, list) in header.fields.iter().zip(lists.iter_mut()) {
            let mut value = f64::NAN;
            for _ in 0..field.count {
                let word = words.next().ok_or_else(|| lines.wrong("a point has too few numbers"))?;
                value = lines::number(word).ok_or_else(|| lines.wrong("a field is no number"))?;
            }
            if field.is_packed_color() {
                // Written as the real number whose bytes are the colour, or as a whole one.
                let bits = if field.kind == NumberType::F32 { (value as f32).to_bits() } else { value as u32 };
                colors.push(unpacked(bits.to_le_bytes()));
            } else if field.count == 1 {
                list.push_f64(value);
            }
        }
        points += 1;
    }
    if points == header.points { Ok(()) } else { Err(cut_short(points, header.points)) }
}

fn cut_short(there: u64, promised: u64) -> Problem {
    let (promised, there) = (crate::text::count(promised), crate::text::count(there));
    Problem::Truncated { detail: format!("its header promises {promised} points and {there} are there") }
}

fn binary(
    mut reader: FileReader,
    header: &Header,
    lists: &mut [Values],
    colors: &mut Vec<[u8; 4]>,
    progress: &Progress,
) -> Result<(), Problem> {
    let (point_bytes, left) = (header.point_bytes(), reader.left());
    if point_bytes == 0 || header.points.saturating_mul(point_bytes) > left {
        return Err(cut_short(left / point_bytes.max(1), header.points));
    }
    let (total, mut left) = (reader.len(), header.points);
    let mut block = Vec::new();
    while left > 0 {
        let points = left.min((BLOCK_BYTES / point_bytes).max(1));
        block.clear();
        if (reader.by_ref().take(points * point_bytes).read_to_end(&mut block)? as u64) < points * point_bytes {
            return Err(cut_short(header.points - left, header.points));
        }
        for (field, list) in header.fields.iter().zip(lists.iter_mut()) {
            field.take(&block, point_bytes as usize, field.group_at + field.within, list, colors);
        }
        left -= points;
        progress.advance(total - reader.left(), total)?;
    }
    Ok(())
}

/// Field after field, and all of it compressed.
fn compressed(
    mut reader: FileReader,
    header: &Header,
    lists: &mut [Values],
    colors: &mut Vec<[u8; 4]>,
    progress: &Progress,
) -> Result<(), Problem> {
    let (packed, plain) = (u32::from_le_bytes(reader.array()?), u32::from_le_bytes(reader.array()?));
    let promised = header.points.checked_mul(header.point_bytes());
    if promised != Some(u64::from(plain)) {
        return Err(malformed(format!("it unpacks to {plain} bytes, and its points take {promised:?}")));
    }
    let left = reader.left();
    if u64::from(packed) > left {
        return Err(Problem::Truncated { detail: format!("it promises {packed} packed bytes and {left} are there") });
    }
    progress.allow(u64::from(packed) + 3 * u64::from(plain))?;
    let mut bytes = vec![0; packed as usize];
    reader.read_exact(&mut bytes)?;
    progress.advance(1, 2)?;
    let plain = unlzf(&bytes, plain as usize).ok_or_else(|| malformed("its packed points are damaged"))?;
    for (field, list) in header.fields.iter().zip(lists.iter_mut()) {
        let (start, bytes) = (field.group_at.checked_mul(header.points), field.group_bytes.checked_mul(header.points));
        let place = start.zip(bytes).map(|(start, bytes)| start as usize..(start + bytes) as usize);
        if let Some(all) = place.and_then(|place| plain.get(place)) {
            field.take(all, field.group_bytes as usize, field.within, list, colors);
        }
        progress.advance(1, 2)?;
    }
    Ok(())
}

/// Unpacks LZF to `length` bytes; `None` when it is not sound. Memory grows with what is really there.
fn unlzf(mut packed: &[u8], length: usize) -> Option<Vec<u8>> {
    let mut plain = Vec::new();
    while let Some((&control, rest)) = packed.split_first() {
        if control < 32 {
            let (literal, rest) = rest.split_at_checked(control as usize + 1)?;
            plain.extend_from_slice(literal);
            packed = rest;
        } else {
            let (mut run, mut rest) = ((control >> 5) as usize, rest);
            if run == 7 {
                let (more, after) = rest.split_first()?;
                (run, rest) = (run + *more as usize, after);
            }
            let (low, after) = rest.split_first()?;
            let back = ((control as usize & 31) << 8) + *low as usize + 1;
            let from = plain.len().checked_sub(back)?;
            for at in from..from + run + 2 {
                plain.push(*plain.get(at)?);
            }
            packed = after;
        }
        if plain.len() > length {
            return None;
        }
    }
    (plain.len() == length).then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_bytes_are_unpacked_and_damaged_ones_refused() {
        // Three letters, then a run that reaches back over itself.
        assert_eq!(unlzf(&[2, b'a', b'b', b'c', 0b1000_0000, 2], 9), Some(b"abcabcabc".to_vec()));
        assert_eq!(unlzf(&[0, b'z', 0xe0, 3, 0], 13), Some(b"zzzzzzzzzzzzz".to_vec()));
        for bad in [&[2, b'a'][..], &[32, 9], &[0, b'a', 32], &[0, b'a', 0xe0]] {
            assert_eq!(unlzf(bad, 9), None, "{bad:?}");
        }
        assert_eq!(unlzf(&[0, b'a'], 9), None);
    }
}
