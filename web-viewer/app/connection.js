// One attempt at the host: a WHEP session (draft-ietf-wish-whep) with its media and its two data channels.

/** @import { Refusal } from '../core/knock.js' */
import { readRefusal } from '../core/knock.js';
import { fragmentOf, iceServersOf, restarted } from '../core/ice.js';
import { selectedPair } from '../core/stats.js';
import { gatheredIn, offerTo, SETTLE_MS } from './offer.js';
import { authorization, request } from './request.js';

const FRAGMENT = { 'Content-Type': 'application/trickle-ice-sdpfrag' };
/** A relay needs some round trips to say its address; what comes later still is told later. */
const GATHER_MS = 500;
/** For the host's word on a restart: another is begun then. */
const PATCH_MS = 5000;
/** Late candidates travel together. */
const TRICKLE_MS = 50;
/** What a host says that knows the session no more, or restarts no ICE. */
const NO_RESTART = [404, 405, 409, 410, 412, 501];

/**
 * @typedef {object} ConnectionListener
 * @property {(answer: { roundTripMs: number, hasServers: boolean }) => void} answered The host took the offer.
 * @property {() => void} connected ICE and DTLS are through.
 * @property {() => void} linked And both data channels are open; or ICE is through again.
 * @property {(stream: MediaStream) => void} track
 * @property {(data: unknown) => void} control
 * @property {(data: unknown) => void} pointer
 * @property {(data: unknown) => void} still
 * @property {(answer: { status: number, refusal: Refusal, retryAfterMs: number }) => void} http The host said no.
 * @property {(cause: 'unreachable' | 'refused') => void} lost There is no session at the host.
 * @property {() => void} doubtful ICE has lost touch, perhaps for a moment.
 * @property {() => void} failed ICE has given up.
 * @property {() => void} dead The session may live, this peer connection does not.
 * @property {() => void} noRestart The host restarts no ICE, or has no such session.
 * @property {() => void} rerouted The path may be another.
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
    /** Of the ICE session, as the host names it. @type {string | null} */
    this.tag = null;
    /** The host's, as it is in force. */
    this.answer = '';
    this.isConnected = this.wasConnected = false;
    /** The restart on its way. @type {AbortController | null} */
    this.restarting = null;
    this.hasRestarted = false;
    /** Candidates that the host does not know yet. @type {string[]} */
    this.late = [];
    this.trickleTimer = 0;
    this.offer = offerTo(token);
    this.aborter = this.offer.aborter;
    this.peer = this.offer.peer;
    this.control = this.offer.control;
    this.pointer = this.offer.pointer;
    /** Brings exact still pictures. What it lacks, the video shows; so nobody waits for it. */
    this.still = this.offer.still;
    this.#listen();
  }

  /** What a WebSocket calls the session by. @returns {string | null} */
  get session() {
    return this.resource?.match(/[^/]+$/)?.[0] ?? null;
  }

  get isOpen() {
    return this.control.readyState === 'open' && this.pointer.readyState === 'open';
  }

  get isClosed() {
    return this.aborter.signal.aborted;
  }

  #listen() {
    const { peer, control, pointer, listener } = this;
    const on = this.#on.bind(this);
    on(peer, 'connectionstatechange', () => this.#connectionChanged());
    on(peer, 'iceconnectionstatechange', () => this.#iceChanged());
    on(peer, 'icecandidate', (event) => this.#foundCandidate(/** @type {RTCPeerConnectionIceEvent} */ (event).candidate));
    for (const channel of [control, pointer]) {
      on(channel, 'open', () => this.#linked());
      on(channel, 'close', () => listener.dead());
    }
  }

  /** What happened before this page's other modules were there. */
  #catchUp() {
    const { peer, control, pointer, still, offer, listener } = this;
    listener.track(new MediaStream(peer.getReceivers().map(({ track }) => track)));
    if (peer.connectionState !== 'new') this.#connectionChanged();
    offer.hear(control, (data) => listener.control(data));
    offer.hear(pointer, (data) => listener.pointer(data));
    offer.hear(still, (data) => listener.still(data));
    if (!this.isClosed && (control.readyState === 'closed' || pointer.readyState === 'closed')) listener.dead();
  }

  /** @param {EventTarget} target @param {string} type @param {(event: Event) => void} heard */
  #on(target, type, heard) {
    target.addEventListener(type, heard, { signal: this.aborter.signal });
  }

  #connectionChanged() {
    const state = this.peer.connectionState;
    this.isConnected = state === 'connected';
    this.wasConnected ||= this.isConnected;
    if (state === 'failed') return this.listener.failed();
    if (!this.isConnected) return;
    this.listener.connected();
    this.#linked();
    const ice = this.peer.getReceivers()[0]?.transport?.iceTransport;
    if (ice) ice.onselectedcandidatepairchange = () => this.isClosed || this.listener.rerouted();
  }

  #iceChanged() {
    const state = this.peer.iceConnectionState;
    if (state === 'disconnected') this.listener.doubtful();
    else if (state === 'connected' || state === 'completed') this.#linked();
  }

  #linked() {
    if (this.isConnected && this.isOpen) this.listener.linked();
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
      const roundTripMs = roundTripOf(response.url) ?? performance.now() - this.offer.sentAt;
      const location = response.headers.get('Location');
      this.resource = location && new URL(location, response.url).href;
      this.tag = response.headers.get('ETag');
      this.answer = await this.offer.answer;
      if (this.isClosed) return;
      this.listener.answered({ roundTripMs, hasServers: iceServersOf(response.headers.get('Link')).length > 0 });
    } catch {
      // The answer broke off.
      return this.isClosed ? undefined : this.listener.lost('refused');
    }
    const isUnderstood = await this.offer.understood;
    if (this.isClosed) return;
    // What the browser does not understand, the WebSocket may still bring.
    if (isUnderstood) this.#catchUp();
    else this.listener.dead();
  }

  /** Looks for another path to the same session (RFC 9725, section 4.3.3). Takes the place of a restart that is on its way. */
  async restart() {
    const { peer, resource } = this;
    if (this.isClosed || !resource || peer.connectionState === 'closed') return;
    this.hasRestarted = true;
    this.restarting?.abort();
    const restarting = (this.restarting = new AbortController());
    const isOver = () => this.isClosed || restarting !== this.restarting;
    const patience = setTimeout(() => restarting.abort(), PATCH_MS);
    let isTaken = false;
    try {
      this.late = [];
      const isQuick = this.wasConnected || !peer.getConfiguration().iceServers?.length;
      const gathered = gatheredIn(peer, isQuick ? SETTLE_MS : GATHER_MS, GATHER_MS);
      await peer.setLocalDescription(await peer.createOffer({ iceRestart: true }));
      await gathered;
      if (isOver()) return;
      const body = fragmentOf(peer.localDescription?.sdp ?? '');
      this.late = [];
      const headers = { ...authorization(this.token), ...FRAGMENT, 'If-Match': '"*"' };
      const response = await request(resource, { method: 'PATCH', headers, body, signal: restarting.signal });
      if (isOver()) return;
      if (NO_RESTART.includes(response.status)) return this.listener.noRestart();
      const sdp = response.status === 200 ? restarted(this.answer, await response.text()) : null;
      if (sdp === null || isOver()) return;
      this.tag = response.headers.get('ETag');
      isTaken = true;
      await peer.setRemoteDescription({ type: 'answer', sdp });
      this.answer = sdp;
    } catch {
      // The line is still cut, or the browser refuses: the next restart may do better.
    } finally {
      clearTimeout(patience);
      if (!isOver()) await this.#restarted(isTaken);
    }
  }

  /** The newest restart is over. @param {boolean} isTaken Whether the host took part. */
  async #restarted(isTaken) {
    const { peer } = this;
    this.restarting = null;
    if (isTaken) return this.#trickle();
    // The path that there was may still hold. What was found for another one is not of it.
    this.late = [];
    if (peer.signalingState === 'have-local-offer') await peer.setLocalDescription({ type: 'rollback' }).catch(() => {});
  }

  /** @param {RTCIceCandidate | null} candidate */
  #foundCandidate(candidate) {
    // The first offer's are not needed: the host learns them from the browser's checks.
    if (!candidate?.candidate || !this.hasRestarted) return;
    this.late.push(candidate.candidate);
    clearTimeout(this.trickleTimer);
    this.trickleTimer = window.setTimeout(() => this.#trickle(), TRICKLE_MS);
  }

  #trickle() {
    const sdp = this.peer.localDescription?.sdp;
    if (this.isClosed || this.restarting || !this.resource || !sdp || this.late.length === 0) return;
    const body = fragmentOf(sdp, { candidates: this.late.splice(0) });
    const headers = { ...authorization(this.token), ...FRAGMENT, ...(this.tag ? { 'If-Match': this.tag } : {}) };
    // A candidate that gets lost is one path fewer.
    request(this.resource, { method: 'PATCH', headers, body, signal: this.aborter.signal }).catch(() => {});
  }

  /** The rung that this connection is; null while there is no path. @returns {Promise<'udp' | 'tcp' | 'turn' | null>} */
  async rung() {
    const report = await this.peer.getStats().catch(() => null);
    const pair = report && selectedPair([...report.values()]);
    if (!pair) return null;
    const isRelayed = pair.local?.['candidateType'] === 'relay' || pair.remote?.['candidateType'] === 'relay';
    return isRelayed ? 'turn' : pair.local?.['protocol'] === 'tcp' ? 'tcp' : 'udp';
  }

  /** It carries nothing any more; the session at the host goes on. */
  silence() {
    this.peer.close();
  }

  /** Ends the session here, and at the host if it still hears us. */
  close() {
    if (this.isClosed) return;
    this.aborter.abort();
    this.restarting?.abort();
    clearTimeout(this.trickleTimer);
    this.peer.close();
    if (!this.resource) return;
    // keepalive: the page may be on its way out. A host that is gone needs no goodbye.
    request(this.resource, { method: 'DELETE', headers: authorization(this.token), keepalive: true }).catch(() => {});
  }
}

/** Of the newest request there, without what the page itself was busy with meanwhile. @param {string} url */
function roundTripOf(url) {
  const timing = /** @type {PerformanceResourceTiming | undefined} */ (performance.getEntriesByName(url).at(-1));
  return timing && timing.requestStart > 0 ? timing.responseStart - timing.requestStart : null;
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
