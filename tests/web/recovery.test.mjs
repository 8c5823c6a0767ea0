import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { Recovery } from '../../web/client/recovery.js';
import { fakeEnvironment } from './fakes/environment.mjs';

let clock;
let recovery;
let attempts;
let may;

beforeEach(() => {
  const fake = fakeEnvironment();
  ({ clock } = fake);
  attempts = [];
  may = true;
  const attempt = () => attempts.push(clock.now());
  recovery = new Recovery(fake.environment, { attempt, mayAttempt: () => may });
});

const connect = () => {
  recovery.onState('connecting');
  recovery.onState('connected');
};

test('a disconnected connection gets two seconds to come back by itself', async () => {
  connect();
  recovery.onState('disconnected');
  await clock.advance(1_999);
  recovery.onState('connected');
  await clock.advance(60_000);
  assert.equal(attempts.length, 0);
});

test('a connection that stays disconnected is restarted after two seconds', async () => {
  connect();
  recovery.onState('disconnected');
  await clock.advance(1_999);
  assert.equal(attempts.length, 0);
  await clock.advance(1);
  assert.equal(attempts.length, 1);
});

test('a failed connection is restarted at once', () => {
  connect();
  recovery.onState('failed');
  assert.equal(attempts.length, 1);
});

test('failed cuts the wait of disconnected short', async () => {
  connect();
  recovery.onState('disconnected');
  await clock.advance(500);
  recovery.onState('failed');
  assert.equal(attempts.length, 1);
});

test('attempts follow one another without end, with waits of one to thirty seconds', async () => {
  connect();
  recovery.onState('failed');
  await clock.advance(600_000);
  const waits = attempts.slice(1).map((at, i) => at - attempts[i]);
  assert.ok(waits.length > 20);
  assert.ok(waits.every((wait) => wait >= 1_000 && wait <= 30_000), `${waits}`);
  assert.ok(waits[0] < waits[3] && waits[3] < waits[8], `${waits}`);
});

test('what the connection says between two attempts makes no further ones', async () => {
  connect();
  recovery.onState('failed');
  for (const state of ['connecting', 'disconnected', 'connecting', 'failed']) recovery.onState(state);
  await clock.advance(900);
  assert.equal(attempts.length, 1);
});

test('connected ends it, and the next time begins anew', async () => {
  connect();
  recovery.onState('failed');
  await clock.advance(120_000);
  recovery.onState('connected');
  assert.equal(recovery.attempts, 0);
  const before = attempts.length;
  await clock.advance(120_000);
  assert.equal(attempts.length, before);
  recovery.onState('failed');
  await clock.advance(2_000);
  assert.equal(attempts.length, before + 2);
});

test('a connection that never comes up is tried again after fifteen seconds', async () => {
  await clock.advance(14_999);
  assert.equal(attempts.length, 0);
  await clock.advance(1);
  assert.equal(attempts.length, 1);
});

test('while nobody can be told the attempt waits, and comes as soon as they can', async () => {
  connect();
  may = false;
  recovery.onState('failed');
  await clock.advance(60_000);
  assert.equal(attempts.length, 0);
  may = true;
  recovery.hurry();
  assert.equal(attempts.length, 1);
});

test('a connection that came back meanwhile is left alone', async () => {
  connect();
  may = false;
  recovery.onState('failed');
  recovery.onState('connected');
  may = true;
  recovery.hurry();
  await clock.advance(60_000);
  assert.equal(attempts.length, 0);
});

test('a hurry does not disturb what is connected or still connecting', async () => {
  recovery.onState('connecting');
  recovery.hurry();
  recovery.onState('connected');
  recovery.hurry();
  assert.equal(attempts.length, 0);
});

test('a new connection begins anew', async () => {
  connect();
  recovery.onState('failed');
  await clock.advance(30_000);
  const before = attempts.length;
  recovery.begin();
  await clock.advance(14_999);
  assert.equal(attempts.length, before);
  await clock.advance(1);
  assert.equal(attempts.length, before + 1);
});

test('closed, it holds no timer', () => {
  recovery.onState('failed');
  recovery.close();
  assert.equal(clock.pending, 0);
});
