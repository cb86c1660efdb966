// Measures the whole chain with the release build and a real Chromium: one JSON record a line on stdout.
//
//   node tests/bench/chain.mjs TARGET [PART]      PART: latency, controls, viewers, still, firstPicture, comeAndGo, sharing, undisturbed
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';

const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--autoplay-policy=no-user-gesture-required',
];
const PROGRAM = `${process.argv[2] ?? 'target'}/release/heliograph`;
const SCENE = 'app/samples/autzen.laz';
const ONLY = process.argv[3];

/** One figure, as tests/bench/run.mjs reads it. */
const record = (group, what, value, unit, more = {}) =>
  console.log(JSON.stringify({ name: `${group}: ${what}`, value: Math.round(value * 1000) / 1000, unit, ...more }));
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** A running host that is asked and answers in JSON lines. */
class Host {
  static running = new Set();
  constructor(args) {
    Host.running.add(this);
    this.process = spawn(PROGRAM, ['--json', ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.seen = [];
    this.waiting = [];
    createInterface({ input: this.process.stdout }).on('line', (line) => {
      const event = JSON.parse(line);
      this.seen.push(event);
      this.waiting = this.waiting.filter((wait) => !wait(event));
    });
  }
  static async headless() {
    const host = new Host(['--headless', '--size', '1280x720', SCENE]);
    await host.once('loaded');
    return host;
  }
  once(kind, fits = () => true) {
    return new Promise((resolve) => this.waiting.push((event) => event.event === kind && fits(event) && (resolve(event), true)));
  }
  last(kind) { return this.seen.findLast((event) => event.event === kind && (kind !== 'sidecar' || event.pid)); }
  get link() { return this.last('sharing').control; }
  get sidecar() { return this.last('sidecar').pid; }
  ask(request) { this.process.stdin.write(`${JSON.stringify(request)}\n`); }
  async figures() {
    const answer = this.once('figures');
    this.ask({ do: 'figures' });
    return answer;
  }
  async end() {
    Host.running.delete(this);
    this.process.kill('SIGKILL');
    await new Promise((resolve) => this.process.once('exit', resolve));
  }
}

/** Seconds of CPU that a process has used (proc(5): utime and stime in ticks of 10 ms). */
const cpuSeconds = (pid) => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
};
const residentMb = (pid) => Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]) / 1024;

/** @param {import('playwright-core').Browser} browser */
async function watch(browser, url) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
  // The page keeps its connection to itself; what it received is asked of the connection.
  await context.addInitScript(() => {
    const Peer = window.RTCPeerConnection;
    window.RTCPeerConnection = class extends Peer {
      constructor(...args) {
        super(...args);
        window.peerOfTheBench = this;
      }
    };
  });
  const page = await context.newPage();
  await page.goto(url);
  const isLive = () => page.evaluate(() => window.heliograph?.stats().state === 'live' && window.heliograph.stats().framesShown > 0);
  while (!(await isLive())) await sleep(20);
  return page;
}

/** Turns the scene from inside the page, one pointer move every `everyMs`, for so long. */
const turn = (page, seconds, everyMs) => page.evaluate(async ({ seconds, everyMs }) => {
  const stage = document.getElementById('stage');
  const pointer = (type, x, buttons) => stage.dispatchEvent(new PointerEvent(type, {
    clientX: x, clientY: 360, button: type === 'pointermove' ? -1 : 0, buttons, pointerId: 1, pointerType: 'mouse', isPrimary: true, bubbles: true, cancelable: true,
  }));
  pointer('pointerdown', 400, 1);
  const end = performance.now() + seconds * 1000;
  let step = 0;
  await new Promise((resolve) => {
    const timer = setInterval(() => {
      step += 1;
      pointer('pointermove', 400 + 300 * Math.sin(step / 20), 1);
      if (performance.now() > end) { clearInterval(timer); resolve(); }
    }, everyMs);
  });
  pointer('pointerup', 400 + 300 * Math.sin(step / 20), 0);
}, { seconds, everyMs });

