//! Archives of NumPy arrays (numpy.savez): arrays that say something of the same points become one cloud, every other array of
//! points and every volume a layer of its own.

use super::cloud::{ARRANGING, Cloud};
use super::format::{Format, Opened};
use super::npy::{Header, Shape, is_color, is_place, numbered, part_names};
use super::table::is_place_column;
use super::zip::Archive;
use super::{LoadedLayer, Problem, kinds};
use crate::{Attribute, LayerData};
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) const FORMAT: Format = Format {
    name: "NPZ",
    extensions: &["npz"],
    becomes: "the points and volumes of its arrays",
    is_it: |head| {
        let name_bytes = head.bytes.get(26..28).map_or(0, |two| usize::from(u16::from_le_bytes([two[0], two[1]])));
        let first_name = head.bytes.get(30..30 + name_bytes).unwrap_or_default();
        let is_zip = head.bytes.starts_with(b"PK\x03\x04") || head.bytes.starts_with(b"PK\x05\x06");
        is_zip && (head.extension == "npz" || first_name.ends_with(b".npy"))
    },
    begins_with: "PK",
    read,
};

/// An array, as its header describes it.
struct Array {
    /// Where in the archive.
    index: usize,
    name: String,
    header: Header,
}

/// What becomes a layer: one array and, of the same length, those that say something of its elements.
#[derive(Default)]
struct Part {
    /// Numbers of arrays; the first has the places, unless [`Part::is_table`].
    arrays: Vec<usize>,
    /// Whether every array is one column of a table.
    is_table: bool,
}

fn read(Opened { reader, name, progress, .. }: Opened<'_>) -> Result<Vec<LoadedLayer>, Problem> {
    let mut archive = Archive::open(reader, progress, FORMAT.name)?;
    let (arrays, mut left_out) = headers(&mut archive)?;
    let is_named = |wanted: &str| arrays.iter().any(|array| array.name == wanted);
    if is_named("indptr") && is_named("indices") {
        let detail = "it holds a sparse matrix, and arrays of points and volumes are read".into();
        return Err(Problem::Unsupported { detail });
    }
    let parts = parts(&arrays);
    if parts.is_empty() {
        let names: Vec<String> = arrays.iter().map(|array| array.name.clone()).chain(left_out).collect();
        let detail = if names.is_empty() { "it has no arrays".into() } else { kinds::list(&names) };
        return Err(Problem::Nothing { detail: format!("none of its arrays is points or a volume: {detail}") });
    }
    let is_used = |index: usize| parts.iter().any(|part| part.arrays.contains(&index));
    left_out.extend((0..arrays.len()).filter(|index| !is_used(*index)).map(|index| arrays[index].name.clone()));
    let notice = (!left_out.is_empty())
        .then(|| format!("Left out what belongs to no points and is no volume: {}.", kinds::list(&left_out)));
    progress.leave(ARRANGING);
    let mut layers = Vec::new();
    let (mut held, mut first_problem) = (0, None);
    for part in &parts {
        let first = part.arrays.first().map_or("", |index| arrays[*index].name.as_str());
        let layer_name = if parts.len() == 1 { name.clone() } else { format!("{name}: {first}") };
        match layer(&mut archive, &arrays, part, layer_name, &mut held, progress) {
            Ok(layer) => layers.push(layer),
            // One array without a finite number must not hide the others.
            Err(Problem::Nothing { detail }) => first_problem = first_problem.or(Some(Problem::Nothing { detail })),
            Err(problem) => return Err(problem),
        }
    }
    let Some(first) = layers.first_mut() else {
        return Err(first_problem.unwrap_or(Problem::Nothing { detail: "it has no arrays".into() }));
    };
    first.notice = joined(first.notice.iter().cloned().chain(notice).collect());
    Ok(layers)
}

fn joined(notices: Vec<String>) -> Option<String> {
    (!notices.is_empty()).then(|| notices.join(" "))
}

