// Names of rooms and the addresses they lead to.

// 32 characters that nobody mistakes for one another when a name is read out: no l, o, 0 or 1. Five bits each.
const ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789';
const GROUPS = 4;
const GROUP_LENGTH = 5;

/** How many bytes of UTF-8 a room's name may have (docs/signaling.md, Bounds). */
export const MAX_ROOM_BYTES = 64;

/**
 * A name that nobody guesses: 100 bits.
 * @param {(bytes: Uint8Array) => Uint8Array} [fill] random bytes
 * @returns {string} such as `k3v9x-2mfqa-hw7cz-p8nde`
 */
export function unguessableRoom(fill = (bytes) => crypto.getRandomValues(bytes)) {
  const letters = [...fill(new Uint8Array(GROUPS * GROUP_LENGTH))].map((byte) => ALPHABET[byte % ALPHABET.length]);
  const groups = Array.from({ length: GROUPS }, (_, i) => letters.slice(i * GROUP_LENGTH, (i + 1) * GROUP_LENGTH));
  return groups.map((group) => group.join('')).join('-');
}

/**
 * What a person typed, as everybody else would type it: without blanks around it, composed.
 * @param {string} text
 * @returns {string}
 */
export function tidyRoom(text) {
  return text.normalize('NFC').trim().replace(/\s+/gu, ' ');
}

/**
 * Why a room cannot be called that, in words; null if it can.
 * @param {string} name
 * @returns {string|null}
 */
export function roomFault(name) {
  if (name === '') return 'Type the name of a room.';
  // An address with a dot or two as its last part leads elsewhere, escaped or not.
  if (name === '.' || name === '..') return 'A room needs more of a name than dots.';
  if (/[\p{Cc}\p{Cs}]/u.test(name)) return 'The name has a character in it that cannot be shown. Type it anew.';
  if (new TextEncoder().encode(name).length > MAX_ROOM_BYTES) return 'The name is too long. Take a shorter one.';
  return null;
}

/**
 * @param {string} name a good room name
 * @returns {string} the path of its page
 */
export function roomPath(name) {
  return `/r/${encodeURIComponent(name)}`;
}

/**
 * @param {string} pathname of the page
 * @returns {string|null} the room's name, or null when the path holds none
 */
export function roomOfPath(pathname) {
  const found = /^\/r\/([^/]+)\/?$/.exec(pathname);
  if (!found) return null;
  try {
    const name = decodeURIComponent(found[1]);
    return roomFault(name) === null ? name : null;
  } catch {
    return null;
  }
}

/**
 * What the address of a call's page says besides the room.
 * @param {{search: string, hash: string}} place
 * @returns {{relayOnly: boolean, token: string|undefined}}
 */
export function optionsOfPlace({ search, hash }) {
  const relay = new URLSearchParams(search).get('relay');
  const token = new URLSearchParams(hash.replace(/^#/, '')).get('token');
  return { relayOnly: relay !== null && relay !== '0', token: token || undefined };
}

/**
 * Who a room token was made out to; undefined when it is for whoever has it.
 * @param {string} token a JWT
 * @returns {string|undefined}
 */
export function tokenUser(token) {
  try {
    const payload = token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/');
    const bytes = Uint8Array.from(atob(payload), (letter) => letter.charCodeAt(0));
    const { sub } = JSON.parse(new TextDecoder().decode(bytes));
    return typeof sub === 'string' && sub !== '' ? sub : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The address to give to others. An invitation for anybody goes along; one in a person's name stays with that person,
 * because whoever else used it would take that person's place.
 * @param {string} origin
 * @param {string} room
 * @param {string} [token]
 * @returns {string}
 */
export function linkToShare(origin, room, token) {
  const shared = token && tokenUser(token) === undefined ? `#token=${encodeURIComponent(token)}` : '';
  return `${origin}${roomPath(room)}${shared}`;
}
