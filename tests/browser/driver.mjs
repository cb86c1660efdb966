// Drives a browser for the scenarios in tests/*.rs: one JSON request a line on stdin, one JSON answer a line on stdout.
// It is Chromium, or with BROWSER=firefox the system's own Firefox.
import { createInterface } from 'node:readline';
import { chromium, firefox } from 'playwright-core';

const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--autoplay-policy=no-user-gesture-required',
  ...process.argv.slice(2),
];

const isFirefox = process.env.BROWSER === 'firefox';
const browser = isFirefox
  ? await firefox.launch({ channel: 'moz-firefox', executablePath: process.env.FIREFOX ?? '/usr/bin/firefox-esr' })
  : await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });
/** @type {Map<string, import('playwright-core').Page>} */
const pages = new Map();
/** @type {string[]} Errors that any page met: a scenario may ask for them. */
const errors = [];
/** @type {Map<string, number[]>} What servers answered each page, as it came over the wire: a page itself is not told all. */
const statuses = new Map();

/**
 * Lets a scenario send on the page's own data channels, as a page of somebody else's could: `channels.pointer.send(…)`; and
 * close its WebSockets, the newest of which is the last: `sockets.at(-1).close()`.
 */
const keepChannels = () => {
  window.channels = {};
  const create = RTCPeerConnection.prototype.createDataChannel;
  RTCPeerConnection.prototype.createDataChannel = function (label, ...rest) {
    return (window.channels[label] = create.call(this, label, ...rest));
  };
  window.sockets = [];
  window.WebSocket = class extends WebSocket {
    constructor(...given) {
      super(...given);
      window.sockets.push(this);
    }
  };
};

/** What a network does that lets no UDP through: no address is told, none is checked. */
const blockUdp = () => {
  const Peer = RTCPeerConnection;
  window.RTCPeerConnection = class extends Peer {
    constructor(configuration) {
      super({ ...configuration, iceTransportPolicy: 'relay' });
    }
  };
};

/** A long line: what comes over the data channel `pointer` is heard later by so much. */
const delayPointer = (ms) => {
  const create = RTCPeerConnection.prototype.createDataChannel;
  RTCPeerConnection.prototype.createDataChannel = function (label, ...rest) {
    const channel = create.call(this, label, ...rest);
    if (label !== 'pointer') return channel;
    const listen = channel.addEventListener;
    channel.addEventListener = function (type, heard, options) {
      const later = (event) => setTimeout(() => options?.signal?.aborted || heard(event), ms);
      listen.call(this, type, type === 'message' ? later : heard, options);
    };
    return channel;
  };
};

/** Reads the live picture as RGBA, scaled to the given size. */
const readPicture = ({ width, height }) => {
  // What comes over a WebSocket is drawn on a canvas over the video.
  const stage = document.querySelector('#painted:not([hidden])') ?? document.getElementById('stage');
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.imageSmoothingQuality = 'high';
  context.drawImage(stage, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  let text = '';
  for (let at = 0; at < data.length; at += 0x8000) text += String.fromCharCode(...data.subarray(at, at + 0x8000));
  return btoa(text);
};

const actions = {
  async open({ page, url, width = 1280, height = 720, scale = 1, theme = 'dark', touch = false, spied = false, udp = true, delayMs = 0, insecure = false }) {
    const context = await browser.newContext({
      viewport: { width, height }, deviceScaleFactor: scale, colorScheme: theme, hasTouch: touch, ignoreHTTPSErrors: insecure,
    });
    if (spied) await context.addInitScript(keepChannels);
    if (!udp) await context.addInitScript(blockUdp);
    if (delayMs > 0) await context.addInitScript(delayPointer, delayMs);
    const opened = await context.newPage();
    opened.on('pageerror', (error) => errors.push(`${page}: ${error.message}`));
    pages.set(page, opened);
    statuses.set(page, []);
    if (!isFirefox) {
      const wire = await context.newCDPSession(opened);
      wire.on('Network.responseReceivedExtraInfo', ({ statusCode }) => statuses.get(page).push(statusCode));
      await wire.send('Network.enable');
    }
    await opened.goto(url, { waitUntil: 'domcontentloaded' });
  },
  eval: ({ page, script }) => pages.get(page).evaluate(script),
  // Not waitForFunction: it evaluates inside the page, which the page's content security policy rightly forbids.
  async wait({ page, script, timeout = 20000 }) {
    const until = performance.now() + timeout;
    while (!(await pages.get(page).evaluate(script))) {
      if (performance.now() > until) throw new Error(`waited ${timeout} ms in vain`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  },
  picture: ({ page, width, height }) => pages.get(page).evaluate(readPicture, { width, height }),
  async drag({ page, from, to, steps = 10, button = 'left', hold = false }) {
    const { mouse } = pages.get(page);
    await mouse.move(from[0], from[1]);
    await mouse.down({ button });
    await mouse.move(to[0], to[1], { steps });
    if (!hold) await mouse.up({ button });
  },
  async hover({ page, from, to }) {
    const { mouse } = pages.get(page);
    await mouse.move(from[0], from[1]);
    await mouse.move(to[0], to[1], { steps: 10 });
  },
  release: ({ page }) => pages.get(page).mouse.up(),
  async wheel({ page, at, delta }) {
    const { mouse } = pages.get(page);
    await mouse.move(at[0], at[1]);
    await mouse.wheel(0, delta);
  },
  key: ({ page, key }) => pages.get(page).keyboard.press(key),
  touch: async ({ page, events }) => {
    const session = await pages.get(page).context().newCDPSession(pages.get(page));
    for (const event of events) await session.send('Input.dispatchTouchEvent', event);
  },
  shot: ({ page, path }) => pages.get(page).screenshot({ path }).then(() => null),
  reload: ({ page }) => pages.get(page).reload({ waitUntil: 'domcontentloaded' }).then(() => null),
  async close({ page }) {
    await pages.get(page).context().close();
    pages.delete(page);
  },
  statuses: async ({ page }) => statuses.get(page).splice(0),
  // A page cannot see into a frame of another's; the browser can.
  frames: ({ page }) => Promise.all(pages.get(page).frames().slice(1).map(async (frame) => ({
    url: frame.url(),
    hasStage: await frame.evaluate(() => document.getElementById('stage') !== null).catch(() => false),
  }))),
  errors: async () => errors,
};

console.log(JSON.stringify({ ready: browser.version() }));
for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  try {
    console.log(JSON.stringify({ value: (await actions[request.do](request)) ?? null }));
  } catch (error) {
    console.log(JSON.stringify({ error: `${request.do}: ${error.message}` }));
  }
}
await browser.close();
