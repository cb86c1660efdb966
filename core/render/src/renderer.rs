//! [`Renderer`]: a scene into a picture, frame by frame.

use crate::accumulation::{Accumulation, View};
use crate::compose::visible;
use crate::fog::Fog;
use crate::frame::Uniforms;
use crate::glass::{Glass, is_glass};
use crate::gpu::Gpu;
use crate::layers::{Buffers, LayerBuffers};
use crate::lens::{Lens, Part};
use crate::meter::{Load, Meter};
use crate::pace::Moment;
use crate::pipelines::Pipelines;
use crate::readback::Readback;
use crate::segments::{BOX_EDGES, Segment};
use crate::target::{Target, fitting};
use crate::upload::Upload;
use crate::web::Web;
use heliograph_scene::{Scene, Viewport};
use std::time::Instant;

mod capture;
mod encode;
mod plan;

/// How to draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// The picture's size in pixels.
    pub viewport: Viewport,
    /// Draw points in two passes even where one would do: for tests, and for drivers whose 64-bit atomics are wrong.
    pub force_u32: bool,
}

/// Why there is no picture. Each says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// A shader or a pipeline was not accepted.
    #[error(
        "the graphics driver of {adapter} refuses a shader: {reason}. Updating it (Debian: mesa-vulkan-drivers) may help"
    )]
    Refused {
        /// The adapter.
        adapter: String,
        /// What the driver said.
        reason: String,
    },
    /// The picture did not come out of the GPU.
    #[error("{adapter} did not deliver the picture: {reason}. Try a smaller size, or close what else uses it")]
    NotDelivered {
        /// The adapter.
        adapter: String,
        /// What happened instead.
        reason: String,
    },
}

/// What a call of [`Renderer::draw`] achieved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drawn {
    /// Whether all of the scene is in the picture. When not, the next call adds to it.
    pub whole: bool,
    /// How many points this call drew.
    pub points: u64,
}

/// Draws scenes into one offscreen picture. `T` is what the caller wants back with each picture that is read.
///
/// Layers' data stay on the GPU as long as the scene has the layers. **No call waits for anything but the GPU**, and of
/// that only for the frame before.
pub struct Renderer<T> {
    gpu: Gpu,
    pipelines: Pipelines,
    uniforms: Uniforms,
    target: Target,
    layers: LayerBuffers,
    accumulation: Accumulation<View>,
    fog: Fog,
    web: Web,
    /// While there is anything that one sees through.
    glass: Option<Glass>,
    meter: Meter,
    /// See [`Renderer::limit_points`].
    most_points: u64,
    /// See [`Renderer::limit_triangles`].
    most_triangles: u64,
    /// Of a larger picture, while one is drawn part by part.
    part: Option<Part>,
    /// The edges of the box about the data.
    box_edges: wgpu::Buffer,
    readback: Readback<T>,
}

impl<T> Renderer<T> {
    /// Makes the pipelines and a picture.
    ///
    /// # Errors
    /// When the driver refuses a shader.
    pub fn new(gpu: Gpu, options: Options) -> Result<Renderer<T>, RenderError> {
        let device = &gpu.device;
        let uniforms = Uniforms::new(device);
        let pipelines = Pipelines::new(&gpu, &uniforms, options.force_u32)?;
        let viewport = fitting(&device.limits(), options.viewport);
        let target = pipelines.target(device, viewport);
        let readback = Readback::new(device, viewport.width, viewport.height);
        let box_edges = device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("box"),
            size: (BOX_EDGES * size_of::<Segment>()) as u64,
            usage: wgpu::BufferUsages::VERTEX | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        Ok(Renderer {
            pipelines,
            uniforms,
            target,
            layers: LayerBuffers::default(),
            accumulation: Accumulation::default(),
            fog: Fog::default(),
            web: Web::default(),
            glass: None,
            meter: Meter::new(),
            most_points: u64::MAX,
            most_triangles: u64::MAX,
            part: None,
            box_edges,
            readback,
            gpu,
        })
    }

    /// What draws.
    pub fn gpu(&self) -> &Gpu {
        &self.gpu
    }

    /// The picture's size. It is the one asked for, if the adapter can draw one so large.
    pub fn viewport(&self) -> Viewport {
        self.target.viewport
    }

    /// Another picture size. [`Renderer::color_view`] is replaced, and pictures on their way out are dropped.
    pub fn resize(&mut self, viewport: Viewport) {
        let viewport = fitting(&self.gpu.device.limits(), viewport);
        if viewport == self.target.viewport {
            return;
        }
        self.target = self.pipelines.target(&self.gpu.device, viewport);
        self.readback.resize(&self.gpu.device, viewport.width, viewport.height);
        self.layers.all_points_mut().for_each(|points| points.unbind());
        self.accumulation.forget();
    }

