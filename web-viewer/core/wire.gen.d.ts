// Generated from core/wire; do not edit. `UPDATE=1 cargo test -p heliograph-wire` renews it.

/** Raised whenever a message changes its meaning. */
export const PROTOCOL: number;
/** The largest JSON message that either side reads, in bytes. */
export const MAX_MESSAGE_BYTES: number;

/** A message of the data channel `pointer`. */
export type PointerMessage =
  | { type: "move"; grab: number; seq: number; x: number; y: number; pinch: number }
  | { type: "ping"; seq: number; page_ms: number }
  | { type: "pong"; seq: number; page_ms: number; host_ms: number; taken: number }
  | { type: "shown"; seq: number; drawn_ms: number; rtp_timestamp: number }
  | { type: "ack"; seq: number; page_ms: number }
  | { type: "still_taken"; seq: number; tiles: number }
  | { type: "camera"; orthographic: number; seq: number; rtp_timestamp: number; target_x: number; target_y: number; target_z: number; yaw: number; pitch: number; distance: number; fov_y: number };

/** The message's bytes. */
export function encodePointer(message: PointerMessage): ArrayBuffer;
/** Reads a message; null when the bytes are of no known kind or of the wrong length. */
export function decodePointer(buffer: ArrayBuffer): PointerMessage | null;

/** Flag of a frame: decoding can begin here. */
export const KEYFRAME: number;
/** Flag of a frame: the payload is a JPEG file. */
export const JPEG: number;
/** Flag of a frame: it is none, and the payload says nothing. */
export const PADDING: number;
/** Pictures over the WebSocket, and tiles of a still picture: a header, and what follows it. */
export type MediaMessage =
  | { type: "frame"; flags: number; number: number; drawn_ms: number; rtp_timestamp: number; shown: number; payload: Uint8Array<ArrayBuffer> }
  | { type: "still_begin"; tiles: number; still: number; rtp_timestamp: number; width: number; height: number; payload: Uint8Array<ArrayBuffer> }
  | { type: "still_tile"; index: number; still: number; x: number; y: number; width: number; height: number; payload: Uint8Array<ArrayBuffer> }
  | { type: "still_over"; still: number; rtp_timestamp: number; payload: Uint8Array<ArrayBuffer> };
/** Reads a message; null when the bytes are of no known kind or too few. */
export function decodeMedia(buffer: ArrayBuffer): MediaMessage | null;

/**
 * Names a layer for as long as the app runs; never used again after the layer is removed.
 */
export type LayerId = number;

/**
 * Names a viewer for as long as the share lasts.
 */
export type ViewerId = number;

/**
 * A standard view: the side of the scene that the camera stands on. The z axis points up.
 */
export type Side = "front" | "back" | "left" | "right" | "top" | "bottom";

/**
 * What holds the scene while it is dragged.
 */
export type Button = "primary" | "secondary" | "middle" | "pinch";

/**
 * What a link allows.
 */
export type Role = "view" | "control";

/**
 * The value of a property.
 */
export type Value = { "number": number } | { "choice": string } | { "several": Array<string> } | { "interval": [number, number] } | { "toggle": boolean } | { "color": [number, number, number] };

/**
 * A change to the scene, whoever asks for it: the window's panels, a browser, the command line.
 *
 * Places in the picture are fractions of it: `x` from 0 (left) to 1 (right), `y` from 0 (top) to 1 (bottom).
 * Movements are fractions of the picture's *height* on both axes, so that a drag feels the same at any aspect.
 */
