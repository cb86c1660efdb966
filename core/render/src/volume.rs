//! Volumes on the GPU: `volume.wgsl`, `slices.wgsl`, `march.wgsl`.
//!
//! Numbers become texels of 8 or 16 bits. Sixteen are two times eight (`Rg8Unorm`), which every adapter interpolates, and
//! because interpolation is linear the sum of the two interpolated parts is the interpolated number.

mod coding;
mod mask;
mod pipelines;

use crate::frame::{Slot, Uniforms};
use crate::upload::Upload;
use bytemuck::{Pod, Zeroable};
use coding::Coding;
use glam::{Mat4, Vec2, Vec3};
use heliograph_scene::{ColorTable, Layer, Volume, VolumeMode};
use mask::Mask;

pub(crate) use pipelines::VolumePipelines;

/// `Volume` of `volume.wgsl`.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable)]
struct VolumeUniform {
    texture_from_view: Mat4,
    scene_from_texture: Mat4,
    size: Vec3,
    missing: f32,
    parts: Vec2,
    least: f32,
    span: f32,
    slices: Vec3,
    logarithmic: u32,
    color_start: f32,
    color_per_unit: f32,
    opacity_start: f32,
    opacity_per_unit: f32,
    density: f32,
    level: f32,
    mode: u32,
    step_voxels: f32,
    clear_below: f32,
    opacity: f32,
    labels: u32,
    dims: u32,
}

const _: () = assert!(size_of::<VolumeUniform>() == 224);

/// The side of a brick in voxels, as in `march.wgsl`.
const BRICK: usize = 8;
/// A frame brings so many voxels to the GPU: to make texels of more would take too long.
const VOXELS_A_FRAME: usize = 1 << 20;

/// One volume on the GPU.
pub(crate) struct VolumeBuffers {
    numbers: wgpu::Texture,
    bricks: wgpu::Texture,
    colors: wgpu::Texture,
    uniform: wgpu::Buffer,
    /// With numbers interpolated, and not; made when they are first drawn.
    groups: [Option<wgpu::BindGroup>; 2],
    size: [usize; 3],
    coding: Coding,
    /// Of the moment that is being written.
    frame: u32,
    /// How many slices across k are written.
    written: usize,
    /// The greatest n of each brick, so far.
    brick_most: Vec<u8>,
    /// The colours that are written.
    painted: Option<ColorTable>,
    mask: Mask,
    /// Whether a whole moment was there once.
    was_whole: bool,
}

impl VolumeBuffers {
    /// Makes room; `None` when the adapter has none.
    pub(crate) fn new(upload: &Upload<'_>, volume: &Volume) -> Option<VolumeBuffers> {
        let device = &upload.gpu.device;
        let most_side = device.limits().max_texture_dimension_3d;
        if volume.size.iter().any(|side| *side > most_side) {
            upload.gpu.report(format!(
                "a volume of {:?} voxels does not fit: {} takes at most {most_side} along each axis",
                volume.size,
                upload.gpu.description()
            ));
            return None;
        }
        let coding = Coding::of(volume);
        let size = volume.size.map(|side| side as usize);
        let bricks = size.map(|side| side.div_ceil(BRICK));
        let format = if coding.bytes == 1 { wgpu::TextureFormat::R8Unorm } else { wgpu::TextureFormat::Rg8Unorm };
        let texture = |label, [width, height, depth]: [usize; 3], dimension, format| {
            device.create_texture(&wgpu::TextureDescriptor {
                label: Some(label),
                size: wgpu::Extent3d {
                    width: width as u32,
                    height: height as u32,
                    depth_or_array_layers: depth as u32,
                },
                mip_level_count: 1,
                sample_count: 1,
                dimension,
                format,
                usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST,
                view_formats: &[],
            })
        };
        let uniform = device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("volume"),
            size: size_of::<VolumeUniform>() as u64,
            usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let colors = wgpu::TextureFormat::Rgba8Unorm;
        Some(VolumeBuffers {
            numbers: texture("numbers of a volume", size, wgpu::TextureDimension::D3, format),
            bricks: texture("bricks of a volume", bricks, wgpu::TextureDimension::D3, wgpu::TextureFormat::R8Unorm),
            colors: texture("colours of a volume", [256, 2, 1], wgpu::TextureDimension::D2, colors),
            uniform,
            groups: [None, None],
            size,
            coding,
            frame: 0,
            written: 0,
            brick_most: vec![0; bricks.iter().product()],
            painted: None,
            mask: Mask::new(upload)?,
            was_whole: false,
        })
    }

    /// Something else may be selected.
    pub(crate) fn invalidate_selection(&mut self) {
        self.mask.invalidate();
    }

