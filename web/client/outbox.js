const MOST_WAITING = 1000;

/** @typedef {{type: string, [member: string]: any}} Message */

/**
 * What this page says to the room, until the server has it. A socket can be dead for seconds before anybody notices:
 * what was sent meanwhile is sent again over the next one.
 */
export class Outbox {
  /** @type {{message: Message, again: boolean}[]} */ #waiting = [];
  /** @type {{message: Message, ref: number}[]} */ #unconfirmed = [];
  #lastRef = 0;

  /** Whether the server may lack something of what was sent. */
  get isUnconfirmed() {
    return this.#unconfirmed.length > 0;
  }

  /** Whether something is to be sent. */
  get isWaiting() {
    return this.#waiting.length > 0;
  }

  /** The number of the message that was sent last. */
  get lastRef() {
    return this.#lastRef;
  }

  /** @param {Message} message */
  add(message) {
    if (this.#waiting.length >= MOST_WAITING) this.#waiting.shift();
    this.#waiting.push({ message, again: false });
  }

  /**
   * Sends what waits, as long as it may.
   *
   * @param {(message: Message) => void} write
   * @param {() => boolean} mayWrite
   */
  flush(write, mayWrite) {
    while (this.#waiting.length > 0 && mayWrite()) {
      const { message } = /** @type {{message: Message}} */ (this.#waiting.shift());
      const ref = ++this.#lastRef;
      this.#unconfirmed.push({ message, ref });
      write({ ...message, ref });
    }
  }

  /**
   * The server has everything up to number `ref`.
   *
   * @param {number} ref
   */
  confirm(ref) {
    this.#unconfirmed = this.#unconfirmed.filter((entry) => entry.ref > ref);
  }

  /**
   * A chat message of this user came back: it need not be sent again.
   *
   * @param {string} text
   */
  heardChat(text) {
    const isIt = (/** @type {{message: Message}} */ { message }) => message.type === 'chat' && message.text === text;
    const sent = this.#unconfirmed.findIndex(isIt);
    if (sent >= 0) {
      this.#unconfirmed.splice(sent, 1);
      return;
    }
    const rewound = this.#waiting.findIndex((entry) => entry.again && isIt(entry));
    if (rewound >= 0) this.#waiting.splice(rewound, 1);
  }

  /**
   * What the server may lack waits again, before everything else. Returns whether there is a chat message among it,
   * which must not be said twice.
   */
  rewind() {
    const lost = this.#unconfirmed.map(({ message }) => ({ message, again: true }));
    this.#waiting.unshift(...lost);
    this.#unconfirmed = [];
    return lost.some(({ message }) => message.type === 'chat');
  }

  /** As rewind(), of signals only: these may come twice. */
  rewindSignals() {
    const isSignal = (/** @type {{message: Message}} */ { message }) => message.type === 'signal';
    const lost = this.#unconfirmed.filter(isSignal).map(({ message }) => ({ message, again: true }));
    this.#waiting.unshift(...lost);
    this.#unconfirmed = this.#unconfirmed.filter((entry) => !isSignal(entry));
  }

  /** Signals for connections as they were are of no use to a room that begins anew. */
  dropSignals() {
    const isOther = (/** @type {{message: Message}} */ { message }) => message.type !== 'signal';
    this.#waiting = this.#waiting.filter(isOther);
    this.#unconfirmed = this.#unconfirmed.filter(isOther);
  }

  clear() {
    this.#waiting = [];
    this.#unconfirmed = [];
  }
}
