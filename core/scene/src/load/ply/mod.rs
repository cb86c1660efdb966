//! PLY meshes and points (Turk, "The PLY polygon file format", 1994): ASCII and both binary byte orders.
//!
//! An own reader, because the counts of a hostile header must be held against the bytes that follow before they are
//! believed, and because rows are taken over as they come, without a map a vertex in between.

mod header;
mod values;

use super::columns::{Column, unique};
use super::format::{Format, Opened};
use super::levels::COARSENING;
use super::progress::Progress;
use super::{LoadedLayer, Problem, is_plausible};
use crate::{Aabb, Attribute, LayerData, Mesh, Points, mesh::normals_of, text};
use glam::{DVec3, Vec3};
use header::{Element, Header, Property, PropertyKind, Scalar};
use std::sync::Arc;
use values::Values;

/// Memory for a vertex and for a corner of a face, while lists are built, in bytes.
const BYTES_PER_VERTEX: u64 = 100;
const BYTES_PER_CORNER: u64 = 24;
/// So many rows are read, then progress is told.
const BLOCK_ROWS: u64 = 4096;
/// The part of the time that it takes to put points into their order.
const ARRANGING: f64 = 0.4;
/// The shuffle of points is the same each time.
const SEED: u64 = 0x706c_7921;

pub(super) const FORMAT: Format = Format {
    name: "PLY",
    extensions: &["ply"],
    becomes: "a mesh; points when it has no faces",
    is_it: |head| head.bytes.starts_with(b"ply\n") || head.bytes.starts_with(b"ply\r"),
    begins_with: "ply",
    read,
};

fn read(Opened { mut reader, name, progress, .. }: Opened<'_>) -> Result<Vec<LoadedLayer>, Problem> {
    let header = Header::read(&mut reader)?;
    let has_faces = header.elements.iter().any(|element| element.name == "face" && element.count > 0);
    progress.leave(if has_faces { COARSENING } else { ARRANGING });
    let mut values = Values::new(reader, header.format);
    let mut vertices = None;
    let mut faces = None;
    for element in &header.elements {
        values.check_promise(element)?;
        match element.name.as_str() {
            "vertex" if vertices.is_none() => vertices = Some(Vertices::read(&mut values, element, progress)?),
            "face" if faces.is_none() => faces = Faces::read(&mut values, element, progress)?,
            _ => skip(&mut values, element, progress)?,
        }
    }
    let vertices = vertices.ok_or_else(|| malformed("it has no vertices".into()))?;
    if vertices.places.is_empty() {
        return Err(match vertices.read {
            0 => Problem::Nothing { detail: "it has no vertices".into() },
            all => Problem::Nothing { detail: format!("of its {} none has finite coordinates", vertices_of(all)) },
        });
    }
    Ok(vec![match faces.filter(|faces| !faces.corners.is_empty()) {
        Some(faces) => into_mesh(name, vertices, faces, progress)?,
        None => into_points(name, vertices, progress)?,
    }])
}

fn malformed(detail: String) -> Problem {
    Problem::Malformed { kind: "PLY", detail }
}

fn vertices_of(count: u64) -> String {
    format!("{} {}", text::count(count), if count == 1 { "vertex" } else { "vertices" })
}

fn skip(values: &mut Values, element: &Element, progress: &Progress) -> Result<(), Problem> {
    values.rows(element, progress, |_, _| Ok(()), |_, _, _| Ok(()))
}

/// Vertices with finite coordinates.
struct Vertices {
    places: Vec<DVec3>,
    normals: Option<Vec<Vec3>>,
    colors: Option<Vec<[u8; 4]>>,
    /// All other properties.
    others: Vec<Attribute>,
    /// Where in the file each is.
    file_index: Vec<u32>,
    /// How many the file has.
    read: u64,
}

/// Which property of a row is what.
struct Columns {
    place: [usize; 3],
    normal: Option<[usize; 3]>,
    color: Option<([usize; 3], f64)>,
    /// Every other number of a vertex.
    others: Vec<usize>,
}

impl Columns {
    fn find(element: &Element) -> Result<Columns, Problem> {
        let at =
            |name: &str| element.properties.iter().position(|property| property.name == name && !property.is_list());
        let three = |names: [&str; 3]| Some([at(names[0])?, at(names[1])?, at(names[2])?]);
        let place = three(["x", "y", "z"]).ok_or_else(|| malformed("its vertices have no x, y and z".into()))?;
        let color = three(["red", "green", "blue"])
            .or_else(|| three(["diffuse_red", "diffuse_green", "diffuse_blue"]))
            .or_else(|| three(["r", "g", "b"]));
        let color = color.map(|columns| (columns, color_scale(&element.properties[columns[0]])));
        let normal = three(["nx", "ny", "nz"]);
        let known = [Some(place), normal, color.map(|(columns, _)| columns)];
        let is_known = |column: &usize| known.iter().flatten().any(|columns| columns.contains(column));
        let is_number = |column: &usize| !element.properties[*column].is_list();
        let others = (0..element.properties.len()).filter(|column| !is_known(column) && is_number(column)).collect();
        Ok(Columns { place, normal, color, others })
    }
}

