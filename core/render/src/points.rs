//! Point clouds: the compute rasteriser of `points.wgsl`, `points_u64.wgsl` and `points_u32.wgsl`.

use crate::frame::{ItemUniform, Slot, Uniforms};
use crate::gpu::Gpu;
use crate::pipeline::{compute, storage_group, storage_layout};
use crate::shaders::{POINTS_U32, POINTS_U64};
use crate::upload::Upload;
use glam::Vec3;
use heliograph_scene::{Paint, Points};
use std::ops::Range;

/// Points in one binding: 48 MiB of positions, well below the 128 MiB that every adapter offers.
const CHUNK: usize = 4 << 20;
/// Threads of a workgroup, as in the shaders.
const WORKGROUP: u32 = 256;

/// A texel of the point buffer: colour below, depth above.
pub(crate) const TEXEL_BYTES: u64 = 8;

/// How the nearest point of a pixel is found.
enum Rasterizer {
    /// In one pass, by 64-bit atomics.
    U64(wgpu::ComputePipeline),
    /// In two passes, by 32-bit ones: depth, then colour.
    U32 { depth: wgpu::ComputePipeline, color: wgpu::ComputePipeline },
}

/// What all point clouds share.
pub(crate) struct PointPipelines {
    /// For a scene that is not clipped, and for one that is: points are too many to ask each of them for nothing.
    rasterizers: [Rasterizer; 2],
    layout: wgpu::BindGroupLayout,
}

impl PointPipelines {
    pub(crate) fn new(gpu: &Gpu, frame: &wgpu::BindGroupLayout, force_u32: bool) -> PointPipelines {
        let layout = storage_layout(&gpu.device, wgpu::ShaderStages::COMPUTE, &[true, true, false]);
        let groups = [frame, &layout];
        let rasterizers = [0.0, 1.0].map(|clips| {
            let constants = [("CLIPS", clips)];
            let compute = |shader, entry_point| compute(&gpu.device, shader, entry_point, &groups, &constants);
            if gpu.has_u64_atomics() && !force_u32 {
                Rasterizer::U64(compute(POINTS_U64, "splat"))
            } else {
                Rasterizer::U32 { depth: compute(POINTS_U32, "splat_depth"), color: compute(POINTS_U32, "splat_color") }
            }
        });
        PointPipelines { rasterizers, layout }
    }

    /// Adds points to the texels that the calls' bind groups name.
    pub(crate) fn draw(
        &self,
        pass: &mut wgpu::ComputePass<'_>,
        uniforms: &Uniforms,
        (camera, clips): (Slot, bool),
        calls: &[PointCall<'_>],
    ) {
        let mut run = |pipeline| {
            pass.set_pipeline(pipeline);
            for call in calls {
                pass.set_bind_group(0, uniforms.bind_group(), &camera.with(call.item));
                pass.set_bind_group(1, call.group, &[]);
                pass.dispatch_workgroups(call.count.div_ceil(WORKGROUP), 1, 1);
            }
        };
        match &self.rasterizers[usize::from(clips)] {
            Rasterizer::U64(pipeline) => run(pipeline),
            Rasterizer::U32 { depth, color } => {
                run(depth);
                run(color);
            }
        }
    }
}

/// A range of one chunk that is to be drawn.
pub(crate) struct PointCall<'a> {
    group: &'a wgpu::BindGroup,
    item: Slot,
    count: u32,
}

/// One cloud on the GPU.
pub(crate) struct PointBuffers {
    chunks: Vec<Chunk>,
    len: usize,
    /// See [`Points::spacing`].
    spacing: f32,
    /// How many points hold what the layer holds now.
    written: usize,
    /// How many hold something: after a change of colours, more than `written`.
    drawable: usize,
    /// Whether the bind groups are with the texels of what one sees through.
    as_glass: bool,
}

struct Chunk {
    positions: wgpu::Buffer,
    colors: wgpu::Buffer,
    /// With the texels of the target it was made for; made anew when they are replaced.
    group: Option<wgpu::BindGroup>,
}

impl PointBuffers {
    /// Makes room; `None` when the adapter has none.
    pub(crate) fn new(upload: &Upload<'_>, points: &Points) -> Option<PointBuffers> {
        PointBuffers::with_room(upload, points.positions.len(), points.spacing())
    }

