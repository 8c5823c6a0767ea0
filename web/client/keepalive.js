import { Timer } from './timer.js';

const LONGEST_SILENCE = 10_000;
const PATIENCE = 6_000;
const CONFIRM_AFTER = 1_000;

/**
 * Notices that a socket is dead, which neither side is told of when a network goes away: asks when it has been quiet
 * for a while, and takes no answer at all for the end.
 */
export class KeepAlive {
  #ping;
  #dead;
  #idle;
  #answer;
  #interval = LONGEST_SILENCE;
  #heard = false;
  #hurried = false;

  /**
   * @param {import('./environment.js').Environment} environment
   * @param {{ping: () => void, dead: () => void}} handlers
   */
  constructor(environment, { ping, dead }) {
    this.#ping = ping;
    this.#dead = dead;
    this.#idle = new Timer(environment);
    this.#answer = new Timer(environment);
  }

  /** @param {number} heartbeatSeconds how often the server looks */
  start(heartbeatSeconds) {
    this.stop();
    this.#interval = Math.min(LONGEST_SILENCE, (heartbeatSeconds * 1000) / 2);
    this.#wait(this.#interval);
  }

  stop() {
    this.#idle.stop();
    this.#answer.stop();
    this.#hurried = false;
  }

  /** Something came over the socket. */
  heard() {
    this.#heard = true;
  }

  answered() {
    if (!this.#answer.running) return;
    this.#answer.stop();
    this.#wait(this.#interval);
  }

  /** Something was sent: asks soon whether it has arrived. */
  confirmSoon() {
    if (this.#answer.running || this.#hurried) return;
    this.#hurried = true;
    this.#wait(CONFIRM_AFTER);
  }

  /** Asks now, unless an answer is awaited already. */
  check() {
    if (this.#answer.running) return;
    this.#idle.stop();
    this.#heard = false;
    this.#hurried = false;
    this.#ping();
    this.#answer.start(PATIENCE, () => (this.#heard ? this.check() : this.#dead()));
  }

  /** @param {number} delay */
  #wait(delay) {
    this.#idle.start(delay, () => this.check());
  }
}
