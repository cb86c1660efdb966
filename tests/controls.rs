//! One description, two faces: every control that the host describes is there in the page, sets it, and follows it.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use common::browser::{Browser, LIVE};
use common::{Heliograph, sample, wait_until};
use serde_json::{Value, json};

/// What the host says of its scene now.
fn scene(host: &mut Heliograph) -> Value {
    host.ask(&json!({"do": "scene"}));
    host.event("scene")["scene"].take()
}

/// Every control of the scene, as the layer (or null) and the property.
fn controls(scene: &Value) -> Vec<(Value, Value)> {
    let own = scene["properties"].as_array().unwrap().iter().map(|property| (Value::Null, property.clone()));
    let layers = scene["layers"].as_array().unwrap().iter().flat_map(|layer| {
        layer["properties"].as_array().unwrap().iter().map(|property| (layer["id"].clone(), property.clone()))
    });
    own.chain(layers).collect()
}

fn value_of(scene: &Value, layer: &Value, property: &Value) -> Option<Value> {
    let all = controls(scene);
    let found = all.into_iter().find(|(of, one)| of == layer && one["id"] == property["id"])?;
    Some(found.1["value"].clone())
}

/// Another value that the property takes, and how a hand sets it in `item`.
fn other(property: &Value) -> (Value, String) {
    let (kind, value) = (&property["kind"], &property["value"]);
    let fire = |event: &str| format!("field.dispatchEvent(new Event('{event}', {{ bubbles: true }}))");
    match kind["type"].as_str().unwrap() {
        "range" => {
            let (min, max) = (kind["min"].as_f64().unwrap(), kind["max"].as_f64().unwrap());
            let new = if value["number"] == json!(max) { min } else { max };
            let set =
                format!("const field = item.querySelector('[type=range]'); field.value = {new}; {}", fire("input"));
            (json!({"number": new}), set)
        }
        "interval" => {
            let ends = [value["interval"][0].as_f64().unwrap(), value["interval"][1].as_f64().unwrap()];
            let new = f64::midpoint(ends[0], ends[1]);
            let set = format!(
                "const field = item.querySelectorAll('[type=number]')[1]; field.value = {new}; {}",
                fire("change")
            );
            (json!({"interval": [ends[0], new]}), set)
        }
        "choice" => {
            let options = kind["options"].as_array().unwrap();
            let new = options.iter().map(|option| &option["id"]).find(|id| **id != value["choice"]).unwrap();
            (
                json!({"choice": new}),
                format!("const field = item.querySelector('select'); field.value = {new}; {}", fire("change")),
            )
        }
        "several" => {
            let gone = value["several"][0].clone();
            let rest: Vec<&Value> = value["several"].as_array().unwrap().iter().skip(1).collect();
            (json!({"several": rest}), format!("item.querySelector(`input[value={gone}]`).click()"))
        }
        "toggle" => (json!({"toggle": value["toggle"] != json!(true)}), "item.querySelector('input').click()".into()),
        "color" => {
            let set = format!("const field = item.querySelector('input'); field.value = '#0a141e'; {}", fire("input"));
            (json!({"color": [10, 20, 30]}), set)
        }
        unknown => panic!("the page was never asked for a control of kind {unknown}"),
    }
}

fn key(layer: &Value, property: &Value) -> String {
    let of = if layer.is_null() { "scene".into() } else { layer.to_string() };
    format!("{of}/{}", property["id"].as_str().unwrap())
}

/// The page's control, as what a hand sees in it.
fn shown(browser: &mut Browser, layer: &Value, property: &Value) -> Value {
    let script = format!(
        "(() => {{
            const item = document.querySelector('[data-control=\"{}\"]');
            const fields = [...(item?.querySelectorAll('input, select') ?? [])];
            return fields.map((field) => (field.type === 'checkbox' ? field.checked : field.value));
        }})()",
        key(layer, property)
    );
    browser.eval("guest", &script)
}

fn select(browser: &mut Browser, layer: &Value) {
    if !layer.is_null() {
        browser.eval("guest", &format!("document.querySelector('[data-key=\"select-{layer}\"]').click()"));
    }
}

/// Sets what hides other controls so that as many as can be are there.
fn unfold(host: &mut Heliograph) {
    for (layer, property, id) in [
        (3, "layout", "settle"),
        (1, "color_by", "intensity"),
        (1, "filter_by", "intensity"),
        (1, "sized_in", "data"),
        (3, "filter_by", "group"),
        (3, "link_color_by", "value"),
        (3, "link_filter_by", "value"),
        (2, "color_by", "length"),
        (4, "volume_mode", "fog"),
        (5, "volume_mode", "surface"),
    ] {
        let command = json!({"type": "set", "layer": layer, "property": property, "value": {"choice": id}});
        host.ask(&json!({"do": "command", "command": command}));
    }
    let layout = |host: &mut Heliograph| value_of(&scene(host), &json!(3), &json!({"id": "layout"}));
    wait_until("the network has settled", || layout(host) == Some(json!({"choice": "still"})));
    wait_until("the controls are there", || {
        let ids: Vec<String> = controls(&scene(host)).iter().map(|(of, one)| key(of, one)).collect();
        [
            "1/color_range",
            "1/filter_range",
            "1/diameter",
            "2/color_range",
            "3/filter_kinds",
            "3/link_color_range",
            "3/link_filter_range",
            "4/density",
            "5/level",
            "6/axis_z",
            "7/placement",
            "8/columns_end",
            "8/first_line",
        ]
        .iter()
        .all(|id| ids.iter().any(|one| one == id))
    });
}

