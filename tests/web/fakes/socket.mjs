// WebSockets that a test holds the other end of.

export class FakeWebSocket extends EventTarget {
  static CONNECTING = 0;
  static OPEN = 1;
  static CLOSING = 2;
  static CLOSED = 3;
  readyState = 0;
  /** What the client sent, parsed, oldest first. */
  sent = [];
  /** What the client gave to close(), once it did. */
  closedWith = null;
  /** Called with each message of the client, when set. */
  onsent = null;

  constructor(url) {
    super();
    this.url = url;
  }

  send(text) {
    if (this.readyState === 0) throw new DOMException('still connecting', 'InvalidStateError');
    if (this.readyState !== 1) return;
    const message = JSON.parse(text);
    this.sent.push(message);
    this.onsent?.(message);
  }

  close(code = 1005, reason = '') {
    if (this.readyState >= 2) return;
    this.readyState = 2;
    this.closedWith = { code, reason };
  }

  // What follows is the server's side.

  accept() {
    this.readyState = 1;
    this.dispatchEvent(new Event('open'));
  }

  say(message) {
    if (this.readyState !== 1) return;
    this.dispatchEvent(Object.assign(new Event('message'), { data: JSON.stringify(message) }));
  }

  /** The connection ends: by the server, or by an accident (1006). */
  end(code = 1006, reason = '') {
    if (this.readyState === 3) return;
    this.readyState = 3;
    if (code === 1006) this.dispatchEvent(new Event('error'));
    this.dispatchEvent(Object.assign(new Event('close'), { code, reason, wasClean: code !== 1006 }));
  }

  /** What the client sent of one type. */
  of(type) {
    return this.sent.filter((message) => message.type === type);
  }
}

/** Makes a WebSocket class whose instances are put into `sockets`, newest last; `opened` is told of each. */
export function socketClass(sockets, opened = () => {}) {
  return class extends FakeWebSocket {
    constructor(url) {
      super(url);
      sockets.push(this);
      opened(this);
    }
  };
}
