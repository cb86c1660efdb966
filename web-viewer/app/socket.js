// The WebSocket: messages as on the data channels, and pictures. Loaded only when it is needed.

/** @import { Channel } from '../core/outbox.js' */
/** @import { FromViewer, Hello, MediaMessage } from '../core/wire.gen.js' */
import { PADDING, decodeMedia, encodePointer } from '../core/wire.gen.js';
import { canDecode, JpegCanvas, VideoCanvas } from './decoder.js';

/**
 * @typedef {object} SocketListener Nothing is told after {@link Socket.close}.
 * @property {(data: string) => void} text
 * @property {(data: ArrayBuffer) => void} pointer
 * @property {(shown: { rtpTimestamp: number }) => void} drawn A picture is on the canvas.
 * @property {(picture: { seq: number, rtpTimestamp: number }) => void} told The picture that has just come is the first with that input.
 * @property {(message: Exclude<MediaMessage, { type: 'frame' }>) => void} still
 * @property {() => void} undecodable Only JPEG can be shown here.
 * @property {() => void} closed
 */
/** @typedef {Extract<Hello['rung'], 'webcodecs' | 'jpeg'>} SocketRung */

/** @returns {Promise<SocketRung>} The best that this browser can show. */
export async function bestRung() {
  return (await canDecode()) ? 'webcodecs' : 'jpeg';
}

export class Socket {
  /**
   * @param {Hello & { rung: SocketRung }} hello
   * @param {HTMLCanvasElement} canvas
   * @param {SocketListener} listener
   */
  constructor(hello, canvas, listener) {
    this.hello = hello;
    this.listener = listener;
    /** Since the beginning, of pictures. */
    this.bytes = 0;
    this.frames = 0;
    const place = new URL('ws', location.href.replace(/#.*/, ''));
    place.protocol = place.protocol.replace('http', 'ws');
    this.socket = new WebSocket(place);
    this.socket.binaryType = 'arraybuffer';
    const Decoder = hello.rung === 'jpeg' ? JpegCanvas : VideoCanvas;
    this.decoder = new Decoder(canvas, {
      shown: ({ rtp_timestamp: rtpTimestamp }) => listener.drawn({ rtpTimestamp }),
      needKeyframe: () => this.say({ type: 'need_keyframe' }),
      failed: () => listener.undecodable(),
    });
    this.aborter = new AbortController();
    this.#listen();
  }

  get rung() {
    return this.hello.rung;
  }

  get isOpen() {
    return this.socket.readyState === WebSocket.OPEN;
  }

  /** For inputs: one for both kinds of message. @returns {Channel} */
  get channel() {
    const { socket } = this;
    return {
      get readyState() {
        return socket.readyState === WebSocket.OPEN ? 'open' : 'closed';
      },
      get bufferedAmount() {
        return socket.bufferedAmount;
      },
      send: (data) => socket.send(data),
    };
  }

  #listen() {
    const { socket, listener } = this;
    const options = { signal: this.aborter.signal };
    socket.addEventListener('open', () => socket.send(JSON.stringify(this.hello)), options);
    socket.addEventListener('close', () => listener.closed(), options);
    socket.addEventListener(
      'message',
      ({ data }) => {
        if (typeof data === 'string') listener.text(data);
        else this.#hear(data);
      },
      options,
    );
  }

  /** @param {ArrayBuffer} data */
  #hear(data) {
    const media = decodeMedia(data);
    if (media?.type === 'frame') this.#take(media);
    else if (media) this.listener.still(media);
    else this.listener.pointer(data);
  }

  /** @param {Extract<MediaMessage, { type: 'frame' }>} picture */
  #take(picture) {
    // First of all: by this the host knows how much the line takes.
    if (this.isOpen) this.socket.send(encodePointer({ type: 'ack', seq: picture.number, page_ms: performance.now() }));
    this.bytes += picture.payload.length;
    if (picture.flags & PADDING) return;
    this.frames += 1;
    if (picture.shown !== 0) this.listener.told({ seq: picture.shown, rtpTimestamp: picture.rtp_timestamp });
    this.decoder.push(picture);
  }

  /** @param {FromViewer} message */
  say(message) {
    if (this.isOpen) this.socket.send(JSON.stringify(message));
  }

  /** @param {ArrayBuffer} bytes */
  answer(bytes) {
    if (this.isOpen) this.socket.send(bytes);
  }

  /** What was said before still leaves. */
  close() {
    this.aborter.abort();
    this.decoder.close();
    this.socket.close();
  }
}
