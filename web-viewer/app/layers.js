// The panel of layers and their controls: the window's, described by the host and drawn here. Loaded when it is opened first.

/** @import { LayerStatus, Property, SceneStatus, Value } from '../core/wire.gen.js' */
/** @import { Stage } from './stage.js' */
/** @import { Viewer } from './viewer.js' */
import { Changes } from '../core/controls.js';
import { makeControl } from './controls.js';
import { element, icon, write } from './elements.js';
import { Marks } from './marks.js';
import { Views } from './views.js';

/** @typedef {import('./controls.js').Control} Control */

export class LayersPanel {
  /** @param {Viewer} viewer @param {Stage} stage */
  constructor(viewer, stage) {
    this.viewer = viewer;
    this.panel = element('layers', HTMLElement);
    this.list = element('layer-list', HTMLElement);
    this.heading = element('layer-name', HTMLElement);
    this.own = element('layer-controls', HTMLElement);
    this.common = element('scene-controls', HTMLElement);
    this.changes = new Changes();
    /** Whose controls are shown. @type {number | null} */
    this.selected = null;
    /** @type {Map<string, { control: Control, shape: string }>} */
    this.controls = new Map();
    const below = this.panel.querySelector('.scroll');
    const place = below instanceof HTMLElement ? below : this.panel;
    this.marks = new Marks(viewer, stage, place);
    this.views = new Views(viewer, place);
    this.request = 0;
    this.timer = 0;
  }

  /** What the host says of the scene, and whether this page may change it. @param {SceneStatus | null} scene */
  show(scene) {
    if (!scene) return;
    const { layers } = scene;
    if (!layers.some(({ id }) => id === this.selected)) this.selected = layers[0]?.id ?? null;
    this.panel.classList.toggle('looks-only', !this.viewer.maySteer);
    this.#showList(layers);
    const layer = layers.find(({ id }) => id === this.selected);
    write(this.heading, layer?.name ?? '');
    /** @type {Set<string>} */
    const kept = new Set();
    this.#showControls(this.own, layer?.id ?? null, layer?.properties ?? [], kept);
    this.#showControls(this.common, null, scene.properties, kept);
    this.marks.show(scene);
    this.views.show(scene);
    for (const key of this.controls.keys()) if (!kept.has(key)) this.controls.delete(key);
  }

