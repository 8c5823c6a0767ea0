import { Backoff } from './backoff.js';
import { RoomError, errorOfClose, isPassing, waitAfterClose } from './errors.js';
import { emit } from './events.js';
import { KeepAlive } from './keepalive.js';
import { Outbox } from './outbox.js';
import { Pace } from './pace.js';
import { Timer } from './timer.js';

const TOO_LARGE = 1009;
const REFUSED_WAIT = 2_000;
const ANSWER_TIME = 10_000;
const FIRST_ATTEMPTS = 3;
const SLOW_DOWN = 2_000;
const BACKOFF = { first: 500, most: 15_000 };

/** What the server says; something without a type where that makes no sense. @param {any} data @returns {any} */
function parsed(data) {
  try {
    return JSON.parse(data) ?? {};
  } catch {
    return {};
  }
}

/**
 * A member's place in a room: joins, notices when the socket is lost, and takes the place back over a new one, without
 * losing or repeating anything that was said.
 *
 * Events: `state` {state}; `joined` {message}, `message` {message}: as the server says them; `ended` {error}, once.
 */
export class Signaling extends EventTarget {
  #environment;
  #url;
  #place;
  /** @type {'new' | 'connecting' | 'joined' | 'reconnecting' | 'closed'} */ #state = 'new';
  /** @type {WebSocket | null} */ #socket = null;
  #outbox = new Outbox();
  #pace;
  #keepAlive;
  #backoff;
  #wait;
  #answerTimer;
  #slowDown;
  #drain;
  #startedAt = 0;
  #wasJoined = false;
  #heartbeatSeconds = 20;
  #lastSeq = 0;
  /** @type {string | undefined} */ #resume;
  #pingRef = 0;
  #holdsBack = false;
  #refreshes = false;

  /**
   * @param {object} options
   * @param {string} options.url ws(s)://HOST/signal
   * @param {{roomId?: string, userId?: string, name?: string, token?: string}} options.place
   * @param {import('./environment.js').Environment} options.environment
   */
  constructor({ url, place, environment }) {
    super();
    this.#environment = environment;
    this.#url = url;
    this.#place = { ...place };
    this.#pace = new Pace(environment);
    this.#keepAlive = new KeepAlive(environment, { ping: () => this.#ping(), dead: () => this.#lose() });
    this.#backoff = new Backoff({ ...BACKOFF, random: environment.random });
    this.#wait = new Timer(environment);
    this.#answerTimer = new Timer(environment);
    this.#slowDown = new Timer(environment);
    this.#drain = new Timer(environment);
  }

  /** @returns {'new' | 'connecting' | 'joined' | 'reconnecting' | 'closed'} */
  get state() {
    return this.#state;
  }

