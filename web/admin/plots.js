// The two plots of the last hour.
import { Plot } from '/web/plot.js';
import { ApiError } from './api.js';
import { byId } from './dom.js';
import { pick, SeenHistory, SPAN } from './history.js';
import { showBitRate, showCount } from './units.js';

const TRAFFIC = ['bytesToPeers', 'bytesToClients'];
const PRESENCE = ['allocations', 'members', 'rooms'];

// In the unit that is shown, so that the marks of the axis are round in it. Gaps stay gaps.
const toBits = (bytes) => (Number.isFinite(bytes) ? bytes * 8 : null);

export class Plots {
  #traffic;
  #presence;
  #seen = new SeenHistory();
  #keeps = true;

  /** @param {() => number} now unix seconds by the server's clock */
  constructor(now) {
    this.#traffic = new Plot(byId('traffic'), {
      title: 'Traffic over the last hour', span: SPAN, now, format: showBitRate, atLeast: 1000,
      series: [{ label: 'Clients to peers', colour: '--series-1' }, { label: 'Peers to clients', colour: '--series-2' }],
    });
    this.#presence = new Plot(byId('allocations'), {
      title: 'Sessions, people and rooms over the last hour', span: SPAN, now, format: showCount, whole: true, atLeast: 4,
      series: [
        { label: 'Sessions', colour: '--series-1' }, { label: 'People in rooms', colour: '--series-2' },
        { label: 'Rooms', colour: '--series-3' },
      ],
    });
  }

  /**
   * @param {import('./api.js').Api} api
   * @param {any} status
   * @param {number} at unix seconds
   * @returns {Promise<{now?: string, traffic: number[] | null}>} the latest traffic, bytes a second each way
   */
  async refresh(api, status, at) {
    this.#seen.add(status, at);
    const history = this.#keeps ? await this.#fetch(api) : null;
    const traffic = history ? pick(history, TRAFFIC) : [];
    this.#traffic.set(traffic.map(([time, ...rates]) => [time, ...rates.map(toBits)]));
    this.#presence.set(pick(history ?? this.#seen.get(), PRESENCE));
    byId('no-history').hidden = this.#keeps;
    return { now: history?.now, traffic: traffic.at(-1)?.slice(1) ?? null };
  }

  clear() {
    this.#seen = new SeenHistory();
    this.#keeps = true;
    this.#traffic.set([]);
    this.#presence.set([]);
  }

  async #fetch(api) {
    try {
      return await api.get('/api/v1/history');
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 404) throw error;
      this.#keeps = false;
      return null;
    }
  }
}
