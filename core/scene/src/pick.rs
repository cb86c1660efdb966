//! What is drawn at a place in the picture, found on the CPU.

mod beam;
mod faces;
mod links;
mod near;
mod volume;

use crate::clip::ClipRegion;
use crate::field::HEIGHT;
use crate::scene::{Scene, Viewport};
use crate::{Diameter, Layer, LayerData, Mesh, Network, Ray, text};
use glam::{DVec3, Mat4, Vec2, Vec3, Vec4};
use heliograph_wire::LayerId;
use heliograph_wire::scene::{PickedField, PickedStatus};
use near::Reach;

/// What was found at a place in the picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Picked {
    /// In which layer.
    pub layer: LayerId,
    /// Which point, face, streamline, node or link of the file, from 0.
    pub element: u32,
    /// What of the layer that is the number of.
    pub part: Part,
    /// Where in the layer's lists it is: which point, node, link, point of a streamline, corner of a face, or voxel of all
    /// moments.
    pub(crate) at: usize,
    /// Where, in scene coordinates.
    pub position: Vec3,
    /// Where, in the coordinates of the layer's file.
    pub world: DVec3,
    /// What and where, for people, e.g. `autzen: point 1,234 at 636,100.20, 850,020.10, 421.00`.
    pub text: String,
}

/// What of a layer something is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Part {
    /// A point, a face, a streamline, a voxel, or of a network a node.
    Element,
    /// Of a network a link.
    Link {
        /// Where on it: the share of the way from its first node to its second.
        along: f32,
    },
}

/// More fit no panel.
const MOST_FIELDS: usize = 40;
/// How far from the place points and nodes are found, in px, if they are not larger themselves.
const POINT_REACH: f32 = 6.0;
/// How far from the place lines are found, in px.
const LINE_REACH: f32 = 5.0;
/// What is within so many px of the place is meant: of several the nearest to the camera. Otherwise the nearest to the place is.
const DIRECT: f32 = 3.0;

/// One thing near the place.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Candidate {
    /// Index in the layer's lists.
    index: usize,
    /// The first of two that are alike is meant: which of the layer's points, segments or triangles it is.
    order: usize,
    /// In the layer's coordinates.
    position: Vec3,
    /// Reversed z: from 0 (far) to 1 (on the near plane).
    nearness: f32,
    /// From the place to the thing's edge, in px.
    gap: f32,
}

impl Candidate {
    fn beats(&self, other: &Candidate) -> bool {
        let is_first = self.order < other.order;
        match (self.gap <= DIRECT, other.gap <= DIRECT) {
            (true, true) => self.nearness > other.nearness || (self.nearness == other.nearness && is_first),
            (false, false) => self.gap < other.gap || (self.gap == other.gap && is_first),
            (direct, _) => direct,
        }
    }
}

/// Keeps the better of two; true when that is the new one.
fn keep_better(best: &mut Option<Candidate>, candidate: Candidate) -> bool {
    let is_better = best.as_ref().is_none_or(|best| candidate.beats(best));
    if is_better {
        *best = Some(candidate);
    }
    is_better
}

/// Finds what is visible at a place (fractions of the picture); of several layers' the nearest to the camera.
pub(crate) fn at(scene: &Scene, x: f32, y: f32, viewport: Viewport) -> Option<Picked> {
    let (layer, part, found) = found(scene, x, y, viewport)?;
    let at = match &layer.data {
        LayerData::Tracts(_) => found.order,
        LayerData::Mesh(mesh) => nearest_corner(mesh, found),
        LayerData::Points(_) | LayerData::Network(_) | LayerData::Volume(_) => found.index,
    };
    Some(describe(layer, part, (found.index, at), found.position))
}

/// The same as elements that can be selected: of a face its corners, of a link its nodes.
pub(crate) fn elements_at(scene: &Scene, x: f32, y: f32, viewport: Viewport) -> Option<(LayerId, Vec<usize>)> {
    let (layer, part, found) = found(scene, x, y, viewport)?;
    let elements = match &layer.data {
        LayerData::Network(network) if part != Part::Element => {
            network.edges.get(found.index).into_iter().flatten().map(|end| *end as usize).collect()
        }
        LayerData::Mesh(mesh) => {
            mesh.indices.iter().skip(found.index * 3).take(3).map(|corner| *corner as usize).collect()
        }
        LayerData::Volume(volume) => vec![found.index % volume.voxels().max(1)],
        _ => vec![found.index],
    };
    Some((layer.id, elements))
}

