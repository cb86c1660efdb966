// The scale bar: how long things are at the distance of what the camera looks at. The original is core/scene/src/over.rs.

/** @import { Pose } from './camera.js' */

// Made once: a browser takes longer to make one than to write with it.
const PLAIN = new Intl.NumberFormat('en', { maximumSignificantDigits: 6 });

/** 1, 2 or 5 times a power of ten: the least that is not below `step`. @param {number} step */
export function roundStep(step) {
  const power = 10 ** Math.floor(Math.log10(step));
  return ([1, 2, 5].find((factor) => factor * power >= step * (1 - 1e-9)) ?? 10) * power;
}

/** @param {Pose} pose @returns {{ share: number, text: string }} Its length over the picture's height, and in the scene's units. */
export function scaleBar({ distance, fov_y }) {
  const whole = 2 * distance * Math.tan(fov_y / 2);
  const length = roundStep(whole * 0.12);
  const isPlain = length >= 1e-4 && length < 1e15;
  // Powers of ten carry the rounding of the machine's arithmetic.
  const text = isPlain ? PLAIN.format(length) : length.toExponential(5);
  return { share: length / whole, text };
}
