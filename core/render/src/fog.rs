//! [`Fog`]: volumes as a whole, marched through into a picture of their own that is laid over the rest.
//!
//! To march through a volume takes a software adapter a second and more a picture. While anything changes, the fog's picture is
//! as coarse as it must be to be in time; then ones of twice the fineness follow, each drawn strip by strip and shown when it is
//! whole, up to the picture's own.

use crate::compose::{Shown, on_screen, visible};
use crate::frame::{ItemUniform, Slot, Uniforms};
use crate::layers::LayerBuffers;
use crate::pipeline::{Blend, COLOR_FORMAT, Depth, Raster};
use crate::shaders::FOG;
use crate::target::Target;
use crate::volume::VolumePipelines;
use glam::{Mat4, Vec3};
use heliograph_scene::{Aabb, Layer, LayerData, Scene, Viewport, VolumeMode};

/// A pixel of the coarsest picture is so many of the whole picture's pixels wide.
const COARSEST: u32 = 8;

/// Ways to lay it over the rest.
pub(crate) struct FogPipelines {
    over: wgpu::RenderPipeline,
    layout: wgpu::BindGroupLayout,
    sampler: wgpu::Sampler,
}

impl FogPipelines {
    pub(crate) fn new(device: &wgpu::Device, frame: &wgpu::BindGroupLayout) -> FogPipelines {
        let entry = |binding, ty| wgpu::BindGroupLayoutEntry {
            binding,
            visibility: wgpu::ShaderStages::FRAGMENT,
            ty,
            count: None,
        };
        let layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some("fog"),
            entries: &[
                entry(
                    0,
                    wgpu::BindingType::Texture {
                        sample_type: wgpu::TextureSampleType::Float { filterable: true },
                        view_dimension: wgpu::TextureViewDimension::D2,
                        multisampled: false,
                    },
                ),
                entry(1, wgpu::BindingType::Sampler(wgpu::SamplerBindingType::Filtering)),
            ],
        });
        let over = Raster {
            shader: FOG,
            vertex: "cover",
            fragment: "over",
            groups: &[frame, &layout],
            buffers: &[],
            topology: wgpu::PrimitiveTopology::TriangleList,
            depth: Depth::Without,
            blend: Blend::MultipliedOver,
        };
        let sampler = device.create_sampler(&wgpu::SamplerDescriptor {
            mag_filter: wgpu::FilterMode::Linear,
            min_filter: wgpu::FilterMode::Linear,
            ..Default::default()
        });
        FogPipelines { over: over.build(device), layout, sampler }
    }

    /// Binds a sheet, to be laid over the picture.
    pub(crate) fn sheet_group(&self, device: &wgpu::Device, sheet: &wgpu::TextureView) -> wgpu::BindGroup {
        let entry = |binding, resource| wgpu::BindGroupEntry { binding, resource };
        device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("sheet"),
            layout: &self.layout,
            entries: &[
                entry(0, wgpu::BindingResource::TextureView(sheet)),
                entry(1, wgpu::BindingResource::Sampler(&self.sampler)),
            ],
        })
    }

    /// Lays a bound sheet over the picture; the pass has no depth. `item`: how many of the picture's pixels one of its is wide,
    /// and how much of it is seen.
    pub(crate) fn lay_over(
        &self,
        pass: &mut wgpu::RenderPass<'_>,
        uniforms: &Uniforms,
        (camera, item): (Slot, Slot),
        sheet: &wgpu::BindGroup,
    ) {
        pass.set_pipeline(&self.over);
        pass.set_bind_group(0, uniforms.bind_group(), &camera.with(item));
        pass.set_bind_group(1, sheet, &[]);
        pass.draw(0..3, 0..1);
    }
}

/// What of the fog is drawn already.
#[derive(Default)]
pub(crate) struct Fog {
    view: Option<Shown>,
    /// Whole, and laid over the picture.
    shown: Option<Sheet>,
    /// Finer than what is shown, and not whole yet.
    next: Option<Sheet>,
}