impl Column {
    fn of(property: &Property) -> Column {
        let values = match property.kind {
            PropertyKind::Scalar(Scalar::I8) => crate::Values::I8(Vec::new()),
            PropertyKind::Scalar(Scalar::U8) => crate::Values::U8(Vec::new()),
            PropertyKind::Scalar(Scalar::I16) => crate::Values::I16(Vec::new()),
            PropertyKind::Scalar(Scalar::U16) => crate::Values::U16(Vec::new()),
            PropertyKind::Scalar(Scalar::I32) => crate::Values::I32(Vec::new()),
            PropertyKind::Scalar(Scalar::U32) => crate::Values::U32(Vec::new()),
            PropertyKind::Scalar(Scalar::F64) => crate::Values::F64(Vec::new()),
            _ => crate::Values::F32(Vec::new()),
        };
        Column::new(property.name.clone(), values)
    }
}

/// What brings a colour to 0 to 255.
fn color_scale(property: &Property) -> f64 {
    match property.kind {
        PropertyKind::Scalar(Scalar::F32 | Scalar::F64) => 255.0,
        PropertyKind::Scalar(Scalar::U16 | Scalar::I16) => 1.0 / 257.0,
        _ => 1.0,
    }
}

impl Vertices {
    fn read(values: &mut Values, element: &Element, progress: &Progress) -> Result<Vertices, Problem> {
        progress.allow(element.count.saturating_mul(BYTES_PER_VERTEX))?;
        if element.count > u64::from(u32::MAX) {
            return Err(malformed(format!("it promises {} vertices", text::count(element.count))));
        }
        let columns = Columns::find(element)?;
        let mut vertices = Vertices {
            places: Vec::new(),
            normals: columns.normal.map(|_| Vec::new()),
            colors: columns.color.map(|_| Vec::new()),
            others: Vec::new(),
            file_index: Vec::new(),
            read: element.count,
        };
        let mut others: Vec<Column> = columns.others.iter().map(|at| Column::of(&element.properties[*at])).collect();
        progress.allow(element.count.saturating_mul(BYTES_PER_VERTEX + 16 * others.len() as u64))?;
        values.rows(
            element,
            progress,
            |index, row| {
                let place = DVec3::from_array(columns.place.map(|column| row[column]));
                if !place.to_array().into_iter().all(is_plausible) {
                    return Ok(());
                }
                vertices.places.push(place);
                vertices.file_index.push(index as u32);
                if let (Some(columns), Some(list)) = (columns.normal, &mut vertices.normals) {
                    let normal = Vec3::from_array(columns.map(|column| row[column] as f32));
                    list.push(if normal.is_finite() { normal.normalize_or(Vec3::Z) } else { Vec3::Z });
                }
                if let (Some((columns, scale)), Some(list)) = (columns.color, &mut vertices.colors) {
                    // The conversion saturates, and turns NaN into 0.
                    list.push(crate::paint::opaque(columns.map(|column| (row[column] * scale).round() as u8)));
                }
                for (other, column) in others.iter_mut().zip(&columns.others) {
                    other.push(row[*column]);
                }
                Ok(())
            },
            |_, _, _| Ok(()),
        )?;
        vertices.others = unique(others.into_iter().map(Column::into_attribute).collect());
        Ok(vertices)
    }

    fn left_out(&self) -> Option<String> {
        let left_out = self.read - self.places.len() as u64;
        (left_out > 0).then(|| {
            let (some, all) = (text::count(left_out), vertices_of(self.read));
            format!("Left out {some} of {all}: their coordinates are not finite numbers.")
        })
    }

    fn middle(&self) -> DVec3 {
        let first = self.places.first().copied().unwrap_or_default();
        let (min, max) =
            self.places.iter().fold((first, first), |(min, max), place| (min.min(*place), max.max(*place)));
        (min + max) * 0.5
    }
}

/// The corners of all faces, one after the other.
#[derive(Default)]
struct Faces {
    /// As the file counts its vertices; those that no vertex can have are `u32::MAX`.
    corners: Vec<u32>,
    /// How many corners each face has.
    sizes: Vec<u32>,
}

