//! [`Pipelines`]: every way to draw, made once.

use crate::fog::FogPipelines;
use crate::frame::Uniforms;
use crate::gpu::Gpu;
use crate::mesh::MeshPipelines;
use crate::network::NetworkPipelines;
use crate::pipeline::{Blend, Depth, Raster, storage_layout};
use crate::points::PointPipelines;
use crate::shaders::{BACKGROUND, MARKER, RESOLVE};
use crate::target::Target;
use crate::volume::VolumePipelines;
use crate::{RenderError, segments, tracts};
use heliograph_scene::Viewport;

pub(crate) struct Pipelines {
    pub(crate) points: PointPipelines,
    pub(crate) background: wgpu::RenderPipeline,
    pub(crate) resolve: wgpu::RenderPipeline,
    pub(crate) meshes: MeshPipelines,
    pub(crate) lines: wgpu::RenderPipeline,
    pub(crate) tubes: wgpu::RenderPipeline,
    pub(crate) segments: wgpu::RenderPipeline,
    pub(crate) networks: NetworkPipelines,
    pub(crate) volumes: VolumePipelines,
    pub(crate) fog: FogPipelines,
    pub(crate) marker: wgpu::RenderPipeline,
    /// Of the texels as the resolve pass reads them.
    pub(crate) texels_layout: wgpu::BindGroupLayout,
}

impl Pipelines {
    /// What is drawn into.
    pub(crate) fn target(&self, device: &wgpu::Device, viewport: Viewport) -> Target {
        Target::new(device, &self.texels_layout, &self.volumes.depths_layout, viewport)
    }

    /// # Errors
    /// When the driver refuses a shader.
    pub(crate) fn new(gpu: &Gpu, uniforms: &Uniforms, force_u32: bool) -> Result<Pipelines, RenderError> {
        let device = &gpu.device;
        let frame = uniforms.layout();
        let refusals = device.push_error_scope(wgpu::ErrorFilter::Validation);
        let texels_layout = storage_layout(device, wgpu::ShaderStages::FRAGMENT, &[true]);
        let pipelines = Pipelines {
            points: PointPipelines::new(gpu, frame, force_u32),
            background: Raster {
                shader: BACKGROUND,
                vertex: "cover",
                fragment: "gradient",
                groups: &[frame],
                buffers: &[],
                topology: wgpu::PrimitiveTopology::TriangleList,
                depth: Depth::Without,
                blend: Blend::Replace,
            }
            .build(device),
            resolve: Raster {
                shader: RESOLVE,
                vertex: "cover",
                fragment: "resolve",
                groups: &[frame, &texels_layout],
                buffers: &[],
                topology: wgpu::PrimitiveTopology::TriangleList,
                depth: Depth::Write,
                blend: Blend::Replace,
            }
            .build(device),
            meshes: MeshPipelines::new(device, frame),
            lines: tracts::lines(device, frame),
            tubes: tracts::tubes(device, frame),
            segments: segments::pipeline(device, frame),
            networks: NetworkPipelines::new(device, frame),
            volumes: VolumePipelines::new(device, frame),
            fog: FogPipelines::new(device, frame),
            marker: Raster {
                shader: MARKER,
                vertex: "quad",
                fragment: "ring",
                groups: &[frame],
                buffers: &[],
                topology: wgpu::PrimitiveTopology::TriangleStrip,
                depth: Depth::Ignore,
                blend: Blend::Over,
            }
            .build(device),
            texels_layout,
        };
        match pollster::block_on(refusals.pop()) {
            None => Ok(pipelines),
            Some(error) => Err(RenderError::Refused { adapter: gpu.description(), reason: error.to_string() }),
        }
    }
}
