// A real browser in a viewer's namespace, through tests/browser/driver.mjs.
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as passed } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { HOST_ADDRESS } from './lab.mjs';

const DRIVER = fileURLToPath(new URL('../browser/driver.mjs', import.meta.url));
const FLAGS = [
  '--ignore-certificate-errors', '--force-color-profile=srgb', '--no-proxy-server',
  // A link by the host's own address is http; for WebCodecs that is no secure context.
  `--unsafely-treat-insecure-origin-as-secure=http://${HOST_ADDRESS}:8400`,
];

/** What the page says of itself. */
const SEEN = `(() => {
  const text = (id) => document.getElementById(id)?.innerText.trim() ?? '';
  const card = document.getElementById('card');
  const stats = window.heliograph?.stats() ?? {};
  const { state, framesShown, firstPictureMs, transport, candidateType } = stats;
  return {
    phase: state ?? 'loading', framesShown: framesShown ?? 0, firstPictureMs, transport, candidateType,
    rung: document.body.dataset.rung ?? '',
    exact: document.body.dataset.exact === 'true', state: text('state'),
    card: card?.checkVisibility?.() === false ? '' : [text('card-heading'), text('card-detail')].filter(Boolean).join(' '),
    sinceStartMs: performance.now(),
  };
})()`;

/** @typedef {{ phase: string, framesShown: number, firstPictureMs: number | null, rung: string, exact: boolean, state: string,
 *   card: string, sinceStartMs: number, transport: string | null, candidateType: string | null }} Seen */

export class Browser {
  /** @param {import('./lab.mjs').Lab} lab @param {{ viewer?: number, kind?: 'chromium' | 'firefox' }} [options] */
  static async start(lab, { viewer = 0, kind = 'chromium' } = {}) {
    const browser = new Browser(lab.spawn(`view${viewer}`, process.execPath, [DRIVER, ...FLAGS], 'pipe', { BROWSER: kind }));
    browser.version = (await browser.answer()).ready;
    return browser;
  }

  /** @param {import('node:child_process').ChildProcess} child */
  constructor(child) {
    this.child = child;
    /** @type {{ resolve: (answer: any) => void, reject: (error: Error) => void }[]} */
    this.waiting = [];
    child.once('exit', () => {
      for (const { reject } of this.waiting.splice(0)) reject(new Error('the browser ended'));
    });
    createInterface({ input: child.stdout }).on('line', (line) => this.waiting.shift()?.resolve(JSON.parse(line)));
  }

  /** @returns {Promise<any>} */
  answer() { return new Promise((resolve, reject) => this.waiting.push({ resolve, reject })); }

  /** One of the driver's actions. @returns {Promise<any>} */
  async ask(request) {
    const answer = this.answer();
    this.child.stdin?.write(`${JSON.stringify(request)}\n`);
    const { value, error } = await answer;
    if (error) throw new Error(error);
    return value;
  }

  /** Opens a page of 1280×720. */
  async open(url, name = 'page') {
    await this.ask({ do: 'open', page: name, url, insecure: true });
    return new Page(this, name);
  }

  async end() {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.stdin?.end();
    const ended = await Promise.race([once(this.child, 'exit'), passed(5000)]);
    if (!ended) this.child.kill('SIGKILL');
  }
}

export class Page {
  constructor(browser, name) {
    this.browser = browser;
    this.name = name;
  }

  ask(request) { return this.browser.ask({ page: this.name, ...request }); }
  /** @param {string} script @returns {Promise<any>} */
  eval(script) { return this.ask({ do: 'eval', script }); }
  /** @returns {Promise<Seen>} */
  seen() { return this.eval(SEEN); }
  close() { return this.ask({ do: 'close' }); }

  /** Asks until it is so. @param {(seen: Seen) => boolean} isSo @returns {Promise<Seen>} */
  async until(what, isSo, patienceMs = 20_000) {
    const end = performance.now() + patienceMs;
    for (;;) {
      const seen = await this.seen();
      if (isSo(seen)) return seen;
      if (performance.now() > end) throw new Error(`waited ${patienceMs} ms in vain until ${what}: ${JSON.stringify(seen)}`);
      await passed(20);
    }
  }

  /** Waits in the page for its badge: to be asked again and again would take the time that is measured. Resolves to whether it came. */
  exact(patienceMs = 20_000) {
    return this.eval(`new Promise((resolve) => {
      const look = () => document.body.dataset.exact === 'true' && (observer.disconnect(), resolve(true));
      const observer = new MutationObserver(look);
      observer.observe(document.body, { attributeFilter: ['data-exact'] });
      setTimeout(() => (observer.disconnect(), resolve(false)), ${patienceMs});
      look();
    })`);
  }

  live(patienceMs = 20_000) {
    return this.until('the picture is there', ({ phase, framesShown }) => phase === 'live' && framesShown > 0, patienceMs);
  }

  /** Begins to count anew; the page's clock now. @returns {Promise<number>} */
  reset() { return this.eval('(window.heliograph.resetStats(), performance.now())'); }
  /** StatsRecord of web-viewer/app/figures.js, with the page's clock. @returns {Promise<any>} */
  stats() { return this.eval('({ now: performance.now(), ...window.heliograph.stats() })'); }

  /** Turns the scene from inside the page for so long: one pointer move each 33 ms. Resolves at its end. */
  turn(seconds) {
    return this.eval(`(async () => {
      const view = document.getElementById('view');
      const pointer = (type, x, buttons) => view.dispatchEvent(new PointerEvent(type, {
        clientX: x, clientY: 360, button: type === 'pointermove' ? -1 : 0, buttons, pointerId: 1, pointerType: 'mouse',
        isPrimary: true, bubbles: true, cancelable: true,
      }));
      const at = (step) => 640 + 300 * Math.sin(step / 20);
      view.setPointerCapture = () => {};
      pointer('pointerdown', at(0), 1);
      const end = performance.now() + ${seconds * 1000};
      let step = 0;
      await new Promise((resolve) => {
        const timer = setInterval(() => {
          step += 1;
          pointer('pointermove', at(step), 1);
          if (performance.now() > end) { clearInterval(timer); resolve(); }
        }, 33);
      });
      pointer('pointerup', at(step), 0);
    })()`);
  }

  /** Only the picture, without the bars over it, as a PNG file. @param {string} path */
  async shot(path) {
    await this.eval(`for (const over of document.querySelectorAll('body > :not(#view), #overlay')) over.style.visibility = 'hidden'`);
    await this.ask({ do: 'shot', path });
  }
}
