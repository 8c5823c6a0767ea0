import { Channel } from './channel.js';
import { FileTransfer } from './file_transfer.js';
import { Sha256 } from './sha256.js';

// How much of the file is read at a time; while it is, the browser still has this much to send.
const READ_BLOCK = 256 * 1024;
// What a receiver may say instead of `file-done`, and what that makes of the transfer.
/** @type {Record<string, 'failed' | 'cancelled'>} */
const REFUSALS = {
  refused: 'cancelled',
  cancelled: 'cancelled',
  checksum: 'failed',
  size: 'failed',
  'too-many': 'failed',
};

/**
 * What FileTransfers gives to the two ends of a transfer.
 *
 * @typedef {object} FileLinks
 * @property {(message: object) => void} say over the control channel
 * @property {(label: string, options: RTCDataChannelInit) => RTCDataChannel} openChannel
 * @property {() => number} chunkSize
 * @property {import('./environment.js').Environment} environment
 * @property {(id: string) => void} ended
 */

/** The sending end of one file: offers it, and sends it over a channel of its own when it was accepted. */
export class FileSender {
  /** @type {Blob} */ #file;
  /** @type {FileLinks} */ #links;
  /** @type {import('./file_transfer.js').TransferControl} */ #control;
  /** @type {Channel | null} */ #channel = null;
  /** @type {string | undefined} */ #checksum;

  /**
   * @param {Blob} file
   * @param {{id: string, name: string}} named
   * @param {FileLinks} links
   */
  constructor(file, { id, name }, links) {
    this.#file = file;
    this.#links = links;
    const description = { id, name, size: file.size, type: file.type };
    const actions = { cancel: () => this.#stop('cancelled', 'cancelled'), ended: () => this.#release() };
    this.#control = FileTransfer.begin({ ...description, direction: 'send' }, actions, links.environment);
    links.say({ type: 'file-offer', id, name, size: file.size, mime: file.type });
  }

  get transfer() {
    return this.#control.transfer;
  }

  onAccept() {
    if (this.#control.start()) this.#run();
  }

  /** @param {unknown} reason */
  onRefuse(reason) {
    const known = typeof reason === 'string' && Object.hasOwn(REFUSALS, reason) ? reason : 'cancelled';
    this.#control.settle(REFUSALS[known], { reason: known === 'cancelled' ? 'peer-cancelled' : known });
  }

  onDone() {
    if (this.#checksum) this.#control.settle('done', { checksum: this.#checksum });
  }

  /** @param {string} reason */
  abandon(reason) {
    this.#control.settle('failed', { reason });
  }

  async #run() {
    try {
      const channel = this.#open();
      const digest = new Sha256();
      for (let start = 0; start < this.#file.size; start += READ_BLOCK) {
        const block = await this.#read(start);
        if (!block) return;
        digest.update(block);
        await this.#sendBlock(channel, block, start);
      }
      const checksum = digest.digest();
      this.#checksum = checksum;
      await channel.send(JSON.stringify({ checksum }));
    } catch {
      // Only channels throw here. That none was opened, the other side cannot see.
      if (this.#channel) this.#control.lose();
      else this.#stop('failed', 'disconnected');
    }
  }

  #open() {
    const channel = new Channel(this.#links.openChannel(`file:${this.transfer.id}`, { ordered: true }));
    channel.addEventListener('close', () => this.#control.lose());
    this.#channel = channel;
    return channel;
  }

  /**
   * A file on disk may have been changed or taken away since it was chosen.
   *
   * @param {number} start
   * @returns {Promise<Uint8Array | null>}
   */
  async #read(start) {
    const end = Math.min(start + READ_BLOCK, this.#file.size);
    try {
      const block = new Uint8Array(await this.#file.slice(start, end).arrayBuffer());
      if (block.length === end - start) return block;
    } catch {
      // Said below.
    }
    this.#stop('failed', 'unreadable');
    return null;
  }

  /**
   * @param {Channel} channel
   * @param {Uint8Array} block
   * @param {number} start
   */
  async #sendBlock(channel, block, start) {
    const size = this.#links.chunkSize();
    for (let at = 0; at < block.length; at += size) {
      await channel.send(block.subarray(at, at + size));
      this.#control.advance(Math.min(start + at + size, start + block.length));
    }
  }

  /**
   * @param {'failed' | 'cancelled'} state
   * @param {string} reason
   */
  #stop(state, reason) {
    this.#links.say({ type: 'file-cancel', id: this.transfer.id, reason });
    this.#control.settle(state, { reason });
  }

  #release() {
    this.#channel?.close();
    this.#links.ended(this.transfer.id);
  }
}
