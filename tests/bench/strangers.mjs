// Measures how long someone with a token waits for an answer while 2,000 strangers' requests a second come from the same
// address, and while none do: one JSON record a line on stdout.
//
//   node tests/bench/strangers.mjs TARGET
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { createInterface } from 'node:readline';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { fileURLToPath } from 'node:url';

const RATE = 2000;
const TICK_MS = 5;
const SECONDS = 10;
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** One request; resolves to the answer's status. */
const ask = (url, agent, headers) => new Promise((resolve, reject) => {
  const sent = request(url, { method: 'DELETE', agent, headers }, (answer) => {
    answer.resume();
    answer.on('end', () => resolve(answer.statusCode));
  });
  sent.on('error', reject);
  sent.end();
});

/** Asks without a token, so many times a second; tells how many were answered once it is told to stop. */
async function strangers({ url }) {
  const agent = new Agent({ keepAlive: true, maxSockets: 32 });
  let [wanted, answered] = [true, 0];
  parentPort.once('message', () => (wanted = false));
  const began = performance.now();
  let asked = 0;
  while (wanted) {
    const due = ((performance.now() - began) * RATE) / 1000;
    for (; asked < due; asked += 1) ask(url, agent, {}).then(() => (answered += 1), () => {});
    await sleep(TICK_MS);
  }
  parentPort.postMessage((answered * 1000) / (performance.now() - began));
  agent.destroy();
}

async function measure(url, token) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const times = [];
  for (const end = performance.now() + SECONDS * 1000; performance.now() < end;) {
    const began = performance.now();
    const status = await ask(url, agent, { Authorization: `Bearer ${token}` });
    if (status !== 404) throw new Error(`someone with a token was answered with ${status}`);
    times.push(performance.now() - began);
    await sleep(10);
  }
  agent.destroy();
  times.sort((a, b) => a - b);
  return { p95: times[Math.floor(times.length * 0.95)], samples: times.length };
}

async function main() {
  const program = `${process.argv[2] ?? 'target'}/release/heliograph`;
  const host = spawn(program, ['--headless', '--json', 'app/samples/airplane.ply'], { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    let link;
    for await (const line of createInterface({ input: host.stdout })) {
      const event = JSON.parse(line);
      link = event.control ?? link;
      if (event.event === 'loaded') break;
    }
    const [page, token] = link.split('#');
    const url = `${page}whep/unknown`;
    const record = (what, value, unit, more = {}) =>
      console.log(JSON.stringify({ name: `strangers: ${what}`, value: Math.round(value * 100) / 100, unit, ...more }));
    const alone = await measure(url, token);
    const crowd = new Worker(fileURLToPath(import.meta.url), { workerData: { url } });
    await sleep(1000);
    const crowded = await measure(url, token);
    crowd.postMessage('stop');
    const [rate] = await once(crowd, 'message');
    record('answer to a token, p95, none of them', alone.p95, 'ms', { samples: alone.samples });
    record('answer to a token, p95, with them', crowded.p95, 'ms', { samples: crowded.samples });
    record('answer to a token, p95, rise', crowded.p95 - alone.p95, 'ms', { bar: 5 });
    record('their requests answered', rate, '1/s');
  } finally {
    host.kill('SIGKILL');
  }
}

await (isMainThread ? main() : strangers(workerData));
