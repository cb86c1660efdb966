// Where the picture lies in its box, and which place of it is under the pointer.
//
// Everything is in CSS pixels, as pointer events and getBoundingClientRect() give them, so the screen's
// density and the browser's zoom drop out.

/** @typedef {{ left: number, top: number, width: number, height: number }} Rect */
/** @typedef {{ x: number, y: number }} Place As fractions of the picture: 0, 0 is its top left, 1, 1 its bottom right. */

/**
 * The part of `box` that a picture of `width` × `height` covers under `object-fit: contain`.
 * Before the picture's size is known it is the whole box.
 * @param {Rect} box
 * @param {number} width
 * @param {number} height
 * @returns {Rect}
 */
export function pictureRect(box, width, height) {
  if (!(width > 0 && height > 0 && box.width > 0 && box.height > 0)) return box;
  const scale = Math.min(box.width / width, box.height / height);
  const shown = { width: width * scale, height: height * scale };
  return {
    left: box.left + (box.width - shown.width) / 2,
    top: box.top + (box.height - shown.height) / 2,
    ...shown,
  };
}

// As far as a drag may leave the picture: the host refuses what lies beyond 16 pictures.
const FARTHEST = 15;

/** @param {number} value @param {number} least @param {number} most */
export const clamp = (value, least, most) => Math.min(most, Math.max(least, value));

/**
 * The place under a point of the viewport. A drag may leave the picture: then it is outside of 0 to 1.
 * @param {number} clientX
 * @param {number} clientY
 * @param {Rect} picture
 * @returns {Place}
 */
export function placeInPicture(clientX, clientY, picture) {
  return {
    x: clamp((clientX - picture.left) / Math.max(picture.width, 1), -FARTHEST, FARTHEST),
    y: clamp((clientY - picture.top) / Math.max(picture.height, 1), -FARTHEST, FARTHEST),
  };
}

/** @param {Place} place */
export const isInside = ({ x, y }) => x >= 0 && x <= 1 && y >= 0 && y <= 1;
