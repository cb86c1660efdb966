//! Where places of the scene are in the picture, and how long what is seen there is: for what window and page draw over it.

use crate::labels::round_step;
use crate::triad::view_rotation;
use glam::Vec3;
use heliograph_wire::Pose;
use heliograph_wire::scene::{Label, LabelKind};

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

/// A word that stands in a picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlacedLabel<'a> {
    /// What it says.
    pub label: &'a Label,
    /// Its middle, from the picture's upper left corner.
    pub at: [f32; 2],
    /// How high its letters are.
    pub size: f32,
}

/// A letter is about so wide, over how high it is. Rather too much: words want some air.
const LETTER_WIDTH: f32 = 0.62;
/// A name stands so far above its node.
const NAME_ABOVE: f32 = 12.0;

/// The words of a picture of this size (in points of the screen) that was drawn from `pose`. Of two that would cover each other only
/// the earlier is there: names come in the order of their nodes' importance. The page's copy is web-viewer/core/places.js.
pub fn placed_labels<'a>(pose: &Pose, labels: &'a [Label], width: f32, height: f32) -> Vec<PlacedLabel<'a>> {
    let mut placed: Vec<PlacedLabel<'_>> = Vec::new();
    for label in labels {
        let Some([x, y]) = on_picture(pose, label.at.into(), width, height) else { continue };
        let (size, above) = match label.kind {
            LabelKind::Tick => (11.0, 0.0),
            LabelKind::Axis => (13.0, 0.0),
            LabelKind::Name => (12.0, NAME_ABOVE),
        };
        let new = PlacedLabel { label, at: [x, y - above], size };
        if placed.iter().all(|old| !covers(old, &new)) {
            placed.push(new);
        }
    }
    placed
}

fn covers(one: &PlacedLabel<'_>, other: &PlacedLabel<'_>) -> bool {
    let width = |placed: &PlacedLabel<'_>| placed.label.text.chars().count() as f32 * LETTER_WIDTH * placed.size;
    let is_beside = (one.at[0] - other.at[0]).abs() * 2.0 >= width(one) + width(other);
    let is_above = (one.at[1] - other.at[1]).abs() * 2.0 >= one.size + other.size;
    !is_beside && !is_above
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

    /// The same figures are in web-viewer/tests/places.test.js.
    #[test]
    fn of_two_words_that_would_cover_each_other_the_earlier_is_there() {
        let pose = Pose { target: [0.0; 3], yaw: 0.0, pitch: 0.0, distance: 10.0, fov_y: 0.8, orthographic: true };
        let label = |x: f32, text: &str, kind| Label { at: [x, 0.0, 0.0], text: text.into(), kind };
        let labels = [
            label(0.0, "Valjean", LabelKind::Name),
            label(0.1, "Javert", LabelKind::Name),
            label(4.0, "Cosette", LabelKind::Name),
            label(0.1, "10", LabelKind::Tick),
        ];
        let said = |width, height| -> Vec<String> {
            placed_labels(&pose, &labels, width, height).into_iter().map(|placed| placed.label.text.clone()).collect()
        };
        // The number stands at the node, not above it.
        assert_eq!(said(800.0, 600.0), ["Valjean", "Cosette", "10"]);
        assert_eq!(said(80_000.0, 60_000.0), ["Valjean", "Javert", "Cosette", "10"], "there is room for all");
        assert_eq!(said(80.0, 60.0), ["Valjean", "10"]);
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
