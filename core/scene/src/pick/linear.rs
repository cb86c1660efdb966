//! Picks are compared with those of a search that looks at everything.

use super::faces::{hit, is_shown};
use super::near::{Reach, near_segment};
use super::*;
use crate::load::LoadedLayer;
use crate::random::Random;
use crate::{Aabb, Attribute, Camera, Filter, Mesh, Paint, Points, Tracts, Values, normals_of};
use glam::vec3;
use std::sync::Arc;

const VIEWPORT: Viewport = Viewport { width: 900, height: 600 };
const SEED: u64 = 20;

/// What is found when every element is looked at, one after the other.
fn linear(layer: &Layer, view: &View, ray: Ray) -> Option<Candidate> {
    let (paint, radius) = (layer.paint(), half(layer.diameter()));
    match &layer.data {
        LayerData::Points(points) => nearest_point(view, &paint, points, radius),
        LayerData::Tracts(tracts) => nearest_line(view, &paint, tracts, radius),
        LayerData::Mesh(mesh) => nearest_face(view, &paint, mesh, ray),
        _ => None,
    }
}

fn beats(one: Candidate, other: Candidate) -> bool {
    match (one.gap <= DIRECT, other.gap <= DIRECT) {
        (true, true) => one.nearness > other.nearness,
        (false, false) => one.gap < other.gap,
        (direct, _) => direct,
    }
}

fn nearest_point(view: &View, paint: &Paint<'_>, points: &Points, radius: Diameter) -> Option<Candidate> {
    let mut best: Option<Candidate> = None;
    for (index, &position) in points.positions.iter().enumerate() {
        let clip = view.clip(position);
        if !is_before_camera(clip) || !view.kept.keeps(position) {
            continue;
        }
        let gap = (view.pixels(clip).distance(view.place) - radius.px(view.px_per_unit(clip))).max(0.0);
        let found = Candidate { index, order: index, position, nearness: clip.z / clip.w, gap };
        if gap <= POINT_REACH && paint.shows(index) && best.is_none_or(|best| beats(found, best)) {
            best = Some(found);
        }
    }
    best
}

fn nearest_line(view: &View, paint: &Paint<'_>, tracts: &Tracts, radius: Diameter) -> Option<Candidate> {
    let mut best: Option<Candidate> = None;
    for index in 0..tracts.len() {
        for at in tracts.range(index).skip(1).map(|next| next - 1) {
            let ends = [tracts.positions[at], tracts.positions[at + 1]];
            let Some(part) = view.kept.between(ends[0], ends[1]) else { continue };
            let ends = part.map(|share| ends[0].lerp(ends[1], share));
            let Some(found) = near_segment(Reach::new(view, LINE_REACH, radius), ends) else { continue };
            let found = Candidate { index, order: at, ..found };
            if paint.shows(at) && paint.shows(at + 1) && best.is_none_or(|best| beats(found, best)) {
                best = Some(found);
            }
        }
    }
    best
}

fn nearest_face(view: &View, paint: &Paint<'_>, mesh: &Mesh, ray: Ray) -> Option<Candidate> {
    let mut nearest: Option<(usize, f32)> = None;
    for index in 0..mesh.triangle_count() {
        let Some(distance) = hit(ray, mesh.triangle(index)?) else { continue };
        let place = ray.origin + ray.direction * distance;
        let is_nearer = nearest.is_none_or(|(_, so_far)| distance < so_far);
        if is_nearer && view.kept.keeps(place) && is_shown(mesh, paint, index, place) {
            nearest = Some((index, distance));
        }
    }
    let (index, distance) = nearest?;
    let position = ray.origin + ray.direction * distance;
    let clip = view.clip(position);
    is_before_camera(clip).then(|| Candidate { index, order: index, position, nearness: clip.z / clip.w, gap: 0.0 })
}

fn place(random: &mut Random) -> Vec3 {
    vec3(random.unit(), random.unit(), random.unit()) * 2.0 - 1.0
}

/// What a filter can ask for: a number from 0 to 1 for each element.
fn shares(count: usize, random: &mut Random) -> Vec<Attribute> {
    vec![Attribute::new("share", Values::F32((0..count).map(|_| random.unit()).collect()))]
}

