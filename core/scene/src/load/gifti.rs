//! GIFTI surfaces (Harwell et al., "GIFTI surface data format", version 1.0, nitrc.org/projects/gifti): points and triangles,
//! and what the same file says of each vertex, coloured by the file's labels where it has some.

use super::columns::unique;
use super::format::{Format, Opened};
use super::levels::COARSENING;
use super::numbers::{Endian, NumberType};
use super::surface::Surface;
use super::xml::{Item, Xml, attribute};
use super::{LoadedLayer, Problem, Progress};
use crate::{Attribute, Category, LayerData, Values};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use glam::{DMat4, DVec3};
use std::io::Read;
use std::sync::Arc;

pub(super) const FORMAT: Format = Format {
    name: "GIFTI",
    extensions: &["gii"],
    becomes: "a surface; what is said of its vertices colours them",
    is_it: |head| {
        let start = &head.text[..head.text.len().min(1024)];
        start.starts_with(b"<") && start.windows(6).any(|window| window == b"<GIFTI")
    },
    begins_with: "<",
    read,
};

/// One list of numbers, with what its element says.
#[derive(Default)]
struct Array {
    intent: String,
    name: String,
    kind: Option<NumberType>,
    dimensions: Vec<u64>,
    is_column_major: bool,
    encoding: String,
    is_big_endian: bool,
    /// Where points stand, if the file gives a matrix.
    placed: Option<DMat4>,
    text: String,
}

fn read(Opened { reader, name, progress, .. }: Opened<'_>) -> Result<Vec<LoadedLayer>, Problem> {
    progress.leave(COARSENING);
    let mut xml = Xml::new(reader, progress, "GIFTI");
    let mut arrays: Vec<(Array, Values)> = Vec::new();
    let mut labels: Vec<(usize, Category)> = Vec::new();
    let (mut array, mut label, mut metadata) = (None::<Array>, None::<(usize, Category)>, None::<String>);
    let mut text = String::new();
    while let Some(item) = xml.next()? {
        match item {
            Item::Begin(element, attributes) => {
                text.clear();
                match element.as_str() {
                    "DataArray" => array = Some(Array::of(&attributes)?),
                    "Label" => label = Some(label_of(&attributes)),
                    _ => {}
                }
            }
            Item::Text(part) => {
                progress.allow((text.len() + part.len()) as u64 * 4)?;
                text.push_str(&part);
            }
            Item::End(element) => match element.as_str() {
                "Name" => metadata = Some(text.trim().to_owned()),
                "Value" => {
                    if let (Some(array), Some("Name")) = (&mut array, metadata.take().as_deref()) {
                        array.name = text.trim().to_owned();
                    }
                }
                "MatrixData" => {
                    if let Some(array) = &mut array {
                        array.placed = matrix(&text);
                    }
                }
                "Data" => {
                    if let Some(array) = &mut array {
                        array.text = std::mem::take(&mut text);
                    }
                }
                "DataArray" => {
                    if let Some(mut array) = array.take() {
                        let values = array.values(progress)?;
                        array.text = String::new();
                        arrays.push((array, values));
                    }
                }
                "Label" => {
                    if let Some((key, mut category)) = label.take() {
                        category.label = text.trim().chars().take(60).collect();
                        labels.push((key, category));
                    }
                }
                _ => {}
            },
        }
    }
    surface(arrays, labels, name)
}

fn malformed(detail: impl Into<String>) -> Problem {
    Problem::Malformed { kind: "GIFTI", detail: detail.into() }
}

fn surface(
    arrays: Vec<(Array, Values)>,
    labels: Vec<(usize, Category)>,
    name: String,
) -> Result<Vec<LoadedLayer>, Problem> {
    let find = |intent: &str| arrays.iter().find(|(array, _)| array.intent == intent);
    let Some((points_of, points)) = find("NIFTI_INTENT_POINTSET") else {
        let detail = "it has no points: Heliograph shows surfaces, and maps that lie in the same file".into();
        return Err(Problem::Nothing { detail });
    };
    let (triangles_of, triangles) =
        find("NIFTI_INTENT_TRIANGLE").ok_or_else(|| Problem::Nothing { detail: "it has no triangles".into() })?;
    let (vertices, corners) = (points_of.rows_of_three()?, triangles_of.rows_of_three()?);
    let at = |array: &Array, rows: usize, row: usize, column: usize| {
        if array.is_column_major { column * rows + row } else { row * 3 + column }
    };
    let mut surface = Surface::default();
    let placed = points_of.placed.unwrap_or(DMat4::IDENTITY);
    for row in 0..vertices {
        let part = |column| points.get(at(points_of, vertices, row, column));
        surface.places.push(placed.transform_point3(DVec3::new(part(0), part(1), part(2))));
    }
    for row in 0..corners {
        let corner = |column| {
            let number = triangles.get(at(triangles_of, corners, row, column));
            if (0.0..f64::from(u32::MAX)).contains(&number) { number as u32 } else { u32::MAX }
        };
        surface.polygon(&[corner(0), corner(1), corner(2)]);
    }
    let most = labels.iter().map(|(key, _)| *key).filter(|key| *key < 4096).max();
    let categories: Option<Arc<[Category]>> = most.map(|most| {
        let unknown = || Category { label: "no label".into(), color: [128; 3] };
        let mut list: Vec<Category> = (0..=most).map(|_| unknown()).collect();
        for (key, category) in labels {
            if let Some(place) = list.get_mut(key) {
                *place = category;
            }
        }
        list.into()
    });
    let attributes = arrays
        .iter()
        .filter(|(array, values)| array.is_of_vertices() && values.len() == vertices)
        .map(|(array, values)| match (&categories, array.intent.as_str()) {
            (Some(all), "NIFTI_INTENT_LABEL") => {
                Attribute::of_categories(array.title(), values.clone(), Arc::clone(all))
            }
            _ => Attribute::new(array.title(), values.clone()),
        })
        .collect();
    let layer = surface.into_layer(name)?;
    let LayerData::Mesh(mesh) = layer.data else { return Ok(vec![layer]) };
    let mut mesh = Arc::unwrap_or_clone(mesh);
    mesh.attributes = unique(attributes);
    Ok(vec![LoadedLayer::exact(layer.name, LayerData::Mesh(Arc::new(mesh)), layer.notice)])
}

