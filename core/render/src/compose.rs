//! What a frame is composed of: the order of the layers, the camera's uniform, the part of the picture that is covered.

use crate::background::gradient;
use crate::frame::{CAMERA_SLOTS, CameraUniform, ItemUniform, Slot, Uniforms};
use crate::layers::{Buffers, LayerBuffers};
use crate::lens::Lens;
use crate::mesh::MeshBuffers;
use crate::pipelines::Pipelines;
use crate::target::Target;
use glam::{Mat4, Vec2, Vec3, Vec4};
use heliograph_scene::{Aabb, ClipRegion, Layer, LayerId, Scene, Shading, Style, Viewport, VolumeMode};

pub(crate) fn visible(scene: &Scene) -> impl Iterator<Item = &Layer> + Clone {
    scene.layers().iter().filter(|layer| layer.visible && layer.style.opacity > 0.0)
}

/// Everything that decides what the picture of a scene looks like.
#[derive(Debug, PartialEq)]
pub(crate) struct Shown {
    clip_from_scene: Mat4,
    viewport: Viewport,
    clip: ClipRegion,
    layers: Vec<(LayerId, u64, u64, Vec3, Style)>,
    /// Whether all that may hide a part of what is drawn later is drawn.
    settled: bool,
}

impl Shown {
    pub(crate) fn new(
        scene: &Scene,
        layers: &LayerBuffers,
        (viewport, clip_from_scene): (Viewport, Mat4),
        settled: bool,
    ) -> Shown {
        let key = |layer: &Layer| {
            let stamp = layers.stamp(layer);
            (layer.id, layer.content_revision, stamp, layer.offset, layer.style.clone())
        };
        Shown { clip_from_scene, viewport, clip: scene.clip(), layers: visible(scene).map(key).collect(), settled }
    }
}

/// At least as many as a frame of this scene pushes.
pub(crate) fn uniform_count(scene: &Scene, layers: &LayerBuffers) -> usize {
    let of_layer = |layer| 4 + layers.points(layer).map_or(0, |(points, _)| points.chunk_count());
    10 + 2 * CAMERA_SLOTS + visible(scene).map(of_layer).sum::<usize>()
}

pub(crate) fn camera_uniform(scene: &Scene, viewport: Viewport, lens: &Lens) -> CameraUniform {
    let camera = scene.camera();
    let clip = scene.clip();
    let [background_top, background_bottom] = gradient(scene.settings().background);
    CameraUniform {
        clip_from_scene: lens.clip_from_scene,
        view_from_scene: camera.view_from_world(),
        clip_from_view: lens.clip_from_view,
        background_top,
        background_bottom,
        viewport_px: Vec2::new(viewport.width as f32, viewport.height as f32),
        distance: camera.distance,
        padding: 0,
        clip_least: clip.least,
        is_clipping: u32::from(!clip.is_everywhere()),
        clip_most: clip.most,
        more_padding: 0,
        clip_plane: clip.plane,
    }
}

/// The part of the picture (left, top, right, bottom, as fractions) that a box covers; all of it when the box reaches
/// behind the eye, `None` when there is nothing to see of it.
pub(crate) fn on_screen(bounds: Aabb, clip_from_scene: Mat4) -> Option<[f32; 4]> {
    let corners = bounds.corners().map(|corner| clip_from_scene * corner.extend(1.0));
    let is_before_the_eye = |corner: &Vec4| corner.w > corner.z.max(0.0);
    if !corners.iter().all(is_before_the_eye) {
        return Some([0.0, 0.0, 1.0, 1.0]);
    }
    let places = corners.map(|corner| Vec2::new(corner.x, -corner.y) / corner.w * 0.5 + 0.5);
    let least = places.into_iter().fold(Vec2::INFINITY, Vec2::min);
    let most = places.into_iter().fold(Vec2::NEG_INFINITY, Vec2::max);
    (least.cmplt(Vec2::ONE).all() && most.cmpgt(Vec2::ZERO).all()).then_some([least.x, least.y, most.x, most.y])
}

/// The pass over the picture, in which the backdrop stands already.
pub(crate) fn begin_pass<'a>(
    encoder: &'a mut wgpu::CommandEncoder,
    target: &Target,
    depth: wgpu::Operations<f32>,
) -> wgpu::RenderPass<'a> {
    encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
        label: Some("picture"),
        color_attachments: &[Some(wgpu::RenderPassColorAttachment {
            view: &target.color_view,
            depth_slice: None,
            resolve_target: None,
            ops: wgpu::Operations { load: wgpu::LoadOp::Load, store: wgpu::StoreOp::Store },
        })],
        depth_stencil_attachment: Some(wgpu::RenderPassDepthStencilAttachment {
            view: &target.depth_view,
            depth_ops: Some(depth),
            stencil_ops: None,
        }),
        ..Default::default()
    })
}

