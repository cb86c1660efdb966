//! Triangle meshes: `mesh.wgsl`.

use crate::frame::{Slot, Uniforms};
use crate::pipeline::{Blend, Depth, Raster};
use crate::shaders::MESH;
use crate::upload::Upload;
use glam::Vec3;
use heliograph_scene::{Mesh, Paint};
use wgpu::{BufferUsages, VertexStepMode};

pub(crate) fn pipeline(device: &wgpu::Device, frame: &wgpu::BindGroupLayout) -> wgpu::RenderPipeline {
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
}

impl MeshBuffers {
    /// Makes room; `None` when the adapter has none.
    pub(crate) fn new(upload: &Upload<'_>, mesh: &Mesh) -> Option<MeshBuffers> {
        let (vertex_count, index_count) = (mesh.positions.len(), mesh.indices.len() / 3 * 3);
        Some(MeshBuffers {
            positions: upload.buffer::<Vec3>("positions of a mesh", vertex_count, BufferUsages::VERTEX)?,
            normals: upload.buffer::<Vec3>("normals of a mesh", vertex_count, BufferUsages::VERTEX)?,
            colors: upload.buffer::<[u8; 4]>("colours of a mesh", vertex_count, BufferUsages::VERTEX)?,
            indices: upload.buffer::<u32>("triangles of a mesh", index_count, BufferUsages::INDEX)?,
            vertex_count,
            index_count,
            written: [0; 4],
            was_whole: false,
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
