//! Writes the browser's copy of these types, and golden messages that both sides' tests decode.
//!
//! `UPDATE=1 cargo test -p heliograph-wire` renews the committed files; without it a test fails when one differs.

mod golden;

use crate::media::{
    FRAME, FRAME_BYTES, JPEG, KEYFRAME, PADDING, STILL_BEGIN, STILL_BEGIN_BYTES, STILL_OVER, STILL_OVER_BYTES,
    STILL_TILE, STILL_TILE_BYTES,
};
use crate::pointer::{
    ACK, ACK_BYTES, CAMERA, CAMERA_BYTES, MOVE, MOVE_BYTES, PING, PING_BYTES, PONG, PONG_BYTES, SHOWN, SHOWN_BYTES,
    STILL_TAKEN, STILL_TAKEN_BYTES,
};
use crate::{
    Button, Command, FromViewer, Input, LayerId, LayerStatus, MAX_MESSAGE_BYTES, PROTOCOL, Property, PropertyKind,
    Role, SceneStatus, Side, ToViewer, Value, ViewerId, control, room, scene, selection,
};
use std::fmt::Write;
use std::path::Path;
use ts_rs::TS;

const HEADER: &str = "// Generated from core/wire; do not edit. `UPDATE=1 cargo test -p heliograph-wire` renews it.\n";

/// One number of a pointer message, as a `DataView` reads it.
struct Field {
    name: &'static str,
    offset: usize,
    /// The end of `getX` and `setX`.
    view_type: &'static str,
}

/// One kind of pointer message.
struct Kind {
    name: &'static str,
    /// The first byte.
    tag: u8,
    bytes: usize,
    fields: Vec<Field>,
}

fn field(offset: usize, view_type: &'static str, name: &'static str) -> Field {
    Field { name, offset, view_type }
}

/// The table of [`crate::pointer`]'s documentation. The golden messages prove that both say the same.
fn pointer_kinds() -> Vec<Kind> {
    let seq = || field(4, "Uint32", "seq");
    vec![
        Kind {
            name: "move",
            tag: MOVE,
            bytes: MOVE_BYTES,
            fields: vec![
                field(2, "Uint16", "grab"),
                seq(),
                field(8, "Float32", "x"),
                field(12, "Float32", "y"),
                field(16, "Float32", "pinch"),
            ],
        },
        Kind { name: "ping", tag: PING, bytes: PING_BYTES, fields: vec![seq(), field(8, "Float64", "page_ms")] },
        Kind {
            name: "pong",
            tag: PONG,
            bytes: PONG_BYTES,
            fields: vec![
                seq(),
                field(8, "Float64", "page_ms"),
                field(16, "Float64", "host_ms"),
                field(24, "Uint32", "taken"),
            ],
        },
        Kind {
            name: "shown",
            tag: SHOWN,
            bytes: SHOWN_BYTES,
            fields: vec![seq(), field(8, "Float64", "drawn_ms"), field(16, "Uint32", "rtp_timestamp")],
        },
        Kind { name: "ack", tag: ACK, bytes: ACK_BYTES, fields: vec![seq(), field(8, "Float64", "page_ms")] },
        Kind {
            name: "still_taken",
            tag: STILL_TAKEN,
            bytes: STILL_TAKEN_BYTES,
            fields: vec![seq(), field(8, "Uint32", "tiles")],
        },
        Kind {
            name: "camera",
            tag: CAMERA,
            bytes: CAMERA_BYTES,
            fields: vec![
                field(1, "Uint8", "orthographic"),
                seq(),
                field(8, "Uint32", "rtp_timestamp"),
                field(12, "Float32", "target_x"),
                field(16, "Float32", "target_y"),
                field(20, "Float32", "target_z"),
                field(24, "Float32", "yaw"),
                field(28, "Float32", "pitch"),
                field(32, "Float32", "distance"),
                field(36, "Float32", "fov_y"),
            ],
        },
    ]
}

