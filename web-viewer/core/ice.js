// ICE by WHEP's manners (RFC 9725, RFC 8840): servers out of Link headers, and the fragments of SDP that a PATCH carries.

/** @typedef {{ urls: string, username?: string, credential?: string }} IceServer */

/**
 * The servers of `Link: <stun:…>; rel="ice-server"`, several of which a browser joins with commas.
 * @param {string | null} link
 * @returns {IceServer[]}
 */
export function iceServersOf(link) {
  /** @type {IceServer[]} */
  const servers = [];
  for (const [, urls = '', rest = ''] of (link ?? '').matchAll(/<([^>]*)>((?:\s*;\s*[\w-]+\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s;,"]+))*)/g)) {
    const parameters = new Map();
    for (const [, name = '', quoted, plain] of rest.matchAll(/;\s*([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]+))/g)) {
      parameters.set(name.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? plain);
    }
    if (parameters.get('rel') !== 'ice-server' || !/^(stun|turn)s?:/.test(urls)) continue;
    const [username, credential] = [parameters.get('username'), parameters.get('credential')];
    const isWhole = username !== undefined && credential !== undefined;
    // A browser throws for a relay without a password.
    if (isWhole) servers.push({ urls, username, credential });
    else if (urls.startsWith('stun')) servers.push({ urls });
  }
  return servers;
}

/** @param {string} sdp @param {string} name @returns {string | undefined} The first of its kind. */
const attribute = (sdp, name) => sdp.match(new RegExp(`^a=${name}:(.*?)\\r?$`, 'm'))?.[1];

/** @param {string} sdp */
const candidatesOf = (sdp) => [...sdp.matchAll(/^a=(candidate:.*?)\r?$/gm)].map(([, candidate]) => candidate ?? '');

/**
 * What this page's description says of ICE. All media share one transport: that of the first.
 * @param {string} sdp
 * @param {{ candidates?: string[], isComplete?: boolean }} given Other candidates than those of the description.
 */
export function fragmentOf(sdp, { candidates = [...new Set(candidatesOf(sdp))], isComplete = false } = {}) {
  const media = sdp.match(/^m=.*?\r?$/m)?.[0].trimEnd() ?? 'm=video 9 UDP/TLS/RTP/SAVPF 0';
  const lines = [
    `a=ice-ufrag:${attribute(sdp, 'ice-ufrag') ?? ''}`,
    `a=ice-pwd:${attribute(sdp, 'ice-pwd') ?? ''}`,
    media,
    `a=mid:${attribute(sdp, 'mid') ?? '0'}`,
    ...candidates.map((candidate) => `a=${candidate}`),
    ...(isComplete ? ['a=end-of-candidates'] : []),
  ];
  return lines.map((line) => `${line}\r\n`).join('');
}

/**
 * The host's answer once more, with the ICE that a restart gave it.
 * @param {string} answer
 * @param {string} fragment Of the host.
 * @returns {string | null} Null when the fragment has no credentials.
 */
export function restarted(answer, fragment) {
  const [ufrag, password] = [attribute(fragment, 'ice-ufrag'), attribute(fragment, 'ice-pwd')];
  if (!ufrag || !password) return null;
  const candidates = [...new Set(candidatesOf(fragment))].map((candidate) => `a=${candidate}`);
  const lines = answer.split(/\r?\n/).filter((line) => line !== '' && !/^a=(candidate:|end-of-candidates)/.test(line));
  const fresh = lines.flatMap((line) => {
    if (line.startsWith('a=ice-ufrag:')) return [`a=ice-ufrag:${ufrag}`];
    if (line.startsWith('a=ice-pwd:')) return [`a=ice-pwd:${password}`];
    return [line];
  });
  // Candidates belong to a media section; those of the first hold for all.
  const [first = fresh.length, second = fresh.length] = fresh.flatMap((line, index) => (line.startsWith('m=') ? [index] : []));
  if (first < fresh.length) fresh.splice(second, 0, ...candidates);
  return fresh.map((line) => `${line}\r\n`).join('');
}
