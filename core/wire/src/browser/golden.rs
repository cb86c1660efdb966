//! One message of every kind, in `golden.json`: the wire's form as both sides' tests know it.
//!
//! Numbers are exact in binary, so that no side's way of printing them shows.

use super::renew_or_compare;
use crate::control::EndCause;
use crate::media::Header;
use crate::pointer::Message;
use crate::room::{Ask, ControlMode, Guest, Room};
use crate::scene::{
    Bounds, ChoiceOption, Label, LabelKind, Legend, LegendScale, LoadStatus, MeasureEnd, PickedField, PickedStatus,
};
use crate::selection::{SelectedField, SelectedKind, SelectedLayer, SelectedNumbers};
use crate::{
    Button, Command, FromViewer, How, Input, LayerId, LayerStatus, Measure, Pose, Property, PropertyKind, Role, Rung,
    SceneStatus, SelectionStatus, Shape, Side, Step, ToViewer, Value, ViewerId,
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
        Command::Measure { x: 0.25, y: 0.5 },
        Command::ClearMeasure,
        Command::Select { shape: Shape::Point { x: 0.5, y: 0.25 }, how: How::Add },
        Command::Select { shape: Shape::Box { from: [0.25, 0.25], to: [0.75, 0.5] }, how: How::Replace },
        Command::Select {
            shape: Shape::Lasso { corners: vec![[0.25, 0.25], [0.75, 0.25], [0.5, 0.75]] },
            how: How::Remove,
        },
        Command::ClearSelection,
        Command::Fit,
        set(None, "projection", Value::Choice("orthographic".into())),
        set(Some(LayerId(3)), "point_size", Value::Number(2.5)),
        set(Some(LayerId(3)), "visible", Value::Toggle(false)),
        set(None, "background", Value::Color([0, 128, 255])),
        Command::RemoveLayer { layer: LayerId(3) },
        Command::RenameLayer { layer: LayerId(3), name: "Hügel".into() },
        Command::MoveLayer { layer: LayerId(3), to: 0 },
        Command::OpenView { code: "hv1.q1YqLU4tUrKqVkrOT0lVslIqSy0qzszPAwA".into() },
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
    inputs.push(Input::Gone);
    inputs.extend(commands().into_iter().map(|command| Input::Command { command }));
    inputs
}

fn from_viewer() -> Vec<FromViewer> {
    let numbered = (1..).zip(inputs()).map(|(seq, input)| FromViewer::Input { seq, input });
    let asks =
        [Ask::Control, Ask::Release, Ask::HandOver { to: ViewerId(7) }, Ask::Rename { name: "Ada Lovelace".into() }];
    let on = FromViewer::On { rung: Rung::WebCodecs };
    numbered.chain([FromViewer::NeedKeyframe, on]).chain(asks.map(|ask| FromViewer::Ask { ask })).collect()
}

/// Every kind of message has a place here: one that is added does not compile until it has, and then fails
/// [`every_kind_of_message_is_in_the_list`] until [`from_viewer`] has an example of it. The app's table of who may send
/// what is made from these examples.
fn kind(message: &FromViewer) -> usize {
    match message {
        FromViewer::NeedKeyframe => 0,
        FromViewer::Ask { ask: Ask::Control } => 1,
        FromViewer::Ask { ask: Ask::Release } => 2,
        FromViewer::Ask { ask: Ask::HandOver { .. } } => 3,
        FromViewer::Ask { ask: Ask::Rename { .. } } => 4,
        FromViewer::Input { input, .. } => match input {
            Input::Down { .. } => 5,
            Input::Move { .. } => 6,
            Input::Up { .. } => 7,
            Input::Gone => 8,
            Input::Command { command } => match command {
                Command::Orbit { .. } => 9,
                Command::Pan { .. } => 10,
                Command::Zoom { .. } => 11,
                Command::Recenter { .. } => 12,
                Command::Pick { .. } => 13,
                Command::Fit => 14,
                Command::Look { .. } => 15,
                Command::Set { .. } => 16,
                Command::RemoveLayer { .. } => 17,
                Command::RenameLayer { .. } => 18,
                Command::MoveLayer { .. } => 19,
                Command::OpenView { .. } => 20,
                Command::Undo => 21,
                Command::Redo => 22,
                Command::Measure { .. } => 24,
                Command::ClearMeasure => 25,
                Command::Select { .. } => 26,
                Command::ClearSelection => 27,
            },
        },
        FromViewer::On { .. } => 23,
    }
}

