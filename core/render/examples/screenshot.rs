//! Draws files into a PNG: `cargo run -p heliograph-render --example screenshot -- OUT.png 1280x720 FILES…`

use heliograph_render::{Gpu, Options, Renderer};
use heliograph_scene::load::{Progress, Source, load};
use heliograph_scene::{Scene, Viewport};
use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A layout that has not settled by now is drawn as it is.
const LONGEST_LAYOUT: Duration = Duration::from_secs(20);

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [out, size, files @ ..] = &arguments[..] else {
        return Err("usage: screenshot OUT.png WIDTHxHEIGHT FILES…".into());
    };
    let (width, height) = size.split_once('x').ok_or("the size is like 1280x720")?;
    let viewport = Viewport { width: width.parse()?, height: height.parse()? };
    let (sender, moved) = std::sync::mpsc::channel();
    // Nobody listens any more once the layouts rest.
    let mut scene = Scene::new(Arc::new(move || {
        let _ = sender.send(());
    }));
    scene.resize(viewport);
    for file in files {
        for layer in load(&Source::Path(file.into()), &Progress::new())? {
            scene.add(layer);
        }
    }
    settle(&mut scene, &moved);
    let mut renderer: Renderer<()> = Renderer::new(Gpu::headless()?, Options { viewport, force_u32: false })?;
    renderer.capture(&scene)?.save_png(Path::new(out))?;
    Ok(())
}

/// Waits until the layouts of networks rest.
fn settle(scene: &mut Scene, moved: &std::sync::mpsc::Receiver<()>) {
    let started = Instant::now();
    let has_network = scene.layers().iter().any(|layer| layer.data.kind() == "network");
    while has_network && started.elapsed() < LONGEST_LAYOUT && moved.recv_timeout(Duration::from_secs(1)).is_ok() {
        scene.refresh();
    }
}
