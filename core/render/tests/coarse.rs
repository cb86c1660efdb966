//! Large meshes: fewer triangles while something moves, all of them at rest.

#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use common::{VIEWPORT, picture, renderer, scene};
use heliograph_render::Image;
use heliograph_scene::load::LoadedLayer;
use heliograph_scene::{LayerData, Shading, synthetic};
use heliograph_wire::{Command, Value};
use std::sync::Arc;

/// 120,000 triangles.
fn ring() -> LoadedLayer {
    LoadedLayer::new("ring".into(), LayerData::Mesh(Arc::new(synthetic::ring_mesh(300, 200))), None)
}

/// Where something is drawn, by rows.
fn silhouette(image: &Image, empty: &Image) -> Vec<bool> {
    image.rgba.chunks_exact(4).zip(empty.rgba.chunks_exact(4)).map(|(one, other)| one != other).collect()
}

/// How many pixels of one are farther than two pixels from all of the other.
fn far_from(one: &[bool], other: &[bool]) -> usize {
    let (width, height) = (VIEWPORT.width as i32, VIEWPORT.height as i32);
    let is_near = |at: i32| {
        (-2..=2).any(|dy| {
            (-2..=2).any(|dx| {
                let (x, y) = (at % width + dx, at / width + dy);
                (0..width).contains(&x) && (0..height).contains(&y) && other[(y * width + x) as usize]
            })
        })
    };
    (0..width * height).filter(|at| one[*at as usize] && !is_near(*at)).count()
}

#[test]
fn a_mesh_is_the_same_in_outline_while_it_moves_and_exact_once_it_rests() {
    let empty = renderer(VIEWPORT, false).capture(&scene([])).unwrap();
    for shading in Shading::ALL {
        for opacity in [1.0, 0.5] {
            let mut layer = ring();
            (layer.style.shading, layer.style.opacity) = (shading, opacity);
            let mut scene = scene([layer]);
            let mut renderer = renderer(VIEWPORT, false);
            renderer.limit_triangles(40_000);
            renderer.capture(&scene).unwrap();
            scene.apply(&Command::Orbit { dx: 0.1, dy: 0.3 }, VIEWPORT).unwrap();
            let exact = common::renderer(VIEWPORT, false).capture(&scene).unwrap();
            let what = format!("{shading:?} of opacity {opacity}");

            assert!(!renderer.draw(&scene, true).whole, "{what}: in motion");
            let coarse = picture(&mut renderer);
            assert!(coarse != exact, "{what}: nothing was left out");
            let [one, other] = [&coarse, &exact].map(|image| silhouette(image, &empty));
            assert_eq!((far_from(&one, &other), far_from(&other, &one)), (0, 0), "{what}: another outline");

            assert!(renderer.draw(&scene, false).whole, "{what}: at rest");
            assert!(picture(&mut renderer) == exact, "{what}: something coarse is left");
            assert!(!renderer.draw(&scene, true).whole, "{what}: in motion again");
        }
    }
}

#[test]
fn what_fits_is_drawn_exactly_even_while_it_moves() {
    let mut scene = scene([ring()]);
    let mut renderer = renderer(VIEWPORT, false);
    renderer.capture(&scene).unwrap();
    scene.apply(&Command::Orbit { dx: 0.1, dy: 0.3 }, VIEWPORT).unwrap();
    renderer.limit_triangles(120_000);
    // However slow the adapter is, its first frames are not counted.
    assert!(renderer.draw(&scene, true).whole);
    assert!(picture(&mut renderer) == common::renderer(VIEWPORT, false).capture(&scene).unwrap());
}

#[test]
fn other_colours_and_clipping_show_while_it_moves() {
    let mut scene = scene([ring()]);
    let mut renderer = renderer(VIEWPORT, false);
    renderer.limit_triangles(40_000);
    renderer.capture(&scene).unwrap();
    renderer.draw(&scene, true);
    let mut last = picture(&mut renderer);
    let layer = Some(scene.layers()[0].id);
    let changes = [
        (layer, "color_by", Value::Choice("height".into())),
        (None, "clip", Value::Choice("box".into())),
        (None, "clip_x", Value::Interval([0.0, 0.3])),
    ];
    for (layer, property, value) in changes {
        scene.apply(&Command::Set { layer, property: property.into(), value }, VIEWPORT).unwrap();
        assert!(!renderer.draw(&scene, true).whole);
        let now = picture(&mut renderer);
        assert!(now != last || property == "clip", "{property} changed nothing");
        last = now;
    }
    assert!(renderer.capture(&scene).unwrap() == common::renderer(VIEWPORT, false).capture(&scene).unwrap());
}
