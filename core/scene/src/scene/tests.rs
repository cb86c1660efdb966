mod marks;
mod networks;
mod views;

use super::*;
use crate::history::MAX_CHANGES;
use crate::random::Random;
use crate::{Attribute, Category, ColorBy, Colormap, HIDDEN, LinkStyle, Network, Points, Projection, Values};
use glam::{dvec3, vec3};
use heliograph_wire::scene::LegendScale;
use heliograph_wire::{How, PropertyKind, Shape, Side, Value};
use std::sync::mpsc;
use std::time::Duration;

const VIEWPORT: Viewport = Viewport { width: 800, height: 400 };

fn scene() -> Scene {
    Scene::new(Arc::new(|| ()))
}

/// Points at the corners of a cube about `origin`.
fn cube(name: &str, origin: DVec3, half_width: f32) -> LoadedLayer {
    let bounds = Aabb { min: Vec3::splat(-half_width), max: Vec3::splat(half_width) };
    let intensity = Attribute::new("intensity", Values::U16((0..8).collect()));
    let colors = Some(vec![[1, 2, 3, 255]; 8]);
    let points = Points::new(origin, bounds.corners().to_vec(), colors, vec![intensity], 1);
    LoadedLayer::new(name.into(), LayerData::Points(Arc::new(points)), None)
}

fn network(name: &str) -> LoadedLayer {
    let network = Network {
        positions: vec![Vec3::ZERO; 3],
        labels: Arc::new(vec!["a".into(), "b".into(), "c".into()]),
        sizes: Arc::new(vec![1.0; 3]),
        degrees: Arc::new(vec![1, 2, 1]),
        edges: Arc::new(vec![[0, 1], [1, 2]]),
        link_attributes: Arc::new(vec![Attribute::new("weight", Values::F32(vec![0.5, 1.5]))]),
        attributes: Arc::new(vec![groups()]),
        ..Network::default()
    };
    LoadedLayer::new(name.into(), LayerData::Network(Arc::new(network)), None)
}

/// Of three nodes.
fn groups() -> Attribute {
    let categories = ["x", "y"].map(|label| Category { label: label.into(), color: [9; 3] });
    Attribute::of_categories("group", Values::U8(vec![0, 1, 1]), Arc::new(categories))
}

fn set(layer: Option<LayerId>, property: &str, value: Value) -> Command {
    Command::Set { layer, property: property.into(), value }
}

fn value_of(scene: &Scene, layer: LayerId, id: &str) -> Value {
    let status = scene.status();
    let layer = status.layers.into_iter().find(|one| one.id == layer).unwrap();
    layer.properties.into_iter().find(|property| property.id == id).unwrap().value
}

fn apply(scene: &mut Scene, command: &Command) {
    scene.apply(command, VIEWPORT).unwrap_or_else(|error| panic!("{command:?}: {error}"));
}

#[test]
fn every_property_that_is_described_can_be_set_undone_and_done_again() {
    let mut scene = scene();
    let cube = scene.add(cube("cube", DVec3::ZERO, 1.0));
    let network = scene.add(network("network"));
    let status = scene.status();
    let described = status.layers.iter().flat_map(|layer| layer.properties.iter().map(|one| (Some(layer.id), one)));
    let described: Vec<_> = described.chain(status.properties.iter().map(|one| (None, one))).collect();
    assert!(described.len() > 10);
    // The layout moves by itself, and no step back leads over it: it has a test of its own.
    for (layer, property) in described.into_iter().filter(|(_, property)| property.id != "layout") {
        let other = match (&property.kind, &property.value) {
            (PropertyKind::Range { min, max, .. }, value) => {
                Value::Number(if *value == Value::Number(*max) { *min } else { *max })
            }
            (PropertyKind::Choice { options }, value) => {
                let other = options.iter().map(|option| Value::Choice(option.id.clone())).find(|id| id != value);
                other.unwrap()
            }
            (PropertyKind::Toggle, Value::Toggle(on)) => Value::Toggle(!on),
            (PropertyKind::Color, _) => Value::Color([7, 8, 9]),
            other => panic!("{other:?}"),
        };
        let now = |scene: &Scene| scene.property(layer, &property.id).unwrap().value;
        let before = scene.revision();
        apply(&mut scene, &set(layer, &property.id, other.clone()));
        assert_eq!(now(&scene), other);
        assert!(scene.revision() > before);
        apply(&mut scene, &Command::Undo);
        assert_eq!(now(&scene), property.value);
        apply(&mut scene, &Command::Redo);
        assert_eq!(now(&scene), other);
        // Some choices take other properties' place.
        apply(&mut scene, &Command::Undo);
    }
    for layer in [cube, network] {
        apply(&mut scene, &set(Some(layer), "visible", Value::Toggle(false)));
    }
    assert!(scene.layers().iter().all(|layer| !layer.visible));
    assert_eq!(scene.bounds(), None);
}

