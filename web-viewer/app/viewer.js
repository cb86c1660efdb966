// Runs the session: the state machines of core/ on one side, the browser's clock and connection on the other.

/** @import { Way } from '../core/ladder.js' */
/** @import { Channel } from '../core/outbox.js' */
/** @import { Options } from '../core/options.js' */
/** @import { Ask, Command, Input, Role, Rung, SceneStatus, ToViewer, ViewerId } from '../core/wire.gen.js' */
/** @import { News } from '../core/room.js' */
/** @import { SessionEvent } from '../core/session.js' */
/** @import { Stage, ShownFrame } from './stage.js' */
/** @import { StillPicture } from './still.js' */
/** @import { Figures } from './figures.js' */
import { HostClock } from '../core/clock.js';
import { Foresight } from '../core/foresight.js';
import { Liveness } from '../core/liveness.js';
import { parseToViewer } from '../core/messages.js';
import { Outbox } from '../core/outbox.js';
import { Company } from '../core/room.js';
import { safetyCode } from '../core/safety.js';
import { Session } from '../core/session.js';
import { decodePointer, encodePointer } from '../core/wire.gen.js';
import { askEpoch } from './connection.js';
import { keepPass } from './identity.js';
import { missingAbility } from './offer.js';
import { fetchSocketModule, Ways } from './ways.js';

/** A slow line needs some round trips for an answer. */
const PROBE_MS = 1500;
const PROBE_ROUND_TRIPS = 8;
const NO_REFUSAL = { knock: false, refused: false, error: '' };
/** A decoder that shows nothing for this long after the welcome asks for a keyframe. */
const KEYFRAME_MS = 1000;
/** After the first picture: nothing of it is to be delayed. */
const SPARE_MS = 1500;

/**
 * @typedef {object} ViewerListener
 * @property {() => void} changed The state in words may be another.
 * @property {(scene: SceneStatus) => void} scene
 * @property {(news: News) => void} news
 * @property {(token: string) => void} mustKnock
 */

export class Viewer {
  /**
   * @param {Stage} stage
   * @param {StillPicture} still
   * @param {Figures} figures
   * @param {ViewerListener} listener
   */
  constructor(stage, still, figures, listener) {
    this.stage = stage;
    this.still = still;
    this.figures = figures;
    this.listener = listener;
    this.session = new Session();
    this.company = new Company();
    this.foresight = new Foresight();
    /** Of the WebRTC connection. @type {string | null} */
    this.code = null;
    this.clock = new HostClock();
    /** @type {string | null} */
    this.token = null;
    /** @type {Options['encoding']} */
    this.encoding = null;
    /** @type {Ways | null} */
    this.ways = null;
    /** @type {Liveness | null} */
    this.liveness = null;
    /** @type {Outbox | null} */
    this.outbox = null;
    /** @type {SceneStatus | null} */
    this.scene = null;
    /** Whether the host's program does not answer its own streaming. */
    this.isHostSilent = false;
    /** As the host calls this page's session. @type {ViewerId | null} */
    this.id = null;
    this.pingSeq = 0;
    this.keyframeAt = Infinity;
    this.timer = 0;
    this.frameRequest = 0;
  }

  get isLive() {
    return this.session.phase === 'live';
  }

  /** Whether the picture was there and returns by itself. */
  get isComingBack() {
    return this.session.wasLive && (this.session.phase === 'connecting' || this.session.phase === 'waiting');
  }

  /** For both ends to read aloud; null where the picture does not come by the connection that it is of. @returns {string | null} */
  get safetyCode() {
    return this.ways?.ladder.carrying === 'rtc' ? this.code : null;
  }

  get isStalled() {
    return this.liveness?.isStalled ?? false;
  }

  /** @returns {number} */
  get stalledSince() {
    return this.liveness?.stalledSince ?? Infinity;
  }

  /** Whether the host answered over HTTP when it was asked last. */
  get isReachable() {
    return this.ways?.ladder.isReachable ?? null;
  }

