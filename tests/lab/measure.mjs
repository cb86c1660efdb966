// Figures from what the page and the line tell.

/** @typedef {import('./lab.mjs').WayReport} WayReport */

/** Mean of the newest gaps that libwebrtc compares with, and their number. */
const GAPS = 30;

/**
 * Seconds frozen, by libwebrtc's definition (W3C webrtc-stats, totalFreezesDuration): a gap between two shown pictures that is
 * longer than three times the mean, and by 150 ms longer than it, counts whole.
 * @param {number[]} shownAtMs
 * @param {number} fromMs The scene moves from then,
 * @param {number} toMs until then; both count as pictures, so that a picture that never comes is a freeze, too.
 */
export function frozenSeconds(shownAtMs, fromMs, toMs) {
  const times = [...shownAtMs.filter((at) => at > fromMs && at < toMs), toMs];
  /** @type {number[]} */
  const gaps = [];
  let [last, frozen] = [fromMs, 0];
  for (const at of times) {
    const gap = at - last;
    const newest = gaps.slice(-GAPS);
    const mean = newest.length > 0 ? newest.reduce((sum, one) => sum + one, 0) / newest.length : 33;
    if (gap > Math.max(3 * mean, mean + 150)) frozen += gap;
    gaps.push(gap);
    last = at;
  }
  return frozen / 1000;
}

/** Pictures a second. @param {number[]} shownAtMs @param {number} fromMs @param {number} toMs */
export const framesPerSecond = (shownAtMs, fromMs, toMs) =>
  (shownAtMs.filter((at) => at >= fromMs && at < toMs).length * 1000) / (toMs - fromMs);

/**
 * Seconds from a moment until pictures follow each other again: the first one from which on, for two seconds, no gap is longer
 * than 400 ms. Null when they never do.
 */
export function flowsAfter(shownAtMs, fromMs, toMs) {
  const times = shownAtMs.filter((at) => at >= fromMs && at < toMs);
  const flows = (index) => {
    for (let next = index + 1; next < times.length; next += 1) {
      if (times[next] - times[next - 1] > 400) return false;
      if (times[next] - times[index] >= 2000) return true;
    }
    return false;
  };
  const first = times.findIndex((_, index) => flows(index));
  return first === -1 ? null : (times[first] - fromMs) / 1000;
}

/** Mean rate of a way in kbit/s. @param {WayReport} way */
export function kbps({ bins }, fromMs, toMs) {
  const bytes = bins.filter(({ at_ms }) => at_ms >= fromMs && at_ms < toMs).reduce((sum, bin) => sum + bin.bytes, 0);
  return (bytes * 8) / (toMs - fromMs);
}

/** Seconds from a moment until the mean rate over one second is at least that high; null when it never is. @param {WayReport} way */
export function rateBackAfter(way, wantedKbps, fromMs, toMs) {
  for (let at = fromMs; at + 1000 <= toMs; at += 100) {
    if (kbps(way, at, at + 1000) >= wantedKbps) return (at + 1000 - fromMs) / 1000;
  }
  return null;
}
