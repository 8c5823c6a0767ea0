import { Channel } from './channel.js';
import { listen } from './events.js';
import { FileTransfer } from './file_transfer.js';
import { Sha256 } from './sha256.js';

// Chunks, however small, are gathered to parts of this size. Each becomes a Blob, which browsers may keep outside of
// memory.
const PART_SIZE = 4 * 1024 * 1024;
// Types that a page of ours could show without running what is in them.
const INERT_TYPE = /^(?:image\/(?!svg)|audio\/|video\/|text\/plain$)[\w.+-]*$/;

/** The receiving end of one file: collects what comes over its channel, never more than was offered. */
export class FileReceiver {
  /** @type {import('./file_sender.js').FileLinks} */ #links;
  /** @type {import('./file_transfer.js').TransferControl} */ #control;
  /** @type {Channel | null} */ #channel = null;
  #digest = new Sha256();
  /** @type {Blob[]} */ #parts = [];
  #part = new Uint8Array(0);
  #filled = 0;
  #received = 0;

  /**
   * @param {{id: string, name: string, size: number, type: string}} offer
   * @param {import('./file_sender.js').FileLinks} links
   */
  constructor(offer, links) {
    this.#links = links;
    const actions = { accept: () => this.#accept(), cancel: () => this.#cancel(), ended: () => this.#release() };
    this.#control = FileTransfer.begin({ ...offer, direction: 'receive' }, actions, links.environment);
  }

  get transfer() {
    return this.#control.transfer;
  }

  /** @param {RTCDataChannel} dataChannel */
  onChannel(dataChannel) {
    const channel = new Channel(dataChannel);
    if (this.transfer.state !== 'running' || this.#channel) {
      channel.close();
      return;
    }
    this.#channel = channel;
    listen(channel, 'message', ({ message }) => this.#onMessage(message));
    channel.addEventListener('close', () => this.#control.lose());
  }

  /** @param {unknown} reason */
  onCancel(reason) {
    if (reason === 'unreadable' || reason === 'disconnected') this.#control.settle('failed', { reason });
    else this.#control.settle('cancelled', { reason: 'peer-cancelled' });
  }

  /** @param {string} reason */
  abandon(reason) {
    this.#control.settle('failed', { reason });
  }

  #accept() {
    this.#links.say({ type: 'file-accept', id: this.transfer.id });
    this.#control.start();
  }

  #cancel() {
    this.#refuse('cancelled', this.transfer.state === 'offered' ? 'refused' : 'cancelled');
  }

  /** @param {string | ArrayBuffer} message */
  #onMessage(message) {
    if (this.transfer.state !== 'running') return;
    if (typeof message === 'string') this.#finish(message);
    else this.#take(new Uint8Array(message));
  }

  /** @param {Uint8Array} chunk */
  #take(chunk) {
    this.#received += chunk.length;
    if (this.#received > this.transfer.size) {
      this.#refuse('failed', 'size');
      return;
    }
    this.#digest.update(chunk);
    this.#gather(chunk);
    this.#control.advance(this.#received);
  }

  /** @param {Uint8Array} chunk */
  #gather(chunk) {
    if (this.#part.length === 0) this.#part = new Uint8Array(Math.min(PART_SIZE, this.transfer.size));
    let rest = chunk;
    while (rest.length > 0) {
      const taken = rest.subarray(0, this.#part.length - this.#filled);
      this.#part.set(taken, this.#filled);
      this.#filled += taken.length;
      rest = rest.subarray(taken.length);
      if (this.#filled === this.#part.length) this.#pack();
    }
  }

  #pack() {
    this.#parts.push(new Blob([this.#part.subarray(0, this.#filled)]));
    this.#filled = 0;
  }

  /** @param {string} message */
  #finish(message) {
    if (this.#received !== this.transfer.size) {
      this.#refuse('failed', 'size');
      return;
    }
    const checksum = this.#digest.digest();
    if (checksum !== announcedChecksum(message)) {
      this.#refuse('failed', 'checksum');
      return;
    }
    this.#pack();
    const type = INERT_TYPE.test(this.transfer.type) ? this.transfer.type : 'application/octet-stream';
    const blob = new Blob(this.#parts, { type });
    this.#links.say({ type: 'file-done', id: this.transfer.id });
    this.#control.settle('done', { checksum, blob });
  }

  /**
   * @param {'failed' | 'cancelled'} state
   * @param {string} reason
   */
  #refuse(state, reason) {
    this.#links.say({ type: 'file-refuse', id: this.transfer.id, reason });
    this.#control.settle(state, { reason });
  }

  #release() {
    this.#parts = [];
    this.#part = new Uint8Array(0);
    this.#channel?.close();
    this.#links.ended(this.transfer.id);
  }
}

/**
 * @param {string} message
 * @returns {unknown}
 */
function announcedChecksum(message) {
  try {
    return JSON.parse(message)?.checksum;
  } catch {
    return null;
  }
}
