// Peers and servers that are broken, or mean harm.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { FakeWorld, eventsOf } from './fakes/call.mjs';
import { settle } from './fakes/clock.mjs';
import { FakeStream, FakeTrack } from './fakes/media.mjs';
import { SignalingTest } from './fakes/signaling.mjs';

const LONG = 'x'.repeat(60_000);
const OFFER = { type: 'offer', sdp: '{"id":"z","ufrag":"z","sections":[]}' };
let world;

beforeEach(() => {
  world = new FakeWorld();
});

for (const [what, extra] of [
  ['session', { session: LONG, to: undefined, description: OFFER }],
  ['question', { ask: LONG }],
  ['round', { description: OFFER, round: LONG }],
]) {
  test(`an endless ${what} of a peer is not said after them`, async () => {
    const { alice, bob } = await world.call();
    const peer = alice.peers.get('bob');
    bob.peers.get('alice').restart();
    await world.clock.advance(1_000);
    const { session, to } = world.server.find('bob').socket.of('signal').at(-1).data;
    const socket = world.server.find('alice').socket;
    const before = socket.sent.length;
    peer.onSignal({ session, to, ...extra });
    peer.restart();
    await world.clock.advance(3_000);
    const longest = Math.max(0, ...socket.sent.slice(before).map((message) => JSON.stringify(message).length));
    assert.ok(longest < 10_000, `${longest} bytes`);
  });
}

test('a peer that is somebody new each time gets no new connection each time', async () => {
  const { alice } = await world.call();
  const before = world.network.connections.length;
  for (let i = 0; i < 500; ++i) {
    alice.peers.get('bob').onSignal({ description: { type: 'offer', sdp: LONG }, session: `new-${i}` });
    await world.clock.advance(20);
  }
  assert.ok(world.network.connections.length - before < 40, `${world.network.connections.length - before} connections`);
});

test('a peer that asks without end is not answered without end', async () => {
  const { alice, bob } = await world.call();
  bob.peers.get('alice').restart();
  await world.clock.advance(1_000);
  const { session, to } = world.server.find('bob').socket.of('signal').at(-1).data;
  const socket = world.server.find('alice').socket;
  const before = socket.of('signal').length;
  for (let i = 0; i < 1_000; ++i) {
    alice.peers.get('bob').onSignal({ session, to, ask: 1_000 + i });
    await world.clock.advance(10);
  }
  const answers = socket.of('signal').length - before;
  assert.ok(answers < 100, `${answers} answers`);
});

test('a status that is larger than it may be is not taken', async () => {
  const { alice, bob } = await world.call();
  bob.setStatus({ raised: true });
  await settle();
  const peer = alice.peers.get('bob');
  assert.deepEqual(peer.status, { raised: true });
  bob.peers.get('alice').connection.channels[0].send(JSON.stringify({ type: 'status', status: LONG }));
  await world.clock.advance(100);
  assert.deepEqual(peer.status, { raised: true });
});

test('what the server says and cannot be understood is no reason to fall over', async () => {
  const signaling = new SignalingTest();
  signaling.accept();
  const garbage = ['', '{', 'null', '7', '"text"', '[]', '{}', '{"type":null}', '{"type":"__proto__"}', '[[[['];
  for (const data of [...garbage, new ArrayBuffer(4), undefined]) {
    signaling.last.dispatchEvent(Object.assign(new Event('message'), { data }));
  }
  await settle();
  signaling.last.say({ type: 'chat', from: 'bob', text: 'there', seq: 1 });
  assert.equal(signaling.events.at(-1)[1].message.text, 'there');
});

test('a heartbeat of nothing is no flood of questions', async () => {
  for (const heartbeatSeconds of [0, -5, 'soon', null, {}]) {
    const signaling = new SignalingTest();
    signaling.last.accept();
    signaling.last.onsent = ({ type }) => type === 'ping' && queueMicrotask(() => signaling.last.say({ type: 'pong' }));
    signaling.last.say({ type: 'hello', protocol: 1, heartbeatSeconds });
    signaling.last.say({ type: 'joined', roomId: 'daily', userId: 'a', name: '', peers: [], resumed: false, seq: 0 });
    await signaling.clock.advance(10_000);
    assert.ok(signaling.last.of('ping').length <= 11, `${signaling.last.of('ping').length} for ${heartbeatSeconds}`);
  }
});

