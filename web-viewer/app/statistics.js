// The statistics overlay. Loaded when it is opened first.

/** @import { StatsRecord } from './figures.js' */
import { RUNGS } from '../core/words.js';
import { element, write } from './elements.js';

const EVERY_MS = 500;
/** Of the trace: as many frames as it is wide in half units, up to twice the bar of drawn → shown. */
const TRACE_FRAMES = 120;
const TRACE_TOP_MS = 60;

export class Statistics {
  /** @param {() => StatsRecord} read Called twice a second while the overlay is open. */
  constructor(read) {
    this.read = read;
    this.line = element('trace-line', SVGPathElement);
    this.timer = 0;
  }

  /** @param {boolean} isOpen */
  toggle(isOpen) {
    clearInterval(this.timer);
    if (!isOpen) return;
    this.timer = window.setInterval(() => this.#show(), EVERY_MS);
    this.#show();
  }

  #show() {
    const stats = this.read();
    for (const [id, [figure, aside]] of Object.entries(rowsOf(stats))) {
      const row = element(`s-${id}`, HTMLElement);
      write(row, figure);
      if (!aside) continue;
      const small = document.createElement('small');
      small.textContent = ` ${aside}`;
      row.append(small);
    }
    this.line.setAttribute('d', traceOf(stats.drawnToShownMs.samples.slice(-TRACE_FRAMES)));
  }
}

/** @param {StatsRecord} stats @returns {Record<string, [figure: string, aside?: string]>} */
function rowsOf(stats) {
  const { drawnToShownMs: drawn, inputToShownMs: input } = stats;
  return {
    frames: [`${stats.framesPerSecond} /s`],
    drawn: [inMs(drawn.median), drawn.p95 === null ? '' : `p95 ${inMs(drawn.p95)}`],
    input: [inMs(input.median), input.p95 === null ? '' : `p95 ${inMs(input.p95)}`],
    trip: [inMs(stats.roundTripMs)],
    bitrate: [inBits(stats.bitrateBps)],
    size: [stats.width ? `${stats.width} × ${stats.height}` : '–'],
    lost: lossOf(stats),
    dropped: [String(stats.framesDropped ?? '–')],
    path: [stats.rung ? RUNGS[stats.rung] : '–', pathOf(stats)],
    codec: [stats.codec ?? '–'],
  };
}

/** @param {StatsRecord} stats */
function pathOf({ transport, candidateType }) {
  return candidateType ? `${transport?.toUpperCase()} ${candidateType}` : '';
}

/** @param {number | null} ms */
function inMs(ms) {
  return ms === null ? '–' : `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}

/** @param {number | null} bps */
function inBits(bps) {
  if (bps === null) return '–';
  return bps < 1e6 ? `${Math.round(bps / 1000)} kbit/s` : `${(bps / 1e6).toFixed(1)} Mbit/s`;
}

/** @param {StatsRecord} stats @returns {[string, string?]} */
function lossOf({ packetsLost: lost, packetsReceived: received }) {
  if (lost === null || received === null) return ['–'];
  const percent = (100 * Math.max(lost, 0)) / Math.max(received + lost, 1);
  return [String(lost), `${percent.toFixed(1)} %`];
}

/** A line of the newest delays, in the trace's units of 240 × 40. @param {number[]} delaysMs */
function traceOf(delaysMs) {
  if (delaysMs.length < 2) return '';
  const step = 240 / (TRACE_FRAMES - 1);
  const left = 240 - step * (delaysMs.length - 1);
  const points = delaysMs.map((ms, index) => {
    const y = 39 - 38 * Math.min(1, Math.max(0, ms / TRACE_TOP_MS));
    return `${(left + index * step).toFixed(1)} ${y.toFixed(1)}`;
  });
  return `M${points.join('L')}`;
}
