// The bars get out of the way when nobody reaches for them.

const MOUSE_MS = 2600;
const TOUCH_MS = 4500;

/**
 * @param {() => boolean} mayHide Whether there is a picture to look at.
 * @returns {() => void} Shows the bars, for a while.
 */
export function bindQuiet(mayHide) {
  let timer = 0;
  const hide = () => {
    const isInUse = document.querySelector('#bar .panel:hover, #bar :focus-visible, #menu:not([hidden]), #people:not([hidden]), #layers:not([hidden]), dialog[open]');
    if (isInUse || !mayHide()) wake();
    else document.body.classList.add('quiet');
  };
  const wake = (stayMs = MOUSE_MS) => {
    document.body.classList.remove('quiet');
    clearTimeout(timer);
    timer = window.setTimeout(hide, stayMs);
  };
  window.addEventListener('pointermove', ({ pointerType, buttons }) => {
    // A drag looks at the picture, not at the bars.
    if (buttons === 0) wake(pointerType === 'touch' ? TOUCH_MS : MOUSE_MS);
  });
  window.addEventListener('pointerup', ({ pointerType }) => {
    if (pointerType === 'touch') wake(TOUCH_MS);
  });
  window.addEventListener('focusin', () => wake());
  // Hidden buttons take no focus: they must be back before the browser looks for the next one.
  window.addEventListener('keydown', ({ key }) => {
    if (key === 'Tab') wake();
  });
  wake();
  return wake;
}
