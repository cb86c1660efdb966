// The host's camera, hand and axes as the page knows them: the same sums of the same inputs, so that the page can draw over
// a picture and foresee where the camera goes. The originals are core/scene/src/camera.rs, hand.rs and triad.rs; their
// cases in core/scene/golden.json hold for both.

/** @import { Bounds, Button, Command, Input, PointerMessage, Side } from './wire.gen.js' */
import { clamp } from './geometry.js';

/** @typedef {[number, number, number]} Vector */
/**
 * Whence a frame was drawn; in scene coordinates and radians.
 * @typedef {object} Pose
 * @property {Vector} target
 * @property {number} yaw
 * @property {number} pitch
 * @property {number} distance
 * @property {number} fov_y
 * @property {boolean} orthographic
 */
/** In the units of the picture's width and height, y downwards. @typedef {[x: number, y: number]} Spot */

const NEAR_PER_DISTANCE = 1e-3;
const MIN_DISTANCE_PER_RADIUS = 1e-4;
const MAX_DISTANCE_PER_RADIUS = 1e3;
const FIT_MARGIN = 1.06;
const TURN = 2 * Math.PI;
const QUARTER = Math.PI / 2;

/** @type {Record<Side, [yaw: number, pitch: number]>} */
const SIDES = {
  front: [0, 0], right: [QUARTER, 0], back: [Math.PI, 0], left: [Math.PI + QUARTER, 0], top: [0, QUARTER], bottom: [0, -QUARTER],
};

/** @param {Vector} a @param {Vector} b */
const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
/** @param {Vector} a @param {Vector} b @param {number} share Of `b` that is added. @returns {Vector} */
const plus = (a, b, share = 1) => [a[0] + b[0] * share, a[1] + b[1] * share, a[2] + b[2] * share];

/** @param {Extract<PointerMessage, { type: 'camera' }>} message @returns {Pose | null} Null when nothing can be seen from there. */
export function poseOf({ target_x, target_y, target_z, yaw, pitch, distance, fov_y, orthographic }) {
  const isSane = [target_x, target_y, target_z, yaw, pitch].every(Number.isFinite) && distance > 0 && distance < Infinity && fov_y > 0 && fov_y < Math.PI;
  return isSane ? { target: [target_x, target_y, target_z], yaw, pitch, distance, fov_y, orthographic: orthographic === 1 } : null;
}

/**
 * The camera's own directions: to the right and upwards in the picture, and towards the eye.
 * @param {Pose} pose
 * @returns {{ right: Vector, up: Vector, back: Vector }}
 */
function directions({ yaw, pitch }) {
  const [sin, cos] = [Math.sin(yaw), Math.cos(yaw)];
  const [rise, run] = [Math.sin(pitch), Math.cos(pitch)];
  return { right: [cos, sin, 0], up: [-sin * rise, cos * rise, run], back: [sin * run, -cos * run, rise] };
}

/** Half of the picture's height, measured in the plane of the target. @param {Pose} pose */
const halfHeight = ({ distance, fov_y }) => distance * Math.tan(fov_y / 2);

/** @param {Bounds | null} bounds @returns {{ center: Vector, radius: number }} */
function extentOf(bounds) {
  if (!bounds) return { center: [0, 0, 0], radius: 1 };
  const { min, max } = bounds;
  const whole = plus(max, min, -1);
  return { center: plus(min, whole, 0.5), radius: Math.hypot(...whole) / 2 };
}

/**
 * Where the camera is after a command; where it was, when the command does not move it or where it goes is for the host to say.
 * @param {Pose} pose
 * @param {Command} command
 * @param {Bounds | null} bounds Of the scene.
 * @param {number} aspect Of the picture: width over height.
 * @returns {Pose}
 */
export function applied(pose, command, bounds, aspect) {
  const { center, radius: size } = extentOf(bounds);
  const radius = size || 1;
  /** @param {number} distance */
  const clamped = (distance) => clamp(distance, radius * MIN_DISTANCE_PER_RADIUS, radius * MAX_DISTANCE_PER_RADIUS);
  const next = moved(pose, command, bounds, aspect, clamped);
  const way = plus(next.target, center, -1);
  const reach = (radius * MAX_DISTANCE_PER_RADIUS) / Math.hypot(...way);
  if (reach < 1) next.target = plus(center, way, reach);
  return [...next.target, next.yaw, next.pitch, next.distance].every(Number.isFinite) ? next : pose;
}

