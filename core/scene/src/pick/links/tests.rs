use super::*;
use crate::clip::ClipRegion;
use crate::load::LoadedLayer;
use crate::pick::{Part, Picked, refreshed};
use crate::random::Random;
use crate::{Attribute, Category, Filter, Layer, LayerData, Scene, Values, Viewport};
use glam::vec3;
use heliograph_wire::{Command, How, Shape, Side, Value};
use std::sync::Arc;

const VIEWPORT: Viewport = Viewport { width: 800, height: 800 };
const SEED: u64 = 7;

/// Four people, who stay where they are: a square with one diagonal, seen from the front.
fn people() -> Network {
    let kinds = ["friend", "foe"].map(|label| Category { label: label.into(), color: [200, 80, 10] });
    Network {
        positions: vec![vec3(-1.0, 0.0, -1.0), vec3(1.0, 0.0, -1.0), vec3(1.0, 0.0, 1.0), vec3(-1.0, 0.0, 1.0)],
        is_placed: true,
        labels: Arc::new(["Valjean", "Javert", "Cosette", "Marius"].map(str::to_owned).into()),
        sizes: Arc::new(vec![1.0; 4]),
        degrees: Arc::new(vec![2, 3, 2, 3]),
        edges: Arc::new(vec![[0, 1], [1, 2], [2, 3], [3, 0], [1, 3]]),
        link_attributes: Arc::new(vec![
            Attribute::new("value", Values::F32(vec![17.0, 5.0, 21.0, 19.5, 1.0])).in_unit("scenes"),
            Attribute::of_categories("kind", Values::U8(vec![1, 1, 0, 0, 1]), Arc::new(kinds)),
        ]),
        attributes: Arc::new(vec![Attribute::new("age", Values::U8(vec![50, 45, 16, 20]))]),
        bounds: crate::Aabb::of_points(&[vec3(-1.0, 0.0, -1.0), vec3(1.0, 0.0, 1.0)]),
        ..Network::default()
    }
}

fn scene() -> Scene {
    let mut scene = Scene::new(Arc::new(|| ()));
    scene.add(LoadedLayer::new("miserables".into(), LayerData::Network(Arc::new(people())), None));
    apply(&mut scene, Command::Look { from: Side::Front });
    scene
}

fn apply(scene: &mut Scene, command: Command) {
    scene.apply(&command, VIEWPORT).unwrap();
}

fn set(scene: &mut Scene, property: &str, value: Value) {
    let layer = Some(scene.layers()[0].id);
    apply(scene, Command::Set { layer, property: property.into(), value });
}

/// Where a place is seen, some px below it, as fractions of the picture.
fn seen_at(scene: &Scene, place: Vec3, below_px: f32) -> (f32, f32) {
    let clip = scene.camera().clip_from_world(1.0) * place.extend(1.0);
    (clip.x / clip.w * 0.5 + 0.5, 0.5 - clip.y / clip.w * 0.5 + below_px / 800.0)
}

fn picked(scene: &mut Scene, place: Vec3, below_px: f32) -> Option<Picked> {
    let (x, y) = seen_at(scene, place, below_px);
    apply(scene, Command::Pick { x, y });
    scene.picked().cloned()
}

fn text(scene: &mut Scene, place: Vec3) -> String {
    picked(scene, place, 0.0).map_or_else(String::new, |picked| picked.text)
}

/// On the first link, a quarter of the way.
const ON_FIRST: Vec3 = vec3(-0.5, 0.0, -1.0);

#[test]
fn a_link_is_called_by_its_nodes_and_says_what_is_said_of_it() {
    let mut scene = scene();
    let found = picked(&mut scene, ON_FIRST, 2.0).unwrap();
    assert_eq!((found.text.as_str(), found.element), ("miserables: link Valjean – Javert", 0));
    assert!(found.position.distance(ON_FIRST) < 1e-3, "{}", found.position);
    let Part::Link { along } = found.part else { panic!("{:?}", found.part) };
    assert!((along - 0.25).abs() < 1e-3, "{along}");
    let status = scene.status().picked.unwrap();
    let said: Vec<_> = status.fields.iter().map(|field| (field.name.as_str(), field.value.as_str())).collect();
    assert_eq!(said, [("value", "17 scenes"), ("kind", "foe")]);
    // Its width is 1.5 px, and 5 px beside that it is found yet.
    assert!(picked(&mut scene, ON_FIRST, 5.5).is_some());
    assert!(picked(&mut scene, ON_FIRST, 6.5).is_none());
}

