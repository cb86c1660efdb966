import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Knock } from '../core/knock.js';
import { Session } from '../core/session.js';
import { PROTOCOL } from '../core/wire.gen.js';
import { describe as inWords, summarise } from '../core/words.js';

/** @typedef {import('../core/session.js').SessionEvent} SessionEvent */
/** @type {SessionEvent} */
const WELCOME = { type: 'welcome', protocol: PROTOCOL, role: 'control', epoch: 'e1' };

/** @param {Session} session @param {number} now @param {...SessionEvent} events */
const tell = (session, now, ...events) => events.flatMap((event) => session.handle(event, now).map(({ type }) => type));

/** A session with a picture since `now`. @param {number} now */
function live(now = 0) {
  const session = new Session(() => 1);
  tell(session, now, { type: 'start' }, { type: 'answered' }, { type: 'linked' }, WELCOME, { type: 'picture' });
  return session;
}

/** @param {Session} session */
const words = (session, isStalled = false, now = 0, given = {}) =>
  inWords({
    session, isStalled, stalledSince: 0, isReachable: null, isDetouring: false, knock: new Knock(), isHostSilent: false,
    standing: 'controlling', name: '', ...given,
  }, now);

/** An answer of HTTP. @param {number} status @param {object} given @returns {SessionEvent} */
const http = (status, given = {}) => ({
  type: 'http', status, retryAfterMs: 0, refusal: { knock: false, refused: false, error: '' }, ...given,
});

test('an attempt that goes well is live and asks for nothing more', () => {
  const session = live();
  assert.equal(session.phase, 'live');
  assert.equal(session.deadline, Infinity);
  assert.equal(words(session).state, 'Live · controlling');
  assert.equal(session.reconnects, 0);
});

test('a lost connection closes, waits 100 ms and connects again, and the picture counts as a return', () => {
  const session = live();
  assert.deepEqual(tell(session, 5000, { type: 'lost', cause: 'restarted' }), ['close']);
  assert.equal(session.deadline, 5100);
  assert.deepEqual(session.poll(5099), []);
  assert.deepEqual(session.poll(5100), [{ type: 'connect' }]);
  assert.equal(words(session, false, 5100).state, 'Reconnecting… the host’s streaming restarted');
  assert.equal(words(session, false, 5100).heading, '');
  tell(session, 5200, { type: 'answered' }, { type: 'linked' }, WELCOME, { type: 'picture' });
  assert.equal(session.reconnects, 1);
});

test('a sound host is tried quickly for four seconds, then with waits that double up to five, and anew after a connection that held', () => {
  const session = live();
  let now = 5000;
  const waits = [];
  tell(session, now, { type: 'lost', cause: 'closed' });
  for (let attempt = 0; attempt < 17; attempt += 1) {
    waits.push(session.deadline - now);
    now = session.deadline;
    session.poll(now);
    tell(session, now, { type: 'lost', cause: 'unreachable' });
  }
  assert.deepEqual(waits.slice(0, 12), [100, 200, ...Array(10).fill(400)]);
  assert.deepEqual(waits.slice(12), [400, 800, 1600, 3200, 5000]);
  session.poll(session.deadline);
  tell(session, now, WELCOME, { type: 'picture' });
  tell(session, now + 60_000, { type: 'lost', cause: 'closed' });
  assert.equal(session.deadline, now + 60_100);
});

test('a host that dies at once after each welcome is not hammered', () => {
  const session = live();
  let now = 10_000;
  const waits = [];
  for (let death = 0; death < 5; death += 1) {
    tell(session, now, { type: 'lost', cause: 'closed' });
    waits.push(session.deadline - now);
    now = session.deadline;
    session.poll(now);
    tell(session, now, { type: 'answered' }, { type: 'linked' }, WELCOME, { type: 'picture' });
    now += 50;
  }
  assert.deepEqual(waits, [100, 200, 400, 800, 1600]);
});

