//! What the page's copy of the camera, the hand and the axes must come to: `golden.json` beside this crate's manifest,
//! which the page's tests read. `UPDATE=1 cargo test -p heliograph-scene golden` renews it.

use super::*;
use crate::hand::Hand;
use crate::random::Random;
use crate::triad::Triad;
use glam::vec3;
use heliograph_wire::{Button, Command, Input};
use serde_json::{Value as Json, json};
use std::path::Path;

/// Other machines' sines differ in the last digits.
const TOLERANCE: f64 = 1e-4;

fn pose(camera: &Camera) -> Json {
    let Pose { target, yaw, pitch, distance, fov_y, orthographic } = camera.pose();
    json!({ "target": target, "yaw": yaw, "pitch": pitch, "distance": distance, "fov_y": fov_y, "orthographic": orthographic })
}

fn bounds_json(bounds: Aabb) -> Json {
    json!({ "min": bounds.min.to_array(), "max": bounds.max.to_array() })
}

fn apply(camera: &mut Camera, command: &Command, bounds: Aabb, aspect: f32) {
    match *command {
        Command::Orbit { dx, dy } => camera.orbit(dx, dy),
        Command::Pan { dx, dy } => camera.pan(dx, dy),
        Command::Zoom { factor, x, y } => camera.zoom(factor, x, y, aspect),
        Command::Fit => camera.fit(bounds, aspect),
        Command::Look { from } => {
            camera.look_from(from);
            camera.fit(bounds, aspect);
        }
        _ => {}
    }
}

fn a_command(random: &mut Random) -> Command {
    let mut number = |least: f32, most: f32| least + random.unit() * (most - least);
    let [dx, dy] = [number(-1.5, 1.5), number(-0.7, 0.7)];
    let [factor, x, y] = [number(-3.0, 3.0).exp(), number(0.0, 1.0), number(0.0, 1.0)];
    match random.below(9) {
        0..=2 => Command::Orbit { dx, dy },
        3 | 4 => Command::Pan { dx, dy },
        5 | 6 => Command::Zoom { factor, x, y },
        7 => Command::Fit,
        _ => Command::Look { from: Side::ALL[random.below(6) as usize] },
    }
}

/// Chains of commands, each from a camera that was led somewhere else, and some that meet the bounds of the way.
fn commands() -> Vec<Json> {
    let mut random = Random::new(23);
    let mut cases = Vec::new();
    for round in 0..24 {
        let far = Vec3::splat([0.0, 1e4, -0.25][round % 3]);
        let bounds = Aabb { min: vec3(-10.0, -20.0, -3.0) + far, max: vec3(14.0, 22.0, 5.0) + far };
        let aspect = [16.0 / 9.0, 0.5, 1.0, 2.35][round % 4];
        let projection = if round % 2 == 0 { Projection::Perspective } else { Projection::Orthographic };
        let mut camera = Camera { projection, ..Camera::default() };
        camera.set_extent(Some(bounds));
        camera.fit(bounds, aspect);
        let before = pose(&camera);
        let chain: Vec<Command> = match round {
            22 => vec![Command::Zoom { factor: 900.0, x: 0.2, y: 0.7 }; 4],
            23 => vec![Command::Zoom { factor: 1e-3, x: 0.9, y: 0.1 }, Command::Pan { dx: 30.0, dy: -30.0 }],
            _ => (0..1 + round / 4).map(|_| a_command(&mut random)).collect(),
        };
        for command in &chain {
            apply(&mut camera, command, bounds, aspect);
        }
        let case = json!({ "pose": before, "bounds": bounds_json(bounds), "aspect": aspect, "commands": chain, "after": pose(&camera) });
        cases.push(case);
    }
    cases
}

/// Places, and where they are in the picture.
fn places() -> Vec<Json> {
    let mut random = Random::new(29);
    let mut cases = Vec::new();
    for round in 0..16 {
        let projection = if round % 2 == 0 { Projection::Perspective } else { Projection::Orthographic };
        let mut camera = Camera { projection, ..Camera::default() };
        camera.orbit(random.unit() * 2.0, random.unit() - 0.5);
        let place = vec3(random.unit() - 0.5, random.unit() - 0.5, random.unit() - 0.5);
        let clip = camera.clip_from_world(1.6) * place.extend(1.0);
        let seen = [clip.x / clip.w * 0.5 + 0.5, 0.5 - clip.y / clip.w * 0.5];
        cases.push(json!({ "pose": pose(&camera), "aspect": 1.6, "place": place.to_array(), "seen": seen }));
    }
    cases
}

