import { Allowance } from './allowance.js';
import { Channel } from './channel.js';
import { emit } from './events.js';
import { Link } from './link.js';
import { Monitor, isRelayedHere } from './monitor.js';
import { Recovery } from './recovery.js';

// So many attempts in vain, and the page is told that it does not work now. They go on.
const HOPEFUL_ATTEMPTS = 3;
const BETWEEN_REBUILDS = 5_000;
// Who is somebody new more often than that is not loading a page anew.
const RENEWALS = { most: 10, within: 30_000 };
// Each has us say something in turn, and what we may say in a second is for all peers together.
const DEMANDS = { most: 60, within: 30_000 };
// New credentials come when half of their time is over. What was gathered with older ones is renewed, not with the
// same.
const MUCH_OLDER = 0.75;

/**
 * What a Peer needs of its Room.
 *
 * @typedef {object} PeerContext
 * @property {import('./environment.js').Environment} environment
 * @property {string} ownUser
 * @property {(user: string, data: object) => void} send
 * @property {() => RTCConfiguration} configuration
 * @property {() => number} expiresAt when the credentials in it end
 * @property {() => import('./tracks.js').LocalTrack[]} tracks
 * @property {() => any} status of this page's user; undefined for none
 * @property {() => boolean} isJoined
 * @property {boolean} adapt
 */

/**
 * Somebody else in the room, and the connection to them.
 *
 * Events: `state` {state}; `track` {track, streams}; `streams` {streams}; `status` {status}; `channel` {channel}: one
 * that the other side opened; `file` {transfer}: one that is offered; `stats` {stats}; `adaptation` {level,
 * audioOnly}.
 */
export class Peer extends EventTarget {
  /** @type {PeerContext} */ #context;
  /** @type {Link} */ #link;
  #recovery;
  #monitor;
  /** @type {'connecting' | 'connected' | 'reconnecting' | 'failed' | 'closed'} */ #state = 'connecting';
  #wasConnected = false;
  #isAway = false;
  #builtAt = -Infinity;
  #renewals;
  #demands;
  #gatheredUntil = Infinity;
  /** @type {string} */ user;
  /** What they call themselves; may be empty. */
  name;
  /** What they set with setStatus(); undefined until then. @type {any} */
  status;

  /**
   * @param {{userId: string, name?: string}} member
   * @param {PeerContext} context
   * @param {{waits: boolean}} options whether they are expected to call
   */
  constructor({ userId, name = '' }, context, { waits }) {
    super();
    this.user = userId;
    this.name = name;
    this.#context = context;
    this.#renewals = new Allowance(context.environment, RENEWALS);
    this.#demands = new Allowance(context.environment, DEMANDS);
    this.#monitor = this.#newMonitor();
    this.#recovery = this.#newRecovery();
    this.#link = this.#newLink(waits);
    this.sendStatus();
  }

  get state() {
    return this.#state;
  }

  /** How the connection is, of late; null until that is known. @returns {import('./stats.js').PeerStats | null} */
  get stats() {
    return this.#monitor.stats;
  }

  /** How it was in the last two minutes, oldest first. @returns {readonly import('./stats.js').PeerStats[]} */
  get history() {
    return this.#monitor.history;
  }

  /** @returns {'direct' | 'relayed' | 'unknown'} */
  get path() {
    return this.stats?.path ?? 'unknown';
  }

