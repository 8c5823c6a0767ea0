import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { Room } from '../../web/client/room.js';
import { RoomError } from '../../web/client/errors.js';
import { FakeWorld, eventsOf } from './fakes/call.mjs';
import { FakeStream, FakeTrack } from './fakes/media.mjs';

let world;

beforeEach(() => {
  world = new FakeWorld();
});

const reasons = (room) => eventsOf(room, 'peer-left').map(({ peer, reason }) => [peer.user, reason]);
const states = (room) => eventsOf(room, 'state').map(({ state }) => state);

test('two join and are connected, with one connection each', async () => {
  const { alice, bob } = await world.call();
  assert.equal(alice.peers.get('bob').state, 'connected');
  assert.equal(bob.peers.get('alice').state, 'connected');
  assert.equal(world.network.connections.length, 2);
  assert.deepEqual(states(alice), ['connecting', 'joined']);
});

test('who joins calls, who is there waits for it: nobody has to give way', async () => {
  await world.call();
  const [ofAlice, ofBob] = world.network.connections.map(({ localDescription }) => localDescription.type).sort();
  assert.deepEqual([ofAlice, ofBob], ['answer', 'offer']);
});

test('three join and everybody is connected with everybody', async () => {
  const { alice, bob } = await world.call();
  const carol = await world.joined('carol');
  await world.clock.advance(100);
  for (const room of [alice, bob, carol]) {
    assert.deepEqual([...room.peers.values()].map(({ state }) => state), ['connected', 'connected']);
  }
  assert.equal(world.open.length, 6);
});

test('names of the room, the user and the peers come from the server', async () => {
  const alice = await world.joined(undefined, { room: undefined, name: 'Alice' });
  assert.equal(alice.room, 'daily');
  assert.ok(alice.user);
  const bob = await world.joined('bob', { name: 'Bob' });
  assert.equal(bob.peers.get(alice.user).name, 'Alice');
  assert.equal(alice.peers.get('bob').name, 'Bob');
});

test('a join with ICE servers that the browser does not take rejects, and the place is left', async () => {
  await world.joined('alice');
  const bob = world.room('bob', { iceServers: [{ urls: 'nonsense' }] });
  world.network.refuses = ({ iceServers }) => iceServers[0]?.urls === 'nonsense';
  const refused = assert.rejects(bob.join(), SyntaxError);
  await world.clock.advance(10);
  await refused;
  assert.equal(bob.state, 'closed');
});

test('a join that is refused rejects with the code, and may be tried again', async () => {
  const room = world.room('alice');
  world.server.refuses = 'unauthorized';
  const refused = assert.rejects(room.join(), (error) => error instanceof RoomError && error.code === 'unauthorized');
  await world.clock.advance(10);
  await refused;
  assert.equal(room.state, 'closed');
  world.server.refuses = null;
  const joining = room.join();
  await world.clock.advance(10);
  await joining;
  assert.equal(room.state, 'joined');
});

test('a page may join again as soon as it hears that the room is closed', async () => {
  const { alice } = await world.call();
  let again;
  alice.addEventListener('state', ({ detail }) => {
    if (detail.state === 'closed') again = alice.join();
  });
  world.server.cut('alice', 4003);
  world.server.members = [];
  await world.clock.advance(100);
  await again;
  assert.equal(alice.state, 'joined');
});

test('a server that is not there rejects with unreachable', async () => {
  world.server.up = false;
  const refused = assert.rejects(world.room('alice').join(), { code: 'unreachable' });
  await world.clock.advance(20_000);
  await refused;
});

test('leaving while joining rejects with left', async () => {
  const room = world.room('alice');
  const refused = assert.rejects(room.join(), { code: 'left' });
  room.leave();
  await refused;
});

test('joining twice is a mistake of the page', async () => {
  const alice = await world.joined('alice');
  await assert.rejects(alice.join());
  assert.equal(alice.state, 'joined');
});

test('leave tells the others and releases everything', async () => {
  const { alice, bob } = await world.call();
  const peer = alice.peers.get('bob');
  alice.leave();
  await world.clock.advance(10);
  assert.equal(alice.state, 'closed');
  assert.equal(peer.state, 'closed');
  assert.equal(alice.peers.size, 0);
  assert.deepEqual(reasons(bob), [['alice', 'left']]);
  assert.equal(world.open.length, 0);
  bob.leave();
  await world.clock.advance(10);
  assert.equal(world.clock.pending, 0);
  assert.equal(world.server.members.length, 0);
});

test('a room that was never joined can be left', () => {
  const room = world.room('alice');
  room.leave();
  assert.equal(room.state, 'new');
});

test('a page that goes away leaves', async () => {
  const { alice, bob } = await world.call();
  alice.page.dispatchEvent(Object.assign(new Event('pagehide'), { persisted: false }));
  await world.clock.advance(10);
  assert.deepEqual(reasons(bob), [['alice', 'left']]);
  assert.equal(alice.state, 'closed');
});

