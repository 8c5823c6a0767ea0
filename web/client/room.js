import { completeEnvironment, signalingUrl } from './environment.js';
import { RoomError } from './errors.js';
import { emit } from './events.js';
import { IceServers } from './ice_servers.js';
import { Members } from './members.js';
import { Signaling } from './signaling.js';
import { Timer } from './timer.js';

const BETWEEN_STATISTICS = 1_000;
const LONGEST_STATUS = 16 * 1024;
// Somebody left just when something was said to them.
const HARMLESS_ERRORS = new Set(['unknown-target']);

/**
 * A room, and the connections to everybody in it.
 *
 * Events, their fields in `detail`: `state` {state, reason?}; `peer` {peer}; `peer-left` {peer, reason}; `chat` {from,
 * name, text, id, at}, one's own too; `error` {code, message}; `draining` {reconnectAfter}: the server is about to
 * end, which needs nobody to do anything.
 */
export class Room extends EventTarget {
  #environment;
  #options;
  /** @type {'new' | 'connecting' | 'joined' | 'reconnecting' | 'closed'} */ #state = 'new';
  /** @type {Signaling | null} */ #signaling = null;
  /** @type {IceServers} */ #iceServers;
  /** @type {Members} */ #members;
  /** @type {import('./tracks.js').LocalTrack[]} */ #tracks = [];
  #relayOnly;
  /** @type {any} */ #status;
  #statistics;
  #stopListening = () => {};
  /** @type {{resolve: () => void, reject: (error: Error) => void} | null} */ #joining = null;
  /** Drawn by the server unless given. @type {string | undefined} */ room;
  /** One's own user id, drawn by the server unless given. @type {string | undefined} */ user;
  /** One's own name, as the others see it. @type {string | undefined} */ name;

