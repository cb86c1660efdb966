//! What is kept and handed on: sessions, views by their code, large pictures, and who did what.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use common::browser::{Browser, LIVE};
use common::{Heliograph, sample, scratch, wait_until};
use heliograph_scene::view::View;
use serde_json::{Value, json};

fn scene(host: &mut Heliograph) -> Value {
    host.ask(&json!({"do": "scene"}));
    host.event("scene")["scene"].take()
}

fn command(host: &mut Heliograph, command: &Value) {
    host.ask(&json!({"do": "command", "command": command}));
}

fn set(host: &mut Heliograph, layer: &Value, property: &str, value: &Value) {
    command(host, &json!({"type": "set", "layer": layer, "property": property, "value": value}));
}

fn view(host: &mut Heliograph) -> View {
    host.ask(&json!({"do": "view"}));
    View::of_code(host.event("view")["code"].as_str().unwrap()).unwrap()
}

/// Two layers, none of them as it was at first.
fn changed_host() -> Heliograph {
    let mut host = Heliograph::headless(&[&sample("autzen.laz"), &sample("brain.nii.gz")]);
    wait_until("both are there", || scene(&mut host)["layers"].as_array().unwrap().len() == 2);
    set(&mut host, &json!(1), "color_by", &json!({"choice": "intensity"}));
    set(&mut host, &json!(1), "color_range", &json!({"interval": [10, 90]}));
    set(&mut host, &json!(2), "volume_mode", &json!({"choice": "fog"}));
    set(&mut host, &Value::Null, "background", &json!({"choice": "light"}));
    command(&mut host, &json!({"type": "rename_layer", "layer": 1, "name": "Park"}));
    command(&mut host, &json!({"type": "move_layer", "layer": 1, "to": 1}));
    command(&mut host, &json!({"type": "orbit", "dx": 0.2, "dy": 0.1}));
    wait_until("all of it is told", || scene(&mut host)["undo"]["what"] == "place of Park");
    host
}

#[test]
fn a_session_is_saved_and_opened_again_as_it_was() {
    let mut host = changed_host();
    let path = scratch("talk.heliograph");
    host.ask(&json!({"do": "save", "path": path}));
    host.event("saved");
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains("app/samples/autzen.laz") && !text.contains("\"/"), "files by relative path: {text}");
    let (before, before_view) = (scene(&mut host), view(&mut host));

    let mut again = Heliograph::headless(&[&sample("airplane.ply"), path.to_str().unwrap()]);
    wait_until("the session is open", || scene(&mut again)["layers"].as_array().unwrap().len() == 2);
    wait_until("it is as it was", || view(&mut again) == before_view);
    let told = |scene: &Value| {
        let layers = scene["layers"].as_array().unwrap().iter();
        layers.map(|layer| (layer["name"].clone(), layer["properties"].clone())).collect::<Vec<_>>()
    };
    wait_until("it is told so", || told(&scene(&mut again)) == told(&before));
    // What was open before has made room, and comes back by undoing.
    command(&mut again, &json!({"type": "undo"}));
    command(&mut again, &json!({"type": "undo"}));
    wait_until("the airplane is back", || scene(&mut again)["title"].as_str().unwrap().contains("airplane"));
}

#[test]
fn a_session_whose_file_is_gone_opens_what_is_left_and_one_that_is_broken_says_so() {
    let folder = scratch("gone");
    std::fs::create_dir_all(&folder).unwrap();
    let plane = folder.join("plane.ply");
    std::fs::copy(sample("airplane.ply"), &plane).unwrap();
    let mut host = Heliograph::headless(&[plane.to_str().unwrap(), &sample("miserables.json")]);
    wait_until("both are there", || scene(&mut host)["layers"].as_array().unwrap().len() == 2);
    let path = folder.join("s.heliograph");
    host.ask(&json!({"do": "save", "path": path}));
    host.event("saved");
    std::fs::remove_file(&plane).unwrap();
    let mut again = Heliograph::headless(&[path.to_str().unwrap()]);
    let problem = again.seen("error").cloned().unwrap_or_else(|| again.event("error"));
    assert!(problem["message"].as_str().unwrap().starts_with("plane.ply does not exist"), "{problem}");
    wait_until("the other is there", || scene(&mut again)["title"] == "miserables");

    std::fs::write(&path, "{\"heliograph\": 1, \"files\": [").unwrap();
    again.ask(&json!({"do": "open", "files": [path]}));
    let problem = again.event("error");
    assert!(problem["message"].as_str().unwrap().starts_with("s.heliograph is not a session: "), "{problem}");
}

