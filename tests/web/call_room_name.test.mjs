import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  linkToShare, optionsOfPlace, roomFault, roomOfPath, roomPath, tidyRoom, tokenUser, unguessableRoom,
} from '../../web/call/room_name.js';

function jwt(payload) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'HS256' })}.${part(payload)}.signature`;
}

test('an unguessable name has a hundred bits, all of them random', () => {
  assert.match(unguessableRoom(), /^([a-km-np-z2-9]{5}-){3}[a-km-np-z2-9]{5}$/);
  const names = new Set(Array.from({ length: 1000 }, () => unguessableRoom()));
  assert.equal(names.size, 1000);
  const seen = new Set();
  for (let i = 0; i < 256; ++i) seen.add(unguessableRoom((bytes) => bytes.fill(i)).slice(0, 1));
  assert.equal(seen.size, 32, 'each letter stands for as many bytes as every other');
});

test('an unguessable name is a good one', () => {
  assert.equal(roomFault(unguessableRoom()), null);
});

test('what was typed becomes what others would type', () => {
  assert.equal(tidyRoom('  team \u00a0 tuesday '), 'team tuesday');
  assert.equal(tidyRoom('Cafe\u0301'), 'Caf\u00e9');
});

test('names that a room cannot have are told why', () => {
  for (const name of ['', '.', '..', 'a\u0000b', 'a\u007fb', 'a\u0085b', '\ud800', 'x'.repeat(65), 'ü'.repeat(33)]) {
    assert.equal(typeof roomFault(name), 'string', JSON.stringify(name));
  }
  for (const name of ['a', '...', 'x'.repeat(64), 'ü'.repeat(32), 'Küche / oben?', '100 %', '会議', '👩‍👩‍👧', '<b>']) {
    assert.equal(roomFault(name), null, name);
  }
});

test('a name survives the way through the address', () => {
  for (const name of ['daily', 'a/b', 'a b+c', '100%', '?x#y', 'ü', '会議', '👩‍👩‍👧', '<script>', "it's", '%2F']) {
    const address = new URL(roomPath(name), 'https://turn.example.org');
    assert.equal(address.search + address.hash, '', name);
    assert.equal(roomOfPath(address.pathname), name);
  }
});

test('a path that leads to no room says so', () => {
  for (const path of ['/', '/r', '/r/', '/r/a/b', '/r/%', '/r/%ff', '/r/a%00b', `/r/${'x'.repeat(65)}`, '/x/a']) {
    assert.equal(roomOfPath(path), null, path);
  }
  assert.equal(roomOfPath('/r/a/'), 'a');
});

test('the address may carry a token and the wish to be relayed', () => {
  assert.deepEqual(optionsOfPlace({ search: '', hash: '' }), { relayOnly: false, token: undefined });
  assert.deepEqual(optionsOfPlace({ search: '?relay', hash: '#token=a.b.c' }), { relayOnly: true, token: 'a.b.c' });
  assert.equal(optionsOfPlace({ search: '?relay=0', hash: '#token=' }).relayOnly, false);
  assert.equal(optionsOfPlace({ search: '', hash: '#token=' }).token, undefined);
});

test('a token tells whom it was made out to', () => {
  assert.equal(tokenUser(jwt({ sub: 'älice', room: 'a' })), 'älice');
  for (const token of [jwt({ room: 'a' }), jwt({ sub: '' }), jwt({ sub: 7 }), '', 'a.b.c', 'x', 'a.!.c']) {
    assert.equal(tokenUser(token), undefined, token);
  }
});

test('an invitation for anybody is passed on, a personal one is not', () => {
  const open = jwt({ room: 'a' });
  assert.equal(linkToShare('https://t.example', 'a b'), 'https://t.example/r/a%20b');
  assert.equal(linkToShare('https://t.example', 'a', open), `https://t.example/r/a#token=${open}`);
  assert.equal(linkToShare('https://t.example', 'a', jwt({ sub: 'me' })), 'https://t.example/r/a');
});
