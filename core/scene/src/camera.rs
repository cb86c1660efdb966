//! [`Camera`]: where the scene is seen from. z points up; the camera turns about a target and never rolls.

use crate::aabb::Aabb;
use glam::{Mat4, Vec2, Vec3};
use heliograph_wire::{Pose, Side};
use std::f32::consts::{FRAC_PI_2, PI, TAU};

/// How depth becomes size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Projection {
    /// What is far is small.
    Perspective,
    /// What is far is as large as what is near.
    Orthographic,
}

/// Where the scene is seen from. Lengths are in scene coordinates, angles in radians.
///
/// **Whatever is done to a camera through its methods, every field stays finite**: a movement that would
/// overflow is not made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Camera {
    /// The point that the camera looks at and turns about.
    pub target: Vec3,
    /// The turn about z: 0 stands on −y and looks along +y, a quarter turn stands on +x. From 0 to below 2π.
    pub yaw: f32,
    /// The height over the horizon, from −π/2 (below, looking up) to π/2 (above, looking down).
    pub pitch: f32,
    /// From the eye to the target; in the orthographic projection, the distance at which the perspective one
    /// would show the target as large.
    pub distance: f32,
    /// The vertical angle of view.
    pub fov_y: f32,
    /// How depth becomes size.
    pub projection: Projection,
    /// The sphere about all that there is to see: bounds the distance and the orthographic depth.
    extent: Extent,
}

/// A half line, in scene coordinates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ray {
    /// Where it starts: on the near plane or behind it.
    pub origin: Vec3,
    /// Of length 1.
    pub direction: Vec3,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Extent {
    center: Vec3,
    radius: f32,
}

/// The near plane's share of the distance. With reversed z a small one costs no precision.
const NEAR_PER_DISTANCE: f32 = 1e-3;
/// The distance and the target's way are bounded by the size of the scene: nearer, 32 bits no longer tell
/// neighbouring places apart; farther, everything is one pixel.
const MIN_DISTANCE_PER_RADIUS: f32 = 1e-4;
const MAX_DISTANCE_PER_RADIUS: f32 = 1e3;
/// The air about a fitted scene.
const FIT_MARGIN: f32 = 1.06;
/// Keeps products of lengths within 32 bits.
const RADIUS_RANGE: std::ops::RangeInclusive<f32> = 1e-9..=1e13;

impl Default for Camera {
    fn default() -> Camera {
        Camera {
            target: Vec3::ZERO,
            yaw: 0.6,
            pitch: 0.5,
            distance: 4.0,
            fov_y: 0.8,
            projection: Projection::Perspective,
            extent: Extent { center: Vec3::ZERO, radius: 1.0 },
        }
    }
}

impl Camera {
    /// The same for those who draw over the picture.
    pub fn pose(&self) -> Pose {
        Pose {
            target: self.target.to_array(),
            yaw: self.yaw,
            pitch: self.pitch,
            distance: self.distance,
            fov_y: self.fov_y,
            orthographic: self.projection == Projection::Orthographic,
        }
    }

    /// From scene coordinates to those of the camera: x right, y up, looking along −z.
    pub fn view_from_world(&self) -> Mat4 {
        glam::camera::rh::view::look_to_mat4(self.eye(), -self.back(), self.up())
    }

    /// From the camera's coordinates to clip space with y up and *reversed* z: 1 on the near plane, 0 at the far end.
    /// The perspective one has no far plane. `aspect` is width over height.
    pub fn clip_from_view(&self, aspect: f32) -> Mat4 {
        let aspect = sane_aspect(aspect);
        match self.projection {
            Projection::Perspective => glam::camera::rh::proj::directx::perspective_infinite_reverse(
                self.fov_y,
                aspect,
                self.distance * NEAR_PER_DISTANCE,
            ),
            Projection::Orthographic => {
                let half_height = self.half_height();
                let half_width = half_height * aspect;
                // Near and far change places: that is what reverses z.
                glam::camera::rh::proj::directx::orthographic(
                    -half_width,
                    half_width,
                    -half_height,
                    half_height,
                    2.0 * self.orthographic_half_depth(),
                    0.0,
                )
            }
        }
    }