#[test]
fn what_cannot_be_is_refused_in_words_and_changes_nothing() {
    let mut scene = scene();
    let id = scene.add(cube("cube", DVec3::ZERO, 1.0));
    let gone = LayerId(99);
    let refused = [
        (set(Some(gone), "point_size", Value::Number(2.0)), "there is no layer 99"),
        (Command::RemoveLayer { layer: gone }, "there is no layer 99"),
        (set(Some(id), "sparkle", Value::Number(2.0)), "cube has no property “sparkle”"),
        (set(None, "sparkle", Value::Number(2.0)), "the scene has no property “sparkle”"),
        (set(Some(id), "node_size", Value::Number(2.0)), "cube has no property “node_size”"),
        (set(Some(id), "point_size", Value::Toggle(true)), "Point size takes a number"),
        (set(Some(id), "visible", Value::Number(1.0)), "Visible takes on or off"),
        (set(Some(id), "point_size", Value::Number(1e9)), "Point size goes from 1 to 20, so 1000000000 cannot be set"),
        (
            set(Some(id), "color_by", Value::Choice("classification".into())),
            "Colour by can be file, height, intensity, single, not “classification”",
        ),
        (set(None, "background", Value::Color([1, 2, 3])), "Background takes one of its options"),
        (Command::Undo, "there is nothing to undo"),
        (Command::Redo, "there is nothing to do again"),
        (Command::Zoom { factor: 0.0, x: 0.0, y: 0.0 }, "the viewer sent the number of 1/factor outside of 0 to 1000"),
        (set(Some(id), "point_size", Value::Number(f64::NAN)), "the viewer sent the number of value outside of"),
    ];
    let before = (scene.status(), *scene.camera(), scene.revision());
    for (command, text) in refused {
        let error = scene.apply(&command, VIEWPORT).unwrap_err();
        assert!(error.to_string().starts_with(text), "{command:?}: {error}");
        assert_eq!((scene.status(), *scene.camera(), scene.revision()), before, "{command:?}");
    }
}

#[test]
fn colours_follow_the_choice() {
    let mut scene = scene();
    let id = scene.add(cube("cube", DVec3::ZERO, 1.0));
    let colors = |scene: &Scene| scene.layers()[0].paint().all(8);
    assert_eq!(scene.layers()[0].style.color_by, ColorBy::File);
    assert_eq!(colors(&scene), [[1, 2, 3, 255]; 8]);
    let uploaded = scene.layers()[0].content_revision;

    apply(&mut scene, &set(Some(id), "point_size", Value::Number(3.0)));
    assert_eq!(scene.layers()[0].content_revision, uploaded, "a size is no colour");
    apply(&mut scene, &set(Some(id), "color_by", Value::Choice("single".into())));
    apply(&mut scene, &set(Some(id), "color", Value::Color([9, 9, 9])));
    assert_eq!(colors(&scene), [[9, 9, 9, 255]; 8]);
    assert!(scene.layers()[0].content_revision > uploaded);

    apply(&mut scene, &set(Some(id), "color_by", Value::Choice("height".into())));
    let LayerData::Points(points) = &scene.layers()[0].data else { panic!() };
    for (place, color) in points.positions.iter().zip(colors(&scene)) {
        let expected = Colormap::Viridis.table()[if place.z < 0.0 { 0 } else { 255 }];
        assert_eq!(color, expected, "{place}");
    }
}

