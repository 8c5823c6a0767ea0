import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { IceServers } from '../../web/client/ice_servers.js';
import { fakeEnvironment } from './fakes/environment.mjs';

const HOUR = 3_600_000;
const LIST = [{ urls: ['turn:server.test'], username: 'a', credential: 'b' }];
let fake;
let asked;
const make = (given) => new IceServers(fake.environment, { given, ask: () => ++asked });
const until = (milliseconds) => new Date(fake.clock.now() + milliseconds).toISOString();

beforeEach(() => {
  fake = fakeEnvironment();
  asked = 0;
});

test('asks before the credentials end, when the server has sent no new ones', async () => {
  const servers = make();
  assert.equal(servers.take({ iceServers: LIST, expiresAt: until(HOUR) }), true);
  assert.equal(servers.expiresAt, fake.clock.now() + HOUR);
  await fake.clock.advance(HOUR * 0.8);
  assert.equal(asked, 0);
  await fake.clock.advance(HOUR * 0.1);
  assert.ok(asked > 0);
});

test('does not ask when the server sends new ones in time', async () => {
  const servers = make();
  for (let i = 0; i < 6; ++i) {
    servers.take({ iceServers: LIST, expiresAt: until(HOUR) });
    await fake.clock.advance(HOUR / 2);
  }
  assert.equal(asked, 0);
});

test('asks again when there was no answer, not all the time', async () => {
  const servers = make();
  servers.take({ iceServers: LIST, expiresAt: until(HOUR) });
  await fake.clock.advance(HOUR * 0.85 + 150_000);
  assert.equal(asked, 3);
});

test('a clock that is hours wrong makes it ask once a minute, not once a millisecond', async () => {
  const servers = make();
  servers.take({ iceServers: LIST, expiresAt: until(-5 * HOUR) });
  await fake.clock.advance(59_999);
  assert.equal(asked, 0);
  await fake.clock.advance(1);
  assert.equal(asked, 1);
});

test('says whether they are other ones', () => {
  const servers = make();
  servers.take({ iceServers: LIST, expiresAt: until(HOUR) });
  assert.equal(servers.take({ iceServers: [...LIST], expiresAt: until(HOUR) }), false);
  assert.equal(servers.take({ iceServers: [{ ...LIST[0], username: 'c' }], expiresAt: until(HOUR) }), true);
});

test('servers of the page are used instead of the room\'s', async () => {
  const own = [{ urls: ['turn:own.test'] }];
  const servers = make(own);
  assert.equal(servers.take({ iceServers: LIST, expiresAt: until(HOUR) }), false);
  assert.deepEqual(servers.list, own);
  assert.equal(fake.clock.pending, 0);
});

test('without a time, or with none that makes sense, nothing is asked', () => {
  make().take({ iceServers: LIST });
  make().take({ iceServers: LIST, expiresAt: 'soon' });
  assert.equal(fake.clock.pending, 0);
});

test('closed, it holds no timer', () => {
  const servers = make();
  servers.take({ iceServers: LIST, expiresAt: until(HOUR) });
  servers.close();
  assert.equal(fake.clock.pending, 0);
});
