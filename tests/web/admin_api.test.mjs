import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Api, ApiError, path } from '../../web/admin/api.js';
import { KeyStore } from '../../web/admin/key.js';
import { endsSession, explain, isLoopback, isPlain, secureAddress } from '../../web/admin/words.js';

const answer = (status, body, headers = {}) => new Response(body === null ? null : JSON.stringify(body), { status, headers });

function apiOf(fetch, options = {}) {
  const asked = [];
  const api = new Api('key', {
    fetch: (where, request) => {
      asked.push({ where, ...request });
      return fetch(where, request);
    },
    ...options,
  });
  return { api, asked };
}

async function failure(promise) {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof ApiError, String(error));
    return error;
  }
  return assert.fail('it should have failed');
}

test('ids stand in paths percent-encoded, slashes too', () => {
  assert.equal(path`/api/v1/rooms/${'a/b c'}/members/${'Ä?#'}`, '/api/v1/rooms/a%2Fb%20c/members/%C3%84%3F%23');
});

test('an id that addresses would take for a step up is not asked for', () => {
  for (const id of ['.', '..']) {
    assert.throws(() => path`/api/v1/rooms/${id}`, (error) => error instanceof ApiError && error.reason === 'unnameable');
  }
  assert.equal(path`/api/v1/rooms/${'...'}`, '/api/v1/rooms/...');
});

test('the key goes along as a header and nowhere else', async () => {
  const { api, asked } = apiOf(async () => answer(200, { state: 'serving' }));
  assert.deepEqual(await api.get('/api/v1/status'), { state: 'serving' });
  assert.equal(asked[0].headers.Authorization, 'Bearer key');
  assert.equal(asked[0].where, '/api/v1/status');
  assert.equal(asked[0].credentials, 'omit');
  assert.equal(asked[0].redirect, 'error');
});

test('a key of other letters is sent as its bytes', async () => {
  let sent = '';
  const api = new Api('é', {
    fetch: async (_, { headers }) => {
      sent = headers.Authorization;
      return answer(200, {});
    },
  });
  await api.get('/x');
  assert.equal(sent, 'Bearer \u00c3\u00a9');
  assert.doesNotThrow(() => new Headers({ Authorization: sent }));
});

test('there is one request at a time, and one that fails does not hold up the next', async () => {
  let open = 0;
  const { api } = apiOf(async (where) => {
    assert.equal(++open, 1);
    await new Promise(setImmediate);
    --open;
    if (where === '/bad') throw new TypeError('lost');
    return answer(200, where);
  });
  const results = await Promise.allSettled(['/a', '/bad', '/b'].map((where) => api.get(where)));
  assert.deepEqual(results.map(({ status }) => status), ['fulfilled', 'rejected', 'fulfilled']);
});

test('a refusal carries what the server says', async () => {
  const problem = { title: 'Too Many Requests', status: 429, detail: 'too many wrong API keys from this address' };
  const { api } = apiOf(async () => answer(429, problem, { 'Retry-After': '6' }));
  const error = await failure(api.get('/api/v1/status'));
  assert.deepEqual([error.reason, error.status, error.retryAfter], ['refused', 429, 6]);
  assert.match(explain(error), /wrong keys.*6 seconds/);
});

test('a reload that is refused carries its messages', async () => {
  const { api } = apiOf(async () => answer(422, { detail: 'no', messages: ['a:1:2: wrong'] }));
  assert.deepEqual((await failure(api.post('/api/v1/reload'))).messages, ['a:1:2: wrong']);
});

test('an empty answer is null', async () => {
  const { api } = apiOf(async () => new Response(null, { status: 204 }));
  assert.equal(await api.delete('/api/v1/allocations/1'), null);
});

test('a page of something in between is no answer', async () => {
  const { api } = apiOf(async () => new Response('<html>', { status: 200 }));
  assert.equal((await failure(api.get('/x'))).reason, 'unreadable');
  const { api: broken } = apiOf(async () => new Response('<html>', { status: 502 }));
  const error = await failure(broken.get('/x'));
  assert.deepEqual([error.reason, error.status], ['refused', 502]);
});

