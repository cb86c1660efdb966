// Runs the session: the state machines of core/ on one side, the browser's clock and connection on the other.

/** @import { Ask, Command, FromViewer, Input, Role, SceneStatus, ToViewer } from '../core/wire.gen.js' */
/** @import { News } from '../core/room.js' */
/** @import { SessionEvent } from '../core/session.js' */
/** @import { Stage, ShownFrame } from './stage.js' */
/** @import { Figures } from './figures.js' */
import { HostClock } from '../core/clock.js';
import { Liveness } from '../core/liveness.js';
import { parseToViewer } from '../core/messages.js';
import { Outbox } from '../core/outbox.js';
import { Company } from '../core/room.js';
import { safetyCode } from '../core/safety.js';
import { Session } from '../core/session.js';
import { decodePointer, encodePointer } from '../core/wire.gen.js';
import { askEpoch, Connection } from './connection.js';
import { keepPass } from './identity.js';
import { missingAbility } from './offer.js';

const PROBE_MS = 1500;
const NO_REFUSAL = { knock: false, refused: false, error: '' };
/** A decoder that shows nothing for this long after the welcome asks for a keyframe. */
const KEYFRAME_MS = 1000;

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
   * @param {Figures} figures
   * @param {ViewerListener} listener
   */
  constructor(stage, figures, listener) {
    this.stage = stage;
    this.figures = figures;
    this.listener = listener;
    this.session = new Session();
    this.company = new Company();
    /** For both ends to read aloud. @type {string | null} */
    this.safetyCode = null;
    this.clock = new HostClock();
    /** @type {string | null} */
    this.token = null;
    /** @type {Connection | null} */
    this.connection = null;
    /** @type {Liveness | null} */
    this.liveness = null;
    /** @type {Outbox | null} */
    this.outbox = null;
    /** @type {SceneStatus | null} */
    this.scene = null;
    /** Whether the host's program does not answer its own streaming. */
    this.isHostSilent = false;
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

  get isStalled() {
    return this.liveness?.isStalled ?? false;
  }

  /** @returns {Role | null} */
  get role() {
    return this.session.role && this.company.role;
  }

  /** Whether what the hand does has an effect. */
  get maySteer() {
    return this.isLive && this.company.maySteer;
  }

  /** Begins, or begins anew. @param {string | null} token Of the link. */
  start(token) {
    if (token !== this.token) this.company = new Company();
    this.token = token;
    const cause = token === null ? 'no_token' : missingAbility();
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
    const control = this.connection?.control;
    if (control?.readyState !== 'open') return;
    /** @type {FromViewer} */
    const message = { type: 'ask', ask };
    try {
      control.send(JSON.stringify(message));
    } catch {
      // The channel closed or overflowed under us; its close event tells the session.
    }
  }

  /** The host refused a knock, or let this page in. @param {string | number} answer A pass, or the status of the refusal. */
  answered(answer) {
    if (typeof answer === 'number') return this.#tell({ type: 'http', status: answer, refusal: NO_REFUSAL, retryAfterMs: 0 });
    if (this.token !== null) keepPass(this.token, answer);
    this.start(this.token);
  }

  /** The first frame of a connection is on screen. */
  picture() {
    this.keyframeAt = Infinity;
    this.figures.picture(performance.now());
    this.#tell({ type: 'picture' });
  }

  /** @param {ShownFrame} frame */
  frame(frame) {
    this.liveness?.frame(frame.now);
    this.figures.frame(frame, this.clock);
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
    if (!this.connection) return;
    this.stage.hold();
    this.connection.close();
    this.connection = this.liveness = this.outbox = null;
    this.isHostSilent = false;
    this.keyframeAt = Infinity;
  }

  #connect() {
    const connection = new Connection(this.token ?? '', {
      answered: () => this.#tell({ type: 'answered' }),
      linked: () => this.#tell({ type: 'linked' }),
      opened: ({ control, pointer }) => {
        this.clock = new HostClock();
        this.outbox = new Outbox(control, pointer, (seq, now) => this.figures.inputs.sent(seq, now));
        this.liveness = new Liveness(performance.now());
        this.#arm();
        void this.#compareEnds(connection.peer);
      },
      track: (stream) => this.stage.adopt(stream),
      control: (data) => this.#hearControl(data),
      pointer: (data) => this.#hearPointer(data),
      http: (answer) => this.#tell({ type: 'http', ...answer }),
      lost: (cause) => this.#tell({ type: 'lost', cause }),
      doubtful: () => {
        this.liveness?.doubt(performance.now());
        this.#arm();
      },
    });
    this.connection = connection;
    this.figures.connected(connection.peer);
    void connection.open();
  }

  /** @param {RTCPeerConnection} peer */
  async #compareEnds({ remoteDescription, localDescription }) {
    this.safetyCode = await safetyCode(remoteDescription?.sdp ?? '', localDescription?.sdp ?? '');
    this.listener.changed();
  }

  /** @param {unknown} data */
  #hearControl(data) {
    this.#heard();
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
    if (this.liveness) this.liveness.epoch = welcome.epoch;
    this.keyframeAt = this.stage.isAwaiting ? performance.now() + KEYFRAME_MS : Infinity;
    this.company.welcome(welcome);
    this.#tell(welcome);
  }

  /** @param {unknown} data */
  #hearPointer(data) {
    const message = data instanceof ArrayBuffer ? decodePointer(data) : null;
    if (message?.type === 'pong') {
      const now = performance.now();
      this.clock.sample(message.page_ms, message.host_ms, now);
      this.#heard(now - message.page_ms);
    } else if (message?.type === 'shown') {
      this.#heard();
      this.figures.inputs.told(message.seq, message.rtp_timestamp);
    }
  }

  /** @param {number | null} roundTripMs */
  #heard(roundTripMs = null) {
    const wasStalled = this.isStalled;
    this.liveness?.heard(performance.now(), roundTripMs);
    if (wasStalled) this.listener.changed();
    this.#arm();
  }

  /** Sets the one timer to the next deadline, and asks for the next frame where it is wanted. */
  #arm() {
    clearTimeout(this.timer);
    const { session, liveness, outbox } = this;
    const deadlines = [session.deadline, liveness?.deadline, outbox?.deadline, this.keyframeAt];
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
    for (const action of this.liveness?.poll(now) ?? []) {
      if (action.type === 'ping') this.#ping();
      else if (action.type === 'probe') void this.#probe();
      else this.#tell({ type: 'lost', cause: action.reason });
    }
    if (now >= this.session.deadline) this.#act(this.session.poll(now));
    else this.#arm();
  }

  #ping() {
    const pointer = this.connection?.pointer;
    if (pointer?.readyState !== 'open') return;
    this.pingSeq += 1;
    pointer.send(encodePointer({ type: 'ping', seq: this.pingSeq, page_ms: performance.now() }));
  }

  async #probe() {
    this.listener.changed();
    const asking = this.liveness;
    const epoch = await askEpoch(PROBE_MS);
    if (!asking || asking !== this.liveness) return; // Answered for a connection that is gone.
    for (const action of asking.probed(epoch)) {
      if (action.type === 'lost') this.#tell({ type: 'lost', cause: action.reason });
    }
    this.#arm();
  }
}
