// Keeps the screen of a phone from going dark during a call.

/** Held until closed, and taken again when the page is looked at again. */
export class WakeLock {
  #lock = null;
  #closed = false;
  #again = () => document.visibilityState === 'visible' && this.#take();

  constructor() {
    document.addEventListener('visibilitychange', this.#again);
    this.#take();
  }

  close() {
    this.#closed = true;
    document.removeEventListener('visibilitychange', this.#again);
    this.#lock?.release().catch(() => {});
  }

  async #take() {
    try {
      this.#lock = await navigator.wakeLock.request('screen');
      if (this.#closed) await this.#lock.release();
    } catch {
      // Not offered here, or not now: then the screen goes dark as always.
    }
  }
}