#[test]
fn a_filter_hides_points_and_lists_only_kinds_that_are_there() {
    let mut scene = scene();
    let id = scene.add(cube("cube", DVec3::ZERO, 1.0));
    let hidden = |scene: &Scene| scene.layers()[0].paint().all(8).iter().filter(|color| **color == HIDDEN).count();
    apply(&mut scene, &set(Some(id), "filter_by", Value::Choice("intensity".into())));
    assert_eq!(value_of(&scene, id, "filter_range"), Value::Interval([0.0, 7.0]));
    apply(&mut scene, &set(Some(id), "filter_range", Value::Interval([2.0, 4.0])));
    assert_eq!(hidden(&scene), 5);
    let upside_down = set(Some(id), "filter_range", Value::Interval([4.0, 2.0]));
    let error = scene.apply(&upside_down, VIEWPORT).unwrap_err();
    assert_eq!(error.to_string(), "From, to cannot go from 4 to 2");
    apply(&mut scene, &Command::Undo);
    apply(&mut scene, &Command::Undo);
    assert_eq!(hidden(&scene), 0);

    let id = scene.add(network("network"));
    apply(&mut scene, &set(Some(id), "filter_by", Value::Choice("group".into())));
    assert_eq!(value_of(&scene, id, "filter_kinds"), Value::Several(vec!["0".into(), "1".into()]));
    apply(&mut scene, &set(Some(id), "filter_kinds", Value::Several(vec!["0".into()])));
    let colors = scene.layers()[1].paint().all(3);
    assert_eq!(colors, [[9, 9, 9, 255], HIDDEN, HIDDEN]);
    let unknown = set(Some(id), "filter_kinds", Value::Several(vec!["5".into()]));
    assert!(scene.apply(&unknown, VIEWPORT).unwrap_err().to_string().starts_with("Kinds can be 0, 1, not “5”"));
}

#[test]
fn a_legend_says_what_colours_mean() {
    let mut scene = scene();
    let id = scene.add(cube("cube", DVec3::ZERO, 1.0));
    assert_eq!(scene.status().layers[0].legends, [], "the file's colours mean nothing that a legend could say");
    apply(&mut scene, &set(Some(id), "color_by", Value::Choice("intensity".into())));
    apply(&mut scene, &set(Some(id), "color_range", Value::Interval([1.0, 5.0])));
    let status = scene.status();
    let [legend] = &status.layers[0].legends[..] else { panic!() };
    assert_eq!(legend.title, "Intensity");
    let LegendScale::Ramp { colors, range, log } = &legend.scale else { panic!() };
    assert_eq!((*range, *log, colors.len()), ([1.0, 5.0], false, 17));
    scene.add(network("network"));
    let status = scene.status();
    let [legend] = &status.layers[1].legends[..] else { panic!() };
    let LegendScale::Keys { entries, more } = &legend.scale else { panic!() };
    assert_eq!(
        entries.iter().map(|entry| entry.label.as_str()).collect::<Vec<_>>(),
        ["y", "x"],
        "the most frequent first"
    );
    assert_eq!(*more, 0);
}

#[test]
fn a_pull_of_a_slider_is_one_change() {
    let mut scene = scene();
    let id = scene.add(cube("cube", DVec3::ZERO, 1.0));
    for px in 3..20 {
        apply(&mut scene, &set(Some(id), "point_size", Value::Number(f64::from(px))));
    }
    apply(&mut scene, &Command::Fit);
    apply(&mut scene, &set(Some(id), "point_size", Value::Number(4.0)));
    apply(&mut scene, &Command::Undo);
    assert_eq!(value_of(&scene, id, "point_size"), Value::Number(19.0));
    apply(&mut scene, &Command::Undo);
    assert_eq!(value_of(&scene, id, "point_size"), Value::Number(2.0));
    assert_eq!(scene.apply(&Command::Undo, VIEWPORT), Err(CommandError::NothingToUndo));
}

