//! The host without a window: draws, shares at once, and tells what happens until it is interrupted.

use crate::engine::cannot_write;
use crate::events::Reporter;
use crate::host::{Host, HostEvent, ShareState, Start};
use heliograph_render::{Gpu, Options, Renderer};
use heliograph_scene::load::{Progress, Source, load};
use heliograph_scene::{Scene, Viewport};
use std::path::Path;
use std::sync::{Arc, mpsc};

/// Runs until the share ends by itself or the process is interrupted.
///
/// # Errors
/// When there is nothing to draw with, or sharing is impossible.
pub fn run(start: Start, size: Viewport, reporter: Reporter) -> anyhow::Result<()> {
    let gpu = Gpu::headless()?;
    let (sender, events) = mpsc::channel();
    let post = Arc::new(move |event: HostEvent| {
        // The receiver lives as long as the host.
        let _ = sender.send(event);
    });
    let mut host = Host::new(gpu, size, (start.settings, start.rules, start.limits), reporter, post)?;
    host.start_sharing();
    // A script reads the links first: files follow once they are known.
    let mut sources = Some(start.sources);
    let mut has_shared = false;
    for event in &events {
        host.handle(event);
        if matches!(host.share_state, ShareState::Live(_))
            && let Some(sources) = sources.take()
        {
            host.open(sources);
        }
        // A script that ended the share may want another one.
        let goes_on = host.is_sharing() || (reporter.json && has_shared);
        has_shared |= matches!(host.share_state, ShareState::Live(_));
        if host.is_broken || !goes_on {
            break;
        }
    }
    anyhow::bail!("Sharing has ended.")
}

/// Draws one picture of the files and saves it.
///
/// # Errors
/// When there is nothing to draw with, a file cannot be opened, or the picture cannot be written.
pub fn screenshot(sources: &[Source], size: Viewport, path: &Path) -> anyhow::Result<()> {
    let (sender, moved) = mpsc::channel();
    let mut scene = Scene::new(Arc::new(move || {
        let _ = sender.send(());
    }));
    scene.resize(size);
    for source in sources {
        for layer in load(source, &Progress::default())? {
            scene.add(layer);
        }
    }
    // A network is pictured once its layout has come to rest.
    while scene.is_live() && moved.recv().is_ok() {
        scene.refresh();
    }
    let mut renderer: Renderer<()> = Renderer::new(Gpu::headless()?, Options { viewport: size, force_u32: false })?;
    let image = renderer.capture(&scene)?;
    image.save_png(path).map_err(|error| anyhow::anyhow!(cannot_write(path, &error)))
}
