//! What is drawn at a place in the picture, found on the CPU.

mod volume;

use crate::clip::ClipRegion;
use crate::scene::{Scene, Viewport};
use crate::{Diameter, Layer, LayerData, Mesh, Paint, Ray, Tracts, text};
use glam::{DVec3, Mat4, Vec2, Vec3, Vec4};
use heliograph_wire::LayerId;

/// What was found at a place in the picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Picked {
    /// In which layer.
    pub layer: LayerId,
    /// Which point, face, streamline or node of the file, from 0.
    pub element: u32,
    /// Where, in scene coordinates.
    pub position: Vec3,
    /// Where, in the coordinates of the layer's file.
    pub world: DVec3,
    /// What and where, for people, e.g. `autzen: point 1,234 at 636,100.20, 850,020.10, 421.00`.
    pub text: String,
}

/// How far from the place points and nodes are found, in px, if they are not larger themselves.
const POINT_REACH: f32 = 6.0;
/// How far from the place lines are found, in px.
const LINE_REACH: f32 = 5.0;
/// What is within so many px of the place is meant: of several the nearest to the camera. Otherwise the nearest to the place is.
const DIRECT: f32 = 3.0;

/// One thing near the place.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    /// Index in the layer's lists.
    index: usize,
    /// In the layer's coordinates.
    position: Vec3,
    /// Reversed z: from 0 (far) to 1 (on the near plane).
    nearness: f32,
    /// From the place to the thing's edge, in px.
    gap: f32,
}

impl Candidate {
    fn beats(&self, other: &Candidate) -> bool {
        match (self.gap <= DIRECT, other.gap <= DIRECT) {
            (true, true) => self.nearness > other.nearness,
            (false, false) => self.gap < other.gap,
            (direct, _) => direct,
        }
    }
}

fn keep_better(best: &mut Option<Candidate>, candidate: Candidate) {
    if best.as_ref().is_none_or(|best| candidate.beats(best)) {
        *best = Some(candidate);
    }
}

/// Finds what is visible at a place (fractions of the picture); of several layers' the nearest to the camera.
pub(crate) fn at(scene: &Scene, x: f32, y: f32, viewport: Viewport) -> Option<Picked> {
    found(scene, x, y, viewport).map(|(layer, found)| describe(layer, found))
}

/// The same as elements that can be selected: of a face its corners, of a volume none.
pub(crate) fn elements_at(scene: &Scene, x: f32, y: f32, viewport: Viewport) -> Option<(LayerId, Vec<usize>)> {
    let (layer, found) = found(scene, x, y, viewport)?;
    let elements = match &layer.data {
        LayerData::Mesh(mesh) => {
            mesh.indices.iter().skip(found.index * 3).take(3).map(|corner| *corner as usize).collect()
        }
        LayerData::Volume(_) => Vec::new(),
        _ => vec![found.index],
    };
    Some((layer.id, elements))
}

fn found(scene: &Scene, x: f32, y: f32, viewport: Viewport) -> Option<(&Layer, Candidate)> {
    let aspect = viewport.aspect();
    let clip_from_world = scene.camera().clip_from_world(aspect);
    let ray = scene.camera().ray(x, y, aspect);
    let clip = scene.clip();
    let mut best: Option<(&Layer, Candidate)> = None;
    for layer in scene.layers().iter().filter(|layer| layer.visible && layer.style.opacity > 0.0) {
        let clip_from_layer = clip_from_world * Mat4::from_translation(layer.offset);
        let view = View::new(clip_from_layer, clip.seen_from(layer.offset), (x, y), viewport);
        let ray = Ray { origin: ray.origin - layer.offset, ..ray };
        if let Some(found) = in_layer(layer, &view, ray)
            && best.as_ref().is_none_or(|(_, best)| found.nearness > best.nearness)
        {
            best = Some((layer, found));
        }
    }
    best
}

/// A mark as it is now: a node may have moved since.
pub(crate) fn refreshed(mut picked: Picked, layers: &[Layer]) -> Picked {
    let layer = layers.iter().find(|layer| layer.id == picked.layer);
    if let Some((layer, LayerData::Network(network))) = layer.map(|layer| (layer, &layer.data))
        && let Some(&position) = network.positions.get(picked.element as usize)
    {
        picked.position = position + layer.offset;
        picked.world = network.origin + position.as_dvec3();
    }
    picked
}

