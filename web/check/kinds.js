// Sorts ICE servers by the way on which they are reached; each way is a step of the test.
import { parseIceUrl } from './own_servers.js';

/** The ways to a relay, best first. */
export const TURN_KINDS = ['turn-udp', 'turn-tcp', 'turn-tls'];

// More than these of one kind (many addresses of one server) tell nothing new, and each holds a relay port.
const MAX_PER_KIND = 4;

/**
 * @typedef {object} Kinds
 * @property {import('./own_servers.js').IceUrl[]} stun-udp
 * @property {import('./own_servers.js').IceUrl[]} turn-udp
 * @property {import('./own_servers.js').IceUrl[]} turn-tcp
 * @property {import('./own_servers.js').IceUrl[]} turn-tls
 * @property {string[]} ignored URLs that browsers make no use of
 * @property {boolean} derivedStun no stun: URL was given, so TURN servers are asked, which nearly all answer
 */

function kindOf({ scheme, transport }) {
  if (scheme === 'stun') return transport === 'udp' ? 'stun-udp' : null;
  if (scheme === 'turn') return `turn-${transport}`;
  return scheme === 'turns' && transport === 'tcp' ? 'turn-tls' : null;
}

/**
 * @param {import('./own_servers.js').IceUrl[]} servers
 * @returns {Kinds}
 */
export function sortByKind(servers) {
  const kinds = { 'stun-udp': [], 'turn-udp': [], 'turn-tcp': [], 'turn-tls': [], ignored: [], derivedStun: false };
  for (const server of servers) {
    const parsed = parseIceUrl(server.url);
    const kind = parsed && kindOf(parsed);
    if (!kind || kinds[kind].length >= MAX_PER_KIND) kinds.ignored.push(server.url);
    else kinds[kind].push(server);
  }
  if (kinds['stun-udp'].length === 0 && kinds['turn-udp'].length > 0) {
    kinds.derivedStun = true;
    kinds['stun-udp'] = kinds['turn-udp'].map(({ url }) => ({
      url: url.replace(/^turn:/i, 'stun:').replace(/\?.*$/, ''),
    }));
  }
  return kinds;
}

/**
 * The list for `new RTCPeerConnection`, flattened to one entry per URL.
 * @param {RTCIceServer[]} iceServers
 * @returns {import('./own_servers.js').IceUrl[]}
 */
export function flatten(iceServers) {
  return iceServers.flatMap(({ urls, username, credential }) =>
    [urls].flat().map((url) => (username === undefined ? { url } : { url, username, credential })),
  );
}

/**
 * One URL as an ICE server.
 * @param {import('./own_servers.js').IceUrl} server
 * @returns {RTCIceServer}
 */
export function asIceServer({ url, username, credential }) {
  return username === undefined ? { urls: [url] } : { urls: [url], username, credential };
}

/**
 * Whether all hosts are loopback ones, which browsers do not use as relays.
 * @param {import('./own_servers.js').IceUrl[]} servers
 * @returns {boolean}
 */
export function onlyLoopback(servers) {
  const hosts = servers.map(({ url }) => parseIceUrl(url)?.host ?? '');
  return hosts.length > 0 && hosts.every((host) => /^(127\.[\d.]+|::1|localhost|.*\.localhost)$/i.test(host));
}

/**
 * When a username of the form EXPIRY:USER (or a bare EXPIRY) runs out.
 * @param {string|undefined} username
 * @returns {number|null} seconds since 1970, or null where the name says nothing of it
 */
export function expiryOf(username) {
  const [, seconds] = /^(\d{9,11})(?::|$)/.exec(username ?? '') ?? [];
  return seconds ? Number(seconds) : null;
}
