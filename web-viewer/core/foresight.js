// Foresees where the camera is to be: the host's newest pose, and what this page's hand did that it does not reflect yet.
//
// The host says with each pose the newest of this page's inputs that it reflects. What the hand does is made into commands
// as the host makes them, and each is kept until a frame that reflects it is on screen.

/** @import { Bounds, Command, Input, PointerMessage } from './wire.gen.js' */
/** @import { Pose } from './camera.js' */
import { applied, Hand, poseOf } from './camera.js';
import { ticksBetween } from './clock.js';

/** Below that the picture itself is quick enough. */
export const SLOW_MS = 120;
/** What no frame has reflected for so long the host has not taken. */
const FORGET_MS = 4000;
/** Poses whose frames may still be on their way. */
const MOST_POSES = 128;

/** @typedef {{ pose: Pose, seq: number, rtpTimestamp: number }} Told */
/** `seq` is null until the input has left. @typedef {{ command: Command, seq: number | null, at: number, aspect: number }} Waiting */

export class Foresight {
  constructor() {
    this.hand = new Hand();
    /** By the order of their frames, beginning with that on screen. @type {Told[]} */
    this.poses = [];
    /** Of the frame on screen, where the browser says it. @type {number | null} */
    this.shownTimestamp = null;
    /** @type {Waiting[]} */
    this.waiting = [];
    this.seq = 0;
    /** Called when what is to be drawn may be another. */
    this.changed = () => {};
  }

  /** Whence the frame on screen was drawn. @returns {Told | null} */
  get onScreen() {
    const shown = this.shownTimestamp;
    const told = shown === null ? undefined : this.poses.findLast(({ rtpTimestamp }) => ticksBetween(rtpTimestamp, shown) >= 0);
    return told ?? this.poses.at(-1) ?? null;
  }

  /** @param {Extract<PointerMessage, { type: 'camera' }>} message */
  told(message) {
    const pose = poseOf(message);
    if (!pose) return;
    const told = { pose, seq: message.seq, rtpTimestamp: message.rtp_timestamp };
    const after = this.poses.findLastIndex(({ rtpTimestamp }) => ticksBetween(rtpTimestamp, told.rtpTimestamp) >= 0);
    this.poses.splice(after + 1, 0, told);
    if (this.poses.length > MOST_POSES) this.poses.shift();
    this.#settle();
  }

  /** A frame is on screen. @param {number | undefined} rtpTimestamp Unknown to some browsers. */
  shown(rtpTimestamp) {
    this.shownTimestamp = rtpTimestamp ?? null;
    this.#settle();
  }

  /**
   * What the hand does, before it leaves.
   * @param {Input} input
   * @param {number} aspect Of the picture.
   * @param {number} now In milliseconds.
   */
  push(input, aspect, now) {
    for (const command of this.hand.handle(input, aspect)) {
      if (FORESEEN.has(command.type)) this.waiting.push({ command, seq: null, at: now, aspect });
    }
    this.changed();
  }

  /** What was pushed has left, with this number. @param {number} seq */
  sent(seq) {
    // A new session counts from the beginning.
    if (ticksBetween(this.seq, seq) <= 0) for (const told of this.poses) told.seq = 0;
    this.seq = seq;
    for (const one of this.waiting) one.seq ??= seq;
  }

  /**
   * Where the camera is to be, as long as no frame on screen has all that the hand did; else null.
   * @param {Bounds | null} bounds Of the scene.
   * @param {number | null} roundTripMs
   * @param {number} now
   * @returns {Pose | null}
   */
  foreseen(bounds, roundTripMs, now) {
    this.waiting = this.waiting.filter(({ at }) => now - at < FORGET_MS);
    const newest = this.poses.at(-1);
    if (!newest || this.waiting.length === 0 || !(roundTripMs !== null && roundTripMs > SLOW_MS)) return null;
    const ahead = this.waiting.filter(({ seq }) => isAfter(seq, newest.seq));
    return ahead.reduce((pose, { command, aspect }) => applied(pose, command, bounds, aspect), newest.pose);
  }

  /** Forgets what the frame on screen has made worthless. */
  #settle() {
    const { onScreen } = this;
    if (onScreen) {
      this.poses.splice(0, this.shownTimestamp === null ? 0 : this.poses.indexOf(onScreen));
      this.waiting = this.waiting.filter(({ seq }) => isAfter(seq, onScreen.seq));
    }
    this.changed();
  }
}

/** Commands whose outcome is no secret of the host's. */
const FORESEEN = new Set(['orbit', 'pan', 'zoom', 'fit', 'look']);

/** @param {number | null} seq @param {number} other */
const isAfter = (seq, other) => seq === null || ticksBetween(other, seq) > 0;
