// The words over the picture: state, scene, progress, caption, hint and the card.

/** @import { SceneStatus } from '../core/wire.gen.js' */
/** @import { Words } from '../core/words.js' */
import { summarise } from '../core/words.js';
import { element, write } from './elements.js';

const HINT_MS = 3500;

export class Panels {
  /** @param {{ retry: () => void }} actions */
  constructor(actions) {
    this.state = element('state', HTMLElement);
    this.card = element('card', HTMLElement);
    this.cardHeading = element('card-heading', HTMLElement);
    this.cardDetail = element('card-detail', HTMLElement);
    this.cardAction = element('card-action', HTMLButtonElement);
    this.title = element('title', HTMLElement);
    this.summary = element('summary', HTMLElement);
    this.progress = element('progress', HTMLElement);
    this.caption = element('caption', HTMLElement);
    this.hint = element('hint', HTMLElement);
    this.hintTimer = 0;
    this.cardAction.addEventListener('click', () => {
      if (this.cardAction.dataset['remedy'] === 'reload') location.reload();
      else actions.retry();
    });
  }

  /** @param {Words} words @param {boolean} isHeld Whether the last picture stands behind. */
  show({ state, tone, heading, detail, remedy }, isHeld) {
    write(this.state, state);
    for (const each of ['live', 'busy', 'off']) document.body.classList.toggle(each, each === tone);
    document.body.classList.toggle('held', isHeld);
    this.card.hidden = heading === '';
    write(this.cardHeading, heading);
    write(this.cardDetail, detail);
    this.cardAction.hidden = remedy === null;
    this.cardAction.dataset['remedy'] = remedy ?? '';
    write(this.cardAction, remedy === 'reload' ? 'Reload' : 'Try again');
  }

  /** @param {SceneStatus} scene */
  showScene(scene) {
    write(this.title, scene.title);
    write(this.summary, summarise(scene));
    document.title = scene.title ? `${scene.title} · Heliograph` : 'Heliograph';
    this.caption.hidden = !scene.picked;
    write(this.caption, scene.picked ?? '');
    this.#showProgress(scene.loading.map((load) => load.fraction));
  }

  /** @param {number[]} fractions Of the files on their way in. */
  #showProgress(fractions) {
    this.progress.hidden = fractions.length === 0;
    const mean = fractions.reduce((sum, fraction) => sum + fraction, 0) / Math.max(fractions.length, 1);
    this.progress.setAttribute('aria-valuenow', String(Math.round(mean * 100)));
    const fill = this.progress.firstElementChild;
    if (fill instanceof HTMLElement) fill.style.transform = `scaleX(${mean})`;
  }

  /** Says something for a moment. @param {string} text */
  say(text) {
    write(this.hint, text);
    this.hint.hidden = false;
    clearTimeout(this.hintTimer);
    this.hintTimer = window.setTimeout(() => (this.hint.hidden = true), HINT_MS);
  }
}
