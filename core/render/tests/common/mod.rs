//! Scenes out of nothing, and what tests share.

#![allow(dead_code)] // Each test uses a part of this.

use glam::{DVec3, Mat4, Vec3};
use heliograph_render::{Gpu, Image, Options, Renderer};
use heliograph_scene::load::LoadedLayer;
use heliograph_scene::{
    Attribute, Category, Colormap, Filter, LayerData, Mesh, Network, Points, Scene, Tracts, Values, Viewport, Volume,
    VolumeMode, normals_of,
};
use heliograph_wire::{Command, Value};
use std::f32::consts::TAU;
use std::sync::{Arc, OnceLock};

/// Small, so that goldens are quick to draw and to look at.
pub(crate) const VIEWPORT: Viewport = Viewport { width: 320, height: 180 };

/// One device for all tests of a process.
pub(crate) fn gpu() -> Gpu {
    static GPU: OnceLock<Gpu> = OnceLock::new();
    GPU.get_or_init(|| Gpu::headless().unwrap()).clone()
}

pub(crate) fn renderer(viewport: Viewport, force_u32: bool) -> Renderer<u64> {
    Renderer::new(gpu(), Options { viewport, force_u32 }).unwrap()
}

/// The picture as it is, whole or not.
pub(crate) fn picture(renderer: &mut Renderer<u64>) -> Image {
    assert!(renderer.start_readback(0));
    gpu().device.poll(wgpu::PollType::wait_indefinitely()).unwrap();
    let mut image = None;
    let width = VIEWPORT.width as usize * 4;
    renderer.finish_readbacks(|_, bytes, stride_bytes| {
        let rgba = bytes.chunks(stride_bytes).flat_map(|row| &row[..width]).copied().collect();
        image = Some(Image { width: VIEWPORT.width, height: VIEWPORT.height, rgba });
    });
    image.unwrap()
}

pub(crate) fn scene(layers: impl IntoIterator<Item = LoadedLayer>) -> Scene {
    let mut scene = Scene::new(Arc::new(|| {}));
    scene.resize(VIEWPORT);
    for layer in layers {
        scene.add(layer);
    }
    scene
}

pub(crate) fn set(scene: &mut Scene, property: &str, value: Value) {
    let command = Command::Set { layer: None, property: property.into(), value };
    scene.apply(&command, VIEWPORT).unwrap();
}

pub(crate) fn orthographic(mut scene: Scene) -> Scene {
    set(&mut scene, "projection", Value::Choice("orthographic".into()));
    scene
}

/// A ball in a box of voxels that stands askew, with a bite taken out of it; its numbers fall from its middle outwards.
pub(crate) fn ball() -> LoadedLayer {
    let size = [40u32, 32, 24];
    let mut values = Vec::new();
    for index in 0..size.iter().product::<u32>() {
        let voxel = [index % size[0], index / size[0] % size[1], index / size[0] / size[1]];
        let place =
            Vec3::from_array(std::array::from_fn(|axis| 2.0 * voxel[axis] as f32 / (size[axis] - 1) as f32 - 1.0));
        let bitten = place.distance(Vec3::new(0.6, -0.6, 0.6)) < 0.5;
        values.push(if bitten { 0 } else { ((1.0 - place.length()).max(0.0) * 1000.0) as i16 });
    }
    let turned = Mat4::from_rotation_z(0.4)
        * Mat4::from_scale(Vec3::splat(1.0 / 24.0))
        * Mat4::from_translation(Vec3::new(-16.0, -14.0, -14.0));
    let volume = Volume::new(size, 1, Attribute::new("value", Values::I16(values)), turned.as_dmat4()).unwrap();
    let mut layer = LoadedLayer::new("ball".into(), LayerData::Volume(Arc::new(volume)), None);
    layer.style.colormap = Colormap::Viridis;
    layer.style.volume.density = 0.8;
    layer.style.volume.level = Some(350.0);
    layer
}

