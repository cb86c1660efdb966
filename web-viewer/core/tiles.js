// Reads the tiles of an exact still picture, as core/still of the host writes them. A worker loads this module by itself.
//
// The format is told in core/still/src: a backdrop that both sides compute, and before it pixel after pixel by a binary
// range coder whose chances are learnt. Whatever the bytes are, reading ends, within the picture; but of bytes that no
// host wrote comes a picture that nobody drew.

const MARGIN = 2;
const HEAD_BYTES = 25;
const VERSION = 1;
const HAS_BACKDROP = 0x80;
/** Marks a pixel that shows the backdrop. */
const BEHIND = 1 << 24;
const OPAQUE = 0xff000000;
/** A picture with more pixels is refused: the page would hold 8 bytes for each. */
const PIXELS_MAX = 1 << 25;

// Chances, by number.
const AGAIN = 256;
const ERRORS = 768;
const ACTIVITIES = 12;
const OF_AN_ERROR = 46;
const IS_NEGATIVE = 3;
const IS_LONGER = 6;
const BELOW = 14;
const CHANCES = ERRORS + 3 * ACTIVITIES * OF_AN_ERROR;

/** @typedef {{ x: number, y: number, width: number, height: number }} Tile In pixels. */

/** The dither of a place, from 0 to below 65,536; rounded to 32 bits at each step, as the host does it. @param {number} x @param {number} y */
function dither(x, y) {
  const { fround } = Math;
  const dot = fround(fround(fround(x + 0.5) * fround(0.06711056)) + fround(fround(y + 0.5) * fround(0.00583715)));
  const scaled = fround(fround(52.9829189) * fround(dot - Math.floor(dot)));
  return Math.trunc(fround(scaled - Math.floor(scaled)) * 65536);
}

/** @param {number} value */
const byte = (value) => (value < 0 ? 0 : value > 255 ? 255 : value);

/** LOCO-I's guess. @param {number} w @param {number} n @param {number} nw */
function median(w, n, nw) {
  const least = w < n ? w : n;
  const most = w < n ? n : w;
  return nw >= most ? least : nw <= least ? most : w + n - nw;
}

/** @param {number} activity */
function classOf(activity) {
  if (activity < 4) return activity;
  const length = 31 - Math.clz32(activity);
  return Math.min(2 * length + ((activity >> (length - 1)) & 1), ACTIVITIES - 1);
}

/** @param {number} value */
const size = (value) => (value < 0 ? -value : value);

export class TileDecoder {
  /**
   * @param {number} width Of the picture, in pixels.
   * @param {number} height
   * @param {Uint8Array} head
   * @returns {TileDecoder | null} Null for what this page cannot read.
   */
  static begin(width, height, head) {
    if (head.length < HEAD_BYTES || ((head[0] ?? 0) & ~HAS_BACKDROP) !== VERSION) return null;
    if (width === 0 || height === 0 || width * height > PIXELS_MAX) return null;
    return new TileDecoder(width, height, head);
  }

  /** @private @param {number} width @param {number} height @param {Uint8Array} head */
  constructor(width, height, head) {
    this.width = width;
    this.height = height;
    this.stride = width + 2 * MARGIN;
    /** What is known of the picture, with a margin; at first the backdrop. */
    this.known = new Uint32Array(this.stride * (height + MARGIN));
    this.hasBackdrop = ((head[0] ?? 0) & HAS_BACKDROP) !== 0;
    if (this.hasBackdrop) this.#drawBackdrop(new DataView(head.buffer, head.byteOffset + 1, HEAD_BYTES - 1));
    this.fast = new Uint16Array(CHANCES).fill(1 << 15);
    this.slow = new Uint16Array(CHANCES).fill(1 << 15);
    this.pace = new Uint8Array(CHANCES).fill(4);
    this.last = 0;
    this.bytes = head;
    this.at = 0;
    this.range = 0;
    this.offset = 0;
  }

