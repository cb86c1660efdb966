// By which way the picture comes: the ladder from WebRTC down to JPEG over a WebSocket, as a state machine. The clock is
// an argument.
//
// There are two ways to one session at the host: `rtc` (straight, or through a relay that the browser's ICE finds out) and
// `ws` (H.264 or JPEG over a WebSocket). WebRTC is tried at once. The WebSocket is tried beside it when WebRTC takes longer
// than it should, or falls silent. Who shows the first picture wins; WebRTC takes over later, with its first frame.

/** @typedef {'rtc' | 'ws'} Way */
/**
 * - `answered`: the host took the offer
 * - `linked`: ICE is through (again), and the data channels are open
 * - `doubtful`: ICE has lost touch, perhaps for a moment
 * - `failed`: ICE has given up
 * - `dead`: nothing helps this peer connection any more
 * - `no_restart`: the host does not know this session any more, or restarts no ICE
 * - `frame`: a way has a picture to show
 * - `heard`: a way has brought anything
 * - `stalled`: pings go unanswered
 * - `reachable`, `unreachable`: what HTTP says meanwhile
 * - `network`: the device's network is another
 * @typedef {{ type: 'start' | 'linked' | 'doubtful' | 'failed' | 'dead' | 'no_restart' | 'stalled' | 'reachable' | 'unreachable'
 *   | 'network' | 'ws_open' | 'ws_closed' } | { type: 'answered', roundTripMs: number, hasServers: boolean }
 *   | { type: 'frame' | 'heard', way: Way }} LadderEvent
 */
/**
 * `restart` begins ICE anew. `show` brings a way's picture to the front, and tells the host so. `ask` wants to know whether
 * the host answers over HTTP. `lost`: only a new session helps.
 * @typedef {{ type: 'open_ws' } | { type: 'close_ws' } | { type: 'restart' } | { type: 'ask' } | { type: 'show', way: Way }
 *   | { type: 'lost', cause: 'closed' | 'refused' }} LadderAction
 */
/** What keeps the picture away, as far as one can tell. @typedef {'unreachable' | 'blocked' | 'no_udp' | 'no_websocket' | 'slow'} Hindrance */

/** From the host's answer on: at least, and with two round trips; but a busy host takes its time for the answer. */
const RELAY_MS = 400;
const DETOUR_MS = 700;
const TWO_TRIPS_MAX_MS = 2000;
/** Without a picture for this long the reader is told why. */
export const TELL_MS = 4500;
/**
 * A WebSocket that opens so slowly was begun while nothing came through, most likely: another is begun, as the first would
 * wait for long. Not too often: browsers hold back those that fail.
 */
const REOPEN_MS = 1000;
const REOPEN_ROUND_TRIPS = 6;
const REOPEN_EAGERLY = 8;
/** The first is given more time, as nothing says yet that the line is cut. */
const FIRST_OPEN_MS = 4000;
const STALE_MS = 600;
const REOPEN_FIRST_MS = 300;
const REOPEN_LONGEST_MS = 4000;
const RESTART_FIRST_MS = 1000;
const RESTART_LONGEST_MS = 8000;
/** ICE that says "disconnected" finds back by itself more often than not. */
const DISCONNECTED_MS = 1000;
/** While a WebSocket carries: how often WebRTC is tried again; sooner where it did work. */
const RETRY_SOON_MS = 2000;
const RETRY_FIRST_MS = 30_000;
const RETRY_LONGEST_MS = 300_000;

export class Ladder {
  /** @param {{ rtc: boolean, ws: boolean }} ways Which of them may be tried. */
  constructor({ rtc, ws }) {
    this.allowsWs = ws;
    /** @type {'off' | 'trying' | 'up' | 'down' | 'dead'} */
    this.rtc = rtc ? 'trying' : 'off';
    /** @type {'off' | 'opening' | 'open'} */
    this.ws = 'off';
    /** Whose picture is in front. @type {Way | null} */
    this.carrying = null;
    /** Whether the first picture takes so long that the reader is told why. */
    this.isOverdue = false;
    /** Whether it has fallen silent. */
    this.isTroubled = false;
    /** Whether the host has taken the offer. */
    this.isAnswered = false;
    this.hasServers = false;
    this.canRestart = true;
    /** Whether WebRTC did work. */
    this.wasUp = false;
    /** What HTTP said last. @type {boolean | null} */
    this.isReachable = null;
    /** To the host and back, as far as one knows. */
    this.roundTripMs = 0;
    this.wsFailures = 0;
    /** WebSockets begun since the trouble. */
    this.wsBegun = 0;
    this.wsSince = 0;
    this.restartMs = RESTART_FIRST_MS;
    this.retryMs = RETRY_FIRST_MS;
    this.tellAt = this.relayAt = this.detourAt = this.reopenAt = this.restartAt = this.retryAt = Infinity;
  }

  get deadline() {
    return Math.min(this.tellAt, this.relayAt, this.detourAt, this.reopenAt, this.restartAt, this.retryAt);
  }