/// The arrays, and the names of those that are none that is read.
fn headers(archive: &mut Archive<'_>) -> Result<(Vec<Array>, Vec<String>), Problem> {
    let (mut arrays, mut left_out) = (Vec::new(), Vec::new());
    for index in 0..archive.files.len() {
        let file = archive.files[index].name.clone();
        let Some(name) = file.strip_suffix(".npy") else {
            left_out.push(file);
            continue;
        };
        let name = name.to_owned();
        match Header::read(&mut archive.unpacked(index)?) {
            Ok(header) if header.count().is_ok() => arrays.push(Array { index, name, header }),
            Ok(_) | Err(Problem::Unsupported { .. }) => left_out.push(name),
            Err(problem) => return Err(of(&name, problem)),
        }
    }
    Ok((arrays, left_out))
}

/// The same problem, of this array.
fn of(name: &str, problem: Problem) -> Problem {
    let name: String = name.chars().take(40).collect();
    let told = |detail: String| format!("in the array “{}”: {detail}", name.escape_debug());
    match problem {
        Problem::Malformed { kind, detail } => Problem::Malformed { kind, detail: told(detail) },
        Problem::Truncated { detail } => Problem::Truncated { detail: told(detail) },
        Problem::Unsupported { detail } => Problem::Unsupported { detail: told(detail) },
        Problem::Nothing { detail } => Problem::Nothing { detail: told(detail) },
        // What is packed makes no sense to the decoder.
        Problem::Io(error) if error.kind() == std::io::ErrorKind::InvalidInput => {
            Problem::Malformed { kind: FORMAT.name, detail: told("it is packed wrongly".into()) }
        }
        other => other,
    }
}

/// Which arrays belong together.
fn parts(arrays: &[Array]) -> Vec<Part> {
    let of_shape = |wanted: fn(&Shape<'_>) -> bool| {
        (0..arrays.len()).filter(|index| wanted(&arrays[*index].header.becomes())).collect::<Vec<usize>>()
    };
    let volumes = of_shape(|shape| matches!(shape, Shape::Volume { .. }));
    let records = of_shape(|shape| matches!(shape, Shape::Records));
    let mut by_length: BTreeMap<u64, [Vec<usize>; 2]> = BTreeMap::new();
    for index in of_shape(|shape| matches!(shape, Shape::Rows { columns: 2.., .. })) {
        by_length.entry(arrays[index].header.rows()).or_default()[0].push(index);
    }
    // Complex numbers are places only where nothing else is.
    let complex = of_shape(|shape| matches!(shape, Shape::Rows { columns: ..2, .. }));
    for index in of_shape(|shape| matches!(shape, Shape::List { .. })).into_iter().chain(complex.iter().copied()) {
        by_length.entry(arrays[index].header.rows()).or_default()[1].push(index);
    }
    let mut parts = Vec::new();
    for [wide, lists] in by_length.values() {
        parts.extend(clouds(arrays, wide, lists));
    }
    if parts.is_empty() && records.is_empty() {
        parts.extend(by_length.into_values().filter_map(|[_, lists]| table(arrays, lists)));
    }
    if parts.is_empty() && records.is_empty() && volumes.is_empty() {
        parts.extend(complex.into_iter().map(|index| Part { arrays: vec![index], is_table: false }));
    }
    parts.extend(records.into_iter().chain(volumes).map(|index| Part { arrays: vec![index], is_table: false }));
    parts.sort_by_key(|part| part.arrays.first().copied());
    parts
}

