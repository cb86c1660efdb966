import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Gestures, wheelFactor } from '../core/gestures.js';

const PICTURE = { left: 0, top: 0, width: 1000, height: 500 };

/** @param {Partial<import('../core/gestures.js').PointerSample>} given */
const sample = (given) => ({
  kind: /** @type {const} */ ('down'), id: 1, pointer: /** @type {const} */ ('mouse'),
  button: 0, clientX: 500, clientY: 250, shift: false, timeMs: 0, ...given,
});

/** @param {Gestures} gestures @param {Partial<import('../core/gestures.js').PointerSample>[]} samples */
const play = (gestures, samples) => samples.flatMap((given) => gestures.handle(sample(given), PICTURE));

test('a drag is a press, moves and a release where the hand is', () => {
  const inputs = play(new Gestures(), [
    { kind: 'down' }, { kind: 'move', clientX: 600 }, { kind: 'move', clientX: 700, clientY: 300 }, { kind: 'up', clientX: 700, clientY: 300 },
  ]);
  assert.deepEqual(inputs, [
    { type: 'down', button: 'primary', x: 0.5, y: 0.5, shift: false },
    { type: 'move', x: 0.6, y: 0.5, pinch: 1 },
    { type: 'move', x: 0.7, y: 0.6, pinch: 1 },
    { type: 'up', button: 'primary', x: 0.7, y: 0.6 },
  ]);
});

test('each button has its own hold, and shift is told', () => {
  for (const [button, name] of /** @type {const} */ ([[0, 'primary'], [1, 'middle'], [2, 'secondary']])) {
    const [down] = play(new Gestures(), [{ button, shift: true }]);
    assert.deepEqual(down, { type: 'down', button: name, x: 0.5, y: 0.5, shift: true });
  }
});

test('a click picks where it was pressed, however the hand trembled', () => {
  const inputs = play(new Gestures(), [{}, { kind: 'move', clientX: 502 }, { kind: 'up', clientX: 502, timeMs: 90 }]);
  assert.deepEqual(inputs.map(({ type }) => type), ['down', 'up', 'command']);
  assert.deepEqual(inputs[1], { type: 'up', button: 'primary', x: 0.5, y: 0.5 });
  assert.deepEqual(inputs[2], { type: 'command', command: { type: 'pick', x: 0.5, y: 0.5 } });
});

test('the second of two quick clicks re-centres, and the third picks again', () => {
  const gestures = new Gestures();
  const commands = [0, 200, 400].flatMap((timeMs) =>
    play(gestures, [{ timeMs }, { kind: 'up', timeMs: timeMs + 60 }]).flatMap((input) => (input.type === 'command' ? [input.command.type] : [])),
  );
  assert.deepEqual(commands, ['pick', 'recenter', 'pick']);
});

test('clicks far apart, in place or time, are two picks', () => {
  for (const second of [{ clientX: 560, timeMs: 200 }, { timeMs: 900 }]) {
    const gestures = new Gestures();
    play(gestures, [{}, { kind: 'up', timeMs: 50 }]);
    const inputs = play(gestures, [second, { ...second, kind: 'up', timeMs: second.timeMs + 50 }]);
    assert.deepEqual(inputs.at(-1)?.type === 'command' && /** @type {any} */ (inputs.at(-1)).command.type, 'pick');
  }
});

test('a long press, a shift click, a right click and a click beside the picture pick nothing', () => {
  const clicks = [
    [{}, { kind: 'up', timeMs: 900 }],
    [{ shift: true }, { kind: 'up', timeMs: 50 }],
    [{ button: 2 }, { kind: 'up', button: 2, timeMs: 50 }],
    [{ clientX: -20 }, { kind: 'up', clientX: -20, timeMs: 50 }],
  ];
  for (const click of clicks) {
    const inputs = play(new Gestures(), /** @type {any} */ (click));
    assert.deepEqual(inputs.map(({ type }) => type), ['down', 'up']);
  }
});

