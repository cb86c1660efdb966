//! Where places of the scene are in the picture, and how long what is seen there is: for what window and page draw over it.

use crate::labels::round_step;
use crate::triad::view_rotation;
use glam::Vec3;
use heliograph_wire::Pose;

/// Nearer to the eye than this share of the distance to the target nothing is drawn.
const NEAR_PER_DISTANCE: f32 = 1e-3;

/// Where a place (in scene coordinates) is in a picture of this size, from its upper left corner; `None` behind the eye.
pub fn on_picture(pose: &Pose, place: Vec3, width: f32, height: f32) -> Option<[f32; 2]> {
    let seen = view_rotation(pose).transform_vector3(place - Vec3::from(pose.target));
    let tangent = (pose.fov_y * 0.5).tan();
    let depth = pose.distance - seen.z;
    if !pose.orthographic && depth < pose.distance * NEAR_PER_DISTANCE {
        return None;
    }
    let half_height = if pose.orthographic { pose.distance * tangent } else { depth * tangent };
    let scale = height * 0.5 / half_height;
    let spot = [width * 0.5 + seen.x * scale, height * 0.5 - seen.y * scale];
    spot.iter().all(|part| part.is_finite()).then_some(spot)
}

/// A bar that says how long things are at the distance of what the camera looks at.
#[derive(Debug, Clone, PartialEq)]
pub struct ScaleBar {
    /// Its length over the picture's height.
    pub share: f32,
    /// The same in the scene's units, for people.
    pub text: String,
}

impl ScaleBar {
    /// About a fifth of the picture's height, and round.
    pub fn new(pose: &Pose) -> Option<ScaleBar> {
        let whole = 2.0 * f64::from(pose.distance) * (f64::from(pose.fov_y) * 0.5).tan();
        let length = round_step(whole * 0.12);
        let share = (length / whole) as f32;
        (length > 0.0 && share.is_finite()).then(|| ScaleBar { share, text: crate::text::number(length, false) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Camera, Viewport};

    #[test]
    fn a_place_is_where_the_camera_draws_it() {
        let viewport = Viewport { width: 800, height: 600 };
        for orthographic in [false, true] {
            let mut camera = Camera::default();
            camera.orbit(0.3, 0.1);
            if orthographic {
                camera.projection = crate::Projection::Orthographic;
            }
            let place = Vec3::new(0.4, -0.3, 0.6);
            let clip = camera.clip_from_world(viewport.aspect()) * place.extend(1.0);
            let expected = [(clip.x / clip.w + 1.0) * 400.0, (1.0 - clip.y / clip.w) * 300.0];
            let found = on_picture(&camera.pose(), place, 800.0, 600.0).unwrap();
            assert!(
                (found[0] - expected[0]).abs() < 0.1 && (found[1] - expected[1]).abs() < 0.1,
                "{found:?} {expected:?}"
            );
        }
        let camera = Camera::default();
        assert_eq!(on_picture(&camera.pose(), camera.eye() + camera.back(), 800.0, 600.0), None);
    }

    #[test]
    fn the_scale_bar_is_round_and_about_a_fifth_of_the_picture() {
        for distance in [0.001, 1.0, 4.0, 77.0, 1e6] {
            let pose = Pose { distance, ..Camera::default().pose() };
            let bar = ScaleBar::new(&pose).unwrap();
            assert!((0.1..0.35).contains(&bar.share), "{bar:?}");
            let first = bar.text.chars().find(|letter| ('1'..='9').contains(letter));
            assert!(matches!(first, Some('1' | '2' | '5')), "{bar:?}");
        }
    }
}
