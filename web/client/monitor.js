import { Adaptation, applyLevel } from './adaptation.js';
import { summarize } from './stats.js';

const LONGEST_HISTORY = 120;

/** Takes the statistics of one peer's connection, and sends less video over a path that loses much of it. */
export class Monitor {
  #adaptation;
  #onStats;
  #onAdaptation;
  #level = 0;
  /** @type {RTCStatsReport | null} */ #report = null;
  /** @type {RTCPeerConnection | null} */ #measured = null;
  /** The latest. @type {import('./stats.js').PeerStats | null} */ stats = null;
  /** The last two minutes, oldest first. @type {import('./stats.js').PeerStats[]} */ history = [];

  /**
   * @param {import('./environment.js').Environment} environment
   * @param {object} options
   * @param {boolean} options.adapt
   * @param {(stats: import('./stats.js').PeerStats) => void} options.onStats
   * @param {(change: {level: number, audioOnly: boolean}) => void} options.onAdaptation
   */
  constructor({ now }, { adapt, onStats, onAdaptation }) {
    this.#adaptation = adapt ? new Adaptation({ now }) : null;
    this.#onStats = onStats;
    this.#onAdaptation = onAdaptation;
  }

  /**
   * Takes statistics, unless those of this connection that were asked for last are not there yet.
   *
   * @param {import('./link.js').Link} link
   */
  async measure(link) {
    const { connection } = link;
    if (this.#measured === connection) return;
    this.#measured = connection;
    try {
      const report = await connection.getStats();
      if (this.#measured === connection && !link.isClosed) this.#onReport(report, link);
    } catch {
      // The connection was closed meanwhile.
    } finally {
      if (this.#measured === connection) this.#measured = null;
    }
  }

  /** What comes is of another connection, with nothing to compare it with. */
  startAnew() {
    this.#report = null;
    this.#measured = null;
  }

  /**
   * Makes senders send as much as the path takes.
   *
   * @param {RTCRtpSender[]} senders
   */
  apply(senders) {
    for (const sender of senders) applyLevel(sender, this.#level);
  }

  /** @param {RTCStatsReport} report @param {import('./link.js').Link} link */
  #onReport(report, link) {
    const stats = summarize(this.#report, report);
    this.stats = stats;
    this.#report = report;
    this.history.push(stats);
    if (this.history.length > LONGEST_HISTORY) this.history.shift();
    this.#onStats(stats);
    if (this.#adaptation && link.state === 'connected') this.#adapt(this.#adaptation.observe(stats), link);
  }

  /**
   * @param {{level: number, audioOnly: boolean, changed: boolean}} found
   * @param {import('./link.js').Link} link
   */
  #adapt({ level, audioOnly, changed }, link) {
    if (!changed) return;
    this.#level = level;
    this.apply(link.senders.video);
    this.#onAdaptation({ level, audioOnly });
  }
}

/**
 * Whether this side's end of a connection is on a relay, as far as can be told.
 *
 * @param {RTCPeerConnection} connection
 */
export async function isRelayedHere(connection) {
  return summarize(null, await connection.getStats()).localCandidate?.type === 'relay';
}
