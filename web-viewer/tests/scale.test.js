// The scale bar is the window's: see core/scene/src/over.rs.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onPicture } from '../core/camera.js';
import { roundStep, scaleBar } from '../core/scale.js';

/** @type {import('../core/camera.js').Pose} */
const pose = { target: [0, 0, 0], yaw: 0, pitch: 0, distance: 4, fov_y: 0.8, orthographic: false };

test('steps are round', () => {
  for (const [step, expected] of /** @type {const} */ ([[0.3, 0.5], [1, 1], [1.2, 2], [4, 5], [6, 10], [123, 200]])) {
    assert.ok(Math.abs(roundStep(step) - expected) < 1e-9, `${step}`);
  }
});

test('the bar is about a fifth of the picture and says a round number', () => {
  for (const distance of [0.001, 1, 4, 77, 1e6]) {
    const { share, text } = scaleBar({ ...pose, distance });
    assert.ok(share > 0.1 && share < 0.35, text);
    assert.match(text.replace(/[0.,]/g, ''), /^[125]/);
  }
  assert.equal(scaleBar(pose).text, '0.5');
});

test('a place is seen where the camera draws it, and not behind the eye', () => {
  assert.deepEqual(onPicture(pose, [0, 0, 0], 800, 600), [400, 300]);
  const [x, y] = onPicture(pose, [1, 0, 1], 800, 600) ?? [];
  const scale = 300 / (4 * Math.tan(0.4));
  assert.ok(Math.abs((x ?? 0) - (400 + scale)) < 1e-6 && Math.abs((y ?? 0) - (300 - scale)) < 1e-6);
  assert.equal(onPicture(pose, [0, -5, 0], 800, 600), null);
});