fn layer(data: LayerData) -> Layer {
    let mut scene = Scene::new(Arc::new(|| ()));
    scene.add(LoadedLayer::new("random".into(), data, None));
    scene.layers()[0].clone()
}

/// Points in a box, or, with many at one place, on its floor and its diagonal.
fn cloud(count: usize, is_full: bool, random: &mut Random) -> Layer {
    let flat = |place: Vec3| match (place.x * 64.0) as i32 % 3 {
        0 => Vec3::splat((place.x * 16.0).round() / 16.0),
        _ => (place * 32.0).round().with_z(-16.0) / 32.0,
    };
    let positions = (0..count).map(|_| if is_full { place(random) } else { flat(place(random)) }).collect();
    let attributes = shares(count, random);
    layer(LayerData::Points(Arc::new(Points::new(DVec3::ZERO, positions, None, attributes, 3))))
}

/// A sphere with waves, its triangles in rows or in any order.
fn waves(across: u32, is_shuffled: bool, random: &mut Random) -> Layer {
    let place = |index: u32| {
        let (u, v) = ((index % across) as f32 / (across - 1) as f32, (index / across) as f32 / (across - 1) as f32);
        let (around, height) = (u * std::f32::consts::TAU, v * 2.0 - 1.0);
        let radius = (1.0 - height * height).max(0.0).sqrt() * (1.0 + 0.3 * (around * 7.0).sin());
        vec3(radius * around.cos(), radius * around.sin(), height)
    };
    let positions: Vec<Vec3> = (0..across * across).map(place).collect();
    let quads = (0..(across - 1) * (across - 1)).map(|quad| quad / (across - 1) * across + quad % (across - 1));
    let mut triangles: Vec<[u32; 3]> =
        quads.flat_map(|at| [[at, at + 1, at + across], [at + 1, at + across + 1, at + across]]).collect();
    if is_shuffled {
        triangles.sort_by_cached_key(|_| random.bits());
    }
    let indices = triangles.concat();
    layer(LayerData::Mesh(Arc::new(Mesh {
        normals: normals_of(&positions, &indices),
        bounds: Aabb::of_points(&positions),
        face_index: (0..indices.len() as u32 / 3).collect(),
        attributes: shares(positions.len(), random),
        positions,
        indices,
        ..Mesh::default()
    })))
}

/// Walks from anywhere, some of one point or of none.
fn walks(count: usize, random: &mut Random) -> Layer {
    let (mut positions, mut starts) = (Vec::new(), vec![0]);
    for _ in 0..count {
        let (mut at, along) = (place(random), place(random) * 0.05);
        for _ in 0..random.below(60) {
            positions.push(at);
            at += along + place(random) * 0.02;
        }
        starts.push(positions.len() as u32);
    }
    layer(LayerData::Tracts(Arc::new(Tracts {
        file_index: (0..count as u32).collect(),
        bounds: Aabb::of_points(&positions),
        attributes: shares(positions.len(), random),
        positions,
        starts,
        ..Tracts::default()
    })))
}

fn camera(bounds: Aabb, orthographic: bool, random: &mut Random) -> Camera {
    let mut camera = Camera::default();
    camera.set_extent(Some(bounds));
    if orthographic {
        camera.projection = crate::Projection::Orthographic;
    }
    camera.orbit(random.unit(), random.unit() - 0.5);
    camera.fit(bounds, VIEWPORT.aspect());
    // From the whole of it to its inside.
    camera.zoom(
        [1.0, 0.05, 4.0, 60.0, 900.0][random.below(5) as usize],
        random.unit(),
        random.unit(),
        VIEWPORT.aspect(),
    );
    camera
}

fn clip(random: &mut Random) -> ClipRegion {
    match random.below(3) {
        0 => ClipRegion { least: place(random) - 0.5, most: place(random) + 0.5, ..ClipRegion::EVERYWHERE },
        1 => ClipRegion { plane: place(random).normalize().extend(random.unit() - 0.5), ..ClipRegion::EVERYWHERE },
        _ => ClipRegion::EVERYWHERE,
    }
}

