//! VTK's legacy files (kitware.github.io/vtk-examples, "VTK file formats", versions 1 to 5.1), ASCII and binary: polydata and
//! structured points.

use super::input::Input;
use super::said::{Array, Cells, Grid, Said, index};
use super::{layers, volumes};
use crate::Values;
use crate::load::cloud::ARRANGING;
use crate::load::format::{Format, Opened};
use crate::load::{LoadedLayer, Problem};
use glam::{DMat4, DVec3};

pub(in crate::load) const FORMAT: Format = Format {
    name: "VTK",
    extensions: &["vtk"],
    becomes: "a surface, streamlines, points, or a volume",
    is_it: |head| head.bytes.starts_with(b"# vtk DataFile Version"),
    begins_with: "# vtk DataFile Version",
    read,
};

/// What numbers are said of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Points,
    Cells,
    /// The whole of it, before anything else is spoken of.
    All,
}

fn read(Opened { reader, name, progress, .. }: Opened<'_>) -> Result<Vec<LoadedLayer>, Problem> {
    progress.leave(ARRANGING);
    let mut input = Input::new(reader, progress)?;
    let mut said = Said::default();
    let (mut is_grid, mut size) = (false, [0; 3]);
    let (mut origin, mut spacing) = (DVec3::ZERO, DVec3::ONE);
    // How many there are of what the next data are said of.
    let (mut of, mut count) = (Of::All, 0);
    let mut of_cells = Vec::new();
    while let Some(word) = input.keyword()? {
        match word.as_str() {
            "DATASET" => match input.word()?.to_ascii_uppercase().as_str() {
                "POLYDATA" => {}
                "STRUCTURED_POINTS" => is_grid = true,
                other => {
                    let detail = format!("it holds {other}; POLYDATA and STRUCTURED_POINTS are read");
                    return Err(Problem::Unsupported { detail });
                }
            },
            "DIMENSIONS" => size = [input.count()?, input.count()?, input.count()?],
            "ORIGIN" => origin = input.place()?,
            "SPACING" | "ASPECT_RATIO" => spacing = input.place()?,
            "POINTS" => {
                let count = input.count()?;
                let values = input.values(count.checked_mul(3))?;
                let part = |at: usize| values.get(at);
                said.points = (0..count as usize)
                    .map(|point| DVec3::new(part(3 * point), part(3 * point + 1), part(3 * point + 2)))
                    .collect();
            }
            "VERTICES" => said.vertices = cells(&mut input)?,
            "LINES" => said.lines = cells(&mut input)?,
            "POLYGONS" => said.polygons = cells(&mut input)?,
            "TRIANGLE_STRIPS" => said.strips = cells(&mut input)?,
            "POINT_DATA" => (of, count) = (Of::Points, input.count()?),
            "CELL_DATA" => (of, count) = (Of::Cells, input.count()?),
            "METADATA" => input.skip_to_blank_line()?,
            _ if of != Of::All || word == "FIELD" => {
                // Of the whole there are times and the like, which are read to get past them.
                let into = match of {
                    Of::Points => &mut said.of_points,
                    Of::Cells => &mut of_cells,
                    Of::All => &mut Vec::new(),
                };
                if !data(&mut input, &word, count, into)? {
                    break;
                }
            }
            other => return Err(input.wrong(&format!("“{other}” was not expected"))),
        }
    }
    if is_grid {
        let placed = DMat4::from_translation(origin) * DMat4::from_scale(spacing);
        return volumes::layers(Grid { size, placed, of_points: said.of_points, of_cells }, &name, progress);
    }
    said.divide(&of_cells);
    layers::layers(said, name, progress)
}

/// A list of cells, in the form of either version; its name was read.
fn cells(input: &mut Input<'_>) -> Result<Cells, Problem> {
    let (first, second) = (input.count()?, input.count()?);
    if input.is_next("OFFSETS")? {
        let offsets = input.values(Some(first))?;
        if !input.is_next("CONNECTIVITY")? {
            return Err(input.wrong("CONNECTIVITY was expected"));
        }
        let points = input.values(Some(second))?;
        return Cells::of(&offsets, 1, &points).ok_or_else(|| input.wrong("offsets of cells do not grow"));
    }
    // Each cell's length before its points.
    let list = input.numbers("int", Some(second))?;
    let (mut cells, mut at) = (Cells::default(), 0);
    for _ in 0..first {
        let length = index(list.get(at)) as usize;
        if at + 1 + length > list.len() {
            return Err(input.wrong("a cell has more points than there are"));
        }
        list.each(at + 1..at + 1 + length, |value| cells.points.push(index(value)));
        cells.ends.push(cells.points.len());
        at += 1 + length;
    }
    Ok(cells)
}

/// One list of what is said of points or cells; false when what follows is not known, and the rest is left.
fn data(input: &mut Input<'_>, word: &str, count: u64, into: &mut Vec<Array>) -> Result<bool, Problem> {
    match word {
        "SCALARS" => {
            let name = input.word()?;
            let kind = input.word()?;
            let mut parts = 1;
            if let Some(number) = input.number_on_line()? {
                parts = number;
            }
            if input.is_next("LOOKUP_TABLE")? {
                input.word()?;
            }
            let values = input.numbers(&kind, count.checked_mul(parts))?;
            into.push(array(name, &kind, values, parts));
        }
        "LOOKUP_TABLE" => {
            input.word()?;
            let size = input.count()?;
            input.numbers("unsigned_char", size.checked_mul(4))?;
        }
        "COLOR_SCALARS" => {
            let (name, parts) = (input.word()?, input.count()?);
            let colors = Array::new(name, input.colors(count.checked_mul(parts))?, parts);
            into.push(Array { is_color: true, ..colors });
        }
        "VECTORS" | "NORMALS" | "TENSORS" => {
            let (name, kind) = (input.word()?, input.word()?);
            let parts = if word == "TENSORS" { 9 } else { 3 };
            let values = input.numbers(&kind, count.checked_mul(parts))?;
            if word != "NORMALS" {
                into.push(array(name, &kind, values, parts));
            }
        }
        "TEXTURE_COORDINATES" => {
            let (_, parts) = (input.word()?, input.count()?);
            input.values(count.checked_mul(parts))?;
        }
        "FIELD" => {
            input.word()?;
            for _ in 0..input.count()?.min(4096) {
                let name = input.word()?;
                let (parts, rows) = (input.count()?, input.count()?);
                let kind = input.word()?;
                let values = input.numbers(&kind, parts.checked_mul(rows))?;
                if rows == count && parts > 0 {
                    into.push(array(name, &kind, values, parts));
                }
                if input.is_next("METADATA")? {
                    input.skip_to_blank_line()?;
                }
            }
        }
        _ => return Ok(false),
    }
    Ok(true)
}

fn array(name: String, kind: &str, values: Values, parts: u64) -> Array {
    let is_real = kind.eq_ignore_ascii_case("float") || kind.eq_ignore_ascii_case("double");
    Array { is_whole: !is_real, ..Array::new(name, values, parts) }
}
