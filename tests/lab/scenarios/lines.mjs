// How well slow, lossy, long and changing lines carry motion.
import { setTimeout as passed } from 'node:timers/promises';
import { flowsAfter, framesPerSecond, frozenSeconds, kbps, rateBackAfter } from '../measure.mjs';

/** When the page, its modules and the answer to its offer were there, in ms since it was asked for. */
const MILESTONES = `(() => {
  const all = performance.getEntriesByType('resource');
  const end = (entry) => Math.round(entry?.responseEnd ?? NaN);
  const modules = all.filter(({ name }) => /[.](js|css)$/.test(name)).map(({ responseEnd }) => responseEnd);
  const [page] = performance.getEntriesByType('navigation');
  return [['itself', end(page)], ['last module', Math.round(Math.max(...modules))], ['answer', end(all.find(({ name }) => /whep/.test(name)))]]
    .map(([what, ms]) => what + ' ' + ms + ' ms').join(', ');
})()`;
/** Until rates have climbed. */
const WARM_S = 6;

/**
 * Turns the scene for a while on one line and tells of it.
 * @param {import('../trial.mjs').Trial} trial
 * @param {string} profile
 * @param {{ seconds?: number, by?: 'host' | 'page', bars?: Record<string, Partial<import('../trial.mjs').Figure>> }} [options]
 */
async function turns(trial, profile, { seconds = 20, by = 'host', bars = {} } = {}) {
  await trial.lab();
  await trial.shape(profile);
  const host = await trial.host();
  const page = await trial.watch(host);
  const first = await page.seen();
  trial.figure('first picture', (first.firstPictureMs ?? 0) / 1000, 's', bars.first);
  trial.note(`page: ${await page.eval(MILESTONES)}`);
  await trial.motion(host, page, { seconds: WARM_S, by });
  const seen = await trial.motion(host, page, { seconds, by });
  trial.figure(`frozen in ${seconds} s`, seen.frozen, 's', bars.frozen);
  trial.figure('frames shown', seen.fps, '1/s', { better: 'higher', ...bars.fps });
  trial.figure('picture width', seen.width, 'px', { better: 'higher', ...bars.width });
  trial.figure('queueing, p95', seen.queueP95, 'ms', bars.queue);
  trial.figure('rate on the line', seen.kbps, 'kbit/s');
  if (by === 'page') {
    trial.figure('input → shown, median', seen.input.median, 'ms');
    trial.figure('input → shown, p95', seen.input.p95, 'ms', bars.input);
  }
  trial.note(`${seen.rung || 'no rung named'}, ${seen.width}×${seen.height}, ${seen.lost} packets lost, ${seen.queueDropped} dropped at the queue`);
  return { host, page };
}

/** @param {import('../trial.mjs').Trial} trial */
async function steps(trial) {
  const [wide, narrow] = ['rate=3000,delay=30,queue=200', 'rate=300'];
  await trial.lab();
  await trial.shape(wide);
  const host = await trial.host();
  const page = await trial.watch(host);
  await trial.motion(host, page, { seconds: WARM_S });
  const [phaseMs, patienceMs] = [15_000, 35_000];
  /** When the line changed, on the line's clock and on the page's. */
  const at = { line: [0, 0], page: [0, 0] };
  /** @type {number[]} */
  const widths = [];
  const change = async (index, profile) => {
    const { at_ms } = await trial.shape(profile);
    at.line[index] = at_ms;
    at.page[index] = await page.eval('performance.now()');
  };
  const seen = await trial.motion(host, page, {
    seconds: (2 * phaseMs + patienceMs) / 1000,
    during: async () => {
      for (const [index, profile] of [narrow, 'rate=3000'].entries()) {
        await passed(phaseMs);
        widths.push((await page.stats()).width);
        await change(index, profile);
      }
    },
  });
  const { forth, at_ms: end } = seen.line;
  const [[dropped, back], [pageDropped, pageBack]] = [at.line, at.page];
  const before = kbps(forth, dropped - 5000, dropped);
  const wanted = Math.min(before, 3000) * 0.8;
  trial.figure('frozen in all', seen.frozen, 's', { bar: 1, libwebrtc: '2–8' });
  trial.figure('frozen after the drop', frozenSeconds(seen.shownAtMs, pageDropped, pageBack), 's');
  trial.figure('queueing, p95', seen.queueP95, 'ms', { bar: 250 });
  trial.figure('80 % of the rate back after', rateBackAfter(forth, wanted, back, end), 's', { bar: 5, libwebrtc: '7 to over 35' });
  trial.figure('pictures follow each other again after', flowsAfter(seen.shownAtMs, pageDropped, pageBack), 's', { bar: 2 });
  trial.figure('rate before the drop', before, 'kbit/s');
  trial.figure('rate after the drop', kbps(forth, dropped + 5000, back), 'kbit/s');
  for (const [what, from, to] of [['3 M', seen.from, pageDropped], ['300 k', pageDropped, pageBack], ['3 M again', pageBack, seen.to]]) {
    trial.figure(`frames shown at ${what}`, framesPerSecond(seen.shownAtMs, from, to), '1/s', { better: 'higher' });
  }
  trial.note(`${seen.rung || 'no rung named'}, picture width ${[...widths, seen.width].join(', then ')}, ${seen.queueDropped} packets dropped at the queue`);
}

