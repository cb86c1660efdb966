//! [`Triad`]: the axes in the corner of the picture: x red, y green, z blue. Window and page draw them over the picture
//! as vectors, so that they are sharp however small or compressed the picture is.

use glam::{Mat4, Quat, Vec3};
use heliograph_wire::Pose;
use std::f32::consts::FRAC_PI_2;

/// sRGB of the ball where the axes meet.
pub const HUB_COLOR: [u8; 3] = [190, 194, 202];
/// sRGB of the letters.
pub const LETTER_COLOR: [u8; 3] = [16, 19, 24];

const AXES: [(char, Vec3, [u8; 3]); 3] =
    [('x', Vec3::X, [240, 78, 84]), ('y', Vec3::Y, [112, 200, 82]), ('z', Vec3::Z, [76, 140, 255])];
/// The length of an axis over half the side of the square that they are drawn in.
const REACH: f32 = 0.66;
/// A letter of that size can still be read, so no ball is smaller.
const LEAST_BALL: f32 = 7.0;

/// What to draw, and where. Lengths are in the units of the picture's place on the screen, y downwards.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Triad {
    /// Where the axes meet.
    pub middle: [f32; 2],
    /// The width of the rods.
    pub rod_width: f32,
    /// The radius of the ball where they meet.
    pub hub_radius: f32,
    /// The radius of the balls at their ends.
    pub ball_radius: f32,
    /// The height of the letters in the balls.
    pub letter_height: f32,
    /// To be drawn in this order: what points away from the viewer first. The hub comes before the first that does not.
    pub axes: [TriadAxis; 3],
}

/// One axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TriadAxis {
    /// `x`, `y` or `z`.
    pub name: char,
    /// The middle of the ball at its end.
    pub end: [f32; 2],
    /// From −1 (away from the viewer) to 1 (towards the viewer).
    pub towards_viewer: f32,
    /// sRGB.
    pub color: [u8; 3],
}

impl Triad {
    /// The axes in the lower left corner of a picture that takes so much of the screen; small pictures have small axes.
    pub fn new(pose: &Pose, width: f32, height: f32) -> Triad {
        let least = width.min(height);
        let side = (0.15 * least).clamp(48.0, 150.0).min(least).floor();
        let margin = (side * 0.08).floor().min(width - side).min(height - side).max(0.0);
        let middle = [margin + side * 0.5, height - margin - side * 0.5];
        let view_from_world = view_rotation(pose);
        let mut axes = AXES.map(|(name, axis, color)| {
            let end = view_from_world.transform_vector3(axis);
            let reach = REACH * side * 0.5;
            let end_at = [middle[0] + end.x * reach, middle[1] - end.y * reach];
            TriadAxis { name, end: end_at, towards_viewer: end.z, color }
        });
        axes.sort_by(|a, b| a.towards_viewer.total_cmp(&b.towards_viewer));
        let ball_radius = (side * 0.095).max(LEAST_BALL);
        Triad {
            middle,
            rod_width: (side * 0.035).max(2.0),
            hub_radius: ball_radius * 0.45,
            ball_radius,
            letter_height: ball_radius * 1.35,
            axes,
        }
    }
}

/// From the scene's directions to those of the camera: x right, y up, z towards the viewer.
pub(crate) fn view_rotation(pose: &Pose) -> Mat4 {
    Mat4::from_quat(Quat::from_rotation_x(pose.pitch - FRAC_PI_2) * Quat::from_rotation_z(-pose.yaw))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Camera;
    use heliograph_wire::Side;

    #[test]
    fn the_axes_turn_as_the_camera_s_own_do() {
        let mut camera = Camera::default();
        for turn in 0..40 {
            camera.orbit(0.37, if turn % 7 == 0 { 0.9 } else { -0.11 });
            let (right, up, back) = (camera.right(), camera.up(), camera.back());
            let triad = Triad::new(&camera.pose(), 1280.0, 720.0);
            let reach = REACH * 54.0;
            for axis in triad.axes {
                let direction = AXES.iter().find(|(name, ..)| *name == axis.name).unwrap().1;
                assert!((axis.towards_viewer - direction.dot(back)).abs() < 1e-5);
                assert!((axis.end[0] - triad.middle[0] - direction.dot(right) * reach).abs() < 1e-3);
                assert!((triad.middle[1] - axis.end[1] - direction.dot(up) * reach).abs() < 1e-3);
            }
            assert!(triad.axes.is_sorted_by(|a, b| a.towards_viewer <= b.towards_viewer));
        }
    }

    #[test]
    fn from_the_front_x_points_right_and_z_up_in_the_lower_left_corner() {
        let mut camera = Camera::default();
        camera.look_from(Side::Front);
        for (width, height) in [(1280.0, 720.0), (390.0, 219.0), (64.0, 64.0), (3840.0, 2160.0), (40.0, 30.0)] {
            let triad = Triad::new(&camera.pose(), width, height);
            let end = |name| triad.axes.iter().find(|axis| axis.name == name).unwrap().end;
            assert!(end('x')[0] > triad.middle[0] && (end('x')[1] - triad.middle[1]).abs() < 1e-3);
            assert!(end('z')[1] < triad.middle[1] && (end('z')[0] - triad.middle[0]).abs() < 1e-3);
            assert!(triad.middle[0] <= width / 2.0 && triad.middle[1] >= height / 2.0);
            assert_eq!(triad.axes[0].name, 'y', "it points away");
        }
    }
}
