// What happens to the rows of a table before they are shown.

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

/**
 * Numbers by size, texts as people sort them; what is missing stands last in both directions, equals by `id`.
 * @param {object[]} rows
 * @param {string} key
 * @param {1 | -1} direction
 * @returns {object[]} a new list
 */
export function sortRows(rows, key, direction) {
  const lacks = (value) => value === null || value === undefined || Number.isNaN(value);
  return [...rows].sort((a, b) => {
    const [x, y] = [a[key], b[key]];
    if (lacks(x) || lacks(y)) return lacks(x) - lacks(y) || collator.compare(a.id, b.id);
    const order = typeof x === 'number' ? x - y : collator.compare(x, y);
    return order * direction || collator.compare(a.id, b.id);
  });
}

/**
 * @param {object[]} rows
 * @param {string} text every word of it must be somewhere in `keys`
 * @param {string[]} keys
 * @returns {object[]}
 */
export function filterRows(rows, text, keys) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter((row) => {
    const hay = keys.map((key) => String(row[key] ?? '').toLowerCase());
    return words.every((word) => hay.some((one) => one.includes(word)));
  });
}

/** Rates from totals that are looked at again and again. */
export class RateBook {
  #seen = new Map();

  /**
   * @param {{id: string, bytes: number}[]} rows all that there are: what is not among them is forgotten
   * @param {number} at seconds of any steady clock
   * @returns {Map<string, number>} bytes per second; without those that are seen for the first time
   */
  look(rows, at) {
    const rates = new Map();
    const seen = new Map();
    for (const { id, bytes } of rows) {
      const before = this.#seen.get(id);
      const rate = before && rateOf(before, bytes, at);
      if (rate !== null && rate !== undefined) rates.set(id, rate);
      // Two looks at nearly the same time would make a rate of noise: then the older one stays.
      seen.set(id, before && at - before.at < 1 ? { ...before, rate } : { bytes, at, rate });
    }
    this.#seen = seen;
    return rates;
  }
}

function rateOf(before, bytes, at) {
  if (at - before.at < 1) return before.rate;
  return bytes >= before.bytes ? (bytes - before.bytes) / (at - before.at) : null;
}

/**
 * Follows a list over its pages until there is enough.
 * @param {(cursor: string | null, limit: number) => Promise<{rows: object[], next: string | null}>} fetchPage
 * @param {number} wanted
 * @param {number} [maxPages] pages may be short, even empty
 * @returns {Promise<{rows: object[], complete: boolean}>}
 */
export async function collect(fetchPage, wanted, maxPages = 10) {
  const rows = [];
  let cursor = null;
  for (let page = 0; page < maxPages; ++page) {
    const answer = await fetchPage(cursor, Math.min(1000, wanted - rows.length));
    rows.push(...answer.rows);
    cursor = answer.next;
    if (cursor === null || rows.length >= wanted) break;
  }
  return { rows, complete: cursor === null };
}

/**
 * @param {object[]} rows
 * @param {object[]} more
 * @returns {object[]} both, each id once
 */
export function merge(rows, more) {
  const ids = new Set(rows.map(({ id }) => id));
  return [...rows, ...more.filter(({ id }) => !ids.has(id) && ids.add(id))];
}