#[test]
fn every_kind_of_message_is_in_the_list() {
    let mut kinds: Vec<usize> = from_viewer().iter().map(kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    assert!(kinds.into_iter().eq(0..28));
}

fn property(id: &str, kind: PropertyKind, unit: Option<&str>, value: Value) -> Property {
    Property { id: id.into(), label: id.replace('_', " "), kind, unit: unit.map(Into::into), value, changed: false }
}

fn scene() -> SceneStatus {
    let options =
        ["perspective", "orthographic"].map(|id| ChoiceOption { id: id.into(), label: id.to_uppercase(), color: None });
    let projection = PropertyKind::Choice { options: options.into() };
    let range = PropertyKind::Interval { min: 400.0, max: 500.0, histogram: vec![3, 0, 7] };
    let ground = ChoiceOption { id: "2".into(), label: "Ground".into(), color: Some([161, 112, 56]) };
    let kinds = PropertyKind::Several { options: vec![ground] };
    let ramp = LegendScale::Ramp { colors: vec![[68, 1, 84], [253, 231, 37]], range: [402.5, 480.0], log: false };
    let size = PropertyKind::Range { min: 1.0, max: 16.0, step: 0.5 };
    SceneStatus {
        title: "autzen_trim.laz".into(),
        layers: vec![LayerStatus {
            id: LayerId(1),
            name: "autzen_trim".into(),
            kind: "points".into(),
            summary: "110,000 points".into(),
            visible: true,
            properties: vec![
                property("point_size", size, Some("px"), Value::Number(2.0)),
                property("color_range", range, Some("m"), Value::Interval([402.5, 480.0])),
                property("filter_kinds", kinds, None, Value::Several(vec!["2".into()])),
            ],
            legends: vec![Legend { title: "Height".into(), unit: Some("m".into()), scale: ramp }],
        }],
        properties: vec![
            property("projection", projection, None, Value::Choice("perspective".into())),
            property("axes", PropertyKind::Toggle, None, Value::Toggle(true)),
            property("background", PropertyKind::Color, None, Value::Color([16, 18, 24])),
        ],
        picked: Some(Box::new(PickedStatus {
            text: "autzen: point 1,234 at 636,100.2, 850,020.1, 421.0".into(),
            at: [100.5, -20.25, 1.0],
            fields: vec![
                PickedField { name: "intensity".into(), value: "118".into() },
                PickedField { name: "GPS time".into(), value: "245,370.4 s".into() },
            ],
        })),
        loading: vec![LoadStatus { name: "träcks.trk".into(), fraction: 0.5 }],
        bounds: Some(Bounds { min: [-300.5, -200.0, 0.25], max: [300.5, 200.0, 128.0] }),
        origin: [636000.5, 850000.25, 400.0],
        labels: vec![Label { at: [0.5, 0.25, -1.0], text: "636,000".into(), kind: LabelKind::Tick }],
        undo: Some(Box::new(Step { what: "point size of autzen_trim".into(), by: Some("Ada Lovelace".into()) })),
        redo: None,
        measure: Some(Box::new(Measure {
            from: MeasureEnd { scene: [0.5, 0.0, 0.0], world: [636_000.5, 850_000.0, 400.0] },
            to: Some(MeasureEnd { scene: [3.5, 4.0, 0.0], world: [636_003.5, 850_004.0, 400.0] }),
            distance: Some("5".into()),
        })),
        selection: Some(selection()),
    }
}

fn selection() -> SelectionStatus {
    let height = SelectedNumbers::Quantity { least: 402.5, mean: 410.25, greatest: 480.0, deviation: 1.5 };
    let ground = SelectedKind { label: "Ground".into(), color: [161, 112, 56], count: 1000 };
    let classes = SelectedNumbers::Kinds { most: vec![ground], more: 2 };
    let field = |name: &str, unit: Option<&str>, numbers: Option<SelectedNumbers>| SelectedField {
        name: name.into(),
        unit: unit.map(Into::into),
        count: if numbers.is_some() { 1234 } else { 0 },
        numbers,
    };
    let fields = vec![
        field("height", Some("m"), Some(height)),
        field("classification", None, Some(classes)),
        field("gps_time", None, None),
    ];
    let (id, summary) = (LayerId(1), "1,234 of 110,000 points".into());
    let (name, code) = ("autzen_trim".into(), Some("Y2BgYAQA".into()));
    SelectionStatus { layers: vec![SelectedLayer { id, name, count: 1234, summary, fields, code }] }
}

fn welcome(viewer: u32, role: Role) -> ToViewer {
    ToViewer::Welcome { protocol: 1, viewer: ViewerId(viewer), role, epoch: "e1".into(), pass: "p1".into() }
}

fn room() -> Room {
    let guest = |viewer, name: &str, role, muted, asks| Guest {
        viewer: ViewerId(viewer),
        name: name.into(),
        color: [86, 180, 233],
        role,
        muted,
        asks,
    };
    let guests = vec![
        guest(7, "Ada", Role::Control, false, false),
        guest(8, "张伟 <b>", Role::View, false, false),
        guest(9, "Eve", Role::Control, true, true),
    ];
    Room { mode: ControlMode::OneAtATime, steers: Some(ViewerId(7)), guests }
}

fn to_viewer() -> Vec<ToViewer> {
    vec![
        welcome(7, Role::Control),
        welcome(8, Role::View),
        ToViewer::Room { room: room() },
        ToViewer::Room { room: Room::default() },
        ToViewer::Scene { scene: scene() },
        ToViewer::Scene { scene: SceneStatus::default() },
        ToViewer::Notice { text: "The host paused the view.".into() },
        ToViewer::Host { answers: false },
        ToViewer::Refused { status: 403, knock: true, refused: false, error: "Knock first.".into() },
        ToViewer::Ended { cause: EndCause::Over, reason: "The host stopped sharing.".into() },
        ToViewer::Ended { cause: EndCause::Removed, reason: "The host has removed you.".into() },
    ]
}

fn pointer() -> Vec<Message> {
    vec![
        Message::Move { grab: 65_535, seq: 4_294_967_295, x: -0.25, y: 1.25, pinch: 1.5 },
        Message::Ping { seq: 1, page_ms: 12.5 },
        Message::Pong { seq: 1, page_ms: 12.5, host_ms: 1e9, taken: 9 },
        Message::Shown { seq: 3, drawn_ms: 17.25, rtp_timestamp: 4_294_967_295 },
        Message::Ack { seq: 70_000, page_ms: 12.5 },
        Message::StillTaken { seq: 2, tiles: 65_000 },
        Message::Camera {
            seq: 4_294_967_295,
            rtp_timestamp: 4_294_967_294,
            pose: Pose {
                target: [1.5, -2.25, 1024.0],
                yaw: 6.25,
                pitch: -1.5,
                distance: 0.125,
                fov_y: 0.75,
                orthographic: true,
            },
        },
    ]
}

fn pointer_json(message: &Message) -> Json {
    match *message {
        Message::Move { grab, seq, x, y, pinch } => {
            json!({ "type": "move", "grab": grab, "seq": seq, "x": x, "y": y, "pinch": pinch })
        }
        Message::Ping { seq, page_ms } => json!({ "type": "ping", "seq": seq, "page_ms": page_ms }),
        Message::Pong { seq, page_ms, host_ms, taken } => {
            json!({ "type": "pong", "seq": seq, "page_ms": page_ms, "host_ms": host_ms, "taken": taken })
        }
        Message::Shown { seq, drawn_ms, rtp_timestamp } => {
            json!({ "type": "shown", "seq": seq, "drawn_ms": drawn_ms, "rtp_timestamp": rtp_timestamp })
        }
        Message::Ack { seq, page_ms } => json!({ "type": "ack", "seq": seq, "page_ms": page_ms }),
        Message::StillTaken { seq, tiles } => json!({ "type": "still_taken", "seq": seq, "tiles": tiles }),
        Message::Camera { seq, rtp_timestamp, pose } => {
            let [x, y, z] = pose.target;
            json!({ "type": "camera", "orthographic": u8::from(pose.orthographic), "seq": seq,
                    "rtp_timestamp": rtp_timestamp, "target_x": x, "target_y": y, "target_z": z, "yaw": pose.yaw,
                    "pitch": pose.pitch, "distance": pose.distance, "fov_y": pose.fov_y })
        }
    }
}

/// Each is followed by a payload of the bytes 7 and 8.
fn media() -> Vec<(Header, Json)> {
    vec![
        (
            Header::Frame { flags: 3, number: 70_000, drawn_ms: 17.25, rtp_timestamp: 4_294_967_294, shown: 9 },
            json!({ "type": "frame", "flags": 3, "number": 70_000, "drawn_ms": 17.25, "rtp_timestamp": 4_294_967_294_u32,
                    "shown": 9 }),
        ),
        (
            Header::StillBegin { tiles: 240, still: 2, rtp_timestamp: 7, width: 1280, height: 720 },
            json!({ "type": "still_begin", "tiles": 240, "still": 2, "rtp_timestamp": 7, "width": 1280, "height": 720 }),
        ),
        (
            Header::StillTile { index: 3, still: 2, x: 64, y: 128, width: 64, height: 32 },
            json!({ "type": "still_tile", "index": 3, "still": 2, "x": 64, "y": 128, "width": 64, "height": 32 }),
        ),
        (
            Header::StillOver { still: 2, rtp_timestamp: 8 },
            json!({ "type": "still_over", "still": 2, "rtp_timestamp": 8 }),
        ),
    ]
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
    let media: Vec<Json> = media()
        .into_iter()
        .map(|(header, message)| json!({ "hex": hex(&header.encode(&[7, 8])), "message": message }))
        .collect();
    let golden = json!({ "from_viewer": from_viewer(), "to_viewer": to_viewer(), "pointer": pointer, "media": media });
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
        if let FromViewer::Input { input, .. } = message
            && *input != Input::Gone
        {
            assert_eq!(input.check(), Ok(()), "{input:?}");
        }
    }
    let read: Vec<ToViewer> = serde_json::from_value(golden["to_viewer"].clone()).unwrap();
    assert_eq!(read, to_viewer());
    for (entry, message) in golden["pointer"].as_array().unwrap().iter().zip(pointer()) {
        assert_eq!(Message::decode(&from_hex(entry["hex"].as_str().unwrap())), Some(message));
    }
}
