// Samples for the plots: the server's own of the last hour, or what this page has seen where the server keeps none.

export const SPAN = 3600;

/**
 * @param {{series: string[], samples: number[][]}} history as the API answers it
 * @param {string[]} names the columns wanted
 * @returns {number[][]} [time, ...values]; a column that the server does not have is a gap
 */
export function pick({ series = [], samples = [] }, names) {
  const columns = names.map((name) => series.indexOf(name));
  return samples.map((sample) => [sample[0], ...columns.map((column) => (column < 0 ? null : sample[column + 1] ?? null))]);
}

/** What the state of the server was at each look, in the shape of the API's history. */
export class SeenHistory {
  #samples = [];

  /**
   * @param {{allocations: number, rooms: number, members: number}} status
   * @param {number} at unix seconds
   */
  add(status, at) {
    this.#samples.push([at, status.allocations ?? null, status.rooms ?? null, status.members ?? null]);
    this.#samples = this.#samples.filter(([time]) => time > at - SPAN && time <= at);
  }

  /** @returns {{series: string[], samples: number[][]}} */
  get() {
    return { series: ['allocations', 'rooms', 'members'], samples: this.#samples };
  }
}
