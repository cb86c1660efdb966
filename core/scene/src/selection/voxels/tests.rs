use crate::load::LoadedLayer;
use crate::random::Random;
use crate::selection::tests::{
    VIEWPORT, apply, chosen, cloud, counts, everywhere, left_half, on_picture, scene, select, set,
};
use crate::{Attribute, Category, LayerData, Scene, Values, Volume, pick};
use glam::{DMat4, DVec3, Vec2, dvec3, vec2};
use heliograph_wire::selection::{SelectedField, SelectedNumbers, Shape};
use heliograph_wire::{Command, How, Value};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

/// A grid that stands askew, far from zero.
fn askew() -> DMat4 {
    DMat4::from_translation(dvec3(1000.0, -2000.0, 30.0))
        * DMat4::from_rotation_z(0.3)
        * DMat4::from_scale(dvec3(2.0, 3.0, 4.0))
}

fn volume(size: [u32; 3], frames: u32, values: Values) -> LoadedLayer {
    let volume = Volume::new(size, frames, Attribute::new("value", values), askew()).unwrap();
    LoadedLayer::new("volume".into(), LayerData::Volume(Arc::new(volume)), None)
}

const SIZE: [u32; 3] = [7, 6, 5];

/// Every voxel with its number, from 0 to 199 at random.
fn random_values() -> Vec<u8> {
    let mut random = Random::new(4);
    (0..SIZE.iter().product()).map(|_| (random.unit() * 200.0) as u8).collect()
}

fn random_scene() -> Scene {
    let mut scene = scene([volume(SIZE, 1, Values::U8(random_values()))]);
    set_all(&mut scene, &[("color_range", Value::Interval([50.0, 150.0]))]);
    scene
}

fn set_all(scene: &mut Scene, settings: &[(&str, Value)]) {
    let id = scene.layers()[0].id;
    for (property, value) in settings {
        apply(scene, set(Some(id), property, value.clone()));
    }
}

fn mode(id: &str) -> (&'static str, Value) {
    ("volume_mode", Value::Choice(id.into()))
}

fn voxels() -> impl Iterator<Item = [u32; 3]> {
    (0..SIZE[2]).flat_map(|k| (0..SIZE[1]).flat_map(move |j| (0..SIZE[0]).map(move |i| [i, j, k])))
}

/// The elements of a box of [`SIZE`] that a rule takes.
fn those(rule: impl Fn([u32; 3], u8) -> bool) -> Vec<usize> {
    let all = voxels().zip(random_values()).enumerate();
    all.filter(|(_, (voxel, value))| rule(*voxel, *value)).map(|(element, _)| element).collect()
}

fn all(scene: &mut Scene) -> Vec<usize> {
    select(scene, everywhere(), How::Replace);
    chosen(scene, 0)
}

/// Where the middle of an element is on the picture.
fn place(scene: &Scene, element: usize) -> Vec2 {
    let layer = &scene.layers()[0];
    let LayerData::Volume(volume) = &layer.data else { panic!() };
    on_picture(scene, volume.middle(volume.voxel(element)) + layer.offset)
}

fn fields(scene: &Scene) -> Vec<SelectedField> {
    scene.status().selection.unwrap().layers[0].fields.clone()
}

#[test]
fn of_slices_the_voxels_that_they_show_are_selected() {
    let mut scene = random_scene();
    let slices = |voxel: [u32; 3]| voxel[0] == 3 || voxel[1] == 3 || voxel[2] == 2;
    assert_eq!(all(&mut scene), those(|voxel, value| slices(voxel) && value > 50));
    set_all(&mut scene, &[("clear_low", Value::Toggle(false))]);
    assert_eq!(all(&mut scene), those(|voxel, _| slices(voxel)));
    let settings = [
        ("slice_i", Value::Number(0.0)),
        ("slice_k", Value::Number(4.0)),
        ("show_slice_j", Value::Toggle(false)),
        ("clear_low", Value::Toggle(true)),
    ];
    set_all(&mut scene, &settings);
    assert_eq!(all(&mut scene), those(|[i, _, k], value| (i == 0 || k == 4) && value > 50));
    set_all(&mut scene, &[("show_slice_k", Value::Toggle(false))]);
    assert_eq!(all(&mut scene), those(|[i, ..], value| i == 0 && value > 50));
    set_all(&mut scene, &[("show_slice_i", Value::Toggle(false))]);
    assert!(all(&mut scene).is_empty());
}

