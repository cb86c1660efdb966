// Mouse, pen, touch and wheel over the picture.

/** @import { PointerSample } from '../core/gestures.js' */
/** @import { Stage } from './stage.js' */
/** @import { Viewer } from './viewer.js' */
import { clamp, placeInPicture } from '../core/geometry.js';
import { Gestures, wheelFactor } from '../core/gestures.js';

/**
 * @param {HTMLElement} view Takes the events; the picture lies in it.
 * @param {Stage} stage
 * @param {Viewer} viewer
 * @returns {{ release: () => void }} Lets go of whatever is held.
 */
export function bindHand(view, stage, viewer) {
  const gestures = new Gestures();

  /** @param {PointerEvent} event @param {PointerSample['kind']} kind */
  const handle = (event, kind) => {
    for (const input of gestures.handle(sampleOf(event, kind), stage.pictureRect)) viewer.send(input);
    view.classList.toggle('holding', gestures.isHolding);
  };
  const release = () => {
    for (const input of gestures.release()) viewer.send(input);
    view.classList.remove('holding');
  };

  view.addEventListener('pointerdown', (event) => {
    view.setPointerCapture(event.pointerId);
    handle(event, 'down');
  });
  view.addEventListener('pointermove', (event) => handle(event, 'move'));
  view.addEventListener('pointerup', (event) => handle(event, 'up'));
  view.addEventListener('pointercancel', (event) => handle(event, 'cancel'));
  view.addEventListener('lostpointercapture', (event) => handle(event, 'cancel'));
  view.addEventListener('contextmenu', (event) => event.preventDefault());
  // Else the middle button scrolls, and a double click selects.
  view.addEventListener('mousedown', (event) => event.preventDefault());
  view.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      const { x, y } = placeInPicture(event.clientX, event.clientY, stage.pictureRect);
      const factor = wheelFactor(event);
      if (factor !== 1) viewer.command({ type: 'zoom', factor, x: clamp(x, 0, 1), y: clamp(y, 0, 1) });
    },
    { passive: false },
  );
  window.addEventListener('blur', release);
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) release();
  });
  return { release };
}

/** @param {PointerEvent} event @param {PointerSample['kind']} kind @returns {PointerSample} */
function sampleOf(event, kind) {
  const { pointerId: id, pointerType, button, ctrlKey, clientX, clientY, shiftKey: shift, timeStamp: timeMs } = event;
  const pointer = pointerType === 'touch' || pointerType === 'pen' ? pointerType : 'mouse';
  // A Mac's ctrl and click is its right click.
  const isSecondary = kind === 'down' && button === 0 && ctrlKey && pointer === 'mouse';
  return { kind, id, pointer, button: isSecondary ? 2 : button, clientX, clientY, shift, timeMs };
}
