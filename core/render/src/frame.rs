//! [`Uniforms`]: what changes with every frame and every draw call, in one buffer that is written once a frame.

use bytemuck::{Pod, Zeroable};
use glam::{Mat4, Vec2, Vec3, Vec4};
use heliograph_scene::{Diameter, Layer};

/// `Camera` of `camera.wgsl`.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable)]
pub(crate) struct CameraUniform {
    pub(crate) clip_from_scene: Mat4,
    pub(crate) view_from_scene: Mat4,
    pub(crate) clip_from_view: Mat4,
    pub(crate) background_top: Vec4,
    pub(crate) background_bottom: Vec4,
    pub(crate) viewport_px: Vec2,
    pub(crate) distance: f32,
    pub(crate) padding: u32,
    pub(crate) clip_least: Vec3,
    pub(crate) is_clipping: u32,
    pub(crate) clip_most: Vec3,
    pub(crate) more_padding: u32,
    pub(crate) clip_plane: Vec4,
}

impl CameraUniform {
    /// The same without clipping.
    pub(crate) fn of_all(&self) -> CameraUniform {
        CameraUniform { is_clipping: 0, ..*self }
    }
}

/// `Item` of `camera.wgsl`.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable)]
pub(crate) struct ItemUniform {
    pub(crate) offset: Vec3,
    pub(crate) size_px: f32,
    pub(crate) tint: Vec4,
    pub(crate) first: u32,
    pub(crate) count: u32,
    pub(crate) spacing: f32,
    pub(crate) mode: u32,
}

impl ItemUniform {
    /// Points or lines of a layer.
    pub(crate) fn of_diameter(layer: &Layer) -> ItemUniform {
        let (size, mode) = match layer.diameter() {
            Diameter::Pixels(px) => (px, 0),
            Diameter::Scene(length) => (length, 1),
        };
        ItemUniform { mode, ..ItemUniform::new(layer.offset, size) }
    }

    /// At a place, of a size, with the buffers' own colours.
    pub(crate) fn new(offset: Vec3, size_px: f32) -> ItemUniform {
        ItemUniform { offset, size_px, tint: Vec4::ONE, first: 0, count: 0, spacing: 0.0, mode: 0 }
    }
}

/// Dynamic offsets are multiples of this on every adapter.
const STEP_BYTES: usize = 256;

const _: () = assert!(size_of::<CameraUniform>() == 288 && size_of::<ItemUniform>() == 48);
/// How many steps a camera takes in the buffer.
pub(crate) const CAMERA_SLOTS: usize = size_of::<CameraUniform>().div_ceil(STEP_BYTES);

/// Where a uniform lies in the buffer: a dynamic offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Slot(u32);

/// The buffer, and what goes into it at the end of the frame.
pub(crate) struct Uniforms {
    layout: wgpu::BindGroupLayout,
    buffer: wgpu::Buffer,
    bind_group: wgpu::BindGroup,
    staged: Vec<u8>,
}

impl Uniforms {
    pub(crate) fn new(device: &wgpu::Device) -> Uniforms {
        let entry = |binding, bytes: usize| wgpu::BindGroupLayoutEntry {
            binding,
            visibility: wgpu::ShaderStages::VERTEX_FRAGMENT | wgpu::ShaderStages::COMPUTE,
            ty: wgpu::BindingType::Buffer {
                ty: wgpu::BufferBindingType::Uniform,
                has_dynamic_offset: true,
                min_binding_size: wgpu::BufferSize::new(bytes as u64),
            },
            count: None,
        };
        let layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some("camera and item"),
            entries: &[entry(0, size_of::<CameraUniform>()), entry(1, size_of::<ItemUniform>())],
        });
        let (buffer, bind_group) = allocate(device, &layout, 64);
        Uniforms { layout, buffer, bind_group, staged: Vec::new() }
    }

    /// Group 0 of every pipeline.
    pub(crate) fn layout(&self) -> &wgpu::BindGroupLayout {
        &self.layout
    }

    /// Starts a frame of at most `slots` steps: one for an item, [`CAMERA_SLOTS`] for a camera.
    pub(crate) fn begin(&mut self, device: &wgpu::Device, slots: usize) {
        self.staged.clear();
        if self.buffer.size() < ((slots + 1) * STEP_BYTES) as u64 {
            (self.buffer, self.bind_group) = allocate(device, &self.layout, (slots + 1).next_power_of_two());
        }
    }

    /// Adds a uniform to the frame.
    pub(crate) fn push<T: Pod>(&mut self, uniform: &T) -> Slot {
        let slot = Slot(self.staged.len() as u32);
        self.staged.extend_from_slice(bytemuck::bytes_of(uniform));
        self.staged.resize(self.staged.len().next_multiple_of(STEP_BYTES), 0);
        slot
    }

    /// Writes the frame's uniforms; they arrive before what is submitted next.
    pub(crate) fn write(&self, queue: &wgpu::Queue) {
        queue.write_buffer(&self.buffer, 0, &self.staged);
    }

    pub(crate) fn bind_group(&self) -> &wgpu::BindGroup {
        &self.bind_group
    }
}

impl Slot {
    /// The dynamic offsets of group 0.
    pub(crate) fn with(self, item: Slot) -> [u32; 2] {
        [self.0, item.0]
    }
}

fn allocate(device: &wgpu::Device, layout: &wgpu::BindGroupLayout, slots: usize) -> (wgpu::Buffer, wgpu::BindGroup) {
    let buffer = device.create_buffer(&wgpu::BufferDescriptor {
        label: Some("uniforms"),
        size: (slots * STEP_BYTES) as u64,
        usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
        mapped_at_creation: false,
    });
    let entry = |binding, bytes: usize| wgpu::BindGroupEntry {
        binding,
        resource: wgpu::BindingResource::Buffer(wgpu::BufferBinding {
            buffer: &buffer,
            offset: 0,
            size: wgpu::BufferSize::new(bytes as u64),
        }),
    };
    let bind_group = device.create_bind_group(&wgpu::BindGroupDescriptor {
        label: Some("camera and item"),
        layout,
        entries: &[entry(0, size_of::<CameraUniform>()), entry(1, size_of::<ItemUniform>())],
    });
    (buffer, bind_group)
}
