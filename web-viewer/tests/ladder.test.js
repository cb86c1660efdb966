import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ladder, TELL_MS } from '../core/ladder.js';

/** @typedef {import('../core/ladder.js').LadderEvent} LadderEvent */
/** @typedef {import('../core/ladder.js').LadderAction} LadderAction */

/** @param {LadderAction[]} actions */
const named = (actions) => actions.map((action) => (action.type === 'show' ? `show ${action.way}` : action.type));
/** @param {Ladder} ladder @param {number} now @param {...(LadderEvent | Exclude<LadderEvent['type'], 'answered' | 'frame' | 'heard'>)} events */
const tell = (ladder, now, ...events) =>
  events.flatMap((event) => named(ladder.handle(typeof event === 'string' ? { type: event } : event, now)));
/** Polls at each deadline until `until`. @param {Ladder} ladder @param {number} until */
function run(ladder, until) {
  const log = [];
  while (ladder.deadline <= until) {
    const at = ladder.deadline;
    for (const action of named(ladder.poll(at))) log.push(`${at} ${action}`);
  }
  return log;
}
/** @type {(roundTripMs?: number, hasServers?: boolean) => LadderEvent} */
const answered = (roundTripMs = 20, hasServers = false) => ({ type: 'answered', roundTripMs, hasServers });
/** @param {'rtc' | 'ws'} way @returns {LadderEvent} */
const frame = (way) => ({ type: 'frame', way });
/** @param {'rtc' | 'ws'} way @returns {LadderEvent} */
const heard = (way) => ({ type: 'heard', way });
const BOTH = { rtc: true, ws: true };

/** A ladder with a picture over WebRTC since 100. @param {boolean} hasServers */
function live(hasServers = false) {
  const ladder = new Ladder(BOTH);
  tell(ladder, 0, 'start');
  tell(ladder, 20, answered(20, hasServers));
  assert.deepEqual(tell(ladder, 100, 'linked', frame('rtc')), ['show rtc']);
  return ladder;
}

/** A ladder with a picture over the WebSocket since 1000, as the network lets no UDP through. */
function detoured() {
  const ladder = new Ladder(BOTH);
  tell(ladder, 0, 'start');
  tell(ladder, 20, answered());
  assert.deepEqual(run(ladder, 900), ['760 open_ws']);
  assert.deepEqual(tell(ladder, 1000, 'ws_open', frame('ws')), ['show ws']);
  return ladder;
}

test('where WebRTC connects in time nothing else is tried, ever', () => {
  const ladder = live();
  assert.equal(ladder.deadline, Infinity);
  assert.deepEqual(tell(ladder, 200, frame('rtc'), heard('rtc')), []);
});

test('the first picture over WebRTC is shown before the data channels are open, a later one is not', () => {
  const ladder = new Ladder(BOTH);
  tell(ladder, 0, 'start');
  tell(ladder, 20, answered());
  assert.deepEqual(tell(ladder, 100, frame('rtc')), ['show rtc']);
  assert.equal(ladder.deadline, Infinity);
  assert.deepEqual(tell(ladder, 200, 'linked', frame('rtc')), []);

  const late = detoured();
  assert.deepEqual(tell(late, 1100, frame('rtc')), []);
  assert.deepEqual(tell(late, 1200, 'linked', frame('rtc')), ['show rtc', 'close_ws']);
});

test('without WebRTC the WebSocket is opened at once, and WebRTC never', () => {
  const ladder = new Ladder({ rtc: false, ws: true });
  assert.deepEqual(tell(ladder, 0, 'start'), ['open_ws']);
  assert.deepEqual(tell(ladder, 50, 'ws_open', frame('ws')), ['show ws']);
  assert.deepEqual([...run(ladder, 1e7), ...tell(ladder, 1e7, 'network')], []);
});

