//! Pictures come out of the GPU whole, in order and without waiting.

#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use common::{VIEWPORT, gpu, renderer, scene, torus};
use heliograph_render::{Image, Renderer};
use heliograph_scene::Viewport;

/// Whatever is still on its way arrives.
fn wait_for_the_gpu() {
    gpu().device.poll(wgpu::PollType::wait_indefinitely()).unwrap();
}

fn arrived(renderer: &mut Renderer<u64>) -> Vec<(u64, Image)> {
    let Viewport { width, height } = renderer.viewport();
    let mut pictures = Vec::new();
    renderer.finish_readbacks(|stamp, bytes, stride_bytes| {
        assert!(stride_bytes >= width as usize * 4 && bytes.len() >= stride_bytes * height as usize);
        let rows = bytes.chunks(stride_bytes).take(height as usize);
        let rgba = rows.flat_map(|row| &row[..width as usize * 4]).copied().collect();
        pictures.push((stamp, Image { width, height, rgba }));
    });
    pictures
}

#[test]
fn what_is_read_back_is_what_is_captured_at_any_width() {
    // The second has rows that do not end where WebGPU wants them to.
    for viewport in [VIEWPORT, Viewport { width: 333, height: 101 }] {
        let mut renderer = renderer(viewport, false);
        let scene = scene([torus([200, 180, 90])]);
        let captured = renderer.capture(&scene).unwrap();
        assert!(renderer.start_readback(42));
        wait_for_the_gpu();
        let pictures = arrived(&mut renderer);
        assert_eq!(pictures.len(), 1);
        assert!(pictures[0] == (42, captured), "at {viewport:?}");
    }
}

#[test]
fn a_fourth_picture_is_dropped_and_counted_and_the_others_arrive_in_order() {
    let mut renderer = renderer(VIEWPORT, false);
    let scene = scene([torus([200, 180, 90])]);
    for round in 0..5 {
        renderer.draw(&scene, true);
        let started: Vec<bool> = (0..4).map(|stamp| renderer.start_readback(round * 10 + stamp)).collect();
        assert_eq!(started, [true, true, true, false]);
        assert_eq!(renderer.readbacks_in_flight(), 3);
        wait_for_the_gpu();
        let stamps: Vec<u64> = arrived(&mut renderer).into_iter().map(|(stamp, _)| stamp).collect();
        assert_eq!(stamps, [round * 10, round * 10 + 1, round * 10 + 2]);
        assert_eq!((renderer.readbacks_in_flight(), renderer.readbacks_dropped()), (0, round + 1));
    }
}

#[test]
fn a_new_size_drops_what_is_on_its_way_and_nothing_else() {
    let mut renderer = renderer(VIEWPORT, false);
    let scene = scene([torus([200, 180, 90])]);
    for step in 0..6u32 {
        renderer.draw(&scene, false);
        assert!(renderer.start_readback(1) && renderer.start_readback(2));
        let viewport = Viewport { width: 200 + 37 * step, height: 150 };
        renderer.resize(viewport);
        assert_eq!(renderer.readbacks_in_flight(), 0);
        assert_eq!(renderer.viewport(), viewport);
        renderer.draw(&scene, false);
        assert!(renderer.start_readback(3));
        wait_for_the_gpu();
        let stamps: Vec<u64> = arrived(&mut renderer).into_iter().map(|(stamp, _)| stamp).collect();
        assert_eq!(stamps, [3]);
    }
    assert_eq!(renderer.gpu().take_error(), None);
}

#[test]
fn a_picture_of_no_size_or_of_too_much_is_drawn_at_a_size_that_can_be() {
    let mut renderer = renderer(Viewport { width: 0, height: 0 }, false);
    assert_eq!(renderer.viewport(), Viewport { width: 1, height: 1 });
    assert!(renderer.draw(&scene([torus([200, 180, 90])]), false).whole);
    let most = gpu().device.limits().max_texture_dimension_2d;
    renderer.resize(Viewport { width: u32::MAX, height: 1 });
    assert_eq!(renderer.viewport(), Viewport { width: most, height: 1 });
}
