use super::*;
use crate::load::LoadedLayer;
use crate::random::Random;
use crate::{
    Aabb, Attribute, Category, HIDDEN, LayerData, Mesh, Network, Points, Scene, Tracts, Values, Viewport, normals_of,
};
use glam::{DVec3, Vec2, Vec3, dvec3, vec2, vec3};
use heliograph_wire::selection::{SelectedNumbers, Shape};
use heliograph_wire::{Command, LayerId, SceneStatus, Side, Value};
use std::sync::{Arc, mpsc};
use std::time::Duration;

pub(super) const VIEWPORT: Viewport = Viewport { width: 800, height: 800 };

/// Points at random in a cube, far from zero, with a number and a kind; half of them left of the middle.
pub(super) fn cloud(count: usize) -> LoadedLayer {
    let mut random = Random::new(11);
    let positions: Vec<Vec3> =
        (0..count).map(|_| (vec3(random.unit(), random.unit(), random.unit()) - 0.5) * 10.0).collect();
    let number = Attribute::new("number", Values::F32((0..count).map(|i| i as f32 * 0.5).collect())).in_unit("m");
    let kinds = ["a", "b", "c", "d", "e, or f"].map(|label| Category { label: label.into(), color: [7; 3] });
    let kind = Values::U8((0..count).map(|i| [0, 1, 1, 2, 2, 2, 3, 4, 4, 9][i % 10]).collect());
    let kind = Attribute::of_categories("kind", kind, Arc::new(kinds));
    let points = Points::new(dvec3(636_000.0, 850_000.0, 400.0), positions, None, vec![number, kind], 1);
    LoadedLayer::new("cloud".into(), LayerData::Points(Arc::new(points)), None)
}

pub(super) fn scene(layers: impl IntoIterator<Item = LoadedLayer>) -> Scene {
    let mut scene = Scene::new(Arc::new(|| ()));
    for layer in layers {
        scene.add(layer);
    }
    apply(&mut scene, Command::Look { from: Side::Front });
    scene
}

pub(super) fn apply(scene: &mut Scene, command: Command) {
    scene.apply(&command, VIEWPORT).unwrap_or_else(|error| panic!("{command:?}: {error}"));
}

pub(super) fn set(layer: Option<LayerId>, property: &str, value: Value) -> Command {
    Command::Set { layer, property: property.into(), value }
}

pub(super) fn left_half() -> Shape {
    Shape::Box { from: [0.5, 1.0], to: [0.0, 0.0] }
}

pub(super) fn everywhere() -> Shape {
    Shape::Box { from: [-1.0, -1.0], to: [2.0, 2.0] }
}

pub(super) fn select(scene: &mut Scene, shape: Shape, how: How) {
    apply(scene, Command::Select { shape, how });
}

pub(super) fn on_picture(scene: &Scene, place: Vec3) -> Vec2 {
    let clip = scene.camera().clip_from_world(1.0) * place.extend(1.0);
    vec2(clip.x, -clip.y) / clip.w * 0.5 + 0.5
}

fn places(scene: &Scene) -> Vec<Vec3> {
    let LayerData::Points(points) = &scene.layers()[0].data else { panic!() };
    points.positions.clone()
}

/// The elements of a layer that are selected.
pub(super) fn chosen(scene: &Scene, layer: usize) -> Vec<usize> {
    scene.layers()[layer].selected.as_ref().map_or(Vec::new(), |selected| selected.each().collect())
}

pub(super) fn counts(scene: &Scene) -> Vec<(String, u32)> {
    let layers = scene.status().selection.map_or(Vec::new(), |selection| selection.layers);
    layers.into_iter().map(|layer| (layer.name, layer.count)).collect()
}

