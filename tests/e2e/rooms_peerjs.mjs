// The stock peerjs client in two Chromium pages, as its users have it. Reads one JSON object from the command line
// ({server, port, key, fetch, password, pagePort,
// discovery, ...}), prints one JSON object: what the peers saw.
//
// The pages reach the server's signaling through a TCP proxy of this program, so that it can cut their connections.
import net from 'node:net';
import { fileURLToPath } from 'node:url';
import { launch, servePage } from './pages.mjs';

const options = JSON.parse(process.argv[2]);
const LIBRARY = fileURLToPath(new URL('node_modules/peerjs/dist/peerjs.min.js', import.meta.url));
const SECONDS = 1000 * (options.seconds ?? 15);

async function serveProxy() {
  const carried = new Set();
  const proxy = net.createServer((client) => {
    const server = net.connect(options.port, options.server);
    for (const [from, to] of [[client, server], [server, client]]) {
      carried.add(from);
      from.setNoDelay();
      from.on('error', () => to.destroy());
      from.on('close', () => carried.delete(from) && to.destroy());
      from.pipe(to);
    }
  });
  await new Promise((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  proxy.cut = () => carried.forEach((socket) => socket.resetAndDestroy());
  return proxy;
}

// Runs in the page: a peer, and what happens to it.
function begin({ name, id, place, iceServers }) {
  const peer = new Peer(id, {
    host: 'localhost', path: '/', secure: false, debug: 0, ...place,
    config: { iceServers, iceTransportPolicy: 'relay' },
  });
  const mine = { peer, events: [], messages: [], connection: null, call: null };
  (window.peers ??= {})[name] = mine;
  for (const event of ['open', 'disconnected', 'close']) {
    peer.on(event, (argument) => mine.events.push([event, argument ?? null]));
  }
  peer.on('error', (error) => mine.events.push(['error', error.type]));
  mine.take = (connection) => {
    mine.connection = connection;
    connection.on('open', () => mine.messages.push('open'));
    connection.on('data', (data) => mine.messages.push(data instanceof Uint8Array || data instanceof ArrayBuffer
      ? `bytes ${new Uint8Array(data).join()}` : data));
  };
  peer.on('connection', mine.take);
  mine.show = (call) => {
    mine.call = call;
    call.on('stream', (stream) => {
      document.querySelector('video').srcObject = stream;
    });
  };
  peer.on('call', async (call) => {
    mine.show(call);
    call.answer(await navigator.mediaDevices.getUserMedia({ video: true }));
  });
}

// Runs in the page.
async function fetchIceServers({ url, key }) {
  const answer = await fetch(url, { headers: { authorization: `Bearer ${key}` } });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url} gave ${answer.status}: ${text}`);
  return JSON.parse(text).iceServers;
}

// Runs in the page: the types of the selected candidates.
async function ends(name) {
  const stats = [...(await window.peers[name].connection.peerConnection.getStats()).values()];
  const byId = Object.fromEntries(stats.map((entry) => [entry.id, entry]));
  const pair = byId[stats.find((entry) => entry.type === 'transport')?.selectedCandidatePairId];
  return [byId[pair?.localCandidateId]?.candidateType, byId[pair?.remoteCandidateId]?.candidateType];
}

const seen = (page, name) => page.evaluate((n) => window.peers[n].events, name);

async function waitFor(page, name, condition, what) {
  try {
    await page.waitForFunction(condition, name, { timeout: SECONDS, polling: 50 });
  } catch {
    const state = await page.evaluate((n) => {
      const { events, messages, connection } = window.peers[n];
      const { iceConnectionState, signalingState } = connection?.peerConnection ?? {};
      return JSON.stringify({ events, messages, iceConnectionState, signalingState });
    }, name);
    throw new Error(`${name}: ${what} not in time: ${state}`);
  }
}
const isOpen = (name) => window.peers[name].peer.open;
const hasError = (name) => window.peers[name].events.some(([event]) => event === 'error');

async function data(ann, ben, id) {
  await ben.evaluate((target) => window.peers.ben.take(window.peers.ben.peer.connect(target)), id);
  for (const [page, name] of [[ann, 'ann'], [ben, 'ben']]) {
    await waitFor(page, name, (n) => window.peers[n].connection?.open, 'the data connection');
    await page.evaluate((n) => {
      const values = [`from ${n}`, { a: [1, null, 'ä'] }, new Uint8Array([1, 2, 255])];
      for (const value of values) window.peers[n].connection.send(value);
    }, name);
  }
  for (const [page, name] of [[ann, 'ann'], [ben, 'ben']]) {
    await waitFor(page, name, (n) => window.peers[n].messages.length >= 4, 'messages');
  }
  const found = await Promise.all([[ann, 'ann'], [ben, 'ben']].map(async ([page, name]) => ({
    messages: await page.evaluate((n) => window.peers[n].messages.splice(0), name), ends: await page.evaluate(ends, name),
  })));
  return { ann: found[0], ben: found[1] };
}

async function media(ann, ben) {
  await ben.evaluate(async () => {
    window.peers.ben.show(window.peers.ben.peer.call('ann', await navigator.mediaDevices.getUserMedia({ video: true })));
  });
  const frames = async (page, name) => {
    await waitFor(page, name, () => document.querySelector('video').getVideoPlaybackQuality().totalVideoFrames > 5, 'video');
    return page.evaluate(() => document.querySelector('video').getVideoPlaybackQuality().totalVideoFrames);
  };
  return { ann: await frames(ann, 'ann'), ben: await frames(ben, 'ben') };
}

async function reconnect(proxy, ann, ben) {
  proxy.cut();
  for (const [page, name] of [[ann, 'ann'], [ben, 'ben']]) {
    await waitFor(page, name, (n) => window.peers[n].peer.disconnected, 'the loss of the socket');
    await page.evaluate((n) => {
      window.peers[n].events.length = 0;
      window.peers[n].connection.send('still connected');
      window.peers[n].peer.reconnect();
    }, name);
    await waitFor(page, name, isOpen, 'the reconnection');
  }
  await waitFor(ann, 'ann', (n) => window.peers[n].messages.length > 0, 'a message beside signaling');
  await Promise.all([[ann, 'ann'], [ben, 'ben']].map(([page, name]) => page.evaluate((n) => {
    window.peers[n].connection.close();
    window.peers[n].messages.length = 0;
  }, name)));
  return { ann: await seen(ann, 'ann'), ben: await seen(ben, 'ben'), again: (await data(ann, ben, 'ann')).ann.messages };
}

async function failing(page, name, arrange) {
  await page.evaluate(arrange, name);
  await waitFor(page, name, hasError, 'the error');
  return seen(page, name);
}

async function arrive(browser, proxy, pagePort) {
  const [ann, ben] = [await browser.newPage(), await browser.newPage()];
  for (const page of [ann, ben]) {
    await page.goto(`http://localhost:${pagePort}/`);
    await page.addScriptTag({ path: LIBRARY });
  }
  const { password } = options;
  const fetched = await ann.evaluate(fetchIceServers, options.fetch);
  const iceServers = fetched.map((server) => (password ? { ...server, credential: password } : server));
  const place = { port: proxy.address().port, key: options.key };
  const start = (page, name, id) => page.evaluate(begin, { name, id, place, iceServers });
  await start(ann, 'ann', 'ann');
  await start(ben, 'ben');
  await waitFor(ann, 'ann', isOpen, 'open');
  await waitFor(ben, 'ben', isOpen, 'open');
  return { ann, ben, start };
}

