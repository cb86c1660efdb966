//! [`VolumePipelines`]: ways to draw volumes.

use super::VolumeUniform;
use crate::pipeline::{Blend, Depth, Raster};
use crate::shaders::{MARCH, SLICES};

/// Ways to draw volumes, and what they share.
pub(crate) struct VolumePipelines {
    pub(crate) slices: wgpu::RenderPipeline,
    pub(crate) march: wgpu::RenderPipeline,
    pub(super) layout: wgpu::BindGroupLayout,
    pub(crate) depths_layout: wgpu::BindGroupLayout,
    pub(super) smooth: wgpu::Sampler,
    pub(super) boxes: wgpu::Sampler,
}

impl VolumePipelines {
    pub(crate) fn new(device: &wgpu::Device, frame: &wgpu::BindGroupLayout) -> VolumePipelines {
        let entry = |binding, ty| wgpu::BindGroupLayoutEntry {
            binding,
            visibility: wgpu::ShaderStages::VERTEX_FRAGMENT,
            ty,
            count: None,
        };
        let texture = |view_dimension, filterable| wgpu::BindingType::Texture {
            sample_type: wgpu::TextureSampleType::Float { filterable },
            view_dimension,
            multisampled: false,
        };
        let uniform = wgpu::BindingType::Buffer {
            ty: wgpu::BufferBindingType::Uniform,
            has_dynamic_offset: false,
            min_binding_size: wgpu::BufferSize::new(size_of::<VolumeUniform>() as u64),
        };
        let selected = wgpu::BindingType::Buffer {
            ty: wgpu::BufferBindingType::Storage { read_only: true },
            has_dynamic_offset: false,
            min_binding_size: None,
        };
        let layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some("volume"),
            entries: &[
                entry(0, uniform),
                entry(1, texture(wgpu::TextureViewDimension::D3, true)),
                entry(2, wgpu::BindingType::Sampler(wgpu::SamplerBindingType::Filtering)),
                entry(3, texture(wgpu::TextureViewDimension::D2, false)),
                entry(4, texture(wgpu::TextureViewDimension::D3, false)),
                entry(5, selected),
            ],
        });
        let depths = wgpu::BindingType::Texture {
            sample_type: wgpu::TextureSampleType::Depth,
            view_dimension: wgpu::TextureViewDimension::D2,
            multisampled: false,
        };
        let depths_layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some("depths"),
            entries: &[entry(0, depths)],
        });
        let slices = Raster {
            shader: SLICES,
            vertex: "corner",
            fragment: "slice",
            groups: &[frame, &layout],
            buffers: &[],
            topology: wgpu::PrimitiveTopology::TriangleStrip,
            depth: Depth::Write,
            blend: Blend::Replace,
        };
        let march = Raster {
            shader: MARCH,
            vertex: "cover",
            fragment: "march",
            groups: &[frame, &layout, &depths_layout],
            buffers: &[],
            topology: wgpu::PrimitiveTopology::TriangleList,
            depth: Depth::Without,
            blend: Blend::MultipliedOver,
        };
        let sampler = |filter| {
            device.create_sampler(&wgpu::SamplerDescriptor {
                mag_filter: filter,
                min_filter: filter,
                ..Default::default()
            })
        };
        VolumePipelines {
            slices: slices.build(device),
            march: march.build(device),
            smooth: sampler(wgpu::FilterMode::Linear),
            boxes: sampler(wgpu::FilterMode::Nearest),
            layout,
            depths_layout,
        }
    }
}