impl Faces {
    /// `None` when the element is no list of corners.
    fn read(values: &mut Values, element: &Element, progress: &Progress) -> Result<Option<Faces>, Problem> {
        let named = |property: &Property| matches!(property.name.as_str(), "vertex_indices" | "vertex_index");
        let Some(wanted) = element.properties.iter().position(|property| named(property) && property.is_list()) else {
            skip(values, element, progress)?;
            return Ok(None);
        };
        let mut faces = Faces::default();
        values.rows(
            element,
            progress,
            |_, _| Ok(()),
            |index, property, list| {
                if property == wanted {
                    faces.sizes.push(list.len() as u32);
                    faces.corners.extend(list.iter().map(|corner| as_index(*corner)));
                    if index.is_multiple_of(BLOCK_ROWS) {
                        progress.allow((faces.corners.len() as u64).saturating_mul(BYTES_PER_CORNER))?;
                    }
                }
                Ok(())
            },
        )?;
        Ok(Some(faces))
    }
}

fn as_index(number: f64) -> u32 {
    if number >= 0.0 && number < f64::from(u32::MAX) && number.fract() == 0.0 { number as u32 } else { u32::MAX }
}

fn into_points(name: String, vertices: Vertices, progress: &Progress) -> Result<LoadedLayer, Problem> {
    let notice = vertices.left_out();
    let origin = vertices.middle();
    let positions = vertices.places.iter().map(|place| (*place - origin).as_vec3()).collect();
    let Vertices { file_index, colors: file_colors, others: attributes, .. } = vertices;
    let points = Points { origin, positions, file_index, file_colors, attributes, bounds: None };
    let points = points.arranged(SEED, |part| progress.after_reading(part)).ok_or(Problem::Cancelled)?;
    Ok(LoadedLayer::new(name, LayerData::Points(Arc::new(points)), notice))
}

fn into_mesh(name: String, vertices: Vertices, faces: Faces, progress: &Progress) -> Result<LoadedLayer, Problem> {
    let triangles = Triangles::of(&faces, &vertices);
    let mut notices: Vec<String> = vertices.left_out().into_iter().collect();
    if triangles.left_out > 0 {
        let (some, all) = (text::count(triangles.left_out), text::counted(faces.sizes.len(), "face", "faces"));
        notices.push(format!("Left out {some} of {all}: they name vertices that are not there."));
    }
    let notice = (!notices.is_empty()).then(|| notices.join(" "));
    if triangles.indices.is_empty() {
        let points = into_points(name, vertices, progress)?;
        return Ok(LoadedLayer { notice, ..points });
    }
    let origin = vertices.middle();
    let positions: Vec<Vec3> = vertices.places.iter().map(|place| (*place - origin).as_vec3()).collect();
    let Triangles { indices, face_index, .. } = triangles;
    let normals = vertices.normals.unwrap_or_else(|| normals_of(&positions, &indices));
    let bounds = Aabb::of_points(&positions);
    let (file_colors, attributes) = (vertices.colors, vertices.others);
    let mesh = Mesh { origin, positions, normals, file_colors, attributes, indices, face_index, bounds };
    Ok(LoadedLayer::exact(name, LayerData::Mesh(Arc::new(mesh)), notice))
}

/// Polygons cut into fans.
struct Triangles {
    indices: Vec<u32>,
    face_index: Vec<u32>,
    /// Faces that name vertices that are not there.
    left_out: u64,
}

impl Triangles {
    fn of(faces: &Faces, vertices: &Vertices) -> Triangles {
        let mut triangles = Triangles { indices: Vec::new(), face_index: Vec::new(), left_out: 0 };
        let mut rest = &faces.corners[..];
        let mut corners = Vec::new();
        for (face, size) in faces.sizes.iter().enumerate() {
            let (own, next) = rest.split_at(*size as usize);
            rest = next;
            corners.clear();
            corners.extend(own.iter().filter_map(|corner| vertices.place_of(*corner)));
            if corners.len() < own.len() {
                triangles.left_out += 1;
                continue;
            }
            for pair in corners.get(1..).unwrap_or_default().windows(2) {
                triangles.indices.extend([corners[0], pair[0], pair[1]]);
                triangles.face_index.push(face as u32);
            }
        }
        triangles
    }
}

impl Vertices {
    /// Where in the lists a vertex of the file is, if it is there.
    fn place_of(&self, in_file: u32) -> Option<u32> {
        if self.places.len() as u64 == self.read {
            return ((in_file as usize) < self.places.len()).then_some(in_file);
        }
        self.file_index.binary_search(&in_file).ok().map(|at| at as u32)
    }
}
