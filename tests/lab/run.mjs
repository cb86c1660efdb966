// Plays the scenarios of scenarios/index.mjs, each in a lab of its own.
//
//     node tests/lab/run.mjs test PROGRAM SHAPER [NAME…]     what `cargo test --test network` does
//     node tests/lab/run.mjs bench TARGET [NAME…]            what `make bench-network` does; `make bench-network ONLY=steps,loss5`
//
// A test fails when what a scenario claims is not so. A bench measures a release build, prints a table of figures beside their
// bars and libwebrtc's own, and writes TARGET/bench-network.json, where scenarios that were not asked for keep their figures;
// a missed bar is a result, not a failure. SEED=N repeats losses and jitter.
//
// A scenario that this machine cannot play is skipped: it says why, and the last line counts it.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { setTimeout as passed } from 'node:timers/promises';
import { table } from '../bench/table.mjs';
import { enter, isInside, settle, whyNot } from './enter.mjs';
import { SCENARIOS } from './scenarios/index.mjs';
import { Skipped, Trial } from './trial.mjs';

const PATIENCE_MS = 240_000;
const [mode, ...rest] = process.argv.slice(2);
const isBench = mode === 'bench';
const seed = Number(process.env.SEED ?? 1);
const target = isBench ? rest[0] ?? 'target' : '';
const [program = '', shaper = ''] = isBench ? [`${target}/release/heliograph`, `${target}/release/examples/shaper`] : rest;
const names = rest.slice(isBench ? 1 : 2).flatMap((name) => name.split(',')).filter(Boolean);

/** @typedef {import('./scenarios/index.mjs').Scenario} Scenario */
/** @typedef {{ name: string, about: string, outcome: 'passed' | 'failed' | 'skipped', why: string, seconds: number, trial: Trial | null }} Played */

/** @returns {Scenario[]} */
function chosen() {
  const unknown = names.filter((name) => !SCENARIOS.some((scenario) => scenario.name === name));
  if (unknown.length > 0) {
    console.error(`There is no scenario ${unknown.join(', ')}. There are:`);
    for (const { name, about } of SCENARIOS) console.error(`  ${name.padEnd(14)}${about}`);
    process.exit(2);
  }
  return SCENARIOS.filter(({ name, test }) => (names.length > 0 ? names.includes(name) : isBench || test));
}

/** @param {Scenario} scenario @returns {Promise<Played>} */
async function play({ name, about, play: act }) {
  const trial = new Trial({ program, shaper, seed, isBench });
  const began = performance.now();
  const outOfPatience = passed(PATIENCE_MS, null, { ref: false }).then(() => Promise.reject(new Error(`it took longer than ${PATIENCE_MS / 1000} s`)));
  /** @type {Pick<Played, 'outcome' | 'why'>} */
  let result = { outcome: 'passed', why: '' };
  try {
    await Promise.race([act(trial), outOfPatience]);
  } catch (error) {
    result = { outcome: error instanceof Skipped ? 'skipped' : 'failed', why: error instanceof Error ? error.message : String(error) };
  }
  outOfPatience.catch(() => {});
  await trial.end();
  return { name, about, ...result, seconds: (performance.now() - began) / 1000, trial };
}

/** @param {Played} played */
function tell({ name, about, outcome, why, seconds, trial }) {
  console.log(`network: ${name} (${about}): ${outcome}${outcome === 'skipped' ? '' : ` in ${seconds.toFixed(1)} s`}${why ? `: ${why}` : ''}`);
  if (outcome === 'failed') console.log(`    seed ${seed}, line ${trial?.profile || 'as it is'}`);
  for (const note of trial?.notes ?? []) console.log(`    ${note}`);
}

/** @param {Played[]} all */
function summary(all) {
  const count = (outcome) => all.filter((played) => played.outcome === outcome).length;
  const reasons = new Set(all.filter(({ outcome }) => outcome === 'skipped').map(({ why }) => why));
  const why = reasons.size > 0 ? ` (${[...reasons].join('; ')})` : '';
  console.log(`network: ${count('passed')} passed; ${count('failed')} failed; ${count('skipped')} skipped${why}`);
}

function commit() {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return null;
  }
}

/** Figures of earlier runs stay until their scenario is played again. @param {Played[]} all */
function keep(all) {
  const path = `${target}/bench-network.json`;
  let scenarios = {};
  try {
    scenarios = JSON.parse(readFileSync(path, 'utf8')).scenarios;
  } catch { /* It is the first run. */ }
  const about = { when: new Date().toISOString(), commit: commit(), processor: cpus()[0]?.model, processors: cpus().length };
  for (const { name, about: what, outcome, why, trial } of all) {
    const { profile = '', notes = [], figures = [] } = trial ?? {};
    scenarios[name] = { about: what, outcome, why, profile, seed, load_average: loadavg()[0], ...about, notes, figures };
  }
  mkdirSync(target, { recursive: true });
  writeFileSync(path, `${JSON.stringify({ ...about, scenarios }, null, 2)}\n`);
  const rows = SCENARIOS.filter(({ name }) => scenarios[name]).flatMap(({ name }) =>
    scenarios[name].figures.map((figure) => ({ ...figure, name: `${name}: ${figure.name}`, value: figure.value ?? NaN })));
  console.log(`\n${table(rows)}\n\n${path} holds the same, with profiles and seeds.`);
}

/** @param {Scenario[]} scenarios */
async function playAll(scenarios) {
  settle();
  /** @type {Played[]} */
  const all = [];
  for (const scenario of scenarios) {
    const played = await play(scenario);
    tell(played);
    if (isBench) for (const line of table((played.trial?.figures ?? []).map((one) => ({ ...one, value: one.value ?? NaN }))).split('\n')) console.log(`    ${line}`);
    all.push(played);
  }
  if (isBench) keep(all);
  summary(all);
  return all.some(({ outcome }) => outcome === 'failed') ? 1 : 0;
}

if (mode !== 'test' && mode !== 'bench') {
  console.error('usage: run.mjs test PROGRAM SHAPER [NAME…] | run.mjs bench TARGET [NAME…]');
  process.exit(2);
}
const scenarios = chosen();
if (isInside()) {
  // Whoever plays a test may be killed: then nobody holds our stdin, and nothing of this may go on.
  if (!isBench) process.stdin.on('end', () => process.exit(1)).resume();
  process.exit(await playAll(scenarios));
}
const why = whyNot();
if (why) {
  const all = scenarios.map(({ name, about }) => ({ name, about, outcome: /** @type {const} */ ('skipped'), why, seconds: 0, trial: null }));
  for (const one of all) tell(one);
  summary(all);
} else {
  process.exitCode = await enter();
}
