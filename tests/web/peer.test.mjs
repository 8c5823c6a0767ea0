import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { FakeWorld } from './fakes/call.mjs';
import { settle } from './fakes/clock.mjs';
import { FakeStream, FakeTrack } from './fakes/media.mjs';

let world;
let alice;
let bob;
/** Bob as Alice sees him. */
let peer;
let told;

beforeEach(async () => {
  world = new FakeWorld();
  ({ alice, bob } = await world.call());
  peer = alice.peers.get('bob');
  told = [];
  for (const type of ['state', 'status', 'channel', 'file', 'stats', 'adaptation']) {
    peer.addEventListener(type, ({ detail }) => told.push([type, detail]));
  }
});

const states = () => told.filter(([type]) => type === 'state').map(([, { state }]) => state);

/** What getStats() says of a connection over a relay, on which `lost` of 100 packets a second do not arrive. */
function report(at, { lost = 0, local = 'relay' } = {}) {
  const seconds = (at - Date.UTC(2030, 0, 1)) / 1000;
  const sent = { packetsSent: 100 * seconds, bytesSent: 1e5 * seconds };
  const missing = { packetsLost: lost * seconds, fractionLost: lost / 100 };
  const entries = [
    { id: 'T', type: 'transport', selectedCandidatePairId: 'P' },
    { id: 'P', type: 'candidate-pair', localCandidateId: 'L', remoteCandidateId: 'R', currentRoundTripTime: 0.05 },
    { id: 'L', type: 'local-candidate', candidateType: local, protocol: 'udp', relayProtocol: 'tcp' },
    { id: 'R', type: 'remote-candidate', candidateType: 'host', protocol: 'udp' },
    { id: 'O', type: 'outbound-rtp', kind: 'video', ...sent },
    { id: 'I', type: 'remote-inbound-rtp', kind: 'video', localId: 'O', ...missing },
  ];
  return new Map(entries.map((entry) => [entry.id, { ...entry, timestamp: at }]));
}

/** Lets statistics of every second be those of report(). */
function reportAlways(connection, options) {
  connection.getStats = async () => report(world.clock.now(), options);
}

test('states: lost, found', async () => {
  peer.connection.moveTo('disconnected');
  assert.equal(peer.state, 'reconnecting');
  peer.connection.moveTo('connected');
  assert.deepEqual(states(), ['reconnecting', 'connected']);
});

test('disconnected for two seconds restarts ICE, failed at once', async () => {
  peer.connection.moveTo('disconnected');
  await world.clock.advance(1_900);
  assert.equal(peer.connection.restarts, 0);
  await world.clock.advance(200);
  assert.equal(peer.connection.restarts, 1);
  peer.connection.moveTo('connected');
  peer.connection.moveTo('failed');
  await settle();
  assert.equal(peer.connection.restarts, 2);
});

test('both look for another path at once: no offer is taken back', async () => {
  for (let i = 0; i < 5; ++i) {
    peer.restart();
    bob.peers.get('alice').restart();
    await world.clock.advance(1_000);
  }
  for (const connection of world.open) {
    assert.equal(connection.rollbacks, 0);
    assert.ok(connection.restarts >= 5);
    assert.equal(connection.signalingState, 'stable');
  }
});

test('a network that stays away: attempts go on, the state says failed, and it comes back', async () => {
  world.network.up = false;
  for (const connection of world.open) connection.moveTo('failed');
  await world.clock.advance(120_000);
  assert.ok(peer.connection.restarts > 4);
  assert.equal(peer.state, 'failed');
  world.network.up = true;
  await world.clock.advance(60_000);
  for (const connection of world.open) if (connection.connectionState !== 'connected') connection.moveTo('connected');
  assert.equal(peer.state, 'connected');
});

test('while the room is not joined no restart is tried, and then at once', async () => {
  world.server.kill();
  peer.connection.moveTo('failed');
  await world.clock.advance(10_000);
  assert.equal(peer.connection.restarts, 0);
  world.server.up = true;
  await world.clock.advance(20_000);
  assert.ok(peer.connection.restarts > 0);
});

