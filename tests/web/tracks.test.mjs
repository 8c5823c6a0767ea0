import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { settle } from './fakes/clock.mjs';
import { FakeWorld } from './fakes/call.mjs';
import { FakeStream, FakeTrack } from './fakes/media.mjs';

let world;
let camera;
let picture;
let sound;
let screen;
let shared;

beforeEach(() => {
  world = new FakeWorld();
  picture = new FakeTrack('video');
  sound = new FakeTrack('audio');
  camera = new FakeStream([picture, sound], 'camera');
  shared = new FakeTrack('video');
  screen = new FakeStream([shared], 'screen');
});

const addCamera = (room) => {
  for (const track of camera.getTracks()) room.addTrack(track, camera);
};
const seen = (room, user) => room.peers.get(user).streams.map(({ id }) => id);
const sendsTo = (room, user) => room.peers.get(user).connection.getSenders().map(({ track }) => track).filter(Boolean);

test('tracks that were added before joining reach who is there and who comes later', async () => {
  const alice = world.room('alice');
  addCamera(alice);
  await world.joined('zoe');
  await Promise.all([alice.join(), world.clock.advance(100)]);
  const bob = await world.joined('bob');
  await world.clock.advance(100);
  assert.deepEqual(seen(bob, 'alice'), ['camera']);
  assert.equal(bob.peers.get('alice').streams[0].getTracks().length, 2);
  for (const user of ['bob', 'zoe']) assert.deepEqual(sendsTo(alice, user), [picture, sound]);
});

test('both sides send from the beginning, with one offer and one answer', async () => {
  const alice = world.room('alice');
  const bob = world.room('bob');
  addCamera(alice);
  bob.addTrack(new FakeTrack('video'), new FakeStream([], 'of bob'));
  bob.addTrack(new FakeTrack('audio'), new FakeStream([], 'of bob'));
  await Promise.all([alice.join(), world.clock.advance(10)]);
  await Promise.all([bob.join(), world.clock.advance(100)]);
  assert.deepEqual(seen(alice, 'bob'), ['of bob']);
  assert.deepEqual(seen(bob, 'alice'), ['camera']);
  const offers = world.network.connections.filter(({ localDescription }) => localDescription.type === 'offer');
  assert.equal(offers.length, 1);
});

test('a track that is added in a call reaches the others, as a stream of its own', async () => {
  const { alice, bob } = await world.call();
  addCamera(alice);
  await settle();
  const changes = [];
  bob.peers.get('alice').addEventListener('streams', ({ detail }) => changes.push(detail.streams.length));
  alice.addTrack(shared, screen);
  await settle();
  assert.deepEqual(seen(bob, 'alice'), ['camera', 'screen']);
  alice.removeTrack(shared);
  await settle();
  assert.deepEqual(seen(bob, 'alice'), ['camera']);
  assert.deepEqual(changes, [2, 1]);
});

test('each track is an event', async () => {
  const { alice, bob } = await world.call();
  const tracks = [];
  bob.peers.get('alice').addEventListener('track', ({ detail: { track, streams } }) => {
    tracks.push([track.kind, streams[0].id]);
  });
  addCamera(alice);
  await settle();
  assert.deepEqual(tracks, [['video', 'camera'], ['audio', 'camera']]);
});

test('a screen that is shared again and again, by both at once: no offer is ever taken back', async () => {
  const { alice, bob } = await world.call();
  for (let i = 0; i < 5; ++i) {
    alice.addTrack(shared, screen);
    bob.addTrack(new FakeTrack('video'), new FakeStream([], `bob ${i}`));
    await settle();
    assert.deepEqual(seen(bob, 'alice'), ['screen']);
    assert.equal(seen(alice, 'bob').length, i + 1);
    alice.removeTrack(shared);
    await settle();
    assert.deepEqual(seen(bob, 'alice'), []);
  }
  for (const { rollbacks } of world.open) assert.equal(rollbacks, 0);
});

test('another track takes a track\'s place without negotiation, also for who comes later', async () => {
  const { alice, bob } = await world.call();
  addCamera(alice);
  await settle();
  const { connection } = alice.peers.get('bob');
  const { remoteDescription } = connection;
  const other = new FakeTrack('video');
  await alice.replaceTrack(picture, other);
  await settle();
  assert.equal(connection.remoteDescription, remoteDescription);
  assert.deepEqual(sendsTo(alice, 'bob'), [other, sound]);
  await world.joined('carol');
  assert.deepEqual(sendsTo(alice, 'carol'), [other, sound]);
  alice.removeTrack(other);
  await settle();
  assert.deepEqual(sendsTo(alice, 'bob'), [sound]);
  assert.equal(bob.peers.get('alice').streams[0].getTracks().length, 1);
});

test('a track is sent once, and one that is not sent cannot be taken away or replaced', async () => {
  const { alice } = await world.call();
  alice.addTrack(picture, camera);
  alice.addTrack(picture, camera);
  assert.deepEqual(sendsTo(alice, 'bob'), [picture]);
  alice.removeTrack(shared);
  await assert.rejects(alice.replaceTrack(shared, picture));
  assert.deepEqual(sendsTo(alice, 'bob'), [picture]);
});

test('tracks outlive leaving and joining again', async () => {
  const alice = await world.joined('alice');
  addCamera(alice);
  alice.leave();
  await world.joined('bob');
  await Promise.all([alice.join(), world.clock.advance(100)]);
  assert.deepEqual(sendsTo(alice, 'bob'), [picture, sound]);
});

test('tracks without a stream, as simple clients send them, are of one stream', async () => {
  const { alice, bob } = await world.call();
  const { connection } = bob.peers.get('alice');
  for (const track of camera.getTracks()) connection.addTrack(track);
  await settle();
  const [stream, ...rest] = alice.peers.get('bob').streams;
  assert.equal(rest.length, 0);
  assert.equal(stream.getTracks().length, 2);
});

test('a connection that is made anew sends the same', async () => {
  const { alice, bob } = await world.call();
  addCamera(alice);
  await settle();
  alice.setRelayOnly(true);
  await world.clock.advance(100);
  assert.deepEqual(sendsTo(alice, 'bob'), [picture, sound]);
  assert.deepEqual(seen(bob, 'alice'), ['camera']);
});
