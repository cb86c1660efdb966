// Pictures of the WebSocket onto a canvas: H.264 by WebCodecs, or JPEG. Loaded only when a WebSocket is needed.

/** @import { MediaMessage } from '../core/wire.gen.js' */
import { KEYFRAME } from '../core/wire.gen.js';

/** @typedef {Extract<MediaMessage, { type: 'frame' }>} Picture */
/**
 * @typedef {object} DecoderListener
 * @property {(picture: Picture) => void} shown It is drawn.
 * @property {() => void} needKeyframe Nothing before the next keyframe can be shown.
 * @property {() => void} failed It gives up.
 */

/** Baseline, level 3.2: what the host encodes, as annex B. */
const CONFIG = { codec: 'avc1.42e020', optimizeForLatency: true };
/** More of them waiting means that this machine does not keep up. */
const QUEUE_MAX = 3;
const ERRORS_MAX = 2;
/** Errors longer ago are forgotten. */
const ERRORS_MS = 60_000;
/** A keyframe is not asked for more often. */
const ASK_MS = 500;

/** Whether this browser decodes H.264 by itself: a secure page's alone. */
export async function canDecode() {
  if (typeof VideoDecoder === 'undefined') return false;
  return VideoDecoder.isConfigSupported(CONFIG).then(({ supported }) => supported === true, () => false);
}

/** @param {HTMLCanvasElement} canvas @param {CanvasImageSource} image @param {number} width @param {number} height */
function draw(canvas, image, width, height) {
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  canvas.getContext('2d', { alpha: false })?.drawImage(image, 0, 0, width, height);
}

export class VideoCanvas {
  /** @param {HTMLCanvasElement} canvas @param {DecoderListener} listener */
  constructor(canvas, listener) {
    this.canvas = canvas;
    this.listener = listener;
    /** By number: in the decoder. @type {Map<number, Picture>} */
    this.inside = new Map();
    /** @type {number[]} When the decoder broke. */
    this.errors = [];
    this.dropped = 0;
    this.isWaiting = true;
    this.askedAt = -Infinity;
    this.decoder = this.#create();
  }

  #create() {
    const decoder = new VideoDecoder({
      output: (frame) => this.#show(frame),
      error: () => {
        if (decoder === this.decoder) this.#broke();
      },
    });
    decoder.configure(CONFIG);
    return decoder;
  }

  /** @param {Picture} picture */
  push(picture) {
    const isKeyframe = (picture.flags & KEYFRAME) !== 0;
    const isLate = this.decoder.decodeQueueSize > QUEUE_MAX;
    if (!isKeyframe && (this.isWaiting || isLate)) {
      this.dropped += 1;
      this.isWaiting = true;
      return this.#ask();
    }
    try {
      if (isKeyframe && isLate) {
        // What waits is older than this, and not needed for it.
        this.dropped += this.inside.size;
        this.inside.clear();
        this.decoder.reset();
        this.decoder.configure(CONFIG);
      }
      this.isWaiting = false;
      this.inside.set(picture.number, picture);
      const type = isKeyframe ? 'key' : 'delta';
      this.decoder.decode(new EncodedVideoChunk({ type, timestamp: picture.number, data: picture.payload }));
    } catch {
      this.#broke();
    }
  }

  /** @param {VideoFrame} frame */
  #show(frame) {
    const picture = this.inside.get(frame.timestamp);
    draw(this.canvas, frame, frame.displayWidth, frame.displayHeight);
    frame.close();
    if (!picture) return;
    for (const number of this.inside.keys()) {
      this.inside.delete(number);
      if (number === picture.number) break;
    }
    this.listener.shown(picture);
  }

  #ask() {
    const now = performance.now();
    if (now - this.askedAt < ASK_MS) return;
    this.askedAt = now;
    this.listener.needKeyframe();
  }

  #broke() {
    const now = performance.now();
    this.errors = [...this.errors.filter((at) => now - at < ERRORS_MS), now];
    this.close();
    this.inside.clear();
    if (this.errors.length >= ERRORS_MAX) return this.listener.failed();
    this.isWaiting = true;
    this.decoder = this.#create();
    this.#ask();
  }

  close() {
    if (this.decoder.state !== 'closed') this.decoder.close();
  }
}

export class JpegCanvas {
  /** @param {HTMLCanvasElement} canvas @param {DecoderListener} listener */
  constructor(canvas, listener) {
    this.canvas = canvas;
    this.listener = listener;
    /** The newest that waits for the one that is being decoded. @type {Picture | null} */
    this.next = null;
    this.isBusy = false;
    this.isClosed = false;
    this.dropped = 0;
  }

  /** @param {Picture} picture */
  push(picture) {
    if (this.next) this.dropped += 1;
    this.next = picture;
    if (!this.isBusy) void this.#decode();
  }

  async #decode() {
    this.isBusy = true;
    while (this.next) {
      const picture = this.next;
      this.next = null;
      const image = await createImageBitmap(new Blob([picture.payload], { type: 'image/jpeg' })).catch(() => null);
      if (this.isClosed) break;
      if (!image) {
        this.listener.needKeyframe();
        continue;
      }
      draw(this.canvas, image, image.width, image.height);
      image.close();
      this.listener.shown(picture);
    }
    this.isBusy = false;
  }

  close() {
    this.isClosed = true;
    this.next = null;
  }
}