export type Command = { "type": "orbit",
/**
 * Movement to the right, in picture heights.
 */
dx: number,
/**
 * Movement downwards, in picture heights.
 */
dy: number, } | { "type": "pan",
/**
 * Movement to the right, in picture heights.
 */
dx: number,
/**
 * Movement downwards, in picture heights.
 */
dy: number, } | { "type": "zoom",
/**
 * Above 1 comes nearer, below 1 goes away.
 */
factor: number,
/**
 * The fixed place, as a fraction of the picture's width.
 */
x: number,
/**
 * The fixed place, as a fraction of the picture's height.
 */
y: number, } | { "type": "recenter",
/**
 * Fraction of the picture's width.
 */
x: number,
/**
 * Fraction of the picture's height.
 */
y: number, } | { "type": "pick",
/**
 * Fraction of the picture's width.
 */
x: number,
/**
 * Fraction of the picture's height.
 */
y: number, } | { "type": "measure",
/**
 * Fraction of the picture's width.
 */
x: number,
/**
 * Fraction of the picture's height.
 */
y: number, } | { "type": "clear_measure" } | { "type": "select",
/**
 * Where.
 */
shape: Shape,
/**
 * What becomes of what was selected.
 */
how: How, } | { "type": "clear_selection" } | { "type": "fit" } | { "type": "look",
/**
 * The side that the camera stands on.
 */
from: Side, } | { "type": "set",
/**
 * The layer, or `None` for the scene's own properties.
 */
layer: LayerId | null,
/**
 * [`crate::Property::id`].
 */
property: string,
/**
 * Of the property's kind, within its range.
 */
value: Value, } | { "type": "remove_layer",
/**
 * The layer to remove.
 */
layer: LayerId, } | { "type": "rename_layer",
/**
 * The layer.
 */
layer: LayerId,
/**
 * Its new name for people; not empty.
 */
name: string, } | { "type": "move_layer",
/**
 * The layer.
 */
layer: LayerId,
/**
 * Its place when it has been moved, from 0; beyond the end is the end.
 */
to: number, } | { "type": "open_view",
/**
 * As [`crate::SceneStatus`] and [`crate::Pose`] make it: see the page's `core/view.js` and `heliograph_scene::view`.
 */
code: string, } | { "type": "undo" } | { "type": "redo" };

/**
 * A shape on the picture. Places are fractions of it, as in [`crate::Command`]: `[x, y]`.
 */
export type Shape = { "type": "point",
/**
 * Fraction of the picture's width.
 */
x: number,
/**
 * Fraction of the picture's height.
 */
y: number, } | { "type": "box",
/**
 * One corner.
 */
from: [number, number],
/**
 * The corner across from it.
 */
to: [number, number], } | { "type": "lasso",
/**
 * From 3 to [`MAX_LASSO_CORNERS`]; four decimals each are fine enough for any screen and keep the message small.
 */
corners: Array<[number, number]>, };

/**
 * What a shape does to the selection.
 */
export type How = "replace" | "add" | "remove";

/**
 * One thing that a viewer did. Places are fractions of the picture, as in [`Command`].
 */
export type Input = { "type": "down",
/**
 * Which.
 */
button: Button,
/**
 * Fraction of the picture's width.
 */
x: number,
/**
 * Fraction of the picture's height.
 */
y: number,
/**
 * Whether shift was held.
 */
shift: boolean, } | { "type": "move",
/**
 * Fraction of the picture's width; with two fingers, of the point between them.
 */
x: number,
/**
 * Fraction of the picture's height.
 */
y: number,
/**
 * With two fingers, their distance over that at the touch; otherwise 1.
 */
pinch: number, } | { "type": "up",
/**
 * Which.
 */
button: Button,
/**
 * Fraction of the picture's width.
 */
x: number,
/**
 * Fraction of the picture's height.
 */
y: number, } | { "type": "command",
/**
 * What to do.
 */
command: Command, } | { "type": "gone" };

/**
 * From the browser.
 */
export type FromViewer = { "type": "input",
/**
 * Counts this viewer's inputs over both channels, from 1; see [`crate::pointer`].
 */
seq: number,
/**
 * What.
 */
input: Input, } | { "type": "need_keyframe" } | { "type": "ask",
/**
 * Which.
 */
ask: Ask, } | { "type": "on",
/**
 * Which.
 */
rung: Rung, };

/**
 * To the browser.
 */
