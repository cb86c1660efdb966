// What this browser remembers of its guest: the name for good, the pass as long as the tab lives.

import { passKey, tidyName } from '../core/guest.js';

const NAME_KEY = 'heliograph-name';

/** For browsers that keep nothing, as in a frame without cookies. @type {Map<string, string>} */
const unkept = new Map();

/** @param {'localStorage' | 'sessionStorage'} kind @param {string} key @returns {string | null} */
function recall(kind, key) {
  try {
    return unkept.get(key) ?? window[kind].getItem(key);
  } catch {
    return null;
  }
}

/** @param {'localStorage' | 'sessionStorage'} kind @param {string} key @param {string | null} value */
function keep(kind, key, value) {
  unkept.delete(key);
  try {
    if (value === null) window[kind].removeItem(key);
    else window[kind].setItem(key, value);
  } catch {
    if (value !== null) unkept.set(key, value);
  }
}

export const guestName = () => tidyName(recall('localStorage', NAME_KEY) ?? '');

/** @param {string} name */
export const keepName = (name) => keep('localStorage', NAME_KEY, tidyName(name));

/** By which the host knows this guest again. @param {string} token */
export const passFor = (token) => recall('sessionStorage', passKey(token)) || null;

/** @param {string} token @param {string | null} pass Null forgets it. */
export const keepPass = (token, pass) => keep('sessionStorage', passKey(token), pass);