/**
 * @param {Pose} pose
 * @param {Command} command
 * @param {Bounds | null} bounds
 * @param {number} aspect
 * @param {(distance: number) => number} clamped
 * @returns {Pose}
 */
function moved(pose, command, bounds, aspect, clamped) {
  const { right, up } = directions(pose);
  switch (command.type) {
    case 'orbit': {
      const yaw = (((pose.yaw - command.dx * Math.PI) % TURN) + TURN) % TURN;
      return { ...pose, yaw, pitch: clamp(pose.pitch + command.dy * Math.PI, -QUARTER, QUARTER) };
    }
    case 'pan': {
      const height = 2 * halfHeight(pose);
      return { ...pose, target: plus(plus(pose.target, right, -command.dx * height), up, command.dy * height) };
    }
    case 'zoom': {
      const [x, y] = [(2 * command.x - 1) * aspect * halfHeight(pose), (1 - 2 * command.y) * halfHeight(pose)];
      const fixed = plus(plus(pose.target, right, x), up, y);
      const distance = clamped(pose.distance / command.factor);
      return { ...pose, target: plus(fixed, plus(pose.target, fixed, -1), distance / pose.distance), distance };
    }
    case 'look': {
      const [yaw, pitch] = SIDES[command.from] ?? [pose.yaw, pose.pitch];
      return fitted({ ...pose, yaw, pitch }, bounds, aspect, clamped);
    }
    case 'fit':
      return fitted({ ...pose }, bounds, aspect, clamped);
    default:
      return { ...pose };
  }
}

/** @param {Pose} pose @param {Bounds | null} bounds @param {number} aspect @param {(distance: number) => number} clamped @returns {Pose} */
function fitted(pose, bounds, aspect, clamped) {
  if (!bounds) return pose;
  const { right, up, back } = directions(pose);
  const { center, radius } = extentOf(bounds);
  if (radius === 0) return { ...pose, target: center, distance: clamped(2) };
  let distance = radius * 0.1;
  for (const corner of cornersOf(bounds)) {
    const from = plus(corner, center, -1);
    const across = Math.max(Math.abs(dot(from, up)), Math.abs(dot(from, right)) / aspect) * FIT_MARGIN;
    distance = Math.max(distance, across / Math.tan(pose.fov_y / 2) + (pose.orthographic ? 0 : dot(from, back)));
  }
  return { ...pose, target: center, distance: clamped(distance) };
}

/** @param {Bounds} bounds @returns {Vector[]} */
const cornersOf = ({ min, max }) =>
  Array.from({ length: 8 }, (_, corner) => [(corner & 1 ? max : min)[0], (corner & 2 ? max : min)[1], (corner & 4 ? max : min)[2]]);

/** The camera's place of a scene point: right, up, and how far before the eye. @param {Pose} pose @returns {(place: Vector) => Vector} */
function viewFrom(pose) {
  const { right, up, back } = directions(pose);
  return (place) => {
    const from = plus(place, pose.target, -1);
    return [dot(from, right), dot(from, up), pose.distance - dot(from, back)];
  };
}

/** Where a place of the scene is in a picture; null behind the eye. @param {Pose} pose @param {Vector} place @param {number} width @param {number} height @returns {Spot | null} */
export function onPicture(pose, place, width, height) {
  const seen = viewFrom(pose)(place);
  return pose.orthographic || seen[2] >= pose.distance * NEAR_PER_DISTANCE ? onScreen(pose, seen, width, height) : null;
}

/**
 * The edges of a box in a picture, as far as they are before the camera.
 * @param {Pose} pose
 * @param {Bounds} bounds
 * @param {number} width
 * @param {number} height
 * @returns {[Spot, Spot][]}
 */
export function boxEdges(pose, bounds, width, height) {
  const corners = cornersOf(bounds).map(viewFrom(pose));
  /** @type {[Spot, Spot][]} */
  const edges = [];
  for (const [from, start] of corners.entries()) {
    for (const axis of [1, 2, 4]) {
      const end = from & axis ? undefined : corners[from | axis];
      const edge = end && visible(pose, start, end);
      if (edge) edges.push([onScreen(pose, edge[0], width, height), onScreen(pose, edge[1], width, height)]);
    }
  }
  return edges;
}

