// Puts the page together.

/** @import { StatsRecord } from './figures.js' */
import { parseOptions } from '../core/options.js';
import { PROTOCOL } from '../core/wire.gen.js';
import { describe } from '../core/words.js';
import { Door } from './door.js';
import { element } from './elements.js';
import { Figures } from './figures.js';
import { bindHand } from './hand.js';
import { guestName, keepName } from './identity.js';
import { bindKeyboard } from './keyboard.js';
import { Panels } from './panels.js';
import { People } from './people.js';
import { bindQuiet } from './quiet.js';
import { Stage } from './stage.js';
import { Statistics } from './statistics.js';
import { bindTools } from './tools.js';
import { Viewer } from './viewer.js';

const view = element('view', HTMLElement);
const video = element('stage', HTMLVideoElement);
const last = element('last', HTMLCanvasElement);

const figures = new Figures(video);
const stage = new Stage(video, last, {
  frame: (frame) => viewer.frame(frame),
  picture: () => viewer.picture(),
  blocked: () => {
    panels.say({ text: 'Tap the picture to start it.', offer: null });
    view.addEventListener('pointerup', () => stage.play(), { once: true });
  },
});
const viewer = new Viewer(stage, figures, {
  changed,
  scene: (scene) => panels.showScene(scene),
  news: (news) => panels.say(news),
  mustKnock: (token) => door.show(token),
});
const door = new Door({ changed, admitted: (pass) => viewer.answered(pass), closed: (status) => viewer.answered(status) });

function start() {
  door.tell('leave');
  viewer.start(parseOptions(location.search, location.hash).token);
}

const panels = new Panels({
  remedy: (remedy) => {
    if (remedy === 'reload') location.reload();
    else if (remedy === 'cancel') door.tell('cancel');
    else if (remedy === 'ask_again' && viewer.session.phase === 'knocking') door.tell('ask');
    else start();
  },
  knock: (name) => {
    keepName(name);
    door.tell('ask');
  },
  take: (offer) => viewer.ask(offer.ask),
});
const people = new People(viewer);
const hand = bindHand(view, stage, viewer);
const tools = bindTools(viewer);

/** @returns {StatsRecord} */
function stats() {
  figures.want();
  const { phase, reconnects } = viewer.session;
  return figures.record({ phase, role: viewer.role, reconnects }, viewer.clock);
}
const statistics = new Statistics(stats);
const keys = bindKeyboard(viewer, {
  help: tools.help,
  statistics: () => statistics.toggle(),
  people: () => people.toggle(),
  turn: () => people.takeTurn(),
  close: () => {
    statistics.toggle(false);
    people.toggle(false);
  },
  full_screen: tools.fullScreen,
  projection: tools.projection,
});
const showBars = bindQuiet(() => viewer.isLive && !viewer.isStalled && !viewer.isHostSilent);

let state = '';
let maySteer = false;

/** The session, the door or the room may be in another state. */
function changed() {
  const { session, company, isStalled, isHostSilent } = viewer;
  const situation = { session, knock: door.knock, isStalled, isHostSilent, standing: company.standingInWords, name: guestName() };
  const words = describe(situation, performance.now());
  // News is worth the bars; and hidden words are not read out.
  if (words.state !== state) showBars();
  state = words.state;
  panels.showName(situation.name);
  panels.show(words, !last.hidden);
  panels.showStale(viewer.isLive && isHostSilent);
  panels.review((offer) => viewer.isLive && company.isCurrent(offer));
  people.show();
  document.body.classList.toggle('may-steer', viewer.maySteer);
  for (const tool of document.querySelectorAll('.steers')) tool.setAttribute('aria-disabled', String(!viewer.maySteer));
  if (maySteer && !viewer.maySteer) {
    hand.release();
    keys.release();
  }
  maySteer = viewer.maySteer;
}

const { background, iframe } = parseOptions(location.search, location.hash);
if (background) document.body.style.background = background;
document.body.classList.toggle('embedded', iframe);

// Leaving: the host hears it at once. A page that the browser keeps for its back button connects again on return.
window.addEventListener('pagehide', () => {
  door.tell('leave');
  viewer.leave();
});
window.addEventListener('pageshow', (event) => {
  if (event.persisted) start();
});
window.addEventListener('hashchange', start);
function wake() {
  viewer.wake();
  door.tell('wake');
}
window.addEventListener('online', wake);
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) wake();
});

start();

/**
 * For tests, benches and the curious; `stats()` is documented at StatsRecord in figures.js.
 */
window.heliograph = {
  protocol: PROTOCOL,
  stats,
  resetStats: () => figures.reset(),
  room: () => viewer.company.room,
  me: () => viewer.company.me,
};
