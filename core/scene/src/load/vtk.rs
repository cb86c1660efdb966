//! VTK's legacy files (kitware.github.io/vtk-examples, "VTK file formats", versions 1 to 5.1), ASCII and binary: polydata and
//! structured points. Polygons and strips become a mesh, lines become streamlines, vertices alone points, structured points a
//! volume; what is said of points colours them. What is said of cells is not read.

mod input;

use super::cloud::Cloud;
use super::columns::unique;
use super::format::{Format, Opened};
use super::surface::Surface;
use super::{LoadedLayer, Problem, is_plausible};
use crate::{Aabb, Attribute, LayerData, Tracts, Values, Volume};
use glam::{DMat4, DVec3, Vec3};
use input::Input;
use std::sync::Arc;

pub(super) const FORMAT: Format = Format {
    name: "VTK",
    extensions: &["vtk"],
    becomes: "a surface, streamlines, points, or a volume",
    is_it: |head| head.bytes.starts_with(b"# vtk DataFile Version"),
    begins_with: "# vtk DataFile Version",
    read,
};

/// What a file says before its layers are made.
#[derive(Default)]
struct Said {
    points: Vec<DVec3>,
    vertices: Vec<u32>,
    lines: Cells,
    polygons: Cells,
    strips: Cells,
    attributes: Vec<Attribute>,
    /// Of structured points.
    grid: Grid,
    is_grid: bool,
}

struct Grid {
    size: [u64; 3],
    origin: DVec3,
    spacing: DVec3,
}

impl Default for Grid {
    fn default() -> Grid {
        Grid { size: [0; 3], origin: DVec3::ZERO, spacing: DVec3::ONE }
    }
}

/// Lists of points, one after the other.
#[derive(Default)]
struct Cells {
    points: Vec<u32>,
    /// Cell `i` is `points[ends[i - 1]..ends[i]]`.
    ends: Vec<usize>,
}

impl Cells {
    fn iter(&self) -> impl Iterator<Item = &[u32]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| self.points.get(start..*end).unwrap_or_default())
    }
}

fn read(Opened { reader, name, progress, .. }: Opened<'_>) -> Result<Vec<LoadedLayer>, Problem> {
    progress.leave(super::cloud::ARRANGING);
    let mut input = Input::new(reader, progress)?;
    let mut said = Said::default();
    // How many there are of what the next data are said of; those of cells are read to get past them.
    let (mut count, mut of_cells) = (0, Vec::new());
    let mut is_of_points = false;
    while let Some(word) = input.keyword()? {
        match word.as_str() {
            "DATASET" => match input.word()?.to_ascii_uppercase().as_str() {
                "POLYDATA" => {}
                "STRUCTURED_POINTS" => said.is_grid = true,
                other => {
                    let detail = format!("it holds {other}; POLYDATA and STRUCTURED_POINTS are read");
                    return Err(Problem::Unsupported { detail });
                }
            },
            "DIMENSIONS" => said.grid.size = [input.count()?, input.count()?, input.count()?],
            "ORIGIN" => said.grid.origin = input.place()?,
            "SPACING" | "ASPECT_RATIO" => said.grid.spacing = input.place()?,
            "POINTS" => {
                let count = input.count()?;
                let values = input.values(count.checked_mul(3))?;
                let part = |at: usize| values.get(at);
                said.points = (0..count as usize)
                    .map(|point| DVec3::new(part(3 * point), part(3 * point + 1), part(3 * point + 2)))
                    .collect();
            }
            "VERTICES" => said.vertices = cells(&mut input)?.points,
            "LINES" => said.lines = cells(&mut input)?,
            "POLYGONS" => said.polygons = cells(&mut input)?,
            "TRIANGLE_STRIPS" => said.strips = cells(&mut input)?,
            "POINT_DATA" | "CELL_DATA" => (count, is_of_points) = (input.count()?, word == "POINT_DATA"),
            "METADATA" => input.skip_to_blank_line()?,
            _ if count > 0 => {
                of_cells.clear();
                let into = if is_of_points { &mut said.attributes } else { &mut of_cells };
                if !data(&mut input, &word, count, into)? {
                    break;
                }
            }
            other => return Err(input.wrong(&format!("“{other}” was not expected"))),
        }
    }
    layers(said, name, progress)
}

