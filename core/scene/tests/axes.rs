//! Which columns of a table are coordinates can be chosen, from both ends, undone, handed on and kept.

#![allow(clippy::unwrap_used, clippy::panic)]

use glam::{DVec3, dvec3};
use heliograph_scene::load::{Progress, Source, load};
use heliograph_scene::view::View;
use heliograph_scene::{LayerData, LayerId, Scene, Viewport, on_picture};
use heliograph_wire::scene::LegendScale;
use heliograph_wire::{Command, PropertyKind, Value};
use std::sync::Arc;

const VIEWPORT: Viewport = Viewport { width: 800, height: 400 };
const QUAKES: &str = "longitude,latitude,depth,year,note\n-10,40,7,2001,a\n-12,44,,2002,b\n-14,42,9,2009,a\n";
/// Columns that can be coordinates, beside those of which one row says nothing.
const CANDIDATES: [&str; 4] = ["longitude", "latitude", "year", "(none)"];

fn scene_of(text: &'static str) -> (Scene, LayerId) {
    let mut scene = Scene::new(Arc::new(|| ()));
    scene.resize(VIEWPORT);
    let source = Source::Bytes { name: "quakes.csv".into(), bytes: text.as_bytes() };
    let layer = load(&source, &Progress::new()).unwrap().remove(0);
    let id = scene.add(layer);
    (scene, id)
}

fn set(scene: &mut Scene, layer: LayerId, property: &str, choice: &str) {
    let command = Command::Set { layer: Some(layer), property: property.into(), value: Value::Choice(choice.into()) };
    scene.apply(&command, VIEWPORT).unwrap_or_else(|error| panic!("{property}: {error}"));
}

fn value(scene: &Scene, property: &str) -> String {
    let status = scene.status();
    let found = status.layers[0].properties.iter().find(|one| one.id == property);
    match found.map(|one| &one.value) {
        Some(Value::Choice(id)) => id.clone(),
        other => panic!("{property} is {other:?}"),
    }
}

fn axes(scene: &Scene) -> [String; 3] {
    ["axis_x", "axis_y", "axis_z"].map(|axis| value(scene, axis))
}

/// The corners of the box about all, as the files say them.
fn corners(scene: &Scene) -> [DVec3; 2] {
    let bounds = scene.bounds().unwrap();
    [bounds.min, bounds.max].map(|corner| scene.origin() + corner.as_dvec3())
}

#[test]
fn every_complete_column_of_numbers_can_be_a_coordinate() {
    let (scene, _) = scene_of(QUAKES);
    assert_eq!(axes(&scene), ["longitude", "latitude", "(none)"]);
    let status = scene.status();
    let property = status.layers[0].properties.iter().find(|property| property.id == "axis_z").unwrap();
    let PropertyKind::Choice { options } = &property.kind else { panic!("{property:?}") };
    assert_eq!(options.iter().map(|option| option.id.as_str()).collect::<Vec<_>>(), CANDIDATES);
    // A number of 1e300 is no place, and would leave 32 bits.
    let (scene, _) = scene_of("x,y,z,id\n1,2,3,1e300\n4,5,6,7\n");
    assert!(scene.status().layers[0].properties.iter().all(|property| !property.id.starts_with("axis")));
    let (scene, _) = scene_of("x,y,z,what\n1,2,3,a\n4,5,6,b\n");
    assert!(scene.status().layers[0].properties.iter().all(|property| !property.id.starts_with("axis")));
}

#[test]
fn points_go_where_the_chosen_columns_say_and_back() {
    let (mut scene, layer) = scene_of(QUAKES);
    let before = (corners(&scene), *scene.camera());
    set(&mut scene, layer, "axis_z", "year");
    assert_eq!(corners(&scene), [dvec3(-14.0, 40.0, 2001.0), dvec3(-10.0, 44.0, 2009.0)]);
    set(&mut scene, layer, "axis_x", "latitude");
    assert_eq!(axes(&scene), ["latitude", "longitude", "year"], "they change places");
    assert_eq!(corners(&scene), [dvec3(40.0, -14.0, 2001.0), dvec3(44.0, -10.0, 2009.0)]);
    set(&mut scene, layer, "color_by", "longitude");
    for _ in 0..3 {
        scene.apply(&Command::Undo, VIEWPORT).unwrap();
    }
    assert_eq!((corners(&scene), *scene.camera()), before);
    assert_eq!(axes(&scene), ["longitude", "latitude", "(none)"]);
    for _ in 0..2 {
        scene.apply(&Command::Redo, VIEWPORT).unwrap();
    }
    assert_eq!(axes(&scene), ["latitude", "longitude", "year"]);
}