/** One viewer on a slow line costs the one beside it nothing. @param {import('../trial.mjs').Trial} trial */
async function beside(trial) {
  const seconds = trial.isBench ? 20 : 8;
  await trial.lab({ viewers: 2 });
  await trial.shape('rate=20000,delay=10,queue=100', 0);
  await trial.shape('rate=300,delay=100,queue=200', 1);
  const host = await trial.host();
  const fast = await trial.watch(host, { viewer: 0 });
  await trial.motion(host, fast, { seconds: WARM_S });
  const alone = await trial.motion(host, fast, { seconds });
  const slow = await trial.watch(host, { viewer: 1 });
  host.turn();
  await passed(WARM_S * 1000);
  const [together, slowly] = await Promise.all([
    trial.motion(host, fast, { seconds, viewer: 0 }), trial.motion(host, slow, { seconds, viewer: 1 }),
  ]);
  trial.figure('20 M: frames shown alone', alone.fps, '1/s', { better: 'higher' });
  trial.figure('20 M: frames shown beside 300 k', together.fps, '1/s', { better: 'higher', bar: alone.fps * 0.9 });
  trial.figure('20 M: rate on the line alone', alone.kbps, 'kbit/s');
  trial.figure('20 M: rate on the line beside 300 k', together.kbps, 'kbit/s', { better: 'higher', bar: alone.kbps * 0.8 });
  trial.figure('300 k: frames shown', slowly.fps, '1/s', { better: 'higher', bar: 12 });
  trial.figure('300 k: queueing, p95', slowly.queueP95, 'ms', { bar: 250 });
  trial.note(`${together.width}×${together.height} beside ${slowly.width}×${slowly.height}`);
}

/** What three tiers cost the streaming process, against one. @param {import('../trial.mjs').Trial} trial */
async function tiers(trial) {
  await trial.lab({ viewers: 3 });
  for (const [viewer, rate] of [20_000, 1200, 300].entries()) await trial.shape(`rate=${rate},delay=20,queue=200`, viewer);
  const host = await trial.host();
  const share = async () => {
    const [used, began] = [host.sidecarCpuSeconds(), performance.now()];
    await passed(20_000);
    return ((host.sidecarCpuSeconds() - used) * 100_000) / (performance.now() - began);
  };
  await trial.watch(host, { viewer: 0 });
  host.turn();
  await passed(WARM_S * 1000);
  const one = await share();
  const others = [await trial.watch(host, { viewer: 1 }), await trial.watch(host, { viewer: 2 })];
  await passed(2 * WARM_S * 1000);
  const three = await share();
  trial.figure('sidecar, one viewer', one, '% of a core');
  trial.figure('sidecar, three viewers on 20 M, 1.2 M, 300 k', three, '% of a core');
  trial.figure('three against one', three / one, '×', { bar: 2 });
  for (const page of others) trial.note(`the picture is ${(await page.stats()).width} px wide`);
}

const loss = (percent, bars = {}, burst = 0) => (trial) =>
  turns(trial, `rate=3000,delay=50,queue=200,loss=${percent}${burst ? `,burst=${burst}` : ''}`, { bars });
const far = (trip) => (trial) =>
  turns(trial, `rate=3000,delay=${trip / 2},queue=200`, { by: 'page', bars: { first: { bar: 5 } } });

/** @type {import('./index.mjs').Scenario[]} */
export const scenarios = [
  { name: 'steps', about: '3 M → 300 k → 3 M, round trip 60 ms, queue 200 ms', play: steps },
  { name: 'loss0', about: 'no loss, round trip 100 ms, 3 M', play: loss(0) },
  { name: 'loss2', about: 'loss 2 %, round trip 100 ms', play: loss(2) },
  { name: 'loss5', about: 'loss 5 %, round trip 100 ms', play: loss(5, { frozen: { bar: 0.3, libwebrtc: '1.7' } }) },
  { name: 'loss10', about: 'loss 10 %, round trip 100 ms', play: loss(10, { frozen: { bar: 1 } }) },
  { name: 'burst5', about: 'loss 5 % in runs of 4, round trip 100 ms', play: loss(5, {}, 4) },
  { name: 'rtt100', about: 'round trip 100 ms, 3 M', play: far(100) },
  { name: 'rtt300', about: 'round trip 300 ms, 3 M', play: far(300) },
  { name: 'rtt500', about: 'round trip 500 ms, 3 M', play: far(500) },
  {
    name: 'slow300', about: '300 kbit/s, round trip 200 ms',
    play: (trial) => turns(trial, 'rate=300,delay=100,queue=300', {
      by: 'page', bars: { first: { bar: 5 }, fps: { bar: 12 }, width: { bar: 480 }, input: { bar: 320 } },
    }),
  },
  {
    name: 'slow100', about: '100 kbit/s, round trip 200 ms',
    play: async (trial) => {
      const { host, page } = await turns(trial, 'rate=100,delay=100,queue=300', { by: 'page', bars: { fps: { bar: 5 } } });
      host.rest();
      const began = performance.now();
      const exact = await page.exact(40_000);
      trial.figure('exact still after', exact && (performance.now() - began) / 1000, 's', { bar: 10 });
    },
  },
  { name: 'beside', about: 'a viewer at 300 kbit/s beside one at 20 Mbit/s', play: beside },
  { name: 'tiers', about: 'what three tiers cost', play: tiers },
];