const stats = (page) => page.evaluate(() => window.heliograph.stats());
const reset = (page) => page.evaluate(() => window.heliograph.resetStats());

async function latency(browser) {
  const host = await Host.headless();
  const page = await watch(browser, host.link);
  await sleep(1500);
  for (const [name, everyMs, seconds] of [['while turning', 33, 12], ['from a still scene', 900, 30]]) {
    await reset(page);
    await turn(page, seconds, everyMs);
    await sleep(300);
    const { drawnToShownMs: drawn, inputToShownMs: input, framesShown } = await stats(page);
    const group = `latency, 720p, 110,000 points, ${name}`;
    record(group, 'drawn → shown, median', drawn.median, 'ms', { bar: 15, samples: drawn.samples.length });
    record(group, 'drawn → shown, p95', drawn.p95, 'ms', { bar: 30 });
    record(group, 'input → shown, median', input.median, 'ms', { bar: 22, samples: input.samples.length });
    record(group, 'input → shown, p95', input.p95, 'ms', { bar: 45 });
    record(group, 'frames shown', framesShown / seconds, '1/s');
  }
  await host.end();
}

async function viewers(browser) {
  const host = await Host.headless();
  const pages = [];
  let base = 0;
  for (const count of [1, 2, 4, 8]) {
    while (pages.length < count) pages.push(await watch(browser, host.link));
    await sleep(1000);
    await Promise.all(pages.map(reset));
    const driver = setInterval(() => host.ask({ do: 'command', command: { type: 'orbit', dx: 0.004, dy: 0 } }), 33);
    const [began, pid] = [performance.now(), host.sidecar];
    const before = cpuSeconds(pid);
    await sleep(10_000);
    const seconds = (performance.now() - began) / 1000;
    const share = ((cpuSeconds(pid) - before) / seconds) * 100;
    clearInterval(driver);
    const rates = (await Promise.all(pages.map(stats))).map((one) => one.framesShown / seconds);
    const group = `viewers, 720p, 30 frames/s`;
    if (count === 1) base = share;
    record(group, `sidecar with ${count} viewer${count > 1 ? 's' : ''}`, share, '% of a core', count === 1 ? { bar: 20 } : {});
    if (count > 1) record(group, `each further viewer, of ${count}`, (share - base) / (count - 1), '% of a core', { bar: 1 });
    record(group, `frames shown by each of ${count}, median`, median(rates), '1/s', { spread: [Math.min(...rates), Math.max(...rates)] });
  }
  await host.end();
}

async function still(browser) {
  const host = await Host.headless();
  const page = await watch(browser, host.link);
  await sleep(4000);
  const received = () => page.evaluate(async () => {
    const reports = [...(await window.peerOfTheBench.getStats()).values()];
    return reports.find((report) => report.type === 'transport').bytesReceived;
  });
  const pids = [host.process.pid, host.sidecar];
  const [bytes, cpu, began] = [await received(), pids.map(cpuSeconds), performance.now()];
  await sleep(20_000);
  const seconds = (performance.now() - began) / 1000;
  const used = pids.reduce((sum, pid, index) => sum + cpuSeconds(pid) - cpu[index], 0);
  const after = await received();
  record('still scene', 'received', ((after - bytes) * 8) / seconds / 1000, 'kbit/s', { bar: 5 });
  record('still scene', 'app and sidecar', (used / seconds) * 100, '% of a core', { bar: 1 });
  record('still scene', 'memory of the app', residentMb(pids[0]), 'MB');
  record('still scene', 'memory of the sidecar', residentMb(pids[1]), 'MB');
  await host.end();
}