#[test]
fn a_node_is_meant_where_both_are_and_a_link_where_it_alone_is() {
    let mut scene = scene();
    let node = vec3(-1.0, 0.0, -1.0);
    // 5 px from its middle is the edge of the node, and 3 more are as good as that.
    let (x, y) = seen_at(&scene, node, 0.0);
    for (beside_px, expected) in
        [(0.0, "Valjean (2 links)"), (7.5, "Valjean (2 links)"), (8.5, "link Valjean – Javert")]
    {
        apply(&mut scene, Command::Pick { x: x + beside_px / 800.0, y });
        assert_eq!(scene.picked().unwrap().text, format!("miserables: {expected}"), "{beside_px} px");
    }
    // Above the node and beside the link to the right: the node alone is near.
    assert_eq!(picked(&mut scene, node, 9.0).unwrap().part, Part::Element);
}

#[test]
fn links_that_are_not_drawn_are_not_picked() {
    let mut scene = scene();
    let all = text(&mut scene, ON_FIRST);
    assert_eq!(all, "miserables: link Valjean – Javert");
    set(&mut scene, "link_filter_by", Value::Choice("value".into()));
    set(&mut scene, "link_filter_range", Value::Interval([18.0, 30.0]));
    assert_eq!(text(&mut scene, ON_FIRST), "");
    assert_eq!(text(&mut scene, vec3(0.0, 0.0, 1.0)), "miserables: link Cosette – Marius");
    set(&mut scene, "link_filter_by", Value::Choice("kind".into()));
    assert_eq!(text(&mut scene, ON_FIRST), all);
    set(&mut scene, "link_filter_kinds", Value::Several(vec!["0".into()]));
    assert_eq!(text(&mut scene, ON_FIRST), "");
    set(&mut scene, "link_filter_by", Value::Choice("everything".into()));
    // Without one of its nodes.
    set(&mut scene, "filter_by", Value::Choice("age".into()));
    set(&mut scene, "filter_range", Value::Interval([10.0, 48.0]));
    assert_eq!(text(&mut scene, ON_FIRST), "");
    assert_eq!(text(&mut scene, vec3(1.0, 0.0, 0.0)), "miserables: link Javert – Cosette");
    set(&mut scene, "filter_by", Value::Choice("everything".into()));
    set(&mut scene, "link_opacity", Value::Number(0.0));
    assert_eq!(text(&mut scene, ON_FIRST), "");
    set(&mut scene, "link_opacity", Value::Number(0.5));
    // Of a link a part is left.
    for (property, value) in [("clip", Value::Choice("box".into())), ("clip_x", Value::Interval([0.0, 1.0]))] {
        apply(&mut scene, Command::Set { layer: None, property: property.into(), value });
    }
    assert_eq!(text(&mut scene, ON_FIRST), "");
    assert_eq!(text(&mut scene, vec3(0.5, 0.0, -1.0)), all);
}

#[test]
fn a_marked_link_goes_where_its_nodes_go() {
    let mut scene = scene();
    let before = picked(&mut scene, ON_FIRST, 0.0).unwrap();
    let mut layer = scene.layers()[0].clone();
    let moved = people().positions.iter().map(|place| *place * 2.0 + Vec3::Y).collect();
    layer.data = LayerData::Network(Arc::new(people().at(moved)));
    let after = refreshed(before.clone(), &[layer]);
    assert!(after.position.distance(ON_FIRST * 2.0 + Vec3::Y) < 1e-2, "{}", after.position);
    assert_eq!((after.part, after.text), (before.part, before.text));
}

