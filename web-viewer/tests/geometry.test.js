import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isInside, pictureRect, placeInPicture } from '../core/geometry.js';

test('a wide picture in a tall box has bars above and below', () => {
  const picture = pictureRect({ left: 0, top: 0, width: 400, height: 800 }, 1280, 720);
  assert.deepEqual(picture, { left: 0, top: 287.5, width: 400, height: 225 });
  assert.deepEqual(placeInPicture(0, 287.5, picture), { x: 0, y: 0 });
  assert.deepEqual(placeInPicture(400, 512.5, picture), { x: 1, y: 1 });
  assert.deepEqual(placeInPicture(200, 400, picture), { x: 0.5, y: 0.5 });
});

test('a tall picture in a wide box has bars left and right', () => {
  const picture = pictureRect({ left: 10, top: 20, width: 1000, height: 500 }, 500, 1000);
  assert.deepEqual(picture, { left: 385, top: 20, width: 250, height: 500 });
});

test('a small picture grows to the box, and its density does not matter', () => {
  const box = { left: 0, top: 0, width: 640, height: 360 };
  // The same viewport shows a stream of 320, 1280 or 2560 pixels: one place on screen is one place in the picture.
  for (const width of [320, 1280, 2560]) {
    const picture = pictureRect(box, width, (width * 9) / 16);
    assert.deepEqual(placeInPicture(480, 90, picture), { x: 0.75, y: 0.25 });
  }
});

test('a drag out of the picture is told as such, as far as the host accepts', () => {
  const picture = pictureRect({ left: 0, top: 0, width: 100, height: 100 }, 100, 100);
  const beside = placeInPicture(-50, 130, picture);
  assert.deepEqual(beside, { x: -0.5, y: 1.3 });
  assert.equal(isInside(beside), false);
  assert.deepEqual(placeInPicture(-1e9, 1e9, picture), { x: -15, y: 15 });
});

test('before the picture has a size the whole box counts, and an empty box divides by nothing', () => {
  const box = { left: 0, top: 0, width: 200, height: 100 };
  assert.deepEqual(pictureRect(box, 0, 0), box);
  const { x, y } = placeInPicture(5, 5, pictureRect({ left: 0, top: 0, width: 0, height: 0 }, 1280, 720));
  assert.ok(Number.isFinite(x) && Number.isFinite(y));
});
