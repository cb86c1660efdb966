import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Outbox } from '../core/outbox.js';
import { decodePointer } from '../core/wire.gen.js';

/** A channel that remembers. */
class FakeChannel {
  /** @param {any[]} log @param {string} name */
  constructor(log, name) {
    this.readyState = 'open';
    this.bufferedAmount = 0;
    this.log = log;
    this.name = name;
  }

  /** @param {string & ArrayBuffer} data */
  send(data) {
    const message = typeof data === 'string' ? JSON.parse(data) : decodePointer(data);
    this.log.push({ on: this.name, ...message });
  }
}

function outbox() {
  /** @type {any[]} */
  const log = [];
  const control = new FakeChannel(log, 'control');
  const pointer = new FakeChannel(log, 'pointer');
  return { log, control, pointer, box: new Outbox(control, pointer) };
}

/** @param {number} x */
const move = (x) => ({ type: /** @type {const} */ ('move'), x, y: 0.5, pinch: 1 });
const down = { type: /** @type {const} */ ('down'), button: /** @type {const} */ ('primary'), x: 0.5, y: 0.5, shift: false };
const up = { type: /** @type {const} */ ('up'), button: /** @type {const} */ ('primary'), x: 0.5, y: 0.5 };
/** @param {import('../core/wire.gen.js').Command} command */
const command = (command) => ({ type: /** @type {const} */ ('command'), command });

test('of many moves in one displayed frame the first leaves at once and then only the newest', () => {
  const { box, log } = outbox();
  for (const x of [0.125, 0.25, 0.375, 0.5]) box.push(move(x), 0);
  assert.deepEqual(log.map(({ x }) => x), [0.125]);
  assert.equal(box.wantsFrame, true);
  box.frame(16);
  assert.deepEqual(log.map(({ x }) => x), [0.125, 0.5]);
  box.frame(32);
  assert.equal(log.length, 2);
  assert.equal(box.wantsFrame, false);
});

test('presses and releases leave at once, in order, numbered with the moves, and say which grab a move is of', () => {
  const { box, log } = outbox();
  box.push(down, 0);
  box.push(move(0.25), 1);
  box.push(up, 2);
  box.push(down, 3);
  box.frame(16);
  box.push(move(0.75), 17);
  assert.deepEqual(
    log.map((sent) => [sent.on, sent.seq, sent.input?.type ?? sent.type, sent.grab]),
    [
      ['control', 1, 'down', undefined],
      ['pointer', 2, 'move', 1],
      ['control', 3, 'move', undefined], // The last move may be lost on `pointer`; the release makes it sure.
      ['control', 4, 'up', undefined],
      ['control', 5, 'down', undefined],
      ['pointer', 6, 'move', 3],
    ],
  );
});

test('a move that still waits reaches the host before the release', () => {
  const { box, log } = outbox();
  box.push(down, 0);
  box.push(move(0.25), 0);
  box.push(move(0.875), 1);
  box.push(up, 2);
  assert.deepEqual(log.slice(2).map(({ input }) => [input.type, input.x]), [['move', 0.875], ['up', 0.5]]);
  box.frame(16);
  assert.equal(log.length, 4);
});

test('a pointer that rests has its last move said once more where nothing is lost', () => {
  const { box, log } = outbox();
  box.push(down, 0);
  box.push(move(0.25), 10);
  assert.equal(box.deadline, 70);
  box.poll(69);
  assert.equal(log.length, 2);
  box.poll(70);
  assert.deepEqual([log[2].on, log[2].seq, log[2].input], ['control', 3, move(0.25)]);
  box.poll(1000);
  assert.equal(log.length, 3);
  assert.equal(box.deadline, Infinity);
});