#[test]
fn every_control_works_from_the_page_and_follows_the_host() {
    let samples = ["autzen.laz", "tracts.trk", "miserables.json", "brain.nii.gz", "brain.nii.gz"].map(sample);
    // A table, whose columns can be coordinates, a network that can lie on a globe, and a text, which can be read in other ways.
    let others = ["table.parquet", "map.graphml", "airports.csv"]
        .map(|name| format!("{}/core/scene/tests/files/{name}", env!("CARGO_MANIFEST_DIR")));
    let files: Vec<String> = samples.into_iter().chain(others).collect();
    let mut host = Heliograph::headless(&files.iter().map(String::as_str).collect::<Vec<_>>());
    unfold(&mut host);
    let mut browser = Browser::launch();
    browser.open("guest", &host.control_link());
    browser.wait("guest", LIVE);
    browser.ask(&json!({"do": "key", "page": "guest", "key": "l"}));
    browser.wait("guest", "document.querySelectorAll('#layer-list li').length === 8");

    // What one sets may hide or reset another: the list is asked for anew each time, and what was tried is not tried again.
    // A layout ends by itself and cannot be undone: it is tried below.
    let mut tried: Vec<String> = vec!["3/layout".into()];
    loop {
        let now = scene(&mut host);
        let next = controls(&now).into_iter().find(|(layer, property)| !tried.contains(&key(layer, property)));
        let Some((layer, property)) = next else { break };
        let name = key(&layer, &property);
        tried.push(name.clone());
        let (new, how) = other(&property);
        select(&mut browser, &layer);
        browser.wait("guest", &format!("document.querySelector('[data-control=\"{name}\"]') !== null"));
        let before = shown(&mut browser, &layer, &property);
        browser
            .eval("guest", &format!("{{ const item = document.querySelector('[data-control=\"{name}\"]'); {how} }}"));
        wait_until(&format!("{name} is {new} at the host"), || {
            value_of(&scene(&mut host), &layer, &property) == Some(new.clone())
        });

        // And back: the host undoes it, and the page's control shows what it was.
        host.ask(&json!({"do": "command", "command": {"type": "undo"}}));
        wait_until(&format!("{name} is undone"), || {
            value_of(&scene(&mut host), &layer, &property) == Some(property["value"].clone())
        });
        let mut is_back = || shown(&mut browser, &layer, &property) == before;
        wait_until(&format!("the page shows the old {name}"), &mut is_back);
    }
    assert!(tried.len() >= 40, "{tried:?}");

    select(&mut browser, &json!(3));
    browser.wait("guest", "document.querySelector('[data-control=\"3/layout\"] select')?.value === 'still'");
    let run = "{ const field = document.querySelector('[data-control=\"3/layout\"] select'); field.value = 'run'; \
         field.dispatchEvent(new Event('change', { bubbles: true })); }";
    let motion = |host: &mut Heliograph| value_of(&scene(host), &json!(3), &json!({"id": "layout"}));
    // A machine that is busy may see it only when it stands still again: then once more.
    wait_until("the layout runs", || {
        browser.eval("guest", run);
        motion(&mut host) == Some(json!({"choice": "run"}))
    });
    wait_until("the layout has settled", || motion(&mut host) == Some(json!({"choice": "still"})));
    browser.wait("guest", "document.querySelector('[data-control=\"3/layout\"] select')?.value === 'still'");
    browser.assert_no_errors();
}

#[test]
fn who_only_looks_sees_the_controls_and_cannot_move_them() {
    let mut host = Heliograph::headless(&[&sample("airplane.ply")]);
    wait_until("the layer is told", || !scene(&mut host)["layers"].as_array().unwrap().is_empty());
    let before = scene(&mut host);
    let mut browser = Browser::launch();
    browser.open("guest", &host.view_link());
    browser.wait("guest", LIVE);
    browser.ask(&json!({"do": "key", "page": "guest", "key": "l"}));
    browser.wait("guest", "document.querySelectorAll('#scene-controls > *').length > 0");
    let enabled = "[...document.querySelectorAll('#layers .control :is(input, select), #layer-list input')].filter((one) => !one.disabled).length";
    assert_eq!(browser.eval("guest", enabled), json!(0));
    assert_eq!(scene(&mut host), before);
    browser.assert_no_errors();
}

#[test]
fn a_legend_says_in_the_page_what_the_colours_mean() {
    let mut host = Heliograph::headless(&[&sample("autzen.laz")]);
    let mut browser = Browser::launch();
    browser.open("guest", &host.view_link());
    browser.wait("guest", LIVE);
    let command = json!({"type": "set", "layer": 1, "property": "color_by", "value": {"choice": "classification"}});
    host.ask(&json!({"do": "command", "command": command}));
    browser.wait("guest", "document.querySelector('#legends figcaption')?.textContent === 'Classification'");
    let labels = browser.eval("guest", "[...document.querySelectorAll('#legends li')].map((item) => item.textContent)");
    assert_eq!(labels, json!(["Unclassified", "Ground"]));
    let command = json!({"type": "set", "layer": 1, "property": "color_by", "value": {"choice": "height"}});
    host.ask(&json!({"do": "command", "command": command}));
    browser.wait("guest", "document.querySelector('#legends figcaption')?.textContent === 'Height'");
    let ticks = browser.eval("guest", "[...document.querySelectorAll('#legends li')].map((item) => item.textContent)");
    assert_eq!(ticks, json!(["520.5", "491.9", "463.4", "434.8", "406.3"]));
    browser.assert_no_errors();
}