  /** Whether the first picture is being tried by another way than the usual. */
  get isDetouring() {
    return this.carrying === null && this.ws !== 'off' && this.rtc !== 'off';
  }

  /** Why there is no picture, as far as one can tell. @returns {Hindrance} */
  get hindrance() {
    if (this.isReachable === false) return 'unreachable';
    if (this.rtc === 'off') return this.ws === 'open' ? 'slow' : 'no_websocket';
    if (!this.isAnswered) return 'unreachable';
    if (this.rtc === 'up' || this.ws === 'open') return 'slow';
    return this.allowsWs ? 'blocked' : 'no_udp';
  }

  /**
   * @param {LadderEvent} event
   * @param {number} now In milliseconds.
   * @returns {LadderAction[]}
   */
  handle(event, now) {
    switch (event.type) {
      case 'start':
        this.tellAt = now + TELL_MS;
        return this.rtc === 'off' ? this.#openWs(now) : [];
      case 'answered':
        return this.#answered(event, now);
      case 'linked':
        return this.#linked();
      case 'doubtful':
        if (this.rtc === 'up') this.restartAt = Math.min(this.restartAt, now + DISCONNECTED_MS);
        return [];
      case 'failed':
        return this.#failed(now);
      case 'dead':
        return this.#dead(now);
      case 'no_restart':
        return this.#noRestart(now);
      case 'frame':
        return this.#frame(event.way, now);
      case 'heard':
        return this.#heard(event.way);
      case 'stalled':
        return this.#stalled(now);
      case 'reachable':
      case 'unreachable':
        this.isReachable = event.type === 'reachable';
        return this.isReachable && this.isTroubled ? this.#linkIsBack(now) : [];
      case 'network':
        this.retryMs = RETRY_FIRST_MS;
        return this.#restart(now);
      case 'ws_open':
        this.ws = 'open';
        this.wsFailures = 0;
        this.reopenAt = Infinity;
        return [];
      case 'ws_closed':
        return this.#wsClosed(now);
    }
  }