test('a connection that failed above ICE is made anew', async () => {
  const { connection } = peer;
  await world.clock.advance(10_000);
  connection.connectionState = 'failed';
  connection.dispatchEvent(new Event('connectionstatechange'));
  await world.clock.advance(100);
  assert.notEqual(peer.connection, connection);
  assert.equal(peer.state, 'connected');
  assert.equal(bob.peers.get('alice').state, 'connected');
});

test('a connection that takes no description any more is made anew', async () => {
  const { connection } = peer;
  await world.clock.advance(10_000);
  connection.setLocalDescription = async () => {
    throw new DOMException('no', 'OperationError');
  };
  peer.restart();
  await world.clock.advance(100);
  assert.notEqual(peer.connection, connection);
  assert.equal(peer.state, 'connected');
});

test('a page that was loaded anew gets a new connection, and what the old one says late is ignored', async () => {
  const { connection } = peer;
  const old = bob.peers.get('alice');
  const data = { session: 'new', description: connection.remoteDescription };
  world.server.tell('alice', { type: 'signal', from: 'bob', data });
  await settle();
  assert.notEqual(peer.connection, connection);
  assert.equal(peer.state, 'reconnecting');
  const { remoteDescription } = peer.connection;
  old.restart();
  await settle();
  assert.equal(peer.connection.remoteDescription, remoteDescription);
});

test('a signal for an earlier connection of this page is ignored', async () => {
  const { connection } = peer;
  const data = { session: 'other', to: 'earlier', description: { type: 'offer', sdp: 'no JSON' } };
  world.server.tell('alice', { type: 'signal', from: 'bob', data });
  await world.clock.advance(10);
  assert.equal(peer.connection, connection);
  assert.equal(peer.state, 'connected');
});

test('nonsense from a peer is ignored', async () => {
  const { connection } = peer;
  for (const data of [null, 1, 'text', [], { type: 'OFFER', payload: {} }, { session: 7 }, { candidate: {} }]) {
    world.server.tell('alice', { type: 'signal', from: 'bob', data });
  }
  const control = bob.peers.get('alice').connection.channels[0];
  for (const text of ['no JSON', 'null', '[]', '{"type":"file-offer"}', '{"type":"unheard-of"}']) control.send(text);
  await world.clock.advance(100);
  assert.equal(peer.connection, connection);
  assert.equal(peer.state, 'connected');
  assert.deepEqual(told.filter(([type]) => type !== 'stats'), []);
});

test('the status of a user reaches who is there, the latest to who comes later', async () => {
  bob.setStatus({ muted: true });
  await settle();
  assert.deepEqual(peer.status, { muted: true });
  bob.setStatus({ muted: false });
  const carol = await world.joined('carol');
  await world.clock.advance(100);
  assert.deepEqual(carol.peers.get('bob').status, { muted: false });
  assert.deepEqual(told.filter(([type]) => type === 'status').map(([, { status }]) => status.muted), [true, false]);
});

test('a status that was set before joining is told, one that is too large or no JSON is refused', async () => {
  const carol = world.room('carol');
  carol.setStatus('here');
  carol.join();
  await world.clock.advance(100);
  assert.equal(alice.peers.get('carol').status, 'here');
  assert.throws(() => carol.setStatus('x'.repeat(20_000)), RangeError);
  assert.throws(() => carol.setStatus(undefined), RangeError);
});

test('a status outlives a connection that is made anew', async () => {
  bob.setStatus('here');
  await settle();
  alice.setRelayOnly(true);
  peer.status = undefined;
  await world.clock.advance(100);
  assert.equal(peer.status, 'here');
});

test('a channel that one side opens is there on the other', async () => {
  const channel = bob.peers.get('alice').channel('game', { ordered: false });
  const heard = [];
  channel.send('queued while it opens');
  await settle();
  const [, { channel: other }] = told.find(([type]) => type === 'channel');
  assert.equal(other.label, 'game');
  other.addEventListener('message', ({ detail }) => heard.push(detail.message));
  await channel.send('one more');
  await settle();
  assert.ok(heard.includes('one more'));
});

test('a file arrives', async () => {
  const transfer = bob.peers.get('alice').sendFile(new Blob(['hello'], { type: 'text/plain' }));
  await settle();
  const [, { transfer: received }] = told.find(([type]) => type === 'file');
  received.accept();
  for (let i = 0; i < 20 && received.state !== 'done'; ++i) await world.clock.advance(10);
  assert.equal(received.state, 'done');
  assert.equal(await received.blob.text(), 'hello');
  assert.equal(transfer.state, 'done');
  assert.equal(transfer.checksum, received.checksum);
});

