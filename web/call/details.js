// The dialog with the numbers of one connection and how they went lately.
import { byId, make } from './dom.js';
import {
  bitrateWords, framesWords, millisecondWords, pathSentence, pathWord, percentWords, pictureWords,
} from './words.js';

const SPAN_SECONDS = 120;

// What it is of, how a value looks, how far the axis reaches at least, and the lines.
const PLOTS = [
  ['Round trip', millisecondWords, 0.05, [['Round trip', '--series-1', 'roundTripTime']]],
  ['Bitrate', bitrateWords, 1e5, [['In', '--series-1', 'bitrateIn'], ['Out', '--series-2', 'bitrateOut']]],
  ['Loss', percentWords, 0.05, [['In', '--series-1', 'loss'], ['Out', '--series-2', 'lossOut']]],
];

const TRANSPORTS = { udp: 'UDP', tcp: 'TCP', tls: 'TLS' };
const QUALITIES = { good: 'Good', fair: 'Fair', poor: 'Poor' };

/** Rows of the table: what, and how it is shown. */
function numbers(stats) {
  return [
    ['Path', pathWord(stats.path)],
    ['Quality', QUALITIES[stats.quality] ?? 'Not known yet'],
    ['To the relay over', TRANSPORTS[stats.transport] ?? (stats.path === 'relayed' ? 'not from this side' : '–')],
    ['Round trip', millisecondWords(stats.roundTripTime)],
    ['Loss, in and out', `${percentWords(stats.loss)} / ${percentWords(stats.lossOut)}`],
    ['Bitrate in', bitrateWords(stats.bitrateIn)],
    ['Bitrate out', bitrateWords(stats.bitrateOut)],
    ['Picture', pictureWords(stats)],
    ['Pictures a second', framesWords(stats)],
    ['Ends', `${candidateWords(stats.localCandidate)} / ${candidateWords(stats.remoteCandidate)}`],
  ];
}

function candidateWords(candidate) {
  return candidate ? `${candidate.type} ${(candidate.protocol ?? '').toUpperCase()}`.trim() : '–';
}

/** One dialog for all peers; it follows the one it was opened for. */
export class Details {
  #peer = null;
  #plots = null;
  #stop = null;

  constructor() {
    byId('details').addEventListener('close', () => this.#forget());
  }

  /** @param {Object} peer a Peer of turnpike-client.js @param {string} name */
  async open(peer, name) {
    this.#forget();
    this.#peer = peer;
    this.#stop = new AbortController();
    byId('details-title').textContent = `Connection to ${name}`;
    this.#draw();
    byId('details').showModal();
    peer.addEventListener('stats', () => this.#draw(), { signal: this.#stop.signal });
    await this.#preparePlots();
    this.#draw();
  }

  /** @param {Object} [peer] only if it is about this one */
  close(peer = this.#peer) {
    if (peer && peer === this.#peer) byId('details').close();
  }

  #forget() {
    this.#stop?.abort();
    this.#peer = null;
  }

  /** Made when first needed, in an open dialog, where a canvas has a size. */
  async #preparePlots() {
    if (this.#plots) return;
    const { Plot } = await import('/web/plot.js').catch(() => ({}));
    // The server may be away just now, and the dialog closed again.
    if (!Plot || this.#plots || !byId('details').open) return;
    this.#plots = PLOTS.map(([title, format, atLeast, series]) => {
      const canvas = make('canvas', { className: 'plot' });
      byId('details-plots').append(make('figure', {}, make('figcaption', {}, title), canvas));
      const lines = series.map(([label, colour]) => ({ label, colour }));
      const options = { series: lines, format, title, atLeast, span: SPAN_SECONDS };
      return { plot: new Plot(canvas, options), series };
    });
  }

  #draw() {
    const peer = this.#peer;
    if (!peer) return;
    const stats = peer.stats ?? { path: peer.path, transport: null };
    byId('details-path').textContent = pathSentence(stats.path, stats.transport);
    byId('details-numbers').replaceChildren(...numbers(stats).map(([term, value]) => (
      make('div', {}, make('dt', {}, term), make('dd', {}, value)))));
    for (const { plot, series } of this.#plots ?? []) {
      plot.set(peer.history.map((entry) => [entry.at / 1000, ...series.map(([, , field]) => entry[field] ?? NaN)]));
      plot.draw();
    }
  }
}
