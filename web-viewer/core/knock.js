// Knocking at the host's door: what the page hears there, and what it does about it. The clock is an argument.
//
// `POST /knock` answers with lines of JSON: `waiting` at once and again every few seconds, in the end `admitted` or
// `refused`. A line that breaks off is no answer: the page knocks again.

import { Backoff } from './backoff.js';

/** @typedef {{ state: 'waiting' } | { state: 'admitted', pass: string } | { state: 'refused', reason: string }} Word */
/** Why the host said no. @typedef {{ knock: boolean, refused: boolean, error: string }} Refusal */

/** A longer line is none of ours. */
export const LINE_BYTES_MAX = 64 * 1024;

/**
 * The body of an answer that is no success.
 * @param {string} body
 * @returns {Refusal}
 */
export function readRefusal(body) {
  const { knock, refused, error } = parse(body.slice(0, LINE_BYTES_MAX));
  return { knock: knock === true, refused: refused === true, error: typeof error === 'string' ? error : '' };
}

/** @param {string} text @returns {Record<string, unknown>} Empty when the text is no JSON object. */
function parse(text) {
  try {
    const value = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** Reads the stream's words, wherever it is cut. */
export class KnockReader {
  constructor() {
    this.decoder = new TextDecoder();
    /** The line that is not whole yet. */
    this.rest = '';
  }

  /**
   * @param {Uint8Array} bytes
   * @returns {Word[] | null} Null when this is no stream of ours.
   */
  read(bytes) {
    const lines = (this.rest + this.decoder.decode(bytes, { stream: true })).split('\n');
    this.rest = lines.pop() ?? '';
    return this.rest.length > LINE_BYTES_MAX ? null : lines.flatMap(wordsOf);
  }

  /** The stream has ended: its last line may lack its end. @returns {Word[]} */
  end() {
    return wordsOf(this.rest);
  }
}

/** @param {string} line @returns {Word[]} Empty for what this page does not know. */
function wordsOf(line) {
  const { state, pass, reason } = parse(line);
  if (state === 'waiting') return [{ state }];
  if (state === 'admitted' && typeof pass === 'string') return [{ state, pass }];
  if (state === 'refused') return [{ state, reason: typeof reason === 'string' ? reason : '' }];
  return [];
}

/**
 * - `away`: there is no door in the way
 * - `form`: the guest is asked for its name
 * - `waiting`: the host is asked
 * - `broken`: nobody heard the knock, or the line broke off; the next knock follows
 * - `refused`: the host does not let the guest in
 * @typedef {'away' | 'form' | 'waiting' | 'broken' | 'refused'} KnockPhase
 */
/**
 * @typedef {{ type: 'show' } | { type: 'ask' } | { type: 'cancel' } | { type: 'leave' } | { type: 'wake' }
 *   | { type: 'word', word: Word } | { type: 'http', status: number, refusal: Refusal, retryAfterMs: number }
 *   | { type: 'lost' }} KnockEvent
 */
/**
 * `knock` opens a stream and ends the one before; `hang_up` ends it. `closed`: knocking is in vain, for the reason that
 * the status says.
 * @typedef {{ type: 'knock' } | { type: 'hang_up' } | { type: 'admitted', pass: string } | { type: 'closed', status: number }} KnockAction
 */

/** The host says every few seconds that it is there. */
const SILENCE_MS = 20_000;
/** A door with a crowd before it is not knocked at more often. */
const BUSY_MS = 5000;

export class Knock {
  /** @param {() => number} random From 0 to 1. */
  constructor(random = Math.random) {
    this.backoff = new Backoff(random);
    /** @type {KnockPhase} */
    this.phase = 'away';
    /** The host's words, when it refused. */
    this.reason = '';
    /** Why the last knock was in vain; null once the host is heard again. @type {'lost' | 'busy' | null} */
    this.trouble = null;
    this.deadline = Infinity;
  }

  /**
   * @param {KnockEvent} event
   * @param {number} now In milliseconds.
   * @returns {KnockAction[]}
   */
  handle(event, now) {
    switch (event.type) {
      case 'show':
        return this.#rest('form');
      case 'ask':
        if (this.phase !== 'form' && this.phase !== 'refused') return [];
        this.backoff.reset();
        this.trouble = null;
        return this.#knock(now);
      case 'cancel':
        return this.phase === 'waiting' || this.phase === 'broken' ? this.#rest('form') : [];
      case 'leave':
        return this.#rest('away');
      case 'wake':
        return this.phase === 'broken' && this.trouble === 'lost' ? this.#knock(now) : [];
      case 'word':
        return this.phase === 'waiting' ? this.#word(event.word, now) : [];
      case 'http':
        return this.phase === 'waiting' ? this.#http(event, now) : [];
      case 'lost':
        return this.phase === 'waiting' ? this.#again('lost', now) : [];
    }
  }

  /**
   * The deadline passed.
   * @param {number} now
   * @returns {KnockAction[]}
   */
  poll(now) {
    if (now < this.deadline) return [];
    return this.phase === 'broken' ? this.#knock(now) : this.#again('lost', now);
  }

  /** @param {number} now @returns {KnockAction[]} */
  #knock(now) {
    this.phase = 'waiting';
    this.deadline = now + SILENCE_MS;
    return [{ type: 'knock' }];
  }

  /** @param {Word} word @param {number} now @returns {KnockAction[]} */
  #word(word, now) {
    if (word.state === 'waiting') {
      this.backoff.reset();
      this.trouble = null;
      this.deadline = now + SILENCE_MS;
      return [];
    }
    if (word.state === 'admitted') return [...this.#rest('away'), { type: 'admitted', pass: word.pass }];
    this.reason = word.reason;
    return this.#rest('refused');
  }

  /** @param {{ status: number, refusal: Refusal, retryAfterMs: number }} answer @param {number} now @returns {KnockAction[]} */
  #http({ status, refusal, retryAfterMs }, now) {
    if (status === 403 && refusal.refused) {
      this.reason = refusal.error;
      return this.#rest('refused');
    }
    if ([401, 403, 410, 421].includes(status)) return [...this.#rest('away'), { type: 'closed', status }];
    if (status === 429 || status === 503) return this.#again('busy', now, Math.max(BUSY_MS, retryAfterMs));
    return this.#again('lost', now);
  }

  /** @param {'lost' | 'busy'} trouble @param {number} now @param {number} leastMs @returns {KnockAction[]} */
  #again(trouble, now, leastMs = 0) {
    this.phase = 'broken';
    this.trouble = trouble;
    this.deadline = now + Math.max(leastMs, this.backoff.next());
    return [{ type: 'hang_up' }];
  }

  /** @param {'away' | 'form' | 'refused'} phase @returns {KnockAction[]} */
  #rest(phase) {
    this.phase = phase;
    this.deadline = Infinity;
    return [{ type: 'hang_up' }];
  }
}
