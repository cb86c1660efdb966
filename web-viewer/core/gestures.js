// What a hand means: pointer events in, inputs for the host out.
//
// Mouse and pen: left orbits (with shift, right or middle button: pans). One finger orbits, two pan and pinch.
// A press that does not move is a click: it picks, and the second of two re-centres. One hold at a time.

/** @import { Button, Input } from './wire.gen.js' */
/** @import { Rect, Place } from './geometry.js' */
import { clamp, isInside, placeInPicture } from './geometry.js';

/**
 * @typedef {object} PointerSample
 * @property {'down' | 'move' | 'up' | 'cancel'} kind
 * @property {number} id The browser's pointerId.
 * @property {'mouse' | 'pen' | 'touch'} pointer
 * @property {number} button As PointerEvent.button.
 * @property {number} clientX In CSS pixels.
 * @property {number} clientY In CSS pixels.
 * @property {boolean} shift
 * @property {number} timeMs
 */

/**
 * A finger or a mouse that is down.
 * @typedef {object} Contact
 * @property {number} id
 * @property {PointerSample['pointer']} pointer
 * @property {number} clientX Now.
 * @property {number} clientY Now.
 * @property {number} startX Where it came down.
 * @property {number} startY Where it came down.
 * @property {number} startMs
 * @property {boolean} moved Whether it has left the slop, so that it is no click.
 */

/** What moves less than this, in CSS pixels, is a click: hands tremble, fingers roll. */
const SLOP_PX = { mouse: 3, pen: 5, touch: 8 };
const CLICK_MS = 500;
const DOUBLE_MS = 350;
const DOUBLE_PX = { mouse: 8, pen: 12, touch: 28 };
/** Nearer fingers would make the pinch jump. */
const LEAST_SPREAD_PX = 24;

export class Gestures {
  constructor() {
    /** @type {Contact[]} At most two: in the order they came down. */
    this.contacts = [];
    /** What the host holds for us. @type {{ button: Button, last: Place } | null} */
    this.hold = null;
    /** Distance of the two fingers at the touch. */
    this.spreadPx = 1;
    /** Whether the press can still become a click. */
    this.mayClick = false;
    /** @type {{ clientX: number, clientY: number, timeMs: number } | null} */
    this.lastClick = null;
  }

  get isHolding() {
    return this.hold !== null;
  }

  /**
   * @param {PointerSample} sample
   * @param {Rect} picture Where the picture is on screen.
   * @returns {Input[]}
   */
  handle(sample, picture) {
    if (sample.kind === 'down') return this.#down(sample, picture);
    const contact = this.contacts.find((other) => other.id === sample.id);
    if (!contact) return [];
    if (sample.kind === 'cancel') return this.release();
    contact.clientX = sample.clientX;
    contact.clientY = sample.clientY;
    return sample.kind === 'move' ? this.#move(contact, picture) : this.#up(contact, sample, picture);
  }

  /**
   * Lets go of everything: the page lost the pointer.
   * @returns {Input[]}
   */
  release() {
    this.contacts = [];
    return this.#letGo();
  }

