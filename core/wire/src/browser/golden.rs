//! One message of every kind, in `golden.json`: the wire's form as both sides' tests know it.
//!
//! Numbers are exact in binary, so that no side's way of printing them shows.

use super::renew_or_compare;
use crate::pointer::Message;
use crate::scene::{ChoiceOption, LoadStatus};
use crate::{
    Button, Command, FromViewer, Input, LayerId, LayerStatus, Property, PropertyKind, Role, SceneStatus, Side,
    ToViewer, Value, ViewerId,
};
use serde_json::{Value as Json, json};

fn commands() -> Vec<Command> {
    let set = |layer, property: &str, value| Command::Set { layer, property: property.into(), value };
    let mut commands = vec![
        Command::Orbit { dx: 0.25, dy: -0.5 },
        Command::Pan { dx: -0.125, dy: 0.0 },
        Command::Zoom { factor: 1.5, x: 0.25, y: 0.75 },
        Command::Recenter { x: 0.5, y: 0.5 },
        Command::Pick { x: 0.0, y: 1.0 },
        Command::Fit,
        set(None, "projection", Value::Choice("orthographic".into())),
        set(Some(LayerId(3)), "point_size", Value::Number(2.5)),
        set(Some(LayerId(3)), "visible", Value::Toggle(false)),
        set(None, "background", Value::Color([0, 128, 255])),
        Command::RemoveLayer { layer: LayerId(3) },
        Command::Undo,
        Command::Redo,
    ];
    commands.extend(Side::ALL.map(|from| Command::Look { from }));
    commands
}

fn inputs() -> Vec<Input> {
    let mut inputs = Vec::new();
    for button in [Button::Primary, Button::Secondary, Button::Middle, Button::Pinch] {
        inputs.push(Input::Down { button, x: 0.25, y: 0.5, shift: button == Button::Primary });
        inputs.push(Input::Up { button, x: 0.75, y: 0.5 });
    }
    inputs.push(Input::Move { x: -0.25, y: 1.25, pinch: 1.0 });
    inputs.extend(commands().into_iter().map(|command| Input::Command { command }));
    inputs
}

fn from_viewer() -> Vec<FromViewer> {
    let numbered = (1..).zip(inputs()).map(|(seq, input)| FromViewer::Input { seq, input });
    numbered.chain([FromViewer::NeedKeyframe]).collect()
}

fn property(id: &str, kind: PropertyKind, unit: Option<&str>, value: Value) -> Property {
    Property { id: id.into(), label: id.replace('_', " "), kind, unit: unit.map(Into::into), value }
}

fn scene() -> SceneStatus {
    let options = ["perspective", "orthographic"].map(|id| ChoiceOption { id: id.into(), label: id.to_uppercase() });
    let projection = PropertyKind::Choice { options: options.into() };
    let size = PropertyKind::Range { min: 1.0, max: 16.0, step: 0.5 };
    SceneStatus {
        title: "autzen_trim.laz".into(),
        layers: vec![LayerStatus {
            id: LayerId(1),
            name: "autzen_trim".into(),
            kind: "points".into(),
            summary: "110,000 points".into(),
            visible: true,
            properties: vec![property("point_size", size, Some("px"), Value::Number(2.0))],
        }],
        properties: vec![
            property("projection", projection, None, Value::Choice("perspective".into())),
            property("axes", PropertyKind::Toggle, None, Value::Toggle(true)),
            property("background", PropertyKind::Color, None, Value::Color([16, 18, 24])),
        ],
        picked: Some("autzen: point 1,234 at 636,100.2, 850,020.1, 421.0".into()),
        loading: vec![LoadStatus { name: "träcks.trk".into(), fraction: 0.5 }],
    }
}

fn to_viewer() -> Vec<ToViewer> {
    vec![
        ToViewer::Welcome { protocol: 1, viewer: ViewerId(7), role: Role::Control, epoch: "e1".into() },
        ToViewer::Welcome { protocol: 1, viewer: ViewerId(8), role: Role::View, epoch: "e1".into() },
        ToViewer::Scene { scene: scene() },
        ToViewer::Scene { scene: SceneStatus::default() },
        ToViewer::Notice { text: "The host paused the view.".into() },
        ToViewer::Ended { reason: "The host stopped sharing.".into() },
    ]
}

fn pointer() -> Vec<Message> {
    vec![
        Message::Move { grab: 65_535, seq: 4_294_967_295, x: -0.25, y: 1.25, pinch: 1.5 },
        Message::Ping { seq: 1, page_ms: 12.5 },
        Message::Pong { seq: 1, page_ms: 12.5, host_ms: 1e9 },
        Message::Shown { seq: 3, drawn_ms: 17.25, rtp_timestamp: 4_294_967_295 },
    ]
}

fn pointer_json(message: &Message) -> Json {
    match *message {
        Message::Move { grab, seq, x, y, pinch } => {
            json!({ "type": "move", "grab": grab, "seq": seq, "x": x, "y": y, "pinch": pinch })
        }
        Message::Ping { seq, page_ms } => json!({ "type": "ping", "seq": seq, "page_ms": page_ms }),
        Message::Pong { seq, page_ms, host_ms } => {
            json!({ "type": "pong", "seq": seq, "page_ms": page_ms, "host_ms": host_ms })
        }
        Message::Shown { seq, drawn_ms, rtp_timestamp } => {
            json!({ "type": "shown", "seq": seq, "drawn_ms": drawn_ms, "rtp_timestamp": rtp_timestamp })
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(hex: &str) -> Vec<u8> {
    let digits = |at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    (0..hex.len()).step_by(2).map(digits).collect()
}

#[test]
fn golden_messages_are_what_this_crate_writes() {
    let pointer: Vec<Json> = pointer()
        .iter()
        .map(|message| json!({ "hex": hex(&message.encode()), "message": pointer_json(message) }))
        .collect();
    let golden = json!({ "from_viewer": from_viewer(), "to_viewer": to_viewer(), "pointer": pointer });
    renew_or_compare("golden.json", &(serde_json::to_string_pretty(&golden).unwrap() + "\n"));
}

#[test]
fn golden_messages_are_read_as_what_was_written() {
    if std::env::var_os("UPDATE").is_some() {
        return; // The file is being written by the test beside this one.
    }
    let golden: Json = serde_json::from_str(include_str!("../../golden.json")).unwrap();
    let read: Vec<FromViewer> = serde_json::from_value(golden["from_viewer"].clone()).unwrap();
    assert_eq!(read, from_viewer());
    for message in &read {
        if let FromViewer::Input { input, .. } = message {
            assert_eq!(input.check(), Ok(()), "{input:?}");
        }
    }
    let read: Vec<ToViewer> = serde_json::from_value(golden["to_viewer"].clone()).unwrap();
    assert_eq!(read, to_viewer());
    for (entry, message) in golden["pointer"].as_array().unwrap().iter().zip(pointer()) {
        assert_eq!(Message::decode(&from_hex(entry["hex"].as_str().unwrap())), Some(message));
    }
}