export type ToViewer = { "type": "welcome",
/**
 * [`crate::PROTOCOL`].
 */
protocol: number,
/**
 * Who the sidecar takes the browser for.
 */
viewer: ViewerId,
/**
 * What its link allows.
 */
role: Role,
/**
 * Changes with every start of the sidecar, as `/healthz` says it.
 */
epoch: string,
/**
 * Shown when it comes back, it is the same guest.
 */
pass: string, } | { "type": "room",
/**
 * All of it.
 */
room: Room, } | { "type": "scene",
/**
 * All of it.
 */
scene: SceneStatus, } | { "type": "notice",
/**
 * Plain text.
 */
text: string, } | { "type": "host",
/**
 * Whether it answers.
 */
answers: boolean, } | { "type": "refused",
/**
 * The status that an HTTP request would have got.
 */
status: number,
/**
 * The host lets people in one by one: `POST /knock` asks it.
 */
knock: boolean,
/**
 * The host does not want this guest.
 */
refused: boolean,
/**
 * Why, as a sentence.
 */
error: string, } | { "type": "ended",
/**
 * For whom.
 */
cause: EndCause,
/**
 * Why, as a sentence.
 */
reason: string, };

/**
 * A rung of the ladder: by which way pictures reach a browser, the best first.
 */
export type Rung = "udp" | "tcp" | "turn" | "webcodecs" | "jpeg";

/**
 * The first message over the WebSocket, from the browser. (A browser cannot give a WebSocket request a header.)
 */
export type Hello = {
/**
 * Of the link.
 */
token: string,
/**
 * What the header `Heliograph-Guest` says elsewhere, in the same form.
 */
guest: string,
/**
 * The name of the session that this WebSocket is to carry, as `Location` said it after `POST /whep`; none to begin one.
 */
session: string | null,
/**
 * How pictures are to come: [`Rung::WebCodecs`] or [`Rung::Jpeg`].
 */
rung: Rung, };

/**
 * For whom it is over.
 */
export type EndCause = "over" | "removed";

/**
 * Everyone who is here. Sent to every viewer at the start and on change.
 */
export type Room = {
/**
 * Whose hands count.
 */
mode: ControlMode,
/**
 * With [`ControlMode::OneAtATime`]: who has the scene in hand; nobody but the host when `None`.
 */
steers: ViewerId | null,
/**
 * The guests in the order of their coming.
 */
guests: Array<Guest>, };

/**
 * Whose hands move the scene, besides the host's.
 */
export type ControlMode = "host_only" | "one_at_a_time" | "everyone";

/**
 * One guest.
 */
export type Guest = {
/**
 * The connection that it has now.
 */
viewer: ViewerId,
/**
 * Plain text, cleaned by [`clean_name`].
 */
name: string,
/**
 * sRGB; each guest has another as long as there are some.
 */
color: [number, number, number],
/**
 * What it may do: its link's role, unless the host changed it.
 */
role: Role,
/**
 * The host has muted its input.
 */
muted: boolean,
/**
 * It asks to steer and waits for a word.
 */
asks: boolean, };

/**
 * What a viewer may ask of the room. Whether it is granted is decided in the app.
 */
export type Ask = { "type": "control" } | { "type": "release" } | { "type": "hand_over",
/**
 * Who.
 */
to: ViewerId, } | { "type": "rename",
/**
 * Cleaned before anyone sees it.
 */
name: string, };

/**
 * Everything about the scene but its pixels.
 */
export type SceneStatus = {
/**
 * What the window's title says: the names of the files.
 */
title: string,
/**
 * The layers, topmost first in the panel.
 */
layers: Array<LayerStatus>,
/**
 * The scene's own properties.
 */
properties: Array<Property>,
/**
 * What is marked.
 */
picked: PickedStatus | null,
/**
 * What is being loaded.
 */
loading: Array<LoadStatus>,
/**
 * The box about everything visible; none when there is nothing.
 */
bounds: Bounds | null,
/**
 * What is measured; none before the first end is set.
 */
measure: Measure | null,
/**
 * What is selected; none when nothing is.
 */
selection: SelectionStatus | null,
/**
 * What the coordinates of [`crate::Pose`] and of `bounds` are relative to, in those of the first layer's file.
 */
origin: [number, number, number],
/**
 * Words at places of the scene, to be drawn over the picture.
 */
labels: Array<Label>,
/**
 * What undoing would take back.
 */
undo: Step | null,
/**
 * What would be done again.
 */
redo: Step | null, };