/// A picture that is laid over the rest.
pub(crate) struct Sheet {
    pub(crate) view: wgpu::TextureView,
    pub(crate) group: wgpu::BindGroup,
    width: u32,
    height: u32,
    /// How many pixels of the whole picture one of its pixels is wide.
    scale: u32,
    rows_done: u32,
}

/// What a frame does for the fog.
pub(crate) struct FogPlan {
    /// The part of the sheet to march through, in its pixels: left, top, width, height; nothing when none is left.
    part: Option<[u32; 4]>,
    /// Whether the sheet is new.
    clear: bool,
    /// How many pixels that is.
    pub(crate) pixels: u64,
    /// Whether there is any fog.
    pub(crate) is_any: bool,
    /// Whether what is shown then is as fine as the picture.
    pub(crate) whole: bool,
    /// From one look at the numbers to the next, in voxels.
    pub(crate) step_voxels: f32,
}

/// Whether a layer is marched through.
pub(crate) fn is_marched(layer: &Layer) -> bool {
    matches!(layer.data, LayerData::Volume(_)) && layer.style.volume.mode != VolumeMode::Slices
}

fn foggy(scene: &Scene) -> impl Iterator<Item = &Layer> {
    visible(scene).filter(|layer| is_marched(layer))
}

impl Fog {
    /// Plans a frame that may march through about `allowance` pixels. `settled`: whether all else is drawn whole.
    pub(crate) fn plan(
        &mut self,
        (device, pipelines): (&wgpu::Device, &FogPipelines),
        scene: &Scene,
        layers: &LayerBuffers,
        (viewport, clip_from_scene): (Viewport, Mat4),
        (allowance, settled): (u64, bool),
    ) -> FogPlan {
        let nothing = FogPlan { part: None, clear: false, pixels: 0, is_any: false, whole: true, step_voxels: 1.0 };
        let covered = foggy(scene)
            .filter(|layer| layers.volume(layer).is_some())
            .filter_map(Layer::bounds)
            .reduce(Aabb::union)
            .and_then(|bounds| on_screen(bounds, clip_from_scene));
        let Some([left, top, right, bottom]) = covered else {
            *self = Fog::default();
            return nothing;
        };
        // In the sheet's pixels, with one more about them for what is interpolated.
        let part_of = |scale: u32| {
            let side = |whole: u32| whole.div_ceil(scale);
            let from = |share: f32, whole| (share * side(whole) as f32 - 1.0).clamp(0.0, side(whole) as f32) as u32;
            let to = |share: f32, whole| (share * side(whole) as f32 + 2.0).clamp(0.0, side(whole) as f32) as u32;
            let (x, y) = (from(left, viewport.width), from(top, viewport.height));
            [x, y, (to(right, viewport.width) - x).max(1), (to(bottom, viewport.height) - y).max(1)]
        };
        let pixels = |[_, _, width, height]: [u32; 4]| u64::from(width) * u64::from(height);
        let view = Shown::new(scene, layers, (viewport, clip_from_scene), settled);
        if self.view.as_ref() != Some(&view) {
            self.view = Some(view);
            self.next = None;
            let mut scale = COARSEST;
            while scale > 1 && pixels(part_of(scale / 2)) <= allowance {
                scale /= 2;
            }
            if self.shown.as_ref().is_none_or(|sheet| !sheet.is_for(viewport, scale)) {
                self.shown = Some(Sheet::new(device, pipelines, viewport, scale));
            }
            let part = part_of(scale);
            let step_voxels = step_at(scale);
            return FogPlan {
                part: Some(part),
                clear: true,
                pixels: pixels(part),
                is_any: true,
                whole: scale == 1 && settled,
                step_voxels,
            };
        }
        let shown_scale = self.shown.as_ref().map_or(COARSEST, |sheet| sheet.scale);
        if shown_scale == 1 || !settled {
            return FogPlan { is_any: true, whole: settled, ..nothing };
        }
        let scale = shown_scale / 2;
        let next = self.next.get_or_insert_with(|| Sheet::new(device, pipelines, viewport, scale));
        let [left, top, width, height] = part_of(scale);
        let clear = next.rows_done == 0;
        let rows = ((allowance / u64::from(width)).max(4) as u32).min(height - next.rows_done.min(height));
        let part = [left, top + next.rows_done, width, rows];
        next.rows_done += rows;
        let is_whole = next.rows_done >= height;
        if is_whole {
            self.shown = self.next.take();
        }
        let whole = is_whole && scale == 1;
        FogPlan { part: Some(part), clear, pixels: pixels(part), is_any: true, whole, step_voxels: step_at(scale) }
    }

