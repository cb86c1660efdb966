//! Pictures larger than the one that is shown, drawn by a renderer of their own beside the render thread.

use super::FromEngine;
use crate::ui::letter;
use heliograph_render::{Gpu, Options, RenderError, Renderer};
use heliograph_scene::{Scene, Viewport};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Parts are no larger than this, so that the window's own pictures come between them.
const PART: Viewport = Viewport { width: 1536, height: 1024 };

/// How large, whether with lettering, and where to.
pub(super) type Wanted = (Viewport, bool, PathBuf);

/// A picture on its way; it is given up when this is dropped.
pub(super) struct Export {
    is_over: Arc<AtomicBool>,
}

impl Export {
    /// Starts to draw `scene` so large and to write it to `path`; tells how far it is, then that it is there or why not.
    pub(super) fn start(
        gpu: Gpu,
        scene: Scene,
        wanted: Wanted,
        tell: Arc<dyn Fn(FromEngine) + Send + Sync>,
    ) -> std::io::Result<Export> {
        let is_over = Arc::new(AtomicBool::new(false));
        let is_given_up = Arc::clone(&is_over);
        let work = move || {
            tell(FromEngine::Exporting(Some(0.0)));
            if let Err(sentence) = draw(gpu, &scene, wanted, &is_given_up, &tell) {
                tell(FromEngine::Problem(sentence));
            }
            tell(FromEngine::Exporting(None));
        };
        std::thread::Builder::new().name("export".into()).spawn(work)?;
        Ok(Export { is_over })
    }
}

impl Drop for Export {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
    }
}

fn draw(
    gpu: Gpu,
    scene: &Scene,
    (size, is_lettered, path): Wanted,
    is_given_up: &AtomicBool,
    tell: &Arc<dyn Fn(FromEngine) + Send + Sync>,
) -> Result<(), String> {
    let part = Viewport { width: size.width.min(PART.width), height: size.height.min(PART.height) };
    let renderer = Renderer::<()>::new(gpu.clone(), Options { viewport: part, force_u32: false });
    let mut renderer = renderer.map_err(cannot_draw)?;
    let drawn = renderer.capture_large(scene, size, |share| {
        tell(FromEngine::Exporting(Some(share)));
        !is_given_up.load(Ordering::Relaxed)
    });
    match drawn {
        Ok(None) => Ok(()),
        Ok(Some(mut image)) => {
            if is_lettered {
                letter(&gpu, &scene.status(), &scene.camera().pose(), &mut image).map_err(cannot_draw)?;
            }
            image.save_png(&path).map_err(|error| super::cannot_write(&path, &error))?;
            tell(FromEngine::Captured(path));
            Ok(())
        }
        Err(error) => Err(cannot_draw(error)),
    }
}

fn cannot_draw(error: RenderError) -> String {
    format!("The picture could not be drawn: {error}.")
}
