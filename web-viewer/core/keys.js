// What a key means, and the smooth motion of the keys that are held.

/** @import { Command, Side } from './wire.gen.js' */

/** @type {Side[]} In the order of the keys 1 to 6. */
export const SIDES = ['front', 'back', 'left', 'right', 'top', 'bottom'];

/** @typedef {'help' | 'statistics' | 'people' | 'layers' | 'turn' | 'close' | 'full_screen' | 'projection'} PageAction */
/** @typedef {'left' | 'right' | 'up' | 'down'} Arrow */
/** @typedef {{ type: 'command', command: Command } | { type: 'page', action: PageAction } | { type: 'arrow', arrow: Arrow }} KeyMeaning */
/** @typedef {{ key: string, code: string, ctrlKey: boolean, metaKey: boolean, altKey: boolean, shiftKey: boolean }} Key */

const ZOOM_STEP = 1.2;

/** @type {Record<string, KeyMeaning>} */
const KEYS = {
  f: { type: 'command', command: { type: 'fit' } },
  o: { type: 'page', action: 'projection' },
  s: { type: 'page', action: 'statistics' },
  p: { type: 'page', action: 'people' },
  l: { type: 'page', action: 'layers' },
  r: { type: 'page', action: 'turn' },
  '?': { type: 'page', action: 'help' },
  escape: { type: 'page', action: 'close' },
  f11: { type: 'page', action: 'full_screen' },
  '+': zoom(ZOOM_STEP),
  '=': zoom(ZOOM_STEP),
  '-': zoom(1 / ZOOM_STEP),
  _: zoom(1 / ZOOM_STEP),
  arrowleft: { type: 'arrow', arrow: 'left' },
  arrowright: { type: 'arrow', arrow: 'right' },
  arrowup: { type: 'arrow', arrow: 'up' },
  arrowdown: { type: 'arrow', arrow: 'down' },
};

/** @param {number} factor @returns {KeyMeaning} */
function zoom(factor) {
  return { type: 'command', command: { type: 'zoom', factor, x: 0.5, y: 0.5 } };
}

/**
 * @param {Key} event
 * @returns {KeyMeaning | null} Null for keys that mean nothing here.
 */
export function meaningOf({ key, code, ctrlKey, metaKey, altKey, shiftKey }) {
  const name = key.toLowerCase();
  if (altKey) return null;
  if (ctrlKey || metaKey) {
    if (name === 'z') return { type: 'command', command: { type: shiftKey ? 'redo' : 'undo' } };
    if (name === 'y') return { type: 'command', command: { type: 'redo' } };
    return null; // Ctrl and plus, for one, is the browser's.
  }
  // Some layouts have digits only with shift, so the key's place counts too.
  const digit = /^[1-6]$/.test(key) ? key : /^(?:Digit|Numpad)([1-6])$/.exec(code)?.[1];
  const from = digit === undefined ? undefined : SIDES[Number(digit) - 1];
  if (from) return { type: 'command', command: { type: 'look', from } };
  return KEYS[name] ?? null;
}

/** The first step of an arrow key, in picture heights: 9°, as in the window. */
const STEP = 0.05;
/** After that many milliseconds a held key moves on smoothly. */
const HOLD_MS = 220;
/** In picture heights a second: 72° a second. */
const SPEED_PER_S = 0.4;
/** A frame that took longer (the page slept) moves no farther. */
const LONGEST_FRAME_MS = 100;

export class ArrowMotion {
  constructor() {
    /** @type {Map<Arrow, number>} Since when each is held. */
    this.held = new Map();
    this.shift = false;
    this.lastMs = 0;
  }

  get isMoving() {
    return this.held.size > 0;
  }

  /**
   * @param {Arrow} arrow
   * @param {boolean} shift Pans instead of orbiting.
   * @param {number} now
   * @returns {Command | null} The first step; null when the key only repeats.
   */
  press(arrow, shift, now) {
    this.shift = shift;
    if (this.held.has(arrow)) return null;
    this.held.set(arrow, now);
    return this.#command(new Map([[arrow, STEP]]));
  }

  /** @param {Arrow} arrow */
  release(arrow) {
    this.held.delete(arrow);
  }

  releaseAll() {
    this.held.clear();
  }

  /**
   * A frame is displayed.
   * @param {number} now
   * @returns {Command | null}
   */
  frame(now) {
    const elapsedMs = Math.min(now - this.lastMs, LONGEST_FRAME_MS);
    this.lastMs = now;
    const moving = [...this.held].filter(([, since]) => now - since >= HOLD_MS).map(([arrow]) => arrow);
    if (moving.length === 0) return null;
    return this.#command(new Map(moving.map((arrow) => [arrow, (elapsedMs / 1000) * SPEED_PER_S])));
  }

  /** @param {Map<Arrow, number>} steps @returns {Command} */
  #command(steps) {
    const of = (/** @type {Arrow} */ arrow) => steps.get(arrow) ?? 0;
    return { type: this.shift ? 'pan' : 'orbit', dx: of('right') - of('left'), dy: of('down') - of('up') };
  }
}
