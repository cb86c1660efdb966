use crate::load::LoadedLayer;
use crate::{Aabb, LayerData, Mesh, Network, Points, Scene, Tracts, Viewport, normals_of};
use glam::{DVec3, Vec3, vec3};
use heliograph_wire::{Command, Side, Value};
use std::sync::Arc;

const VIEWPORT: Viewport = Viewport { width: 800, height: 800 };

fn points(name: &str, positions: Vec<Vec3>) -> LoadedLayer {
    let points = Points::new(DVec3::ZERO, positions, None, Vec::new(), 1);
    LoadedLayer::new(name.into(), LayerData::Points(Arc::new(points)), None)
}

/// A square of two faces across y, facing the front.
fn wall(name: &str, y: f32) -> LoadedLayer {
    let positions = vec![vec3(-5.0, y, -5.0), vec3(5.0, y, -5.0), vec3(5.0, y, 5.0), vec3(-5.0, y, 5.0)];
    let indices = vec![0, 1, 2, 0, 2, 3];
    let mesh = Mesh {
        normals: normals_of(&positions, &indices),
        bounds: Aabb::of_points(&positions),
        positions,
        indices,
        face_index: vec![40, 41],
        ..Mesh::default()
    };
    LoadedLayer::new(name.into(), LayerData::Mesh(Arc::new(mesh)), None)
}

fn line(name: &str, positions: Vec<Vec3>) -> LoadedLayer {
    let tracts = Tracts {
        starts: vec![0, positions.len() as u32],
        file_index: vec![7],
        bounds: Aabb::of_points(&positions),
        positions,
        ..Tracts::default()
    };
    LoadedLayer::new(name.into(), LayerData::Tracts(Arc::new(tracts)), None)
}

/// A scene seen from the front, and what is picked where `place` is seen, some px beside it.
fn picked(layers: Vec<LoadedLayer>, orthographic: bool, place: Vec3, beside_px: f32) -> Option<(String, Vec3)> {
    let mut scene = Scene::new(Arc::new(|| ()));
    for layer in layers {
        scene.add(layer);
    }
    let mut commands = vec![Command::Look { from: Side::Front }];
    if orthographic {
        let value = Value::Choice("orthographic".into());
        commands.insert(0, Command::Set { layer: None, property: "projection".into(), value });
    }
    for command in commands {
        scene.apply(&command, VIEWPORT).unwrap();
    }
    // Layers are placed relative to the first one.
    let clip = scene.camera().clip_from_world(1.0) * place.extend(1.0);
    let (x, y) = (clip.x / clip.w * 0.5 + 0.5, 0.5 - clip.y / clip.w * 0.5);
    scene.apply(&Command::Pick { x: x + beside_px / 800.0, y }, VIEWPORT).unwrap();
    scene.picked().map(|picked| (picked.text.clone(), picked.position))
}

#[test]
fn of_several_things_the_nearest_to_the_camera_is_meant() {
    let near = vec3(1.0, -3.0, 1.0);
    for orthographic in [false, true] {
        let layers = || vec![wall("wall", 0.0), points("cloud", vec![near, vec3(-3.0, 2.0, -3.0)])];
        let (text, place) = picked(layers(), orthographic, near, 4.0).unwrap();
        assert!(text.starts_with("cloud: point 0 at 1.0000, −3.0000, 1.0000"), "{text}");
        assert_eq!(place, near);
        // Beyond reach of the point there is the wall, and behind the wall there is nothing to pick.
        let (text, place) = picked(layers(), orthographic, near, 40.0).unwrap();
        assert!(text.starts_with("wall: face 4"), "{text}");
        assert!(place.y.abs() < 1e-4, "{place}");
        let (text, _) = picked(layers(), orthographic, vec3(-3.0, 2.0, -3.0), 0.0).unwrap();
        assert!(text.starts_with("wall: face 4"), "{text}");
    }
}

#[test]
fn a_face_is_named_as_the_file_counts_it() {
    let at = |place| picked(vec![wall("wall", 0.0)], false, place, 0.0).unwrap().0;
    assert!(at(vec3(4.0, 0.0, -4.0)).starts_with("wall: face 40 at"));
    assert!(at(vec3(-4.0, 0.0, 4.0)).starts_with("wall: face 41 at"));
    assert_eq!(picked(vec![wall("wall", 0.0)], false, vec3(5.2, 0.0, 0.0), 0.0), None);
}

#[test]
fn a_line_is_met_between_its_points_where_it_is_seen() {
    // It leads away from the camera: the middle in the picture is not the middle of the line.
    let (start, end) = (vec3(-5.0, -8.0, 0.0), vec3(5.0, 30.0, 4.0));
    let place = start.lerp(end, 0.3);
    for orthographic in [false, true] {
        let layers = || vec![line("tracts", vec![start, end])];
        let (text, found) = picked(layers(), orthographic, place, 0.0).unwrap();
        assert!(text.starts_with("tracts: streamline 7 at"), "{text}");
        assert!(found.distance(place) < 0.05, "{found} is not {place}");
        assert!(picked(layers(), orthographic, place, 30.0).is_none());
    }
}

