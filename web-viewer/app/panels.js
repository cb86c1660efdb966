// The words over the picture: state, scene, progress, caption, hint and the card.

/** @import { News, Offer } from '../core/room.js' */
/** @import { SceneStatus } from '../core/wire.gen.js' */
/** @import { Remedy, Words } from '../core/words.js' */
import { REMEDIES, summarise } from '../core/words.js';
import { element, write } from './elements.js';

const HINT_MS = 3500;
/** A long sentence takes longer to be read. */
const LETTER_MS = 60;
/** What can be answered stays until it is read and reached. */
const OFFER_MS = 10_000;

/**
 * @typedef {object} PanelActions
 * @property {(remedy: Remedy) => void} remedy
 * @property {(name: string) => void} knock
 * @property {(offer: Offer) => void} take
 */

export class Panels {
  /** @param {PanelActions} actions */
  constructor(actions) {
    this.state = element('state', HTMLElement);
    this.card = element('card', HTMLElement);
    this.cardHeading = element('card-heading', HTMLElement);
    this.cardDetail = element('card-detail', HTMLElement);
    this.cardAction = element('card-action', HTMLButtonElement);
    this.knock = element('knock', HTMLFormElement);
    this.name = element('name', HTMLInputElement);
    this.title = element('title', HTMLElement);
    this.summary = element('summary', HTMLElement);
    this.progress = element('progress', HTMLElement);
    this.caption = element('caption', HTMLElement);
    this.stale = element('stale', HTMLElement);
    this.hint = element('hint', HTMLElement);
    this.hintText = element('hint-text', HTMLElement);
    this.hintAction = element('hint-action', HTMLButtonElement);
    /** What the hint's button does. @type {Offer | null} */
    this.offer = null;
    this.hintTimer = 0;
    /** @type {Remedy | null} */
    this.remedy = null;
    this.cardAction.addEventListener('click', () => this.remedy && actions.remedy(this.remedy));
    this.knock.addEventListener('submit', (event) => {
      event.preventDefault();
      actions.knock(this.name.value);
    });
    this.hintAction.addEventListener('click', () => {
      const { offer } = this;
      this.#hush();
      if (offer) actions.take(offer);
    });
  }

  /** @param {Words} words @param {boolean} isHeld Whether the last picture stands behind. */
  show({ state, tone, heading, detail, remedy, asksName }, isHeld) {
    write(this.state, state);
    for (const each of ['live', 'busy', 'off']) document.body.classList.toggle(each, each === tone);
    document.body.classList.toggle('held', isHeld);
    const hadFocus = this.card.contains(document.activeElement);
    this.card.hidden = heading === '';
    write(this.cardHeading, heading);
    write(this.cardDetail, detail);
    this.remedy = remedy;
    this.cardAction.hidden = remedy === null;
    this.cardAction.classList.toggle('mild', remedy === 'cancel');
    write(this.cardAction, remedy ? REMEDIES[remedy] : '');
    const isNew = this.knock.hidden && asksName;
    this.knock.hidden = !asksName;
    // Who came by the keyboard goes on there. A finger's keyboard would cover what is to be read first.
    if (isNew && (hadFocus || matchMedia('(hover: hover)').matches)) this.name.focus();
    else if (hadFocus && remedy && !this.card.contains(document.activeElement)) this.cardAction.focus();
  }

  /** @param {string} name By which the guest asks to be let in. */
  showName(name) {
    if (document.activeElement !== this.name) this.name.value = name;
  }

  /** @param {boolean} isStale Whether the picture may be old, as the host's program does not answer. */
  showStale(isStale) {
    this.stale.hidden = !isStale;
  }

  /** @param {SceneStatus} scene */
  showScene(scene) {
    write(this.title, scene.title);
    write(this.summary, summarise(scene));
    document.title = scene.title ? `${scene.title} · Heliograph` : 'Heliograph';
    this.caption.hidden = !scene.picked;
    write(this.caption, scene.picked?.text ?? '');
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

  /** Says something for a moment. @param {News} news */
  say({ text, offer }) {
    write(this.hintText, text);
    this.offer = offer;
    this.hintAction.hidden = offer === null;
    write(this.hintAction, offer?.label ?? '');
    this.hint.hidden = false;
    this.#hushLater(Math.max(offer ? OFFER_MS : HINT_MS, text.length * LETTER_MS));
  }

  /** Takes back what can no longer be done. @param {(offer: Offer) => boolean} isCurrent */
  review(isCurrent) {
    if (this.offer && !isCurrent(this.offer)) this.#hush();
  }

  /** @param {number} stayMs */
  #hushLater(stayMs) {
    clearTimeout(this.hintTimer);
    this.hintTimer = window.setTimeout(() => {
      // Not from under the hand that reaches for its button.
      if (this.hint.matches(':hover, :focus-within') && this.offer) this.#hushLater(HINT_MS);
      else this.#hush();
    }, stayMs);
  }

  #hush() {
    clearTimeout(this.hintTimer);
    this.hint.hidden = true;
    this.offer = null;
  }
}
