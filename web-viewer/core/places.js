// Which words stand where in a picture. The original is core/scene/src/over.rs.

/** @import { Pose } from './camera.js' */
/** @import { Label } from './wire.gen.js' */
import { onPicture } from './camera.js';

/** How high letters are, in CSS pixels; style.css has the same. */
const SIZES = { tick: 11, axis: 13, name: 12 };
/** A letter is about so wide, over how high it is. */
const LETTER_WIDTH = 0.62;
/** A name stands so far above its node. */
const NAME_ABOVE = 12;

/**
 * Of two words that would cover each other only the earlier is there.
 * @param {Pose} pose
 * @param {Label[]} labels
 * @param {number} width
 * @param {number} height
 * @returns {{ text: string, kind: Label['kind'], x: number, y: number }[]} Their middles, from the picture's upper left corner.
 */
export function placedLabels(pose, labels, width, height) {
  /** @type {{ text: string, kind: Label['kind'], x: number, y: number, halfWidth: number, halfHeight: number }[]} */
  const placed = [];
  for (const { at, text, kind } of labels) {
    const spot = onPicture(pose, at, width, height);
    if (!spot) continue;
    const size = SIZES[kind];
    const halfWidth = ([...text].length * LETTER_WIDTH * size) / 2;
    const word = { text, kind, x: spot[0], y: spot[1] - (kind === 'name' ? NAME_ABOVE : 0), halfWidth, halfHeight: size / 2 };
    const isFree = placed.every((old) =>
      Math.abs(old.x - word.x) >= old.halfWidth + halfWidth || Math.abs(old.y - word.y) >= old.halfHeight + word.halfHeight);
    if (isFree) placed.push(word);
  }
  return placed;
}
