// Where the ICE servers of the test come from: this server's own for checks, those of a room token, or what was pasted.
import { ask } from './bounded.js';
import { expiryOf, flatten } from './kinds.js';
import { parseIceUrl } from './own_servers.js';

const SECONDS = 5000;
const REASONS = { 401: 'refused', 403: 'refused', 404: 'off', 429: 'rate-limited', 503: 'no-secret' };

/**
 * @typedef {object} Source
 * @property {'server'|'token'|'own'} kind
 * @property {string} [token]
 * @property {import('./own_servers.js').IceUrl[]} [servers]
 */

/**
 * The step for servers that have passwords which may run out. Pure.
 * @param {import('./own_servers.js').IceUrl[]} servers
 * @param {number} now seconds since 1970 by the server's clock, as far as it is known
 * @returns {object}
 */
export function judgeExpiry(servers, now) {
  const withPassword = servers.filter(({ username }) => username !== undefined);
  if (withPassword.length === 0) return { result: 'skipped', reason: 'none-needed' };
  const times = withPassword.map(({ username }) => expiryOf(username)).filter((time) => time !== null);
  if (times.length === 0) return { result: 'ok', reason: 'no-expiry' };
  const expiresIn = Math.min(...times) - now;
  return expiresIn > 0 ? { result: 'ok', expiresIn } : { result: 'failed', reason: 'expired', expiresIn };
}

/**
 * Without credentials only STUN can be tried, and only where servers usually listen.
 * @param {string} host of the page
 */
export function guessedStun(host) {
  return parseIceUrl(`stun:${host}`) ? [{ url: `stun:${host}:3478` }] : [];
}

function request(source) {
  if (source.kind !== 'token') return ['/api/v1/check-credentials', { method: 'POST' }];
  return ['/api/v1/ice-servers', { headers: { authorization: `Bearer ${source.token}` } }];
}

function refusal({ response, body, milliseconds }) {
  const { status, headers } = response;
  // A room token is refused like any key; that the whole API is missing would be a 404 there too.
  const reason = REASONS[status] ?? 'status';
  const retryAfter = Number.parseInt(headers.get('retry-after') ?? '', 10);
  const detail = typeof body?.detail === 'string' ? body.detail : '';
  return {
    result: reason === 'off' ? 'skipped' : 'failed',
    reason,
    status,
    milliseconds,
    detail,
    retryAfter: Number.isNaN(retryAfter) ? null : retryAfter,
  };
}

/**
 * @param {Source} source
 * @param {{signal: AbortSignal, now: number, host: string}} context
 * @returns {Promise<{servers: import('./own_servers.js').IceUrl[], step: object, reachesClient?: boolean}>}
 *   `reachesClient`: whether the relay's policy lets it send to this device, where the server says so
 */
export async function probeCredentials(source, { signal, now, host }) {
  if (source.kind === 'own') return { servers: source.servers, step: judgeExpiry(source.servers, now) };
  const answer = await ask(...request(source), { milliseconds: SECONDS, signal });
  if (!answer) return { servers: [], step: { result: 'failed', reason: 'unreached' } };
  if (!answer.response.ok) return { servers: guessedStun(host), step: refusal(answer) };
  if (!Array.isArray(answer.body?.iceServers)) return { servers: [], step: { result: 'failed', reason: 'malformed' } };
  const servers = flatten(answer.body.iceServers);
  const step = { milliseconds: answer.milliseconds, ...judgeExpiry(servers, now) };
  return { servers, step, reachesClient: answer.body.reachesClient };
}
