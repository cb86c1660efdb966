//! [`Gpu`]: the adapter that draws, whatever the machine has.

use crate::surface::Quiet;
use std::sync::{Arc, Mutex, PoisonError};
use wgpu::{Backends, DeviceType, Features};

/// Why there is nothing to draw with. Each says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GpuError {
    /// Neither Vulkan nor OpenGL offers anything.
    #[error(
        "no graphics driver was found, neither Vulkan nor OpenGL. \
         On Debian or Ubuntu: apt install libvulkan1 mesa-vulkan-drivers (it also draws without a GPU)"
    )]
    NoAdapter,
    /// There are adapters, but none can do what the renderer needs.
    #[error(
        "{found} cannot draw scenes: {missing} is missing. \
         On Debian or Ubuntu: apt install libvulkan1 mesa-vulkan-drivers (it also draws without a GPU)"
    )]
    Unfit {
        /// The adapter's name.
        found: String,
        /// What it lacks.
        missing: &'static str,
    },
    /// The driver would not start.
    #[error(
        "the graphics driver of {found} would not start: {reason}. Updating it (Debian: mesa-vulkan-drivers) may help"
    )]
    NoDevice {
        /// The adapter's name.
        found: String,
        /// What the driver said.
        reason: String,
    },
}

/// The adapter, its device and its queue. Clones share them; all parts may be used from any thread.
#[derive(Debug, Clone)]
pub struct Gpu {
    /// What surfaces are made from.
    pub instance: wgpu::Instance,
    /// The hardware or software that draws.
    pub adapter: wgpu::Adapter,
    /// What makes buffers and pipelines.
    pub device: wgpu::Device,
    /// For writing to buffers and textures, by any thread; work goes through [`Gpu::submit`].
    pub queue: wgpu::Queue,
    faults: Arc<Faults>,
    pub(crate) quiet: Arc<Quiet>,
}

/// What went wrong since it was last asked.
#[derive(Debug, Default)]
struct Faults {
    /// The newest error that nothing handled.
    last_error: Mutex<Option<String>>,
    /// Why the device is gone.
    lost: Mutex<Option<String>>,
}

impl Gpu {
    /// Vulkan, or else OpenGL, for drawing without a window. `WGPU_BACKEND` may name one of them.
    ///
    /// # Errors
    /// When there is no driver that can draw.
    pub fn headless() -> Result<Gpu, GpuError> {
        let mut refusal = GpuError::NoAdapter;
        // One after the other: looking for OpenGL without a display takes time and writes to stderr.
        for backends in [Backends::PRIMARY, Backends::GL] {
            let mut descriptor = wgpu::InstanceDescriptor::new_without_display_handle();
            descriptor.backends = backends & Backends::all().with_env();
            // Vulkan's own validation layers are for debugging drivers, and loading them costs seconds.
            descriptor.flags = wgpu::InstanceFlags::empty();
            match Gpu::with_instance(wgpu::Instance::new(descriptor), None) {
                Err(GpuError::NoAdapter) => {}
                Err(error) => refusal = error,
                Ok(gpu) => return Ok(gpu),
            }
        }
        Err(refusal)
    }

    /// The best adapter of an instance; with a surface, one that can show pictures there.
    ///
    /// # Errors
    /// When there is no driver that can draw (on that surface).
    pub fn with_instance(instance: wgpu::Instance, surface: Option<&wgpu::Surface<'_>>) -> Result<Gpu, GpuError> {
        let adapter = best_adapter(&instance, surface)?;
        let found = adapter.get_info().name;
        let wanted = Features::SHADER_INT64 | Features::SHADER_INT64_ATOMIC_MIN_MAX;
        let descriptor = wgpu::DeviceDescriptor {
            label: Some("heliograph"),
            required_features: adapter.features() & wanted,
            required_limits: adapter.limits(),
            ..Default::default()
        };
        let (device, queue) = pollster::block_on(adapter.request_device(&descriptor))
            .map_err(|error| GpuError::NoDevice { found, reason: error.to_string() })?;
        let faults = Arc::new(Faults::default());
        watch(&device, &faults);
        let gpu = Gpu { instance, adapter, device, queue, faults, quiet: Arc::default() };
        tracing::info!("drawing with {}", gpu.description());
        Ok(gpu)
    }