test('a file on its way fails when the peer leaves', async () => {
  const transfer = peer.sendFile(new Blob(['hello']));
  bob.leave();
  await world.clock.advance(10);
  assert.equal(transfer.state, 'failed');
});

test('statistics come once a second; history has two minutes', async () => {
  reportAlways(peer.connection);
  await world.clock.advance(5_000);
  assert.equal(told.filter(([type]) => type === 'stats').length, 5);
  assert.equal(peer.path, 'relayed');
  assert.equal(peer.stats.transport, 'tcp');
  await world.clock.advance(200_000);
  assert.equal(peer.history.length, 120);
  assert.equal(peer.history.at(-1), peer.stats);
});

test('statistics that take long are not asked for twice at a time', async () => {
  let asked = 0;
  peer.connection.getStats = () => new Promise(() => {
    ++asked;
  });
  await world.clock.advance(10_000);
  assert.equal(asked, 1);
});

test('new credentials restart a connection that is relayed, when its own are much older', async () => {
  reportAlways(peer.connection);
  const other = bob.peers.get('alice').connection;
  reportAlways(other, { local: 'host' });
  await world.clock.advance(1_800_000);
  for (const user of ['alice', 'bob']) {
    const expiresAt = new Date(world.clock.now() + 3_600_000).toISOString();
    const iceServers = [{ urls: ['turn:server.test'], username: `new-${user}`, credential: 'x' }];
    world.server.find(user).socket.say({ type: 'ice-servers', iceServers, expiresAt });
  }
  await world.clock.advance(100);
  assert.equal(peer.connection.restarts, 1);
  assert.equal(other.restarts, 0);
});

test('new credentials soon after the last ones restart nothing', async () => {
  reportAlways(peer.connection);
  await world.clock.advance(10_000);
  world.server.iceServers = [{ urls: ['turn:server.test'], username: 'second', credential: 'x' }];
  world.server.cut('alice');
  await world.clock.advance(5_000);
  assert.equal(peer.connection.getConfiguration().iceServers[0].username, 'second');
  assert.equal(peer.connection.restarts, 0);
});

test('a path that loses much gets less video, and the page is told', async () => {
  const camera = new FakeStream([], 'camera');
  alice.addTrack(new FakeTrack('video'), camera);
  await settle();
  reportAlways(peer.connection, { lost: 20 });
  await world.clock.advance(20_000);
  const [sender] = peer.connection.getSenders();
  assert.ok(sender.getParameters().encodings[0].scaleResolutionDownBy > 1);
  const changes = told.filter(([type]) => type === 'adaptation').map(([, { level }]) => level);
  assert.ok(changes.length > 0);
  const later = new FakeTrack('video');
  alice.addTrack(later, camera);
  await settle();
  const added = peer.connection.getSenders().find(({ track }) => track === later);
  assert.ok(added.getParameters().encodings[0].scaleResolutionDownBy > 1);
  await world.clock.advance(60_000);
  assert.equal(told.filter(([type]) => type === 'adaptation').at(-1)[1].audioOnly, true);
});

test('a room that is not to adapt does not', async () => {
  const carol = await world.joined('carol', { adapt: false });
  carol.addTrack(new FakeTrack('video'), new FakeStream());
  await world.clock.advance(100);
  const { connection } = carol.peers.get('alice');
  reportAlways(connection, { lost: 20 });
  await world.clock.advance(60_000);
  assert.equal(connection.getSenders()[0].getParameters().encodings[0].scaleResolutionDownBy, undefined);
});

test('a peer that is closed asks for nothing and says nothing', async () => {
  const { connection } = peer;
  bob.leave();
  await world.clock.advance(10);
  const before = told.length;
  connection.moveTo('failed');
  peer.restart();
  peer.onSignal({ description: { type: 'offer', sdp: '' } });
  await peer.measure();
  await world.clock.advance(60_000);
  assert.equal(peer.state, 'closed');
  assert.equal(told.length, before);
  assert.equal(connection.restarts, 0);
});