test('while a channel is full moves wait, the newest wins, and presses still leave', () => {
  const { box, log, pointer } = outbox();
  pointer.bufferedAmount = 10_000;
  for (let frame = 0; frame < 100; frame += 1) {
    box.push(move(frame / 128), frame * 16);
    box.frame(frame * 16);
  }
  assert.equal(log.length, 0);
  assert.equal(box.wantsFrame, true);
  pointer.bufferedAmount = 0;
  box.frame(1616);
  assert.deepEqual(log.map(({ x }) => x), [99 / 128]);
  pointer.bufferedAmount = 10_000;
  box.push(move(1), 1620);
  box.push(up, 1621);
  assert.deepEqual(log.slice(1).map(({ on, input }) => [on, input.type]), [['control', 'move'], ['control', 'up']]);
});

test('wheel and arrow steps of one frame add up to one message and nothing of them is lost', () => {
  const { box, log, control } = outbox();
  const steps = 40;
  control.bufferedAmount = 1e6;
  for (let step = 0; step < steps; step += 1) box.push(command({ type: 'zoom', factor: 1.0625, x: 0.25, y: step / 64 }), step);
  assert.equal(log.length, 0);
  control.bufferedAmount = 0;
  box.frame(100);
  assert.equal(log.length, 1);
  assert.ok(Math.abs(log[0].input.command.factor / 1.0625 ** steps - 1) < 1e-9);
  assert.equal(log[0].input.command.y, (steps - 1) / 64);
  for (let step = 0; step < 4; step += 1) box.push(command({ type: 'orbit', dx: 0.25, dy: -0.5 }), 101);
  box.push(command({ type: 'pan', dx: 1, dy: 1 }), 102);
  box.push(command({ type: 'fit' }), 103);
  assert.deepEqual(log.slice(1).map(({ input }) => input.command), [
    { type: 'orbit', dx: 1, dy: -2 },
    { type: 'pan', dx: 1, dy: 1 },
    { type: 'fit' },
  ]);
});

test('what is done while the channel is closed is not done later', () => {
  const { box, log, control } = outbox();
  control.readyState = 'closed';
  for (const input of [down, move(0.5), up, command({ type: 'fit' })]) box.push(input, 0);
  control.readyState = 'open';
  box.frame(16);
  box.poll(1000);
  assert.equal(log.length, 0);
  assert.equal(box.seq, 0);
});

test('a channel that closes under a send does not break the page', () => {
  const { box, control } = outbox();
  control.send = () => {
    throw new Error('closed');
  };
  box.push(down, 0);
  box.needKeyframe();
});

test('every golden input leaves the page as Rust wrote it', () => {
  const golden = JSON.parse(readFileSync(new URL('../../core/wire/golden.json', import.meta.url), 'utf8')).from_viewer;
  for (const message of golden) {
    const { box, log } = outbox();
    if (message.type === 'need_keyframe') box.needKeyframe();
    else if (message.type === 'ask' || message.type === 'on') continue; // The viewer says it, not the hand.
    else if (message.input.type === 'move') continue; // Leaves over `pointer`: see the tests of wire.
    else box.push(message.input, 0);
    const { on, ...sent } = log[0];
    assert.equal(on, 'control');
    assert.deepEqual(sent, message.seq === undefined ? message : { ...message, seq: 1 });
  }
});

test('on a fast screen no more than 100 moves a second leave, on a usual one every frame has its own', () => {
  for (const { hertz, expected } of [
    { hertz: 60, expected: 600 }, { hertz: 90, expected: 900 }, { hertz: 120, expected: 1000 }, { hertz: 240, expected: 1000 },
  ]) {
    const { box, log } = outbox();
    for (let frame = 0; frame < hertz * 10; frame += 1) {
      const now = (frame * 1000) / hertz;
      if (box.wantsFrame) box.frame(now);
      box.push(move(frame / 1e5), now);
    }
    assert.ok(Math.abs(log.length - expected) <= 5, `${log.length} in 10 s at ${hertz} Hz`);
    assert.equal(box.wantsFrame, true, 'the last move is still to leave, or was just sent');
  }
});