  /** By which way the picture comes. @returns {Rung | null} */
  get rung() {
    return this.ways?.rung ?? null;
  }

  /** Whether the first picture is being tried by another way than the usual. */
  get isDetouring() {
    return this.ways?.ladder.isDetouring ?? false;
  }

  /** @returns {Role | null} */
  get role() {
    return this.session.role && this.company.role;
  }

  /** Whether what the hand does has an effect. */
  get maySteer() {
    return this.isLive && this.company.maySteer;
  }

  /** Begins, or begins anew. @param {Pick<Options, 'token' | 'encoding'>} link */
  start({ token, encoding }) {
    if (token !== this.token) this.company = new Company();
    this.token = token;
    this.encoding = encoding;
    const cause = token === null ? 'no_token' : encoding === 'webrtc' ? missingAbility() : null;
    this.#tell(cause ? { type: 'impossible', cause } : { type: 'start' });
  }

  /** The page is being left. */
  leave() {
    this.#tell({ type: 'leave' });
  }

  /** The network or the page came back. */
  wake() {
    this.liveness?.doubt(performance.now());
    this.#tell({ type: 'wake' });
  }

  /** The device is in another network. */
  rewire() {
    this.wake();
    this.ways?.tell({ type: 'network' });
  }

  /**
   * What the viewer's hand did. Without a live picture, or without the right to steer, it does nothing.
   * @param {Input} input
   */
  send(input) {
    if (!this.isLive) return;
    if (!this.company.maySteer) {
      // A press alone is no attempt yet; its release would only say it twice.
      if (input.type === 'move' || input.type === 'command') this.refuse();
      return;
    }
    const { width, height } = this.stage.pictureRect;
    this.foresight.push(input, width / Math.max(height, 1), performance.now());
    this.outbox?.push(input, performance.now());
    this.#arm();
  }

  /** @param {Command} command */
  command(command) {
    this.send({ type: 'command', command });
  }

  /** Says why the viewer may not steer. */
  refuse() {
    this.listener.news(this.company.whyNot);
  }

  /** Tells the host a wish about the room. @param {Ask} ask */
  ask(ask) {
    this.ways?.say({ type: 'ask', ask });
  }

  /** The host refused a knock, or let this page in. @param {string | number} answer A pass, or the status of the refusal. */
  answered(answer) {
    if (typeof answer === 'number') return this.#tell({ type: 'http', status: answer, refusal: NO_REFUSAL, retryAfterMs: 0 });
    if (this.token !== null) keepPass(this.token, answer);
    this.start(this);
  }

  /** The first frame of a connection is on screen. */
  picture() {
    this.keyframeAt = Infinity;
    this.figures.picture(performance.now());
    this.#tell({ type: 'picture' });
    setTimeout(() => {
      void fetchSocketModule().catch(() => {});
      this.still.prepare();
    }, SPARE_MS);
  }

  /** A way has brought a frame. @param {Way} way */
  came(way) {
    this.ways?.tell({ type: 'frame', way });
  }

  /** @param {ShownFrame} frame */
  frame(frame) {
    // First: the browser paints the frame next, and what is above it must go with that.
    this.still.shown(frame.rtpTimestamp);
    this.liveness?.frame(frame.now);
    if (this.isStalled) this.#heard();
    this.figures.frame(frame, this.clock);
    this.foresight.shown(frame.rtpTimestamp);
    this.#arm();
  }

