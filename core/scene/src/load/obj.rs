//! Wavefront OBJ meshes (Wavefront, "Object files", Advanced Visualizer manual, appendix B1): vertices and polygons.
//!
//! Normals are computed anew, because the file's are of corners and not of vertices. Materials and textures are not read.

use super::format::{Format, Opened};
use super::levels::COARSENING;
use super::lines::{self, Lines};
use super::surface::Surface;
use super::{LoadedLayer, Problem};

pub(super) const FORMAT: Format = Format {
    name: "OBJ",
    extensions: &["obj"],
    becomes: "a mesh, with the colours of its vertices",
    is_it: |head| head.extension == "obj" && !head.bytes.contains(&0),
    begins_with: "#",
    read,
};

fn read(Opened { reader, name, progress, .. }: Opened<'_>) -> Result<Vec<LoadedLayer>, Problem> {
    progress.leave(COARSENING);
    let mut lines = Lines::new(reader, progress, "OBJ");
    let mut surface = Surface::default();
    let mut corners = Vec::new();
    let mut read = 0u64;
    let mut line = Vec::new();
    while lines.next(&mut line)? {
        let mut words = lines::words(&line);
        match words.next() {
            Some(b"v") => {
                let Some(place) = lines::place(&mut words) else {
                    return Err(lines.wrong("a vertex is not three numbers"));
                };
                surface.places.push(place);
                // A weight may follow, or a colour from 0 to 1.
                let rest: Vec<f64> = words.by_ref().take(4).map_while(lines::number).collect();
                if let [red, green, blue] = rest[..] {
                    surface
                        .colors
                        .push(crate::paint::opaque([red, green, blue].map(|part| (part * 255.0).round() as u8)));
                }
            }
            Some(b"f") => {
                let count = surface.places.len();
                corners.clear();
                corners.extend(words.by_ref().map(|word| corner_of(word, count)));
                if corners.len() < 3 {
                    return Err(lines.wrong("a face has fewer than three corners"));
                }
                surface.polygon(&corners);
            }
            _ => {}
        }
        read += 1;
        if read.is_multiple_of(4096) {
            lines.progress().allow(surface.bytes())?;
        }
    }
    Ok(vec![surface.into_layer(name)?])
}

/// The vertex of `7`, `7/1`, `7//3`, `7/1/3`: from 1, or from the last one backwards; `u32::MAX` when there can be none.
fn corner_of(word: &[u8], count: usize) -> u32 {
    let first = word.split(|byte| *byte == b'/').next().unwrap_or_default();
    let number: Option<i64> = std::str::from_utf8(first).ok().and_then(|text| text.parse().ok());
    let index = match number {
        Some(number) if number > 0 => Some(number - 1),
        Some(number) if number < 0 => number.checked_add(count as i64),
        _ => None,
    };
    index.and_then(|index| u32::try_from(index).ok()).unwrap_or(u32::MAX)
}