#[test]
fn colours_by_what_is_an_attribute_no_longer_are_the_first_again() {
    let (mut scene, layer) = scene_of(QUAKES);
    let first = value(&scene, "color_by");
    assert_eq!(first, "depth", "a height that is 0 everywhere says nothing");
    set(&mut scene, layer, "axis_x", "year");
    set(&mut scene, layer, "color_by", "longitude");
    set(&mut scene, layer, "filter_by", "longitude");
    set(&mut scene, layer, "axis_x", "longitude");
    assert_eq!(value(&scene, "color_by"), first);
    assert_eq!(value(&scene, "filter_by"), "everything");
}

#[test]
fn heights_have_no_digits_beyond_those_that_are_kept() {
    let (scene, _) = scene_of("x,y,z\n0,0,0\n1,1,399.98\n");
    let legend = scene.status().layers[0].legends[0].clone();
    let LegendScale::Ramp { range, .. } = legend.scale else { panic!("{legend:?}") };
    assert_eq!((legend.title.as_str(), range[0]), ("Height", 0.0));
    assert!((range[1] - 399.98).abs() < 1e-3, "{range:?}");
}

#[test]
fn what_is_marked_stays_on_its_row_and_all_of_it_is_said() {
    let (mut scene, layer) = scene_of(QUAKES);
    let LayerData::Points(points) = &scene.layers()[0].data else { panic!("no points") };
    let first = points.file_index.iter().position(|row| *row == 0).unwrap();
    let [x, y] = on_picture(&scene.camera().pose(), points.positions[first], 800.0, 400.0).unwrap();
    scene.apply(&Command::Pick { x: x / 800.0, y: y / 400.0 }, VIEWPORT).unwrap();
    let said = |scene: &Scene| {
        let picked = scene.status().picked.unwrap();
        let fields = picked.fields.iter().map(|field| format!("{} {}", field.name, field.value)).collect::<Vec<_>>();
        (picked.text, fields.join(", "))
    };
    let text = "quakes: point 0 at −10.0000, 40.0000, 0.0000".to_owned();
    assert_eq!(said(&scene), (text, "depth 7, year 2,001, note a".to_owned()));
    set(&mut scene, layer, "axis_z", "year");
    let text = "quakes: point 0 at −10.0000, 40.0000, 2,001.0000".to_owned();
    assert_eq!(said(&scene), (text, "depth 7, year 2,001, note a, longitude −10, latitude 40".to_owned()));
    let picked = scene.picked().unwrap();
    assert_eq!((picked.element, picked.world), (0, dvec3(-10.0, 40.0, 2001.0)));
}

#[test]
fn a_view_has_the_columns_and_the_colours_by_what_they_leave() {
    let (mut scene, layer) = scene_of(QUAKES);
    set(&mut scene, layer, "axis_y", "year");
    set(&mut scene, layer, "color_by", "latitude");
    let code = scene.view().code();
    let (mut other, _) = scene_of(QUAKES);
    other.apply(&Command::OpenView { code: code.clone() }, VIEWPORT).unwrap();
    assert_eq!(axes(&other), ["longitude", "year", "(none)"]);
    assert_eq!(value(&other, "color_by"), "latitude");
    assert_eq!(corners(&other), corners(&scene));
    assert_eq!(View::of_code(&other.view().code()).unwrap(), View::of_code(&code).unwrap());
    other.apply(&Command::Undo, VIEWPORT).unwrap();
    assert_eq!(axes(&other), ["longitude", "latitude", "(none)"]);
}
