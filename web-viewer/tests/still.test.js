import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Still } from '../core/still.js';

const payload = new Uint8Array(0);
/** @param {number} still @param {number} rtp_timestamp @param {number} tiles @returns {import('../core/still.js').Begin} */
const begin = (still, rtp_timestamp, tiles = 2) => ({ type: 'still_begin', tiles, still, rtp_timestamp, width: 8, height: 4, payload });
/** @param {number} still @param {number} index @returns {import('../core/still.js').Tile} */
const tile = (still, index) => ({ type: 'still_tile', index, still, x: 0, y: 0, width: 4, height: 4, payload });
/** @param {number} still @param {number} rtp_timestamp @returns {import('../core/still.js').Over} */
const over = (still, rtp_timestamp) => ({ type: 'still_over', still, rtp_timestamp, payload });

/** @param {Still} still @param {number} number */
function whole(still, number) {
  for (let index = 0; still.tile(tile(number, index)); index += 1) still.draw(number);
}

test('a still picture is exact once its last tile is on screen, not before', () => {
  const still = new Still();
  still.shown(1000);
  assert.ok(still.begin(begin(1, 1000)));
  assert.ok(still.tile(tile(1, 0)) && still.draw(1));
  assert.ok(!still.isExact);
  assert.ok(still.tile(tile(1, 1)));
  assert.ok(!still.isExact);
  assert.ok(still.draw(1));
  assert.ok(still.isExact);
  assert.ok(!still.draw(1) && !still.tile(tile(1, 2)), 'there is no more of it');
});

test('frames of the same picture leave it, the first changed one ends it, across the wrap', () => {
  for (const start of [1000, 2 ** 32 - 10]) {
    const still = new Still();
    const at = (/** @type {number} */ ticks) => (start + ticks) % 2 ** 32;
    still.begin(begin(1, start));
    whole(still, 1);
    assert.ok(still.shown(start), 'the very frame');
    assert.ok(still.shown(at(-90)), 'a frame before it');
    assert.ok(still.shown(at(91)) && still.isExact, 'the same picture again');
    assert.ok(!still.shown(at(100)));
    assert.ok(!still.isExact && !still.draw(1));
  }
});

test('a changed frame that the decoder left out ends it by the host’s word', () => {
  const still = new Still();
  still.shown(1000);
  still.begin(begin(1, 1000));
  whole(still, 1);
  assert.ok(still.over(over(1, 1100)), 'until that frame is on screen the still picture is what was');
  assert.ok(still.shown(1051));
  assert.ok(!still.shown(1201));
});

test('where timestamps are unknown the host’s word ends it', () => {
  const still = new Still();
  still.shown(undefined);
  still.begin(begin(1, 1000));
  whole(still, 1);
  assert.ok(still.shown(undefined) && still.isExact);
  assert.ok(!still.over(over(1, 1100)));
});

test('one that comes after its end is not shown, nor are its tiles', () => {
  const still = new Still();
  still.shown(1100);
  assert.ok(!still.begin(begin(1, 1000)));
  assert.ok(!still.tile(tile(1, 0)) && !still.draw(1) && !still.isExact);
  assert.ok(!still.begin(begin(2, 1100, 0)), 'nothing is no picture');
});

test('tiles of another picture or out of their turn are not drawn', () => {
  const still = new Still();
  still.begin(begin(1, 1000));
  assert.ok(!still.tile(tile(2, 0)) && !still.tile(tile(1, 1)));
  assert.ok(still.over(over(7, 1100)), 'the end of another is not its end');
  assert.ok(still.begin(begin(2, 1200)));
  assert.ok(!still.tile(tile(1, 0)) && !still.draw(1));
  still.reset();
  assert.ok(!still.tile(tile(2, 0)) && !still.isExact);
});
