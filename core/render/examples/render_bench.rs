//! Figures of the renderer, one JSON object a line: `cargo run --release -p heliograph-render --example render_bench`
//!
//! For clouds of 110,000, 1 M and 10 M points at 720p: frames a second while the camera orbits, how many points such a frame
//! holds, and how long a picture takes to be whole once the camera rests. `busy` says how many threads other processes
//! kept running before the measurement (the load average): figures of a busy machine are to be taken as ratios.

use heliograph_render::{Gpu, Options, Renderer};
use heliograph_scene::{Scene, Viewport, synthetic};
use heliograph_wire::Command;
use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

const VIEWPORT: Viewport = Viewport { width: 1280, height: 720 };
/// Until the renderer knows how fast the adapter is.
const WARM_UP: Duration = Duration::from_secs(2);
const MEASURED: Duration = Duration::from_secs(4);
/// Rests that are measured; the median counts.
const RESTS: usize = 5;

fn main() -> Result<(), Box<dyn Error>> {
    let gpu = Gpu::headless()?;
    for points in [110_000, 1_000_000, 10_000_000] {
        for force_u32 in [false, true] {
            let options = Options { viewport: VIEWPORT, force_u32 };
            measure(Renderer::new(gpu.clone(), options)?, points, force_u32)?;
        }
    }
    Ok(())
}

fn measure(mut renderer: Renderer<()>, points: u32, force_u32: bool) -> Result<(), Box<dyn Error>> {
    let mut scene = Scene::new(Arc::new(|| {}));
    scene.resize(VIEWPORT);
    scene.add(synthetic::points(points, 1));
    let busy = load_average();
    let upload_ms = until_whole(&mut renderer, &scene)?;
    orbit(&mut renderer, &mut scene, WARM_UP)?;
    let (frames, drawn, took) = orbit(&mut renderer, &mut scene, MEASURED)?;
    let mut rests_ms = Vec::new();
    for _ in 0..RESTS {
        orbit(&mut renderer, &mut scene, Duration::from_millis(200))?;
        rests_ms.push(until_whole(&mut renderer, &scene)?);
    }
    rests_ms.sort_by(f64::total_cmp);
    let way = if force_u32 { "in two passes" } else { "as the adapter can" };
    let adapter = renderer.gpu().description().replace(['"', '\\'], "'");
    let figure = |what: &str, value: f64, unit: &str, more: &str| {
        println!(
            "{{\"name\":\"render, 720p, {points} points, {way}: {what}\",\"value\":{value:.1},\"unit\":\"{unit}\"{more},\
             \"adapter\":\"{adapter}\",\"busy\":{busy}}}"
        );
    };
    let is_barred = points == 10_000_000 && !force_u32;
    let [bar_moving, bar_whole] =
        if is_barred { [",\"bar\":10,\"better\":\"higher\"", ",\"bar\":1000"] } else { [",\"better\":\"higher\"", ""] };
    figure("while turning", f64::from(frames) / took.as_secs_f64(), "frames/s", bar_moving);
    figure("points in such a frame", (drawn / u64::from(frames.max(1))) as f64, "points", ",\"better\":\"higher\"");
    figure("whole after rest", rests_ms[RESTS / 2], "ms", bar_whole);
    figure("whole at first", upload_ms, "ms", "");
    Ok(())
}

/// Turns the camera for a while; gives the frames, the points in them and the time.
fn orbit(
    renderer: &mut Renderer<()>,
    scene: &mut Scene,
    duration: Duration,
) -> Result<(u32, u64, Duration), Box<dyn Error>> {
    let (started, mut frames, mut points) = (Instant::now(), 0, 0);
    while started.elapsed() < duration {
        scene.apply(&Command::Orbit { dx: 0.01, dy: 0.0 }, VIEWPORT)?;
        points += renderer.draw(scene, true).points;
        frames += 1;
    }
    finish(renderer)?;
    Ok((frames, points, started.elapsed()))
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