fn in_layer(layer: &Layer, view: &View, ray: Ray) -> Option<Candidate> {
    let style = &layer.style;
    let paint = layer.paint();
    match &layer.data {
        LayerData::Points(points) => {
            let radius = half(layer.diameter());
            near_points(view, &paint, points.positions.iter().map(|&position| (position, radius)))
        }
        LayerData::Network(network) => {
            let radii = network.sizes.iter().map(|size| Diameter::Pixels(size * style.node_size * 0.5));
            near_points(view, &paint, network.positions.iter().copied().zip(radii))
        }
        LayerData::Tracts(tracts) => near_lines(view, &paint, tracts, half(layer.diameter())),
        LayerData::Mesh(mesh) => on_mesh(view, &paint, mesh, ray),
        LayerData::Volume(data) => volume::seen(view, layer, data, ray),
    }
}

fn half(diameter: Diameter) -> Diameter {
    match diameter {
        Diameter::Pixels(px) => Diameter::Pixels(px * 0.5),
        Diameter::Scene(length) => Diameter::Scene(length * 0.5),
    }
}

/// The nearest of points that have these radii.
fn near_points(view: &View, paint: &Paint<'_>, points: impl Iterator<Item = (Vec3, Diameter)>) -> Option<Candidate> {
    let mut best = None;
    for (index, (position, radius)) in points.enumerate() {
        let clip = view.clip(position);
        if !is_before_camera(clip) || !view.kept.keeps(position) {
            continue;
        }
        let gap = (view.pixels(clip).distance(view.place) - radius.px(view.px_per_unit(clip))).max(0.0);
        if gap <= POINT_REACH && paint.shows(index) {
            keep_better(&mut best, Candidate { index, position, nearness: clip.z / clip.w, gap });
        }
    }
    best
}

fn near_lines(view: &View, paint: &Paint<'_>, tracts: &Tracts, radius: Diameter) -> Option<Candidate> {
    let mut best = None;
    for index in 0..tracts.len() {
        let range = tracts.range(index);
        let line = &tracts.positions[range.clone()];
        for (at, ends) in (range.start..).zip(line.windows(2)) {
            let Some(part) = view.kept.between(ends[0], ends[1]) else { continue };
            let [start, end] = part.map(|share| ends[0].lerp(ends[1], share));
            if let Some(candidate) = near_segment(view, index, start, end, radius)
                && paint.shows(at)
                && paint.shows(at + 1)
            {
                keep_better(&mut best, candidate);
            }
        }
    }
    best
}

fn near_segment(view: &View, index: usize, start: Vec3, end: Vec3, radius: Diameter) -> Option<Candidate> {
    let (start_clip, end_clip) = (view.clip(start), view.clip(end));
    // The part before the near plane, where z ≤ w.
    let (start_room, end_room) = (start_clip.w - start_clip.z, end_clip.w - end_clip.z);
    let crossing = start_room / (start_room - end_room);
    let (first, last) = match (start_room > 0.0, end_room > 0.0) {
        (true, true) => (0.0, 1.0),
        (true, false) => (0.0, crossing * 0.999),
        (false, true) => (crossing + (1.0 - crossing) * 1e-3, 1.0),
        (false, false) => return None,
    };
    let (a, b) = (start_clip.lerp(end_clip, first), start_clip.lerp(end_clip, last));
    if a.w <= 0.0 || b.w <= 0.0 {
        return None;
    }
    let (a_px, b_px) = (view.pixels(a), view.pixels(b));
    let along = b_px - a_px;
    let share_px = ((view.place - a_px).dot(along) / along.length_squared().max(1e-12)).clamp(0.0, 1.0);
    // Equal steps in the picture are not equal steps along the line: what is far is foreshortened.
    let share = (share_px / b.w) / ((1.0 - share_px) / a.w + share_px / b.w);
    let clip = a.lerp(b, share);
    let half_width = radius.px(view.px_per_unit(clip));
    let gap = ((a_px + along * share_px).distance(view.place) - half_width).max(0.0);
    if gap.is_nan() || gap > LINE_REACH {
        return None;
    }
    let position = start.lerp(end, first + (last - first) * share);
    Some(Candidate { index, position, nearness: clip.z / clip.w, gap })
}