/// A pass over what was drawn before, for what knows no depth.
pub(crate) fn over<'a>(encoder: &'a mut wgpu::CommandEncoder, picture: &wgpu::TextureView) -> wgpu::RenderPass<'a> {
    encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
        label: Some("over the picture"),
        color_attachments: &[Some(wgpu::RenderPassColorAttachment {
            view: picture,
            depth_slice: None,
            resolve_target: None,
            ops: wgpu::Operations { load: wgpu::LoadOp::Load, store: wgpu::StoreOp::Store },
        })],
        ..Default::default()
    })
}

/// What is opaque first, then what has soft edges.
pub(crate) fn draw_layers<'a>(
    pass: &mut wgpu::RenderPass<'_>,
    pipelines: &Pipelines,
    layers: &LayerBuffers,
    uniforms: &mut Uniforms,
    camera: Slot,
    drawn: impl Iterator<Item = &'a Layer> + Clone,
) {
    let Pipelines { meshes, volumes, networks, lines, tubes, .. } = pipelines;
    for step in [&meshes.surface, &meshes.edges, &volumes.slices, tubes, &networks.nodes, lines] {
        pass.set_pipeline(step);
        for (layer, buffers) in drawn.clone().filter_map(|layer| Some((layer, layers.of(layer)?))) {
            let style = &layer.style;
            match buffers {
                Buffers::Mesh(mesh) if step == &meshes.surface && !has_edges(layer, mesh) => {
                    let item = uniforms.push(&of_mesh(layer));
                    mesh.draw(pass, uniforms, camera, item);
                }
                Buffers::Mesh(mesh) if step == &meshes.edges && has_edges(layer, mesh) => {
                    let item = uniforms.push(&of_mesh(layer));
                    mesh.draw_edges(pass, uniforms, camera, item);
                }
                Buffers::Volume(volume) if step == &volumes.slices && style.volume.mode == VolumeMode::Slices => {
                    let item = uniforms.push(&ItemUniform::new(Vec3::ZERO, 0.0));
                    volume.draw_slices(pass, uniforms, (camera, item), layer);
                }
                Buffers::Network(network) if step == &networks.nodes => {
                    let item = uniforms.push(&ItemUniform::new(layer.offset, style.node_size));
                    network.draw_nodes(pass, uniforms, camera, item);
                }
                Buffers::Tracts(tracts) if step == lines && !style.in_data_units => {
                    let item = uniforms.push(&ItemUniform::of_diameter(layer));
                    tracts.draw_lines(pass, uniforms, camera, item);
                }
                Buffers::Tracts(tracts) if step == tubes && style.in_data_units => {
                    let item = uniforms.push(&ItemUniform::of_diameter(layer));
                    tracts.draw_tubes(pass, uniforms, camera, item);
                }
                _ => {}
            }
        }
    }
}

fn has_edges(layer: &Layer, mesh: &MeshBuffers) -> bool {
    matches!(layer.style.shading, Shading::Edges | Shading::Wire) && mesh.has_edges()
}

/// How a mesh is drawn, as its shaders count the ways.
fn of_mesh(layer: &Layer) -> ItemUniform {
    let color = Vec3::from(layer.style.color.map(f32::from)) / 255.0;
    let tint = if layer.paint().is_plain() { color.extend(1.0) } else { Vec4::ONE };
    let mode = match layer.style.shading {
        Shading::Smooth => 0,
        Shading::Flat => 1,
        Shading::Edges => 2,
        Shading::Wire => 3,
    };
    ItemUniform { tint, mode, ..ItemUniform::new(layer.offset, 0.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit_box() -> Aabb {
        Aabb { min: Vec3::splat(-1.0), max: Vec3::splat(1.0) }
    }

    fn looking_from(y: f32) -> Mat4 {
        let view = glam::camera::rh::view::look_at_mat4(Vec3::Y * y, Vec3::ZERO, Vec3::Z);
        glam::camera::rh::proj::directx::perspective_infinite_reverse(0.8, 1.0, 0.01) * view
    }

    #[test]
    fn a_box_before_the_camera_covers_the_middle_of_the_picture() {
        let [left, top, right, bottom] = on_screen(unit_box(), looking_from(-6.0)).unwrap();
        assert!(0.0 < left && left < 0.4 && 0.6 < right && right < 1.0, "{left} to {right}");
        assert!(0.0 < top && top < 0.4 && 0.6 < bottom && bottom < 1.0, "{top} to {bottom}");
    }

    #[test]
    fn a_box_about_the_camera_covers_everything_and_one_beside_it_nothing() {
        assert_eq!(on_screen(unit_box(), looking_from(-0.5)), Some([0.0, 0.0, 1.0, 1.0]));
        assert_eq!(on_screen(unit_box().translated(Vec3::X * 50.0), looking_from(-6.0)), None);
    }
}
