// Lines that break, move, or swallow long packets.
import { setTimeout as passed } from 'node:timers/promises';
import { claim } from '../trial.mjs';

/** @param {import('../trial.mjs').Trial} trial @param {number} seconds */
async function outage(trial, seconds) {
  await trial.lab();
  await trial.shape('rate=3000,delay=30,queue=200');
  const host = await trial.host();
  const page = await trial.watch(host);
  host.turn();
  await passed(3000);
  await trial.shape('down=1');
  await passed(seconds * 1000);
  await trial.shape('down=0');
  const back = await page.reset();
  const { now, shownAtMs } = await shown(page);
  trial.figure('picture after the return', (Math.min(...shownAtMs, now) - back) / 1000, 's', { bar: 1 });
  await trial.motion(host, page, { seconds: 2 });
  const { state, reconnects } = await page.stats();
  claim(state === 'live', `the session is live after it, not ${state}`);
  trial.note(`${reconnects} new sessions`);
}

/** Once a picture has been shown since the last reset. */
async function shown(page) {
  await page.until('a picture comes', ({ framesShown }) => framesShown > 0, 30_000);
  return page.stats();
}

/** @param {import('../trial.mjs').Trial} trial */
async function moves(trial) {
  const lab = await trial.lab();
  await trial.shape('rate=3000,delay=30,queue=200');
  const host = await trial.host();
  const page = await trial.watch(host);
  host.turn();
  await passed(2000);
  lab.move(0);
  const moved = await page.reset();
  // What was on its way arrives yet; what counts is the first picture after a gap, or that there is none.
  await passed(1000);
  const late = await page.reset();
  const { shownAtMs } = await shown(page);
  const first = Math.min(...shownAtMs);
  trial.figure('picture after the change', (first - moved) / 1000, 's', { bar: 5 });
  trial.note(first - late < 100 ? 'the picture never stopped, or came back within a second' : 'the picture stopped meanwhile');
  const { state, reconnects } = await page.stats();
  claim(state === 'live', `the session is live after it, not ${state}`);
  trial.note(`${reconnects} new sessions`);
}

/** @param {import('../trial.mjs').Trial} trial @param {number} mtu */
async function narrow(trial, mtu) {
  const lab = await trial.lab();
  await trial.shape('rate=3000,delay=30,queue=200');
  await lab.narrow(mtu);
  const host = await trial.host();
  const page = await trial.watch(host);
  const { firstPictureMs } = await page.stats();
  trial.figure('first picture', firstPictureMs / 1000, 's', { bar: 5, libwebrtc: mtu === 1200 ? 'never' : undefined });
  const seen = await trial.motion(host, page, { seconds: trial.isBench ? 10 : 3 });
  trial.figure('frames shown', seen.fps, '1/s', { better: 'higher' });
  trial.figure('packets too long', seen.line.forth.too_long, '', { bar: 0 });
  claim(seen.fps > 1, `pictures follow each other; they came ${seen.fps.toFixed(1)} times a second`);
  trial.note(seen.rung || 'no rung named');
}

/** @type {import('./index.mjs').Scenario[]} */
export const scenarios = [
  { name: 'outage4', about: 'nothing passes for 4 s', test: true, play: (trial) => outage(trial, 4) },
  { name: 'outage10', about: 'nothing passes for 10 s', play: (trial) => outage(trial, 10) },
  { name: 'moves', about: 'the viewer’s address changes', test: true, play: moves },
  { name: 'mtu1280', about: 'packets over 1,280 bytes vanish', play: (trial) => narrow(trial, 1280) },
  { name: 'mtu1200', about: 'packets over 1,200 bytes vanish', test: true, play: (trial) => narrow(trial, 1200) },
];
