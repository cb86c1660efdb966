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
    vertex_count: usize,
    /// How much of each of these is written, in the order of the fields.
    written: [usize; 3],
    /// Its triangles, and then those of its coarser levels, finest first.
    levels: Vec<Level>,
    /// Which of them is drawn.
    chosen: usize,
    /// Whether all was there once; other colours are written over what is drawn.
    was_whole: bool,
}

/// A mesh, or what it is drawn in while there is haste: triangles of its vertices.
struct Level {
    indices: wgpu::Buffer,
    index_count: usize,
    written: usize,
    /// The lists as the edges' shader looks them up; made when edges are first drawn.
    edges: Option<wgpu::BindGroup>,
}

impl Level {
    fn new(upload: &Upload<'_>, index_count: usize) -> Option<Level> {
        let usage = BufferUsages::INDEX | BufferUsages::STORAGE;
        let indices = upload.buffer::<u32>("triangles of a mesh", index_count, usage)?;
        Some(Level { indices, index_count, written: 0, edges: None })
    }

    fn is_written(&self) -> bool {
        self.written == self.index_count
    }
}

impl MeshBuffers {
    /// Makes room, also for coarser levels of the mesh; `None` when the adapter has none.
    pub(crate) fn new(upload: &Upload<'_>, mesh: &Mesh, coarser: &[Vec<u32>]) -> Option<MeshBuffers> {
        let vertex_count = mesh.positions.len();
        let both = BufferUsages::VERTEX | BufferUsages::STORAGE;
        let lens = std::iter::once(mesh.indices.len() / 3 * 3).chain(coarser.iter().map(Vec::len));
        Some(MeshBuffers {
            positions: upload.buffer::<Vec3>("positions of a mesh", vertex_count, both)?,
            normals: upload.buffer::<Vec3>("normals of a mesh", vertex_count, BufferUsages::VERTEX)?,
            colors: upload.buffer::<[u8; 4]>("colours of a mesh", vertex_count, both)?,
            vertex_count,
            written: [0; 3],
            levels: lens.map(|len| Level::new(upload, len)).collect::<Option<_>>()?,
            chosen: 0,
            was_whole: false,
        })
    }

    /// Its colours are to be written again; the rest is the same.
    pub(crate) fn invalidate_colors(&mut self) {
        self.written[2] = 0;
    }

    /// Goes on writing. Vertices of one colour are white, to be tinted; those without a normal get their triangle's.
    /// True when what may have been drawn was overwritten.
    pub(crate) fn upload(
        &mut self,
        upload: &mut Upload<'_>,
        mesh: &Mesh,
        coarser: &[Vec<u32>],
        paint: &Paint<'_>,
    ) -> bool {
        let overwrites = self.was_whole && !self.is_uploaded();
        let [positions, normals, colored] = &mut self.written;
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
        let lists = std::iter::once(&mesh.indices).chain(coarser);
        for (level, list) in self.levels.iter_mut().zip(lists) {
            level.written = upload.advance(&level.indices, &list[..level.index_count], level.written);
        }
        self.was_whole |= self.is_uploaded();
        overwrites
    }

    pub(crate) fn is_uploaded(&self) -> bool {
        self.written == [self.vertex_count; 3] && self.levels.iter().all(Level::is_written)
    }

    /// How many triangles it has.
    pub(crate) fn triangle_count(&self) -> usize {
        self.levels.first().map_or(0, |level| level.index_count / 3)
    }

    /// Chooses the finest level of at most so many triangles for what is drawn next, or the coarsest; gives how many it has.
    pub(crate) fn choose(&mut self, most: usize) -> usize {
        let fits = |level: &Level| level.index_count / 3 <= most;
        self.chosen = self.levels.iter().position(fits).unwrap_or(self.levels.len().saturating_sub(1));
        self.levels.get(self.chosen).map_or(0, |level| level.index_count / 3)
    }

    /// Makes what the edges are looked up in. Where lists are longer than the adapter binds there is nothing, and the mesh
    /// is drawn flat.
    pub(crate) fn bind(&mut self, gpu: &Gpu, pipelines: &MeshPipelines) {
        let most_bytes = gpu.device.limits().max_storage_buffer_binding_size;
        let MeshBuffers { positions, colors, levels, .. } = self;
        let fits = |list: &wgpu::Buffer| list.size() <= most_bytes;
        if !fits(positions) || !fits(colors) || !levels.iter().all(|level| fits(&level.indices)) {
            return;
        }
        for level in levels {
            let lists = [&*positions, colors, &level.indices];
            level.edges.get_or_insert_with(|| storage_group(&gpu.device, &pipelines.edges_layout, &lists));
        }
    }

    /// Whether its edges can be drawn.
    pub(crate) fn has_edges(&self) -> bool {
        self.levels.iter().all(|level| level.edges.is_some())
    }

    /// What is to be drawn, if it is there.
    fn drawn(&self) -> Option<&Level> {
        self.levels.get(self.chosen).filter(|level| self.was_whole && level.index_count > 0)
    }

    /// Draws the edges; their pipeline is set.
    pub(crate) fn draw_edges(&self, pass: &mut wgpu::RenderPass<'_>, uniforms: &Uniforms, camera: Slot, item: Slot) {
        let Some(level) = self.drawn() else { return };
        let Some(edges) = &level.edges else { return };
        pass.set_bind_group(0, uniforms.bind_group(), &camera.with(item));
        pass.set_bind_group(1, edges, &[]);
        pass.draw(0..level.index_count as u32, 0..1);
    }

    /// Draws the surface; its pipeline is set.
    pub(crate) fn draw(&self, pass: &mut wgpu::RenderPass<'_>, uniforms: &Uniforms, camera: Slot, item: Slot) {
        let Some(level) = self.drawn() else { return };
        pass.set_bind_group(0, uniforms.bind_group(), &camera.with(item));
        pass.set_vertex_buffer(0, self.positions.slice(..));
        pass.set_vertex_buffer(1, self.normals.slice(..));
        pass.set_vertex_buffer(2, self.colors.slice(..));
        pass.set_index_buffer(level.indices.slice(..), wgpu::IndexFormat::Uint32);
        pass.draw_indexed(0..level.index_count as u32, 0, 0..1);
    }
}
