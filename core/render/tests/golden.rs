//! Each primitive looks as it did when someone last looked at it.
//!
//! The pictures in `golden/` were drawn by lavapipe. Other adapters round edges and depths otherwise, so for them the
//! tolerance is wider: it still tells a missing or misplaced primitive from a rounded edge.
//! `UPDATE=1 cargo test -p heliograph-render --test golden` renews the pictures; look at each before committing it.
//! A picture that differs is left in the target folder's `tmp`.

#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use common::{VIEWPORT, difference, fibres, gpu, hills, orthographic, renderer, scene, set, spiral, torus};
use heliograph_render::Image;
use heliograph_scene::load::LoadedLayer;
use heliograph_scene::{Scene, Shading, Style, Viewport, VolumeMode};
use heliograph_wire::{Command, How, Shape, Value};
use std::path::{Path, PathBuf};

/// A pixel is off when a byte of it differs by more than this.
const STEP: u8 = 24;

fn check(name: &str, scene: &Scene) {
    check_image(name, &renderer(VIEWPORT, false).capture(scene).unwrap());
}

fn check_image(name: &str, image: &Image) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/{name}.png"));
    if std::env::var_os("UPDATE").is_some() {
        image.save_png(&path).unwrap();
        return;
    }
    let golden = load_png(&path);
    let (mean, off) = difference(&golden, image, STEP);
    let (most_mean, most_off) = if gpu().description().contains("llvmpipe") { (0.5, 0.002) } else { (4.0, 0.04) };
    if mean > most_mean || off > most_off {
        let seen = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.png"));
        image.save_png(&seen).unwrap();
        panic!(
            "{name}: bytes differ by {mean:.3} in the mean, {:.2} % of the pixels by more than {STEP}: compare {} with {}",
            off * 100.0,
            seen.display(),
            path.display()
        );
    }
}

fn load_png(path: &Path) -> Image {
    let file = std::fs::File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut reader = png::Decoder::new(std::io::BufReader::new(file)).read_info().unwrap();
    let mut rgba = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut rgba).unwrap();
    Image { width: info.width, height: info.height, rgba }
}

fn everything() -> Scene {
    let mut scene = scene([hills(400), torus([205, 170, 110]), fibres(), spiral()]);
    set(&mut scene, "show_bounds", Value::Toggle(true));
    scene
}

#[test]
fn points_look_as_they_did() {
    check("points", &scene([hills(300)]));
}

#[test]
fn points_without_perspective_look_as_they_did() {
    check("points_orthographic", &orthographic(scene([hills(300)])));
}

#[test]
fn points_look_the_same_with_32_bit_atomics() {
    let scene = scene([hills(300)]);
    let u64_picture = renderer(VIEWPORT, false).capture(&scene).unwrap();
    let u32_picture = renderer(VIEWPORT, true).capture(&scene).unwrap();
    assert!(u64_picture == u32_picture, "they differ: {:?}", difference(&u64_picture, &u32_picture, 0));
}

#[test]
fn large_points_are_discs_that_share_their_borders() {
    let mut layer = hills(60);
    layer.style.point_size = 9.0;
    check("points_large", &scene([layer]));
}

#[test]
fn a_mesh_looks_as_it_did() {
    check("mesh", &scene([torus([205, 170, 110])]));
}

#[test]
fn a_mesh_without_perspective_looks_as_it_did() {
    check("mesh_orthographic", &orthographic(scene([torus([110, 160, 205])])));
}

#[test]
fn tracts_look_as_they_did() {
    check("tracts", &scene([fibres()]));
}

#[test]
fn a_network_looks_as_it_did() {
    check("network", &scene([spiral()]));
}

#[test]
fn a_network_without_perspective_looks_as_it_did_on_light_ground() {
    let mut scene = orthographic(scene([spiral()]));
    set(&mut scene, "background", Value::Choice("light".into()));
    check("network_orthographic", &scene);
}

