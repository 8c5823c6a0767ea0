// One case or more for each fault that the connection test names.
import { SKIPPED, REFUSED, findings, gathered, turnSteps } from './findings.mjs';

const NO_RELAY = { relay: SKIPPED, nat: SKIPPED };
const NO_STUN = gathered('stun:turn.example.org:3478', 'unreached', [[701, 'STUN binding request timed out.']]);
const NO_UDP = { 'stun-udp': NO_STUN, 'turn-udp': gathered('turn:turn.example.org:3478?transport=udp', 'unreached') };
const UNTRIED = {
  ...Object.fromEntries(['turn-udp', 'turn-tcp', 'turn-tls'].map((kind) => [kind, SKIPPED])),
  ...NO_RELAY,
};
const AWAY = { result: 'failed', reason: 'unreached' };
const own = { source: 'own' };
const pasted = (reason) => ({ result: 'skipped', reason });

function asked(status, reason, result = 'failed', more = {}) {
  return { credentials: { result, reason, status, detail: '', retryAfter: null, ...more }, ...UNTRIED };
}

/** Each: what happened, the code, the findings, and the other codes that are named with it. */
export const FAULTS = [
  ['all is well', 'none', findings()],
  ['a symmetric NAT', 'none', findings({ nat: { result: 'warning', reason: 'symmetric', nat: 'symmetric' } })],
  ['TLS alone is blocked', 'none', findings({ 'turn-tls': gathered('turns:turn.example.org:443', 'unreached') })],
  ['pasted, STUN alone', 'none', findings({ credentials: pasted('none-needed'), ...UNTRIED }, own)],
  ['pasted, while this server is away', 'none', findings({ server: AWAY, clock: { result: 'skipped' } }, own)],
  [
    'pasted and expired, but taken all the same',
    'none',
    findings({ credentials: { result: 'failed', reason: 'expired', expiresIn: -9 } }, own),
  ],
  ['UDP is blocked', 'udp-blocked', findings({ ...NO_UDP, nat: SKIPPED })],
  [
    'only TLS gets through',
    'udp-blocked',
    findings({ ...NO_UDP, nat: SKIPPED, 'turn-tcp': gathered('turn:x', 'unreached') }),
  ],
  [
    'UDP is blocked and the clock is off',
    'udp-blocked',
    findings({ ...NO_UDP, nat: SKIPPED, clock: { result: 'warning', offset: 90 } }),
    ['clock-off'],
  ],
  [
    'a browser that uses no UDP and does not say so',
    'udp-blocked',
    findings({ 'stun-udp': NO_STUN, 'turn-udp': gathered('turn:turn.example.org:3478', 'silent'), nat: SKIPPED }),
  ],
  [
    'the same, without another way',
    'turn-blocked',
    findings({
      'stun-udp': NO_STUN,
      ...turnSteps('unreached'),
      'turn-udp': gathered('turn:turn.example.org:3478', 'silent'),
      ...NO_RELAY,
    }),
  ],
  [
    'the TURN port is blocked',
    'turn-blocked',
    findings({ 'stun-udp': NO_STUN, ...turnSteps('unreached'), ...NO_RELAY }),
  ],
  ['TURN is blocked, STUN is not', 'turn-blocked', findings({ ...turnSteps('unreached'), ...NO_RELAY })],
  [
    'expired and blocked',
    'turn-blocked',
    findings(
      { credentials: { result: 'failed', reason: 'expired', expiresIn: -9 }, ...turnSteps('unreached'), ...NO_RELAY },
      own,
    ),
  ],
  ['a wrong secret', 'wrong-credentials', findings({ ...turnSteps('refused', REFUSED), ...NO_RELAY }, own)],
  ['servers of different secrets', 'wrong-credentials', findings({ ...turnSteps('refused', REFUSED), ...NO_RELAY })],
  [
    'a wrong secret, and no UDP',
    'wrong-credentials',
    findings({ ...turnSteps('refused', REFUSED), ...NO_RELAY, ...NO_UDP }),
    ['udp-blocked'],
  ],
  [
    'a wrong secret, and a clock that is off',
    'wrong-credentials',
    findings({ ...turnSteps('refused', REFUSED), ...NO_RELAY, clock: { result: 'warning', offset: -4000 } }),
    ['clock-off'],
  ],
  ['a browser that does not say why', 'wrong-credentials', findings({ ...turnSteps('silent'), ...NO_RELAY })],
  [
    'a browser that does not say why, and no UDP',
    'turn-blocked',
    findings({ ...turnSteps('silent'), ...NO_RELAY, ...NO_UDP }),
  ],
  ['an invitation that is not taken', 'wrong-credentials', findings(asked(401, 'refused'), { source: 'token' })],
  ['an invitation over plain HTTP', 'wrong-credentials', findings(asked(403, 'refused'), { source: 'token' })],
  [
    'a pasted credential that expired',
    'expired-credentials',
    findings(
      {
        credentials: { result: 'failed', reason: 'expired', expiresIn: -4000 },
        ...turnSteps('refused', REFUSED),
        ...NO_RELAY,
      },
      own,
    ),
  ],
  [
    'a credential of this server that expired',
    'expired-credentials',
    findings({
      credentials: { result: 'failed', reason: 'expired', expiresIn: 0 },
      ...turnSteps('refused', REFUSED),
      ...NO_RELAY,
    }),
  ],
  [
    'relay ports are blocked from outside',
    'relay-blocked',
    findings({ nat: { result: 'failed', reason: 'blocked', nat: 'unknown' } }),
  ],
  [
    'nothing passes the relay',
    'relay-blocked',
    findings({
      relay: { result: 'failed', reason: 'blocked' },
      nat: { result: 'failed', reason: 'blocked', nat: 'unknown' },
    }),
  ],
  [
    'nothing passes the relay, and no UDP',
    'relay-blocked',
    findings({ ...NO_UDP, nat: SKIPPED, relay: { result: 'failed', reason: 'blocked' } }),
    ['udp-blocked'],
  ],
  [
    'no second relayed address',
    'relay-blocked',
    findings({ relay: { result: 'failed', reason: 'no-port' }, nat: SKIPPED }),
  ],
  [
    'the server is away',
    'server-away',
    findings(
      { server: AWAY, clock: { result: 'skipped' }, credentials: SKIPPED, 'stun-udp': SKIPPED, ...UNTRIED },
      { servers: null, settings: null },
    ),
  ],
  [
    'the server went away in between',
    'server-away',
    findings({
      server: { result: 'failed', reason: 'went-away' },
      'stun-udp': NO_STUN,
      ...turnSteps('unreached'),
      ...NO_RELAY,
    }),
    ['turn-blocked'],
  ],
  ['the clock is off', 'clock-off', findings({ clock: { result: 'warning', offset: 7200 } })],
  ['the test is switched off', 'check-off', findings(asked(404, 'off', 'skipped'))],
  [
    'the test is switched off, and no STUN',
    'check-off',
    findings({ ...asked(404, 'off', 'skipped'), 'stun-udp': NO_STUN }),
  ],
  ['no WebRTC', 'no-webrtc', findings({ 'stun-udp': SKIPPED, ...UNTRIED }, { webrtc: false, servers: null })],
  ['too many tests', 'rate-limited', findings(asked(429, 'rate-limited', 'failed', { retryAfter: 30 }))],
  ['too many tests of others', 'rate-limited', findings({ ...turnSteps('error', [[486, 'Quota']]), ...NO_RELAY })],
  ['a quota of an application', 'other', findings({ ...turnSteps('error', [[486, 'Quota']]), ...NO_RELAY }, own)],
  ['a page that may not test', 'other', findings(asked(403, 'refused'))],
  ['no shared secret', 'other', findings(asked(503, 'no-secret'))],
  [
    'an API that does not answer',
    'other',
    findings({ ...asked(undefined, 'unreached'), 'stun-udp': SKIPPED }, { servers: null }),
  ],
  [
    'an answer that makes no sense',
    'other',
    findings({ ...asked(200, 'malformed'), 'stun-udp': SKIPPED }, { servers: null }),
  ],
  ['a token where there are no tokens', 'other', findings(asked(404, 'off', 'skipped'), { source: 'token' })],
  ['a full server', 'other', findings({ ...turnSteps('error', [[508, 'Insufficient Capacity']]), ...NO_RELAY })],
  [
    'a server that drains',
    'other',
    findings({ server: { result: 'warning', reason: 'not-ready', notReady: ['draining'], status: 200 } }),
  ],
  [
    'loopback addresses only',
    'other',
    findings(
      Object.fromEntries(
        ['stun-udp', 'turn-udp', 'turn-tcp', 'turn-tls', 'relay', 'nat'].map((name) => [
          name,
          { result: 'skipped', reason: 'loopback' },
        ]),
      ),
    ),
  ],
  [
    'pasted, STUN alone, and no answer',
    'other',
    findings({ credentials: pasted('none-needed'), ...UNTRIED, 'stun-udp': NO_STUN }, own),
  ],
];
