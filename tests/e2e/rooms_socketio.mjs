// socket.io-client in Node against the rooms. Reads one JSON object from the command line ({scenario, url, transports,
// ...}), prints one JSON object: what the clients saw.
import { io } from 'socket.io-client';

const options = JSON.parse(process.argv[2]);
const EVENTS = ['joined', 'new-peer', 'peer-left', 'signal', 'offer', 'answer', 'candidate', 'chat', 'error'];
const sockets = [];

function open(more = {}) {
  const { path = '/', ...rest } = more;
  const socket = io(options.url + path, {
    transports: options.transports, forceNew: true, reconnection: false, timeout: 5000, ...rest,
  });
  sockets.push(socket);
  socket.seen = [];
  for (const event of EVENTS) socket.on(event, (argument) => socket.seen.push([event, argument]));
  return socket;
}

const soon = (promise, what, milliseconds = 6000) => Promise.race([
  promise,
  new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`not in time: ${what}`)), milliseconds).unref();
  }),
]);
const once = (emitter, event) => soon(new Promise((resolve) => {
  emitter.once(event, (...values) => resolve(values[0]));
}), event);
const pause = (milliseconds) => new Promise((resolve) => {
  setTimeout(resolve, milliseconds);
});
const ask = (socket, ...words) => soon(socket.emitWithAck(...words), words[0]);

async function until(condition, what) {
  for (let i = 0; i < 300; ++i) {
    if (condition()) return;
    await pause(20);
  }
  throw new Error(`not in time: ${what}`);
}

async function connected(more) {
  const socket = open(more);
  await Promise.race([
    once(socket, 'connect'),
    once(socket, 'connect_error').then((error) => {
      throw error;
    }),
  ]);
  return socket;
}

// The transport at first, and the one after an upgrade if there is one.
async function watched(more) {
  const socket = open(more);
  let first = null;
  socket.io.on('open', () => {
    first = socket.io.engine.transport.name;
  });
  await once(socket, 'connect');
  if (options.upgrades) await until(() => socket.io.engine.transport.name === 'websocket', 'the upgrade');
  return { socket, transports: [first, socket.io.engine.transport.name] };
}

async function session() {
  const { socket: ann, transports } = await watched();
  const joined = await ask(ann, 'join-room', 'lobby', 'ann');
  const ben = await connected();
  ben.emit('join-room', 'lobby', 'ben'); // without acknowledgement: `joined` comes as an event
  await until(() => ben.seen.length > 0, 'joined');
  const cleo = await connected();
  const both = await ask(cleo, 'join-room', { roomId: 'lobby', userId: 'cleo', name: 'Cleo' });
  const acks = [
    await ask(ann, 'signal', { roomId: 'lobby', data: { n: 1 } }),
    await ask(ann, 'offer', { room: 'lobby', sdp: { type: 'offer', sdp: 'v=0' }, targetUserId: 'ben' }),
    await ask(ben, 'answer', { room: 'lobby', sdp: { type: 'answer', sdp: 'v=0' }, targetUserId: 'ann' }),
    await ask(ben, 'candidate', { room: 'lobby', candidate: 'candidate:1' }),
    await ask(cleo, 'chat', 'Grüße 👋'),
    await ask(ann, 'signal', { roomId: 'lobby', data: 1, targetUserId: 'nobody' }),
    await ask(ann, 'dance', { roomId: 'lobby' }),
  ];
  await until(() => [ann, ben, cleo].every((each) => each.seen.some(([event]) => event === 'chat')), 'chat');
  const left = await ask(cleo, 'leave-room');
  ben.disconnect();
  await until(() => ann.seen.filter(([event]) => event === 'peer-left').length === 2, 'peer-left');
  return { transports, joined, ben: ben.seen, both, acks, left, ann: ann.seen, cleo: cleo.seen };
}

// Numbered messages in both directions while the transport is being changed.
async function order() {
  const count = 60;
  const [ann, ben] = [open(), open()];
  const numbers = (socket) => socket.seen.filter(([event]) => event === 'signal').map(([, { data }]) => data);
  await Promise.all([ann, ben].map(async (socket, i) => {
    await once(socket, 'connect');
    return ask(socket, 'join-room', 'lobby', `user ${i}`);
  }));
  for (let i = 0; i < count; ++i) {
    ann.emit('signal', { data: i });
    ben.emit('signal', { data: i });
    if (i % 6 === 0) await pause(5);
  }
  await until(() => [ann, ben].every((socket) => numbers(socket).length >= count), 'all messages');
  return { ann: numbers(ann), ben: numbers(ben), name: ann.io.engine.transport.name };
}

async function namespaces() {
  const good = await connected();
  const errors = [];
  for (const path of ['/admin', '/room-7']) {
    const socket = open({ path, forceNew: false });
    errors.push((await once(socket, 'connect_error')).message);
  }
  return { errors, id: typeof good.id, joined: await ask(good, 'join-room', 'lobby') };
}

async function origins() {
  const attempt = async (origin) => {
    const socket = open({ extraHeaders: { origin } });
    return Promise.race([
      once(socket, 'connect').then(() => 'connected'),
      once(socket, 'connect_error').then((error) => error.context?.status ?? error.description?.message ?? error.message),
    ]);
  };
  return { foreign: await attempt('http://elsewhere.example'), allowed: await attempt(options.allowed) };
}

async function tokens() {
  const byAuth = await connected({ auth: { token: options.tokens[0] } });
  const byJoin = await connected();
  const without = await connected();
  return {
    byAuth: await ask(byAuth, 'join-room', 'lobby'),
    byJoin: await ask(byJoin, 'join-room', { roomId: 'lobby', token: options.tokens[1] }),
    without: await ask(without, 'join-room', 'lobby'),
  };
}

// Stays until the server says goodbye.
async function ended() {
  const socket = await connected();
  await ask(socket, 'join-room', 'lobby', 'ann');
  console.error('ready');
  const reason = await soon(new Promise((resolve) => {
    socket.once('disconnect', resolve);
  }), 'disconnect', 15000);
  return { reason, seen: socket.seen };
}

const scenarios = { session, order, namespaces, origins, tokens, ended };

scenarios[options.scenario]().then((found) => console.log(JSON.stringify(found)), (error) => {
  console.error(error, JSON.stringify(sockets.map((socket) => socket.seen)));
  process.exitCode = 1;
}).finally(() => {
  for (const socket of sockets) socket.disconnect();
  setTimeout(() => process.exit(), 200).unref();
});
