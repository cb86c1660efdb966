import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Backoff } from '../core/backoff.js';
import { HostClock, ticksBetween } from '../core/clock.js';
import { Liveness } from '../core/liveness.js';

/**
 * Polls at each deadline until `until`, answering each ping after `answerMs` (null: never).
 * @param {Liveness} liveness
 * @param {number} until
 * @param {number | null} answerMs
 */
function run(liveness, until, answerMs) {
  /** @type {{ at: number, type: string, reason?: string }[]} */
  const log = [];
  while (liveness.deadline <= until) {
    const at = liveness.deadline;
    for (const action of liveness.poll(at)) {
      log.push({ at, ...action });
      if (action.type === 'lost') return log;
      if (action.type === 'ping' && answerMs !== null) liveness.heard(at + answerMs, answerMs);
    }
  }
  return log;
}

test('a host that answers is asked quickly at first, then once a second', () => {
  const log = run(new Liveness(0), 5000, 2);
  assert.deepEqual(log.map(({ at }) => at), [0, 62, 124, 186, 248, 1250, 2252, 3254, 4256]);
  assert.ok(log.every(({ type }) => type === 'ping'));
});

test('a host that falls silent is asked three times and then over HTTP, within a second', () => {
  const liveness = new Liveness(0);
  run(liveness, 3000, 2);
  const silentFrom = liveness.deadline;
  const log = run(liveness, silentFrom + 1000, null);
  assert.deepEqual(log.map(({ at, type }) => [at - silentFrom, type]), [
    [0, 'ping'], [300, 'ping'], [600, 'ping'], [900, 'probe'], [900, 'ping'],
  ]);
  const later = run(liveness, silentFrom + 3000, null).filter(({ type }) => type === 'probe');
  assert.deepEqual(later.map(({ at }) => at - silentFrom), [1600, 2300, 3000]);
  assert.equal(liveness.isStalled, true);
});

test('on a slow line patience is three round trips', () => {
  const liveness = new Liveness(0);
  run(liveness, 3000, 400);
  const silentFrom = liveness.deadline;
  assert.deepEqual(run(liveness, silentFrom + 2500, null).map(({ at }) => at - silentFrom), [0, 1200, 2400]);
});

test('another epoch is a loss at once; the same epoch and no answer are waited for, four seconds and twenty', () => {
  const stalled = () => {
    const liveness = new Liveness(0);
    liveness.epoch = 'e1';
    run(liveness, 1000, null);
    return liveness;
  };
  assert.deepEqual(stalled().probed('e2', 1000), [{ type: 'lost', reason: 'restarted' }]);
  const same = stalled();
  assert.deepEqual(same.probed('e1', 1000), [{ type: 'reachable' }]);
  assert.deepEqual(same.probed('e1', 1100), []);
  const log = run(same, 60_000, null);
  assert.deepEqual([log.at(-1)?.type, log.at(-1)?.reason, log.at(-1)?.at], ['lost', 'silent', 5000]);
  assert.ok(log.every(({ type }) => type !== 'probe'), 'who has answered is not asked again');
  const gone = stalled();
  assert.deepEqual(gone.probed(null, 1000), []);
  const last = run(gone, 60_000, null).at(-1);
  assert.deepEqual([last?.reason, last?.at], ['unreachable', 20_900]);
});

test('a network that comes back has the host asked at once', () => {
  const liveness = new Liveness(0);
  run(liveness, 1700, null);
  assert.ok(liveness.deadline > 1750);
  liveness.doubt(1750);
  assert.deepEqual(liveness.poll(1750).map(({ type }) => type), ['probe', 'ping']);
});

test('a stalled path that comes back is live again, and an answer over HTTP that comes too late says nothing', () => {
  const liveness = new Liveness(0);
  liveness.epoch = 'e1';
  run(liveness, 1000, null);
  liveness.heard(1200, 5);
  assert.equal(liveness.isStalled, false);
  assert.deepEqual([...liveness.probed(null, 1200), ...liveness.probed('e1', 1200)], []);
  assert.ok(run(liveness, 10_000, 5).every(({ type }) => type === 'ping'));
});

test('when frames stop coming the host is asked soon, once', () => {
  const liveness = new Liveness(0);
  run(liveness, 3300, 2);
  assert.equal(liveness.deadline, 4256);
  for (let now = 3300; now <= 3600; now += 30) liveness.frame(now);
  assert.deepEqual(run(liveness, 4700, 2).map(({ at }) => at), [3600 + 200]);
});

test('doubt asks at once', () => {
  const liveness = new Liveness(0);
  run(liveness, 3000, 2);
  liveness.doubt(3100);
  assert.equal(run(liveness, 3100, 2)[0]?.at, 3100);
});

test('a page that slept for an hour asks again before it believes the host lost', () => {
  const liveness = new Liveness(0);
  run(liveness, 3000, 2);
  assert.deepEqual(liveness.poll(3_600_000), [{ type: 'ping' }]);
  liveness.heard(3_600_002, 2);
  assert.equal(liveness.isStalled, false);
});

test('waits double with jitter between half and whole', () => {
  for (const [random, waits] of /** @type {[number, number[]][]} */ ([[0, [50, 100, 200]], [1, [100, 200, 400]]])) {
    const backoff = new Backoff(() => random);
    assert.deepEqual([backoff.next(), backoff.next(), backoff.next()], waits);
  }
});

test('the quickest ping sets the clock, whatever the queues did to the others', () => {
  const clock = new HostClock();
  assert.equal(clock.offsetMs, null);
  assert.equal(clock.ageOfFrameMs(0, 0), null);
  clock.sample(100, 100 + 5000 + 80, 190); // 80 ms there, 10 ms back
  clock.sample(200, 200 + 5000 + 5, 210);
  clock.sample(300, 300 + 5000 + 5, 400);
  assert.equal(clock.offsetMs, 5000);
  clock.sample(500, 0, 400); // A clock that ran backwards says nothing.
  assert.equal(clock.samples.length, 3);
});

test('the age of a frame is right across the wrap of its timestamp', () => {
  const clock = new HostClock();
  const offsetMs = 123_456_789.25;
  clock.sample(0, offsetMs + 1, 2);
  for (const drawnAt of [0, 47_721_858.8, 47_721_859, 95_443_717.5]) {
    const rtp = Math.floor((drawnAt + offsetMs) * 90) % 2 ** 32;
    const age = clock.ageOfFrameMs(rtp, drawnAt + 25);
    assert.ok(age !== null && Math.abs(age - 25) < 0.02, `${age}`);
  }
  assert.equal(ticksBetween(2 ** 32 - 10, 20), 30);
  assert.equal(ticksBetween(20, 2 ** 32 - 10), -30);
});
