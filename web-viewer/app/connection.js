// One attempt at the host: a WHEP session (draft-ietf-wish-whep) with its media and its two data channels.

/** @import { Refusal } from '../core/knock.js' */
import { readRefusal } from '../core/knock.js';
import { offerTo } from './offer.js';
import { authorization, request } from './request.js';

/**
 * @typedef {object} ConnectionListener
 * @property {() => void} answered The host took the offer.
 * @property {() => void} linked ICE and DTLS are through.
 * @property {(channels: Channels) => void} opened Both data channels are open.
 * @property {(stream: MediaStream) => void} track
 * @property {(data: unknown) => void} control
 * @property {(data: unknown) => void} pointer
 * @property {(answer: { status: number, refusal: Refusal, retryAfterMs: number }) => void} http The host said no.
 * @property {(cause: 'unreachable' | 'blocked' | 'closed' | 'refused') => void} lost
 * @property {() => void} doubtful ICE has lost touch, perhaps for a moment.
 */
/** @typedef {{ control: RTCDataChannel, pointer: RTCDataChannel }} Channels */

export class Connection {
  /**
   * @param {string} token
   * @param {ConnectionListener} listener Nothing is told after {@link close}.
   */
  constructor(token, listener) {
    this.token = token;
    this.listener = listener;
    /** What DELETE ends. @type {string | null} */
    this.resource = null;
    this.wasLinked = false;
    this.offer = offerTo(token);
    this.aborter = this.offer.aborter;
    this.peer = this.offer.peer;
    this.control = this.offer.control;
    this.pointer = this.offer.pointer;
    this.#listen();
  }

  get isClosed() {
    return this.aborter.signal.aborted;
  }

  #listen() {
    const { peer, control, pointer, listener } = this;
    const on = this.#on.bind(this);
    on(peer, 'track', (event) => listener.track(new MediaStream([/** @type {RTCTrackEvent} */ (event).track])));
    on(peer, 'connectionstatechange', () => this.#connectionChanged());
    on(peer, 'iceconnectionstatechange', () => {
      if (peer.iceConnectionState === 'disconnected') listener.doubtful();
    });
    for (const channel of [control, pointer]) {
      channel.binaryType = 'arraybuffer';
      on(channel, 'open', () => {
        if (control.readyState === 'open' && pointer.readyState === 'open') listener.opened({ control, pointer });
      });
      on(channel, 'close', () => listener.lost('closed'));
    }
    on(control, 'message', (event) => listener.control(/** @type {MessageEvent} */ (event).data));
    on(pointer, 'message', (event) => listener.pointer(/** @type {MessageEvent} */ (event).data));
  }

  /** @param {EventTarget} target @param {string} type @param {(event: Event) => void} heard */
  #on(target, type, heard) {
    target.addEventListener(type, heard, { signal: this.aborter.signal });
  }

  #connectionChanged() {
    const state = this.peer.connectionState;
    if (state === 'connected' && !this.wasLinked) {
      this.wasLinked = true;
      this.listener.linked();
    } else if (state === 'failed') {
      this.listener.lost(this.wasLinked ? 'closed' : 'blocked');
    }
  }

  /** Takes the host's answer; what happens is told to the listener. */
  async open() {
    try {
      const response = await this.offer.response;
      if (this.isClosed) return;
      if (response === undefined) return this.listener.lost('refused');
      if (response === null) return this.listener.lost('unreachable');
      if (response.status !== 201) {
        const retryAfterMs = Number(response.headers.get('Retry-After')) * 1000 || 0;
        const refusal = readRefusal(await response.text());
        return this.isClosed ? undefined : this.listener.http({ status: response.status, refusal, retryAfterMs });
      }
      const location = response.headers.get('Location');
      this.resource = location && new URL(location, response.url).href;
      const sdp = await response.text();
      if (this.isClosed) return;
      this.listener.answered();
      await this.peer.setRemoteDescription({ type: 'answer', sdp });
    } catch {
      // The browser refuses the host's answer, or the answer broke off.
      if (!this.isClosed) this.listener.lost('refused');
    }
  }

  /** Ends the session here, and at the host if it still hears us. */
  close() {
    if (this.isClosed) return;
    this.aborter.abort();
    this.peer.close();
    if (!this.resource) return;
    // keepalive: the page may be on its way out. A host that is gone needs no goodbye.
    request(this.resource, { method: 'DELETE', headers: authorization(this.token), keepalive: true }).catch(() => {});
  }
}

/**
 * The epoch of the host's streaming; null when it does not answer.
 * @param {number} patienceMs
 * @returns {Promise<string | null>}
 */
export async function askEpoch(patienceMs) {
  try {
    const response = await request('healthz', { signal: AbortSignal.timeout(patienceMs) });
    const { epoch } = response.ok ? await response.json() : { epoch: null };
    return typeof epoch === 'string' ? epoch : null;
  } catch {
    return null;
  }
}
