// The page's camera against the host's, by the cases that Rust wrote.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { applied, boxEdges, Hand, poseOf, triad } from '../core/camera.js';

/** @type {{ commands: any[], places: any[], triads: any[], hands: any[] }} */
const golden = JSON.parse(readFileSync(new URL('../../core/scene/golden.json', import.meta.url), 'utf8'));

/** The host counts with 32 bits. @param {unknown} actual @param {unknown} expected @param {string} what @param {number} unit */
function near(actual, expected, what, unit = 1) {
  if (typeof expected === 'number') {
    assert.ok(Math.abs(Number(actual) - expected) <= 2e-4 * Math.max(unit, Math.abs(expected)), `${what}: ${actual}, not ${expected}`);
  } else if (typeof expected === 'object' && expected !== null) {
    if (Array.isArray(expected)) assert.equal(Reflect.get(Object(actual), 'length'), expected.length, what);
    for (const [key, value] of Object.entries(expected)) near(Reflect.get(Object(actual), key), value, `${what}.${key}`, unit);
  } else assert.equal(actual, expected, what);
}

test('a chain of commands leads where it leads on the host', () => {
  assert.ok(golden.commands.length > 20);
  for (const [index, { pose, bounds, aspect, commands, after }] of golden.commands.entries()) {
    let seen = pose;
    for (const command of commands) seen = applied(seen, command, bounds, aspect);
    near(seen, after, `case ${index}`, after.distance);
  }
});

test('a place is seen where the host draws it', () => {
  for (const [index, { pose, aspect, place, seen }] of golden.places.entries()) {
    // A box without size is a place.
    for (const spot of boxEdges(pose, { min: place, max: place }, aspect, 1).flat()) near(spot, [seen[0] * aspect, seen[1]], `case ${index}`);
  }
});

test('the axes stand where the window draws them', () => {
  for (const [index, { pose, width, height, ...expected }] of golden.triads.entries()) {
    const { middle, rodWidth, hubRadius, ballRadius, letterHeight, axes } = triad(pose, width, height);
    const named = axes.map(({ name, end, towardsViewer, color }) => {
      const bytes = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
      return { name, end, towards_viewer: towardsViewer, color: bytes };
    });
    near({ middle, rod_width: rodWidth, hub_radius: hubRadius, ball_radius: ballRadius, letter_height: letterHeight, axes: named }, expected, `case ${index}`);
  }
});

test('a hand means what it means on the host', () => {
  for (const [index, { aspect, inputs, commands }] of golden.hands.entries()) {
    const hand = new Hand();
    near(inputs.map((/** @type {any} */ input) => hand.handle(input, aspect)), commands, `course ${index}`);
  }
});

const POSE = { target: /** @type {[number, number, number]} */ ([0, 0, 0]), yaw: 0, pitch: 0, distance: 4, fov_y: 0.8, orthographic: false };
const BOX = { min: /** @type {[number, number, number]} */ ([-1, -1, -1]), max: /** @type {[number, number, number]} */ ([1, 1, 1]) };

test('a box before the camera has twelve edges, one about it fewer, and none lies behind the eye', () => {
  assert.equal(boxEdges(POSE, BOX, 160, 90).length, 12);
  const inside = boxEdges({ ...POSE, distance: 0.5 }, BOX, 160, 90);
  assert.equal(inside.length, 8);
  for (const edge of inside) assert.ok(edge.flat().every(Number.isFinite), String(edge));
  assert.equal(boxEdges({ ...POSE, distance: 0.5, orthographic: true }, BOX, 160, 90).length, 12);
  assert.deepEqual(boxEdges({ ...POSE, target: [0, 9, 0] }, BOX, 160, 90), []);
});

test('what is no camera is none, and what would leave all numbers is not done', () => {
  const message = { type: /** @type {const} */ ('camera'), orthographic: 0, seq: 1, rtp_timestamp: 2, target_x: 0, target_y: 0, target_z: 0, yaw: 0, pitch: 0, distance: 4, fov_y: 0.8 };
  assert.deepEqual(poseOf(message), POSE);
  for (const wrong of [{ distance: 0 }, { distance: NaN }, { distance: Infinity }, { fov_y: 0 }, { fov_y: 4 }, { yaw: NaN }, { target_z: Infinity }]) {
    assert.equal(poseOf({ ...message, ...wrong }), null, JSON.stringify(wrong));
  }
  assert.equal(applied(POSE, { type: 'pan', dx: NaN, dy: 0 }, BOX, 1.6), POSE);
  assert.deepEqual(applied(POSE, { type: 'undo' }, null, 1.6), POSE);
});