    /// The same for so many points so far apart, see [`Points::spacing`].
    pub(crate) fn with_room(upload: &Upload<'_>, len: usize, spacing: f32) -> Option<PointBuffers> {
        let usage = wgpu::BufferUsages::STORAGE;
        let chunks = (0..len)
            .step_by(CHUNK)
            .map(|start| {
                let count = (len - start).min(CHUNK);
                Some(Chunk {
                    positions: upload.buffer::<Vec3>("positions of points", count, usage)?,
                    colors: upload.buffer::<[u8; 4]>("colours of points", count, usage)?,
                    group: None,
                })
            })
            .collect::<Option<_>>()?;
        Some(PointBuffers { chunks, len, spacing, written: 0, drawable: 0, as_glass: false })
    }

    /// Whether other content fits the same room: then it is written over the old, which stays in the picture until then.
    pub(crate) fn fits(&self, points: &Points) -> bool {
        points.positions.len() == self.len && points.spacing() == self.spacing
    }

    /// Writes all of them at once; for those that move with every frame.
    pub(crate) fn rewrite(&mut self, upload: &Upload<'_>, positions: &[Vec3], colors: &[[u8; 4]]) {
        for ((chunk, positions), colors) in self.chunks.iter().zip(positions.chunks(CHUNK)).zip(colors.chunks(CHUNK)) {
            upload.rewrite(&chunk.positions, positions);
            upload.rewrite(&chunk.colors, colors);
        }
        (self.written, self.drawable) = (self.len, self.len);
    }

    /// All is to be written again.
    pub(crate) fn invalidate(&mut self) {
        self.written = 0;
    }

    /// Goes on writing; true when that overwrote points that may have been drawn.
    pub(crate) fn upload(&mut self, upload: &mut Upload<'_>, points: &Points, paint: &Paint<'_>) -> bool {
        let overwrites = self.written < self.drawable;
        let mut colors = Vec::new();
        while self.written < self.len {
            let chunk = &self.chunks[self.written / CHUNK];
            let start = self.written / CHUNK * CHUNK;
            let end = (start + CHUNK).min(self.len);
            // Positions and colours go together, so a point takes the bytes of both.
            let until = upload.until::<[u32; 4]>(end, self.written);
            if until == self.written {
                break;
            }
            upload.write(&chunk.positions, self.written - start, &points.positions[self.written..until]);
            colors.clear();
            paint.fill(self.written..until, &mut colors);
            upload.write(&chunk.colors, self.written - start, &colors);
            self.written = until;
        }
        self.drawable = self.drawable.max(self.written);
        overwrites
    }

    pub(crate) fn is_uploaded(&self) -> bool {
        self.written == self.len
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn drawable(&self) -> usize {
        self.drawable
    }

    /// Upper bound of [`PointBuffers::calls`].
    pub(crate) fn chunk_count(&self) -> usize {
        self.chunks.len()
    }

    /// Forgets the bind groups: the target's texels are other ones.
    pub(crate) fn unbind(&mut self) {
        for chunk in &mut self.chunks {
            chunk.group = None;
        }
    }

    /// Makes the bind groups that are missing. `as_glass`: whether these are the texels of what one sees through.
    pub(crate) fn bind(
        &mut self,
        device: &wgpu::Device,
        pipelines: &PointPipelines,
        (texels, as_glass): (&wgpu::Buffer, bool),
    ) {
        if self.as_glass != as_glass {
            self.as_glass = as_glass;
            self.unbind();
        }
        for chunk in &mut self.chunks {
            chunk.group.get_or_insert_with(|| {
                storage_group(device, &pipelines.layout, &[&chunk.positions, &chunk.colors, texels])
            });
        }
    }

    /// The draw calls for a range of the points.
    pub(crate) fn calls<'a>(
        &'a self,
        range: Range<usize>,
        item: ItemUniform,
        uniforms: &mut Uniforms,
        calls: &mut Vec<PointCall<'a>>,
    ) {
        for (index, chunk) in self.chunks.iter().enumerate() {
            let start = index * CHUNK;
            let first = range.start.max(start);
            let end = range.end.min(start + CHUNK);
            let Some(group) = chunk.group.as_ref().filter(|_| first < end) else { continue };
            let count = (end - first) as u32;
            let item =
                uniforms.push(&ItemUniform { first: (first - start) as u32, count, spacing: self.spacing, ..item });
            calls.push(PointCall { group, item, count });
        }
    }
}
