import { Peer } from './peer.js';
import { Timer } from './timer.js';

// A server that was started anew knows nobody: its members come back one after the other.
const TIME_TO_RETURN = 20_000;

/** Who else is in the room: keeps a Peer for each, and those of a server that forgot them until they are back. */
export class Members {
  #environment;
  #context;
  #onPeer;
  #onLeft;
  /** @type {Map<string, Timer>} */ #away = new Map();
  #closed = false;
  /** @type {Map<string, Peer>} */ peers = new Map();

  /**
   * @param {import('./environment.js').Environment} environment
   * @param {object} room
   * @param {() => import('./peer.js').PeerContext} room.context
   * @param {(peer: Peer) => void} room.onPeer
   * @param {(peer: Peer, reason: string) => void} room.onLeft
   */
  constructor(environment, { context, onPeer, onLeft }) {
    this.#environment = environment;
    this.#context = context;
    this.#onPeer = onPeer;
    this.#onLeft = onLeft;
  }

  /**
   * This page is in the room, for the first time or in another place than before.
   *
   * @param {{userId: string, name?: string}[]} present everybody else
   */
  onJoined(present) {
    this.#closed = false;
    const ids = new Set(present.map(({ userId }) => userId));
    for (const peer of this.peers.values()) {
      const isThere = ids.has(peer.user);
      if (isThere) this.#onStillThere(peer, false);
      else this.#awaitReturn(peer);
      peer.configure({ restart: isThere });
    }
    for (const member of present) {
      // Who was told of one may have left the room.
      if (!this.#closed && !this.peers.has(member.userId)) this.#add(member, false);
    }
  }

  /** This page has its place back, and is going to be told who came and who left meanwhile. */
  onResumed() {
    for (const peer of this.peers.values()) peer.onReachable();
  }

  /** @param {{userId: string, name?: string}} member */
  onNewPeer(member) {
    const peer = this.peers.get(member.userId);
    if (!peer) return this.#add(member, true);
    peer.name = member.name ?? peer.name;
    this.#onStillThere(peer, true);
  }

  /** @param {{userId: string, reason: string}} notice */
  onPeerLeft({ userId, reason }) {
    const peer = this.peers.get(userId);
    if (peer) this.#remove(peer, reason);
  }

  /** There are new ICE servers. */
  configure() {
    for (const peer of this.peers.values()) peer.configure({ restart: false });
  }

  /** @param {string} reason */
  close(reason) {
    this.#closed = true;
    for (const peer of [...this.peers.values()]) this.#remove(peer, reason);
  }

  /** @param {{userId: string, name?: string}} member @param {boolean} waits */
  #add(member, waits) {
    const peer = new Peer(member, this.#context(), { waits });
    this.peers.set(member.userId, peer);
    this.#onPeer(peer);
  }

  /** @param {Peer} peer @param {string} reason */
  #remove(peer, reason) {
    this.#stopWaiting(peer.user);
    this.peers.delete(peer.user);
    peer.close();
    this.#onLeft(peer, reason);
  }

  /** @param {Peer} peer */
  #awaitReturn(peer) {
    peer.setAway(true);
    if (this.#away.has(peer.user)) return;
    const timer = new Timer(this.#environment);
    this.#away.set(peer.user, timer);
    timer.start(TIME_TO_RETURN, () => this.#remove(peer, 'disconnected'));
  }

  /** @param {Peer} peer @param {boolean} hurry */
  #onStillThere(peer, hurry) {
    this.#stopWaiting(peer.user);
    peer.setAway(false);
    if (hurry) peer.onReachable();
  }

  /** @param {string} user */
  #stopWaiting(user) {
    this.#away.get(user)?.stop();
    this.#away.delete(user);
  }
}
