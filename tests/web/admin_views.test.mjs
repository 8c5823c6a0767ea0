// The parts of the views that need no page.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '../../web/admin/api.js';
import { pick, SeenHistory } from '../../web/admin/history.js';
import { invitationWords, linkOf } from '../../web/admin/invite.js';
import { Loop } from '../../web/admin/loop.js';
import { Names } from '../../web/admin/names.js';
import { describeRoom, toRow as toRoomRow } from '../../web/admin/rooms.js';
import { toRow as toSessionRow } from '../../web/admin/sessions.js';
import { certificatesOf } from '../../web/admin/state.js';

test('columns of the history are found by their names', () => {
  const history = { series: ['allocations', 'bytesToPeers', 'rooms'], samples: [[10, 1, 2, 3], [20, 4, 5, 6]] };
  assert.deepEqual(pick(history, ['rooms', 'allocations']), [[10, 3, 1], [20, 6, 4]]);
});

test('a column that the server does not have, or a short sample, is a gap', () => {
  assert.deepEqual(pick({ series: ['a', 'b'], samples: [[10, 1]] }, ['b', 'c', 'a']), [[10, null, null, 1]]);
  assert.deepEqual(pick({}, ['a']), []);
});

test('what the page has seen itself goes back one hour', () => {
  const seen = new SeenHistory();
  for (let at = 0; at <= 4000; at += 5) seen.add({ allocations: at, rooms: 1, members: 2 }, at);
  const { samples } = seen.get();
  assert.equal(samples[0][0], 405);
  assert.deepEqual(samples.at(-1), [4000, 4000, 1, 2]);
  assert.deepEqual(pick(seen.get(), ['members', 'bytesToPeers']).at(-1), [4000, 2, null]);
});

test('a clock that is set back does not leave samples in the future', () => {
  const seen = new SeenHistory();
  seen.add({ allocations: 1 }, 5000);
  seen.add({ allocations: 2 }, 4000);
  assert.deepEqual(seen.get().samples, [[4000, 2, null, null]]);
});

test('a session of a member of a room goes by the name there', () => {
  const row = toSessionRow({
    id: '0-1-2', user: 'room:daily/alice', username: '1:room:daily/alice', room: 'daily', roomUser: 'alice',
    client: '192.0.2.1:5', transport: 'tls', relayed: ['198.51.100.1:49152'], ageSeconds: 60,
    traffic: { toPeers: { bytes: 1000 }, toClient: { bytes: 500 } },
  }, 1060);
  assert.deepEqual([row.user, row.room, row.started, row.bytes, row.transport], ['alice', 'daily', 1000, 1500, 'TLS']);
});

test('answers with parts missing still make rows', () => {
  assert.equal(toSessionRow({ id: 1 }, 0).bytes, 0);
  assert.equal(toRoomRow({ id: 'a' }, 0).members, null);
});

test('a room is the same row from the list and by itself', () => {
  const base = { id: 'daily', messages: 4, createdAt: '2026-01-01T00:00:00Z' };
  const now = Date.UTC(2026, 0, 1, 0, 1) / 1000;
  const row = toRoomRow({ ...base, members: 2 }, now);
  assert.deepEqual(toRoomRow({ ...base, members: [{}, {}] }, now), row);
  assert.equal(row.age, 60);
});

test('members go by what they call themselves, and each room is asked for once', async () => {
  const names = new Names();
  const asked = [];
  const describe = async (room) => {
    asked.push(room);
    return room === 'gone' ? null : { members: [{ userId: 'x1', name: 'Alice' }, { userId: 'x2', name: '' }] };
  };
  const rows = [
    { room: 'daily', userId: 'x1' }, { room: 'daily', userId: 'x2' }, { room: 'daily', userId: 'left' },
    { room: 'gone', userId: 'x1' }, { room: null, userId: '' },
  ];
  await names.learn(rows, describe);
  await names.learn(rows, describe);
  assert.deepEqual(asked, ['daily', 'gone']);
  assert.deepEqual(rows.map((row) => names.of(row)), ['Alice', '', '', '', '']);
  await names.learn([...rows, { room: 'daily', userId: 'x3' }], describe);
  assert.deepEqual(asked, ['daily', 'gone', 'daily']);
});

test('many rooms are asked for over several looks', async () => {
  const names = new Names();
  let asked = 0;
  const rows = Array.from({ length: 12 }, (_, i) => ({ room: `r${i}`, userId: 'a' }));
  const describe = async () => ({ members: [{ userId: 'a', name: `${++asked}` }] });
  for (const sum of [5, 10, 12, 12]) {
    await names.learn(rows, describe);
    assert.equal(asked, sum);
  }
});

test('who has left keeps the name that was known', async () => {
  const names = new Names();
  const alice = { room: 'daily', userId: 'a' };
  await names.learn([alice], async () => ({ members: [{ userId: 'a', name: 'Alice' }] }));
  await names.learn([alice, { room: 'daily', userId: 'b' }], async () => ({ members: [{ userId: 'b', name: 'Bob' }] }));
  assert.equal(names.of(alice), 'Alice');
});

test('a room that is not there is null, other trouble is trouble', async () => {
  const failing = (error) => ({ get: () => Promise.reject(error) });
  assert.equal(await describeRoom(failing(new ApiError('refused', { status: 404 })), 'a'), null);
  assert.equal(await describeRoom({ get: () => assert.fail() }, '..'), null);
  await assert.rejects(describeRoom(failing(new ApiError('slow')), 'a'), /slow/);
});

