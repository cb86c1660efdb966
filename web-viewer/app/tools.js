// The buttons: fit, views, full screen, statistics, help.

/** @import { Viewer } from './viewer.js' */
import { SIDES } from '../core/keys.js';
import { element } from './elements.js';

/** @typedef {{ fit: () => void, help: () => void, fullScreen: () => void, projection: () => void }} Tools */

/** @param {Viewer} viewer @returns {Tools} */
export function bindTools(viewer) {
  const help = element('help', HTMLDialogElement);
  const fit = () => viewer.command({ type: 'fit' });
  const projection = () => toggleProjection(viewer);
  element('fit', HTMLButtonElement).addEventListener('click', fit);
  bindMenu(viewer, projection);
  const toggleHelp = () => (help.open ? help.close() : help.showModal());
  element('help-open', HTMLButtonElement).addEventListener('click', toggleHelp);
  element('help-close', HTMLButtonElement).addEventListener('click', () => help.close());
  help.addEventListener('click', (event) => {
    if (event.target === help) help.close(); // The backdrop; what is in the sheet is a child.
  });
  help.addEventListener('keydown', (event) => {
    if (event.key === '?') help.close();
  });
  return { fit, help: toggleHelp, fullScreen: bindFullScreen(), projection };
}

/** The scene's projection as the host last said it. @param {Viewer} viewer @returns {string | null} */
export function projectionOf(viewer) {
  const property = viewer.scene?.properties.find(({ id }) => id === 'projection');
  return property && 'choice' in property.value ? property.value.choice : null;
}

/** @param {Viewer} viewer */
function toggleProjection(viewer) {
  const now = projectionOf(viewer);
  if (now === null) return;
  const choice = now === 'perspective' ? 'orthographic' : 'perspective';
  viewer.command({ type: 'set', layer: null, property: 'projection', value: { choice } });
}

/** @param {Viewer} viewer @param {() => void} projection */
function bindMenu(viewer, projection) {
  const opener = element('views', HTMLButtonElement);
  const menu = element('menu', HTMLElement);
  const orthographic = element('orthographic', HTMLButtonElement);
  const items = () => [...menu.querySelectorAll('button')].filter((item) => !item.hidden);

  const isOpen = () => opener.getAttribute('aria-expanded') === 'true';

  /** @param {boolean} willOpen */
  const open = (willOpen) => {
    if (willOpen === isOpen()) return;
    const known = projectionOf(viewer);
    orthographic.hidden = known === null;
    orthographic.setAttribute('aria-checked', String(known === 'orthographic'));
    menu.hidden = !willOpen;
    opener.setAttribute('aria-expanded', String(willOpen));
    if (willOpen) items()[0]?.focus({ preventScroll: true });
    else if (menu.contains(document.activeElement)) opener.focus();
  };

  opener.addEventListener('click', () => {
    if (viewer.maySteer) open(!isOpen());
    else if (viewer.isLive) viewer.refuse();
  });
  menu.addEventListener('click', (event) => {
    const item = event.target instanceof Element ? event.target.closest('button') : null;
    if (!item) return;
    const from = SIDES.find((side) => side === item.dataset['side']);
    if (from) viewer.command({ type: 'look', from });
    else projection();
    opener.focus();
    open(false);
  });
  menu.addEventListener('keydown', (event) => {
    const all = items();
    const at = all.findIndex((item) => item === document.activeElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) all[(at + step + all.length) % all.length]?.focus();
    else if (event.key === 'Home' || event.key === 'End') all.at(event.key === 'Home' ? 0 : -1)?.focus();
    else if (/^[1-6]$/.test(event.key)) all[Number(event.key) - 1]?.click();
    else if (event.key === 'Escape' || event.key === 'Tab') return open(false);
    else return;
    event.preventDefault();
  });
  document.addEventListener('pointerdown', ({ target }) => {
    if (target instanceof Node && !menu.contains(target) && !opener.contains(target)) open(false);
  });
}

/** @returns {() => void} Toggles; does nothing where the browser has no full screen for pages. */
function bindFullScreen() {
  const button = element('full-screen', HTMLButtonElement);
  button.hidden = !document.fullscreenEnabled;
  const toggle = () => {
    if (!document.fullscreenEnabled) return;
    const change = document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen();
    change.catch(() => {}); // The browser's own refusal shows by itself.
  };
  button.addEventListener('click', toggle);
  document.addEventListener('fullscreenchange', () => {
    const isFull = document.fullscreenElement !== null;
    button.setAttribute('aria-pressed', String(isFull));
    button.querySelector('use')?.setAttribute('href', isFull ? '#i-unfull' : '#i-full');
  });
  return toggle;
}
