// `make bench`: runs every source of figures, prints one table, and writes TARGET/bench.json.
//
//   node tests/bench/run.mjs TARGET [SOURCE…]
//
// A source is a program that prints one JSON object a line on stdout; lines that are none are shown as they are.
//   {"name":"publish 720p","value":1.04,"unit":"× memcpy","bar":1.1,"better":"lower"}
// `bar` may be missing: then the figure is only told. `better` is "lower" unless it says "higher". What else an object holds
// is kept in bench.json. With sources named, the others keep the figures of an earlier run.
// A missed bar is a result, not a failure: only a source that fails fails the run.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { createInterface } from 'node:readline';
import { setTimeout as passed } from 'node:timers/promises';
import { table } from './table.mjs';

const [target = 'target', ...wanted] = process.argv.slice(2);

const about = { when: new Date().toISOString(), commit: commit(), machine: machine() };

/** What publish_bench prints of one size, as a figure. */
const publish = ({ size, reader, ratio, ...more }) => ({
  name: `publish ${size}${reader ? ' while it is read' : ''}`,
  value: ratio,
  unit: '× memcpy',
  bar: 1.1,
  ...more,
});

/** A pick takes no longer than a frame of 60 a second, even at worst. */
const pick = ({ name, value, most, ...more }) => ({ name: `${name}, at worst`, value: most, unit: 'ms', bar: 16.7, median: value, ...more });

/** In the order in which they run: each has the machine to itself. `figure` turns a line that is in another form. */
const SOURCES = [
  { name: 'ring', command: [`${target}/release/examples/publish_bench`], figure: publish },
  { name: 'ring-read', command: [`${target}/release/examples/publish_bench`, '--reader'], figure: publish },
  { name: 'render', command: [`${target}/release/examples/render_bench`] },
  { name: 'pick', command: [`${target}/release/examples/pick_bench`], figure: pick },
  { name: 'load', command: ['node', 'tests/bench/loads.mjs', target] },
  { name: 'strangers', command: ['node', 'tests/bench/strangers.mjs', target] },
  { name: 'chain', command: ['node', 'tests/bench/chain.mjs', target] },
];

/** Busy and all ticks of all processors since boot: /proc/stat, see proc_stat(5). */
function ticks() {
  const [, ...counts] = readFileSync('/proc/stat', 'utf8').split('\n', 1)[0].trim().split(/\s+/);
  const numbers = counts.slice(0, 8).map(Number);
  const all = numbers.reduce((sum, one) => sum + one, 0);
  return { busy: all - numbers[3] - numbers[4], all };
}

/** What others take of this machine, in percent of all its processors, over half a second. */
async function busyPercent() {
  const before = ticks();
  await passed(500);
  const after = ticks();
  return Math.round((100 * (after.busy - before.busy)) / Math.max(1, after.all - before.all));
}

/** Runs one source; resolves to its figures. */
async function run({ name, command: [program, ...args], figure: turn = (line) => line }) {
  const busy_before_percent = await busyPercent();
  console.log(`\n== ${name} (the machine is ${busy_before_percent} % busy with other things) ==`);
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => (code === 0 ? resolve() : reject(new Error(`it ended with ${signal ?? code}`))));
  });
  const figures = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    const figure = parse(line, turn);
    if (figure) figures.push({ source: name, ...figure, busy_before_percent, commit: about.commit, when: about.when });
    else console.log(line);
  });
  await ended;
  if (figures.length === 0) throw new Error('it printed no figure');
  console.log(table(figures));
  return figures;
}

function parse(line, turn) {
  try {
    const figure = turn(JSON.parse(line));
    return typeof figure?.name === 'string' && typeof figure.value === 'number' ? figure : null;
  } catch {
    return null;
  }
}

function machine() {
  const [first] = cpus();
  return {
    processor: first?.model ?? 'unknown',
    processors: cpus().length,
    memory_gib: Math.round(totalmem() / 2 ** 30),
    load_average_1_min: Number(loadavg()[0].toFixed(2)),
  };
}

function commit() {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return null;
  }
}

function earlier(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).figures ?? [];
  } catch {
    return [];
  }
}

const unknown = wanted.filter((name) => !SOURCES.some((source) => source.name === name));
if (unknown.length > 0) {
  console.error(`There is no source ${unknown.join(', ')}; there are ${SOURCES.map((source) => source.name).join(', ')}.`);
  process.exit(1);
}
const chosen = SOURCES.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
const path = `${target}/bench.json`;
let figures = earlier(path).filter(({ source }) => SOURCES.some(({ name }) => name === source));
for (const source of chosen) {
  figures = figures.filter((figure) => figure.source !== source.name);
  try {
    figures.push(...(await run(source)));
  } catch (error) {
    console.error(`${source.name}: ${error.message}`);
    process.exitCode = 1;
  }
}
mkdirSync(target, { recursive: true });
writeFileSync(path, `${JSON.stringify({ ...about, figures }, null, 2)}\n`);

const { processor, processors, load_average_1_min } = about.machine;
console.log(`\n${processor}, ${processors} processors, load average ${load_average_1_min} at the start; ${about.commit ?? 'no commit'}`);
console.log(table(figures));
console.log(`\n${path} holds the same.`);
