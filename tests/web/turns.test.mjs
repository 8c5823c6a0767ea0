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

/** One of two sides that both know of turns. What it says reaches the other one while `passes`. */
function side(isPolite) {
  const { environment } = fakeEnvironment({ clock, network });
  const connection = new network.RTCPeerConnection({});
  const end = { connection, said: [], broken: 0, passes: true, isReachable: true, other: null };
  const send = (data) => {
    end.said.push(data);
    const message = JSON.parse(JSON.stringify(data));
    if (end.passes) queueMicrotask(() => end.other?.negotiation.onSignal(message));
  };
  end.negotiation = new Negotiation({
    connection, environment, send, polite: isPolite, waits: false, takesTurns: () => true,
    isReachable: () => end.isReachable, onBroken: () => ++end.broken,
  });
  end.addTrack = () => end.connection.addTrack(new FakeTrack('video'), new FakeStream());
  end.count = (what) => end.said.filter((data) => data[what] !== undefined || data.description?.type === what).length;
  return end;
}

beforeEach(async () => {
  clock = new VirtualClock();
  network = new FakeNetwork();
  polite = side(true);
  impolite = side(false);
  polite.other = impolite;
  impolite.other = polite;
  polite.addTrack();
  await settle();
  assert.equal(impolite.connection.receiving, 1);
  for (const end of [polite, impolite]) end.said.length = 0;
});

const rollbacks = () => polite.connection.rollbacks + impolite.connection.rollbacks;

test('the first offer needs no question', async () => {
  const first = side(true);
  first.addTrack();
  await settle();
  assert.equal(first.count('ask'), 0);
  assert.equal(first.count('offer'), 1);
});

test('the polite side asks before it offers, the impolite one does not', async () => {
  polite.addTrack();
  await settle();
  assert.deepEqual([polite.count('ask'), impolite.count('grant'), polite.count('offer')], [1, 1, 1]);
  impolite.addTrack();
  await settle();
  assert.deepEqual([impolite.count('ask'), impolite.count('offer')], [0, 1]);
  assert.equal(impolite.connection.receiving, 2);
  assert.equal(polite.connection.receiving, 1);
});

test('both want to offer at once: one after the other, and nothing is taken back', async () => {
  for (let i = 0; i < 5; ++i) {
    for (const end of [polite, impolite]) end.addTrack();
    await settle();
  }
  assert.equal(rollbacks(), 0);
  assert.equal(polite.connection.receiving, 5);
  assert.equal(impolite.connection.receiving, 6);
});

test('a question while an offer waits for its answer is answered after that', async () => {
  impolite.passes = false;
  impolite.addTrack();
  await settle();
  polite.addTrack();
  await settle();
  assert.equal(impolite.count('grant'), 0);
  impolite.passes = true;
  for (const data of impolite.said) polite.negotiation.onSignal(JSON.parse(JSON.stringify(data)));
  await settle();
  assert.equal(impolite.count('grant'), 1);
  assert.equal(impolite.connection.receiving, 2);
  assert.equal(rollbacks(), 0);
});

test('whose turn it is not waits, and is next', async () => {
  polite.passes = false;
  impolite.negotiation.onSignal({ ask: 1 });
  await settle();
  impolite.addTrack();
  await settle();
  assert.equal(impolite.count('offer'), 0);
  polite.passes = true;
  await clock.advance(4_000);
  assert.equal(impolite.count('offer'), 1);
  assert.equal(polite.connection.receiving, 1);
});

test('a turn that was used gives way to what waited', async () => {
  impolite.passes = false;
  polite.addTrack();
  await settle();
  impolite.addTrack();
  await settle();
  assert.equal(impolite.count('offer'), 0);
  impolite.passes = true;
  polite.negotiation.onSignal({ grant: 1 });
  await settle();
  assert.equal(impolite.connection.receiving, 2);
  assert.equal(polite.connection.receiving, 1);
  assert.equal(rollbacks(), 0);
});

test('a question that gets lost is asked again, and while nobody can be told it waits', async () => {
  polite.isReachable = false;
  polite.addTrack();
  await clock.advance(20_000);
  assert.equal(polite.count('ask'), 0);
  polite.isReachable = true;
  polite.passes = false;
  await clock.advance(4_000);
  assert.equal(polite.count('ask'), 1);
  polite.passes = true;
  await clock.advance(4_000);
  assert.equal(polite.count('offer'), 1);
  assert.equal(impolite.connection.receiving, 2);
});

test('a turn that was not asked for, or for something else, is none', async () => {
  polite.negotiation.onSignal({ grant: 1 });
  polite.passes = false;
  polite.addTrack();
  await settle();
  for (const grant of [0, 2, 'x', null, {}]) polite.negotiation.onSignal({ grant });
  await settle();
  assert.equal(polite.count('offer'), 0);
});

test('an offer of the polite side that was lost is not taken back: the connection is to be made anew', async () => {
  polite.addTrack();
  await settle();
  polite.passes = false;
  polite.negotiation.restart();
  await settle();
  polite.negotiation.onSignal({ grant: 2 });
  await settle();
  assert.equal(polite.connection.signalingState, 'have-local-offer');
  impolite.addTrack();
  await clock.advance(4_000);
  assert.equal(rollbacks(), 0);
  assert.equal(polite.broken, 1);
});

test('closed, neither side holds a timer', async () => {
  impolite.negotiation.onSignal({ ask: 1 });
  polite.passes = false;
  polite.addTrack();
  await settle();
  for (const { negotiation } of [polite, impolite]) negotiation.close();
  assert.equal(clock.pending, 0);
});
