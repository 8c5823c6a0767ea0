import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bestWorking } from '../../web/check/choose.js';
import { expiryOf, flatten, onlyLoopback, sortByKind } from '../../web/check/kinds.js';
import { judgeNat } from '../../web/check/nat.js';
import { judgeExpiry, guessedStun } from '../../web/check/probe_credentials.js';
import { combine, gatheringTime, judgeStun, judgeTurn } from '../../web/check/probe_gather.js';
import { compareClocks } from '../../web/check/probe_server.js';
import { openingTime } from '../../web/check/loop.js';
import { seen } from '../../web/check/gather.js';
import { SERVERS, host, relay, srflx } from './fakes/findings.mjs';

const gathering = (more) => ({
  url: 'turn:a',
  found: false,
  ended: false,
  milliseconds: 8000,
  candidates: [],
  errors: [],
  ...more,
});
const error = (code) => ({ code, text: '' });

test('an address relayed is good; refusals, silence and closed ports are told apart', () => {
  assert.equal(judgeTurn(gathering({ found: true, errors: [error(701)] })), 'ok');
  assert.equal(judgeTurn(gathering({ ended: true, milliseconds: 30, errors: [error(401)] })), 'refused');
  assert.equal(judgeTurn(gathering({ ended: true, milliseconds: 30, errors: [error(701), error(401)] })), 'refused');
  assert.equal(judgeTurn(gathering({ ended: true, milliseconds: 30, errors: [error(508)] })), 'error');
  assert.equal(judgeTurn(gathering({ ended: true, milliseconds: 30, errors: [error(701)] })), 'unreached');
  assert.equal(judgeTurn(gathering({})), 'unreached');
  assert.equal(judgeTurn(gathering({ ended: true, milliseconds: 7000 })), 'unreached');
  assert.equal(judgeTurn(gathering({ ended: true, milliseconds: 30 })), 'silent');
});

test('STUN is good too when it shows the address that the device has', () => {
  assert.equal(judgeStun(gathering({ found: true })), 'ok');
  assert.equal(judgeStun(gathering({ ended: true, milliseconds: 30, candidates: [host] })), 'same-address');
  assert.equal(
    judgeStun(gathering({ ended: true, milliseconds: 30, candidates: [host], errors: [error(701)] })),
    'unreached',
  );
  assert.equal(judgeStun(gathering({ ended: true, milliseconds: 6000, candidates: [host] })), 'unreached');
  assert.equal(judgeStun(gathering({ ended: true, milliseconds: 30 })), 'unreached', 'there is no UDP at all');
  assert.equal(judgeStun(gathering({ candidates: [host] })), 'unreached');
});

test('of several URLs of a kind the best counts', () => {
  const good = { gathering: gathering({ url: 'turn:b', found: true, milliseconds: 20 }), verdict: 'ok' };
  const better = { gathering: gathering({ url: 'turn:c', found: true, milliseconds: 10 }), verdict: 'ok' };
  const lost = { gathering: gathering({}), verdict: 'unreached' };
  const refused = { gathering: gathering({ errors: [error(701), error(401)] }), verdict: 'refused' };
  const step = (...tries) => (({ result, reason, best, code }) => ({ result, reason, best, code }))(combine(tries));
  assert.deepEqual(step(good, better), { result: 'ok', reason: 'ok', best: 'turn:c', code: null });
  assert.deepEqual(step(lost, good), { result: 'warning', reason: 'partly', best: 'turn:b', code: null });
  assert.deepEqual(step(lost, refused), { result: 'failed', reason: 'refused', best: null, code: 401 });
  assert.deepEqual(step(lost), { result: 'failed', reason: 'unreached', best: null, code: null });
});

test('servers are sorted by the way on which they are reached', () => {
  const kinds = sortByKind([...SERVERS, { url: 'stuns:a' }, { url: 'turns:a?transport=udp' }]);
  assert.deepEqual(
    ['stun-udp', 'turn-udp', 'turn-tcp', 'turn-tls'].map((kind) => kinds[kind].length),
    [1, 1, 1, 1],
  );
  assert.deepEqual([kinds.ignored, kinds.derivedStun], [['stuns:a', 'turns:a?transport=udp'], false]);
});

