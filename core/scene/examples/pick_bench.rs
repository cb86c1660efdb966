//! How long it takes to find what lies under the pointer, one JSON object each:
//! `cargo run --release -p heliograph-scene --example pick_bench -- [FILES… MILLIONS…]`
//!
//! Of files, or of so many millions of points. Without any: synthetic clouds, a mesh in rows and shuffled, a tractogram, and a network. The median and the longest of picks at places
//! all over the picture, from several sides, near and far.

use glam::{Vec3, vec3};
use heliograph_scene::load::{LoadedLayer, Progress, Source, load};
use heliograph_scene::{Aabb, LayerData, Network, Points, Scene, Tracts, Viewport, synthetic};
use heliograph_wire::{Command, Side};
use std::error::Error;
use std::sync::Arc;
use std::time::Instant;

const VIEWPORT: Viewport = Viewport { width: 1280, height: 720 };
/// Places along each side of the picture.
const PLACES: u32 = 8;

fn main() -> Result<(), Box<dyn Error>> {
    let asked: Vec<String> = std::env::args().skip(1).collect();
    for name in &asked {
        if let Ok(millions) = name.parse::<u32>() {
            measure(&format!("{millions} M points on a tube"), synthetic::points(millions * 1_000_000, 1))?;
            continue;
        }
        for layer in load(&Source::Path(name.into()), &Progress::new())? {
            measure(name.rsplit('/').next().unwrap_or_default(), layer)?;
        }
    }
    if asked.is_empty() {
        for millions in [1, 10, 100] {
            measure(&format!("{millions} M points on a tube"), synthetic::points(millions * 1_000_000, 1))?;
        }
        measure("10 M points in a box", full(10_000_000))?;
        measure("1 M triangles in rows", mesh(708, false))?;
        measure("1 M triangles in any order", mesh(708, true))?;
        measure("50,000 streamlines of 100 points", tracts(50_000))?;
        measure("1 M links of 100,000 nodes", network(100_000, 1_000_000))?;
    }
    Ok(())
}

fn measure(name: &str, layer: LoadedLayer) -> Result<(), Box<dyn Error>> {
    let mut scene = Scene::new(Arc::new(|| ()));
    scene.add(layer);
    let (mut times_ms, mut found) = (Vec::new(), 0);
    for from in [Side::Front, Side::Top, Side::Right] {
        for factor in [1.0, 3.0, 10.0] {
            scene.apply(&Command::Look { from }, VIEWPORT)?;
            scene.apply(&Command::Orbit { dx: 0.1, dy: 0.07 }, VIEWPORT)?;
            scene.apply(&Command::Zoom { factor, x: 0.4, y: 0.4 }, VIEWPORT)?;
            for place in 0..PLACES * PLACES {
                let at = |step: u32| (step as f32 + 0.5) / PLACES as f32;
                let (x, y) = (at(place % PLACES), at(place / PLACES));
                let started = Instant::now();
                scene.apply(&Command::Pick { x, y }, VIEWPORT)?;
                times_ms.push(started.elapsed().as_secs_f64() * 1000.0);
                found += u32::from(scene.picked().is_some());
            }
        }
    }
    times_ms.sort_by(f64::total_cmp);
    let (median, most) = (times_ms[times_ms.len() / 2], times_ms[times_ms.len() - 1]);
    println!(
        "{{\"name\":\"pick {name}\",\"value\":{median:.3},\"unit\":\"ms\",\"most\":{most:.3},\"found\":{found},\"of\":{}}}",
        times_ms.len()
    );
    Ok(())
}

/// Numbers from 0 to below 1 (a linear congruential generator is random enough).
fn numbers() -> impl FnMut() -> f32 {
    let mut state = 1u64;
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1u32 << 24) as f32
    }
}

fn full(count: usize) -> LoadedLayer {
    let mut number = numbers();
    let positions = (0..count).map(|_| vec3(number(), number(), number())).collect();
    let points = Points::new(Default::default(), positions, None, Vec::new(), 1);
    LoadedLayer::new("box".into(), LayerData::Points(Arc::new(points)), None)
}

/// A ring of twice the square of so many triangles.
fn mesh(across: u32, is_shuffled: bool) -> LoadedLayer {
    let mut mesh = synthetic::ring_mesh(across, across);
    if is_shuffled {
        let mut number = numbers();
        let (triangles, _) = mesh.indices.as_chunks_mut::<3>();
        for last in (1..triangles.len()).rev() {
            triangles.swap(last, (number() * last as f32) as usize);
        }
    }
    LoadedLayer::new("ring".into(), LayerData::Mesh(Arc::new(mesh)), None)
}

/// Bent lines all over a box of the size of a brain, in mm.
fn tracts(count: u32) -> LoadedLayer {
    let mut number = numbers();
    let (mut positions, mut starts) = (Vec::new(), vec![0]);
    for _ in 0..count {
        let mut place = || vec3(number(), number(), number()) * 2.0 - 1.0;
        let (mut at, mut along, bend) = (place() * 70.0, place().normalize_or(Vec3::X), place() * 0.05);
        for _ in 0..100 {
            positions.push(at);
            along = (along + bend).normalize_or(Vec3::X);
            at += along;
        }
        starts.push(positions.len() as u32);
    }
    let bounds = Aabb::of_points(&positions);
    let tracts = Tracts { file_index: (0..count).collect(), positions, starts, bounds, ..Tracts::default() };
    LoadedLayer::new("ball".into(), LayerData::Tracts(Arc::new(tracts)), None)
}

/// Nodes all over a box, linked to any others.
fn network(nodes: u32, links: u32) -> LoadedLayer {
    let mut number = numbers();
    let positions: Vec<Vec3> = (0..nodes).map(|_| vec3(number(), number(), number())).collect();
    let mut node = || (number() * nodes as f32) as u32 % nodes;
    let network = Network {
        bounds: Aabb::of_points(&positions),
        positions,
        // Nothing moves while it is measured.
        is_placed: true,
        sizes: Arc::new(vec![1.0; nodes as usize]),
        labels: Arc::new(vec![String::new(); nodes as usize]),
        degrees: Arc::new(vec![1; nodes as usize]),
        edges: Arc::new((0..links).map(|_| [node(), node()]).collect()),
        ..Network::default()
    };
    LoadedLayer::new("web".into(), LayerData::Network(Arc::new(network)), None)
}
