//! Triangle meshes: `mesh.wgsl`, and their edges: `edges.wgsl`.

use crate::frame::{Slot, Uniforms};
use crate::gpu::Gpu;
use crate::pipeline::{Blend, Depth, Raster, storage_group, storage_layout};
use crate::shaders::{EDGES, MESH};
use crate::upload::Upload;
use glam::Vec3;
use heliograph_scene::{Mesh, Paint};
use wgpu::{BufferUsages, VertexStepMode};

/// Ways to draw meshes.
pub(crate) struct MeshPipelines {
    pub(crate) surface: wgpu::RenderPipeline,
    pub(crate) edges: wgpu::RenderPipeline,
    edges_layout: wgpu::BindGroupLayout,
}

impl MeshPipelines {
    pub(crate) fn new(device: &wgpu::Device, frame: &wgpu::BindGroupLayout) -> MeshPipelines {
        let edges_layout = storage_layout(device, wgpu::ShaderStages::VERTEX, &[true; 3]);
        let edges = Raster {
            shader: EDGES,
            vertex: "corner",
            fragment: "edges",
            groups: &[frame, &edges_layout],
            buffers: &[],
            topology: wgpu::PrimitiveTopology::TriangleList,
            depth: Depth::Write,
            blend: Blend::Over,
        };
        MeshPipelines { surface: surface_pipeline(device, frame), edges: edges.build(device), edges_layout }
    }
}

fn surface_pipeline(device: &wgpu::Device, frame: &wgpu::BindGroupLayout) -> wgpu::RenderPipeline {
    let buffer = |array_stride, attributes| wgpu::VertexBufferLayout {
        array_stride,
        step_mode: VertexStepMode::Vertex,
        attributes,
    };
    Raster {
        shader: MESH,
        vertex: "corner",
        fragment: "surface",
        groups: &[frame],
        buffers: &[
            buffer(12, &wgpu::vertex_attr_array![0 => Float32x3]),
            buffer(12, &wgpu::vertex_attr_array![1 => Float32x3]),
            buffer(4, &wgpu::vertex_attr_array![2 => Unorm8x4]),
        ],
        topology: wgpu::PrimitiveTopology::TriangleList,
        depth: Depth::Write,
        blend: Blend::Replace,
    }
    .build(device)
}

/// One mesh on the GPU. It is drawn when all of it is there: half a mesh would have holes.
pub(crate) struct MeshBuffers {
    positions: wgpu::Buffer,
    normals: wgpu::Buffer,
    colors: wgpu::Buffer,
    indices: wgpu::Buffer,
    vertex_count: usize,
    index_count: usize,
    /// How much of each list is written, in the order of the fields.
    written: [usize; 4],
    /// Whether all was there once; other colours are written over what is drawn.
    was_whole: bool,
    /// The lists as the edges' shader looks them up; made when edges are first drawn.
    edges: Option<wgpu::BindGroup>,
}

impl MeshBuffers {
    /// Makes room; `None` when the adapter has none.
    pub(crate) fn new(upload: &Upload<'_>, mesh: &Mesh) -> Option<MeshBuffers> {
        let (vertex_count, index_count) = (mesh.positions.len(), mesh.indices.len() / 3 * 3);
        let both = BufferUsages::VERTEX | BufferUsages::STORAGE;
        Some(MeshBuffers {
            positions: upload.buffer::<Vec3>("positions of a mesh", vertex_count, both)?,
            normals: upload.buffer::<Vec3>("normals of a mesh", vertex_count, BufferUsages::VERTEX)?,
            colors: upload.buffer::<[u8; 4]>("colours of a mesh", vertex_count, both)?,
            indices: upload.buffer::<u32>(
                "triangles of a mesh",
                index_count,
                BufferUsages::INDEX | BufferUsages::STORAGE,
            )?,
            vertex_count,
            index_count,
            written: [0; 4],
            was_whole: false,
            edges: None,
        })
    }

    /// Its colours are to be written again; the rest is the same.
    pub(crate) fn invalidate_colors(&mut self) {
        self.written[2] = 0;
    }

    /// Goes on writing. Vertices of one colour are white, to be tinted; those without a normal get their triangle's.
    /// True when what may have been drawn was overwritten.
    pub(crate) fn upload(&mut self, upload: &mut Upload<'_>, mesh: &Mesh, paint: &Paint<'_>) -> bool {
        let overwrites = self.was_whole && !self.is_uploaded();
        let [positions, normals, colored, indexed] = &mut self.written;
        *positions = upload.advance(&self.positions, &mesh.positions, *positions);
        *normals = match mesh.normals.get(..self.vertex_count) {
            Some(list) => upload.advance(&self.normals, list, *normals),
            None => self.vertex_count, // WebGPU gives zeroed buffers.
        };
        let until = upload.until::<[u8; 4]>(self.vertex_count, *colored);
        let mut colors = Vec::new();
        if paint.is_plain() {
            colors.resize(until - *colored, [255; 4]);
        } else {
            paint.fill(*colored..until, &mut colors);
        }
        upload.write(&self.colors, *colored, &colors);
        *colored = until;
        *indexed = upload.advance(&self.indices, &mesh.indices[..self.index_count], *indexed);
        self.was_whole |= self.is_uploaded();
        overwrites
    }

    pub(crate) fn is_uploaded(&self) -> bool {
        self.written == [self.vertex_count, self.vertex_count, self.vertex_count, self.index_count]
    }

    /// Makes what the edges are looked up in. Where lists are longer than the adapter binds there is nothing, and the mesh
    /// is drawn flat.
    pub(crate) fn bind(&mut self, gpu: &Gpu, pipelines: &MeshPipelines) {
        let most_bytes = gpu.device.limits().max_storage_buffer_binding_size;
        let lists = [&self.positions, &self.colors, &self.indices];
        if self.edges.is_none() && lists.iter().all(|list| list.size() <= most_bytes) {
            self.edges = Some(storage_group(&gpu.device, &pipelines.edges_layout, &lists));
        }
    }

    /// Whether its edges can be drawn.
    pub(crate) fn has_edges(&self) -> bool {
        self.edges.is_some()
    }

    /// Draws the edges; their pipeline is set.
    pub(crate) fn draw_edges(&self, pass: &mut wgpu::RenderPass<'_>, uniforms: &Uniforms, camera: Slot, item: Slot) {
        let Some(edges) = self.edges.as_ref().filter(|_| self.was_whole && self.index_count > 0) else { return };
        pass.set_bind_group(0, uniforms.bind_group(), &camera.with(item));
        pass.set_bind_group(1, edges, &[]);
        pass.draw(0..self.index_count as u32, 0..1);
    }

    /// Draws the surface; its pipeline is set.
    pub(crate) fn draw(&self, pass: &mut wgpu::RenderPass<'_>, uniforms: &Uniforms, camera: Slot, item: Slot) {
        if !self.was_whole || self.index_count == 0 {
            return;
        }
        pass.set_bind_group(0, uniforms.bind_group(), &camera.with(item));
        pass.set_vertex_buffer(0, self.positions.slice(..));
        pass.set_vertex_buffer(1, self.normals.slice(..));
        pass.set_vertex_buffer(2, self.colors.slice(..));
        pass.set_index_buffer(self.indices.slice(..), wgpu::IndexFormat::Uint32);
        pass.draw_indexed(0..self.index_count as u32, 0, 0..1);
    }
}
