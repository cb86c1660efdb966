// Who is here and whose hand counts, as this page knows it: what it may do, and that in words. The host decides by itself.

/** @import { Ask, Guest, Role, Room, ViewerId } from './wire.gen.js' */

/** Where this page stands with the scene; see {@link Company.standing}.
 * @typedef {'view' | 'muted' | 'host' | 'everyone' | 'me' | 'other' | 'free'} Standing */
/** An event in words, perhaps with what can be done about it. @typedef {{ text: string, offer: Offer | null }} News */
/** What a button does. @typedef {{ label: string, ask: Ask }} Offer */

/** A longer name would leave no room in the bar for what it does. */
const SHORT_CHARS = 24;

export class Company {
  constructor() {
    /** As the newest connection's welcome said it. @type {ViewerId | null} */
    this.me = null;
    /** Of this page's link. @type {Role} */
    this.linkRole = 'view';
    /** The last word on it; null from each welcome to the room that follows it. @type {Room | null} */
    this.room = null;
  }

  /** @param {{ viewer: ViewerId, role: Role }} welcome */
  welcome({ viewer, role }) {
    // Said once more over another way it changes nothing. Else the room names guests by connections that may be gone.
    if (viewer !== this.me) this.room = null;
    this.me = viewer;
    this.linkRole = role;
  }

  /**
   * Takes a new room.
   * @param {Room} room
   * @returns {News[]} What in it is worth saying.
   */
  told(room) {
    const before = this.room && { room: this.room, guest: this.guest };
    this.room = room;
    return before ? newsOf(this, before.room, before.guest) : [];
  }

  /** This page among the guests; null before the host counts it as one. @returns {Guest | null} */
  get guest() {
    return this.find(this.me);
  }

  /** @returns {Role} */
  get role() {
    return this.guest?.role ?? this.linkRole;
  }

  /** @param {ViewerId | null} viewer @returns {Guest | null} */
  find(viewer) {
    return this.room?.guests.find((guest) => guest.viewer === viewer) ?? null;
  }

  /** @returns {Standing} */
  get standing() {
    if (this.role === 'view') return 'view';
    if (this.guest?.muted) return 'muted';
    if (!this.room || this.room.mode === 'everyone') return 'everyone';
    if (this.room.mode === 'host_only') return 'host';
    if (this.room.steers === null) return 'free';
    return this.room.steers === this.me ? 'me' : 'other';
  }

  /** Whether what the hand does has an effect; where nobody steers, a press takes the scene. */
  get maySteer() {
    return ['everyone', 'me', 'free'].includes(this.standing);
  }

  /** Who steers, where one does at a time. */
  get steersName() {
    return shortName(this.find(this.room?.steers ?? null)?.name ?? '');
  }

  /** Where this page stands, for the bar. */
  get standingInWords() {
    switch (this.standing) {
      case 'view':
        return 'view only';
      case 'muted':
        return 'muted';
      case 'host':
        return 'the host steers';
      case 'everyone':
        return 'controlling';
      case 'me':
        return 'you steer';
      case 'free':
        return 'nobody steers';
      case 'other':
        return `${this.steersName} steers`;
    }
  }

  /** What the one who tries to steer in vain is told. @returns {News} */
  get whyNot() {
    if (this.room?.mode === 'host_only') return say('The host steers alone.');
    switch (this.standing) {
      case 'muted':
        return say('The host has muted your input.');
      case 'other':
        return this.guest?.asks ? say(`You asked to steer. ${this.steersName} steers now.`) : say(`${this.steersName} steers now.`, this.turn);
      default:
        return say('You can look; ask the host for a control link.');
    }
  }

  /** Whose hands count, as a sentence. */
  get rule() {
    switch (this.room?.mode) {
      case 'host_only':
        return 'The host steers alone.';
      case 'one_at_a_time':
        if (this.standing === 'me') return 'You steer.';
        if (this.guest?.asks) return `You asked, waiting… ${this.steersName} steers.`;
        return this.room.steers === null ? 'Nobody steers now.' : `${this.steersName} steers.`;
      default:
        return 'Everyone with a control link may steer.';
    }
  }

  /** What this page may ask for now: its turn, or an end of it. @returns {Offer | null} */
  get turn() {
    if (this.room?.mode !== 'one_at_a_time') return null;
    if (this.standing === 'me') return { label: 'Release', ask: { type: 'release' } };
    if (this.guest?.asks) return { label: 'Withdraw', ask: { type: 'release' } };
    return this.standing === 'free' || this.standing === 'other' ? { label: 'Ask to steer', ask: { type: 'control' } } : null;
  }

  /** What a guest does here, in words. @param {Guest} guest */
  doingOf(guest) {
    if (guest.role === 'view') return 'looks';
    if (guest.muted) return 'muted';
    if (this.room?.mode === 'host_only') return 'looks';
    if (this.room?.steers === guest.viewer) return 'steers now';
    return guest.asks ? 'asks to steer' : 'may steer';
  }

  /** Letting another guest steer in this page's place. @param {Guest} guest @returns {Offer | null} */
  handOver(guest) {
    const mayTake = guest.viewer !== this.me && guest.role === 'control' && !guest.muted;
    return this.standing === 'me' && mayTake ? { label: 'Hand over', ask: { type: 'hand_over', to: guest.viewer } } : null;
  }

  /** Whether what a button offered some time ago can still be asked for. @param {Offer} offer */
  isCurrent({ ask }) {
    if (ask.type !== 'hand_over') return this.turn?.ask.type === ask.type;
    const guest = this.find(ask.to);
    return guest !== null && guest.asks && this.handOver(guest) !== null;
  }
}

/** @param {string} text @param {Offer | null} offer @returns {News} */
const say = (text, offer = null) => ({ text, offer });

/** @param {Company} company @param {Room} before @param {Guest | null} wasGuest This page's. @returns {News[]} */
function newsOf(company, before, wasGuest) {
  const { room, me, guest } = company;
  if (!room) return [];
  const news = [];
  if (guest && wasGuest) {
    if (guest.muted && !wasGuest.muted) news.push(say('The host has muted your input.'));
    if (!guest.muted && wasGuest.muted) news.push(say('The host hears your input again.'));
    if (guest.role === 'control' && wasGuest.role === 'view') news.push(say('The host lets you steer.'));
    if (guest.role === 'view' && wasGuest.role === 'control') news.push(say('The host lets you look only.'));
  }
  const didSteer = before.mode === 'one_at_a_time' && before.steers === me;
  if (company.standing === 'me' && !didSteer) news.push(say('You steer now.'));
  if (company.standing === 'other' && didSteer) news.push(say(`${company.steersName} steers now.`, company.turn));
  for (const other of room.guests) {
    const offer = company.handOver(other);
    const isNew = !didSteer || !before.guests.some(({ viewer, asks }) => viewer === other.viewer && asks);
    if (offer && other.asks && isNew) news.push(say(`${shortName(other.name)} asks to steer.`, offer));
  }
  return news;
}

/** Letters that are written from right to left: they would turn the words around them. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/** A name for the middle of a sentence. @param {string} name */
export function shortName(name) {
  const characters = [...(name.trim() || 'A guest')];
  const short = characters.length > SHORT_CHARS ? `${characters.slice(0, SHORT_CHARS - 1).join('').trimEnd()}…` : characters.join('');
  // First strong isolate to pop directional isolate (Unicode Standard Annex 9).
  return RIGHT_TO_LEFT.test(short) ? `\u2068${short}\u2069` : short;
}
