// The tiles and where they stand.
import { arrange } from './layout.js';

/** Keeps the tiles in order: screens, the others, oneself last. */
export class Stage {
  #element;
  #tiles = [];
  #observer;

  /** @param {HTMLElement} element */
  constructor(element) {
    this.#element = element;
    this.#observer = new ResizeObserver(() => this.#place());
    this.#observer.observe(element);
  }

  /** @returns {import('./tile.js').Tile[]} */
  get tiles() {
    return [...this.#tiles];
  }

  /** @param {import('./tile.js').Tile} tile */
  add(tile) {
    this.#tiles.push(tile);
    const rank = ({ screen, own }) => (screen ? 0 : 1) + (own ? 2 : 0);
    this.#tiles.sort((a, b) => rank(a) - rank(b));
    // Put where it belongs among those that are there: moving a video in the page would stop it.
    const next = this.#tiles[this.#tiles.indexOf(tile) + 1];
    this.#element.insertBefore(tile.element, next?.element ?? null);
    this.#place();
  }

  /** @param {import('./tile.js').Tile} tile */
  remove(tile) {
    if (!this.#tiles.includes(tile)) return;
    this.#tiles = this.#tiles.filter((kept) => kept !== tile);
    tile.remove();
    this.#place();
  }

  /** Takes everything away. */
  close() {
    this.#observer.disconnect();
    for (const tile of this.#tiles) tile.remove();
    this.#tiles = [];
  }

  #place() {
    const { clientWidth: width, clientHeight: height } = this.#element;
    if (width === 0 || height === 0) return;
    const places = arrange(this.#tiles, { width, height });
    this.#tiles.forEach(({ element }, i) => {
      const { x, y, role, ...size } = places[i];
      element.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px)`;
      element.style.width = `${Math.floor(size.width)}px`;
      element.style.height = `${Math.floor(size.height)}px`;
      element.dataset.role = role;
      element.dataset.size = tileSize(size);
    });
  }
}

function tileSize({ width, height }) {
  if (width < 200 || height < 110) return 'small';
  return width < 380 || height < 230 ? 'medium' : 'large';
}
