import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Changes, countText, legendTitle, numberText, quantityAt, stepOf, ticked } from '../core/controls.js';

test('a number has about four digits', () => {
  const texts = [0, 0.25, -1234.56, 406.26, 1e-5, 2.5e9, 123_456].map(numberText);
  assert.deepEqual(texts, ['0', '0.25', '−1235', '406.3', '1.00e−5', '2.50e9', '123456']);
});

test('a count has a comma every three digits, as in the window', () => {
  assert.deepEqual([0, 999, 1000, 1_234_567].map(countText), ['0', '999', '1,000', '1,234,567']);
});

test('ticks stand at equal steps, or at equal factors', () => {
  assert.equal(quantityAt([400, 500], false, 0.25), 425);
  assert.ok(Math.abs(quantityAt([1, 10_000], true, 0.5) - 100) < 1e-9);
  assert.ok(Math.abs(quantityAt([0, 1], true, 0) - 1e-4) < 1e-12);
});

test('a legend names its unit, where there is one', () => {
  /** @type {import('../core/wire.gen.js').LegendScale} */
  const scale = { type: 'keys', entries: [], more: 0 };
  assert.equal(legendTitle({ title: 'Length', unit: 'mm', scale }), 'Length (mm)');
  assert.equal(legendTitle({ title: 'Class', unit: null, scale }), 'Class');
});

test('steps are fine enough for what is between the ends', () => {
  assert.equal(stepOf(0, 100), 0.1);
  assert.equal(stepOf(5, 5), 1);
});

test('ticking adds once and takes away', () => {
  assert.deepEqual(ticked(['1', '2'], '3', true), ['1', '2', '3']);
  assert.deepEqual(ticked(['1', '2'], '2', true), ['1', '2']);
  assert.deepEqual(ticked(['1', '2'], '1', false), ['2']);
});

test('of many changes of one control the newest is sent, and the host’s older word waits', () => {
  const changes = new Changes();
  const size = { id: 'size', label: '', unit: null, kind: /** @type {const} */ ({ type: 'toggle' }), value: { toggle: true } };
  assert.ok(changes.isTheHosts(1, size, 0));
  changes.put(1, 'size', { number: 2 }, 100);
  changes.put(1, 'size', { number: 3 }, 110);
  changes.put(null, 'size', { number: 9 }, 110);
  assert.deepEqual(changes.take().map(({ value }) => value), [{ number: 3 }, { number: 9 }]);
  assert.deepEqual(changes.take(), []);
  assert.ok(!changes.isTheHosts(1, size, 700));
  assert.ok(changes.isTheHosts(2, size, 700));
  assert.ok(changes.isTheHosts(1, size, 711));
  assert.equal(changes.settledAt, 710);
});
