//! [`Upload`]: data on its way to the GPU, so much a frame that no frame is late for it.

use crate::gpu::Gpu;

/// What one frame may copy. Copying is bounded by memory: this is about 15 ms where the processor draws.
const BYTES_A_FRAME: usize = 32 << 20;

/// What the frame may still copy.
pub(crate) struct Upload<'a> {
    pub(crate) gpu: &'a Gpu,
    left_bytes: usize,
}

impl<'a> Upload<'a> {
    pub(crate) fn new(gpu: &'a Gpu) -> Upload<'a> {
        Upload { gpu, left_bytes: BYTES_A_FRAME }
    }

    /// Whether anything was copied.
    pub(crate) fn is_used(&self) -> bool {
        self.left_bytes < BYTES_A_FRAME
    }

    /// Continues to write a list into a buffer behind its first `written` elements; gives how many are written now.
    pub(crate) fn advance<T: bytemuck::Pod>(&mut self, buffer: &wgpu::Buffer, list: &[T], written: usize) -> usize {
        let until = self.until::<T>(list.len(), written);
        self.write(buffer, written, &list[written..until]);
        until
    }

    /// How far a list of `len` elements may be written this frame, when `written` are.
    pub(crate) fn until<T>(&self, len: usize, written: usize) -> usize {
        len.min(written + self.left_bytes / size_of::<T>())
    }

    /// Writes elements to their place in a buffer.
    pub(crate) fn write<T: bytemuck::Pod>(&mut self, buffer: &wgpu::Buffer, at: usize, elements: &[T]) {
        if !elements.is_empty() {
            self.left_bytes = self.left_bytes.saturating_sub(size_of_val(elements));
            self.gpu.queue.write_buffer(buffer, (at * size_of::<T>()) as u64, bytemuck::cast_slice(elements));
        }
    }

    /// The same of what is written anew with each frame anyway: it takes nothing from what the frame may copy.
    pub(crate) fn rewrite<T: bytemuck::Pod>(&self, buffer: &wgpu::Buffer, elements: &[T]) {
        self.gpu.queue.write_buffer(buffer, 0, bytemuck::cast_slice(elements));
    }

    /// Writes whole slices of a texture of three dimensions, from slice `at` on; rows lie close together.
    pub(crate) fn write_slices(&mut self, texture: &wgpu::Texture, at: usize, slices: usize, texels: &[u8]) {
        self.left_bytes = self.left_bytes.saturating_sub(texels.len());
        let (width, height) = (texture.width(), texture.height());
        let texel_bytes = texture.format().block_copy_size(None).unwrap_or(1);
        let destination = wgpu::TexelCopyTextureInfo {
            origin: wgpu::Origin3d { x: 0, y: 0, z: at as u32 },
            ..texture.as_image_copy()
        };
        let layout = wgpu::TexelCopyBufferLayout {
            offset: 0,
            bytes_per_row: Some(width * texel_bytes),
            rows_per_image: Some(height),
        };
        let size = wgpu::Extent3d { width, height, depth_or_array_layers: slices as u32 };
        self.gpu.queue.write_texture(destination, texels, layout, size);
    }

    /// A buffer for `len` elements that shaders look up as a whole; `None` (and a report) when the adapter has none so large.
    pub(crate) fn bound<T>(&self, label: &str, len: usize, usage: wgpu::BufferUsages) -> Option<wgpu::Buffer> {
        let most_bytes = self.gpu.device.limits().max_storage_buffer_binding_size;
        self.buffer_within::<T>(label, len, usage | wgpu::BufferUsages::STORAGE, most_bytes)
    }

    /// A buffer for `len` elements; `None` (and a report) when the adapter has none so large.
    pub(crate) fn buffer<T>(&self, label: &str, len: usize, usage: wgpu::BufferUsages) -> Option<wgpu::Buffer> {
        self.buffer_within::<T>(label, len, usage, u64::MAX)
    }

    fn buffer_within<T>(
        &self,
        label: &str,
        len: usize,
        usage: wgpu::BufferUsages,
        most_bytes: u64,
    ) -> Option<wgpu::Buffer> {
        let bytes = (len.max(1) * size_of::<T>()).next_multiple_of(4) as u64;
        let most_bytes = most_bytes.min(self.gpu.device.limits().max_buffer_size);
        if bytes > most_bytes {
            self.gpu.report(format!(
                "{label} of {} MiB do not fit: {} takes at most {} MiB",
                bytes >> 20,
                self.gpu.description(),
                most_bytes >> 20
            ));
            return None;
        }
        Some(self.gpu.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some(label),
            size: bytes,
            usage: usage | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        }))
    }
}
