// What the viewer's hand does: once, in order, and soon.
import { setTimeout as passed } from 'node:timers/promises';
import { difference } from '../png.mjs';
import { claim } from '../trial.mjs';

/** Keys whose effects do not commute: the last picture is the same only if all were applied, once and in order. */
const KEYS = ['ArrowRight', 'ArrowUp', '+', 'Shift+ArrowLeft', 'ArrowRight', '-', 'ArrowDown', 'Shift+ArrowUp', '+', 'ArrowLeft', 'ArrowUp', '+'];

/** Two people's worth of keys and clicks, from the same view on. @returns {Promise<string>} The host's picture after it. */
async function plays(host, page, name, times) {
  for (const command of [{ type: 'look', from: 'front' }, { type: 'fit' }]) host.command(command);
  await settled(host);
  for (let time = 0; time < times; time += 1) {
    for (const key of KEYS) await page.ask({ do: 'key', key });
    // A press and a release at a place of their own; without its release the next one would turn the scene.
    await page.ask({ do: 'drag', from: [500 + 10 * time, 360], to: [500 + 10 * time, 360], steps: 1 });
  }
  await settled(host);
  return host.screenshot(name);
}

/** Once the host's picture stays what it is: what is lost is sent again within a few round trips. */
async function settled(host) {
  let last = await host.screenshot('settled');
  for (let same = 0, round = 0; same < 3; round += 1) {
    if (round > 60) throw new Error('the picture does not come to rest');
    await passed(700);
    const now = await host.screenshot(`settled-${round % 2}`);
    same = difference(last, now).pixels === 0 ? same + 1 : 0;
    last = now;
  }
}

/** @param {import('../trial.mjs').Trial} trial */
async function commands(trial) {
  await trial.lab();
  await trial.shape('delay=50');
  const host = await trial.host();
  const page = await trial.watch(host);
  const times = trial.isBench ? 12 : 4;
  const without = await plays(host, page, 'without-loss', times);
  const again = await plays(host, page, 'again', times);
  claim(difference(without, again).pixels === 0, 'the same keys lead to the same picture on a sound line');
  await trial.shape('loss=5');
  const lossy = await plays(host, page, 'with-loss', times);
  const { pixels } = difference(without, lossy);
  trial.figure(`pixels that differ after ${(KEYS.length + 2) * times} inputs`, pixels, '', { bar: 0 });
  claim(pixels === 0, 'the same keys lead to the same picture at 5 % loss');
}

/** @param {import('../trial.mjs').Trial} trial */
async function byWebSocket(trial) {
  const lab = await trial.lab();
  lab.block('udp');
  await trial.shape('delay=25');
  const host = await trial.host();
  const page = await trial.watch(host);
  await passed(3000);
  const seen = await trial.motion(host, page, { seconds: 15, by: 'page' });
  trial.figure('input → shown, median', seen.input.median, 'ms');
  trial.figure('input → shown, p95', seen.input.p95, 'ms', { bar: 110 });
  trial.figure('frames shown', seen.fps, '1/s', { better: 'higher' });
  trial.note(`${seen.rung || 'no rung named'}, ${seen.width}×${seen.height}, ${Math.round(seen.kbps)} kbit/s`);
}

/** @type {import('./index.mjs').Scenario[]} */
export const scenarios = [
  { name: 'commands', about: 'presses, releases and commands at 5 % loss, round trip 100 ms', test: true, play: commands },
  { name: 'wsinput', about: 'UDP blocked, round trip 50 ms, no other limit', play: byWebSocket },
];
