// What was seen in each step, in the standard terms of the field: for the details and for the report. Pure.
import { milliseconds, rateWords } from './amounts.js';
import { parseIceUrl } from './own_servers.js';

/** What each step is called among experts. */
export const TERMS = {
  server: 'HTTP',
  clock: 'Clock',
  credentials: 'Credentials',
  'stun-udp': 'STUN over UDP',
  'turn-udp': 'TURN over UDP',
  'turn-tcp': 'TURN over TCP',
  'turn-tls': 'TURN over TLS',
  relay: 'Relayed data',
  nat: 'NAT and relay ports',
};

const REASONS = {
  unreached: 'no answer in time',
  'went-away': 'answered at first, not at the end',
  'no-date': 'no Date in the answer',
  'rate-limited': 'too many requests',
  off: 'web.check is off',
  'no-secret': 'the server has no shared secret',
  malformed: 'no iceServers in the answer',
  expired: 'expired',
  'none-needed': 'no server with a password in the list',
  'no-expiry': 'no expiry in the username',
  'not-offered': 'not among the ICE servers',
  loopback: 'loopback addresses, unused by browsers',
  'same-address': 'answered; this device has the address that the server sees',
  silent: 'ended early without a candidate; the browser gives no code',
  blocked: 'candidates on both sides, but nothing passed',
  'no-port': 'no relayed address on one side',
  'no-server': 'the server does not answer',
  'no-servers': 'no ICE servers to try',
  'no-webrtc': 'no RTCPeerConnection',
  'no-relay': 'no TURN server gave a relayed address',
  'no-stun': 'STUN is not answered',
  'not-comparable': 'nothing to judge by: the visible address is private or of another family than the relayed one',
  'not-permitted': 'the server’s peer policy keeps the relay from sending to this address',
};

const NATS = {
  none: 'no NAT',
  easy: 'one mapping for all destinations (endpoint-independent), or no NAT',
  symmetric: 'another mapping for each destination (symmetric)',
};

const CODES = {
  300: 'Try Alternate',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  437: 'Allocation Mismatch',
  438: 'Stale Nonce',
  441: 'Wrong Credentials',
  442: 'Unsupported Transport',
  486: 'Allocation Quota Reached',
  500: 'Server Error',
  508: 'Insufficient Capacity',
  701: 'not reached',
};

/**
 * A host, unless it is an IP address and those are not wanted.
 * @param {string} host without brackets
 * @param {boolean} addresses
 */
export function shownHost(host, addresses) {
  if (addresses) return host;
  if (host.includes(':')) return '(IPv6 address)';
  return /^[\d.]+$/.test(host) ? '(IPv4 address)' : host;
}

/**
 * The same for the URL of a STUN or TURN server.
 * @param {string} url
 * @param {boolean} addresses
 */
export function shownUrl(url, addresses) {
  const host = parseIceUrl(url)?.host ?? '';
  const instead = shownHost(host, addresses);
  return instead === host ? url : url.replace(`[${host}]`, instead).replace(host, instead);
}

function withoutAddresses(text) {
  return text.replace(/\b\d{1,3}(\.\d{1,3}){3}\b|\[?[\da-f]*:[\da-f]*:[\da-f:.]+\]?/gi, '(address)');
}

function candidateWords(candidates, addresses) {
  const words = candidates.map(({ type, protocol, relayProtocol, address, port }) => {
    const place = address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
    return [type, protocol, relayProtocol && `by ${relayProtocol}`, addresses && address && place]
      .filter(Boolean)
      .join(' ');
  });
  return [...new Set(words)].join(', ') || 'none';
}

function tryLines({ tries = [] }, addresses) {
  return tries.map(({ url, verdict, milliseconds: took, candidates, errors }) => {
    const problems = errors.map(({ code, text }) => {
      const said = text && (addresses ? text : withoutAddresses(text));
      return `error ${code} ${[CODES[code], said].filter(Boolean).join(': ')}`.trim();
    });
    const outcome =
      verdict === 'ok' ? milliseconds(took) : `${REASONS[verdict] ?? verdict}, given up after ${milliseconds(took)}`;
    return [
      `${shownUrl(url, addresses)}: ${outcome}`,
      `candidates: ${candidateWords(candidates, addresses)}`,
      ...problems,
    ].join('; ');
  });
}

function pathWords(paths) {
  const [near, far] = paths ?? [];
  return near && far ? [`pairs: ${near.local} to ${near.remote}, ${far.local} to ${far.remote}`] : [];
}

const SPECIFIC = {
  server: ({ status, notReady }) => [
    status ? `HTTP ${status}` : '',
    notReady ? `not ready: ${notReady.join(', ')}` : '',
  ],
  clock: ({ offset }) =>
    offset === undefined
      ? []
      : [`device ${offset < 0 ? 'behind' : 'ahead'} by ${Math.abs(offset).toFixed(1)} s, known to half a second`],
  credentials: ({ status, detail, retryAfter, expiresIn }) => [
    status ? `HTTP ${status}${detail ? `: ${withoutAddresses(detail)}` : ''}` : '',
    retryAfter ? `Retry-After ${retryAfter} s` : '',
    expiresIn === undefined
      ? ''
      : `${expiresIn > 0 ? 'expire in' : 'expired since'} ${Math.round(Math.abs(expiresIn))} s`,
  ],
  relay: ({ kind, median, fastest, echoes, out, back, candidates, paths }, addresses) => [
    kind ? `over ${TERMS[kind]}` : '',
    median === undefined ? '' : `round trip min ${milliseconds(fastest)}, median ${milliseconds(median)} of ${echoes}`,
    median === undefined ? '' : `100 KiB out ${rateWords(out)}, back ${rateWords(back)}`,
    ...(candidates ?? []).map((side, index) => `side ${'AB'[index]}: ${candidateWords(side, addresses)}`),
    ...pathWords(paths),
  ],
  nat: ({ nat, kind, candidates, paths }, addresses) => [
    NATS[nat] ?? '',
    kind ? `relay over ${TERMS[kind]}` : '',
    ...(candidates ?? []).map(
      (side, index) => `${['without', 'with'][index]} relay: ${candidateWords(side, addresses)}`,
    ),
    ...pathWords(paths),
  ],
};

/**
 * @param {string} name of the step
 * @param {object} step
 * @param {{addresses: boolean}} options whether IP addresses may be in it
 * @returns {string[]}
 */
export function facts(name, step, { addresses }) {
  const lines = tryLines(step, addresses);
  const reason = lines.length === 0 ? (REASONS[step.reason] ?? '') : '';
  return [reason, ...(SPECIFIC[name]?.(step, addresses) ?? []), ...lines].filter(Boolean);
}