#[test]
fn a_box_selects_what_is_seen_in_it_and_the_rest_is_dimmed() {
    let mut scene = scene([cloud(70_001)]);
    let bright = scene.layers()[0].paint().all(70_001);
    let before = scene.layers()[0].content_revision;
    select(&mut scene, left_half(), How::Replace);
    let expected: Vec<usize> = (0..)
        .zip(places(&scene))
        .filter(|(_, place)| (0.0..=0.5).contains(&on_picture(&scene, *place).x))
        .map(|(index, _)| index)
        .collect();
    assert!((30_000..40_000).contains(&expected.len()));
    assert_eq!(chosen(&scene, 0), expected);
    assert!(scene.layers()[0].content_revision > before);
    let shown = scene.layers()[0].paint().all(70_001);
    for (index, (shown, bright)) in shown.iter().zip(&bright).enumerate() {
        let is_selected = scene.layers()[0].selected.as_ref().unwrap().has(index);
        assert_eq!(is_selected, shown == bright, "{index}: {shown:?} was {bright:?}");
    }
    apply(&mut scene, Command::ClearSelection);
    assert_eq!(scene.layers()[0].paint().all(70_001), bright);
    assert_eq!(scene.status().selection, None);
}

#[test]
fn selections_are_added_removed_undone_and_done_again() {
    let mut scene = scene([cloud(1000), cloud(500)]);
    let right = Shape::Box { from: [0.5, 0.0], to: [1.0, 1.0] };
    select(&mut scene, left_half(), How::Add);
    let left = counts(&scene);
    select(&mut scene, right.clone(), How::Add);
    assert_eq!(counts(&scene), [("cloud".into(), 1000), ("cloud".into(), 500)]);
    select(&mut scene, right, How::Remove);
    assert_eq!(counts(&scene), left);
    apply(&mut scene, Command::Undo);
    assert_eq!(counts(&scene)[0].1, 1000);
    apply(&mut scene, Command::Undo);
    apply(&mut scene, Command::Undo);
    assert!(counts(&scene).is_empty() && !scene.layers()[0].dims);
    assert!(scene.apply(&Command::Undo, VIEWPORT).is_err(), "each selection is one change");
    for _ in 0..3 {
        apply(&mut scene, Command::Redo);
    }
    assert_eq!(counts(&scene), left);
    // Nothing in the shape: nothing is selected, and selecting nothing again is no change.
    let empty = Shape::Box { from: [3.0, 3.0], to: [4.0, 4.0] };
    select(&mut scene, empty.clone(), How::Replace);
    let revision = scene.revision();
    select(&mut scene, empty, How::Replace);
    apply(&mut scene, Command::ClearSelection);
    assert_eq!((counts(&scene).len(), scene.revision()), (0, revision));
    apply(&mut scene, Command::Undo);
    assert_eq!(counts(&scene), left);
    // With the layer goes what is selected of it, and with that the dimming of the other.
    let (first, second) = (scene.layers()[0].id, scene.layers()[1].id);
    apply(&mut scene, set(Some(second), "visible", Value::Toggle(false)));
    select(&mut scene, left_half(), How::Replace);
    assert_eq!(counts(&scene).len(), 1, "what is not visible is not selected");
    assert!(scene.layers()[1].dims);
    apply(&mut scene, Command::RemoveLayer { layer: first });
    assert!(counts(&scene).is_empty() && !scene.layers()[0].dims);
    apply(&mut scene, Command::Undo);
    assert!(counts(&scene)[0].1 > 300 && scene.layers()[1].dims);
}

#[test]
fn what_is_clipped_or_filtered_out_is_not_selected() {
    let mut scene = scene([cloud(10_000)]);
    let id = scene.layers()[0].id;
    apply(&mut scene, set(None, "clip", Value::Choice("plane".into())));
    apply(&mut scene, set(None, "clip_axis", Value::Choice("x".into())));
    apply(&mut scene, set(None, "clip_at", Value::Number(636_001.0)));
    apply(&mut scene, set(Some(id), "filter_by", Value::Choice("number".into())));
    apply(&mut scene, set(Some(id), "filter_range", Value::Interval([1000.0, 2000.0])));
    select(&mut scene, everywhere(), How::Replace);
    let colors = scene.layers()[0].paint().all(10_000);
    let expected: Vec<usize> =
        (0..10_000).filter(|index| places(&scene)[*index].x <= 1.0 && colors[*index] != HIDDEN).collect();
    assert!((800..2000).contains(&expected.len()), "{}", expected.len());
    assert_eq!(chosen(&scene, 0), expected);
}

