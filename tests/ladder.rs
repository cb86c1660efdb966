//! By which way the picture comes: over the WebSocket where WebRTC does not get through, seen and steered in a real browser.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use common::browser::Browser;
use common::{Heliograph, sample};
use serde_json::json;

/// As in `mirror.rs`: above it two pictures show the same, below it they do not.
const SAME_DB: f64 = 24.0;
const OTHER_DB: f64 = 20.0;

fn sees_and_steers(host: &mut Heliograph, browser: &mut Browser, page: &str, rung: &str) {
    browser.wait(page, &format!("document.body.dataset.rung === '{rung}'"));
    let stats = browser.stats(page);
    let (width, height) = (stats["width"].as_f64().unwrap(), stats["height"].as_f64().unwrap());
    assert!(stats["rung"] == rung && (width / height - 1280.0 / 720.0).abs() < 0.02, "{stats}");
    let before = host.screenshot(&format!("ladder-{page}-before.png")).shrink(2);
    common::wait_until("the page shows the host's picture", || {
        browser.picture(page, 640, 360).psnr_db(&before) > SAME_DB
    });
    browser.drag(page, (500, 360), (820, 420), 20);
    common::wait_until("the page shows the turned picture", || {
        let after = host.screenshot(&format!("ladder-{page}-after.png")).shrink(2);
        after.psnr_db(&before) < OTHER_DB && browser.picture(page, 640, 360).psnr_db(&after) > SAME_DB
    });
    browser.wait(page, "window.heliograph.stats().inputToShownMs.samples.length > 0");
}

#[test]
fn a_page_sees_and_steers_by_the_rung_that_its_address_asks_for() {
    let mut host = Heliograph::headless(&[&sample("autzen.laz")]);
    let mut browser = Browser::launch();
    for rung in ["webcodecs", "jpeg"] {
        browser.watch(rung, &host.control_link().replace("/#", &format!("/?encoding={rung}#")));
        sees_and_steers(&mut host, &mut browser, rung, rung);
    }
    browser.assert_no_errors();
}

#[test]
fn a_browser_that_sends_no_udp_is_carried_by_the_websocket_by_itself() {
    let mut host = Heliograph::headless(&[&sample("autzen.laz")]);
    let mut browser = Browser::launch();
    browser.ask(&json!({"do": "open", "page": "guest", "url": host.control_link(), "udp": false}));
    sees_and_steers(&mut host, &mut browser, "guest", "webcodecs");
    browser.assert_no_errors();
}

#[test]
fn a_websocket_that_breaks_is_there_again_on_the_same_page() {
    let host = Heliograph::headless(&[&sample("airplane.ply")]);
    let mut browser = Browser::launch();
    browser.ask(&json!({"do": "open", "page": "guest", "url": host.control_link(), "spied": true, "udp": false}));
    browser.wait("guest", "document.body.dataset.rung === 'webcodecs'");
    for _ in 0..3 {
        browser.eval("guest", "window.sockets.at(-1).close(), window.heliograph.resetStats()");
        browser.wait("guest", "window.sockets.at(-1).readyState === 1 && window.heliograph.stats().framesShown > 0");
    }
    let sockets = browser.eval("guest", "window.sockets.length");
    assert!(sockets.as_u64().unwrap() >= 4, "{sockets} WebSockets in all");
    browser.wait("guest", "window.heliograph.stats().state === 'live'");
    browser.assert_no_errors();
}
