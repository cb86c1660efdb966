// An offer on its way to the host: a peer connection with its two data channels, described and sent by WHEP's POST.
//
// The page loads this module by itself, ahead of all others: the browser's work on an offer, the host's on its answer and
// their search for a path pass while the rest of the page is still on its way. What comes meanwhile is kept.

import { iceServersOf } from '../core/ice.js';
import { parseOptions } from '../core/options.js';
import { introduction, request } from './request.js';

/** The offer leaves at the latest after this. */
const GATHER_MS = 150;
/**
 * Host candidates come at once and together, but Chromium calls the gathering complete only 100 ms later. What comes
 * later still is not missed: the browser sends the first checks, and the host learns the address from them.
 */
export const SETTLE_MS = 15;

/** Over such a round trip the host begins DTLS: its stack saves one then, but waits for up to 200 ms. */
const LONG_TRIP_MS = 250;

/** @returns {'no_webrtc' | 'no_h264' | null} What keeps this browser from showing the picture over WebRTC. */
export function missingAbility() {
  if (typeof RTCPeerConnection === 'undefined') return 'no_webrtc';
  const codecs = RTCRtpReceiver.getCapabilities?.('video')?.codecs;
  return codecs && !codecs.some(isH264) ? 'no_h264' : null;
}

/** @param {{ mimeType: string }} codec */
const isH264 = ({ mimeType }) => /^video\/h264$/i.test(mimeType);

export class Offer {
  /** @param {string} token */
  constructor(token) {
    this.token = token;
    /** Takes the offer back, if it is still on its way. */
    this.aborter = new AbortController();
    this.peer = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
    prepareMedia(this.peer);
    this.control = this.peer.createDataChannel('control', { ordered: true });
    this.pointer = this.peer.createDataChannel('pointer', { ordered: false, maxRetransmits: 0 });
    this.still = this.peer.createDataChannel('still', { ordered: true });
    /** What came by each channel before anyone listened. @type {Map<RTCDataChannel, unknown[]>} */
    this.early = new Map();
    /** Who listens. @type {Map<RTCDataChannel, (data: unknown) => void>} */
    this.listeners = new Map();
    for (const channel of [this.control, this.pointer, this.still]) {
      channel.binaryType = 'arraybuffer';
      /** @type {unknown[]} */
      const kept = [];
      this.early.set(channel, kept);
      const take = (/** @type {MessageEvent} */ { data }) => {
        const heard = this.listeners.get(channel);
        if (heard) heard(data);
        else kept.push(data);
      };
      channel.addEventListener('message', take, { signal: this.aborter.signal });
    }
    /** When it left. */
    this.sentAt = performance.now();
    /** What the host says: null when nobody answers, undefined when the browser makes no offer. */
    this.response = this.#send();
    /** Its description, when it took the offer; else empty. Fails when it breaks off. */
    this.answer = this.#read();
    /** Whether the browser takes that. */
    this.understood = this.#take();
  }

  /** Hears a channel from the beginning. @param {RTCDataChannel} channel @param {(data: unknown) => void} heard */
  hear(channel, heard) {
    this.listeners.set(channel, heard);
    for (const data of this.early.get(channel)?.splice(0) ?? []) heard(data);
  }

  /** @returns {Promise<string>} */
  async #read() {
    const response = await this.response;
    return response?.status === 201 ? response.text() : '';
  }

  /** @returns {Promise<boolean>} */
  async #take() {
    const sdp = await this.answer.catch(() => '');
    if (sdp === '' || this.aborter.signal.aborted) return false;
    try {
      const iceServers = iceServersOf((await this.response)?.headers.get('Link') ?? null);
      if (iceServers.length > 0) this.peer.setConfiguration({ ...this.peer.getConfiguration(), iceServers });
      await this.peer.setRemoteDescription({ type: 'answer', sdp });
      return true;
    } catch {
      return false;
    }
  }

  /** @returns {Promise<Response | null | undefined>} */
  async #send() {
    const sdp = await describe(this.peer).catch(() => undefined);
    if (sdp === undefined) return undefined;
    this.sentAt = performance.now();
    const headers = { ...introduction(this.token), 'Content-Type': 'application/sdp' };
    // A host that never answers is given up by the session.
    return request('whep', { method: 'POST', headers, body: isFar() ? sdp.replaceAll('a=setup:actpass', 'a=setup:passive') : sdp, signal: this.aborter.signal }).catch(() => null);
  }
}

/** Whether the page itself took long to come. */
function isFar() {
  const [page] = performance.getEntriesByType('navigation');
  return page instanceof PerformanceNavigationTiming && page.responseStart - page.requestStart > LONG_TRIP_MS;
}

/** @param {RTCPeerConnection} peer */
function prepareMedia(peer) {
  const transceiver = peer.addTransceiver('video', { direction: 'recvonly' });
  const { receiver } = transceiver;
  // The newest frame as soon as it is there: nothing is gained by a buffer.
  if ('jitterBufferTarget' in receiver) receiver.jitterBufferTarget = 0;
  if ('playoutDelayHint' in receiver) receiver.playoutDelayHint = 0;
  const codecs = RTCRtpReceiver.getCapabilities?.('video')?.codecs;
  const wanted = codecs?.filter((codec) => isH264(codec) || /\/rtx$/i.test(codec.mimeType));
  if (wanted?.some(isH264)) transceiver.setCodecPreferences?.(wanted);
}

/** @param {RTCPeerConnection} peer @returns {Promise<string | undefined>} */
async function describe(peer) {
  const gathered = gatheredIn(peer, SETTLE_MS, GATHER_MS);
  await peer.setLocalDescription();
  await gathered;
  return peer.localDescription?.sdp;
}

/**
 * Enough candidates are there, or there was time enough. To be called before what makes them.
 * @param {RTCPeerConnection} peer
 * @param {number} settleMs From one candidate to the next.
 * @param {number} longestMs
 */
export function gatheredIn(peer, settleMs, longestMs) {
  return new Promise((resolve) => {
    let settled = 0;
    const done = () => {
      peer.removeEventListener('icecandidate', heard);
      resolve(undefined);
    };
    const heard = (/** @type {RTCPeerConnectionIceEvent} */ { candidate }) => {
      clearTimeout(settled);
      settled = window.setTimeout(done, candidate ? settleMs : 0);
    };
    setTimeout(done, longestMs);
    peer.addEventListener('icecandidate', heard);
  });
}

const { token, encoding } = parseOptions(location.search, location.hash);
/** Whether WebRTC is to be tried at all. */
export const triesWebRtc = encoding !== 'webcodecs' && encoding !== 'jpeg' && missingAbility() === null;
/** Made while the page loads, for its first attempt. */
let early = token !== null && triesWebRtc ? new Offer(token) : null;

/** @param {string} token @returns {Offer} */
export function offerTo(token) {
  const offer = early?.token === token ? early : new Offer(token);
  early = null;
  return offer;
}
