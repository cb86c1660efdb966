// Collects what the statistics show, for the overlay and for `window.heliograph.stats()`.

/** @import { HostClock } from '../core/clock.js' */
/** @import { LinkReading, Spread } from '../core/stats.js' */
/** @import { Rung } from '../core/wire.gen.js' */
/** @import { ShownFrame } from './stage.js' */
/** @import { Ways } from './ways.js' */
import { FrameRate, InputDelays, NO_FIGURES, readReport, Samples, since } from '../core/stats.js';

/**
 * The record of {@link Figures.record}. Times in milliseconds. What the browser's getStats() says (bitrate, packets,
 * dropped frames, transport, codec) is null until half a second after the first call, and as fresh as that.
 * @typedef {object} StatsRecord
 * @property {string} state The session's phase, e.g. `live`.
 * @property {string | null} role `view` or `control`.
 * @property {number} framesPerSecond Shown in the last second.
 * @property {number} framesShown Since the start or the last resetStats().
 * @property {number[]} shownAtMs When each of them was shown, on performance.now()'s clock; the newest only.
 * @property {number | null} firstPictureMs From the start of the page's navigation.
 * @property {number} reconnects Times that the picture came back.
 * @property {Spread} drawnToShownMs From the host's drawing of a frame to the page's word that it is shown.
 * @property {Spread} inputToShownMs From an input's sending to the first shown frame that has it.
 * @property {number | null} roundTripMs Of pings on the data channel, smoothed.
 * @property {Rung | null} rung By which way the picture comes; null before the first.
 * @property {number} width Of the picture, in pixels.
 * @property {number} height Of the picture, in pixels.
 * @property {number | null} bitrateBps
 * @property {number | null} packetsLost
 * @property {number | null} packetsReceived
 * @property {number | null} framesDropped
 * @property {number | null} jitterBufferMs
 * @property {string | null} transport
 * @property {string | null} candidateType
 * @property {string | null} codec
 */

/** getStats() costs the browser work, so it is asked only this long after anyone wanted to know. */
const INTEREST_MS = 10_000;
const EVERY_MS = 500;

export class Figures {
  constructor() {
    this.rate = new FrameRate();
    this.shownAt = new Samples();
    this.drawn = new Samples();
    this.inputs = new InputDelays();
    this.framesShown = 0;
    /** @type {number | null} */
    this.firstPictureMs = null;
    /** @type {Ways | null} */
    this.ways = null;
    this.link = NO_FIGURES;
    /** @type {LinkReading | null} */
    this.reading = null;
    this.wantedUntil = 0;
    this.timer = 0;
  }

  /** A new session: its counters begin at zero. @param {Ways} ways */
  connected(ways) {
    this.ways = ways;
    this.reading = null;
    this.link = NO_FIGURES;
    const { samples } = this.inputs;
    this.inputs = new InputDelays();
    this.inputs.samples = samples;
  }

  /** @param {number} now */
  picture(now) {
    this.firstPictureMs ??= now;
  }

  /** @param {ShownFrame} frame @param {HostClock} clock */
  frame({ now, rtpTimestamp, count }, clock) {
    this.framesShown += count;
    this.shownAt.add(now);
    for (let each = 0; each < Math.min(count, 10); each += 1) this.rate.frame(now);
    if (rtpTimestamp === undefined) return;
    const ageMs = clock.ageOfFrameMs(rtpTimestamp, now);
    // A frame from before this connection's clock reading, or from a host of another clock, says nothing.
    if (ageMs !== null && Math.abs(ageMs) < 60_000) this.drawn.add(ageMs);
    this.inputs.frame(rtpTimestamp, now);
  }

  /** Begins to count anew: frames, and the samples of all delays. */
  reset() {
    this.framesShown = 0;
    this.shownAt.clear();
    this.drawn.clear();
    this.inputs.samples.clear();
  }

  /** Someone reads the figures: keeps them fresh for a while. */
  want() {
    this.wantedUntil = performance.now() + INTEREST_MS;
    if (this.timer === 0) void this.#read();
  }

  async #read() {
    this.timer = window.setTimeout(() => {
      this.timer = 0;
      if (performance.now() < this.wantedUntil) void this.#read();
    }, EVERY_MS);
    const { ways } = this;
    if (!ways) return;
    const { figures, reading } = (ways.ladder.carrying === 'ws' ? this.#readSocket(ways) : await this.#readPeer(ways)) ?? {};
    if (!figures || ways !== this.ways) return;
    this.link = figures;
    this.reading = reading ?? null;
  }

  /** @param {Ways} ways */
  async #readPeer({ connection }) {
    if (!connection || connection.peer.connectionState === 'closed') return null;
    const report = await connection.peer.getStats().catch(() => null); // Closed meanwhile.
    return report && readReport(report.values(), this.reading);
  }

  /** @param {Ways} ways */
  #readSocket({ socket }) {
    if (!socket) return null;
    const reading = { timestamp: performance.now(), bytes: socket.bytes, bufferDelayS: 0, buffered: 0 };
    const codec = socket.rung === 'jpeg' ? 'JPEG' : 'H264';
    const figures = { ...NO_FIGURES, ...since(this.reading, reading), transport: 'websocket', framesDropped: socket.decoder.dropped, codec };
    return { figures, reading };
  }

  /**
   * @param {{ phase: string, role: string | null, reconnects: number, rung: Rung | null }} session
   * @param {{ width: number, height: number }} size
   * @param {HostClock} clock
   * @returns {StatsRecord}
   */
  record({ phase, role, reconnects, rung }, size, clock) {
    return {
      state: phase,
      role,
      framesPerSecond: this.rate.perSecond(performance.now()),
      framesShown: this.framesShown,
      shownAtMs: this.shownAt.values.slice(),
      firstPictureMs: this.firstPictureMs,
      reconnects,
      drawnToShownMs: this.drawn.spread(),
      inputToShownMs: this.inputs.samples.spread(),
      roundTripMs: clock.roundTripMs,
      rung,
      ...size,
      ...this.link,
    };
  }
}
