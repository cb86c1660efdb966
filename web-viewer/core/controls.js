// What the controls of the scene and of its layers need to know, without the page: numbers as text, ticks, changes on their way.

/** @import { Legend, Property, Value } from './wire.gen.js' */

/** How long a control that was touched here is not set by the host: what it says meanwhile is of before. */
const OWN_MS = 600;

/** A number with about four digits; very large and small ones with a power of ten. @param {number} value */
export function numberText(value) {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e7)) return value.toExponential(2).replace('-', '−').replace('+', '');
  const decimals = size === 0 ? 0 : Math.min(Math.max(3 - Math.floor(Math.log10(size)), 0), 6);
  return String(Number(value.toFixed(decimals))).replace('-', '−');
}

const GROUPED = new Intl.NumberFormat('en');

/** A count with a comma every three digits. @param {number} count */
export const countText = (count) => GROUPED.format(count);

/** The quantity at a place of a colour bar. @param {[number, number]} range @param {boolean} log @param {number} share From 0 to 1. */
export function quantityAt([least, most], log, share) {
  if (!log) return least + (most - least) * share;
  // As the colours are: four decades where the scale begins at zero.
  const from = least > 0 ? least : most * 1e-4;
  return from * (most / from) ** share;
}

/** @param {Legend} legend */
export function legendTitle({ title, unit }) {
  return unit ? `${title} (${unit})` : title;
}

/** A step that is fine enough for what lies between two numbers. @param {number} min @param {number} max */
export function stepOf(min, max) {
  const width = max - min;
  return width > 0 ? 10 ** Math.floor(Math.log10(width / 200)) : 1;
}

/** Two values of one kind that say the same. @param {Value} a @param {Value} b */
export function isSame(a, b) {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** The next step of a list of ids when one is ticked or not. @param {string[]} chosen @param {string} id @param {boolean} isOn */
export function ticked(chosen, id, isOn) {
  const others = chosen.filter((each) => each !== id);
  return isOn ? [...others, id] : others;
}

/**
 * The changes that were made here and not told yet: the newest of each control, sent once a frame, and what the host
 * must not overwrite meanwhile.
 */
export class Changes {
  constructor() {
    /** @type {Map<string, { layer: number | null, property: string, value: Value }>} */
    this.waiting = new Map();
    /** When each control was changed here last. @type {Map<string, number>} */
    this.touched = new Map();
  }

  /** @param {number | null} layer @param {string} property */
  static key(layer, property) {
    return `${layer ?? 'scene'}/${property}`;
  }

  /** @param {number | null} layer @param {string} property @param {Value} value @param {number} now */
  put(layer, property, value, now) {
    const key = Changes.key(layer, property);
    this.waiting.set(key, { layer, property, value });
    this.touched.set(key, now);
  }

  /** What is to be sent now. */
  take() {
    const all = [...this.waiting.values()];
    this.waiting.clear();
    return all;
  }

  /** Whether what the host says of a control may be shown. @param {number | null} layer @param {Property} property @param {number} now */
  isTheHosts(layer, { id }, now) {
    const key = Changes.key(layer, id);
    return !this.waiting.has(key) && now - (this.touched.get(key) ?? -Infinity) > OWN_MS;
  }

  /** When the last of them is the host's again. */
  get settledAt() {
    return Math.max(...this.touched.values(), -Infinity) + OWN_MS;
  }
}
