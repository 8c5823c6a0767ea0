import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { Outbox } from '../../web/client/outbox.js';

const signal = (data) => ({ type: 'signal', targetUserId: 'bob', data });
const chat = (text) => ({ type: 'chat', text });
let outbox;
let written;
const flush = () => {
  written = [];
  outbox.flush((message) => written.push(message), () => true);
  return written.map(({ data, text }) => data ?? text);
};

beforeEach(() => {
  outbox = new Outbox();
});

test('messages go out once, in order, each with a number', () => {
  outbox.add(signal('one'));
  outbox.add(chat('two'));
  assert.deepEqual(flush(), ['one', 'two']);
  assert.deepEqual(written.map(({ ref }) => ref), [1, 2]);
  assert.deepEqual(flush(), []);
});

test('what may not be sent yet waits', () => {
  for (const name of ['one', 'two', 'three']) outbox.add(signal(name));
  written = [];
  outbox.flush((message) => written.push(message), () => written.length < 2);
  assert.equal(written.length, 2);
  assert.equal(outbox.isWaiting, true);
  assert.deepEqual(flush(), ['three']);
  assert.equal(outbox.isWaiting, false);
});

test('what was not confirmed goes out again before what is new', () => {
  for (const name of ['one', 'two']) outbox.add(signal(name));
  flush();
  outbox.confirm(1);
  outbox.add(signal('three'));
  outbox.rewind();
  assert.deepEqual(flush(), ['two', 'three']);
});

test('all that was sent is confirmed by the last number', () => {
  outbox.add(signal('one'));
  outbox.add(signal('two'));
  flush();
  assert.equal(outbox.isUnconfirmed, true);
  outbox.confirm(outbox.lastRef);
  assert.equal(outbox.isUnconfirmed, false);
  outbox.rewind();
  assert.deepEqual(flush(), []);
});

test('a message that is sent again is not confirmed by its old number', () => {
  outbox.add(signal('one'));
  flush();
  const old = outbox.lastRef;
  outbox.rewind();
  flush();
  outbox.confirm(old);
  assert.equal(outbox.isUnconfirmed, true);
});

test('a chat message that came back is not said again', () => {
  outbox.add(chat('hello'));
  flush();
  outbox.heardChat('hello');
  assert.equal(outbox.rewind(), false);
  assert.deepEqual(flush(), []);
});

test('a chat message whose echo comes after the rewind is not said again, one that is new is', () => {
  outbox.add(chat('hello'));
  flush();
  assert.equal(outbox.rewind(), true);
  outbox.add(chat('hello'));
  outbox.heardChat('hello');
  assert.deepEqual(flush(), ['hello']);
});

test('signals can be repeated alone', () => {
  outbox.add(chat('hello'));
  outbox.add(signal('one'));
  flush();
  outbox.rewindSignals();
  assert.deepEqual(flush(), ['one']);
});

test('signals can be dropped alone, sent or not', () => {
  outbox.add(signal('one'));
  outbox.add(chat('hello'));
  flush();
  outbox.add(signal('two'));
  outbox.dropSignals();
  outbox.rewind();
  assert.deepEqual(flush(), ['hello']);
});

test('a room that is away for long does not fill the memory: the oldest go', () => {
  for (let i = 0; i < 1500; ++i) outbox.add(signal(i));
  const sent = flush();
  assert.equal(sent.length, 1000);
  assert.equal(sent.at(-1), 1499);
});
