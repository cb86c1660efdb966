// Notices within about a second that the host's streaming is gone, long before ICE does.
//
// A ping a second; one that is not answered within max(300 ms, 3 × round trip) is repeated; after three the page asks
// the host over HTTP, again and again, each time by a connection of its own: one that was begun while the line was cut
// waits for seconds after it is mended. Another epoch: the streaming is gone. The same epoch: only the path stalls, and
// it gets four seconds to come back. No answer: the host keeps a viewer for 20 seconds, so the page waits as long.

const PING_EVERY_MS = 1000;
const LEAST_PATIENCE_MS = 300;
const STALL_MS = 4000;
const GONE_MS = 20_000;
const PROBE_EVERY_MS = 700;
const PINGS_BEFORE_PROBE = 3;
/** The first pings come quickly, for a good reading of the host's clock. */
const EARLY_PINGS = 5;
const EARLY_EVERY_MS = 60;
/** When the flow of frames stops, the scene rests or the host is gone: ask at once. */
const FLOW_STOPPED_MS = 200;

/** @typedef {'restarted' | 'unreachable' | 'silent'} LostReason */
/** `reachable`: the host answers, over HTTP alone. @typedef {{ type: 'ping' } | { type: 'probe' } | { type: 'reachable' } | { type: 'lost', reason: LostReason }} LivenessAction */

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
    this.stalledSince = Infinity;
    /** Since when HTTP has said that only the path stalls. */
    this.reachableSince = Infinity;
    this.nextProbeAt = Infinity;
    this.patienceMs = LEAST_PATIENCE_MS;
    this.flowStopsAt = Infinity;
  }

  /** Whether three pings went unanswered. */
  get isStalled() {
    return this.stalledSince !== Infinity;
  }

  /** When to call {@link poll} next. */
  get deadline() {
    return Math.min(this.nextPingAt, this.flowStopsAt, this.nextProbeAt, this.#giveUpAt);
  }

  get #giveUpAt() {
    return this.reachableSince < Infinity ? this.reachableSince + STALL_MS : this.stalledSince + GONE_MS;
  }

  /**
   * Anything came over a data channel or the WebSocket, so the host lives.
   * @param {number} now
   * @param {number | null} roundTripMs
   */
  heard(now, roundTripMs = null) {
    if (roundTripMs !== null) this.patienceMs = Math.max(LEAST_PATIENCE_MS, 3 * roundTripMs);
    if (this.unanswered > 0) this.nextPingAt = now + (this.pings < EARLY_PINGS ? EARLY_EVERY_MS : PING_EVERY_MS);
    this.unanswered = 0;
    this.stalledSince = this.reachableSince = this.nextProbeAt = Infinity;
  }

  /** A frame was shown. @param {number} now */
  frame(now) {
    this.flowStopsAt = now + FLOW_STOPPED_MS;
  }

  /** There is reason for doubt (ICE is disconnected, the network changed, the page woke up): ask at once. @param {number} now */
  doubt(now) {
    this.nextPingAt = Math.min(this.nextPingAt, now);
    if (this.nextProbeAt < Infinity) this.nextProbeAt = now;
  }

  /**
   * What /healthz said.
   * @param {string | null} epoch Null when it did not answer.
   * @param {number} now
   * @returns {LivenessAction[]}
   */
  probed(epoch, now) {
    if (epoch === null) return [];
    if (this.epoch !== null && epoch !== this.epoch) return [{ type: 'lost', reason: 'restarted' }];
    if (!this.isStalled || this.reachableSince < Infinity) return [];
    this.reachableSince = now;
    this.nextProbeAt = Infinity;
    return [{ type: 'reachable' }];
  }

  /**
   * @param {number} now
   * @returns {LivenessAction[]}
   */
  poll(now) {
    if (now >= this.#giveUpAt) return [{ type: 'lost', reason: this.reachableSince < Infinity ? 'silent' : 'unreachable' }];
    if (now >= this.flowStopsAt) {
      this.flowStopsAt = Infinity;
      if (this.unanswered === 0) this.nextPingAt = now;
    }
    /** @type {LivenessAction[]} */
    const actions = [];
    const isPingDue = now >= this.nextPingAt;
    if (isPingDue && this.unanswered >= PINGS_BEFORE_PROBE && !this.isStalled) this.stalledSince = this.nextProbeAt = now;
    if (now >= this.nextProbeAt) {
      this.nextProbeAt = now + PROBE_EVERY_MS;
      actions.push({ type: 'probe' });
    }
    if (isPingDue) {
      this.unanswered += 1;
      this.pings += 1;
      this.nextPingAt = now + this.patienceMs;
      actions.push({ type: 'ping' });
    }
    return actions;
  }
}
