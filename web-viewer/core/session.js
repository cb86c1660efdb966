// The session's life as a state machine: an event and the time in, actions out. It reads no clock and no socket.

/** @import { EndCause, Role } from './wire.gen.js' */
/** @import { Refusal } from './knock.js' */
import { Backoff } from './backoff.js';
import { PROTOCOL } from './wire.gen.js';

/**
 * - `connecting`: on the way to the first or the next picture
 * - `waiting`: for the next attempt
 * - `live`: the picture moves
 * - `knocking`: the host lets people in one by one; see knock.js
 * - `ended`: the host said goodbye
 * - `failed`: only the user can mend it
 * - `away`: the page is being left, or lies in the browser's back-forward cache
 * @typedef {'idle' | 'connecting' | 'waiting' | 'live' | 'knocking' | 'ended' | 'failed' | 'away'} Phase
 */
/**
 * Why there is no picture.
 * @typedef {'no_webrtc' | 'no_h264' | 'no_token' | 'unauthorized' | 'forbidden' | 'protocol'
 *   | 'barred' | 'full' | 'refused' | 'unreachable' | 'blocked' | 'restarted' | 'silent' | 'closed' | 'slow'
 *   | 'no_udp' | 'no_websocket'} Cause
 */
/**
 * @typedef {{ type: 'start' } | { type: 'answered' } | { type: 'linked' }
 *   | { type: 'welcome', protocol: number, role: Role, epoch: string } | { type: 'picture' }
 *   | { type: 'http', status: number, refusal: Refusal, retryAfterMs: number } | { type: 'lost', cause: Cause }
 *   | { type: 'hindered', cause: Cause }
 *   | { type: 'impossible', cause: Cause } | { type: 'ended', cause: EndCause, reason: string }
 *   | { type: 'wake' } | { type: 'leave' }} SessionEvent
 */
/**
 * `close` ends what `connect` began; both are idempotent. `knock` asks for the card with the host's door.
 * @typedef {{ type: 'connect' } | { type: 'close' } | { type: 'knock' }} SessionAction
 */

/** How long one step of an attempt (offer, ICE, welcome) may take. */
const STEP_MS = 10_000;
/** A connection that held this long proves the host sound: back-off begins anew. */
const SOUND_MS = 2000;
/** A sound host that falls silent restarts within seconds: until then no wait is long enough to be noticed. */
const QUICK_FOR_MS = 4000;
const QUICK_WAIT_MS = 400;
/** A host that is full, or limits its visitors, is not asked more often. */
const BUSY_MS = 5000;

export class Session {
  /** @param {() => number} random From 0 to 1. */
  constructor(random = Math.random) {
    this.backoff = new Backoff(random);
    /** @type {Phase} */
    this.phase = 'idle';
    /** Why there is no picture. @type {Cause | null} */
    this.cause = null;
    /** What keeps the picture of this attempt away, where it takes too long. @type {Cause | null} */
    this.hindrance = null;
    /** The host's own words at the end, or for taking nobody. */
    this.reason = '';
    /** For whom it has ended. @type {EndCause} */
    this.endCause = 'over';
    /** @type {Role | null} */
    this.role = null;
    /** Of the newest connection. @type {string | null} */
    this.epoch = null;
    /** @type {'offer' | 'ice' | 'welcome' | 'picture'} What the attempt waits for. */
    this.step = 'offer';
    /** Times that the picture came back. */
    this.reconnects = 0;
    /** Whether there ever was a picture. */
    this.wasLive = false;
    /** Since when the last picture has been missing. */
    this.missingSince = 0;
    this.liveSince = Infinity;
    /** Until when attempts follow quickly. */
    this.quickUntil = 0;
    this.deadline = Infinity;
  }

  /**
   * @param {SessionEvent} event
   * @param {number} now In milliseconds.
   * @returns {SessionAction[]}
   */
  handle(event, now) {
    switch (event.type) {
      case 'start':
        return this.#start(now);
      case 'answered':
        return this.#step('offer', 'ice', now);
      case 'linked':
        return this.#step('ice', 'welcome', now);
      case 'welcome':
        return this.#welcome(event, now);
      case 'picture':
        return this.#picture(now);
      case 'http':
        return this.#http(event, now);
      case 'lost':
        return this.#isOpen ? this.#retryLater(event.cause, now) : [];
      case 'hindered':
        this.hindrance = this.phase === 'connecting' ? event.cause : null;
        return [];
      case 'impossible':
        return this.#stop('failed', event.cause);
      case 'ended':
        this.reason = event.reason;
        this.endCause = event.cause;
        return this.#stop('ended', null);
      case 'wake':
        return this.phase === 'waiting' && this.cause !== 'full' ? this.#connect(now) : [];
      case 'leave':
        return this.#stop('away', null);
    }
  }

