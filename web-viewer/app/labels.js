// Words at places of the scene, and the scale bar, over the picture. Loaded when there is a scene.

/** @import { Pose } from '../core/camera.js' */
/** @import { SceneStatus } from '../core/wire.gen.js' */
import { onPicture } from '../core/camera.js';
import { placedLabels } from '../core/places.js';
import { scaleBar } from '../core/scale.js';
import { drawCard } from './card.js';
import { shape } from './elements.js';

const MARGIN = 16;

/** Behind the data it is dark: the scene's own property says so. @param {SceneStatus} scene */
function isDark({ properties }) {
  const value = properties.find(({ id }) => id === 'background')?.value;
  return !(value && 'choice' in value && (value.choice === 'light' || value.choice === 'white'));
}

/**
 * @param {SVGGElement} layer
 * @param {Pose} pose
 * @param {SceneStatus} scene
 * @param {{ left: number, top: number, width: number, height: number, hasScale: boolean }} picture In CSS pixels, from the view's corner.
 */
export function drawLabels(layer, pose, scene, { left, top, width, height, hasScale }) {
  drawCard(pose, scene.picked, { left, top, width, height });
  layer.classList.toggle('on-light', !isDark(scene));
  const words = placedLabels(pose, scene.labels, width, height).map(({ text, kind, x, y }) => {
    const word = shape('text', { x, y, class: kind });
    word.textContent = text;
    return word;
  });
  layer.replaceChildren(...words, ...measured(pose, scene, width, height), ...(hasScale ? bar(pose, width, height) : []));
}

/** The line that is measured. @param {Pose} pose @param {SceneStatus} scene @param {number} width @param {number} height */
function measured(pose, { measure }, width, height) {
  if (!measure) return [];
  const [from, to] = [measure.from, measure.to].map((end) => end && onPicture(pose, end.scene, width, height));
  const ends = [from, to].flatMap((end) => (end ? [shape('circle', { cx: end[0], cy: end[1], r: 4.5, class: 'end' })] : []));
  if (!from || !to) return ends;
  const d = `M${from}L${to}`;
  const word = shape('text', { x: (from[0] + to[0]) / 2, y: (from[1] + to[1]) / 2, class: 'distance' });
  word.textContent = measure.distance ?? '';
  return [shape('path', { d, class: 'casing' }), shape('path', { d, class: 'measured' }), ...ends, word];
}

/** @param {Pose} pose @param {number} width @param {number} height */
function bar(pose, width, height) {
  const { share, text } = scaleBar(pose);
  if (!(share > 0)) return [];
  const [right, y] = [width - MARGIN, height - MARGIN];
  const left = right - share * height;
  const d = `M${left} ${y - 5}V${y}H${right}V${y - 5}`;
  const word = shape('text', { x: (left + right) / 2, y: y - 11, class: 'scale' });
  word.textContent = text;
  return [shape('path', { d, class: 'casing' }), shape('path', { d }), word];
}
