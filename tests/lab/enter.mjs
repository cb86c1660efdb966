// Goes into namespaces of its own, in which a lab may do as it likes: network, mounts and processes.
//
// All that a lab makes lives in there: network namespaces are named in a private /run, temporary files lie in it, and every
// process is a child of the namespace's first one. When that one ends, however it ends, the kernel removes everything. So a
// lab needs no names that are unique, and a run that is killed leaves nothing behind.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';

const MARK = 'HELIOGRAPH_LAB_INSIDE';
/** Where a lab keeps its files; nobody outside sees it. */
export const FOLDER = '/run/lab';

const flags = () => [
  ...(process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']),
  '--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc',
];

/** What a lab does first, as the one trial that counts: it says itself what this machine will not do. */
const TRIAL = [
  'mount -t tmpfs tmpfs /run', 'mkdir /run/netns', 'ip netns add trial', 'ip tuntap add dev trial mode tun',
  'ip netns exec trial nft list ruleset', 'ip -n trial link add one type veth peer name other',
].join(' && ');

/** Why there can be no lab here, in one sentence; null when there can. @returns {string | null} */
export function whyNot() {
  const missing = [['unshare', 'util-linux'], ['ip', 'iproute2'], ['nft', 'nftables']].filter(([name]) => !found(name));
  if (missing.length > 0) return `missing: ${missing.map(([name, from]) => `${name} (${from})`).join(', ')}`;
  if (!existsSync('/dev/net/tun')) return 'missing: /dev/net/tun';
  const { status, stderr, stdout } = spawnSync('unshare', [...flags(), 'sh', '-c', TRIAL], { encoding: 'utf8' });
  if (status === 0) return null;
  return `this machine makes no network namespaces: ${(stderr || stdout).trim().split('\n')[0] || `unshare ended with ${status}`}`;
}

/** Whether a program is there. @param {string} name */
export const found = (name) => spawnSync('sh', ['-c', 'command -v "$0"', name]).status === 0;

export const isInside = () => process.env[MARK] === '1';

/** Runs this same command inside; resolves to its exit code. @returns {Promise<number>} */
export function enter() {
  const child = spawn('unshare', [...flags(), process.execPath, ...process.argv.slice(1)], {
    // Whoever started us may be killed; then our stdin ends, and the one inside sees it.
    stdio: 'inherit', env: { ...process.env, [MARK]: '1' },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill('SIGKILL'));
  return new Promise((resolve) => child.on('close', (code) => resolve(code ?? 1)));
}

/** What the first process inside does first. */
export function settle() {
  const run = (command) => {
    const { status, stderr } = spawnSync('sh', ['-c', command], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${command}: ${stderr}`);
  };
  run(`mount -t tmpfs tmpfs /run && mkdir -p /run/netns ${FOLDER}/tmp && chmod 1777 ${FOLDER}/tmp && ip link set lo up`);
  // Names that the browsers and the host know, without a name server.
  writeFileSync(`${FOLDER}/hosts`, '127.0.0.1 localhost\n10.77.8.1 lab.example\n10.77.9.1 turn.example\n');
  run(`mount --bind ${FOLDER}/hosts /etc/hosts`);
  process.env.TMPDIR = `${FOLDER}/tmp`;
  process.env.HOME = `${FOLDER}/tmp`;
  // The first process of a namespace ignores what it does not ask for.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130));
}
