import assert from 'node:assert/strict';
import { test } from 'node:test';
import { advice } from '../../web/check/advice.js';
import { judge, withRefusal } from '../../web/check/verdict.js';
import { STEP_WORDS, sentence, stepOutcome } from '../../web/check/words.js';
import { FAULTS } from './fakes/faults.mjs';
import { findings } from './fakes/findings.mjs';

const CODES = [
  'none',
  'udp-blocked',
  'turn-blocked',
  'wrong-credentials',
  'expired-credentials',
  'relay-blocked',
  'server-away',
  'clock-off',
  'check-off',
  'no-webrtc',
  'rate-limited',
  'other',
];
const TERMS =
  'ICE|STUN|TURN|NAT|UDP|TCP|TLS|HTTP|API|firewall|port|credential|secret|symmetric|mapping|WebRTC|undefined|NaN';
const JARGON = new RegExp(`\\b(?:${TERMS})\\b`);

for (const [name, code, found, also = []] of FAULTS) {
  test(`${name}: ${code}`, () => {
    const verdict = judge(found);
    assert.equal(verdict.fault, code);
    assert.deepEqual(verdict.faults, code === 'none' ? [] : [code, ...also]);
  });

  test(`${name}: one sentence without jargon, and what to do`, () => {
    const verdict = judge(found);
    const said = sentence(verdict, found);
    assert.match(said, /^[A-Z].*\.$/);
    assert.doesNotMatch(said, /[.!?] /, 'it is one sentence');
    assert.doesNotMatch(said, JARGON);
    const { visitor, operator } = advice(verdict, found, { addresses: true });
    assert.doesNotMatch(visitor.join(' '), /\b(?:ICE|STUN|TURN|NAT|UDP|TCP|credential|undefined)\b/);
    assert.doesNotMatch(operator.join(' '), /undefined|NaN|null/);
    if (code !== 'none') assert.ok(visitor.length > 0 && operator.length > 0);
  });
}

test('every code has a case', () => {
  assert.deepEqual([...new Set(FAULTS.map(([, code]) => code))].sort(), [...CODES].sort());
});

test('a good result says how calls go', () => {
  const found = findings();
  assert.equal(sentence(judge(found), found), 'Calls work from here: directly, and through the relay in 12 ms.');
  assert.equal(judge(found).kind, 'good');
});

test('what goes on working is not called bad', () => {
  const kinds = Object.fromEntries(FAULTS.map(([, code, found]) => [code, judge(found).kind]));
  assert.equal(kinds['udp-blocked'], 'warn');
  assert.equal(kinds['clock-off'], 'warn');
  assert.equal(kinds['turn-blocked'], 'bad');
  assert.equal(kinds['relay-blocked'], 'bad');
});

test('operators are told hosts and ports', () => {
  const operator = (code) => {
    const [, , found] = FAULTS.find(([, fault]) => fault === code);
    return advice(judge(found), found, { addresses: true }).operator.join(' ');
  };
  assert.match(operator('udp-blocked'), /UDP port 3478 of turn\.example\.org/);
  assert.match(operator('turn-blocked'), /UDP port 3478 .*TCP port 3478 .*TCP port 443 of turn\.example\.org/);
  assert.match(operator('relay-blocked'), /49152-65535/);
});

test('a remark on what is not needed stays a remark', () => {
  const [, , found] = FAULTS.find(([name]) => name === 'TLS alone is blocked');
  assert.match(advice(judge(found), found, { addresses: true }).operator.join(' '), /TCP port 443/);
  assert.equal(judge(found).kind, 'good');
});

test('steps have words in every state', () => {
  const states = FAULTS.flatMap(([, , { steps }]) => Object.entries(steps));
  for (const [name, step] of states)
    assert.match(stepOutcome(name, step), /^(?!.*(?:undefined|NaN)).+$/, `${name} ${step.reason}`);
  for (const name of Object.keys(STEP_WORDS)) {
    assert.equal(stepOutcome(name, { result: 'waiting' }), '');
    assert.equal(stepOutcome(name, { result: 'running' }), 'testing');
  }
});

test('a password that the relay refuses counts as failed, and the verdict stays', () => {
  for (const [name, code, found] of FAULTS) {
    const refused = withRefusal(found);
    assert.deepEqual(judge(refused), judge(found), name);
    const wasGood = found.steps.credentials.result === 'ok' && code === 'wrong-credentials';
    assert.equal(refused === found, !wasGood, name);
    if (wasGood) assert.equal(refused.steps.credentials.result, 'failed', name);
  }
});
