// The picture: the live video or the canvas that a WebSocket's pictures are drawn on, and the last frame while there is none.

/** @import { Rect } from '../core/geometry.js' */
/** @import { Way } from '../core/ladder.js' */
import { pictureRect } from '../core/geometry.js';

/**
 * @typedef {object} ShownFrame
 * @property {number} now When the page learnt that it is shown, on performance.now()'s clock.
 * @property {number | undefined} rtpTimestamp Unknown to some browsers.
 * @property {number} count Frames since the one told before, this one included.
 */
/**
 * @typedef {object} StageListener
 * @property {(way: Way) => void} came A way has a new frame, whether it is in front or not.
 * @property {(frame: ShownFrame) => void} frame One of the way in front.
 * @property {() => void} picture The first since {@link Stage.await} is on screen.
 * @property {() => void} blocked The browser wants a tap before it plays.
 */

export class Stage {
  /**
   * @param {HTMLVideoElement} video What comes by WebRTC.
   * @param {HTMLCanvasElement} canvas What comes by the WebSocket; lies over the video.
   * @param {HTMLCanvasElement} last Lies over both.
   * @param {StageListener} listener
   */
  constructor(video, canvas, last, listener) {
    this.video = video;
    this.canvas = canvas;
    this.last = last;
    this.listener = listener;
    /** Whose picture is in front; null for none of this connection's. @type {Way | null} */
    this.front = null;
    /** Whether the connection has shown nothing yet. */
    this.isAwaiting = false;
    this.presented = 0;
    /** {@link box} as it was measured. @type {Rect | null} */
    this.measured = null;
    const forget = () => (this.measured = null);
    new ResizeObserver(forget).observe(video);
    window.addEventListener('resize', forget);
    if ('requestVideoFrameCallback' in video) this.#watchFrames();
    // Hidden pages get no frame callbacks, and old browsers have none.
    video.addEventListener('loadeddata', () => this.#videoCame());
    video.addEventListener('resize', () => this.#videoCame());
  }

  /** Of the picture in front, in pixels. */
  get size() {
    const { video, canvas } = this;
    return this.front === 'ws' ? { width: canvas.width, height: canvas.height } : { width: video.videoWidth, height: video.videoHeight };
  }

  /** What the picture has on screen, in CSS pixels. Measured when it is another: each time makes the browser lay out the page. */
  get box() {
    this.measured ??= this.video.getBoundingClientRect();
    return this.measured;
  }

  /** Where in its box the picture is, in CSS pixels. @returns {Rect} */
  get pictureRect() {
    const { left, top, width, height } = this.box;
    return pictureRect({ left, top, width, height }, this.size.width, this.size.height);
  }

  /** A new connection begins. */
  await() {
    this.isAwaiting = true;
    this.front = null;
  }

  /** @param {MediaStream} stream */
  adopt(stream) {
    this.presented = 0;
    this.video.srcObject = stream;
    this.play();
  }

  play() {
    this.video.play().catch((error) => {
      // AbortError: a newer stream took its place.
      if (error instanceof DOMException && error.name === 'NotAllowedError') this.listener.blocked();
    });
  }

  /** A picture is drawn on the canvas. @param {number} rtpTimestamp */
  drawn(rtpTimestamp) {
    this.listener.came('ws');
    if (this.front === 'ws') this.listener.frame({ now: performance.now(), rtpTimestamp, count: 1 });
  }

  /** Brings a way's picture to the front. There is one: no gap is seen. @param {Way} way */
  show(way) {
    this.front = way;
    this.canvas.hidden = way !== 'ws';
    if (!this.isAwaiting) return;
    this.isAwaiting = false;
    this.last.hidden = true;
    this.listener.picture();
  }

  /** The connection is about to be closed: keeps its last frame in sight. Browsers show black for a track that ended. */
  hold() {
    const { video, canvas, last, front } = this;
    const { width, height } = this.size;
    if (front !== null && width > 0) {
      last.width = width;
      last.height = height;
      last.getContext('2d')?.drawImage(front === 'ws' ? canvas : video, 0, 0);
      last.hidden = false;
    }
    this.front = null;
    this.isAwaiting = false;
    canvas.hidden = true;
    video.srcObject = null;
  }

  #watchFrames() {
    this.video.requestVideoFrameCallback((_, metadata) => {
      this.#watchFrames();
      this.#videoCame();
      const count = Math.max(1, metadata.presentedFrames - this.presented);
      this.presented = metadata.presentedFrames;
      if (this.front === 'rtc') this.listener.frame({ now: performance.now(), rtpTimestamp: metadata.rtpTimestamp, count });
    });
  }

  #videoCame() {
    if (this.video.srcObject && this.video.videoWidth > 0) this.listener.came('rtc');
  }
}
