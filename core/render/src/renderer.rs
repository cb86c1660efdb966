//! [`Renderer`]: a scene into a picture, frame by frame.

use crate::accumulation::{Accumulation, Cloud, Extent, Plan, View};
use crate::background::{self, line_tint};
use crate::compose::{begin_pass, camera_uniform, draw_layers, over, uniform_count, visible};
use crate::fog::{Fog, FogPlan};
use crate::frame::{ItemUniform, Slot, Uniforms};
use crate::glass::{Glass, is_glass};
use crate::gpu::Gpu;
use crate::image::Image;
use crate::layers::{Buffers, LayerBuffers};
use crate::lens::{Lens, Part};
use crate::meter::{Load, Meter};
use crate::pipelines::Pipelines;
use crate::points::PointCall;
use crate::readback::Readback;
use crate::resolve::Covered;
use crate::segments::{self, BOX_EDGES, Segment, box_edges};
use crate::target::{Target, fitting};
use crate::upload::Upload;
use crate::web::Web;
use glam::Vec3;
use heliograph_scene::{LayerData, Scene, Viewport};
use std::time::{Duration, Instant};

/// What a frame may take while the camera moves: 30 a second.
const MOVING: Duration = Duration::from_millis(33);
/// What a frame may take while the picture is being completed; a movement that begins meanwhile waits for it.
const RESTING: Duration = Duration::from_millis(40);
/// How far beyond the edges of a part of a larger picture is drawn, in px.
const MARGIN: u32 = 64;
/// The width of the box's edges in px.
const BOX_LINE_PX: f32 = 1.25;

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
    /// `moving` says that more will change at once: then the frame is a little shorter. Of many points a fair sample is
    /// drawn; while nothing changes, each call adds others to the same picture until it is whole.
    pub fn draw(&mut self, scene: &Scene, moving: bool) -> Drawn {
        let target = if moving { MOVING } else { RESTING };
        self.meter.settle(&self.gpu.device);
        let allowance = self.meter.points() as f64 * target.as_secs_f64() / MOVING.as_secs_f64();
        self.draw_within(scene, (allowance as u64).min(self.most_points), target)
    }

    /// Draws no more than so many points a call, however fast the adapter is; for tests and for sparing a battery.
    pub fn limit_points(&mut self, most: u64) {
        self.most_points = most;
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

    /// Draws the whole scene and waits for the picture: for screenshots and tests.
    ///
    /// # Errors
    /// When the GPU is lost or takes half a minute.
    pub fn capture(&mut self, scene: &Scene) -> Result<Image, RenderError> {
        let adapter = self.gpu.description();
        let failed = |reason: String| RenderError::NotDelivered { adapter: adapter.clone(), reason };
        while !self.draw_within(scene, self.meter.points(), RESTING).whole {
            self.meter.settle(&self.gpu.device);
            if let Some(reason) = self.gpu.lost() {
                return Err(failed(reason));
            }
        }
        self.gpu.read(&self.target.color)
    }

    /// Draws a picture of any size part by part, each through this renderer's own target, and waits for it: for pictures that
    /// are larger than what the adapter takes at once. `go_on` is asked after each part with what is done, from 0 to 1; when it
    /// says no there is no picture.
    ///
    /// # Errors
    /// As for [`Renderer::capture`].
    pub fn capture_large(
        &mut self,
        scene: &Scene,
        whole: Viewport,
        mut go_on: impl FnMut(f32) -> bool,
    ) -> Result<Option<Image>, RenderError> {
        let Viewport { width, height } = self.target.viewport;
        // What is lit by its neighbours, or wider than a pixel, must be drawn beyond the part's edges.
        let margin = if (width, height) == (whole.width, whole.height) { 0 } else { MARGIN.min(width.min(height) / 4) };
        let (step_x, step_y) = (width - 2 * margin, height - 2 * margin);
        let (columns, rows) = (whole.width.div_ceil(step_x), whole.height.div_ceil(step_y));
        let stride = whole.width as usize * 4;
        let mut rgba = vec![0; stride * whole.height as usize];
        for index in 0..columns * rows {
            let (left, top) = (index % columns * step_x, index / columns * step_y);
            let at = |begin: u32| begin as i32 - margin as i32;
            self.part = Some(Part { left: at(left), top: at(top), whole });
            let image = self.capture(scene);
            self.part = None;
            let image = image?;
            let bytes = (whole.width - left).min(step_x) as usize * 4;
            let lines = image.rgba.chunks_exact(width as usize * 4).skip(margin as usize);
            let places = rgba.chunks_exact_mut(stride).skip(top as usize);
            for (line, place) in lines.take(step_y as usize).zip(places) {
                let from = margin as usize * 4;
                place[left as usize * 4..][..bytes].copy_from_slice(&line[from..from + bytes]);
            }
            if !go_on((index + 1) as f32 / (columns * rows) as f32) {
                return Ok(None);
            }
        }
        Ok(Some(Image { width: whole.width, height: whole.height, rgba }))
    }

    fn lens(&self, scene: &Scene) -> Lens {
        Lens::new(scene.camera(), self.target.viewport, self.part)
    }

    fn draw_within(&mut self, scene: &Scene, allowance: u64, target: Duration) -> Drawn {
        let started = Instant::now();
        let uploads_before = self.upload(scene);
        let plan = self.plan(scene, allowance);
        let all_there = visible(scene).all(|layer| self.layers.of(layer).is_none_or(Buffers::is_uploaded));
        let settled = plan.whole && all_there;
        let links = self.plan_links(scene, settled, target);
        let fog = self.plan_fog(scene, settled && links.whole, target);
        let submission = self.encode(scene, &plan, &links, &fog);
        let load = Load { points: plan.count, links: links.count, pixels: fog.pixels, target, unusual: uploads_before };
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

    fn plan(&mut self, scene: &Scene, allowance: u64) -> Plan {
        let viewport = self.target.viewport;
        let (clouds, extents) = visible(scene)
            .filter_map(|layer| {
                let (points, stamp) = self.layers.points(layer)?;
                let (diameter, opacity) = (layer.diameter(), layer.style.opacity);
                let cloud = Cloud { layer: layer.id, stamp, offset: layer.offset, diameter, opacity };
                Some((cloud, Extent { len: points.len(), drawable: points.drawable() }))
            })
            .collect::<(Vec<_>, Vec<_>)>();
        let clip_from_scene = self.lens(scene).clip_from_scene;
        self.accumulation.plan(View { clip_from_scene, viewport, clip: scene.clip(), clouds }, &extents, allowance)
    }

    fn plan_links(&mut self, scene: &Scene, settled: bool, target: Duration) -> Plan {
        let allowance = (self.meter.links() as f64 * target.as_secs_f64() / MOVING.as_secs_f64()) as u64;
        let drawing = (&self.gpu.device, &self.pipelines);
        let shown = (self.target.viewport, self.lens(scene).clip_from_scene);
        self.web.plan(drawing, scene, &self.layers, shown, (allowance, settled))
    }

    fn plan_fog(&mut self, scene: &Scene, settled: bool, target: Duration) -> FogPlan {
        let viewport = self.target.viewport;
        let allowance = (self.meter.pixels() as f64 * target.as_secs_f64() / MOVING.as_secs_f64()) as u64;
        let drawing = (&self.gpu.device, &self.pipelines.fog);
        let lens = self.lens(scene);
        let plan = self.fog.plan(drawing, scene, &self.layers, (viewport, lens.clip_from_scene), (allowance, settled));
        for layer in visible(scene) {
            let LayerData::Volume(data) = &layer.data else { continue };
            if let Some(volume) = self.layers.volume_mut(layer) {
                volume.bind(&self.gpu.device, &self.pipelines.volumes);
                let view = scene.camera().view_from_world();
                volume.prepare(&self.gpu.queue, data, layer, view, plan.step_voxels);
            }
        }
        plan
    }

    fn encode(&mut self, scene: &Scene, plan: &Plan, links: &Plan, fog: &FogPlan) -> wgpu::SubmissionIndex {
        let device = &self.gpu.device;
        let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("frame") });
        self.uniforms.begin(device, uniform_count(scene, &self.layers));
        let lens = self.lens(scene);
        let uniform = camera_uniform(scene, self.target.viewport, &lens);
        let camera = self.uniforms.push(&uniform);
        // For what is not of the data: the box about it stays whole.
        let of_all = self.uniforms.push(&uniform.of_all());
        self.encode_points(&mut encoder, scene, camera, plan);
        self.encode_scene(&mut encoder, scene, (camera, of_all), (links, fog));
        self.uniforms.write(&self.gpu.queue);
        self.gpu.submit([encoder.finish()])
    }

    fn encode_points(&mut self, encoder: &mut wgpu::CommandEncoder, scene: &Scene, camera: Slot, plan: &Plan) {
        if plan.ranges.is_empty() || (!plan.restart && plan.count == 0) {
            return;
        }
        if plan.restart {
            encoder.clear_buffer(&self.target.texels, 0, None);
            if let Some(glass) = &self.glass {
                encoder.clear_buffer(&glass.texels, 0, None);
            }
        }
        let mut calls: Vec<PointCall<'_>> = Vec::new();
        let clouds = visible(scene).filter_map(|layer| Some((layer, self.layers.points(layer)?.0)));
        for ((layer, points), range) in clouds.zip(&plan.ranges) {
            let tint = Vec3::ONE.extend(layer.style.opacity);
            let item = ItemUniform { tint, ..ItemUniform::of_diameter(layer) };
            points.calls(range.clone(), item, &mut self.uniforms, &mut calls);
        }
        let descriptor = wgpu::ComputePassDescriptor { label: Some("points"), ..Default::default() };
        let mut pass = encoder.begin_compute_pass(&descriptor);
        let clips = !scene.clip().is_everywhere();
        self.pipelines.points.draw(&mut pass, &self.uniforms, (camera, clips), &calls);
    }

    fn encode_scene(
        &mut self,
        encoder: &mut wgpu::CommandEncoder,
        scene: &Scene,
        (camera, of_all): (Slot, Slot),
        (links, fog): (&Plan, &FogPlan),
    ) {
        let lens = self.lens(scene);
        let [first_row, height] = lens.rows;
        let item = self.uniforms.push(&ItemUniform::new(Vec3::new(first_row, height, 0.0), 0.0));
        let background = scene.settings().background;
        let uniforms = (&self.uniforms, camera, item);
        background::put(encoder, &mut self.target, (background, lens.rows), &self.pipelines.background, uniforms);
        let seen = (self.target.viewport, lens.clip_from_scene);
        let covered = Covered::by_points(scene, &self.layers, seen, |layer| !is_glass(layer));
        let is_more = self.web.is_any() || fog.is_any || self.glass.is_some();
        let store = if is_more { wgpu::StoreOp::Store } else { wgpu::StoreOp::Discard };
        let cleared = wgpu::Operations { load: wgpu::LoadOp::Clear(0.0), store };
        let mut pass = begin_pass(encoder, &self.target, cleared);
        if let Some(covered) = &covered {
            let texels = (&self.target.texels_group, self.target.viewport);
            covered.resolve(&mut pass, &self.pipelines.resolve, &mut self.uniforms, camera, texels);
        }
        let opaque = visible(scene).filter(|layer| !is_glass(layer));
        draw_layers(&mut pass, &self.pipelines, &self.layers, &mut self.uniforms, camera, opaque);
        if is_more {
            drop(pass);
            let drawing = (&self.pipelines, &self.layers);
            self.web.draw(encoder, links, &self.target, drawing, (&mut self.uniforms, camera), scene);
            if fog.is_any {
                let drawing = (&self.pipelines.volumes, &self.layers, &self.target);
                self.fog.march(encoder, fog, drawing, (&mut self.uniforms, camera), scene);
                let mut over = over(encoder, &self.target.color_view);
                self.fog.lay_over(&mut over, &self.pipelines.fog, (&mut self.uniforms, camera));
            }
            if let Some(glass) = &self.glass {
                let drawing = (&self.pipelines, &self.layers);
                let shown = (scene, lens.clip_from_scene);
                glass.draw(encoder, &self.target, drawing, (&mut self.uniforms, camera), shown);
            }
            let kept = wgpu::Operations { load: wgpu::LoadOp::Load, store: wgpu::StoreOp::Discard };
            pass = begin_pass(encoder, &self.target, kept);
        }
        self.draw_box(&mut pass, scene, of_all);
        if let Some(picked) = scene.picked().filter(|picked| scene.clip().keeps(picked.position)) {
            let marker = self.uniforms.push(&ItemUniform::new(picked.position, 0.0));
            pass.set_pipeline(&self.pipelines.marker);
            pass.set_bind_group(0, self.uniforms.bind_group(), &camera.with(marker));
            pass.draw(0..4, 0..1);
        }
    }

    fn draw_box(&mut self, pass: &mut wgpu::RenderPass<'_>, scene: &Scene, camera: Slot) {
        let Some(bounds) = scene.bounds().filter(|_| scene.settings().show_bounds) else { return };
        self.gpu.queue.write_buffer(&self.box_edges, 0, bytemuck::cast_slice(&box_edges(bounds)));
        let tint = line_tint(scene.settings().background);
        let item = self.uniforms.push(&ItemUniform { tint, ..ItemUniform::new(Vec3::ZERO, BOX_LINE_PX) });
        pass.set_pipeline(&self.pipelines.segments);
        segments::draw(pass, &self.uniforms, camera, item, &self.box_edges, BOX_EDGES);
    }
}