test('a relay is asked for after 400 ms or two round trips, the WebSocket after 700 ms and two', () => {
  for (const [roundTripMs, relayAt, detourAt] of [[20, 420, 760], [500, 1020, 1720]]) {
    const ladder = new Ladder(BOTH);
    tell(ladder, 0, 'start');
    tell(ladder, 20, answered(roundTripMs, true));
    assert.deepEqual(run(ladder, 1800).filter((step) => /restart|open_ws/.test(step)).slice(0, 2), [`${relayAt} restart`, `${detourAt} open_ws`]);
  }
});

test('whoever shows the first picture wins; WebRTC takes over later with its first frame, and the WebSocket closes', () => {
  const ladder = detoured();
  assert.deepEqual(tell(ladder, 1500, frame('rtc')), [], 'not before its channels are open');
  assert.deepEqual(tell(ladder, 1600, 'linked'), []);
  assert.equal(ladder.carrying, 'ws');
  assert.deepEqual(tell(ladder, 1700, frame('rtc')), ['show rtc', 'close_ws']);
  assert.deepEqual(tell(ladder, 1800, 'ws_closed', frame('ws')), []);
  assert.equal(ladder.deadline, Infinity);
});

test('a WebSocket that is slower than WebRTC is closed at its first picture', () => {
  const ladder = new Ladder(BOTH);
  tell(ladder, 0, 'start');
  tell(ladder, 20, answered());
  run(ladder, 800);
  assert.deepEqual(tell(ladder, 900, 'linked', frame('rtc')), ['show rtc', 'close_ws']);
});

test('while a WebSocket carries, WebRTC is tried after 30 s, then less and less often, and at once in another network', () => {
  const ladder = detoured();
  const retries = run(ladder, 1_500_000).map((step) => Number(step.split(' ')[0]) - 1000);
  assert.deepEqual(retries, [30_000, 90_000, 210_000, 450_000, 750_000, 1_050_000, 1_350_000]);
  assert.deepEqual(tell(ladder, 1_500_000, 'network'), ['restart']);
});

test('a stall of WebRTC opens the WebSocket beside it; when HTTP answers, ICE begins anew', () => {
  const ladder = live();
  assert.deepEqual(tell(ladder, 5000, 'stalled'), ['open_ws']);
  assert.deepEqual(tell(ladder, 5000, 'stalled'), []);
  assert.deepEqual(tell(ladder, 5100, 'reachable'), ['restart']);
  assert.deepEqual(tell(ladder, 5200, 'ws_open', frame('ws')), ['show ws']);
  assert.deepEqual(run(ladder, 8000), ['7200 restart'], 'what worked is tried again soon');
  assert.deepEqual(tell(ladder, 8000, 'linked', frame('rtc')), ['show rtc', 'close_ws']);
});

test('in an outage new WebSockets are begun again and again, and all ways at once when the line is back', () => {
  const ladder = live(true);
  assert.deepEqual(tell(ladder, 1000, 'stalled'), ['open_ws']);
  const begun = run(ladder, 14_500).filter((step) => step.endsWith('open_ws')).map((step) => Number(step.split(' ')[0]));
  assert.deepEqual(begun, [2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000, 11_000, 13_000]);
  assert.deepEqual(tell(ladder, 14_600, 'unreachable'), []);
  assert.deepEqual(tell(ladder, 14_700, 'reachable'), ['restart', 'close_ws', 'open_ws']);
  assert.deepEqual(tell(ladder, 14_800, heard('rtc')), []);
  assert.deepEqual(tell(ladder, 14_900, frame('rtc')), ['show rtc', 'close_ws'], 'ICE found back by itself');
  assert.deepEqual(run(ladder, 100_000), []);
});

test('of two ways that are both back the first frame decides', () => {
  const ladder = live();
  tell(ladder, 1000, 'stalled', 'reachable', 'ws_open');
  assert.deepEqual(tell(ladder, 1500, heard('rtc')), []);
  assert.deepEqual(tell(ladder, 1600, frame('rtc')), ['show rtc', 'close_ws']);
});

