//! From the points' texels to colour and depth, in the part of the picture where there can be points: `resolve.wgsl`.

use crate::compose::{on_screen, visible};
use crate::frame::{ItemUniform, Slot, Uniforms};
use crate::layers::LayerBuffers;
use glam::{Mat4, Vec3};
use heliograph_scene::{Aabb, Diameter, Layer, Scene, Viewport};

/// The widest point, in px: the greatest of the sizes in px that a layer may have. Half of it would do.
const MOST_POINT_PX: f32 = 20.0;
/// The same of sizes in the data's units, as in `points.wgsl`.
const MOST_DATA_PX: f32 = 64.0;

/// The part of the picture that points cover, in px from the upper left corner; never empty.
pub(crate) struct Covered {
    left: u32,
    top: u32,
    width: u32,
    height: u32,
    /// The greatest point size in it, in px.
    point_size_px: f32,
}

impl Covered {
    /// By the points of these layers; `None` when no point can be seen.
    pub(crate) fn by_points(
        scene: &Scene,
        layers: &LayerBuffers,
        (viewport, clip_from_scene): (Viewport, Mat4),
        is_meant: impl Fn(&Layer) -> bool,
    ) -> Option<Covered> {
        let clouds = || visible(scene).filter(|layer| is_meant(layer) && layers.points(layer).is_some());
        let bounds = clouds().filter_map(Layer::bounds).reduce(Aabb::union)?;
        let [left, top, right, bottom] = on_screen(bounds, clip_from_scene)?;
        // By how much a point may reach over the place where it is.
        let in_data_units = clouds().any(|layer| matches!(layer.diameter(), Diameter::Scene(_)));
        let most = if in_data_units { MOST_DATA_PX } else { MOST_POINT_PX };
        let from = |share: f32, whole: u32| (share * whole as f32 - most).clamp(0.0, whole as f32) as u32;
        let to = |share: f32, whole: u32| (share * whole as f32 + most).clamp(0.0, whole as f32).ceil() as u32;
        // Whole quads of 2 by 2 pixels: their pixels look at each other.
        let (left, right) = (from(left, viewport.width) & !1, to(right, viewport.width).next_multiple_of(2));
        let (top, bottom) = (from(top, viewport.height) & !1, to(bottom, viewport.height).next_multiple_of(2));
        let (right, bottom) = (right.min(viewport.width), bottom.min(viewport.height));
        // Where the camera looks to.
        let camera = scene.camera();
        let px_per_unit = 0.5 * viewport.height as f32 / ((0.5 * camera.fov_y).tan() * camera.distance);
        let size = |layer: &Layer| layer.diameter().px(px_per_unit).min(MOST_POINT_PX);
        let point_size_px = clouds().map(size).fold(1.0, f32::max);
        let is_seen = left < right && top < bottom;
        is_seen.then(|| Covered { left, top, width: right - left, height: bottom - top, point_size_px })
    }

    /// Draws them.
    pub(crate) fn resolve(
        &self,
        pass: &mut wgpu::RenderPass<'_>,
        pipeline: &wgpu::RenderPipeline,
        uniforms: &mut Uniforms,
        camera: Slot,
        (texels, Viewport { width, height }): (&wgpu::BindGroup, Viewport),
    ) {
        let item = uniforms.push(&ItemUniform::new(Vec3::ZERO, self.point_size_px));
        pass.set_viewport(0.0, 0.0, 2.0 * width as f32, 2.0 * height as f32, 0.0, 1.0);
        pass.set_scissor_rect(self.left, self.top, self.width, self.height);
        pass.set_pipeline(pipeline);
        pass.set_bind_group(0, uniforms.bind_group(), &camera.with(item));
        pass.set_bind_group(1, texels, &[]);
        pass.draw(0..3, 0..1);
        pass.set_scissor_rect(0, 0, width, height);
        pass.set_viewport(0.0, 0.0, width as f32, height as f32, 0.0, 1.0);
    }
}
