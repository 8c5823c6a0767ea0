// A sortable table whose rows stay the same elements, so that focus and selection outlive a refresh.
import { element, setText, setTitle } from './dom.js';
import { sortRows } from './rows.js';

/**
 * @typedef {object} Column
 * @property {string} label
 * @property {string} [className]
 * @property {(row: any) => string} [text]
 * @property {(row: any) => string} [detail] a second line, smaller
 * @property {(row: any) => string} [title]
 * @property {(cell: HTMLElement, id: string, row: any) => void} [make] once per row, instead of text
 * @property {(cell: HTMLElement, row: any) => void} [update] with every look, beside `make`
 */

/** The head is in the page: `th[data-key]` with a button each. */
export class Table {
  #table;
  #body;
  #columns;
  #sort;
  #rows = [];
  #limit = Infinity;
  #shown = new Map();
  #below = new Map();

  /**
   * @param {HTMLTableElement} table
   * @param {Column[]} columns
   * @param {{key: string, direction: 1 | -1}} sort to begin with
   */
  constructor(table, columns, sort) {
    this.#table = table;
    this.#body = table.tBodies[0];
    this.#columns = columns;
    this.#sort = sort;
    for (const head of table.querySelectorAll('th[data-key]')) {
      head.querySelector('button').addEventListener('click', () => this.#sortBy(head.dataset.key));
    }
    this.#markHeads();
  }

  /**
   * @param {object[]} rows with `id` and whatever `th[data-key]` names
   * @param {number} limit so many of them, the first in the order of the table
   */
  show(rows, limit) {
    this.#rows = rows;
    this.#limit = limit;
    this.#render();
  }

  /**
   * @param {string} id
   * @param {HTMLTableRowElement | null} below what stands under that row
   */
  setBelow(id, below) {
    const before = this.#below.get(id);
    if (before !== below) before?.remove();
    if (below) {
      this.#below.set(id, below);
      this.#shown.get(id)?.after(below);
    } else {
      this.#below.delete(id);
    }
  }

  /** @param {string} id @returns {HTMLTableRowElement | undefined} */
  row(id) {
    return this.#shown.get(id);
  }

  #sortBy(key) {
    // Numbers are looked at from their large end first.
    const first = typeof this.#rows.find((row) => row[key] !== null)?.[key] === 'number' ? -1 : 1;
    this.#sort = { key, direction: this.#sort.key === key ? -this.#sort.direction : first };
    this.#markHeads();
    this.#render();
  }

  #markHeads() {
    for (const head of this.#table.querySelectorAll('th[data-key]')) {
      const { key, direction } = this.#sort;
      if (head.dataset.key !== key) head.removeAttribute('aria-sort');
      else head.setAttribute('aria-sort', direction === 1 ? 'ascending' : 'descending');
    }
  }

  #update(row) {
    let tr = this.#shown.get(row.id);
    if (!tr) {
      tr = element('tr', { role: 'row', 'data-id': row.id });
      for (const column of this.#columns) tr.append(makeCell(column, row));
      this.#shown.set(row.id, tr);
    }
    this.#columns.forEach((column, i) => fillCell(tr.children[i], column, row));
  }

  #render() {
    const { key, direction } = this.#sort;
    const rows = sortRows(this.#rows, key, direction).slice(0, this.#limit);
    const ids = new Set(rows.map(({ id }) => id));
    for (const [id, tr] of this.#shown) {
      if (ids.has(id)) continue;
      tr.remove();
      this.#shown.delete(id);
      this.setBelow(id, null);
    }
    for (const row of rows) this.#update(row);
    this.#order(rows);
  }

  #order(rows) {
    const focused = this.#body.contains(document.activeElement) ? document.activeElement : null;
    const wanted = rows.flatMap(({ id }) => [this.#shown.get(id), this.#below.get(id)]).filter(Boolean);
    wanted.forEach((tr, i) => {
      if (this.#body.children[i] !== tr) this.#body.insertBefore(tr, this.#body.children[i] ?? null);
    });
    // Elements lose the focus when they are moved.
    if (focused?.isConnected && document.activeElement !== focused) focused.focus({ preventScroll: true });
  }
}

function makeCell(column, row) {
  const cell = element('td', { role: 'cell', 'data-label': column.label, class: column.className ?? '' });
  if (column.make) column.make(cell, row.id, row);
  else cell.append(element('span', { class: 'main' }), ...(column.detail ? [element('span', { class: 'detail' })] : []));
  return cell;
}

function fillCell(cell, column, row) {
  if (column.text) setText(cell.firstElementChild, column.text(row));
  if (column.detail) setText(cell.lastElementChild, column.detail(row));
  if (column.title) setTitle(cell, column.title(row));
  column.update?.(cell, row);
}
