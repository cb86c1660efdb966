// The session's state in words: what is, and what the reader can do about it.

/** @import { Session, Cause } from './session.js' */
/** @import { SceneStatus } from './wire.gen.js' */

/**
 * @typedef {object} Words
 * @property {string} state For the bar: a few words.
 * @property {'live' | 'busy' | 'off'} tone
 * @property {string} heading For the card that stands where the picture would; empty when there is none to show.
 * @property {string} detail One sentence, with what to do.
 * @property {'retry' | 'reload' | null} remedy The card's button.
 */

/** @type {Record<Cause, { short: string, heading: string, detail: string, remedy?: 'retry' | 'reload' }>} */
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
  protocol: {
    short: 'The page is out of date',
    heading: 'This page is out of date',
    detail: 'The host runs another version of Heliograph than this page. Reload it.',
    remedy: 'reload',
  },
  full: {
    short: 'too many viewers',
    heading: 'Too many people are watching',
    detail: 'The host takes no more viewers now. This page joins as soon as there is room.',
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
    short: 'the network blocks the video',
    heading: 'The network blocks the video',
    detail: 'A firewall between you and the host lets no video through. Try another network, or ask the host for another kind of link.',
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
 * @param {Session} session
 * @param {boolean} isStalled Whether pings go unanswered.
 * @param {number} now In milliseconds.
 * @returns {Words}
 */
export function describe(session, isStalled, now) {
  const { phase, cause, role } = session;
  if (phase === 'live') {
    const may = role === 'control' ? ' · controlling' : role === 'view' ? ' · view only' : '';
    return isStalled ? bare('Waiting for the host…', 'busy') : bare(`Live${may}`, 'live');
  }
  if (phase === 'ended') {
    const detail = session.endReason || 'The host has stopped sharing.';
    return { ...bare('The session has ended', 'off'), heading: 'The session has ended', detail };
  }
  const told = cause && CAUSES[cause];
  if (!told && session.wasLive) return bare('Reconnecting…', 'busy');
  if (!told) return { ...bare('Connecting…', 'busy'), heading: 'Connecting…' };
  const { short, heading, detail, remedy = null } = told;
  if (phase === 'failed') return { state: short, tone: 'off', heading, detail, remedy };
  const state = session.wasLive ? `Reconnecting… ${short}` : `Connecting… ${short}`;
  const showsCard = !session.wasLive || now - session.missingSince > CARD_AFTER_MS;
  return showsCard ? { state, tone: 'busy', heading, detail, remedy } : bare(state, 'busy');
}

/** @param {string} state @param {Words['tone']} tone @returns {Words} */
function bare(state, tone) {
  return { state, tone, heading: '', detail: '', remedy: null };
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