test('a link that is no longer valid is final until the user tries again', () => {
  const session = new Session();
  tell(session, 0, { type: 'start' });
  assert.deepEqual(tell(session, 10, http(401)), ['close']);
  assert.equal(session.phase, 'failed');
  assert.deepEqual(session.poll(1e9), []);
  assert.deepEqual(tell(session, 20, { type: 'wake' }), []);
  assert.match(words(session).heading, /no longer valid/);
  assert.equal(words(session).remedy, 'retry');
  assert.deepEqual(tell(session, 30, { type: 'start' }), ['connect']);
});

test('a full host is asked again when it says, not before, and not for a network that came back', () => {
  const session = new Session(() => 1);
  tell(session, 0, { type: 'start' }, http(503, { retryAfterMs: 30_000 }));
  assert.equal(session.deadline, 30_000);
  assert.deepEqual(tell(session, 100, { type: 'wake' }), []);
  assert.match(words(session).detail, /Too many/);
  const error = 'The host’s program does not answer at present.';
  session.poll(30_000);
  tell(session, 30_001, http(503, { refusal: { knock: false, refused: false, error } }));
  assert.equal(words(session).detail, `${error} This page joins as soon as it can.`);
});

test('a network that comes back ends the wait at once', () => {
  const session = live();
  tell(session, 5000, { type: 'lost', cause: 'unreachable' });
  assert.deepEqual(tell(session, 5001, { type: 'wake' }), ['connect']);
});

test('each step of an attempt has its time, and says what is wrong when it passes', () => {
  /** @type {[SessionEvent[], string][]} */
  const steps = [
    [[], 'unreachable'],
    [[{ type: 'answered' }], 'blocked'],
    [[{ type: 'answered' }, { type: 'linked' }], 'slow'],
  ];
  for (const [events, cause] of steps) {
    const session = new Session();
    tell(session, 0, { type: 'start' }, ...events);
    assert.deepEqual(session.poll(9_999), []);
    assert.deepEqual(session.poll(10_000), [{ type: 'close' }]);
    assert.equal(session.cause, cause);
  }
});

test('a hidden page may wait for its first frame for ever once the host has welcomed it', () => {
  const session = new Session();
  tell(session, 0, { type: 'start' }, { type: 'answered' }, { type: 'linked' }, WELCOME);
  assert.deepEqual(session.poll(3_600_000), []);
  assert.equal(session.phase, 'connecting');
});

test('a host of another protocol asks for a reload', () => {
  const session = new Session();
  tell(session, 0, { type: 'start' });
  assert.deepEqual(tell(session, 1, { ...WELCOME, protocol: PROTOCOL + 1 }), ['close']);
  assert.equal(words(session).remedy, 'reload');
});

test('after the end nothing is tried, whatever else is heard', () => {
  const session = live();
  assert.deepEqual(tell(session, 1, { type: 'ended', cause: 'over', reason: 'The host went home.' }), ['close']);
  assert.deepEqual(tell(session, 2, { type: 'lost', cause: 'closed' }, { type: 'wake' }, WELCOME, { type: 'picture' }), []);
  assert.deepEqual(session.poll(1e9), []);
  assert.equal(words(session).heading, 'The session has ended');
  assert.equal(words(session).detail, 'The host went home.');
});

test('a page that is left closes, and connects anew when it returns', () => {
  const session = live();
  assert.deepEqual(tell(session, 1, { type: 'leave' }), ['close']);
  assert.deepEqual(tell(session, 2, { type: 'lost', cause: 'closed' }, { type: 'wake' }), []);
  assert.deepEqual(tell(session, 3, { type: 'start' }), ['connect']);
  assert.equal(words(session).state, 'Reconnecting…');
});

test('one loss is told once, however many signs of it there are', () => {
  const session = live();
  tell(session, 5000, { type: 'lost', cause: 'restarted' });
  assert.deepEqual(tell(session, 5001, { type: 'lost', cause: 'closed' }), []);
  assert.equal(session.cause, 'restarted');
});

test('every cause is told in a sentence that ends', () => {
  /** @type {import('../core/session.js').Cause[]} */
  const causes = [
    'no_webrtc', 'no_h264', 'no_token', 'unauthorized', 'forbidden', 'barred', 'protocol', 'full', 'refused', 'unreachable', 'blocked', 'restarted', 'silent', 'closed', 'slow',
  ];
  for (const cause of causes) {
    const session = new Session();
    tell(session, 0, { type: 'impossible', cause });
    const { heading, detail, state } = words(session);
    assert.ok(heading.length > 10 && state.length > 5, cause);
    assert.match(detail, /[.]$/, cause);
  }
});