/// Of arrays of the same length: where one alone can have the places, all others say something of its points; where several can,
/// each is a layer, and the others go with the first.
fn clouds(arrays: &[Array], wide: &[usize], lists: &[usize]) -> Vec<Part> {
    let columns = |index: &usize| arrays[*index].header.shape.get(1).copied().unwrap_or(1);
    let name = |index: &usize| arrays[*index].name.as_str();
    let all = |wanted: &dyn Fn(&usize) -> bool| wide.iter().copied().filter(wanted).collect::<Vec<usize>>();
    let named = all(&|index| is_place(name(index)));
    let plain = all(&|index| !is_color(name(index)) && !is_normal(name(index)));
    let three = all(&|index| columns(index) == 3 && plain.contains(index));
    let candidates = [named, three, plain, wide.to_vec()].into_iter().find(|list| !list.is_empty()).unwrap_or_default();
    let mut parts: Vec<Part> = candidates.iter().map(|index| Part { arrays: vec![*index], is_table: false }).collect();
    if let Some(first) = parts.first_mut() {
        first.arrays.extend(wide.iter().filter(|index| !candidates.contains(index)).chain(lists));
    }
    parts
}

fn is_normal(name: &str) -> bool {
    ["normal", "normals", "n"].iter().any(|normal| name.eq_ignore_ascii_case(normal))
}

/// Lists of the same length, when their names say that two of them are coordinates.
fn table(arrays: &[Array], lists: Vec<usize>) -> Option<Part> {
    let is_place = |axis| lists.iter().any(|index| is_place_column(&arrays[*index].name, axis));
    (is_place(0) && is_place(1)).then_some(Part { arrays: lists, is_table: true })
}

fn layer(
    archive: &mut Archive<'_>,
    arrays: &[Array],
    part: &Part,
    name: String,
    held: &mut u64,
    progress: &super::Progress,
) -> Result<LoadedLayer, Problem> {
    let is_alone = part.arrays.len() == 1;
    let (mut columns, mut names): (Vec<Attribute>, Vec<String>) = Default::default();
    for (place, index) in part.arrays.iter().enumerate() {
        let Some(array) = arrays.get(*index) else { continue };
        let mut bytes = archive.unpacked(array.index)?;
        Header::read(&mut bytes)?;
        if matches!(array.header.becomes(), Shape::Volume { .. }) {
            let volume =
                array.header.volume(&mut bytes, *held, progress).map_err(|problem| of(&array.name, problem))?;
            bytes.finish().map_err(|problem| of(&array.name, problem))?;
            *held += (volume.values.values.len() * volume.values.values.bytes_each()) as u64;
            return Ok(LoadedLayer::new(name, LayerData::Volume(Arc::new(volume)), None));
        }
        let wide = array.header.shape.get(1).copied().unwrap_or(1);
        let has_places = place == 0 && !part.is_table;
        let own_names = column_names(&array.name, wide, has_places, is_alone);
        let name_of = |column: u64| own_names.get(column as usize).cloned().unwrap_or_else(|| numbered(column));
        let read = array.header.columns(&mut bytes, name_of, *held, progress);
        let (more, too_many) = read.map_err(|problem| of(&array.name, problem))?;
        bytes.finish().map_err(|problem| of(&array.name, problem))?;
        *held += more.iter().map(|column| (column.values.len() * column.values.bytes_each()) as u64).sum::<u64>();
        columns.extend(more);
        names.extend(too_many);
    }
    let is_record = part.arrays.first().is_some_and(|index| matches!(arrays[*index].header.becomes(), Shape::Records));
    let has_names = !is_alone || is_record;
    let layer = Cloud { columns, has_names, colors: None }.into_layer(name, progress)?;
    let notice = joined(layer.notice.iter().cloned().chain(kinds::left_out(&names)).collect());
    Ok(LoadedLayer { notice, ..layer })
}

fn column_names(array: &str, wide: u64, has_places: bool, is_alone: bool) -> Vec<String> {
    if !has_places {
        return part_names(array, wide);
    }
    let coordinates = if is_alone { [].iter() } else { ["x", "y", "z"].iter() };
    let named = coordinates.take(wide as usize).map(|name| (*name).to_owned());
    let count = named.len() as u64;
    named.chain((count..wide).map(numbered)).collect()
}
