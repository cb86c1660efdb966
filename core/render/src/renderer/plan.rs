//! How much of everything a frame draws.

use super::Renderer;
use crate::accumulation::{Cloud, Extent, Plan, View};
use crate::compose::visible;
use crate::fog::FogPlan;
use crate::mesh::MeshBuffers;
use crate::pace::Moment;
use heliograph_scene::{LayerData, Scene};

/// How finely the meshes are drawn.
pub(super) struct MeshPlan {
    /// In how many triangles.
    pub(super) triangles: u64,
    /// Whether in all that they have.
    pub(super) is_exact: bool,
}

impl<T> Renderer<T> {
    pub(super) fn plan(&mut self, scene: &Scene, allowance: u64) -> Plan {
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

    pub(super) fn plan_links(&mut self, scene: &Scene, settled: bool, moment: Moment) -> Plan {
        let allowance = moment.share(self.meter.links());
        let drawing = (&self.gpu.device, &self.pipelines);
        let shown = (self.target.viewport, self.lens(scene).clip_from_scene);
        self.web.plan(drawing, scene, &self.layers, shown, (allowance, settled))
    }

    pub(super) fn plan_fog(&mut self, scene: &Scene, settled: bool, moment: Moment) -> FogPlan {
        let viewport = self.target.viewport;
        let allowance = moment.share(self.meter.pixels());
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

    /// Chooses how finely each mesh is drawn: exactly, or `in_haste` as finely as fits the frame's time.
    pub(super) fn plan_meshes(&mut self, scene: &Scene, in_haste: bool) -> MeshPlan {
        let of = |mesh: &MeshBuffers| mesh.triangle_count();
        let total: usize = visible(scene).filter_map(|layer| self.layers.mesh(layer)).map(of).sum();
        let most = self.meter.triangles().min(self.most_triangles);
        let share = if in_haste { most as f64 / total.max(1) as f64 } else { 1.0 };
        let mut plan = MeshPlan { triangles: 0, is_exact: true };
        for layer in visible(scene) {
            if let Some(mesh) = self.layers.mesh_mut(layer) {
                let drawn = mesh.choose((mesh.triangle_count() as f64 * share.min(1.0)) as usize);
                plan.triangles += drawn as u64;
                plan.is_exact &= drawn == mesh.triangle_count();
            }
        }
        plan
    }
}