/// A list of cells, in the form of either version; its name was read.
fn cells(input: &mut Input<'_>) -> Result<Cells, Problem> {
    let (first, second) = (input.count()?, input.count()?);
    let mut cells = Cells::default();
    let index = |value: f64| if (0.0..f64::from(u32::MAX)).contains(&value) { value as u32 } else { u32::MAX };
    if input.is_next("OFFSETS")? {
        let offsets = input.values(Some(first))?;
        if !input.is_next("CONNECTIVITY")? {
            return Err(input.wrong("CONNECTIVITY was expected"));
        }
        let points = input.values(Some(second))?;
        points.each(0..points.len(), |value| cells.points.push(index(value)));
        let mut is_sound = true;
        let mut last = 0;
        offsets.each(1.min(offsets.len())..offsets.len(), |end| {
            is_sound &= end >= last as f64 && end <= cells.points.len() as f64;
            last = end as usize;
            cells.ends.push(last);
        });
        return if is_sound { Ok(cells) } else { Err(input.wrong("offsets of cells do not grow")) };
    }
    // Each cell's length before its points.
    let list = input.numbers("int", Some(second))?;
    let mut at = 0;
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

/// One list of what is said of the points; false when what follows is not known, and the rest is left.
fn data(input: &mut Input<'_>, word: &str, count: u64, attributes: &mut Vec<Attribute>) -> Result<bool, Problem> {
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
            attributes.push(Attribute::new(name, of_parts(values, parts, count)));
        }
        "LOOKUP_TABLE" => {
            input.word()?;
            let size = input.count()?;
            input.numbers("unsigned_char", size.checked_mul(4))?;
        }
        "VECTORS" | "NORMALS" => {
            let name = input.word()?;
            let values = input.values(count.checked_mul(3))?;
            if word == "VECTORS" {
                attributes.push(Attribute::new(name, of_parts(values, 3, count)));
            }
        }
        "FIELD" => {
            input.word()?;
            for _ in 0..input.count()?.min(4096) {
                let name = input.word()?;
                let (parts, rows) = (input.count()?, input.count()?);
                let values = input.values(parts.checked_mul(rows))?;
                if rows == count && parts > 0 {
                    attributes.push(Attribute::new(name, of_parts(values, parts, count)));
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

/// One number each as it is; of several, the length of the vector.
fn of_parts(values: Values, parts: u64, count: u64) -> Values {
    if parts <= 1 {
        return values;
    }
    let length = |row: usize| {
        let mut sum = 0.0;
        values.each(row * parts as usize..(row + 1) * parts as usize, |part| sum += part * part);
        sum.sqrt() as f32
    };
    Values::F32((0..count as usize).map(length).collect())
}

fn layers(said: Said, name: String, progress: &super::Progress) -> Result<Vec<LoadedLayer>, Problem> {
    if said.is_grid {
        return Ok(vec![volume(said, name)?]);
    }
    let mut layers = Vec::new();
    let has_faces = !said.polygons.ends.is_empty() || !said.strips.ends.is_empty();
    if has_faces {
        layers.push(mesh(&said, name.clone())?);
    }
    if !said.lines.ends.is_empty() {
        layers.push(tracts(&said, name.clone())?);
    }
    if layers.is_empty() {
        layers.push(points(said, name, progress)?);
    }
    Ok(layers)
}

fn volume(said: Said, name: String) -> Result<LoadedLayer, Problem> {
    let [x, y, z] = said.grid.size.map(|side| u32::try_from(side).unwrap_or(0));
    let attribute = said.attributes.into_iter().next();
    let attribute = attribute.ok_or_else(|| Problem::Nothing { detail: "it has no numbers at its points".into() })?;
    let placed = DMat4::from_translation(said.grid.origin) * DMat4::from_scale(said.grid.spacing);
    let volume = Volume::new([x, y, z], 1, attribute, placed);
    let detail = || format!("its {x} × {y} × {z} points and their numbers do not agree");
    let volume = volume.ok_or_else(|| Problem::Malformed { kind: "VTK", detail: detail() })?;
    Ok(LoadedLayer::new(name, LayerData::Volume(Arc::new(volume)), None))
}

fn mesh(said: &Said, name: String) -> Result<LoadedLayer, Problem> {
    let mut surface = Surface::default();
    surface.places.clone_from(&said.points);
    said.polygons.iter().for_each(|polygon| surface.polygon(polygon));
    for strip in said.strips.iter() {
        for (at, corners) in strip.windows(3).enumerate() {
            // Every other triangle of a strip is turned round.
            let [a, b, c] = [corners[0], corners[1], corners[2]];
            let corners = if at % 2 == 0 { [a, b, c] } else { [b, a, c] };
            surface.polygon(&corners);
        }
    }
    let layer = surface.into_layer(name)?;
    let LayerData::Mesh(mesh) = layer.data else { return Ok(layer) };
    let mut mesh = Arc::unwrap_or_clone(mesh);
    let fits = |attribute: &Attribute| attribute.values.len() == mesh.positions.len();
    mesh.attributes = unique(said.attributes.iter().filter(|one| fits(one)).cloned().collect());
    Ok(LoadedLayer::new(layer.name, LayerData::Mesh(Arc::new(mesh)), layer.notice))
}

fn tracts(said: &Said, name: String) -> Result<LoadedLayer, Problem> {
    let mut tracts = Tracts { starts: vec![0], ..Tracts::default() };
    let mut order = Vec::new();
    let is_sound = |point: &u32| {
        said.points.get(*point as usize).is_some_and(|place| place.to_array().into_iter().all(is_plausible))
    };
    let mut places = Vec::new();
    let mut left_out = 0;
    for (index, line) in (0..).zip(said.lines.iter()) {
        if line.len() < 2 || !line.iter().all(is_sound) {
            left_out += 1;
            continue;
        }
        places.extend(line.iter().map(|point| said.points[*point as usize]));
        order.extend_from_slice(line);
        tracts.starts.push(order.len() as u32);
        tracts.file_index.push(index);
    }
    let Some(first) = places.first().copied() else {
        return Err(Problem::Nothing { detail: "none of its lines has two points that are there".into() });
    };
    let (min, max) = places.iter().fold((first, first), |(min, max), place| (min.min(*place), max.max(*place)));
    tracts.origin = (min + max) * 0.5;
    tracts.positions = places.iter().map(|place| (*place - tracts.origin).as_vec3()).collect::<Vec<Vec3>>();
    tracts.bounds = Aabb::of_points(&tracts.positions);
    let of_points = said.attributes.iter().filter(|attribute| attribute.values.len() == said.points.len());
    tracts.attributes = unique(of_points.cloned().filter_map(|attribute| attribute.picked_out(&order)).collect());
    let lengths = tracts.lengths(None);
    tracts.line_attributes = vec![lengths];
    let notice = (left_out > 0).then(|| format!("Left out {left_out} lines: they have not two points that are there."));
    Ok(LoadedLayer::new(name, LayerData::Tracts(Arc::new(tracts)), notice))
}

fn points(said: Said, name: String, progress: &super::Progress) -> Result<LoadedLayer, Problem> {
    let part = |axis: usize| Values::F64(said.points.iter().map(|place| place[axis]).collect());
    let mut columns: Vec<Attribute> =
        ["x", "y", "z"].into_iter().enumerate().map(|(axis, name)| Attribute::new(name, part(axis))).collect();
    let count = said.points.len();
    columns.extend(said.attributes.into_iter().filter(|attribute| attribute.values.len() == count));
    Cloud { columns, has_names: true, colors: None }.into_layer(name, progress)
}
