// A network on one machine: namespaces, joined by veth pairs, and a shaped line to each viewer.
//
//     host ── hostnat ── net ══ line ══ nat0 ── view0        10.77.1.2: the host       10.77.30.2: the first viewer
//                         │ ══ line ══ nat1 ── view1         10.77.8.1: the tunnel's public end, lab.example, TLS on 443
//                         └─ 10.77.8.1, 10.77.9.1            10.77.9.1: coturn, turn.example: 3478 UDP and TCP, 443 TLS
//
// - NAT, on either side: `none` routes, `cone` keeps a socket's port whomever it speaks to, `symmetric` takes another port
//   for each destination, so that what STUN says of it is of no use. Both let in only what was asked for.
// - A line is examples/shaper.rs between two TUN devices: rate, queue, delay, jitter, loss in bursts, a longest packet, an
//   outage; each way, changed while it runs, and it reports what it did to each packet.
// - At a viewer's edge UDP can be blocked, UDP except to coturn, or all but TCP to port 443.
// - The tunnel stands for ngrok and its kin: TLS at its public end, carried to the host as bytes (tunnel.mjs).
//
// Runs inside the namespaces of enter.mjs, which end with everything in them.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as passed } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { FOLDER } from './enter.mjs';

/** The tunnel's public end. */
export const PUBLIC = 'https://lab.example';
/** Of coturn. */
export const TURN = { host: '10.77.9.1', name: 'turn.example', user: 'lab', password: 'lab' };
export const HOST_ADDRESS = '10.77.1.2';

const BLOCKED = {
  none: '',
  udp: 'meta l4proto udp drop',
  // Not as two `!=` in one rule: nft 1.0 joins them to "not both".
  'udp-except-turn': 'udp dport 3478 accept; udp sport 3478 accept; meta l4proto udp drop',
  only443: 'tcp dport 443 accept; tcp sport 443 accept; drop',
};

/** @typedef {'none' | 'cone' | 'symmetric'} Nat */
/** @typedef {{ packets: number, bytes: number, lost: number, queue_dropped: number, too_long: number, queue_ms_median: number,
 *   queue_ms_p95: number, queue_ms_max: number, bins: { at_ms: number, bytes: number }[] }} WayReport */

/** @param {string[]} command @param {string} [input] */
function run(command, input) {
  const [program, ...args] = command;
  const { status, stderr, error } = spawnSync(program ?? '', args, { encoding: 'utf8', input: input ?? '' });
  if (status !== 0) throw new Error(`${command.join(' ')}: ${error?.message ?? stderr.trim()}${input ? `\n${input}` : ''}`);
}
/** @param {string} text */
const ip = (text) => run(['ip', ...text.split(' ')]);
/** @param {string} space @param {string} rules */
const nft = (space, rules) => run(['ip', 'netns', 'exec', space, 'nft', '-f', '-'], rules);

export class Lab {
  /** @param {{ shaper: string, viewers?: number, seed?: number }} settings */
  static async up({ shaper, viewers = 1, seed = 1 }) {
    const lab = new Lab(seed);
    try {
      lab.#build();
      for (let number = 0; number < viewers; number += 1) await lab.#addViewer(number, shaper);
    } catch (error) {
      await lab.down();
      throw error;
    }
    return lab;
  }

  constructor(seed) {
    this.seed = seed;
    /** @type {string[]} */
    this.spaces = [];
    /** @type {Set<import('node:child_process').ChildProcess>} */
    this.children = new Set();
    /** @type {Line[]} */
    this.lines = [];
    /** The last number of each viewer's address. @type {number[]} */
    this.places = [];
    this.hasTurn = this.hasTunnel = false;
  }

