import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { Cancelled, ask, within } from '../../web/check/bounded.js';
import { median } from '../../web/check/measure.js';
import { Run, STEPS } from '../../web/check/steps.js';
import { judge } from '../../web/check/verdict.js';

const ICE = {
  iceServers: [
    { urls: ['stun:turn.example.org'] },
    {
      urls: ['turn:turn.example.org', 'turn:turn.example.org?transport=tcp'],
      username: '1999999999:check',
      credential: 'p',
    },
  ],
};

/** What RTCPeerConnection does for gathering; `behaviour` says what a URL leads to. */
class FakeConnection extends EventTarget {
  static behaviour = () => ({});
  static all = [];
  iceGatheringState = 'new';
  closed = false;

  constructor({ iceServers }) {
    super();
    this.url = iceServers[0].urls[0];
    FakeConnection.all.push(this);
  }

  createDataChannel() {
    return Object.assign(new EventTarget(), { readyState: 'connecting' });
  }

  createOffer() {
    return Promise.resolve({ type: 'offer', sdp: '' });
  }

  async setLocalDescription() {
    const { candidate, code } = FakeConnection.behaviour(this.url);
    const emit = (type, more) => this.dispatchEvent(Object.assign(new Event(type), more));
    if (candidate)
      emit('icecandidate', {
        candidate: { candidate: 'x', type: candidate, protocol: 'udp', address: '192.0.2.1', port: 5 },
      });
    if (code) emit('icecandidateerror', { errorCode: code, errorText: '' });
    if (!code) return;
    this.iceGatheringState = 'complete';
    emit('icegatheringstatechange');
  }

  close() {
    this.closed = true;
  }
}

const originals = { fetch: globalThis.fetch, RTCPeerConnection: globalThis.RTCPeerConnection };
let answers = {};

beforeEach(() => {
  FakeConnection.all = [];
  FakeConnection.behaviour = () => ({ code: 401 });
  globalThis.RTCPeerConnection = FakeConnection;
  answers = {
    '/healthz': [200, {}],
    '/readyz': [200, {}],
    '/web/settings.json': [200, { version: '9' }],
    '/api/v1/check-credentials': [200, ICE],
  };
  globalThis.fetch = async (path) => {
    const answer = typeof answers[path] === 'function' ? answers[path]() : answers[path];
    if (!answer) throw new TypeError('Failed to fetch');
    const [status, body, headers = {}] = answer;
    return new Response(JSON.stringify(body), { status, headers: { date: new Date().toUTCString(), ...headers } });
  };
});

afterEach(() => {
  Object.assign(globalThis, originals);
  assert.ok(
    FakeConnection.all.every(({ closed }) => closed),
    'a connection was left open',
  );
});

function begin(source = { kind: 'server' }, signal = new AbortController().signal) {
  const seen = [];
  const run = new Run({
    source,
    host: 'turn.example.org',
    signal,
    onStep: (name, { result }) => seen.push(`${name} ${result}`),
  });
  return { seen, done: run.run() };
}

const results = ({ steps }) =>
  Object.values(steps)
    .map(({ result }) => result)
    .join(' ');

test('a refusal is named, and each step is shown as it goes', async () => {
  const { seen, done } = begin();
  const found = await done;
  assert.equal(judge(found).fault, 'wrong-credentials');
  assert.equal(results(found), 'ok ok ok failed failed failed skipped skipped skipped');
  assert.deepEqual(seen.slice(0, 6), [
    'clock running',
    'server running',
    'server ok',
    'clock ok',
    'credentials running',
    'credentials ok',
  ]);
  assert.deepEqual([found.settings.version, Object.keys(found.steps)], ['9', STEPS]);
});

test('nothing is asked of a server that is away', async () => {
  answers = {};
  const found = await begin().done;
  assert.equal(judge(found).fault, 'server-away');
  assert.equal(FakeConnection.all.length, 0);
});

test('a server that answers with errors is away too', async () => {
  answers['/healthz'] = [502, {}];
  assert.equal(judge(await begin().done).fault, 'server-away');
});

