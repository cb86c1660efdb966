// The host's door: sends the knock, reads what is said there, and keeps its one timer.

/** @import { KnockEvent, KnockAction } from '../core/knock.js' */
import { Knock, KnockReader, readRefusal } from '../core/knock.js';
import { introduction, request } from './request.js';

/**
 * @typedef {object} DoorListener
 * @property {() => void} changed
 * @property {(pass: string) => void} admitted
 * @property {(status: number) => void} closed Knocking is in vain.
 */

export class Door {
  /** @param {DoorListener} listener */
  constructor(listener) {
    this.listener = listener;
    this.knock = new Knock();
    this.aborter = new AbortController();
    this.token = '';
    this.timer = 0;
  }

  /** The page must knock: asks for the guest's name first. @param {string} token Of the link. */
  show(token) {
    this.token = token;
    this.#tell({ type: 'show' });
  }

  /** @param {'ask' | 'cancel' | 'leave' | 'wake'} type */
  tell(type) {
    this.#tell({ type });
  }

  /** @param {KnockEvent} event */
  #tell(event) {
    this.#act(this.knock.handle(event, performance.now()));
  }

  /** @param {KnockAction[]} actions */
  #act(actions) {
    const { deadline } = this.knock;
    clearTimeout(this.timer);
    if (deadline < Infinity) {
      this.timer = window.setTimeout(() => this.#act(this.knock.poll(performance.now())), Math.max(0, deadline - performance.now()));
    }
    for (const action of actions) {
      if (action.type === 'admitted') return this.listener.admitted(action.pass);
      if (action.type === 'closed') return this.listener.closed(action.status);
      this.aborter.abort();
      if (action.type === 'knock') {
        this.aborter = new AbortController();
        void this.#listen(this.aborter.signal);
      }
    }
    this.listener.changed();
  }

  /** One knock, from its request to the last word on it. @param {AbortSignal} signal Nothing is told after it. */
  async #listen(signal) {
    /** @param {KnockEvent} event */
    const tell = (event) => {
      if (!signal.aborted) this.#tell(event);
    };
    try {
      const response = await request('knock', { method: 'POST', headers: introduction(this.token), signal });
      if (response.status !== 200) {
        const retryAfterMs = Number(response.headers.get('Retry-After')) * 1000 || 0;
        return tell({ type: 'http', status: response.status, refusal: readRefusal(await response.text()), retryAfterMs });
      }
      const stream = response.body?.getReader();
      const reader = new KnockReader();
      for (let chunk = await stream?.read(); chunk && !chunk.done; chunk = await stream?.read()) {
        const words = reader.read(chunk.value);
        if (!words) break;
        for (const word of words) tell({ type: 'word', word });
      }
      for (const word of reader.end()) tell({ type: 'word', word });
    } catch {
      // Told as what it is: the stream is gone.
    }
    tell({ type: 'lost' });
  }
}