test('a clock that is days ahead renews no connection again and again', async () => {
  world.server.ttl = -3 * 86_400_000;
  const { alice } = await world.call();
  const { connection } = alice.peers.get('bob');
  const local = { id: 'L', type: 'local-candidate', candidateType: 'relay', protocol: 'udp' };
  connection.stats = new Map([
    ['T', { id: 'T', type: 'transport', selectedCandidatePairId: 'P' }],
    ['P', { id: 'P', type: 'candidate-pair', localCandidateId: 'L' }], ['L', local],
  ]);
  for (let i = 0; i < 20; ++i) {
    world.server.iceServers = [{ urls: ['turn:server.test'], username: `renewed-${i}`, credential: 'x' }];
    await world.clock.advance(60_000);
  }
  assert.equal(connection.restarts, 0);
});

test('ICE servers that the browser refuses leave the connections as they are', async () => {
  const { alice } = await world.call();
  const peer = alice.peers.get('bob');
  peer.connection.setConfiguration = () => {
    throw new SyntaxError('no such URL');
  };
  world.server.tell('alice', { type: 'ice-servers', iceServers: [{ urls: ['nonsense'] }], expiresAt: 'never' });
  await world.clock.advance(1_000);
  assert.equal(peer.state, 'connected');
});

for (const type of ['state', 'peer']) {
  test(`leaving from within the event ${type} leaves nothing behind`, async () => {
    const others = [await world.joined('bob'), await world.joined('carol')];
    const alice = world.room('alice');
    alice.addEventListener(type, ({ detail }) => {
      if (type === 'peer' || detail.state === 'joined') alice.leave();
    });
    const joining = assert.rejects(alice.join(), { code: 'left' });
    await world.clock.advance(100);
    await joining;
    assert.equal(alice.state, 'closed');
    assert.equal(alice.peers.size, 0);
    assert.equal(eventsOf(alice, 'peer').length, eventsOf(alice, 'peer-left').length);
    // Those of bob and carol.
    assert.equal(world.open.length, 2);
    for (const other of others) other.leave();
    assert.equal(world.open.length, 0);
    assert.equal(world.clock.pending, 0);
  });
}

test('a track in the place of another must be of its kind and not be sent already', async () => {
  const alice = await world.joined('alice');
  const [camera, screen, voice] = [new FakeTrack('video'), new FakeTrack('video'), new FakeTrack('audio')];
  const stream = new FakeStream([camera, screen, voice]);
  for (const track of [camera, screen, voice]) alice.addTrack(track, stream);
  await assert.rejects(alice.replaceTrack(camera, voice), TypeError);
  await assert.rejects(alice.replaceTrack(camera, new FakeTrack('audio')), TypeError);
  await assert.rejects(alice.replaceTrack(camera, screen), /already/);
  await alice.replaceTrack(camera, camera);
  const bob = await world.joined('bob');
  await world.clock.advance(100);
  assert.equal(bob.peers.get('alice').connection.receiving, 3);
});

for (const state of ['connecting', 'reconnecting']) {
  test(`who leaves on hearing of ${state} stays away`, async () => {
    const alice = world.room('alice');
    alice.addEventListener('state', ({ detail }) => detail.state === state && alice.leave());
    const joining = alice.join().catch(({ code }) => code);
    await world.clock.advance(100);
    await joining;
    if (state === 'reconnecting') world.server.cut('alice');
    await world.clock.advance(60_000);
    assert.equal(alice.state, 'closed');
    assert.equal(eventsOf(alice, 'state').at(-1).reason, 'left');
    assert.equal(world.clock.pending, 0);
  });
}

test('who leaves because a file was lost to a new connection leaves none behind', async () => {
  const { alice, bob } = await world.call();
  const peer = alice.peers.get('bob');
  const transfer = peer.sendFile(new Blob(['x']));
  transfer.addEventListener('state', () => alice.leave());
  alice.setRelayOnly(true);
  await world.clock.advance(100);
  bob.leave();
  assert.equal(peer.state, 'closed');
  assert.equal(world.open.length, 0);
  assert.equal(world.clock.pending, 0);
});
