// The exact still picture above the video: tile by tile while nothing moves, gone with the first frame that differs.

/** @import { MediaMessage } from '../core/wire.gen.js' */
/** @import { Order, Painted } from './painter.js' */
import { Still } from '../core/still.js';
import { encodePointer } from '../core/wire.gen.js';

/** Tiles that come within this time are told together. */
const TELL_MS = 20;

export class StillPicture {
  /**
   * @param {HTMLCanvasElement} canvas Lies above the video, and is placed as that is.
   * @param {(isExact: boolean) => void} changed Every pixel on screen is the host's, or is so no more.
   */
  constructor(canvas, changed) {
    this.canvas = canvas;
    this.context = canvas.getContext('2d', { colorSpace: 'srgb' });
    /** Tells the host something by the way that the picture comes. @type {(bytes: ArrayBuffer) => void} */
    this.answer = () => {};
    this.changed = changed;
    this.state = new Still();
    this.isExact = false;
    /** Made when the first still picture comes; null when this browser has no such workers. @type {Worker | null | undefined} */
    this.worker = undefined;
    this.timer = 0;
    this.toldAt = -Infinity;
    new ResizeObserver(() => this.resize()).observe(canvas);
  }

  /**
   * What the host sent.
   * @param {MediaMessage} message
   * @param {(bytes: ArrayBuffer) => void} answer Says how much has come, by the way that it came.
   */
  message(message, answer) {
    const { state } = this;
    this.answer = answer;
    if (message.type === 'still_begin') {
      if (!state.begin(message)) return this.#show(false);
      const { still, width, height, payload } = message;
      this.#order({ type: 'begin', still, width, height, head: payload });
      // Setting the size empties the canvas.
      this.canvas.width = width;
      this.canvas.height = height;
      this.#show(true);
      this.resize();
    } else if (message.type === 'still_tile' && state.tile(message)) {
      const { still, x, y, width, height, payload } = message;
      this.#order({ type: 'tile', still, tile: { x, y, width, height }, bytes: payload });
      this.#came();
    } else if (message.type === 'still_over') {
      this.#show(state.over(message));
    }
  }

  /** Has the worker ready before it is needed. */
  prepare() {
    if (this.worker === undefined) this.worker = this.#employ();
  }

  /** A frame of the video is on screen: to be called before the browser paints it. @param {number | undefined} rtpTimestamp */
  shown(rtpTimestamp) {
    this.#show(this.state.shown(rtpTimestamp));
  }

  /** The connection is gone. */
  reset() {
    this.state.reset();
    this.#show(false);
  }

  /** The canvas may have another size on screen: where a pixel of it is one of the screen, it must stay one. */
  resize() {
    const { canvas } = this;
    const scale = Math.min(canvas.clientWidth / canvas.width, canvas.clientHeight / canvas.height) * devicePixelRatio;
    canvas.classList.toggle('crisp', Math.abs(scale - Math.round(scale)) < 1 / Math.max(canvas.width, canvas.height));
  }

  /** @param {boolean} isShown */
  #show(isShown) {
    if (!isShown && !this.canvas.hidden) this.#order({ type: 'end' });
    this.canvas.hidden = !isShown;
    const { isExact } = this.state;
    if (isExact === this.isExact) return;
    this.isExact = isExact;
    this.changed(isExact);
  }

  #came() {
    const { came, tiles } = this.state;
    const next = this.toldAt + TELL_MS - performance.now();
    // The host learns from it what the line carries: what needs not wait does not.
    if (came === tiles || next <= 0) return this.#tell();
    if (this.timer === 0) this.timer = window.setTimeout(() => this.#tell(), next);
  }

  #tell() {
    clearTimeout(this.timer);
    this.timer = 0;
    this.toldAt = performance.now();
    const { number, came } = this.state;
    if (number === null) return;
    try {
      this.answer(encodePointer({ type: 'still_taken', seq: number, tiles: came }));
    } catch {
      // The way closed under us: by another one the picture begins anew.
    }
  }

  /** @param {Order} order */
  #order(order) {
    this.prepare();
    this.worker?.postMessage(order);
  }

  #employ() {
    try {
      const worker = new Worker(new URL('./painter.js', import.meta.url), { type: 'module' });
      worker.addEventListener('message', (event) => this.#paint(event.data));
      return worker;
    } catch {
      // Without workers of this kind the video stays all there is.
      return null;
    }
  }

  /** @param {Painted} painted */
  #paint({ still, tile, pixels }) {
    if (!this.state.draw(still)) return;
    this.context?.putImageData(new ImageData(pixels, tile.width, tile.height, { colorSpace: 'srgb' }), tile.x, tile.y);
    this.#show(true);
  }
}
