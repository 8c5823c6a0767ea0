// How states and amounts are called on the page.

const STATES = {
  new: 'Not connected',
  connecting: 'Connecting…',
  joined: 'Connected',
  reconnecting: 'Connection lost. Coming back…',
  closed: 'Not in the call',
};

const PEER_STATES = {
  connecting: 'Connecting…',
  reconnecting: 'Connection lost. Trying again…',
  failed: 'No connection',
};

/** @param {string} state of a room @returns {string} */
export function roomStateWords(state) {
  return STATES[state] ?? STATES.new;
}

/** @param {string} state of a peer @returns {string} what its tile says; empty when all is well */
export function peerStateWords(state) {
  return PEER_STATES[state] ?? '';
}

const PATHS = { direct: 'Direct', relayed: 'Relayed', unknown: 'Connecting' };
const QUALITIES = { good: 'good', fair: 'fair', poor: 'poor', unknown: '' };

/** @param {string} path @returns {string} */
export function pathWord(path) {
  return PATHS[path] ?? PATHS.unknown;
}

/**
 * @param {string} path
 * @param {string} quality
 * @returns {string} such as "Relayed, good"
 */
export function badgeWords(path, quality) {
  const word = QUALITIES[quality] ?? '';
  return word && path !== 'unknown' ? `${pathWord(path)}, ${word}` : pathWord(path);
}

/**
 * @param {string} path
 * @param {string|null} transport how this side reaches its relay
 * @returns {string}
 */
export function pathSentence(path, transport) {
  if (path === 'direct') return 'Sound and picture go straight from one to the other.';
  if (path !== 'relayed') return 'The connection is being made.';
  const over = { udp: 'UDP', tcp: 'TCP', tls: 'TLS' }[transport];
  return `Sound and picture go through the server${over ? `, which this side reaches over ${over}` : ''}.`;
}

const number = (value, digits) => value.toLocaleString('en', { maximumFractionDigits: digits });

/** @param {number} bytes @returns {string} */
export function sizeWords(bytes) {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let [value, unit] = [bytes, 0];
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    ++unit;
  }
  return `${number(value, unit > 0 && value < 10 ? 1 : 0)} ${units[unit]}`;
}

const missing = (value) => value === null || value === undefined || !Number.isFinite(value);

/** @param {number|null} bitsPerSecond @returns {string} */
export function bitrateWords(bitsPerSecond) {
  if (missing(bitsPerSecond)) return '–';
  return bitsPerSecond >= 1e6 ? `${number(bitsPerSecond / 1e6, 1)} Mbit/s` : `${number(bitsPerSecond / 1e3, 0)} kbit/s`;
}

/** @param {number|null} seconds @returns {string} */
export function millisecondWords(seconds) {
  return missing(seconds) ? '–' : `${number(seconds * 1000, 0)} ms`;
}

/** @param {number|null} share 0 to 1 @returns {string} */
export function percentWords(share) {
  return missing(share) ? '–' : `${number(share * 100, 1)} %`;
}

/** @param {{width?: number|null, height?: number|null}} stats @returns {string} */
export function pictureWords({ width, height }) {
  return width && height ? `${width} × ${height}` : 'none';
}

/** @param {{framesPerSecond?: number|null}} stats @returns {string} */
export function framesWords({ framesPerSecond }) {
  return missing(framesPerSecond) ? '–' : number(framesPerSecond, 0);
}

/** @param {string|undefined} reason of a peer's leaving @param {string} name @returns {string} */
export function leftWords(reason, name) {
  if (reason === 'kicked') return `${name} was removed from the call`;
  if (reason === 'disconnected' || reason === 'overflow') return `${name} lost the connection`;
  return `${name} left`;
}

// They turn the direction of writing around, or are not seen at all: with them one name could look like another.
const UNSEEN = /[\p{Cc}\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/gu;

/** @param {string|undefined|null} name @returns {string} what to call somebody */
export function nameOr(name) {
  return String(name ?? '').replace(UNSEEN, '').trim() || 'Guest';
}

/** @param {string} name @returns {string} one or two letters */
export function initials(name) {
  const parts = name.trim().split(/\s+/u).filter(Boolean);
  const first = [...(parts[0] ?? '?')][0];
  const last = parts.length > 1 ? [...parts[parts.length - 1]][0] : '';
  return `${first}${last}`.toUpperCase();
}

/** @param {string} at RFC 3339, or nothing for now @returns {string} the time of day */
export function clockWords(at) {
  const time = at ? new Date(at) : new Date();
  const shown = Number.isNaN(time.getTime()) ? new Date() : time;
  return shown.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
}
