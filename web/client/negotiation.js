import { Timer } from './timer.js';
import { Turns } from './turns.js';

// Who joins calls those who are there. Should it not, they call.
const WAIT_FOR_CALL = 2_000;
const MOST_EARLY_CANDIDATES = 200;

/** @param {any} description */
function isDescription(description) {
  return ['offer', 'answer'].includes(description?.type) && typeof description.sdp === 'string';
}

/** What the other side numbers is said after them. @param {any} number */
const numberOr = (number) => (Number.isSafeInteger(number) ? number : undefined);

/**
 * Perfect negotiation (RFC 8829, and the pattern of the WebRTC specification): each side may offer at any time, and
 * when both do, the polite one gives way; two that take turns avoid that where it would do harm. One step at a time:
 * what comes in while an offer is made waits until it is made.
 */
export class Negotiation {
  #connection;
  #polite;
  #send;
  #onBroken;
  #takesTurns;
  #turns;
  #wait;
  #steps = Promise.resolve();
  #closed = false;
  #offersTaken = 0;
  #round = 0;
  #describes = false;
  /** @type {RTCIceCandidate[]} */ #own = [];
  /** @type {RTCIceCandidateInit[]} */ #early = [];

  /**
   * @param {object} options
   * @param {RTCPeerConnection} options.connection
   * @param {boolean} options.polite
   * @param {boolean} options.waits whether the other side is expected to call
   * @param {(data: object) => void} options.send
   * @param {() => void} options.onBroken the connection can be negotiated no further
   * @param {() => boolean} [options.takesTurns] whether the other side knows of Turns
   * @param {() => boolean} [options.isReachable] whether the other side can be told
   * @param {import('./environment.js').Environment} options.environment
   */
  constructor(options) {
    const { connection, polite, waits, send, onBroken, environment } = options;
    const { takesTurns = () => false, isReachable = () => true } = options;
    this.#connection = connection;
    this.#polite = polite;
    this.#send = send;
    this.#onBroken = onBroken;
    this.#takesTurns = takesTurns;
    this.#turns = new Turns(environment, { isReachable, send, offer: () => this.#offerNow() });
    this.#wait = new Timer(environment);
    if (waits) this.#wait.start(WAIT_FOR_CALL, () => this.#offer());
    connection.addEventListener('negotiationneeded', () => this.#onNeeded());
    connection.addEventListener('icecandidate', ({ candidate }) => {
      if (candidate?.candidate) this.#onOwnCandidate(candidate);
    });
  }

  /** Calls, if the other side was expected to. */
  stopWaiting() {
    if (!this.#wait.running) return;
    this.#wait.stop();
    this.#offer();
  }

  /** Looks for another path. An offer that is not answered yet gives way to a new one. */
  restart() {
    this.#step(async () => {
      this.#connection.restartIce();
      if (this.#connection.signalingState === 'have-local-offer') await this.#describe();
      else this.#turns.askAgain();
    });
  }

  /**
   * @param {{description?: any, candidate?: any, round?: any, ask?: any, grant?: any}} data
   * @returns {Promise<void>}
   */
  onSignal({ description, candidate, grant, ...numbers }) {
    const [round, ask] = [numberOr(numbers.round), numberOr(numbers.ask)];
    if (isDescription(description)) return this.#step(() => this.#onDescription(description, round));
    if (candidate?.candidate) return this.#step(() => this.#onCandidate(candidate));
    if (ask !== undefined) return this.#step(() => this.#turns.onAsk(ask, this.#isStable));
    if (grant !== undefined) this.#turns.onGrant(grant);
    return Promise.resolve();
  }

  close() {
    this.#closed = true;
    this.#wait.stop();
    this.#turns.close();
  }

  get #isStable() {
    return this.#connection.signalingState === 'stable';
  }

  /** Whether offers that cross would do harm, and the other side helps to avoid them. */
  get #isDelicate() {
    return this.#connection.remoteDescription !== null && this.#takesTurns();
  }

  /** @param {() => any} operation */
  #step(operation) {
    const step = this.#steps.then(() => (this.#closed ? undefined : operation()));
    this.#steps = step.catch(() => {
      if (!this.#closed) this.#onBroken();
    });
    return this.#steps;
  }

  #onNeeded() {
    if (!this.#wait.running) this.#offer();
  }

  /** An offer that was taken meanwhile may have carried it all; if not, the browser says so again. */
  #offer() {
    if (this.#polite && this.#isDelicate) return this.#turns.ask();
    const offersTaken = this.#offersTaken;
    this.#step(async () => {
      const isDue = offersTaken === this.#offersTaken && this.#isStable;
      if (isDue && !this.#turns.mustDefer()) await this.#describe();
    });
  }

  #offerNow() {
    this.#step(async () => {
      if (this.#isStable) await this.#describe();
    });
  }

  /** An offer, or the answer to one. Answers name the offer that they are for: it may have given way to another. */
  async #describe(round = ++this.#round) {
    this.#describes = true;
    try {
      await this.#connection.setLocalDescription();
      if (!this.#closed) this.#send({ description: this.#connection.localDescription, round });
    } finally {
      this.#describes = false;
      for (const candidate of this.#own.splice(0)) this.#onOwnCandidate(candidate);
    }
  }

  /**
   * Simple clients can do nothing with a candidate whose description they do not have.
   *
   * @param {RTCIceCandidate} candidate
   */
  #onOwnCandidate(candidate) {
    if (this.#describes) this.#own.push(candidate);
    else if (!this.#closed) this.#send({ candidate });
  }

  /** @param {RTCSessionDescriptionInit} description @param {number} [round] */
  async #onDescription(description, round) {
    const isOffer = description.type === 'offer';
    if (isOffer ? !this.#mayTakeOffer() : !this.#isAnswerToOurs(round)) return;
    this.#wait.stop();
    await this.#connection.setRemoteDescription(description);
    if (isOffer) {
      ++this.#offersTaken;
      this.#turns.onOffer();
      await this.#describe(round ?? this.#round);
    } else {
      this.#turns.onFree();
    }
    const early = this.#early.splice(0);
    for (const candidate of early) await this.#connection.addIceCandidate(candidate).catch(() => {});
  }

  /** @param {number} [round] */
  #isAnswerToOurs(round) {
    const isAwaited = this.#connection.signalingState === 'have-local-offer';
    return isAwaited && (round === undefined || round === this.#round);
  }

  #mayTakeOffer() {
    if (this.#isStable) return true;
    if (!this.#polite) return false;
    if (!this.#isDelicate) return true;
    // An offer of this side was lost on its way. Better a new connection than one that shows nothing.
    this.#onBroken();
    return false;
  }

  /**
   * A candidate that comes before its description waits for it; one of an offer that was ignored is dropped with the
   * next.
   *
   * @param {RTCIceCandidateInit} candidate
   */
  async #onCandidate(candidate) {
    try {
      if (this.#connection.remoteDescription) return await this.#connection.addIceCandidate(candidate);
    } catch {
      // It belongs to a description that is not there (yet).
    }
    if (this.#early.length < MOST_EARLY_CANDIDATES) this.#early.push(candidate);
  }
}
