import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { JOINED, SignalingTest } from './fakes/signaling.mjs';

/** @type {SignalingTest} */
let t;

beforeEach(() => {
  t = new SignalingTest();
});

test('what is said while there is no socket goes out over the next, in order', async () => {
  t.accept();
  t.last.end(1006);
  t.signaling.send({ type: 'signal', targetUserId: 'bob', data: 1 });
  t.signaling.send({ type: 'signal', targetUserId: 'bob', data: 2 });
  await t.clock.advance(1_000);
  t.accept({ resumed: true });
  assert.deepEqual(t.last.of('signal').map(({ data }) => data), [1, 2]);
});

test('what was sent into a dead socket is sent again', async () => {
  t.accept();
  t.signaling.send({ type: 'signal', targetUserId: 'bob', data: 'confirmed' });
  await t.clock.advance(1_000);
  t.last.say({ type: 'pong' });
  t.signaling.send({ type: 'signal', targetUserId: 'bob', data: 'lost' });
  await t.comeBack();
  assert.deepEqual(t.last.of('signal').map(({ data }) => data), ['lost']);
});

test('a chat message that may have been heard waits for its echo, and is not said twice', async () => {
  t.accept();
  for (const text of ['heard', 'lost']) t.signaling.send({ type: 'chat', text });
  await t.comeBack({ resumed: true });
  assert.equal(t.last.of('chat').length, 0);
  assert.equal(t.last.of('ping').length, 1);
  t.last.say({ type: 'chat', from: 'alice', text: 'heard', seq: 1 });
  t.last.say({ type: 'pong' });
  assert.deepEqual(t.last.of('chat').map(({ text }) => text), ['lost']);
});

test('a room that begins anew gets what was said, but no signals of old', async () => {
  t.accept();
  t.signaling.send({ type: 'signal', targetUserId: 'bob', data: 'old' });
  t.signaling.send({ type: 'chat', text: 'hello' });
  await t.comeBack({ resumed: false });
  t.last.say({ type: 'pong' });
  assert.equal(t.last.of('signal').length, 0);
  assert.equal(t.last.of('chat').length, 1);
});

test('nothing that was told before is told again', async () => {
  t.accept();
  const chat = (seq) => ({ type: 'chat', from: 'bob', text: `${seq}`, seq });
  t.last.say(chat(1));
  t.last.say(chat(2));
  await t.comeBack({ resumed: true, seq: 1 });
  t.last.say(chat(2));
  t.last.say(chat(3));
  const heard = t.events.filter(([type]) => type === 'message').map(([, { message }]) => message.seq);
  assert.deepEqual(heard, [1, 2, 3]);
});

test('a room that begins anew counts anew', async () => {
  t.accept();
  t.last.say({ type: 'chat', from: 'bob', text: 'old', seq: 40 });
  await t.comeBack({ resumed: false, seq: 0 });
  t.last.say({ type: 'chat', from: 'bob', text: 'new', seq: 1 });
  assert.equal(t.events.filter(([type]) => type === 'message').length, 2);
});

for (const code of ['room-full', 'rate-limited', 'draining']) {
  test(`a rejoin that is refused with ${code} is tried again`, async () => {
    t.accept();
    t.last.end(1006);
    await t.clock.advance(1_000);
    t.last.accept();
    t.last.say({ type: 'error', code, message: 'not now', ref: 'join' });
    assert.equal(t.signaling.state, 'reconnecting');
    await t.clock.advance(10_000);
    assert.equal(t.sockets.length, 3);
    t.accept();
    assert.equal(t.signaling.state, 'joined');
  });
}

test('a rejoin with a token that is no longer good is the end', async () => {
  t.accept();
  t.last.end(1006);
  await t.clock.advance(1_000);
  t.last.accept();
  t.last.say({ type: 'error', code: 'unauthorized', message: 'expired', ref: 'join' });
  assert.equal(t.ended, 'unauthorized');
});

test('a server that forgot the place is joined anew', async () => {
  t.accept();
  t.last.say({ type: 'error', code: 'not-in-room', message: 'join first' });
  assert.equal(t.signaling.state, 'reconnecting');
  await t.clock.advance(1_000);
  t.last.accept();
  assert.equal(t.joins[0].resume, undefined);
});

