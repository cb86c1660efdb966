import assert from 'node:assert/strict';
import { test } from 'node:test';
import { safetyCode } from '../core/safety.js';

const sdp = (/** @type {string} */ fingerprint) => `v=0\r\na=fingerprint:sha-256 ${fingerprint}\r\nm=video 9\r\n`;

test('the safety code is the one that the host makes', async () => {
  // The same three values stand in core/stream/src/safety.rs.
  assert.equal(await safetyCode(sdp('ab:cd:ef:01'), sdp('12:34:56:78')), '20C1-33F8-T015-9QJV');
  assert.notEqual(await safetyCode(sdp('12:34:56:78'), sdp('ab:cd:ef:01')), '20C1-33F8-T015-9QJV');
  assert.equal(await safetyCode('v=0\r\n', sdp('12:34')), null);
});