    /// Goes on writing; true when what may have been drawn was overwritten.
    pub(crate) fn upload(&mut self, upload: &mut Upload<'_>, volume: &Volume, layer: &Layer) -> bool {
        let was_bound = self.mask.buffer().clone();
        let is_masked_anew = self.mask.upload(upload, volume, layer.selected_bits());
        if *self.mask.buffer() != was_bound {
            self.groups = [None, None];
        }
        self.upload_numbers(upload, volume, layer) || is_masked_anew
    }

    fn upload_numbers(&mut self, upload: &mut Upload<'_>, volume: &Volume, layer: &Layer) -> bool {
        let frame = layer.style.volume.frame.min(volume.frames.saturating_sub(1));
        if frame != self.frame {
            self.frame = frame;
            self.written = 0;
            self.brick_most.fill(0);
        }
        if self.is_whole() {
            return false;
        }
        let [width, height, depth] = self.size;
        let slice_bytes = width * height * self.coding.bytes;
        let room = upload.until::<u8>(usize::MAX, 0) / slice_bytes.max(1);
        let slices = (VOXELS_A_FRAME / (width * height).max(1)).min(room).max(1).min(depth - self.written);
        let mut texels = Vec::with_capacity(slices * slice_bytes);
        for slice in self.written..self.written + slices {
            self.encode(volume, slice, &mut texels);
        }
        upload.write_slices(&self.numbers, self.written, slices, &texels);
        self.written += slices;
        if self.is_whole() {
            let bricks = self.bricks.depth_or_array_layers() as usize;
            upload.write_slices(&self.bricks, 0, bricks, &self.brick_most);
            self.was_whole = true;
        }
        self.was_whole
    }

    /// Adds the texels of a slice, and counts its numbers among their bricks' greatest.
    fn encode(&mut self, volume: &Volume, slice: usize, texels: &mut Vec<u8>) {
        let [width, height, _] = self.size;
        let [across, down, _] = self.size.map(|side| side.div_ceil(BRICK));
        let mut row_most = vec![0.0f64; across];
        for row in 0..height {
            let start = self.frame as usize * volume.voxels() + (slice * height + row) * width;
            row_most.fill(0.0);
            let mut at = 0;
            volume.values.values.each(start..start + width, |value| {
                let n = self.coding.n(value);
                self.coding.push(n, texels);
                for brick in touched(at, across) {
                    // NaN is greater than nothing.
                    row_most[brick] = row_most[brick].max(n);
                }
                at += 1;
            });
            for layer in touched(slice, self.size[2].div_ceil(BRICK)) {
                for line in touched(row, down) {
                    let bricks = (layer * down + line) * across;
                    for (kept, most) in self.brick_most[bricks..bricks + across].iter_mut().zip(&row_most) {
                        *kept = (*kept).max((most * 255.0).ceil() as u8);
                    }
                }
            }
        }
    }

    /// Whether all numbers of the moment are written.
    fn is_whole(&self) -> bool {
        self.written == self.size[2]
    }

    pub(crate) fn is_uploaded(&self) -> bool {
        self.is_whole() && self.mask.is_uploaded()
    }

    /// Whether a whole moment can be drawn.
    pub(crate) fn is_drawable(&self) -> bool {
        self.was_whole
    }

