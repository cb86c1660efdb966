// The way of this page's inputs to the host: numbered, paced, never losing what must not be lost.
//
// - Presses, releases and commands go over `control` (ordered, reliable), in order, at once. None waits in the page:
//   what is done while the channel is closed is not done later, but what was held is let go.
// - They are kept until the host says that it has them. When the way changes (from WebRTC to the WebSocket or back), those
//   that it does not have are said again over the new one, in order; it knows by their numbers what it has already.
// - Moves go over `pointer` (unordered, never repeated). At most one a displayed frame leaves: of many, the newest.
//   When the pointer rests, or lets go, the last move is said once more over `control`, so that its loss is healed.
// - Commands that only add up (orbit, pan, zoom from keys and wheel) are summed, at most one of them a frame.
// - The host takes 120 messages a second from a viewer (core/stream/src/gate.rs). Moves and sums keep to 100 of them, on
//   a screen that shows more frames than that they leave some frames out.
// - While a channel's buffer is filled, moves and sums wait here; there is at most one of each.

/** @import { Command, FromViewer, Input } from './wire.gen.js' */
import { encodePointer } from './wire.gen.js';
import { clamp } from './geometry.js';

/**
 * What the outbox needs of an RTCDataChannel, or of whatever takes its place.
 * @typedef {object} Channel
 * @property {string} readyState
 * @property {number} bufferedAmount In bytes.
 * @property {(data: string & ArrayBuffer) => void} send
 */
/** What may have to be said again. @typedef {{ seq: number, at: number, text: string }} Kept */
/** @typedef {Extract<Command, { type: 'orbit' | 'pan' | 'zoom' }>} Sum */
/** @typedef {Extract<Input, { type: 'move' }>} Move */

/** A resting pointer's last move is repeated after this. */
const REST_MS = 60;
/** About eight moves. */
const POINTER_FULL_BYTES = 160;
const CONTROL_FULL_BYTES = 4096;
/** Moves and sums; a 60-Hz screen never meets it. */
const PACED_PER_SECOND = 100;
const PACED_AT_ONCE = 4;
/** Inputs that can be said again, and for how long. Where the host lacks one beyond that, only a new session helps. */
const KEPT_MAX = 256;
const KEPT_MS = 10_000;

export class Outbox {
  /**
   * @param {Channel} control
   * @param {Channel} pointer
   * @param {(seq: number, now: number) => void} onSent Called with the number of each input that left.
   */
  constructor(control, pointer, onSent = () => {}) {
    this.control = control;
    this.pointer = pointer;
    this.onSent = onSent;
    /** Inputs so far. */
    this.seq = 0;
    /** Presses and releases so far. */
    this.grab = 0;
    /** Not sent yet. @type {Move | null} */
    this.move = null;
    /** Sent only where it may get lost. @type {Move | null} */
    this.unsure = null;
    /** When the unsure move is repeated. */
    this.healAt = Infinity;
    /** @type {Sum | null} */
    this.sum = null;
    /** Whether this frame's message has left. */
    this.spent = false;
    /** Moves and sums that may leave now, and as of when. */
    this.budget = PACED_AT_ONCE;
    this.budgetAt = -Infinity;
    /** Sent over `control`, not acknowledged. The oldest first. @type {Kept[]} */
    this.kept = [];
    /** Whether a button is down, as the host knows it. */
    this.isHolding = false;
    /** The newest that is not kept though the host has not acknowledged it. @type {number | null} */
    this.dropped = null;
    /** Whether an input is lost. */
    this.hasLost = false;
  }

  /**
   * From here on everything goes another way.
   * @param {Channel} control
   * @param {Channel} pointer
   * @param {number} now
   */
  switchTo(control, pointer, now) {
    this.control = control;
    this.pointer = pointer;
    while (this.kept[0] && now - this.kept[0].at > KEPT_MS) this.#drop();
    this.hasLost = this.dropped !== null;
    for (const { text } of this.kept) this.#send(control, text);
    // Whatever the old way still held of the last move is worth a word over the new one.
    if (this.unsure) this.healAt = now;
  }

  /** The host has all inputs of `control` up to this one. @param {number} seq */
  taken(seq) {
    const firstKept = this.kept.findIndex((kept) => isAfter(kept.seq, seq));
    this.kept.splice(0, firstKept === -1 ? this.kept.length : firstKept);
    if (this.dropped !== null && !isAfter(this.dropped, seq)) this.dropped = null;
  }