/// A place in the picture: anywhere, or some px beside a point or a corner.
fn aim(layer: &Layer, camera: &Camera, random: &mut Random) -> (f32, f32) {
    let positions = match &layer.data {
        LayerData::Points(points) => &points.positions,
        LayerData::Mesh(mesh) => &mesh.positions,
        LayerData::Tracts(tracts) => &tracts.positions,
        _ => panic!("{} are not compared", layer.data.kind()),
    };
    let anywhere = (random.unit(), random.unit());
    let at = positions[random.below(positions.len() as u32) as usize];
    let clip = camera.clip_from_world(VIEWPORT.aspect()) * at.extend(1.0);
    let (x, y) = (clip.x / clip.w * 0.5 + 0.5, 0.5 - clip.y / clip.w * 0.5);
    let is_seen = clip.w > 0.0 && (0.0..1.0).contains(&x) && (0.0..1.0).contains(&y);
    if !is_seen || random.below(4) == 0 {
        return anywhere;
    }
    (x + (anywhere.0 - 0.5) * 24.0 / VIEWPORT.width as f32, y + (anywhere.1 - 0.5) * 24.0 / VIEWPORT.height as f32)
}

/// Looks at many places from many sides, and compares; says how often something was found.
fn compare(mut layer: Layer, random: &mut Random) -> usize {
    let share = layer.data.fields().len() - 1;
    let mut found = 0;
    for round in 0..60 {
        let style = &mut layer.style;
        (style.point_size, style.line_width) = (1.0 + random.unit() * 9.0, 1.0 + random.unit() * 6.0);
        style.in_data_units = round % 3 == 0;
        style.diameter = Some(f64::from(random.unit()) * 0.1);
        let least = f64::from(random.unit());
        style.filter =
            (round % 4 == 0).then_some(Filter { field: share, range: Some([least, least + 0.1]), categories: None });
        let camera = camera(layer.data.bounds().unwrap(), round % 2 == 0, random);
        let kept = clip(random);
        for _ in 0..12 {
            let (x, y) = aim(&layer, &camera, random);
            let view = View::new(camera.clip_from_world(VIEWPORT.aspect()), kept, (x, y), VIEWPORT);
            let ray = camera.ray(x, y, VIEWPORT.aspect());
            let fast = in_layer(&layer, &view, ray).map(|(_, found)| found);
            let slow = linear(&layer, &view, ray);
            assert_eq!(fast, slow, "seed {SEED}, round {round}, at {x}, {y}, {:?}, {kept:?}", layer.style.filter);
            found += usize::from(slow.is_some());
        }
    }
    found
}

#[test]
fn the_point_that_is_picked_is_the_one_that_looking_at_all_finds() {
    let mut random = Random::new(SEED);
    for (count, is_full) in [(1, true), (700, true), (9000, true), (9000, false)] {
        let layer = cloud(count, is_full, &mut random);
        let found = compare(layer, &mut random);
        assert!(count < 700 || found > 60, "only {found} of {count} points were ever seen");
    }
}

#[test]
fn the_face_that_is_picked_is_the_one_that_looking_at_all_finds() {
    let mut random = Random::new(SEED);
    for (across, is_shuffled) in [(2, false), (60, false), (60, true), (110, true)] {
        let layer = waves(across, is_shuffled, &mut random);
        let found = compare(layer, &mut random);
        assert!(across < 60 || found > 60, "only {found} faces of {across}² were ever seen");
    }
}

#[test]
fn the_line_that_is_picked_is_the_one_that_looking_at_all_finds() {
    let mut random = Random::new(SEED);
    for count in [1, 40, 300] {
        let layer = walks(count, &mut random);
        let found = compare(layer, &mut random);
        assert!(count < 40 || found > 60, "only {found} of {count} lines were ever seen");
    }
}

#[test]
fn nothing_is_found_in_layers_of_nothing() {
    let empty = [
        LayerData::Points(Arc::default()),
        LayerData::Mesh(Arc::default()),
        LayerData::Tracts(Arc::new(Tracts { starts: vec![0, 0, 0], ..Tracts::default() })),
    ];
    let camera = Camera::default();
    let view = View::new(camera.clip_from_world(1.0), ClipRegion::EVERYWHERE, (0.5, 0.5), VIEWPORT);
    for data in empty {
        assert_eq!(in_layer(&layer(data), &view, camera.ray(0.5, 0.5, 1.0)), None);
    }
}
