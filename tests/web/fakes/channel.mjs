// A data channel. Two of them that are connected pass messages on; `hold` keeps them back, for tests of back-pressure.

function sizeOf(message) {
  return typeof message === 'string' ? Buffer.byteLength(message) : message.byteLength ?? message.size;
}

export class FakeDataChannel extends EventTarget {
  readyState = 'connecting';
  bufferedAmount = 0;
  bufferedAmountLowThreshold = 0;
  binaryType = 'arraybuffer';
  /** Everything that send() was given. */
  sent = [];
  /** While true, messages stay in the buffer until drain(). */
  hold = false;
  other = null;
  #held = [];

  constructor(label = '', options = {}) {
    super();
    this.label = label;
    this.ordered = options.ordered ?? true;
    this.negotiated = options.negotiated ?? false;
    this.id = options.id ?? null;
    this.protocol = options.protocol ?? '';
  }

  /** Makes `one` and `two` the ends of one channel, open. */
  static connect(one, two) {
    one.other = two;
    two.other = one;
    one.open();
    two.open();
  }

  open() {
    if (this.readyState !== 'connecting') return;
    this.readyState = 'open';
    this.dispatchEvent(new Event('open'));
  }

  send(message) {
    if (this.readyState !== 'open') throw new DOMException('the channel is not open', 'InvalidStateError');
    this.sent.push(message);
    if (!this.hold) return this.#deliver(message);
    this.#held.push(message);
    this.bufferedAmount += sizeOf(message);
  }

  /** Lets `count` messages of those that are held go. */
  drain(count = Infinity) {
    for (let i = 0; i < count && this.#held.length; ++i) {
      const message = this.#held.shift();
      const before = this.bufferedAmount;
      this.bufferedAmount -= sizeOf(message);
      this.#deliver(message);
      const mark = this.bufferedAmountLowThreshold;
      if (before > mark && this.bufferedAmount <= mark) this.dispatchEvent(new Event('bufferedamountlow'));
    }
  }

  /** As if the other side had sent `message`. */
  receive(message) {
    this.dispatchEvent(Object.assign(new Event('message'), { data: message }));
  }

  close() {
    if (this.readyState === 'closed') return;
    this.readyState = 'closed';
    this.#held = [];
    const { other } = this;
    queueMicrotask(() => {
      this.dispatchEvent(new Event('close'));
      other?.close();
    });
  }

  #deliver(message) {
    const { other } = this;
    const copy = ArrayBuffer.isView(message)
      ? message.buffer.slice(message.byteOffset, message.byteOffset + message.byteLength)
      : message;
    queueMicrotask(() => {
      if (other?.readyState === 'open') other.receive(copy);
    });
  }
}

/** Two ends of one open channel. */
export function channelPair(label, options) {
  const pair = [new FakeDataChannel(label, options), new FakeDataChannel(label, options)];
  FakeDataChannel.connect(...pair);
  return pair;
}