test('much at once goes out at a pace that the server takes', async () => {
  t.accept();
  t.last.onsent = ({ type }) => type === 'ping' && t.last.say({ type: 'pong' });
  for (let i = 0; i < 700; ++i) t.signaling.send({ type: 'signal', targetUserId: 'bob', data: i });
  assert.ok(t.last.sent.length <= 250);
  await t.clock.advance(5_000);
  assert.ok(t.last.sent.length <= 400);
  await t.clock.advance(20_000);
  assert.deepEqual(t.last.of('signal').map(({ data }) => data), Array.from({ length: 700 }, (_, i) => i));
});

test('long messages count more', () => {
  t.accept();
  for (let i = 0; i < 100; ++i) t.signaling.send({ type: 'signal', targetUserId: 'bob', data: 'x'.repeat(9_000) });
  assert.ok(t.last.of('signal').length < 90);
});

test('too much at once: waits, then sends the signals again', async () => {
  t.accept();
  t.signaling.send({ type: 'signal', targetUserId: 'bob', data: 1 });
  t.last.say({ type: 'error', code: 'rate-limited', message: 'too many messages' });
  t.signaling.send({ type: 'signal', targetUserId: 'bob', data: 2 });
  assert.equal(t.last.of('signal').length, 1);
  await t.clock.advance(2_000);
  assert.deepEqual(t.last.of('signal').map(({ data }) => data), [1, 1, 2]);
});

test('draining: goes over to another server after the time that is given', async () => {
  t.accept();
  t.last.say({ type: 'draining', reconnectAfter: 5 });
  await t.clock.advance(4_900);
  assert.equal(t.signaling.state, 'joined');
  await t.clock.advance(4_000);
  assert.equal(t.sockets.length, 2);
  t.last.accept();
  assert.equal(t.joins[0].resume, 'secret');
});

test('a server that goes on draining is not left every five seconds', async () => {
  t.accept();
  t.last.say({ type: 'draining', reconnectAfter: 5 });
  await t.clock.advance(9_000);
  t.last.onsent = ({ type }) => type === 'ping' && t.last.say({ type: 'pong' });
  t.last.accept();
  t.last.say({ type: 'draining', reconnectAfter: 5 });
  t.last.say({ ...JOINED, resumed: true });
  await t.clock.advance(60_000);
  assert.equal(t.sockets.length, 2);
});

test('new ICE servers are asked for over the same socket, in the same place', () => {
  t.accept();
  t.signaling.refresh();
  t.signaling.refresh();
  assert.equal(t.joins.length, 2);
  assert.equal(t.joins[1].resume, 'secret');
  t.last.say({ ...JOINED, resumed: true, resume: 'next' });
  assert.deepEqual(t.states, ['connecting', 'joined']);
  assert.equal(t.events.filter(([type]) => type === 'joined').length, 2);
});

test('new ICE servers that are refused change nothing', () => {
  t.accept();
  t.signaling.refresh();
  t.last.say({ type: 'error', code: 'draining', message: 'no', ref: 'join' });
  assert.equal(t.signaling.state, 'joined');
  t.signaling.refresh();
  assert.equal(t.joins.length, 3);
});

test('when the network is back it does not wait', async () => {
  t.accept();
  for (let i = 0; i < 6; ++i) {
    t.last.end(1006);
    await t.clock.advance(i < 5 ? 20_000 : 0);
  }
  const before = t.sockets.length;
  t.signaling.wake();
  assert.equal(t.sockets.length, before + 1);
});

test('when another network is there it asks whether the socket lives', () => {
  t.accept();
  t.signaling.wake();
  assert.equal(t.last.of('ping').length, 1);
});

test('stop says goodbye, and leaves nothing running', async () => {
  t.accept();
  t.signaling.send({ type: 'chat', text: 'bye' });
  t.signaling.stop();
  assert.equal(t.last.of('leave-room').length, 1);
  assert.equal(t.last.closedWith.code, 1000);
  assert.equal(t.ended, 'left');
  assert.equal(t.clock.pending, 0);
  t.signaling.stop();
  t.signaling.send({ type: 'chat', text: 'nobody hears' });
  await t.clock.advance(60_000);
  assert.equal(t.sockets.length, 1);
});

test('stop while waiting to come back', async () => {
  t.accept();
  t.last.end(1006);
  t.signaling.stop();
  await t.clock.advance(60_000);
  assert.equal(t.sockets.length, 1);
  assert.equal(t.clock.pending, 0);
});
