//! On a slow line the page answers the hand before the host does: an outline runs ahead of the picture.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use common::browser::{Browser, LIVE};
use common::{Heliograph, sample, signal, wait_until};
use serde_json::{Value, json};

/// What comes over the channel `pointer` is held back for so long that the page takes the line for a slow one.
const DELAY_MS: u32 = 400;
/// The outline that is in sight, as the path that draws it.
const OUTLINE: &str = "document.querySelector('#outline.on path')?.getAttribute('d') ?? ''";
/// Keeps what is in sight at the end of each displayed frame in which the pointer moved.
const WATCH_FRAMES: &str = "(() => {
  window.frames_seen = [];
  addEventListener('pointermove', () => requestAnimationFrame(() => window.frames_seen.push(OUTLINE)));
})()";

fn open_slow(browser: &mut Browser, page: &str, url: &str) {
    browser.ask(&json!({"do": "open", "page": page, "url": url, "delayMs": DELAY_MS}));
    browser.wait(page, LIVE);
    browser.wait(page, "window.heliograph.stats().roundTripMs > 200 && window.heliograph.camera().shown !== null");
}

/// The angles and the distance of a pose that `heliograph.camera()` tells.
fn numbers(pose: &Value) -> [f64; 3] {
    ["yaw", "pitch", "distance"].map(|name| pose[name].as_f64().unwrap())
}

fn camera(browser: &mut Browser, page: &str) -> Value {
    browser.eval(page, "window.heliograph.camera()")
}

#[test]
fn the_outline_follows_the_hand_before_any_frame_returns_and_the_host_comes_after() {
    let host = Heliograph::headless(&[&sample("airplane.ply")]);
    let mut browser = Browser::launch();
    open_slow(&mut browser, "guest", &host.control_link());
    assert_eq!(browser.eval("guest", OUTLINE), json!(""), "nothing is ahead of the picture yet");
    let before = camera(&mut browser, "guest")["shown"].clone();
    browser.eval("guest", &WATCH_FRAMES.replace("OUTLINE", OUTLINE));

    // The host's program stands still: no frame can show what the hand does.
    signal(host.pid(), "STOP");
    browser
        .ask(&json!({"do": "drag", "page": "guest", "from": [500, 360], "to": [700, 400], "steps": 8, "hold": true}));
    browser.wait("guest", "window.frames_seen.length >= 2");
    let seen = browser.eval("guest", "window.frames_seen");
    let seen: Vec<&str> = seen.as_array().unwrap().iter().map(|outline| outline.as_str().unwrap()).collect();
    // The move from nowhere to where the button goes down comes first, and a click's slop may be another.
    let moved: Vec<&&str> = seen.iter().skip_while(|outline| outline.is_empty()).collect();
    assert!(!moved.is_empty(), "no frame with a move in it had an outline: {seen:?}");
    assert!(moved.iter().all(|outline| outline.starts_with('M')), "the outline was lost again: {seen:?}");
    assert!(moved.is_sorted_by(|a, b| a != b), "a move was displayed that the outline did not follow: {seen:?}");
    let ahead = camera(&mut browser, "guest");
    assert_eq!(ahead["shown"], before, "the picture stands still");
    let foreseen = numbers(&ahead["foreseen"]);
    assert!((foreseen[0] - numbers(&before)[0]).abs() > 0.3, "{ahead}");

    signal(host.pid(), "CONT");
    browser.ask(&json!({"do": "release", "page": "guest"}));
    browser.wait("guest", &format!("({OUTLINE}) === '' && window.heliograph.camera().foreseen === null"));
    let after = numbers(&camera(&mut browser, "guest")["shown"]);
    for (after, foreseen) in after.iter().zip(foreseen) {
        assert!((after - foreseen).abs() < 1e-3, "the host went to {after}, foreseen was {foreseen}");
    }
    browser.assert_no_errors();
}

#[test]
fn who_may_only_look_sees_no_outline_but_the_axes_of_the_picture() {
    let mut host = Heliograph::headless(&[&sample("airplane.ply")]);
    let mut browser = Browser::launch();
    open_slow(&mut browser, "looks", &host.view_link());
    browser.eval("looks", &WATCH_FRAMES.replace("OUTLINE", OUTLINE));
    browser.drag("looks", (500, 360), (700, 400), 8);
    browser.wait("looks", "window.frames_seen.length >= 2");
    let seen = browser.eval("looks", "window.frames_seen");
    assert!(seen.as_array().unwrap().iter().all(|outline| outline == ""), "{seen}");

    let letters = "[...document.querySelectorAll('#axes text')].map((letter) => letter.textContent).sort().join('')";
    assert_eq!(browser.eval("looks", letters), json!("xyz"));
    // From above z points at the viewer: its letter lies over the middle of the axes.
    host.ask(&json!({"do": "command", "command": {"type": "look", "from": "top"}}));
    wait_until("the page shows the camera above", || numbers(&camera(&mut browser, "looks")["shown"])[1] > 1.57);
    browser.wait("looks", "document.querySelector('#axes text:last-of-type')?.textContent === 'z'");
    let command = json!({"type": "set", "layer": null, "property": "show_axes", "value": {"toggle": false}});
    host.ask(&json!({"do": "command", "command": command}));
    browser.wait("looks", &format!("({letters}) === ''"));
    browser.assert_no_errors();
}