async function firstPicture(browser) {
  const host = await Host.headless();
  const times = [];
  for (let round = 0; round < 9; round += 1) {
    const page = await watch(browser, host.link);
    times.push((await stats(page)).firstPictureMs);
    await page.context().close();
    await sleep(300);
  }
  record('opening the link', 'first picture, median', median(times), 'ms', { bar: 500, spread: [Math.min(...times), Math.max(...times)] });
  const [page] = [await (await browser.newContext()).newPage()];
  let wire = 0;
  page.on('response', async (response) => {
    const body = await response.body().catch(() => Buffer.alloc(0));
    const sizes = await response.request().sizes().catch(() => null);
    wire += sizes?.responseBodySize || gzipSync(body).length;
  });
  await page.goto(host.link.split('#')[0], { waitUntil: 'networkidle' });
  record('opening the link', 'page over the wire', wire / 1000, 'kB', { bar: 60 });
  await host.end();
}

async function comeAndGo(browser) {
  const host = await Host.headless();
  const visit = async () => {
    const page = await watch(browser, host.link);
    await page.context().close();
  };
  // The first visits fill caches that stay.
  for (let round = 0; round < 5; round += 1) await visit();
  await sleep(2000);
  const before = residentMb(host.sidecar);
  for (let round = 0; round < 50; round += 1) await visit();
  await sleep(10_000);
  record('50 viewers came and went', 'sidecar before', before, 'MB');
  record('50 viewers came and went', 'sidecar after', residentMb(host.sidecar), 'MB');
  record('50 viewers came and went', 'growth of the sidecar', residentMb(host.sidecar) - before, 'MB', { bar: 5 });
  await host.end();
}

/** From the wish to share until the public links are there, with a local edge; from a word of the host's until silence. */
async function sharing(browser) {
  const edge = spawn(`${process.argv[2] ?? 'target'}/release/examples/edge`, [], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: edge.stdout });
  const { agent, public: place } = JSON.parse(await new Promise((resolve) => lines.once('line', resolve)));
  Object.assign(process.env, { HELIOGRAPH_NGROK_EDGE: agent, NGROK_AUTHTOKEN: 'edge-token' });
  const host = new Host(['--headless', '--size', '1280x720', '--share=ngrok', SCENE]);
  const isPublic = (event) => event.control.includes(place);
  await host.once('sharing', isPublic);
  const times = [];
  for (let round = 0; round < 5; round += 1) {
    const ended = host.once('ended');
    host.ask({ do: 'end_share' });
    await ended;
    const shared = host.once('sharing', isPublic);
    const began = performance.now();
    host.ask({ do: 'share' });
    await shared;
    times.push(performance.now() - began);
  }
  record('sharing', 'click → public links, local edge, median', median(times), 'ms', { bar: 2000, spread: [Math.min(...times), Math.max(...times)] });
  const driver = setInterval(() => host.ask({ do: 'command', command: { type: 'orbit', dx: 0.004, dy: 0 } }), 33);
  for (const [name, act] of [
    ['remove', (viewer) => ({ do: 'decide', decision: { remove: { viewer, ban: false } } })],
    ['end session', () => ({ do: 'end_share' })],
  ]) {
    const page = await watch(browser, host.link);
    await sleep(500);
    const viewer = host.last('room').guests.at(-1).viewer;
    host.ask(act(viewer));
    record('sharing', `${name} → last frame shown`, await page.evaluate(lastFrame), 'ms', { bar: 1000 });
  }
  clearInterval(driver);
  await host.end();
  edge.kill();
  for (const name of ['HELIOGRAPH_NGROK_EDGE', 'NGROK_AUTHTOKEN']) delete process.env[name];
}

