// Whether the exact still picture is what the host shows now: a state machine over what the host sends and which frames
// of the video are on screen.

/** @import { MediaMessage } from './wire.gen.js' */
import { ticksBetween } from './clock.js';

/** @typedef {Extract<MediaMessage, { type: 'still_begin' }>} Begin */
/** @typedef {Extract<MediaMessage, { type: 'still_tile' }>} Tile */
/** @typedef {Extract<MediaMessage, { type: 'still_over' }>} Over */

/** A frame that shows another picture than the one before has an even timestamp. @param {number} rtpTimestamp */
const isOther = (rtpTimestamp) => rtpTimestamp % 2 === 0;

export class Still {
  constructor() {
    /** The newest frame on screen. @type {number | undefined} */
    this.shownTimestamp = undefined;
    /** The number of the picture that is being shown; null when there is none. @type {number | null} */
    this.number = null;
    this.tiles = 0;
    /** Tiles that have come, and those that are on screen. */
    this.came = 0;
    this.drawn = 0;
    /** Of the frame that shows the same. */
    this.rtpTimestamp = 0;
    /** Of the first frame that shows another picture. @type {number | null} */
    this.overTimestamp = null;
  }

  #end() {
    this.number = this.overTimestamp = null;
    this.tiles = this.came = this.drawn = 0;
    return false;
  }

  /** Whether all pixels on screen are those of the host. */
  get isExact() {
    return this.number !== null && this.drawn === this.tiles;
  }

  /** A new one begins. @param {Begin} begin @returns {boolean} Whether to show it: else the screen is ahead of it. */
  begin(begin) {
    this.#end();
    const { shownTimestamp } = this;
    const isPast = shownTimestamp !== undefined && isOther(shownTimestamp) && ticksBetween(begin.rtp_timestamp, shownTimestamp) > 0;
    if (isPast || begin.tiles === 0) return false;
    this.number = begin.still;
    this.tiles = begin.tiles;
    this.rtpTimestamp = begin.rtp_timestamp;
    return true;
  }

  /** A part of it came. @param {Tile} tile @returns {boolean} Whether to draw it: each in its turn. */
  tile(tile) {
    if (tile.still !== this.number || tile.index !== this.came || this.came >= this.tiles) return false;
    this.came += 1;
    return true;
  }

  /** A part is on screen. @param {number} number Of the still picture. @returns {boolean} Whether it belongs there. */
  draw(number) {
    if (number !== this.number || this.drawn >= this.came) return false;
    this.drawn += 1;
    return true;
  }

  /** The host's picture has changed. @param {Over} over @returns {boolean} Whether the still one stays on screen for now. */
  over(over) {
    if (over.still !== this.number) return this.number !== null;
    this.overTimestamp = over.rtp_timestamp;
    // Where frames are told without their timestamps, the next one may well be the other picture.
    return this.shownTimestamp === undefined ? this.#end() : this.shown(this.shownTimestamp);
  }

  /**
   * A frame of the video is on screen.
   * @param {number | undefined} rtpTimestamp Unknown to some browsers.
   * @returns {boolean} Whether the still picture stays above it.
   */
  shown(rtpTimestamp) {
    this.shownTimestamp = rtpTimestamp;
    if (this.number === null) return false;
    if (rtpTimestamp === undefined) return this.overTimestamp === null || this.#end();
    const isOtherPicture = isOther(rtpTimestamp) && ticksBetween(this.rtpTimestamp, rtpTimestamp) > 0;
    const isAfterIt = this.overTimestamp !== null && ticksBetween(this.overTimestamp, rtpTimestamp) >= 0;
    return isOtherPicture || isAfterIt ? this.#end() : true;
  }

  /** The connection is gone, and with it the picture. */
  reset() {
    this.shownTimestamp = undefined;
    this.#end();
  }
}
