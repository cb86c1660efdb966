// The keyboard, with the window's own shortcuts.

/** @import { PageAction } from '../core/keys.js' */
/** @import { Viewer } from './viewer.js' */
import { ArrowMotion, meaningOf } from '../core/keys.js';

/**
 * @param {Viewer} viewer
 * @param {Record<PageAction, () => void>} actions
 * @returns {{ release: () => void }} Lets go of every arrow key.
 */
export function bindKeyboard(viewer, actions) {
  const motion = new ArrowMotion();
  let frameRequest = 0;

  const move = () => {
    frameRequest = 0;
    const command = motion.frame(performance.now());
    if (command) viewer.command(command);
    if (motion.isMoving) frameRequest = requestAnimationFrame(move);
  };
  const release = () => motion.releaseAll();

  window.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || isElsewhere(event.target)) return;
    const meaning = meaningOf(event);
    if (!meaning) return;
    event.preventDefault();
    if (meaning.type === 'page') {
      if (!event.repeat) actions[meaning.action]();
    } else if (meaning.type === 'command') {
      // A held + or - goes on; a held F or 1 would only say the same again.
      if (!event.repeat || meaning.command.type === 'zoom') viewer.command(meaning.command);
    } else {
      const step = motion.press(meaning.arrow, event.shiftKey, performance.now());
      if (step) viewer.command(step);
      if (!frameRequest) frameRequest = requestAnimationFrame(move);
    }
  });
  window.addEventListener('keyup', (event) => {
    // macOS tells no keyup of what is held together with Cmd.
    if (event.key === 'Meta') return release();
    // Whatever else is held by now: a key that is up moves nothing.
    const { key, code } = event;
    const meaning = meaningOf({ key, code, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false });
    if (meaning?.type === 'arrow') motion.release(meaning.arrow);
  });
  window.addEventListener('blur', release);
  return { release };
}

/** Whether a key belongs to what has the focus: a text, a dialog, an open menu. @param {EventTarget | null} target */
function isElsewhere(target) {
  return target instanceof Element && target.closest('input, textarea, select, dialog, [role="menu"], [contenteditable]') !== null;
}