/// A network with thick links, of which some properties are set.
fn linked(settings: &[(&str, Value)]) -> Scene {
    let mut layer = spiral();
    (layer.style.link_width, layer.style.link_opacity) = (3.0, 0.9);
    let mut scene = scene([layer]);
    set_links(&mut scene, settings);
    scene
}

fn set_links(scene: &mut Scene, settings: &[(&str, Value)]) {
    let layer = Some(scene.layers()[0].id);
    for (property, value) in settings {
        scene.apply(&Command::Set { layer, property: (*property).into(), value: value.clone() }, VIEWPORT).unwrap();
    }
}

#[test]
fn links_coloured_by_a_number_look_as_they_did() {
    let by_strength = [
        ("link_color_by", Value::Choice("strength".into())),
        ("link_colormap", Value::Choice("plasma".into())),
        ("link_color_range", Value::Interval([0.0, 19.0])),
    ];
    check("links_numbers", &linked(&by_strength));
}

#[test]
fn links_of_a_kind_that_are_filtered_look_as_they_did() {
    let some = [
        ("link_color_by", Value::Choice("kind".into())),
        ("link_filter_by", Value::Choice("strength".into())),
        ("link_filter_range", Value::Interval([5.0, 19.0])),
    ];
    check("links_kinds", &linked(&some));
}

#[test]
fn links_have_the_colours_of_their_nodes_again_and_none_is_left_out() {
    let mut renderer = renderer(VIEWPORT, false);
    let mut scene = linked(&[]);
    let before = renderer.capture(&scene).unwrap();
    let filter = |least| {
        [("link_filter_by", Value::Choice("strength".into())), ("link_filter_range", Value::Interval([least, 19.0]))]
    };
    // All are kept, then half of them, in the colours of their nodes.
    set_links(&mut scene, &filter(0.0));
    assert!(renderer.capture(&scene).unwrap() == before);
    set_links(&mut scene, &filter(10.0));
    let half = renderer.capture(&scene).unwrap();
    assert!(difference(&before, &half, STEP).1 > 0.005);
    let everything = [("link_filter_by", Value::Choice("everything".into()))];
    set_links(&mut scene, &[("link_color_by", Value::Choice("kind".into())), everything[0].clone()]);
    assert!(difference(&before, &renderer.capture(&scene).unwrap(), STEP).1 > 0.01);
    set_links(&mut scene, &[("link_color_by", Value::Choice("nodes".into()))]);
    assert!(renderer.capture(&scene).unwrap() == before);
}

#[test]
fn the_box_looks_as_it_did() {
    let mut scene = scene([torus([205, 170, 110])]);
    set(&mut scene, "show_bounds", Value::Toggle(true));
    check("box", &scene);
}

#[test]
fn the_mark_on_what_is_picked_looks_as_it_did() {
    let mut scene = scene([torus([205, 170, 110])]);
    scene.apply(&Command::Pick { x: 0.3, y: 0.5 }, VIEWPORT).unwrap();
    assert!(scene.picked().is_some());
    check("marker", &scene);
}

#[test]
fn everything_together_looks_as_it_did() {
    check("everything", &everything());
}

#[test]
fn everything_together_without_perspective_looks_as_it_did() {
    check("everything_orthographic", &orthographic(everything()));
}

#[test]
fn an_empty_scene_is_its_background() {
    check("empty", &scene([]));
}

/// The scene of a ball in a box of voxels, whose numbers fall from its middle outwards.
fn ball(mode: VolumeMode) -> Scene {
    let mut layer = common::ball();
    layer.style.volume.mode = mode;
    scene([layer, fibres()])
}

#[test]
fn slices_of_a_volume_look_as_they_did() {
    check("volume_slices", &ball(VolumeMode::Slices));
}

#[test]
fn labels_of_a_volume_look_as_they_did() {
    for (name, mode) in [
        ("labels_slices", VolumeMode::Slices),
        ("labels_fog", VolumeMode::Fog),
        ("labels_surface", VolumeMode::Surface),
    ] {
        check(name, &scene([common::shells(mode)]));
    }
}

