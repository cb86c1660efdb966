//! Streamlines: as lines by `tracts.wgsl`, as tubes by `tubes.wgsl`.

use crate::frame::{Slot, Uniforms};
use crate::pipeline::{Blend, Depth, Raster};
use crate::shaders::{TRACTS, TUBES};
use crate::upload::Upload;
use bytemuck::{Pod, Zeroable};
use glam::Vec3;
use heliograph_scene::{HIDDEN, Paint, Tracts};
use std::ops::Range;

/// A point of a streamline in the buffer. Alpha is 255 where the streamline goes on to the next point, 0 at its end.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable)]
pub(crate) struct TractPoint {
    pub(crate) position: Vec3,
    pub(crate) color: [u8; 4],
}

const POINT_BYTES: u64 = size_of::<TractPoint>() as u64;

/// One buffer, bound several times, each a point further: an instance sees both ends of a segment.
pub(crate) fn tubes(device: &wgpu::Device, frame: &wgpu::BindGroupLayout) -> wgpu::RenderPipeline {
    let attributes = [
        wgpu::vertex_attr_array![0 => Float32x3, 1 => Unorm8x4],
        wgpu::vertex_attr_array![2 => Float32x3, 3 => Unorm8x4],
    ];
    Raster {
        shader: TUBES,
        vertex: "tube",
        fragment: "surface",
        groups: &[frame],
        buffers: &attributes.each_ref().map(|attributes| layout(attributes)),
        topology: wgpu::PrimitiveTopology::TriangleStrip,
        depth: Depth::Write,
        blend: Blend::Over,
    }
    .build(device)
}

fn layout(attributes: &[wgpu::VertexAttribute]) -> wgpu::VertexBufferLayout<'_> {
    wgpu::VertexBufferLayout { array_stride: POINT_BYTES, step_mode: wgpu::VertexStepMode::Instance, attributes }
}

/// The same with the points before and after.
pub(crate) fn lines(device: &wgpu::Device, frame: &wgpu::BindGroupLayout) -> wgpu::RenderPipeline {
    let attributes = [
        wgpu::vertex_attr_array![0 => Float32x3, 1 => Unorm8x4],
        wgpu::vertex_attr_array![2 => Float32x3, 3 => Unorm8x4],
        wgpu::vertex_attr_array![4 => Float32x3, 5 => Unorm8x4],
        wgpu::vertex_attr_array![6 => Float32x3, 7 => Unorm8x4],
    ];
    Raster {
        shader: TRACTS,
        vertex: "ribbon",
        fragment: "tube",
        groups: &[frame],
        buffers: &attributes.each_ref().map(|attributes| layout(attributes)),
        topology: wgpu::PrimitiveTopology::TriangleStrip,
        depth: Depth::Write,
        blend: Blend::Over,
    }
    .build(device)
}

/// Streamlines on the GPU: their points, with one before and one after that belong to none.
pub(crate) struct TractBuffers {
    points: wgpu::Buffer,
    point_count: usize,
    written: usize,
    /// How many hold something: after a change of colours, more than `written`.
    drawable: usize,
    /// The streamline that point `written` belongs to.
    streamline: usize,
}

impl TractBuffers {
    /// Makes room; `None` when the adapter has none.
    pub(crate) fn new(upload: &Upload<'_>, tracts: &Tracts) -> Option<TractBuffers> {
        let point_count = tracts.positions.len();
        let points = upload.buffer::<TractPoint>("streamlines", point_count + 2, wgpu::BufferUsages::VERTEX)?;
        Some(TractBuffers { points, point_count, written: 0, drawable: 0, streamline: 0 })
    }

    /// All is to be written again.
    pub(crate) fn invalidate(&mut self) {
        (self.written, self.streamline) = (0, 0);
    }

    /// Goes on writing; true when that overwrote what may have been drawn. What is not written yet is zero, and so belongs to
    /// no streamline.
    pub(crate) fn upload(&mut self, upload: &mut Upload<'_>, tracts: &Tracts, paint: &Paint<'_>) -> bool {
        let overwrites = self.written < self.drawable;
        let until = upload.until::<TractPoint>(self.point_count, self.written);
        // With the next point's: a segment is drawn where both its ends are.
        let mut colors = Vec::new();
        paint.fill(self.written..(until + 1).min(self.point_count), &mut colors);
        let is_shown = |at: usize| colors.get(at - self.written).is_some_and(|color| *color != HIDDEN);
        let points: Vec<TractPoint> = (self.written..until)
            .map(|at| {
                let goes_on = goes_on(&tracts.starts, &mut self.streamline, at) && at + 1 < self.point_count;
                let goes_on = goes_on && is_shown(at) && is_shown(at + 1);
                let [red, green, blue, _] = colors[at - self.written];
                TractPoint { position: tracts.positions[at], color: [red, green, blue, if goes_on { 255 } else { 0 }] }
            })
            .collect();
        upload.write(&self.points, self.written + 1, &points);
        self.written = until;
        self.drawable = self.drawable.max(until);
        overwrites
    }

    pub(crate) fn is_uploaded(&self) -> bool {
        self.written == self.point_count
    }

    /// Draws lines; their pipeline is set.
    pub(crate) fn draw_lines(&self, pass: &mut wgpu::RenderPass<'_>, uniforms: &Uniforms, camera: Slot, item: Slot) {
        self.draw(pass, uniforms, camera.with(item), 0..4);
    }

    /// Draws tubes; their pipeline is set.
    pub(crate) fn draw_tubes(&self, pass: &mut wgpu::RenderPass<'_>, uniforms: &Uniforms, camera: Slot, item: Slot) {
        // Without the points before and after.
        self.draw(pass, uniforms, camera.with(item), 1..3);
    }

    fn draw(&self, pass: &mut wgpu::RenderPass<'_>, uniforms: &Uniforms, offsets: [u32; 2], points: Range<u32>) {
        if self.drawable < 2 {
            return;
        }
        pass.set_bind_group(0, uniforms.bind_group(), &offsets);
        for (slot, point) in (0..).zip(points) {
            pass.set_vertex_buffer(slot, self.points.slice(u64::from(point) * POINT_BYTES..));
        }
        pass.draw(0..4, 0..(self.drawable - 1) as u32);
    }
}

/// Whether the point after `at` is of the same streamline. `streamline` is moved on to the one that holds `at`.
fn goes_on(starts: &[u32], streamline: &mut usize, at: usize) -> bool {
    while starts.get(*streamline + 1).is_some_and(|&end| end as usize <= at) {
        *streamline += 1;
    }
    let start = starts.get(*streamline).copied().unwrap_or(u32::MAX) as usize;
    let end = starts.get(*streamline + 1).copied().unwrap_or(0) as usize;
    start <= at && at + 1 < end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streamlines_end_where_the_next_begins_even_when_some_are_empty() {
        // 0..3, 3..3, 3..5, 5..6; points 6 and 7 belong to none.
        let starts = [0, 3, 3, 5, 6];
        let mut streamline = 0;
        let found: Vec<bool> = (0..8).map(|at| goes_on(&starts, &mut streamline, at)).collect();
        assert_eq!(found, [true, true, false, true, false, false, false, false]);
    }
}
