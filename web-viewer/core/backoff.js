// How long to wait before trying again: doubling, with jitter, so that many pages do not return in step.

const FIRST_MS = 100;
const LONGEST_MS = 5000;

export class Backoff {
  /** @param {() => number} random From 0 to 1. */
  constructor(random = Math.random) {
    this.random = random;
    this.baseMs = FIRST_MS;
  }

  /**
   * The next wait in milliseconds: half of it is certain, half is jitter.
   * @param {number} longestMs Where the doubling stops for now.
   */
  next(longestMs = LONGEST_MS) {
    const baseMs = Math.min(this.baseMs, longestMs);
    this.baseMs = Math.min(baseMs * 2, longestMs);
    return baseMs / 2 + (baseMs / 2) * this.random();
  }

  /** The connection held: begin anew. */
  reset() {
    this.baseMs = FIRST_MS;
  }
}
