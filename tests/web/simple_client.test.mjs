// With the client of docs/signaling.md, "A client": it sends descriptions and candidates, and knows nothing else.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { FakeWorld } from './fakes/call.mjs';
import { fakeEnvironment } from './fakes/environment.mjs';
import { FakeStream, FakeTrack } from './fakes/media.mjs';

let world;
let errors;

beforeEach(() => {
  world = new FakeWorld();
  errors = [];
});

/** As printed there, line by line, but for what it takes from the browser. */
function simpleClient(user, { calls = true } = {}) {
  const { environment } = fakeEnvironment({ ...world, opened: world.server.opened });
  const socket = new environment.WebSocket('ws://server.test/signal');
  const peers = {};
  const camera = new FakeStream([new FakeTrack('video')], `camera of ${user}`);
  const say = (other, data) => socket.send(JSON.stringify({ type: 'signal', targetUserId: other, data }));
  function peer(other) {
    if (peers[other]) return peers[other];
    const pc = (peers[other] = new environment.RTCPeerConnection({}));
    pc.addEventListener('icecandidate', ({ candidate }) => say(other, { candidate }));
    for (const track of camera.getTracks()) pc.addTrack(track, camera);
    return pc;
  }
  async function describe(other) {
    await peer(other).setLocalDescription();
    say(other, { description: peer(other).localDescription });
  }
  async function onMessage(message) {
    const { candidate, description } = message.data ?? {};
    if (message.type === 'joined' && calls) for (const { userId } of message.peers) describe(userId);
    if (candidate) await peer(message.from).addIceCandidate(candidate);
    if (description) await peer(message.from).setRemoteDescription(description);
    if (description?.type === 'offer') await describe(message.from);
  }
  socket.addEventListener('open', () => socket.send(JSON.stringify({ type: 'join-room', userId: user })));
  socket.addEventListener('message', ({ data }) => onMessage(JSON.parse(data)).catch((error) => errors.push(error)));
  return { peers };
}

const camera = new FakeStream([], 'camera');

for (const user of ['aaa', 'zzz']) {
  test(`it calls, as ${user}`, async () => {
    const room = await world.joined('mmm');
    room.addTrack(new FakeTrack('video'), camera);
    const simple = simpleClient(user);
    await world.clock.advance(5_000);
    assert.equal(room.peers.get(user).state, 'connected');
    assert.deepEqual(room.peers.get(user).streams.map(({ id }) => id), [`camera of ${user}`]);
    assert.equal(simple.peers.mmm.receiving, 1);
    assert.deepEqual(errors, []);
  });

  test(`it is called, as ${user}`, async () => {
    const simple = simpleClient(user);
    await world.clock.advance(10);
    const room = world.room('mmm');
    room.addTrack(new FakeTrack('video'), camera);
    room.setStatus({ muted: true });
    await Promise.all([room.join(), world.clock.advance(5_000)]);
    assert.equal(room.peers.get(user).state, 'connected');
    assert.deepEqual(room.peers.get(user).streams.map(({ id }) => id), [`camera of ${user}`]);
    assert.equal(simple.peers.mmm.receiving, 1);
    assert.deepEqual(errors, []);
  });
}

test('one that does not call is called', async () => {
  const room = await world.joined('alice');
  room.addTrack(new FakeTrack('video'), camera);
  simpleClient('bob', { calls: false });
  await world.clock.advance(5_000);
  assert.equal(room.peers.get('bob').state, 'connected');
});

test('its page is loaded anew', async () => {
  const room = await world.joined('alice');
  simpleClient('bob');
  await world.clock.advance(5_000);
  simpleClient('bob');
  await world.clock.advance(5_000);
  assert.equal(room.peers.get('bob').state, 'connected');
  assert.deepEqual(errors, []);
});

test('a screen is shared with it', async () => {
  const room = await world.joined('alice');
  const simple = simpleClient('bob');
  await world.clock.advance(5_000);
  const track = new FakeTrack('video');
  room.addTrack(track, new FakeStream([track], 'screen'));
  room.addTrack(new FakeTrack('audio'), camera);
  await world.clock.advance(100);
  assert.equal(simple.peers.alice.receiving, 2);
  assert.deepEqual(errors, []);
});
