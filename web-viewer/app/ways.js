// The ways to one session at the host: a WebRTC peer, a WebSocket or both, as the ladder wants them.

/** @import { Refusal } from '../core/knock.js' */
/** @import { Hindrance, LadderAction, LadderEvent, Way } from '../core/ladder.js' */
/** @import { Channel } from '../core/outbox.js' */
/** @import { FromViewer, MediaMessage, Rung } from '../core/wire.gen.js' */
/** @import { Socket, SocketRung } from './socket.js' */
/** @import { Stage } from './stage.js' */
import { Ladder } from '../core/ladder.js';
import { parseToViewer } from '../core/messages.js';
import { decodeMedia } from '../core/wire.gen.js';
import { Connection } from './connection.js';
import { triesWebRtc } from './offer.js';
import { introduction } from './request.js';

/**
 * @typedef {object} WaysListener Nothing is told after {@link Ways.close}.
 * @property {() => void} answered The host took the offer, or is asked for nothing but a WebSocket.
 * @property {() => void} linked A way is open.
 * @property {(control: Channel, pointer: Channel) => void} way What is to be said to the host goes there from now on.
 * @property {(data: unknown, way: Way) => void} control
 * @property {(data: unknown, way: Way) => void} pointer
 * @property {(message: MediaMessage, answer: (bytes: ArrayBuffer) => void) => void} still A part of an exact still picture came.
 * @property {(told: { seq: number, rtpTimestamp: number }) => void} told A frame that is here or on its way has that input.
 * @property {(answer: { status: number, refusal: Refusal, retryAfterMs: number }) => void} http The host said no.
 * @property {(cause: 'unreachable' | 'refused' | 'closed') => void} lost Only a new session helps.
 * @property {() => void} doubtful A ping is due.
 * @property {() => void} ask Whether the host is there is to be asked over HTTP.
 * @property {() => void} rescheduled {@link Ways.deadline} may be another.
 * @property {() => void} changed The rung or what is being tried is another.
 */
/** @typedef {typeof import('./socket.js')} SocketModule */

/** As a WebSocket may be needed when the line is cut, its module is fetched while the line is there. */
export const fetchSocketModule = () => import('./socket.js');

/** Remembered for the page's life: a decoder that broke breaks again. @type {SocketRung | null} */
let socketRung = null;

export class Ways {
  /**
   * @param {string} token
   * @param {'webrtc' | SocketRung | null} encoding The one rung that is asked for.
   * @param {Stage} stage
   * @param {WaysListener} listener
   */
  constructor(token, encoding, stage, listener) {
    this.token = token;
    this.encoding = encoding;
    this.stage = stage;
    this.listener = listener;
    this.isClosed = false;
    this.ladder = new Ladder({ rtc: triesWebRtc, ws: encoding !== 'webrtc' });
    /** @type {Connection | null} */
    this.connection = null;
    /** @type {Socket | null} */
    this.socket = null;
    /** Of the newest WebSocket: what is older says nothing any more. */
    this.socketNumber = 0;
    /** By which way inputs go. @type {Way | null} */
    this.way = null;
    /** By which the picture in front comes, as the host was told. @type {Rung | null} */
    this.rung = null;
    /** The word on it. */
    this.saying = Promise.resolve();
  }

  get deadline() {
    return this.ladder.deadline;
  }

  /** Why there is no picture though there should be; null while there is hope. @returns {Hindrance | null} */
  get hindrance() {
    return this.ladder.isOverdue ? this.ladder.hindrance : null;
  }

  open() {
    this.stage.await();
    if (triesWebRtc) this.#connect();
    else this.listener.answered();
    this.tell({ type: 'start' });
  }

  /** @param {LadderEvent} event */
  tell(event) {
    if (this.isClosed) return;
    const { isDetouring } = this.ladder;
    this.#act(this.ladder.handle(event, performance.now()));
    if (this.isClosed) return;
    this.listener.rescheduled();
    if (isDetouring !== this.ladder.isDetouring || this.ladder.isOverdue) this.listener.changed();
  }

  /** @param {number} now */
  poll(now) {
    if (now < this.deadline) return;
    this.#act(this.ladder.poll(now));
    if (!this.isClosed) this.listener.changed();
  }

  /** Tells the host something that is no input. @param {FromViewer} message */
  say(message) {
    if (this.way === 'ws') return this.socket?.say(message);
    const control = this.connection?.control;
    if (control?.readyState !== 'open') return;
    try {
      control.send(JSON.stringify(message));
    } catch {
      // The channel closed or overflowed under us; its close event tells.
    }
  }

  close() {
    this.isClosed = true;
    this.connection?.close();
    this.socket?.close();
  }