#[test]
fn a_removed_layer_comes_back_where_and_as_it_was() {
    let mut scene = scene();
    let first = scene.add(cube("first", dvec3(1e6, 0.0, 0.0), 1.0));
    let second = scene.add(cube("second", dvec3(1e6, 3.0, 0.0), 1.0));
    apply(&mut scene, &set(Some(first), "point_size", Value::Number(9.0)));
    let (place, origin) = (scene.layers()[0].bounds(), scene.origin());
    apply(&mut scene, &Command::RemoveLayer { layer: first });
    assert_eq!(scene.status().title, "second");
    assert!(scene.apply(&set(Some(first), "point_size", Value::Number(3.0)), VIEWPORT).is_err());
    apply(&mut scene, &Command::Undo);
    assert_eq!(scene.layers().iter().map(|layer| layer.id).collect::<Vec<_>>(), [first, second]);
    assert_eq!((scene.layers()[0].bounds(), scene.origin()), (place, origin));
    assert_eq!(value_of(&scene, first, "point_size"), Value::Number(9.0));
    apply(&mut scene, &Command::Redo);
    assert_eq!(scene.layers().len(), 1);
    // Undone past the removal: the property of a layer that is back.
    apply(&mut scene, &Command::Undo);
    apply(&mut scene, &Command::Undo);
    assert_eq!(value_of(&scene, first, "point_size"), Value::Number(2.0));
}

#[test]
fn camera_movements_are_not_undone_and_a_new_change_forgets_what_was() {
    let mut scene = scene();
    scene.add(cube("cube", DVec3::ZERO, 1.0));
    apply(&mut scene, &set(None, "show_bounds", Value::Toggle(true)));
    apply(&mut scene, &Command::Orbit { dx: 0.2, dy: 0.1 });
    let camera = *scene.camera();
    apply(&mut scene, &Command::Undo);
    assert_eq!(*scene.camera(), camera);
    assert!(!scene.settings().show_bounds);
    apply(&mut scene, &set(None, "show_axes", Value::Toggle(false)));
    assert_eq!(scene.apply(&Command::Redo, VIEWPORT), Err(CommandError::NothingToRedo));
    apply(&mut scene, &set(None, "projection", Value::Choice("orthographic".into())));
    assert_eq!(scene.camera().projection, Projection::Orthographic);
}

#[test]
fn only_the_last_hundred_changes_are_kept() {
    let mut scene = scene();
    scene.add(cube("cube", DVec3::ZERO, 1.0));
    for round in 0..MAX_CHANGES + 20 {
        apply(&mut scene, &set(None, "show_bounds", Value::Toggle(round % 2 == 0)));
    }
    let undone = (0..).take_while(|_| scene.apply(&Command::Undo, VIEWPORT).is_ok()).count();
    assert_eq!(undone, MAX_CHANGES);
}

#[test]
fn the_camera_follows_what_is_opened_until_someone_moves_it() {
    let mut scene = scene();
    scene.add(cube("small", DVec3::ZERO, 1.0));
    let near = scene.camera().distance;
    scene.add(cube("large", DVec3::ZERO, 10.0));
    assert!(scene.camera().distance > near * 5.0);
    // A picture higher than wide shows less from the same place.
    let wide = scene.camera().distance;
    scene.resize(Viewport { width: 300, height: 900 });
    assert!(scene.camera().distance > wide);
    scene.resize(VIEWPORT);

    apply(&mut scene, &Command::Orbit { dx: 0.1, dy: 0.0 });
    let moved = *scene.camera();
    scene.add(cube("larger", DVec3::ZERO, 50.0));
    assert_eq!(scene.camera().distance, moved.distance);
    apply(&mut scene, &Command::Fit);
    assert!(scene.camera().distance > moved.distance * 2.0);
    apply(&mut scene, &Command::Look { from: Side::Top });
    assert!(scene.camera().back().distance(Vec3::Z) < 1e-6);
}

#[test]
fn map_coordinates_keep_their_millimetres_and_strangers_meet_in_the_middle() {
    let mut scene = scene();
    scene.add(cube("tile", dvec3(636_000.0, 850_000.0, 400.0), 100.0));
    scene.add(cube("next tile", dvec3(636_200.001, 850_000.0, 400.0), 100.0));
    assert_eq!(scene.origin(), dvec3(636_000.0, 850_000.0, 400.0));
    assert!((scene.layers()[1].offset - vec3(200.001, 0.0, 0.0)).length() < 1e-4);
    assert_eq!(scene.layers()[1].notice, None);

    scene.add(cube("brain", DVec3::ZERO, 80.0));
    let brain = &scene.layers()[2];
    assert!(brain.bounds().unwrap().center().distance(vec3(100.0, 0.0, 0.0)) < 1.0);
    assert!(brain.notice.as_deref().unwrap().starts_with("brain lies far from what was open"));
    assert!(scene.bounds().unwrap().radius() < 500.0);
}

