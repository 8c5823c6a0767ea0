import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { settle } from './fakes/clock.mjs';
import { contentOf, fileEnds, fileOf, finished, offered, statesOf } from './fakes/file_ends.mjs';

const MIB = 1024 * 1024;
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const bytesOf = async (blob) => new Uint8Array(await blob.arrayBuffer());

async function send(one, other, file) {
  const { sending, receiving } = await offered(one, other, file);
  receiving.accept();
  await finished(sending, receiving);
  return { sending, receiving };
}

test('a file is offered, accepted, and arrives intact', async () => {
  const { anna, ben } = fileEnds();
  const { sending, receiving } = await offered(anna, ben, fileOf(3 * MIB + 17));
  assert.deepEqual([receiving.name, receiving.size, receiving.type, receiving.direction, receiving.state],
    ['photo.jpg', 3 * MIB + 17, 'image/jpeg', 'receive', 'offered']);
  assert.equal(sending.id, receiving.id);
  const states = [statesOf(sending), statesOf(receiving)];
  receiving.accept();
  await finished(sending, receiving);
  assert.deepEqual(states, [['running', 'done'], ['running', 'done']]);
  const content = contentOf(3 * MIB + 17);
  assert.deepEqual(await bytesOf(receiving.blob), content);
  assert.equal(receiving.blob.type, 'image/jpeg');
  assert.deepEqual([sending.checksum, receiving.checksum], [sha256(content), sha256(content)]);
  assert.deepEqual([sending.transferred, receiving.transferred], [content.length, content.length]);
});

test('an empty file arrives', async () => {
  const { anna, ben } = fileEnds();
  const { sending, receiving } = await send(anna, ben, fileOf(0));
  assert.deepEqual([sending.state, receiving.state, receiving.blob.size], ['done', 'done', 0]);
  assert.equal(receiving.checksum, sha256(''));
});

test('several files in both directions at once do not mix', async () => {
  const { anna, ben } = fileEnds();
  const sizes = [400_000, 1, 65_536, 300_001];
  const sending = sizes.flatMap((size, i) => [anna, ben].map((end) => end.transfers.send(fileOf(size, `${i}.bin`))));
  await settle();
  const receiving = [...anna.offers, ...ben.offers];
  assert.equal(receiving.length, 8);
  for (const transfer of receiving) transfer.accept();
  await finished(...sending, ...receiving);
  for (const transfer of receiving) {
    assert.equal(transfer.checksum, sha256(contentOf(sizes[Number(transfer.name[0])])));
  }
  assert.ok(sending.every(({ state }) => state === 'done'));
});

test('each file has an ordered channel of its own, closed at the end', async () => {
  const { anna, ben } = fileEnds();
  const { sending } = await send(anna, ben, fileOf(10));
  await settle();
  assert.deepEqual(anna.channels.map(({ label, ordered, readyState }) => [label, ordered, readyState]),
    [[`file:${sending.id}`, true, 'closed']]);
});

test('chunks are 16 KiB, and up to 64 KiB where the other side takes as much', async () => {
  const largest = async (maxMessageSize) => {
    const { anna, ben } = fileEnds({ maxMessageSize });
    await send(anna, ben, fileOf(300_000));
    return Math.max(...anna.channels[0].sent.map(({ byteLength }) => byteLength ?? 0));
  };
  assert.equal(await largest(undefined), 16_384);
  assert.equal(await largest(() => 262_144), 65_536);
  assert.equal(await largest(() => 40_000), 40_000);
});

test('a slow path holds the reading back', async () => {
  const { anna, ben } = fileEnds();
  const { sending, receiving } = await offered(anna, ben, fileOf(8 * MIB));
  anna.opens = false;
  receiving.accept();
  await settle();
  anna.channels[0].hold = true;
  anna.channels[0].open();
  for (let i = 0; i < 20; ++i) await settle();
  assert.ok(sending.transferred <= MIB, `${sending.transferred} bytes handed over`);
  assert.ok(anna.channels[0].bufferedAmount <= MIB + 65_536);
});

test('progress is said at most ten times a second, the last of it soon', async () => {
  const { clock, anna, ben } = fileEnds();
  const { sending, receiving } = await offered(anna, ben, fileOf(MIB));
  const heard = [];
  receiving.addEventListener('progress', ({ detail }) => heard.push([clock.now(), detail.transferred, detail.size]));
  receiving.accept();
  await settle();
  assert.equal(heard.length, 1);
  await finished(sending, receiving);
  await clock.advance(1000);
  assert.ok(heard.length <= 2);
  assert.equal(clock.pending, 0);
});

