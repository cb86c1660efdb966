//! Many points: a fair sample first, all of them at rest, and nothing that flickers between.

#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use common::{VIEWPORT, fibres, hills, picture, renderer, scene, set, spiral, torus};
use heliograph_render::{Drawn, Image, Renderer};
use heliograph_scene::{Scene, synthetic};
use heliograph_wire::{Command, Value};

/// Calls until the picture is whole.
fn complete(renderer: &mut Renderer<u64>, scene: &Scene) -> Vec<Drawn> {
    let mut calls = vec![renderer.draw(scene, false)];
    while !calls.last().unwrap().whole {
        assert!(calls.len() < 1000, "it is never whole");
        calls.push(renderer.draw(scene, false));
    }
    calls
}

fn background_pixels(image: &Image, scene_without: &Image) -> usize {
    image.rgba.chunks_exact(4).zip(scene_without.rgba.chunks_exact(4)).filter(|(a, b)| a == b).count()
}

#[test]
fn a_small_scene_is_whole_at_once() {
    let scene = scene([hills(300), torus([200, 180, 90]), fibres(), spiral()]);
    let mut renderer = renderer(VIEWPORT, false);
    assert!(renderer.draw(&scene, true).whole);
    assert!(renderer.draw(&scene, false).whole);
}

#[test]
fn points_that_come_in_slices_make_the_same_picture_as_all_at_once() {
    for force_u32 in [false, true] {
        let scene = scene([synthetic::points(1_000_000, 1)]);
        let mut renderer = renderer(VIEWPORT, force_u32);
        renderer.limit_points(150_000);
        let calls = complete(&mut renderer, &scene);
        assert_eq!(calls.len(), 7, "{calls:?}");
        assert_eq!(calls.iter().map(|drawn| drawn.points).sum::<u64>(), 1_000_000);
        let in_slices = picture(&mut renderer);
        let at_once = common::renderer(VIEWPORT, force_u32).capture(&scene).unwrap();
        assert!(in_slices == at_once, "u32 {force_u32}");
    }
}

#[test]
fn coming_to_rest_adds_points_and_takes_none_away() {
    let mut scene = scene([synthetic::points(1_000_000, 2)]);
    let empty = renderer(VIEWPORT, false).capture(&common::scene([])).unwrap();
    let mut renderer = renderer(VIEWPORT, false);
    renderer.limit_points(100_000);
    for _ in 0..3 {
        scene.apply(&Command::Orbit { dx: 0.02, dy: 0.0 }, VIEWPORT).unwrap();
        let drawn = renderer.draw(&scene, true);
        assert_eq!((drawn.points, drawn.whole), (100_000, false));
    }
    let mut before = background_pixels(&picture(&mut renderer), &empty);
    for _ in 0..5 {
        // Nothing is drawn again, so nothing can vanish in between.
        assert_eq!(renderer.draw(&scene, false).points, 100_000);
        let now = background_pixels(&picture(&mut renderer), &empty);
        assert!(now <= before, "{now} empty pixels after {before}");
        before = now;
    }
}

#[test]
fn what_is_no_matter_of_the_points_does_not_start_them_anew() {
    let mut scene = scene([synthetic::points(400_000, 3), torus([200, 180, 90])]);
    let mut renderer = renderer(VIEWPORT, false);
    complete(&mut renderer, &scene);
    set(&mut scene, "show_bounds", Value::Toggle(true));
    set(&mut scene, "background", Value::Choice("light".into()));
    assert_eq!(renderer.draw(&scene, false), Drawn { whole: true, points: 0 });
    let redrawn = picture(&mut renderer);
    assert!(redrawn == common::renderer(VIEWPORT, false).capture(&scene).unwrap());
}

#[test]
fn other_colours_sizes_and_layers_show_at_once_and_a_removed_layer_is_gone() {
    let mut scene = scene([hills(200), hills(100)]);
    let mut renderer = renderer(VIEWPORT, false);
    let ids: Vec<_> = scene.layers().iter().map(|layer| layer.id).collect();
    let changes = [
        ("color_by", Value::Choice("height".into())),
        ("point_size", Value::Number(5.0)),
        ("visible", Value::Toggle(false)),
    ];
    let mut last = renderer.capture(&scene).unwrap();
    for (property, value) in changes {
        let command = Command::Set { layer: Some(ids[0]), property: property.into(), value };
        scene.apply(&command, VIEWPORT).unwrap();
        complete(&mut renderer, &scene);
        let now = picture(&mut renderer);
        assert!(now != last, "{property} changed nothing");
        assert!(now == common::renderer(VIEWPORT, false).capture(&scene).unwrap(), "{property}: something old is left");
        last = now;
    }
    scene.apply(&Command::RemoveLayer { layer: ids[1] }, VIEWPORT).unwrap();
    complete(&mut renderer, &scene);
    assert!(picture(&mut renderer) == common::renderer(VIEWPORT, false).capture(&scene).unwrap());
}

#[test]
fn another_scene_with_the_same_names_is_not_taken_for_the_first() {
    let mut renderer = renderer(VIEWPORT, false);
    renderer.capture(&scene([hills(100)])).unwrap();
    let other = scene([synthetic::points(10_000, 5)]);
    assert!(renderer.capture(&other).unwrap() == common::renderer(VIEWPORT, false).capture(&other).unwrap());
}