#[test]
fn of_the_whole_the_voxels_that_are_not_clear_are_selected() {
    let mut scene = random_scene();
    set_all(&mut scene, &[mode("fog"), ("opacity_range", Value::Interval([80.0, 90.0]))]);
    assert_eq!(all(&mut scene), those(|_, value| value > 80));
    set_all(&mut scene, &[("density", Value::Number(0.0))]);
    assert!(all(&mut scene).is_empty());
    set_all(&mut scene, &[mode("maximum")]);
    assert_eq!(all(&mut scene), those(|_, value| value > 50));
    // The colours of logarithms begin four decades below their end where zero would be the first.
    set_all(&mut scene, &[("color_range", Value::Interval([0.0, 199.0])), ("color_log", Value::Toggle(true))]);
    assert_eq!(all(&mut scene), those(|_, value| value > 0));
}

#[test]
fn of_a_surface_the_voxels_just_behind_it_are_selected() {
    let mut scene = random_scene();
    let level = 10;
    set_all(&mut scene, &[mode("surface"), ("level", Value::Number(f64::from(level)))]);
    let values = random_values();
    let is_behind = |voxel: [i64; 3]| {
        let is_there = voxel.iter().zip(SIZE).all(|(at, side)| (0..i64::from(side)).contains(at));
        let [i, j, k] = voxel;
        is_there && values[((k * i64::from(SIZE[1]) + j) * i64::from(SIZE[0]) + i) as usize] >= level
    };
    let about = || (0..27).map(|at| [at % 3 - 1, at / 3 % 3 - 1, at / 9 - 1]);
    let is_border = |voxel: [u32; 3], _| {
        let voxel = voxel.map(i64::from);
        let beside = |by: [i64; 3]| std::array::from_fn(|axis| voxel[axis] + by[axis]);
        is_behind(voxel) && about().any(|by| !is_behind(beside(by)))
    };
    let expected = those(is_border);
    let behind = those(|_, value| value >= level).len();
    assert!(expected.len() < behind, "some lie inside: {} of {behind}", expected.len());
    assert_eq!(all(&mut scene), expected);
}

#[test]
fn a_body_has_its_outermost_voxels_as_surface_and_a_cut_opens_it() {
    let inside = |[i, j, k]: [u32; 3]| (1..6).contains(&i) && (1..5).contains(&j) && (1..4).contains(&k);
    let values = voxels().map(|voxel| if inside(voxel) { 9 } else { 1 }).collect();
    let mut scene = scene([volume(SIZE, 1, Values::U8(values))]);
    set_all(&mut scene, &[mode("surface"), ("level", Value::Number(5.0))]);
    // 5 × 4 × 3 without the 3 × 2 × 1 in it.
    assert_eq!(all(&mut scene).len(), 60 - 6);
    set_all(&mut scene, &[("level", Value::Number(1.0))]);
    assert_eq!(all(&mut scene).len(), 210 - 5 * 4 * 3, "the end of the grid is one of the body");
    // Across z between k = 1 and 2: the 3 × 2 voxels of k = 2 in the middle of the body come to light.
    set_all(&mut scene, &[("level", Value::Number(5.0))]);
    for (property, value) in [
        ("clip", Value::Choice("plane".into())),
        ("clip_axis", Value::Choice("z".into())),
        ("clip_at", Value::Number(36.0)),
        ("clip_flipped", Value::Toggle(true)),
    ] {
        apply(&mut scene, set(None, property, value));
    }
    let expected: Vec<usize> = (0..).zip(voxels()).filter(|(_, v)| inside(*v) && v[2] >= 2).map(|(e, _)| e).collect();
    assert_eq!((all(&mut scene), expected.len()), (expected, 40));
}