#[test]
fn the_fog_of_a_volume_looks_as_it_did() {
    check("volume_fog", &ball(VolumeMode::Fog));
    check("volume_fog_orthographic", &orthographic(ball(VolumeMode::Fog)));
}

#[test]
fn the_greatest_numbers_of_a_volume_look_as_they_did() {
    check("volume_maximum", &ball(VolumeMode::Maximum));
}

#[test]
fn the_surface_of_a_volume_looks_as_it_did() {
    check("volume_surface", &ball(VolumeMode::Surface));
}

#[test]
fn a_large_picture_drawn_in_parts_is_the_same_as_one_drawn_at_once() {
    let mut scene = everything();
    scene.add(common::ball());
    let whole = renderer(VIEWPORT, false).capture(&scene).unwrap();
    let mut shares = Vec::new();
    let mut small = renderer(Viewport { width: 220, height: 190 }, false);
    let in_parts = small.capture_large(&scene, VIEWPORT, |share| {
        shares.push(share);
        true
    });
    let in_parts = in_parts.unwrap().unwrap();
    assert_eq!((in_parts.width, in_parts.height, shares.last()), (VIEWPORT.width, VIEWPORT.height, Some(&1.0)));
    let (mean, off) = difference(&whole, &in_parts, STEP);
    assert!(shares.len() > 4 && mean < 0.3 && off < 0.001, "{mean} {off} {shares:?}");
    assert_eq!(small.capture_large(&scene, VIEWPORT, |_| false).unwrap(), None);
}

/// The same scene with a part of it left out.
fn clipped(mut scene: Scene, settings: &[(&str, Value)]) -> Scene {
    for (property, value) in settings {
        set(&mut scene, property, value.clone());
    }
    scene
}

fn boxed(scene: Scene) -> Scene {
    let choice = |id: &str| Value::Choice(id.into());
    let settings = [
        ("clip", choice("box")),
        ("clip_x", Value::Interval([-0.2, 0.3])),
        ("clip_y", Value::Interval([-0.5, 0.1])),
        ("clip_z", Value::Interval([-0.5, 0.08])),
    ];
    clipped(scene, &settings)
}

fn cut(scene: Scene, axis: &str, at: f64, flipped: bool) -> Scene {
    let choice = |id: &str| Value::Choice(id.into());
    let settings = [
        ("clip", choice("plane")),
        ("clip_axis", choice(axis)),
        ("clip_at", Value::Number(at)),
        ("clip_flipped", Value::Toggle(flipped)),
    ];
    clipped(scene, &settings)
}

#[test]
fn points_in_a_clip_box_look_as_they_did() {
    let scene = boxed(scene([hills(300)]));
    check("clip_points", &scene);
    let u32_picture = renderer(VIEWPORT, true).capture(&scene).unwrap();
    assert!(u32_picture == renderer(VIEWPORT, false).capture(&scene).unwrap(), "32-bit atomics clip otherwise");
}

#[test]
fn a_mesh_cut_by_a_plane_looks_as_it_did() {
    check("clip_mesh", &cut(scene([torus([205, 170, 110])]), "y", 0.1, true));
    check("clip_mesh_view", &orthographic(cut(scene([torus([205, 170, 110])]), "view", 0.02, false)));
}

#[test]
fn everything_in_a_clip_box_looks_as_it_did() {
    check("clip_everything", &boxed(everything()));
}

#[test]
fn a_volume_cut_by_a_plane_looks_as_it_did() {
    for (name, mode) in [
        ("clip_volume_fog", VolumeMode::Fog),
        ("clip_volume_slices", VolumeMode::Slices),
        ("clip_volume_surface", VolumeMode::Surface),
    ] {
        check(name, &cut(ball(mode), "x", 0.1, false));
    }
}

