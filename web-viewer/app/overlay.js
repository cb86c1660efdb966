// What is drawn over the picture as vectors, sharp on every line: the axes, the outline of where the camera is to be while
// the picture lags behind the hand, and a ring under each finger.

/** @import { Pose } from '../core/camera.js' */
/** @import { Bounds, SceneStatus } from '../core/wire.gen.js' */
/** @import { Stage } from './stage.js' */
/** @import { Viewer } from './viewer.js' */
import { boxEdges, triad } from '../core/camera.js';
import { element, shape } from './elements.js';

/** What could not be loaded, because a tunnel had fallen, is asked for again after this. */
const AGAIN_MS = 3000;
/** The outline is looked after so often even where nothing happens. */
const REVIEW_MS = 500;

/**
 * @param {HTMLElement} view Takes the pointer's events.
 * @param {Stage} stage
 * @param {Viewer} viewer
 * @returns {{ foreseen: () => Pose | null }} For tests: where the outline is.
 */
export function bindOverlay(view, stage, viewer) {
  const { foresight } = viewer;
  const axes = element('axes', SVGGElement);
  const outline = element('outline', SVGGElement);
  let request = 0;
  let timer = 0;

  const foreseen = () => (viewer.maySteer ? foresight.foreseen(viewer.scene?.bounds ?? null, viewer.clock.roundTripMs, performance.now()) : null);

  const labels = element('labels', SVGGElement);
  /** @type {typeof import('./labels.js') | null} */
  let module = null;
  let isLoading = false;
  /** @param {[pose: Pose, scene: SceneStatus, picture: { left: number, top: number, width: number, height: number, hasScale: boolean }]} what */
  const drawLabels = async (...[pose, scene, picture]) => {
    if (module) return module.drawLabels(labels, pose, scene, picture);
    if (isLoading) return;
    isLoading = true;
    module = await import('./labels.js').catch(() => null);
    // With the picture that is shown when it has come.
    setTimeout(() => {
      isLoading = false;
      drawn = [];
      redraw();
    }, module ? 0 : AGAIN_MS);
  };

  /** What the axes and labels were drawn for: most of the hand's moves come between two pictures. @type {unknown[]} */
  let drawn = [];
  /** @param {Pose | null} pose @param {boolean} isAhead @param {{ left: number, top: number, width: number, height: number }} picture */
  const drawScene = (pose, isAhead, { left, top, width, height }) => {
    const { scene } = viewer;
    const wanted = [pose, isAhead, scene, left, top, width, height];
    if (wanted.every((part, index) => part === drawn[index])) return;
    drawn = wanted;
    const place = `translate(${left} ${top})`;
    for (const layer of [axes, outline, labels]) layer.setAttribute('transform', place);
    drawAxes(axes, shows(viewer, 'show_axes') ? pose : null, width, height);
    if (pose && scene) void drawLabels(pose, scene, { left, top, width, height, hasScale: shows(viewer, 'show_scale') });
    if (pose && isAhead && scene?.bounds) drawOutline(outline, pose, scene.bounds, width, height);
  };

  const draw = () => {
    request = 0;
    const { box, pictureRect } = stage;
    const ahead = foreseen();
    outline.classList.toggle('on', ahead !== null);
    // The view has the same corner as the box.
    drawScene(ahead ?? foresight.onScreen?.pose ?? null, ahead !== null, { ...pictureRect, left: pictureRect.left - box.left, top: pictureRect.top - box.top });
    clearTimeout(timer);
    if (ahead) timer = window.setTimeout(redraw, REVIEW_MS);
  };
  // In the frame that is about to be displayed, as pointer events come before its callbacks.
  const redraw = () => {
    request ||= requestAnimationFrame(draw);
  };

  foresight.changed = redraw;
  new ResizeObserver(redraw).observe(view);
  stage.video.addEventListener('resize', redraw);
  bindFingers(view, viewer);
  return { foreseen };
}

/** The scene's own property, as the host last said it. @param {Viewer} viewer @param {string} name */
function shows(viewer, name) {
  const property = viewer.scene?.properties.find(({ id }) => id === name);
  return property !== undefined && 'toggle' in property.value && property.value.toggle;
}

/** @param {SVGGElement} layer @param {Pose | null} pose @param {number} width @param {number} height */
function drawAxes(layer, pose, width, height) {
  if (!pose) return layer.replaceChildren();
  const { middle, rodWidth, hubRadius, ballRadius, letterHeight, axes } = triad(pose, width, height);
  const [x1, y1] = middle;
  const shapes = axes.map(({ name, end: [x, y], color }) => {
    const letter = shape('text', { x, y, 'font-size': letterHeight });
    letter.textContent = name;
    return [shape('line', { x1, y1, x2: x, y2: y, stroke: color, 'stroke-width': rodWidth }), shape('circle', { cx: x, cy: y, r: ballRadius, fill: color }), letter];
  });
  shapes.splice(axes.filter(({ towardsViewer }) => towardsViewer < 0).length, 0, [shape('circle', { cx: x1, cy: y1, r: hubRadius, class: 'hub' })]);
  layer.replaceChildren(...shapes.flat());
}

/** @param {SVGGElement} layer @param {Pose} pose @param {Bounds} bounds @param {number} width @param {number} height */
function drawOutline(layer, pose, bounds, width, height) {
  const edges = boxEdges(pose, bounds, width, height).map(([from, to]) => `M${from}L${to}`);
  for (const path of layer.children) path.setAttribute('d', edges.join(''));
}

/** The browser draws no pointer under a finger. @param {HTMLElement} view @param {Viewer} viewer */
function bindFingers(view, viewer) {
  const layer = element('fingers', SVGGElement);
  /** @type {Map<number, Element>} */
  const rings = new Map();
  /** @param {PointerEvent} event */
  const follow = ({ pointerId, clientX, clientY }) => {
    const { left, top } = view.getBoundingClientRect();
    rings.get(pointerId)?.setAttribute('transform', `translate(${clientX - left} ${clientY - top})`);
  };
  view.addEventListener('pointerdown', (event) => {
    if (event.pointerType !== 'touch' || !viewer.maySteer) return;
    const ring = shape('circle', { r: 24 });
    rings.set(event.pointerId, ring);
    layer.append(ring);
    follow(event);
  });
  view.addEventListener('pointermove', follow);
  // Whatever is down is captured.
  view.addEventListener('lostpointercapture', ({ pointerId }) => {
    rings.get(pointerId)?.remove();
    rings.delete(pointerId);
  });
}
