// What a file says of what is marked, on a card beside the mark.

/** @import { Pose } from '../core/camera.js' */
/** @import { PickedStatus } from '../core/wire.gen.js' */
import { onPicture } from '../core/camera.js';
import { element } from './elements.js';

/** From the mark to the card's nearest corner, in CSS pixels. */
const ASIDE = 16;
/** The panel has all of them. */
const MOST_ROWS = 12;

const card = document.createElement('dl');
card.id = 'picked';
card.hidden = true;
// The caption and the panel say it to those who do not see it.
card.setAttribute('aria-hidden', 'true');
element('view', HTMLElement).append(card);
let shown = '';

/**
 * @param {Pose} pose
 * @param {PickedStatus | null | undefined} picked
 * @param {{ left: number, top: number, width: number, height: number }} picture In CSS pixels, from the view's corner.
 */
export function drawCard(pose, picked, { left, top, width, height }) {
  const spot = picked?.fields.length ? onPicture(pose, picked.at, width, height) : null;
  card.hidden = !picked || !spot || spot[0] < 0 || spot[1] < 0 || spot[0] > width || spot[1] > height;
  if (card.hidden || !picked || !spot) return;
  fill(picked);
  const [view, { offsetWidth, offsetHeight }] = [element('view', HTMLElement), card];
  const x = beside(left + spot[0], offsetWidth, view.clientWidth);
  const y = beside(top + spot[1], offsetHeight, view.clientHeight);
  card.style.transform = `translate(${x}px, ${y}px)`;
}

/** @param {PickedStatus} picked */
function fill({ fields }) {
  const says = JSON.stringify(fields);
  if (says === shown) return;
  shown = says;
  const more = fields.length - MOST_ROWS;
  card.replaceChildren(...rows(fields.slice(0, MOST_ROWS)), ...(more > 0 ? [part('dt', `and ${more} more`)] : []));
}

/** @param {PickedStatus['fields']} fields @returns {HTMLElement[]} */
export function rows(fields) {
  return fields.flatMap(({ name, value }) => [part('dt', name), part('dd', value)]);
}

/** @param {'dt' | 'dd'} kind @param {string} text */
function part(kind, text) {
  const made = document.createElement(kind);
  made.textContent = text;
  return made;
}

/** Behind the mark where there is room, else before it. @param {number} mark @param {number} size @param {number} end */
function beside(mark, size, end) {
  const place = mark + ASIDE + size <= end ? mark + ASIDE : mark - ASIDE - size;
  return Math.max(0, Math.min(place, end - size));
}
