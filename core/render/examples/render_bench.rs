//! Figures of the renderer, one JSON object a line: `cargo run --release -p heliograph-render --example render_bench [KIND…]`
//!
//! At 720p: frames a second while the camera orbits, and how long a picture takes to be whole once the camera rests. Of `clouds`
//! of 110,000, 1 M and 10 M points, of a `huge` one of 100 M, of a `mesh` of 1 M triangles, of a `network` of 100,000 nodes and
//! 1 M links whose layout runs. `pick`s are measured in each. `busy` says how many threads other processes kept running before
//! the measurement (the load average): figures of a busy machine are to be taken as ratios.

use glam::{DVec3, Vec3};
use heliograph_render::{Gpu, Options, Renderer};
use heliograph_scene::load::LoadedLayer;
use heliograph_scene::{LayerData, Network, Scene, Viewport, synthetic};
use heliograph_wire::Command;
use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

const VIEWPORT: Viewport = Viewport { width: 1280, height: 720 };
/// Until the renderer knows how fast the adapter is.
const WARM_UP: Duration = Duration::from_secs(2);
const MEASURED: Duration = Duration::from_secs(4);
/// Rests, and picks, that are measured; the median counts.
const RESTS: usize = 5;
const KINDS: [&str; 4] = ["clouds", "mesh", "network", "huge"];

/// What is asked of a scene by the project's own bars.
#[derive(Default)]
struct Bars {
    frames: Option<f64>,
    whole_ms: Option<f64>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let gpu = Gpu::headless()?;
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let is_wanted = |kind: &&str| wanted.is_empty() || wanted.iter().any(|one| one == kind);
    for kind in KINDS.into_iter().filter(is_wanted) {
        match kind {
            "clouds" => clouds(&gpu)?,
            "mesh" => measure(&gpu, false, "1 M triangles", mesh(), Bars { frames: Some(8.0), ..Bars::default() })?,
            "network" => {
                let bars = Bars { frames: Some(10.0), ..Bars::default() };
                measure(&gpu, false, "100,000 nodes and 1 M links, laid out", network(), bars)?;
            }
            _ => {
                let bars = Bars { frames: Some(10.0), ..Bars::default() };
                measure(&gpu, false, "100 M points, as the adapter can", synthetic::points(100_000_000, 1), bars)?;
            }
        }
        println!("the most memory so far: {} MB", peak_mb());
    }
    Ok(())
}

fn clouds(gpu: &Gpu) -> Result<(), Box<dyn Error>> {
    for (points, frames, whole_ms) in
        [(110_000, None, None), (1_000_000, Some(20.0), None), (10_000_000, Some(10.0), Some(1000.0))]
    {
        let of = |way: &str| format!("{points} points, {way}");
        let bars = Bars { frames, whole_ms };
        measure(gpu, false, &of("as the adapter can"), synthetic::points(points, 1), bars)?;
        measure(gpu, true, &of("in two passes"), synthetic::points(points, 1), Bars::default())?;
    }
    Ok(())
}

/// A ring of a million triangles.
fn mesh() -> LoadedLayer {
    LoadedLayer::new("ring".into(), LayerData::Mesh(Arc::new(synthetic::ring_mesh(1000, 500))), None)
}

/// Nodes of which each knows its ten neighbours on a ring or, one link in ten, one far away: a small world.
fn network() -> LoadedLayer {
    let count = 100_000u32;
    let mut state = 1u32;
    let mut edges = Vec::new();
    for node in 0..count {
        for step in 1..=10 {
            // A linear congruential generator is random enough for far links.
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let other = if step == 10 { state % count } else { (node + step) % count };
            edges.push([node, other]);
        }
    }
    let network = Network {
        origin: DVec3::ZERO,
        positions: vec![Vec3::ZERO; count as usize],
        sizes: Arc::new(vec![1.0; count as usize]),
        labels: Arc::new((0..count).map(|node| node.to_string()).collect()),
        degrees: Arc::new(vec![20; count as usize]),
        edges: Arc::new(edges),
        ..Network::default()
    };
    LoadedLayer::new("small world".into(), LayerData::Network(Arc::new(network)), None)
}