/** In the page: how long from now until the last frame that comes, in milliseconds. */
const lastFrame = async () => {
  const [began, { framesShown }] = [performance.now(), window.heliograph.stats()];
  let [count, last] = [framesShown, 0];
  while (performance.now() - began < 3000) {
    const now = window.heliograph.stats().framesShown;
    if (now !== count) [count, last] = [now, performance.now() - began];
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return last;
};

/** The render thread's frame times while the sidecar is well, stopped and killed, against nobody watching. */
async function undisturbed(browser) {
  const host = await Host.headless();
  const drive = async (seconds, disturb) => {
    await host.figures();
    const driver = setInterval(() => host.ask({ do: 'command', command: { type: 'orbit', dx: 0.004, dy: 0 } }), 16);
    const disturbing = disturb && setInterval(disturb, 1500);
    await sleep(seconds * 1000);
    clearInterval(driver);
    clearInterval(disturbing);
    return host.figures();
  };
  const hit = (signal) => () => {
    try { process.kill(host.sidecar, signal); } catch { /* It is being replaced. */ }
  };
  const page = await watch(browser, host.link);
  const rounds = { sharing: [], stopped: [], killed: [], alone: [] };
  for (let round = 0; round < 3; round += 1) {
    rounds.sharing.push(await drive(6));
    rounds.stopped.push(await drive(9, hit('SIGSTOP')));
    await sleep(3000);
    rounds.killed.push(await drive(9, hit('SIGKILL')));
    await sleep(3000);
  }
  // Without a window the program ends with its share; with nobody watching nothing is read back, either.
  await page.context().close();
  await sleep(12_000);
  for (let round = 0; round < 3; round += 1) rounds.alone.push(await drive(6));
  const p99 = (name) => median(rounds[name].map((figures) => figures.frame_ms_p99));
  record('render thread, frame time at p99', 'nobody watching', p99('alone'), 'ms');
  for (const name of ['sharing', 'stopped', 'killed']) {
    const what = name === 'sharing' ? 'sharing with one viewer' : `sidecar ${name} every 1.5 s`;
    record('render thread, frame time at p99', what, p99(name), 'ms');
    if (name !== 'sharing') record('render thread, frame time at p99', `rise, sidecar ${name}`, p99(name) - p99('alone'), 'ms', { bar: 1 });
  }
  await host.end();
}

/** A control that is changed by a guest or by the host, until another guest's page shows it. */
async function controls(browser) {
  const host = await Host.headless();
  host.ask({ do: 'command', command: { type: 'set', layer: 1, property: 'color_by', value: { choice: 'height' } } });
  const [one, other] = [await watch(browser, host.link), await watch(browser, host.link)];
  for (const page of [one, other]) await page.keyboard.press('l');
  const control = '#layer-controls select[id$="colormap"]';
  for (const page of [one, other]) await page.waitForSelector(control);
  const shows = (value) => other.evaluate(({ control, value }) => new Promise((resolve) => {
    const look = () => (document.querySelector(control)?.value === value ? resolve(performance.timeOrigin + performance.now()) : requestAnimationFrame(look));
    look();
  }), { control, value });
  const changes = {
    'of a guest': (value) => one.evaluate(({ control, value }) => {
      const select = document.querySelector(control);
      select.value = value;
      select.dispatchEvent(new Event('change', { bubbles: true }));
      return performance.timeOrigin + performance.now();
    }, { control, value }),
    'of the host': async (value) => {
      const began = performance.timeOrigin + performance.now();
      host.ask({ do: 'command', command: { type: 'set', layer: 1, property: 'colormap', value: { choice: value } } });
      return began;
    },
  };
  for (const [whose, change] of Object.entries(changes)) {
    const times = [];
    for (let round = 0; round < 24; round += 1) {
      const value = round % 2 ? 'viridis' : 'cividis';
      const shown = shows(value);
      const began = await change(value);
      times.push((await shown) - began);
      await sleep(200);
    }
    times.sort((a, b) => a - b);
    record(`a change ${whose}, until another page shows it`, 'median', median(times), 'ms', { bar: 100 });
    record(`a change ${whose}, until another page shows it`, 'p95', times[Math.floor(times.length * 0.95)], 'ms', { bar: 100 });
  }
  await host.end();
}

const parts = { latency, controls, viewers, still, firstPicture, comeAndGo, sharing, undisturbed };
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });
try {
  for (const [name, part] of Object.entries(parts)) {
    if (!ONLY || ONLY === name) await part(browser);
  }
} finally {
  // A part that failed leaves no host behind.
  for (const host of Host.running) await host.end();
  await browser.close();
}