/** The part of an edge before the near plane. @param {Pose} pose @param {Vector} a @param {Vector} b @returns {[Vector, Vector] | null} */
function visible(pose, a, b) {
  const near = pose.orthographic ? -Infinity : pose.distance * NEAR_PER_DISTANCE;
  if (a[2] < near && b[2] < near) return null;
  const cut = plus(a, plus(b, a, -1), (near - a[2]) / (b[2] - a[2]));
  return [a[2] < near ? cut : a, b[2] < near ? cut : b];
}

/**
 * @param {Pose} pose
 * @param {Vector} seen In the camera's coordinates.
 * @param {number} width
 * @param {number} height
 * @returns {Spot}
 */
function onScreen(pose, seen, width, height) {
  const scale = height / 2 / (pose.orthographic ? halfHeight(pose) : seen[2] * Math.tan(pose.fov_y / 2));
  return [width / 2 + seen[0] * scale, height / 2 - seen[1] * scale];
}

/** @type {[name: string, axis: 0 | 1 | 2, color: string][]} */
const AXES = [['x', 0, '#f04e54'], ['y', 1, '#70c852'], ['z', 2, '#4c8cff']];

/**
 * The axes in the lower left corner of a picture, to be drawn in this order: the hub before the first that does not point away.
 * @param {Pose} pose
 * @param {number} width
 * @param {number} height
 */
export function triad(pose, width, height) {
  const least = Math.min(width, height);
  const side = Math.floor(Math.min(clamp(0.15 * least, 48, 150), least));
  const margin = Math.max(0, Math.min(Math.floor(side * 0.08), width - side, height - side));
  /** @type {Spot} */
  const middle = [margin + side / 2, height - margin - side / 2];
  const { right, up, back } = directions(pose);
  const reach = (0.66 * side) / 2;
  const axes = AXES.map(([name, axis, color]) => {
    /** @type {Spot} */
    const end = [middle[0] + right[axis] * reach, middle[1] - up[axis] * reach];
    return { name, end, towardsViewer: back[axis], color };
  }).sort((a, b) => a.towardsViewer - b.towardsViewer);
  const ballRadius = Math.max(side * 0.095, 7);
  return { middle, rodWidth: Math.max(side * 0.035, 2), hubRadius: ballRadius * 0.45, ballRadius, letterHeight: ballRadius * 1.35, axes };
}

/** The host's idea of this page's pointer. */
export class Hand {
  constructor() {
    /** @type {{ button: Button, action: 'orbit' | 'pan', x: number, y: number, pinch: number } | null} */
    this.held = null;
  }

  /**
   * @param {Input} input
   * @param {number} aspect Of the picture.
   * @returns {Command[]} What it means.
   */
  handle(input, aspect) {
    if (input.type === 'command') return [input.command];
    if (input.type === 'down') {
      const { button, x, y, shift } = input;
      this.held = { button, action: button === 'primary' && !shift ? 'orbit' : 'pan', x, y, pinch: 1 };
    } else if (input.type === 'move') {
      return this.#drag(input.x, input.y, input.pinch, aspect);
    } else if (input.type === 'gone') {
      this.held = null;
    } else if (this.held?.button === input.button) {
      const last = this.#drag(input.x, input.y, 0, aspect);
      this.held = null;
      return last;
    }
    return [];
  }

  /** @param {number} x @param {number} y @param {number} pinch @param {number} aspect @returns {Command[]} */
  #drag(x, y, pinch, aspect) {
    const { held } = this;
    if (!held) return [];
    const [dx, dy] = [clamp((x - held.x) * aspect, -32, 32), clamp(y - held.y, -32, 32)];
    held.x = x;
    held.y = y;
    /** @type {Command[]} */
    const commands = dx !== 0 || dy !== 0 ? [{ type: held.action, dx, dy }] : [];
    if (held.button === 'pinch' && pinch > 0) {
      const factor = clamp(pinch / held.pinch, 1e-3, 1e3);
      held.pinch = pinch;
      if (factor !== 1) commands.push({ type: 'zoom', factor, x, y });
    }
    return commands;
  }
}
