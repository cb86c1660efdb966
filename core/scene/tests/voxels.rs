//! What of a volume is seen under the pointer, and which controls a volume has in each of its modes.

#![allow(clippy::unwrap_used, clippy::panic)]

use glam::{DMat4, DVec3, Vec3};
use heliograph_scene::load::LoadedLayer;
use heliograph_scene::{Attribute, LayerData, LayerId, Scene, Values, Viewport, Volume};
use heliograph_wire::{Command, Side, Value};
use std::sync::Arc;

const VIEWPORT: Viewport = Viewport { width: 400, height: 400 };
const SIDE: u32 = 21;
/// The middle of the grid, whose voxels are 1 apart.
const MIDDLE: f64 = 10.0;

/// A ball of 900 in the middle falling to 0 at its surface, seen from the front: along y.
fn scene_of(name: &str, of: impl Fn(f32) -> i16) -> (Scene, LayerId) {
    let middle = Vec3::splat(MIDDLE as f32);
    let place = |at: u32| Vec3::new((at % SIDE) as f32, (at / SIDE % SIDE) as f32, (at / SIDE / SIDE) as f32);
    let values = (0..SIDE.pow(3)).map(|at| of(place(at).distance(middle))).collect();
    let volume = Volume::new([SIDE; 3], 1, Attribute::new("value", Values::I16(values)), DMat4::IDENTITY).unwrap();
    let mut scene = Scene::new(Arc::new(|| ()));
    scene.resize(VIEWPORT);
    let id = scene.add(LoadedLayer::new(name.into(), LayerData::Volume(Arc::new(volume)), None));
    scene.apply(&Command::Look { from: Side::Front }, VIEWPORT).unwrap();
    (scene, id)
}

fn falling(distance: f32) -> i16 {
    (900.0 - 100.0 * distance).max(0.0) as i16
}

/// Label 7 about label 3.
fn labelled(distance: f32) -> i16 {
    if distance < 3.5 {
        3
    } else if distance < 6.5 {
        7
    } else {
        0
    }
}

fn set(scene: &mut Scene, layer: LayerId, property: &str, value: Value) {
    let command = Command::Set { layer: Some(layer), property: property.into(), value };
    scene.apply(&command, VIEWPORT).unwrap_or_else(|error| panic!("{property}: {error}"));
}

fn show_as(scene: &mut Scene, layer: LayerId, mode: &str) {
    set(scene, layer, "volume_mode", Value::Choice(mode.into()));
}

/// What lies in the middle of the picture: its text, and how far before the middle of the ball.
fn picked(scene: &mut Scene, x: f32) -> Option<(String, f64)> {
    scene.apply(&Command::Pick { x, y: 0.5 }, VIEWPORT).unwrap();
    let picked = scene.picked()?;
    let before = (picked.world - DVec3::splat(MIDDLE)).length();
    Some((picked.text.clone(), before))
}

fn controls(scene: &Scene) -> Vec<String> {
    scene.status().layers[0].properties.iter().map(|property| property.id.clone()).collect()
}

fn has(scene: &Scene, wanted: [&str; 6]) -> [bool; 6] {
    let all = controls(scene);
    wanted.map(|id| all.iter().any(|one| one == id))
}

#[test]
fn a_pick_finds_what_each_mode_shows() {
    let (mut scene, layer) = scene_of("ball", falling);
    // The slice across y is the one that is seen from the front.
    let (text, before) = picked(&mut scene, 0.5).unwrap();
    assert!(text.starts_with("ball: 900 in voxel 10, 10, 10"), "{text}");
    assert!(before < 0.6, "{before}");
    assert!(picked(&mut scene, 0.02).is_none(), "beside the ball the slice is clear");

    show_as(&mut scene, layer, "surface");
    set(&mut scene, layer, "level", Value::Number(400.0));
    let (_, before) = picked(&mut scene, 0.5).unwrap();
    assert!((before - 5.0).abs() < 0.8, "the surface of 400 is 5 voxels before the middle, and not {before}");

    show_as(&mut scene, layer, "maximum");
    let (text, before) = picked(&mut scene, 0.5).unwrap();
    assert!(text.starts_with("ball: 900 in") && before < 0.9, "{text}, {before}");

    show_as(&mut scene, layer, "fog");
    let (_, before) = picked(&mut scene, 0.5).unwrap();
    assert!((1.0..8.0).contains(&before), "within the fog, before its middle: {before}");
}

#[test]
fn hidden_labels_are_seen_through() {
    let (mut scene, layer) = scene_of("ball_dseg", labelled);
    show_as(&mut scene, layer, "surface");
    let (text, before) = picked(&mut scene, 0.5).unwrap();
    assert!(text.starts_with("ball_dseg: 7 in voxel") && (before - 6.0).abs() < 1.1, "{text}, {before}");
    set(&mut scene, layer, "filter_by", Value::Choice("label".into()));
    // In the order 0, 3, 7.
    set(&mut scene, layer, "filter_kinds", Value::Several(vec!["0".into(), "1".into()]));
    let (text, before) = picked(&mut scene, 0.5).unwrap();
    assert!(text.starts_with("ball_dseg: 3 in voxel") && (before - 3.0).abs() < 1.1, "{text}, {before}");
    show_as(&mut scene, layer, "slices");
    let (text, _) = picked(&mut scene, 0.5).unwrap();
    assert!(text.starts_with("ball_dseg: 3 in voxel"), "{text}");
}

#[test]
fn each_mode_has_its_controls_and_labels_have_theirs() {
    let ids = ["slice_j", "opacity_range", "density", "level", "smooth", "filter_by"];
    let (mut scene, layer) = scene_of("ball", falling);
    assert_eq!(has(&scene, ids), [true, false, false, false, true, false]);
    show_as(&mut scene, layer, "fog");
    assert_eq!(has(&scene, ids), [false, true, true, false, true, false]);
    show_as(&mut scene, layer, "surface");
    assert_eq!(has(&scene, ids), [false, false, false, true, true, false]);

    let (mut scene, layer) = scene_of("ball_mask", labelled);
    assert_eq!(has(&scene, ids), [true, false, false, false, false, true]);
    show_as(&mut scene, layer, "fog");
    assert_eq!(has(&scene, ids), [false, false, true, false, false, true]);
    let maximum =
        Command::Set { layer: Some(layer), property: "volume_mode".into(), value: Value::Choice("maximum".into()) };
    assert!(scene.apply(&maximum, VIEWPORT).is_err());
}
