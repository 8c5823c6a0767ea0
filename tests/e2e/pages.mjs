// What the programs that drive Chromium share: a page from localhost, a browser with fake devices, and what runs in a
// page that keeps its call in `window.call` {connection, channel, messages, candidateErrors}.
import http from 'node:http';
import { chromium } from 'playwright-core';

export const FLAGS = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
  '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream',
];

// A page from localhost is a secure context, which getUserMedia demands. `port`: 0 for any.
export async function servePage(port) {
  const server = http.createServer((_, response) => {
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html><title>call</title><video autoplay muted playsinline></video>');
  });
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  return server;
}

// `without`: the beginnings of flags that are left out.
export function launch({ userDataDir, executable, flags = [], without = [], viewport = undefined }) {
  const usual = FLAGS.filter((flag) => !without.some((beginning) => flag.startsWith(beginning)));
  return chromium.launchPersistentContext(userDataDir, {
    executablePath: executable, args: [...usual, ...flags], chromiumSandbox: false, timeout: 60000, viewport,
  });
}

// Runs in the page: waits until the channel is open and frames are shown, and sends numbered messages.
export async function exchange({ name, count, milliseconds }) {
  const { call } = window;
  const until = performance.now() + milliseconds;
  const pause = () => new Promise((resolve) => setTimeout(resolve, 50));
  while (call.channel?.readyState !== 'open' && performance.now() < until) await pause();
  for (let i = 0; i < count && call.channel?.readyState === 'open'; ++i) call.channel.send(`${name} ${i}`);
  const frames = () => document.querySelector('video').getVideoPlaybackQuality().totalVideoFrames;
  while ((call.messages.length < count || frames() < 30) && performance.now() < until) await pause();
}

// Runs in the page.
export async function result() {
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
