import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Backoff } from '../../web/client/backoff.js';
import { Timer } from '../../web/client/timer.js';
import { fakeEnvironment } from './fakes/environment.mjs';

const waits = (backoff, count) => Array.from({ length: count }, () => backoff.next());

test('each wait is twice as long as the one before, up to the longest', () => {
  const backoff = new Backoff({ first: 1000, most: 30_000, random: () => 1 });
  assert.deepEqual(waits(backoff, 7), [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
});

test('no wait is shorter than half, and two clients do not wait equally long', () => {
  const lucky = new Backoff({ first: 1000, most: 30_000, random: () => 0 });
  const unlucky = new Backoff({ first: 1000, most: 30_000, random: () => 0.5 });
  assert.deepEqual(waits(lucky, 3), [500, 1000, 2000]);
  assert.deepEqual(waits(unlucky, 3), [750, 1500, 3000]);
});

test('a reset begins anew', () => {
  const backoff = new Backoff({ first: 1000, most: 30_000, random: () => 1 });
  waits(backoff, 5);
  assert.equal(backoff.attempts, 5);
  backoff.reset();
  assert.equal(backoff.attempts, 0);
  assert.equal(backoff.next(), 1000);
});

test('a timer fires once, later takes the place of earlier, and stopped is stopped', async () => {
  const { clock, environment } = fakeEnvironment();
  const timer = new Timer(environment);
  const fired = [];
  timer.start(10, () => fired.push('first'));
  timer.start(20, () => fired.push('second'));
  assert.equal(timer.running, true);
  await clock.advance(100);
  assert.deepEqual(fired, ['second']);
  assert.equal(timer.running, false);
  timer.start(10, () => fired.push('third'));
  timer.stop();
  await clock.advance(100);
  assert.deepEqual(fired, ['second']);
});

test('a delay that browsers cannot count does not end at once', async () => {
  const { clock, environment } = fakeEnvironment();
  const delays = [];
  const setTimeout = (callback, delay) => {
    delays.push(delay);
    return clock.setTimeout(callback, delay);
  };
  new Timer({ ...environment, setTimeout }).start(2 ** 40, () => {});
  assert.ok(delays[0] <= 2 ** 31 - 1);
});
