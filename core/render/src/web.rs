//! [`Web`]: the links of networks, drawn into a sheet of their own that is laid over what is opaque.
//!
//! A million links that cross the whole picture take a software adapter seconds. So while anything changes as many are drawn as a
//! frame has time for, a fair sample, and then each frame adds others to the same sheet until all are there.

use crate::accumulation::{Accumulation, Extent, Plan};
use crate::compose::{Shown, over, visible};
use crate::fog::Sheet;
use crate::frame::{ItemUniform, Slot, Uniforms};
use crate::layers::LayerBuffers;
use crate::pipelines::Pipelines;
use crate::target::Target;
use glam::{Mat4, Vec3};
use heliograph_scene::{Layer, Scene, Viewport};

/// What of the links is drawn already.
#[derive(Default)]
pub(crate) struct Web {
    drawn: Accumulation<Shown>,
    /// While there are any.
    sheet: Option<Sheet>,
}

fn linked<'a>(scene: &'a Scene, layers: &'a LayerBuffers) -> impl Iterator<Item = &'a Layer> {
    visible(scene).filter(|layer| layers.network(layer).is_some_and(|network| network.link_count() > 0))
}

impl Web {
    /// Plans a frame of about `allowance` links. `settled`: whether all that is opaque is drawn whole.
    pub(crate) fn plan(
        &mut self,
        (device, pipelines): (&wgpu::Device, &Pipelines),
        scene: &Scene,
        layers: &LayerBuffers,
        (viewport, clip_from_scene): (Viewport, Mat4),
        (allowance, settled): (u64, bool),
    ) -> Plan {
        let count = |layer: &Layer| layers.network(layer).map_or(0, |network| network.link_count());
        let extents: Vec<Extent> = linked(scene, layers).map(count).map(|len| Extent { len, drawable: len }).collect();
        if extents.is_empty() {
            *self = Web::default();
        } else if self.sheet.as_ref().is_none_or(|sheet| !sheet.is_for(viewport, 1)) {
            self.sheet = Some(Sheet::new(device, &pipelines.fog, viewport, 1));
            self.drawn.forget();
        }
        self.drawn.plan(Shown::new(scene, layers, (viewport, clip_from_scene), settled), &extents, allowance)
    }

    pub(crate) fn is_any(&self) -> bool {
        self.sheet.is_some()
    }

    /// Adds the planned links to the sheet and lays it over the picture.
    pub(crate) fn draw(
        &self,
        encoder: &mut wgpu::CommandEncoder,
        plan: &Plan,
        target: &Target,
        (pipelines, layers): (&Pipelines, &LayerBuffers),
        (uniforms, camera): (&mut Uniforms, Slot),
        scene: &Scene,
    ) {
        let Some(sheet) = &self.sheet else { return };
        let mut pass = begin(encoder, sheet, target, plan.restart);
        for (layer, range) in linked(scene, layers).zip(&plan.ranges) {
            if let Some(network) = layers.network(layer) {
                let tint = Vec3::ONE.extend(layer.style.link_opacity * layer.style.opacity);
                let mode = u32::from(network.has_link_colors());
                let item = ItemUniform { tint, mode, ..ItemUniform::new(layer.offset, layer.style.link_width) };
                let item = uniforms.push(&item);
                network.draw_links(&mut pass, &pipelines.networks, uniforms, (camera, item), range.clone());
            }
        }
        drop(pass);
        let item = uniforms.push(&ItemUniform::new(Vec3::ZERO, 1.0));
        let mut pass = over(encoder, &target.color_view);
        pipelines.fog.lay_over(&mut pass, uniforms, (camera, item), &sheet.group);
    }
}

/// A pass into the sheet in which what is opaque hides what is behind it.
fn begin<'a>(
    encoder: &'a mut wgpu::CommandEncoder,
    sheet: &Sheet,
    target: &Target,
    clear: bool,
) -> wgpu::RenderPass<'a> {
    let load = if clear { wgpu::LoadOp::Clear(wgpu::Color::TRANSPARENT) } else { wgpu::LoadOp::Load };
    encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
        label: Some("links"),
        color_attachments: &[Some(wgpu::RenderPassColorAttachment {
            view: &sheet.view,
            depth_slice: None,
            resolve_target: None,
            ops: wgpu::Operations { load, store: wgpu::StoreOp::Store },
        })],
        depth_stencil_attachment: Some(wgpu::RenderPassDepthStencilAttachment {
            view: &target.depth_view,
            depth_ops: Some(wgpu::Operations { load: wgpu::LoadOp::Load, store: wgpu::StoreOp::Store }),
            stencil_ops: None,
        }),
        ..Default::default()
    })
}