  /** @param {DataView} numbers */
  #drawBackdrop(numbers) {
    const [red, green, blue] = [0, 4, 8].map((at) => ({ top: numbers.getInt32(at, true), perRow: numbers.getInt32(at + 12, true) }));
    if (!red || !green || !blue) return;
    /** @param {{ top: number, perRow: number }} gradient @param {number} y */
    const exact = ({ top, perRow }, y) => top + Math.floor((perRow * y) / 256);
    let at = 0;
    for (let y = -MARGIN; y < this.height; y += 1) {
      const [r, g, b] = [exact(red, y), exact(green, y), exact(blue, y)];
      for (let x = -MARGIN; x < this.width + MARGIN; x += 1) {
        const noise = dither(x, y);
        this.known[at] =
          byte(Math.floor((r + noise) / 65536)) | (byte(Math.floor((g + noise) / 65536)) << 8) | (byte(Math.floor((b + noise) / 65536)) << 16) | BEHIND;
        at += 1;
      }
    }
  }

  /**
   * Takes the next tile: they must come in the host's order, and each once.
   * @param {Tile} tile
   * @param {Uint8Array} bytes
   * @returns {Uint8ClampedArray<ArrayBuffer> | null} Its pixels, for ImageData; null for a place outside of the picture.
   */
  take({ x, y, width, height }, bytes) {
    if (x + width > this.width || y + height > this.height || width === 0 || height === 0) return null;
    this.bytes = bytes;
    this.at = 0;
    this.range = 0xffffffff;
    this.offset = 0;
    for (let count = 0; count < 4; count += 1) this.offset = ((this.offset << 8) | (bytes[this.at++] ?? 0)) >>> 0;
    const pixels = new Uint32Array(width * height);
    const { known, stride } = this;
    let to = 0;
    for (let row = y; row < y + height; row += 1) {
      let at = (row + MARGIN) * stride + x + MARGIN;
      for (const end = at + width; at < end; at += 1) {
        this.#pixel(at);
        pixels[to] = (known[at] ?? 0) | OPAQUE;
        to += 1;
      }
    }
    return new Uint8ClampedArray(pixels.buffer);
  }

  /** One bit. @param {number} chance @returns {number} */
  #bit(chance) {
    const { fast, slow, pace } = this;
    const quick = fast[chance] ?? 0;
    const patient = slow[chance] ?? 0;
    const shift = (pace[chance] ?? 0) >> 1;
    // At most 2²⁰ times 2¹²: exact.
    const bound = (this.range >>> 12) * ((quick + patient) >> 5);
    let bit = 0;
    if (this.offset < bound) {
      this.range = bound;
      fast[chance] = quick + ((65536 - quick) >> 4);
      slow[chance] = patient + ((65536 - patient) >> shift);
      bit = 1;
    } else {
      this.offset -= bound;
      this.range -= bound;
      fast[chance] = quick - (quick >> 4);
      slow[chance] = patient - (patient >> shift);
    }
    if (shift < 7) pace[chance] = (pace[chance] ?? 0) + 1;
    while (this.range < 16777216) {
      this.range = (this.range << 8) >>> 0;
      this.offset = ((this.offset << 8) | (this.bytes[this.at++] ?? 0)) >>> 0;
    }
    return bit;
  }

  /** @param {number} at */
  #pixel(at) {
    const { known, stride } = this;
    const w = known[at - 1] ?? 0;
    const ww = known[at - 2] ?? 0;
    const n = known[at - stride] ?? 0;
    const nn = known[at - 2 * stride] ?? 0;
    const nw = known[at - stride - 1] ?? 0;
    const ne = known[at - stride + 1] ?? 0;
    if (this.hasBackdrop) {
      const far = (((known[at - stride + 2] ?? 0) >>> 24) & 1) << 6 | (((known[at - stride - 2] ?? 0) >>> 24) & 1) << 7;
      const near = ((w >>> 24) & 1) | (((n >>> 24) & 1) << 1) | (((nw >>> 24) & 1) << 2) | (((ne >>> 24) & 1) << 3);
      if (this.#bit(near | (((ww >>> 24) & 1) << 4) | (((nn >>> 24) & 1) << 5) | far)) return;
    }
    this.last = this.#inFront(w, n, nw, ne, ww, nn);
    known[at] = this.last;
  }

  /** @param {number} w @param {number} n @param {number} nw @param {number} ne @param {number} ww @param {number} nn */
  #inFront(w, n, nw, ne, ww, nn) {
    const isBehindW = w >= BEHIND;
    const isBehindN = n >= BEHIND;
    const sameness =
      (w === n ? 1 : 0) | (w === nw ? 2 : 0) | (n === nw ? 4 : 0) | (n === ne ? 8 : 0) | (w === ww ? 16 : 0) | (n === nn ? 32 : 0) |
      (isBehindW ? 64 : 0) | (isBehindN ? 128 : 0);
    if (!isBehindW && this.#bit(AGAIN + sameness)) return w;
    if (!isBehindN && n !== w && this.#bit(AGAIN + 256 + sameness)) return n;

    // What shows the backdrop lets nothing be expected: the nearest in front takes its place.
    const any = !isBehindW ? w : !isBehindN ? n : nw < BEHIND ? nw : ne < BEHIND ? ne : this.last;
    const frontW = !isBehindW ? w : !isBehindN ? n : any;
    const frontN = !isBehindN ? n : frontW;
    const frontNw = nw < BEHIND ? nw : frontN;
    const frontNe = ne < BEHIND ? ne : frontN;
    return this.#differing(frontW, frontN, frontNw, frontNe, ww < BEHIND ? ww : frontW, nn < BEHIND ? nn : frontN);
  }

  /** @param {number} w @param {number} n @param {number} nw @param {number} ne @param {number} ww @param {number} nn */
  #differing(w, n, nw, ne, ww, nn) {
    let activity = 0;
    for (let shift = 0; shift < 24; shift += 8) {
      const ofW = (w >> shift) & 255;
      const ofN = (n >> shift) & 255;
      const ofNw = (nw >> shift) & 255;
      activity += size(ofW - ofNw) + size(ofN - ofNw) + size(ofN - ((ne >> shift) & 255));
      activity += (size(ofW - ((ww >> shift) & 255)) >> 1) + (size(ofN - ((nn >> shift) & 255)) >> 1);
    }
    activity = Math.floor(activity / 3);
    const greenW = (w >> 8) & 255;
    const greenN = (n >> 8) & 255;
    const greenNw = (nw >> 8) & 255;
    const greenNe = (ne >> 8) & 255;
    const expected = median(greenW, greenN, greenNw);
    const greenError = this.#error(0, activity, 0);
    const green = (expected + greenError) & 255;

    // The neighbour that is most like it in green will be so in red, but for the light, which is the same for both.
    let of = w;
    let off = size(greenW - green);
    if (size(greenN - green) < off) [of, off] = [n, size(greenN - green)];
    if (size(greenNw - green) < off) [of, off] = [nw, size(greenNw - green)];
    if (size(greenNe - green) < off) [of, off] = [ne, size(greenNe - green)];
    const redError = this.#error(1, (activity + size(greenError) + 4 * off) >> 2, greenError);
    const red = (scaled(of, 0, green) + redError) & 255;

    of = w;
    off = size(greenW - green) + size((w & 255) - red);
    const offN = size(greenN - green) + size((n & 255) - red);
    if (offN < off) [of, off] = [n, offN];
    const offNw = size(greenNw - green) + size((nw & 255) - red);
    if (offNw < off) [of, off] = [nw, offNw];
    const offNe = size(greenNe - green) + size((ne & 255) - red);
    if (offNe < off) [of, off] = [ne, offNe];
    const both = (activity + size(greenError) + 4 * off + 4 * size(redError)) >> 2;
    const blue = (scaled(of, 16, green) + this.#error(2, both, redError)) & 255;
    return red | (green << 8) | (blue << 16);
  }

  /** @param {number} channel @param {number} activity @param {number} other The error of the channel before. */
  #error(channel, activity, other) {
    const model = ERRORS + (channel * ACTIVITIES + classOf(activity)) * OF_AN_ERROR;
    const sign = other < 0 ? 0 : other === 0 ? 1 : 2;
    if (this.#bit(model + sign)) return 0;
    const isNegative = this.#bit(model + IS_NEGATIVE + sign);
    let length = 0;
    while (length < 7 && this.#bit(model + IS_LONGER + length)) length += 1;
    let value = 1;
    for (let place = 0; place < length; place += 1) {
      value = (value << 1) | this.#bit(model + BELOW + 4 * length + (place < 3 ? place : 3));
    }
    return isNegative ? -value : value;
  }
}

/** @param {number} neighbour @param {number} shift Of the channel. @param {number} green */
function scaled(neighbour, shift, green) {
  const its = (neighbour >> shift) & 255;
  const itsGreen = (neighbour >> 8) & 255;
  const value = Math.floor((its * (green + 1) * 2 + itsGreen + 1) / (2 * (itsGreen + 1)));
  return value > 255 ? 255 : value;
}
