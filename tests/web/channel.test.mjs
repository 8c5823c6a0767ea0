import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Channel } from '../../web/client/channel.js';
import { channelPair, FakeDataChannel } from './fakes/channel.mjs';
import { settle } from './fakes/clock.mjs';

const MIB = 1024 * 1024;

function heard(channel, ...types) {
  const events = [];
  for (const type of types) channel.addEventListener(type, ({ detail }) => events.push(detail.message ?? type));
  return events;
}

test('what is sent before the channel opens goes out in order when it does', async () => {
  const fake = new FakeDataChannel('talk');
  const channel = new Channel(fake);
  const events = heard(channel, 'open');
  const all = Promise.all([channel.send('one'), channel.send('zwei ö'), channel.send(new Uint8Array([3]))]);
  assert.equal(channel.state, 'connecting');
  assert.equal(channel.queuedBytes, 3 + 7 + 1);
  assert.deepEqual(fake.sent, []);
  fake.open();
  await all;
  assert.deepEqual(events, ['open']);
  assert.equal(channel.state, 'open');
  assert.equal(channel.queuedBytes, 0);
  assert.deepEqual(fake.sent.slice(0, 2), ['one', 'zwei ö']);
  assert.deepEqual(new Uint8Array(fake.sent[2]), new Uint8Array([3]));
});

test('what waits is as it was when it was sent', async () => {
  const fake = new FakeDataChannel('talk');
  const channel = new Channel(fake);
  const bytes = new Uint8Array([1, 2, 3, 4]);
  channel.send(bytes.subarray(1, 3));
  channel.send(bytes.buffer);
  bytes.fill(9);
  fake.open();
  assert.deepEqual(fake.sent.map((buffer) => [...new Uint8Array(buffer)]), [[2, 3], [1, 2, 3, 4]]);
});

test('messages come from the other side, bytes as ArrayBuffer', async () => {
  const [one, two] = channelPair('talk').map((fake) => new Channel(fake));
  const messages = heard(two, 'message');
  await one.send('hello');
  await one.send(new Uint8Array([1, 2]));
  await settle();
  assert.equal(messages[0], 'hello');
  assert.ok(messages[1] instanceof ArrayBuffer);
  assert.equal(two.label, 'talk');
});

test('the browser is given at most a mebibyte and one message', async () => {
  const [fake] = channelPair('talk');
  fake.hold = true;
  const channel = new Channel(fake);
  let handedOver = 0;
  for (let i = 0; i < 64; ++i) channel.send(new Uint8Array(64 * 1024)).then(() => ++handedOver);
  await settle();
  assert.equal(handedOver, 16);
  assert.equal(channel.bufferedAmount, MIB);
  assert.equal(channel.queuedBytes, 3 * MIB);
});

test('more is handed over when the browser has sent three quarters of it', async () => {
  const [fake] = channelPair('talk');
  fake.hold = true;
  const channel = new Channel(fake);
  for (let i = 0; i < 64; ++i) channel.send(new Uint8Array(64 * 1024));
  fake.drain(11);
  assert.equal(fake.sent.length, 16);
  fake.drain(1);
  assert.equal(fake.sent.length, 16 + 12);
  while (fake.bufferedAmount > 0) fake.drain(1);
  assert.equal(fake.sent.length, 64);
  assert.equal(channel.queuedBytes, 0);
});

test('what is sent while others wait does not overtake them', async () => {
  const [fake] = channelPair('talk');
  fake.hold = true;
  const channel = new Channel(fake);
  channel.send('x'.repeat(MIB));
  channel.send('second');
  fake.hold = false;
  channel.send('third');
  fake.drain();
  await settle();
  assert.deepEqual(fake.sent.slice(1), ['second', 'third']);
});

test('more than 16 MiB do not wait', async () => {
  const channel = new Channel(new FakeDataChannel('talk'));
  for (let i = 0; i < 16; ++i) channel.send(new Uint8Array(MIB));
  await assert.rejects(channel.send('x'), /too much waiting/);
  assert.equal(channel.queuedBytes, 16 * MIB);
});

test('closing rejects what waits and what comes afterwards, and is said once', async () => {
  const fake = new FakeDataChannel('talk');
  const channel = new Channel(fake);
  const events = heard(channel, 'open', 'close');
  const waiting = assert.rejects(channel.send('x'), /closed/);
  channel.close();
  channel.close();
  await settle();
  await waiting;
  await assert.rejects(channel.send('y'), /closed/);
  assert.deepEqual(events, ['close']);
  assert.equal(channel.state, 'closed');
  assert.equal(channel.queuedBytes, 0);
});

test('the other side closing closes', async () => {
  const [fakeOne, fakeTwo] = channelPair('talk');
  const one = new Channel(fakeOne);
  const events = heard(new Channel(fakeTwo), 'close');
  one.close();
  await settle();
  assert.deepEqual(events, ['close']);
});

test('a message that the browser refuses rejects, and the next one goes', async () => {
  const [fake] = channelPair('talk');
  const channel = new Channel(fake);
  const { send } = fake;
  fake.send = () => {
    throw new TypeError('larger than the other side takes');
  };
  await assert.rejects(channel.send('x'), TypeError);
  fake.send = send;
  await channel.send('y');
  assert.deepEqual(fake.sent, ['y']);
});

test('a channel that is open already, as those from the other side are, sends at once', async () => {
  const [fake] = channelPair('talk');
  const channel = new Channel(fake);
  assert.equal(channel.state, 'open');
  await channel.send('x');
  assert.deepEqual(fake.sent, ['x']);
});
