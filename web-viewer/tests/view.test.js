// The code of a view is the host's: see core/scene/src/view.rs.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inflateRawSync } from 'node:zlib';
import { START, codeIn, codeOf, viewOf } from '../core/view.js';

/** @param {string} id @param {unknown} value @param {boolean} [changed] */
const property = (id, value, changed) => ({ id, label: id, kind: { type: 'toggle' }, unit: null, value, ...(changed && { changed }) });

const scene = {
  origin: [636000.5, 850000.25, 400],
  properties: [property('background', { choice: 'white' }, true), property('show_axes', { toggle: true })],
  layers: [{ id: 1, name: 'Hügel', visible: true, properties: [property('color_range', { interval: [1, 2] }, true)] }],
  selection: { layers: [{ id: 1, code: 'Y2BgYAQA' }] },
};
const pose = { target: [1, 2, 3], yaw: 0.5, pitch: 0.25, distance: 10, fov_y: 0.75, orthographic: false };

test('what was changed is in the code, in the file’s own coordinates', async () => {
  const view = viewOf(/** @type {any} */ (scene), /** @type {any} */ (pose));
  const code = await codeOf(view);
  assert.match(code, /^hv1\.[\w-]+$/);
  const json = inflateRawSync(Buffer.from(code.slice(START.length), 'base64url')).toString();
  assert.deepEqual(JSON.parse(json), {
    camera: { target: [636001.5, 850002.25, 403], yaw: 0.5, pitch: 0.25, distance: 10, fov_y: 0.75, orthographic: false },
    settings: [['background', { choice: 'white' }]],
    layers: [{ name: 'Hügel', visible: true, settings: [['color_range', { interval: [1, 2] }]], selected: 'Y2BgYAQA' }],
  });
});

test('a code is found in a link', () => {
  assert.equal(codeIn('see https://a.example/#abc&view=hv1.Zm9v-_ there'), 'hv1.Zm9v-_');
  assert.equal(codeIn('nothing'), null);
});