#[test]
fn a_lasso_encloses_what_the_even_odd_rule_says() {
    let mut random = Random::new(3);
    for count in [3, 5, 40, 256] {
        let corners: Vec<[f32; 2]> = (0..count).map(|_| [random.unit(), random.unit()]).collect();
        let area = Area::of(&Shape::Lasso { corners: corners.clone() }).unwrap();
        for _ in 0..3000 {
            let place = vec2(random.unit() * 1.2 - 0.1, random.unit() * 1.2 - 0.1);
            let mut inside = false;
            for (at, a) in corners.iter().enumerate() {
                let b = corners[(at + 1) % count];
                let x = a[0] + (place.y - a[1]) / (b[1] - a[1]) * (b[0] - a[0]);
                inside ^= (a[1] > place.y) != (b[1] > place.y) && place.x < x;
            }
            assert_eq!(area.holds(place), inside, "{count} corners, {place}");
        }
        assert!(!area.holds(Vec2::NAN));
    }
    let flat = Area::of(&Shape::Lasso { corners: vec![[0.0, 0.5], [1.0, 0.5], [0.5, 0.5]] }).unwrap();
    assert!(!flat.holds(vec2(0.5, 0.5)));
}

#[test]
fn vertices_streamlines_and_nodes_are_selected_too() {
    let positions = vec![vec3(-5.0, 0.0, -5.0), vec3(5.0, 0.0, -5.0), vec3(5.0, 0.0, 5.0), vec3(-5.0, 0.0, 5.0)];
    let indices = vec![0, 1, 2, 0, 2, 3];
    let mesh = Mesh {
        normals: normals_of(&positions, &indices),
        bounds: Aabb::of_points(&positions),
        positions,
        indices,
        face_index: vec![0, 1],
        ..Mesh::default()
    };
    let positions = vec![vec3(-4.0, -1.0, 0.0), vec3(4.0, -1.0, 0.0), vec3(3.0, -1.0, 3.0), vec3(4.0, -1.0, 3.0)];
    let depth = Attribute::new("depth", Values::F32(vec![1.0, 2.0, 30.0, f32::NAN]));
    let mut tracts = Tracts {
        bounds: Aabb::of_points(&positions),
        starts: vec![0, 2, 2, 4],
        file_index: vec![10, 11, 12],
        positions,
        attributes: vec![depth],
        ..Tracts::default()
    };
    tracts.line_attributes = vec![tracts.lengths(Some("mm"))];
    let layers = [
        LoadedLayer::new("wall".into(), LayerData::Mesh(Arc::new(mesh)), None),
        LoadedLayer::new("tracts".into(), LayerData::Tracts(Arc::new(tracts)), None),
    ];
    let mut scene = scene(layers);
    select(&mut scene, left_half(), How::Replace);
    assert_eq!((chosen(&scene, 0), chosen(&scene, 1)), (vec![0, 3], vec![0]));
    let paint = scene.layers()[1].paint().all(4);
    let plain = crate::Paint::new(&scene.layers()[1].data, &scene.layers()[1].style).all(4);
    assert_eq!([0, 1, 2, 3].map(|at: usize| paint[at] == plain[at]), [true, true, false, false]);
    // Of streamlines, numbers of points are those of points and numbers of lines those of lines.
    let status = scene.status().selection.unwrap();
    assert_eq!(status.layers[1].summary, "1 of 3 streamlines");
    let [depth, length] = &status.layers[1].fields[..] else { panic!("{:?}", status.layers[1]) };
    assert_eq!((depth.count, length.count, length.unit.as_deref()), (2, 1, Some("mm")));
    let quantity = SelectedNumbers::Quantity { least: 1.0, mean: 1.5, greatest: 2.0, deviation: 0.5 };
    assert_eq!(depth.numbers, Some(quantity));
    // A point selects what is drawn there: of a face the corners.
    let at = on_picture(&scene, vec3(4.0, 0.0, -4.0));
    select(&mut scene, Shape::Point { x: at.x, y: at.y }, How::Replace);
    assert_eq!((chosen(&scene, 0), chosen(&scene, 1)), (vec![0, 1, 2], vec![]));
    let at = on_picture(&scene, vec3(3.5, -1.0, 3.0));
    select(&mut scene, Shape::Point { x: at.x, y: at.y }, How::Add);
    assert_eq!((chosen(&scene, 0), chosen(&scene, 1)), (vec![0, 1, 2], vec![2]));
}