async function session({ ann, ben, start }, proxy) {
  const found = { ids: [(await seen(ann, 'ann'))[0], (await seen(ben, 'ben'))[0]] };
  found.data = await data(ann, ben, 'ann');
  found.media = await media(ann, ben);
  await start(ben, 'thief', 'ann');
  found.taken = await failing(ben, 'thief', () => {});
  found.absent = await failing(ben, 'ben', (n) => window.peers[n].peer.connect('nobody-there'));
  found.openAfterAbsent = await ben.evaluate(() => window.peers.ben.peer.open);
  await start(ann, 'asks', 'asks');
  await waitFor(ann, 'asks', isOpen, 'open');
  found.listed = await failing(ann, 'asks', (n) => window.peers[n].peer.listAllPeers());
  found.reconnected = await reconnect(proxy, ann, ben);
  return found;
}

async function listing({ ann, ben }) {
  const listed = await ann.evaluate(() => new Promise((resolve) => window.peers.ann.peer.listAllPeers(resolve)));
  const id = (page, name) => page.evaluate((n) => window.peers[n].peer.id, name);
  return { listed, ids: [await id(ann, 'ann'), await id(ben, 'ben')] };
}

async function main() {
  const page = await servePage(options.pagePort);
  const proxy = await serveProxy();
  const browser = await launch(options);
  try {
    const peers = await arrive(browser, proxy, page.address().port);
    console.log(JSON.stringify(await (options.discovery ? listing(peers) : session(peers, proxy))));
  } finally {
    await browser.close();
    proxy.cut();
    proxy.close();
    page.close();
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
