import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ArrowMotion, meaningOf } from '../core/keys.js';

/** @param {string} key @param {Partial<import('../core/keys.js').Key>} given */
const press = (key, given = {}) => meaningOf({ key, code: '', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...given });
/** @param {string} key @param {Partial<import('../core/keys.js').Key>} given */
const commandOf = (key, given = {}) => {
  const meaning = press(key, given);
  return meaning?.type === 'command' ? meaning.command : null;
};

test('the digits look from the six sides, in the order of the window', () => {
  const sides = ['1', '2', '3', '4', '5', '6'].map((key) => commandOf(key));
  assert.deepEqual(sides.map((command) => command?.type === 'look' && command.from), ['front', 'back', 'left', 'right', 'top', 'bottom']);
  // A French keyboard has its digits with shift.
  assert.deepEqual(commandOf('&', { code: 'Digit1' }), { type: 'look', from: 'front' });
  assert.equal(press('7'), null);
});

test('letters mean the same with and without shift, and nothing with the browser’s own modifiers', () => {
  assert.deepEqual(commandOf('F', { shiftKey: true }), { type: 'fit' });
  assert.deepEqual(commandOf('f'), { type: 'fit' });
  for (const given of [{ ctrlKey: true }, { metaKey: true }, { altKey: true }]) {
    for (const key of ['f', 's', 'o', '1', '+', '-']) assert.equal(press(key, given), null);
  }
});

test('undo and redo go by every system’s habit', () => {
  assert.deepEqual(commandOf('z', { ctrlKey: true }), { type: 'undo' });
  assert.deepEqual(commandOf('Z', { metaKey: true, shiftKey: true }), { type: 'redo' });
  assert.deepEqual(commandOf('y', { ctrlKey: true }), { type: 'redo' });
  assert.equal(press('z'), null);
});

test('plus comes nearer by as much as minus goes away', () => {
  const [nearer, farther] = [commandOf('='), commandOf('-')];
  assert.ok(nearer?.type === 'zoom' && farther?.type === 'zoom' && nearer.factor > 1);
  assert.ok(Math.abs(nearer.factor * farther.factor - 1) < 1e-12);
});

test('an arrow steps once at the press and moves on smoothly while it is held', () => {
  const motion = new ArrowMotion();
  assert.deepEqual(motion.press('right', false, 0), { type: 'orbit', dx: 0.05, dy: 0 });
  assert.equal(motion.press('right', false, 30), null);
  assert.equal(motion.frame(100), null);
  motion.frame(284);
  const step = motion.frame(300);
  assert.ok(step?.type === 'orbit' && Math.abs(step.dx - 0.016 * 0.4) < 1e-9 && step.dy === 0);
  motion.release('right');
  assert.equal(motion.frame(316), null);
  assert.equal(motion.isMoving, false);
});

test('opposite arrows cancel, two go aslant, and shift pans', () => {
  const motion = new ArrowMotion();
  motion.press('left', true, 0);
  motion.press('right', true, 0);
  motion.press('down', true, 0);
  motion.frame(400);
  const step = motion.frame(410);
  assert.ok(step?.type === 'pan' && step.dx === 0 && step.dy > 0);
});

test('a frame after a long sleep leaps no farther than a slow one', () => {
  const motion = new ArrowMotion();
  motion.press('up', false, 0);
  motion.frame(300);
  const step = motion.frame(60_000);
  assert.ok(step?.type === 'orbit' && step.dy > -0.05);
});
