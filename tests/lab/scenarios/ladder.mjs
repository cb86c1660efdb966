// Which rung carries the picture, and how soon.
import { claim } from '../trial.mjs';

/** A picture, or one sentence, within this. */
const SOON_S = 5;
const KINDS = /** @type {const} */ (['none', 'cone', 'symmetric']);

/**
 * Opens the link and waits for a picture.
 * @param {import('../trial.mjs').Trial} trial @param {import('../browser.mjs').Browser} browser
 * @param {{ link: string }} host @param {string} what @param {string[]} rungs Those that can carry it; others are a defect.
 */
async function climbs(trial, browser, { link }, what, rungs) {
  const page = await browser.open(link, what);
  const seen = await page.live().then(() => page.until('the rung is named', ({ rung }) => rung !== '')).catch(async (error) => {
    trial.figure(`${what}: first picture`, null, 's', { bar: SOON_S });
    const { card, state } = await page.seen();
    trial.note(`${what}: no picture; the page says “${card || state}”`);
    await page.close();
    if (!trial.isBench) throw error;
    return null;
  });
  if (!seen) return;
  trial.figure(`${what}: first picture`, (seen.firstPictureMs ?? seen.sinceStartMs) / 1000, 's', { bar: SOON_S });
  // A rung that can be taken later is worth no more than a note; the picture is there by one that works.
  trial.note(`${what}: ${seen.rung}`);
  claim(rungs.includes(seen.rung), `${what} is carried by one of ${rungs.join(', ')}, not by ${seen.rung}`);
  await page.close();
}

/** Every pair of NATs, by one browser and one host. @param {import('../trial.mjs').Trial} trial @param {boolean} turn */
async function pairs(trial, turn) {
  const lab = await trial.lab({ turn });
  await trial.shape('delay=20');
  const host = await trial.host();
  const browser = await trial.browser();
  for (const viewer of KINDS) {
    for (const own of KINDS) {
      lab.nat(0, viewer);
      lab.nat('host', own);
      await climbs(trial, browser, host, `viewer ${viewer}, host ${own}`, ['udp', 'turn', 'webcodecs', 'jpeg']);
    }
  }
}

/** @param {import('../trial.mjs').Trial} trial @param {'udp' | 'udp-except-turn' | 'only443'} what @param {string[]} rungs */
async function blocked(trial, what, rungs) {
  const lab = await trial.lab({ turn: what === 'udp-except-turn' });
  lab.block(what);
  await trial.shape('delay=20');
  const host = await trial.host();
  await climbs(trial, await trial.browser(), host, `blocked: ${what}`, rungs);
}

/** @param {import('../trial.mjs').Trial} trial */
async function inFirefox(trial) {
  const lab = await trial.lab();
  await trial.shape('delay=20');
  const host = await trial.host();
  const browser = await trial.browser({ kind: 'firefox' });
  await climbs(trial, browser, host, 'Firefox', ['udp', 'webcodecs', 'jpeg']);
  lab.block('udp');
  await climbs(trial, browser, host, 'Firefox, UDP blocked', ['webcodecs', 'jpeg']);
}

/** A session whose way over UDP opens only later takes it then, and shows no gap. @param {import('../trial.mjs').Trial} trial */
async function climbsLater(trial) {
  const lab = await trial.lab();
  lab.block('udp');
  await trial.shape('delay=20');
  const host = await trial.host();
  const page = await trial.watch(host);
  const before = await page.seen();
  trial.note(`begins on ${before.rung || 'no rung named'}`);
  lab.block('none');
  host.turn();
  const began = performance.now();
  const { frozen, rung } = await trial.motion(host, page, {
    seconds: 60,
    during: async () => void (await page.until('UDP carries it', (seen) => seen.rung === 'udp', 90_000)),
  });
  trial.note(`ends on ${rung}`);
  trial.figure('frozen while it changes the rung', frozen, 's', { bar: 0.5 });
  trial.figure('until the better rung', (performance.now() - began) / 1000, 's');
}

/** @type {import('./index.mjs').Scenario[]} */
export const scenarios = [
  { name: 'nat', about: 'every pair of NATs, without coturn', test: true, play: (trial) => pairs(trial, false) },
  { name: 'natturn', about: 'every pair of NATs, with coturn', test: true, play: (trial) => pairs(trial, true) },
  { name: 'udpblocked', about: 'no UDP leaves the viewer’s network', test: true, play: (trial) => blocked(trial, 'udp', ['webcodecs', 'jpeg']) },
  {
    name: 'udpexceptturn', about: 'UDP reaches coturn only', test: true,
    play: (trial) => blocked(trial, 'udp-except-turn', ['turn', 'webcodecs', 'jpeg']),
  },
  { name: 'only443', about: 'nothing but TCP to port 443', test: true, play: (trial) => blocked(trial, 'only443', ['turn', 'webcodecs', 'jpeg']) },
  { name: 'firefox', about: 'Firefox, whose WebRTC may have no H.264', test: true, play: inFirefox },
  { name: 'climbslater', about: 'UDP opens while the session runs', play: climbsLater },
];
