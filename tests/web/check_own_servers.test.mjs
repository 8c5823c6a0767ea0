import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstLiteral } from '../../web/check/literal.js';
import { PasteError, parseIceUrl, parseOwnServers } from '../../web/check/own_servers.js';

const TURN = { url: 'turn:turn.example.org:3478?transport=udp', username: '1999999999:alice', credential: 'a/b+c=' };
const TURNS = { ...TURN, url: 'turns:turn.example.org:443?transport=tcp' };
const STUN = { url: 'stun:turn.example.org:3478' };
const server = (urls, more = {}) => ({ urls, username: TURN.username, credential: TURN.credential, ...more });

const SHAPES = {
  'an array': JSON.stringify([{ urls: STUN.url }, server([TURN.url, TURNS.url])]),
  RTCConfiguration: JSON.stringify(
    { iceServers: [{ urls: [STUN.url] }, server([TURN.url, TURNS.url])], iceTransportPolicy: 'relay' },
    null,
    2,
  ),
  'the answer of /api/v1/credentials': JSON.stringify({
    iceServers: [{ urls: [STUN.url] }, server([TURN.url, TURNS.url])],
    username: TURN.username,
    password: TURN.credential,
    ttl: 3600,
    expiresAt: '2026-01-01T00:00:00Z',
  }),
  Twilio: JSON.stringify({
    username: TURN.username,
    password: TURN.credential,
    ttl: '86400',
    ice_servers: [
      { url: STUN.url, urls: STUN.url },
      server(TURN.url, { url: TURN.url }),
      server(TURNS.url, { url: TURNS.url }),
    ],
  }),
  'Cloudflare, older': JSON.stringify({ iceServers: server([STUN.url, TURN.url, TURNS.url]) }),
  Metered: JSON.stringify([{ urls: STUN.url }, server(TURN.url), server(TURNS.url)]),
  'TURN REST draft and Matrix': JSON.stringify({
    username: TURN.username,
    password: TURN.credential,
    ttl: 60,
    uris: [STUN.url, TURN.url, TURNS.url],
  }),
  'a script': `// our servers
    const pc = new RTCPeerConnection({
      iceServers: [ { urls: '${STUN.url}' }, /* relay */
        { urls: ['${TURN.url}', "${TURNS.url}",], username: '${TURN.username}',
          'credential': \`${TURN.credential}\`, }, ],
    });`,
  'a part of an object': `iceServers: [{urls: '${STUN.url}'}, {urls: ['${TURN.url}', '${TURNS.url}'],
    username: '${TURN.username}',
    credential: '${TURN.credential}'}],`,
  'what `turnpike credentials` prints':
    `username  ${TURN.username}\npassword  ${TURN.credential}\nexpires   2026-01-01T00:00:00Z\n\n` +
    JSON.stringify({ iceServers: [{ urls: [STUN.url] }, server([TURN.url, TURNS.url])] }),
  lines:
    `${STUN.url}\r\n  ${TURN.url} ${TURN.username} ${TURN.credential}\n\n` +
    `${TURNS.url}\t${TURN.username} ${TURN.credential}\n`,
};

for (const [name, text] of Object.entries(SHAPES)) {
  test(`pasted as ${name}`, () => {
    assert.deepEqual(parseOwnServers(text), [STUN, TURN, TURNS]);
  });
}

test('one object, one URL', () => {
  assert.deepEqual(parseOwnServers(JSON.stringify(server(TURN.url))), [TURN]);
  assert.deepEqual(parseOwnServers(`{"urls":"${STUN.url}"}`), [STUN]);
});

test('what appears twice is tested once', () => {
  assert.deepEqual(parseOwnServers(JSON.stringify([server(TURN.url), server([TURN.url])])), [TURN]);
});

const WRONG = {
  '': /no server/,
  hello: /no server/,
  '[]': /no server/,
  '{}': /no server/,
  '{"iceServers": []}': /no server/,
  '[1]': /no server|no address/,
  '[{"urls": [7]}]': /no text/,
  '[{"urls": "turn:a"}]': /"username" and a "credential"/,
  '[{"urls": "turn:a", "username": "x"}]': /"username" and a "credential"/,
  '[{"urls": "https://turn.example.org"}]': /https:\/\/turn\.example\.org.*no address/,
  '[{"urls": "turn:a:99999", "username": "x", "credential": "y"}]': /no address/,
  '[{"urls": "turn:a?transport=quic", "username": "x", "credential": "y"}]': /no address/,
  '[{"urls": "stun:a"}': /line 1: "," or "\]" expected, but there is the end/,
  '[\n{"urls": "stun:a" "username": 1}]': /line 2/,
  '[{"urls": "stun:a}]': /closing/,
  'turn:turn.example.org': /"username"/,
};

for (const [text, message] of Object.entries(WRONG)) {
  test(`refused with words: ${JSON.stringify(text)}`, () => {
    assert.throws(
      () => parseOwnServers(text),
      (error) => error instanceof PasteError && message.test(error.message),
    );
  });
}

test('hostile texts end', () => {
  assert.throws(() => parseOwnServers('['.repeat(100000)), PasteError);
  assert.throws(() => parseOwnServers(`[${'{"urls":"stun:a.example"},'.repeat(3)}`), PasteError);
  assert.throws(
    () => parseOwnServers(JSON.stringify(Array.from({ length: 100 }, (_, i) => ({ urls: `stun:a${i}` })))),
    /100/,
  );
  const odd = parseOwnServers('{"__proto__": {"urls": "stun:evil"}, "urls": "stun:good"}');
  assert.deepEqual(odd, [{ url: 'stun:good' }]);
  assert.equal({}.urls, undefined);
});

test('JSON is read as JSON.parse reads it', () => {
  for (const value of [
    { a: [1, -2.5e3, 'x"\\\n\u00e9\u{1f600}', true, false, null, {}] },
    [[], [[]]],
    { '': { 'b c': '' } },
  ]) {
    assert.deepEqual(firstLiteral(JSON.stringify(value)), value);
    assert.deepEqual(firstLiteral(JSON.stringify(value, null, 2)), value);
  }
  assert.equal(firstLiteral('nothing'), null);
  assert.deepEqual(firstLiteral('["\\u0041\\x42\\/"]'), ['AB/']);
});

test('parts of URLs, with the default ports', () => {
  assert.deepEqual(parseIceUrl('turn:turn.example.org'), {
    scheme: 'turn',
    host: 'turn.example.org',
    port: 3478,
    transport: 'udp',
  });
  assert.deepEqual(parseIceUrl('turns:turn.example.org'), {
    scheme: 'turns',
    host: 'turn.example.org',
    port: 5349,
    transport: 'tcp',
  });
  assert.deepEqual(parseIceUrl('TURN:[2001:db8::1]:80?transport=TCP'), {
    scheme: 'turn',
    host: '2001:db8::1',
    port: 80,
    transport: 'tcp',
  });
  for (const bad of ['turn:', 'turn://a', 'turn:a b', 'http:a', 'turn:a:0', 'turn:a?x=y', ''])
    assert.equal(parseIceUrl(bad), null, bad);
});
