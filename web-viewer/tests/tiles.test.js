import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { TileDecoder } from '../core/tiles.js';

/** @typedef {{ name: string, width: number, height: number, hash: number, head: string, tiles: { tile: number[], bytes: string }[] }} Golden */
/** @type {Golden[]} */
const golden = JSON.parse(readFileSync(new URL('../../core/still/golden.json', import.meta.url), 'utf8'));

/** @param {string} hex */
const bytes = (hex) => Uint8Array.from(Buffer.from(hex, 'hex'));
/** FNV-1a, as core/still's test has it. @param {Uint8ClampedArray} data */
const hash = (data) => data.reduce((hash, value) => Math.imul(hash ^ value, 0x01000193) >>> 0, 0x811c9dc5);
/** @param {number[]} numbers */
const tileOf = ([x = 0, y = 0, width = 0, height = 0]) => ({ x, y, width, height });

test('the pictures that the host wrote come out pixel by pixel', () => {
  assert.ok(golden.length > 5);
  for (const { name, width, height, hash: wanted, head, tiles } of golden) {
    const decoder = TileDecoder.begin(width, height, bytes(head));
    assert.ok(decoder, name);
    const picture = new Uint8ClampedArray(width * height * 4);
    for (const { tile, bytes: hex } of tiles) {
      const place = tileOf(tile);
      const pixels = decoder.take(place, bytes(hex));
      assert.ok(pixels, name);
      for (let row = 0; row < place.height; row += 1) {
        const line = pixels.subarray(row * place.width * 4, (row + 1) * place.width * 4);
        picture.set(line, ((place.y + row) * width + place.x) * 4);
      }
    }
    assert.equal(hash(picture), wanted, name);
  }
});

test('garbage makes a wrong picture of the right size, and ends', () => {
  let seed = 12345;
  const random = () => (seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) >>> 16;
  for (let round = 0; round < 200; round += 1) {
    const head = Uint8Array.from({ length: 25 }, random);
    head[0] = random() & 1 ? 0x81 : 1;
    const decoder = TileDecoder.begin(40, 30, head);
    assert.ok(decoder);
    const tile = { x: random() % 50, y: random() % 40, width: random() % 45, height: random() % 35 };
    const pixels = decoder.take(tile, Uint8Array.from({ length: random() % 60 }, random));
    const fits = tile.width > 0 && tile.height > 0 && tile.x + tile.width <= 40 && tile.y + tile.height <= 30;
    assert.equal(pixels?.length ?? 0, fits ? tile.width * tile.height * 4 : 0);
  }
});

test('what this page cannot read is refused before anything is allocated for it', () => {
  assert.equal(TileDecoder.begin(4, 4, new Uint8Array(0)), null);
  assert.equal(TileDecoder.begin(4, 4, new Uint8Array(25).fill(2)), null);
  assert.equal(TileDecoder.begin(0, 4, new Uint8Array(25).fill(1)), null);
  assert.equal(TileDecoder.begin(65535, 65535, new Uint8Array(25).fill(1)), null);
});