test('the card stays away from the last picture unless the interruption lasts', () => {
  const session = live();
  tell(session, 1000, { type: 'lost', cause: 'unreachable' });
  assert.equal(words(session, false, 6000).heading, '');
  assert.match(words(session, false, 8000).heading, /cannot be reached/);
});

test('a stall, a host’s program that does not answer, and where one stands are told', () => {
  const session = live();
  assert.equal(words(session, true).state, 'Waiting for the host…');
  assert.equal(words(session, false, 0, { standing: 'view only' }).state, 'Live · view only');
  const silent = words(session, false, 0, { isHostSilent: true });
  assert.deepEqual([silent.state, silent.tone, silent.heading], ['Live · the host’s program does not answer', 'busy', '']);
});

test('a host that lets people in one by one is knocked at, also by who comes back with a pass that is not known any more', () => {
  for (const session of [new Session(), live()]) {
    tell(session, 5000, { type: 'lost', cause: 'closed' }, { type: 'start' });
    const answer = http(403, { refusal: { knock: true, refused: false, error: 'Knock.' } });
    assert.deepEqual(tell(session, 5100, answer), ['close', 'knock']);
    assert.equal(session.phase, 'knocking');
    assert.deepEqual(session.poll(1e9), []);
    assert.deepEqual(tell(session, 5200, { type: 'wake' }, { type: 'lost', cause: 'closed' }), []);
    assert.deepEqual([words(session).heading, words(session).asksName], ['The host lets people in one by one', true]);
    assert.deepEqual(tell(session, 5300, { type: 'start' }), ['connect']);
  }
});

test('a link that dies while one knocks is told as such', () => {
  const session = new Session();
  tell(session, 0, { type: 'start' }, http(403, { refusal: { knock: true, refused: false, error: '' } }), http(401));
  assert.match(words(session).heading, /no longer valid/);
});

test('who is refused hears the host’s sentence, and nothing is tried again by itself', () => {
  const session = new Session();
  const answer = http(403, { refusal: { knock: false, refused: true, error: 'Not today.' } });
  assert.deepEqual(tell(session, 0, { type: 'start' }, answer), ['connect', 'close']);
  assert.deepEqual([words(session).heading, words(session).detail, words(session).remedy], ['You were not let in', 'Not today.', 'ask_again']);
  assert.deepEqual([...session.poll(1e9), ...tell(session, 1e9, { type: 'wake' })], []);
});

test('who was removed is told why and may ask to join again', () => {
  const session = live();
  assert.deepEqual(tell(session, 1, { type: 'ended', cause: 'removed', reason: 'The host has removed you.' }), ['close']);
  const { heading, detail, remedy } = words(session);
  assert.deepEqual([heading, detail, remedy], ['You have left the session', 'The host has removed you.', 'join_again']);
  assert.deepEqual(tell(session, 2, { type: 'wake' }), []);
  assert.deepEqual(tell(session, 3, { type: 'start' }), ['connect']);
});

test('the second line says what there is', () => {
  const layer = { id: 1, name: 'a', kind: 'points', summary: '110,000 points', visible: true, properties: [], legends: [] };
  const scene = { title: 't', layers: [layer], properties: [], picked: null, loading: [], bounds: null, labels: [], measure: null, selection: null, origin: /** @type {[number, number, number]} */ ([0, 0, 0]), undo: null, redo: null };
  assert.equal(summarise(scene), '110,000 points');
  assert.equal(summarise({ ...scene, layers: [layer, layer] }), '2 layers');
  assert.equal(summarise({ ...scene, layers: [{ ...layer, visible: false }] }), 'all layers hidden');
  assert.equal(summarise({ ...scene, layers: [] }), '');
  assert.equal(summarise({ ...scene, loading: [{ name: 'b.trk', fraction: 0.426 }] }), 'Loading b.trk… 43 %');
});