  #drop() {
    this.dropped = this.kept.shift()?.seq ?? null;
  }

  /** Whether {@link frame} must be called at the next displayed frame. */
  get wantsFrame() {
    return this.spent || this.move !== null || this.sum !== null;
  }

  /** When {@link poll} must be called. */
  get deadline() {
    return this.healAt;
  }

  /**
   * @param {Input} input
   * @param {number} now In milliseconds.
   */
  push(input, now) {
    if (this.control.readyState !== 'open' && !(input.type === 'up' && this.isHolding)) return;
    if (input.type === 'move') {
      this.move = input;
      this.#sendPaced(now);
      return;
    }
    if (input.type === 'command' && isSum(input.command)) {
      this.#add(input.command, now);
      this.#sendPaced(now);
      return;
    }
    // What came before a press, a release or a command reaches the host before it.
    this.#sendSum(now);
    const last = this.move ?? this.unsure;
    if (last) this.#sendControl(last, now);
    this.move = this.unsure = null;
    this.healAt = Infinity;
    if (input.type === 'down' || input.type === 'up') {
      this.grab += 1;
      this.isHolding = input.type === 'down';
    }
    this.#sendControl(input, now);
  }

  /** A frame is displayed: one more message may leave. @param {number} now */
  frame(now) {
    this.spent = false;
    this.#sendPaced(now);
  }

  /** @param {number} now */
  poll(now) {
    if (now < this.healAt) return;
    this.healAt = Infinity;
    if (this.unsure && !this.move) this.#sendControl(this.unsure, now);
    this.unsure = null;
  }

  /** The decoder lost its way. */
  needKeyframe() {
    this.say({ type: 'need_keyframe' });
  }

  /** @param {number} now */
  #sendPaced(now) {
    if (this.spent || !this.#hasBudget(now)) return;
    if (this.move && this.#mayMove()) {
      this.#sendMove(this.move, now);
      this.#spend();
    } else if (this.sum && this.control.bufferedAmount <= CONTROL_FULL_BYTES) {
      this.#sendSum(now);
      this.#spend();
    }
  }

  /** @param {number} now */
  #hasBudget(now) {
    const grown = ((now - this.budgetAt) * PACED_PER_SECOND) / 1000;
    this.budget = Math.min(PACED_AT_ONCE, this.budget + grown);
    this.budgetAt = now;
    return this.budget >= 1;
  }

  #spend() {
    this.budget -= 1;
    this.spent = true;
  }

  #mayMove() {
    return this.pointer.readyState === 'open' && this.pointer.bufferedAmount <= POINTER_FULL_BYTES;
  }

  /** @param {Move} move @param {number} now */
  #sendMove(move, now) {
    const { x, y, pinch } = move;
    this.seq += 1;
    this.#send(this.pointer, encodePointer({ type: 'move', grab: this.grab & 0xffff, seq: this.seq, x, y, pinch }));
    this.onSent(this.seq, now);
    this.move = null;
    this.unsure = move;
    this.healAt = now + REST_MS;
  }

  /** @param {Sum} command @param {number} now */
  #add(command, now) {
    const sum = this.sum;
    if (sum?.type === 'zoom' && command.type === 'zoom') {
      this.sum = { ...command, factor: clamp(sum.factor * command.factor, 0.002, 500) };
    } else if (sum && sum.type !== 'zoom' && command.type === sum.type) {
      this.sum = { ...sum, dx: clamp(sum.dx + command.dx, -30, 30), dy: clamp(sum.dy + command.dy, -30, 30) };
    } else {
      this.#sendSum(now);
      this.sum = command;
    }
  }

  /** @param {number} now */
  #sendSum(now) {
    if (this.sum) this.#sendControl({ type: 'command', command: this.sum }, now);
    this.sum = null;
  }

  /** @param {Input} input @param {number} now */
  #sendControl(input, now) {
    this.seq += 1;
    /** @type {FromViewer} */
    const message = { type: 'input', seq: this.seq, input };
    const text = JSON.stringify(message);
    this.kept.push({ seq: this.seq, at: now, text });
    if (this.kept.length > KEPT_MAX) this.#drop();
    if (this.#send(this.control, text)) this.onSent(this.seq, now);
  }

  /** Says what is no input. @param {FromViewer} message @returns {boolean} Whether it left. */
  say(message) {
    return this.#send(this.control, JSON.stringify(message));
  }

  /** @param {Channel} channel @param {string | ArrayBuffer} data @returns {boolean} */
  #send(channel, data) {
    if (channel.readyState !== 'open') return false;
    try {
      channel.send(/** @type {string & ArrayBuffer} */ (data));
      return true;
    } catch {
      return false; // The channel closed or overflowed under us; its close event tells the session.
    }
  }
}

/** @param {Command} command @returns {command is Sum} */
function isSum(command) {
  return command.type === 'orbit' || command.type === 'pan' || command.type === 'zoom';
}

/** Whether an input came after another, across the wrap of their numbers. @param {number} seq @param {number} other */
const isAfter = (seq, other) => ((seq - other) | 0) > 0;