    /// Marches through the planned part.
    pub(crate) fn march(
        &self,
        encoder: &mut wgpu::CommandEncoder,
        plan: &FogPlan,
        (pipelines, layers, target): (&VolumePipelines, &LayerBuffers, &Target),
        (uniforms, camera): (&mut Uniforms, Slot),
        scene: &Scene,
    ) {
        let Some([left, top, width, height]) = plan.part.filter(|part| part[2] > 0 && part[3] > 0) else { return };
        let Some(sheet) = self.next.as_ref().or(self.shown.as_ref()) else { return };
        let load = if plan.clear { wgpu::LoadOp::Clear(wgpu::Color::TRANSPARENT) } else { wgpu::LoadOp::Load };
        let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
            label: Some("fog"),
            color_attachments: &[Some(wgpu::RenderPassColorAttachment {
                view: &sheet.view,
                depth_slice: None,
                resolve_target: None,
                ops: wgpu::Operations { load, store: wgpu::StoreOp::Store },
            })],
            ..Default::default()
        });
        let item = uniforms.push(&ItemUniform::new(Vec3::ZERO, sheet.scale as f32));
        pass.set_pipeline(&pipelines.march);
        pass.set_scissor_rect(left, top, width.min(sheet.width - left), height.min(sheet.height - top));
        pass.set_bind_group(2, target.depths_group(), &[]);
        // The farthest first: each is laid over those before.
        let eye = scene.camera().eye();
        let distance = |layer: &&Layer| layer.bounds().map_or(0.0, |bounds| bounds.center().distance(eye));
        let mut order: Vec<&Layer> = foggy(scene).collect();
        order.sort_by(|a, b| distance(b).total_cmp(&distance(a)));
        for layer in order {
            if let Some(volume) = layers.volume(layer) {
                volume.march(&mut pass, uniforms, (camera, item), layer);
            }
        }
    }

    /// Lays what is shown over the picture; the pass has no depth.
    pub(crate) fn lay_over(
        &self,
        pass: &mut wgpu::RenderPass<'_>,
        pipelines: &FogPipelines,
        (uniforms, camera): (&mut Uniforms, Slot),
    ) {
        let Some(sheet) = &self.shown else { return };
        let item = uniforms.push(&ItemUniform::new(Vec3::ZERO, sheet.scale as f32));
        pipelines.lay_over(pass, uniforms, (camera, item), &sheet.group);
    }
}

/// Coarse pictures look at fewer numbers, too.
fn step_at(scale: u32) -> f32 {
    match scale {
        1 => 0.7,
        2 => 1.0,
        _ => 1.5,
    }
}

impl Sheet {
    pub(crate) fn new(device: &wgpu::Device, pipelines: &FogPipelines, viewport: Viewport, scale: u32) -> Sheet {
        let (width, height) = (viewport.width.div_ceil(scale), viewport.height.div_ceil(scale));
        let texture = device.create_texture(&wgpu::TextureDescriptor {
            label: Some("sheet"),
            size: wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format: COLOR_FORMAT,
            usage: wgpu::TextureUsages::RENDER_ATTACHMENT | wgpu::TextureUsages::TEXTURE_BINDING,
            view_formats: &[],
        });
        let view = texture.create_view(&Default::default());
        let group = pipelines.sheet_group(device, &view);
        Sheet { view, group, width, height, scale, rows_done: 0 }
    }

    pub(crate) fn is_for(&self, viewport: Viewport, scale: u32) -> bool {
        let size = (viewport.width.div_ceil(scale), viewport.height.div_ceil(scale));
        self.scale == scale && (self.width, self.height) == size
    }
}