  /** @param {SessionEvent} event */
  #tell(event) {
    this.#act(this.session.handle(event, performance.now()));
  }

  /** @param {ReturnType<Session['handle']>} actions */
  #act(actions) {
    for (const action of actions) {
      this.#close();
      if (action.type === 'connect') this.#connect();
      if (action.type === 'knock') this.listener.mustKnock(this.token ?? '');
    }
    this.#arm();
    this.listener.changed();
  }

  #close() {
    if (!this.ways) return;
    this.stage.hold();
    this.still.reset();
    this.ways.close();
    this.ways = this.liveness = this.outbox = this.id = null;
    this.isHostSilent = false;
    this.keyframeAt = Infinity;
  }

  #connect() {
    const ways = new Ways(this.token ?? '', this.encoding, this.stage, {
      answered: () => this.#tell({ type: 'answered' }),
      linked: () => this.#tell({ type: 'linked' }),
      way: (control, pointer) => this.#goBy(control, pointer),
      control: (data, way) => this.#hearControl(data, way),
      pointer: (data, way) => this.#hearPointer(data, way),
      still: (message, answer) => this.still.message(message, answer),
      told: ({ seq, rtpTimestamp }) => this.figures.inputs.told(seq, rtpTimestamp),
      http: (answer) => this.#tell({ type: 'http', ...answer }),
      lost: (cause) => this.#tell({ type: 'lost', cause }),
      doubtful: () => {
        this.liveness?.doubt(performance.now());
        this.#arm();
      },
      ask: () => void this.#probe(),
      rescheduled: () => this.#arm(),
      changed: () => this.#review(),
    });
    this.ways = ways;
    ways.open();
    this.figures.connected(ways);
  }

  /** What is tried, or by which way the picture comes, is another. */
  #review() {
    const cause = this.ways?.hindrance;
    if (cause) this.session.handle({ type: 'hindered', cause }, performance.now());
    this.#arm();
    this.listener.changed();
  }

  /** What is said to the host goes there from now on. @param {Channel} control @param {Channel} pointer */
  #goBy(control, pointer) {
    const now = performance.now();
    if (!this.outbox) {
      this.clock = new HostClock();
      this.outbox = this.#outbox({ control, pointer });
      this.liveness ??= new Liveness(now);
    } else {
      this.outbox.switchTo(control, pointer, now);
      this.liveness?.doubt(now);
      if (this.outbox.hasLost) return this.#tell({ type: 'lost', cause: 'closed' });
    }
    this.#arm();
    if (this.ways?.connection) void this.#compareEnds(this.ways.connection.peer);
  }

  /** @param {{ control: Channel, pointer: Channel }} way */
  #outbox({ control, pointer }) {
    return new Outbox(control, pointer, (seq, now) => {
      this.figures.inputs.sent(seq, now);
      this.foresight.sent(seq);
    });
  }

  /** @param {RTCPeerConnection} peer */
  async #compareEnds({ remoteDescription, localDescription }) {
    this.code = await safetyCode(remoteDescription?.sdp ?? '', localDescription?.sdp ?? '');
    this.listener.changed();
  }

  /** @param {unknown} data @param {Way} way */
  #hearControl(data, way) {
    this.#heard(way);
    const message = parseToViewer(data);
    switch (message?.type) {
      case 'welcome':
        return this.#welcomed(message);
      case 'room': {
        const news = this.company.told(message.room);
        this.listener.changed();
        return news.forEach(this.listener.news);
      }
      case 'scene':
        this.scene = message.scene;
        this.foresight.changed();
        return this.listener.scene(message.scene);
      case 'notice':
        return this.listener.news({ text: message.text, offer: null });
      case 'host':
        this.isHostSilent = !message.answers;
        return this.listener.changed();
      case 'ended':
        // Who was removed comes back as a stranger.
        if (message.cause === 'removed' && this.token !== null) keepPass(this.token, null);
        return this.#tell(message);
    }
  }

  /** @param {Extract<ToViewer, { type: 'welcome' }>} welcome */
  #welcomed(welcome) {
    if (welcome.pass && this.token !== null) keepPass(this.token, welcome.pass);
    this.liveness ??= new Liveness(performance.now());
    this.liveness.epoch = welcome.epoch;
    // Over a WebSocket that was opened anew the host may count from the beginning: what it lacked is lost.
    if (this.outbox && this.id !== null && welcome.viewer !== this.id) this.outbox = this.#outbox(this.outbox);
    this.id = welcome.viewer;
    this.keyframeAt = this.stage.isAwaiting ? performance.now() + KEYFRAME_MS : Infinity;
    this.company.welcome(welcome);
    this.#tell(welcome);
  }

  /** @param {unknown} data @param {Way} way */
  #hearPointer(data, way) {
    const message = data instanceof ArrayBuffer ? decodePointer(data) : null;
    if (message?.type === 'pong') {
      const now = performance.now();
      this.clock.sample(message.page_ms, message.host_ms, now);
      if (this.ways) this.ways.ladder.roundTripMs = this.clock.roundTripMs ?? 0;
      this.outbox?.taken(message.taken);
      this.#heard(way, now - message.page_ms);
    } else if (message?.type === 'shown') {
      this.#heard(way);
      this.figures.inputs.told(message.seq, message.rtp_timestamp);
    } else if (message?.type === 'camera') {
      this.foresight.told(message);
    }
  }

  /** @param {Way | null} way @param {number | null} roundTripMs */
  #heard(way = null, roundTripMs = null) {
    const wasStalled = this.isStalled;
    this.liveness?.heard(performance.now(), roundTripMs);
    if (way) this.ways?.tell({ type: 'heard', way });
    if (wasStalled) {
      // Frames were lost meanwhile.
      this.outbox?.needKeyframe();
      this.listener.changed();
    }
    this.#arm();
  }

  /** Sets the one timer to the next deadline, and asks for the next frame where it is wanted. */
  #arm() {
    clearTimeout(this.timer);
    const { session, liveness, outbox, ways } = this;
    const deadlines = [session.deadline, liveness?.deadline, outbox?.deadline, ways?.deadline, this.keyframeAt];
    const next = Math.min(...deadlines.map((deadline) => deadline ?? Infinity));
    if (next < Infinity) this.timer = window.setTimeout(() => this.#wakeUp(), Math.max(0, next - performance.now()));
    if (outbox?.wantsFrame && !this.frameRequest) {
      this.frameRequest = requestAnimationFrame(() => {
        this.frameRequest = 0;
        this.outbox?.frame(performance.now());
        this.#arm();
      });
    }
  }

  #wakeUp() {
    const now = performance.now();
    this.outbox?.poll(now);
    if (now >= this.keyframeAt) {
      this.outbox?.needKeyframe();
      this.keyframeAt = now + KEYFRAME_MS;
    }
    this.ways?.poll(now);
    for (const action of this.liveness?.poll(now) ?? []) {
      if (action.type === 'ping') this.#ping();
      else if (action.type === 'probe') this.#stalled();
      else if (action.type === 'lost') this.#tell({ type: 'lost', cause: action.reason });
    }
    if (now >= this.session.deadline) this.#act(this.session.poll(now));
    else this.#arm();
  }

  #ping() {
    const pointer = this.outbox?.pointer;
    if (pointer?.readyState !== 'open') return;
    this.pingSeq += 1;
    try {
      pointer.send(/** @type {any} */ (encodePointer({ type: 'ping', seq: this.pingSeq, page_ms: performance.now() })));
    } catch {
      // The channel closed under us; its close event tells.
    }
  }

  #stalled() {
    this.ways?.tell({ type: 'stalled' });
    this.listener.changed();
    void this.#probe();
  }

  async #probe() {
    const asking = this.ways;
    const askedAt = performance.now();
    const epoch = await askEpoch(Math.max(PROBE_MS, PROBE_ROUND_TRIPS * (this.clock.roundTripMs ?? 0)));
    if (!asking || asking !== this.ways) return; // Answered for a session that is gone.
    // One of several that are on their way may be lost; whether the host is gone is for liveness to say.
    const actions = this.liveness?.probed(epoch, performance.now(), askedAt) ?? [];
    for (const action of actions) {
      if (action.type === 'lost') return this.#tell({ type: 'lost', cause: action.reason });
    }
    this.ways?.tell({ type: epoch === null ? 'unreachable' : 'reachable' });
    this.#arm();
  }
}