test('a second finger turns the orbit into pan and pinch, and its leaving starts nothing by itself', () => {
  const touch = { pointer: /** @type {const} */ ('touch') };
  const gestures = new Gestures();
  const inputs = play(gestures, [
    { ...touch, id: 1, clientX: 400 },
    { ...touch, id: 2, clientX: 600 },
    { ...touch, kind: 'move', id: 2, clientX: 700 },
    { ...touch, kind: 'up', id: 2, clientX: 700 },
    { ...touch, kind: 'move', id: 1, clientX: 404 },
  ]);
  assert.deepEqual(inputs, [
    { type: 'down', button: 'primary', x: 0.4, y: 0.5, shift: false },
    { type: 'up', button: 'primary', x: 0.4, y: 0.5 },
    { type: 'down', button: 'pinch', x: 0.5, y: 0.5, shift: false },
    { type: 'move', x: 0.55, y: 0.5, pinch: 1.5 },
    { type: 'up', button: 'pinch', x: 0.55, y: 0.5 },
  ]);
  const after = play(gestures, [{ ...touch, kind: 'move', id: 1, clientX: 450 }, { ...touch, kind: 'up', id: 1, clientX: 450 }]);
  assert.deepEqual(after.map(({ type }) => type), ['down', 'move', 'up']);
  assert.equal(gestures.isHolding, false);
});

test('two fingers that tap pick nothing', () => {
  const touch = { pointer: /** @type {const} */ ('touch') };
  const inputs = play(new Gestures(), [
    { ...touch, id: 1 }, { ...touch, id: 2, clientX: 600 }, { ...touch, kind: 'up', id: 2, timeMs: 60 }, { ...touch, kind: 'up', id: 1, timeMs: 70 },
  ]);
  assert.equal(inputs.some(({ type }) => type === 'command'), false);
});

test('a third finger, a second mouse and an unknown pointer change nothing', () => {
  const touch = { pointer: /** @type {const} */ ('touch') };
  const gestures = new Gestures();
  play(gestures, [{ ...touch, id: 1 }, { ...touch, id: 2, clientX: 600 }]);
  const ignored = play(gestures, [{ ...touch, id: 3 }, { kind: 'move', id: 3, clientX: 1 }, { id: 4 }, { kind: 'up', id: 4 }, { kind: 'cancel', id: 5 }]);
  assert.deepEqual(ignored, []);
});

test('whatever takes the pointer away, the host hears one release', () => {
  for (const take of [(/** @type {Gestures} */ g) => g.release(), (/** @type {Gestures} */ g) => play(g, [{ kind: 'cancel' }])]) {
    const gestures = new Gestures();
    play(gestures, [{}, { kind: 'move', clientX: 800 }]);
    assert.deepEqual(take(gestures), [{ type: 'up', button: 'primary', x: 0.8, y: 0.5 }]);
    assert.deepEqual(gestures.release(), []);
    assert.deepEqual(play(gestures, [{ kind: 'move', clientX: 100 }, { kind: 'up' }]), []);
  }
});

test('random hands never leave the host with a hold that is not let go', () => {
  let seed = 20261122;
  const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
  const gestures = new Gestures();
  let held = 0;
  for (let step = 0; step < 20_000; step += 1) {
    const kind = /** @type {const} */ (['down', 'move', 'up', 'cancel'])[Math.floor(random() * 4)] ?? 'move';
    const id = Math.floor(random() * 4);
    const pointer = id === 0 ? /** @type {const} */ ('mouse') : /** @type {const} */ ('touch');
    const at = { kind, id, pointer, clientX: random() * 1000, clientY: random() * 500, timeMs: step * 20, button: Math.floor(random() * 3) };
    for (const input of play(gestures, [at])) {
      if (input.type === 'down') held += 1;
      if (input.type === 'up') held -= 1;
      if (input.type === 'move') assert.equal(held, 1, `seed 20261122, step ${step}`);
      assert.ok(held === 0 || held === 1, `seed 20261122, step ${step}`);
    }
    assert.equal(gestures.isHolding, held === 1, `seed 20261122, step ${step}`);
  }
});

test('the wheel magnifies by as much as it takes back, in every unit, and never by a leap', () => {
  const notch = wheelFactor({ deltaY: -100, deltaMode: 0, ctrlKey: false });
  assert.ok(notch > 1.1 && notch < 1.25, `${notch}`);
  assert.ok(Math.abs(notch * wheelFactor({ deltaY: 100, deltaMode: 0, ctrlKey: false }) - 1) < 1e-12);
  const lines = wheelFactor({ deltaY: -3, deltaMode: 1, ctrlKey: false });
  assert.ok(Math.abs(lines - notch) < 0.02, `${lines}`);
  assert.ok(wheelFactor({ deltaY: -10, deltaMode: 0, ctrlKey: true }) > 1.09);
  assert.ok(wheelFactor({ deltaY: -1e9, deltaMode: 2, ctrlKey: true }) < 3);
});
