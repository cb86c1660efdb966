// What the colours mean, over the picture: a colour bar with its ticks, or a list of kinds. Loaded when a scene has any.

/** @import { Legend, SceneStatus } from '../core/wire.gen.js' */
import { legendTitle, numberText, quantityAt } from '../core/controls.js';
import { element } from './elements.js';

const TICKS = 5;

/** @param {SceneStatus} scene */
export function showLegends({ layers }) {
  const place = element('legends', HTMLElement);
  const legends = layers.flatMap(({ visible, legends }) => (visible ? legends : []));
  const shape = JSON.stringify(legends);
  if (place.dataset['shape'] === shape) return;
  place.dataset['shape'] = shape;
  place.replaceChildren(...legends.map(draw));
}

/** @param {Legend} legend */
function draw(legend) {
  const box = document.createElement('figure');
  box.className = 'panel legend';
  const title = document.createElement('figcaption');
  title.textContent = legendTitle(legend);
  box.append(title, legend.scale.type === 'ramp' ? ramp(legend.scale) : keys(legend.scale));
  return box;
}

/** @param {Extract<Legend['scale'], { type: 'ramp' }>} scale */
function ramp({ colors, range, log }) {
  const body = document.createElement('div');
  body.className = 'ramp';
  const bar = document.createElement('div');
  bar.style.background = `linear-gradient(to top, ${colors.map((color) => `rgb(${color.join(' ')})`).join(', ')})`;
  const ticks = document.createElement('ol');
  for (let tick = TICKS - 1; tick >= 0; tick -= 1) {
    const item = document.createElement('li');
    item.textContent = numberText(quantityAt(range, log, tick / (TICKS - 1)));
    ticks.append(item);
  }
  body.append(bar, ticks);
  return body;
}

/** @param {Extract<Legend['scale'], { type: 'keys' }>} scale */
function keys({ entries, more }) {
  const list = document.createElement('ul');
  for (const { label, color } of entries) {
    const item = document.createElement('li');
    const swatch = document.createElement('span');
    swatch.className = 'swatch';
    swatch.style.backgroundColor = `rgb(${color.join(' ')})`;
    item.append(swatch, label);
    list.append(item);
  }
  if (more > 0) {
    const item = document.createElement('li');
    item.textContent = `and ${more} more`;
    list.append(item);
  }
  return list;
}
