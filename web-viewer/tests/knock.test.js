import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Knock, KnockReader, LINE_BYTES_MAX, readRefusal } from '../core/knock.js';
import { Session } from '../core/session.js';
import { describe } from '../core/words.js';

/** @typedef {import('../core/knock.js').KnockEvent} KnockEvent */

const bytesOf = (/** @type {string} */ text) => new TextEncoder().encode(text);
/** @type {KnockEvent} */
const WAITING = { type: 'word', word: { state: 'waiting' } };
const NO_REFUSAL = { knock: false, refused: false, error: '' };

/** @param {Knock} knock @param {number} now @param {...KnockEvent} events */
const tell = (knock, now, ...events) => events.flatMap((event) => knock.handle(event, now));

/** A knock that the host has heard. */
function waiting() {
  const knock = new Knock(() => 1);
  tell(knock, 0, { type: 'show' }, { type: 'ask' }, WAITING);
  return knock;
}

/** @param {Knock} knock */
function words(knock, name = 'Ada') {
  const session = new Session();
  session.phase = 'knocking';
  return describe({ session, knock, isStalled: false, stalledSince: Infinity, isReachable: null, isDetouring: false, isHostSilent: false, standing: '', name }, 0);
}

test('the stream is read wherever it is cut, and what the page does not know is passed over', () => {
  const stream = [
    '{"state":"waiting"}', '', 'null', '[]', '{"state":"queued","place":3}', '{"state":"admitted"}', '{"state":', '  {"state":"waiting"} \r',
    '{"state":"refused","reason":"Nicht jetzt, schöne Grüße 👋"}', '{"state":"admitted","pass":"pässe"}', '',
  ].join('\n');
  const bytes = bytesOf(stream);
  const expected = [
    { state: 'waiting' }, { state: 'waiting' }, { state: 'refused', reason: 'Nicht jetzt, schöne Grüße 👋' }, { state: 'admitted', pass: 'pässe' },
  ];
  for (const size of [1, 2, 3, 7, 64, bytes.length]) {
    const reader = new KnockReader();
    const read = [];
    for (let at = 0; at < bytes.length; at += size) read.push(...(reader.read(bytes.subarray(at, at + size)) ?? []));
    assert.deepEqual([...read, ...reader.end()], expected, `in pieces of ${size}`);
  }
});

test('a last line without its end counts when the stream has ended', () => {
  const reader = new KnockReader();
  assert.deepEqual(reader.read(bytesOf('{"state":"refused"}')), []);
  assert.deepEqual(reader.end(), [{ state: 'refused', reason: '' }]);
});

test('a stream of something else does not fill the memory', () => {
  const reader = new KnockReader();
  assert.deepEqual(reader.read(bytesOf('x'.repeat(LINE_BYTES_MAX))), []);
  assert.equal(reader.read(bytesOf('x')), null);
});

test('a refusal is believed only in its own form', () => {
  assert.deepEqual(readRefusal('{"error":"Knock.","knock":true}'), { knock: true, refused: false, error: 'Knock.' });
  assert.deepEqual(readRefusal('{"error":5,"knock":"yes","refused":true}'), { knock: false, refused: true, error: '' });
  for (const body of ['', '<html>', 'null', '[]', '"knock"', '{']) assert.deepEqual(readRefusal(body), NO_REFUSAL, body);
});

test('who is let in has a pass, and the line is hung up', () => {
  const knock = waiting();
  assert.deepEqual([words(knock).heading, words(knock).detail], ['Waiting for the host to let you in…', 'You asked as Ada.']);
  assert.deepEqual(tell(knock, 1, { type: 'word', word: { state: 'admitted', pass: 'p' } }), [{ type: 'hang_up' }, { type: 'admitted', pass: 'p' }]);
  assert.deepEqual([knock.phase, knock.deadline], ['away', Infinity]);
});

test('who is refused hears why and may ask again', () => {
  const knock = waiting();
  tell(knock, 1, { type: 'word', word: { state: 'refused', reason: 'We are full.' } });
  assert.deepEqual([words(knock).detail, words(knock).remedy], ['We are full.', 'ask_again']);
  assert.deepEqual(tell(knock, 2, { type: 'ask' }), [{ type: 'knock' }]);
  tell(knock, 3, { type: 'http', status: 403, refusal: { knock: false, refused: true, error: 'No.' }, retryAfterMs: 0 });
  assert.equal(words(knock).detail, 'No.');
});

test('a line that breaks off is told, and the page knocks again with waits that double until the host is heard', () => {
  const knock = waiting();
  let now = 0;
  const waits = [];
  for (let attempt = 0; attempt < 8; attempt += 1) {
    assert.deepEqual(tell(knock, now, { type: 'lost' }), [{ type: 'hang_up' }]);
    waits.push(knock.deadline - now);
    now = knock.deadline;
    assert.deepEqual(knock.poll(now), [{ type: 'knock' }]);
    assert.match(words(knock).detail, /broke off/);
  }
  assert.deepEqual(waits, [100, 200, 400, 800, 1600, 3200, 5000, 5000]);
  tell(knock, now, WAITING);
  assert.equal(words(knock).detail, 'You asked as Ada.');
  tell(knock, now, { type: 'lost' });
  assert.equal(knock.deadline, now + 100);
});

test('a host that falls silent is knocked at again, and one that gives signs of life never', () => {
  const knock = waiting();
  for (let now = 0; now < 3_600_000; now += 5000) {
    assert.deepEqual([...knock.poll(now), ...tell(knock, now, WAITING)], []);
  }
  assert.deepEqual(knock.poll(knock.deadline), [{ type: 'hang_up' }]);
  assert.equal(knock.phase, 'broken');
});

test('a network that comes back ends the wait at once, but not before a crowded door', () => {
  const knock = waiting();
  tell(knock, 0, { type: 'lost' });
  assert.deepEqual(tell(knock, 1, { type: 'wake' }), [{ type: 'knock' }]);
  tell(knock, 2, { type: 'http', status: 429, refusal: NO_REFUSAL, retryAfterMs: 30_000 });
  assert.deepEqual(tell(knock, 3, { type: 'wake' }), []);
  assert.equal(knock.deadline, 30_002);
  assert.match(words(knock).detail, /Many people/);
});

test('a link that is not valid, or a door that does not open for this address, ends the knocking', () => {
  for (const status of [401, 403, 410, 421]) {
    const answer = { type: /** @type {const} */ ('http'), status, refusal: NO_REFUSAL, retryAfterMs: 0 };
    assert.deepEqual(tell(waiting(), 1, answer), [{ type: 'hang_up' }, { type: 'closed', status }]);
  }
});

test('cancelling hangs up, and whatever is still heard of that knock changes nothing', () => {
  const knock = waiting();
  assert.deepEqual(tell(knock, 1, { type: 'cancel' }), [{ type: 'hang_up' }]);
  assert.deepEqual(tell(knock, 2, { type: 'word', word: { state: 'admitted', pass: 'p' } }, { type: 'lost' }, { type: 'cancel' }), []);
  assert.equal(words(knock).asksName, true);
  assert.deepEqual([...knock.poll(1e9), ...tell(knock, 3, { type: 'wake' })], []);
});