    /// The adapter in words, e.g. `llvmpipe (LLVM 15.0.6, 256 bits), Vulkan, software`.
    pub fn description(&self) -> String {
        let info = self.adapter.get_info();
        let software = if info.device_type == DeviceType::Cpu { ", software" } else { "" };
        format!("{}, {}{software}", info.name, backend_name(info.backend))
    }

    /// Whether the processor draws, not a GPU.
    pub fn is_software(&self) -> bool {
        self.adapter.get_info().device_type == DeviceType::Cpu
    }

    /// The newest error that was not handled where it arose, once; for showing to the user.
    pub fn take_error(&self) -> Option<String> {
        self.faults.last_error.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Why the device is gone, if it is: then a new [`Gpu`] and renderer are needed.
    pub fn lost(&self) -> Option<String> {
        self.faults.lost.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether points can be drawn in one pass.
    pub(crate) fn has_u64_atomics(&self) -> bool {
        self.device.features().contains(Features::SHADER_INT64 | Features::SHADER_INT64_ATOMIC_MIN_MAX)
    }

    /// Remembers an error for [`Gpu::take_error`] and logs it.
    pub(crate) fn report(&self, error: String) {
        self.faults.report(error);
    }
}

impl Faults {
    fn report(&self, error: String) {
        tracing::error!("graphics: {error}");
        *self.last_error.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
    }
}

/// Without a handler wgpu ends the process on any error.
fn watch(device: &wgpu::Device, faults: &Arc<Faults>) {
    let for_errors = Arc::clone(faults);
    device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| for_errors.report(error.to_string())));
    let for_loss = Arc::clone(faults);
    device.set_device_lost_callback(move |reason, message| {
        // A device that is dropped says so too; that is no fault.
        if reason != wgpu::DeviceLostReason::Destroyed {
            tracing::error!("the graphics device is lost: {message}");
            *for_loss.lost.lock().unwrap_or_else(PoisonError::into_inner) = Some(message);
        }
    });
}

/// Vulkan before OpenGL, hardware before software.
fn best_adapter(instance: &wgpu::Instance, surface: Option<&wgpu::Surface<'_>>) -> Result<wgpu::Adapter, GpuError> {
    let mut unfit = None;
    for backend in [Backends::VULKAN, Backends::METAL | Backends::DX12, Backends::GL] {
        let mut adapters = pollster::block_on(instance.enumerate_adapters(backend));
        adapters.retain(|adapter| surface.is_none_or(|surface| adapter.is_surface_supported(surface)));
        adapters.sort_by_key(|adapter| rank(adapter.get_info().device_type));
        for adapter in adapters {
            match missing(&adapter) {
                None => return Ok(adapter),
                Some(missing) => unfit = Some(GpuError::Unfit { found: adapter.get_info().name, missing }),
            }
        }
    }
    Err(unfit.unwrap_or(GpuError::NoAdapter))
}

fn rank(kind: DeviceType) -> u8 {
    match kind {
        DeviceType::DiscreteGpu => 0,
        DeviceType::IntegratedGpu => 1,
        DeviceType::VirtualGpu => 2,
        DeviceType::Other => 3,
        DeviceType::Cpu => 4,
    }
}

/// What an adapter lacks.
fn missing(adapter: &wgpu::Adapter) -> Option<&'static str> {
    let limits = adapter.limits();
    if !adapter.get_downlevel_capabilities().flags.contains(wgpu::DownlevelFlags::COMPUTE_SHADERS) {
        Some("support for compute shaders")
    } else if limits.max_storage_buffers_per_shader_stage < 3 {
        Some("support for three storage buffers in a shader")
    } else {
        None
    }
}

fn backend_name(backend: wgpu::Backend) -> &'static str {
    match backend {
        wgpu::Backend::Vulkan => "Vulkan",
        wgpu::Backend::Gl => "OpenGL",
        wgpu::Backend::Metal => "Metal",
        wgpu::Backend::Dx12 => "Direct3D 12",
        _ => "other",
    }
}