for (const [code, reason] of [[4001, 'replaced'], [4002, 'kicked'], [4003, 'closed']]) {
  test(`${reason}: the room is closed, its connections end, nothing comes back`, async () => {
    const { alice } = await world.call();
    world.server.cut('alice', code);
    await world.clock.advance(60_000);
    assert.equal(alice.state, 'closed');
    assert.equal(eventsOf(alice, 'state').at(-1).reason, reason);
    assert.deepEqual(reasons(alice), [['bob', reason]]);
  });
}

test('chat reaches everybody, oneself too', async () => {
  const { alice, bob } = await world.call();
  alice.chat('hello');
  await world.clock.advance(10);
  for (const room of [alice, bob]) {
    const [{ from, text, id, at }] = eventsOf(room, 'chat');
    assert.deepEqual([from, text], ['alice', 'hello']);
    assert.ok(id && at);
  }
});

test('a cut socket: the others notice nothing, the connections stay, and what was said arrives', async () => {
  const { alice, bob } = await world.call();
  const { connection } = alice.peers.get('bob');
  world.server.cut('alice');
  assert.equal(alice.state, 'reconnecting');
  alice.chat('from alice');
  bob.chat('from bob');
  await world.clock.advance(5_000);
  assert.deepEqual(states(alice), ['connecting', 'joined', 'reconnecting', 'joined']);
  for (const room of [alice, bob]) {
    assert.deepEqual(eventsOf(room, 'chat').map(({ text }) => text).sort(), ['from alice', 'from bob']);
  }
  assert.equal(alice.peers.get('bob').connection, connection);
  assert.equal(connection.restarts, 0);
  assert.deepEqual(reasons(bob), []);
});

test('who comes while the socket is cut is there afterwards, who leaves is not, for the reason they had', async () => {
  const { alice, bob } = await world.call();
  world.server.cut('alice');
  bob.leave();
  await world.joined('carol');
  await world.clock.advance(5_000);
  assert.deepEqual([...alice.peers.keys()], ['carol']);
  assert.equal(alice.peers.get('carol').state, 'connected');
  assert.deepEqual(reasons(alice), [['bob', 'left']]);
});

test('a server that was killed and came back: same people, same connections, ICE restarted', async () => {
  const { alice, bob } = await world.call();
  const { connection } = alice.peers.get('bob');
  world.server.kill();
  await world.clock.advance(3_000);
  world.server.up = true;
  world.server.iceServers = [{ urls: ['turn:server.test'], username: 'second', credential: 'y' }];
  await world.clock.advance(15_000);
  for (const room of [alice, bob]) assert.equal(room.state, 'joined');
  assert.equal(alice.peers.get('bob').connection, connection);
  assert.equal(connection.getConfiguration().iceServers[0].username, 'second');
  assert.ok(world.network.connections.reduce((sum, { restarts }) => sum + restarts, 0) >= 1);
  assert.equal(alice.peers.get('bob').state, 'connected');
  assert.deepEqual([...reasons(alice), ...reasons(bob)], []);
});

for (const [first, second] of [['alice', 'bob'], ['bob', 'alice']]) {
  test(`a track that ${first} adds while ${second} is not back yet gets there`, async () => {
    const rooms = await world.call();
    rooms[second].crashed = true;
    world.server.kill();
    await world.clock.advance(1_000);
    world.server.up = true;
    await world.clock.advance(4_000);
    assert.equal(rooms[first].state, 'joined');
    rooms[first].addTrack(new FakeTrack('video'), new FakeStream([], 'late'));
    await world.clock.advance(2_000);
    rooms[second].crashed = false;
    rooms[second].page.dispatchEvent(new Event('online'));
    await world.clock.advance(20_000);
    assert.equal(rooms[second].state, 'joined');
    assert.deepEqual(rooms[second].peers.get(first).streams.map(({ id }) => id), ['late']);
    assert.deepEqual([...reasons(rooms[first]), ...reasons(rooms[second])], []);
  });
}

test('who does not come back within twenty seconds after that has left', async () => {
  const { alice, bob } = await world.call();
  world.server.kill();
  bob.leave();
  world.server.up = true;
  await world.clock.advance(15_000);
  assert.deepEqual(reasons(alice), []);
  await world.clock.advance(10_000);
  assert.deepEqual(reasons(alice), [['bob', 'disconnected']]);
});

test('who loaded the page anew while the server was away gets a new connection', async () => {
  const { alice, bob } = await world.call();
  const peer = alice.peers.get('bob');
  const { connection } = peer;
  bob.crashed = true;
  world.server.kill();
  await world.clock.advance(1_000);
  world.server.up = true;
  const reloaded = await world.joined('bob');
  await world.clock.advance(10_000);
  assert.equal(alice.peers.get('bob'), peer);
  assert.notEqual(peer.connection, connection);
  assert.equal(connection.signalingState, 'closed');
  assert.equal(peer.state, 'connected');
  assert.equal(reloaded.peers.get('alice').state, 'connected');
});

