// The panel with chat and files, and the count of what came in while it was closed.
import { byId } from './dom.js';

/** Opens and closes the panel. */
export class Panel {
  #unread = 0;
  #stop = new AbortController();

  constructor() {
    const { signal } = this.#stop;
    byId('show-chat').addEventListener('click', () => this.toggle(), { signal });
    byId('close-chat').addEventListener('click', () => this.toggle(false), { signal });
    byId('chat').addEventListener('keydown', (event) => event.key === 'Escape' && this.toggle(false), { signal });
    this.#show(false);
  }

  /** @returns {boolean} */
  get open() {
    return !byId('chat').hidden;
  }

  /** @param {boolean} [open] */
  toggle(open = !this.open) {
    if (open === this.open) return;
    this.#show(open);
    byId(open ? 'chat-text' : 'show-chat').focus();
    if (open) byId('chat-log').scrollTop = byId('chat-log').scrollHeight;
  }

  /** Something came in. */
  count() {
    if (!this.open) this.#tell(this.#unread + 1);
  }

  close() {
    this.#show(false);
    this.#stop.abort();
  }

  #show(open) {
    byId('chat').hidden = !open;
    byId('show-chat').setAttribute('aria-pressed', String(open));
    this.#tell(0);
  }

  #tell(unread) {
    this.#unread = unread;
    byId('unread').hidden = unread === 0;
    byId('unread').textContent = unread > 99 ? '99+' : String(unread);
    byId('show-chat').setAttribute('aria-label', unread === 0 ? 'Chat' : `Chat, ${unread} new`);
  }
}
