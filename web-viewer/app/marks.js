// Measuring and selecting: what a press on the picture means while one of these tools is on, and what is said of the selection.

/** @import { Command, How, SceneStatus, SelectedField, Shape } from '../core/wire.gen.js' */
/** @import { Stage } from './stage.js' */
/** @import { Viewer } from './viewer.js' */
import { countText, numberText } from '../core/controls.js';
import { placeInPicture } from '../core/geometry.js';
import { rows } from './card.js';
import { element, shape } from './elements.js';

/** @typedef {'measure' | 'box' | 'lasso'} Tool */
/** @type {[Tool, string][]} */
const TOOLS = [['measure', 'Measure'], ['box', 'Select in a box'], ['lasso', 'Select in a loop']];
/** In CSS pixels: what moves less is a click. */
const SLOP_PX = 6;
const MOST_CORNERS = 250;

export class Marks {
  /** @param {Viewer} viewer @param {Stage} stage @param {HTMLElement} place */
  constructor(viewer, stage, place) {
    this.viewer = viewer;
    this.stage = stage;
    this.view = element('view', HTMLElement);
    /** @type {Tool | null} */
    this.tool = null;
    /** @type {[x: number, y: number][]} In CSS pixels. */
    this.stroke = [];
    this.pointer = -1;
    this.path = shape('path', { class: 'stroke' });
    element('overlay', SVGSVGElement).append(this.path);
    const heading = document.createElement('h3');
    heading.textContent = 'Measure and select';
    this.buttons = TOOLS.map(([tool, name]) => {
      const made = button(name, () => this.#switch(this.tool === tool ? null : tool));
      made.setAttribute('aria-pressed', 'false');
      return made;
    });
    this.clear = button('Clear', () => this.#clear());
    this.said = document.createElement('div');
    this.said.setAttribute('role', 'status');
    const box = document.createElement('div');
    box.className = 'views';
    this.marked = document.createElement('dl');
    this.marked.setAttribute('aria-label', 'What is marked');
    box.append(heading, ...this.buttons, this.clear, this.said, this.marked);
    place.append(box);
    // Before the hand that turns the scene.
    for (const kind of /** @type {const} */ (['pointerdown', 'pointermove', 'pointerup', 'pointercancel'])) {
      this.view.addEventListener(kind, (event) => this.#handle(event), { capture: true });
    }
    window.addEventListener('keydown', ({ key }) => {
      if (key === 'Escape') this.#switch(null);
    });
  }

  /** @param {SceneStatus} scene */
  show({ measure, selection, picked }) {
    const says = JSON.stringify(picked?.fields ?? []);
    if (this.marked.dataset['shown'] !== says) {
      this.marked.dataset['shown'] = says;
      this.marked.replaceChildren(...rows(picked?.fields ?? []));
    }
    const may = this.viewer.maySteer;
    for (const one of this.buttons) one.disabled = !may;
    if (!may && this.tool) this.#switch(null);
    this.clear.hidden = !measure && !selection;
    this.clear.disabled = !may;
    const shown = JSON.stringify([measure?.distance, selection]);
    if (this.said.dataset['shown'] === shown) return;
    this.said.dataset['shown'] = shown;
    const parts = [];
    if (measure?.distance) parts.push(line(`Distance: ${measure.distance}`));
    for (const { name, summary, fields } of selection?.layers ?? []) {
      parts.push(line(`${name}: ${summary}`), ...fields.map(fieldOf));
    }
    this.said.replaceChildren(...parts);
  }

  /** @param {Tool | null} tool */
  #switch(tool) {
    this.tool = tool;
    this.stroke = [];
    this.pointer = -1;
    this.#draw();
    this.view.classList.toggle('marking', tool !== null);
    for (const [index, one] of this.buttons.entries()) one.setAttribute('aria-pressed', String(TOOLS[index]?.[0] === tool));
  }

  #clear() {
    const { scene } = this.viewer;
    if (scene?.measure) this.viewer.command({ type: 'clear_measure' });
    if (scene?.selection) this.viewer.command({ type: 'clear_selection' });
  }

  /** @param {PointerEvent} event */
  #handle(event) {
    if (!this.tool || (event.type === 'pointerdown' && (event.button !== 0 || this.pointer !== -1))) return;
    if (event.type !== 'pointerdown' && event.pointerId !== this.pointer) return;
    event.stopImmediatePropagation();
    event.preventDefault();
    const { left, top } = this.view.getBoundingClientRect();
    const at = /** @type {[number, number]} */ ([event.clientX - left, event.clientY - top]);
    if (event.type === 'pointerdown') {
      this.view.setPointerCapture(event.pointerId);
      this.pointer = event.pointerId;
      this.stroke = [at];
    } else if (event.type === 'pointermove') {
      if (this.tool === 'box') this.stroke.length = 1;
      if (this.stroke.length < MOST_CORNERS) this.stroke.push(at);
    } else {
      if (event.type === 'pointerup') this.#done(this.tool, event, { left, top });
      this.pointer = -1;
      this.stroke = [];
    }
    this.#draw();
  }