#[test]
fn a_box_and_a_lasso_take_the_voxels_whose_middles_they_enclose() {
    let mut scene = random_scene();
    let corners = [vec2(0.2, 0.2), vec2(0.8, 0.3), vec2(0.4, 0.9)];
    let is_enclosed = |at: Vec2| {
        let side = |a: Vec2, b: Vec2| (b - a).perp_dot(at - a) > 0.0;
        let sides = [0, 1, 2].map(|corner| side(corners[corner], corners[(corner + 1) % 3]));
        sides == [true; 3] || sides == [false; 3]
    };
    for one in ["slices", "fog", "maximum", "surface"] {
        set_all(&mut scene, &[mode(one)]);
        let everything = all(&mut scene);
        select(&mut scene, left_half(), How::Replace);
        let left: Vec<usize> =
            everything.iter().copied().filter(|at| (0.0..=0.5).contains(&place(&scene, *at).x)).collect();
        assert!(left.len() > 10 && left.len() < everything.len(), "{one}");
        assert_eq!(chosen(&scene, 0), left, "{one}");
        select(&mut scene, Shape::Lasso { corners: corners.map(Into::into).to_vec() }, How::Replace);
        let enclosed: Vec<usize> = everything.iter().copied().filter(|at| is_enclosed(place(&scene, *at))).collect();
        assert!(enclosed.len() > 10 && enclosed.len() < everything.len(), "{one}");
        assert_eq!(chosen(&scene, 0), enclosed, "{one}");
    }
}

#[test]
fn a_click_selects_the_voxel_that_is_picked_there() {
    let mut scene = random_scene();
    set_all(&mut scene, &[("show_slice_i", Value::Toggle(false)), ("show_slice_k", Value::Toggle(false))]);
    let seen = all(&mut scene);
    for element in &seen {
        let at = place(&scene, *element);
        select(&mut scene, Shape::Point { x: at.x, y: at.y }, How::Replace);
        assert_eq!(chosen(&scene, 0), [*element]);
    }
    for one in ["fog", "maximum", "surface"] {
        set_all(&mut scene, &[mode(one), ("moment", Value::Number(0.0))].as_slice()[..1]);
        let seen = all(&mut scene);
        for step in 0..20 {
            let at = vec2(0.3 + 0.02 * step as f32, 0.45);
            select(&mut scene, Shape::Point { x: at.x, y: at.y }, How::Replace);
            let picked = pick::at(&scene, at.x, at.y, VIEWPORT).map(|picked| picked.element as usize);
            assert_eq!(chosen(&scene, 0), picked.into_iter().collect::<Vec<_>>(), "{one}");
            let is_seen = picked.is_none_or(|picked| seen.contains(&picked));
            assert!(is_seen, "{one}: {picked:?} at {at}");
        }
    }
}

#[test]
fn nothing_is_picked_where_a_maximum_projection_is_clear() {
    let mut scene = random_scene();
    set_all(&mut scene, &[mode("maximum")]);
    assert!(pick::at(&scene, 0.5, 0.5, VIEWPORT).is_some());
    set_all(&mut scene, &[("color_range", Value::Interval([199.0, 200.0]))]);
    assert!(all(&mut scene).is_empty());
    assert!(pick::at(&scene, 0.5, 0.5, VIEWPORT).is_none());
}

#[test]
fn voxels_are_added_removed_undone_and_taken_along_by_a_view() {
    let mut scene = random_scene();
    let everything = all(&mut scene);
    select(&mut scene, left_half(), How::Remove);
    let right = chosen(&scene, 0);
    assert!(!right.is_empty() && right.len() < everything.len());
    select(&mut scene, left_half(), How::Add);
    assert_eq!(chosen(&scene, 0), everything);
    apply(&mut scene, Command::Undo);
    assert_eq!(chosen(&scene, 0), right);
    let code = scene.view().code();
    apply(&mut scene, Command::ClearSelection);
    assert!(chosen(&scene, 0).is_empty() && scene.layers()[0].selected_bits().is_none());
    apply(&mut scene, Command::OpenView { code });
    assert_eq!(chosen(&scene, 0), right);
    apply(&mut scene, Command::Undo);
    apply(&mut scene, Command::Undo);
    assert_eq!(chosen(&scene, 0), right);
}

