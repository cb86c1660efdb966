// The session's state in words: what is, and what the reader can do about it.

/** @import { Session, Cause } from './session.js' */
/** @import { Knock } from './knock.js' */
/** @import { Rung, SceneStatus } from './wire.gen.js' */

/**
 * @typedef {object} Words
 * @property {string} state For the bar: a few words.
 * @property {'live' | 'busy' | 'off'} tone
 * @property {string} heading For the card that stands where the picture would; empty when there is none to show.
 * @property {string} detail One sentence, with what to do.
 * @property {Remedy | null} remedy The card's button.
 * @property {boolean} asksName Whether the card has a field for the guest's name.
 */
/** @typedef {'retry' | 'reload' | 'cancel' | 'ask_again' | 'join_again'} Remedy */
/**
 * Everything that the words are about.
 * @typedef {object} Situation
 * @property {Session} session
 * @property {Knock} knock
 * @property {boolean} isStalled Whether pings go unanswered.
 * @property {number} stalledSince As of when; Infinity while all is well.
 * @property {boolean | null} isReachable Whether the host answers over HTTP meanwhile; null before it said so.
 * @property {boolean} isDetouring Whether the first picture is being tried by another way than the usual.
 * @property {boolean} isHostSilent Whether the host's program does not answer.
 * @property {string} standing Whose hand counts, in a few words.
 * @property {string} name By which this guest asks to be let in.
 */

/** What the card's button says. @type {Record<Remedy, string>} */
export const REMEDIES = {
  retry: 'Try again',
  reload: 'Reload',
  cancel: 'Cancel',
  ask_again: 'Ask again',
  join_again: 'Ask to join again',
};

/** @type {Record<Cause, { short: string, heading: string, detail: string, remedy?: Remedy }>} */
const CAUSES = {
  no_webrtc: {
    short: 'This browser cannot show the view',
    heading: 'This browser cannot show the view',
    detail: 'It has no WebRTC, or it is switched off. Open the link in a current Chrome, Edge, Safari or Firefox.',
  },
  no_h264: {
    short: 'This browser cannot play the video',
    heading: 'This browser cannot play the video',
    detail: 'It has no H.264 decoder for WebRTC. Open the link in Chrome, Edge or Safari, or let Firefox install its OpenH264 plugin.',
    remedy: 'reload',
  },
  no_token: {
    short: 'Incomplete link',
    heading: 'This link is incomplete',
    detail: 'The part after the # is missing. Copy the whole link that the host shared and open that.',
  },
  unauthorized: {
    short: 'The link is no longer valid',
    heading: 'This link is no longer valid',
    detail: 'The host has stopped this share or made a new link. Ask for the current one.',
    remedy: 'retry',
  },
  forbidden: {
    short: 'This address is not accepted',
    heading: 'The host does not accept this address',
    detail: 'Open the link exactly as the host shared it, not by another name of the same machine.',
    remedy: 'retry',
  },
  barred: {
    short: 'Not let in',
    heading: 'You were not let in',
    detail: 'The host does not let you in.',
    remedy: 'ask_again',
  },
  protocol: {
    short: 'The page is out of date',
    heading: 'This page is out of date',
    detail: 'The host runs another version of Heliograph than this page. Reload it.',
    remedy: 'reload',
  },
  full: {
    short: 'the host takes nobody now',
    heading: 'The host takes nobody now',
    detail: 'Too many people are watching. This page joins as soon as it can.',
    remedy: 'retry',
  },
  refused: {
    short: 'the host refused the connection',
    heading: 'The host refused the connection',
    detail: 'This browser and the host do not understand each other. This page keeps trying; another browser may do better.',
    remedy: 'retry',
  },
  unreachable: {
    short: 'the host does not answer',
    heading: 'The host cannot be reached',
    detail: 'It may have stopped sharing, or this device is offline. This page keeps trying.',
    remedy: 'retry',
  },
  blocked: {
    short: 'the network blocks the view',
    heading: 'Your network blocks the view',
    detail: 'It lets neither UDP nor WebSockets through to the host. Try another network, or ask the host for another kind of link.',
    remedy: 'retry',
  },
  no_udp: {
    short: 'the network blocks UDP',
    heading: 'Your network blocks UDP',
    detail: 'This address asks for the picture over UDP and no other way. Open it without its “encoding”, or in another network.',
    remedy: 'retry',
  },
  no_websocket: {
    short: 'no WebSocket comes through',
    heading: 'No WebSocket comes through to the host',
    detail: 'Without WebRTC this page needs one. Open the link in Chrome, Edge or Safari, in another network, or ask the host for another kind of link.',
    remedy: 'retry',
  },
  restarted: {
    short: 'the host’s streaming restarted',
    heading: 'The host’s streaming restarted',
    detail: 'The picture comes back by itself.',
  },
  silent: {
    short: 'the connection stalled',
    heading: 'The connection stalled',
    detail: 'Nothing has come from the host for some seconds. This page connects anew.',
  },
  closed: {
    short: 'the connection was closed',
    heading: 'The connection was closed',
    detail: 'The host’s streaming restarts, or the network changed. The picture comes back by itself.',
  },
  slow: {
    short: 'the host is slow to answer',
    heading: 'The host is slow to answer',
    detail: 'It accepted this page but sends nothing. This page keeps trying.',
    remedy: 'retry',
  },
};

/** A short interruption needs no card over the last picture. */
const CARD_AFTER_MS = 6000;

/**
 * @param {Situation} situation
 * @param {number} now In milliseconds.
 * @returns {Words}
 */