#[test]
fn a_view_is_handed_from_page_to_page_by_its_code_and_undone_under_the_name_of_who_opened_it() {
    let mut host = changed_host();
    let mut browser = Browser::launch();
    browser.open("guest", &host.control_link());
    browser.wait("guest", LIVE);
    // Also when the bars are away.
    browser.wait("guest", "document.body.classList.contains('quiet')");
    browser.ask(&json!({"do": "key", "page": "guest", "key": "l"}));
    let is_seen = "checkVisibility({ opacityProperty: true, visibilityProperty: true }) === true";
    browser.wait("guest", &format!("document.querySelector('.views input')?.{is_seen}"));
    // As on a page without https, whose clipboard is closed.
    browser.eval("guest", "navigator.clipboard.writeText = () => Promise.reject(new Error('closed'))");
    browser.eval(
        "guest",
        "[...document.querySelectorAll('.views button')].find((one) => one.textContent.startsWith('Copy')).click()",
    );
    browser.wait("guest", "document.querySelector('.views input').value.startsWith('hv1.')");
    let code = browser.eval("guest", "document.querySelector('.views input').value");
    let kept = view(&mut host);
    assert_eq!(View::of_code(code.as_str().unwrap()).unwrap(), kept, "page and host make the same view");

    command(&mut host, &json!({"type": "orbit", "dx": -0.4, "dy": 0.0}));
    set(&mut host, &Value::Null, "background", &json!({"choice": "black"}));
    wait_until("the host looks elsewhere", || view(&mut host) != kept);
    let paste = "const field = document.querySelector('.views input'); field.value = `look: ${field.value}`; field.dispatchEvent(new Event('input', { bubbles: true }))";
    browser.eval("guest", &format!("{{ {paste} }}"));
    wait_until("the view is back", || view(&mut host) == kept);
    wait_until("the step is told", || scene(&mut host)["undo"]["what"] == "view");
    let step = scene(&mut host)["undo"].clone();
    assert!(step["by"].as_str().is_some_and(|name| !name.is_empty()), "{step}");
    browser.wait("guest", "document.querySelector('[data-key=undo]').textContent.startsWith('Undo view (')");
    browser.eval("guest", "document.querySelector('[data-key=undo]').click()");
    wait_until("the background is black again", || view(&mut host) != kept);

    // What was copied in part is refused, and whoever pasted it is told why.
    let broken = "document.querySelector('.views input').value = 'hv1.AAAA'";
    browser.eval("guest", &format!("{{ {broken}; {paste} }}"));
    browser.wait("guest", "document.querySelector('#hint').innerText.startsWith('This is not the code of a view: ')");

    // And by a link that names it.
    let link = format!("{}&view={}", host.control_link(), code.as_str().unwrap());
    browser.open("second", &link);
    browser.wait("second", LIVE);
    wait_until("the link's view is open", || view(&mut host) == kept);
    browser.assert_no_errors();
}

#[test]
fn a_layer_is_renamed_and_moved_from_the_page() {
    let mut host = changed_host();
    let mut browser = Browser::launch();
    browser.open("guest", &host.control_link());
    // As a rule before there is anything to show: it is shown once there is.
    browser.ask(&json!({"do": "key", "page": "guest", "key": "l"}));
    browser.wait("guest", "document.querySelector('[data-key=\"up-1\"]') !== null");
    browser.eval("guest", "document.querySelector('[data-key=\"up-1\"]').click()");
    wait_until("it is moved", || scene(&mut host)["layers"][0]["name"] == "Park");
    browser.wait("guest", "document.querySelector('[data-key=\"up-1\"]') === null");
    browser.eval("guest", "document.querySelector('[data-key=\"rename-1\"]').click()");
    let typed = "const field = document.querySelector('input.layer'); field.value = 'Riverside'; field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }))";
    browser.eval("guest", &format!("{{ {typed} }}"));
    wait_until("it is renamed", || scene(&mut host)["layers"][0]["name"] == "Riverside");
    browser.wait("guest", "document.querySelector('#layer-list bdi').textContent === 'Riverside'");
    browser.assert_no_errors();
}

