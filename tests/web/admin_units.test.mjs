import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  counted, judgeExpiry, parseTime, showAgo, showBytes, showCount, showRate, showSpan,
} from '../../web/admin/units.js';

test('bytes have three digits and a unit', () => {
  const cases = [
    [0, '0 B'], [0.4, '0 B'], [999, '999 B'], [1000, '1 kB'], [1234, '1.23 kB'], [999499, '999 kB'], [999600, '1 MB'],
    [15e6, '15 MB'], [1.5e9, '1.5 GB'], [2e12, '2 TB'], [5e18, '5000 PB'], [-3, '0 B'], [NaN, '–'], [undefined, '–'],
  ];
  for (const [bytes, words] of cases) assert.equal(showBytes(bytes), words);
});

test('rates are in bits', () => {
  assert.equal(showRate(0), '0 bit/s');
  assert.equal(showRate(125000), '1 Mbit/s');
  assert.equal(showRate(1234567), '9.88 Mbit/s');
});

test('spans show their two largest parts', () => {
  const cases = [
    [0, '0 s'], [0.9, '0 s'], [45, '45 s'], [60, '1 min'], [200, '3 min 20 s'], [1500, '25 min'], [18600, '5 h 10 min'],
    [86400, '1 day'], [90000, '1 day 1 h'], [3 * 86400 + 4 * 3600, '3 days 4 h'], [40 * 86400 + 5000, '40 days'], [NaN, '–'],
  ];
  for (const [seconds, words] of cases) assert.equal(showSpan(seconds), words);
});

test('what is a little ahead of this clock is now', () => {
  assert.equal(showAgo(-2), 'now');
  assert.equal(showAgo(0.5), 'now');
  assert.equal(showAgo(5), '5 s ago');
});

test('counts are grouped and agree with their noun', () => {
  assert.equal(showCount(12345), '12,345');
  assert.equal(showCount(null), '–');
  assert.equal(counted(1, 'session'), '1 session');
  assert.equal(counted(0, 'session'), '0 sessions');
  assert.equal(counted(2, 'person', 'people'), '2 people');
});

test('times that are none are no time', () => {
  assert.equal(parseTime('2026-01-01T00:00:00Z'), Date.UTC(2026, 0, 1) / 1000);
  for (const text of [null, undefined, 'soon', 5]) assert.ok(Number.isNaN(parseTime(text)));
});

test('a certificate worries more the nearer its end', () => {
  const day = 86400;
  assert.deepEqual(judgeExpiry(60 * day, 0), { kind: 'good', words: 'expires in 60 days' });
  assert.equal(judgeExpiry(20 * day, 0).kind, 'warn');
  assert.deepEqual(judgeExpiry(1.5 * day, 0), { kind: 'bad', words: 'expires in 1 day' });
  assert.deepEqual(judgeExpiry(3600, 0), { kind: 'bad', words: 'expires in 1 h' });
  assert.match(judgeExpiry(0, day).words, /^expired 1 day ago/);
  assert.equal(judgeExpiry(NaN, 0).kind, 'warn');
});