#[test]
fn a_volume_is_dimmed_with_the_rest_when_something_else_is_selected() {
    let mut scene = scene([volume(SIZE, 1, Values::U8(random_values())), cloud(100)]);
    assert_eq!(scene.layers()[0].selected_bits(), None);
    let before = scene.layers()[0].content_revision;
    set_all(&mut scene, &[("visible", Value::Toggle(false))]);
    select(&mut scene, everywhere(), How::Replace);
    assert_eq!(counts(&scene), [("cloud".into(), 100)]);
    assert_eq!(scene.layers()[0].selected_bits(), Some([].as_slice()));
    assert!(scene.layers()[0].content_revision > before);
    let table = scene.layers()[0].paint().table();
    assert_eq!((table.table[255], table.dimmed[255]), ([255; 4], [153, 153, 153, 255]));
    set_all(&mut scene, &[("visible", Value::Toggle(true))]);
    select(&mut scene, everywhere(), How::Replace);
    assert_eq!(counts(&scene).len(), 2);
    let bits = scene.layers()[0].selected_bits().unwrap();
    assert_eq!((bits.len(), bits[0] & 1), (210usize.div_ceil(64), u64::from(chosen(&scene, 0)[0] == 0)));
}

fn labels() -> LoadedLayer {
    let kinds = ["none", "bone", "skin", "fat", "hair"].map(|label| Category { label: label.into(), color: [9; 3] });
    let values = Values::U8((0..210).map(|at| [0, 1, 2, 2, 3, 4, 4][at % 7]).collect());
    let values = Attribute::of_categories("label", values, Arc::new(kinds));
    let volume = Volume::new(SIZE, 1, values, askew()).unwrap();
    LoadedLayer::new("labels".into(), LayerData::Volume(Arc::new(volume)), None)
}

#[test]
fn labels_that_are_hidden_are_not_selected_and_kinds_are_told() {
    let mut scene = scene([labels()]);
    set_all(&mut scene, &[mode("fog")]);
    assert_eq!(all(&mut scene).len(), 180, "all that have a label");
    let [field] = &fields(&scene)[..] else { panic!() };
    let Some(SelectedNumbers::Kinds { most, more }) = &field.numbers else { panic!() };
    let most: Vec<(&str, u32)> = most.iter().map(|kind| (kind.label.as_str(), kind.count)).collect();
    assert_eq!((most, *more), (vec![("skin", 60), ("hair", 60), ("bone", 30)], 1));
    set_all(&mut scene, &[("filter_by", Value::Choice("label".into()))]);
    set_all(&mut scene, &[("filter_kinds", Value::Several(vec!["0".into(), "1".into(), "3".into()]))]);
    assert_eq!(all(&mut scene), (0..210).filter(|at| [1, 4].contains(&(at % 7))).collect::<Vec<_>>());
    // As thin as a voxel: what borders on hidden labels lies at the surface.
    set_all(&mut scene, &[mode("surface")]);
    assert_eq!(all(&mut scene).len(), 60);
    set_all(&mut scene, &[mode("slices"), ("slice_k", Value::Number(0.0)), ("show_slice_i", Value::Toggle(false))]);
    set_all(&mut scene, &[("show_slice_j", Value::Toggle(false))]);
    assert_eq!(all(&mut scene).len(), 12);
    set_all(&mut scene, &[("clear_low", Value::Toggle(false))]);
    assert_eq!(all(&mut scene).len(), 18, "what has no label is seen now");
}

#[test]
fn what_is_clipped_is_not_selected() {
    let mut scene = random_scene();
    set_all(&mut scene, &[mode("maximum")]);
    for (property, value) in [("clip", Value::Choice("box".into())), ("clip_x", Value::Interval([1002.0, 1006.0]))] {
        apply(&mut scene, set(None, property, value));
    }
    let x = |[i, j, k]: [u32; 3]| askew().transform_point3(dvec3(f64::from(i), f64::from(j), f64::from(k))).x;
    let expected = those(|voxel, value| value > 50 && (1002.0..=1006.0).contains(&x(voxel)));
    assert!(expected.len() > 10);
    assert_eq!(all(&mut scene), expected);
}

