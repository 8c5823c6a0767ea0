// What to do about each fault: in plain words for the visitor, with ports for those who run the network or the server.
import { parseIceUrl } from './own_servers.js';
import { TURN_KINDS } from './kinds.js';
import { shownHost } from './facts.js';

const NAMES = { 'turn-udp': 'UDP', 'turn-tcp': 'TCP', 'turn-tls': 'TCP' };

/**
 * @typedef {object} Advice
 * @property {string[]} visitor
 * @property {string[]} operator
 */

function targets({ findings, addresses }, kinds) {
  const places = kinds.flatMap((kind) =>
    (findings.servers?.[kind] ?? []).map(({ url }) => {
      const { host, port } = parseIceUrl(url);
      return `${NAMES[kind]} port ${port} of ${shownHost(host, addresses)}`;
    }),
  );
  return [...new Set(places)].join(', ') || 'the ports of the relay';
}

const failedKinds = ({ steps }) => TURN_KINDS.filter((kind) => steps[kind].result === 'failed');

const relayPorts = ({ source, settings }) =>
  source !== 'own' && settings?.relayPorts
    ? `UDP ports ${settings.relayPorts} (relay.ports in its configuration)`
    : 'the UDP ports that it relays on (often 49152-65535)';

const ASK_NETWORK =
  'Try another network, such as the phone’s own. In a company, a school or a hotel, show the report below to those ' +
  'who run the network.';
const TELL_SERVER = 'You can do nothing about this from here: show the report below to those who run the server.';

function works(context) {
  const { findings } = context;
  const operator = [];
  const partly = failedKinds(findings);
  if (partly.length > 0) {
    operator.push(
      `Not reached, but only needed where firewalls are strict: ${targets(context, partly)}. Allow it in the ` +
        'firewalls in between, or take it out of the ICE servers.',
    );
  }
  if (findings.steps['stun-udp'].result === 'failed') {
    operator.push('STUN over UDP got no answer although TURN works: without it there are no direct calls from here.');
  }
  const symmetric =
    findings.steps.nat.nat === 'symmetric' ? ['Calls go through the relay, which is fine: nothing to do.'] : [];
  return { visitor: symmetric, operator };
}

function turnBlocked(context) {
  const where = targets(context, TURN_KINDS);
  const hint =
    context.variant === 'stun-works'
      ? 'STUN over UDP is answered, so the server lives: look for something in between that lets short answers ' +
        'through but not TURN.'
      : 'Where even TCP gets no answer, look at the server’s own firewall or security group first.';
  return {
    visitor: [ASK_NETWORK],
    operator: [
      `Allow ${where}, in the firewall of the network and in the one in front of the server. ` +
        'TURN over TLS on port 443 gets through most firewalls.',
      hint,
    ],
  };
}

function wrongCredentials({ variant }) {
  if (variant.startsWith('token')) {
    return {
      visitor: ['Open the link of the invitation again, or ask for a new one.'],
      operator: [
        'The room token was refused: its expiry, its signature (signaling.token_secrets) or plain HTTP (see the ' +
          'API’s answer).',
      ],
    };
  }
  if (variant === 'own') {
    return {
      visitor: [
        'Copy the list of servers once more, all of it. If it is refused again, show the report to those who run ' +
          'the application.',
      ],
      operator: [
        'The relay answers 401. The application and the relay do not have the same shared secret (turnpike: ' +
          'auth.secrets, coturn: static-auth-secret), or the user or the realm is another one.',
      ],
    };
  }
  return {
    visitor: [TELL_SERVER],
    operator: [
      'The relay answers 401 to credentials made a moment ago. Either several servers stand behind one name and do ' +
        'not have the same auth.secrets, or their clocks differ, or something else answers on the relay’s port.',
    ],
  };
}

function expired({ variant }) {
  return {
    visitor: [
      variant === 'own'
        ? 'Get a fresh list from the application: reload its page, then copy the list again.'
        : 'Reload this page. If that does not help, show the report below to those who run the server.',
    ],
    operator: [
      'Usernames of the form EXPIRY:USER are good until EXPIRY. Give them a longer life (turnpike: ' +
        'auth.default_ttl), hand out fresh ones for each call, and check that the clocks of the application and ' +
        'the relay are right.',
    ],
  };
}

function relayBlocked({ findings, variant }) {
  if (variant === 'no-port') {
    return {
      visitor: ['Try again in a minute. If it stays, show the report below to those who run the server.'],
      operator: ['A first allocation succeeded, the next did not: look at quota and relay.ports of the server.'],
    };
  }
  const inside =
    variant === 'relay'
      ? 'Even from one relayed address to another of the same server nothing passes: the server may not send to ' +
        'its own addresses (relay.peers), or the address in server.external is wrong.'
      : 'From one relayed address to another data passes, from outside it does not.';
  return {
    visitor: ['Try another network. If it is the same there, show the report below to those who run the server.'],
    operator: [
      `Allow ${relayPorts(findings)} from everywhere to the server, in its firewall or security group; ` +
        'this network may also block them.',
      inside,
    ],
  };
}

