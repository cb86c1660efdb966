//! Networks: nodes as balls by `network.wgsl`, links as thin lines by `links.wgsl`, in the colours of their nodes or in their own.

use crate::frame::{Slot, Uniforms};
use crate::pipeline::{Blend, Depth, Raster, storage_group, storage_layout};
use crate::points::PointBuffers;
use crate::shaders::{LINKS, NETWORK};
use crate::upload::Upload;
use bytemuck::{Pod, Zeroable};
use glam::Vec3;
use heliograph_scene::{HIDDEN, Layer, LinkLook, Network, Paint};
use std::ops::Range;
use wgpu::BufferUsages;

/// Of more nodes than this none is lit as a ball: a software adapter takes two milliseconds for a thousand, and a fiftieth of
/// that for points.
const MOST_BALLS: usize = 20_000;

/// A ball: place, diameter over the layer's node size, colour.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable)]
pub(crate) struct Node {
    pub(crate) center: Vec3,
    pub(crate) size: f32,
    pub(crate) color: [u8; 4],
}

/// Ways to draw networks.
pub(crate) struct NetworkPipelines {
    pub(crate) nodes: wgpu::RenderPipeline,
    links: wgpu::RenderPipeline,
    layout: wgpu::BindGroupLayout,
}

impl NetworkPipelines {
    pub(crate) fn new(device: &wgpu::Device, frame: &wgpu::BindGroupLayout) -> NetworkPipelines {
        let layout = storage_layout(device, wgpu::ShaderStages::VERTEX, &[true; 3]);
        let nodes = Raster {
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
        };
        let links = Raster {
            shader: LINKS,
            vertex: "link",
            fragment: "line",
            groups: &[frame, &layout],
            buffers: &[],
            topology: wgpu::PrimitiveTopology::TriangleStrip,
            depth: Depth::Test,
            blend: Blend::Over,
        };
        NetworkPipelines { nodes: nodes.build(device), links: links.build(device), layout }
    }
}

/// One network on the GPU. Its nodes are written whole: they move with every frame while its layout settles. Its links never
/// change, and stand in an order of which any prefix is a fair sample. Colours of their own are written when those change.
pub(crate) struct NetworkBuffers {
    nodes: wgpu::Buffer,
    node_count: usize,
    /// The nodes of a large network, as points.
    pub(crate) dots: Option<PointBuffers>,
    links: wgpu::Buffer,
    link_count: usize,
    /// The colours of the links in the same order; made when they first have any.
    link_colors: Option<wgpu::Buffer>,
    /// What those colours are of; none while the nodes give them.
    link_look: Option<LinkLook>,
    /// What the shader of links looks up; made when they are first drawn.
    group: Option<wgpu::BindGroup>,
}

impl NetworkBuffers {
    /// Makes room; `None` when the adapter has none.
    pub(crate) fn new(upload: &mut Upload<'_>, network: &Network) -> Option<NetworkBuffers> {
        let (node_count, link_count) = (network.positions.len(), network.edges.len());
        let nodes = upload.bound::<Node>("nodes", node_count, BufferUsages::VERTEX)?;
        let links = upload.bound::<[u32; 2]>("links", link_count, BufferUsages::empty())?;
        upload.write(&links, 0, &spread_out(&network.edges));
        let dots = if node_count > MOST_BALLS { Some(PointBuffers::with_room(upload, node_count, 0.0)?) } else { None };
        let (link_colors, link_look, group) = (None, None, None);
        Some(NetworkBuffers { nodes, node_count, dots, links, link_count, link_colors, link_look, group })
    }

    /// Whether other content fits the same room.
    pub(crate) fn fits(&self, network: &Network) -> bool {
        (self.node_count, self.link_count) == (network.positions.len(), network.edges.len())
    }

