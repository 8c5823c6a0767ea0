import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { Negotiation } from '../../web/client/negotiation.js';
import { VirtualClock, settle } from './fakes/clock.mjs';
import { FakeNetwork } from './fakes/connection.mjs';
import { fakeEnvironment } from './fakes/environment.mjs';
import { FakeStream, FakeTrack } from './fakes/media.mjs';

let clock;
let network;
let polite;
let impolite;

/** One side: its connection, its negotiation, and what it said. What it says reaches `other` while `passes`. */
function side(options) {
  const { environment } = fakeEnvironment({ clock, network });
  const connection = new network.RTCPeerConnection({});
  const end = { connection, said: [], broken: 0, passes: true, other: null };
  const send = (data) => {
    const message = JSON.parse(JSON.stringify(data));
    end.said.push(message);
    if (end.passes) queueMicrotask(() => end.other?.negotiation.onSignal(message));
  };
  const onBroken = () => ++end.broken;
  end.negotiation = new Negotiation({ connection, environment, send, onBroken, waits: false, ...options });
  end.offers = () => end.said.filter(({ description }) => description?.type === 'offer');
  end.answers = () => end.said.filter(({ description }) => description?.type === 'answer');
  end.addVideo = () => end.connection.addTrack(new FakeTrack('video'), new FakeStream());
  return end;
}

beforeEach(() => {
  clock = new VirtualClock();
  network = new FakeNetwork();
  polite = side({ polite: true });
  impolite = side({ polite: false });
  polite.other = impolite;
  impolite.other = polite;
});

const isConnected = () => [polite, impolite].every(({ connection }) => connection.connectionState === 'connected');

test('a track makes an offer, the offer an answer, and candidates follow', async () => {
  polite.addVideo();
  await settle();
  assert.equal(isConnected(), true);
  assert.equal(polite.offers().length, 1);
  assert.equal(impolite.answers().length, 1);
  assert.ok(polite.said.some(({ candidate }) => candidate));
  assert.equal(impolite.connection.receiving, 1);
});

test('candidates without content are not sent', async () => {
  polite.addVideo();
  await settle();
  assert.ok(polite.said.every(({ candidate }) => candidate === undefined || candidate.candidate));
});

test('when both offer, the polite side gives way and both get through', async () => {
  polite.addVideo();
  impolite.addVideo();
  await settle();
  assert.equal(polite.offers().length, 1);
  assert.equal(impolite.offers().length, 1);
  assert.equal(isConnected(), true);
  assert.equal(polite.connection.receiving, 1);
  assert.equal(impolite.connection.receiving, 1);
});

test('what the polite side gave way with is offered again when the answer cannot carry it', async () => {
  polite.connection.addTrack(new FakeTrack('audio'), new FakeStream());
  impolite.addVideo();
  await settle();
  assert.equal(polite.offers().length, 2);
  assert.equal(impolite.connection.receiving, 1);
  assert.equal(polite.connection.receiving, 1);
});

test('glare in a call that runs', async () => {
  polite.addVideo();
  await settle();
  for (const end of [polite, impolite]) end.connection.addTrack(new FakeTrack('audio'), new FakeStream());
  await settle();
  for (const end of [polite, impolite]) assert.equal(end.connection.signalingState, 'stable');
  assert.equal(polite.connection.receiving, 1);
  assert.equal(impolite.connection.receiving, 2);
});

test('the candidates of an ignored offer break nothing', async () => {
  impolite.passes = false;
  impolite.addVideo();
  await settle();
  polite.addVideo();
  await settle();
  assert.equal(impolite.broken, 0);
  assert.equal(impolite.connection.signalingState, 'have-local-offer');
  impolite.passes = true;
  for (const message of impolite.said) polite.negotiation.onSignal(message);
  await settle();
  assert.equal(isConnected(), true);
  assert.equal(polite.broken, 0);
});

test('candidates that come before their description wait for it', async () => {
  polite.passes = false;
  polite.addVideo();
  await settle();
  const candidates = polite.said.filter(({ candidate }) => candidate);
  for (const message of [...candidates, ...polite.offers()]) impolite.negotiation.onSignal(message);
  polite.passes = true;
  await settle();
  assert.equal(impolite.connection.candidates.length, candidates.length);
  assert.equal(isConnected(), true);
});

test('candidates of a description that is still on its way wait, too', async () => {
  polite.addVideo();
  await settle();
  polite.passes = false;
  const before = polite.said.length;
  polite.negotiation.restart();
  await settle();
  const later = polite.said.slice(before);
  const candidates = later.filter(({ candidate }) => candidate);
  assert.ok(candidates.length > 0);
  const taken = impolite.connection.candidates.length;
  for (const message of [...candidates, ...later.filter(({ description }) => description)]) {
    impolite.negotiation.onSignal(message);
  }
  await settle();
  assert.equal(impolite.connection.candidates.length, taken + candidates.length);
});