#[test]
fn a_clip_that_is_turned_off_leaves_the_picture_as_it_was() {
    let mut renderer = renderer(VIEWPORT, false);
    let mut scene = scene([hills(100), torus([205, 170, 110])]);
    let before = renderer.capture(&scene).unwrap();
    scene = boxed(scene);
    let clipped = renderer.capture(&scene).unwrap();
    assert!(difference(&before, &clipped, STEP).1 > 0.05);
    set(&mut scene, "clip", Value::Choice("off".into()));
    assert!(renderer.capture(&scene).unwrap() == before);
}

#[test]
fn what_is_selected_stands_out() {
    let mut scene = scene([hills(300), torus([205, 170, 110]), fibres(), spiral()]);
    let corners = vec![[0.25, 0.35], [0.34, 0.35], [0.36, 0.5], [0.48, 0.75], [0.38, 0.7], [0.3, 0.6]];
    let select = Command::Select { shape: Shape::Lasso { corners }, how: How::Replace };
    scene.apply(&select, VIEWPORT).unwrap();
    check("selection", &scene);
    let mut renderer = renderer(VIEWPORT, false);
    let selected = renderer.capture(&scene).unwrap();
    scene.apply(&Command::ClearSelection, VIEWPORT).unwrap();
    assert!(difference(&selected, &renderer.capture(&scene).unwrap(), STEP).1 > 0.03);
    scene.apply(&Command::Undo, VIEWPORT).unwrap();
    assert!(renderer.capture(&scene).unwrap() == selected);
}

#[test]
fn selected_voxels_stand_out() {
    let corners = vec![[0.2, 0.1], [0.5, 0.3], [0.45, 0.5], [0.6, 0.9], [0.3, 0.8]];
    for (name, mode) in [
        ("selection_slices", VolumeMode::Slices),
        ("selection_fog", VolumeMode::Fog),
        ("selection_maximum", VolumeMode::Maximum),
        ("selection_surface", VolumeMode::Surface),
    ] {
        let mut layer = common::ball();
        layer.style.volume.mode = mode;
        let mut scene = scene([layer]);
        let mut renderer = renderer(VIEWPORT, false);
        let before = renderer.capture(&scene).unwrap();
        let shape = Shape::Lasso { corners: corners.clone() };
        scene.apply(&Command::Select { shape, how: How::Replace }, VIEWPORT).unwrap();
        let selected = renderer.capture(&scene).unwrap();
        check_image(name, &selected);
        let (_, off) = difference(&before, &selected, STEP);
        assert!(off > 0.02, "{name}: {off} of the picture is dimmed");
        // All of it selected is as bright as nothing selected, but for what is drawn between a voxel and one that is clear.
        let everywhere = Shape::Box { from: [-1.0, -1.0], to: [2.0, 2.0] };
        scene.apply(&Command::Select { shape: everywhere, how: How::Replace }, VIEWPORT).unwrap();
        let (_, off) = difference(&before, &renderer.capture(&scene).unwrap(), STEP);
        assert!(off < 0.002, "{name}: {off} of what is selected as a whole is dimmed");
        scene.apply(&Command::ClearSelection, VIEWPORT).unwrap();
        assert!(renderer.capture(&scene).unwrap() == before, "{name}");
    }
}

#[test]
fn a_volume_is_dimmed_when_something_else_is_selected() {
    let mut scene = ball(VolumeMode::Slices);
    let mut renderer = renderer(VIEWPORT, false);
    let before = renderer.capture(&scene).unwrap();
    let id = scene.layers()[0].id;
    let show = |on| Command::Set { layer: Some(id), property: "visible".into(), value: Value::Toggle(on) };
    let everywhere = Shape::Box { from: [-1.0, -1.0], to: [2.0, 2.0] };
    for command in [show(false), Command::Select { shape: everywhere, how: How::Replace }, show(true)] {
        scene.apply(&command, VIEWPORT).unwrap();
    }
    let (_, off) = difference(&before, &renderer.capture(&scene).unwrap(), STEP);
    assert!(off > 0.01, "{off} of the picture is dimmed");
}

