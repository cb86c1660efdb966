//! Whole pictures, for those who wait for them.

use super::{RenderError, Renderer};
use crate::image::Image;
use crate::lens::Part;
use crate::pace::Moment;
use heliograph_scene::{Scene, Viewport};

/// How far beyond the edges of a part of a larger picture is drawn, in px.
const MARGIN: u32 = 64;

impl<T> Renderer<T> {
    /// Draws the whole scene and waits for the picture: for screenshots and tests.
    ///
    /// # Errors
    /// When the GPU is lost or takes half a minute.
    pub fn capture(&mut self, scene: &Scene) -> Result<Image, RenderError> {
        let adapter = self.gpu.description();
        let failed = |reason: String| RenderError::NotDelivered { adapter: adapter.clone(), reason };
        while !self.draw_within(scene, self.meter.points(Moment::Resting), Moment::Resting).whole {
            self.meter.settle(&self.gpu.device);
            if let Some(reason) = self.gpu.lost() {
                return Err(failed(reason));
            }
        }
        self.gpu.read(&self.target.color)
    }

    /// Draws a picture of any size part by part, each through this renderer's own target, and waits for it: for pictures that
    /// are larger than what the adapter takes at once. `go_on` is asked after each part with what is done, from 0 to 1; when it
    /// says no there is no picture.
    ///
    /// # Errors
    /// As for [`Renderer::capture`].
    pub fn capture_large(
        &mut self,
        scene: &Scene,
        whole: Viewport,
        mut go_on: impl FnMut(f32) -> bool,
    ) -> Result<Option<Image>, RenderError> {
        let Viewport { width, height } = self.target.viewport;
        // What is lit by its neighbours, or wider than a pixel, must be drawn beyond the part's edges.
        let margin = if (width, height) == (whole.width, whole.height) { 0 } else { MARGIN.min(width.min(height) / 4) };
        let (step_x, step_y) = (width - 2 * margin, height - 2 * margin);
        let (columns, rows) = (whole.width.div_ceil(step_x), whole.height.div_ceil(step_y));
        let stride = whole.width as usize * 4;
        let mut rgba = vec![0; stride * whole.height as usize];
        for index in 0..columns * rows {
            let (left, top) = (index % columns * step_x, index / columns * step_y);
            let at = |begin: u32| begin as i32 - margin as i32;
            self.part = Some(Part { left: at(left), top: at(top), whole });
            let image = self.capture(scene);
            self.part = None;
            let image = image?;
            let bytes = (whole.width - left).min(step_x) as usize * 4;
            let lines = image.rgba.chunks_exact(width as usize * 4).skip(margin as usize);
            let places = rgba.chunks_exact_mut(stride).skip(top as usize);
            for (line, place) in lines.take(step_y as usize).zip(places) {
                let from = margin as usize * 4;
                place[left as usize * 4..][..bytes].copy_from_slice(&line[from..from + bytes]);
            }
            if !go_on((index + 1) as f32 / (columns * rows) as f32) {
                return Ok(None);
            }
        }
        Ok(Some(Image { width: whole.width, height: whole.height, rgba }))
    }
}
