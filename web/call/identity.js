// Under which user id this tab is in a room: the one that the server drew for it, also after a reload.
import { ofThisTab } from './storage.js';

const ANSWER_MS = 150;

/**
 * A tab that is duplicated takes the memory of its original along. Tabs therefore ask one another before one uses the
 * id it remembers: joining under it would throw the other one out.
 */
export class Identity {
  #key;
  #used = null;
  #channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('turnpike-users');

  /** @param {string} room */
  constructor(room) {
    this.#key = `user:${room}`;
    this.#channel?.addEventListener('message', ({ data }) => {
      if (data?.ask && data.ask === this.#used) this.#channel.postMessage({ taken: data.ask });
    });
  }

  /** @returns {Promise<string|undefined>} the id to join under; undefined to have one drawn */
  async remembered() {
    const user = ofThisTab.get(this.#key);
    if (!user || !await this.#taken(user)) return user ?? undefined;
    ofThisTab.forget(this.#key);
    return undefined;
  }

  /** @param {string} user that the server knows this tab as */
  use(user) {
    this.#used = this.#tag(user);
    ofThisTab.set(this.#key, user);
  }

  /** This tab is no longer in the room. */
  rest() {
    this.#used = null;
  }

  #tag(user) {
    return `${this.#key}/${user}`;
  }

  #taken(user) {
    if (!this.#channel) return Promise.resolve(false);
    return new Promise((resolve) => {
      const answered = ({ data }) => data?.taken === this.#tag(user) && done(true);
      const done = (taken) => {
        this.#channel.removeEventListener('message', answered);
        resolve(taken);
      };
      this.#channel.addEventListener('message', answered);
      this.#channel.postMessage({ ask: this.#tag(user) });
      setTimeout(done, ANSWER_MS, false);
    });
  }
}
