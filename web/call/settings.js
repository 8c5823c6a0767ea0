// What this server offers.

/**
 * @typedef {Object} Settings
 * @property {'open'|'token'|'off'} rooms
 * @property {boolean} check whether the connection test is there
 * @property {number|null} securePort where the same pages are served over HTTPS
 */

/** @type {Settings} */
const UNKNOWN = { rooms: 'open', check: true, securePort: null };

/**
 * @param {typeof fetch} [get]
 * @returns {Promise<Settings>} guesses, when the server does not say
 */
export async function loadSettings(get = fetch) {
  try {
    const answer = await get('/web/settings.json', { cache: 'no-store' });
    return answer.ok ? { ...UNKNOWN, ...await answer.json() } : UNKNOWN;
  } catch {
    return UNKNOWN;
  }
}

/**
 * Takes the links to the connection test away where there is none.
 * @param {Settings} settings
 */
export function showLinks(settings) {
  for (const link of document.querySelectorAll('a[href^="/check"]')) link.hidden = !settings.check;
}