/// Layers with one thing about how they are drawn changed.
fn styled<const N: usize>(layers: [LoadedLayer; N], change: impl Fn(usize, &mut Style)) -> Scene {
    scene(layers.into_iter().enumerate().map(|(index, mut layer)| {
        change(index, &mut layer.style);
        layer
    }))
}

#[test]
fn one_sees_through_a_mesh_to_what_is_in_it() {
    check(
        "glass_mesh",
        &styled([torus([205, 170, 110]), fibres()], |index, style| {
            style.opacity = if index == 0 { 0.35 } else { 1.0 };
        }),
    );
}

#[test]
fn one_sees_through_points_lines_and_nodes() {
    check("glass_all", &styled([hills(300), fibres(), spiral()], |_, style| style.opacity = 0.4));
}

#[test]
fn one_sees_through_points_alike_with_32_bit_atomics() {
    let scene = styled([hills(300), torus([205, 170, 110])], |_, style| style.opacity = 0.4);
    let u64_picture = renderer(VIEWPORT, false).capture(&scene).unwrap();
    let u32_picture = renderer(VIEWPORT, true).capture(&scene).unwrap();
    assert!(u64_picture == u32_picture, "they differ: {:?}", difference(&u64_picture, &u32_picture, 0));
}

#[test]
fn a_layer_of_no_opacity_is_as_if_it_were_not_shown() {
    let of = |opacity, visible| {
        let mut scene = styled([torus([205, 170, 110]), fibres()], |index, style| {
            style.opacity = if index == 0 { opacity } else { 1.0 };
        });
        let layer = scene.layers()[0].id;
        let command = Command::Set { layer: Some(layer), property: "visible".into(), value: Value::Toggle(visible) };
        scene.apply(&command, VIEWPORT).unwrap();
        renderer(VIEWPORT, false).capture(&scene).unwrap()
    };
    assert!(of(0.0, true) == of(1.0, false));
    assert!(of(0.5, true) != of(1.0, true));
}

#[test]
fn a_mesh_is_flat_has_edges_or_is_wire() {
    for (name, shading) in [("mesh_flat", Shading::Flat), ("mesh_edges", Shading::Edges), ("mesh_wire", Shading::Wire)]
    {
        check(name, &styled([torus([205, 170, 110])], |_, style| style.shading = shading));
    }
}

fn tubes() -> Scene {
    styled([fibres()], |_, style| (style.in_data_units, style.diameter) = (true, Some(0.035)))
}

#[test]
fn tubes_look_as_they_did() {
    check("tubes", &tubes());
    check("tubes_orthographic", &orthographic(tubes()));
}

#[test]
fn a_picture_of_tubes_drawn_in_parts_is_the_same_as_one_drawn_at_once() {
    let whole = Viewport { width: 320, height: 180 };
    let at_once = renderer(whole, false).capture(&tubes()).unwrap();
    let small = Viewport { width: 140, height: 140 };
    let in_parts = renderer(small, false).capture_large(&tubes(), whole, |_| true).unwrap().unwrap();
    let (mean, off) = difference(&at_once, &in_parts, STEP);
    assert!(mean < 0.5 && off < 0.001, "{mean} {off}");
}

#[test]
fn points_in_the_units_of_the_data_are_larger_where_they_are_nearer() {
    check(
        "points_in_data_units",
        &styled([hills(40)], |_, style| {
            (style.in_data_units, style.diameter) = (true, Some(0.02));
        }),
    );
}

#[test]
fn one_sees_through_the_surface_of_a_volume() {
    check(
        "glass_volume",
        &styled([common::ball(), fibres()], |index, style| {
            style.volume.mode = VolumeMode::Surface;
            style.opacity = if index == 0 { 0.5 } else { 1.0 };
        }),
    );
}
