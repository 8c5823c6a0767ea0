import { Timer } from './timer.js';

// For a question and its answer, and then for an offer to come.
const TURN_PATIENCE = 4_000;

/**
 * Whose turn it is to offer. Offers that cross are lawful, but what resolves them is not harmless: after a roll-back
 * Chromium shows no more video of the other side. So the impolite side offers when it likes, and the polite one asks
 * before. Both must know this.
 */
export class Turns {
  #send;
  #offer;
  #isReachable;
  #asking;
  #given;
  #number = 0;
  /** @type {number | null} */ #owed = null;
  #isDeferred = false;

  /**
   * @param {import('./environment.js').Environment} environment
   * @param {object} options
   * @param {(data: object) => void} options.send
   * @param {() => void} options.offer
   * @param {() => boolean} options.isReachable whether the other side can be told
   */
  constructor(environment, { send, offer, isReachable }) {
    this.#send = send;
    this.#offer = offer;
    this.#isReachable = isReachable;
    this.#asking = new Timer(environment);
    this.#given = new Timer(environment);
  }

  /** This side wants to offer: offer() is called when it may. */
  ask() {
    if (this.#asking.running) return;
    ++this.#number;
    this.#repeat();
  }

  /** The other side may not have heard the question. */
  askAgain() {
    if (this.#asking.running) this.#repeat();
  }

  /** @param {any} number */
  onGrant(number) {
    if (!this.#asking.running || number !== this.#number) return;
    this.#asking.stop();
    this.#offer();
  }

  /** @param {any} number @param {boolean} isFree whether no offer of this side waits for its answer */
  onAsk(number, isFree) {
    this.#owed = number;
    if (isFree) this.onFree();
  }

  /** An offer of this side was answered. */
  onFree() {
    if (this.#owed === null) return;
    this.#send({ grant: this.#owed });
    this.#owed = null;
    this.#given.start(TURN_PATIENCE, () => this.#onUnused());
  }

  /** The other side has offered. What this side deferred, its browser asks for again if it is still needed. */
  onOffer() {
    this.#given.stop();
    this.#isDeferred = false;
  }

  /** Whether it is the other side's turn; this side's offer then follows. */
  mustDefer() {
    this.#isDeferred ||= this.#given.running;
    return this.#given.running;
  }

  close() {
    this.#asking.stop();
    this.#given.stop();
  }

  #repeat() {
    if (this.#isReachable()) this.#send({ ask: this.#number });
    this.#asking.start(TURN_PATIENCE, () => this.#repeat());
  }

  #onUnused() {
    if (!this.#isDeferred) return;
    this.#isDeferred = false;
    this.#offer();
  }
}
