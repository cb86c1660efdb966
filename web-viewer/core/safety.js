// The safety code of a connection: both ends make it of both DTLS fingerprints (RFC 8122) and read it aloud. Whoever sits
// between them has fingerprints of its own, so the codes differ. 80 bits in Crockford's base 32: to find two certificates
// with one code takes some 2^40 tries.

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/**
 * @param {string} hostSdp
 * @param {string} viewerSdp
 * @returns {Promise<string | null>} Null where the browser lends no digest (a page that came by plain http) or an end has no fingerprint.
 */
export async function safetyCode(hostSdp, viewerSdp) {
  const [host, viewer] = [hostSdp, viewerSdp].map((sdp) => /^a=fingerprint:sha-256 (\S+)/im.exec(sdp)?.[1]?.toUpperCase());
  if (!host || !viewer || !globalThis.crypto?.subtle) return null;
  const bytes = new TextEncoder().encode(`heliograph safety code\n${host}\n${viewer}`);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)).subarray(0, 10);
  const bits = Array.from(digest, (byte) => byte.toString(2).padStart(8, '0')).join('');
  const letters = (bits.match(/.{5}/g) ?? []).map((five) => ALPHABET[parseInt(five, 2)]).join('');
  return letters.match(/.{4}/g)?.join('-') ?? null;
}
