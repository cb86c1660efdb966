// Puts the page together.

/** @import { StatsRecord } from './figures.js' */
import { parseOptions } from '../core/options.js';
import { PROTOCOL } from '../core/wire.gen.js';
import { describe, hintOf } from '../core/words.js';
import { Door } from './door.js';
import { Drawer } from './drawer.js';
import { element } from './elements.js';
import { Figures } from './figures.js';
import { bindHand } from './hand.js';
import { guestName, keepName } from './identity.js';
import { bindKeyboard } from './keyboard.js';
import { missingAbility } from './offer.js';
import { bindOverlay } from './overlay.js';
import { Panels } from './panels.js';
import { People } from './people.js';
import { bindQuiet } from './quiet.js';
import { Stage } from './stage.js';
import { StillPicture } from './still.js';
import { bindTools } from './tools.js';
import { Viewer } from './viewer.js';

const view = element('view', HTMLElement);
const video = element('stage', HTMLVideoElement);
const canvas = element('painted', HTMLCanvasElement);
const last = element('last', HTMLCanvasElement);

const figures = new Figures();
const stage = new Stage(video, canvas, last, {
  came: (way) => viewer.came(way),
  frame: (frame) => viewer.frame(frame),
  picture: () => viewer.picture(),
  blocked: () => {
    panels.say({ text: 'Tap the picture to start it.', offer: null });
    view.addEventListener('pointerup', () => stage.play(), { once: true });
  },
});
const exact = element('exact', HTMLElement);
const still = new StillPicture(element('still', HTMLCanvasElement), (isExact) => {
  exact.hidden = !isExact;
  document.body.dataset['exact'] = String(isExact);
});
const viewer = new Viewer(stage, still, figures, {
  changed,
  scene: (scene) => {
    panels.showScene(scene);
    showLayers();
    void showLegends(scene);
    beginAtView();
  },
  news: (news) => panels.say(news),
  mustKnock: (token) => door.show(token),
});
const door = new Door({ changed, admitted: (pass) => viewer.answered(pass), closed: (status) => viewer.answered(status) });

/** The view that the link names, until it was opened. @type {string | null} */
let firstView = null;

/** As soon as there is something to look at, and this page may. */
function beginAtView() {
  const { scene } = viewer;
  if (!firstView || !scene?.layers.length || scene.loading.length > 0 || !viewer.maySteer) return;
  viewer.command({ type: 'open_view', code: firstView });
  firstView = null;
}

function start() {
  firstView = parseOptions(location.search, location.hash).view;
  door.tell('leave');
  viewer.start(parseOptions(location.search, location.hash));
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
const layers = bindLayers();
const hand = bindHand(view, stage, viewer);
const overlay = bindOverlay(view, stage, viewer);
const tools = bindTools(viewer);

/** The panel of layers is loaded when it is opened first. */
function bindLayers() {
  /** @type {import('./layers.js').LayersPanel | null} */
  let panel = null;
  const show = () => panel?.show(viewer.scene);
  const drawer = new Drawer('layers', async () => {
    panel ??= new (await import('./layers.js')).LayersPanel(viewer, stage);
    show();
  });
  return { drawer, show };
}

/** So is the overlay of statistics. */
function bindStatistics() {
  const panel = element('statistics', HTMLElement);
  const button = element('statistics-toggle', HTMLButtonElement);
  /** @type {import('./statistics.js').Statistics | null} */
  let overlay = null;
  const toggle = async (isOpen = Boolean(panel.hidden)) => {
    panel.hidden = !isOpen;
    button.setAttribute('aria-pressed', String(isOpen));
    document.body.classList.toggle('measuring', isOpen);
    if (isOpen) overlay ??= new (await import('./statistics.js')).Statistics(stats);
    // It may have been closed while it was loaded.
    overlay?.toggle(!panel.hidden);
  };
  button.addEventListener('click', () => void toggle());
  return { toggle };
}

let hasLegend = false;

/** @param {import('../core/wire.gen.js').SceneStatus} scene */
async function showLegends(scene) {
  hasLegend ||= scene.layers.some(({ legends }) => legends.length > 0);
  if (!hasLegend) return;
  // The next scene asks again for what a broken line kept back.
  const legends = await import('./legend.js').catch(() => null);
  // The newest, should it have come meanwhile.
  legends?.showLegends(viewer.scene ?? scene);
}

/** @returns {StatsRecord} */
function stats() {
  figures.want();
  const { phase, reconnects } = viewer.session;
  return figures.record({ phase, role: viewer.role, reconnects, rung: viewer.rung }, stage.size, viewer.clock);
}
const statistics = bindStatistics();
const keys = bindKeyboard(viewer, {
  help: tools.help,
  statistics: () => void statistics.toggle(),
  // While the bars are away so are the panels that hang from them, and take no focus.
  people: () => {
    showBars();
    people.drawer.toggle();
  },
  layers: () => {
    showBars();
    layers.drawer.toggle();
  },
  turn: () => people.takeTurn(),
  close: () => {
    void statistics.toggle(false);
    people.drawer.toggle(false);
    layers.drawer.toggle(false);
  },
  full_screen: tools.fullScreen,
  projection: tools.projection,
});
const showBars = bindQuiet(() => viewer.isLive && !viewer.isStalled && !viewer.isHostSilent);

let state = '';
let maySteer = false;
let isHinted = false;

/** The scene, or whether it is looked at, may be another. */
function showLayers() {
  layers.drawer.offer(viewer.scene !== null && (viewer.isLive || viewer.isComingBack));
  layers.show();
}

/** The session, the door or the room may be in another state. */
function changed() {
  const { session, company, isStalled, isHostSilent } = viewer;
  const { isDetouring, isReachable, stalledSince } = viewer;
  const standing = company.standingInWords;
  const situation = { session, knock: door.knock, isStalled, stalledSince, isReachable, isDetouring, isHostSilent, standing, name: guestName() };
  const words = describe(situation, performance.now());
  // News is worth the bars; and hidden words are not read out.
  if (words.state !== state) showBars();
  state = words.state;
  panels.showName(situation.name);
  panels.show(words, !last.hidden || isStalled);
  showRung();
  panels.showStale(viewer.isLive && isHostSilent);
  panels.review((offer) => viewer.isLive && company.isCurrent(offer));
  people.show();
  showLayers();
  document.body.classList.toggle('may-steer', viewer.maySteer);
  for (const tool of document.querySelectorAll('.steers')) tool.setAttribute('aria-disabled', String(!viewer.maySteer));
  if (maySteer && !viewer.maySteer) {
    hand.release();
    keys.release();
  }
  maySteer = viewer.maySteer;
  beginAtView();
}

/** Names the rung where tests look for it, and says once what a lower one means. */
function showRung() {
  const { rung, encoding } = viewer;
  document.body.dataset['rung'] = rung ?? '';
  const hint = encoding || isHinted ? null : hintOf(rung, { hasWebRtc: missingAbility() === null, isSecure: isSecureContext });
  if (!hint) return;
  isHinted = true;
  panels.say({ text: hint, offer: null });
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
window.addEventListener('online', () => {
  viewer.rewire();
  door.tell('wake');
});
// Told for every change of the line's measured quality, too.
const network = /** @type {EventTarget & { type?: string } | undefined} */ (Reflect.get(navigator, 'connection'));
let networkType = network?.type;
network?.addEventListener('change', () => {
  if (network.type === networkType) return;
  networkType = network.type;
  viewer.rewire();
});
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
  camera: () => ({ shown: viewer.foresight.onScreen?.pose ?? null, foreseen: overlay.foreseen() }),
};