#[test]
fn what_is_said_of_a_selection_is_what_counting_says() {
    let mut scene = scene([cloud(200_000)]);
    select(&mut scene, left_half(), How::Replace);
    let SceneStatus { selection: Some(selection), .. } = scene.status() else { panic!() };
    let layer = &selection.layers[0];
    assert_eq!(layer.summary, format!("{} of 200,000 points", text::count(u64::from(layer.count))));
    let LayerData::Points(points) = &scene.layers()[0].data else { panic!() };
    let numbers: Vec<f64> = chosen(&scene, 0).iter().map(|at| points.attributes[0].values.get(*at)).collect();
    let mean = numbers.iter().sum::<f64>() / numbers.len() as f64;
    let deviation = (numbers.iter().map(|n| (n - mean).powi(2)).sum::<f64>() / numbers.len() as f64).sqrt();
    let [height, number, kind] = &layer.fields[..] else { panic!() };
    assert_eq!((height.name.as_str(), number.unit.as_deref(), number.count), ("height", Some("m"), layer.count));
    let Some(SelectedNumbers::Quantity { least, mean: found, greatest, deviation: spread }) = number.numbers else {
        panic!()
    };
    assert!((found / mean - 1.0).abs() < 1e-9 && (spread / deviation - 1.0).abs() < 1e-9, "{found} {spread}");
    assert_eq!((least, greatest), numbers.iter().fold((f64::MAX, f64::MIN), |(l, g), n| (l.min(*n), g.max(*n))));
    let Some(SelectedNumbers::Quantity { least, greatest, .. }) = height.numbers else { panic!() };
    assert!((395.0..396.0).contains(&least) && (404.0..405.1).contains(&greatest), "{least} to {greatest}");
    let Some(SelectedNumbers::Kinds { most, more }) = &kind.numbers else { panic!() };
    let labels: Vec<&str> = most.iter().map(|kind| kind.label.as_str()).collect();
    assert_eq!((labels[0], more), ("c", &2));
    assert!(labels.contains(&"b") && labels.contains(&"e, or f"), "{labels:?}");
}

#[test]
fn what_takes_long_to_count_is_counted_aside_and_told_when_it_is_done() {
    let (sender, woken) = mpsc::channel();
    let mut scene = Scene::new(Arc::new(move || sender.send(()).unwrap_or_default()));
    scene.add(cloud(AT_ONCE / 3 + 1));
    select(&mut scene, everywhere(), How::Replace);
    assert_eq!(counts(&scene)[0].1 as usize, AT_ONCE / 3 + 1);
    woken.recv_timeout(Duration::from_secs(60)).unwrap();
    let fields = scene.status().selection.unwrap().layers[0].fields.clone();
    assert_eq!(fields.len(), 3);
    assert_eq!(fields[1].count as usize, AT_ONCE / 3 + 1);
    scene.status();
    assert!(woken.try_recv().is_err(), "it is counted once");
}