    /// Brings colours and place up to date; to be called before it is drawn.
    pub(crate) fn prepare(
        &mut self,
        queue: &wgpu::Queue,
        volume: &Volume,
        layer: &Layer,
        view_from_scene: Mat4,
        step_voxels: f32,
    ) {
        let colors = layer.paint().table();
        if self.painted.as_ref() != Some(&colors) {
            let whole = self.colors.as_image_copy();
            let layout = wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(1024), rows_per_image: None };
            let rows = [colors.table.as_slice(), &colors.dimmed].concat();
            queue.write_texture(whole, rows.as_flattened(), layout, self.colors.size());
        }
        let size = Vec3::from(volume.size.map(|side| side as f32));
        // The middle of the first voxel is at half a voxel.
        let voxel_from_texture = Mat4::from_translation(Vec3::splat(-0.5)) * Mat4::from_scale(size);
        let scene_from_texture = Mat4::from_translation(layer.offset) * Mat4::from(volume.placed) * voxel_from_texture;
        let style = &layer.style.volume;
        let [opaque_from, opaque_to] = layer.opacity_range().unwrap_or([0.0, 1.0]).map(|value| self.coding.n(value));
        let slices = std::array::from_fn(|axis| (style.slice(axis, volume.size) as f32 + 0.5) / size[axis]);
        let (parts, missing) = self.coding.decoding();
        let has_labels = volume.values.categories.is_some();
        // The shader takes logarithms to the base of 2.
        let (start, per_unit) = match colors.log {
            true => (colors.start * std::f64::consts::LOG2_10, colors.per_unit / std::f64::consts::LOG2_10),
            false => (colors.start, colors.per_unit),
        };
        let uniform = VolumeUniform {
            texture_from_view: (view_from_scene * scene_from_texture).inverse(),
            scene_from_texture,
            size,
            missing,
            parts,
            least: self.coding.least as f32,
            span: self.coding.span as f32,
            slices: Vec3::from_array(slices),
            logarithmic: u32::from(colors.log),
            color_start: start as f32,
            color_per_unit: per_unit as f32,
            opacity_start: opaque_from as f32,
            opacity_per_unit: (1.0 / (opaque_to - opaque_from).max(1e-6)) as f32,
            density: style.density,
            level: layer.level().map_or(0.5, |level| self.coding.n(level)) as f32,
            mode: match style.mode {
                VolumeMode::Slices => 0,
                VolumeMode::Fog => 1,
                VolumeMode::Maximum => 2,
                VolumeMode::Surface => 3,
            },
            step_voxels,
            // What has no label has half a colour's number.
            clear_below: if !style.clear_low {
                -1.0
            } else if has_labels {
                0.75
            } else {
                0.0
            },
            opacity: layer.style.opacity,
            labels: u32::from(has_labels),
            dims: self.mask.dims(layer.selected_bits()) as u32,
        };
        queue.write_buffer(&self.uniform, 0, bytemuck::bytes_of(&uniform));
        self.painted = Some(colors);
    }

    /// Makes what binds it to the pipelines, if it is not there.
    pub(crate) fn bind(&mut self, device: &wgpu::Device, pipelines: &VolumePipelines) {
        for (group, sampler) in self.groups.iter_mut().zip([&pipelines.smooth, &pipelines.boxes]) {
            group.get_or_insert_with(|| {
                let view = |texture: &wgpu::Texture| texture.create_view(&Default::default());
                let [numbers, colors, bricks] = [&self.numbers, &self.colors, &self.bricks].map(view);
                let entry = |binding, resource| wgpu::BindGroupEntry { binding, resource };
                device.create_bind_group(&wgpu::BindGroupDescriptor {
                    label: Some("volume"),
                    layout: &pipelines.layout,
                    entries: &[
                        entry(0, self.uniform.as_entire_binding()),
                        entry(1, wgpu::BindingResource::TextureView(&numbers)),
                        entry(2, wgpu::BindingResource::Sampler(sampler)),
                        entry(3, wgpu::BindingResource::TextureView(&colors)),
                        entry(4, wgpu::BindingResource::TextureView(&bricks)),
                        entry(5, self.mask.buffer().as_entire_binding()),
                    ],
                })
            });
        }
    }

    /// Binds it and draws the slices that are shown; the pipeline is set.
    pub(crate) fn draw_slices(
        &self,
        pass: &mut wgpu::RenderPass<'_>,
        uniforms: &Uniforms,
        (camera, item): (Slot, Slot),
        layer: &Layer,
    ) {
        if self.set(pass, uniforms, (camera, item), layer) {
            let shown = layer.style.volume.shown;
            (0..3).filter(|axis| shown[*axis as usize]).for_each(|axis| pass.draw(0..4, axis..axis + 1));
        }
    }

    /// Binds it and marches through it in every pixel; the pipeline and the depths are set.
    pub(crate) fn march(
        &self,
        pass: &mut wgpu::RenderPass<'_>,
        uniforms: &Uniforms,
        (camera, item): (Slot, Slot),
        layer: &Layer,
    ) {
        if self.set(pass, uniforms, (camera, item), layer) {
            pass.draw(0..3, 0..1);
        }
    }

    fn set(
        &self,
        pass: &mut wgpu::RenderPass<'_>,
        uniforms: &Uniforms,
        (camera, item): (Slot, Slot),
        layer: &Layer,
    ) -> bool {
        let group = &self.groups[usize::from(!layer.style.volume.smooth)];
        let Some(group) = group.as_ref().filter(|_| self.was_whole) else { return false };
        pass.set_bind_group(0, uniforms.bind_group(), &camera.with(item));
        pass.set_bind_group(1, group, &[]);
        true
    }
}

/// Which bricks a voxel counts for: its own and, at the border, the one beyond, because numbers between the two are made of
/// both.
fn touched(voxel: usize, bricks: usize) -> impl Iterator<Item = usize> + Clone {
    let first = voxel.saturating_sub(1) / BRICK;
    let last = ((voxel + 1) / BRICK).min(bricks - 1);
    first..=last
}