  /** @param {PointerSample} sample @param {Rect} picture @returns {Input[]} */
  #down(sample, picture) {
    const [first] = this.contacts;
    const joins = first !== undefined && first.pointer === 'touch' && sample.pointer === 'touch';
    if ((first && !joins) || this.contacts.length >= 2) return [];
    const { id, pointer, clientX, clientY, timeMs } = sample;
    this.contacts.push({ id, pointer, clientX, clientY, startX: clientX, startY: clientY, startMs: timeMs, moved: false });
    this.mayClick = !first && sample.button === 0 && !sample.shift;
    if (first) {
      const released = this.#letGo();
      this.spreadPx = Math.max(this.#spread(), LEAST_SPREAD_PX);
      return [...released, this.#press('pinch', this.#middle(picture), false)];
    }
    return [this.#press(buttonOf(sample.button), placeInPicture(clientX, clientY, picture), sample.shift)];
  }

  /** @param {Contact} contact @param {Rect} picture @returns {Input[]} */
  #move(contact, picture) {
    const travel = Math.hypot(contact.clientX - contact.startX, contact.clientY - contact.startY);
    if (!contact.moved && travel <= SLOP_PX[contact.pointer]) return [];
    contact.moved = true;
    this.mayClick = false;
    /** @type {Input[]} */
    const inputs = [];
    if (!this.hold) {
      // The finger that stayed after a pinch begins to orbit only when it means to.
      inputs.push(this.#press('primary', placeInPicture(contact.startX, contact.startY, picture), false));
    }
    const place = this.#middle(picture);
    if (this.hold) this.hold.last = place;
    inputs.push({ type: 'move', ...place, pinch: this.#pinch() });
    return inputs;
  }

  /** @param {Contact} contact @param {PointerSample} sample @param {Rect} picture @returns {Input[]} */
  #up(contact, sample, picture) {
    if (this.hold && contact.moved) this.hold.last = this.#middle(picture);
    const released = this.#letGo();
    this.contacts = this.contacts.filter((other) => other !== contact);
    const [staying] = this.contacts;
    if (staying) {
      Object.assign(staying, { startX: staying.clientX, startY: staying.clientY, moved: false });
      return released;
    }
    const isClick = this.mayClick && sample.timeMs - contact.startMs < CLICK_MS;
    return isClick ? [...released, ...this.#click(contact, sample.timeMs, picture)] : released;
  }

  /** @param {Contact} contact @param {number} timeMs @param {Rect} picture @returns {Input[]} */
  #click({ pointer, startX, startY }, timeMs, picture) {
    const place = placeInPicture(startX, startY, picture);
    if (!isInside(place)) return [];
    const last = this.lastClick;
    const isSecond =
      last !== null &&
      timeMs - last.timeMs < DOUBLE_MS &&
      Math.hypot(startX - last.clientX, startY - last.clientY) < DOUBLE_PX[pointer];
    this.lastClick = isSecond ? null : { clientX: startX, clientY: startY, timeMs };
    return [{ type: 'command', command: { type: isSecond ? 'recenter' : 'pick', ...place } }];
  }

  /** @param {Button} button @param {Place} place @param {boolean} shift @returns {Input} */
  #press(button, place, shift) {
    this.hold = { button, last: place };
    return { type: 'down', button, ...place, shift };
  }

  /** @returns {Input[]} */
  #letGo() {
    if (!this.hold) return [];
    const { button, last } = this.hold;
    this.hold = null;
    return [{ type: 'up', button, ...last }];
  }

  /** Between the fingers, or under the only one. @param {Rect} picture @returns {Place} */
  #middle(picture) {
    const sum = { x: 0, y: 0 };
    for (const { clientX, clientY } of this.contacts) {
      sum.x += clientX;
      sum.y += clientY;
    }
    const count = Math.max(this.contacts.length, 1);
    return placeInPicture(sum.x / count, sum.y / count, picture);
  }

  #spread() {
    const [a, b] = this.contacts;
    return a && b ? Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY) : 0;
  }

  #pinch() {
    return this.hold?.button === 'pinch' ? clamp(this.#spread() / this.spreadPx, 0.01, 100) : 1;
  }
}

/** @param {number} button @returns {Button} */
function buttonOf(button) {
  return button === 1 ? 'middle' : button === 2 ? 'secondary' : 'primary';
}

const PIXELS_PER_LINE = 33;
const PIXELS_PER_PAGE = 400;

/**
 * How much a turn of the wheel magnifies: a notch is about a sixth. Trackpads report a pinch as a wheel with ctrl and
 * much smaller steps.
 * @param {{ deltaY: number, deltaMode: number, ctrlKey: boolean }} wheel
 */
export function wheelFactor({ deltaY, deltaMode, ctrlKey }) {
  const pixels = deltaY * (deltaMode === 1 ? PIXELS_PER_LINE : deltaMode === 2 ? PIXELS_PER_PAGE : 1);
  return Math.exp(-clamp(pixels * (ctrlKey ? 0.01 : 0.0015), -1, 1));
}