#[test]
fn a_picture_larger_than_the_window_is_saved_beside_everything_else() {
    let mut host = changed_host();
    let path = scratch("large.png");
    host.ask(&json!({"do": "export", "path": path, "width": 2600, "height": 1400}));
    host.event("screenshot");
    let picture = common::picture::read_png(&path);
    assert_eq!((picture.width, picture.height), (2600, 1400));
    assert!(picture.contrast() > 3.0, "nothing is to be seen");
    // With what stands beside the data, the corner where legends are is no longer background.
    command(&mut host, &json!({"type": "set", "layer": 1, "property": "color_by", "value": {"choice": "height"}}));
    let lettered = scratch("lettered.png");
    let mut corner = |path: &std::path::Path, legend: bool| {
        host.ask(&json!({"do": "export", "path": path, "width": 2600, "height": 1400, "legend": legend}));
        host.event("screenshot");
        let picture = common::picture::read_png(path);
        picture.part(2200, 20, 400, 400).contrast()
    };
    let (bare, with_legend) = (corner(&path, false), corner(&lettered, true));
    assert!(with_legend > bare + 3.0, "{bare} without, {with_legend} with a legend");
    host.ask(&json!({"do": "export", "path": path, "width": 100_000, "height": 1400}));
    assert!(host.event("error")["message"].as_str().unwrap().contains("64 to 8192"));
}

#[test]
fn what_would_take_more_memory_than_allowed_is_refused_before_it_is_read() {
    let mut host = Heliograph::start(&["--headless", "--max-memory", "1M", &sample("autzen.laz")]);
    let problem = host.event("error");
    assert!(problem["message"].as_str().unwrap().contains("takes at most 1 MB"), "{problem}");
}

#[test]
fn a_guest_measures_and_selects_on_the_picture_and_the_host_keeps_the_table() {
    let mut host = Heliograph::headless(&[&sample("autzen.laz")]);
    wait_until("it is there", || scene(&mut host)["layers"].as_array().unwrap().len() == 1);
    let mut browser = Browser::launch();
    browser.open("guest", &host.control_link());
    browser.wait("guest", LIVE);
    browser.ask(&json!({"do": "key", "page": "guest", "key": "5"}));
    browser.ask(&json!({"do": "key", "page": "guest", "key": "l"}));
    browser.wait("guest", "document.querySelectorAll('.views [aria-pressed]').length === 3");
    let press = |browser: &mut Browser, name: &str| {
        let find = format!(
            "[...document.querySelectorAll('.views button')].find((one) => one.textContent === '{name}').click()"
        );
        browser.eval("guest", &find);
    };
    press(&mut browser, "Measure");
    for place in [(450, 360), (700, 360)] {
        browser.drag("guest", place, place, 1);
    }
    wait_until("both ends are set", || !scene(&mut host)["measure"]["distance"].is_null());
    browser.wait("guest", "document.querySelector('#labels .distance')?.textContent.length > 0");
    let measured = scene(&mut host)["measure"].clone();
    let end = |name: &str, axis: usize| measured[name]["world"][axis].as_f64().unwrap();
    let distance = (0..3).map(|axis| (end("from", axis) - end("to", axis)).powi(2)).sum::<f64>().sqrt();
    let told: f64 = measured["distance"].as_str().unwrap().replace(',', "").parse().unwrap();
    assert!((distance - told).abs() < 0.01 * distance && distance > 50.0, "{measured}");

    press(&mut browser, "Select in a box");
    browser.drag("guest", (450, 250), (700, 450), 8);
    wait_until("points are selected", || !scene(&mut host)["selection"].is_null());
    let selection = scene(&mut host)["selection"]["layers"][0].clone();
    let count = selection["count"].as_u64().unwrap();
    assert!(count > 1000 && count < 110_000, "{selection}");
    browser.wait("guest", "document.querySelector('.views [role=status]').textContent.includes('Distance')");
    let path = scratch("selection.csv");
    host.ask(&json!({"do": "save_selection", "path": path}));
    host.event("saved");
    let table = std::fs::read_to_string(&path).unwrap();
    assert_eq!(table.lines().count() as u64, count + 1);
    assert!(table.starts_with("layer,element,x,y,z,"), "{:.80}", table);
    browser.ask(&json!({"do": "shot", "page": "guest", "path": scratch("marks.png")}));
    press(&mut browser, "Clear");
    wait_until("nothing is marked", || {
        let now = scene(&mut host);
        now["measure"].is_null() && now["selection"].is_null()
    });
    browser.assert_no_errors();
}