export function describe(situation, now) {
  const { session, knock, isHostSilent, isStalled, isDetouring, standing, name } = situation;
  const { phase } = session;
  if (phase === 'knocking') return atTheDoor(knock, name);
  if (phase === 'live') {
    if (isStalled) return stalled(situation, now);
    return isHostSilent ? bare('Live · the host’s program does not answer', 'busy') : bare(`Live · ${standing}`, 'live');
  }
  if (phase === 'ended') return ending(session);
  const cause = session.cause ?? session.hindrance;
  const told = cause && CAUSES[cause];
  if (!told && session.wasLive) return bare('Reconnecting…', 'busy');
  if (!told) return { ...bare('Connecting…', 'busy'), heading: 'Connecting…', detail: isDetouring ? DETOUR : '' };
  const { short, heading, remedy = null } = told;
  const detail = hostsWords(session) || told.detail;
  if (phase === 'failed') return { ...bare(short, 'off'), heading, detail, remedy };
  const state = session.wasLive ? `Reconnecting… ${short}` : `Connecting… ${short}`;
  const showsCard = !session.wasLive || now - session.missingSince > CARD_AFTER_MS;
  return showsCard ? { ...bare(state, 'busy'), heading, detail, remedy } : bare(state, 'busy');
}

const DETOUR = 'Trying another way, because this network seems to block UDP…';

/** The picture stands still for now; ways are looked for. @param {Situation} situation @param {number} now @returns {Words} */
function stalled({ isReachable, stalledSince }, now) {
  if (isReachable === null) return bare('Waiting for the host…', 'busy');
  if (isReachable) return bare('Reconnecting… trying another way', 'busy');
  const { short, heading, detail } = CAUSES.unreachable;
  const words = bare(`Reconnecting… ${short}`, 'busy');
  return now - stalledSince > CARD_AFTER_MS ? { ...words, heading, detail } : words;
}

/** Each rung as the statistics name it. @type {Record<Rung, string>} */
export const RUNGS = {
  udp: 'direct',
  tcp: 'direct, TCP',
  turn: 'through a relay',
  webcodecs: 'WebSocket',
  jpeg: 'WebSocket, JPEG',
};

/**
 * What is worth saying once of a rung that is not the best.
 * @param {Rung | null} rung
 * @param {{ hasWebRtc: boolean, isSecure: boolean }} page Whether the browser plays the picture over WebRTC, and has secure pages' means.
 * @returns {string | null}
 */
export function hintOf(rung, { hasWebRtc, isSecure }) {
  if (rung === 'tcp') return 'This network lets no UDP through: on a bad line the picture may stutter.';
  if (rung === 'turn') return 'This network lets nothing through directly: the picture comes through a relay.';
  if (rung !== 'webcodecs' && rung !== 'jpeg') return null;
  const why = hasWebRtc ? 'This network lets no UDP through' : 'This browser plays no H.264 over WebRTC';
  if (rung === 'webcodecs') return `${why}: the picture comes over a WebSocket, and may lag on a bad line.`;
  const remedy = isSecure ? 'Another browser may do better.' : 'By an https link it would be better.';
  return `${why}: the picture comes as single images. ${remedy}`;
}

const TROUBLES = {
  lost: 'The connection broke off. This page asks again.',
  busy: 'Many people are asking. This page asks again in a moment.',
};

/** What the host itself says about the cause. @param {Session} session */
function hostsWords({ cause, reason }) {
  if (!reason || (cause !== 'barred' && cause !== 'full')) return '';
  return cause === 'barred' ? reason : `${reason} This page joins as soon as it can.`;
}

/** @param {Session} session @returns {Words} */
function ending({ endCause, reason }) {
  if (endCause === 'removed') {
    const detail = reason || 'The host has removed you from the session.';
    return { ...bare('You have left the session', 'off'), heading: 'You have left the session', detail, remedy: 'join_again' };
  }
  return { ...bare('The session has ended', 'off'), heading: 'The session has ended', detail: reason || 'The host has stopped sharing.' };
}

/** @param {Knock} knock @param {string} name @returns {Words} */
function atTheDoor({ phase, trouble, reason }, name) {
  if (phase === 'refused') {
    const { short, heading, detail } = CAUSES.barred;
    return { ...bare(short, 'off'), heading, detail: reason || detail, remedy: 'ask_again' };
  }
  if (phase === 'waiting' || phase === 'broken') {
    const asWhom = name ? `You asked as ${name}.` : 'You asked without a name.';
    const detail = trouble === null ? asWhom : TROUBLES[trouble];
    return { ...bare('Waiting to be let in…', 'busy'), heading: 'Waiting for the host to let you in…', detail, remedy: 'cancel' };
  }
  const detail = 'Say who you are, so that the host knows who asks.';
  return { ...bare('Not in yet', 'off'), heading: 'The host lets people in one by one', detail, asksName: true };
}

/** @param {string} state @param {Words['tone']} tone @returns {Words} */
function bare(state, tone) {
  return { state, tone, heading: '', detail: '', remedy: null, asksName: false };
}

/**
 * The second line of the bar.
 * @param {SceneStatus} scene
 */
export function summarise(scene) {
  const [loading] = scene.loading;
  if (loading) return `Loading ${loading.name}… ${Math.round(loading.fraction * 100)} %`;
  const [first, ...others] = scene.layers.filter((layer) => layer.visible);
  if (!first) return scene.layers.length > 0 ? 'all layers hidden' : '';
  return others.length > 0 ? `${scene.layers.length} layers` : first.summary;
}
