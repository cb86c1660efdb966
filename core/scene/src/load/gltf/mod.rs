//! glTF: surfaces, lines and points (Khronos Group, "glTF 2.0 Specification", ISO/IEC 12113): JSON with its buffers inside,
//! beside it, or behind it in one binary file (GLB). What moves, skins, textures and cameras are left out.

mod document;
mod numbers;
mod parts;

use super::cloud::ARRANGING;
use super::format::{Format, Opened};
use super::levels::COARSENING;
use super::{LoadedLayer, Problem, Progress, grid};
use crate::text;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use document::{Document, Node, Primitive};
use glam::{DMat4, DQuat, DVec3};
use numbers::Numbers;
use parts::Parts;
use std::collections::HashSet;
use std::io::Read;

pub(super) const FORMAT: Format = Format {
    name: "glTF",
    extensions: &["gltf", "glb"],
    becomes: "a mesh, streamlines or points, with their colours",
    is_it: |head| head.bytes.starts_with(b"glTF") || head.extension == "gltf" && head.text.starts_with(b"{"),
    begins_with: "{",
    read,
};

/// The JSON is no longer than this: it holds no numbers of vertices, unless buffers are inside.
const MOST_JSON_BYTES: u64 = 512 << 20;
/// Extensions without which a file can be shown right.
const KNOWN: [&str; 4] =
    ["KHR_mesh_quantization", "KHR_materials_unlit", "KHR_texture_transform", "KHR_materials_specular"];
/// Vertices without a colour.
const WHITE: [f64; 4] = [1.0; 4];

fn read(Opened { source, mut reader, name, progress, .. }: Opened<'_>) -> Result<Vec<LoadedLayer>, Problem> {
    let length = reader.len();
    let mut start = Vec::new();
    reader.by_ref().take(12).read_to_end(&mut start)?;
    let (json, binary) = if start.starts_with(b"glTF") {
        progress.allow(length.saturating_mul(3))?;
        (chunk(&mut reader, b"JSON")?, if reader.left() >= 8 { Some(chunk(&mut reader, b"BIN\0")?) } else { None })
    } else {
        progress.allow(length.saturating_mul(4))?;
        reader.by_ref().take(MOST_JSON_BYTES).read_to_end(&mut start)?;
        (start, None)
    };
    progress.advance(1, 4)?;
    let mut document: Document = serde_json::from_slice(json.trim_ascii_end())
        .map_err(|error| if error.is_eof() { cut_short() } else { malformed(error.to_string()) })?;
    if !document.asset.version.starts_with("2.") {
        return Err(Problem::Unsupported { detail: format!("it is glTF {}, and 2 is read", document.asset.version) });
    }
    let has_points = document.meshes.iter().flat_map(|mesh| &mesh.primitives).any(|one| one.mode == Some(0));
    progress.leave(if has_points { ARRANGING } else { COARSENING });
    if let Some(other) = document.extensions_required.iter().find(|name| !KNOWN.contains(&name.as_str())) {
        return Err(Problem::Unsupported { detail: format!("it needs the extension “{other}”") });
    }
    let uris: Vec<Option<String>> = document.buffers.iter_mut().map(|buffer| buffer.uri.take()).collect();
    let mut binary = binary;
    let mut buffers = Vec::new();
    for (index, (uri, buffer)) in uris.into_iter().zip(&document.buffers).enumerate() {
        let bytes = match uri {
            None => binary.take().ok_or_else(|| malformed(format!("buffer {index} has no bytes")))?,
            Some(uri) => match uri.strip_prefix("data:").and_then(|data| data.split_once(";base64,")) {
                Some((_, data)) => STANDARD.decode(data).map_err(|error| malformed(error.to_string()))?,
                None => beside(source, &uri, progress)?,
            },
        };
        if (bytes.len() as u64) < buffer.byte_length {
            let (there, promised) = (text::count(bytes.len() as u64), text::count(buffer.byte_length));
            return Err(Problem::Truncated {
                detail: format!("buffer {index} promises {promised} bytes and {there} are there"),
            });
        }
        buffers.push(bytes);
    }
    progress.advance(2, 4)?;
    let numbers = Numbers { document: &document, buffers: &buffers, progress };
    let mut parts = Parts::default();
    walk(&numbers, &mut parts)?;
    parts.into_layers(name, progress)
}

