// What a peer that does not keep to the protocol can do to a file: nothing but end it.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { FakeDataChannel } from './fakes/channel.mjs';
import { settle } from './fakes/clock.mjs';
import { contentOf, fileEnds, fileOf, finished, offered } from './fakes/file_ends.mjs';

/** `ben` has accepted a file of `size` bytes; `theirs` is the channel that it comes by. */
async function accepted(size) {
  const ends = fileEnds();
  const { ben } = ends;
  ben.transfers.onControl({ type: 'file-offer', id: 'x', name: 'x', size, mime: '' });
  const [receiving] = ben.offers;
  receiving.accept();
  const theirs = new FakeDataChannel('file:x');
  assert.equal(ben.transfers.onChannel(theirs), true);
  theirs.open();
  return { ...ends, receiving, theirs };
}

const checksumOf = { empty: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855' };

test('a wrong checksum fails on both sides', async () => {
  const { anna, ben } = fileEnds();
  const { sending, receiving } = await offered(anna, ben, fileOf(1000));
  const { send } = FakeDataChannel.prototype;
  FakeDataChannel.prototype.send = function (message) {
    const flipped = ArrayBuffer.isView(message) ? new Uint8Array(message).map((byte) => byte ^ 1) : message;
    send.call(this, flipped);
  };
  receiving.accept();
  await finished(sending, receiving);
  FakeDataChannel.prototype.send = send;
  assert.deepEqual([sending.state, sending.reason], ['failed', 'checksum']);
  assert.deepEqual([receiving.state, receiving.reason, receiving.blob], ['failed', 'checksum', undefined]);
});

test('more bytes than were offered are not taken', async () => {
  const { receiving, theirs, ben } = await accepted(1000);
  theirs.receive(new ArrayBuffer(600));
  theirs.receive(new ArrayBuffer(401));
  assert.deepEqual([receiving.state, receiving.reason], ['failed', 'size']);
  assert.equal(theirs.readyState, 'closed');
  assert.deepEqual(ben.said.at(-1), { type: 'file-refuse', id: 'x', reason: 'size' });
  theirs.receive(new ArrayBuffer(10));
  assert.equal(receiving.transferred, 600);
});

test('fewer bytes than were offered are no file', async () => {
  const { receiving, theirs } = await accepted(1000);
  theirs.receive(JSON.stringify({ checksum: checksumOf.empty }));
  assert.deepEqual([receiving.state, receiving.reason], ['failed', 'size']);
});

test('pieces may have any size, also none', async () => {
  const content = contentOf(9 * 1024 * 1024);
  const { receiving, theirs } = await accepted(content.length);
  let at = 0;
  for (const size of [0, 1, 1, 5_000_000, 0, 4_000_000, 3, 0]) {
    theirs.receive(content.slice(at, at + size).buffer);
    at += size;
  }
  theirs.receive(content.slice(at).buffer);
  theirs.receive(new ArrayBuffer(0));
  const checksum = createHash('sha256').update(content).digest('hex');
  theirs.receive(JSON.stringify({ checksum }));
  assert.deepEqual([receiving.state, receiving.checksum], ['done', checksum]);
  assert.equal(Buffer.compare(Buffer.from(await receiving.blob.arrayBuffer()), content), 0);
});

test('an end that is no JSON, or has no checksum, is a wrong one', async () => {
  for (const end of ['', 'null', '{}', '{"checksum":1}', '[', `{"checksum":"${checksumOf.empty.toUpperCase()}"}`]) {
    const { receiving, theirs } = await accepted(0);
    theirs.receive(end);
    assert.deepEqual([receiving.state, receiving.reason], ['failed', 'checksum'], end);
  }
});

test('offers whose size is none are refused', async () => {
  const { ben } = fileEnds();
  for (const size of [-1, 1.5, 2 ** 53, '12', null, undefined, NaN, Infinity]) {
    ben.transfers.onControl({ type: 'file-offer', id: 'x', name: 'x', size });
  }
  assert.equal(ben.offers.length, 0);
  assert.equal(ben.said.length, 8);
  assert.ok(ben.said.every(({ type, reason }) => type === 'file-refuse' && reason === 'size'));
});

test('no more than 256 offers wait at once', async () => {
  const { anna, ben } = fileEnds();
  const sending = Array.from({ length: 257 }, () => anna.transfers.send(fileOf(1)));
  await settle();
  assert.equal(ben.offers.length, 256);
  assert.deepEqual([sending[256].state, sending[256].reason], ['failed', 'too-many']);
  ben.offers[0].cancel();
  await settle();
  anna.transfers.send(fileOf(1));
  await settle();
  assert.equal(ben.offers.length, 257);
});

test('names lose their folders, control characters and what turns writing around', async () => {
  const { ben } = fileEnds();
  const long = 'a'.repeat(500);
  const names = [
    ['../../etc/passwd', 'passwd'], ['C:\\Windows\\x.exe', 'x.exe'], ['a\u0000b\n.txt', 'ab.txt'], ['..', 'file'],
    ['', 'file'], ['/', 'file'], ['photo\u202Egpj.exe', 'photogpj.exe'], [' a .txt ', 'a .txt'],
    [7, 'file'], [undefined, 'file'],
    ['Grüße 😀.pdf', 'Grüße 😀.pdf'], [`${long}.tar`, `${'a'.repeat(196)}.tar`], ['.profile', '.profile'],
  ];
  names.forEach(([name], i) => ben.transfers.onControl({ type: 'file-offer', id: `${i}`, name, size: 1, mime: '' }));
  assert.deepEqual(ben.offers.map(({ name }) => name), names.map(([, cleaned]) => cleaned));
});

test('what a browser could run does not keep its type', async () => {
  const opaque = 'application/octet-stream';
  const types = [['text/html', opaque], ['image/svg+xml', opaque], ['image/png', 'image/png'],
    ['video/webm', 'video/webm'], ['text/plain', 'text/plain'], ['text/plain;x="\n', opaque], [5, opaque]];
  for (const [mime, type] of types) {
    const { ben } = fileEnds();
    ben.transfers.onControl({ type: 'file-offer', id: 'x', name: 'x', size: 0, mime });
    ben.offers[0].accept();
    const theirs = new FakeDataChannel('file:x');
    ben.transfers.onChannel(theirs);
    theirs.open();
    theirs.receive(JSON.stringify({ checksum: checksumOf.empty }));
    assert.equal(ben.offers[0].state, 'done');
    assert.equal(ben.offers[0].blob.type, type);
  }
});

test('a channel before the file was accepted, a second one, and one of no file are closed', async () => {
  const { ben } = fileEnds();
  ben.transfers.onControl({ type: 'file-offer', id: 'x', name: 'x', size: 5, mime: '' });
  const early = new FakeDataChannel('file:x');
  const stray = new FakeDataChannel('file:y');
  assert.equal(ben.transfers.onChannel(early), true);
  assert.equal(ben.transfers.onChannel(stray), true);
  ben.offers[0].accept();
  const [good, second] = [new FakeDataChannel('file:x'), new FakeDataChannel('file:x')];
  ben.transfers.onChannel(good);
  ben.transfers.onChannel(second);
  const states = [early, stray, good, second].map(({ readyState }) => readyState);
  assert.deepEqual(states, ['closed', 'closed', 'connecting', 'closed']);
  assert.equal(ben.transfers.onChannel(new FakeDataChannel('talk')), false);
  assert.equal(ben.offers[0].state, 'running');
});

test('messages that make no sense are ignored', async () => {
  const { anna, ben } = fileEnds();
  const { sending, receiving } = await offered(anna, ben, fileOf(10));
  const { id } = sending;
  for (const message of [null, undefined, 1, 'file-done', {}, { type: 7 }, { type: 'status' }]) {
    assert.equal(anna.transfers.onControl(message), false);
  }
  for (const message of [{ type: 'file-done', id }, { type: 'file-done' }, { type: 'file-x', id },
    { type: 'file-accept', id: 'y' }, { type: 'file-accept', id: {} }, { type: 'file-cancel', id }]) {
    assert.equal(anna.transfers.onControl(message), true);
  }
  ben.transfers.onControl({ type: 'file-offer', id, name: 'again', size: 1 });
  await settle();
  assert.equal(sending.state, 'offered');
  assert.equal(ben.offers.length, 1);
  receiving.accept();
  anna.transfers.onControl({ type: 'file-accept', id });
  await finished(sending, receiving);
  assert.deepEqual([sending.state, receiving.state, anna.channels.length], ['done', 'done', 1]);
});

test('a refusal for no known reason is a cancellation', async () => {
  for (const reason of ['toString', '', 5, undefined, 'whatever']) {
    const { anna, ben } = fileEnds();
    const { sending } = await offered(anna, ben, fileOf(10));
    anna.transfers.onControl({ type: 'file-refuse', id: sending.id, reason });
    assert.deepEqual([sending.state, sending.reason], ['cancelled', 'peer-cancelled']);
  }
});
