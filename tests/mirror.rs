//! The whole chain: real data, drawn by the real program, seen and steered in a real browser over real WebRTC.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use common::browser::Browser;
use common::{Heliograph, sample};
use serde_json::json;

/// H.264 at a few Mbit/s of a point cloud, after it has become sharp: far above what a wrong picture reaches.
const SAME_DB: f64 = 24.0;
/// Below this two pictures show different things.
const OTHER_DB: f64 = 20.0;

/// Half the size hides the codec's 4:2:0 chroma, which no sharpness brings back.
fn seen(browser: &mut Browser, page: &str) -> common::picture::Rgba {
    browser.picture(page, 640, 360)
}

#[test]
fn the_hosts_picture_appears_in_the_browser() {
    let mut host = Heliograph::headless(&[&sample("autzen.laz")]);
    let mut browser = Browser::launch();
    browser.watch("guest", &host.control_link());
    let truth = host.screenshot("mirror-appears.png").shrink(2);
    assert!(truth.contrast() > 10.0, "the host draws nothing");
    common::wait_until("the browser shows the host's picture", || {
        seen(&mut browser, "guest").psnr_db(&truth) > SAME_DB
    });
    // It begins small and grows as fast as the line and a busy machine carry it.
    common::wait_until("it has the host's size", || {
        let stats = browser.stats("guest");
        (&stats["width"], &stats["height"]) == (&json!(1280), &json!(720))
    });
    browser.assert_no_errors();
}

#[test]
fn a_drag_in_the_browser_turns_the_scene_there_and_on_the_host() {
    let mut host = Heliograph::headless(&[&sample("autzen.laz")]);
    let mut browser = Browser::launch();
    browser.watch("guest", &host.control_link());
    let before = host.screenshot("mirror-before.png").shrink(2);
    browser.drag("guest", (500, 360), (820, 420), 20);
    let mut after = before.clone();
    common::wait_until("the host's picture turns", || {
        after = host.screenshot("mirror-after.png").shrink(2);
        after.psnr_db(&before) < OTHER_DB
    });
    common::wait_until("the browser shows the turned picture", || {
        after = host.screenshot("mirror-after.png").shrink(2);
        seen(&mut browser, "guest").psnr_db(&after) > SAME_DB
    });
    browser.assert_no_errors();
}

#[test]
fn two_viewers_see_the_same_and_one_of_them_may_only_look() {
    let mut host = Heliograph::headless(&[&sample("tracts.trk")]);
    let mut browser = Browser::launch();
    browser.watch("steers", &host.control_link());
    browser.watch("looks", &host.view_link());
    host.event_where("viewers", |event| event["count"] == 2);
    let before = host.screenshot("two-before.png").shrink(2);

    browser.drag("looks", (500, 360), (900, 360), 10);
    browser.ask(&json!({"do": "key", "page": "looks", "key": "5"}));
    browser.drag("steers", (500, 360), (700, 360), 10);
    let mut after = before.clone();
    common::wait_until("the scene turns", || {
        after = host.screenshot("two-after.png").shrink(2);
        after.psnr_db(&before) < 30.0
    });
    for page in ["steers", "looks"] {
        common::wait_until("each viewer shows the host's picture", || {
            after = host.screenshot("two-after.png").shrink(2);
            seen(&mut browser, page).psnr_db(&after) > SAME_DB
        });
    }
    browser.close("looks");
    host.event_where("viewers", |event| event["count"] == 1);
    browser.assert_no_errors();
}

#[test]
fn keys_wheel_and_touch_steer_as_in_the_window() {
    let mut host = Heliograph::headless(&[&sample("airplane.ply")]);
    let mut browser = Browser::launch();
    browser.ask(&json!({"do": "open", "page": "phone", "url": host.control_link(), "width": 390, "height": 844, "scale": 3, "touch": true}));
    browser.wait("phone", common::browser::LIVE);
    let mut last = host.screenshot("steer-0.png").shrink(2);
    let finger = |kind: &str, points: &[(i32, i32)]| {
        let points: Vec<_> = points.iter().enumerate().map(|(id, (x, y))| json!({"x": x, "y": y, "id": id})).collect();
        json!({"type": kind, "touchPoints": points})
    };
    let gestures = [
        ("a key", json!({"do": "key", "page": "phone", "key": "5"})),
        ("the wheel", json!({"do": "wheel", "page": "phone", "at": [195, 422], "delta": -400})),
        (
            "one finger",
            json!({"do": "touch", "page": "phone", "events": [
                finger("touchStart", &[(150, 420)]), finger("touchMove", &[(200, 425)]), finger("touchMove", &[(260, 430)]), finger("touchEnd", &[])]}),
        ),
        (
            "two fingers",
            json!({"do": "touch", "page": "phone", "events": [
                finger("touchStart", &[(150, 420), (240, 420)]), finger("touchMove", &[(120, 420), (270, 420)]),
                finger("touchMove", &[(80, 420), (310, 420)]), finger("touchEnd", &[])]}),
        ),
    ];
    for (name, gesture) in gestures {
        browser.ask(&gesture);
        common::wait_until(&format!("{name} changes the host's picture"), || {
            let now = host.screenshot("steer-now.png").shrink(2);
            let has_changed = now.psnr_db(&last) < 32.0;
            if has_changed {
                last = now;
            }
            has_changed
        });
    }
    browser.assert_no_errors();
}

#[test]
fn a_viewer_who_vanishes_in_mid_drag_lets_go() {
    let mut host = Heliograph::headless(&[&sample("airplane.ply")]);
    let mut browser = Browser::launch();
    browser.watch("guest", &host.control_link());
    browser.ask(&json!({"do": "drag", "page": "guest", "from": [500, 360], "to": [700, 360], "hold": true}));
    browser.close("guest");
    host.event_where("viewers", |event| event["count"] == 0);
    let rest = host.screenshot("vanish-rest.png");
    browser.watch("next", &host.control_link());
    // Moves without a press turn nothing, whoever vanished before. The key `o` comes after them, so the projection it
    // changes says that they have arrived; the second `o` brings back the very picture of before.
    browser.ask(&json!({"do": "hover", "page": "next", "from": [100, 100], "to": [500, 400]}));
    for (is_same, what) in [(false, "the projection changes"), (true, "the picture is what the vanished one left")] {
        browser.ask(&json!({"do": "key", "page": "next", "key": "o"}));
        common::wait_until(what, || {
            let now = host.screenshot("vanish-now.png");
            (now.psnr_db(&rest) > 40.0) == is_same
        });
    }
    browser.assert_no_errors();
}
