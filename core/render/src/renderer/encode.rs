//! A frame's commands.

use super::Renderer;
use crate::accumulation::Plan;
use crate::background::{self, line_tint};
use crate::compose::{begin_pass, camera_uniform, draw_layers, over, uniform_count, visible};
use crate::fog::FogPlan;
use crate::frame::{ItemUniform, Slot};
use crate::glass::is_glass;
use crate::points::PointCall;
use crate::resolve::Covered;
use crate::segments::{self, BOX_EDGES, box_edges};
use glam::Vec3;
use heliograph_scene::Scene;

/// The width of the box's edges in px.
const BOX_LINE_PX: f32 = 1.25;

impl<T> Renderer<T> {
    pub(super) fn encode(&mut self, scene: &Scene, plan: &Plan, links: &Plan, fog: &FogPlan) -> wgpu::SubmissionIndex {
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
