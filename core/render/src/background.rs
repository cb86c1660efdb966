//! What is behind the data, and what stands out from it.

use crate::frame::{Slot, Uniforms};
use crate::target::Target;
use glam::{Vec3, Vec4};
use heliograph_scene::Background;

/// Puts the backdrop into the picture, of which the target shows `rows`; draws it first when it is another than before. To copy it costs a software adapter
/// a fifth of what it costs to draw it.
pub(crate) fn put(
    encoder: &mut wgpu::CommandEncoder,
    target: &mut Target,
    (background, rows): (Background, [f32; 2]),
    pipeline: &wgpu::RenderPipeline,
    (uniforms, camera, item): (&Uniforms, Slot, Slot),
) {
    if target.backdrop_of.replace((background, rows)) != Some((background, rows)) {
        let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
            label: Some("backdrop"),
            color_attachments: &[Some(wgpu::RenderPassColorAttachment {
                view: &target.backdrop_view,
                depth_slice: None,
                resolve_target: None,
                ops: wgpu::Operations { load: wgpu::LoadOp::Clear(wgpu::Color::BLACK), store: wgpu::StoreOp::Store },
            })],
            ..Default::default()
        });
        pass.set_pipeline(pipeline);
        pass.set_bind_group(0, uniforms.bind_group(), &camera.with(item));
        pass.draw(0..3, 0..1);
    }
    let (from, to) = (target.backdrop.as_image_copy(), target.color.as_image_copy());
    encoder.copy_texture_to_texture(from, to, target.color.size());
}

/// sRGB at the upper and at the lower end of the picture.
pub(crate) fn gradient(background: Background) -> [Vec4; 2] {
    let color = Vec3::from(background.color().map(f32::from)) / 255.0;
    let [top, bottom] = match background {
        // A dusk sky: lighter and bluer above, so that data stand before something.
        Background::Dark => [color * 1.45 + Vec3::new(0.0, 0.01, 0.03), color * 0.60],
        Background::Light => [color.lerp(Vec3::ONE, 0.65), color * 0.93],
        Background::Black | Background::White => [color, color],
    };
    [top.extend(1.0), bottom.extend(1.0)]
}

/// The colour (sRGB and alpha) of thin lines that are not data.
pub(crate) fn line_tint(background: Background) -> Vec4 {
    match background {
        Background::Dark | Background::Black => Vec4::new(0.80, 0.84, 0.92, 0.45),
        Background::Light | Background::White => Vec4::new(0.16, 0.19, 0.25, 0.55),
    }
}
