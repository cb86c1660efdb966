// Where words stand is the window's rule: see core/scene/src/over.rs, whose test has the same figures.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placedLabels } from '../core/places.js';

/** @type {import('../core/camera.js').Pose} */
const pose = { target: [0, 0, 0], yaw: 0, pitch: 0, distance: 10, fov_y: 0.8, orthographic: true };

test('of two words that would cover each other the earlier is there', () => {
  /** @type {import('../core/wire.gen.js').Label[]} */
  const labels = [
    { at: [0, 0, 0], text: 'Valjean', kind: 'name' },
    { at: [0.1, 0, 0], text: 'Javert', kind: 'name' },
    { at: [4, 0, 0], text: 'Cosette', kind: 'name' },
    { at: [0.1, 0, 0], text: '10', kind: 'tick' },
  ];
  /** @param {number} width @param {number} height */
  const said = (width, height) => placedLabels(pose, labels, width, height).map(({ text }) => text);
  // The number stands at the node, not above it.
  assert.deepEqual(said(800, 600), ['Valjean', 'Cosette', '10']);
  assert.deepEqual(said(80_000, 60_000), ['Valjean', 'Javert', 'Cosette', '10'], 'there is room for all');
  assert.deepEqual(said(80, 60), ['Valjean', '10']);
});
