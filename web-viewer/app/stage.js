// The picture: the live video, and the last frame of it while there is none.

/** @import { Rect } from '../core/geometry.js' */
import { pictureRect } from '../core/geometry.js';

/**
 * @typedef {object} ShownFrame
 * @property {number} now When the page learnt that it is shown, on performance.now()'s clock.
 * @property {number | undefined} rtpTimestamp Unknown to some browsers.
 * @property {number} count Frames since the one told before, this one included.
 */

export class Stage {
  /**
   * @param {HTMLVideoElement} video
   * @param {HTMLCanvasElement} last Lies over the video.
   * @param {{ frame: (frame: ShownFrame) => void, picture: () => void, blocked: () => void }} listener
   *   `picture`: the first frame of a stream is on screen; `blocked`: the browser wants a tap before it plays.
   */
  constructor(video, last, listener) {
    this.video = video;
    this.last = last;
    this.listener = listener;
    /** Whether the stream has shown nothing yet. */
    this.isAwaiting = false;
    /** Whether there is a stream. */
    this.isOn = false;
    this.presented = 0;
    if ('requestVideoFrameCallback' in video) this.#watchFrames();
    // Hidden pages get no frame callbacks, and old browsers have none.
    video.addEventListener('loadeddata', () => this.#pictureCame());
    video.addEventListener('resize', () => this.#pictureCame());
  }

  /** Where the picture is on screen, in CSS pixels. @returns {Rect} */
  get pictureRect() {
    const { left, top, width, height } = this.video.getBoundingClientRect();
    return pictureRect({ left, top, width, height }, this.video.videoWidth, this.video.videoHeight);
  }

  /** @param {MediaStream} stream */
  adopt(stream) {
    this.isAwaiting = this.isOn = true;
    this.video.srcObject = stream;
    this.play();
  }

  play() {
    this.video.play().catch((error) => {
      // AbortError: a newer stream took its place.
      if (error instanceof DOMException && error.name === 'NotAllowedError') this.listener.blocked();
    });
  }

  /** The connection is about to be closed: keeps its last frame in sight. Browsers show black for a track that ended. */
  hold() {
    const { video, last } = this;
    if (!this.isOn) return;
    if (!this.isAwaiting && video.videoWidth > 0) {
      last.width = video.videoWidth;
      last.height = video.videoHeight;
      last.getContext('2d')?.drawImage(video, 0, 0);
      last.hidden = false;
    }
    this.isAwaiting = this.isOn = false;
    video.srcObject = null;
  }

  #watchFrames() {
    this.video.requestVideoFrameCallback((_, metadata) => {
      this.#watchFrames();
      if (!this.isOn) return;
      this.#pictureCame();
      const count = Math.max(1, metadata.presentedFrames - this.presented);
      this.presented = metadata.presentedFrames;
      this.listener.frame({ now: performance.now(), rtpTimestamp: metadata.rtpTimestamp, count });
    });
  }

  #pictureCame() {
    if (!this.isAwaiting || this.video.videoWidth === 0) return;
    this.isAwaiting = false;
    this.last.hidden = true;
    this.presented = 0;
    this.listener.picture();
  }
}
