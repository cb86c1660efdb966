// The panel with everyone who is here: who steers, whom one can hand over to, and what one is called.

/** @import { Guest, ViewerId } from '../core/wire.gen.js' */
/** @import { Offer } from '../core/room.js' */
/** @import { Viewer } from './viewer.js' */
import { NAME_CHARS_MAX, tidyName } from '../core/guest.js';
import { Drawer } from './drawer.js';
import { element, icon, write } from './elements.js';
import { keepName } from './identity.js';

/** @typedef {{ item: HTMLElement, show: (guest: Guest) => void }} Row */

export class People {
  /** @param {Viewer} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    this.drawer = new Drawer('people');
    this.count = element('people-count', HTMLElement);
    this.rule = element('rule', HTMLElement);
    this.turn = element('turn', HTMLButtonElement);
    this.list = element('guests', HTMLElement);
    this.safety = element('safety', HTMLElement);
    /** @type {Map<ViewerId, Row>} In the order of the list. */
    this.rows = new Map();
    this.turn.addEventListener('click', () => this.takeTurn());
  }

  /** Asks to steer, or does so no longer; or says why there is nothing to ask for. */
  takeTurn() {
    const { company, isLive, listener } = this.viewer;
    if (!isLive) return;
    if (company.turn) this.viewer.ask(company.turn.ask);
    else listener.news(company.maySteer ? { text: company.rule, offer: null } : company.whyNot);
  }

  /** The room, this page's place in it or the connection may be another. */
  show() {
    const { company, isLive, isComingBack } = this.viewer;
    const { panel, opener } = this.drawer;
    const { room } = company;
    if (!isLive && !isComingBack) this.drawer.offer(false);
    // Between two connections the last room stays in sight; nothing can be asked of it.
    panel.inert = !isLive;
    if (!room || !isLive) return;
    const { guests } = room;
    this.drawer.offer(true);
    write(this.count, String(guests.length));
    const isAsked = guests.some((guest) => guest.asks && company.handOver(guest) !== null);
    opener.classList.toggle('asked', isAsked);
    opener.setAttribute('aria-label', `People: ${guests.length} here${isAsked ? ', someone asks to steer' : ''}`);
    write(this.rule, company.rule);
    const code = this.viewer.safetyCode;
    this.safety.hidden = code === null;
    write(this.safety, `Safety code ${code}. The host sees the same beside your name, or someone sits between you.`);
    showOffer(this.turn, company.turn);
    this.#showGuests(guests);
  }

  /** @param {Guest[]} guests */
  #showGuests(guests) {
    const here = new Set(guests.map(({ viewer }) => viewer));
    for (const [viewer, { item }] of this.rows) {
      if (here.has(viewer)) continue;
      item.remove();
      this.rows.delete(viewer);
    }
    for (const [index, guest] of guests.entries()) {
      const row = this.rows.get(guest.viewer) ?? this.#addRow(guest.viewer);
      row.show(guest);
      // Moved only when it must be: a move takes the focus away.
      if (this.list.children[index] !== row.item) this.list.insertBefore(row.item, this.list.children[index] ?? null);
    }
  }

  /** @param {ViewerId} id @returns {Row} */
  #addRow(id) {
    const { company } = this.viewer;
    const item = document.createElement('li');
    const swatch = add(item, 'span', 'swatch');
    const who = add(item, 'div', 'who');
    const line = add(who, 'div', 'line');
    const name = add(line, 'bdi', 'name');
    const doing = add(who, 'div', 'doing');
    const handOver = addButton(item, 'small');
    handOver.addEventListener('click', () => this.viewer.ask({ type: 'hand_over', to: id }));
    const isMe = id === company.me;
    if (isMe) {
      write(add(line, 'span', 'you'), 'you');
      bindRename(item, line, (to) => this.viewer.ask({ type: 'rename', name: to }));
    }
    /** @param {Guest} guest */
    const show = (guest) => {
      swatch.style.backgroundColor = `rgb(${guest.color.join(' ')})`;
      write(name, guest.name || 'A guest');
      write(doing, company.doingOf(guest));
      item.classList.toggle('steering', company.doingOf(guest) === 'steers now');
      item.classList.toggle('asking', guest.asks && !guest.muted);
      showOffer(handOver, company.handOver(guest));
      handOver.setAttribute('aria-label', `Hand over to ${guest.name}`);
      handOver.classList.toggle('strong', guest.asks);
    };
    const row = { item, show };
    this.rows.set(id, row);
    return row;
  }
}

/** @param {HTMLButtonElement} button @param {Offer | null} offer */
function showOffer(button, offer) {
  button.hidden = offer === null;
  if (offer) write(button, offer.label);
  button.classList.toggle('strong', offer?.ask.type === 'control');
}

/**
 * The name becomes a field: Enter or leaving it saves, Escape does not.
 * @param {HTMLElement} item
 * @param {HTMLElement} line Holds the name.
 * @param {(name: string) => void} rename
 */
function bindRename(item, line, rename) {
  const opener = addButton(item, 'tool');
  opener.setAttribute('aria-label', 'Change your name');
  opener.append(icon('pencil'));
  const field = document.createElement('input');
  field.setAttribute('aria-label', 'Your name');
  field.maxLength = NAME_CHARS_MAX;
  field.setAttribute('autocomplete', 'nickname');
  field.enterKeyHint = 'done';
  field.dir = 'auto';
  field.hidden = true;
  line.prepend(field);

  /** @param {boolean} isSaved */
  const finish = (isSaved) => {
    if (field.hidden) return;
    const hadFocus = document.activeElement === field;
    const name = tidyName(field.value);
    item.classList.remove('renaming');
    field.hidden = true;
    if (hadFocus) opener.focus({ preventScroll: true });
    if (!isSaved || name === '' || name === line.querySelector('.name')?.textContent) return;
    keepName(name);
    rename(name);
  };
  opener.addEventListener('click', () => {
    field.value = line.querySelector('.name')?.textContent ?? '';
    item.classList.add('renaming');
    field.hidden = false;
    field.select();
    field.focus();
  });
  field.addEventListener('keydown', (event) => {
    if (event.isComposing || (event.key !== 'Enter' && event.key !== 'Escape')) return;
    event.preventDefault();
    event.stopPropagation();
    finish(event.key === 'Enter');
  });
  field.addEventListener('blur', () => finish(true));
}

/** @param {HTMLElement} parent @param {string} tag @param {string} className */
function add(parent, tag, className) {
  const child = document.createElement(tag);
  child.className = className;
  parent.append(child);
  return child;
}

/** @param {HTMLElement} parent @param {string} className */
function addButton(parent, className) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = className;
  parent.append(button);
  return button;
}
