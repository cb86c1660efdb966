//! Lines and points of glTF files are where the files say. Meshes of theirs: `shapes.rs`.
//!
//! `lines.gltf` was written by a script after the specification; the numbers here follow from those in it.

#![allow(clippy::unwrap_used, clippy::panic)]

mod files;

use glam::{DVec3, dvec3};
use heliograph_scene::load::{Limits, LoadError, LoadedLayer, Progress, Source, load};
use heliograph_scene::{ColorBy, LayerData, Points, Tracts};
use std::sync::Arc;

fn text() -> String {
    String::from_utf8(files::fixture("lines.gltf")).unwrap()
}

fn try_load(text: String, max_bytes: u64) -> Result<Vec<LoadedLayer>, LoadError> {
    let source = Source::Bytes { name: "lines.gltf".into(), bytes: text.into_bytes().leak() };
    load(&source, &Progress::with_limits(Limits { max_bytes }))
}

fn loaded(text: String) -> Vec<LoadedLayer> {
    try_load(text, 1 << 30).unwrap()
}

fn tracts(layer: &LoadedLayer) -> Arc<Tracts> {
    let LayerData::Tracts(tracts) = &layer.data else { panic!("{} is a {}", layer.name, layer.data.kind()) };
    tracts.clone()
}

fn points(layer: &LoadedLayer) -> Arc<Points> {
    let LayerData::Points(points) = &layer.data else { panic!("{} is a {}", layer.name, layer.data.kind()) };
    points.clone()
}

fn assert_near(found: DVec3, expected: DVec3) {
    assert!(found.distance(expected) < 1e-5, "{found} is not {expected}");
}

#[test]
fn pairs_strips_and_loops_are_streamlines_with_the_colours_of_their_places() {
    let layers = loaded(text());
    let tracts = tracts(&layers[0]);
    // Of the pairs one ends at no number and one at no vertex.
    assert_eq!(layers[0].notice.as_deref(), Some("Left out 2 lines without two points that are there."));
    assert_eq!(tracts.starts, [0, 2, 4, 6, 10, 15]);
    assert_eq!(tracts.file_index, [0, 1, 2, 5, 6]);
    let lengths = &tracts.line_attributes[0];
    assert_eq!(lengths.name, "length");
    for (line, expected) in [2.0, 3.0, 45f64.sqrt(), 7.0, 12f64.sqrt() + 6f64.sqrt() + 34f64.sqrt()].iter().enumerate()
    {
        assert!((lengths.values.get(line) - expected).abs() < 1e-5, "{line}: {}", lengths.values.get(line));
    }
    let place = |at: usize| tracts.origin + tracts.positions[at].as_dvec3();
    assert_near(place(5), dvec3(10.0, 0.0, 6.0));
    assert_near(place(13), dvec3(14.0, 4.0, 5.0));
    // A loop ends where it begins.
    assert_near(place(14), place(10));
    let names: Vec<&str> = tracts.attributes.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["red", "green", "blue"]);
    let color = |at: usize| [0, 1, 2].map(|part| tracts.attributes[part].values.get(at));
    assert_eq!([0, 10, 11, 13].map(color), [[255.0; 3], [255.0, 0.0, 0.0], [0.0, 255.0, 0.0], [128.0; 3]]);
}

#[test]
fn points_are_a_cloud_with_their_colours_or_their_materials() {
    let layers = loaded(text());
    assert_eq!((layers.len(), layers[1].style.color_by), (2, ColorBy::File));
    let points = points(&layers[1]);
    assert_eq!(points.positions.len(), 7);
    let expected = [
        (dvec3(4.0, 4.0, 5.0), [128, 128, 128, 255]),
        (dvec3(1.0, 1.0, 1.0), [255, 0, 0, 255]),
        (dvec3(3.0, 3.0, 3.0), [0, 0, 255, 255]),
        (dvec3(1.0, 1.0, 1.0), [0, 255, 0, 255]),
        (dvec3(2.0, 2.0, 2.0), [0, 255, 0, 255]),
        (dvec3(3.0, 3.0, 3.0), [0, 255, 0, 255]),
        (dvec3(4.0, 4.0, 5.0), [0, 255, 0, 255]),
    ];
    for (at, file_index) in points.file_index.iter().enumerate() {
        let (place, color) = expected[*file_index as usize];
        assert_near(points.origin + points.positions[at].as_dvec3(), place);
        assert_eq!(points.file_colors.as_ref().unwrap()[at], color, "{file_index}");
    }
}

#[test]
fn lines_of_one_colour_have_it() {
    let all_green = text()
        .replace(", \"COLOR_0\": 4}, \"mode\": 3", "}, \"material\": 0, \"mode\": 3")
        .replace("\"mode\": 1", "\"material\": 0, \"mode\": 1")
        .replace("\"mode\": 2", "\"material\": 0, \"mode\": 2");
    let layer = &loaded(all_green)[0];
    assert_eq!((layer.style.color_by, layer.style.color), (ColorBy::Single, [0, 255, 0]));
    assert!(tracts(layer).attributes.is_empty());
    // Without any the direction colours them, as it does other streamlines.
    let plain = loaded(text().replace(", \"COLOR_0\": 4}, \"mode\": 3", "}, \"mode\": 3"));
    assert_eq!(plain[0].style.color_by, ColorBy::Direction);
    assert!(tracts(&plain[0]).attributes.is_empty());
}

#[test]
fn lines_that_are_nowhere_and_a_mesh_in_too_many_places_are_refused_in_words() {
    let nowhere = text().replace("\"translation\": [10, 0, 0]", "\"translation\": [1e300, 0, 0]");
    let refusal = try_load(nowhere, 1 << 30).unwrap_err().to_string();
    assert_eq!(refusal, "lines.gltf holds nothing to draw: none of its lines has two points that are there");
    let unknown = text().replace("\"mode\": 2", "\"mode\": 7");
    let refusal = try_load(unknown, 1 << 30).unwrap_err().to_string();
    assert_eq!(refusal, "lines.gltf is not a valid glTF file: it has a primitive of the unknown mode 7");
    // Lines, and points, in two places and in four hundred.
    for mesh in [0, 1] {
        let of = |count: usize| {
            let (nodes, list) = (vec![format!("{{\"mesh\": {mesh}}}"); count], (0..count).collect::<Vec<_>>());
            text().replace("[{\"nodes\": [0, 1]}]", &format!("[{{\"nodes\": {list:?}}}]")).replace(
                "[{\"mesh\": 0, \"translation\": [10, 0, 0]}, {\"mesh\": 1}]",
                &format!("[{}]", nodes.join(", ")),
            )
        };
        assert!(try_load(of(2), 100_000).is_ok(), "{mesh}");
        let refusal = try_load(of(400), 100_000).unwrap_err().to_string();
        assert!(refusal.starts_with("lines.gltf needs about "), "{refusal}");
    }
}