fn triads() -> Vec<Json> {
    let mut random = Random::new(31);
    let sizes = [(1280.0, 720.0), (390.0, 219.375), (3840.0, 2160.0), (64.0, 64.0), (40.0, 30.0)];
    let of_size = |(width, height)| {
        let mut camera = Camera::default();
        camera.orbit(random.unit() * 2.0, random.unit() - 0.5);
        let triad = Triad::new(&camera.pose(), width, height);
        let axes: Vec<Json> = triad
            .axes
            .iter()
            .map(|axis| json!({ "name": axis.name, "end": axis.end, "towards_viewer": axis.towards_viewer, "color": axis.color }))
            .collect();
        json!({ "pose": pose(&camera), "width": width, "height": height, "middle": triad.middle, "axes": axes,
                "rod_width": triad.rod_width, "hub_radius": triad.hub_radius, "ball_radius": triad.ball_radius,
                "letter_height": triad.letter_height })
    };
    sizes.map(of_size).into()
}

/// What a hand does, and the commands that come of it, one list for each input.
fn hands() -> Vec<Json> {
    let down = |button, shift| Input::Down { button, x: 0.5, y: 0.25, shift };
    let moved = |x, y, pinch| Input::Move { x, y, pinch };
    let up = |button, x, y| Input::Up { button, x, y };
    let courses = [
        vec![
            moved(0.1, 0.1, 1.0),
            down(Button::Primary, false),
            moved(0.75, 0.5, 1.0),
            moved(0.75, 0.5, 1.0),
            up(Button::Primary, 1.0, 0.0),
            moved(0.0, 0.0, 1.0),
        ],
        vec![
            down(Button::Primary, true),
            moved(0.25, 0.25, 1.0),
            up(Button::Secondary, 0.9, 0.9),
            up(Button::Primary, 0.25, 0.5),
        ],
        vec![down(Button::Secondary, false), moved(0.25, 0.5, 1.0), down(Button::Middle, true), moved(0.75, 0.25, 1.0)],
        vec![
            down(Button::Pinch, false),
            moved(0.5, 0.25, 2.0),
            moved(0.625, 0.5, 3.0),
            moved(0.625, 0.5, 0.0),
            up(Button::Pinch, 0.75, 0.5),
        ],
        vec![
            down(Button::Primary, false),
            Input::Gone,
            moved(0.75, 0.5, 1.0),
            Input::Command { command: Command::Fit },
        ],
        vec![down(Button::Pinch, false), moved(16.0, -16.0, 1000.0), moved(-16.0, 16.0, 1e-6)],
    ];
    let of_course = |course: Vec<Input>| {
        let mut hand = Hand::default();
        let commands: Vec<Vec<Command>> = course.iter().map(|input| hand.handle(input, 2.5)).collect();
        json!({ "aspect": 2.5, "inputs": course, "commands": commands })
    };
    courses.map(of_course).into()
}

/// Whether both say the same, numbers up to the tolerance.
fn agree(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Number(a), Json::Number(b)) => {
            let (a, b) = (a.as_f64().unwrap(), b.as_f64().unwrap());
            (a - b).abs() <= TOLERANCE * a.abs().max(b.abs()).max(1.0)
        }
        (Json::Array(a), Json::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| agree(a, b)),
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, value)| b.get(key).is_some_and(|other| agree(value, other)))
        }
        _ => a == b,
    }
}

#[test]
fn golden_cases_are_what_this_crate_comes_to() {
    let golden = json!({ "commands": commands(), "places": places(), "triads": triads(), "hands": hands() });
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden.json");
    if std::env::var_os("UPDATE").is_some() {
        let mut text = String::from("{");
        for (at, (name, cases)) in golden.as_object().unwrap().iter().enumerate() {
            let lines: Vec<String> = cases.as_array().unwrap().iter().map(|case| format!("  {case}")).collect();
            text += &format!("{}\n\"{name}\": [\n{}\n]", if at > 0 { "," } else { "" }, lines.join(",\n"));
        }
        std::fs::write(&path, text + "\n}\n").unwrap();
        return;
    }
    let committed: Json = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    for kind in ["commands", "places", "triads", "hands"] {
        let (mine, theirs) = (golden[kind].as_array().unwrap(), committed[kind].as_array().unwrap());
        assert_eq!(mine.len(), theirs.len(), "{kind}");
        for (mine, theirs) in mine.iter().zip(theirs) {
            assert!(agree(mine, theirs), "{kind}: {mine}\nis not what golden.json says: {theirs}");
        }
    }
}