test('progress that was held back is said a tenth of a second later', async () => {
  const { clock, anna, ben } = fileEnds();
  const { receiving } = await offered(anna, ben, fileOf(MIB));
  const heard = [];
  receiving.addEventListener('progress', ({ detail }) => heard.push(detail.transferred));
  anna.opens = false;
  receiving.accept();
  await settle();
  const [theirs] = anna.channels;
  ben.transfers.onChannel(theirs);
  theirs.open();
  for (let i = 0; i < 5; ++i) theirs.receive(new ArrayBuffer(1000));
  assert.deepEqual(heard, [1000]);
  await clock.advance(99);
  assert.deepEqual(heard, [1000]);
  await clock.advance(1);
  assert.deepEqual(heard, [1000, 5000]);
});

test('who refuses gets nothing', async () => {
  const { anna, ben } = fileEnds();
  const { sending, receiving } = await offered(anna, ben, fileOf(1000));
  receiving.cancel();
  await settle();
  assert.deepEqual([sending.state, sending.reason], ['cancelled', 'refused']);
  assert.deepEqual([receiving.state, receiving.reason], ['cancelled', 'refused']);
  assert.equal(anna.channels.length, 0);
  receiving.accept();
  assert.equal(receiving.state, 'cancelled');
});

test('an offer can be taken back', async () => {
  const { anna, ben } = fileEnds();
  const { sending, receiving } = await offered(anna, ben, fileOf(1000));
  sending.cancel();
  await settle();
  assert.deepEqual([sending.state, sending.reason], ['cancelled', 'cancelled']);
  assert.deepEqual([receiving.state, receiving.reason], ['cancelled', 'peer-cancelled']);
});

for (const side of ['sending', 'receiving']) {
  test(`the ${side} side cancels in the middle`, async () => {
    const { clock, anna, ben } = fileEnds();
    const ends = await offered(anna, ben, fileOf(4 * MIB));
    ends.receiving.addEventListener('progress', () => ends[side].cancel());
    ends.receiving.accept();
    await finished(ends.sending, ends.receiving);
    await settle();
    const other = side === 'sending' ? 'receiving' : 'sending';
    assert.deepEqual([ends[side].state, ends[side].reason], ['cancelled', 'cancelled']);
    assert.deepEqual([ends[other].state, ends[other].reason], ['cancelled', 'peer-cancelled']);
    assert.equal(anna.channels[0].readyState, 'closed');
    assert.equal(ends.receiving.blob, undefined);
    await clock.advance(5000);
    assert.equal(clock.pending, 0);
  });
}

test('a connection that ends fails what is not finished, at once', async () => {
  const { anna, ben } = fileEnds();
  const done = await send(anna, ben, fileOf(1));
  const one = await offered(anna, ben, fileOf(4 * MIB));
  const two = await offered(ben, anna, fileOf(100));
  one.receiving.addEventListener('progress', () => anna.transfers.close());
  one.receiving.accept();
  await finished(one.sending);
  assert.deepEqual([one.sending.state, one.sending.reason], ['failed', 'disconnected']);
  assert.deepEqual([two.receiving.state, two.receiving.reason], ['failed', 'disconnected']);
  assert.equal(done.sending.state, 'done');
  assert.equal(anna.transfers.send(fileOf(1)).state, 'failed');
});

test('a channel that closes without a word fails after two seconds', async () => {
  const { clock, anna, ben } = fileEnds();
  const { sending, receiving } = await offered(anna, ben, fileOf(4 * MIB));
  receiving.addEventListener('progress', () => anna.channels[0].close());
  receiving.accept();
  for (let i = 0; i < 10; ++i) await settle();
  assert.deepEqual([sending.state, receiving.state], ['running', 'running']);
  await clock.advance(2000);
  assert.deepEqual([sending.state, sending.reason], ['failed', 'disconnected']);
  assert.deepEqual([receiving.state, receiving.reason], ['failed', 'disconnected']);
});

test('a channel that cannot be opened fails the transfer on both sides', async () => {
  const { anna, ben } = fileEnds();
  const { sending, receiving } = await offered(anna, ben, fileOf(10));
  Object.defineProperty(anna, 'channels', { get: () => { throw new DOMException('closed', 'InvalidStateError'); } });
  receiving.accept();
  await settle();
  assert.deepEqual([sending.state, sending.reason], ['failed', 'disconnected']);
  assert.deepEqual([receiving.state, receiving.reason], ['failed', 'disconnected']);
});

test('a file that cannot be read any more fails on both sides', async () => {
  const { anna, ben } = fileEnds();
  const file = fileOf(MIB);
  file.slice = () => ({ arrayBuffer: () => Promise.reject(new DOMException('gone', 'NotReadableError')) });
  const { sending, receiving } = await send(anna, ben, file);
  assert.deepEqual([sending.state, sending.reason], ['failed', 'unreadable']);
  assert.deepEqual([receiving.state, receiving.reason], ['failed', 'unreadable']);
});
