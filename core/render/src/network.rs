//! Networks: nodes as balls by `network.wgsl`, links as thin lines by `segments.wgsl`.

use crate::frame::{Slot, Uniforms};
use crate::pipeline::{Blend, Depth, Raster};
use crate::segments::{self, Segment};
use crate::shaders::NETWORK;
use crate::upload::Upload;
use bytemuck::{Pod, Zeroable};
use glam::Vec3;
use heliograph_scene::{HIDDEN, Network, Paint};
use wgpu::BufferUsages;

/// A ball: place, diameter over the layer's node size, colour.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable)]
pub(crate) struct Node {
    pub(crate) center: Vec3,
    pub(crate) size: f32,
    pub(crate) color: [u8; 4],
}

pub(crate) fn pipeline(device: &wgpu::Device, frame: &wgpu::BindGroupLayout) -> wgpu::RenderPipeline {
    Raster {
        shader: NETWORK,
        vertex: "ball",
        fragment: "surface",
        groups: &[frame],
        buffers: &[wgpu::VertexBufferLayout {
            array_stride: size_of::<Node>() as u64,
            step_mode: wgpu::VertexStepMode::Instance,
            attributes: &wgpu::vertex_attr_array![0 => Float32x3, 1 => Float32, 2 => Unorm8x4],
        }],
        topology: wgpu::PrimitiveTopology::TriangleStrip,
        depth: Depth::Write,
        blend: Blend::Over,
    }
    .build(device)
}

/// One network on the GPU. It is written whole: it moves with every frame while its layout settles.
pub(crate) struct NetworkBuffers {
    nodes: wgpu::Buffer,
    node_count: usize,
    links: wgpu::Buffer,
    link_count: usize,
}

impl NetworkBuffers {
    /// Makes room; `None` when the adapter has none.
    pub(crate) fn new(upload: &Upload<'_>, network: &Network) -> Option<NetworkBuffers> {
        Some(NetworkBuffers {
            nodes: upload.buffer::<Node>("nodes", network.positions.len(), BufferUsages::VERTEX)?,
            node_count: network.positions.len(),
            links: upload.buffer::<Segment>("links", network.edges.len(), BufferUsages::VERTEX)?,
            link_count: network.edges.len(),
        })
    }

    /// Whether other content fits the same room.
    pub(crate) fn fits(&self, network: &Network) -> bool {
        (self.node_count, self.link_count) == (network.positions.len(), network.edges.len())
    }

    pub(crate) fn write(&self, upload: &mut Upload<'_>, network: &Network, paint: &Paint<'_>) {
        let colors = paint.all(network.positions.len());
        let color = |index: usize| colors.get(index).copied().unwrap_or(HIDDEN);
        let nodes: Vec<Node> = (0..)
            .zip(&network.positions)
            .map(|(index, &center)| Node {
                center,
                size: if color(index) == HIDDEN { 0.0 } else { network.sizes.get(index).copied().unwrap_or(1.0) },
                color: color(index),
            })
            .collect();
        let place = |index: u32| network.positions.get(index as usize).copied().unwrap_or_default();
        let links: Vec<Segment> = network
            .edges
            .iter()
            .map(|&[a, b]| {
                let (from_color, to_color) = (color(a as usize), color(b as usize));
                // A link to what is hidden has no length.
                let is_shown = from_color != HIDDEN && to_color != HIDDEN;
                Segment { from: place(a), from_color, to: place(if is_shown { b } else { a }), to_color }
            })
            .collect();
        upload.write(&self.nodes, 0, &nodes);
        upload.write(&self.links, 0, &links);
    }

    /// Draws the balls; their pipeline is set.
    pub(crate) fn draw_nodes(&self, pass: &mut wgpu::RenderPass<'_>, uniforms: &Uniforms, camera: Slot, item: Slot) {
        if self.node_count > 0 {
            pass.set_bind_group(0, uniforms.bind_group(), &camera.with(item));
            pass.set_vertex_buffer(0, self.nodes.slice(..));
            pass.draw(0..4, 0..self.node_count as u32);
        }
    }

    /// Draws the links; the segments' pipeline is set.
    pub(crate) fn draw_links(&self, pass: &mut wgpu::RenderPass<'_>, uniforms: &Uniforms, camera: Slot, item: Slot) {
        segments::draw(pass, uniforms, camera, item, &self.links, self.link_count);
    }
}