  /** What they send. @returns {MediaStream[]} */
  get streams() {
    return [...this.#link.streams];
  }

  /** Another one when their page was loaded anew. @returns {RTCPeerConnection} */
  get connection() {
    return this.#link.connection;
  }

  /**
   * Opens a data channel. It ends with the connection.
   *
   * @param {string} label
   * @param {RTCDataChannelInit} [options]
   * @returns {Channel}
   */
  channel(label, options) {
    return new Channel(this.#link.openChannel(label, options));
  }

  /**
   * Offers a file.
   *
   * @param {File | Blob} file
   * @returns {import('./file_transfer.js').FileTransfer}
   */
  sendFile(file) {
    return this.#link.files.send(file);
  }

  /** Looks for another path to them. */
  restart() {
    if (this.#state === 'closed') return;
    this.#gatheredUntil = this.#context.expiresAt();
    if (this.#link.isBeyondRepair) this.#rebuild();
    else this.#link.restart();
  }

  // What follows is for the Room.

  /** @param {any} data that came from them */
  onSignal(data) {
    if (this.#state === 'closed' || typeof data !== 'object' || data === null) return;
    if ((data.description?.type === 'offer' || data.ask !== undefined) && !this.#demands.take()) return;
    const kind = this.#link.judge(data);
    if (kind === 'late') {
      // They talk to a connection that is gone, and do not know the new one yet.
      if (data.description?.type === 'offer') this.#link.call();
      return;
    }
    if (kind === 'another') {
      if (!this.#renewals.take()) return;
      this.#buildAnew(true);
    }
    this.#link.onSignal(data);
  }

  /** The room cannot reach them for now (`true`), or can again. @param {boolean} isAway */
  setAway(isAway) {
    const isBack = this.#isAway && !isAway;
    this.#isAway = isAway;
    // They never got the offer that this side waits for an answer to.
    if (isBack && this.connection.signalingState === 'have-local-offer') this.restart();
  }

  /** They, or this page, can be told again. */
  onReachable() {
    this.#recovery.hurry();
  }

  /**
   * Only relayed paths may be used from now on. Browsers keep a better path through an ICE restart, if there is one:
   * only a connection that never had another is sure to be relayed.
   */
  useRelayOnly() {
    if (this.#state !== 'closed') this.#buildAnew(false);
  }

  /** The room's ICE servers or policy changed. @param {{restart: boolean}} options whether in any case */
  async configure({ restart }) {
    try {
      this.connection.setConfiguration?.(this.#context.configuration());
    } catch {
      // The browser does not like the new ones: the connection lives on with the old.
    }
    if (restart || (!this.#isAway && (await this.#needsNewCredentials().catch(() => false)))) this.restart();
  }

  /** @param {import('./tracks.js').LocalTrack} local */
  addTrack(local) {
    this.#monitor.apply([this.#link.senders.add(local)]);
  }

  /** @param {import('./tracks.js').LocalTrack} local */
  removeTrack(local) {
    this.#link.senders.remove(local);
  }

  /**
   * @param {import('./tracks.js').LocalTrack} local
   * @param {MediaStreamTrack} track
   */
  replaceTrack(local, track) {
    return this.#link.senders.replace(local, track);
  }

  sendStatus() {
    const status = this.#context.status();
    if (status !== undefined) this.#link.tell({ type: 'status', status }).catch(() => {});
  }

  /** Takes statistics. */
  async measure() {
    if (this.#state !== 'closed') await this.#monitor.measure(this.#link);
  }

  close() {
    if (this.#state === 'closed') return;
    this.#recovery.close();
    this.#link.close();
    this.#enter('closed');
  }

  get #isReachable() {
    return this.#context.isJoined() && !this.#isAway;
  }

  #newMonitor() {
    return new Monitor(this.#context.environment, {
      adapt: this.#context.adapt,
      onStats: (stats) => emit(this, 'stats', { stats }),
      onAdaptation: (change) => emit(this, 'adaptation', change),
    });
  }

  #newRecovery() {
    return new Recovery(this.#context.environment, {
      attempt: () => this.#onAttempt(),
      mayAttempt: () => this.#isReachable,
    });
  }

  /** @param {boolean} waits */
  #newLink(waits) {
    const { environment, ownUser, send, configuration, expiresAt, tracks } = this.#context;
    this.#builtAt = environment.now();
    this.#gatheredUntil = expiresAt();
    const link = new Link({
      environment,
      waits,
      configuration: configuration(),
      polite: ownUser < this.user,
      tracks: tracks(),
      send: (data) => send(this.user, data),
      isReachable: () => this.#isReachable,
    });
    this.#listen(link);
    return link;
  }

  /** A connection takes the place of the one before. @param {boolean} waits */
  #buildAnew(waits) {
    const old = this.#link;
    old.close();
    // Who was told of what ends with it may have left.
    if (this.#state === 'closed') return;
    this.#recovery.begin();
    this.#monitor.startAnew();
    this.#link = this.#newLink(waits);
    this.sendStatus();
    if (old.streams.length > 0) emit(this, 'streams', { streams: this.streams });
    if (this.#wasConnected) this.#enter('reconnecting');
  }

  /** @param {Link} link */
  #listen(link) {
    /** @param {string} type @param {(detail: any) => void} handle */
    const on = (type, handle) => link.addEventListener(type, (/** @type {any} */ { detail }) => {
      if (link === this.#link) handle(detail);
    });
    on('state', ({ state }) => this.#onState(state));
    on('track', (detail) => emit(this, 'track', detail));
    on('streams', () => emit(this, 'streams', { streams: this.streams }));
    on('channel', (detail) => emit(this, 'channel', detail));
    on('file', (detail) => emit(this, 'file', detail));
    on('control', ({ message }) => this.#onControl(message));
    on('broken', () => this.#rebuild());
  }

  #rebuild() {
    const isSoon = this.#context.environment.now() - this.#builtAt < BETWEEN_REBUILDS;
    if (!isSoon && this.#state !== 'closed') this.#buildAnew(false);
  }

  /** @param {RTCPeerConnectionState} state */
  #onState(state) {
    this.#recovery.onState(state);
    if (state === 'connected') {
      this.#wasConnected = true;
      this.#monitor.startAnew();
      this.#enter('connected');
      this.#monitor.apply(this.#link.senders.video);
    } else {
      this.#enter(this.#stateWhileNotConnected(state));
    }
  }

  /** @param {RTCPeerConnectionState} state */
  #stateWhileNotConnected(state) {
    if (this.#recovery.attempts > HOPEFUL_ATTEMPTS) return 'failed';
    if (this.#wasConnected) return 'reconnecting';
    return state === 'failed' ? 'failed' : 'connecting';
  }

  #onAttempt() {
    if (this.#recovery.attempts > HOPEFUL_ATTEMPTS) this.#enter('failed');
    this.restart();
  }

  /** @param {Peer['state']} state */
  #enter(state) {
    if (this.#state === state || this.#state === 'closed') return;
    this.#state = state;
    emit(this, 'state', { state });
  }

  /** @param {any} message */
  #onControl(message) {
    if (message?.type !== 'status') return;
    this.status = message.status;
    emit(this, 'status', { status: this.status });
  }

  /** Only what this side relays hangs on its credentials. New ones that have ended tell only of a wrong clock. */
  async #needsNewCredentials() {
    const now = this.#context.environment.now();
    const ofNew = this.#context.expiresAt() - now;
    if (!(ofNew > 0 && this.#gatheredUntil - now < ofNew * MUCH_OLDER)) return false;
    const { connection } = this;
    const isDue = this.#state !== 'connected' || (await isRelayedHere(connection));
    return isDue && connection === this.connection;
  }
}
