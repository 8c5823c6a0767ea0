import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clockLabel, gapBetween, largest, nearest, niceTicks, stretches, timeTicks } from '../../web/plot-scale.js';

test('ticks are round numbers from zero to at least the largest value', () => {
  assert.deepEqual(niceTicks(100), [0, 50, 100]);
  assert.deepEqual(niceTicks(70), [0, 20, 40, 60, 80]);
  assert.deepEqual(niceTicks(4), [0, 1, 2, 3, 4]);
  assert.deepEqual(niceTicks(1234567), [0, 500000, 1000000, 1500000]);
});

test('ticks below one carry no rounding dust', () => {
  assert.deepEqual(niceTicks(0.35), [0, 0.1, 0.2, 0.3, 0.4]);
  assert.deepEqual(niceTicks(0.00035), [0, 0.0001, 0.0002, 0.0003, 0.0004]);
});

test('a plot of nothing still has an axis', () => {
  for (const max of [0, -1, NaN, Infinity]) {
    const ticks = niceTicks(max);
    assert.equal(ticks[0], 0);
    assert.equal(ticks.at(-1), 1);
  }
});

test('counts have no marks between whole numbers', () => {
  assert.deepEqual(niceTicks(0, 4, true), [0, 1]);
  assert.deepEqual(niceTicks(1, 4, true), [0, 1]);
  assert.deepEqual(niceTicks(3, 4, true), [0, 1, 2, 3]);
  assert.deepEqual(niceTicks(9, 4, true), [0, 5, 10]);
});

test('ticks cover every size of number with few steps', () => {
  for (let max = 1e-6; max < 1e15; max *= 1.37) {
    const ticks = niceTicks(max, 5);
    assert.ok(ticks.at(-1) >= max * (1 - 1e-9), `${max}`);
    assert.ok(ticks.length >= 2 && ticks.length <= 7, `${max}: ${ticks}`);
    assert.ok(ticks.at(-1) <= max * 2.5, `${max}: ${ticks}`);
  }
});

test('a long time axis has marks at round times of the clock', () => {
  const to = Date.UTC(2026, 0, 1, 12, 3, 20) / 1000;
  const ticks = timeTicks(to - 3600, to, 7);
  assert.ok(ticks.length >= 5 && ticks.length <= 7);
  for (const { time, label } of ticks) {
    assert.equal(time % 600, 0);
    assert.equal(label, clockLabel(time));
    assert.match(label, /^\d\d:\d0$/);
  }
});

test('a short time axis counts back from now', () => {
  const ticks = timeTicks(1000, 1120, 4);
  assert.deepEqual(ticks.map(({ label }) => label), ['−2 min', '−90 s', '−1 min', '−30 s', 'now']);
  assert.deepEqual(ticks.at(-1), { time: 1120, label: 'now' });
});

test('an axis without room has one mark or two', () => {
  assert.ok(timeTicks(0, 3600, 0.5).length <= 2);
  assert.ok(timeTicks(0, 86400 * 30, 1).length > 0);
});

test('a line breaks where samples are far apart', () => {
  const samples = [[0, 1], [10, 2], [20, 3], [60, 4], [70, 5]];
  assert.equal(gapBetween(samples), 25);
  assert.deepEqual(stretches(samples, 1), [[[0, 1], [10, 2], [20, 3]], [[60, 4], [70, 5]]]);
});

test('a line breaks where a value lacks, the other lines go on', () => {
  const samples = [[0, 1, 7], [10, null, 8], [20, 3, 9], [30, NaN, 9], [40, undefined, 9]];
  assert.deepEqual(stretches(samples, 1), [[[0, 1]], [[20, 3]]]);
  assert.equal(stretches(samples, 2).length, 1);
  assert.equal(stretches(samples, 2)[0].length, 5);
});

test('no samples and one sample make no trouble', () => {
  assert.deepEqual(stretches([], 1), []);
  assert.deepEqual(stretches([[5, 6]], 1), [[[5, 6]]]);
  assert.equal(nearest([], 3), null);
  assert.equal(largest([]), 0);
  assert.equal(largest([[5, NaN, null]]), 0);
});

test('the read-out is the sample nearest to the pointer', () => {
  const samples = [[0, 1], [10, 2], [20, 3]];
  assert.deepEqual(nearest(samples, -100), [0, 1]);
  assert.deepEqual(nearest(samples, 14), [10, 2]);
  assert.deepEqual(nearest(samples, 16), [20, 3]);
});

test('the largest value is over all columns', () => {
  assert.equal(largest([[100, 1, 5], [200, 4, 2]]), 5);
});
