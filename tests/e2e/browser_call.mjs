// Two Chromium peers call each other through a TURN server and nothing else. Reads one JSON object from the command line
// (iceServers or fetch, userDataDir, seconds, flags), prints one JSON object: what getStats() and the data channel say.
//
// Signaling is this program: it carries each description, with all its candidates, from one page to the other.
import http from 'node:http';
import { chromium } from 'playwright-core';

const options = JSON.parse(process.argv[2]);

// A page from localhost is a secure context, which getUserMedia demands.
const page = http.createServer((_, response) => {
  response.setHeader('content-type', 'text/html');
  response.end('<!doctype html><title>call</title><video autoplay muted playsinline></video>');
});

const FLAGS = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
  '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream',
];

// Runs in the page.
async function fetchIceServers({ url, key }) {
  try {
    const answer = await fetch(url, { headers: { authorization: `Bearer ${key}` } });
    return answer.ok ? (await answer.json()).iceServers : `status ${answer.status}`;
  } catch (error) {
    return error.name;
  }
}

// Runs in the page.
async function prepare({ iceServers, offers }) {
  const connection = new RTCPeerConnection({ iceServers, iceTransportPolicy: 'relay' });
  const call = (window.call = { connection, messages: [], candidateErrors: [] });
  connection.onicecandidateerror = (event) => call.candidateErrors.push(`${event.errorCode} ${event.errorText}`);
  const take = (channel) => {
    call.channel = channel;
    channel.onmessage = (event) => call.messages.push(event.data);
  };
  connection.ondatachannel = (event) => take(event.channel);
  connection.ontrack = (event) => {
    document.querySelector('video').srcObject = event.streams[0];
  };
  const stream = await navigator.mediaDevices.getUserMedia({ video: { width: 640, height: 480 } });
  for (const track of stream.getTracks()) connection.addTrack(track, stream);
  if (offers) take(connection.createDataChannel('data'));
}

// Runs in the page: makes a description and gives it with all candidates.
async function describe({ remote }) {
  const { connection } = window.call;
  if (remote) await connection.setRemoteDescription(remote);
  await connection.setLocalDescription();
  const gathered = () => connection.iceGatheringState === 'complete';
  if (!gathered()) {
    await new Promise((resolve) => {
      connection.onicegatheringstatechange = () => gathered() && resolve();
    });
  }
  return connection.localDescription.toJSON();
}

// Runs in the page.
async function accept({ remote }) {
  await window.call.connection.setRemoteDescription(remote);
}

// Runs in the page: waits until the channel is open and frames are shown, and sends numbered messages.
async function exchange({ name, count, milliseconds }) {
  const { call } = window;
  const until = performance.now() + milliseconds;
  const pause = () => new Promise((resolve) => setTimeout(resolve, 50));
  while (call.channel?.readyState !== 'open' && performance.now() < until) await pause();
  for (let i = 0; i < count && call.channel?.readyState === 'open'; ++i) call.channel.send(`${name} ${i}`);
  const frames = () => document.querySelector('video').getVideoPlaybackQuality().totalVideoFrames;
  while ((call.messages.length < count || frames() < 30) && performance.now() < until) await pause();
}

// Runs in the page.
async function result() {
  const { call } = window;
  const stats = [...(await call.connection.getStats()).values()];
  const byId = Object.fromEntries(stats.map((entry) => [entry.id, entry]));
  const transport = stats.find((entry) => entry.type === 'transport');
  const pair = byId[transport?.selectedCandidatePairId];
  const inbound = stats.find((entry) => entry.type === 'inbound-rtp' && entry.kind === 'video');
  return {
    state: call.connection.iceConnectionState,
    local: byId[pair?.localCandidateId]?.candidateType ?? null,
    remote: byId[pair?.remoteCandidateId]?.candidateType ?? null,
    relayProtocol: byId[pair?.localCandidateId]?.relayProtocol ?? null,
    framesDecoded: inbound?.framesDecoded ?? 0,
    packetsLost: inbound?.packetsLost ?? 0,
    messages: call.messages,
    urls: call.connection.getConfiguration().iceServers.flatMap((server) => server.urls),
    candidateErrors: call.candidateErrors,
    candidates: (call.connection.localDescription?.sdp ?? '').split('\r\n').filter((line) => line.startsWith('a=candidate')),
  };
}

async function fetchElsewhere(browser) {
  const elsewhere = await browser.newPage();
  await elsewhere.goto(options.fetch.other);
  return elsewhere.evaluate(fetchIceServers, options.fetch);
}

async function main() {
  await new Promise((resolve) => page.listen(options.port, '127.0.0.1', resolve));
  const browser = await chromium.launchPersistentContext(options.userDataDir, {
    executablePath: options.executable, args: [...FLAGS, ...options.flags], chromiumSandbox: false, timeout: 60000,
  });
  try {
    const pages = [await browser.newPage(), await browser.newPage()];
    for (const [index, each] of pages.entries()) {
      await each.goto(`http://localhost:${page.address().port}/`);
      const iceServers = options.fetch ? await each.evaluate(fetchIceServers, options.fetch) : options.iceServers;
      if (typeof iceServers === 'string') throw new Error(`fetching the ICE servers gave ${iceServers}`);
      await each.evaluate(prepare, { iceServers, offers: index === 0 });
    }
    const offer = await pages[0].evaluate(describe, {});
    const answer = await pages[1].evaluate(describe, { remote: offer });
    await pages[0].evaluate(accept, { remote: answer });
    const wanted = { count: 50, milliseconds: options.seconds * 1000 };
    await Promise.all(pages.map((each, index) => each.evaluate(exchange, { name: `peer ${index}`, ...wanted })));
    const results = await Promise.all(pages.map((each) => each.evaluate(result)));
    const otherOrigin = options.fetch ? await fetchElsewhere(browser) : null;
    console.log(JSON.stringify(results.map((each) => ({ ...each, otherOrigin }))));
    await Promise.all(pages.map((each) => each.evaluate(() => window.call.connection.close())));
  } finally {
    await browser.close();
    page.close();
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
