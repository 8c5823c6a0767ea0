import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { Sha256 } from '../../web/client/sha256.js';

const digestOf = (text) => new Sha256().update(new TextEncoder().encode(text)).digest();
const reference = (bytes) => createHash('sha256').update(bytes).digest('hex');

// A linear congruential generator: the same bytes each time.
function numbersFrom(seed) {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}

test('the digests of the examples in FIPS 180 are those of FIPS 180', () => {
  assert.equal(digestOf(''), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  assert.equal(digestOf('abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  assert.equal(digestOf('abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq'),
    '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1');
  assert.equal(digestOf('a'.repeat(1_000_000)), 'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0');
});

test('every length around the padding has the digest that node says', () => {
  for (let length = 0; length <= 260; ++length) {
    const bytes = new Uint8Array(length).map((_, i) => i * 31 + length);
    assert.equal(new Sha256().update(bytes).digest(), reference(bytes), `${length} bytes`);
  }
});

test('it does not matter how the bytes are cut', () => {
  const next = numbersFrom(7);
  const bytes = new Uint8Array(100_000).map(() => next(256));
  const expected = reference(bytes);
  for (let round = 0; round < 20; ++round) {
    const digest = new Sha256();
    for (let at = 0; at < bytes.length;) {
      const length = next(3) ? next(200) : next(20_000);
      digest.update(bytes.subarray(at, at + length));
      at += length;
    }
    assert.equal(digest.digest(), expected);
  }
});

test('several digests at once do not disturb each other', () => {
  const one = new Sha256();
  const two = new Sha256();
  for (let i = 0; i < 100; ++i) {
    one.update(new Uint8Array(97).fill(i));
    two.update(new Uint8Array(89).fill(i + 1));
  }
  const blocks = (length, first) => Array.from({ length: 100 }, (_, i) => Buffer.alloc(length, i + first));
  const whole = (length, first) => Buffer.concat(blocks(length, first));
  assert.equal(one.digest(), reference(whole(97, 0)));
  assert.equal(two.digest(), reference(whole(89, 1)));
});