test('without a STUN server the TURN server is asked', () => {
  const kinds = sortByKind([{ url: 'turn:[::1]:3478?transport=udp', username: 'u', credential: 'p' }]);
  assert.deepEqual([kinds['stun-udp'], kinds.derivedStun], [[{ url: 'stun:[::1]:3478' }], true]);
  assert.deepEqual(sortByKind([{ url: 'turns:a', username: 'u', credential: 'p' }])['stun-udp'], []);
});

test('many URLs of one kind are not all tried', () => {
  const kinds = sortByKind(Array.from({ length: 9 }, (_, i) => ({ url: `stun:a${i}` })));
  assert.deepEqual([kinds['stun-udp'].length, kinds.ignored.length], [4, 5]);
});

test('ICE servers are flattened to URLs', () => {
  const list = [{ urls: 'stun:a' }, { urls: ['turn:a', 'turns:a'], username: 'u', credential: 'p' }];
  assert.deepEqual(flatten(list), [
    { url: 'stun:a' },
    { url: 'turn:a', username: 'u', credential: 'p' },
    { url: 'turns:a', username: 'u', credential: 'p' },
  ]);
});

test('loopback servers are known', () => {
  const all = (...urls) => onlyLoopback(urls.map((url) => ({ url })));
  assert.ok(all('turn:127.0.0.1:3478', 'turn:[::1]', 'turn:localhost?transport=tcp'));
  assert.ok(!all('turn:127.0.0.1', 'turn:192.0.2.1'));
  assert.ok(!all('turn:127.example.org') && !all());
});

test('when a username expires', () => {
  assert.equal(expiryOf('1767229200:alice'), 1767229200);
  assert.equal(expiryOf('1767229200:@alice:example.org'), 1767229200);
  assert.equal(expiryOf('1767229200'), 1767229200);
  for (const name of ['alice', 'alice:1767229200', '17672292x0:a', '12:a', '', undefined])
    assert.equal(expiryOf(name), null);
});

test('credentials are judged by what their names say', () => {
  const named = (...names) => names.map((username) => ({ url: 'turn:a', username, credential: 'p' }));
  assert.deepEqual(judgeExpiry([{ url: 'stun:a' }], 0), { result: 'skipped', reason: 'none-needed' });
  assert.deepEqual(judgeExpiry(named('alice'), 0), { result: 'ok', reason: 'no-expiry' });
  assert.deepEqual(judgeExpiry(named('1767229200:a', '1767229300:a'), 1767229100), { result: 'ok', expiresIn: 100 });
  assert.deepEqual(judgeExpiry(named('1767229200:a', '1767229300:a'), 1767229250), {
    result: 'failed',
    reason: 'expired',
    expiresIn: -50,
  });
});

test('where STUN is guessed to be', () => {
  assert.deepEqual(guessedStun('turn.example.org'), [{ url: 'stun:turn.example.org:3478' }]);
  assert.deepEqual(guessedStun('[2001:db8::1]'), [{ url: 'stun:[2001:db8::1]:3478' }]);
  assert.deepEqual(guessedStun(''), []);
});

test('a clock is off by more than a minute, in either direction', () => {
  const result = (offset) => compareClocks({ date: 1000, at: 1000.5 + offset }).result;
  assert.deepEqual([0, 59, -59, 61, -61, 1e9].map(result), ['ok', 'ok', 'ok', 'warning', 'warning', 'warning']);
  assert.equal(compareClocks({ date: 1000, at: 1090.5 }).offset, 90);
  assert.equal(compareClocks({ date: null, at: 0 }).result, 'skipped');
});

const nat = (more) => judgeNat({ connected: true, own: [host, srflx], relayed: [relay], remote: 'srflx', ...more });

