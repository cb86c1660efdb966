//! A text table is read again as one says: in the place of what was there, kept in sessions, and not at all where it cannot be.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use common::browser::{Browser, LIVE};
use common::{Heliograph, scratch, wait_until};
use serde_json::{Value, json};

/// Its blanks are taken for parts of numbers, because a comma is in each.
const COMMAS: &str = "1,5 2,5 3,5\n4,0 5,25 6,0\n";
/// The middle of its points, as guessed and as it is.
const MIDDLES: [[f64; 3]; 2] = [[2.5, 2.5, 0.0], [2.75, 3.875, 4.75]];

fn scene(host: &mut Heliograph) -> Value {
    host.ask(&json!({"do": "scene"}));
    host.event("scene")["scene"].take()
}

fn set(host: &mut Heliograph, property: &str, choice: &str) {
    let command = json!({"type": "set", "layer": 1, "property": property, "value": {"choice": choice}});
    host.ask(&json!({"do": "command", "command": command}));
}

fn chosen(host: &mut Heliograph, property: &str) -> Value {
    let scene = scene(host);
    let properties = scene["layers"][0]["properties"].as_array().unwrap();
    properties.iter().find(|one| one["id"] == property).unwrap()["value"]["choice"].clone()
}

/// Waits until the points are there and their middle is this.
fn wait_for(host: &mut Heliograph, what: &str, middle: [f64; 3]) {
    wait_until(what, || scene(host)["origin"] == json!(middle));
}

#[test]
fn a_table_is_read_again_in_its_place_and_so_again_when_its_session_is_opened() {
    let [table, session] = ["decimals.csv", "decimals.heliograph"].map(scratch);
    std::fs::write(&table, COMMAS).unwrap();
    let mut host = Heliograph::headless(&[table.to_str().unwrap()]);
    wait_for(&mut host, "the guess is wrong", MIDDLES[0]);
    set(&mut host, "columns_end", "spaces");
    wait_for(&mut host, "it is put right", MIDDLES[1]);
    host.ask(&json!({"do": "command", "command": {"type": "undo"}}));
    wait_for(&mut host, "it is undone", MIDDLES[0]);
    assert_eq!(chosen(&mut host, "columns_end"), "guess");
    host.ask(&json!({"do": "command", "command": {"type": "redo"}}));
    wait_for(&mut host, "it is done again", MIDDLES[1]);
    host.ask(&json!({"do": "save", "path": session}));
    host.event("saved");
    let mut again = Heliograph::headless(&[session.to_str().unwrap()]);
    wait_for(&mut again, "the session's table is as it was", MIDDLES[1]);
    assert_eq!(chosen(&mut again, "columns_end"), "spaces");
}

#[test]
fn what_cannot_be_read_so_says_why_and_stays_as_it_was() {
    let table = scratch("whole.csv");
    std::fs::write(&table, COMMAS).unwrap();
    let mut host = Heliograph::headless(&[table.to_str().unwrap()]);
    set(&mut host, "columns_end", "semicolon");
    let message = host.event("error")["message"].take();
    let why = "whole.csv holds nothing to draw: it has no two columns of numbers that could be places";
    assert_eq!(message, json!(format!("{why}, so whole stays as it was")));
    assert_eq!(chosen(&mut host, "columns_end"), "guess");
    wait_for(&mut host, "the points are there", MIDDLES[0]);
    // The file is gone: what was read of it is not.
    std::fs::remove_file(&table).unwrap();
    set(&mut host, "columns_end", "spaces");
    let message = host.event("error")["message"].take();
    assert_eq!(message, json!("whole.csv does not exist, so whole stays as it was"));
    wait_for(&mut host, "the points are still there", MIDDLES[0]);
}

#[test]
fn a_guest_whose_reading_cannot_be_is_told_why_and_sees_the_control_go_back() {
    let table = scratch("guest.csv");
    std::fs::write(&table, COMMAS).unwrap();
    let mut host = Heliograph::headless(&[table.to_str().unwrap()]);
    let mut browser = Browser::launch();
    for page in ["guest", "onlooker"] {
        browser.open(page, &host.control_link());
        browser.wait(page, LIVE);
    }
    browser.ask(&json!({"do": "key", "page": "guest", "key": "l"}));
    let field = "document.querySelector('[data-control=\"1/columns_end\"] select')";
    browser.wait("guest", &format!("{field} !== null"));
    let change = "dispatchEvent(new Event('change', { bubbles: true }))";
    browser.eval("guest", &format!("{{ {field}.value = 'semicolon'; {field}.{change} }}"));
    let why = "guest.csv holds nothing to draw: it has no two columns of numbers that could be places, so guest stays as it was";
    let hint = "document.querySelector('#hint')";
    browser.wait("guest", &format!("{hint}.innerText.trim() === {}", json!(why)));
    browser.wait("guest", &format!("{field}.value === 'guess'"));
    assert_eq!(host.event("error")["message"], why, "the host is told, too");
    assert_eq!(browser.eval("onlooker", &format!("{hint}.checkVisibility()")), false, "it is not theirs");
    browser.assert_no_errors();
}

#[test]
fn whoever_changes_their_mind_has_what_they_chose_last() {
    let table = scratch("long.csv");
    let rows: String = (0..20_000).map(|row| format!("{row},5 2,5 3,5\n")).collect();
    std::fs::write(&table, rows).unwrap();
    let mut host = Heliograph::headless(&[table.to_str().unwrap()]);
    wait_for(&mut host, "the guess is wrong", [9999.5, 5.0, 0.0]);
    for choice in ["spaces", "semicolon", "spaces", "guess", "tab", "comma", "bar", "spaces"] {
        set(&mut host, "columns_end", choice);
    }
    wait_for(&mut host, "the last wish is fulfilled", [10_000.0, 2.5, 3.5]);
    assert_eq!(chosen(&mut host, "columns_end"), "spaces");
}
