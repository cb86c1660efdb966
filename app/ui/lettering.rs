//! What a saved picture shows beside the data: legends, labels, ticks, scale bar and axes, drawn as the window draws them.

use super::{scene_area, theme};
use egui::epaint::{ClippedPrimitive, Primitive};
use egui::{Rect, vec2};
use egui_wgpu::{Renderer, RendererOptions, ScreenDescriptor};
use heliograph_render::{Gpu, Image, RenderError};
use heliograph_wire::{Pose, SceneStatus};

/// Letters are as large as in a window of this height.
const HEIGHT_POINTS: f32 = 720.0;
/// So many rows are drawn at once.
const BAND: u32 = 1024;
const FORMAT: wgpu::TextureFormat = wgpu::TextureFormat::Rgba8Unorm;

/// Draws it over a picture of the scene.
///
/// # Errors
/// When the GPU does not deliver.
pub fn letter(gpu: &Gpu, status: &SceneStatus, pose: &Pose, image: &mut Image) -> Result<(), RenderError> {
    let pixels_per_point = (image.height as f32 / HEIGHT_POINTS).max(0.5);
    let size = vec2(image.width as f32, image.height as f32) / pixels_per_point;
    let context = egui::Context::default();
    theme::install(&context);
    context.set_theme(if scene_area::is_dark(status) { egui::Theme::Dark } else { egui::Theme::Light });
    context.set_pixels_per_point(pixels_per_point);
    let input =
        || egui::RawInput { screen_rect: Some(Rect::from_min_size(egui::Pos2::ZERO, size)), ..Default::default() };
    let mut renderer = Renderer::new(&gpu.device, FORMAT, RendererOptions::default());
    let mut upload = |textures: &mut egui::TexturesDelta| {
        for (id, deltas) in textures.set.iter() {
            for delta in deltas {
                renderer.update_texture(&gpu.device, &gpu.queue, *id, delta);
            }
        }
        textures.clear();
    };
    // The first run only takes the scale over.
    upload(&mut context.run_ui(input(), |_| {}).textures_delta);
    let mut output = context.run_ui(input(), |ui| {
        let painter = ui.ctx().layer_painter(egui::LayerId::background());
        scene_area::letter(&painter, Rect::from_min_size(egui::Pos2::ZERO, size), status, pose, ui.visuals());
    });
    upload(&mut output.textures_delta);
    let egui::FullOutput { shapes, pixels_per_point, .. } = output;
    let primitives = context.tessellate(shapes, pixels_per_point);
    for top in (0..image.height).step_by(BAND as usize) {
        let height = BAND.min(image.height - top);
        let band = in_band(&primitives, top as f32 / pixels_per_point, height as f32 / pixels_per_point);
        if !band.is_empty() {
            let screen = ScreenDescriptor { size_in_pixels: [image.width, height], pixels_per_point };
            let letters = gpu.read(&draw(gpu, &mut renderer, &band, &screen))?;
            lay_over(&letters, image, top);
        }
    }
    Ok(())
}

/// What is to be seen between two heights, moved up by the first.
fn in_band(primitives: &[ClippedPrimitive], top: f32, height: f32) -> Vec<ClippedPrimitive> {
    let moved = |primitive: &ClippedPrimitive| {
        let mut primitive = primitive.clone();
        primitive.clip_rect = primitive.clip_rect.translate(vec2(0.0, -top));
        if let Primitive::Mesh(mesh) = &mut primitive.primitive {
            mesh.translate(vec2(0.0, -top));
            let bounds = mesh.calc_bounds();
            return (bounds.bottom() > 0.0 && bounds.top() < height).then_some(primitive);
        }
        None
    };
    primitives.iter().filter_map(moved).collect()
}

fn draw(gpu: &Gpu, renderer: &mut Renderer, band: &[ClippedPrimitive], screen: &ScreenDescriptor) -> wgpu::Texture {
    let [width, height] = screen.size_in_pixels;
    let texture = gpu.device.create_texture(&wgpu::TextureDescriptor {
        label: Some("lettering"),
        size: wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format: FORMAT,
        usage: wgpu::TextureUsages::RENDER_ATTACHMENT | wgpu::TextureUsages::COPY_SRC,
        view_formats: &[],
    });
    let view = texture.create_view(&Default::default());
    let mut encoder = gpu.device.create_command_encoder(&Default::default());
    let uploads = renderer.update_buffers(&gpu.device, &gpu.queue, &mut encoder, band, screen);
    let load = wgpu::LoadOp::Clear(wgpu::Color::TRANSPARENT);
    let attachment = wgpu::RenderPassColorAttachment {
        view: &view,
        depth_slice: None,
        resolve_target: None,
        ops: wgpu::Operations { load, store: wgpu::StoreOp::Store },
    };
    let descriptor = wgpu::RenderPassDescriptor {
        label: Some("lettering"),
        color_attachments: &[Some(attachment)],
        ..Default::default()
    };
    let mut pass = encoder.begin_render_pass(&descriptor).forget_lifetime();
    renderer.render(&mut pass, band, screen);
    drop(pass);
    gpu.submit(uploads.into_iter().chain([encoder.finish()]));
    texture
}

/// Lays letters, whose colours are multiplied with their alpha, over a picture's rows from `top` on.
fn lay_over(letters: &Image, image: &mut Image, top: u32) {
    let start = top as usize * image.width as usize * 4;
    for (under, over) in image.rgba[start..].chunks_exact_mut(4).zip(letters.rgba.chunks_exact(4)) {
        let rest = 255 - u32::from(over[3]);
        for (under, over) in under.iter_mut().zip(over).take(3) {
            *under = (u32::from(*over) + (u32::from(*under) * rest + 127) / 255).min(255) as u8;
        }
    }
}