  /** @param {LadderAction[]} actions */
  #act(actions) {
    for (const action of actions) {
      if (this.isClosed) return;
      if (action.type === 'open_ws') void this.#openSocket();
      else if (action.type === 'close_ws') this.#closeSocket();
      else if (action.type === 'restart') void this.connection?.restart();
      else if (action.type === 'ask') this.listener.ask();
      else if (action.type === 'show') this.#show(action.way);
      else this.listener.lost(action.cause);
    }
  }

  #connect() {
    const { listener } = this;
    const connection = new Connection(this.token, {
      answered: (answer) => {
        listener.answered();
        this.tell({ type: 'answered', ...answer });
      },
      connected: () => listener.linked(),
      linked: () => {
        if (this.way === null) this.#goBy('rtc');
        this.tell({ type: 'linked' });
        // Its picture was in front before the host could be told so.
        if (this.ladder.carrying === 'rtc' && this.rung === null) this.saying = this.#sayRung('rtc');
      },
      track: (stream) => this.stage.adopt(stream),
      control: (data) => listener.control(data, 'rtc'),
      pointer: (data) => listener.pointer(data, 'rtc'),
      still: (data) => {
        const message = data instanceof ArrayBuffer ? decodeMedia(data) : null;
        if (message) listener.still(message, (bytes) => connection.still.send(bytes));
      },
      http: (answer) => listener.http(answer),
      lost: (cause) => listener.lost(cause),
      doubtful: () => {
        listener.doubtful();
        this.tell({ type: 'doubtful' });
      },
      failed: () => this.tell({ type: 'failed' }),
      dead: () => {
        this.tell({ type: 'dead' });
        if (!this.isClosed) connection.silence();
      },
      noRestart: () => this.tell({ type: 'no_restart' }),
      rerouted: () => {
        if (this.ladder.carrying === 'rtc') this.saying = this.#sayRung('rtc');
      },
    });
    this.connection = connection;
    void connection.open();
  }

  async #openSocket() {
    const number = (this.socketNumber += 1);
    const isOver = () => this.isClosed || number !== this.socketNumber;
    try {
      const { Socket, bestRung } = await fetchSocketModule();
      const asked = this.encoding === 'jpeg' ? 'jpeg' : null;
      const rung = asked ?? (socketRung ??= await bestRung());
      if (isOver()) return;
      const hello = { token: this.token, guest: introduction(this.token)['Heliograph-Guest'], session: this.connection?.session ?? null, rung };
      this.socket = this.#listenTo(Socket, hello);
    } catch {
      // The module could not be fetched: the host is gone, or the line is cut.
      if (!isOver()) this.tell({ type: 'ws_closed' });
    }
  }

  /** @param {SocketModule['Socket']} Socket @param {Socket['hello']} hello */
  #listenTo(Socket, hello) {
    const { listener, stage } = this;
    let isIn = false;
    const socket = new Socket(hello, stage.canvas, {
      text: (data) => {
        const message = isIn ? null : parseToViewer(data);
        if (message?.type === 'refused') return this.#refused(message, hello.session);
        listener.control(data, 'ws');
        if (isIn || this.isClosed) return;
        isIn = true;
        this.#socketOpened();
      },
      pointer: (data) => listener.pointer(data, 'ws'),
      told: (told) => listener.told(told),
      drawn: ({ rtpTimestamp }) => stage.drawn(rtpTimestamp),
      still: (message) => listener.still(message, (bytes) => socket.answer(bytes)),
      undecodable: () => {
        socketRung = 'jpeg';
        this.#closed();
      },
      closed: () => this.#closed(),
    });
    return socket;
  }

  #socketOpened() {
    const { carrying, isTroubled } = this.ladder;
    this.tell({ type: 'ws_open' });
    if (this.isClosed) return;
    if (this.way === null) this.listener.linked();
    if (this.way === null || carrying !== 'rtc' || isTroubled) this.#goBy('ws');
  }

  /** @param {{ status: number, knock: boolean, refused: boolean, error: string }} refusal @param {string | null} session */
  #refused({ status, knock, refused, error }, session) {
    const { carrying, isTroubled } = this.ladder;
    if (carrying === 'rtc' && !isTroubled) return this.#closed();
    // The host has forgotten the session. It may take a new one.
    if (session !== null && (status === 404 || status === 409)) return this.listener.lost('closed');
    this.listener.http({ status, refusal: { knock, refused, error }, retryAfterMs: 0 });
  }

  /** The host or the line has closed the WebSocket, or it is good for nothing. */
  #closed() {
    this.#dropSocket()?.close();
    this.tell({ type: 'ws_closed' });
  }

  #closeSocket() {
    const socket = this.#dropSocket();
    // What is said of the rung is to leave before.
    void this.saying.then(() => socket?.close());
  }

  #dropSocket() {
    const { socket } = this;
    this.socket = null;
    this.socketNumber += 1;
    if (this.way === 'ws') this.#goBy(this.connection?.isOpen ? 'rtc' : null);
    return socket;
  }

  /** @param {Way | null} way */
  #goBy(way) {
    if (way === this.way && way !== 'ws') return;
    this.way = way;
    if (way === 'rtc' && this.connection) this.listener.way(this.connection.control, this.connection.pointer);
    else if (way === 'ws' && this.socket) this.listener.way(this.socket.channel, this.socket.channel);
  }

  /** @param {Way} way */
  #show(way) {
    this.stage.show(way);
    // The first picture comes before the channels are open.
    if (way === 'rtc' && !this.connection?.isOpen) return;
    this.#goBy(way);
    this.saying = this.#sayRung(way);
  }

  /** Tells the host by every way that is open, as it may hear only one of them. @param {Way} way */
  async #sayRung(way) {
    const { socket, connection } = this;
    // A browser that says nothing of its path has one all the same.
    const rung = way === 'ws' ? (socket?.rung ?? null) : ((await connection?.rung()) ?? 'udp');
    if (this.isClosed || rung === null || this.ladder.carrying !== way) return;
    const text = JSON.stringify(/** @type {FromViewer} */ ({ type: 'on', rung }));
    socket?.say({ type: 'on', rung });
    try {
      if (connection?.control.readyState === 'open') connection.control.send(text);
    } catch {
      // As in say().
    }
    if (rung === this.rung) return;
    this.rung = rung;
    this.listener.changed();
  }
}
