//! [`Readback`]: finished pictures to the processor's memory, through three staging buffers and without ever waiting.

use crate::{Gpu, Image, RenderError};
use std::collections::VecDeque;
use std::sync::mpsc;
use std::time::Duration;

/// For who draws without waiting for the picture before: with three none is dropped at full speed, with one every other is.
const SLOTS: usize = 3;

/// Rows in a staging buffer begin at multiples of this (a rule of WebGPU).
pub(crate) fn stride_bytes(width: u32) -> u32 {
    (width * 4).next_multiple_of(wgpu::COPY_BYTES_PER_ROW_ALIGNMENT)
}

/// The staging buffers of one picture size. **Pictures come out in the order they went in.**
/// When all buffers are in flight a picture is dropped and counted: the newest will come again.
pub(crate) struct Readback<T> {
    idle: Vec<wgpu::Buffer>,
    in_flight: VecDeque<Flight<T>>,
    dropped: u64,
}

struct Flight<T> {
    buffer: wgpu::Buffer,
    stamp: T,
    /// Gets one message: whether the buffer could be mapped.
    mapped: mpsc::Receiver<bool>,
}

impl<T> Readback<T> {
    pub(crate) fn new(device: &wgpu::Device, width: u32, height: u32) -> Readback<T> {
        let idle = (0..SLOTS).map(|_| staging_buffer(device, width, height)).collect();
        Readback { idle, in_flight: VecDeque::with_capacity(SLOTS), dropped: 0 }
    }

    /// For another picture size: what is in flight is forgotten, and its buffers go when the GPU is done with them.
    pub(crate) fn resize(&mut self, device: &wgpu::Device, width: u32, height: u32) {
        self.dropped += self.in_flight.len() as u64;
        let dropped = self.dropped;
        *self = Readback { dropped, ..Readback::new(device, width, height) };
    }

    /// Starts to read a texture of this size; false when every buffer is in flight.
    pub(crate) fn start(&mut self, gpu: &Gpu, texture: &wgpu::Texture, stamp: T) -> bool {
        let Some(buffer) = self.idle.pop() else {
            self.dropped += 1;
            return false;
        };
        let label = wgpu::CommandEncoderDescriptor { label: Some("readback") };
        let mut encoder = gpu.device.create_command_encoder(&label);
        copy(&mut encoder, texture, &buffer);
        gpu.submit([encoder.finish()]);
        let (sender, mapped) = mpsc::channel();
        buffer.map_async(wgpu::MapMode::Read, .., move |result| {
            // The receiver is gone when the size changed meanwhile: then nobody wants the picture.
            let _ = sender.send(result.is_ok());
        });
        self.in_flight.push_back(Flight { buffer, stamp, mapped });
        true
    }

    /// Hands over what has arrived: stamp, bytes, and bytes from row to row.
    pub(crate) fn finish(&mut self, width: u32, mut take: impl FnMut(T, &[u8], usize)) {
        while let Some(arrived) = self.in_flight.front().and_then(|flight| flight.mapped.try_recv().ok()) {
            let Some(flight) = self.in_flight.pop_front() else { return };
            match flight.buffer.get_mapped_range(..) {
                Ok(bytes) if arrived => take(flight.stamp, &bytes, stride_bytes(width) as usize),
                _ => self.dropped += 1,
            }
            flight.buffer.unmap();
            self.idle.push(flight.buffer);
        }
    }

    pub(crate) fn in_flight(&self) -> usize {
        self.in_flight.len()
    }

    pub(crate) fn dropped(&self) -> u64 {
        self.dropped
    }
}

pub(crate) fn staging_buffer(device: &wgpu::Device, width: u32, height: u32) -> wgpu::Buffer {
    device.create_buffer(&wgpu::BufferDescriptor {
        label: Some("staging"),
        size: u64::from(stride_bytes(width)) * u64::from(height),
        usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
        mapped_at_creation: false,
    })
}

/// How long a screenshot waits for the GPU.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

impl Gpu {
    /// Waits for a picture of four bytes a pixel: for screenshots.
    ///
    /// # Errors
    /// When the GPU is lost or takes half a minute.
    pub fn read(&self, texture: &wgpu::Texture) -> Result<Image, RenderError> {
        let failed = |reason: String| RenderError::NotDelivered { adapter: self.description(), reason };
        let (width, height) = (texture.width(), texture.height());
        let buffer = staging_buffer(&self.device, width, height);
        let mut encoder = self.device.create_command_encoder(&Default::default());
        copy(&mut encoder, texture, &buffer);
        let submission = self.submit([encoder.finish()]);
        buffer.map_async(wgpu::MapMode::Read, .., |_| {});
        self.device
            .poll(wgpu::PollType::Wait { submission_index: Some(submission), timeout: Some(LONGEST_WAIT) })
            .map_err(|error| failed(error.to_string()))?;
        let bytes = buffer.get_mapped_range(..).map_err(|error| failed(error.to_string()))?;
        let rows = bytes.chunks_exact(stride_bytes(width) as usize);
        let rgba = rows.flat_map(|row| &row[..width as usize * 4]).copied().collect();
        Ok(Image { width, height, rgba })
    }
}

pub(crate) fn copy(encoder: &mut wgpu::CommandEncoder, texture: &wgpu::Texture, buffer: &wgpu::Buffer) {
    encoder.copy_texture_to_buffer(
        texture.as_image_copy(),
        wgpu::TexelCopyBufferInfo {
            buffer,
            layout: wgpu::TexelCopyBufferLayout {
                offset: 0,
                bytes_per_row: Some(stride_bytes(texture.width())),
                rows_per_image: None,
            },
        },
        texture.size(),
    );
}
