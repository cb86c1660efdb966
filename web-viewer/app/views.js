// Below the layers: what was done last, to be undone, and the view as a code to be handed on.

/** @import { SceneStatus, Step } from '../core/wire.gen.js' */
/** @import { Viewer } from './viewer.js' */
import { codeIn, codeOf, leavesOut, viewOf } from '../core/view.js';

const TOO_MUCH = 'without what is selected: that is too much for a code';
import { write } from './elements.js';
import { button } from './marks.js';

export class Views {
  /** @param {Viewer} viewer @param {HTMLElement} place */
  constructor(viewer, place) {
    this.viewer = viewer;
    this.undo = button('', () => viewer.command({ type: 'undo' }));
    this.redo = button('', () => viewer.command({ type: 'redo' }));
    this.undo.dataset['key'] = 'undo';
    this.field = document.createElement('input');
    Object.assign(this.field, { type: 'text', placeholder: 'Paste the code of a view', spellcheck: false, autocomplete: 'off' });
    this.field.setAttribute('aria-label', 'Code of a view');
    this.said = document.createElement('p');
    this.said.setAttribute('role', 'status');
    this.field.addEventListener('input', () => this.#open());
    const heading = document.createElement('h3');
    heading.textContent = 'This view';
    const box = document.createElement('div');
    box.className = 'views';
    box.append(this.undo, this.redo, heading, button('Copy as a code', () => void this.#copy()), this.field, this.said);
    place.append(box);
    document.addEventListener('paste', (event) => {
      const isText = event.target instanceof Element && event.target.closest('input, textarea') !== null;
      if (!isText) this.#take(event.clipboardData?.getData('text') ?? '');
    });
  }

  /** @param {SceneStatus} scene */
  show({ undo, redo }) {
    for (const [one, verb, step] of /** @type {const} */ ([[this.undo, 'Undo', undo], [this.redo, 'Redo', redo]])) {
      one.disabled = !step || !this.viewer.maySteer;
      write(one, stepInWords(verb, step ?? null));
    }
    this.field.disabled = !this.viewer.maySteer;
  }

  async #copy() {
    const { scene, foresight } = this.viewer;
    const pose = foresight.onScreen?.pose;
    if (!scene || !pose) return;
    const code = await codeOf(viewOf(scene, pose));
    try {
      await navigator.clipboard.writeText(code);
      write(this.said, leavesOut(scene) ? `Copied, ${TOO_MUCH}.` : 'Copied. Whoever pastes it sees what you see.');
    } catch {
      // Without https the clipboard is not ours: the code is marked, to be copied by hand.
      this.field.value = code;
      this.field.select();
      write(this.said, leavesOut(scene) ? `Copy it from here, ${TOO_MUCH}.` : 'Copy it from here.');
    }
  }

  #open() {
    if (this.#take(this.field.value)) this.field.value = '';
    else write(this.said, this.field.value === '' ? '' : 'That is no code of a view: it begins with “hv1.”');
  }

  /** @param {string} text @returns {boolean} Whether it held a code. */
  #take(text) {
    const code = codeIn(text);
    if (!code) return false;
    if (!this.viewer.maySteer) this.viewer.refuse();
    else this.viewer.command({ type: 'open_view', code });
    write(this.said, '');
    return true;
  }
}

/** @param {string} verb @param {Step | null} step */
function stepInWords(verb, step) {
  if (!step) return verb;
  return step.by === null ? `${verb} ${step.what}` : `${verb} ${step.what} (${step.by})`;
}
