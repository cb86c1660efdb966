//! [`Glass`]: layers that one sees through.
//!
//! Each is drawn by itself, as if it were opaque, into a sheet that begins with the depth of what is opaque, and the sheet is laid
//! over the picture as thinly as the layer wants. So one sees a layer's nearest surface and what is behind the layer, but not its
//! own back through its front: what is read off it does not depend on how many of its own parts lie behind each other.

use crate::compose::{draw_layers, over, visible};
use crate::fog::is_marched;
use crate::frame::{ItemUniform, Slot, Uniforms};
use crate::layers::LayerBuffers;
use crate::pipeline::{COLOR_FORMAT, DEPTH_FORMAT, storage_group};
use crate::pipelines::Pipelines;
use crate::resolve::Covered;
use crate::target::{Target, texels, texture};
use glam::{Mat4, Vec3, Vec4};
use heliograph_scene::{Layer, Scene, Viewport};
use wgpu::TextureUsages as Usage;

/// Whether one sees through a layer, and it is none that is marched through anyway.
pub(crate) fn is_glass(layer: &Layer) -> bool {
    layer.style.opacity < 1.0 && !is_marched(layer)
}

/// What such layers are drawn into, one after the other.
pub(crate) struct Glass {
    viewport: Viewport,
    color_view: wgpu::TextureView,
    depth: wgpu::Texture,
    depth_view: wgpu::TextureView,
    sheet: wgpu::BindGroup,
    /// Of all points that one sees through: of several clouds the nearest point is seen.
    pub(crate) texels: wgpu::Buffer,
    texels_group: wgpu::BindGroup,
}

impl Glass {
    pub(crate) fn new(device: &wgpu::Device, pipelines: &Pipelines, viewport: Viewport) -> Glass {
        let color = texture(device, viewport, COLOR_FORMAT, Usage::RENDER_ATTACHMENT | Usage::TEXTURE_BINDING);
        let depth = texture(device, viewport, DEPTH_FORMAT, Usage::RENDER_ATTACHMENT | Usage::COPY_DST);
        let color_view = color.create_view(&Default::default());
        let texels = texels(device, viewport);
        Glass {
            viewport,
            sheet: pipelines.fog.sheet_group(device, &color_view),
            color_view,
            depth_view: depth.create_view(&Default::default()),
            depth,
            texels_group: storage_group(device, &pipelines.texels_layout, &[&texels]),
            texels,
        }
    }

    pub(crate) fn is_for(&self, viewport: Viewport) -> bool {
        self.viewport == viewport
    }

    /// Draws what one sees through over the picture, the farthest first.
    pub(crate) fn draw(
        &self,
        encoder: &mut wgpu::CommandEncoder,
        target: &Target,
        (pipelines, layers): (&Pipelines, &LayerBuffers),
        (uniforms, camera): (&mut Uniforms, Slot),
        (scene, clip_from_scene): (&Scene, Mat4),
    ) {
        let points = Covered::by_points(scene, layers, (self.viewport, clip_from_scene), is_glass);
        for pane in panes(scene, layers) {
            encoder.copy_texture_to_texture(
                target.depth.as_image_copy(),
                self.depth.as_image_copy(),
                self.depth.size(),
            );
            let mut pass = self.begin(encoder);
            let opacity = match pane {
                Pane::Points => {
                    let texels = (&self.texels_group, self.viewport);
                    if let Some(points) = &points {
                        points.resolve(&mut pass, &pipelines.resolve, uniforms, camera, texels);
                    }
                    1.0 // The texels have it.
                }
                Pane::Layer(layer) => {
                    draw_layers(&mut pass, pipelines, layers, uniforms, camera, std::iter::once(layer));
                    layer.style.opacity
                }
            };
            drop(pass);
            let item = ItemUniform { tint: Vec4::splat(opacity), ..ItemUniform::new(Vec3::ZERO, 1.0) };
            let item = uniforms.push(&item);
            let mut pass = over(encoder, &target.color_view);
            pipelines.fog.lay_over(&mut pass, uniforms, (camera, item), &self.sheet);
        }
    }

    fn begin<'a>(&self, encoder: &'a mut wgpu::CommandEncoder) -> wgpu::RenderPass<'a> {
        let load = wgpu::LoadOp::Clear(wgpu::Color::TRANSPARENT);
        encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
            label: Some("glass"),
            color_attachments: &[Some(wgpu::RenderPassColorAttachment {
                view: &self.color_view,
                depth_slice: None,
                resolve_target: None,
                ops: wgpu::Operations { load, store: wgpu::StoreOp::Store },
            })],
            depth_stencil_attachment: Some(wgpu::RenderPassDepthStencilAttachment {
                view: &self.depth_view,
                depth_ops: Some(wgpu::Operations { load: wgpu::LoadOp::Load, store: wgpu::StoreOp::Discard }),
                stencil_ops: None,
            }),
            ..Default::default()
        })
    }
}

/// What is laid over the picture at once.
enum Pane<'a> {
    Points,
    Layer(&'a Layer),
}

/// All of them, the farthest first; points are where the nearest of their clouds is.
fn panes<'a>(scene: &'a Scene, layers: &LayerBuffers) -> Vec<Pane<'a>> {
    let eye = scene.camera().eye();
    let distance = |layer: &Layer| layer.bounds().map_or(0.0, |bounds| bounds.center().distance(eye));
    let is_points = |layer: &&Layer| layers.points(layer).is_some();
    let points = visible(scene).filter(|layer| is_glass(layer)).filter(is_points).map(distance).reduce(f32::min);
    let others = visible(scene).filter(|layer| is_glass(layer) && !is_points(layer));
    let mut panes: Vec<(f32, Pane<'a>)> = others.map(|layer| (distance(layer), Pane::Layer(layer))).collect();
    panes.extend(points.map(|distance| (distance, Pane::Points)));
    panes.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    panes.into_iter().map(|(_, pane)| pane).collect()
}