#[test]
fn no_row_of_commands_leads_a_scene_out_of_all_numbers() {
    let mut random = Random::new(23);
    for round in 0..40 {
        let mut scene = scene();
        scene.add(cube("a", DVec3::splat(f64::from(random.unit()) * 1e6), 10f32.powf(random.unit() * 12.0 - 6.0)));
        scene.add(cube("b", DVec3::ZERO, random.unit()));
        for step in 0..200 {
            let extremes = [-32.0, 32.0, 0.0, 1e-30, 0.5, -1.0];
            let mut number = || extremes[random.below(6) as usize];
            let (dx, dy) = (number(), number());
            let (x, y) = (number() * 0.5, number() * 0.5);
            let command = match random.below(16) {
                0 => Command::Orbit { dx, dy },
                1 => Command::Pan { dx, dy },
                2 => Command::Zoom { factor: if random.below(2) == 0 { 1e-3 } else { 1e3 }, x, y },
                3 => Command::Pick { x, y },
                4 => Command::Recenter { x, y },
                5 => Command::Look { from: Side::ALL[random.below(6) as usize] },
                6 => set(None, "projection", Value::Choice(["perspective", "orthographic"][step % 2].into())),
                7 => Command::RemoveLayer { layer: LayerId(1 + random.below(2)) },
                8 => Command::Measure { x, y },
                9 => Command::Select { shape: Shape::Point { x, y }, how: How::Add },
                10 => Command::Select { shape: Shape::Box { from: [x, y], to: [0.5, 0.5] }, how: How::Replace },
                11 => {
                    let corners = vec![[x, y], [0.1, 0.1], [y, x], [0.9, 0.2]];
                    Command::Select { shape: Shape::Lasso { corners }, how: How::Remove }
                }
                12 => set(None, "clip", Value::Choice(["box", "plane", "off"][step % 3].into())),
                13 => set(None, "clip_x", Value::Interval([-f64::from(dx.abs()), f64::from(dy)])),
                14 => set(None, "clip_axis", Value::Choice(["x", "view"][step % 2].into())),
                _ => Command::Undo,
            };
            // Refused or not, the scene stays sound.
            drop(scene.apply(&command, VIEWPORT));
            let matrix = scene.camera().clip_from_world(VIEWPORT.aspect());
            let clip = scene.clip();
            assert!(clip.least.is_finite() && clip.most.is_finite() && clip.plane.is_finite(), "{clip:?}");
            assert!(matrix.is_finite(), "round {round}, step {step}: {command:?} {:?}", scene.camera());
        }
    }
}

fn two_layers() -> Scene {
    let mut scene = scene();
    scene.add(cube("cube", dvec3(1000.0, 2000.0, 30.0), 1.0));
    scene.add(cube("other cube", dvec3(1002.0, 2000.0, 30.0), 2.0));
    scene
}

#[test]
fn layers_are_renamed_and_moved_and_all_of_it_is_undone_with_the_name_of_who_did_it() {
    let mut scene = two_layers();
    let ids: Vec<LayerId> = scene.layers().iter().map(|layer| layer.id).collect();
    let names = |scene: &Scene| scene.layers().iter().map(|layer| layer.name.clone()).collect::<Vec<_>>().join(" ");
    let before = names(&scene);
    scene.apply_by(&Command::RenameLayer { layer: ids[0], name: " hills\n ".into() }, VIEWPORT, Some("Ada")).unwrap();
    scene.apply(&Command::MoveLayer { layer: ids[0], to: 9 }, VIEWPORT).unwrap();
    assert!(names(&scene).ends_with(" hills"), "{}", names(&scene));
    let step = scene.status().undo.unwrap();
    assert_eq!((step.what.as_str(), step.by), ("place of hills", None));
    scene.apply(&Command::Undo, VIEWPORT).unwrap();
    let step = scene.status().undo.unwrap();
    assert_eq!((step.what.as_str(), step.by.as_deref()), ("name of hills", Some("Ada")));
    scene.apply(&Command::Undo, VIEWPORT).unwrap();
    assert_eq!((names(&scene), scene.status().undo), (before, None));
    assert_eq!(scene.status().redo.unwrap().what, "name of hills");
    let empty = Command::RenameLayer { layer: ids[0], name: "  ".into() };
    assert_eq!(scene.apply(&empty, VIEWPORT), Err(CommandError::NoName));
}
