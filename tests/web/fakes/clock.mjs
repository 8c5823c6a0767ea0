// Time that stands still until a test moves it. Promises settle between two timers, as they would in a browser.

// Node 18 has Event and EventTarget, but no CustomEvent.
globalThis.CustomEvent ??= class CustomEvent extends Event {
  constructor(type, options = {}) {
    super(type, options);
    this.detail = options.detail ?? null;
  }
};

/** Lets everything happen that waits for no timer. */
export async function settle() {
  for (let i = 0; i < 4; ++i) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

export class VirtualClock {
  #timers = new Map();
  #next = 1;
  time = Date.UTC(2030, 0, 1);

  now = () => this.time;

  setTimeout = (callback, delay = 0) => {
    const id = this.#next++;
    this.#timers.set(id, { at: this.time + Math.max(0, delay), callback });
    return id;
  };

  clearTimeout = (id) => {
    this.#timers.delete(id);
  };

  /** How many timers are set: 0 when everything was released. */
  get pending() {
    return this.#timers.size;
  }

  /** Moves on by `milliseconds`, running what is due on the way, in order. */
  async advance(milliseconds) {
    const end = this.time + milliseconds;
    await settle();
    for (let due = this.#earliest(end); due; due = this.#earliest(end)) {
      const [id, timer] = due;
      this.#timers.delete(id);
      this.time = timer.at;
      timer.callback();
      await settle();
    }
    this.time = end;
  }

  #earliest(end) {
    let found = null;
    for (const entry of this.#timers) {
      if (entry[1].at <= end && (!found || entry[1].at < found[1].at)) found = entry;
    }
    return found;
  }
}
