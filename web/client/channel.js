import { emit } from './events.js';

// What waits in a Channel while its data channel is not open, or is behind.
const QUEUE_BOUND = 16 * 1024 * 1024;
// Above this nothing more is handed to the browser. It keeps a fast path busy for a round trip, and browsers close a
// channel that they are given 16 MiB too much for.
const HIGH_MARK = 1024 * 1024;
const LOW_MARK = 256 * 1024;

/** @typedef {string | ArrayBuffer | ArrayBufferView | Blob} ChannelMessage */

/** @param {ChannelMessage} message */
function messageSize(message) {
  if (typeof message === 'string') return new TextEncoder().encode(message).byteLength;
  return message instanceof Blob ? message.size : message.byteLength;
}

/**
 * What the caller may change after `send`, before it is really sent, is copied.
 *
 * @param {ChannelMessage} message
 */
function ownCopy(message) {
  if (message instanceof ArrayBuffer) return message.slice(0);
  if (!ArrayBuffer.isView(message)) return message;
  return message.buffer.slice(message.byteOffset, message.byteOffset + message.byteLength);
}

/**
 * A data channel that queues while it is not open, and hands messages over only as fast as they go out.
 *
 * Events: `open`; `message` {message}: a string or an ArrayBuffer; `close`.
 */
export class Channel extends EventTarget {
  /** @type {RTCDataChannel} */ #dataChannel;
  /** @type {{message: any, bytes: number, resolve: () => void, reject: (reason: Error) => void}[]} */ #queue = [];
  #queuedBytes = 0;
  #closed = false;

  /** @param {RTCDataChannel} dataChannel */
  constructor(dataChannel) {
    super();
    this.#dataChannel = dataChannel;
    dataChannel.binaryType = 'arraybuffer';
    dataChannel.bufferedAmountLowThreshold = LOW_MARK;
    dataChannel.addEventListener('open', () => this.#onOpen());
    dataChannel.addEventListener('bufferedamountlow', () => this.#flush());
    dataChannel.addEventListener('message', ({ data }) => emit(this, 'message', { message: data }));
    dataChannel.addEventListener('closing', () => this.#onClose());
    dataChannel.addEventListener('close', () => this.#onClose());
  }

  /** @returns {string} */
  get label() {
    return this.#dataChannel.label;
  }

  /** @returns {'connecting' | 'open' | 'closed'} */
  get state() {
    const state = this.#dataChannel.readyState;
    if (this.#closed || state === 'closing' || state === 'closed') return 'closed';
    return state;
  }

  /** Bytes that the browser has been given and has not sent yet. */
  get bufferedAmount() {
    return this.#dataChannel.bufferedAmount;
  }

  /** Bytes that wait here, because the channel is not open yet or because the browser has enough to send. */
  get queuedBytes() {
    return this.#queuedBytes;
  }

  /**
   * Resolves when the message was handed to the browser, which happens while that has less than 1 MiB to send: who
   * awaits each message sends as fast as the path allows and holds little memory. Rejects when the channel is closed or
   * closes first, when more than 16 MiB would wait, and when the browser refuses the message.
   *
   * @param {ChannelMessage} message
   * @returns {Promise<void>}
   */
  send(message) {
    const done = this.#send(message);
    // Who does not wait for it need not hear of it.
    done.catch(() => {});
    return done;
  }

  /** Closes the channel. What still waits here is not sent. */
  close() {
    this.#dataChannel.close();
    this.#onClose();
  }

  /**
   * @param {ChannelMessage} message
   * @returns {Promise<void>}
   */
  #send(message) {
    if (this.state === 'closed') return Promise.reject(new Error(`channel ${this.label} is closed`));
    if (this.#queue.length === 0 && this.#mayHandOver()) return this.#handOver(message);
    const bytes = messageSize(message);
    if (this.#queuedBytes + bytes > QUEUE_BOUND) {
      return Promise.reject(new Error(`channel ${this.label} has too much waiting to be sent`));
    }
    this.#queuedBytes += bytes;
    return new Promise((resolve, reject) => {
      this.#queue.push({ message: ownCopy(message), bytes, resolve, reject });
    });
  }

  #mayHandOver() {
    return this.state === 'open' && this.#dataChannel.bufferedAmount < HIGH_MARK;
  }

  /** @param {any} message */
  async #handOver(message) {
    this.#dataChannel.send(message);
  }

  #onOpen() {
    if (this.#closed) return;
    this.#flush();
    emit(this, 'open');
  }

  #flush() {
    while (this.#queue.length > 0 && this.#mayHandOver()) {
      const { message, bytes, resolve, reject } = /** @type {any} */ (this.#queue.shift());
      this.#queuedBytes -= bytes;
      this.#handOver(message).then(resolve, reject);
    }
  }

  #onClose() {
    if (this.#closed) return;
    this.#closed = true;
    for (const { reject } of this.#queue) reject(new Error(`channel ${this.label} was closed`));
    this.#queue = [];
    this.#queuedBytes = 0;
    emit(this, 'close');
  }
}
