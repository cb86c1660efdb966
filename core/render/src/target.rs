//! [`Target`]: what is drawn into.

use crate::pipeline::{COLOR_FORMAT, DEPTH_FORMAT, storage_group};
use crate::points::TEXEL_BYTES;
use heliograph_scene::{Background, Viewport};

/// The offscreen picture with its depth, and the points' texels.
pub(crate) struct Target {
    pub(crate) viewport: Viewport,
    pub(crate) color: wgpu::Texture,
    pub(crate) color_view: wgpu::TextureView,
    pub(crate) depth: wgpu::Texture,
    pub(crate) depth_view: wgpu::TextureView,
    /// The depth, to be read by what marches through volumes.
    depths_group: wgpu::BindGroup,
    /// Depth above colour, a texel a pixel; 0 where there is no point.
    pub(crate) texels: wgpu::Buffer,
    /// The texels, to be read by the resolve pass.
    pub(crate) texels_group: wgpu::BindGroup,
    /// What is behind the data, once it is drawn.
    pub(crate) backdrop: wgpu::Texture,
    /// The backdrop as a place to draw.
    pub(crate) backdrop_view: wgpu::TextureView,
    /// What the backdrop shows.
    pub(crate) backdrop_of: Option<(Background, [f32; 2])>,
}

impl Target {
    /// `resolve` and `depths`: the layouts of what reads texels and depths.
    pub(crate) fn new(
        device: &wgpu::Device,
        resolve: &wgpu::BindGroupLayout,
        depths: &wgpu::BindGroupLayout,
        viewport: Viewport,
    ) -> Target {
        use wgpu::TextureUsages as Usage;
        let color = texture(
            device,
            viewport,
            COLOR_FORMAT,
            Usage::RENDER_ATTACHMENT | Usage::COPY_SRC | Usage::COPY_DST | Usage::TEXTURE_BINDING,
        );
        let depth_usage = Usage::RENDER_ATTACHMENT | Usage::TEXTURE_BINDING | Usage::COPY_SRC;
        let depth = texture(device, viewport, DEPTH_FORMAT, depth_usage);
        let depth_view = depth.create_view(&Default::default());
        let depths_group = device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("depths"),
            layout: depths,
            entries: &[wgpu::BindGroupEntry { binding: 0, resource: wgpu::BindingResource::TextureView(&depth_view) }],
        });
        let texels = texels(device, viewport);
        let backdrop = texture(device, viewport, COLOR_FORMAT, Usage::RENDER_ATTACHMENT | Usage::COPY_SRC);
        Target {
            viewport,
            color_view: color.create_view(&Default::default()),
            depth,
            depth_view,
            depths_group,
            texels_group: storage_group(device, resolve, &[&texels]),
            texels,
            backdrop_view: backdrop.create_view(&Default::default()),
            backdrop_of: None,
            backdrop,
            color,
        }
    }

    pub(crate) fn depths_group(&self) -> &wgpu::BindGroup {
        &self.depths_group
    }
}

/// The largest picture that the adapter can draw, no larger than asked for and at least one pixel.
pub(crate) fn fitting(limits: &wgpu::Limits, wanted: Viewport) -> Viewport {
    let most_side = limits.max_texture_dimension_2d;
    let most_pixels = limits.max_storage_buffer_binding_size.min(limits.max_buffer_size) / TEXEL_BYTES;
    let width = wanted.width.clamp(1, most_side);
    let height = wanted.height.clamp(1, most_side).min((most_pixels / u64::from(width)).max(1) as u32);
    Viewport { width, height }
}

/// Room for the texels of points.
pub(crate) fn texels(device: &wgpu::Device, viewport: Viewport) -> wgpu::Buffer {
    device.create_buffer(&wgpu::BufferDescriptor {
        label: Some("texels of points"),
        size: u64::from(viewport.width) * u64::from(viewport.height) * TEXEL_BYTES,
        usage: wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_DST,
        mapped_at_creation: false,
    })
}

pub(crate) fn texture(
    device: &wgpu::Device,
    viewport: Viewport,
    format: wgpu::TextureFormat,
    usage: wgpu::TextureUsages,
) -> wgpu::Texture {
    device.create_texture(&wgpu::TextureDescriptor {
        label: Some("picture"),
        size: wgpu::Extent3d { width: viewport.width, height: viewport.height, depth_or_array_layers: 1 },
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format,
        usage,
        view_formats: &[],
    })
}
