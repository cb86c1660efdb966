// The real program, in the lab's `host`: asked and answered in JSON lines.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { FOLDER } from './enter.mjs';
import { PUBLIC, TURN, tunnelCommand } from './lab.mjs';

/** Points that never look alike while they turn, and need some Mbit/s to look well. */
export const SCENE = 'app/samples/autzen.laz';
const PATIENCE_MS = 40_000;
/** One step of the scene's turning, and how often it is made: 30 pictures a second. */
const STEP = { type: 'orbit', dx: 0.004, dy: 0 };
const STEP_MS = 33;

export class Host {
  /**
   * Starts it, and waits until the scene is loaded and the links reach through the tunnel.
   * @param {import('./lab.mjs').Lab} lab
   * @param {string} program
   * @param {{ args?: string[] }} [options]
   */
  static async start(lab, program, { args = [] } = {}) {
    if (!lab.hasTunnel) await lab.startTunnel();
    const host = new Host(lab, program, [
      // On every address: a tunnel alone would bind media to loopback.
      '--headless', '--size', '1280x720', '--bind', '0.0.0.0', '--share=command', '--tunnel-command', tunnelCommand,
      ...(lab.hasTurn ? RELAY : []), ...args, SCENE,
    ]);
    await Promise.all([host.once('loaded'), host.once('sharing', ({ control }) => control.startsWith(PUBLIC))]);
    return host;
  }

  constructor(lab, program, args) {
    const environment = lab.hasTurn ? RELAY_ENVIRONMENT : {};
    this.process = lab.spawn('host', program, ['--json', ...args], 'pipe', environment);
    /** @type {any[]} */
    this.seen = [];
    /** @type {((event: any) => boolean)[]} */
    this.waiting = [];
    createInterface({ input: this.process.stdout }).on('line', (line) => {
      const event = JSON.parse(line);
      this.seen.push(event);
      this.waiting = this.waiting.filter((wait) => !wait(event));
    });
    /** @type {NodeJS.Timeout | undefined} */
    this.turning = undefined;
  }

  /** The next event of a kind that fits. @returns {Promise<any>} */
  once(kind, fits = (_) => true) {
    return new Promise((resolve, reject) => {
      const tell = () => `no event ${kind} came from the host; seen: ${JSON.stringify(this.seen.slice(-5))}`;
      const patience = setTimeout(() => reject(new Error(tell())), PATIENCE_MS);
      this.waiting.push((event) => {
        if (event.event !== kind || !fits(event)) return false;
        clearTimeout(patience);
        resolve(event);
        return true;
      });
    });
  }

  last(kind, fits = (_) => true) {
    return this.seen.findLast((event) => event.event === kind && fits(event));
  }
  /** The link for those who steer, through the tunnel. @returns {string} */
  get link() { return this.last('sharing').control; }
  /** The same at the host's own address. @param {string} address @returns {string} */
  linkAt(address) {
    const local = this.seen.find((event) => event.event === 'sharing' && !event.control.startsWith(PUBLIC));
    return local.control.replace(/\/\/[^:/]+/, `//${address}`);
  }
  /** @returns {number} */
  get sidecar() { return this.last('sidecar', ({ pid }) => pid).pid; }

  ask(request) { this.process.stdin.write(`${JSON.stringify(request)}\n`); }
  command(command) { this.ask({ do: 'command', command }); }

  /** Turns the scene from now on, whatever the viewers do. */
  turn() { this.turning ??= setInterval(() => this.command(STEP), STEP_MS); }
  rest() {
    clearInterval(this.turning);
    this.turning = undefined;
  }

  /** The picture of this moment, as a PNG file. @returns {Promise<string>} Its path. */
  async screenshot(name) {
    const path = `${FOLDER}/${name}.png`;
    const written = this.once('screenshot', (event) => event.path === path);
    this.ask({ do: 'screenshot', path });
    await written;
    return path;
  }

  /** Seconds of CPU that the streaming process has used (proc(5): utime and stime in ticks of 10 ms). */
  sidecarCpuSeconds() {
    const fields = readFileSync(`/proc/${this.sidecar}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / 100;
  }

  async end() {
    this.rest();
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    this.process.kill('SIGKILL');
    await once(this.process, 'exit');
  }
}

/** What the host is told of coturn, which is its STUN server too. */
const RELAY = ['--turn', `turn:${TURN.host}:3478`, '--stun', `${TURN.host}:3478`];
const RELAY_ENVIRONMENT = { HELIOGRAPH_TURN_USERNAME: TURN.user, HELIOGRAPH_TURN_CREDENTIAL: TURN.password };
