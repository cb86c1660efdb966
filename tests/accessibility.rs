//! Whoever hears the page, or uses it by keys alone: axe-core's rules (WCAG 2.2, levels A and AA) in every state of the page.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use common::browser::{Browser, LIVE};
use common::{Heliograph, sample, wait_until};
use serde_json::{Value, json};

/// axe-core, from the packages that the page's checks use.
fn axe() -> String {
    let path = format!("{}/node_modules/axe-core/axe.min.js", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}; `make test` installs it"))
}

/// What of the page as it is now breaks a rule, seriously or worse, as `rule: what` lines.
fn serious(browser: &mut Browser, page: &str) -> Vec<String> {
    let run = "axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)}: ${failureSummary}`)))";
    let found = browser.eval(page, run);
    found.as_array().unwrap().iter().map(|line| line.as_str().unwrap().to_owned()).collect()
}

fn check(browser: &mut Browser, page: &str, state: &str) {
    let found = serious(browser, page);
    assert!(found.is_empty(), "{page}, {state}:\n{}", found.join("\n"));
}

#[test]
fn no_state_of_the_page_breaks_a_serious_rule() {
    let mut host = Heliograph::headless(&[&sample("autzen.laz"), &sample("brain.nii.gz"), &sample("miserables.json")]);
    let scene = |host: &mut Heliograph| -> Value {
        host.ask(&json!({"do": "scene"}));
        host.event("scene")["scene"].take()
    };
    wait_until("all layers are there", || scene(&mut host)["layers"].as_array().unwrap().len() == 3);
    for (layer, property, choice) in
        [(1, "color_by", "classification"), (1, "filter_by", "classification"), (3, "color_by", "group")]
    {
        let value = json!({"choice": choice});
        let command = json!({"type": "set", "layer": layer, "property": property, "value": value});
        host.ask(&json!({"do": "command", "command": command}));
    }
    let axe = axe();
    let mut browser = Browser::launch();
    let control = host.control_link();
    let pages = [
        ("dark", control.clone(), "dark", 1280),
        ("light", control.clone(), "light", 1280),
        ("phone", control, "light", 390),
        ("looks", host.view_link(), "dark", 1280),
    ];
    for (page, link, theme, width) in pages {
        browser.ask(&json!({"do": "open", "page": page, "url": link, "theme": theme, "width": width}));
        browser.wait(page, LIVE);
        browser.eval(page, &axe);
        check(&mut browser, page, "live");
        for (key, opened) in [
            ("l", "document.querySelectorAll('#layer-controls > *').length > 2"),
            ("p", "!document.getElementById('people').hidden"),
            ("s", "document.getElementById('s-frames').textContent.endsWith('/s')"),
        ] {
            browser.ask(&json!({"do": "key", "page": page, "key": key}));
            browser.wait(page, opened);
            check(&mut browser, page, &format!("after {key}"));
        }
        // Each layer has other controls.
        for layer in [2, 3] {
            browser.eval(page, &format!("document.querySelector('[data-key=\"select-{layer}\"]').click()"));
            check(&mut browser, page, &format!("controls of layer {layer}"));
        }
        browser.ask(&json!({"do": "key", "page": page, "key": "Escape"}));
        browser.ask(&json!({"do": "key", "page": page, "key": "?"}));
        browser.wait(page, "document.getElementById('help').open");
        check(&mut browser, page, "help");
        browser.ask(&json!({"do": "key", "page": page, "key": "?"}));
    }
    host.ask(&json!({"do": "end_share"}));
    browser.wait("dark", "!document.getElementById('card').hidden || document.getElementById('card').offsetHeight > 0");
    check(&mut browser, "dark", "after the end");
    check(&mut browser, "light", "after the end");
}

#[test]
fn the_rules_are_really_asked() {
    let mut host = Heliograph::headless(&[&sample("airplane.ply")]);
    let mut browser = Browser::launch();
    browser.watch("guest", &host.view_link());
    browser.eval("guest", &axe());
    browser.eval("guest", "document.body.append(document.createElement('button'))");
    let found = serious(&mut browser, "guest");
    assert!(found.iter().any(|line| line.starts_with("button-name")), "{found:?}");
    host.kill();
}
