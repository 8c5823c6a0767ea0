// What went wrong, and what to do about it.
import { counted } from './units.js';

const LOOPBACK = /^(localhost|.*\.localhost|127(\.\d+){3}|\[::1\])$/;

/**
 * @param {string} hostname
 * @returns {boolean}
 */
export function isLoopback(hostname) {
  return LOOPBACK.test(hostname);
}

/**
 * Whether keys would travel readable, and the server therefore takes none.
 * @param {{protocol: string, hostname: string}} place
 * @returns {boolean}
 */
export function isPlain({ protocol, hostname }) {
  return protocol !== 'https:' && !isLoopback(hostname);
}

/**
 * @param {{hostname: string}} place
 * @param {{securePort?: number | null}} settings
 * @returns {string | null} this page over HTTPS
 */
export function secureAddress({ hostname }, { securePort }) {
  if (!securePort) return null;
  return `https://${hostname}${securePort === 443 ? '' : `:${securePort}`}/admin`;
}

/**
 * @param {{reason: string, status: number, detail: string, retryAfter: number}} error
 * @returns {string} one or two sentences
 */
export function explain(error) {
  if (error.reason === 'unreachable') return 'The server does not answer. It may be restarting, or your connection is away.';
  if (error.reason === 'slow') return 'The server takes too long to answer. It may be overloaded, or your connection is bad.';
  if (error.reason === 'unreadable') {
    return 'The answer is not one of turnpike. Something between here and the server may have changed it.';
  }
  if (error.reason === 'unnameable') {
    return 'A browser cannot ask for something with this name. Use the turnpike command on the server.';
  }
  if (error.status === 429) return explainTooMany(error);
  if (error.status === 403) return explainForbidden(error);
  if (error.status === 401) {
    return 'The server does not know this key. Look for a missing letter, or make a new key on the server.';
  }
  if (error.status >= 500) return `The server has trouble of its own (${error.status}). ${asSentence(error.detail)}`.trim();
  if (error.status) return `The server said no (${error.status}). ${asSentence(error.detail)}`.trim();
  return 'This did not work.';
}

function explainTooMany({ detail, retryAfter }) {
  const wait = `Wait ${counted(Math.max(1, retryAfter), 'second')}`;
  if (/wrong/.test(detail)) return `Too many wrong keys came from your address. ${wait} before the next try.`;
  return `Too many requests with this key. ${wait}; other programs may be using it too.`;
}

function explainForbidden({ detail }) {
  if (/HTTPS/.test(detail)) {
    return 'The server takes keys over HTTPS only: over plain HTTP anybody on the way could read yours. ' +
      'Open this page over HTTPS.';
  }
  if (/origin/.test(detail)) {
    return 'This key is for other web pages only. Use a key that was made without --origin, or with the address of this one.';
  }
  return 'This key is not allowed to do that. Make one on the server with --scope admin.';
}

function asSentence(text) {
  if (text === '') return '';
  return `${text[0].toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}

/**
 * Whether the key is no good here, and only another one or another address helps.
 * @param {{status: number}} error
 * @returns {boolean}
 */
export function endsSession({ status }) {
  return status === 401 || status === 403;
}