fn found(scene: &Scene, x: f32, y: f32, viewport: Viewport) -> Option<(&Layer, Part, Candidate)> {
    let aspect = viewport.aspect();
    let clip_from_world = scene.camera().clip_from_world(aspect);
    let ray = scene.camera().ray(x, y, aspect);
    let clip = scene.clip();
    let mut best: Option<(&Layer, Part, Candidate)> = None;
    for layer in scene.layers().iter().filter(|layer| layer.visible && layer.style.opacity > 0.0) {
        let clip_from_layer = clip_from_world * Mat4::from_translation(layer.offset);
        let view = View::new(clip_from_layer, clip.seen_from(layer.offset), (x, y), viewport);
        let ray = Ray { origin: ray.origin - layer.offset, ..ray };
        if let Some((part, found)) = in_layer(layer, &view, ray)
            && best.as_ref().is_none_or(|(_, _, best)| found.nearness > best.nearness)
        {
            best = Some((layer, part, found));
        }
    }
    best
}

/// A mark as it is now: a node, a link or a point may have moved since.
pub(crate) fn refreshed(picked: Picked, layers: &[Layer]) -> Picked {
    let Some(layer) = layers.iter().find(|layer| layer.id == picked.layer) else { return picked };
    let at = picked.at;
    let position = match (&layer.data, picked.part) {
        (LayerData::Points(points), _) => points.positions.get(at).copied(),
        (LayerData::Network(network), Part::Element) => network.positions.get(at).copied(),
        (LayerData::Network(network), Part::Link { along }) => {
            links::ends(network, at).map(|[from, to]| from.lerp(to, along))
        }
        (LayerData::Mesh(_) | LayerData::Tracts(_) | LayerData::Volume(_), _) => None,
    };
    position.map(|position| describe(layer, picked.part, (at, at), position)).unwrap_or(picked)
}

impl Picked {
    pub(crate) fn status(&self, layers: &[Layer]) -> PickedStatus {
        let layer = layers.iter().find(|layer| layer.id == self.layer);
        let fields = layer.map(|layer| said(layer, self.part, self.at)).unwrap_or_default();
        PickedStatus { text: self.text.clone(), at: self.position.to_array(), fields }
    }
}

/// What a layer's fields say of one of its elements or links.
fn said(layer: &Layer, part: Part, at: usize) -> Vec<PickedField> {
    let fields = match part {
        Part::Element => layer.data.fields(),
        Part::Link { .. } => layer.data.link_fields(),
    };
    // Of a volume the text says the value, and of a height the place.
    let fields = fields.into_iter().filter(|field| field.name != HEIGHT);
    let fields = fields.filter(|_| !matches!(layer.data, LayerData::Volume(_))).take(MOST_FIELDS);
    fields.map(|field| PickedField { name: field.name.to_owned(), value: field.text(at) }).collect()
}

fn in_layer(layer: &Layer, view: &View, ray: Ray) -> Option<(Part, Candidate)> {
    let paint = layer.paint();
    let element = match &layer.data {
        LayerData::Points(points) => {
            let reach = Reach::new(view, POINT_REACH, half(layer.diameter()));
            near::point(reach, &paint, &points.positions, &layer.boxes)
        }
        LayerData::Network(network) => return in_network(layer, network, view),
        LayerData::Tracts(tracts) => {
            let reach = Reach::new(view, LINE_REACH, half(layer.diameter()));
            near::line(reach, &paint, tracts, &layer.boxes)
        }
        LayerData::Mesh(mesh) => faces::hit_by(ray, view, &paint, mesh, &layer.boxes),
        LayerData::Volume(data) => volume::seen(view, layer, data, ray),
    };
    element.map(|found| (Part::Element, found))
}

/// A node where one is meant, which is drawn larger than links; otherwise what is nearer to the place.
fn in_network(layer: &Layer, network: &Network, view: &View) -> Option<(Part, Candidate)> {
    let style = &layer.style;
    let nodes = layer.paint();
    let radii = network.sizes.iter().map(|size| size * style.node_size * 0.5);
    let node = near::node(view, &nodes, network.positions.iter().copied().zip(radii));
    if style.link_opacity <= 0.0 || node.is_some_and(|node| node.gap <= DIRECT) {
        return node.map(|node| (Part::Element, node));
    }
    // No line is drawn thinner than a pixel.
    let radius_px = style.link_width.max(1.0) * 0.5;
    let link = links::near((view, radius_px), (&nodes, &layer.link_paint()), network);
    match (node, link) {
        (Some(node), Some((_, link))) if link.gap >= node.gap => Some((Part::Element, node)),
        (_, Some((along, link))) => Some((Part::Link { along }, link)),
        (node, None) => node.map(|node| (Part::Element, node)),
    }
}

