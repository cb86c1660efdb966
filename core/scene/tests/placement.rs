//! Networks whose nodes have latitudes and longitudes lie on a globe, on a map or where their links put them, as one likes.

#![allow(clippy::unwrap_used, clippy::panic)]

use glam::Vec3;
use heliograph_scene::load::{Progress, Source, load};
use heliograph_scene::session::Session;
use heliograph_scene::{LayerData, LayerId, Network, Scene, Viewport};
use heliograph_wire::{Command, PropertyKind, Value};
use std::f32::consts::{FRAC_PI_2, FRAC_PI_4, PI};
use std::path::Path;
use std::sync::Arc;

const VIEWPORT: Viewport = Viewport { width: 800, height: 400 };
const FLIGHTS: &str = "source,target,lat1,lon1,lat2,lon2\na,b,0,0,45,90\nb,c,45,90,-90,200\n";
const ON_GLOBE: [[f32; 3]; 3] = [[1.0, 0.0, 0.0], [0.0, 0.707_106_77, 0.707_106_77], [0.0, 0.0, -1.0]];
/// 200° east is 160° west.
const ON_MAP: [[f32; 3]; 3] = [[0.0; 3], [FRAC_PI_2, FRAC_PI_4, 0.0], [-PI / 180.0 * 160.0, -FRAC_PI_2, 0.0]];

fn source(text: &'static str) -> Source {
    Source::Bytes { name: "flights.csv".into(), bytes: text.as_bytes() }
}

fn scene_of(text: &'static str) -> (Scene, LayerId) {
    let mut scene = Scene::new(Arc::new(|| ()));
    scene.resize(VIEWPORT);
    let layer = load(&source(text), &Progress::new()).unwrap().remove(0);
    let id = scene.add(layer);
    (scene, id)
}

fn network(scene: &Scene) -> &Network {
    let LayerData::Network(network) = &scene.layers()[0].data else { panic!("no network") };
    network
}

fn lies(scene: &Scene, expected: [[f32; 3]; 3]) -> bool {
    let places = network(scene).positions.iter().zip(expected.map(Vec3::from));
    network(scene).is_placed && places.into_iter().all(|(found, expected)| found.distance(expected) < 1e-5)
}

fn choose(scene: &mut Scene, layer: LayerId, placement: &str) {
    let value = Value::Choice(placement.into());
    let command = Command::Set { layer: Some(layer), property: "placement".into(), value };
    scene.apply(&command, VIEWPORT).unwrap_or_else(|error| panic!("{placement}: {error}"));
}

fn property_ids(scene: &Scene) -> Vec<String> {
    scene.status().layers[0].properties.iter().map(|property| property.id.clone()).collect()
}

#[test]
fn the_choice_is_there_where_nodes_have_coordinates_and_only_there() {
    let (scene, _) = scene_of(FLIGHTS);
    let status = scene.status();
    let property = status.layers[0].properties.iter().find(|property| property.id == "placement").unwrap();
    let PropertyKind::Choice { options } = &property.kind else { panic!("{property:?}") };
    assert_eq!(options.iter().map(|option| option.id.as_str()).collect::<Vec<_>>(), ["globe", "plane", "layout"]);
    assert_eq!(property.value, Value::Choice("globe".into()));
    let colors = status.layers[0].properties.iter().find(|property| property.id == "color_by").unwrap();
    assert_eq!(colors.value, Value::Choice("links".into()), "what says more than where it lies");
    let (scene, _) = scene_of("source,target\na,b\n");
    assert!(!property_ids(&scene).contains(&"placement".to_owned()));
}

#[test]
fn nodes_move_to_the_map_and_back_and_the_camera_follows_them() {
    let (mut scene, layer) = scene_of(FLIGHTS);
    assert!(lies(&scene, ON_GLOBE));
    let (distance, revision) = (scene.camera().distance, scene.layers()[0].content_revision);
    choose(&mut scene, layer, "plane");
    assert!(lies(&scene, ON_MAP), "{:?}", network(&scene).positions);
    assert!(scene.layers()[0].content_revision > revision, "it is uploaded again");
    assert!(scene.camera().distance > distance * 1.2, "all of the map is seen");
    let bounds = scene.bounds().unwrap();
    assert!((bounds.max.x - bounds.min.x - PI / 180.0 * 250.0).abs() < 1e-5, "{bounds:?}");
    scene.apply(&Command::Undo, VIEWPORT).unwrap();
    assert!(lies(&scene, ON_GLOBE));
    scene.apply(&Command::Redo, VIEWPORT).unwrap();
    assert!(lies(&scene, ON_MAP));
}

#[test]
fn a_network_that_is_laid_out_by_choice_moves_and_stands_still_on_the_globe_again() {
    let (mut scene, layer) = scene_of(FLIGHTS);
    assert!(!scene.is_live() && !property_ids(&scene).contains(&"layout".to_owned()));
    choose(&mut scene, layer, "layout");
    assert!(scene.is_live() && !network(&scene).is_placed);
    assert!(property_ids(&scene).contains(&"layout".to_owned()), "it can be stopped and hurried");
    scene.apply(&Command::Undo, VIEWPORT).unwrap();
    assert!(!scene.is_live() && lies(&scene, ON_GLOBE));
    assert!(!property_ids(&scene).contains(&"layout".to_owned()));
    scene.refresh();
    assert!(lies(&scene, ON_GLOBE), "no step of the layout comes late");
    scene.apply(&Command::Redo, VIEWPORT).unwrap();
    assert!(scene.is_live());
    // Taken out and put back, it goes on.
    scene.apply(&Command::RemoveLayer { layer }, VIEWPORT).unwrap();
    assert!(!scene.is_live());
    scene.apply(&Command::Undo, VIEWPORT).unwrap();
    assert!(scene.is_live() && !network(&scene).is_placed);
}

#[test]
fn codes_of_views_keep_where_nodes_lie_and_how_far_the_camera_is() {
    let (mut scene, layer) = scene_of(FLIGHTS);
    choose(&mut scene, layer, "plane");
    scene.apply(&Command::Zoom { factor: 1.5, x: 0.5, y: 0.5 }, VIEWPORT).unwrap();
    let (code, camera) = (scene.view().code(), *scene.camera());
    let (mut other, _) = scene_of(FLIGHTS);
    let before = *other.camera();
    other.apply(&Command::OpenView { code }, VIEWPORT).unwrap();
    assert!(lies(&other, ON_MAP));
    assert!((other.camera().distance - camera.distance).abs() < 1e-4);
    other.apply(&Command::Undo, VIEWPORT).unwrap();
    assert!(lies(&other, ON_GLOBE));
    assert_eq!(*other.camera(), before);
    // A view of the globe brings the nodes back.
    let globe = other.view().code();
    scene.apply(&Command::OpenView { code: globe }, VIEWPORT).unwrap();
    assert!(lies(&scene, ON_GLOBE));
}

#[test]
fn sessions_keep_where_nodes_lie() {
    for (placement, is_live) in [("plane", false), ("layout", true)] {
        let (mut scene, layer) = scene_of(FLIGHTS);
        choose(&mut scene, layer, placement);
        let json = Session::of(&scene, Path::new("/")).to_json();
        let session: Session = serde_json::from_str(&json).unwrap();
        let (mut other, layer) = scene_of(FLIGHTS);
        other.open_session(&session, &[(layer, 0)]);
        assert_eq!(lies(&other, ON_MAP), !is_live, "{json}");
        assert_eq!(other.is_live(), is_live);
    }
}