test('as long as a picture is missed ICE begins anew, less and less often', () => {
  const ladder = live();
  tell(ladder, 1000, 'stalled', 'reachable', 'ws_open');
  assert.deepEqual(run(ladder, 10_000).filter((step) => step.endsWith('restart')), ['2000 restart', '4000 restart', '8000 restart']);
});

test('a WebSocket that carried and broke is opened anew, and the host is asked whether it is there', () => {
  const ladder = detoured();
  assert.deepEqual(tell(ladder, 5000, 'ws_closed'), ['ask', 'restart']);
  assert.deepEqual(run(ladder, 5400), ['5300 open_ws']);
  assert.deepEqual(tell(ladder, 5400, 'ws_open', frame('ws')), ['show ws']);
  assert.equal(ladder.isTroubled, false);
});

test('a WebSocket that stalls is waited for, unless the host answers elsewhere', () => {
  const ladder = detoured();
  assert.deepEqual(tell(ladder, 5000, 'stalled'), []);
  assert.deepEqual(tell(ladder, 5200, heard('ws')), []);
  assert.equal(ladder.isTroubled, false);
  tell(ladder, 6000, 'stalled');
  assert.deepEqual(tell(ladder, 6100, 'reachable'), ['restart', 'close_ws', 'open_ws']);
});

test('ICE that loses touch begins anew after a second, and not if it finds back before', () => {
  const ladder = live();
  tell(ladder, 1000, 'doubtful');
  tell(ladder, 1900, 'linked');
  assert.deepEqual(run(ladder, 5000), []);
  tell(ladder, 6000, 'doubtful');
  assert.deepEqual(run(ladder, 8000), ['7000 restart']);
});

test('a session that the host does not know any more is given up only where it is missed', () => {
  assert.deepEqual(tell(live(), 1000, 'network', 'no_restart'), ['restart']);
  assert.deepEqual(tell(live(), 1000, 'stalled', 'reachable', 'no_restart'), ['open_ws', 'restart', 'lost']);
  const ladder = detoured();
  assert.deepEqual(tell(ladder, 2000, 'network', 'no_restart', 'dead'), ['restart']);
  assert.deepEqual(run(ladder, 1e7), [], 'the WebSocket carries on');
});

test('channels that close under a picture end the session; a peer that never was leaves it to the WebSocket', () => {
  assert.deepEqual(tell(live(), 1000, 'dead'), ['lost']);
  const ladder = new Ladder(BOTH);
  tell(ladder, 0, 'start', answered());
  assert.deepEqual(tell(ladder, 30, 'dead'), ['open_ws']);
});

test('what keeps the picture away is told apart', () => {
  /** @param {{ rtc: boolean, ws: boolean }} ways @param {...any} events */
  const after = (ways, ...events) => {
    const ladder = new Ladder(ways);
    tell(ladder, 0, 'start', ...events);
    assert.ok(ladder.deadline <= TELL_MS);
    run(ladder, TELL_MS);
    return ladder.hindrance;
  };
  assert.equal(after(BOTH), 'unreachable');
  assert.equal(after(BOTH, answered()), 'blocked');
  assert.equal(after({ rtc: true, ws: false }, answered()), 'no_udp');
  assert.equal(after({ rtc: false, ws: true }, 'ws_closed'), 'no_websocket');
  assert.equal(after({ rtc: false, ws: true }, 'ws_closed', 'unreachable'), 'unreachable');
  assert.equal(after({ rtc: false, ws: true }, 'ws_open'), 'slow');
  assert.equal(after(BOTH, answered(), 'linked'), 'slow');
});

test('a network without UDP and WebSockets is tried again and again, less and less often', () => {
  const ladder = new Ladder(BOTH);
  tell(ladder, 0, 'start', answered());
  const opened = [];
  for (let now = 0; now < 10_000; now += 10) {
    for (const action of named(ladder.poll(now))) {
      if (action !== 'open_ws') continue;
      opened.push(now);
      tell(ladder, now, 'ws_closed');
    }
  }
  assert.deepEqual(opened, [740, 1040, 1640, 2840, 5240, 9240]);
});