  /**
   * The deadline passed.
   * @param {number} now
   * @returns {SessionAction[]}
   */
  poll(now) {
    if (now < this.deadline) return [];
    if (this.phase === 'waiting') return this.#connect(now);
    if (this.phase !== 'connecting') {
      this.deadline = Infinity;
      return [];
    }
    const cause = this.step === 'offer' ? 'unreachable' : this.step === 'ice' ? 'blocked' : 'slow';
    return this.#retryLater(this.hindrance ?? cause, now);
  }

  get #isOpen() {
    return this.phase === 'connecting' || this.phase === 'live';
  }

  /** @param {number} now @returns {SessionAction[]} */
  #start(now) {
    this.backoff.reset();
    this.cause = null;
    this.missingSince = now;
    return this.#connect(now);
  }

  /** @param {number} now @returns {SessionAction[]} */
  #connect(now) {
    this.phase = 'connecting';
    this.step = 'offer';
    this.hindrance = null;
    this.deadline = now + STEP_MS;
    return [{ type: 'connect' }];
  }

  /** @param {'offer' | 'ice'} from @param {'ice' | 'welcome'} to @param {number} now @returns {SessionAction[]} */
  #step(from, to, now) {
    if (this.phase === 'connecting' && this.step === from) {
      this.step = to;
      this.deadline = now + STEP_MS;
    }
    return [];
  }

  /** @param {{ protocol: number, role: Role, epoch: string }} welcome @param {number} now @returns {SessionAction[]} */
  #welcome({ protocol, role, epoch }, now) {
    if (!this.#isOpen) return [];
    if (protocol !== PROTOCOL) return this.#stop('failed', 'protocol');
    this.role = role;
    this.epoch = epoch;
    if (this.phase === 'connecting') {
      // From here on liveness tells whether the host is there. A hidden page may show no frame for hours.
      this.step = 'picture';
      this.deadline = Infinity;
      this.liveSince = now;
    }
    return [];
  }

  /** @param {number} now @returns {SessionAction[]} */
  #picture(now) {
    if (this.phase !== 'connecting') return [];
    this.phase = 'live';
    this.cause = this.hindrance = null;
    this.deadline = Infinity;
    this.liveSince = Math.min(this.liveSince, now);
    if (this.wasLive) this.reconnects += 1;
    this.wasLive = true;
    return [];
  }

  /** @param {{ status: number, refusal: Refusal, retryAfterMs: number }} answer @param {number} now @returns {SessionAction[]} */
  #http({ status, refusal, retryAfterMs }, now) {
    if (!this.#isOpen && this.phase !== 'knocking') return [];
    if (status === 403 && refusal.knock) return [...this.#stop('knocking', null), { type: 'knock' }];
    if (status === 403 && refusal.refused) {
      this.reason = refusal.error;
      return this.#stop('failed', 'barred');
    }
    if (status === 401) return this.#stop('failed', 'unauthorized');
    if (status === 403 || status === 421) return this.#stop('failed', 'forbidden');
    if (status === 410) {
      this.reason = '';
      this.endCause = 'over';
      return this.#stop('ended', null);
    }
    if (status === 503 || status === 429) {
      this.reason = refusal.error;
      return this.#retryLater('full', now, Math.max(BUSY_MS, retryAfterMs));
    }
    // Tunnels answer 404 or 5xx for a host that is not there.
    const cause = status === 404 || status >= 500 ? 'unreachable' : 'refused';
    return this.#retryLater(cause, now);
  }

  /** @param {Cause} cause @param {number} now @param {number} leastMs @returns {SessionAction[]} */
  #retryLater(cause, now, leastMs = 0) {
    if (this.phase === 'live') this.missingSince = now;
    if (now - this.liveSince >= SOUND_MS) {
      this.backoff.reset();
      this.quickUntil = now + QUICK_FOR_MS;
    } else if (this.liveSince < Infinity) {
      this.quickUntil = 0; // It came back only to fall again.
    }
    this.liveSince = Infinity;
    this.phase = 'waiting';
    this.cause = cause;
    this.deadline = now + Math.max(leastMs, this.backoff.next(now < this.quickUntil ? QUICK_WAIT_MS : undefined));
    return [{ type: 'close' }];
  }

  /** @param {'knocking' | 'ended' | 'failed' | 'away'} phase @param {Cause | null} cause @returns {SessionAction[]} */
  #stop(phase, cause) {
    this.phase = phase;
    this.cause = cause;
    this.liveSince = Infinity;
    this.deadline = Infinity;
    return [{ type: 'close' }];
  }
}
