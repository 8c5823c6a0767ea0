// One sign-in's worth of watching the server.
import { ApiError } from './api.js';
import { byId, setNotice, setText } from './dom.js';
import { Loop } from './loop.js';
import { showState, showStatus } from './state.js';
import { parseTime } from './units.js';
import { endsSession, explain } from './words.js';

const SLOW_MS = 4000;

/**
 * @typedef {object} Parts
 * @property {import('./plots.js').Plots} plots
 * @property {{refresh: (total: number) => Promise<void>}} sessions
 * @property {{refresh: (total: number) => Promise<void>}} rooms
 */
export class Watch {
  #api;
  #parts;
  #onKeyLost;
  #loop;
  #status = null;
  #ahead = 0;
  #tablesDue = true;
  #traffic = null;
  #ended = false;

  /**
   * @param {import('./api.js').Api} api
   * @param {Parts} parts
   * @param {(error: ApiError) => void} onKeyLost
   */
  constructor(api, parts, onKeyLost) {
    this.#api = api;
    this.#parts = parts;
    this.#onKeyLost = onKeyLost;
    this.#loop = new Loop((round) => this.#look(round));
    this.#loop.start();
  }

  get api() {
    return this.#api;
  }

  get status() {
    return this.#status;
  }

  /** @returns {number} unix seconds by the server's clock */
  get now() {
    return Date.now() / 1000 + this.#ahead;
  }

  /** Looks again at once, at the tables too. */
  refresh() {
    this.#tablesDue = true;
    this.#loop.now();
  }

  /** The page may have been hidden, or offline. */
  wake() {
    this.#loop.now();
  }

  end() {
    this.#ended = true;
    this.#loop.stop();
    this.#api.close();
  }

  async #look(round) {
    const slow = setTimeout(() => setText(byId('fresh'), 'Waiting for the server…'), SLOW_MS);
    try {
      await this.#lookAtState();
      if (round % 2 === 0 || this.#tablesDue) await this.#lookAtTables();
      this.#showFresh();
      return 0;
    } catch (error) {
      return this.#fail(error);
    } finally {
      clearTimeout(slow);
    }
  }

  async #lookAtState() {
    const status = await this.#api.get('/api/v1/status');
    if (!status || typeof status !== 'object') throw new ApiError('unreadable');
    this.#status = status;
    // To the second, until the history says it better.
    const now = parseTime(status.started) + status.uptimeSeconds;
    if (Math.abs(now - this.now) > 2) this.#ahead = now - Date.now() / 1000;
    showStatus(status, this.now, this.#traffic);
    const { traffic, now: told } = await this.#parts.plots.refresh(this.#api, status, this.now);
    if (Number.isFinite(parseTime(told))) this.#ahead = parseTime(told) - Date.now() / 1000;
    this.#traffic = traffic;
    showStatus(status, this.now, traffic);
  }

  async #lookAtTables() {
    this.#tablesDue = false;
    await this.#parts.sessions.refresh(this.#status.allocations);
    try {
      await this.#parts.rooms.refresh(this.#status.rooms);
      showRooms(true);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 404) throw error;
      showRooms(false);
    }
  }

  #showFresh() {
    if (this.#ended) return;
    setNotice(byId('trouble'), null);
    delete byId('signed-in').dataset.stale;
    setText(byId('fresh'), `Updated at ${new Date().toLocaleTimeString()}`);
  }

  // A lost server is looked for again and again; meanwhile the page shows what it knew.
  #fail(error) {
    if (this.#ended) return 0;
    if (!(error instanceof ApiError)) throw error;
    this.#tablesDue = true;
    if (endsSession(error)) {
      this.#onKeyLost(error);
      return 0;
    }
    setNotice(byId('trouble'), `${explain(error)}${this.#afterDrain(error)} This page keeps trying.`, { kind: 'bad' });
    byId('signed-in').dataset.stale = '';
    setText(byId('fresh'), this.#status ? 'What you see is from before.' : '');
    if (error.status === 429) return Math.max(1, error.retryAfter);
    showState('lost');
    throw error;
  }

  #afterDrain(error) {
    const ended = this.#status?.state === 'draining' && error.reason === 'unreachable';
    return ended ? ' It was draining, so it has probably ended as it was told to.' : '';
  }
}

function showRooms(are) {
  byId('rooms-card').hidden = !are;
  byId('invite-form').hidden = !are;
}