#[test]
fn a_click_on_a_link_selects_its_two_nodes() {
    let mut scene = scene();
    let (x, y) = seen_at(&scene, ON_FIRST, 0.0);
    apply(&mut scene, Command::Select { shape: Shape::Point { x, y }, how: How::Replace });
    let selected: Vec<usize> = scene.layers()[0].selected.as_ref().unwrap().each().collect();
    assert_eq!(selected, [0, 1]);
}

/// What is found when every link is looked at, one after the other.
fn linear(layer: &Layer, network: &Network, view: &View, radius_px: f32) -> Option<Candidate> {
    let reach = Reach::new(view, LINE_REACH, Diameter::Pixels(radius_px));
    let (nodes, links) = (layer.paint(), layer.link_paint());
    let mut best = None;
    for number in 0..network.edges.len() {
        if let Some(found) = candidate((view, reach), (&nodes, &links), network, number) {
            keep_better(&mut best, found);
        }
    }
    best
}

/// Links all over a box, some from a node to itself; more than one task has.
fn random_layer(random: &mut Random) -> Layer {
    let mut place = || vec3(random.unit(), random.unit(), random.unit()) * 2.0 - 1.0;
    let positions: Vec<Vec3> = (0..300).map(|_| place()).collect();
    let edges: Vec<[u32; 2]> = (0..CHUNK + 5000).map(|_| [random.below(300), random.below(300)]).collect();
    let shares = Attribute::new("share", Values::F32((0..edges.len()).map(|_| random.unit()).collect()));
    let network = Network {
        bounds: crate::Aabb::of_points(&positions),
        positions,
        is_placed: true,
        labels: Arc::new(vec![String::new(); 300]),
        sizes: Arc::new(vec![1.0; 300]),
        degrees: Arc::new(vec![1; 300]),
        edges: Arc::new(edges),
        link_attributes: Arc::new(vec![shares]),
        ..Network::default()
    };
    let mut scene = Scene::new(Arc::new(|| ()));
    scene.add(LoadedLayer::new("random".into(), LayerData::Network(Arc::new(network)), None));
    scene.layers()[0].clone()
}

#[test]
fn the_link_that_is_picked_is_the_one_that_looking_at_all_finds() {
    let mut random = Random::new(SEED);
    let mut layer = random_layer(&mut random);
    let LayerData::Network(network) = layer.data.clone() else { panic!() };
    let mut found = 0;
    for round in 0..40 {
        let mut camera = crate::Camera::default();
        camera.set_extent(network.bounds);
        camera.orbit(random.unit(), random.unit() - 0.5);
        camera.fit(network.bounds.unwrap(), VIEWPORT.aspect());
        // From the whole of it to its inside.
        camera.zoom([1.0, 0.3, 2.0, 6.0, 40.0][round % 5], random.unit(), random.unit(), VIEWPORT.aspect());
        let plane = vec3(random.unit(), 1.0, random.unit()).normalize().extend(random.unit() - 0.5);
        let kept = if round % 3 == 0 { ClipRegion { plane, ..ClipRegion::EVERYWHERE } } else { ClipRegion::EVERYWHERE };
        let least = f64::from(random.unit());
        // So few that often none is near.
        layer.style.links.filter =
            Some(Filter { field: 0, range: Some([least, least + 0.01]), categories: None }).filter(|_| round % 4 > 0);
        let at = (random.unit(), random.unit());
        let view = View::new(camera.clip_from_world(VIEWPORT.aspect()), kept, at, VIEWPORT);
        let paints = (layer.paint(), layer.link_paint());
        let fast = near((&view, 0.75), (&paints.0, &paints.1), &network).map(|(_, found)| found);
        let slow = linear(&layer, &network, &view, 0.75);
        assert_eq!(fast, slow, "seed {SEED}, round {round}, at {at:?}, {kept:?}");
        found += usize::from(slow.is_some());
    }
    assert!((10..40).contains(&found), "{found} of 40 found something");
}