test('certificates are those of the list, or the one that ends first, or none', () => {
  const expiresAt = '2026-01-01T00:00:00Z';
  const expiry = Date.UTC(2026, 0, 1) / 1000;
  assert.deepEqual(certificatesOf({ certificateExpiresAt: null }), []);
  assert.deepEqual(certificatesOf({ certificateExpiresAt: expiresAt }), [{ names: [], expiry, file: '' }]);
  const certificates = [{ names: ['a'], expiresAt, file: '/a.pem' }, { expiresAt }];
  assert.deepEqual(certificatesOf({ certificateExpiresAt: expiresAt, certificates }),
    [{ names: ['a'], expiry, file: '/a.pem' }, { names: [], expiry, file: '' }]);
});

test('a link leads over HTTPS where that can be, to the room, with its token out of reach of logs', () => {
  const invitation = { room: 'a/b', token: 'x.y' };
  const link = (protocol, hostname, port, securePort) => linkOf(
    { protocol, hostname, origin: `${protocol}//${hostname}${port}` }, { securePort }, invitation);
  assert.equal(link('https:', 'turn.example.org', '', 443), 'https://turn.example.org/r/a%2Fb#token=x.y');
  assert.equal(link('https:', 'turn.example.org', ':9443', 443), 'https://turn.example.org:9443/r/a%2Fb#token=x.y');
  assert.equal(link('http:', '192.0.2.1', ':8080', 8443), 'https://192.0.2.1:8443/r/a%2Fb#token=x.y');
  assert.equal(link('http:', '192.0.2.1', ':8080', null), 'http://192.0.2.1:8080/r/a%2Fb#token=x.y');
  assert.equal(link('http:', '127.0.0.1', ':8080', 8443), 'http://127.0.0.1:8080/r/a%2Fb#token=x.y');
});

test('an invitation says whom it lets in, and that a local one is local', () => {
  const words = (hostname, user) => invitationWords({ place: { hostname }, user, expiresAt: '2026-01-01T00:00:00Z' });
  assert.match(words('turn.example.org', 'alice'), /^Lets alice in, and nobody else/);
  assert.match(words('turn.example.org', null), /^Lets in everybody who has it/);
  assert.match(words('127.0.0.1', null), /this machine only/);
  assert.doesNotMatch(words('turn.example.org', null), /this machine only/);
});

// A loop with a clock that is turned by hand.
function turned(look) {
  const timers = [];
  const state = { hidden: false, looks: 0 };
  const loop = new Loop((round) => {
    ++state.looks;
    return look(round);
  }, {
    setTimeout: (run, delay) => timers.push({ run, delay }),
    clearTimeout: () => timers.pop(),
    isHidden: () => state.hidden,
  });
  const settle = () => new Promise(setImmediate);
  const turn = async () => {
    timers.pop().run();
    await settle();
  };
  return { loop, state, timers, turn, settle };
}

test('looks follow each other, five seconds apart', async () => {
  const rounds = [];
  const { loop, timers, turn, settle } = turned(async (round) => rounds.push(round) && 0);
  loop.start();
  await settle();
  await turn();
  assert.deepEqual(rounds, [0, 1]);
  assert.deepEqual(timers.map(({ delay }) => delay), [5000]);
});

test('a lost server is asked less often, and as before once it is back', async () => {
  let away = true;
  const { loop, timers, turn, settle } = turned(async () => {
    if (away) throw new Error('away');
    return 0;
  });
  loop.start();
  await settle();
  const delays = [];
  for (let i = 0; i < 5; ++i) {
    delays.push(timers[0].delay);
    await turn();
  }
  assert.deepEqual(delays, [5000, 10000, 20000, 30000, 30000]);
  away = false;
  await turn();
  assert.equal(timers[0].delay, 5000);
});

test('nobody looks while the page is hidden, and at once when it is seen again', async () => {
  const { loop, state, timers, turn, settle } = turned(async () => 0);
  loop.start();
  await settle();
  state.hidden = true;
  await turn();
  assert.deepEqual([state.looks, timers.length], [1, 0]);
  state.hidden = false;
  loop.now();
  await settle();
  assert.deepEqual([state.looks, timers.length], [2, 1]);
});

test('a wish during a look is one more look after it, never two at a time', async () => {
  let finish = null;
  const { loop, state, timers, turn, settle } = turned(() => new Promise((resolve) => {
    finish = resolve;
  }));
  loop.start();
  loop.now();
  loop.now();
  assert.equal(state.looks, 1);
  finish(0);
  await settle();
  assert.deepEqual(timers.map(({ delay }) => delay), [0]);
  assert.equal(state.looks, 1);
  await turn();
  assert.equal(state.looks, 2);
  assert.deepEqual(timers, []);
});

test('a server that asks to wait is left alone for so long', async () => {
  const { loop, timers, settle } = turned(async () => 60);
  loop.start();
  await settle();
  assert.equal(timers[0].delay, 60000);
});

test('once stopped, nothing is looked at', async () => {
  let finish = null;
  const { loop, state, timers, settle } = turned(() => new Promise((resolve) => {
    finish = resolve;
  }));
  loop.start();
  loop.stop();
  finish(0);
  await settle();
  loop.now();
  assert.deepEqual([state.looks, timers.length], [1, 0]);
});