/// The table of [`crate::media`]'s documentation; what follows the header is the payload.
fn media_kinds() -> Vec<Kind> {
    let still = || field(4, "Uint32", "still");
    vec![
        Kind {
            name: "frame",
            tag: FRAME,
            bytes: FRAME_BYTES,
            fields: vec![
                field(1, "Uint8", "flags"),
                field(4, "Uint32", "number"),
                field(8, "Float64", "drawn_ms"),
                field(16, "Uint32", "rtp_timestamp"),
                field(20, "Uint32", "shown"),
            ],
        },
        Kind {
            name: "still_begin",
            tag: STILL_BEGIN,
            bytes: STILL_BEGIN_BYTES,
            fields: vec![
                field(2, "Uint16", "tiles"),
                still(),
                field(8, "Uint32", "rtp_timestamp"),
                field(12, "Uint16", "width"),
                field(14, "Uint16", "height"),
            ],
        },
        Kind {
            name: "still_tile",
            tag: STILL_TILE,
            bytes: STILL_TILE_BYTES,
            fields: vec![
                field(2, "Uint16", "index"),
                still(),
                field(8, "Uint16", "x"),
                field(10, "Uint16", "y"),
                field(12, "Uint16", "width"),
                field(14, "Uint16", "height"),
            ],
        },
        Kind {
            name: "still_over",
            tag: STILL_OVER,
            bytes: STILL_OVER_BYTES,
            fields: vec![still(), field(8, "Uint32", "rtp_timestamp")],
        },
    ]
}

fn setter(field: &Field) -> String {
    let endian = endian(field);
    format!("      view.set{}({}, message.{}{endian});\n", field.view_type, field.offset, field.name)
}

fn getter(field: &Field) -> String {
    format!("{}: view.get{}({}{})", field.name, field.view_type, field.offset, endian(field))
}

/// A method's little-endian argument, which `getUint8` does not have.
fn endian(field: &Field) -> &'static str {
    if field.view_type == "Uint8" { "" } else { ", true" }
}

fn script() -> Result<String, std::fmt::Error> {
    let mut js = String::from(HEADER);
    writeln!(js, "\nexport const PROTOCOL = {PROTOCOL};\nexport const MAX_MESSAGE_BYTES = {MAX_MESSAGE_BYTES};")?;
    js.push_str("\nexport function encodePointer(message) {\n  switch (message.type) {\n");
    for kind in pointer_kinds() {
        writeln!(js, "    case \"{}\": {{", kind.name)?;
        writeln!(js, "      const view = new DataView(new ArrayBuffer({}));", kind.bytes)?;
        writeln!(js, "      view.setUint8(0, {});", kind.tag)?;
        js.extend(kind.fields.iter().map(setter));
        js.push_str("      return view.buffer;\n    }\n");
    }
    js.push_str("  }\n}\n\nexport function decodePointer(buffer) {\n  const view = new DataView(buffer);\n");
    js.push_str("  if (view.byteLength === 0) return null;\n  const tag = view.getUint8(0);\n");
    for kind in pointer_kinds() {
        let fields: Vec<String> = kind.fields.iter().map(getter).collect();
        writeln!(js, "  if (tag === {} && view.byteLength === {}) {{", kind.tag, kind.bytes)?;
        writeln!(js, "    return {{ type: \"{}\", {} }};\n  }}", kind.name, fields.join(", "))?;
    }
    js.push_str("  return null;\n}\n");
    writeln!(
        js,
        "\nexport const KEYFRAME = {KEYFRAME};\nexport const JPEG = {JPEG};\nexport const PADDING = {PADDING};"
    )?;
    js.push_str("\nexport function decodeMedia(buffer) {\n  const view = new DataView(buffer);\n");
    js.push_str("  if (view.byteLength === 0) return null;\n  const tag = view.getUint8(0);\n");
    for kind in media_kinds() {
        let fields: Vec<String> = kind.fields.iter().map(getter).collect();
        writeln!(js, "  if (tag === {} && view.byteLength >= {}) {{", kind.tag, kind.bytes)?;
        let payload = format!("payload: new Uint8Array(buffer, {})", kind.bytes);
        writeln!(js, "    return {{ type: \"{}\", {}, {payload} }};\n  }}", kind.name, fields.join(", "))?;
    }
    js.push_str("  return null;\n}\n");
    Ok(js)
}

/// `export type X = …` with the Rust documentation above it.
fn declaration<T: TS>(config: &ts_rs::Config) -> String {
    let text = T::docs().unwrap_or_default() + "export " + &T::decl(config);
    text.lines().fold(String::new(), |all, line| all + "\n" + line.trim_end()) + "\n"
}