fn half(diameter: Diameter) -> Diameter {
    match diameter {
        Diameter::Pixels(px) => Diameter::Pixels(px * 0.5),
        Diameter::Scene(length) => Diameter::Scene(length * 0.5),
    }
}

fn nearest_corner(mesh: &Mesh, found: Candidate) -> usize {
    let corners = mesh.indices.iter().skip(found.index * 3).take(3).map(|corner| *corner as usize);
    let distance = |corner: &usize| mesh.positions.get(*corner).map_or(f32::MAX, |at| at.distance(found.position));
    corners.min_by(|a, b| distance(a).total_cmp(&distance(b))).unwrap_or_default()
}

/// `index` is that of the element, `at` that of [`Picked::at`].
fn describe(layer: &Layer, part: Part, (index, at): (usize, usize), position: Vec3) -> Picked {
    let world = layer.data.origin() + position.as_dvec3();
    let size = layer.data.bounds().map_or(0.0, |bounds| bounds.radius() * 2.0);
    let place = text::place(world, size);
    let name = &layer.name;
    let numbered = |what: &str, element: u32| format!("{name}: {what} {} at {place}", text::count(u64::from(element)));
    let (element, text) = match &layer.data {
        LayerData::Points(points) => {
            let element = points.file_index.get(index).copied().unwrap_or_default();
            (element, numbered("point", element))
        }
        LayerData::Mesh(mesh) => {
            let element = mesh.face_index.get(index).copied().unwrap_or_default();
            (element, numbered("face", element))
        }
        LayerData::Tracts(tracts) => {
            let element = tracts.file_index.get(index).copied().unwrap_or_default();
            (element, numbered("streamline", element))
        }
        LayerData::Volume(volume) => {
            let in_moment = index % volume.voxels().max(1);
            let [i, j, k] = volume.voxel(in_moment);
            let value = volume.values.text(index);
            (in_moment as u32, format!("{name}: {value} in voxel {i}, {j}, {k} at {place}"))
        }
        LayerData::Network(network) if part != Part::Element => {
            let ends = network.edges.get(index).copied().unwrap_or_default();
            let [from, to] = ends.map(|end| network.labels.get(end as usize).map_or("", String::as_str));
            (index as u32, format!("{name}: link {from} – {to}"))
        }
        LayerData::Network(network) => {
            let label = network.labels.get(index).map_or("", String::as_str);
            let links = network.degrees.get(index).copied().unwrap_or_default();
            (index as u32, format!("{name}: {label} ({})", text::counted(links as usize, "link", "links")))
        }
    };
    Picked { layer: layer.id, element, part, at, position: position + layer.offset, world, text }
}

/// A place in the picture and the way there from a layer's coordinates.
struct View {
    clip_from_layer: Mat4,
    half_size: Vec2,
    place: Vec2,
    /// What is not clipped, in the layer's coordinates.
    kept: ClipRegion,
}

impl View {
    fn new(clip_from_layer: Mat4, kept: ClipRegion, (x, y): (f32, f32), viewport: Viewport) -> View {
        let size = Vec2::new(viewport.width.max(1) as f32, viewport.height.max(1) as f32);
        View { clip_from_layer, half_size: size * 0.5, place: Vec2::new(x, y) * size, kept }
    }

    fn clip(&self, position: Vec3) -> Vec4 {
        self.clip_from_layer * position.extend(1.0)
    }

    fn row(&self, row: usize) -> Vec4 {
        self.clip_from_layer.row(row)
    }

    /// How long a unit is that lies across the sight, so far from the eye.
    fn px_per_unit(&self, clip: Vec4) -> f32 {
        self.unit() / clip.w
    }

    /// The same where w is 1.
    fn unit(&self) -> f32 {
        self.row(1).truncate().length() * self.half_size.y
    }

    /// From the upper left corner, y downwards.
    fn pixels(&self, clip: Vec4) -> Vec2 {
        (Vec2::new(clip.x, -clip.y) / clip.w + 1.0) * self.half_size
    }
}

fn is_before_camera(clip: Vec4) -> bool {
    clip.w > 0.0 && clip.z <= clip.w
}

#[cfg(test)]
mod linear;
#[cfg(test)]
mod tests;
