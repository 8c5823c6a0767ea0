// Two connections of this page to each other, with a data channel between them.
import { within } from './bounded.js';
import { seen } from './gather.js';

/**
 * @typedef {object} Path what the selected pair of one side says
 * @property {string} local type of the own candidate
 * @property {string} remote type of the other side's candidate, as this side sees it
 * @property {string} protocol how this side reaches its relay, else the candidate's protocol
 */

const OPENING = { atLeast: 8000, atMost: 20000 };

/**
 * How long a loop over relays may take to open. Pure.
 * @param {number} gathered milliseconds until there was a relayed address: two round trips or more. Permissions,
 *   checks, DTLS and SCTP, each through relays both ways, take some thirteen
 * @returns {number} milliseconds
 */
export function openingTime(gathered) {
  return Math.min(OPENING.atMost, Math.max(OPENING.atLeast, 8 * gathered));
}

/** Opens, and always has to be closed. */
export class Loop {
  #sides;
  #candidates = [[], []];
  #headStart;

  /**
   * @param {RTCConfiguration} near
   * @param {RTCConfiguration} far
   * @param {number} headStart milliseconds that the near side has for its checks before the far side learns of it
   */
  constructor(near, far, headStart = 0) {
    this.#headStart = headStart;
    this.#sides = [near, far].map((configuration) => {
      const connection = new RTCPeerConnection(configuration);
      return { connection, channel: connection.createDataChannel('check', { negotiated: true, id: 0 }) };
    });
    this.#trickle(0, this.#afterFirstCandidate(1));
    this.#trickle(1, Promise.resolve());
  }

  /** The data channel of the first side, and of the second. */
  get channels() {
    return this.#sides.map(({ channel }) => channel);
  }

  /** What each side gathered. */
  get candidates() {
    return this.#candidates;
  }

  async #afterFirstCandidate(index) {
    if (this.#headStart === 0) return;
    const { connection } = this.#sides[index];
    await new Promise((resolve) => connection.addEventListener('icecandidate', resolve, { once: true }));
    await new Promise((resolve) => setTimeout(resolve, this.#headStart));
  }

  #trickle(index, allowed) {
    const { connection } = this.#sides[index];
    const other = this.#sides[1 - index].connection;
    const described = new Promise((resolve) => {
      other.addEventListener('signalingstatechange', () => other.remoteDescription && resolve());
    });
    connection.addEventListener('icecandidate', async ({ candidate }) => {
      if (!candidate?.candidate) return;
      this.#candidates[index].push(seen(candidate));
      await Promise.all([allowed, described]);
      // It fails when the connection is closed by now, or where the candidate's address family is missing.
      if (other.signalingState !== 'closed') other.addIceCandidate(candidate).catch(() => {});
    });
  }

  async #negotiate() {
    const [near, far] = this.#sides.map(({ connection }) => connection);
    await near.setLocalDescription(await near.createOffer());
    const { type, sdp } = near.localDescription;
    await far.setRemoteDescription({ type, sdp: sdp.replace(/^a=(candidate:|end-of-candidates).*\r?\n/gm, '') });
    await far.setLocalDescription(await far.createAnswer());
    await near.setRemoteDescription(far.localDescription);
  }

  /**
   * @param {{milliseconds: number, signal: AbortSignal}} bounds
   * @returns {Promise<boolean>} whether the channel is open at both sides
   */
  async open(bounds) {
    const opened = await within(bounds, (settle, fail) => {
      const look = () => this.channels.every(({ readyState }) => readyState === 'open') && settle(true);
      for (const channel of this.channels) channel.addEventListener('open', look);
      for (const { connection } of this.#sides) {
        connection.addEventListener('iceconnectionstatechange', () => {
          if (connection.iceConnectionState === 'failed') settle(false);
        });
      }
      this.#negotiate().catch(fail);
    });
    return opened === true;
  }

  /** @returns {Promise<(Path|null)[]>} the selected pair as each side sees it */
  paths() {
    return Promise.all(this.#sides.map(async ({ connection }) => selectedPath(await connection.getStats())));
  }

  close() {
    for (const { connection } of this.#sides) connection.close();
  }
}

function selectedPath(report) {
  const entries = [...report.values()];
  const chosen = entries.find(({ type, selectedCandidatePairId }) => type === 'transport' && selectedCandidatePairId);
  const pair =
    report.get(chosen?.selectedCandidatePairId) ??
    entries.find(
      ({ type, selected, nominated, state }) =>
        type === 'candidate-pair' && (selected || (nominated && state === 'succeeded')),
    );
  const local = report.get(pair?.localCandidateId);
  const remote = report.get(pair?.remoteCandidateId);
  if (!local || !remote) return null;
  return {
    local: local.candidateType,
    remote: remote.candidateType,
    protocol: local.relayProtocol ?? local.protocol ?? '',
  };
}