fn types() -> Result<String, std::fmt::Error> {
    // JSON numbers are doubles on both sides: ids stay far below 2⁵³.
    let config = ts_rs::Config::new().with_large_int("number");
    let mut ts = String::from(HEADER);
    ts.push_str("\n/** Raised whenever a message changes its meaning. */\nexport const PROTOCOL: number;\n");
    ts.push_str(
        "/** The largest JSON message that either side reads, in bytes. */\nexport const MAX_MESSAGE_BYTES: number;\n",
    );
    ts.push_str("\n/** A message of the data channel `pointer`. */\nexport type PointerMessage =\n");
    let kinds = pointer_kinds();
    for (index, kind) in kinds.iter().enumerate() {
        let fields: Vec<String> = kind.fields.iter().map(|field| format!("{}: number", field.name)).collect();
        let end = if index + 1 == kinds.len() { ";" } else { "" };
        writeln!(ts, "  | {{ type: \"{}\"; {} }}{end}", kind.name, fields.join("; "))?;
    }
    ts.push_str(
        "\n/** The message's bytes. */\nexport function encodePointer(message: PointerMessage): ArrayBuffer;\n",
    );
    ts.push_str("/** Reads a message; null when the bytes are of no known kind or of the wrong length. */\n");
    ts.push_str("export function decodePointer(buffer: ArrayBuffer): PointerMessage | null;\n");
    ts.push_str("\n/** Flag of a frame: decoding can begin here. */\nexport const KEYFRAME: number;\n");
    ts.push_str("/** Flag of a frame: the payload is a JPEG file. */\nexport const JPEG: number;\n");
    ts.push_str("/** Flag of a frame: it is none, and the payload says nothing. */\nexport const PADDING: number;\n");
    ts.push_str("/** Pictures over the WebSocket, and tiles of a still picture: a header, and what follows it. */\n");
    ts.push_str("export type MediaMessage =\n");
    let kinds = media_kinds();
    for (index, kind) in kinds.iter().enumerate() {
        let fields: Vec<String> = kind.fields.iter().map(|field| format!("{}: number", field.name)).collect();
        let end = if index + 1 == kinds.len() { ";" } else { "" };
        writeln!(
            ts,
            "  | {{ type: \"{}\"; {}; payload: Uint8Array<ArrayBuffer> }}{end}",
            kind.name,
            fields.join("; ")
        )?;
    }
    ts.push_str("/** Reads a message; null when the bytes are of no known kind or too few. */\n");
    ts.push_str("export function decodeMedia(buffer: ArrayBuffer): MediaMessage | null;\n");
    for text in [
        declaration::<LayerId>(&config),
        declaration::<ViewerId>(&config),
        declaration::<Side>(&config),
        declaration::<Button>(&config),
        declaration::<Role>(&config),
        declaration::<Value>(&config),
        declaration::<Command>(&config),
        declaration::<selection::Shape>(&config),
        declaration::<selection::How>(&config),
        declaration::<Input>(&config),
        declaration::<FromViewer>(&config),
        declaration::<ToViewer>(&config),
        declaration::<control::Rung>(&config),
        declaration::<control::Hello>(&config),
        declaration::<control::EndCause>(&config),
        declaration::<room::Room>(&config),
        declaration::<room::ControlMode>(&config),
        declaration::<room::Guest>(&config),
        declaration::<room::Ask>(&config),
        declaration::<SceneStatus>(&config),
        declaration::<scene::Bounds>(&config),
        declaration::<scene::Step>(&config),
        declaration::<scene::Label>(&config),
        declaration::<scene::LabelKind>(&config),
        declaration::<scene::Measure>(&config),
        declaration::<scene::MeasureEnd>(&config),
        declaration::<scene::PickedField>(&config),
        declaration::<scene::PickedStatus>(&config),
        declaration::<selection::SelectionStatus>(&config),
        declaration::<selection::SelectedLayer>(&config),
        declaration::<selection::SelectedField>(&config),
        declaration::<selection::SelectedNumbers>(&config),
        declaration::<selection::SelectedKind>(&config),
        declaration::<LayerStatus>(&config),
        declaration::<scene::Legend>(&config),
        declaration::<scene::LegendScale>(&config),
        declaration::<scene::LegendEntry>(&config),
        declaration::<scene::LoadStatus>(&config),
        declaration::<Property>(&config),
        declaration::<PropertyKind>(&config),
        declaration::<scene::ChoiceOption>(&config),
    ] {
        ts.push_str(&text);
    }
    Ok(ts)
}

/// Writes `text` to the file when asked to, else compares.
fn renew_or_compare(file: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        return;
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = committed.replace("\r\n", "\n") != text;
    assert!(!differs, "{file} is not what core/wire says: renew it with UPDATE=1 cargo test -p heliograph-wire");
}

#[test]
fn the_browser_s_copy_says_what_this_crate_says() {
    renew_or_compare("../../web-viewer/core/wire.gen.js", &script().unwrap());
    renew_or_compare("../../web-viewer/core/wire.gen.d.ts", &types().unwrap());
}
