//! Pipelines in as few words as their differences need.

use crate::shaders::Shader;
use wgpu::{CompareFunction, TextureFormat};

/// The offscreen picture: bytes are sRGB, though the format does not say so, because blending and encoders want bytes.
pub(crate) const COLOR_FORMAT: TextureFormat = TextureFormat::Rgba8Unorm;
/// Reversed z: cleared to 0, nearer is greater.
pub(crate) const DEPTH_FORMAT: TextureFormat = TextureFormat::Depth32Float;

/// What a draw call does with depth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// Hides what is behind.
    Write,
    /// Is hidden, but hides nothing: for what is transparent.
    Test,
    /// Is drawn over everything.
    Ignore,
    /// Knows none: it is drawn in a pass of its own.
    Without,
}

impl Depth {
    fn state(self) -> Option<wgpu::DepthStencilState> {
        let (writes, compare) = match self {
            Depth::Write => (true, CompareFunction::GreaterEqual),
            Depth::Test => (false, CompareFunction::GreaterEqual),
            Depth::Ignore => (false, CompareFunction::Always),
            Depth::Without => return None,
        };
        Some(wgpu::DepthStencilState {
            format: DEPTH_FORMAT,
            depth_write_enabled: Some(writes),
            depth_compare: Some(compare),
            stencil: Default::default(),
            bias: Default::default(),
        })
    }
}

/// What a draw call does with the colour that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Blend {
    /// Puts its own in its place.
    Replace,
    /// Is laid over it, as its alpha says.
    Over,
    /// The same; its colour is multiplied with its alpha already.
    MultipliedOver,
}

impl Blend {
    fn state(self) -> Option<wgpu::BlendState> {
        match self {
            Blend::Replace => None,
            Blend::Over => Some(wgpu::BlendState::ALPHA_BLENDING),
            Blend::MultipliedOver => Some(wgpu::BlendState::PREMULTIPLIED_ALPHA_BLENDING),
        }
    }
}

/// A pipeline that draws quads or triangles into the picture.
pub(crate) struct Raster<'a> {
    pub(crate) shader: Shader,
    pub(crate) vertex: &'static str,
    pub(crate) fragment: &'static str,
    pub(crate) groups: &'a [&'a wgpu::BindGroupLayout],
    pub(crate) buffers: &'a [wgpu::VertexBufferLayout<'a>],
    pub(crate) topology: wgpu::PrimitiveTopology,
    pub(crate) depth: Depth,
    pub(crate) blend: Blend,
}

impl Raster<'_> {
    pub(crate) fn build(&self, device: &wgpu::Device) -> wgpu::RenderPipeline {
        let module = module(device, self.shader);
        let buffers: Vec<_> = self.buffers.iter().cloned().map(Some).collect();
        device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
            label: Some(self.shader.name),
            layout: Some(&layout(device, self.groups)),
            vertex: wgpu::VertexState {
                module: &module,
                entry_point: Some(self.vertex),
                compilation_options: Default::default(),
                buffers: &buffers,
            },
            primitive: wgpu::PrimitiveState { topology: self.topology, ..Default::default() },
            depth_stencil: self.depth.state(),
            multisample: Default::default(),
            fragment: Some(wgpu::FragmentState {
                module: &module,
                entry_point: Some(self.fragment),
                compilation_options: Default::default(),
                targets: &[Some(wgpu::ColorTargetState {
                    format: COLOR_FORMAT,
                    blend: self.blend.state(),
                    write_mask: wgpu::ColorWrites::ALL,
                })],
            }),
            multiview_mask: None,
            cache: None,
        })
    }
}

/// A pipeline that computes.
pub(crate) fn compute(
    device: &wgpu::Device,
    shader: Shader,
    entry_point: &'static str,
    groups: &[&wgpu::BindGroupLayout],
    constants: &[(&str, f64)],
) -> wgpu::ComputePipeline {
    device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
        label: Some(entry_point),
        layout: Some(&layout(device, groups)),
        module: &module(device, shader),
        entry_point: Some(entry_point),
        compilation_options: wgpu::PipelineCompilationOptions { constants, ..Default::default() },
        cache: None,
    })
}

/// A group of storage buffers, bound from 0 on; each may be read only, or not.
pub(crate) fn storage_layout(
    device: &wgpu::Device,
    visibility: wgpu::ShaderStages,
    read_only: &[bool],
) -> wgpu::BindGroupLayout {
    let entries: Vec<_> = (0..)
        .zip(read_only)
        .map(|(binding, &read_only)| wgpu::BindGroupLayoutEntry {
            binding,
            visibility,
            ty: wgpu::BindingType::Buffer {
                ty: wgpu::BufferBindingType::Storage { read_only },
                has_dynamic_offset: false,
                min_binding_size: None,
            },
            count: None,
        })
        .collect();
    device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: Some("storage"), entries: &entries })
}

/// Binds whole buffers to a [`storage_layout`].
pub(crate) fn storage_group(
    device: &wgpu::Device,
    layout: &wgpu::BindGroupLayout,
    buffers: &[&wgpu::Buffer],
) -> wgpu::BindGroup {
    let entries: Vec<_> = (0..)
        .zip(buffers)
        .map(|(binding, buffer)| wgpu::BindGroupEntry { binding, resource: buffer.as_entire_binding() })
        .collect();
    device.create_bind_group(&wgpu::BindGroupDescriptor { label: Some("storage"), layout, entries: &entries })
}

fn module(device: &wgpu::Device, shader: Shader) -> wgpu::ShaderModule {
    device.create_shader_module(wgpu::ShaderModuleDescriptor {
        label: Some(shader.name),
        source: wgpu::ShaderSource::Wgsl(shader.source.into()),
    })
}

fn layout(device: &wgpu::Device, groups: &[&wgpu::BindGroupLayout]) -> wgpu::PipelineLayout {
    let groups: Vec<_> = groups.iter().copied().map(Some).collect();
    device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
        label: None,
        bind_group_layouts: &groups,
        immediate_size: 0,
    })
}
