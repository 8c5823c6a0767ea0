import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { Signaling } from '../../web/client/signaling.js';
import { fakeEnvironment } from './fakes/environment.mjs';
import { JOINED, SignalingTest, URL } from './fakes/signaling.mjs';

/** @type {SignalingTest} */
let t;

beforeEach(() => {
  t = new SignalingTest();
});

test('joins with the first message', () => {
  t = new SignalingTest({ roomId: 'daily', userId: 'alice', name: 'Alice', token: 'jwt' });
  assert.equal(t.last.url, URL);
  t.last.accept();
  assert.deepEqual(t.last.sent, [
    { type: 'join-room', roomId: 'daily', userId: 'alice', name: 'Alice', token: 'jwt', ref: 'join' },
  ]);
  assert.equal(t.signaling.state, 'connecting');
  t.last.say(JOINED);
  assert.equal(t.signaling.state, 'joined');
  assert.deepEqual(t.states, ['connecting', 'joined']);
});

test('what is said before the room is joined goes out after', () => {
  t.signaling.send({ type: 'chat', text: 'hello' });
  t.last.accept();
  assert.equal(t.last.of('chat').length, 0);
  t.last.say(JOINED);
  assert.equal(t.last.of('chat')[0].text, 'hello');
});

for (const code of ['unauthorized', 'room-full', 'bad-message', 'rate-limited', 'draining']) {
  test(`a first join that is refused with ${code} has failed`, () => {
    t.last.accept();
    t.last.say({ type: 'error', code, message: 'no', ref: 'join' });
    assert.equal(t.ended, code);
    assert.equal(t.signaling.state, 'closed');
    assert.equal(t.last.closedWith.code, 1000);
    assert.equal(t.clock.pending, 0);
  });
}

test('a server that is not there is unreachable after three attempts', async () => {
  for (let i = 1; i <= 3; ++i) {
    assert.equal(t.sockets.length, i);
    assert.equal(t.ended, undefined);
    t.last.end(1006);
    await t.clock.advance(2_000);
  }
  assert.equal(t.ended, 'unreachable');
  assert.equal(t.sockets.length, 3);
  assert.equal(t.clock.pending, 0);
});

test('a server that takes the connection and says nothing is unreachable after ten seconds', async () => {
  t.last.accept();
  await t.clock.advance(9_999);
  assert.equal(t.ended, undefined);
  await t.clock.advance(1);
  assert.equal(t.ended, 'unreachable');
});

test('an address that is none is unreachable', () => {
  const { environment } = fakeEnvironment();
  class Refusing {
    constructor() {
      throw new SyntaxError('not an address');
    }
  }
  const refused = new Signaling({ url: 'x', place: {}, environment: { ...environment, WebSocket: Refusing } });
  let code;
  refused.addEventListener('ended', ({ detail }) => {
    ({ code } = detail.error);
  });
  refused.start();
  assert.equal(code, 'unreachable');
});

test('a lost socket is followed by another, which takes the place back', async () => {
  t.accept();
  t.last.say({ type: 'chat', from: 'bob', text: 'one', seq: 41 });
  t.last.end(1006);
  assert.equal(t.signaling.state, 'reconnecting');
  await t.clock.advance(500);
  assert.equal(t.sockets.length, 2);
  t.last.accept();
  assert.deepEqual(t.joins[0], {
    type: 'join-room', roomId: 'daily', userId: 'alice', resume: 'secret', lastSeq: 41, ref: 'join',
  });
  t.last.say({ ...JOINED, resumed: true, resume: 'next', seq: 41 });
  assert.equal(t.signaling.state, 'joined');
  assert.deepEqual(t.states, ['connecting', 'joined', 'reconnecting', 'joined']);
});

test('the room and the user id that the server drew are asked for again', async () => {
  t = new SignalingTest({});
  t.accept({ roomId: 'drawn', userId: 'also-drawn' });
  t.last.end(1001);
  await t.clock.advance(500);
  t.last.accept();
  assert.equal(t.joins[0].roomId, 'drawn');
  assert.equal(t.joins[0].userId, 'also-drawn');
});

test('a resume is good once: the next one is the newest', async () => {
  t.accept();
  await t.comeBack({ resumed: true, resume: 'second' });
  t.last.end(1006);
  await t.clock.advance(2_000);
  t.last.accept();
  assert.equal(t.joins[0].resume, 'second');
});

for (const code of [1000, 1001, 1006]) {
  test(`${code} comes back soon, then after longer and longer waits`, async () => {
    t.accept();
    const waits = [];
    for (let i = 0; i < 8; ++i) {
      t.last.end(code);
      const before = t.clock.now();
      while (t.sockets.length === i + 1) await t.clock.advance(25);
      waits.push(t.clock.now() - before);
    }
    assert.ok(waits[0] <= 500, `${waits}`);
    assert.ok(waits.every((wait, i) => i === 0 || wait >= waits[i - 1]), `${waits}`);
    assert.ok(waits.at(-1) <= 15_025, `${waits}`);
  });
}

for (const code of [1008, 1013]) {
  test(`${code} comes back, but not at once`, async () => {
    t.accept();
    t.last.end(code);
    await t.clock.advance(2_500);
    assert.equal(t.sockets.length, 1);
    await t.clock.advance(3_500);
    assert.equal(t.sockets.length, 2);
  });
}

for (const [code, reason] of [[4001, 'replaced'], [4002, 'kicked'], [4003, 'closed']]) {
  test(`${code} is final: ${reason}`, async () => {
    t.accept();
    t.last.end(code);
    assert.equal(t.ended, reason);
    assert.equal(t.signaling.state, 'closed');
    await t.clock.advance(120_000);
    assert.equal(t.sockets.length, 1);
    assert.equal(t.clock.pending, 0);
  });
}

test('1009 comes back without what was too large', async () => {
  t.accept();
  t.signaling.send({ type: 'chat', text: 'enormous' });
  t.last.end(1009);
  await t.clock.advance(1_000);
  t.accept({ resumed: true });
  t.last.say({ type: 'pong' });
  assert.equal(t.last.of('chat').length, 0);
});

test('a dead socket is noticed and given up', async () => {
  t.accept();
  await t.clock.advance(10_000);
  assert.equal(t.last.of('ping').length, 1);
  await t.clock.advance(6_000);
  assert.equal(t.sockets[0].closedWith.code, 1000);
  assert.equal(t.signaling.state, 'reconnecting');
  await t.clock.advance(1_000);
  assert.equal(t.sockets.length, 2);
});

test('what a socket says after it was given up is not heard', async () => {
  t.accept();
  await t.clock.advance(17_000);
  t.accept({ resumed: true });
  const heard = t.events.length;
  t.sockets[0].end(4001);
  t.sockets[0].readyState = 1;
  t.sockets[0].say({ type: 'chat', from: 'bob', text: 'late', seq: 5 });
  assert.equal(t.events.length, heard);
  assert.equal(t.signaling.state, 'joined');
});

test('a socket that answers pings lives', async () => {
  t.accept();
  t.last.onsent = ({ type }) => type === 'ping' && t.last.say({ type: 'pong' });
  await t.clock.advance(120_000);
  assert.equal(t.sockets.length, 1);
  assert.ok(t.last.of('ping').length >= 10);
});
