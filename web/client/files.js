import { drawName } from './environment.js';
import { emit } from './events.js';
import { FileReceiver } from './file_receiver.js';
import { FileSender } from './file_sender.js';

// Every SCTP implementation takes 16 KiB; what is larger than 64 KiB keeps other channels waiting.
const SMALL_CHUNK = 16 * 1024;
const LARGE_CHUNK = 64 * 1024;
const LEAST_CHUNK = 1024;
// Files that one peer may have offered and not finished.
const OFFERS_BOUND = 256;
const NAME_BOUND = 200;
const LABEL_PREFIX = 'file:';

/**
 * A file name without folders, control characters, and those that turn the direction of writing around ("exe.txt").
 *
 * @param {unknown} name
 */
function cleanFileName(name) {
  if (typeof name !== 'string') return 'file';
  const visible = name.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, '');
  const trimmed = (visible.split(/[/\\]/).pop() ?? '').trim().replace(/^\.+$/, '');
  if (trimmed.length <= NAME_BOUND) return trimmed || 'file';
  const extension = /\.[^. ]{1,16}$/.exec(trimmed)?.[0] ?? '';
  return trimmed.slice(0, NAME_BOUND - extension.length) + extension;
}

/** @param {unknown} type */
function cleanMediaType(type) {
  return typeof type === 'string' && /^[\w.+-]{1,64}\/[\w.+-]{1,64}$/.test(type) ? type : '';
}

/** @param {unknown} id */
const isTransferId = (id) => typeof id === 'string' && id.length > 0 && id.length <= 64;

/**
 * The files between this page and one peer, any number at a time. Both sides talk about them over a channel that they
 * have anyway; each file then gets a channel of its own.
 *
 * Events: `file` {transfer}: a peer offers one; it waits for accept() or cancel().
 */
export class FileTransfers extends EventTarget {
  #control;
  /** @type {import('./file_sender.js').FileLinks} */ #links;
  /** @type {Map<string, FileSender>} */ #senders = new Map();
  /** @type {Map<string, FileReceiver>} */ #receivers = new Map();
  #count = 0;
  #closed = false;

  /**
   * @param {object} links
   * @param {{send: (message: object) => any}} links.control
   * @param {(label: string, options: RTCDataChannelInit) => RTCDataChannel} links.openChannel
   * @param {import('./environment.js').Environment} links.environment
   * @param {() => number | undefined} [links.maxMessageSize] the most that the other side's SCTP takes at once
   */
  constructor({ control, openChannel, environment, maxMessageSize = () => SMALL_CHUNK }) {
    super();
    this.#control = control;
    this.#links = {
      say: (message) => this.#say(message),
      openChannel,
      chunkSize: () => Math.max(LEAST_CHUNK, Math.min(LARGE_CHUNK, maxMessageSize() || SMALL_CHUNK)),
      environment,
      ended: () => {},
    };
  }

  /**
   * Offers a file.
   *
   * @param {File | Blob} file
   * @returns {import('./file_transfer.js').FileTransfer}
   */
  send(file) {
    const id = `${++this.#count}-${drawName(this.#links.environment)}`;
    const name = cleanFileName('name' in file ? file.name : 'file');
    const sender = new FileSender(file, { id, name }, { ...this.#links, ended: () => this.#senders.delete(id) });
    this.#senders.set(id, sender);
    if (this.#closed) sender.abandon('disconnected');
    return sender.transfer;
  }

  /**
   * Takes a message of the control channel.
   *
   * @param {any} message
   * @returns {boolean} whether it was about a file
   */
  onControl(message) {
    const { type, id, reason } = message ?? {};
    if (typeof type !== 'string' || !type.startsWith('file-')) return false;
    if (!isTransferId(id) || this.#closed) return true;
    switch (type) {
      case 'file-offer': this.#onOffer(message); break;
      case 'file-cancel': this.#receivers.get(id)?.onCancel(reason); break;
      case 'file-accept': this.#senders.get(id)?.onAccept(); break;
      case 'file-refuse': this.#senders.get(id)?.onRefuse(reason); break;
      case 'file-done': this.#senders.get(id)?.onDone(); break;
    }
    return true;
  }

  /**
   * Takes a channel that the peer opened.
   *
   * @param {RTCDataChannel} dataChannel
   * @returns {boolean} whether it was for a file
   */
  onChannel(dataChannel) {
    if (!dataChannel.label.startsWith(LABEL_PREFIX)) return false;
    const receiver = this.#receivers.get(dataChannel.label.slice(LABEL_PREFIX.length));
    if (receiver) receiver.onChannel(dataChannel);
    else dataChannel.close();
    return true;
  }

  /** Ends all that is not finished. @param {string} [reason] */
  close(reason = 'disconnected') {
    this.#closed = true;
    for (const end of [...this.#senders.values(), ...this.#receivers.values()]) end.abandon(reason);
  }

  /** @param {{id: string, name: unknown, size: unknown, mime: unknown}} offer */
  #onOffer({ id, name, size, mime }) {
    if (this.#receivers.has(id)) return;
    if (!Number.isSafeInteger(size) || Number(size) < 0 || this.#receivers.size >= OFFERS_BOUND) {
      const reason = this.#receivers.size >= OFFERS_BOUND ? 'too-many' : 'size';
      this.#say({ type: 'file-refuse', id, reason });
      return;
    }
    const offer = { id, name: cleanFileName(name), size: Number(size), type: cleanMediaType(mime) };
    const receiver = new FileReceiver(offer, { ...this.#links, ended: () => this.#receivers.delete(id) });
    this.#receivers.set(id, receiver);
    emit(this, 'file', { transfer: receiver.transfer });
  }

  /** A connection that is about to end may not take it; close() then says the rest. @param {object} message */
  async #say(message) {
    try {
      await this.#control.send(message);
    } catch {
      // See above.
    }
  }
}