/**
 * A box along the axes, in the coordinates of [`crate::Pose`].
 */
export type Bounds = {
/**
 * The least coordinates.
 */
min: [number, number, number],
/**
 * The greatest coordinates.
 */
max: [number, number, number], };

/**
 * A change of the scene that can be undone or done again.
 */
export type Step = {
/**
 * What was changed, in words, e.g. `point size of autzen`.
 */
what: string,
/**
 * Who did it; none where it was the host.
 */
by: string | null, };

/**
 * A word at a place of the scene.
 */
export type Label = {
/**
 * In the coordinates of [`crate::Pose`].
 */
at: [number, number, number],
/**
 * The word.
 */
text: string,
/**
 * What it is.
 */
kind: LabelKind, };

/**
 * What a [`Label`] is.
 */
export type LabelKind = "tick" | "axis" | "name";

/**
 * A line between two things, drawn over the picture by each side.
 */
export type Measure = {
/**
 * The end that was set first.
 */
from: MeasureEnd,
/**
 * The other end; none until it is set.
 */
to: MeasureEnd | null,
/**
 * How far the ends are apart, for people, in the unit of the file's coordinates, e.g. `12.3457`.
 */
distance: string | null, };

/**
 * One end of a [`Measure`].
 */
export type MeasureEnd = {
/**
 * Where it is drawn, in the coordinates of [`crate::Pose`].
 */
scene: [number, number, number],
/**
 * Where it is in the coordinates of the layer's file.
 */
world: [number, number, number], };

/**
 * An attribute of what is marked.
 */
export type PickedField = {
/**
 * As the layer calls it, e.g. `intensity`.
 */
name: string,
/**
 * For people, with its unit, e.g. `12.5 s`, or `Ground`.
 */
value: string, };

/**
 * What is marked: one thing of one layer, and all that its file says of it.
 */
export type PickedStatus = {
/**
 * What and where, in words, e.g. `autzen: point 1,234 at 636,100.2, 850,020.1, 421.0`.
 */
text: string,
/**
 * Where it is, in the coordinates of [`crate::Pose`].
 */
at: [number, number, number],
/**
 * Its attributes.
 */
fields: Array<PickedField>, };

/**
 * What is selected.
 */
export type SelectionStatus = {
/**
 * The layers of which something is selected, in their order.
 */
layers: Array<SelectedLayer>, };

/**
 * What is selected of a layer.
 */
export type SelectedLayer = {
/**
 * Which.
 */
id: LayerId,
/**
 * Its name for people.
 */
name: string,
/**
 * How many of its points, vertices, streamlines, nodes or voxels.
 */
count: number,
/**
 * The same for people, e.g. `1,234 of 110,000 points`.
 */
summary: string,
/**
 * What the file says of them; at most 12. Of many elements they are empty until they are counted.
 */
fields: Array<SelectedField>,
/**
 * The elements as a short text for codes of views; none when they are too many for one.
 */
code: string | null, };

/**
 * What a field says of the selected elements.
 */
export type SelectedField = {
/**
 * The quantity, for people.
 */
name: string,
/**
 * Its unit.
 */
unit: string | null,
/**
 * Of how many elements there is a number; of a field of streamlines' points, how many points.
 */
count: number,
/**
 * What these numbers are; none where there is no number.
 */
numbers: SelectedNumbers | null, };

/**
 * The numbers of a [`SelectedField`].
 */