#[test]
fn statistics_are_those_of_the_moment_that_is_shown() {
    // Two slices of four voxels: 1, 2, … 8, then ten times that, then nothing.
    let values = (1..=8).map(|value| value as f32).chain((1..=8).map(|value| value as f32 * 10.0));
    let values = Values::F32(values.chain([f32::NAN; 8]).collect());
    let mut scene = scene([volume([2, 2, 2], 3, values)]);
    set_all(&mut scene, &[mode("maximum"), ("color_range", Value::Interval([4.5, 80.0]))]);
    assert_eq!(all(&mut scene), [4, 5, 6, 7]);
    let status = scene.status().selection.unwrap();
    assert_eq!(status.layers[0].summary, "4 of 8 voxels");
    let said = |scene: &Scene| {
        let [field] = &fields(scene)[..] else { panic!() };
        (field.name.clone(), field.count, field.numbers.clone())
    };
    // 5, 6, 7 and 8: the squares of their distances from 6.5 are 2.25, 0.25, 0.25 and 2.25.
    let deviation = 1.25f64.sqrt();
    let quantity = SelectedNumbers::Quantity { least: 5.0, mean: 6.5, greatest: 8.0, deviation };
    assert_eq!(said(&scene), ("value".into(), 4, Some(quantity.clone())));
    set_all(&mut scene, &[("moment", Value::Number(1.0))]);
    let Some(SelectedNumbers::Quantity { least, mean, greatest, deviation: spread }) = said(&scene).2 else { panic!() };
    assert_eq!((least, mean, greatest), (50.0, 65.0, 80.0));
    assert!((spread - 10.0 * deviation).abs() < 1e-12);
    set_all(&mut scene, &[("moment", Value::Number(2.0))]);
    assert_eq!(said(&scene), ("value".into(), 0, None));
    assert!(all(&mut scene).is_empty(), "what has no number is not seen");
    // The selection, and both moments in one.
    apply(&mut scene, Command::Undo);
    apply(&mut scene, Command::Undo);
    assert_eq!(said(&scene), ("value".into(), 4, Some(quantity)));
    set_all(&mut scene, &[("moment", Value::Number(1.0))]);
    assert_eq!(all(&mut scene), (0..8).collect::<Vec<_>>());
}

#[test]
fn the_room_that_voxels_take_is_told_in_the_files_unit() {
    let LayerData::Volume(plain) = volume([2, 2, 2], 1, Values::U8((1..=8).collect())).data else { panic!() };
    let measured = Volume { length_unit: Some("mm".into()), ..Volume::clone(&plain) };
    let mut scene = scene([LoadedLayer::new("volume".into(), LayerData::Volume(Arc::new(measured)), None)]);
    set_all(&mut scene, &[mode("maximum"), ("color_range", Value::Interval([5.0, 8.0]))]);
    assert_eq!(all(&mut scene), [5, 6, 7]);
    // Of 2 × 3 × 4 each.
    assert_eq!(scene.status().selection.unwrap().layers[0].summary, "3 of 8 voxels, 72 mm³");
}

#[test]
fn a_table_has_a_row_for_each_selected_voxel() {
    let values = Values::I16((0..8).chain(100..108).collect());
    let mut scene = scene([volume([2, 2, 2], 2, values)]);
    set_all(&mut scene, &[mode("maximum"), ("color_range", Value::Interval([5.0, 80.0]))]);
    assert_eq!(all(&mut scene), [6, 7]);
    set_all(&mut scene, &[("moment", Value::Number(1.0))]);
    let mut bytes = Vec::new();
    scene.selection_csv(&mut bytes).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(lines[0], ["layer", "element", "x", "y", "z", "i", "j", "k", "value"]);
    assert_eq!(lines.len(), 3);
    for (line, [i, value]) in lines[1..].iter().zip([[0, 106], [1, 107]]) {
        assert_eq!((line[0], line[1]), ("volume", (6 + i).to_string().as_str()));
        let place = DVec3::from_array([2, 3, 4].map(|at: usize| line[at].parse().unwrap()));
        assert!(place.distance(askew().transform_point3(dvec3(f64::from(i), 1.0, 1.0))) < 1e-5, "{place}");
        assert_eq!(line[5..], [i.to_string().as_str(), "1", "1", value.to_string().as_str()]);
    }
}

