// The still picture: exact, and then silence.
import { setTimeout as passed } from 'node:timers/promises';
import { difference } from '../png.mjs';
import { claim } from '../trial.mjs';

/** @param {import('../trial.mjs').Trial} trial @param {string} profile @param {'none' | 'udp'} blocked */
async function exact(trial, profile, blocked) {
  const lab = await trial.lab();
  lab.block(blocked);
  await trial.shape(profile);
  const host = await trial.host();
  const page = await trial.watch(host);
  await trial.motion(host, page, { seconds: 3 });
  const began = performance.now();
  const seen = await page.exact(15_000);
  trial.figure('exact after', seen && (performance.now() - began) / 1000, 's', { bar: 1 });
  const [own, theirs] = [await host.screenshot('host'), trial.path('page.png')];
  await page.shot(theirs);
  const { pixels, most } = difference(own, theirs);
  trial.figure('pixels that differ', pixels, '', { bar: 0 });
  trial.figure('by at most', most, 'of 255', { bar: 0 });
  if (!trial.isBench) claim(seen && pixels === 0, `the still picture is exact; ${pixels} pixels differ, by up to ${most}`);
  if (!trial.isBench) return;
  await passed(3000);
  await lab.report();
  const cpu = host.sidecarCpuSeconds();
  await passed(20_000);
  const { forth, back } = await lab.report();
  trial.figure('to the viewer while still', (forth.bytes * 8) / 20_000, 'kbit/s', { bar: 5 });
  trial.figure('from the viewer while still', (back.bytes * 8) / 20_000, 'kbit/s');
  trial.figure('sidecar while still', ((host.sidecarCpuSeconds() - cpu) * 100) / 20, '% of a core', { bar: 1 });
}

/** @type {import('./index.mjs').Scenario[]} */
export const scenarios = [
  { name: 'exact', about: 'the still picture, pixel by pixel, at 3 M', test: true, play: (trial) => exact(trial, 'rate=3000,delay=30,queue=200', 'none') },
  { name: 'exact1m', about: 'the same at 1 M', play: (trial) => exact(trial, 'rate=1000,delay=30,queue=200', 'none') },
  { name: 'exactws', about: 'the same with UDP blocked', play: (trial) => exact(trial, 'rate=3000,delay=30,queue=200', 'udp') },
];
