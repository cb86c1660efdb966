// A panel that a button opens and closes.

import { element } from './elements.js';

export class Drawer {
  /** @param {string} id Of the panel; its buttons are called the same, with `-open` and `-close`. @param {() => void} [opened] Called before it is shown. */
  constructor(id, opened = () => {}) {
    this.panel = element(id, HTMLElement);
    this.opener = element(`${id}-open`, HTMLButtonElement);
    this.opened = opened;
    /** It is to open once its button is there. */
    this.isAwaited = false;
    this.opener.addEventListener('click', () => this.toggle());
    element(`${id}-close`, HTMLButtonElement).addEventListener('click', () => this.toggle(false));
    // A finger beside the panel means the picture; a mouse has room for both.
    document.addEventListener('pointerdown', ({ target, pointerType }) => {
      const isInside = target instanceof Node && (this.panel.contains(target) || this.opener.contains(target));
      if (pointerType === 'touch' && !isInside) this.toggle(false);
    });
  }

  get isOpen() {
    return !this.panel.hidden;
  }

  /** Whether there is something to show yet. Who asked too early sees it now. @param {boolean} isThere */
  offer(isThere) {
    this.opener.hidden = !isThere;
    if (this.isOpen && !isThere) this.toggle(false);
    if (this.isAwaited && isThere) this.toggle(true);
  }

  /** @param {boolean} willOpen */
  toggle(willOpen = !this.isOpen) {
    this.isAwaited = willOpen && this.opener.hidden !== false;
    if (this.isAwaited || willOpen === this.isOpen) return;
    const hadFocus = this.panel.contains(document.activeElement);
    if (willOpen) this.opened();
    this.panel.hidden = !willOpen;
    this.opener.setAttribute('aria-expanded', String(willOpen));
    if (willOpen) this.panel.focus({ preventScroll: true });
    else if (hadFocus) this.opener.focus({ preventScroll: true });
  }
}
