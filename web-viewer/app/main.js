// Puts the page together.

/** @import { StatsRecord } from './figures.js' */
import { parseOptions } from '../core/options.js';
import { PROTOCOL } from '../core/wire.gen.js';
import { describe } from '../core/words.js';
import { element } from './elements.js';
import { Figures } from './figures.js';
import { bindHand } from './hand.js';
import { bindKeyboard } from './keyboard.js';
import { Panels } from './panels.js';
import { bindQuiet } from './quiet.js';
import { Stage } from './stage.js';
import { Statistics } from './statistics.js';
import { bindTools } from './tools.js';
import { Viewer } from './viewer.js';

const NOT_ALLOWED = 'You can look; ask the host for a control link.';

const view = element('view', HTMLElement);
const video = element('stage', HTMLVideoElement);
const last = element('last', HTMLCanvasElement);

const figures = new Figures(video);
const stage = new Stage(video, last, {
  frame: (frame) => viewer.frame(frame),
  picture: () => viewer.picture(),
  blocked: () => {
    panels.say('Tap the picture to start it.');
    view.addEventListener('pointerup', () => stage.play(), { once: true });
  },
});
const viewer = new Viewer(stage, figures, {
  changed,
  scene: (scene) => panels.showScene(scene),
  notice: (text) => panels.say(text),
  notAllowed: () => panels.say(NOT_ALLOWED),
});
const start = () => viewer.start(parseOptions(location.search, location.hash).token);
const panels = new Panels({ retry: start });
const hand = bindHand(view, stage, viewer);
const tools = bindTools(viewer);

/** @returns {StatsRecord} */
function stats() {
  figures.want();
  return figures.record(viewer.session, viewer.clock);
}
const statistics = new Statistics(stats);
const keys = bindKeyboard(viewer, {
  help: tools.help,
  statistics: () => statistics.toggle(),
  close: () => statistics.toggle(false),
  full_screen: tools.fullScreen,
  projection: tools.projection,
});
const showBars = bindQuiet(() => viewer.isLive && !viewer.isStalled);

let state = '';
let wasLive = false;

/** The session may be in another state. */
function changed() {
  const words = describe(viewer.session, viewer.isStalled, performance.now());
  // News is worth the bars; and hidden words are not read out.
  if (words.state !== state) showBars();
  state = words.state;
  panels.show(words, !last.hidden);
  document.body.classList.toggle('may-steer', viewer.maySteer);
  for (const tool of document.querySelectorAll('.steers')) tool.setAttribute('aria-disabled', String(!viewer.maySteer));
  if (wasLive && !viewer.isLive) {
    hand.release();
    keys.release();
  }
  wasLive = viewer.isLive;
}

const { background, iframe } = parseOptions(location.search, location.hash);
if (background) document.body.style.background = background;
document.body.classList.toggle('embedded', iframe);

// Leaving: the host hears it at once. A page that the browser keeps for its back button connects again on return.
window.addEventListener('pagehide', () => viewer.leave());
window.addEventListener('pageshow', (event) => {
  if (event.persisted) start();
});
window.addEventListener('hashchange', start);
window.addEventListener('online', () => viewer.wake());
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) viewer.wake();
});

start();

/**
 * For tests, benches and the curious; `stats()` is documented at StatsRecord in figures.js.
 */
window.heliograph = { protocol: PROTOCOL, stats, resetStats: () => figures.reset() };
