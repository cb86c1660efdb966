//! Draws egui's output with egui-wgpu, the scene's picture among it.

use crate::engine::Picture;
use egui_wgpu::{Renderer, RendererOptions, ScreenDescriptor};
use heliograph_render::Gpu;

/// egui's renderer, and the scene's picture as egui knows it.
pub(super) struct Painter {
    renderer: Renderer,
    picture: Option<(u64, egui::TextureId)>,
}

impl Painter {
    pub(super) fn new(gpu: &Gpu, format: wgpu::TextureFormat) -> Painter {
        Painter { renderer: Renderer::new(&gpu.device, format, RendererOptions::default()), picture: None }
    }

    /// The texture id of the scene's picture; registered anew when the render thread has replaced the texture.
    pub(super) fn picture(&mut self, gpu: &Gpu, picture: Option<&Picture>) -> Option<egui::TextureId> {
        let picture = picture?;
        match self.picture {
            Some((generation, id)) if generation == picture.generation => Some(id),
            Some((_, id)) => {
                let filter = wgpu::FilterMode::Linear;
                self.renderer.update_egui_texture_from_wgpu_texture(&gpu.device, &picture.view, filter, id);
                self.picture = Some((picture.generation, id));
                Some(id)
            }
            None => {
                let filter = wgpu::FilterMode::Linear;
                let id = self.renderer.register_native_texture(&gpu.device, &picture.view, filter);
                self.picture = Some((picture.generation, id));
                Some(id)
            }
        }
    }

    /// Draws one frame of egui into `target`.
    pub(super) fn paint(
        &mut self,
        gpu: &Gpu,
        context: &egui::Context,
        output: egui::FullOutput,
        target: &wgpu::Texture,
        size_in_pixels: [u32; 2],
    ) {
        let egui::FullOutput { mut textures_delta, shapes, pixels_per_point, .. } = output;
        for (id, deltas) in textures_delta.set.iter() {
            for delta in deltas {
                self.renderer.update_texture(&gpu.device, &gpu.queue, *id, delta);
            }
        }
        let triangles = context.tessellate(shapes, pixels_per_point);
        let screen = ScreenDescriptor { size_in_pixels, pixels_per_point };
        let mut encoder = gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("window") });
        let uploads = self.renderer.update_buffers(&gpu.device, &gpu.queue, &mut encoder, &triangles, &screen);
        let view = target.create_view(&wgpu::TextureViewDescriptor::default());
        {
            let attachment = wgpu::RenderPassColorAttachment {
                view: &view,
                depth_slice: None,
                resolve_target: None,
                ops: wgpu::Operations { load: wgpu::LoadOp::Clear(wgpu::Color::BLACK), store: wgpu::StoreOp::Store },
            };
            let mut pass = encoder
                .begin_render_pass(&wgpu::RenderPassDescriptor {
                    label: Some("window"),
                    color_attachments: &[Some(attachment)],
                    ..wgpu::RenderPassDescriptor::default()
                })
                .forget_lifetime();
            self.renderer.render(&mut pass, &triangles, &screen);
        }
        gpu.submit(uploads.into_iter().chain([encoder.finish()]));
        for id in textures_delta.free.iter() {
            self.renderer.free_texture(id);
        }
        // A delta that is dropped before it is marked as applied is taken for a lost texture.
        textures_delta.clear();
    }
}