    pub(crate) fn write(&mut self, upload: &mut Upload<'_>, network: &Network, layer: &Layer) {
        self.write_nodes(upload, network, &layer.paint());
        let look = layer.link_look();
        if self.link_look != look {
            self.link_look = look.filter(|_| self.write_link_colors(upload, &layer.link_paint()));
        }
    }

    fn write_nodes(&mut self, upload: &Upload<'_>, network: &Network, paint: &Paint<'_>) {
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
        upload.rewrite(&self.nodes, &nodes);
        if let Some(dots) = &mut self.dots {
            dots.rewrite(upload, &network.positions, &colors);
        }
    }

    /// False when the adapter has no room for them.
    fn write_link_colors(&mut self, upload: &mut Upload<'_>, paint: &Paint<'_>) -> bool {
        if self.link_colors.is_none() {
            self.link_colors = upload.bound::<[u8; 4]>("colours of links", self.link_count, BufferUsages::empty());
            self.group = None;
        }
        let Some(buffer) = &self.link_colors else { return false };
        upload.write(buffer, 0, &spread_out(&paint.all(self.link_count)));
        true
    }

    /// Whether its links have colours of their own.
    pub(crate) fn has_link_colors(&self) -> bool {
        self.link_look.is_some()
    }

    pub(crate) fn link_count(&self) -> usize {
        self.link_count
    }

    /// Makes what binds the lists to the pipeline of links, if it is not there.
    pub(crate) fn bind(&mut self, device: &wgpu::Device, pipelines: &NetworkPipelines) {
        // Nobody looks at colours that are not there, but something must be bound.
        let colors = self.link_colors.as_ref().unwrap_or(&self.links);
        self.group.get_or_insert_with(|| storage_group(device, &pipelines.layout, &[&self.nodes, &self.links, colors]));
    }

    /// Draws the balls; their pipeline is set.
    pub(crate) fn draw_nodes(&self, pass: &mut wgpu::RenderPass<'_>, uniforms: &Uniforms, camera: Slot, item: Slot) {
        if self.node_count > 0 && self.dots.is_none() {
            pass.set_bind_group(0, uniforms.bind_group(), &camera.with(item));
            pass.set_vertex_buffer(0, self.nodes.slice(..));
            pass.draw(0..4, 0..self.node_count as u32);
        }
    }

    /// Draws some of the links.
    pub(crate) fn draw_links(
        &self,
        pass: &mut wgpu::RenderPass<'_>,
        pipelines: &NetworkPipelines,
        uniforms: &Uniforms,
        (camera, item): (Slot, Slot),
        range: Range<usize>,
    ) {
        let Some(group) = self.group.as_ref().filter(|_| !range.is_empty()) else { return };
        pass.set_pipeline(&pipelines.links);
        pass.set_bind_group(0, uniforms.bind_group(), &camera.with(item));
        pass.set_bind_group(1, group, &[]);
        pass.draw(0..4, range.start as u32..range.end as u32);
    }
}

/// The same of links in steps of a golden section of their number, so that any prefix is spread evenly over all of them.
fn spread_out<T: Copy>(links: &[T]) -> Vec<T> {
    let count = links.len();
    let mut step = (count as f64 * 0.618_033_988_75) as usize;
    while count > 1 && greatest_common_divisor(step, count) != 1 {
        step += 1;
    }
    (0..count).map(|at| links[(at * step) % count]).collect()
}

fn greatest_common_divisor(a: usize, b: usize) -> usize {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_all_there_and_any_prefix_is_spread_over_them() {
        for count in [0u32, 1, 2, 7, 10, 1000] {
            let edges: Vec<[u32; 2]> = (0..count).map(|at| [at, at]).collect();
            let mut spread = spread_out(&edges);
            if count == 1000 {
                let low = spread[..100].iter().filter(|[at, _]| *at < 500).count();
                assert!((40..60).contains(&low), "{low} of 100 are of the first half");
            }
            spread.sort_unstable();
            assert_eq!(spread, edges);
        }
    }
}