  /** @param {Tool} tool @param {PointerEvent} event @param {{ left: number, top: number }} origin */
  #done(tool, event, { left, top }) {
    const places = this.stroke.map(([x, y]) => placeInPicture(x + left, y + top, this.stage.pictureRect));
    const [first] = this.stroke;
    const here = placeInPicture(event.clientX, event.clientY, this.stage.pictureRect);
    const isClick = this.stroke.every(([x, y]) => first && Math.hypot(x - first[0], y - first[1]) < SLOP_PX);
    /** @type {How} */
    const how = event.shiftKey ? 'add' : event.ctrlKey || event.metaKey ? 'remove' : 'replace';
    /** @param {Shape} drawn @returns {Command} */
    const select = (drawn) => ({ type: 'select', shape: drawn, how });
    const [from] = places;
    if (tool === 'measure') this.viewer.command({ type: 'measure', x: here.x, y: here.y });
    else if (isClick) this.viewer.command(select({ type: 'point', x: here.x, y: here.y }));
    else if (tool === 'box' && from) this.viewer.command(select({ type: 'box', from: [from.x, from.y], to: [here.x, here.y] }));
    else if (places.length > 2) this.viewer.command(select({ type: 'lasso', corners: places.map(({ x, y }) => [x, y]) }));
  }

  #draw() {
    const [first, last] = [this.stroke[0], this.stroke.at(-1)];
    if (!first || !last || this.tool === 'measure') return this.path.setAttribute('d', '');
    const corners = this.tool === 'box' ? [first, [last[0], first[1]], last, [first[0], last[1]]] : this.stroke;
    this.path.setAttribute('d', `M${corners.map(([x, y]) => `${x} ${y}`).join('L')}Z`);
  }
}

/** @param {SelectedField} field */
function fieldOf({ name, unit, numbers }) {
  const title = unit ? `${name} (${unit})` : name;
  if (!numbers) return line(`${title}: no value`);
  if (numbers.type === 'quantity') {
    const { least, mean, greatest, deviation } = numbers;
    return line(`${title}: ${numberText(mean)} ± ${numberText(deviation)}, from ${numberText(least)} to ${numberText(greatest)}`);
  }
  const kinds = numbers.most.map(({ label, count }) => `${countText(count)} ${label}`).join(', ');
  return line(`${title}: ${kinds}${numbers.more > 0 ? ` and ${numbers.more} more` : ''}`);
}

/** @param {string} text */
function line(text) {
  const made = document.createElement('p');
  made.textContent = text;
  return made;
}

/** @param {string} text @param {() => void} act */
export function button(text, act) {
  const made = document.createElement('button');
  made.type = 'button';
  made.className = 'small';
  made.textContent = text;
  made.addEventListener('click', act);
  return made;
}
