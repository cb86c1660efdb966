//! The axes in the corner of the picture: x red, y green, z blue. Their letters are text, drawn by window and page.

use crate::frame::{CameraUniform, ItemUniform, Uniforms};
use crate::network::{NetworkBuffers, Node};
use crate::tracts::{TractBuffers, TractPoint};
use crate::upload::Upload;
use glam::{Mat4, Vec2, Vec3, Vec4};
use heliograph_scene::{Camera, Viewport};

/// sRGB of x, y and z.
const COLORS: [[u8; 3]; 3] = [[240, 78, 84], [112, 200, 82], [76, 140, 255]];
const AXES: [(char, Vec3); 3] = [('x', Vec3::X), ('y', Vec3::Y), ('z', Vec3::Z)];
/// The length of an axis over half the side of the square that they are drawn in.
const REACH: f32 = 0.66;

/// Where an axis ends in the picture, for its letter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TriadAxis {
    /// `x`, `y` or `z`.
    pub name: char,
    /// The middle of the ball at its end, as a fraction of the picture's width.
    pub x: f32,
    /// The same, as a fraction of the picture's height.
    pub y: f32,
    /// From −1 (away from the viewer) to 1 (towards the viewer): letters are to be drawn in rising order.
    pub towards_viewer: f32,
    /// sRGB.
    pub color: [u8; 3],
}

/// Where the ends of the three axes are in a picture of this size, and as large as the renderer draws them.
pub fn triad_axes(camera: &Camera, viewport: Viewport) -> [TriadAxis; 3] {
    let place = Place::new(viewport);
    let view_from_scene = camera.view_from_world();
    std::array::from_fn(|index| {
        let (name, axis) = AXES[index];
        let end = view_from_scene.transform_vector3(axis);
        let middle = place.corner_px + place.side_px * 0.5;
        let end_px = middle + Vec2::new(end.x, -end.y) * (REACH * place.side_px * 0.5);
        TriadAxis {
            name,
            x: end_px.x / viewport.width.max(1) as f32,
            y: end_px.y / viewport.height.max(1) as f32,
            towards_viewer: end.z,
            color: COLORS[index],
        }
    })
}

/// The square of the picture that the axes are drawn in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Place {
    corner_px: Vec2,
    side_px: f32,
}

impl Place {
    /// The lower left corner; small pictures have small axes.
    fn new(viewport: Viewport) -> Place {
        let (width, height) = (viewport.width as f32, viewport.height as f32);
        let side_px = (0.15 * width.min(height)).clamp(48.0, 150.0).min(width.min(height)).floor();
        let margin = (side_px * 0.08).floor().min((width - side_px).max(0.0)).min((height - side_px).max(0.0));
        Place { corner_px: Vec2::new(margin, height - side_px - margin), side_px }
    }
}

/// The axes on the GPU.
pub(crate) struct Triad {
    rods: TractBuffers,
    balls: NetworkBuffers,
}

impl Triad {
    pub(crate) fn new(upload: &mut Upload<'_>) -> Option<Triad> {
        let mut points = Vec::new();
        let mut nodes = vec![Node { center: Vec3::ZERO, size: 0.45, color: [190, 194, 202, 255] }];
        for ((_, axis), [red, green, blue]) in AXES.into_iter().zip(COLORS) {
            points.push(TractPoint { position: Vec3::ZERO, color: [red, green, blue, 255] });
            points.push(TractPoint { position: axis, color: [red, green, blue, 0] });
            nodes.push(Node { center: axis, size: 1.0, color: [red, green, blue, 255] });
        }
        let rods = TractBuffers::from_points(upload, &points)?;
        let balls = NetworkBuffers::from_nodes(upload, &nodes)?;
        Some(Triad { rods, balls })
    }

    /// Draws the axes over what the pass has drawn. They share its depth: a pass of their own would go over the whole picture.
    pub(crate) fn draw(
        &self,
        pass: &mut wgpu::RenderPass<'_>,
        uniforms: &mut Uniforms,
        [rods, balls]: [&wgpu::RenderPipeline; 2],
        camera: &Camera,
        viewport: Viewport,
    ) {
        let place = Place::new(viewport);
        let slot = uniforms.push(&uniform(camera, place.side_px));
        let thin = uniforms.push(&ItemUniform::new(Vec3::ZERO, (place.side_px * 0.035).max(2.0)));
        let round = uniforms.push(&ItemUniform::new(Vec3::ZERO, place.side_px * 0.17));
        pass.set_viewport(place.corner_px.x, place.corner_px.y, place.side_px, place.side_px, 0.0, 1.0);
        pass.set_pipeline(balls);
        self.balls.draw_nodes(pass, uniforms, slot, round);
        pass.set_pipeline(rods);
        self.rods.draw(pass, uniforms, slot, thin);
    }
}

/// A camera that turns like the scene's and sees the unit sphere, without perspective, before everything else.
fn uniform(camera: &Camera, side_px: f32) -> CameraUniform {
    // Depth from 0.9992 to 0.9998: before all data, which come so near the near plane only where they fill the picture.
    let clip_from_view =
        Mat4::from_cols(Vec4::X * REACH, Vec4::Y * REACH, Vec4::Z * 0.0003, Vec4::new(0.0, 0.0, 0.9995, 1.0));
    let mut view_from_scene = camera.view_from_world();
    view_from_scene.w_axis = Vec4::W;
    CameraUniform {
        clip_from_scene: clip_from_view * view_from_scene,
        view_from_scene,
        clip_from_view,
        background_top: Vec4::ZERO,
        background_bottom: Vec4::ZERO,
        viewport_px: Vec2::splat(side_px),
        distance: 1.0,
        padding: 0,
    }
}