  #space(name) {
    ip(`netns add ${name}`);
    this.spaces.push(name);
    ip(`-n ${name} link set lo up`);
    // IPv6 may be missing altogether; then there is nothing to switch off.
    const settings = 'echo 1 > ipv4/ip_forward; [ ! -d ipv6 ] || echo 1 > ipv6/conf/all/disable_ipv6';
    run(['ip', 'netns', 'exec', name, 'sh', '-ec', `cd /proc/sys/net; ${settings}`]);
  }

  /** A cable: each end as `space device address`. */
  #cable(one, other) {
    const [[space, device, address], [farSpace, farDevice, farAddress]] = [one.split(' '), other.split(' ')];
    ip(`-n ${space} link add ${device} type veth peer name ${farDevice} netns ${farSpace}`);
    ip(`-n ${space} addr add ${address} dev ${device}`);
    ip(`-n ${farSpace} addr add ${farAddress} dev ${farDevice}`);
    ip(`-n ${space} link set ${device} up`);
    ip(`-n ${farSpace} link set ${farDevice} up`);
  }

  #build() {
    for (const name of ['host', 'hostnat', 'net']) this.#space(name);
    this.#cable('host eth0 10.77.1.2/24', 'hostnat lan 10.77.1.1/24');
    this.#cable('hostnat wan 10.77.2.2/24', 'net host 10.77.2.1/24');
    ip('-n host route add default via 10.77.1.1');
    ip('-n hostnat route add default via 10.77.2.1');
    for (const address of ['10.77.8.1/32', '10.77.9.1/32']) ip(`-n net addr add ${address} dev lo`);
    // The internet loses what is sent to private addresses, and says nothing; coturn would end an allocation at an error.
    ip('-n net link add sink type veth peer name drain');
    for (const device of ['sink', 'drain']) ip(`-n net link set ${device} up`);
    ip('-n net addr add 10.77.7.1/24 dev sink');
    ip('-n net neigh add 10.77.7.2 lladdr 02:00:00:00:00:99 dev sink');
    ip('-n net route add default via 10.77.7.2');
    this.nat('host', 'none');
  }

  async #addViewer(number, shaper) {
    const [nat, view] = [`nat${number}`, `view${number}`];
    this.#space(nat);
    this.#space(view);
    this.#cable(`${nat} lan 10.77.${30 + number}.1/24`, `${view} eth0 10.77.${30 + number}.2/24`);
    ip(`-n ${view} route add default via 10.77.${30 + number}.1`);
    // Both devices begin in `net`; a device that moves takes its open file along.
    const line = new Line(this.spawn('net', shaper, [`line${number}`, 'wan', String(this.seed + 2 * number)], 'pipe'));
    await line.ready;
    ip(`-n net link set wan netns ${nat}`);
    for (const [space, device, end] of [['net', `line${number}`, 1], [nat, 'wan', 2]]) {
      ip(`-n ${space} addr add 10.77.${10 + number}.${end}/24 dev ${device}`);
      ip(`-n ${space} link set ${device} mtu 1500 txqueuelen 1000 up`);
    }
    ip(`-n ${nat} route add default via 10.77.${10 + number}.1`);
    this.lines.push(line);
    this.places.push(2);
    this.nat(number, 'none');
  }

  /** Puts another NAT on one side, now. @param {'host' | number} side The host's, or a viewer's by number. @param {Nat} kind */
  nat(side, kind) {
    const [space, subnet, outside] =
      side === 'host' ? ['hostnat', '10.77.1.0/24', '10.77.2.2'] : [`nat${side}`, `10.77.${30 + side}.0/24`, `10.77.${10 + side}.2`];
    // A table is made before it is removed, so that removing never fails.
    nft(space, 'table ip nat {}\ndelete table ip nat\n');
    spawnSync('ip', ['-n', 'net', 'route', 'del', subnet]);
    if (kind === 'none') {
      ip(`-n net route add ${subnet} via ${outside}`);
      return;
    }
    // Linux keeps a source port where it can, so that one mapping serves every destination; fully-random takes a new one.
    const how = kind === 'cone' ? 'masquerade' : 'masquerade random,fully-random';
    // What nobody asked for must die before it is confirmed as a connection, or it takes the tuple that a hole needs.
    nft(space, `table ip nat {
      chain out { type nat hook postrouting priority 100; oifname "wan" ${how}; }
      chain in { type filter hook input priority 0; iifname "wan" ct state new drop; }
      chain through { type filter hook forward priority 0; iifname "wan" ct state new drop; }
    }\n`);
  }

  /** What a viewer's edge lets through from now on. @param {keyof typeof BLOCKED} what */
  block(what, viewer = 0) {
    const rules = `chain through { type filter hook forward priority -1; ${BLOCKED[what]}; }`;
    nft(`nat${viewer}`, `table ip block {}\ndelete table ip block\n${BLOCKED[what] ? `table ip block {\n${rules}\n}\n` : ''}`);
  }

  /** Longer packets vanish, and TCP is told so at its beginning, as home routers do. @param {number} mtu */
  async narrow(mtu, viewer = 0) {
    await this.shape(`longest=${mtu}`, { viewer });
    nft(`nat${viewer}`, `table ip clamp {
      chain through { type filter hook forward priority -2; tcp flags & (syn | rst) == syn tcp option maxseg size set ${mtu - 40}; }
    }\n`);
  }

  /** The viewer is in another network from now on, as far as it can tell. */
  move(viewer = 0) {
    const [view, net] = [`view${viewer}`, `10.77.${30 + viewer}`];
    const from = this.places[viewer] ?? 2;
    this.places[viewer] = from + 1;
    ip(`-n ${view} addr del ${net}.${from}/24 dev eth0`);
    ip(`-n ${view} addr add ${net}.${from + 1}/24 dev eth0`);
    ip(`-n ${view} route replace default via ${net}.1`);
  }

  /** @param {string} profile As examples/shaper.rs takes it. @param {{ viewer?: number, way?: 'both' | 'forth' | 'back' }} [where] Forth is to the viewer. */
  shape(profile, { viewer = 0, way = 'both' } = {}) {
    return this.#line(viewer).ask(`${way} ${profile}`);
  }

  /** What a line did since it was asked last. @returns {Promise<{ at_ms: number, forth: WayReport, back: WayReport }>} */
  report(viewer = 0) {
    return this.#line(viewer).ask('report');
  }

  #line(viewer) {
    const line = this.lines[viewer];
    if (!line) throw new Error(`there is no viewer ${viewer}`);
    return line;
  }

  /** Starts a program in a namespace; it ends with the lab. @param {'pipe' | 'log'} output `log`: to a file of that name. */
  spawn(space, program, args, output, environment = {}) {
    const log = output === 'log' ? openSync(`${FOLDER}/${program.split('/').at(-1)}.log`, 'a') : 0;
    const stdio = output === 'log' ? ['ignore', log, log] : ['pipe', 'pipe', 'inherit'];
    const env = { ...process.env, ...environment };
    const child = spawn('ip', ['netns', 'exec', space, program, ...args], { stdio, env });
    this.children.add(child);
    child.once('exit', () => this.children.delete(child));
    return child;
  }

  /** A throw-away certificate for both names. */
  #certificate() {
    const [key, certificate] = [`${FOLDER}/key.pem`, `${FOLDER}/certificate.pem`];
    run(['sh', '-c', `[ -f ${key} ] || openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
      -subj /CN=lab.example -addext subjectAltName=DNS:lab.example,DNS:turn.example -keyout ${key} -out ${certificate} 2>/dev/null`]);
    return { key, certificate };
  }

  /** Starts coturn on the internet. */
  async startTurn() {
    const { key, certificate } = this.#certificate();
    this.spawn('net', 'turnserver', [
      '-n', '--log-file=stdout', '--simple-log', '-L', TURN.host, '-E', TURN.host, '-p', '3478', '--tls-listening-port=443',
      `--cert=${certificate}`, `--pkey=${key}`, '-a', '-u', `${TURN.user}:${TURN.password}`, '-r', TURN.name, '--no-cli',
      '--min-port=50000', '--max-port=50200', '--no-multicast-peers', `--pidfile=${FOLDER}/turn.pid`, `--userdb=${FOLDER}/turn.db`,
    ], 'log');
    await this.#listening('10.77.9.1:443');
    this.hasTurn = true;
  }

  /** Starts the public end of the tunnel; the host starts the other with {@link tunnelCommand}. */
  async startTunnel() {
    const { key, certificate } = this.#certificate();
    this.spawn('net', process.execPath, [TUNNEL, 'public', SOCKET, '10.77.8.1', '443', certificate, key], 'log');
    await this.#listening('10.77.8.1:443');
    this.hasTunnel = true;
  }

  async #listening(place) {
    for (let patience = 200; patience > 0; patience -= 1) {
      const { stdout } = spawnSync('ip', ['netns', 'exec', 'net', 'ss', '-Hlnt'], { encoding: 'utf8' });
      if (stdout.includes(place)) return;
      await passed(50);
    }
    throw new Error(`nobody listens on ${place}; their logs lie in ${FOLDER}`);
  }

  /** Ends all that was started, and takes the network apart. */
  async down() {
    const children = [...this.children];
    const ends = children.map((child) => once(child, 'exit'));
    for (const child of children) child.kill('SIGKILL');
    await Promise.all(ends);
    for (const name of this.spaces.splice(0)) {
      const { stdout } = spawnSync('ip', ['netns', 'pids', name], { encoding: 'utf8' });
      for (const pid of stdout.split('\n').filter(Boolean)) {
        try { process.kill(Number(pid), 'SIGKILL'); } catch { /* It has ended meanwhile. */ }
      }
      ip(`netns del ${name}`);
    }
  }
}

const TUNNEL = fileURLToPath(new URL('tunnel.mjs', import.meta.url));
const SOCKET = `${FOLDER}/tunnel.socket`;
/** For the host's `--tunnel-command`. */
export const tunnelCommand = `${process.execPath} ${TUNNEL} host ${SOCKET} {addr}`;

/** A running shaper that is asked in lines. */
class Line {
  /** @param {import('node:child_process').ChildProcess} child */
  constructor(child) {
    this.child = child;
    /** @type {((answer: any) => void)[]} */
    this.waiting = [];
    this.ready = new Promise((resolve, reject) => {
      this.waiting.push(resolve);
      child.once('exit', (code) => reject(new Error(`the shaper ended with ${code}`)));
    });
    if (child.stdout) createInterface({ input: child.stdout }).on('line', (line) => this.waiting.shift()?.(JSON.parse(line)));
  }

  /** @param {string} wish @returns {Promise<any>} */
  async ask(wish) {
    const answer = new Promise((resolve) => this.waiting.push(resolve));
    this.child.stdin?.write(`${wish}\n`);
    const said = await answer;
    if (said.error) throw new Error(said.error);
    return said;
  }
}
