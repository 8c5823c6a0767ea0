// What the results of the steps mean together. Pure: the same findings always give the same verdict.
import { TURN_KINDS } from './kinds.js';

/**
 * @typedef {object} Findings
 * @property {'server'|'token'|'own'} source whose ICE servers were tested
 * @property {string} host of the page
 * @property {number} startedAt milliseconds since 1970
 * @property {number} milliseconds that the whole test took
 * @property {{version?: string, name?: string, relayPorts?: string}|null} settings
 * @property {import('./kinds.js').Kinds|null} servers
 * @property {Object<string, {result: string, reason?: string}>} steps by name
 * @property {boolean} webrtc
 */

/**
 * @typedef {object} Verdict
 * @property {string} fault the root cause; "none" when calls work
 * @property {string[]} faults all that was found wrong, the root cause first
 * @property {'good'|'warn'|'bad'} kind how bad it is for calls
 * @property {string} variant what of the fault it is, for the words; may be empty
 */

const MILD = ['none', 'udp-blocked', 'clock-off', 'check-off', 'rate-limited'];

const good = (step) => step.result === 'ok' || step.result === 'warning';
const failed = (step) => step.result === 'failed';

function turnOutcome(steps) {
  const tried = TURN_KINDS.map((kind) => steps[kind]).filter((step) => step.result !== 'skipped');
  const reasons = tried.filter(failed).map(({ reason }) => reason);
  if (tried.length === 0) return 'untried';
  if (tried.some(good)) return 'works';
  if (reasons.includes('refused')) return 'refused';
  if (reasons.includes('error')) return 'error';
  // A browser that does not say why: over UDP an early end means an answer, over TCP it may be a closed port. Unless
  // nothing else over UDP is answered either: then it is the browser, or an extension, that uses no UDP.
  if (steps['turn-udp'].reason === 'silent' && !failed(steps['stun-udp'])) return 'refused';
  return 'unreached';
}

function awayFaults({ source, steps }) {
  return source !== 'own' && failed(steps.server) ? [['server-away', '']] : [];
}

function credentialFaults({ source, steps }, turn) {
  const { result, reason, status } = steps.credentials;
  if (reason === 'expired' && turn !== 'works' && turn !== 'unreached') return [['expired-credentials', source]];
  if ((result !== 'failed' && reason !== 'off') || reason === 'not-accepted') return [];
  if (reason === 'rate-limited') return [['rate-limited', '']];
  if (reason === 'off' && source === 'server') return [['check-off', good(steps['stun-udp']) ? 'stun' : 'no-stun']];
  if (reason === 'refused' && source === 'token')
    return [['wrong-credentials', status === 403 ? 'token-forbidden' : 'token']];
  return reason === 'expired' ? [] : [['other', reason === 'unreached' ? 'no-answer' : reason]];
}

function turnFaults({ source, steps }, turn) {
  if (turn === 'unreached') return [['turn-blocked', good(steps['stun-udp']) ? 'stun-works' : '']];
  if (turn === 'refused' && steps.credentials.reason !== 'expired') return [['wrong-credentials', source]];
  if (turn === 'error') return isTrialQuota(source, steps) ? [['rate-limited', 'quota']] : [['other', 'turn-error']];
  return [];
}

// All who test this server share one user's quota, which says nothing about calls.
function isTrialQuota(source, steps) {
  const codes = TURN_KINDS.filter((kind) => steps[kind].reason === 'error').map((kind) => steps[kind].code);
  return source === 'server' && codes.every((code) => code === 486);
}

function pathFaults({ steps }, turn) {
  const faults = [];
  if (failed(steps.relay)) faults.push(['relay-blocked', steps.relay.reason === 'no-port' ? 'no-port' : 'relay']);
  else if (failed(steps.nat)) faults.push(['relay-blocked', 'nat']);
  const { reason } = steps['turn-udp'];
  // Where another way works, the password is good, so that silence is not for its sake.
  if ((reason === 'unreached' && turn === 'refused') || (['unreached', 'silent'].includes(reason) && turn === 'works'))
    faults.push(['udp-blocked', '']);
  return faults;
}

function otherFaults({ servers, steps }, turn) {
  if (steps.server.reason === 'not-ready') return [['other', 'not-ready']];
  const skipped = TURN_KINDS.filter((kind) => steps[kind].reason === 'loopback');
  if (skipped.length > 0 && turn === 'untried') return [['other', 'loopback']];
  if (!servers || turn !== 'untried' || steps.credentials.reason === 'off') return [];
  return failed(steps['stun-udp']) ? [['other', 'stun-silent']] : [];
}

/**
 * @param {Findings} findings
 * @returns {Verdict}
 */
export function judge(findings) {
  if (!findings.webrtc) return { fault: 'no-webrtc', faults: ['no-webrtc'], kind: 'bad', variant: '' };
  const turn = turnOutcome(findings.steps);
  const found = [
    ...awayFaults(findings),
    ...credentialFaults(findings, turn),
    ...turnFaults(findings, turn),
    ...pathFaults(findings, turn),
    ...otherFaults(findings, turn),
    ...(findings.steps.clock.result === 'warning' ? [['clock-off', '']] : []),
  ];
  const [fault, variant] = found[0] ?? ['none', ''];
  const faults = found.map(([code]) => code);
  return { fault, faults: [...new Set(faults)], variant, kind: kindOf(fault, findings) };
}

/**
 * Whether a password is good shows only when the relay sees it: one that was got but is refused counts as failed.
 * @param {Findings} findings
 * @returns {Findings}
 */
export function withRefusal(findings) {
  const { credentials } = findings.steps;
  if (credentials.result !== 'ok' || judge(findings).fault !== 'wrong-credentials') return findings;
  const refused = { ...credentials, result: 'failed', reason: 'not-accepted' };
  return { ...findings, steps: { ...findings.steps, credentials: refused } };
}

function kindOf(fault, { steps }) {
  if (!MILD.includes(fault)) return 'bad';
  if (fault !== 'none') return 'warn';
  // Without a relay calls work only sometimes.
  return steps.relay.result === 'ok' ? 'good' : 'warn';
}