#[test]
fn a_line_that_passes_the_camera_is_met_before_it_only() {
    let mut scene = Scene::new(Arc::new(|| ()));
    scene.add(line("tracts", vec![vec3(0.0, -1.0, 0.0), vec3(0.0, 1.0, 0.0), vec3(0.0, 400.0, 0.1)]));
    let commands = [
        Command::Look { from: Side::Front },
        Command::Zoom { factor: 900.0, x: 0.5, y: 0.5 },
        Command::Pick { x: 0.5, y: 0.5 },
    ];
    for command in commands {
        scene.apply(&command, VIEWPORT).unwrap();
    }
    let (picked, camera) = (scene.picked().unwrap(), scene.camera());
    assert!(picked.position.is_finite());
    assert!((camera.eye() - picked.position).dot(camera.back()) > 0.0, "{} is behind the camera", picked.position);
}

#[test]
fn a_node_is_called_by_its_name_and_found_on_its_whole_disc() {
    let network = Network {
        positions: vec![Vec3::ZERO; 2],
        labels: Arc::new(vec!["Valjean".into(), "Javert".into()]),
        sizes: Arc::new(vec![2.0, 1.0]),
        degrees: Arc::new(vec![1, 1]),
        edges: Arc::new(vec![[0, 1]]),
        ..Network::default()
    };
    let mut scene = Scene::new(Arc::new(|| ()));
    scene.add(LoadedLayer::new("miserables".into(), LayerData::Network(Arc::new(network)), None));
    let LayerData::Network(network) = &scene.layers()[0].data else { panic!() };
    let clip = scene.camera().clip_from_world(1.0) * network.positions[0].extend(1.0);
    let (x, y) = (clip.x / clip.w * 0.5 + 0.5, 0.5 - clip.y / clip.w * 0.5);
    // 10 px wide, twice: its edge is 10 px from its middle.
    scene.apply(&Command::Pick { x: x + 14.0 / 800.0, y }, VIEWPORT).unwrap();
    assert_eq!(scene.picked().unwrap().text, "miserables: Valjean (1 link)");
}

#[test]
fn what_is_hidden_is_not_picked() {
    let mut scene = Scene::new(Arc::new(|| ()));
    let id = scene.add(wall("wall", 0.0));
    let pick = Command::Pick { x: 0.5, y: 0.5 };
    scene.apply(&Command::Look { from: Side::Front }, VIEWPORT).unwrap();
    scene.apply(&pick, VIEWPORT).unwrap();
    assert!(scene.picked().is_some());
    let hide = Command::Set { layer: Some(id), property: "visible".into(), value: Value::Toggle(false) };
    scene.apply(&hide, VIEWPORT).unwrap();
    scene.apply(&pick, VIEWPORT).unwrap();
    assert_eq!(scene.picked(), None);
}

#[test]
fn what_is_clipped_is_not_picked_and_what_stands_behind_it_is() {
    let mut scene = Scene::new(Arc::new(|| ()));
    let near = vec3(1.0, -3.0, 1.0);
    let row = line("tracts", vec![vec3(-5.0, -2.0, 3.0), vec3(5.0, -2.0, 3.0)]);
    for layer in [wall("wall", 0.0), points("cloud", vec![near, vec3(-3.0, -4.0, -3.0)]), row, wall("back", 4.0)] {
        scene.add(layer);
    }
    let set = |property: &str, value| Command::Set { layer: None, property: property.into(), value };
    let at = |scene: &mut Scene, place: Vec3| {
        let clip = scene.camera().clip_from_world(1.0) * place.extend(1.0);
        let (x, y) = (clip.x / clip.w * 0.5 + 0.5, 0.5 - clip.y / clip.w * 0.5);
        scene.apply(&Command::Pick { x, y }, VIEWPORT).unwrap();
        scene.picked().map_or(String::new(), |picked| picked.text.split_once(" at").unwrap().0.to_owned())
    };
    for command in [
        Command::Look { from: Side::Front },
        set("clip", Value::Choice("plane".into())),
        set("clip_axis", Value::Choice("y".into())),
        set("clip_flipped", Value::Toggle(true)),
        set("clip_at", Value::Number(-3.5)),
    ] {
        scene.apply(&command, VIEWPORT).unwrap();
    }
    assert_eq!(at(&mut scene, near), "cloud: point 0");
    assert_eq!(at(&mut scene, vec3(2.0, -2.0, 3.0)), "tracts: streamline 7");
    scene.apply(&set("clip_at", Value::Number(-1.0)), VIEWPORT).unwrap();
    assert_eq!(at(&mut scene, near), "wall: face 40");
    assert_eq!(at(&mut scene, vec3(2.0, -2.0, 3.0)), "wall: face 41");
    scene.apply(&set("clip_at", Value::Number(2.0)), VIEWPORT).unwrap();
    assert!(at(&mut scene, near).starts_with("back: face"));
    // Of a line a part is left, and of a wall.
    for command in [set("clip", Value::Choice("box".into())), set("clip_x", Value::Interval([0.0, 9.0]))] {
        scene.apply(&command, VIEWPORT).unwrap();
    }
    assert_eq!(at(&mut scene, vec3(2.0, -2.0, 3.0)), "tracts: streamline 7");
    assert_eq!(at(&mut scene, vec3(-2.0, -2.0, 3.0)), "");
}
