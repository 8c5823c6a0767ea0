// When the page looks at the server: one look after the other, none while nobody sees the page, less often while the
// server is lost.

const PERIOD_MS = 5000;
const MAX_PERIOD_MS = 30000;

export class Loop {
  #look;
  #environment;
  #timer = null;
  #looking = false;
  #again = false;
  #running = false;
  #failures = 0;
  #round = 0;

  /**
   * @param {(round: number) => Promise<number>} look resolves to the seconds until the next one may be at the earliest;
   *   rejects when the server is lost
   * @param {{setTimeout?: Function, clearTimeout?: Function, isHidden?: () => boolean}} [environment]
   */
  constructor(look, environment = {}) {
    this.#look = look;
    this.#environment = {
      setTimeout: (...rest) => setTimeout(...rest), clearTimeout: (timer) => clearTimeout(timer),
      isHidden: () => document.hidden, ...environment,
    };
  }

  start() {
    this.#running = true;
    this.#failures = 0;
    this.#round = 0;
    this.now();
  }

  stop() {
    this.#running = false;
    this.#cancel();
  }

  /** Looks at once, or once more when one is under way. Also to be called when the page is seen or online again. */
  now() {
    if (!this.#running || this.#environment.isHidden()) return;
    if (this.#looking) {
      this.#again = true;
      return;
    }
    this.#cancel();
    this.#run();
  }

  async #run() {
    this.#looking = true;
    let wait = 0;
    try {
      wait = await this.#look(this.#round++);
      this.#failures = 0;
    } catch {
      ++this.#failures;
    }
    this.#looking = false;
    if (!this.#running) return;
    const again = this.#again && this.#failures === 0;
    this.#again = false;
    this.#schedule(Math.max(again ? 0 : this.period, wait * 1000));
  }

  /** @returns {number} milliseconds */
  get period() {
    return Math.min(PERIOD_MS * 2 ** Math.max(0, this.#failures - 1), MAX_PERIOD_MS);
  }

  #schedule(delay) {
    this.#cancel();
    this.#timer = this.#environment.setTimeout(() => {
      this.#timer = null;
      this.now();
    }, delay);
  }

  #cancel() {
    if (this.#timer !== null) this.#environment.clearTimeout(this.#timer);
    this.#timer = null;
  }
}
