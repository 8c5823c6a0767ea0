/** How often somebody may have us do something: so many times within a while, and no more until the first is past. */
export class Allowance {
  #now;
  #most;
  #within;
  /** @type {number[]} */ #taken = [];

  /**
   * @param {import('./environment.js').Environment} environment
   * @param {{most: number, within: number}} bounds `within`: milliseconds
   */
  constructor({ now }, { most, within }) {
    this.#now = now;
    this.#most = most;
    this.#within = within;
  }

  /** Once more, if that is allowed. @returns {boolean} whether it is */
  take() {
    const now = this.#now();
    this.#taken = this.#taken.filter((at) => now - at < this.#within);
    if (this.#taken.length >= this.#most) return false;
    this.#taken.push(now);
    return true;
  }
}
