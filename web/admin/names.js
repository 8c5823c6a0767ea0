// Sessions name members of rooms by their ids, which are often random; what they call themselves the rooms know.

const ROOMS_PER_LOOK = 5;

export class Names {
  #rooms = new Map();

  /**
   * Asks for the rooms of those whose names are not known yet, some with each look.
   * @param {{room: string | null, userId: string}[]} rows
   * @param {(room: string) => Promise<{members?: {userId: string, name: string}[]} | null>} describe null: no such room
   */
  async learn(rows, describe) {
    const wanted = new Set();
    const seen = new Set(rows.map(({ room }) => room));
    for (const room of this.#rooms.keys()) if (!seen.has(room)) this.#rooms.delete(room);
    for (const { room, userId } of rows) if (room !== null && !this.#rooms.get(room)?.has(userId)) wanted.add(room);
    for (const room of [...wanted].slice(0, ROOMS_PER_LOOK)) {
      const members = (await describe(room))?.members ?? [];
      const names = new Map(members.map(({ userId, name }) => [userId, String(name ?? '')]));
      // Who has left is asked for once.
      for (const row of rows) if (row.room === room && !names.has(row.userId)) names.set(row.userId, this.of(row));
      this.#rooms.set(room, names);
    }
  }

  /** @param {{room: string | null, userId: string}} row @returns {string} '' when there is none */
  of({ room, userId }) {
    return this.#rooms.get(room)?.get(userId) ?? '';
  }
}