test('a place that was lost for the others, but not for oneself, is found again', async () => {
  const { alice, bob } = await world.call();
  world.server.cut('alice');
  world.server.remove('alice', 'disconnected');
  await world.clock.advance(10_000);
  assert.deepEqual(reasons(bob), [['alice', 'disconnected']]);
  assert.equal(alice.peers.get('bob').state, 'connected');
  assert.equal(bob.peers.get('alice').state, 'connected');
});

test('errors are events, except about somebody who has just left', async () => {
  const { alice } = await world.call();
  for (const code of ['unknown-target', 'too-large']) {
    world.server.find('alice').socket.say({ type: 'error', code, message: 'words' });
  }
  assert.deepEqual(eventsOf(alice, 'error'), [{ code: 'too-large', message: 'words' }]);
});

test('draining is an event', async () => {
  const { alice } = await world.call();
  world.server.find('alice').socket.say({ type: 'draining', reconnectAfter: 5 });
  assert.deepEqual(eventsOf(alice, 'draining'), [{ reconnectAfter: 5 }]);
});

test('signals of somebody who is not there are ignored', async () => {
  const { alice } = await world.call();
  world.server.tell('alice', { type: 'signal', from: 'nobody', data: { description: { type: 'offer', sdp: '' } } });
  await world.clock.advance(10);
  assert.equal(world.network.connections.length, 2);
  assert.equal(alice.peers.size, 1);
});

test('new ICE servers reach all connections, and later ones', async () => {
  const { alice } = await world.call();
  const iceServers = [{ urls: ['turn:other.test'], username: 'a', credential: 'b' }];
  const expiresAt = new Date(world.clock.now() + 3_600_000).toISOString();
  world.server.find('alice').socket.say({ type: 'ice-servers', iceServers, expiresAt });
  await world.clock.advance(10);
  assert.deepEqual(alice.iceServers, iceServers);
  assert.deepEqual(alice.peers.get('bob').connection.getConfiguration().iceServers, iceServers);
  await world.joined('carol');
  assert.deepEqual(alice.peers.get('carol').connection.getConfiguration().iceServers, iceServers);
});

test('ICE servers that the server forgot to renew are asked for before they end', async () => {
  const { alice } = await world.call();
  world.server.iceServers = [{ urls: ['turn:server.test'], username: 'later', credential: 'z' }];
  await world.clock.advance(3_600_000);
  assert.equal(alice.iceServers[0].username, 'later');
  assert.equal(alice.peers.get('bob').connection.getConfiguration().iceServers[0].username, 'later');
  assert.deepEqual(states(alice), ['connecting', 'joined']);
});

test('the page\'s own ICE servers are used instead of the room\'s', async () => {
  const iceServers = [{ urls: ['turn:own.test'] }];
  const { alice } = await world.call({ iceServers });
  assert.deepEqual(alice.peers.get('bob').connection.getConfiguration().iceServers, iceServers);
});

test('relay only is a policy of every connection', async () => {
  const { alice } = await world.call({ relayOnly: true });
  assert.equal(alice.peers.get('bob').connection.getConfiguration().iceTransportPolicy, 'relay');
});

test('relay only, switched on, makes connections that never had another path; off restarts them', async () => {
  const { alice, bob } = await world.call();
  const { connection } = alice.peers.get('bob');
  alice.setRelayOnly(true);
  await world.clock.advance(100);
  const second = alice.peers.get('bob').connection;
  assert.notEqual(second, connection);
  assert.equal(second.getConfiguration().iceTransportPolicy, 'relay');
  assert.equal(bob.peers.get('alice').state, 'connected');
  alice.setRelayOnly(false);
  await world.clock.advance(100);
  assert.equal(alice.peers.get('bob').connection, second);
  assert.equal(second.getConfiguration().iceTransportPolicy, 'all');
  assert.equal(second.restarts, 1);
});

test('both switch relay only on at once', async () => {
  const { alice, bob } = await world.call();
  for (const room of [alice, bob]) room.setRelayOnly(true);
  await world.clock.advance(3_000);
  assert.equal(alice.peers.get('bob').state, 'connected');
  assert.equal(bob.peers.get('alice').state, 'connected');
  assert.equal(world.open.length, 2);
});

for (const type of ['online', 'pageshow', 'visibilitychange']) {
  test(`${type}: asks whether the socket still lives`, async () => {
    const { alice } = await world.call();
    const { socket } = world.server.find('alice');
    await world.clock.advance(5_000);
    const before = socket.of('ping').length;
    alice.page.dispatchEvent(new Event(type));
    assert.equal(socket.of('ping').length, before + 1);
  });
}

test('when the network is back, a lost room is joined without waiting', async () => {
  const { alice } = await world.call();
  world.server.kill();
  await world.clock.advance(60_000);
  world.server.up = true;
  alice.page.dispatchEvent(new Event('online'));
  await world.clock.advance(10);
  assert.equal(alice.state, 'joined');
});

test('a room without an address is where the module came from', () => {
  assert.equal(new Room({ environment: { page: undefined } }).state, 'new');
});
