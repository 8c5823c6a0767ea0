// A browser runs a longer delay at once.
const LONGEST_DELAY = 2 ** 31 - 1;

/** One thing that is to happen later, at most once, and not at all when it is stopped before. */
export class Timer {
  #environment;
  #id = null;

  /** @param {import('./environment.js').Environment} environment */
  constructor(environment) {
    this.#environment = environment;
  }

  get running() {
    return this.#id !== null;
  }

  /**
   * Takes the place of what was to happen before.
   *
   * @param {number} delay milliseconds
   * @param {() => void} callback
   */
  start(delay, callback) {
    this.stop();
    this.#id = this.#environment.setTimeout(() => {
      this.#id = null;
      callback();
    }, Math.min(Math.max(0, delay), LONGEST_DELAY));
  }

  stop() {
    if (this.#id !== null) this.#environment.clearTimeout(this.#id);
    this.#id = null;
  }
}
