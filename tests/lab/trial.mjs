// One scenario's lab, host and browsers, all of which end with it.
import { setTimeout as passed } from 'node:timers/promises';
import { Browser } from './browser.mjs';
import { FOLDER, found } from './enter.mjs';
import { Host } from './host.mjs';
import { Lab } from './lab.mjs';
import { framesPerSecond, frozenSeconds } from './measure.mjs';

/** Thrown by a scenario that this machine cannot play. */
export class Skipped extends Error {}

/** A claim that a scenario makes. @param {unknown} isSo @param {string} what */
export function claim(isSo, what) {
  if (!isSo) throw new Error(`not so: ${what}`);
}

/**
 * @typedef {{ name: string, value: number | null, unit: string, bar?: number, better?: 'lower' | 'higher', libwebrtc?: string }} Figure
 * @typedef {{ fps: number, frozen: number, width: number, height: number, queueP95: number, queueMax: number, kbps: number,
 *   lost: number, queueDropped: number, input: { median: number | null, p95: number | null, samples: number[] }, rung: string,
 *   drawn: { median: number | null, p95: number | null }, shownAtMs: number[], from: number, to: number, line: any }} Motion
 */

export class Trial {
  /** @param {{ program: string, shaper: string, seed: number, isBench: boolean }} settings */
  constructor({ program, shaper, seed, isBench }) {
    Object.assign(this, { program, shaper });
    this.seed = seed;
    /** Whether figures count; else it is only tried that things work, as quickly as that goes. */
    this.isBench = isBench;
    /** @type {Figure[]} */
    this.figures = [];
    /** What it was like, in words. */
    this.notes = [];
    /** @type {(() => Promise<void>)[]} */
    this.ends = [];
    this.profile = '';
  }

  /** @param {string} name @param {number | null} value @param {string} unit @param {Partial<Figure>} [more] */
  figure(name, value, unit, more = {}) {
    const rounded = value === null ? null : Math.round(value * 1000) / 1000;
    this.figures.push({ name, value: rounded, unit, ...more });
  }
  note(text) { this.notes.push(text); }

  /** @param {{ viewers?: number, turn?: boolean }} [options] */
  async lab({ viewers = 1, turn = false } = {}) {
    if (turn && !found('turnserver')) throw new Skipped('missing: turnserver (coturn)');
    this.net = await Lab.up({ shaper: this.shaper, viewers, seed: this.seed });
    this.ends.push(() => this.net.down());
    if (turn) await this.net.startTurn();
    return this.net;
  }
  /** The same line both ways, from now on. @param {string} profile */
  async shape(profile, viewer = 0) {
    this.profile = this.profile ? `${this.profile}; ${profile}` : profile;
    return this.net.shape(profile, { viewer });
  }
  async host(options = {}) {
    const host = await Host.start(this.net, this.program, options);
    this.ends.push(() => host.end());
    return host;
  }
  /** @param {{ viewer?: number, kind?: 'chromium' | 'firefox' }} [options] */
  async browser(options = {}) {
    if (options.kind === 'firefox' && !found('firefox-esr')) throw new Skipped('missing: firefox-esr');
    const browser = await Browser.start(this.net, options);
    this.ends.push(() => browser.end());
    return browser;
  }
  /** A page that shows the live picture. */
  async watch(host, options = {}) {
    const page = await (await this.browser(options)).open(host.link);
    await page.live(this.isBench ? 30_000 : 20_000);
    return page;
  }

  /**
   * What a viewer sees of so many seconds of motion.
   * @param {Host} host @param {import('./browser.mjs').Page} page
   * @param {{ seconds: number, by?: 'host' | 'page', viewer?: number, during?: (page: number) => Promise<void> }} options
   *   `by`: who turns the scene; where the page does, its inputs are timed. `during`: what happens meanwhile, from the given
   *   time of the page's clock on.
   * @returns {Promise<Motion>}
   */
  async motion(host, page, { seconds, by = 'host', viewer = 0, during = async () => {} }) {
    if (by === 'host') host.turn();
    await this.net.report(viewer);
    const from = await page.reset();
    const turning = by === 'page' ? page.turn(seconds) : passed(seconds * 1000);
    await Promise.all([turning, during(from)]);
    const stats = await page.stats();
    const line = await this.net.report(viewer);
    if (by === 'host') host.rest();
    const [to, { rung }] = [stats.now, await page.seen()];
    const { forth } = line;
    return {
      fps: framesPerSecond(stats.shownAtMs, from, to), frozen: frozenSeconds(stats.shownAtMs, from, to), rung,
      width: stats.width, height: stats.height, queueP95: forth.queue_ms_p95, queueMax: forth.queue_ms_max,
      kbps: (forth.bytes * 8) / (to - from), lost: forth.lost, queueDropped: forth.queue_dropped,
      input: stats.inputToShownMs, drawn: stats.drawnToShownMs, shownAtMs: stats.shownAtMs, from, to, line,
    };
  }

  /** A file of this trial's own. @param {string} name */
  path(name) { return `${FOLDER}/${name}`; }

  async end() {
    for (const end of this.ends.splice(0).reverse()) await end();
  }
}