fn measure(gpu: &Gpu, force_u32: bool, what: &str, layer: LoadedLayer, bars: Bars) -> Result<(), Box<dyn Error>> {
    let mut renderer: Renderer<()> = Renderer::new(gpu.clone(), Options { viewport: VIEWPORT, force_u32 })?;
    let mut scene = Scene::new(Arc::new(|| {}));
    scene.resize(VIEWPORT);
    scene.add(layer);
    let busy = load_average();
    let adapter = renderer.gpu().description().replace(['"', '\\'], "'");
    let figure = |name: &str, value: f64, unit: &str, bar: Option<f64>, more: &str| {
        let bar = bar.map_or(String::new(), |bar| format!(",\"bar\":{bar}"));
        println!(
            "{{\"name\":\"render, 720p, {what}: {name}\",\"value\":{value:.1},\"unit\":\"{unit}\"{bar}{more},\
             \"adapter\":\"{adapter}\",\"busy\":{busy}}}"
        );
    };
    let higher = ",\"better\":\"higher\"";
    let upload_ms = if scene.is_live() { 0.0 } else { until_whole(&mut renderer, &scene)? };
    orbit(&mut renderer, &mut scene, WARM_UP)?;
    let turned = orbit(&mut renderer, &mut scene, MEASURED)?;
    figure("while turning", f64::from(turned.frames) / turned.took.as_secs_f64(), "frames/s", bars.frames, higher);
    if scene.is_live() {
        let steps = f64::from(turned.steps) / turned.took.as_secs_f64();
        figure("steps of the layout", steps, "steps/s", None, higher);
        // What follows would wait for its end.
        return Ok(());
    }
    let mut rests_ms = Vec::new();
    for _ in 0..RESTS {
        orbit(&mut renderer, &mut scene, Duration::from_millis(200))?;
        rests_ms.push(until_whole(&mut renderer, &scene)?);
    }
    if turned.points > 0 {
        let in_a_frame = turned.points / u64::from(turned.frames.max(1));
        figure("points in such a frame", in_a_frame as f64, "points", None, higher);
    }
    figure("whole after rest", median(&mut rests_ms), "ms", bars.whole_ms, "");
    figure("whole at first", upload_ms, "ms", None, "");
    let mut picks_ms = Vec::new();
    for at in 0..RESTS {
        let started = Instant::now();
        scene.apply(&Command::Pick { x: 0.3 + 0.1 * at as f32, y: 0.5 }, VIEWPORT)?;
        picks_ms.push(started.elapsed().as_secs_f64() * 1000.0);
    }
    figure("pick", median(&mut picks_ms), "ms", Some(16.7), "");
    Ok(())
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// What turning the camera came to.
struct Turned {
    frames: u32,
    points: u64,
    /// How often a layout moved meanwhile.
    steps: u32,
    took: Duration,
}

/// Turns the camera for a while.
fn orbit(renderer: &mut Renderer<()>, scene: &mut Scene, duration: Duration) -> Result<Turned, Box<dyn Error>> {
    let started = Instant::now();
    let (mut frames, mut points, mut steps) = (0, 0, 0);
    while started.elapsed() < duration {
        scene.apply(&Command::Orbit { dx: 0.01, dy: 0.0 }, VIEWPORT)?;
        steps += u32::from(scene.refresh());
        points += renderer.draw(scene, true).points;
        frames += 1;
    }
    finish(renderer)?;
    Ok(Turned { frames, points, steps, took: started.elapsed() })
}

/// Draws until the picture is whole; gives the milliseconds that took.
fn until_whole(renderer: &mut Renderer<()>, scene: &Scene) -> Result<f64, Box<dyn Error>> {
    let started = Instant::now();
    while !renderer.draw(scene, false).whole {}
    finish(renderer)?;
    Ok(started.elapsed().as_secs_f64() * 1000.0)
}

fn finish(renderer: &Renderer<()>) -> Result<(), Box<dyn Error>> {
    renderer.gpu().device.poll(wgpu::PollType::wait_indefinitely())?;
    Ok(())
}

fn load_average() -> f64 {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().and_then(|first| first.parse().ok()).unwrap_or(-1.0)
}

/// The most memory that this process has held, in MB; 0 where the system does not say.
fn peak_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<u64>().ok()).unwrap_or_default() / 1000
}
