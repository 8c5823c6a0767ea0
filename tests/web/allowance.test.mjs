import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Allowance } from '../../web/client/allowance.js';

test('so many within a while, and again when the first of them is past', () => {
  let now = 0;
  const allowance = new Allowance({ now: () => now }, { most: 2, within: 100 });
  assert.deepEqual([allowance.take(), allowance.take(), allowance.take()], [true, true, false]);
  now = 99;
  assert.equal(allowance.take(), false);
  now = 100;
  assert.deepEqual([allowance.take(), allowance.take(), allowance.take()], [true, true, false]);
});
