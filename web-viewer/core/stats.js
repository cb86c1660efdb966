// Figures over time: bounded windows, the delays of frames and inputs, and what RTCPeerConnection.getStats() says.

import { ticksBetween } from './clock.js';

/** Raw samples kept for benches; of more, the oldest go. */
const MOST_SAMPLES = 5000;
/** Inputs that wait for their frame, and frames and tidings kept to meet them; of more, the oldest go. */
const MOST_WAITING = 256;

/** @typedef {{ median: number | null, p95: number | null, samples: number[] }} Spread In milliseconds. */

export class Samples {
  constructor() {
    /** @type {number[]} */
    this.values = [];
  }

  /** @param {number} value */
  add(value) {
    this.values.push(value);
    if (this.values.length > MOST_SAMPLES) this.values.splice(0, this.values.length - MOST_SAMPLES);
  }

  clear() {
    this.values = [];
  }

  /** @returns {Spread} */
  spread() {
    return { ...spreadOf(this.values), samples: this.values.slice() };
  }

  /** Of the newest only, for the eye. @param {number} count */
  recent(count) {
    const values = this.values.slice(-count);
    return { ...spreadOf(values), samples: values };
  }
}

/** @param {number[]} values */
function spreadOf(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (/** @type {number} */ part) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? null;
  return { median: at(0.5), p95: at(0.95) };
}

/** Frames in the last second. */
export class FrameRate {
  constructor() {
    /** @type {number[]} */
    this.times = [];
  }

  /** @param {number} now */
  frame(now) {
    this.times.push(now);
    this.#forget(now);
  }

  /** @param {number} now */
  perSecond(now) {
    this.#forget(now);
    return this.times.length;
  }

  /** @param {number} now */
  #forget(now) {
    const firstKept = this.times.findIndex((time) => time > now - 1000);
    this.times.splice(0, firstKept === -1 ? this.times.length : firstKept);
  }
}

/**
 * Input → shown: from an input's sending to the display of the first frame that shows it. The host names that frame by
 * its RTP timestamp; its word and the frame may come in either order.
 */
export class InputDelays {
  constructor() {
    /** @type {Map<number, number>} When each input was sent, by number. */
    this.sentAt = new Map();
    /** @type {{ rtpTimestamp: number, shownAt: number }[]} */
    this.frames = [];
    /** @type {{ seq: number, rtpTimestamp: number }[]} Said by the host; the frame is not here yet. */
    this.awaited = [];
    this.samples = new Samples();
  }

  /** @param {number} seq @param {number} now */
  sent(seq, now) {
    this.sentAt.set(seq, now);
    if (this.sentAt.size > MOST_WAITING) this.sentAt.delete(this.sentAt.keys().next().value ?? seq);
  }

  /** @param {number} seq @param {number} rtpTimestamp */
  told(seq, rtpTimestamp) {
    const frame = this.frames.find((shown) => ticksBetween(rtpTimestamp, shown.rtpTimestamp) >= 0);
    if (frame) {
      this.#settle(seq, frame.shownAt);
    } else {
      this.awaited.push({ seq, rtpTimestamp });
      if (this.awaited.length > MOST_WAITING) this.awaited.shift();
    }
  }

  /** @param {number} rtpTimestamp @param {number} shownAt */
  frame(rtpTimestamp, shownAt) {
    this.frames.push({ rtpTimestamp, shownAt });
    if (this.frames.length > MOST_WAITING) this.frames.shift();
    const isHere = (/** @type {{ rtpTimestamp: number }} */ told) => ticksBetween(told.rtpTimestamp, rtpTimestamp) >= 0;
    for (const { seq } of this.awaited.filter(isHere)) this.#settle(seq, shownAt);
    this.awaited = this.awaited.filter((told) => !isHere(told));
  }

  /** @param {number} seq @param {number} shownAt */
  #settle(seq, shownAt) {
    const sentAt = this.sentAt.get(seq);
    if (sentAt !== undefined && shownAt >= sentAt) this.samples.add(shownAt - sentAt);
    for (const earlier of this.sentAt.keys()) {
      if (earlier > seq) break;
      this.sentAt.delete(earlier); // Superseded: the frame shows a later input of the same hand.
    }
  }
}