impl Array {
    fn of(attributes: &[(String, String)]) -> Result<Array, Problem> {
        let said = |name: &str| attribute(attributes, name).unwrap_or_default();
        let kind = match said("DataType") {
            "NIFTI_TYPE_UINT8" => NumberType::U8,
            "NIFTI_TYPE_INT8" => NumberType::I8,
            "NIFTI_TYPE_INT16" => NumberType::I16,
            "NIFTI_TYPE_UINT16" => NumberType::U16,
            "NIFTI_TYPE_INT32" => NumberType::I32,
            "NIFTI_TYPE_UINT32" => NumberType::U32,
            "NIFTI_TYPE_FLOAT32" => NumberType::F32,
            "NIFTI_TYPE_FLOAT64" => NumberType::F64,
            other => {
                let other: String = other.chars().take(40).collect();
                return Err(Problem::Unsupported { detail: format!("it has numbers of type “{other}”") });
            }
        };
        let count = said("Dimensionality").parse::<usize>().ok().filter(|count| (1..=6).contains(count)).unwrap_or(1);
        let side = |axis: usize| said(&format!("Dim{axis}")).parse::<u64>().ok();
        let dimensions: Option<Vec<u64>> = (0..count).map(side).collect();
        Ok(Array {
            intent: said("Intent").to_owned(),
            kind: Some(kind),
            dimensions: dimensions.ok_or_else(|| malformed("a list of numbers does not say how many it has"))?,
            is_column_major: said("ArrayIndexingOrder") == "ColumnMajorOrder",
            encoding: said("Encoding").to_owned(),
            is_big_endian: said("Endian") == "BigEndian",
            ..Array::default()
        })
    }

    fn title(&self) -> String {
        let intent = self.intent.trim_start_matches("NIFTI_INTENT_").to_ascii_lowercase();
        if self.name.is_empty() { intent } else { self.name.clone() }
    }

    fn is_of_vertices(&self) -> bool {
        !matches!(self.intent.as_str(), "NIFTI_INTENT_POINTSET" | "NIFTI_INTENT_TRIANGLE")
    }

    fn rows_of_three(&self) -> Result<usize, Problem> {
        match self.dimensions[..] {
            [rows, 3] => Ok(rows as usize),
            _ => Err(malformed(format!("its points or triangles are {:?} numbers", self.dimensions))),
        }
    }

    fn values(&self, progress: &Progress) -> Result<Values, Problem> {
        let kind = self.kind.unwrap_or(NumberType::F32);
        let count = self.dimensions.iter().try_fold(1u64, |product, side| product.checked_mul(*side));
        let count = count.filter(|count| *count < 1 << 32).ok_or_else(|| malformed("a list is longer than any"))?;
        progress.allow(count.saturating_mul(kind.bytes()))?;
        let endian = if self.is_big_endian { Endian::Big } else { Endian::Little };
        let packed = || {
            let letters: Vec<u8> = self.text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
            STANDARD.decode(letters).map_err(|_| malformed("a list of numbers is no base64"))
        };
        match self.encoding.as_str() {
            "ASCII" => {
                let mut values = kind.empty();
                for word in self.text.split_ascii_whitespace().take(count as usize) {
                    values.push_f64(word.parse().map_err(|_| malformed("a list holds what is no number"))?);
                }
                if values.len() as u64 == count {
                    return Ok(values);
                }
                Err(Problem::Truncated { detail: format!("a list promises {count} numbers and has {}", values.len()) })
            }
            "Base64Binary" => kind.read(&mut packed()?.as_slice(), endian, count, progress),
            "GZipBase64Binary" => {
                let packed = packed()?;
                let mut plain = flate2::read::ZlibDecoder::new(packed.as_slice()).take(count * kind.bytes());
                kind.read(&mut plain, endian, count, progress)
            }
            "ExternalFileBinary" => Err(Problem::Unsupported { detail: "its numbers are in another file".into() }),
            other => {
                let other: String = other.chars().take(40).collect();
                Err(Problem::Unsupported { detail: format!("its numbers are encoded as “{other}”") })
            }
        }
    }
}

/// Sixteen numbers, row after row.
fn matrix(text: &str) -> Option<DMat4> {
    let numbers: Vec<f64> = text.split_ascii_whitespace().filter_map(|word| word.parse().ok()).collect();
    let array: [f64; 16] = numbers.try_into().ok()?;
    Some(DMat4::from_cols_array(&array).transpose()).filter(|matrix| matrix.is_finite())
}

fn label_of(attributes: &[(String, String)]) -> (usize, Category) {
    let part = |name: &str| {
        let share = attribute(attributes, name).and_then(|text| text.parse::<f32>().ok()).unwrap_or(0.5);
        (share.clamp(0.0, 1.0) * 255.0).round() as u8
    };
    let key = attribute(attributes, "Key").or_else(|| attribute(attributes, "Index"));
    let key = key.and_then(|key| key.parse().ok()).unwrap_or(usize::MAX);
    (key, Category { label: String::new(), color: [part("Red"), part("Green"), part("Blue")] })
}
