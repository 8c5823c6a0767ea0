/** How long to wait before each attempt: twice as long each time, and never as long as everybody else. */
export class Backoff {
  #first;
  #most;
  #random;
  #attempts = 0;

  /**
   * @param {object} options
   * @param {number} options.first milliseconds that the first wait takes at most
   * @param {number} options.most milliseconds that any wait takes at most
   * @param {() => number} options.random
   */
  constructor({ first, most, random }) {
    this.#first = first;
    this.#most = most;
    this.#random = random;
  }

  /** Waits so far, since the last reset. */
  get attempts() {
    return this.#attempts;
  }

  /** The next wait in milliseconds: between half of what it may take and all of it. */
  next() {
    const whole = Math.min(this.#most, this.#first * 2 ** this.#attempts);
    ++this.#attempts;
    return whole * (1 + this.#random()) / 2;
  }

  reset() {
    this.#attempts = 0;
  }
}
