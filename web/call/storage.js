// What the browser remembers for us. Storage may be full, forbidden or absent: then it simply remembers nothing.

function attempt(action) {
  try {
    return action();
  } catch {
    return null;
  }
}

/** Kept for good, in all tabs. */
export const lasting = {
  /** @param {string} key @returns {string|null} */
  get: (key) => attempt(() => localStorage.getItem(`turnpike.${key}`)),
  /** @param {string} key @param {string} value */
  set: (key, value) => attempt(() => localStorage.setItem(`turnpike.${key}`, value)),
};

/** Kept as long as the tab, over reloads of it. */
export const ofThisTab = {
  /** @param {string} key @returns {string|null} */
  get: (key) => attempt(() => sessionStorage.getItem(`turnpike.${key}`)),
  /** @param {string} key @param {string} value */
  set: (key, value) => attempt(() => sessionStorage.setItem(`turnpike.${key}`, value)),
  /** @param {string} key */
  forget: (key) => attempt(() => sessionStorage.removeItem(`turnpike.${key}`)),
};