const clockOff = ({ findings }) => ({
  visitor: [
    'Set this device’s clock by the internet: passwords for calls have a time at which they expire, and secure ' +
      'pages do too. If this clock is right, the server’s is wrong.',
  ],
  operator: [
    `Clock of the device minus clock of the server: ${Math.round(findings.steps.clock.offset)} s. The server needs ` +
      'a clock that is kept right (NTP), and so does what makes its credentials.',
  ],
});

const OTHER = {
  loopback: ['Open this page by the address of this machine in its network, not by localhost or 127.0.0.1.'],
  'stun-silent': [ASK_NETWORK],
  'not-ready': ['Try again in a few minutes.'],
  'turn-error': ['Try again in a few minutes. If it stays, show the report below to those who run the server.'],
};

const FAULTS = {
  none: works,
  'udp-blocked': (context) => ({
    visitor: [
      'Nothing has to be done to make calls. For better sound and pictures: ' +
        `${ASK_NETWORK[0].toLowerCase()}${ASK_NETWORK.slice(1)}`,
    ],
    operator: [
      `Allow ${targets(context, ['turn-udp'])} and the answers to it, in the firewall of the network and in the ` +
        'one in front of the server. Over TCP and TLS a lost packet holds up all that come after it.',
    ],
  }),
  'turn-blocked': turnBlocked,
  'wrong-credentials': wrongCredentials,
  'expired-credentials': expired,
  'relay-blocked': relayBlocked,
  'server-away': () => ({
    visitor: [
      'Check that this device is connected to the internet, then try again. If other pages open, the server is down.',
    ],
    operator: [
      'No answer to GET /healthz. Is the service running (systemctl status turnpike), and its HTTP listener reachable?',
    ],
  }),
  'clock-off': clockOff,
  'check-off': () => ({
    visitor: ['Open the link of an invitation to test with it, or paste a list of servers below.'],
    operator: [
      'POST /api/v1/check-credentials answers 404: web.check is off. With the fragment #token=JWT of a room token, ' +
        'or with pasted ICE servers, everything can be tested.',
    ],
  }),
  'no-webrtc': () => ({
    visitor: [
      'Use a current Firefox, Chrome, Edge or Safari. In this one calls may also be switched off in the settings ' +
        'or by an extension.',
    ],
    operator: ['RTCPeerConnection is missing in this browser.'],
  }),
  'rate-limited': ({ variant }) => ({
    visitor: ['Wait, then press “Test again”.'],
    operator: [
      variant === 'quota'
        ? 'TURN answers 486: tests have a quarter of quota.total or of relay.ports already, or this address has ' +
          'quota.per_client_address.'
        : 'POST /api/v1/check-credentials answers 429. Everybody behind one address shares its rate.',
    ],
  }),
  other: ({ findings, variant }) => ({
    visitor: OTHER[variant] ?? [TELL_SERVER],
    operator: otherOperator(findings, variant),
  }),
};

function otherOperator({ steps }, variant) {
  if (variant === 'no-secret')
    return ['POST /api/v1/check-credentials answers 503: set a shared secret, auth.secrets.'];
  if (variant === 'loopback')
    return ['All ICE servers have loopback addresses, and browsers take those for no TURN servers.'];
  if (variant === 'not-ready')
    return [`GET /readyz answers 503: ${steps.server.notReady.join(', ') || 'no reason given'}.`];
  if (variant === 'stun-silent') return ['STUN over UDP got no answer, and no TURN server is in the list.'];
  if (variant === 'turn-error') {
    const codes = TURN_KINDS.map((kind) => steps[kind].code).filter(Boolean);
    return [
      `TURN answers ${[...new Set(codes)].join(', ')}: 486 is a user’s quota, 508 no free port or a server that ` +
        'drains, 300 another server to try.',
    ];
  }
  const { status, detail } = steps.credentials;
  return [`The call for credentials was answered with ${status ?? 'nothing'}${detail ? `: ${detail}` : ''}.`];
}

/**
 * @param {import('./verdict.js').Verdict} verdict
 * @param {import('./verdict.js').Findings} findings
 * @param {{addresses: boolean}} options whether IP addresses may be in it
 * @returns {Advice}
 */
export function advice(verdict, findings, { addresses }) {
  const { visitor, operator } = FAULTS[verdict.fault]({ ...verdict, findings, addresses });
  const also = verdict.faults
    .slice(1)
    .flatMap((fault) => FAULTS[fault]({ fault, variant: '', findings, addresses }).operator);
  return { visitor, operator: [...operator, ...also] };
}
