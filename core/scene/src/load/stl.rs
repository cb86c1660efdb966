//! STL triangles (3D Systems, "StereoLithography Interface Specification", 1989): binary and ASCII.
//!
//! A binary file may begin with the word of an ASCII one, so what counts is whether its length is that of its triangles.

use super::format::{Format, Opened};
use super::levels::COARSENING;
use super::lines::{self, Lines};
use super::progress::Progress;
use super::source::FileReader;
use super::surface::{BYTES_PER_CORNER, BYTES_PER_VERTEX, Surface};
use super::{LoadedLayer, Problem};
use crate::text;
use glam::DVec3;
use std::io::Read;

pub(super) const FORMAT: Format = Format {
    name: "STL",
    extensions: &["stl"],
    becomes: "a mesh",
    is_it: |head| {
        let is_text = head.text.starts_with(b"solid") && head.text.windows(5).any(|word| word == b"facet");
        is_text || triangles_of(head.bytes, head.length).is_some() || head.extension == "stl" && head.bytes.len() > 84
    },
    begins_with: "solid",
    read,
};

const HEAD_BYTES: usize = 84;
const TRIANGLE_BYTES: usize = 50;
/// So many triangles are read, then progress is told.
const BLOCK: usize = 4096;

fn read(Opened { mut reader, name, progress, .. }: Opened<'_>) -> Result<Vec<LoadedLayer>, Problem> {
    progress.leave(COARSENING);
    let mut head = Vec::new();
    reader.by_ref().take(HEAD_BYTES as u64).read_to_end(&mut head)?;
    let is_text = head.trim_ascii_start().starts_with(b"solid") && triangles_of(&head, reader.len()).is_none();
    let surface = if is_text {
        std::io::Seek::rewind(&mut reader)?;
        ascii(Lines::new(reader, progress, "STL"))?
    } else {
        binary(reader, &head, progress)?
    };
    Ok(vec![surface.into_layer(name)?])
}

/// How many triangles a binary file says it has, when that is how long it is.
fn triangles_of(head: &[u8], length: u64) -> Option<u32> {
    let count = u32::from_le_bytes(head.get(80..84)?.try_into().ok()?);
    (count > 0 && HEAD_BYTES as u64 + u64::from(count) * TRIANGLE_BYTES as u64 == length).then_some(count)
}

fn binary(mut reader: FileReader, head: &[u8], progress: &Progress) -> Result<Surface, Problem> {
    let Some(count) = head.get(80..84).and_then(|bytes| bytes.try_into().ok()).map(u32::from_le_bytes) else {
        return Err(Problem::Truncated { detail: format!("it has {} bytes, and an STL header has 84", head.len()) });
    };
    let there = reader.left() / TRIANGLE_BYTES as u64;
    if there < u64::from(count) {
        let (promised, there) = (text::count(count.into()), text::count(there));
        return Err(Problem::Truncated {
            detail: format!("its header promises {promised} triangles and {there} are there"),
        });
    }
    if count > u32::MAX / 3 {
        return Err(Problem::Unsupported { detail: format!("it has {} triangles", text::count(count.into())) });
    }
    progress.allow(u64::from(count) * 3 * (BYTES_PER_VERTEX + BYTES_PER_CORNER))?;
    let mut surface = Surface::default();
    let mut block = vec![0; BLOCK * TRIANGLE_BYTES];
    let mut left = count as usize;
    while left > 0 {
        let part = &mut block[..left.min(BLOCK) * TRIANGLE_BYTES];
        reader.read_exact(part)?;
        for triangle in part.as_chunks::<TRIANGLE_BYTES>().0 {
            // The normal comes first; the corners say the same.
            for corner in triangle[12..48].as_chunks::<12>().0 {
                let at =
                    |axis: usize| f64::from(f32::from_le_bytes(std::array::from_fn(|byte| corner[4 * axis + byte])));
                surface.places.push(DVec3::new(at(0), at(1), at(2)));
            }
            triangle_of_last(&mut surface);
        }
        left -= part.len() / TRIANGLE_BYTES;
        progress.advance(u64::from(count) - left as u64, count.into())?;
    }
    Ok(surface)
}

fn ascii(mut lines: Lines<'_>) -> Result<Surface, Problem> {
    let mut surface = Surface::default();
    let mut corners = 0;
    let mut is_over = false;
    let mut line = Vec::new();
    while lines.next(&mut line)? {
        let mut words = lines::words(&line);
        match words.next() {
            Some(b"vertex") => {
                let Some(place) = lines::place(&mut words) else {
                    return Err(lines.wrong("a vertex is not three numbers"));
                };
                surface.places.push(place);
                corners += 1;
                if surface.places.len() % 4096 == 0 {
                    lines.progress().allow(surface.bytes())?;
                }
            }
            Some(b"endloop") if corners != 3 => return Err(lines.wrong("a facet has not three vertices")),
            Some(b"endloop") => {
                triangle_of_last(&mut surface);
                corners = 0;
            }
            Some(b"endsolid") => is_over = true,
            _ => {}
        }
    }
    if !is_over {
        return Err(Problem::Truncated {
            detail: format!("it ends after line {} without “endsolid”", text::count(lines.number())),
        });
    }
    Ok(surface)
}

/// The last three vertices are a triangle: each has its own, so that edges stay sharp.
fn triangle_of_last(surface: &mut Surface) {
    let end = u32::try_from(surface.places.len()).unwrap_or(u32::MAX);
    surface.polygon(&[end.saturating_sub(3), end.saturating_sub(2), end.saturating_sub(1)]);
}