test('a server that is away, and one that is too slow, are told apart', async () => {
  const { api } = apiOf(() => Promise.reject(new TypeError('Failed to fetch')));
  assert.equal((await failure(api.get('/x'))).reason, 'unreachable');
  const never = (_, { signal }) => new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
  });
  const { api: slow } = apiOf(never, { timeout: 1 });
  assert.equal((await failure(slow.get('/x'))).reason, 'slow');
});

test('closing gives up what is under way', async () => {
  const { api } = apiOf((_, { signal }) => new Promise((resolve, reject) => {
    if (signal.aborted) reject(new DOMException('aborted', 'AbortError'));
    signal.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
  }));
  const both = [failure(api.get('/x')), failure(api.get('/y'))];
  api.close();
  await Promise.all(both);
});

test('every failure has words that say what to do, and none shows a bare code', () => {
  const refused = (status, detail = '') => ({ reason: 'refused', status, detail, retryAfter: 0 });
  const cases = [
    [{ reason: 'unreachable' }, /does not answer/], [{ reason: 'slow' }, /too long/], [{ reason: 'unreadable' }, /between/],
    [{ reason: 'unnameable' }, /command/], [refused(401), /does not know this key/],
    [refused(403, 'API keys are taken over HTTPS only'), /Open this page over HTTPS/],
    [refused(403, 'the API key is not for pages of this origin'), /--origin/],
    [refused(403, 'the API key does not cover this'), /--scope admin/],
    [refused(429, 'too many requests with this API key'), /Wait 1 second/],
    [refused(503, 'the database is away'), /The database is away\.$/],
    [refused(418), /said no \(418\)\.$/],
  ];
  for (const [error, pattern] of cases) assert.match(explain(error), pattern);
  assert.equal(endsSession(refused(401)) && endsSession(refused(403)), true);
  assert.equal(endsSession(refused(429)), false);
});

test('plain HTTP is one from elsewhere than this machine', () => {
  for (const name of ['localhost', 'a.localhost', '127.0.0.1', '127.1.2.3', '[::1]']) assert.ok(isLoopback(name), name);
  for (const name of ['192.0.2.1', 'localhost.example.org', '127.0.0.1.example.org', '[::2]']) assert.ok(!isLoopback(name), name);
  assert.equal(isPlain({ protocol: 'http:', hostname: '192.0.2.1' }), true);
  assert.equal(isPlain({ protocol: 'http:', hostname: '127.0.0.1' }), false);
  assert.equal(isPlain({ protocol: 'https:', hostname: '192.0.2.1' }), false);
});

test('the same page over HTTPS is where the settings say', () => {
  const place = { hostname: '[2001:db8::1]' };
  assert.equal(secureAddress(place, { securePort: 8443 }), 'https://[2001:db8::1]:8443/admin');
  assert.equal(secureAddress(place, { securePort: 443 }), 'https://[2001:db8::1]/admin');
  assert.equal(secureAddress(place, { securePort: null }), null);
  assert.equal(secureAddress(place, {}), null);
});

test('the key is kept for the tab, and in memory where that is forbidden', () => {
  const kept = new Map();
  const storage = { getItem: (name) => kept.get(name) ?? null, setItem: (n, v) => kept.set(n, v), removeItem: (n) => kept.delete(n) };
  const keys = new KeyStore(() => storage);
  assert.equal(keys.load(), null);
  keys.save('k');
  assert.equal(new KeyStore(() => storage).load(), 'k');
  keys.forget();
  assert.equal(kept.size, 0);
  assert.equal(keys.load(), null);
  const forbidden = new KeyStore(() => {
    throw new DOMException('no', 'SecurityError');
  });
  forbidden.save('k');
  assert.equal(forbidden.load(), 'k');
  forbidden.forget();
  assert.equal(forbidden.load(), null);
});