    /// From scene coordinates to clip space.
    pub fn clip_from_world(&self, aspect: f32) -> Mat4 {
        self.clip_from_view(aspect) * self.view_from_world()
    }

    /// Where the eye is. In the orthographic projection it stands back far enough to have everything before it.
    pub fn eye(&self) -> Vec3 {
        let distance = match self.projection {
            Projection::Perspective => self.distance,
            Projection::Orthographic => self.orthographic_half_depth(),
        };
        self.target + self.back() * distance
    }

    /// From the target to the eye, of length 1.
    pub fn back(&self) -> Vec3 {
        let (yaw_sin, yaw_cos) = self.yaw.sin_cos();
        let (pitch_sin, pitch_cos) = self.pitch.sin_cos();
        Vec3::new(yaw_sin * pitch_cos, -yaw_cos * pitch_cos, pitch_sin)
    }

    /// To the right in the picture, of length 1.
    pub fn right(&self) -> Vec3 {
        // From the yaw alone: well defined even when the camera looks straight down.
        Vec3::new(self.yaw.cos(), self.yaw.sin(), 0.0)
    }

    /// Upwards in the picture, of length 1.
    pub fn up(&self) -> Vec3 {
        self.back().cross(self.right())
    }

    /// Half of the picture's height, measured in the plane of the target.
    pub fn half_height(&self) -> f32 {
        self.distance * (self.fov_y * 0.5).tan()
    }

    /// The half line of what is seen at a place in the picture (fractions, y downwards).
    pub fn ray(&self, x: f32, y: f32, aspect: f32) -> Ray {
        let on_target_plane = self.on_target_plane(x, y, aspect);
        match self.projection {
            Projection::Perspective => {
                let eye = self.eye();
                Ray { origin: eye, direction: (on_target_plane - eye).normalize_or(-self.back()) }
            }
            Projection::Orthographic => {
                Ray { origin: on_target_plane + self.back() * self.orthographic_half_depth(), direction: -self.back() }
            }
        }
    }

    /// Turns about the target; see [`heliograph_wire::Command::Orbit`].
    pub fn orbit(&mut self, dx: f32, dy: f32) {
        self.change(|camera| {
            camera.yaw = (camera.yaw - dx * PI).rem_euclid(TAU);
            camera.pitch = (camera.pitch + dy * PI).clamp(-FRAC_PI_2, FRAC_PI_2);
        });
    }

    /// Moves with the hand; see [`heliograph_wire::Command::Pan`].
    pub fn pan(&mut self, dx: f32, dy: f32) {
        self.change(|camera| {
            let height = 2.0 * camera.half_height();
            camera.target += camera.right() * (-dx * height) + camera.up() * (dy * height);
        });
    }

    /// Magnifies about a place in the picture; see [`heliograph_wire::Command::Zoom`].
    pub fn zoom(&mut self, factor: f32, x: f32, y: f32, aspect: f32) {
        self.change(|camera| {
            let fixed = camera.on_target_plane(x, y, aspect);
            let distance = camera.clamped_distance(camera.distance / factor);
            camera.target = fixed + (camera.target - fixed) * (distance / camera.distance);
            camera.distance = distance;
        });
    }

    /// Moves, without turning, so that `target` is in the middle of the picture.
    pub fn recenter(&mut self, target: Vec3) {
        self.change(|camera| camera.target = target);
    }

    /// Stands somewhere else altogether: what it looks at, yaw and pitch, distance and angle of view. Lengths in scene
    /// coordinates, angles in radians; all finite.
    pub fn place(&mut self, target: Vec3, [yaw, pitch]: [f32; 2], distance: f32, fov_y: f32) {
        self.change(|camera| {
            camera.target = target;
            camera.yaw = yaw.rem_euclid(TAU);
            camera.pitch = pitch.clamp(-FRAC_PI_2, FRAC_PI_2);
            camera.distance = camera.clamped_distance(distance);
            camera.fov_y = fov_y.clamp(0.05, 2.5);
        });
    }