  /**
   * A deadline passed.
   * @param {number} now
   * @returns {LadderAction[]}
   */
  poll(now) {
    /** @type {LadderAction[]} */
    const actions = [];
    if (now >= this.tellAt) {
      this.tellAt = Infinity;
      this.isOverdue = true;
    }
    if (now >= this.relayAt) actions.push(...this.#restart(now));
    if (now >= this.detourAt) {
      this.detourAt = Infinity;
      actions.push(...this.#openWs(now));
    }
    if (now >= this.reopenAt) actions.push(...this.#closeWs(), ...this.#openWs(now));
    if (now >= this.retryAt) {
      this.retryMs = Math.min(this.retryMs * 2, RETRY_LONGEST_MS);
      this.retryAt = now + this.retryMs;
      actions.push(...this.#restart(now));
    } else if (now >= this.restartAt) {
      actions.push(...this.#restart(now));
    }
    return actions;
  }

  /** @param {{ roundTripMs: number, hasServers: boolean }} answer @param {number} now @returns {LadderAction[]} */
  #answered({ roundTripMs, hasServers }, now) {
    this.isAnswered = true;
    this.roundTripMs = roundTripMs;
    this.hasServers = hasServers;
    const twoTripsMs = Math.min(2 * roundTripMs, TWO_TRIPS_MAX_MS);
    if (hasServers) this.relayAt = now + Math.max(RELAY_MS, twoTripsMs);
    if (this.allowsWs) this.detourAt = now + DETOUR_MS + twoTripsMs;
    return [];
  }

  /** @returns {LadderAction[]} */
  #linked() {
    this.rtc = 'up';
    this.wasUp = true;
    this.relayAt = this.detourAt = this.restartAt = Infinity;
    this.restartMs = RESTART_FIRST_MS;
    return [];
  }

  /** @param {number} now @returns {LadderAction[]} */
  #failed(now) {
    if (this.rtc === 'dead') return [];
    this.rtc = 'down';
    if (this.#isCarriedBy('ws')) return [];
    const helps = this.wasUp || this.hasServers;
    return [...this.#openWs(now), ...(helps ? this.#restart(now) : [])];
  }

  /** @param {number} now @returns {LadderAction[]} */
  #dead(now) {
    this.rtc = 'dead';
    this.relayAt = this.detourAt = this.restartAt = this.retryAt = Infinity;
    if (this.#isCarriedBy('ws')) return [];
    // With its channels closed the host has ended the session, most likely.
    if (this.wasUp || !this.allowsWs) return [{ type: 'lost', cause: this.wasUp ? 'closed' : 'refused' }];
    return this.#openWs(now);
  }

  /** @param {number} now @returns {LadderAction[]} */
  #noRestart(now) {
    this.canRestart = false;
    this.restartAt = this.retryAt = Infinity;
    if (this.carrying !== null && this.isTroubled) return [{ type: 'lost', cause: 'closed' }];
    return this.carrying === null ? this.#openWs(now) : [];
  }

  /** @param {Way} way */
  #isCarriedBy(way) {
    return this.carrying === way && !this.isTroubled;
  }

  /** @param {Way} way @param {number} now @returns {LadderAction[]} */
  #frame(way, now) {
    // The first picture is shown as soon as it is there: the data channels open two round trips later.
    const isFirst = this.rtc === 'trying' && this.carrying === null;
    const isOpen = way === 'rtc' ? this.rtc === 'up' || isFirst : this.ws === 'open';
    if (!isOpen || this.#isCarriedBy(way)) return [];
    // A WebSocket that came too late: WebRTC was quicker.
    if (way === 'ws' && this.#isCarriedBy('rtc')) return this.#closeWs();
    const wasRtc = this.carrying === 'rtc';
    this.carrying = way;
    this.isTroubled = this.isOverdue = false;
    this.tellAt = this.detourAt = this.relayAt = this.restartAt = this.reopenAt = this.retryAt = Infinity;
    if (way === 'ws') {
      const isWorthIt = this.canRestart && this.rtc !== 'off' && this.rtc !== 'dead';
      if (isWorthIt) this.retryAt = now + (wasRtc ? RETRY_SOON_MS : this.retryMs);
      return [{ type: 'show', way }];
    }
    this.retryMs = RETRY_FIRST_MS;
    return [{ type: 'show', way }, ...this.#closeWs()];
  }

  /** @param {Way} way @returns {LadderAction[]} */
  #heard(way) {
    if (!this.isTroubled || this.carrying !== way) return [];
    // A word is no picture yet: of two ways that are back the first frame decides.
    if (way === 'rtc' && this.ws !== 'off') return [];
    this.isTroubled = false;
    this.restartAt = this.reopenAt = Infinity;
    return [];
  }

  /** @param {number} now @returns {LadderAction[]} */
  #stalled(now) {
    if (this.isTroubled) return [];
    this.isTroubled = true;
    this.isReachable = null;
    this.wsBegun = 0;
    if (this.ws === 'off') return this.#openWs(now);
    // Over TCP what is late may still come: it is given up when the host answers elsewhere, or after a while.
    this.reopenAt = now + this.#reopenMs;
    return [];
  }

  /** The line is back, so everything that can bring the picture begins now. @param {number} now @returns {LadderAction[]} */
  #linkIsBack(now) {
    const isStale = this.ws === 'open' ? this.carrying === 'ws' : now - this.wsSince > STALE_MS;
    return [...this.#restart(now), ...(isStale ? this.#closeWs() : []), ...this.#openWs(now)];
  }

  get #reopenMs() {
    const leastMs = this.wsBegun > REOPEN_EAGERLY ? 2 * REOPEN_MS : REOPEN_MS;
    return Math.max(leastMs, REOPEN_ROUND_TRIPS * this.roundTripMs);
  }

  /** @param {number} now @returns {LadderAction[]} */
  #wsClosed(now) {
    if (this.ws === 'off') return [];
    const wasOpening = this.ws === 'opening';
    this.ws = 'off';
    this.reopenAt = Infinity;
    const isWanted = this.carrying !== 'rtc' || this.isTroubled;
    if (!isWanted) return [];
    this.reopenAt = now + Math.min(REOPEN_FIRST_MS * 2 ** this.wsFailures, REOPEN_LONGEST_MS);
    if (wasOpening) this.wsFailures += 1;
    /** @type {LadderAction[]} */
    const ask = this.carrying === 'ws' || this.rtc === 'off' ? [{ type: 'ask' }] : [];
    if (this.carrying !== 'ws' || this.isTroubled) return ask;
    this.isTroubled = true;
    return [...ask, ...this.#restart(now)];
  }

  /** @param {number} now @returns {LadderAction[]} */
  #restart(now) {
    this.relayAt = this.restartAt = Infinity;
    if (!this.isAnswered || !this.canRestart || this.rtc === 'off' || this.rtc === 'dead') return [];
    // Once more, and less and less often, for as long as it is missed.
    if (this.carrying === null ? this.hasServers : this.isTroubled) {
      this.restartAt = now + Math.max(this.restartMs, 4 * this.roundTripMs);
      this.restartMs = Math.min(this.restartMs * 2, RESTART_LONGEST_MS);
    }
    return [{ type: 'restart' }];
  }

  /** @param {number} now @returns {LadderAction[]} */
  #openWs(now) {
    if (!this.allowsWs || this.ws !== 'off') return [];
    this.ws = 'opening';
    this.wsSince = now;
    this.wsBegun += 1;
    this.reopenAt = now + (this.carrying === null ? Math.max(FIRST_OPEN_MS, 2 * this.#reopenMs) : this.#reopenMs);
    return [{ type: 'open_ws' }];
  }

  /** @returns {LadderAction[]} */
  #closeWs() {
    this.reopenAt = Infinity;
    if (this.ws === 'off') return [];
    this.ws = 'off';
    return [{ type: 'close_ws' }];
  }
}