fn on_mesh(view: &View, paint: &Paint<'_>, mesh: &Mesh, ray: Ray) -> Option<Candidate> {
    let mut nearest: Option<(usize, f32)> = None;
    for index in 0..mesh.triangle_count() {
        if let Some(distance) = mesh.triangle(index).and_then(|corners| hit(ray, corners))
            && nearest.is_none_or(|(_, so_far)| distance < so_far)
            && view.kept.keeps(ray.origin + ray.direction * distance)
            && is_shown(mesh, paint, index, ray.origin + ray.direction * distance)
        {
            nearest = Some((index, distance));
        }
    }
    let (index, distance) = nearest?;
    let position = ray.origin + ray.direction * distance;
    let clip = view.clip(position);
    is_before_camera(clip).then(|| Candidate { index, position, nearness: clip.z / clip.w, gap: 0.0 })
}

/// Whether no filter hides a triangle at a place of it: as much as its nearest corner says.
fn is_shown(mesh: &Mesh, paint: &Paint<'_>, triangle: usize, place: Vec3) -> bool {
    let corners = mesh.indices.iter().skip(triangle * 3).take(3).map(|corner| *corner as usize);
    let distance = |corner: &usize| mesh.positions.get(*corner).map_or(f32::INFINITY, |at| at.distance_squared(place));
    corners.min_by(|a, b| distance(a).total_cmp(&distance(b))).is_none_or(|corner| paint.shows(corner))
}

/// How far along the ray it meets the triangle, from either side
/// (Möller and Trumbore, "Fast, minimum storage ray-triangle intersection", 1997).
fn hit(ray: Ray, [a, b, c]: [Vec3; 3]) -> Option<f32> {
    let (ab, ac) = (b - a, c - a);
    let p = ray.direction.cross(ac);
    let determinant = ab.dot(p);
    if determinant == 0.0 {
        return None;
    }
    let from_a = ray.origin - a;
    let u = from_a.dot(p) / determinant;
    let q = from_a.cross(ab);
    let v = ray.direction.dot(q) / determinant;
    let distance = ac.dot(q) / determinant;
    (u >= 0.0 && v >= 0.0 && u + v <= 1.0 && distance > 0.0 && distance.is_finite()).then_some(distance)
}

fn describe(layer: &Layer, found: Candidate) -> Picked {
    let world = layer.data.origin() + found.position.as_dvec3();
    let size = layer.data.bounds().map_or(0.0, |bounds| bounds.radius() * 2.0);
    let at = text::place(world, size);
    let name = &layer.name;
    let numbered = |what: &str, element: u32| format!("{name}: {what} {} at {at}", text::count(u64::from(element)));
    let (element, text) = match &layer.data {
        LayerData::Points(points) => {
            let element = points.file_index.get(found.index).copied().unwrap_or_default();
            (element, numbered("point", element))
        }
        LayerData::Mesh(mesh) => {
            let element = mesh.face_index.get(found.index).copied().unwrap_or_default();
            (element, numbered("face", element))
        }
        LayerData::Tracts(tracts) => {
            let element = tracts.file_index.get(found.index).copied().unwrap_or_default();
            (element, numbered("streamline", element))
        }
        LayerData::Volume(volume) => {
            let (row, slice) = (volume.size[0] as usize, volume.size[0] as usize * volume.size[1] as usize);
            let in_moment = found.index % volume.voxels().max(1);
            let [i, j, k] = [in_moment % row, in_moment % slice / row, in_moment / slice];
            let value = volume.values.text(found.index);
            (in_moment as u32, format!("{name}: {value} in voxel {i}, {j}, {k} at {at}"))
        }
        LayerData::Network(network) => {
            let label = network.labels.get(found.index).map_or("", String::as_str);
            let links = network.degrees.get(found.index).copied().unwrap_or_default();
            (found.index as u32, format!("{name}: {label} ({})", text::counted(links as usize, "link", "links")))
        }
    };
    Picked { layer: layer.id, element, position: found.position + layer.offset, world, text }
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

    /// How long a unit is that lies across the sight, so far from the eye.
    fn px_per_unit(&self, clip: Vec4) -> f32 {
        self.clip_from_layer.row(1).truncate().length() * self.half_size.y / clip.w
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
mod tests;