/**
 * What the page shows of the connection.
 * @typedef {object} LinkFigures
 * @property {number | null} bitrateBps Of the video, since the reading before.
 * @property {number | null} packetsLost
 * @property {number | null} packetsReceived
 * @property {number | null} framesDropped By the browser.
 * @property {string | null} transport `udp`, `tcp` or `websocket`.
 * @property {string | null} candidateType Of the browser's end: `host`, `srflx`, `prflx` or `relay`.
 * @property {string | null} codec
 * @property {number | null} jitterBufferMs The mean delay in the browser's jitter buffer, since the reading before.
 */

/** @type {LinkFigures} */
export const NO_FIGURES = {
  bitrateBps: null,
  packetsLost: null,
  packetsReceived: null,
  framesDropped: null,
  transport: null,
  candidateType: null,
  codec: null,
  jitterBufferMs: null,
};

/** @typedef {{ timestamp: number, bytes: number, bufferDelayS: number, buffered: number }} LinkReading */

/**
 * Reads a getStats() report.
 * @param {Iterable<Record<string, any>>} report Its values.
 * @param {LinkReading | null} before The reading before this one.
 * @returns {{ figures: LinkFigures, reading: LinkReading | null }}
 */
export function readReport(report, before) {
  const values = [...report];
  const inbound = values.find((entry) => entry['type'] === 'inbound-rtp' && entry['kind'] === 'video');
  if (!inbound) return { figures: NO_FIGURES, reading: null };
  const local = selectedPair(values)?.local;
  const codec = values.find((entry) => entry['id'] === inbound['codecId']);
  const reading = {
    timestamp: inbound['timestamp'],
    bytes: inbound['bytesReceived'] ?? 0,
    bufferDelayS: inbound['jitterBufferDelay'] ?? 0,
    buffered: inbound['jitterBufferEmittedCount'] ?? 0,
  };
  return { reading, figures: { ...since(before, reading), ...totals(inbound, local, codec) } };
}

/**
 * The candidates between which packets go.
 * @param {Record<string, any>[]} values Of a getStats() report.
 * @returns {{ local: Record<string, any> | undefined, remote: Record<string, any> | undefined } | null}
 */
export function selectedPair(values) {
  const named = (/** @type {unknown} */ id) => values.find((entry) => entry['id'] === id);
  const transport = values.find((entry) => entry['type'] === 'transport');
  const pair =
    named(transport?.['selectedCandidatePairId']) ??
    values.find((entry) => entry['type'] === 'candidate-pair' && entry['nominated'] && entry['state'] === 'succeeded');
  return pair ? { local: named(pair['localCandidateId']), remote: named(pair['remoteCandidateId']) } : null;
}

/** @param {LinkReading | null} before @param {LinkReading} reading */
export function since(before, reading) {
  const seconds = before ? (reading.timestamp - before.timestamp) / 1000 : 0;
  const frames = before ? reading.buffered - before.buffered : 0;
  return {
    // Of another way's reading before it says nothing.
    bitrateBps: before && seconds > 0 && reading.bytes >= before.bytes ? ((reading.bytes - before.bytes) * 8) / seconds : null,
    jitterBufferMs: before && frames > 0 ? ((reading.bufferDelayS - before.bufferDelayS) / frames) * 1000 : null,
  };
}

/** @param {Record<string, any>} inbound @param {Record<string, any> | undefined} local @param {Record<string, any> | undefined} codec */
function totals(inbound, local, codec) {
  return {
    packetsLost: inbound['packetsLost'] ?? null,
    packetsReceived: inbound['packetsReceived'] ?? null,
    framesDropped: inbound['framesDropped'] ?? null,
    transport: local?.['relayProtocol'] ?? local?.['protocol'] ?? null,
    candidateType: local?.['candidateType'] ?? null,
    codec: codec?.['mimeType']?.replace(/^video\//i, '') ?? null,
  };
}
