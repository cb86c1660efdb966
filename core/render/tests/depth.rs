//! What is nearer hides what is farther, whatever the two are made of and however depth becomes size.

#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use common::{VIEWPORT, orthographic, pixel, point_wall, renderer, scene, wall};
use glam::Vec3;
use heliograph_render::Image;
use heliograph_scene::Scene;
use heliograph_scene::load::LoadedLayer;
use heliograph_wire::{Command, Side};

const RED: [u8; 3] = [220, 40, 40];
const GREEN: [u8; 3] = [40, 200, 40];

/// Seen from −y, with perspective and without; the first layer is in front of the second, and a quarter as wide.
fn both_projections(near: &LoadedLayer, far: &LoadedLayer) -> [Scene; 2] {
    let built = || scene([near.clone(), far.clone()]);
    [built(), orthographic(built())].map(|mut scene| {
        scene.apply(&Command::Look { from: Side::Front }, VIEWPORT).unwrap();
        scene
    })
}

fn is_reddish([red, green, _]: [u8; 3]) -> bool {
    u32::from(red) > 2 * u32::from(green)
}

fn is_greenish([red, green, _]: [u8; 3]) -> bool {
    u32::from(green) > 2 * u32::from(red)
}

/// The colour of the picture where a place of the scene is.
fn at(scene: &Scene, image: &Image, place: Vec3) -> [u8; 3] {
    let place = scene.camera().clip_from_world(VIEWPORT.aspect()).project_point3(place);
    pixel(image, place.x * 0.5 + 0.5, 0.5 - place.y * 0.5)
}

fn near_hides_far(near: LoadedLayer, far: LoadedLayer) {
    for force_u32 in [false, true] {
        for scene in both_projections(&near, &far) {
            let image = renderer(VIEWPORT, force_u32).capture(&scene).unwrap();
            let middle = at(&scene, &image, Vec3::new(0.0, -0.5, 0.0));
            let beside = at(&scene, &image, Vec3::new(0.0, 0.5, 1.7));
            let projection = scene.camera().projection;
            assert!(is_reddish(middle), "{projection:?}, u32 {force_u32}: {middle:?} in the middle");
            assert!(is_greenish(beside), "{projection:?}, u32 {force_u32}: {beside:?} beside it");
        }
    }
}

#[test]
fn a_mesh_in_front_hides_points() {
    near_hides_far(wall(-0.5, 0.5, RED), point_wall(0.5, 2.0, GREEN));
}

#[test]
fn points_in_front_hide_a_mesh() {
    near_hides_far(point_wall(-0.5, 0.5, RED), wall(0.5, 2.0, GREEN));
}

#[test]
fn points_in_front_hide_points() {
    near_hides_far(point_wall(-0.5, 0.5, RED), point_wall(0.5, 2.0, GREEN));
}

#[test]
fn a_mesh_in_front_hides_a_mesh_whichever_came_first() {
    near_hides_far(wall(-0.5, 0.5, RED), wall(0.5, 2.0, GREEN));
    for scene in both_projections(&wall(0.5, 2.0, GREEN), &wall(-0.5, 0.5, RED)) {
        let image = renderer(VIEWPORT, false).capture(&scene).unwrap();
        assert!(is_reddish(pixel(&image, 0.5, 0.5)));
    }
}
