import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseOptions } from '../core/options.js';
import { FrameRate, InputDelays, readReport, Samples } from '../core/stats.js';

test('samples keep the newest, and tell median and p95', () => {
  const samples = new Samples();
  assert.deepEqual(samples.spread(), { median: null, p95: null, samples: [] });
  for (let value = 1; value <= 100; value += 1) samples.add(value);
  const { median, p95 } = samples.spread();
  assert.deepEqual([median, p95], [51, 96]);
  for (let value = 0; value < 6000; value += 1) samples.add(value);
  assert.equal(samples.values.length, 5000);
  assert.equal(samples.values.at(-1), 5999);
});

test('frames a second are those of the last second', () => {
  const rate = new FrameRate();
  for (let now = 0; now < 3000; now += 50) rate.frame(now);
  assert.equal(rate.perSecond(2950), 20);
  assert.equal(rate.perSecond(3450), 10);
  assert.equal(rate.perSecond(10_000), 0);
});

test('an input is shown with the first frame that has it, whether the word or the frame comes first', () => {
  const delays = new InputDelays();
  delays.sent(1, 100);
  delays.sent(2, 110);
  delays.frame(9000, 120);
  delays.told(1, 9900); // The frame is still on its way.
  assert.deepEqual(delays.samples.values, []);
  delays.frame(9900, 125);
  assert.deepEqual(delays.samples.values, [25]);
  delays.frame(10_800, 140);
  delays.told(2, 10_800); // The frame was quicker.
  assert.deepEqual(delays.samples.values, [25, 30]);
});

test('an input whose frame was dropped is shown with the next one, across the wrap of timestamps', () => {
  const delays = new InputDelays();
  delays.sent(7, 0);
  delays.told(7, 2 ** 32 - 100);
  delays.frame(2 ** 32 - 3000, 10);
  assert.deepEqual(delays.samples.values, []);
  delays.frame(2900, 43);
  assert.deepEqual(delays.samples.values, [43]);
});

test('inputs that no frame ever shows do not pile up', () => {
  const delays = new InputDelays();
  for (let seq = 1; seq < 10_000; seq += 1) {
    delays.sent(seq, seq);
    delays.told(seq, 1000 + seq);
  }
  assert.ok(delays.sentAt.size <= 256 && delays.awaited.length <= 256);
});

test('a report of the browser becomes rates, counts and a path', () => {
  const report = (/** @type {number} */ timestamp, /** @type {number} */ bytesReceived) => [
    { id: 'T', type: 'transport', selectedCandidatePairId: 'P' },
    { id: 'P', type: 'candidate-pair', localCandidateId: 'L' },
    { id: 'L', type: 'local-candidate', protocol: 'udp', candidateType: 'host' },
    { id: 'C', type: 'codec', mimeType: 'video/H264' },
    { id: 'I', type: 'inbound-rtp', kind: 'video', codecId: 'C', timestamp, bytesReceived, packetsLost: 3, packetsReceived: 97, framesDropped: 1 },
  ];
  const first = readReport(report(1000, 0), null);
  assert.equal(first.figures.bitrateBps, null);
  const { figures } = readReport(report(1500, 62_500), first.reading);
  assert.deepEqual(figures, {
    bitrateBps: 1_000_000, packetsLost: 3, packetsReceived: 97, framesDropped: 1,
    transport: 'udp', candidateType: 'host', codec: 'H264', jitterBufferMs: null,
  });
  assert.equal(readReport([], null).figures.codec, null);
});

test('the link’s options are believed only in their own form', () => {
  assert.deepEqual(parseOptions('', '#aZ09-_~.+/='), { token: 'aZ09-_~.+/=', view: null, background: null, iframe: false, encoding: null });
  assert.deepEqual(parseOptions('?background=102030&iframe=1', '#t&view=hv1.a-_'), { token: 't', view: 'hv1.a-_', background: '#102030', iframe: true, encoding: null });
  assert.equal(parseOptions('?background=url(x)', '').background, null);
  for (const hash of ['', '#', '#a b', '#a\nb', '#%00', '#é']) assert.equal(parseOptions('', hash).token, null, hash);
  assert.equal(parseOptions('?iframe=0', '').iframe, false);
  const encodings = ['udp', 'webrtc', 'WebCodecs', 'jpeg', 'h265', ''].map((name) => parseOptions(`?encoding=${name}`, '').encoding);
  assert.deepEqual(encodings, ['webrtc', 'webrtc', 'webcodecs', 'jpeg', null, null]);
});
