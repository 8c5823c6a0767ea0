import assert from 'node:assert/strict';
import { test } from 'node:test';
import { milliseconds, rateWords, span } from '../../web/check/amounts.js';
import { shownUrl } from '../../web/check/facts.js';
import { sortByKind } from '../../web/check/kinds.js';
import { reportText } from '../../web/check/report.js';
import { FAULTS } from './fakes/faults.mjs';
import { findings, gathered, relay } from './fakes/findings.mjs';

const userAgent = 'Mozilla/5.0 Chrome/119.0.0.0';
const hidden = { userAgent, addresses: false };
const open = { userAgent, addresses: true };

// A server and a visitor with addresses only, in every place where one could appear.
function addressed() {
  const url = 'turn:198.51.100.1:3478?transport=udp';
  const six = 'turn:[2001:db8::7]:3478?transport=udp';
  const password = { username: '1999999999:alice', credential: 'secret-password' };
  const failed = gathered(six, 'unreached', [[701, 'Failed to reach 198.51.100.1:3478 from [2001:db8::8]:50000']]);
  const servers = sortByKind([{ url, ...password }, { url: six, ...password }, { url: 'stuns:198.51.100.1' }]);
  return findings(
    {
      'turn-udp': failed,
      'turn-tcp': gathered(url, 'ok'),
      nat: { result: 'skipped', reason: 'no-stun' },
      relay: {
        ...findings().steps.relay,
        kind: 'turn-tcp',
        candidates: [[relay], [{ ...relay, address: '2001:db8::9' }]],
      },
    },
    { host: '[2001:db8::7]', servers },
  );
}

test('the report names everything that helps', () => {
  const text = reportText(findings(), hidden);
  assert.match(text, /^turnpike connection test\n/);
  assert.match(text, /Time +2026-01-02T03:04:05\.000Z, took 2\.3 s/);
  assert.match(text, /Server +turn\.example\.org, turnpike 0\.1\.0/);
  assert.ok(text.includes(userAgent));
  assert.match(text, /Verdict +none: Calls work from here/);
  assert.match(text, /stun-udp +ok +13 ms +stun:turn\.example\.org:3478: 12 ms; candidates: srflx udp/);
  assert.match(text, /turn-udp +ok .*candidates: relay udp by udp/);
  assert.match(text, /relay +ok +300 ms +over TURN over UDP\n +round trip min 11 ms, median 12 ms of 10/);
  assert.match(text, /out about 8\.4 Mbit\/s, back about 91 Mbit\/s/);
  assert.match(text, /nat +ok .*one mapping/);
  assert.match(text, /expire in 120 s/);
});

test('no address is in it unless that is wanted', () => {
  const address = /\d+\.\d+\.\d+\.\d+|[\da-f]+::/;
  const masked = reportText(addressed(), hidden).replace(userAgent, '');
  assert.doesNotMatch(masked, address);
  assert.match(
    masked,
    /turn:\(IPv6 address\):3478\?transport=udp: .*error 701 not reached: Failed to reach \(address\)/,
  );
  assert.match(masked, /UDP port 3478 of \(IPv4 address\)/);
  const full = reportText(addressed(), open);
  for (const part of ['2001:db8::7', '198.51.100.1:3478', '[2001:db8::9]:49152', '198.51.100.9:49152'])
    assert.ok(full.includes(part), part);
});

test('the visitor’s own addresses are hidden too', () => {
  assert.ok(!reportText(findings(), hidden).includes('192.0.2.77'));
  assert.ok(reportText(findings(), open).includes('srflx udp 192.0.2.77:50000'));
});

test('no password is ever in it, nor a username', () => {
  for (const options of [hidden, open]) {
    assert.doesNotMatch(reportText(addressed(), options), /secret-password|alice|1999999999/);
  }
});

for (const [name, code, found] of FAULTS) {
  test(`a report of: ${name}`, () => {
    const text = reportText(found, hidden);
    assert.ok(text.includes(`Verdict   ${code}: `));
    assert.doesNotMatch(text, /undefined|NaN|\[object/);
    for (const step of Object.keys(found.steps))
      assert.match(text, new RegExp(`^${step} +${found.steps[step].result}`, 'm'));
  });
}

test('codes and texts of errors are in it', () => {
  const [, , found] = FAULTS.find(([name]) => name === 'a wrong secret');
  assert.match(reportText(found, hidden), /turn-tls +failed .*error 401 Unauthorized/);
});

test('URLs keep names and lose addresses', () => {
  assert.equal(shownUrl('turns:turn.example.org:443?transport=tcp', false), 'turns:turn.example.org:443?transport=tcp');
  assert.equal(shownUrl('turn:192.0.2.1:3478', false), 'turn:(IPv4 address):3478');
  assert.equal(shownUrl('turn:[::1]', false), 'turn:(IPv6 address)');
  assert.equal(shownUrl('turn:[::1]', true), 'turn:[::1]');
});

test('amounts in words', () => {
  assert.deepEqual([0.02, 4.44, 12.4, 999, 1234].map(milliseconds), ['0.1 ms', '4.4 ms', '12 ms', '999 ms', '1.2 s']);
  assert.deepEqual([null, 64000, 3.2e6, 150e6].map(rateWords), [
    'too slow to measure',
    'about 64 kbit/s',
    'about 3.2 Mbit/s',
    'about 150 Mbit/s',
  ]);
  assert.deepEqual([0, 1, 60, 90, 3600, 7200, 86400 * 3].map(span), [
    '0 seconds',
    '1 second',
    '60 seconds',
    '2 minutes',
    '60 minutes',
    '2 hours',
    '3 days',
  ]);
});
