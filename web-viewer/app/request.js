// Requests to the host.

import { browserOf, guestHeader, roundTripOf } from '../core/guest.js';
import { guestName, passFor } from './identity.js';

/**
 * Like fetch(), but never from a cache, and past the warning that ngrok's free tunnels put before a browser's requests.
 * @param {string} path
 * @param {RequestInit & { headers?: Record<string, string> }} init
 */
export function request(path, init) {
  return fetch(path, { cache: 'no-store', ...init, headers: { 'ngrok-skip-browser-warning': '1', ...init.headers } });
}

/** By which the host lets this page in. @param {string} token */
export const authorization = (token) => ({ Authorization: `Bearer ${token}` });

/** What this page says of itself where it wants to be let in. @param {string} token */
export function introduction(token) {
  const [timing] = performance.getEntriesByType('navigation');
  return {
    ...authorization(token),
    'Heliograph-Guest': guestHeader({
      name: guestName(),
      browser: browserOf(navigator),
      roundTripMs: roundTripOf(/** @type {PerformanceNavigationTiming | undefined} */ (timing)),
      pass: passFor(token),
    }),
  };
}
