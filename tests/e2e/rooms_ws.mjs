// The `ws` client against /signal: in order, and with frames of its own sender that are not. Reads one JSON object from
// the command line ({url}), prints one JSON object: what it got.
import WebSocket, { Sender } from 'ws';

const { url } = JSON.parse(process.argv[2]);
const TEXT = Buffer.from('{"type":"ping"}');
const FRAME = { fin: true, rsv1: false, opcode: 1, mask: true, readOnly: true };

async function open() {
  const socket = new WebSocket(url, { perMessageDeflate: { threshold: 0 }, handshakeTimeout: 5000 });
  socket.seen = [];
  socket.on('message', (text) => socket.seen.push(JSON.parse(text).type));
  await next(socket, 'open');
  return socket;
}

const next = (socket, event) => new Promise((resolve, reject) => {
  setTimeout(() => reject(new Error(`no ${event}: ${socket.seen}`)), 6000).unref();
  socket.once(event, (...values) => resolve(values[0]));
  socket.once('error', reject);
});

async function until(socket, kind) {
  for (let i = 0; i < 300 && !socket.seen.includes(kind); ++i) {
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  }
  if (!socket.seen.includes(kind)) throw new Error(`no ${kind}: ${socket.seen}`);
}

async function inOrder() {
  const socket = await open();
  socket.send('{"type":"join-room",', { fin: false });
  socket.send('"roomId":"lobby"', { fin: false });
  socket.ping('are you there?');
  socket.send('}');
  const pong = String(await next(socket, 'pong'));
  await until(socket, 'joined');
  socket.send(TEXT.toString(), { compress: true });
  await until(socket, 'pong');
  socket.close(3001, 'enough');
  return { pong, extensions: socket.extensions, seen: socket.seen, code: await next(socket, 'close') };
}

async function broken(list) {
  const socket = await open();
  for (const [data, options] of list) {
    for (const piece of Sender.frame(data, { ...FRAME, ...options })) socket._socket.write(piece);
  }
  return next(socket, 'close');
}

async function main() {
  const found = { inOrder: await inOrder() };
  found.compressed = await broken([[TEXT, { rsv1: true }]]);
  found.unmasked = await broken([[TEXT, { mask: false }]]);
  found.binary = await broken([[Buffer.from([1, 2]), { opcode: 2 }]]);
  found.reserved = await broken([[TEXT, { opcode: 11 }]]);
  found.longPing = await broken([[Buffer.alloc(126), { opcode: 9 }]]);
  found.tornPing = await broken([[Buffer.alloc(1), { opcode: 9, fin: false }]]);
  found.badText = await broken([[Buffer.from([0xc3, 0x28]), {}]]);
  found.nested = await broken([[TEXT, { fin: false }], [TEXT, {}]]);
  console.log(JSON.stringify(found));
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
}).finally(() => setTimeout(() => process.exit(), 100).unref());
