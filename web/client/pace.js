// Below what a server allows unless it is told otherwise: fifty a second, and ten seconds' worth of them at once.
const PER_SECOND = 30;
const AT_ONCE = 250;
// Each begun one of them counts as a message.
const MESSAGE_LENGTH = 4096;

/** How fast to talk, so that the server refuses nothing: much at once, but then only so much a second. */
export class Pace {
  #now;
  #left = AT_ONCE;
  #at;

  /** @param {import('./environment.js').Environment} environment */
  constructor({ now }) {
    this.#now = now;
    this.#at = now();
  }

  /** Milliseconds until something may be sent; 0 for now. */
  get wait() {
    const now = this.#now();
    const gained = (Math.max(0, now - this.#at) / 1000) * PER_SECOND;
    this.#left = Math.min(AT_ONCE, this.#left + gained);
    this.#at = now;
    return this.#left >= 1 ? 0 : Math.ceil(((1 - this.#left) / PER_SECOND) * 1000);
  }

  /** @param {string} text that is sent */
  spend(text) {
    this.#left -= Math.max(1, Math.ceil(text.length / MESSAGE_LENGTH));
  }
}