#[test]
fn numbers_without_end_have_statistics_that_a_message_can_carry() {
    let extremes = vec![f64::MIN, f64::MAX, f64::NAN, f64::INFINITY];
    let odd = Attribute::new("odd", Values::F64(extremes));
    let none = Attribute::new("none", Values::F32(vec![f32::NAN; 4]));
    let same = Attribute::new("same", Values::F64(vec![1e15 + 0.5; 4]));
    let positions = (0..4).map(|at| Vec3::splat(at as f32)).collect();
    let points = Points::new(DVec3::ZERO, positions, None, vec![odd, none, same], 1);
    let mut scene = scene([LoadedLayer::new("odd".into(), LayerData::Points(Arc::new(points)), None)]);
    select(&mut scene, everywhere(), How::Replace);
    let fields = scene.status().selection.unwrap().layers[0].fields.clone();
    let Some(SelectedNumbers::Quantity { least, mean, greatest, deviation }) = fields[1].numbers else { panic!() };
    assert_eq!((fields[1].count, least, greatest), (2, f64::MIN, f64::MAX));
    assert!(mean.is_finite() && deviation.is_finite());
    assert_eq!((fields[2].count, &fields[2].numbers), (0, &None));
    let Some(SelectedNumbers::Quantity { mean, deviation, .. }) = fields[3].numbers else { panic!() };
    assert_eq!((mean, deviation), (1e15 + 0.5, 0.0));
}

#[test]
fn a_table_has_a_row_for_each_selected_element_with_all_that_is_known_of_it() {
    let network = Network {
        positions: vec![Vec3::ZERO; 2],
        labels: Arc::new(vec!["says \"no\"".into(), "b".into()]),
        sizes: Arc::new(vec![1.0; 2]),
        degrees: Arc::new(vec![1; 2]),
        edges: Arc::new(vec![[0, 1]]),
        attributes: Arc::new(vec![Attribute::new("number", Values::F64(vec![0.1, 1e300]))]),
        ..Network::default()
    };
    let network = LoadedLayer::new("net,work".into(), LayerData::Network(Arc::new(network)), None);
    let mut scene = scene([cloud(20), network]);
    select(&mut scene, everywhere(), How::Replace);
    let mut bytes = Vec::new();
    scene.selection_csv(&mut bytes).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!((lines[0], lines.len()), ("layer,element,x,y,z,height,number,kind,label", 23));
    let LayerData::Points(points) = &scene.layers()[0].data else { panic!() };
    for (at, line) in lines[1..21].iter().enumerate() {
        let cells: Vec<&str> = line.splitn(8, ',').collect();
        let number = points.file_index[at];
        assert_eq!((cells[0], cells[1]), ("cloud", number.to_string().as_str()));
        let place = dvec3(cells[2].parse().unwrap(), cells[3].parse().unwrap(), cells[4].parse().unwrap());
        assert!((place - points.origin - points.positions[at].as_dvec3()).length() < 1e-6, "{line}");
        assert_eq!(cells[5], cells[4], "the height is z");
        assert_eq!(cells[6].parse::<f32>().unwrap(), number as f32 * 0.5);
        let kind = ["a", "b", "b", "c", "c", "c", "d", "\"e, or f\"", "\"e, or f\"", "9"][number as usize % 10];
        assert_eq!(cells[7], format!("{kind},"));
    }
    assert!(
        lines[21].starts_with("\"net,work\",0,") && lines[21].ends_with(",,0.1,,\"says \"\"no\"\"\""),
        "{}",
        lines[21]
    );
    assert!(lines[22].ends_with(",,1e300,,b"), "{}", lines[22]);
}

#[test]
fn nothing_selected_is_a_table_of_its_head() {
    let mut bytes = Vec::new();
    scene([cloud(3)]).selection_csv(&mut bytes).unwrap();
    assert_eq!(bytes, b"layer,element,x,y,z\n");
}