/// The same ball in shells, each with a label, of which the second is hidden.
pub(crate) fn shells(mode: VolumeMode) -> LoadedLayer {
    let LayerData::Volume(ball) = ball().data else { panic!("the ball is a volume") };
    let mut labels = Vec::new();
    ball.values.values.each(0..ball.voxels(), |value| labels.push([0, 2035, 17, -3][(value as usize / 250).min(3)]));
    let volume = Volume { values: Attribute::new("value", Values::I16(labels)), ..Volume::clone(&ball) };
    let mut layer = LoadedLayer::new("ball_dseg".into(), LayerData::Volume(Arc::new(volume)), None);
    layer.style.volume.mode = mode;
    layer.style.volume.density = 0.1;
    // In the order 0, −3, 17, 2035.
    let categories = Some(vec![true, true, false, true]);
    layer.style.filter = Some(Filter { field: 0, range: None, categories });
    layer
}

/// A hilly landscape of coloured points.
pub(crate) fn hills(side: u32) -> LoadedLayer {
    let (positions, colors) = (0..side * side)
        .map(|index| {
            let (x, y) = ((index % side) as f32 / side as f32, (index / side) as f32 / side as f32);
            let z = 0.08 * (x * 17.0).sin() * (y * 13.0).cos() + 0.10 * (x * 5.0 + y * 3.0).sin();
            let green = 90.0 + 500.0 * z;
            (Vec3::new(x - 0.5, y - 0.5, z), [(110.0 + 400.0 * z) as u8, green.clamp(60.0, 220.0) as u8, 90, 255])
        })
        .unzip();
    let points = Points::new(DVec3::ZERO, positions, Some(colors), Vec::new(), 7);
    let mut layer = LoadedLayer::new("hills".into(), LayerData::Points(Arc::new(points)), None);
    layer.style.point_size = 2.0;
    layer
}

/// A ring.
pub(crate) fn torus(color: [u8; 3]) -> LoadedLayer {
    let (around, across) = (64u32, 24u32);
    let place = |index: u32| {
        let (u, v) = ((index / across) as f32 / around as f32 * TAU, (index % across) as f32 / across as f32 * TAU);
        let reach = 0.35 + 0.13 * v.cos();
        Vec3::new(reach * u.cos(), reach * u.sin(), 0.13 * v.sin())
    };
    let positions: Vec<Vec3> = (0..around * across).map(place).collect();
    let corner = |u: u32, v: u32| (u % around) * across + v % across;
    let indices: Vec<u32> = (0..around)
        .flat_map(|u| (0..across).map(move |v| (u, v)))
        .flat_map(|(u, v)| {
            let [a, b, c, d] = [corner(u, v), corner(u + 1, v), corner(u + 1, v + 1), corner(u, v + 1)];
            [a, b, c, a, c, d]
        })
        .collect();
    mesh("torus", positions, indices, color)
}

pub(crate) fn mesh(name: &str, positions: Vec<Vec3>, indices: Vec<u32>, color: [u8; 3]) -> LoadedLayer {
    let mesh = Mesh {
        normals: normals_of(&positions, &indices),
        bounds: heliograph_scene::Aabb::of_points(&positions),
        face_index: (0..indices.len() as u32 / 3).collect(),
        positions,
        indices,
        ..Mesh::default()
    };
    let mut layer = LoadedLayer::new(name.into(), LayerData::Mesh(Arc::new(mesh)), None);
    layer.style.color = color;
    layer
}

/// A wall across y, facing −y.
pub(crate) fn wall(y: f32, half_width: f32, color: [u8; 3]) -> LoadedLayer {
    let corner = |x: f32, z: f32| Vec3::new(x * half_width, y, z * half_width);
    let positions = vec![corner(-1.0, -1.0), corner(1.0, -1.0), corner(1.0, 1.0), corner(-1.0, 1.0)];
    mesh("wall", positions, vec![0, 1, 2, 0, 2, 3], color)
}

/// A wall of points across y.
pub(crate) fn point_wall(y: f32, half_width: f32, color: [u8; 3]) -> LoadedLayer {
    let side = 300u32;
    let at = |step: u32| (step as f32 / (side - 1) as f32 * 2.0 - 1.0) * half_width;
    let positions: Vec<Vec3> = (0..side * side).map(|index| Vec3::new(at(index % side), y, at(index / side))).collect();
    let [red, green, blue] = color;
    let colors = Some(vec![[red, green, blue, 255]; positions.len()]);
    let points = Points::new(DVec3::ZERO, positions, colors, Vec::new(), 3);
    LoadedLayer::new("points".into(), LayerData::Points(Arc::new(points)), None)
}