test('a server that goes away in between', async () => {
  let asked = 0;
  answers['/healthz'] = () => (++asked <= 2 ? [200, {}] : null);
  FakeConnection.behaviour = () => ({ code: 701 });
  assert.equal(judge(await begin().done).fault, 'server-away');
});

test('a server that stays while its relay is not reached', async () => {
  FakeConnection.behaviour = () => ({ code: 701 });
  assert.equal(judge(await begin().done).fault, 'turn-blocked');
});

test('where the test is switched off, STUN is tried where it usually is', async () => {
  answers['/api/v1/check-credentials'] = [404, {}];
  FakeConnection.behaviour = (url) => ({ candidate: url === 'stun:turn.example.org:3478' && 'srflx' });
  const found = await begin().done;
  assert.deepEqual(
    [judge(found).fault, results(found)],
    ['check-off', 'ok ok skipped ok skipped skipped skipped skipped skipped'],
  );
});

test('too many tests: how long to wait', async () => {
  answers['/api/v1/check-credentials'] = [429, {}, { 'retry-after': '17' }];
  const found = await begin().done;
  assert.deepEqual([judge(found).fault, found.steps.credentials.retryAfter], ['rate-limited', 17]);
});

test('answers that make no sense', async () => {
  for (const body of [null, 7, {}, { iceServers: 'x' }]) {
    answers['/api/v1/check-credentials'] = [200, body];
    assert.equal((await begin().done).steps.credentials.reason, 'malformed', JSON.stringify(body));
  }
});

test('pasted servers are tested while the server of the page is away', async () => {
  answers = {};
  const servers = [{ url: 'turn:a', username: '1000000000:x', credential: 'p' }];
  const found = await begin({ kind: 'own', servers }).done;
  assert.equal(judge(found).fault, 'expired-credentials');
});

test('expiry is judged by the server’s clock, not by this device’s', async () => {
  const ahead = new Date(Date.now() + 3600e3).toUTCString();
  answers['/healthz'] = [200, {}, { date: ahead }];
  const servers = [{ url: 'turn:a', username: `${Math.floor(Date.now() / 1000) + 1800}:x`, credential: 'p' }];
  const found = await begin({ kind: 'own', servers }).done;
  assert.deepEqual(judge(found).faults, ['expired-credentials', 'clock-off']);
});

test('a browser without WebRTC', async () => {
  delete globalThis.RTCPeerConnection;
  const found = await begin().done;
  assert.deepEqual(
    [judge(found).fault, found.steps.server.result, found.steps.relay.reason],
    ['no-webrtc', 'ok', 'no-webrtc'],
  );
});

test('a run can be cancelled in any step, and leaves nothing open', async () => {
  for (const delay of [0, 1, 20]) {
    FakeConnection.behaviour = () => ({});
    const controller = new AbortController();
    const { done } = begin({ kind: 'server' }, controller.signal);
    setTimeout(() => controller.abort(), delay);
    await assert.rejects(done, Cancelled);
  }
});

test('waiting ends by the time, by the signal, or by itself; and cleans up once', async () => {
  const { signal } = new AbortController();
  let undone = 0;
  const undo = () => {
    ++undone;
  };
  assert.equal(await within({ milliseconds: 5, signal }, () => undo), undefined);
  assert.equal(
    await within({ milliseconds: 1000, signal }, (settle) => {
      settle(3);
      settle(4);
      return undo;
    }),
    3,
  );
  await assert.rejects(
    within({ milliseconds: 1000, signal: AbortSignal.abort() }, () => undo),
    Cancelled,
  );
  assert.equal(undone, 2);
});

test('an answer that does not come in time is none', async () => {
  globalThis.fetch = (_, { signal }) =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  assert.equal(await ask('/healthz', {}, { milliseconds: 10, signal: new AbortController().signal }), null);
});

test('the median of round trips', () => {
  assert.deepEqual([[3], [4, 2], [9, 1, 2]].map(median), [3, 3, 2]);
});
