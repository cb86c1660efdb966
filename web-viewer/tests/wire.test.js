// The golden messages that the Rust side wrote.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseToViewer } from '../core/messages.js';
import { decodeMedia, decodePointer, encodePointer, MAX_MESSAGE_BYTES } from '../core/wire.gen.js';

/** @type {{ from_viewer: any[], to_viewer: any[], pointer: { hex: string, message: import('../core/wire.gen.js').PointerMessage }[], media: { hex: string, message: object }[] }} */
const golden = JSON.parse(readFileSync(new URL('../../core/wire/golden.json', import.meta.url), 'utf8'));

const GUEST = { viewer: 7, name: 'Ada', color: [1, 2, 3], role: 'control', muted: false, asks: false };

/** @param {string} hex */
const bytesOf = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16)).buffer;

test('the golden pointer messages are read and written as Rust does', () => {
  assert.deepEqual(golden.pointer.map(({ message }) => message.type).sort(), ['ack', 'move', 'ping', 'pong', 'shown', 'still_taken']);
  for (const { hex, message } of golden.pointer) {
    assert.deepEqual(decodePointer(bytesOf(hex)), message);
    assert.equal(Buffer.from(encodePointer(message)).toString('hex'), hex);
  }
});

test('the golden media messages are read as Rust writes them, and no part of a header is taken for one', () => {
  assert.equal(golden.media.length, 4);
  for (const { hex, message } of golden.media) {
    assert.deepEqual(decodeMedia(bytesOf(hex)), { ...message, payload: Uint8Array.of(7, 8) });
    for (let digits = 0; digits < hex.length - 4; digits += 2) assert.equal(decodeMedia(bytesOf(hex.slice(0, digits))), null);
    assert.equal(decodeMedia(bytesOf(`ff${hex.slice(2)}`)), null);
  }
});

test('no prefix, no longer text and no unknown kind is taken for a pointer message', () => {
  for (const { hex } of golden.pointer) {
    for (let digits = 0; digits < hex.length; digits += 2) assert.equal(decodePointer(bytesOf(hex.slice(0, digits))), null);
    assert.equal(decodePointer(bytesOf(`${hex}00`)), null);
    assert.equal(decodePointer(bytesOf(`ff${hex.slice(2)}`)), null);
  }
});

test('every golden message to the viewer is understood whole', () => {
  assert.ok(golden.to_viewer.length >= 10);
  for (const message of golden.to_viewer) assert.deepEqual(parseToViewer(JSON.stringify(message)), message);
});

test('what the page does not know, and what is broken, is passed over', () => {
  const [welcome] = golden.to_viewer;
  const strange = [
    'null', '[]', '7', '"welcome"', '{', '', '{}', '{"type":"later"}', '{"type":"scene"}', '{"type":"scene","scene":{}}',
    '{"type":"scene","scene":{"title":"t","layers":[null],"properties":[],"picked":null,"loading":[]}}',
    '{"type":"scene","scene":{"title":"t","layers":[],"properties":[{"id":"projection"}],"picked":null,"loading":[]}}',
    '{"type":"ended","reason":5}', '{"type":"host","answers":1}', JSON.stringify({ ...welcome, epoch: 1 }),
    '{"type":"room"}', '{"type":"room","room":null}', '{"type":"room","room":{"mode":"everyone","steers":null}}',
    ...[{ viewer: '7' }, { name: 5 }, { color: [1, 2] }, { color: [1, 2, 256] }, { color: ['1', 2, 3] }, { color: null }].map((wrong) =>
      JSON.stringify({ type: 'room', room: { mode: 'everyone', steers: null, guests: [GUEST, { ...GUEST, ...wrong }] } }),
    ),
    '{"type":"room","room":{"mode":"everyone","steers":null,"guests":[null]}}',
  ];
  for (const text of strange) assert.equal(parseToViewer(text), null, text);
  assert.equal(parseToViewer(new ArrayBuffer(4)), null);
});

test('a mode that the page does not know is the strictest, and a cause that it does not know is the end', () => {
  const room = { mode: 'by_lot', steers: 'me', guests: [{ ...GUEST, role: 'king', muted: 1, asks: 'yes', crown: true }] };
  assert.deepEqual(parseToViewer(JSON.stringify({ type: 'room', room })), {
    type: 'room', room: { mode: 'host_only', steers: null, guests: [{ ...GUEST, role: 'view' }] },
  });
  assert.deepEqual(parseToViewer('{"type":"ended","reason":"r","cause":"flood"}'), { type: 'ended', reason: 'r', cause: 'over' });
});

test('a role that the page does not know may only look', () => {
  const told = parseToViewer(JSON.stringify({ type: 'welcome', protocol: 1, viewer: 1, role: 'guest', epoch: 'e' }));
  assert.equal(told?.type === 'welcome' && told.role, 'view');
});

test('every golden input fits the largest message', () => {
  for (const message of golden.from_viewer) assert.ok(JSON.stringify(message).length < MAX_MESSAGE_BYTES);
});