  start() {
    this.#startedAt = this.#environment.now();
    this.#enter('connecting');
    if (!this.#isClosed) this.#connect();
  }

  /** Leaves the room, for good. */
  stop() {
    if (this.#state === 'closed') return;
    if (this.#socket?.readyState === 1) this.#write({ type: 'leave-room' });
    this.#end(new RoomError('left', 'you left the room'));
  }

  /**
   * Says something to the room, as soon as the place in it is there.
   *
   * @param {import('./outbox.js').Message} message
   */
  send(message) {
    if (this.#state === 'closed') return;
    this.#outbox.add(message);
    this.#flush();
  }

  /** Asks for new ICE servers: they come with the answer to joining, also when one is there already. */
  refresh() {
    if (this.#state !== 'joined' || this.#refreshes) return;
    this.#refreshes = true;
    this.#join();
  }

  /** The network is back, or another one: does not wait, and believes nothing. */
  wake() {
    if (this.#wait.running) {
      this.#wait.stop();
      this.#connect();
    } else if (this.#state === 'joined') {
      this.#keepAlive.check();
    }
  }

  /** Who is told of something may leave at once. */
  get #isClosed() {
    return this.#state === 'closed';
  }

  /** @param {Signaling['state']} state */
  #enter(state) {
    if (this.#state === state) return;
    this.#state = state;
    emit(this, 'state', { state });
  }

  #connect() {
    let socket;
    try {
      socket = new this.#environment.WebSocket(this.#url);
    } catch (error) {
      this.#end(new RoomError('unreachable', error.message));
      return;
    }
    this.#socket = socket;
    this.#answerTimer.start(ANSWER_TIME, () => this.#lose());
    /** @param {string} type @param {(event: any) => void} handle */
    const whileCurrent = (type, handle) => socket.addEventListener(type, (event) => {
      if (socket === this.#socket) handle(event);
    });
    whileCurrent('open', () => this.#join());
    whileCurrent('message', ({ data }) => this.#onMessage(parsed(data)));
    whileCurrent('close', ({ code }) => this.#onClose(code));
  }

  #join() {
    const resume = this.#resume && { resume: this.#resume, lastSeq: this.#lastSeq };
    this.#write({ type: 'join-room', ...this.#place, ...resume, ref: 'join' });
  }

  /** @param {object} message */
  #write(message) {
    const text = JSON.stringify(message);
    this.#pace.spend(text);
    this.#socket?.send(text);
  }

  #ping() {
    this.#pingRef = this.#outbox.lastRef;
    this.#write({ type: 'ping' });
  }

  #flush() {
    if (this.#state !== 'joined' || this.#holdsBack || this.#slowDown.running) return;
    const mayWrite = () => this.#pace.wait === 0;
    this.#outbox.flush((message) => this.#write(message), mayWrite);
    if (this.#outbox.isWaiting) this.#slowDown.start(this.#pace.wait, () => this.#flush());
    if (this.#outbox.isUnconfirmed) this.#keepAlive.confirmSoon();
  }

  /** @param {any} message */
  #onMessage(message) {
    this.#keepAlive.heard();
    if (message.type === 'joined') return this.#onJoined(message);
    if (typeof message.seq === 'number') {
      if (message.seq <= this.#lastSeq) return;
      this.#lastSeq = message.seq;
    }
    switch (message.type) {
      case 'hello':
        if (message.heartbeatSeconds >= 1) this.#heartbeatSeconds = message.heartbeatSeconds;
        return;
      case 'pong':
        this.#onPong();
        return;
      case 'error':
        this.#onError(message);
        return;
      case 'draining':
        this.#onDraining(message);
        break;
      case 'chat':
        if (message.from === this.#place.userId) this.#outbox.heardChat(message.text);
    }
    emit(this, 'message', { message });
  }

  /** @param {any} message */
  #onJoined(message) {
    const refreshed = this.#refreshes && message.resumed;
    this.#refreshes = false;
    this.#answerTimer.stop();
    this.#wasJoined = true;
    this.#resume = message.resume;
    this.#place = { ...this.#place, roomId: message.roomId, userId: message.userId };
    this.#lastSeq = message.resumed ? Math.max(this.#lastSeq, message.seq) : message.seq;
    if (!message.resumed) this.#outbox.dropSignals();
    if (!refreshed) this.#onPlace();
    if (this.#isClosed) return;
    emit(this, 'joined', { message });
    this.#flush();
  }

  /**
   * The place is there, over a new socket. What was said over the old one may have arrived: its echo comes before a
   * pong.
   */
  #onPlace() {
    this.#holdsBack = this.#outbox.rewind();
    this.#keepAlive.start(this.#heartbeatSeconds);
    if (this.#holdsBack || this.#backoff.attempts > 0) this.#keepAlive.check();
    this.#enter('joined');
  }

  #onPong() {
    this.#keepAlive.answered();
    this.#backoff.reset();
    this.#outbox.confirm(this.#pingRef);
    this.#holdsBack = false;
    this.#flush();
    if (this.#outbox.isUnconfirmed) this.#keepAlive.confirmSoon();
  }

  /** @param {any} message */
  #onError(message) {
    if (this.#state !== 'joined') return this.#onRefused(message);
    if (message.ref === 'join') {
      this.#refreshes = false;
      return;
    }
    if (message.code === 'not-in-room') {
      this.#resume = undefined;
      this.#lose();
      return;
    }
    if (message.code === 'rate-limited') this.#onTooFast();
    emit(this, 'message', { message });
  }

  /** @param {any} error */
  #onRefused({ code, message }) {
    if (!this.#wasJoined || !isPassing(code)) return this.#end(new RoomError(code, message));
    this.#drop();
    this.#retry(REFUSED_WAIT);
  }

  /** The server does not say what it has refused. Signals may come twice, which chat messages must not. */
  #onTooFast() {
    this.#refreshes = false;
    this.#outbox.rewindSignals();
    this.#keepAlive.answered();
    this.#slowDown.start(SLOW_DOWN, () => this.#flush());
  }

  /** @param {any} message */
  #onDraining({ reconnectAfter }) {
    if (this.#state !== 'joined' || this.#drain.running) return;
    const wait = Math.max(1, Number(reconnectAfter) || 5) * 1000;
    this.#drain.start(wait * (1 + this.#environment.random() / 2), () => this.#lose());
  }

  /** @param {number} code */
  #onClose(code) {
    this.#drop();
    const final = errorOfClose(code);
    if (final) return this.#end(final);
    if (!this.#wasJoined && this.#hasTriedEnough()) {
      return this.#end(new RoomError('unreachable', 'the server does not answer'));
    }
    if (code === TOO_LARGE) this.#outbox.clear();
    this.#retry(waitAfterClose(code));
  }

  #hasTriedEnough() {
    return this.#backoff.attempts + 1 >= FIRST_ATTEMPTS || this.#environment.now() - this.#startedAt >= ANSWER_TIME;
  }

  /** Gives the socket up, whatever it thinks of itself. */
  #lose() {
    this.#drop();
    this.#onClose(1006);
  }

  #drop() {
    const socket = this.#socket;
    this.#socket = null;
    this.#refreshes = false;
    this.#keepAlive.stop();
    for (const timer of [this.#answerTimer, this.#slowDown, this.#drain, this.#wait]) timer.stop();
    if (socket && socket.readyState < 2) socket.close(1000);
  }

  /** @param {number} least */
  #retry(least) {
    if (this.#wasJoined) this.#enter('reconnecting');
    if (this.#isClosed) return;
    const delay = least * (1 + this.#environment.random()) / 2 + this.#backoff.next();
    this.#wait.start(delay, () => this.#connect());
  }

  /** @param {RoomError} error */
  #end(error) {
    this.#drop();
    this.#outbox.clear();
    this.#state = 'closed';
    emit(this, 'ended', { error });
  }
}
