import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applied } from '../core/camera.js';
import { Foresight } from '../core/foresight.js';

/** @import { Input } from '../core/wire.gen.js' */

const BOX = { min: /** @type {[number, number, number]} */ ([-1, -1, -1]), max: /** @type {[number, number, number]} */ ([1, 1, 1]) };
const SLOW = 500;

/** @param {number} rtp_timestamp @param {number} seq @param {number} yaw */
const camera = (rtp_timestamp, seq, yaw) =>
  ({ type: /** @type {const} */ ('camera'), orthographic: 0, seq, rtp_timestamp, target_x: 0, target_y: 0, target_z: 0, yaw, pitch: 0, distance: 4, fov_y: 0.8 });
/** @type {Input} */
const DOWN = { type: 'down', button: 'primary', x: 0.5, y: 0.5, shift: false };
/** @param {number} x @returns {Input} */
const move = (x) => ({ type: 'move', x, y: 0.5, pinch: 1 });

/** A page that has held the scene since input 1, on a host that stands still. */
function holding() {
  const foresight = new Foresight();
  foresight.told(camera(900, 0, 1));
  foresight.shown(900);
  foresight.push(DOWN, 1, 0);
  foresight.sent(1);
  return foresight;
}

/** @param {Foresight} foresight @param {number} now */
const yaw = (foresight, now = 10) => foresight.foreseen(BOX, SLOW, now)?.yaw ?? null;

test('the outline turns with the first move, before that has left, and as far as the host will turn', () => {
  const foresight = holding();
  assert.equal(yaw(foresight), null, 'a press turns nothing');
  foresight.push(move(0.6), 1, 5);
  const turned = applied(/** @type {any} */ (foresight.onScreen).pose, { type: 'orbit', dx: 0.6 - 0.5, dy: 0 }, BOX, 1);
  assert.equal(yaw(foresight), turned.yaw);
  foresight.sent(2);
  foresight.push(move(0.7), 1, 6);
  assert.ok(Math.abs((yaw(foresight) ?? 0) - (1 - 0.2 * Math.PI + 0)) < 1e-9);
});

test('what a frame has is not added again, whichever of pose and frame comes first', () => {
  const foresight = holding();
  foresight.push(move(0.6), 1, 5);
  foresight.sent(2);
  foresight.push(move(0.7), 1, 6);
  foresight.sent(3);
  const goal = yaw(foresight);
  foresight.told(camera(990, 2, 1 - 0.1 * Math.PI));
  assert.ok(Math.abs((yaw(foresight) ?? 0) - (goal ?? 0)) < 1e-9, 'the host has come half of the way');
  assert.equal(foresight.onScreen?.rtpTimestamp, 900);
  foresight.shown(995);
  assert.equal(foresight.onScreen?.rtpTimestamp, 990);
  assert.notEqual(yaw(foresight), null);
  foresight.shown(1080);
  foresight.told(camera(1080, 3, goal ?? 0));
  assert.equal(yaw(foresight), null, 'caught up');
  assert.equal(foresight.onScreen?.pose.yaw, goal);
});

test('it stays until the frame is on screen, not only its pose', () => {
  const foresight = holding();
  foresight.push(move(0.6), 1, 5);
  foresight.sent(2);
  foresight.told(camera(990, 2, 0.5));
  assert.equal(yaw(foresight), 0.5, 'the newest pose, with nothing to add');
  foresight.shown(989);
  assert.equal(yaw(foresight), 0.5);
  foresight.shown(990);
  assert.equal(yaw(foresight), null);
});

test('a browser that does not say which frame it shows is believed to show the newest', () => {
  const foresight = holding();
  foresight.shown(undefined);
  foresight.push(move(0.6), 1, 5);
  foresight.sent(2);
  foresight.told(camera(990, 2, 0.5));
  assert.equal(yaw(foresight), null);
  assert.equal(foresight.onScreen?.pose.yaw, 0.5);
});

test('poses out of order, twice and across the wrap of their frames are put in order', () => {
  const foresight = new Foresight();
  for (const [stamp, angle] of /** @type {const} */ ([[2 ** 32 - 90, 1], [90, 3], [0, 2], [90, 3]])) foresight.told(camera(stamp, 0, angle));
  assert.equal(foresight.onScreen?.pose.yaw, 3);
  foresight.shown(2 ** 32 - 1);
  assert.equal(foresight.onScreen?.pose.yaw, 1);
  foresight.shown(45);
  assert.equal(foresight.onScreen?.pose.yaw, 2);
  for (let stamp = 100; stamp < 5000; stamp += 1) foresight.told(camera(stamp, 0, 4));
  assert.ok(foresight.poses.length <= 128);
});

test('on a quick line, and for what the host does not take, nothing is foreseen', () => {
  const foresight = holding();
  foresight.push(move(0.6), 1, 5);
  assert.equal(foresight.foreseen(BOX, 60, 10), null);
  assert.equal(foresight.foreseen(BOX, null, 10), null);
  assert.notEqual(foresight.foreseen(BOX, SLOW, 10), null);
  assert.equal(yaw(foresight, 5000), null, 'forgotten');
});

test('a session that begins anew counts its inputs from the beginning', () => {
  const foresight = holding();
  foresight.push(move(0.6), 1, 5);
  foresight.sent(500);
  foresight.told(camera(990, 500, 0.5));
  foresight.shown(990);
  assert.equal(yaw(foresight), null);
  foresight.push({ type: 'command', command: { type: 'orbit', dx: 0.1, dy: 0 } }, 1, 6);
  foresight.sent(1);
  assert.notEqual(yaw(foresight), null);
});

test('what only the host can know is not guessed', () => {
  const foresight = holding();
  for (const command of /** @type {import('../core/wire.gen.js').Command[]} */ ([{ type: 'undo' }, { type: 'recenter', x: 0.1, y: 0.1 }, { type: 'pick', x: 0.5, y: 0.5 }])) {
    foresight.push({ type: 'command', command }, 1, 5);
  }
  assert.equal(yaw(foresight), null);
});
