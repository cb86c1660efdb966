// One attempt at the host: a WHEP session (draft-ietf-wish-whep) with its media and its two data channels.

/** The offer leaves at the latest after this. */
const GATHER_MS = 150;
/**
 * Host candidates come at once and together, but Chromium calls the gathering complete only 100 ms later. What comes
 * later still is not missed: the browser sends the first checks, and the host learns the address from them.
 */
const SETTLE_MS = 15;

/**
 * @typedef {object} ConnectionListener
 * @property {() => void} answered The host took the offer.
 * @property {() => void} linked ICE and DTLS are through.
 * @property {(channels: Channels) => void} opened Both data channels are open.
 * @property {(stream: MediaStream) => void} track
 * @property {(data: unknown) => void} control
 * @property {(data: unknown) => void} pointer
 * @property {(status: number, retryAfterMs: number) => void} http The host said no.
 * @property {(cause: 'unreachable' | 'blocked' | 'closed' | 'refused') => void} lost
 * @property {() => void} doubtful ICE has lost touch, perhaps for a moment.
 */
/** @typedef {{ control: RTCDataChannel, pointer: RTCDataChannel }} Channels */

/** @returns {'no_webrtc' | 'no_h264' | null} What keeps this browser from showing the picture. */
export function missingAbility() {
  if (typeof RTCPeerConnection === 'undefined') return 'no_webrtc';
  const codecs = RTCRtpReceiver.getCapabilities?.('video')?.codecs;
  return codecs && !codecs.some(isH264) ? 'no_h264' : null;
}

/** @param {{ mimeType: string }} codec */
const isH264 = ({ mimeType }) => /^video\/h264$/i.test(mimeType);

export class Connection {
  /**
   * @param {string} token
   * @param {ConnectionListener} listener Nothing is told after {@link close}.
   */
  constructor(token, listener) {
    this.token = token;
    this.listener = listener;
    this.aborter = new AbortController();
    /** What DELETE ends. @type {string | null} */
    this.resource = null;
    this.wasLinked = false;
    this.peer = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
    this.#prepareMedia();
    this.control = this.peer.createDataChannel('control', { ordered: true });
    this.pointer = this.peer.createDataChannel('pointer', { ordered: false, maxRetransmits: 0 });
    this.#listen();
  }

  get isClosed() {
    return this.aborter.signal.aborted;
  }

  #prepareMedia() {
    const transceiver = this.peer.addTransceiver('video', { direction: 'recvonly' });
    const { receiver } = transceiver;
    // The newest frame as soon as it is there: nothing is gained by a buffer.
    if ('jitterBufferTarget' in receiver) receiver.jitterBufferTarget = 0;
    if ('playoutDelayHint' in receiver) receiver.playoutDelayHint = 0;
    const codecs = RTCRtpReceiver.getCapabilities?.('video')?.codecs.filter(
      (codec) => isH264(codec) || /\/rtx$/i.test(codec.mimeType),
    );
    if (codecs?.some(isH264)) transceiver.setCodecPreferences?.(codecs);
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

  /** Offers; what happens is told to the listener. */
  async open() {
    try {
      await this.peer.setLocalDescription();
      await this.#gathered();
      const response = await this.#offer();
      if (this.isClosed || !response) return;
      if (response.status !== 201) {
        this.listener.http(response.status, Number(response.headers.get('Retry-After')) * 1000 || 0);
        return;
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

  async #gathered() {
    if (this.peer.iceGatheringState === 'complete') return;
    await new Promise((resolve) => {
      setTimeout(resolve, GATHER_MS);
      let settled = 0;
      this.#on(this.peer, 'icecandidate', () => {
        clearTimeout(settled);
        settled = window.setTimeout(resolve, SETTLE_MS);
      });
      this.#on(this.peer, 'icegatheringstatechange', () => {
        if (this.peer.iceGatheringState === 'complete') resolve(null);
      });
    });
  }

  /** @returns {Promise<Response | null>} Null when nobody answers. */
  async #offer() {
    const request = {
      method: 'POST',
      headers: { Authorization: `Bearer ${this.token}`, 'Content-Type': 'application/sdp' },
      body: this.peer.localDescription?.sdp ?? '',
      cache: /** @type {const} */ ('no-store'),
      signal: this.aborter.signal, // A host that never answers is given up by the session.
    };
    try {
      return await fetch('whep', request);
    } catch {
      if (!this.isClosed) this.listener.lost('unreachable');
      return null;
    }
  }

  /** Ends the session here, and at the host if it still hears us. */
  close() {
    if (this.isClosed) return;
    this.aborter.abort();
    this.peer.close();
    if (!this.resource) return;
    // keepalive: the page may be on its way out. A host that is gone needs no goodbye.
    const headers = { Authorization: `Bearer ${this.token}` };
    fetch(this.resource, { method: 'DELETE', headers, keepalive: true }).catch(() => {});
  }
}

/**
 * The epoch of the host's streaming; null when it does not answer.
 * @param {number} patienceMs
 * @returns {Promise<string | null>}
 */
export async function askEpoch(patienceMs) {
  try {
    const response = await fetch('healthz', { cache: 'no-store', signal: AbortSignal.timeout(patienceMs) });
    const { epoch } = response.ok ? await response.json() : { epoch: null };
    return typeof epoch === 'string' ? epoch : null;
  } catch {
    return null;
  }
}
