// Findings of the connection test: a run in which everything went well, and changes to it.
import { sortByKind } from '../../../web/check/kinds.js';

const PASSWORD = { username: '1999999999:check', credential: 'secret-password' };
const URLS = [
  'turn:turn.example.org:3478?transport=udp',
  'turn:turn.example.org:3478?transport=tcp',
  'turns:turn.example.org:443?transport=tcp',
];

export const SERVERS = [{ url: 'stun:turn.example.org:3478' }, ...URLS.map((url) => ({ url, ...PASSWORD }))];

export const host = { type: 'host', protocol: 'udp', relayProtocol: '', address: 'a-b-c.local', port: 50000 };
export const srflx = { type: 'srflx', protocol: 'udp', relayProtocol: '', address: '192.0.2.77', port: 50000 };
export const relay = { type: 'relay', protocol: 'udp', relayProtocol: 'udp', address: '198.51.100.9', port: 49152 };

/** What a step of gathering gives: `verdict` of its only URL, and the errors that it saw. */
export function gathered(url, verdict, errors = []) {
  const good = verdict === 'ok' || verdict === 'same-address';
  const candidates = good ? [url.startsWith('stun') ? srflx : relay] : [];
  const code = errors.map(([number]) => number).find((number) => number < 700) ?? null;
  return {
    result: good ? 'ok' : 'failed',
    reason: verdict,
    milliseconds: good ? 12 : 8000,
    took: good ? 13 : 8001,
    code,
    best: good ? url : null,
    tries: [
      {
        url,
        verdict,
        found: good,
        ended: good,
        milliseconds: good ? 12 : 8000,
        candidates,
        errors: errors.map(([number, text]) => ({ code: number, text })),
      },
    ],
  };
}

export const SKIPPED = { result: 'skipped', reason: 'no-relay' };
export const REFUSED = [[401, 'Unauthorized']];

export function turnSteps(verdict, errors) {
  const kinds = ['turn-udp', 'turn-tcp', 'turn-tls'];
  return Object.fromEntries(kinds.map((kind, index) => [kind, gathered(URLS[index], verdict, errors)]));
}

/** @param {object} changed steps that are not as in a good run */
export function findings(changed = {}, more = {}) {
  const steps = {
    server: { result: 'ok', status: 200, milliseconds: 5, took: 6 },
    clock: { result: 'ok', offset: 0.2 },
    credentials: { result: 'ok', expiresIn: 119.6, milliseconds: 7, took: 8 },
    'stun-udp': gathered('stun:turn.example.org:3478', 'ok'),
    ...turnSteps('ok'),
    relay: {
      result: 'ok',
      kind: 'turn-udp',
      milliseconds: 80,
      took: 300,
      fastest: 11,
      median: 12.4,
      echoes: 10,
      out: 8.4e6,
      back: 91e6,
      candidates: [[relay], [relay]],
      paths: [],
    },
    nat: {
      result: 'ok',
      reason: 'easy',
      nat: 'easy',
      kind: 'turn-udp',
      took: 400,
      candidates: [[host, srflx], [relay]],
      paths: [
        { local: 'srflx', remote: 'relay', protocol: 'udp' },
        { local: 'relay', remote: 'srflx', protocol: 'udp' },
      ],
    },
    ...changed,
  };
  return {
    source: 'server',
    host: 'turn.example.org',
    startedAt: Date.UTC(2026, 0, 2, 3, 4, 5),
    milliseconds: 2345,
    webrtc: true,
    settings: { version: '0.1.0', relayPorts: '49152-65535' },
    servers: sortByKind(SERVERS),
    steps,
    ...more,
  };
}