/// The next chunk of a binary file, which is to be of this kind.
fn chunk(reader: &mut super::FileReader, kind: &[u8; 4]) -> Result<Vec<u8>, Problem> {
    let length = u32::from_le_bytes(reader.array()?);
    if reader.array::<4>()? != *kind {
        return Err(malformed(format!("it has no chunk “{}”", String::from_utf8_lossy(kind).trim_end_matches('\0'))));
    }
    if u64::from(length) > reader.left() {
        return Err(cut_short());
    }
    let mut bytes = vec![0; length as usize];
    reader.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn beside(source: &super::Source, uri: &str, progress: &Progress) -> Result<Vec<u8>, Problem> {
    let mut file = grid::beside(source, &uri.replace("%20", " "))?;
    progress.allow(file.len().saturating_mul(3))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// All nodes of the scene that is shown, each where its parents put it.
fn walk(numbers: &Numbers<'_>, parts: &mut Parts) -> Result<(), Problem> {
    let document = numbers.document;
    let scene = document.scenes.get(document.scene.unwrap_or(0));
    // Without a scene, what is no child of another stands by itself.
    let children: HashSet<usize> = document.nodes.iter().flat_map(|parent| parent.children.iter().copied()).collect();
    let roots = match scene {
        Some(scene) => scene.nodes.clone(),
        None => (0..document.nodes.len()).filter(|node| !children.contains(node)).collect(),
    };
    let mut waiting: Vec<(usize, DMat4)> = roots.into_iter().rev().map(|node| (node, DMat4::IDENTITY)).collect();
    let mut seen = vec![false; document.nodes.len()];
    while let Some((index, above)) = waiting.pop() {
        let node = document.nodes.get(index).ok_or_else(|| malformed(format!("there is no node {index}")))?;
        if std::mem::replace(&mut seen[index], true) {
            return Err(malformed(format!("node {index} has two parents")));
        }
        let place = above * local(node);
        if let Some(mesh) = node.mesh {
            let mesh = document.meshes.get(mesh).ok_or_else(|| malformed(format!("there is no mesh {mesh}")))?;
            for primitive in &mesh.primitives {
                add(numbers, primitive, place, parts)?;
            }
        }
        waiting.extend(node.children.iter().rev().map(|child| (*child, place)));
    }
    Ok(())
}

fn local(node: &Node) -> DMat4 {
    if let Some(matrix) = node.matrix {
        return DMat4::from_cols_array(&matrix);
    }
    let scale = node.scale.map_or(DVec3::ONE, DVec3::from);
    let turn = node.rotation.map_or(DQuat::IDENTITY, DQuat::from_array);
    let turn = if turn.length_squared() > 0.0 { turn.normalize() } else { DQuat::IDENTITY };
    DMat4::from_scale_rotation_translation(scale, turn, node.translation.map_or(DVec3::ZERO, DVec3::from))
}

fn add(numbers: &Numbers<'_>, primitive: &Primitive, place: DMat4, parts: &mut Parts) -> Result<(), Problem> {
    let Some(position) = primitive.attributes.position else { return Ok(()) };
    let list = numbers.list(position)?;
    if list.parts != 3 {
        return Err(malformed("positions are not of three numbers".into()));
    }
    let places: Vec<DVec3> =
        list.numbers.as_chunks::<3>().0.iter().map(|at| place.transform_point3(DVec3::from(*at))).collect();
    let count = places.len();
    let corner_of = |corner: f64| if corner < count as f64 { corner as u32 } else { u32::MAX };
    let corners = match primitive.indices {
        Some(indices) => numbers.list(indices)?.numbers.into_iter().map(corner_of).collect(),
        None => (0..count).map(|corner| corner as u32).collect(),
    };
    let colors = colors(numbers, primitive, count)?;
    parts.add(&parts::Primitive { mode: primitive.mode.unwrap_or(4), places, colors, corners }, numbers.progress)?;
    numbers.progress.advance(3, 4)
}

/// The material's colour, times each vertex' own; both are linear. `None` when neither says one.
fn colors(numbers: &Numbers<'_>, primitive: &Primitive, count: usize) -> Result<Option<Vec<[u8; 4]>>, Problem> {
    let material = primitive.material.and_then(|index| numbers.document.materials.get(index));
    let base = material.and_then(|one| one.pbr_metallic_roughness.as_ref()?.base_color_factor).unwrap_or(WHITE);
    let own = primitive.attributes.color.map(|index| numbers.list(index)).transpose()?;
    if base == WHITE && own.is_none() {
        return Ok(None);
    }
    let color = |at: usize| {
        let part = |axis: usize| {
            let own = own.as_ref().filter(|own| own.parts >= 3);
            base[axis] * own.and_then(|own| own.numbers.get(at * own.parts + axis)).copied().unwrap_or(1.0)
        };
        crate::paint::opaque([0, 1, 2].map(|axis| srgb(part(axis))))
    };
    Ok(Some((0..count).map(color).collect()))
}

/// IEC 61966-2-1.
fn srgb(linear: f64) -> u8 {
    let linear = linear.clamp(0.0, 1.0);
    let curved = if linear <= 0.003_130_8 { 12.92 * linear } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 };
    (curved * 255.0).round() as u8
}

fn cut_short() -> Problem {
    Problem::Truncated { detail: "it ends too early".into() }
}

fn malformed(detail: String) -> Problem {
    Problem::Malformed { kind: "glTF", detail }
}