  /** @param {LayerStatus[]} layers */
  #showList(layers) {
    const shape = JSON.stringify(layers.map(({ id, name, summary }) => [id, name, summary]));
    if (this.list.dataset['shape'] !== shape) {
      this.list.dataset['shape'] = shape;
      const focused = /** @type {HTMLElement | null} */ (this.list.contains(document.activeElement) ? document.activeElement : null)?.dataset['key'];
      this.list.replaceChildren(...layers.map((layer, at) => this.#row(layer, at)));
      if (focused) /** @type {HTMLElement | null} */ (this.list.querySelector(`[data-key="${focused}"]`))?.focus({ preventScroll: true });
    }
    const isDisabled = !this.viewer.maySteer;
    for (const [index, layer] of layers.entries()) {
      const row = this.list.children[index];
      const visible = row?.querySelector('input');
      const name = row?.querySelector('.layer');
      if (visible) Object.assign(visible, { checked: layer.visible, disabled: isDisabled });
      name?.setAttribute('aria-pressed', String(layer.id === this.selected));
      for (const tool of row?.querySelectorAll('button.tool') ?? []) {
        if (tool instanceof HTMLButtonElement) tool.disabled = isDisabled;
      }
    }
  }

  /** @param {LayerStatus} layer @param {number} at Its place in the list. */
  #row({ id, name, summary }, at) {
    const row = document.createElement('li');
    const visible = document.createElement('input');
    visible.type = 'checkbox';
    visible.dataset['key'] = `visible-${id}`;
    visible.setAttribute('aria-label', `Show ${name}`);
    visible.addEventListener('change', () => this.#change(id, 'visible', { toggle: visible.checked }));
    const select = document.createElement('button');
    select.type = 'button';
    select.className = 'layer';
    select.dataset['key'] = `select-${id}`;
    const title = document.createElement('bdi');
    title.textContent = name;
    const count = document.createElement('span');
    count.textContent = summary;
    select.append(title, count);
    select.addEventListener('click', () => {
      this.selected = id;
      this.show(this.viewer.scene);
    });
    const rename = this.#tool(`rename-${id}`, `Rename ${name}`, icon('pencil'), () => this.#rename(id, name, select));
    row.append(visible, select, rename);
    // Those above are drawn first.
    const up = document.createElement('span');
    up.textContent = '↑';
    if (at > 0) row.append(this.#tool(`up-${id}`, `Move ${name} up`, up, () => this.viewer.command({ type: 'move_layer', layer: id, to: at - 1 })));
    return row;
  }

  /** @param {string} key @param {string} label @param {Node} mark @param {() => void} act */
  #tool(key, label, mark, act) {
    const tool = document.createElement('button');
    tool.type = 'button';
    tool.className = 'tool';
    tool.dataset['key'] = key;
    tool.setAttribute('aria-label', label);
    tool.append(mark);
    tool.addEventListener('click', act);
    return tool;
  }

  /** A field in the place of the name: Enter takes what is typed, Escape leaves the old one. @param {number} layer @param {string} name @param {HTMLElement} place */
  #rename(layer, name, place) {
    const field = document.createElement('input');
    Object.assign(field, { type: 'text', value: name, maxLength: 80, className: 'layer' });
    field.setAttribute('aria-label', `New name of ${name}`);
    let isOver = false;
    const end = (/** @type {boolean} */ isTaken) => {
      if (isOver) return;
      isOver = true;
      const typed = field.value.trim();
      if (isTaken && typed && typed !== name) this.viewer.command({ type: 'rename_layer', layer, name: typed });
      field.replaceWith(place);
    };
    field.addEventListener('keydown', ({ key }) => {
      if (key === 'Enter' || key === 'Escape') end(key === 'Enter');
    });
    field.addEventListener('blur', () => end(true));
    place.replaceWith(field);
    field.select();
  }

  /** @param {HTMLElement} into @param {number | null} layer @param {Property[]} properties @param {Set<string>} kept */
  #showControls(into, layer, properties, kept) {
    const now = performance.now();
    for (const [index, property] of properties.entries()) {
      const key = Changes.key(layer, property.id);
      // Made anew when it is of another form; with the same form its value is set.
      const shape = JSON.stringify([property.label, property.unit, property.kind]);
      let there = this.controls.get(key);
      if (!there || there.shape !== shape) {
        there?.control.item.remove();
        there = { control: makeControl(property, key, (value) => this.#change(layer, property.id, value)), shape };
        there.control.item.dataset['control'] = key;
        this.controls.set(key, there);
      }
      kept.add(key);
      const { control } = there;
      if (this.changes.isTheHosts(layer, property, now)) control.set(property.value);
      control.disable(!this.viewer.maySteer);
      if (into.children[index] !== control.item) into.insertBefore(control.item, into.children[index] ?? null);
    }
    while (into.children.length > properties.length) into.lastElementChild?.remove();
  }

  #send() {
    for (const change of this.changes.take()) this.viewer.command({ type: 'set', ...change });
  }

  /** @param {number | null} layer @param {string} property @param {Value} value */
  #change(layer, property, value) {
    if (!this.viewer.maySteer) return this.viewer.refuse();
    this.changes.put(layer, property, value, performance.now());
    // The first leaves at once; of those that follow within a frame, as those of a slider do, the last.
    if (!this.request) {
      this.#send();
      this.request = requestAnimationFrame(() => {
        this.request = 0;
        this.#send();
      });
    }
    // Then the host's word counts again, should it have refused.
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.show(this.viewer.scene), this.changes.settledAt - performance.now() + 50);
  }
}
