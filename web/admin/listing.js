// One list of the API in one table: filter, "more", and words when there is nothing.
import { setText } from './dom.js';
import { counted, showCount } from './units.js';
import { collect, filterRows, merge } from './rows.js';

const FIRST = 25;
const STEP = 100;
// More than are shown, for sorting and finding.
const LOADED = 300;

export class Listing {
  #parts;
  #options;
  #limit = FIRST;
  #loaded = { rows: [], complete: true };

  /**
   * @param {{table: any, filter: HTMLInputElement, count: HTMLElement, empty: HTMLElement, more: HTMLElement}} parts
   * @param {object} options
   * @param {string} options.noun
   * @param {string} options.none words for an empty list
   * @param {string[]} options.filterKeys
   * @param {(cursor: string | null, limit: number) => Promise<{rows: object[], next: string | null}>} options.fetchPage
   * @param {(text: string) => Promise<object[]>} options.findExactly rows that are not loaded, by their whole name
   * @param {(rows: object[]) => object[] | Promise<object[]>} [options.prepare]
   * @param {() => void} options.refresh
   */
  constructor(parts, options) {
    this.#parts = parts;
    this.#options = options;
    let timer = 0;
    parts.filter.addEventListener('input', () => {
      this.#show();
      clearTimeout(timer);
      // What is not loaded yet the server is asked for, once the typing stops.
      if (!this.#loaded.complete) timer = setTimeout(options.refresh, 400);
    });
    parts.more.addEventListener('click', () => {
      this.#limit += STEP;
      this.#show();
      if (!this.#loaded.complete) options.refresh();
    });
  }

  /** @param {number} total as the server counts them */
  async refresh(total) {
    const { fetchPage, findExactly, prepare = (rows) => rows } = this.#options;
    const loaded = await collect(fetchPage, Math.max(LOADED, this.#limit + STEP));
    const text = this.#text;
    if (text !== '' && !loaded.complete) loaded.rows = merge(loaded.rows, await findExactly(text));
    this.#loaded = { ...loaded, rows: await prepare(loaded.rows), total };
    this.#show();
  }

  /** @param {string} id what was just ended need not wait for the next look */
  remove(id) {
    this.#loaded.rows = this.#loaded.rows.filter((row) => row.id !== id);
    this.#show();
  }

  clear() {
    this.#limit = FIRST;
    this.#parts.filter.value = '';
    this.#loaded = { rows: [], complete: true };
    this.#show();
  }

  get #text() {
    return this.#parts.filter.value.trim();
  }

  #show() {
    const { table, count, empty, more } = this.#parts;
    const { noun, none, filterKeys } = this.#options;
    const { rows, complete, total } = this.#loaded;
    const shown = filterRows(rows, this.#text, filterKeys);
    table.show(shown, this.#limit);
    setText(count, countWords(shown.length, rows.length, complete, total));
    more.hidden = shown.length <= this.#limit;
    setText(more, `Show more (${Math.min(this.#limit, shown.length)} of ${counted(shown.length, noun)} shown)`);
    empty.hidden = shown.length > 0;
    const among = complete ? '' : ` among the first ${showCount(rows.length)}; a whole name is found among all`;
    setText(empty, this.#text === '' ? none : `No ${noun} like “${this.#text}”${among}.`);
  }
}

// `complete`: all that the server has are loaded.
function countWords(matching, loaded, complete, total) {
  const all = complete ? loaded : Math.max(total ?? 0, loaded);
  const words = matching === all ? showCount(all) : `${showCount(matching)} of ${showCount(all)}`;
  return complete || matching < loaded ? (all === 0 ? '' : words) : `${showCount(all)}, the first ${showCount(loaded)} loaded`;
}