#[test]
fn odd_numbers_and_flat_grids_do_no_harm() {
    let odd = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e38, -1e38, 0.0];
    let odd = || Values::F32((0..60).map(|at| odd[at % odd.len()]).collect());
    let empty = Values::F64(vec![f64::NAN; 60]);
    for (size, values) in [([5, 4, 3], odd()), ([60, 1, 1], odd()), ([1, 1, 60], odd()), ([1, 60, 1], empty)] {
        let mut scene = scene([volume(size, 1, values)]);
        for one in ["slices", "fog", "maximum", "surface"] {
            set_all(&mut scene, &[mode(one)]);
            let chosen = all(&mut scene);
            let LayerData::Volume(volume) = &scene.layers()[0].data else { panic!() };
            assert!(chosen.iter().all(|at| !volume.values.values.get(*at).is_nan()), "{one}");
            select(&mut scene, Shape::Point { x: 0.5, y: 0.5 }, How::Add);
            scene.status();
            scene.selection_csv(&mut Vec::new()).unwrap();
        }
    }
}

#[test]
fn a_moment_that_is_not_there_is_the_last() {
    let mut layer = volume([2, 2, 2], 2, Values::U8((1..=16).collect()));
    layer.style.volume.frame = u32::MAX;
    let mut scene = scene([layer]);
    set_all(&mut scene, &[mode("maximum"), ("color_range", Value::Interval([14.0, 16.0]))]);
    assert_eq!(all(&mut scene), [6, 7]);
    let Some(SelectedNumbers::Quantity { mean, .. }) = fields(&scene)[0].numbers else { panic!() };
    assert_eq!(mean, 15.5);
}

#[test]
fn a_volume_that_is_too_large_to_count_has_nothing_to_select() {
    let LayerData::Volume(sound) = volume([1, 1, 1], 1, Values::U8(vec![1])).data else { panic!() };
    let huge = Volume { size: [1 << 11, 1 << 11, 1 << 10], ..Volume::clone(&sound) };
    let mut scene = scene([LoadedLayer::new("huge".into(), LayerData::Volume(Arc::new(huge)), None)]);
    assert!(all(&mut scene).is_empty());
    select(&mut scene, Shape::Point { x: 0.5, y: 0.5 }, How::Replace);
    assert_eq!(scene.status().selection, None);
}

#[test]
fn a_large_volume_is_selected_soon_and_counted_aside_for_each_moment() {
    let (sender, woken) = mpsc::channel();
    let mut scene = Scene::new(Arc::new(move || sender.send(()).unwrap_or_default()));
    let side = 172u32;
    let count = side.pow(3) as usize;
    let values = (0..2 * count).map(|at| (at % 1000) as u16).collect();
    scene.add(volume([side; 3], 2, Values::U16(values)));
    set_all(&mut scene, &[mode("maximum"), ("color_range", Value::Interval([0.0, 999.0]))]);
    let before = Instant::now();
    assert!(all(&mut scene).len() > count / 2);
    // Some hundred times what it takes.
    assert!(before.elapsed() < Duration::from_secs(30), "{:?}", before.elapsed());
    assert!(fields(&scene).is_empty());
    set_all(&mut scene, &[("moment", Value::Number(1.0))]);
    let deadline = Instant::now() + Duration::from_secs(60);
    while fields(&scene).is_empty() {
        assert!(Instant::now() < deadline);
        woken.recv_timeout(Duration::from_secs(60)).unwrap();
    }
    let LayerData::Volume(volume) = &scene.layers()[0].data else { panic!() };
    let numbers: Vec<f64> = chosen(&scene, 0).iter().map(|at| volume.values.values.get(count + at)).collect();
    let found = &fields(&scene)[0];
    let Some(SelectedNumbers::Quantity { mean, .. }) = found.numbers else { panic!() };
    let expected = numbers.iter().sum::<f64>() / numbers.len() as f64;
    assert!((mean / expected - 1.0).abs() < 1e-9 && found.count as usize == numbers.len(), "{mean} {expected}");
}
