// The key, kept for this tab alone.

const NAME = 'turnpike-admin-key';

/** Where storage is forbidden the key lives as long as the page. */
export class KeyStore {
  #storage;
  #memory = null;

  /** @param {() => Storage} storage asked at each use: browsers that forbid it throw there already */
  constructor(storage = () => sessionStorage) {
    this.#storage = storage;
  }

  /** @returns {string | null} */
  load() {
    try {
      return this.#storage().getItem(NAME) ?? this.#memory;
    } catch {
      return this.#memory;
    }
  }

  /** @param {string} key */
  save(key) {
    this.#memory = key;
    try {
      this.#storage().setItem(NAME, key);
    } catch {
      // Then it is in memory.
    }
  }

  forget() {
    this.#memory = null;
    try {
      this.#storage().removeItem(NAME);
    } catch {
      // Nothing was kept.
    }
  }
}
