import { Timer } from './timer.js';

// The server sends new ones when half of their time is over. Who has heard nothing by then asks.
const ASK_AT = 0.85;
// However wrong this machine's clock is, and while the server does not answer.
const SHORTEST_WAIT = 60_000;

/** The ICE servers of the room, and their time. */
export class IceServers {
  #environment;
  #timer;
  #ask;
  #given;
  /** @type {RTCIceServer[]} */ list;
  /** When the credentials end, in milliseconds since 1970. */
  expiresAt = Infinity;

  /**
   * @param {import('./environment.js').Environment} environment
   * @param {object} options
   * @param {RTCIceServer[]} [options.given] instead of the server's
   * @param {() => void} options.ask called when new ones are due
   */
  constructor(environment, { given, ask }) {
    this.#environment = environment;
    this.#timer = new Timer(environment);
    this.#ask = ask;
    this.#given = Boolean(given);
    this.list = given ?? [];
  }

  /**
   * Takes those that the server sent. Returns whether they are other ones.
   *
   * @param {{iceServers?: RTCIceServer[], expiresAt?: string}} message
   */
  take({ iceServers, expiresAt }) {
    if (this.#given || !Array.isArray(iceServers)) return false;
    const changed = JSON.stringify(iceServers) !== JSON.stringify(this.list);
    this.list = iceServers;
    const end = Date.parse(expiresAt ?? '');
    this.expiresAt = Number.isNaN(end) ? Infinity : end;
    this.#wait((this.expiresAt - this.#environment.now()) * ASK_AT);
    return changed;
  }

  close() {
    this.#timer.stop();
  }

  /** @param {number} delay */
  #wait(delay) {
    this.#timer.stop();
    if (delay === Infinity) return;
    this.#timer.start(Math.max(delay, SHORTEST_WAIT), () => {
      this.#wait(SHORTEST_WAIT);
      this.#ask();
    });
  }
}
