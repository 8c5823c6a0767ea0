import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { KeepAlive } from '../../web/client/keepalive.js';
import { fakeEnvironment } from './fakes/environment.mjs';

let clock;
let keepAlive;
let pings;
let deaths;

beforeEach(() => {
  const fake = fakeEnvironment();
  clock = fake.clock;
  pings = 0;
  deaths = 0;
  keepAlive = new KeepAlive(fake.environment, { ping: () => ++pings, dead: () => ++deaths });
});

test('asks when it was quiet for ten seconds, or half a heartbeat', async () => {
  keepAlive.start(20);
  await clock.advance(9_999);
  assert.equal(pings, 0);
  await clock.advance(1);
  assert.equal(pings, 1);
  keepAlive.start(4);
  await clock.advance(2_000);
  assert.equal(pings, 2);
});

test('a socket that answers lives, and is asked again', async () => {
  keepAlive.start(20);
  for (let i = 1; i <= 5; ++i) {
    await clock.advance(10_000);
    assert.equal(pings, i);
    keepAlive.heard();
    keepAlive.answered();
  }
  assert.equal(deaths, 0);
});

test('a socket that says nothing at all is dead within seconds', async () => {
  keepAlive.start(20);
  await clock.advance(15_999);
  assert.equal(deaths, 0);
  await clock.advance(1);
  assert.equal(deaths, 1);
});

test('a socket that says anything but the answer is asked again', async () => {
  keepAlive.start(20);
  await clock.advance(12_000);
  keepAlive.heard();
  await clock.advance(4_000);
  assert.equal(deaths, 0);
  assert.equal(pings, 2);
  await clock.advance(6_000);
  assert.equal(deaths, 1);
});

test('what was sent is confirmed after a second, however much more is sent', async () => {
  keepAlive.start(20);
  for (let i = 0; i < 5; ++i) {
    keepAlive.confirmSoon();
    await clock.advance(200);
  }
  assert.equal(pings, 1);
});

test('one question at a time', async () => {
  keepAlive.start(20);
  keepAlive.check();
  keepAlive.check();
  keepAlive.confirmSoon();
  await clock.advance(2_000);
  assert.equal(pings, 1);
});

test('stopped, it holds no timer', async () => {
  keepAlive.start(20);
  keepAlive.check();
  keepAlive.stop();
  assert.equal(clock.pending, 0);
});
