// Who the page says it is: a name, a browser in a few words, and the pass by which the host knows it again.

export const NAME_CHARS_MAX = 40;
const BROWSER_CHARS_MAX = 60;

/**
 * @typedef {object} Identity
 * @property {string} name May be empty.
 * @property {string} browser As {@link browserOf} says it.
 * @property {number | null} roundTripMs As {@link roundTripOf} says it.
 * @property {string | null} pass Null for who has not been let in yet.
 */
/**
 * What a browser says of itself: `navigator`, or a part of it.
 * @typedef {object} Browser
 * @property {string} userAgent
 * @property {number} [maxTouchPoints]
 * @property {{ brands: { brand: string }[], platform: string }} [userAgentData] Chromium's alone, on secure pages.
 */

/** A name as it is sent: the host cleans it more thoroughly. @param {string} name */
export function tidyName(name) {
  // Halves of surrogate pairs have no UTF-8, so encodeURIComponent() would throw.
  const words = name.replace(/\p{Surrogate}|\p{Cc}/gu, ' ').trim().replace(/\s+/g, ' ');
  return [...words].slice(0, NAME_CHARS_MAX).join('').trimEnd();
}

/**
 * Where the pass for a link is kept. It names the link by a digest of 32 bits (FNV-1a): enough to tell links apart,
 * far too little to tell the token. Pages of a plain http address have no crypto.subtle.
 * @param {string} token
 */
export function passKey(token) {
  let digest = 0x811c9dc5;
  for (const character of token) digest = Math.imul(digest ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return `heliograph-pass-${digest.toString(16).padStart(8, '0')}`;
}

/** The value of the header `Heliograph-Guest`. @param {Identity} identity */
export function guestHeader({ name, browser, roundTripMs, pass }) {
  return encodeURIComponent(JSON.stringify({ name: tidyName(name), browser, round_trip_ms: roundTripMs, pass }));
}

/**
 * How long the server took to begin its answer to this page's request, in whole milliseconds; null when unknown.
 * @param {{ requestStart: number, responseStart: number } | undefined} timing
 * @returns {number | null}
 */
export function roundTripOf(timing) {
  if (!timing || !(timing.requestStart > 0) || !(timing.responseStart >= timing.requestStart)) return null;
  return Math.round(timing.responseStart - timing.requestStart);
}

/** Who calls itself by another's name as well comes first. @type {[RegExp, string][]} */
const NAMES = [
  [/Edg(?:e|A|iOS)?\/|Microsoft Edge/, 'Edge'],
  [/OPR\/|Opera/, 'Opera'],
  [/SamsungBrowser|Samsung Internet/, 'Samsung Internet'],
  [/Brave/, 'Brave'],
  [/Vivaldi/, 'Vivaldi'],
  [/Firefox|FxiOS/, 'Firefox'],
  [/Chrom|CriOS/, 'Chrome'],
  [/Safari/, 'Safari'],
];
/** @type {[RegExp, string][]} */
const SYSTEMS = [
  [/iPhone/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/CrOS|Chrome ?OS/, 'ChromeOS'],
  [/Mac/i, 'macOS'],
  [/Linux/, 'Linux'],
];

/**
 * E.g. `Chrome on Android`.
 * @param {Browser} browser
 */
export function browserOf({ userAgent, maxTouchPoints = 0, userAgentData }) {
  const brands = userAgentData?.brands.map(({ brand }) => brand).join(' ') ?? '';
  const name = firstOf(NAMES, brands) ?? firstOf(NAMES, userAgent) ?? 'A browser';
  const told = firstOf(SYSTEMS, userAgentData?.platform ?? '') ?? firstOf(SYSTEMS, userAgent);
  // An iPad asks for the pages of a Mac; no Mac has a touch screen.
  const system = told === 'macOS' && maxTouchPoints > 1 ? 'iPad' : told;
  return (system ? `${name} on ${system}` : name).slice(0, BROWSER_CHARS_MAX);
}

/** @param {[RegExp, string][]} table @param {string} text */
const firstOf = (table, text) => table.find(([sign]) => sign.test(text))?.[1];
