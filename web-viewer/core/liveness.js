// Notices within about a second that the host's streaming is gone, long before ICE does.
//
// A ping a second; one that is not answered within max(300 ms, 3 × round trip) is repeated; after three the page asks
// the host over HTTP. No answer or another epoch: the streaming is gone. The same epoch: only the path stalls, and it
// gets four seconds to come back.

const PING_EVERY_MS = 1000;
const LEAST_PATIENCE_MS = 300;
const STALL_MS = 4000;
const PINGS_BEFORE_PROBE = 3;
/** The first pings come quickly, for a good reading of the host's clock. */
const EARLY_PINGS = 5;
const EARLY_EVERY_MS = 60;
/** When the flow of frames stops, the scene rests or the host is gone: ask at once. */
const FLOW_STOPPED_MS = 200;

/** @typedef {'restarted' | 'unreachable' | 'silent'} LostReason */
/** @typedef {{ type: 'ping' } | { type: 'probe' } | { type: 'lost', reason: LostReason }} LivenessAction */

export class Liveness {
  /**
   * @param {number} now In milliseconds; the pointer channel is open.
   */
  constructor(now) {
    /** As the welcome said it. @type {string | null} */
    this.epoch = null;
    this.nextPingAt = now;
    this.pings = 0;
    this.unanswered = 0;
    /** @type {'no' | 'asking' | 'waiting'} Whether HTTP is being asked, or has said that only the path stalls. */
    this.probe = 'no';
    this.stalledSince = Infinity;
    this.patienceMs = LEAST_PATIENCE_MS;
    this.flowStopsAt = Infinity;
  }

  /** Whether three pings went unanswered. */
  get isStalled() {
    return this.stalledSince !== Infinity;
  }

  /** When to call {@link poll} next. */
  get deadline() {
    const giveUpAt = this.probe === 'waiting' ? this.stalledSince + STALL_MS : Infinity;
    return Math.min(this.nextPingAt, this.flowStopsAt, giveUpAt);
  }

  /**
   * Anything came over a data channel, so the host lives.
   * @param {number} now
   * @param {number | null} roundTripMs
   */
  heard(now, roundTripMs = null) {
    if (roundTripMs !== null) this.patienceMs = Math.max(LEAST_PATIENCE_MS, 3 * roundTripMs);
    if (this.unanswered > 0) this.nextPingAt = now + (this.pings < EARLY_PINGS ? EARLY_EVERY_MS : PING_EVERY_MS);
    this.unanswered = 0;
    this.probe = 'no';
    this.stalledSince = Infinity;
  }

  /** A frame was shown. @param {number} now */
  frame(now) {
    this.flowStopsAt = now + FLOW_STOPPED_MS;
  }

  /** There is reason for doubt (ICE is disconnected, the network changed, the page woke up): ask at once. @param {number} now */
  doubt(now) {
    this.nextPingAt = Math.min(this.nextPingAt, now);
  }

  /**
   * What /healthz said.
   * @param {string | null} epoch Null when it did not answer.
   * @returns {LivenessAction[]}
   */
  probed(epoch) {
    if (this.probe !== 'asking') return [];
    if (epoch === null) return [{ type: 'lost', reason: 'unreachable' }];
    if (this.epoch !== null && epoch !== this.epoch) return [{ type: 'lost', reason: 'restarted' }];
    this.probe = 'waiting';
    return [];
  }

  /**
   * @param {number} now
   * @returns {LivenessAction[]}
   */
  poll(now) {
    if (this.probe === 'waiting' && now >= this.stalledSince + STALL_MS) return [{ type: 'lost', reason: 'silent' }];
    if (now >= this.flowStopsAt) {
      this.flowStopsAt = Infinity;
      if (this.unanswered === 0) this.nextPingAt = now;
    }
    if (now < this.nextPingAt) return [];
    /** @type {LivenessAction[]} */
    const actions = [];
    if (this.unanswered >= PINGS_BEFORE_PROBE && this.probe === 'no') {
      this.probe = 'asking';
      this.stalledSince = now;
      actions.push({ type: 'probe' });
    }
    this.unanswered += 1;
    this.pings += 1;
    this.nextPingAt = now + this.patienceMs;
    actions.push({ type: 'ping' });
    return actions;
  }
}