test('an answer to nothing is ignored, also when it comes twice', async () => {
  polite.addVideo();
  await settle();
  const [answer] = impolite.answers();
  polite.negotiation.onSignal(answer);
  await settle();
  assert.equal(polite.broken, 0);
  assert.equal(polite.connection.signalingState, 'stable');
});

test('an offer that comes twice is answered twice', async () => {
  polite.addVideo();
  await settle();
  impolite.negotiation.onSignal(polite.offers()[0]);
  await settle();
  assert.equal(impolite.answers().length, 2);
  assert.equal(impolite.broken + polite.broken, 0);
});

test('a restart makes an offer with other credentials', async () => {
  polite.addVideo();
  await settle();
  impolite.negotiation.restart();
  await settle();
  const ufrag = ({ description }) => JSON.parse(description.sdp).ufrag;
  assert.equal(impolite.offers().length, 1);
  assert.notEqual(ufrag(impolite.offers()[0]), ufrag(impolite.answers()[0]));
  assert.equal(isConnected(), true);
});

test('both restart at once', async () => {
  polite.addVideo();
  await settle();
  polite.negotiation.restart();
  impolite.negotiation.restart();
  await settle();
  for (const { connection } of [polite, impolite]) assert.equal(connection.signalingState, 'stable');
  assert.equal(isConnected(), true);
});

test('a restart while an offer is not answered makes another one, and only that one\'s answer counts', async () => {
  polite.passes = false;
  polite.addVideo();
  await settle();
  polite.negotiation.restart();
  await settle();
  const [first, second] = polite.offers();
  assert.notEqual(first.round, second.round);
  impolite.passes = false;
  for (const offer of [first, second]) impolite.negotiation.onSignal(offer);
  await settle();
  const [late, right] = impolite.answers();
  polite.negotiation.onSignal(late);
  await settle();
  assert.equal(polite.connection.signalingState, 'have-local-offer');
  polite.negotiation.onSignal(right);
  await settle();
  assert.equal(polite.connection.signalingState, 'stable');
});

test('an answer that names no offer counts: simple clients send no more than a description', async () => {
  impolite.passes = false;
  polite.addVideo();
  await settle();
  const { description } = impolite.answers()[0];
  polite.negotiation.onSignal({ description });
  await settle();
  assert.equal(polite.connection.signalingState, 'stable');
});

test('who is to be called does not call', async () => {
  const waiting = side({ polite: true, waits: true });
  waiting.other = impolite;
  impolite.other = waiting;
  waiting.addVideo();
  await settle();
  assert.equal(waiting.said.length, 0);
  impolite.addVideo();
  await settle();
  assert.equal(waiting.offers().length, 0);
  assert.equal(waiting.connection.receiving, 1);
  assert.equal(impolite.connection.receiving, 1);
});

test('who is not called within two seconds calls', async () => {
  const waiting = side({ polite: true, waits: true });
  waiting.other = impolite;
  waiting.addVideo();
  await clock.advance(1_999);
  assert.equal(waiting.offers().length, 0);
  await clock.advance(1);
  assert.equal(waiting.offers().length, 1);
});

test('a connection that takes no description any more is broken, once for each', async () => {
  polite.negotiation.onSignal({ description: { type: 'offer', sdp: 'no JSON' } });
  await settle();
  assert.equal(polite.broken, 1);
});

test('what makes no sense is ignored', async () => {
  const nonsense = [{}, { description: null }, { description: 'offer' }, { description: { type: 'rollback', sdp: '' } },
    { description: { type: 'offer' } }, { candidate: null }, { candidate: '' }, { candidate: { candidate: '' } }];
  for (const data of nonsense) polite.negotiation.onSignal(data);
  await settle();
  assert.equal(polite.broken, 0);
  assert.equal(polite.said.length, 0);
  assert.equal(polite.connection.signalingState, 'stable');
});

test('closed, it says nothing more and holds no timer', async () => {
  const waiting = side({ polite: true, waits: true });
  waiting.addVideo();
  waiting.negotiation.close();
  await clock.advance(10_000);
  waiting.negotiation.restart();
  waiting.negotiation.onSignal({ description: { type: 'offer', sdp: 'no JSON' } });
  await settle();
  assert.equal(waiting.said.length, 0);
  assert.equal(waiting.broken, 0);
  assert.equal(clock.pending, 0);
});
