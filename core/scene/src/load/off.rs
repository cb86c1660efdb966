//! OFF meshes (Geomview, "OFF: Object File Format"): `OFF` and `COFF` in ASCII.

use super::format::{Format, Opened};
use super::levels::COARSENING;
use super::lines::{self, Lines};
use super::surface::{BYTES_PER_CORNER, BYTES_PER_VERTEX, Surface};
use super::{LoadedLayer, Problem};
use crate::text;

pub(super) const FORMAT: Format = Format {
    name: "OFF",
    extensions: &["off"],
    becomes: "a mesh, with the colours of its vertices",
    is_it: |head| head.text.starts_with(b"OFF") || head.text.starts_with(b"COFF"),
    begins_with: "OFF",
    read,
};

fn read(Opened { reader, name, progress, .. }: Opened<'_>) -> Result<Vec<LoadedLayer>, Problem> {
    progress.leave(COARSENING);
    let length = reader.len();
    let mut lines = Lines::new(reader, progress, "OFF");
    let mut word = Words::default();
    let kind = word.next(&mut lines)?.unwrap_or_default();
    let has_colors = kind == b"COFF";
    if !has_colors && kind != b"OFF" {
        return Err(lines.wrong("only OFF and COFF in ASCII are read"));
    }
    if word.rest().iter().any(|word| word == b"BINARY") {
        return Err(lines.wrong("it is binary, and only ASCII is read"));
    }
    let mut count = |what: &str, lines: &mut Lines<'_>| -> Result<u64, Problem> {
        let found = word.next(lines)?.and_then(|word| std::str::from_utf8(&word).ok()?.parse().ok());
        found.ok_or_else(|| lines.wrong(&format!("the number of its {what} is missing")))
    };
    let (vertices, faces) = (count("vertices", &mut lines)?, count("faces", &mut lines)?);
    count("edges", &mut lines)?;
    // A digit and a blank each.
    if vertices.saturating_mul(6).saturating_add(faces.saturating_mul(2)) > length + 1 || vertices > u64::from(u32::MAX)
    {
        let (vertices, faces) = (text::count(vertices), text::count(faces));
        return Err(Problem::Truncated {
            detail: format!(
                "its header promises {vertices} vertices and {faces} faces, which cannot be in {length} bytes"
            ),
        });
    }
    progress.allow(vertices * BYTES_PER_VERTEX + faces * 3 * BYTES_PER_CORNER)?;
    let mut surface = Surface::default();
    for _ in 0..vertices {
        let line = word.line(&mut lines, "vertices")?;
        let mut words = lines::words(&line);
        let Some(place) = lines::place(&mut words) else { return Err(lines.wrong("a vertex is not three numbers")) };
        surface.places.push(place);
        let color: Vec<f64> = words.take(4).map_while(lines::number).collect();
        if has_colors && color.len() >= 3 {
            // From 0 to 1, or from 0 to 255.
            let scale = if color.iter().all(|part| *part <= 1.0) { 255.0 } else { 1.0 };
            surface.colors.push(crate::paint::opaque([0, 1, 2].map(|part| (color[part] * scale).round() as u8)));
        }
    }
    for face in 0..faces {
        let line = word.line(&mut lines, "faces")?;
        let mut numbers = lines::words(&line).map_while(|word| std::str::from_utf8(word).ok()?.parse::<u64>().ok());
        let corners = numbers.next().unwrap_or(0);
        let corners: Vec<u32> =
            numbers.take(corners.min(1 << 20) as usize).map(|at| u32::try_from(at).unwrap_or(u32::MAX)).collect();
        if corners.len() < 3 {
            return Err(lines.wrong("a face has fewer than three corners"));
        }
        surface.polygon(&corners);
        if face.is_multiple_of(4096) {
            progress.allow(surface.bytes())?;
        }
    }
    Ok(vec![surface.into_layer(name)?])
}

/// Words across lines, without comments.
#[derive(Default)]
struct Words {
    waiting: std::collections::VecDeque<Vec<u8>>,
}

impl Words {
    fn next(&mut self, lines: &mut Lines<'_>) -> Result<Option<Vec<u8>>, Problem> {
        while self.waiting.is_empty() {
            let mut line = Vec::new();
            if !lines.next(&mut line)? {
                return Ok(None);
            }
            self.waiting.extend(lines::words(without_comment(&line)).map(<[u8]>::to_vec));
        }
        Ok(self.waiting.pop_front())
    }

    fn rest(&self) -> Vec<Vec<u8>> {
        self.waiting.iter().cloned().collect()
    }

    /// The next line that says something.
    fn line(&mut self, lines: &mut Lines<'_>, what: &str) -> Result<Vec<u8>, Problem> {
        self.waiting.clear();
        let mut line = Vec::new();
        while lines.next(&mut line)? {
            let said = without_comment(&line);
            if !said.is_empty() {
                return Ok(said.to_vec());
            }
        }
        let number = text::count(lines.number());
        Err(Problem::Truncated { detail: format!("it ends after line {number}, among its {what}") })
    }
}

fn without_comment(line: &[u8]) -> &[u8] {
    line.split(|byte| *byte == b'#').next().unwrap_or_default().trim_ascii()
}
