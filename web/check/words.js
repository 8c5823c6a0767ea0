// The sentence that the visitor reads first, for each fault. No jargon here: that is for the details.
import { expiryWords, milliseconds, span } from './amounts.js';

function works({ findings }) {
  const { steps } = findings;
  if (steps.relay.result !== 'ok') {
    return 'Direct calls can be prepared from here, but there is no relay, so some calls will not connect.';
  }
  const through = `through the relay in ${milliseconds(steps.relay.median)}`;
  if (steps.nat.nat === 'symmetric')
    return `Calls work from here: ${through}, and seldom directly, because of the router here.`;
  if (steps.nat.result !== 'ok') return `Calls work from here: ${through}.`;
  return `Calls work from here: directly, and ${through}.`;
}

function wrongCredentials({ variant }) {
  if (variant === 'token') return 'The invitation is not accepted: its link may be too old, or not complete.';
  if (variant === 'token-forbidden') {
    return 'The invitation is not accepted here: it may allow less, or this page needs its https address.';
  }
  if (variant === 'own') return 'These servers answer, but they refuse the username and password that were pasted.';
  return 'The server answers, but refuses the passwords that it gives out itself, so calls through it fail.';
}

function expired({ findings }) {
  return (
    `The password for the relay has expired ${expiryWords(findings.steps.credentials.expiresIn)}, so calls ` +
    'through it fail.'
  );
}

function relayBlocked({ variant }) {
  if (variant === 'no-port') return 'The relay answers, but gave no place to a test call.';
  return (
    'The relay answers, but what others send does not get through it, so ' +
    `${variant === 'nat' ? 'many ' : ''}calls through it fail.`
  );
}

const OTHER = {
  loopback: 'This page was opened by an address that only works on this machine, and browsers use no relay there.',
  'stun-silent': 'The server did not answer at all, neither to prepare direct calls nor anything else.',
  'not-ready': 'The server is reached from here, but takes no new calls at the moment.',
  'turn-error': 'The relay answers, but has no place for a call at the moment.',
  'no-secret': 'The server is not set up to give out passwords for its relay, so calls through it fail.',
  refused: 'The server answers, but does not let this page test its relay.',
  'no-answer': 'The server answers, but did not give out a password for its relay in time.',
};

function clockOff({ findings }) {
  const { offset } = findings.steps.clock;
  const verdict = `this device’s clock and the server’s differ by ${span(Math.abs(offset))}`;
  return findings.steps.relay.result === 'ok' ? `Calls work from here, but ${verdict}.` : `Beware: ${verdict}.`;
}

function rateLimited({ findings, variant }) {
  if (variant === 'quota') return 'Too many people test this server at once: please try again in a minute.';
  const { retryAfter } = findings.steps.credentials;
  return (
    'There were too many tests from here in a short time: please try again in ' +
    `${retryAfter ? span(retryAfter) : 'a minute'}.`
  );
}

const SENTENCES = {
  none: works,
  'udp-blocked': () => 'Calls work from here, but with poorer quality: the best way to the relay is blocked.',
  'turn-blocked': () => 'The server answers, but the way to its relay is blocked, so many calls from here will fail.',
  'wrong-credentials': wrongCredentials,
  'expired-credentials': expired,
  'relay-blocked': relayBlocked,
  'server-away': () => 'The server does not answer any more.',
  'clock-off': clockOff,
  'check-off': ({ variant }) =>
    variant === 'stun'
      ? 'The server answers and direct calls can be prepared; the rest cannot be tested, because its test is ' +
        'switched off.'
      : 'The server answers, but the rest cannot be tested, because its test is switched off.',
  'no-webrtc': () => 'This browser cannot make calls.',
  'rate-limited': rateLimited,
  other: ({ variant }) =>
    OTHER[variant] ?? 'The test could not be finished: the server gave an answer that makes no sense.',
};

/**
 * The verdict in one sentence.
 * @param {import('./verdict.js').Verdict} verdict
 * @param {import('./verdict.js').Findings} findings
 * @returns {string}
 */
export function sentence(verdict, findings) {
  return SENTENCES[verdict.fault]({ ...verdict, findings });
}

/** What each step is called in front of the details. */
export const STEP_WORDS = {
  server: 'The server answers',
  clock: 'The clocks agree',
  credentials: 'A password for the relay',
  'stun-udp': 'Preparing a direct call',
  'turn-udp': 'To the relay by the best way',
  'turn-tcp': 'To the relay by a detour around firewalls',
  'turn-tls': 'To the relay like a secure web page',
  relay: 'Data through the relay and back',
  nat: 'Being reached by others',
};

const RESULT_WORDS = {
  waiting: '',
  running: 'testing',
  ok: 'yes',
  warning: 'with limits',
  failed: 'no',
  skipped: 'not tested',
};

const STEP_OUTCOMES = {
  'server/not-ready': () => 'yes, but takes no new calls',
  'server/went-away': () => 'not any more',
  'clock/ok': () => 'yes',
  'clock/warning': ({ offset }) => `${span(Math.abs(offset))} apart`,
  'credentials/ok': () => 'yes',
  'credentials/off': () => 'switched off',
  'credentials/expired': () => 'expired',
  'credentials/not-accepted': () => 'refused',
  'credentials/rate-limited': () => 'not so soon again',
  'credentials/none-needed': () => 'not needed',
  'relay/ok': ({ median }) => milliseconds(median),
  'nat/symmetric': () => 'mostly only by the relay',
  'nat/none': () => 'yes',
  'nat/easy': () => 'yes',
};

/**
 * The outcome of a step in a word or two.
 * @param {string} name
 * @param {{result: string, reason?: string}} step
 * @returns {string}
 */
export function stepOutcome(name, step) {
  const own = STEP_OUTCOMES[`${name}/${step.reason}`] ?? STEP_OUTCOMES[`${name}/${step.result}`];
  if (own && step.result !== 'waiting' && step.result !== 'running') return own(step);
  if (step.reason === 'not-offered') return 'not offered';
  if (step.reason === 'refused') return 'refused';
  if (step.reason === 'partly') return 'yes, in part';
  if (step.result === 'ok' && step.milliseconds !== undefined) return `yes, ${milliseconds(step.milliseconds)}`;
  return RESULT_WORDS[step.result];
}