export type SelectedNumbers = { "type": "quantity",
/**
 * The least.
 */
least: number,
/**
 * The mean.
 */
mean: number,
/**
 * The greatest.
 */
greatest: number,
/**
 * The standard deviation of the selected elements, as of a whole population.
 */
deviation: number, } | { "type": "kinds",
/**
 * The most frequent three, the most frequent first.
 */
most: Array<SelectedKind>,
/**
 * How many other kinds there are.
 */
more: number, };

/**
 * A kind of things among the selected.
 */
export type SelectedKind = {
/**
 * For people.
 */
label: string,
/**
 * sRGB.
 */
color: [number, number, number],
/**
 * How many.
 */
count: number, };

/**
 * One layer.
 */
export type LayerStatus = {
/**
 * Its name for commands.
 */
id: LayerId,
/**
 * Its name for people.
 */
name: string,
/**
 * `points`, `mesh`, `tracts`, `network`.
 */
kind: string,
/**
 * How much there is, e.g. `110,000 points`.
 */
summary: string,
/**
 * Whether it is drawn.
 */
visible: boolean,
/**
 * Its properties, `visible` excepted.
 */
properties: Array<Property>,
/**
 * What its colours mean, as far as a legend can say it; a network's nodes and links each have one.
 */
legends: Array<Legend>, };

/**
 * What the colours of a layer mean, drawn over the picture by each side, sharp on every line.
 */
export type Legend = {
/**
 * The quantity, for people.
 */
title: string,
/**
 * Its unit.
 */
unit: string | null,
/**
 * Its colours.
 */
scale: LegendScale, };

/**
 * The colours of a [`Legend`].
 */
export type LegendScale = { "type": "ramp",
/**
 * sRGB, at equal distances from the least to the greatest.
 */
colors: Array<[number, number, number]>,
/**
 * The quantities at its ends.
 */
range: [number, number],
/**
 * Whether equal factors are equal steps.
 */
log: boolean, } | { "type": "keys",
/**
 * Those that there are, the most frequent first.
 */
entries: Array<LegendEntry>,
/**
 * How many more there are.
 */
more: number, };

/**
 * A kind of things in a [`Legend`].
 */
export type LegendEntry = {
/**
 * For people.
 */
label: string,
/**
 * sRGB.
 */
color: [number, number, number], };

/**
 * A file on its way in.
 */
export type LoadStatus = {
/**
 * The file's name without its folder.
 */
name: string,
/**
 * From 0 to 1.
 */
fraction: number, };

/**
 * A control, described once and drawn by each side.
 */
export type Property = {
/**
 * What [`crate::Command::Set`] names.
 */
id: string,
/**
 * For people, in sentence case.
 */
label: string,
/**
 * How to draw it and which values it takes.
 */
kind: PropertyKind,
/**
 * Of a number, e.g. `px`.
 */
unit: string | null,
/**
 * What it is now.
 */
value: Value,
/**
 * Whether that is not what it was at first.
 */
changed?: boolean, };

/**
 * How a property is drawn and which values it takes.
 */
export type PropertyKind = { "type": "range",
/**
 * The least value.
 */
min: number,
/**
 * The greatest value.
 */
max: number,
/**
 * The distance of neighbouring values.
 */
step: number, } | { "type": "choice",
/**
 * In the order to show them.
 */
options: Array<ChoiceOption>, } | { "type": "several",
/**
 * In the order to show them.
 */
options: Array<ChoiceOption>, } | { "type": "interval",
/**
 * The least value.
 */
min: number,
/**
 * The greatest value.
 */
max: number,
/**
 * How many elements lie in each of equal parts from `min` to `max`; may be empty.
 */
histogram: Array<number>, } | { "type": "toggle" } | { "type": "color" };

/**
 * One option of a choice, or of several.
 */
export type ChoiceOption = {
/**
 * What [`Value::Choice`] and [`Value::Several`] name.
 */
id: string,
/**
 * For people.
 */
label: string,
/**
 * sRGB, where it has a colour of its own.
 */
color: [number, number, number] | null, };