  /**
   * @param {object} [options]
   * @param {string} [options.url] ws(s)://HOST/signal; without it, of the server that this module came from
   * @param {string} [options.room] the name of the room; without it the server draws one that nobody can guess
   * @param {string} [options.user] a user id, of which there is one in a room; without it the server draws one
   * @param {string} [options.name] shown to the others
   * @param {string} [options.token] a room token, where the server asks for one
   * @param {boolean} [options.relayOnly] use relayed paths only
   * @param {RTCIceServer[]} [options.iceServers] instead of the server's
   * @param {boolean} [options.adapt] send less video over a path that loses much of it; true unless given
   * @param {Partial<import('./environment.js').Environment>} [options.environment] for tests
   */
  constructor(options = {}) {
    super();
    this.#options = { adapt: true, ...options };
    this.#environment = completeEnvironment(options.environment);
    this.#relayOnly = Boolean(options.relayOnly);
    this.#statistics = new Timer(this.#environment);
    this.room = options.room;
    this.user = options.user;
    this.name = options.name;
    const ask = () => this.#signaling?.refresh();
    this.#iceServers = new IceServers(this.#environment, { given: options.iceServers, ask });
    this.#members = new Members(this.#environment, {
      context: () => this.#context(),
      onPeer: (peer) => emit(this, 'peer', { peer }),
      onLeft: (peer, reason) => emit(this, 'peer-left', { peer, reason }),
    });
  }

  get state() {
    return this.#state;
  }

  /** Everybody else in the room, by user id. @returns {ReadonlyMap<string, import('./peer.js').Peer>} */
  get peers() {
    return this.#members.peers;
  }

  /** @returns {RTCIceServer[]} */
  get iceServers() {
    return this.#iceServers.list;
  }

  /** What setStatus() was given. */
  get status() {
    return this.#status;
  }

  /**
   * Joins the room. After that the place in it is kept through lost connections until leave(), or until the server
   * ends it, which the event `state` tells (`closed`, and why).
   *
   * @returns {Promise<void>} rejects with a RoomError
   */
  join() {
    if (this.#signaling) return Promise.reject(new Error('the room is joined already'));
    const { url = signalingUrl(), token } = this.#options;
    const place = { roomId: this.room, userId: this.user, name: this.name, token };
    const signaling = new Signaling({ url, place, environment: this.#environment });
    this.#signaling = signaling;
    this.#listen(signaling);
    return new Promise((resolve, reject) => {
      this.#joining = { resolve, reject };
      signaling.start();
    });
  }

  /** Leaves the room and releases everything but the tracks, which are the caller's. */
  leave() {
    this.#signaling?.stop();
  }

  /**
   * Sends a track to everybody who is there, and to who comes.
   *
   * @param {MediaStreamTrack} track
   * @param {MediaStream} stream what it belongs to; the others get it as a stream of the same id
   */
  addTrack(track, stream) {
    if (this.#tracks.some((local) => local.track === track)) return;
    const local = { track, stream };
    this.#tracks.push(local);
    for (const peer of this.peers.values()) peer.addTrack(local);
  }

  /** @param {MediaStreamTrack} track */
  removeTrack(track) {
    const local = this.#tracks.find((each) => each.track === track);
    if (!local) return;
    this.#tracks = this.#tracks.filter((each) => each !== local);
    for (const peer of this.peers.values()) peer.removeTrack(local);
  }

  /**
   * Sends another track in the place of one, such as another camera's, without the others noticing.
   *
   * @param {MediaStreamTrack} old
   * @param {MediaStreamTrack} next of the same kind
   */
  async replaceTrack(old, next) {
    const local = this.#tracks.find((each) => each.track === old);
    if (!local) throw new Error('no such track is sent');
    if (next.kind !== old.kind) throw new TypeError(`${next.kind} cannot take the place of ${old.kind}`);
    if (next !== old && this.#tracks.some(({ track }) => track === next)) throw new Error('it is sent already');
    local.track = next;
    await Promise.all([...this.peers.values()].map((peer) => peer.replaceTrack(local, next)));
  }

  /**
   * Says something to everybody in the room. It comes back as the event `chat`.
   *
   * @param {string} text
   */
  chat(text) {
    this.#signaling?.send({ type: 'chat', text });
  }

  /**
   * Tells everybody, also who comes later, how this user is: muted, a raised hand, anything that is JSON. They see the
   * latest.
   *
   * @param {any} status
   */
  setStatus(status) {
    const text = JSON.stringify(status);
    if (text === undefined || text.length > LONGEST_STATUS) throw new RangeError('a status is JSON, 16 KiB at most');
    this.#status = JSON.parse(text);
    for (const peer of this.peers.values()) peer.sendStatus();
  }

  /**
   * Switching it on makes all connections anew: their channels close, files on their way fail.
   *
   * @param {boolean} on whether to use relayed paths only
   */
  setRelayOnly(on) {
    if (this.#relayOnly === on) return;
    this.#relayOnly = on;
    for (const peer of this.peers.values()) {
      if (on) peer.useRelayOnly();
      else peer.configure({ restart: true });
    }
  }

  /** @returns {import('./peer.js').PeerContext} */
  #context() {
    return {
      environment: this.#environment,
      ownUser: /** @type {string} */ (this.user),
      send: (user, data) => this.#signaling?.send({ type: 'signal', targetUserId: user, data }),
      configuration: () => ({
        iceServers: this.#iceServers.list,
        iceTransportPolicy: this.#relayOnly ? 'relay' : 'all',
        bundlePolicy: 'max-bundle',
      }),
      expiresAt: () => this.#iceServers.expiresAt,
      tracks: () => this.#tracks,
      status: () => this.#status,
      isJoined: () => this.#signaling?.state === 'joined',
      adapt: this.#options.adapt,
    };
  }

  /** @param {Signaling} signaling */
  #listen(signaling) {
    /** @param {string} type @param {(detail: any) => void} handle */
    const on = (type, handle) => signaling.addEventListener(type, (/** @type {any} */ { detail }) => handle(detail));
    on('state', ({ state }) => this.#enter(state));
    on('joined', ({ message }) => this.#onJoined(message));
    on('message', ({ message }) => this.#onMessage(message));
    on('ended', ({ error }) => this.#onEnded(error));
    const onWake = () => signaling.wake();
    // A page that is kept to be shown again comes back by itself.
    const onHide = (/** @type {any} */ { persisted }) => persisted || this.leave();
    const { page } = this.#environment;
    // The network is back, or the page is after a phone has slept: what a socket says of itself then may be long past.
    const wakes = ['online', 'pageshow', 'visibilitychange'];
    for (const type of wakes) page?.addEventListener(type, onWake);
    page?.addEventListener('pagehide', onHide);
    this.#stopListening = () => {
      for (const type of wakes) page?.removeEventListener(type, onWake);
      page?.removeEventListener('pagehide', onHide);
    };
  }

  /** @param {Room['state']} state @param {string} [reason] */
  #enter(state, reason) {
    if (this.#state === state) return;
    this.#state = state;
    emit(this, 'state', reason === undefined ? { state } : { state, reason });
  }

  /** @param {any} message */
  #onJoined(message) {
    const { roomId, userId, name, peers, resumed } = message;
    this.room = roomId;
    this.user = userId;
    this.name = name;
    const joining = this.#joining;
    const areOthers = this.#iceServers.take(message);
    try {
      if (!resumed) this.#members.onJoined(peers);
      else this.#members.onResumed();
    } catch (error) {
      // The browser takes no connection of this kind, such as with these ICE servers.
      joining?.reject(error);
      return this.leave();
    }
    if (resumed && areOthers) this.#members.configure();
    // Who was told of a peer may have left.
    if (!this.#signaling) return;
    if (!this.#statistics.running) this.#measure();
    joining?.resolve();
    if (this.#joining === joining) this.#joining = null;
  }

  /** @param {any} message */
  #onMessage(message) {
    switch (message.type) {
      case 'new-peer':
        this.#members.onNewPeer(message);
        break;
      case 'peer-left':
        this.#members.onPeerLeft(message);
        break;
      case 'signal':
        this.peers.get(message.from)?.onSignal(message.data);
        break;
      case 'chat': {
        const { from, name, text, id, at } = message;
        emit(this, 'chat', { from, name, text, id, at });
        break;
      }
      case 'ice-servers':
        if (this.#iceServers.take(message)) this.#members.configure();
        break;
      case 'draining':
        emit(this, 'draining', { reconnectAfter: message.reconnectAfter });
        break;
      case 'error':
        if (!HARMLESS_ERRORS.has(message.code)) emit(this, 'error', { code: message.code, message: message.message });
    }
  }

  #measure() {
    this.#statistics.start(BETWEEN_STATISTICS, () => this.#measure());
    for (const peer of this.peers.values()) peer.measure();
  }

  /** @param {RoomError} error */
  #onEnded(error) {
    this.#stopListening();
    this.#signaling = null;
    this.#statistics.stop();
    this.#iceServers.close();
    this.#members.close(error.code);
    const joining = this.#joining;
    this.#joining = null;
    this.#enter('closed', error.code);
    joining?.reject(error);
  }
}
