// The host's monotonic clock as the page knows it, from pings.

const WINDOW = 32;
const RTP_TICKS_PER_MS = 90; // RFC 6184: video runs at 90 kHz.

export class HostClock {
  constructor() {
    /** @type {{ offsetMs: number, roundTripMs: number }[]} The newest last. */
    this.samples = [];
    /** Smoothed, in milliseconds; null before the first pong. @type {number | null} */
    this.roundTripMs = null;
  }

  /**
   * A pong came.
   * @param {number} sentMs When the ping left, on the page's clock.
   * @param {number} hostMs When the host answered, on its own.
   * @param {number} nowMs On the page's clock.
   */
  sample(sentMs, hostMs, nowMs) {
    const roundTripMs = nowMs - sentMs;
    if (!(roundTripMs >= 0) || !Number.isFinite(hostMs)) return;
    this.samples.push({ offsetMs: hostMs - (sentMs + nowMs) / 2, roundTripMs });
    if (this.samples.length > WINDOW) this.samples.shift();
    this.roundTripMs = this.roundTripMs === null ? roundTripMs : this.roundTripMs * 0.75 + roundTripMs * 0.25;
  }

  /**
   * What to add to the page's clock to have the host's; null before the first pong. The quickest ping of the last
   * ones knows best: whatever delayed the others delayed one direction only.
   * @returns {number | null}
   */
  get offsetMs() {
    const [first, ...others] = this.samples;
    if (!first) return null;
    return others.reduce((best, sample) => (sample.roundTripMs <= best.roundTripMs ? sample : best), first).offsetMs;
  }

  /**
   * How long ago the frame with this RTP timestamp was drawn, in milliseconds; null before the first pong.
   * @param {number} rtpTimestamp Host milliseconds × 90, modulo 2³².
   * @param {number} nowMs On the page's clock.
   * @returns {number | null}
   */
  ageOfFrameMs(rtpTimestamp, nowMs) {
    const offsetMs = this.offsetMs;
    if (offsetMs === null) return null;
    const nowTicks = (nowMs + offsetMs) * RTP_TICKS_PER_MS;
    const whole = Math.floor(nowTicks);
    return (ticksBetween(rtpTimestamp, whole % 2 ** 32) + (nowTicks - whole)) / RTP_TICKS_PER_MS;
  }
}

/**
 * `to - from` in RTP ticks, across the wrap: from -2³¹ to 2³¹ - 1.
 * @param {number} from
 * @param {number} to
 */
export const ticksBetween = (from, to) => (to - from) | 0;