    /// Draws the scene, or as much of it as a frame has time for, and submits it.
    ///
    /// `moving` says that more will change at once: then the frame is shorter, and large meshes are drawn in fewer triangles. Of
    /// many points a fair sample is drawn; while nothing changes, each call adds others to the same picture until it is whole.
    pub fn draw(&mut self, scene: &Scene, moving: bool) -> Drawn {
        let moment = if moving { Moment::Moving } else { Moment::Resting };
        self.meter.settle(&self.gpu.device);
        self.draw_within(scene, self.meter.points(moment).min(self.most_points), moment)
    }

    /// Draws no more than so many points a call, however fast the adapter is; for tests and for sparing a battery.
    pub fn limit_points(&mut self, most: u64) {
        self.most_points = most;
    }

    /// Draws large meshes in no more than about so many triangles while something moves; for the same.
    pub fn limit_triangles(&mut self, most: u64) {
        self.most_triangles = most;
    }

    /// The picture: `Rgba8Unorm` that holds sRGB bytes, top row first. May be sampled from any thread, by work that is
    /// submitted to the same queue. [`Renderer::resize`] replaces it.
    pub fn color_view(&self) -> &wgpu::TextureView {
        &self.target.color_view
    }

    /// Starts to read the picture as it is now. False when three are on their way out already: then it is dropped and counted.
    pub fn start_readback(&mut self, stamp: T) -> bool {
        self.readback.start(&self.gpu, &self.target.color, stamp)
    }

    /// Gives the pictures that have arrived to `take`, oldest first: the stamp, the bytes (sRGB and alpha, top row first) and
    /// the number of bytes from a row to the next. Does not wait.
    pub fn finish_readbacks(&mut self, take: impl FnMut(T, &[u8], usize)) {
        // An error here means that the device is lost, which its callback has told.
        let _ = self.gpu.device.poll(wgpu::PollType::Poll);
        self.meter.observe();
        self.readback.finish(self.target.viewport.width, take);
    }

    /// How many pictures are on their way out.
    pub fn readbacks_in_flight(&self) -> usize {
        self.readback.in_flight()
    }

    /// How many pictures were not read, because three were on their way out or because the size changed.
    pub fn readbacks_dropped(&self) -> u64 {
        self.readback.dropped()
    }

    fn lens(&self, scene: &Scene) -> Lens {
        Lens::new(scene.camera(), self.target.viewport, self.part)
    }

    fn draw_within(&mut self, scene: &Scene, allowance: u64, moment: Moment) -> Drawn {
        let started = Instant::now();
        let uploads_before = self.upload(scene);
        let plan = self.plan(scene, allowance);
        let all_there = visible(scene).all(|layer| self.layers.of(layer).is_none_or(Buffers::is_uploaded));
        let meshes = self.plan_meshes(scene, moment == Moment::Moving || !plan.whole);
        let settled = plan.whole && all_there && meshes.is_exact;
        let links = self.plan_links(scene, settled, moment);
        let fog = self.plan_fog(scene, settled && links.whole, moment);
        let submission = self.encode(scene, &plan, &links, &fog);
        let load = Load {
            points: plan.count,
            links: links.count,
            pixels: fog.pixels,
            triangles: meshes.triangles,
            moment,
            unusual: uploads_before,
        };
        self.meter.watch(&self.gpu.device, &self.gpu.queue, started, submission, load);
        Drawn { whole: settled && links.whole && fog.whole, points: plan.count }
    }

    /// Brings the buffers up to date; true when there was anything to do.
    fn upload(&mut self, scene: &Scene) -> bool {
        self.layers.retain(scene.layers());
        let mut upload = Upload::new(&self.gpu);
        for layer in visible(scene) {
            self.layers.update(layer, &mut upload);
        }
        let is_used = upload.is_used();
        self.make_glass(scene);
        for layer in visible(scene) {
            if let Some(points) = self.layers.points_mut(layer) {
                let glass = self.glass.as_ref().filter(|_| is_glass(layer));
                let texels = glass.map_or(&self.target.texels, |glass| &glass.texels);
                points.bind(&self.gpu.device, &self.pipelines.points, (texels, glass.is_some()));
            }
            if let Some(mesh) = self.layers.mesh_mut(layer) {
                mesh.bind(&self.gpu, &self.pipelines.meshes);
            }
            if let Some(network) = self.layers.network_mut(layer) {
                network.bind(&self.gpu.device, &self.pipelines.networks);
            }
        }
        is_used
    }

    /// Room for what one sees through, while there is any.
    fn make_glass(&mut self, scene: &Scene) {
        let viewport = self.target.viewport;
        if !visible(scene).any(is_glass) {
            self.glass = None;
        } else if self.glass.as_ref().is_none_or(|glass| !glass.is_for(viewport)) {
            self.glass = Some(Glass::new(&self.gpu.device, &self.pipelines, viewport));
            self.layers.all_points_mut().for_each(|points| points.unbind());
            self.accumulation.forget();
        }
    }
}
