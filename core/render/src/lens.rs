//! [`Lens`]: from the scene to the picture, or to a part of a larger picture that is drawn part by part.

use glam::{Mat4, Vec4};
use heliograph_scene::{Camera, Viewport};

/// Where in a larger picture the target lies, in its pixels; it may reach beyond its edges.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Part {
    pub(crate) left: i32,
    pub(crate) top: i32,
    pub(crate) whole: Viewport,
}

/// The camera's matrices for what the target shows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lens {
    pub(crate) clip_from_view: Mat4,
    pub(crate) clip_from_scene: Mat4,
    /// The picture's first row above the target, and its height, in px.
    pub(crate) rows: [f32; 2],
}

impl Lens {
    pub(crate) fn new(camera: &Camera, target: Viewport, part: Option<Part>) -> Lens {
        let Part { left, top, whole } = part.unwrap_or(Part { left: 0, top: 0, whole: target });
        let [width, height] = [target.width.max(1) as f32, target.height.max(1) as f32];
        let [whole_width, whole_height] = [whole.width as f32, whole.height as f32];
        let (x, y) = (whole_width / width, whole_height / height);
        let enlarged = Mat4::from_cols(
            Vec4::new(x, 0.0, 0.0, 0.0),
            Vec4::new(0.0, y, 0.0, 0.0),
            Vec4::Z,
            Vec4::new(x - 1.0 - 2.0 * left as f32 / width, 1.0 - y + 2.0 * top as f32 / height, 0.0, 1.0),
        );
        let clip_from_view = enlarged * camera.clip_from_view(whole.aspect());
        let clip_from_scene = clip_from_view * camera.view_from_world();
        Lens { clip_from_view, clip_from_scene, rows: [top as f32, whole_height] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use glam::{Vec2, Vec3};

    #[test]
    fn a_part_shows_what_the_whole_shows_there() {
        let whole = Viewport { width: 800, height: 600 };
        let target = Viewport { width: 256, height: 128 };
        let place = Vec3::new(0.3, 0.4, -0.2);
        let px = |lens: Lens, size: Viewport| {
            let clip = lens.clip_from_scene * place.extend(1.0);
            (Vec2::new(clip.x, -clip.y) / clip.w + 1.0) * 0.5 * Vec2::new(size.width as f32, size.height as f32)
        };
        let camera = Camera::default();
        let in_whole = px(Lens::new(&camera, whole, None), whole);
        let in_part = px(Lens::new(&camera, target, Some(Part { left: 300, top: -20, whole })), target);
        assert!((in_part + Vec2::new(300.0, -20.0)).distance(in_whole) < 1e-2, "{in_part} {in_whole}");
    }
}