    /// Stands on one side of the target.
    pub fn look_from(&mut self, side: Side) {
        (self.yaw, self.pitch) = match side {
            Side::Front => (0.0, 0.0),
            Side::Right => (FRAC_PI_2, 0.0),
            Side::Back => (PI, 0.0),
            Side::Left => (PI + FRAC_PI_2, 0.0),
            Side::Top => (0.0, FRAC_PI_2),
            Side::Bottom => (0.0, -FRAC_PI_2),
        };
    }

    /// Moves, without turning, so that `bounds` fills a picture of this aspect.
    pub fn fit(&mut self, bounds: Aabb, aspect: f32) {
        let aspect = sane_aspect(aspect);
        self.change(|camera| {
            let (right, up, back) = (camera.right(), camera.up(), camera.back());
            let tangent = (camera.fov_y * 0.5).tan();
            let center = bounds.center();
            let mut distance = 0.0f32;
            for corner in bounds.corners() {
                let from_center = corner - center;
                let across = (from_center.dot(up).abs()).max(from_center.dot(right).abs() / aspect) * FIT_MARGIN;
                let nearer = match camera.projection {
                    Projection::Perspective => from_center.dot(back),
                    Projection::Orthographic => 0.0,
                };
                distance = distance.max(across / tangent + nearer);
            }
            camera.target = center;
            // A single point, or a line seen from its end, has no size in the picture.
            camera.distance = camera.clamped_distance(distance.max(bounds.radius() * 0.1));
            if bounds.radius() == 0.0 {
                camera.distance = camera.clamped_distance(camera.extent.radius * 2.0);
            }
        });
    }

    /// Says how much there is to see at all; `None` when there is nothing.
    pub fn set_extent(&mut self, bounds: Option<Aabb>) {
        let extent = bounds.map_or(Extent { center: Vec3::ZERO, radius: 1.0 }, |bounds| {
            let radius = bounds.radius();
            Extent {
                center: bounds.center(),
                radius: if radius > 0.0 { radius.clamp(*RADIUS_RANGE.start(), *RADIUS_RANGE.end()) } else { 1.0 },
            }
        });
        self.change(|camera| {
            camera.extent = extent;
            camera.distance = camera.clamped_distance(camera.distance);
        });
    }

    /// What is under a place in the picture in the plane through the target that faces the camera.
    pub fn on_target_plane(&self, x: f32, y: f32, aspect: f32) -> Vec3 {
        let half_height = self.half_height();
        let from_middle = Vec2::new((2.0 * x - 1.0) * sane_aspect(aspect), 1.0 - 2.0 * y) * half_height;
        self.target + self.right() * from_middle.x + self.up() * from_middle.y
    }

    fn orthographic_half_depth(&self) -> f32 {
        (self.target.distance(self.extent.center) + self.extent.radius) * 1.01
    }

    fn clamped_distance(&self, distance: f32) -> f32 {
        let radius = self.extent.radius;
        distance.clamp(radius * MIN_DISTANCE_PER_RADIUS, radius * MAX_DISTANCE_PER_RADIUS)
    }

    /// Makes a change unless it would leave 32 bits, and keeps the target within reach of the scene.
    fn change(&mut self, make: impl FnOnce(&mut Camera)) {
        let before = *self;
        make(self);
        let reach = self.extent.radius * MAX_DISTANCE_PER_RADIUS;
        self.target = self.extent.center + (self.target - self.extent.center).clamp_length_max(reach);
        let numbers = [self.yaw, self.pitch, self.distance, self.extent.radius];
        // Written so that NaN fails.
        let center_is_near = self.extent.center.abs().max_element() <= *RADIUS_RANGE.end();
        if !(self.target.is_finite() && center_is_near && numbers.iter().all(|n| n.is_finite())) {
            *self = before;
        }
    }
}

/// A picture of no width or height is taken for a square, and none is wider or higher than any screen.
fn sane_aspect(aspect: f32) -> f32 {
    if aspect.is_finite() && aspect > 0.0 { aspect.clamp(1e-3, 1e3) } else { 1.0 }
}

#[cfg(test)]
mod golden;
#[cfg(test)]
mod tests;
