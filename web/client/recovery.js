import { Backoff } from './backoff.js';
import { Timer } from './timer.js';

const DISCONNECTED_WAIT = 2_000;
const FIRST_CONNECT_WAIT = 15_000;
const RESTART_BACKOFF = { first: 2_000, most: 30_000 };

/**
 * Decides when a connection looks for another path: soon after it was lost, at once when it failed, then again and
 * again, each time after a longer wait, until it is there. While the other side cannot be told, the attempt waits
 * until it can.
 */
export class Recovery {
  #attempt;
  #mayAttempt;
  #timer;
  #backoff;
  #state = 'new';
  #isDue = false;

  /**
   * @param {import('./environment.js').Environment} environment
   * @param {{attempt: () => void, mayAttempt: () => boolean}} handlers
   */
  constructor(environment, { attempt, mayAttempt }) {
    this.#attempt = attempt;
    this.#mayAttempt = mayAttempt;
    this.#timer = new Timer(environment);
    this.#backoff = new Backoff({ ...RESTART_BACKOFF, random: environment.random });
    this.begin();
  }

  /** Attempts since the connection was there. */
  get attempts() {
    return this.#backoff.attempts;
  }

  /** There is a new connection, which takes its time. */
  begin() {
    this.#rest();
    this.#state = 'new';
    this.#timer.start(FIRST_CONNECT_WAIT, () => this.#try());
  }

  /** @param {RTCPeerConnectionState} state */
  onState(state) {
    this.#state = state;
    if (state === 'connected') this.#rest();
    else if (this.attempts > 0 || this.#isDue) return;
    else if (state === 'disconnected') this.#timer.start(DISCONNECTED_WAIT, () => this.#try());
    else if (state === 'failed') this.#try();
  }

  /** The other side can be told again, or the network is another one: what waits need not. */
  hurry() {
    if (this.#isDue || this.#state === 'disconnected' || this.#state === 'failed') this.#try();
  }

  close() {
    this.#timer.stop();
  }

  #rest() {
    this.#timer.stop();
    this.#backoff.reset();
    this.#isDue = false;
  }

  #try() {
    this.#isDue = !this.#mayAttempt();
    if (this.#isDue) {
      this.#timer.stop();
      return;
    }
    this.#timer.start(this.#backoff.next(), () => this.#try());
    this.#attempt();
  }
}