/// A bundle of twisted fibres.
pub(crate) fn fibres() -> LoadedLayer {
    let (count, steps) = (40u32, 48u32);
    let place = |index: u32| {
        let (fibre, step) = (index / steps, index % steps);
        let along = step as f32 / (steps - 1) as f32;
        let turn = fibre as f32 * 2.4 + along * 5.0;
        let reach = 0.06 + 0.20 * (fibre as f32 / count as f32) * (1.0 + (along * TAU).cos() * 0.5);
        Vec3::new(along - 0.5, reach * turn.cos(), reach * turn.sin() + 0.2 * (along * 3.0).sin())
    };
    let positions: Vec<Vec3> = (0..count * steps).map(place).collect();
    let tracts = Tracts {
        bounds: heliograph_scene::Aabb::of_points(&positions),
        starts: (0..=count).map(|fibre| fibre * steps).collect(),
        file_index: (0..count).collect(),
        positions,
        ..Tracts::default()
    };
    let mut layer = LoadedLayer::new("fibres".into(), LayerData::Tracts(Arc::new(tracts)), None);
    layer.style.line_width = 4.0;
    layer
}

/// A spiral of nodes with links to the next ones.
pub(crate) fn spiral() -> LoadedLayer {
    let count = 60u32;
    let palette = [[86, 180, 233], [230, 159, 0], [0, 158, 115], [204, 121, 167]];
    let positions: Vec<Vec3> = (0..count)
        .map(|index| {
            let turn = index as f32 * 0.55;
            Vec3::new(turn.cos() * 0.4, turn.sin() * 0.4, index as f32 / count as f32 - 0.5)
        })
        .collect();
    let categories = palette.map(|color| Category { label: String::new(), color });
    let groups = Values::U8((0..count).map(|index| (index / 5 % 4) as u8).collect());
    let groups = Attribute::of_categories("group", groups, Arc::new(categories));
    let edges: Vec<[u32; 2]> =
        (0..count).flat_map(|index| [1, 11].map(|step| [index, (index + step) % count])).collect();
    let lengths = Values::F32((0..edges.len()).map(|link| (link / 2 % 20) as f32).collect());
    let kinds = [[240, 90, 60], [60, 200, 240]].map(|color| Category { label: String::new(), color });
    let kind = Values::U8((0..edges.len()).map(|link| (link % 2) as u8).collect());
    let link_attributes =
        vec![Attribute::new("strength", lengths), Attribute::of_categories("kind", kind, Arc::new(kinds))];
    let network = Network {
        bounds: heliograph_scene::Aabb::of_points(&positions),
        sizes: Arc::new((0..count).map(|index| if index % 7 == 0 { 1.6 } else { 0.9 }).collect()),
        labels: Arc::new((0..count).map(|index| format!("node {index}")).collect()),
        degrees: Arc::new(vec![4; count as usize]),
        edges: Arc::new(edges),
        attributes: Arc::new(vec![groups]),
        link_attributes: Arc::new(link_attributes),
        positions,
        ..Network::default()
    };
    LoadedLayer::new("spiral".into(), LayerData::Network(Arc::new(network)), None)
}

/// The mean difference of a byte, and the share of pixels with a byte that differs by more than `step`.
pub(crate) fn difference(a: &Image, b: &Image, step: u8) -> (f64, f64) {
    assert_eq!((a.width, a.height), (b.width, b.height));
    let sum: u64 = a.rgba.iter().zip(&b.rgba).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    let pairs = a.rgba.chunks_exact(4).zip(b.rgba.chunks_exact(4));
    let off = pairs.filter(|(a, b)| a.iter().zip(*b).any(|(a, b)| a.abs_diff(*b) > step)).count();
    (sum as f64 / a.rgba.len() as f64, off as f64 / (a.rgba.len() / 4) as f64)
}

/// The colour (without alpha) at a fraction of the picture.
pub(crate) fn pixel(image: &Image, x: f32, y: f32) -> [u8; 3] {
    let column = (x * image.width as f32) as usize;
    let row = (y * image.height as f32) as usize;
    let at = (row * image.width as usize + column) * 4;
    [image.rgba[at], image.rgba[at + 1], image.rgba[at + 2]]
}
