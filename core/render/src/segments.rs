//! Thin lines: `segments.wgsl`. The box about the data.

use crate::frame::{Slot, Uniforms};
use crate::pipeline::{Blend, Depth, Raster};
use crate::shaders::SEGMENTS;
use bytemuck::{Pod, Zeroable};
use glam::Vec3;
use heliograph_scene::Aabb;

/// A line from one place to another, with a colour (sRGB and alpha) at each end.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable)]
pub(crate) struct Segment {
    pub(crate) from: Vec3,
    pub(crate) from_color: [u8; 4],
    pub(crate) to: Vec3,
    pub(crate) to_color: [u8; 4],
}

pub(crate) fn pipeline(device: &wgpu::Device, frame: &wgpu::BindGroupLayout) -> wgpu::RenderPipeline {
    Raster {
        shader: SEGMENTS,
        vertex: "edge",
        fragment: "line",
        groups: &[frame],
        buffers: &[wgpu::VertexBufferLayout {
            array_stride: size_of::<Segment>() as u64,
            step_mode: wgpu::VertexStepMode::Instance,
            attributes: &wgpu::vertex_attr_array![0 => Float32x3, 1 => Unorm8x4, 2 => Float32x3, 3 => Unorm8x4],
        }],
        topology: wgpu::PrimitiveTopology::TriangleStrip,
        depth: Depth::Test,
        blend: Blend::Over,
    }
    .build(device)
}

/// Draws segments; the pipeline is set.
pub(crate) fn draw(
    pass: &mut wgpu::RenderPass<'_>,
    uniforms: &Uniforms,
    camera: Slot,
    item: Slot,
    segments: &wgpu::Buffer,
    count: usize,
) {
    if count > 0 {
        pass.set_bind_group(0, uniforms.bind_group(), &camera.with(item));
        pass.set_vertex_buffer(0, segments.slice(..));
        pass.draw(0..4, 0..count as u32);
    }
}

/// How many edges a box has.
pub(crate) const BOX_EDGES: usize = 12;

/// The edges of a box, white: to be tinted.
pub(crate) fn box_edges(bounds: Aabb) -> [Segment; BOX_EDGES] {
    let corners = bounds.corners();
    std::array::from_fn(|edge| {
        // Four edges along each axis: the corners without the axis' bit, each to its partner with it.
        let (axis, place) = (edge / 4, edge % 4);
        let low_bits = (1 << axis) - 1;
        let corner = (place & low_bits) | ((place & !low_bits) << 1);
        Segment { from: corners[corner], from_color: [255; 4], to: corners[corner | 1 << axis], to_color: [255; 4] }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_has_twelve_different_edges_each_along_one_axis() {
        let edges = box_edges(Aabb { min: Vec3::new(-1.0, -2.0, -3.0), max: Vec3::new(1.0, 2.0, 3.0) });
        for (at, edge) in edges.iter().enumerate() {
            let along = (edge.to - edge.from).abs();
            assert_eq!(along.to_array().iter().filter(|&&part| part > 0.0).count(), 1, "{edge:?}");
            assert!(edges[..at].iter().all(|other| (other.from, other.to) != (edge.from, edge.to)), "{edge:?} twice");
        }
    }
}