test('a NAT that keeps its mapping, one that does not, and none', () => {
  assert.deepEqual(nat({}), { nat: 'easy', reached: true });
  assert.deepEqual(nat({ remote: 'host' }), { nat: 'easy', reached: true });
  assert.deepEqual(nat({ remote: 'prflx' }), { nat: 'symmetric', reached: true });
  assert.deepEqual(nat({ own: [host], remote: 'prflx' }), { nat: 'none', reached: true });
  assert.deepEqual(nat({ own: [{ ...host, address: srflx.address }, srflx] }), { nat: 'none', reached: true });
  assert.deepEqual(nat({ remote: null }), { nat: 'unknown', reached: true });
});

test('relay ports that are not reached, and what could not be tried', () => {
  assert.deepEqual(nat({ connected: false, remote: null }), { nat: 'unknown', reached: false });
  assert.deepEqual(nat({ connected: false, own: [{ ...host, address: '192.0.2.77' }] }), {
    nat: 'unknown',
    reached: false,
  });
  assert.equal(nat({ connected: false, relayed: [] }).reached, null, 'no relayed address');
  assert.equal(nat({ connected: false, own: [host] }).reached, null, 'no address that the relay could permit');
  assert.equal(
    nat({ connected: false, relayed: [{ ...relay, address: '2001:db8::9' }] }).reached,
    null,
    'another family',
  );
});

test('a private address is not reached by most relays, unless the server says that it is', () => {
  for (const address of ['10.1.2.3', '192.168.0.2', '172.16.0.1', '172.31.9.9', '100.64.0.1', '169.254.1.1']) {
    const own = [{ ...srflx, address }];
    assert.equal(nat({ connected: false, own }).reached, null, address);
    assert.equal(nat({ connected: false, own, permitted: true }).reached, false, address);
  }
  for (const address of ['172.32.0.1', '100.128.0.1', '11.0.0.1', '192.169.0.1']) {
    assert.equal(nat({ connected: false, own: [{ ...srflx, address }] }).reached, false, address);
  }
  const relayed = [{ ...relay, address: '2001:db8::9' }];
  assert.equal(nat({ connected: false, relayed, own: [{ ...srflx, address: 'fd00::1' }] }).reached, null);
  assert.equal(nat({ connected: false, relayed, own: [{ ...srflx, address: '2001:db8::1' }] }).reached, false);
});

const later = (result, delay) => new Promise((resolve) => setTimeout(() => resolve({ result }), delay));

test('the best way that works is taken', async () => {
  assert.equal(await bestWorking([later('ok', 20), later('ok', 0)], 10000), 0);
  assert.equal(await bestWorking([later('failed', 20), later('warning', 0), later('ok', 0)], 10000), 1);
  assert.equal(await bestWorking([later('skipped', 0), later('failed', 0)], 10000), -1);
  assert.equal(await bestWorking([], 0), -1);
});

test('a way that says nothing is not waited for when another works', async () => {
  const never = new Promise(() => {});
  assert.equal(await bestWorking([never, later('failed', 0), later('ok', 0)], 20), 2);
  assert.equal(await bestWorking([later('failed', 30), later('ok', 40)], 1), 1);
  await assert.rejects(bestWorking([Promise.reject(new Error('cancelled')), never], 1000), /cancelled/);
});

test('a slow network gets longer for a loop through the relay', () => {
  assert.equal(openingTime(40), 8000);
  assert.ok(openingTime(2000) >= 13000, 'a round trip of a second');
  assert.equal(openingTime(7000), 20000);
  assert.deepEqual([undefined, 30, 2000, 9000].map(gatheringTime), [8000, 8000, 16000, 20000]);
});

test('a candidate that the browser does not take apart is read', () => {
  const candidate = 'candidate:1 1 UDP 92216831 198.51.100.9 49152 typ relay raddr 192.0.2.77 rport 50000';
  assert.deepEqual(seen({ candidate }), { ...relay, relayProtocol: '' });
  assert.equal(seen({ candidate, type: 'relay', address: '', protocol: 'udp', port: 1 }).address, '');
});
